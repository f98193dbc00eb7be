"""Screens about one student: their panels, their texts, and the line that is under the cursor."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from textual.content import Content

from defense_console.desk.queue import GoingOn
from defense_console.desk.student.student import StudentDesk
from defense_console.keys.keymap import Command
from defense_console.model.defense.subject import REHEARSAL
from defense_console.model.log.kinds import numbered
from defense_console.model.student.state import FollowedStudent, Goal, Promise, StudentQuestion
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.going_on import going_on_words
from defense_console.screens.shared.panel_screen import PanelScreen
from defense_console.screens.shared.wishes import Seen, Wishes
from defense_console.screens.students.goal_reading import ReadsGoals
from defense_console.screens.students.panels import short_name
from defense_console.screens.students.wishes import ON_A_STUDENT, kind_and_number
from defense_console.words.translation import _, language


class StudentPanels(PanelScreen, ReadsGoals):
    """A screen about one student.

    Args:
        student_id: The school's id.
    """

    WISHES: ClassVar[Wishes[Any]] = ON_A_STUDENT

    def __init__(self, student_id: str) -> None:
        super().__init__()
        self.student_id = student_id

    @cached_property
    def texts(self) -> StudentDesk:
        """The use cases of this screen."""
        return self.desk.follow(self.student_id)

    @property
    def place_id(self) -> str:
        """Return the id of the student."""
        return self.student_id

    @property
    def stream(self) -> str:
        """The student's log."""
        return self.texts.stream

    @property
    def whose(self) -> str:
        """Who it is."""
        return self.texts.whose

    @property
    def student(self) -> FollowedStudent:
        """The student as they are known now."""
        return self.texts.student

    def seen(self) -> Seen[StudentDesk]:
        """The desk, and where the cursor is."""
        return Seen(self.texts, *self.at_cursor())

    def field_label(self, field: str) -> str | Content:
        """What is being written, and about whom."""
        match field.partition("/")[0]:
            case "goal":
                return _("Next goal")
            case "question":
                return _("Question of {student}", student=short_name(self.whose))
            case "promise":
                return _("What I promise")
            case "note":
                return _("Private note")
        return _("Edit")

    def can_write(self, field: str) -> bool:
        """Whether this screen writes a field."""
        return ReadsGoals.can_write(self, field)

    # --- what is under the cursor ------------------------------------------------------------------------------------

    def focused_goal(self) -> Goal | None:
        """The goal under the cursor."""
        kind, number = kind_and_number(self.at_cursor()[1])
        return numbered(self.student.goals, number) if kind == "goal" else None

    def focused_promise(self) -> Promise | None:
        """The promise under the cursor."""
        kind, number = kind_and_number(self.at_cursor()[1])
        return numbered(self.student.promises, number) if kind == "promise" else None

    def focused_question(self) -> StudentQuestion | None:
        """The question under the cursor."""
        kind, number = kind_and_number(self.at_cursor()[1])
        return numbered(self.student.questions, number) if kind == "question" else None

    def going_on(self) -> tuple[GoingOn, ...]:
        """The student's defenses and rehearsals that are live."""
        return tuple(each for each in self.desk.agenda.going_on() if each.student_id == self.student_id)

    def _rehearsal(self) -> str:
        """Id of the student's rehearsal that is live, "" for none."""
        return next((each.id for each in self.going_on() if each.subject is REHEARSAL), "")

    def label(self, command: Command) -> str:
        """The key that rehearses goes on with the rehearsal that is live."""
        if command.id == "student.rehearse" and self._rehearsal():
            return _("go on")
        return super().label(command)

    # --- commands ----------------------------------------------------------------------------------------------------

    def action_student_goal(self) -> None:
        """Write the next goal."""
        self.write("goal")

    def action_student_question(self) -> None:
        """Write down a question of the student."""
        self.write("question")

    def action_student_note(self) -> None:
        """Write a private note."""
        self.write("note")

    async def action_student_rehearse(self) -> None:
        """Rehearse the next defense, after a question; one that is live is continued at once."""
        if id := self._rehearsal():
            self.console_app.go("rehearsal", id)
            return
        desk, project = self.texts, self.texts.running_project
        curriculum = desk.curriculum
        if project is None or curriculum is None:
            return
        details = _("The live screen opens and its clock runs. Nothing of it enters the record or a report.")
        details = "\n".join((details, *map(going_on_words, self.desk.agenda.going_on())))
        question = Confirm(_("Rehearse {project} now?", project=project.id), details, yes=_("rehearse"))
        if not await self.app.push_screen_wait(question):
            return
        rehearsals, tongue = self.desk.rehearsals, language()
        begun = self.attempt(lambda: rehearsals.begin(self.student_id, curriculum, project, tongue))
        if begun is not None:
            self.console_app.go("rehearsal", begun)
