"""What every screen about one defense can do: read it, undo, redo, type texts."""

from __future__ import annotations

from collections.abc import Collection
from itertools import chain

from defense_console.desk.defense.asked import settled_by
from defense_console.desk.defense.texts import text_event, text_now
from defense_console.desk.defense.wording import describe, requests_of
from defense_console.desk.logs.attempts import defenses_of, projects_of
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.one_log import LogDesk
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import revision
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.rubric import project_of
from defense_console.model.defense.state import Defense, Request
from defense_console.model.defense.subject import DEFENSE, Defenses, curriculum_of
from defense_console.model.defense.summary import Summary, summarize
from defense_console.model.log.envelope import Stamp
from defense_console.model.queue.path import ProjectStatus, path
from defense_console.model.student.state import Student
from defense_console.words.translation import _


class DefenseDesk(LogDesk[DefenseWhat, Defense]):
    """One defense on the desk. Every method that changes something returns the defense after it.

    Args:
        ledger: The logs.
        defense_id: Whole id of the defense.
        leases: Who writes on what; None for a desk that is alone with its store.
        subject: Defenses, or rehearsals.
    """

    def __init__(self, ledger: Ledger, defense_id: str, leases: Leases, subject: Defenses = DEFENSE) -> None:
        super().__init__(ledger, subject, defense_id, leases)

    # --- reading -------------------------------------------------------------------------------------------------

    @property
    def defense(self) -> Defense:
        """The defense as it is known now; what is still on its way to the disk counts."""
        return self.state

    @property
    def curriculum(self) -> Curriculum:
        """Return the pinned curriculum, or the shipped one before the first start."""
        return curriculum_of(self.defense, self.ledger.curricula)

    @property
    def project(self) -> Project:
        """Return the project of this defense.

        Raises:
            ConsoleError: The curriculum no longer has it.
        """
        defense = self.defense
        return project_of(defense, curriculum_of(defense, self.ledger.curricula))

    @property
    def student(self) -> Student:
        """Return who defends."""
        student_id = self.defense.student_id
        found = self.ledger.snapshot.student(student_id)
        return found if found is not None else Student(student_id, student_id, "", "", 0)

    @property
    def whose(self) -> str:
        """Return who defends what, in words: student, project, attempt."""
        defense = self.defense
        return _("{student} · {project} · attempt {n}",
                 student=self.student.name, project=defense.project, n=defense.attempt)  # fmt: skip

    def said(self, event: DefenseEvent, language: str) -> str:
        """Return what an event says, as a sentence."""
        rows = requests_of(self.events)
        return describe(event, self.curriculum, language, self.project, rows, self.leases.zone)

    @property
    def summary(self) -> Summary:
        """Return the row of the queue."""
        return summarize(self.id, self.defense)

    @property
    def others(self) -> tuple[Summary, ...]:
        """Return every defense of this student on this curriculum, by project then attempt; their ids are computed."""
        defense = self.defense
        shipped = self.ledger.curricula.shipped.get(defense.curriculum, self.curriculum)
        return tuple(chain.from_iterable(defenses_of(self._summaries, projects_of(defense, shipped)).values()))

    @property
    def attempts(self) -> tuple[Summary, ...]:
        """Return every attempt at this project, the first one first."""
        defense = self.defense
        project = (defense.student_id, defense.project)
        return defenses_of(self._summaries, {project: defense.attempt})[project]

    def _summaries(self, ids: Collection[str]) -> dict[str, Summary]:
        """Return the summaries by id; what is on its way to the store counts."""
        now = self.ledger.unacknowledged(DEFENSE) | {self.id: self.defense}
        found = self.ledger.snapshot.summaries([id for id in ids if id not in now])
        return found | {id: summarize(id, now[id]) for id in ids if id in now}

    @property
    def previous(self) -> tuple[Summary, ...]:
        """Return the earlier attempts at this project, the first one first."""
        return tuple(summary for summary in self.attempts if summary.attempt < self.defense.attempt)

    @property
    def earlier(self) -> Defense | None:
        """Return the attempt before this one as it ended, None when it is not known."""
        previous = self.previous
        return self.ledger.state(DEFENSE, previous[-1].id) if previous else None

    @property
    def path(self) -> tuple[tuple[Project, ProjectStatus], ...]:
        """Return the student's path: every project of the curriculum with its status."""
        shipped = self.ledger.curricula.shipped.get(self.defense.curriculum, self.curriculum)
        return path(shipped, self.others)

    # --- texts ---------------------------------------------------------------------------------------------------

    def held_text(self, field: str) -> str:
        """Return what a field shows when nothing is being typed in it."""
        return text_now(self.defense, field, self._row)

    def meant(self, field: str, text: str, first: Stamp) -> DefenseWhat | None:
        """Return the event that a finished text becomes; None when it changes nothing."""
        return text_event(self.defense, field, text, first, self._row)

    def fields_settled_by(self, what: DefenseWhat) -> tuple[str, ...]:
        """Return the questions that an event answers: their texts go with it."""
        return settled_by(what)

    def _row(self, row_id: str) -> Request | None:
        defense = self.defense
        rows = revision.rows(defense, self.curriculum, self.project)
        return next((row.request for row in rows if row.request.id == row_id), None)
