"""The people of a school: who they are, who follows which student, who was asked to read again. See `Store.people`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

READ_AFTER_DAYS: Final = 1
"""So long a second reader still reads a defense after the reading is finished, to settle the differences."""


class Person(msgspec.Struct, frozen=True):
    """Who has an account in a school.

    Attributes:
        role: name of the account on the server.
        kind: what it is in the school.
        name: as it stands in the record.
        students: ids of those that were given to it, sorted; only who looks after the school sees those of others.
    """

    role: str
    kind: str
    name: str
    students: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        """Return the name, the account where there is none."""
        return self.name or self.role


class Known(msgspec.Struct, frozen=True):
    """What one account knows of a school.

    Attributes:
        people: everybody, by kind and name.
        own: account of the student's own mentor, by id of the student, as far as this account may know.
        reads: names of the logs that this account was asked to read a second time.
        administers: whether it looks after the school: an administrator, or the owner of the tables.
    """

    people: tuple[Person, ...] = ()
    own: Mapping[str, str] = {}
    reads: frozenset[str] = frozenset()
    administers: bool = False

    def person(self, role: str) -> Person | None:
        """Return who has an account, None when it has left or is not one of a person."""
        return next((each for each in self.people if each.role == role), None)

    def name_of(self, role: str) -> str:
        """Return the name of who has an account; of nobody here, the account itself."""
        person = self.person(role)
        return role if person is None else person.called


class AskedReading(msgspec.Struct, frozen=True):
    """A second reading that somebody was asked for.

    Attributes:
        role: account of who reads.
        since, done: ISO 8601 UTC instants; `done` is "" until the reading is finished.
    """

    stream: str
    role: str
    since: str
    done: str = ""


class People(Protocol):
    """The people of a store that mentors share, on the thread of the store. Every method raises `StoreError`."""

    def known(self) -> Known:
        """Return what this account knows of the school."""

    def hand_student(self, student: str, role: str, before: str) -> None:
        """Give a student to another mentor: they have the student then, and `before` no longer does.

        A mentor hands on their own students, an administrator those of all.

        Within `Store.transaction` it is done together with what is written there, or not at all.
        """

    def ask_reading(self, stream: str, student: str, role: str) -> None:
        """Let a mentor read one defense a second time, and write that reading."""

    def end_reading(self, stream: str, role: str) -> bool:
        """Take that right away; return whether they had it."""

    def readings_asked(self) -> tuple[AskedReading, ...]:
        """Return who was asked for a second reading, as far as this account may see it, the earliest first."""
