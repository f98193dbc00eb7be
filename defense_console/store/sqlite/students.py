"""Students: one row each, folded from their log.

A cache as the summaries are: written in the transaction of the event that changes it, made again from the log where it
is damaged or gone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import msgspec

from defense_console.model.student.state import Student, has_day
from defense_console.model.student.subject import STUDENT
from defense_console.store.caches import row_of_log
from defense_console.store.sqlite.engine import DamagedRow
from defense_console.store.sqlite.keys import name_key
from defense_console.store.sqlite.tables import Documents

TABLE = "students"
_OF_A_DAY = (b'"plans"', b'"running"', b'"alerts"')
_DECODE = msgspec.json.Decoder(Student).decode


class Students:
    """The table `students`."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._rows = documents.rows
        self._all: tuple[Student, ...] = ()
        self._version = (-1, -1)

    def all(self) -> tuple[Student, ...]:
        """Return every student, sorted by id; kept until anybody writes."""
        version = self._rows.version()
        if version != self._version:
            found: dict[str, Student] = {}
            for row in self._rows.raw(TABLE):
                if row.sound:
                    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                        student = _DECODE(row.body)
                        if student.standing.current:
                            found[student.id] = student
            # A row that is damaged, gone or of another version is folded from its log.
            for name in self._rows.names(STUDENT.prefix):
                id = STUDENT.id_of(name)
                if id not in found and (folded := self.one(id)) is not None:
                    found[id] = folded
            self._all, self._version = tuple(found[id] for id in sorted(found)), version
        return self._all

    def let_go(self) -> None:
        """Keep the students in memory no longer."""
        self._all, self._version = (), (-1, -1)

    def of_the_day(self) -> tuple[str, ...]:
        """Return the ids of those who may have something in a day, sorted; only their rows are decoded."""
        found = set()
        for body in self._rows.bodies(TABLE):
            if any(field in body for field in _OF_A_DAY):
                with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                    student = _DECODE(body)
                    if has_day(student):
                        found.add(student.id)
        return tuple(sorted(found))

    def some(self, ids: Sequence[str]) -> tuple[Student, ...]:
        """Return students in the order of `ids`, without those that do not exist."""
        keys = {id: name_key(id) for id in ids}
        bodies, found = self._rows.bodies_of(TABLE, [*keys.values()]), dict[str, Student]()
        for id, key in keys.items():
            student: Student | None = None
            with suppress(KeyError, msgspec.MsgspecError, UnicodeDecodeError):
                student = _DECODE(bodies[key])
            if student is None or student.id != id or not student.standing.current:
                student = self.one(id)
            if student is not None:
                found[id] = student
        return tuple(found[id] for id in ids if id in found)

    def one(self, id: str) -> Student | None:
        """Return one student."""
        with suppress(DamagedRow, msgspec.ValidationError):
            document = self._documents.get(TABLE, "id", id)
            if document is not None and (student := msgspec.convert(document, Student)).standing.current:
                return student
        stream = STUDENT.stream(id)
        row = row_of_log(stream, self._documents.lines(stream), self._documents.curriculum)
        return None if row is None else msgspec.convert(row, Student)

    def put(self, row: Mapping[str, Any], *, new: bool = False) -> bool:
        """Write a student with the hash of their last event, in a transaction of the caller.

        Args:
            new: There is no such student, so nobody needs to look.

        Returns:
            Whether a search must look at them again.
        """
        key = name_key(row["id"])
        if new:
            self._documents.replace(TABLE, key, row, None)
            return True
        before = self._documents.put(TABLE, key, row, "id")
        return bool(before.get("name") != row["name"])
