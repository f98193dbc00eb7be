"""One student: what they promised, the latest sessions, questions, how they learn, notes."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.student.outlook import Outlook
from defense_console.desk.student.overview import Overview
from defense_console.screens.students import asking, panels
from defense_console.screens.students.on_student import StudentPanels
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.plots.curve_panel import CurvePanel
from defense_console.widgets.plots.path_strip import path_line
from defense_console.words.translation import _, language


class StudentScreen(StudentPanels):
    """Everything about one student."""

    CONTEXT = "student"
    FIRST_FOCUS = ("goals", "questions", "notes")
    _asked: int | None = None
    """Number of the question that was just kept."""

    def compose_band(self) -> ComposeResult:
        """The path, and how things are."""
        yield QuietText(id="student-band")

    def compose_body(self) -> ComposeResult:
        """Two columns of panels."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column", id="student-left"):
                yield Panel(id="goals")
                yield CurvePanel(id="progress")
                yield Panel(id="sessions", classes="panel rest")
            with Vertical(classes="column", id="student-right"):
                yield Panel(id="questions")
                yield Panel(id="learning")
                yield Panel(id="notes", classes="panel rest")

    @property
    def headline(self) -> Headline:
        """Who it is, on which curriculum."""
        curriculum = self.texts.curriculum
        code, title = (curriculum.code, curriculum.title.in_(language())) if curriculum is not None else ("", "")
        since = min((plan.starts for plan in self.student.standing.plans), default="")
        more = _("since {day}", day=panels.date_of(since)) if since else ""
        return Headline("", self.student.name, code, title, more)

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk, student, now = self.texts, self.student, self.desk.now().wall
        shown = desk.overview()
        self._draw_band(shown)
        self._show(
            "goals", _("Open goals"), panels.goal_items(student, desk.today),
            _("none yet: {key:student.goal} writes the next one"),
            ", ".join(filter(None, (str(len(student.open_goals) or ""), panels.record_text(shown.record)))),
            "student.kept", "student.moved", "student.dropped",
        )  # fmt: skip
        held = shown.line.sessions
        self._show(
            "sessions", _("Sessions"), panels.session_items(student, self.zone),
            _("none yet: {key:student.check_in} opens the check-in, {key:queue.student} plans the weekly session"),
            _("{n} of {total}", n=held.held, total=held.planned) if held.planned else "", "student.check_in",
        )  # fmt: skip
        waiting = sum(question.state == "open" for question in student.questions)
        self._show(
            "questions", _("Questions"), panels.question_items(student, self.zone, now),
            _("none yet: {key:student.question} keeps a question, {key:student.resource} a resource"),
            _("{n} open", n=waiting) if waiting else "", "student.question", "student.resource",
        )  # fmt: skip
        none = _("none yet: {key:student.learning} notes how the student learns")
        self._show("learning", _("Learning"), panels.learning_items(student), none, "", "student.learning")
        handed = panels.handed_over_items(student.handed_over, self.zone, now)
        self.show_notes((*handed, *panels.note_items(student.notes, self.zone, now)))
        self.keep_focus()

    def _show(self, id: str, title: str, items: tuple[Item, ...], none: str, count: str, *keys: str) -> None:
        """Show a panel; an empty one says which key fills it."""
        empty = (Item(Content.styled(none, "$text-muted")),)
        self.panel(id).show(title, items or empty, count, self.hints_of(*keys) if items else ())

    def after_writing(self) -> None:
        """To a question that was just kept, so that one sees it and an earlier answer is one key away."""
        if self._asked is not None and not self.writer.field_key:
            self.panel("questions").choose(f"question/{self._asked}")
            self._written_from, self._asked = "questions", None
        super().after_writing()

    def text_kept(self, field: str, known: int) -> None:
        """Remember a question that is new."""
        super().text_kept(field, known)
        new = [question.seq for question in self.student.questions if question.seq > known]
        if field == "question" and new:
            self._asked = new[-1]

    def _draw_band(self, shown: Overview) -> None:
        path = self.texts.path
        first = (
            path_line(path, self.row_width)
            if path
            else Content.styled(_("no path yet: {key:queue.student} plans it"), "$text-muted")
        )
        second = panels.situation(self.student, shown, self.going_on(), self.zone, self.desk.now().wall)
        ahead = self.desk.outlooks.of(self.student_id)
        third = panels.end_words(self.desk.outlooks, ahead.forecast)
        rows = [first, *(each.truncate(self.row_width, ellipsis=True) for each in (second, third))]
        self.query_one("#student-band", QuietText).show(Content("\n").join(rows))
        self._draw_progress(ahead)

    def _draw_progress(self, ahead: Outlook) -> None:
        panel = self.query_one(CurvePanel)
        panel.name_frame(_("Progress"), panels.output_words(ahead))
        if ahead.course is None or ahead.forecast is None:
            none = _("no plan yet: {key:queue.student} plans the path, then there is a forecast")
            panel.show_none(Content.styled(none, "$text-muted"))
        else:
            panel.show(ahead.course, ahead.forecast, self.desk.outlooks.today, panels.dots(self.student))

    async def on_panel_chosen(self) -> None:
        """Hints depend on where the cursor is."""
        self.show_mode()

    # --- commands ----------------------------------------------------------------------------------------------------

    def action_student_check_in(self) -> None:
        """Open the check-in of the weekly session."""
        self.console_app.go("check_in", self.student_id)

    async def action_student_kept(self) -> None:
        """Record that the goal or the promise is kept, or the question answered."""
        await asking.settle(self, kept=True)

    async def action_student_dropped(self) -> None:
        """Drop the goal, the promise or the question."""
        await asking.settle(self, kept=False)

    async def action_student_moved(self) -> None:
        """Ask for another day for the goal."""
        goal = self.focused_goal()
        if goal is not None:
            await asking.move_goal(self, goal)

    async def action_student_edit(self) -> None:
        """Write the focused text again."""
        if (goal := self.focused_goal()) is not None:
            await asking.reword_goal(self, goal)
        elif (question := self.focused_question()) is not None:
            await asking.answer_question(self, question)
        else:
            self.write(self.at_cursor()[1])

    def action_students_alerts(self) -> None:
        """Show the alerts, with this student under the cursor."""
        self.console_app.go("alerts", self.student_id)

    def action_student_readiness(self) -> None:
        """Show what speaks for and against the next defense."""
        self.console_app.go("readiness", self.student_id)

    async def action_student_earlier(self) -> None:
        """Show what others were answered at the same criterion."""
        question = self.focused_question()
        if question is not None:
            await asking.answer_as_before(self, question)

    async def action_student_learning(self) -> None:
        """Record how the student learns."""
        await asking.note_learning(self)

    async def action_student_resource(self) -> None:
        """Point the student to something to read, watch or do."""
        await asking.point_to(self)

    async def action_student_estimate(self) -> None:
        """Ask how far the running project is."""
        await asking.estimate(self)

    async def action_student_away(self) -> None:
        """Away until a day, or here again."""
        await asking.go_away(self)

    async def action_student_reports(self) -> None:
        """Open one of the defenses."""
        await asking.open_report(self)

    async def action_student_hand_over(self) -> None:
        """Give the student to another mentor."""
        await asking.hand_over(self)

    async def action_queue_student(self) -> None:
        """Change the student."""
        from defense_console.screens.students.changing import change_student

        await change_student(self, self.texts)
