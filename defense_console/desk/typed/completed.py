"""What a text that is being typed may go on with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Completed:
    """What a text may go on with.

    Attributes:
        text: What was typed, with what all names that begin like it have in common.
        names: These names, sorted; empty when there is only one, or none.
        exists: Whether any name begins like it.
    """

    text: str
    names: tuple[str, ...] = ()
    exists: bool = True


def completed(before: str, names: tuple[str, ...]) -> Completed:
    """Return a text that goes on as far as all names agree.

    Args:
        before: What stands before them.
        names: At least one.
    """
    first, last = min(names), max(names)
    same = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    return Completed(before + first[:same], names if len(names) > 1 else ())
