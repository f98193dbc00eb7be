"""What a search finds, said once: engines may be faster than this, but find the same.

Each word has to be in the student's name or the project, or to begin the id, the outcome, a date or a word of a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, timedelta, tzinfo
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from defense_console.model.defense.state import OutcomeValue, SessionState
from defense_console.model.defense.summary import Summary
from defense_console.model.defense.timeline import instant
from defense_console.model.queue.agenda import begins, date_words, fact_of, is_no_beginning, said_on, says_fact
from defense_console.model.queue.filtering import Keeps, midnight
from defense_console.model.text import searchable

MOST: Final = 100
"""At most so many closed defenses are listed: instead of reading on, people type a longer search."""
_OF_DATES: Final = frozenset("0123456789/-")
_WORD: Final = re.compile(r"\w+")
_EVERYTHING: Final = Keeps("", "", "")


class Closed(msgspec.Struct, frozen=True, gc=False):
    """What the lists of students look at of a closed defense.

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


class Searched(NamedTuple):
    """What a search looks at of one defense.

    Attributes:
        name: of the student, the id of one who is not known; folded.
        fact: what it came to, as `fact_of` says.
        notes: words of its notes, as `note_words` gives them.
    """

    id: str
    name: str
    project: str
    curriculum: str
    planned_at: str
    fact: str
    notes: str = ""


def searched(defense: Summary | Closed, name: str | None, notes: str = "") -> Searched:
    """Return what a search looks at. Args: name: of the student, None when nobody of this id is known."""
    fact = fact_of(defense.in_force, defense.session)
    known = searchable(defense.student_id if name is None else name)
    return Searched(defense.id, known, defense.project, defense.curriculum, defense.planned_at, fact, notes)


def note_words(texts: Iterable[str]) -> str:
    """Return what a search can find of notes: each word once, folded and after a blank.

    A word counts as it is written and in its parts: of “d'accord” both “d'accord” and “accord”.
    """
    written = searchable(" ".join(texts)).split()
    words = dict.fromkeys((*written, *(part for word in written for part in _WORD.findall(word))))
    return "".join(f" {word}" for word in words if not is_no_beginning(word))


class Ways(NamedTuple):
    """In which ways one word finds a defense: each is enough.

    Attributes:
        word: in the name; and it begins the id or a word of a note, when that is `long` enough.
        pairs: it is in what is known of these projects, each with its curriculum.
        facts: it begins the words of these.
        days: it is a date, or the beginning of one.
    """

    word: str
    long: bool
    pairs: frozenset[tuple[str, str]]
    facts: frozenset[str]
    days: bool


class Wanted(msgspec.Struct, frozen=True):
    """What is searched for, as an engine is asked.

    Attributes:
        text: as typed; an empty one finds every closed defense.
        titles: what the projects are called, by id, folded.
        outcomes: words of outcomes and of sessions that were not held, by name, folded.
        zone: the mentor's: it says which day an instant is on.
        keeps: what the list is limited to.
    """

    text: str
    titles: Mapping[str, str] = MappingProxyType({})
    outcomes: Mapping[str, str] = MappingProxyType({})
    zone: tzinfo = UTC
    keeps: Keeps = _EVERYTHING

    def ways(self, pairs: Iterable[tuple[str, str]]) -> tuple[Ways, ...]:
        """Return the ways of each word. Args: pairs: the projects that there are, each with its curriculum."""
        known = {pair: self.titles.get(pair[0]) or searchable(" ".join(pair)) for pair in pairs}
        return tuple(
            Ways(
                word,
                not is_no_beginning(word),
                frozenset(pair for pair, title in known.items() if word in title),
                frozenset(fact for fact, said in self.outcomes.items() if says_fact(f" {said}", word)),
                not set(word) - _OF_DATES and not is_no_beginning(word),
            )
            for word in searchable(self.text).split()
        )

    def finds(self, defense: Searched, ways: Iterable[Ways]) -> bool:
        """Return whether every word finds a defense, whatever the list is limited to."""
        return all(self._finds(defense, way) for way in ways)

    def _finds(self, defense: Searched, way: Ways) -> bool:
        return (
            way.word in defense.name
            or (defense.project, defense.curriculum) in way.pairs
            or begins(defense.id, way.word)
            or defense.fact in way.facts
            or says_fact(defense.notes, way.word)
            or (way.days and says_fact(date_words(defense.planned_at, self.zone), way.word))
        )

    def spans(self, word: str, first: str, last: str) -> Iterator[tuple[str, str]]:
        """Yield when the days that a word means begin and end, between two instants; ISO 8601 UTC, end not included."""
        day, end = (instant(at).astimezone(self.zone).date() for at in (first, last))
        since: date | None = None
        while day <= end + timedelta(days=1):
            meant = day <= end and says_fact(said_on(day), word)
            if meant and since is None:
                since = day
            elif not meant and since is not None:
                yield midnight(since, self.zone), midnight(day, self.zone)
                since = None
            day += timedelta(days=1)


class Found(msgspec.Struct, frozen=True):
    """What a search found.

    Attributes:
        wanted: what was searched for.
        closed: the latest `MOST` closed defenses, the latest first.
        total: how many closed ones there are in all.
        pending: ids of the pending ones, by their notes too.
        whole: whether notes were looked at.
    """

    wanted: Wanted
    closed: tuple[Summary, ...] = ()
    total: int = 0
    pending: frozenset[str] = frozenset()
    whole: bool = True


def look_through(
    wanted: Wanted,
    closed: Iterable[Closed],
    pending: Iterable[Summary],
    name: Callable[[str], str | None],
    notes: Callable[[str], str] = lambda _id: "",
) -> tuple[list[str], list[str]]:
    """Look at one defense after the other, which is slow, and needs no index.

    Args:
        wanted: What is searched for.
        closed: The closed ones, in the order to keep.
        pending: The others.
        name: Gives the name of a student by id.
        notes: Gives the words of the notes of a defense by its id.

    Returns:
        Ids of the closed ones and of the pending ones that are found.
    """
    there, others = [*closed], [*pending]
    keeps = [each for each in there if wanted.keeps.keeps(each.curriculum, each.planned_at)]
    if not wanted.text.strip():
        return [each.id for each in keeps], []
    everything: list[Summary | Closed] = [*keeps, *others]
    ways = wanted.ways({(each.project, each.curriculum) for each in everything})

    def found(each: Summary | Closed) -> bool:
        return wanted.finds(searched(each, name(each.student_id), notes(each.id)), ways)

    return [each.id for each in keeps if found(each)], [each.id for each in others if found(each)]
