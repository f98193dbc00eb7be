"""How long work says how far it is, whoever shows it.

Work opens one stage after the other with a `Watch`, and counts within each: the rows or bytes that it has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal

Counted = Literal["rows", "bytes"]
Passed = Callable[[int], object]
"""Called within a stage, with how many were passed since the last call."""
Watch = Callable[[Counted, int], AbstractContextManager[Passed]]
"""Opens a stage: what is counted, and how many there will be; 0 where nobody knows."""


def not_counted(_more: int) -> None:
    """Do nothing with what was passed: nobody watches."""


@contextmanager
def unwatched(_counted: Counted, _total: int) -> Iterator[Passed]:
    """Open a stage that nobody watches."""
    yield not_counted
