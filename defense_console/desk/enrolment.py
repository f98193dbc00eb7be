"""New students and defenses as a mentor types them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import count
from typing import Final

from defense_console.desk.logs.attempts import defenses_of
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.queue import AgendaDesk
from defense_console.desk.student.students import everybody
from defense_console.desk.typed.answers import Typed
from defense_console.exchange.lists.headings import plain
from defense_console.exchange.lists.rows import project_forms
from defense_console.exchange.same_id import KnownIds
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary, defense_id
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.searching import Closed
from defense_console.model.student.kinds import StudentRegistered
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.text import is_one_line, searchable

LONGEST_ID: Final = 24
"""An id that is offered is made of so many characters of the name at most."""
_NO_LETTERS: Final = re.compile(r"[^a-z0-9]+")


class Enrolment:
    """New students and defenses.

    Args:
        ledger: The logs.
        agenda: Its undo takes back what is done here.
        shipped: Curricula by code.
    """

    def __init__(self, ledger: Ledger, agenda: AgendaDesk, shipped: Mapping[str, Curriculum]) -> None:
        self._ledger = ledger
        self._agenda = agenda
        self._shipped = shipped

    def typed(self, whose: str = "", student_id: str = "") -> Typed:
        """Return what keeps the texts of the questions. Args: see `Typed`."""
        return Typed(self._ledger, whose, student_id)

    # --- students ------------------------------------------------------------------------------------------------

    def students(self, text: str) -> tuple[Student, ...]:
        """Return the students that a text means, in order of their names.

        Args:
            text: As typed: an id or a whole name, else a part of names.
        """
        sought = searchable(text)
        people = sorted(everybody(self._ledger).values(), key=lambda each: (searchable(each.name), each.id))
        exact = [each for each in people if sought in (searchable(each.id), searchable(each.name))]
        return tuple(exact or [each for each in people if sought and sought in searchable(each.name)])

    def free_id(self, name: str) -> str:
        """Return an id that no student has, made of a name."""
        base = _NO_LETTERS.sub("-", searchable(name))[:LONGEST_ID].strip("-") or "s"
        taken = everybody(self._ledger)
        return next(id for n in count(1) if (id := base if n == 1 else f"{base}-{n}") not in taken)

    def register(self, id: str, name: str) -> Student:
        """Begin the log of a student.

        Raises:
            ConsoleError: There is a student with this id, or one that looks the same.
        """
        if not is_one_line(id) or not is_one_line(name):
            raise ConsoleError("A name and an id are each one line.")
        taken = everybody(self._ledger)
        read = KnownIds(taken).read(id)
        if read in taken:
            raise ConsoleError("There is a student {id} already.", id=read)
        return self._ledger.begin(STUDENT, read, StudentRegistered(read, name))

    # --- defenses ------------------------------------------------------------------------------------------------

    def projects(self, text: str) -> tuple[tuple[Curriculum, Project], ...]:
        """Return the projects that a text means, by id, number or title: `IRP-P2`, `P2`, `Training request`."""
        asked = plain(text)
        every = [(each, project) for each in self._shipped.values() for project in each.projects]
        return tuple((each, project) for each, project in every if asked in project_forms(each.code, project))

    @property
    def project_ids(self) -> tuple[str, ...]:
        """The first and the last project of each curriculum, to show how one is written."""
        return tuple(f"{c.projects[0].id} … {c.projects[-1].id}" for c in self._shipped.values() if c.projects)

    def attempts(self, student_id: str, project_id: str) -> tuple[Summary, ...]:
        """Return what is known of the attempts of a student at a project, the first one first."""
        own: list[Summary | Closed] = [each.summary for each in self._agenda.entries()]
        own += self._ledger.snapshot.closed()
        pair = student_id, project_id
        known = max((each.attempt for each in own if (each.student_id, each.project) == pair), default=0)
        return defenses_of(self._agenda.find, {pair: known})[pair]

    def plan(self, student_id: str, curriculum: Curriculum, project: Project, planned_at: str) -> str:
        """Plan the next attempt of a student at a project; after one that was not held, the same attempt again.

        Args:
            student_id: Of a student that is known.
            curriculum: Of the project.
            project: What is defended.
            planned_at: ISO 8601 UTC.

        Returns:
            Id of the defense.

        Raises:
            ConsoleError: The attempt before is not settled, or the project is validated.
        """
        before = self.attempts(student_id, project.id)
        if (reason := self.no_plan(before)) is not None:
            raise reason
        last = before[-1] if before else None
        if last is not None and last.session in NOT_HELD:
            self._ledger.act(DEFENSE, last.id, ev.Rescheduled(planned_at, by_hand=True))
            self._agenda.did(last.id)
            return last.id
        n = last.attempt + 1 if last is not None else 1
        id = str(defense_id(student_id, project.id, n))
        carried = carried_from(self._ledger.state(DEFENSE, last.id)) if last is not None else None
        first = ev.Planned(student_id, curriculum.code, project.id, n, planned_at, carried=carried)
        self._ledger.begin(DEFENSE, id, first)
        self._agenda.began(id)
        return id

    def no_plan(self, before: tuple[Summary, ...]) -> ConsoleError | None:
        """Why no attempt can follow these, None when one can. Args: before: every attempt, the first one first."""
        last = before[-1] if before else None
        if last is None or last.session in NOT_HELD:
            return None
        if last.pending:
            return ConsoleError("Attempt {n} at {project} is not settled yet.", n=last.attempt, project=last.project)
        if last.in_force == "validated":
            return ConsoleError("{project} is validated already.", project=last.project)
        return None
