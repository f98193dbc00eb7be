"""What is made of a student's name: how a message greets them, and the name of a file by the school's pattern."""

from __future__ import annotations

import re
from typing import Final

from defense_console.model.curriculum import Deliverable

_SURNAME: Final = "Nom"
_FIRST_NAME: Final = "Prénom"
_NAME = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
"""A part of a name that is also safe in the name of a file."""


def first_name(student: str) -> str:
    """Return the name by which a student is greeted: the first one that is no surname in capitals.

    A name that begins with an initial stays whole, since nobody is greeted by an initial.
    """
    parts = student.split()
    given = next((part for part in parts if not (len(part) > 1 and part.isupper() and "." not in part)), None)
    if given is None:
        return parts[0] if parts else student
    return student if given.endswith(".") or len(given) == 1 else given


def expected_names(deliverable: Deliverable, student: str) -> tuple[str, ...]:
    """Return the names a file of this deliverable may have, one for each format, in the order of the curriculum.

    First name and surname are filled in where the name leaves no doubt which is which: two words, the first name first
    or the surname in capitals. Otherwise the pattern keeps its own words, as it does for the month it cannot know.
    """
    stem = deliverable.filename
    parts = student.split()
    if len(parts) == 2 and all(_NAME.fullmatch(part) for part in parts):
        first, last = reversed(parts) if parts[0].isupper() and not parts[1].isupper() else parts
        stem = re.sub(
            rf"(?<![^\W_])(?:{_SURNAME}|{_FIRST_NAME})(?![^\W_])",
            lambda found: last if found.group() == _SURNAME else first,
            stem,
        )
    return tuple(f"{stem}.{form}" for form in deliverable.formats) or (stem,)
