"""What happens to an exception that nobody caught: its places in the code are printed, never a value of a student.

Python itself prints the message of an exception wherever one ends a thread or a finalizer, and so does the log of the
event loop; a message may hold a name.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def no_values_told(say: Callable[[BaseException], None]) -> Iterator[None]:
    """Let only `say` report faults, on any thread and in finalizers, while this lasts; logs go nowhere.

    Args:
        say: Reports a fault without its message.
    """
    threads, unraisable = threading.excepthook, sys.unraisablehook
    nowhere = logging.NullHandler()  # otherwise what has no handler is printed
    threading.excepthook = lambda fault: say(fault.exc_value) if fault.exc_value is not None else None
    sys.unraisablehook = lambda fault: say(fault.exc_value) if fault.exc_value is not None else None
    logging.getLogger().addHandler(nowhere)
    try:
        yield
    finally:
        threading.excepthook, sys.unraisablehook = threads, unraisable
        logging.getLogger().removeHandler(nowhere)
