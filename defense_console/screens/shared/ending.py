"""SIGTERM, SIGHUP and a terminal that is gone end the console in order, also when the event loop stands still.

A terminal that stops reading makes every write wait, and the event loop with it: a handler of the loop would never run.
So the signal is handled by the interpreter, which asks the loop, and a thread that asks nobody: after a while it saves
what there is and ends the process. A terminal may also go without a signal (the console was started without job
control, or the signal came before there was a handler): a thread waits for the hang-up itself, since a console that
nobody sees would go on holding its defenses. Source: docs/reliability.md.
"""

from __future__ import annotations

import contextvars
import os
import select
import signal
import threading
import time
from asyncio import AbstractEventLoop
from collections.abc import Callable
from contextlib import suppress

PATIENCE_S = 4.0
"""An ending in order takes less: two seconds for the disk, and some for the screen."""
_SIGNALS = ("SIGTERM", "SIGHUP")
_TERMINAL = 0
"""The keys come from here."""


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
        Lets go of the signals and of the terminal.
    """
    here = contextvars.copy_context()  # the toolkit finds its application by it
    before: dict[int, object] = {}

    def insist() -> None:
        time.sleep(patience_s)  # the process, and this thread with it, ends long before unless something hangs
        saved = False
        with suppress(Exception):
            saved = here.run(save)
        os._exit(0 if saved else 1)

    asked_before = threading.Lock()

    def ask(*_signal: object) -> None:
        if not asked_before.acquire(blocking=False):
            return  # a closed terminal tells it twice, by the signal and by the hang-up
        threading.Thread(target=insist, name="ending", daemon=True).start()
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(end)

    def watch() -> None:
        if _hangs_up(_TERMINAL):
            ask()

    for name in _SIGNALS:
        number = getattr(signal, name, None)
        if number is not None:
            with suppress(ValueError, OSError):  # not on the main thread: then it is not ours to handle
                before[number] = signal.signal(number, ask)

    if hasattr(select, "poll") and os.isatty(_TERMINAL):
        threading.Thread(target=watch, name="hang-up", daemon=True).start()

    def release() -> None:
        asked_before.acquire(blocking=False)  # it ends by itself: nothing is asked for any more
        for number, handler in before.items():
            with suppress(ValueError, OSError, TypeError):
                signal.signal(number, handler)  # type: ignore[arg-type]

    return release


def _hangs_up(terminal: int) -> bool:
    """Wait, asleep, until a terminal is gone; False at once where a system cannot wait for that."""
    hang_up = select.poll()
    hang_up.register(terminal, 0)  # asks for no event: a hang-up is always told
    try:
        return any(event & (select.POLLHUP | select.POLLERR) for _, event in hang_up.poll())
    except OSError:
        return False
