"""SIGTERM and SIGHUP end the console in order, also when its terminal does not read any more.

A terminal that stops reading makes every write wait, and the event loop with it: a handler of the loop would never run.
So the signal is handled by the interpreter, which asks the loop, and a thread that asks nobody: after a while it saves
what there is and ends the process. Source: docs/reliability.md.
"""

from __future__ import annotations

import contextvars
import os
import signal
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

PATIENCE_S = 4.0
"""An ending in order takes less: two seconds for the disk, and some for the screen."""
_SIGNALS = ("SIGTERM", "SIGHUP")


def end_on_signals(
    loop: AbstractEventLoop, end: Callable[[], None], save: Callable[[], bool], patience_s: float = PATIENCE_S
) -> Callable[[], None]:
    """End the console on a signal, in order if that is possible, in any case with everything saved.

    Args:
        loop: The console's event loop.
        end: Ends in order; called on the loop.
        save: Saves what there is and tells whether all of it was; called on a thread, when the loop stands still.
        patience_s: How long ending in order may take.

    Returns:
        Lets go of the signals.
    """
    here = contextvars.copy_context()  # the toolkit finds its application by it
    before: dict[int, object] = {}

    def insist() -> None:
        time.sleep(patience_s)  # the process, and this thread with it, ends long before unless something hangs
        saved = False
        with suppress(Exception):
            saved = here.run(save)
        os._exit(0 if saved else 1)

    def asked(_number: int, _frame: FrameType | None) -> None:
        threading.Thread(target=insist, name="ending", daemon=True).start()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(end)

    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(ValueError, OSError):  # not on the main thread: then it is not ours to handle
                before[number] = signal.signal(number, asked)

    def release() -> None:
        for number, handler in before.items():
            with suppress(ValueError, OSError, TypeError):
                signal.signal(number, handler)  # type: ignore[arg-type]

    return release
