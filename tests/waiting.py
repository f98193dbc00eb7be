"""Waiting for what must come: on a condition, with an end, and without keeping the processor busy."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator

PATIENCE_S = float(os.environ.get("TEST_PATIENCE_S", "60"))
"""How long a test waits for what must come, on a machine that does many other things; it never waits longer."""


def _pauses() -> Iterator[float]:
    """Yield how long to sleep before each look, in seconds: short at first, for `PATIENCE_S` in all."""
    end, pause_s = time.monotonic() + PATIENCE_S, 0.002
    while time.monotonic() < end:
        yield pause_s
        pause_s = min(pause_s * 1.5, 0.05)


def wait_for(condition: Callable[[], object], said: str) -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: With the text `said`, if the condition never held.
    """
    for pause_s in _pauses():
        if condition():
            return
        time.sleep(pause_s)
    assert condition(), said


async def until_true(condition: Callable[[], object]) -> bool:
    """Wait on the event loop until a condition holds.

    Returns:
        False if it never held.
    """
    for pause_s in _pauses():
        if condition():
            return True
        await asyncio.sleep(pause_s)
    return bool(condition())
