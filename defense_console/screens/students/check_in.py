"""The check-in of a weekly session: what happened since last time, and one list that is answered with three keys."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.student.overview import Sessions
from defense_console.desk.student.progress import STEP
from defense_console.desk.student.today import form_names, set_in
from defense_console.keys.keymap import Command
from defense_console.safe_text import cells
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.copying import copy_out
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.students import asking, panels, today
from defense_console.screens.students.on_student import StudentPanels
from defense_console.screens.students.wishes import CHECK_IN, CHOICES_OF, kind_and_number
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, language, translator

KEYS: Final = ("check_in.first", "check_in.second", "check_in.third")
"""The three keys of an answer."""


class CheckInScreen(StudentPanels):
    """The left half fills itself; the right half is answered while the session is held."""

    CONTEXT = "check_in"
    WISHES = CHECK_IN
    FIRST_FOCUS = ("today",)

    def __init__(self, student_id: str) -> None:
        super().__init__(student_id)
        self._copied = 0
        self._sessions = Sessions(0, 0)

    def compose_band(self) -> ComposeResult:
        """How much time is left."""
        yield QuietText(id="check-in-time")

    def compose_body(self) -> ComposeResult:
        """Two columns of panels, and what the school's form is told."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="since")
                yield Panel(id="sessions", classes="panel rest")
            with Vertical(classes="column"):
                yield Panel(id="today")
                yield Panel(id="next")
                yield Panel(id="notes", classes="panel rest")
        yield Panel(id="form")

    @property
    def headline(self) -> Headline:
        """Whose session, and how many were held."""
        sessions = self._sessions
        counted = _("{held} of {planned} sessions", held=sessions.held, planned=sessions.planned)
        return Headline(_("Check-in"), self.student.name, self.student.standing.curriculum,
                        more=counted if sessions.planned else "")  # fmt: skip

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk, student, session, now = self.texts, self.student, self.texts.session_today, self.desk.now().wall
        self._draw_time()
        shown = desk.overview()
        since, self._sessions = shown.since, shown.line.sessions
        title = _("Since {day}", day=panels.day_of(since.at, self.zone)) if since.at else _("Since the beginning")
        nothing = Item(Content.styled(_("nothing yet: it fills itself"), "$text-muted"))
        self.panel("since").show(title, today.since_items(since, self.zone, desk.today) or (nothing,))
        sessions = panels.session_items(student, self.zone)
        none = Item(Content.styled(_("This is the first one."), "$text-muted"))
        self.panel("sessions").show(_("Last three sessions"), sessions or (none,))
        items, answered, total = today.agenda_items(desk, session, self._answer_words())
        counted = _("{n} of {total} answered", n=answered, total=total) if student.running is not None else ""
        self.panel("today").show(_("Today"), items, counted, self.hints_of("check_in.close"))
        new = [Item(panels.goal_words(goal)) for goal in set_in(student, session)]
        none = Item(Content.styled(_("none yet: {key:student.goal} writes the next one"), "$text-muted"))
        self.panel("next").show(_("Next goal"), new or [none], str(len(new) or ""))
        since_start = [note for note in student.notes if session is not None and note.seq > session.seq]
        self.show_notes(panels.note_items(since_start, self.zone, now))
        self._draw_form()
        self.keep_focus()

    def _answer_words(self) -> dict[str, Content]:
        """Return the headings with what the three keys answer under each."""
        keys = [hint.key for hint in self.hints_of(*KEYS)]
        return today.headings(keys) if len(keys) == len(KEYS) else today.headings(["", "", ""])

    def _draw_form(self) -> None:
        """Show every field on a line of its own, also the empty ones: nothing moves when one is filled."""
        fields, panel = self.texts.form(), self.panel("form")
        texts = {field.name: panels.one_line_text(field.text) for field in fields}
        to_copy = fields[self._copied % len(fields)].name if fields else ""
        names = form_names(translator(language()))
        wide = max(map(cells, names))
        items = []
        for name in names:
            lead = Content.assemble(
                "› " if name == to_copy else "  ", (panels.same_width(name, wide) + "  ", "$text-muted")
            )
            text = texts.get(name, Content.styled("–", "$text-muted"))
            items.append(Item(text.truncate(max(1, panel.view.width - lead.cell_length), ellipsis=True), mark=lead))
        told = "" if fields else _("what you answer is worded here")
        panel.show(_("For the school's form"), items, told, self.hints_of("check_in.copy"))

    def second(self) -> None:
        """The time left moves."""
        self._draw_time()

    def _draw_time(self) -> None:
        text = today.time_line(self.texts, self.zone, self.desk.now().wall)
        self.query_one("#check-in-time", QuietText).show(text.truncate(self.row_width, ellipsis=True))

    def quiet_line(self) -> str:
        """What the key that is pressed next does."""
        if self.student.running is not None or self.texts.session_today is not None:
            return super().quiet_line()
        if self.texts.planned_today is None:
            return _("{key:check_in.start} starts a session that nobody planned")
        return _("{key:check_in.start} starts the session; {key:check_in.third} says that it is not held")

    def label(self, command: Command) -> str:
        """The words of the three keys follow the line under the cursor."""
        if command.id in KEYS and self.query("#today"):
            place, (panel, key) = KEYS.index(command.id), self.at_cursor()
            if self.student.running is None:
                return _("not held") if command.id == KEYS[-1] else _(command.label)
            return today.answer_word(key if panel == "today" else "goal", place)
        return super().label(command)

    async def on_panel_chosen(self) -> None:
        """Hints depend on where the cursor is."""
        self.show_mode()

    # --- commands ----------------------------------------------------------------------------------------------------

    def action_check_in_start(self) -> None:
        """Begin the session: the student is here."""
        if self.attempt(lambda: self.texts.act(self.texts.starting)) is not None:
            self.focus_panel("today")
            self.tell(_("The session has started; {key:edit.undo} takes it back."))

    async def action_check_in_first(self) -> None:
        """Kept, on track, not blocked."""
        await self._answer(0)

    async def action_check_in_second(self) -> None:
        """Moved, slow, a little blocked."""
        await self._answer(1)

    async def action_check_in_third(self) -> None:
        """Dropped, at risk, blocked; before the start it is not held."""
        if self.student.running is None:
            await asking.call_off(self)
        else:
            await self._answer(2)

    async def _answer(self, place: int) -> None:
        """Answer what is under the cursor, and go on to what is not answered yet."""
        _panel, key = self.at_cursor()
        if key in CHOICES_OF:
            done = self.attempt(lambda: self.texts.act(CHOICES_OF[key][place])) is not None
        elif (goal := self.focused_goal()) is not None and place == 1:
            done = await asking.move_goal(self, goal)
        elif goal is not None and place:
            done = await asking.drop_goal(self, goal)
        else:
            await asking.settle(self, kept=place == 0)
            done = goal is not None
        if done:
            self.panel("today").choose(self._next_open(key))

    def _next_open(self, key: str) -> str:
        """Return the next question without an answer after a line, from the top again; the line itself without any."""
        keys, left = list(self.panel("today").keys), today.unanswered(self.texts, self.texts.session_today)
        place = keys.index(key) if key in keys else -1
        return next((each for each in (*keys[place + 1 :], *keys[: place + 1]) if each in left), key)

    def _estimate(self, by: int) -> None:
        project = self.texts.running_project
        if project is not None:
            percent = self.texts.percent(project) + by
            if self.attempt(lambda: self.texts.estimate(project.id, percent)) is not None:
                self.tell(_("{project} is at {n} %; {key:edit.undo} takes it back.", project=project.id, n=percent))

    def action_check_in_more(self) -> None:
        """Set the estimate ten percent higher."""
        self._estimate(STEP)

    def action_check_in_less(self) -> None:
        """Set the estimate ten percent lower."""
        self._estimate(-STEP)

    def action_check_in_promise(self) -> None:
        """Write what I promise."""
        self.write("promise")

    def action_check_in_copy(self) -> None:
        """Copy the next field of the school's form, from the first one again after the last."""
        fields = self.texts.form()
        field = fields[self._copied % len(fields)]
        self._copied = (self._copied + 1) % len(fields)
        copy_out(self, field.name, field.text)

    async def action_check_in_close(self) -> None:
        """End the session, after a question."""
        left = len(today.unanswered(self.texts, self.texts.session_today))
        details = today.left_words(left)
        if not await self.app.push_screen_wait(Confirm(_("Is the session over?"), details, yes=_("it is over"))):
            return
        if self.attempt(self.texts.end_session) is not None:
            self.leave(_("The session of {student} is held.", student=panels.short_name(self.whose)))

    def leave(self, told: str) -> None:
        """Go back to where the check-in was opened, and say there what was done."""
        self.action_console_back()
        below = self.app.screen
        if isinstance(below, ConsoleScreen):
            below.update()
            below.tell(told)

    async def action_student_edit(self) -> None:
        """Write the focused text again."""
        goal = self.focused_goal()
        if goal is not None:
            await asking.reword_goal(self, goal)
        elif kind_and_number(self.at_cursor()[1])[0] == "edit":
            self.write(self.at_cursor()[1])
