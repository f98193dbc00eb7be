"""The people of a school: which account is what there, and which students are whose.

An account is a role of the server. What it may read and write, the policies of the tables say by its name alone. The
owner of the tables adds and removes people; administrators give students too.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal, Protocol

import msgspec
from psycopg import errors
from psycopg.sql import Identifier

from defense_console.model.defense.timeline import iso
from defense_console.model.errors import N_
from defense_console.store.base import Conflict, StoreError
from defense_console.store.people import AskedReading, Known, Person
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.transactions import Transactions

Kind = Literal["mentor", "administrator", "service", "access"]
KINDS: Final[tuple[Kind, ...]] = ("mentor", "administrator", "service", "access")
GONE: Final = "gone"
_PLACE: Final = re.compile('"(schema|person)"')


class Reading(msgspec.Struct, frozen=True):
    """That everything held about a student was read: by which account, and when by the server's clock."""

    role: str
    student: str
    at: str


class OfSchool(Protocol):
    """A store of a school, as far as its people go."""

    @property
    def transactions(self) -> Transactions:
        """Return where statements are run."""

    @property
    def school(self) -> str:
        """Return the name of the school."""

    @property
    def server(self) -> Server:
        """Return the server, which knows the account."""


class People:
    """The people of a school, on the thread of its store."""

    def __init__(self, store: OfSchool) -> None:
        self._store = store
        self._school = store.school
        self._transactions = store.transactions

    def all(self) -> tuple[Person, ...]:
        """Return everybody who has an account, by kind and name."""
        school = {"school": self._school}
        rows, given = self._transactions.read(
            lambda: (self._transactions.execute(sql.PEOPLE, school).fetchall(), self._rows(sql.GIVEN))
        )
        found = [
            Person(role, kind, name, tuple(sorted(student for whose, student in given if whose == role)))
            for role, kind, name in rows
            if kind != GONE
        ]
        return tuple(sorted(found, key=lambda each: (each.kind, each.name, each.role)))

    def add(self, role: str, kind: Kind, name: str) -> bool:
        """Let an account into the school; one that is there becomes what is asked.

        Returns:
            Whether the account was made on the server; then it has no password yet.

        Raises:
            StoreError: This account may not do that, or that account may read everything on the server anyway.
        """

        def add() -> bool:
            there = self._transactions.execute(sql.ROLE, (role,)).fetchone()
            if there is not None and there[0]:
                raise StoreError(
                    N_("“{role}” administers the server and reads everything on it: a person needs an account without "
                       "that."), role=role,
                )  # fmt: skip
            if there is not None and there[1]:
                raise StoreError(
                    N_("“{role}” may act as “{other}” on the server: a person needs an account of their own."),
                    role=role, other=there[1],
                )  # fmt: skip
            if there is None:
                self._make(role)
            if not self._elsewhere(role):
                self._withdraw(role)
            schema = next(iter(self._transactions.execute(sql.SCHEMA_NAME)), ("",))[0]
            for grant in (sql.USE_SCHEMA, *sql.GRANTS[kind]):
                self._transactions.execute(_about(grant, role, schema))
            self._transactions.execute(sql.ADD_PERSON, (self._school, role, kind, name))
            earlier = {"school": self._school, "role": role, "name": name}
            for adopt in (sql.ADOPT_TEXTS, sql.ADOPT_LINES) if kind == "mentor" else ():
                self._transactions.execute(adopt, earlier)
            return there is None

        return self._transactions.write(add)

    def remove(self, role: str) -> tuple[str, ...]:
        """Take every right from an account; what it wrote stays, and its private notes stay its own.

        Returns:
            The students that nobody has now.

        Raises:
            StoreError: There is no such person, or this account may not do that.
        """

        def remove() -> tuple[str, ...]:
            self._known(role)
            given = self._rows(sql.GIVEN)
            kept = {student for whose, student in given if whose != role}
            self._transactions.execute(sql.PERSON_GONE, (self._school, role))
            self._transactions.execute(sql.TAKE_BACK_ALL, (self._school, role))
            self._transactions.execute(sql.NO_PUPILS, (self._school, role))
            self._transactions.execute(sql.END_READINGS, (self._school, role))
            if not self._elsewhere(role):
                self._withdraw(role)
            return tuple(sorted({student for whose, student in given if whose == role} - kept))

        return self._transactions.write(remove)

    def give(self, role: str, student: str) -> None:
        """Let a mentor read and write everything about a student, but private notes of others.

        Raises:
            StoreError: There is no such person or student, or this account may not do that.
        """

        def give() -> None:
            self._known(role, "mentor")
            if not self._rows(sql.STUDENT_THERE, self._school, student):
                raise StoreError(N_("There is no student {id} here."), id=student)
            self._transactions.execute(sql.GIVE, (self._school, role, student))
            place = {"school": self._school, "student": student, "role": role}
            self._transactions.execute(sql.NOBODYS_PUPIL, place)

        self._transactions.write(give)

    def take(self, role: str, student: str) -> None:
        """Take a student from a mentor.

        Raises:
            StoreError: There is no such person, they do not have that student, or this account may not do that.
        """

        def take() -> None:
            self._known(role)
            taken = self._transactions.execute(sql.TAKE_BACK, (self._school, role, student)).rowcount
            if not taken:
                raise StoreError(N_("“{role}” does not have the student {id}."), role=role, id=student)
            self._transactions.execute(sql.NO_PUPIL, (self._school, role, student))

        self._transactions.write(take)

    def known(self) -> Known:
        """Return what this account knows of the school: who is there, and who follows which student."""
        people = self.all()
        rows = self._transactions.read(lambda: self._rows(sql.OWN_MENTORS, self._school))
        mentors = {each.role: each.students for each in people if each.kind == "mentor"}
        own = {student: role for role, students in mentors.items() for student in students}
        own |= {student: role for student, role in rows if role in mentors}
        me = self._store.server.account
        reads = frozenset(each.stream for each in self.readings_asked() if each.role == me)
        return Known(people, own, reads, self._store.server.kind in (None, "administrator"))

    def hand_student(self, student: str, role: str, before: str) -> None:
        """Give a student to another mentor; see `store.people.People.hand_student`.

        Raises:
            StoreError: They are no mentor here, or the student is not this account's to give.
        """

        def hand() -> None:
            self._known(role, "mentor")
            place = {"school": self._school, "student": student, "role": role, "before": before}
            try:
                self._transactions.execute(sql.GIVE, (self._school, role, student))
                self._transactions.execute(sql.NEW_PUPIL, place)
                taken = self._transactions.execute(sql.TAKE_BACK, (self._school, before, student)).rowcount
            except errors.InsufficientPrivilege as error:
                raise _not_theirs(student) from error
            if not taken:
                raise _not_theirs(student)

        self._transactions.write(hand)

    def ask_reading(self, stream: str, student: str, role: str) -> None:
        """Let a mentor read one defense a second time; see `store.people.People.ask_reading`.

        Raises:
            StoreError: They are no mentor here, were asked before, or this account may not ask.
        """

        def ask() -> None:
            self._known(role, "mentor")
            try:
                self._transactions.execute(sql.ASK_READING, (self._school, stream, role, student))
            except errors.UniqueViolation as error:
                raise Conflict(N_("“{role}” was asked to read this defense already."), role=role) from error
            except errors.InsufficientPrivilege as error:
                raise StoreError(
                    N_("Who assesses a defense, who follows the student and an administrator ask for a second reading.")
                ) from error

        self._transactions.write(ask)

    def end_reading(self, stream: str, role: str) -> bool:
        """Take the right to read a defense again away; return whether they had it."""
        place = (self._school, stream, role)
        return self._transactions.write(lambda: self._transactions.execute(sql.END_READING, place).rowcount > 0)

    def readings_asked(self) -> tuple[AskedReading, ...]:
        """Return who was asked for a second reading, as far as this account may see it."""
        rows = self._transactions.read(lambda: self._rows(sql.READINGS_ASKED, self._school))
        return tuple(AskedReading(stream, role, iso(at), iso(done) if done else "") for stream, role, at, done in rows)

    def readings(self) -> tuple[Reading, ...]:
        """Return when everything held about a student was read, the earliest first."""
        rows = self._transactions.read(lambda: self._rows(sql.READINGS, self._school))
        return tuple(Reading(role, student, iso(at)) for role, student, at in rows)

    def _rows(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        return self._transactions.execute(statement, parameters or (self._school,)).fetchall()

    def _known(self, role: str, kind: str = "") -> None:
        found = self._transactions.execute(sql.PERSON_OF, {"school": self._school, "role": role}).fetchone()
        if found is None or found[0] == GONE:
            raise StoreError(N_("There is nobody with the account “{role}” in this school."), role=role)
        if kind not in ("", found[0]):
            raise StoreError(N_("“{role}” is no mentor: only mentors have students."), role=role)

    def _make(self, role: str) -> None:
        try:
            self._transactions.execute(_about(sql.NEW_ROLE, role))
        except errors.InsufficientPrivilege as error:
            raise StoreError(
                N_("There is no account “{role}” on the server, and yours may not make one: run “createuser --pwprompt "
                   "{role}” as who may, then this again."), role=role,
            ) from error  # fmt: skip

    def _withdraw(self, role: str) -> None:
        self._transactions.execute(_about(sql.NO_RIGHTS, role))

    def _elsewhere(self, role: str) -> bool:
        """Return whether the account is in another school of this database."""
        return bool(self._rows(sql.ELSEWHERE, self._school, role))


def _not_theirs(student: str) -> Conflict:
    return Conflict(N_("The student {id} is not yours to give: ask who looks after the school."), id=student)


def _about(statement: str, role: str, schema: object = "") -> str:
    """Return a statement about an account: names of accounts are no parameters."""
    named = {'"schema"': str(schema), '"person"': role}
    return _PLACE.sub(lambda place: Identifier(named[place[0]]).as_string().replace("%", "%%"), statement)
