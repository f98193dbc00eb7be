"""The digits of a defense's id as a mentor types them: its beginning, with dashes or without."""

from __future__ import annotations

from typing import Final

MIN_DIGITS: Final = 4
_MAX_DIGITS: Final = 32
_HEX = frozenset("0123456789abcdef")


def digits(prefix: str) -> str | None:
    """Return the hexadecimal digits of the beginning of an id, None when it is not one or has fewer than four."""
    found = prefix.replace("-", "").lower()
    return found if MIN_DIGITS <= len(found) <= _MAX_DIGITS and _HEX.issuperset(found) else None
