"""Which closed defenses a search finds. There can be many of them, so that each is looked at once and shortly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Final

import msgspec

from defense_console.model.defense.state import OutcomeValue, SessionState
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.agenda import begins, date_words, fact_of, says_fact
from defense_console.model.text import searchable

_OF_DATES: Final = frozenset("0123456789/-")


class Closed(msgspec.Struct, frozen=True, gc=False):
    """What a search and the lists of students look at of a closed defense.

    Attributes:
        planned_at: start of its latest sitting, ISO 8601 UTC.
        attempt, released_at, output, version: as in `Summary`.
    """

    id: str
    student_id: str
    curriculum: str
    project: str
    planned_at: str
    session: SessionState = "held"
    in_force: OutcomeValue | None = None
    attempt: int = 1
    released_at: str | None = None
    output: tuple[str, ...] = ()
    version: int = 0


def closed_row(summary: Summary) -> Closed:
    """Return what is looked at of a defense."""
    return Closed(**{name: getattr(summary, name) for name in Closed.__struct_fields__})


class Search:
    """A search as typed, over all students and projects.

    What each word finds among the names of students and of projects is settled once, so that a defense costs two
    look-ups a word. It finds what `agenda.matches` finds.

    Args:
        outcomes: Words of outcomes and of sessions that were not held, folded.
        zone: The mentor's: it says which day an instant is on.
    """

    def __init__(
        self,
        text: str,
        students: Mapping[str, str],
        projects: Mapping[str, str],
        outcomes: Mapping[str, str] = MappingProxyType({}),
        zone: tzinfo = UTC,
    ) -> None:
        self._words = searchable(text).split()
        names = {id: searchable(name) for id, name in students.items()}
        titles = {id: searchable(title) for id, title in projects.items()}
        self._students = {word: {id for id, name in names.items() if word in name} for word in self._words}
        self._projects = {word: {id for id, title in titles.items() if word in title} for word in self._words}
        self._outcomes = {w: {key for key, said in outcomes.items() if says_fact(f" {said}", w)} for w in self._words}
        self._dates = {word for word in self._words if not set(word) - _OF_DATES}
        self._zone = zone
        self._known_students = students.keys()
        self._known_projects = projects.keys()

    def __bool__(self) -> bool:
        """Return whether anything is searched for."""
        return bool(self._words)

    def finds(self, defense: Closed) -> bool:
        """Return whether every word is in the student's name or the project's titles, or begins id, outcome or date."""
        for word in self._words:
            if defense.student_id in self._students[word] or defense.project in self._projects[word]:
                continue
            if not (begins(defense.id, word) or self._in_an_id(defense, word) or self._a_fact(defense, word)):
                return False
        return True

    def _a_fact(self, defense: Closed, word: str) -> bool:
        """Whether it is the outcome or the day; only what looks like a date is compared with the day."""
        said = self._outcomes[word]
        if said and fact_of(defense.in_force, defense.session) in said:
            return True
        return word in self._dates and says_fact(date_words(defense.planned_at, self._zone), word)

    def _in_an_id(self, defense: Closed, word: str) -> bool:
        """Return whether a word is in an id that has no known name."""
        if defense.student_id not in self._known_students and word in searchable(defense.student_id):
            return True
        project = f"{defense.project} {defense.curriculum}"
        return defense.project not in self._known_projects and word in searchable(project)
