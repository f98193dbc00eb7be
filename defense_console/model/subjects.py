"""The subjects that logs have: one place that knows them all."""

from __future__ import annotations

from typing import Any

from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.log.subject import Subject
from defense_console.model.student.subject import STUDENT

SUBJECTS: tuple[Subject[Any, Any], ...] = (DEFENSE, STUDENT, REHEARSAL)
LOG_PREFIXES = tuple(subject.prefix for subject in SUBJECTS)
"""How the name of every log begins: no other table is named so."""


def subject_of(stream: str) -> Subject[Any, Any]:
    """Return what a log is about.

    Raises:
        KeyError: No log has such a name.
    """
    for subject in SUBJECTS:
        if stream.startswith(subject.prefix):
            return subject
    raise KeyError(stream)
