"""The waiting room: how long the mentor has been waiting for the student, and what can be done about it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from defense_console.desk.defense.asked import Asked
from defense_console.keys.keymap import command, keys_of
from defense_console.model.defense.timeline import later
from defense_console.safe_text import content, shortened
from defense_console.screens.before import panels
from defense_console.screens.before.cancelling import cancel
from defense_console.screens.before.rescheduling import ask_date, ask_date_on_brief
from defense_console.screens.before.wishes import WAITING
from defense_console.screens.shared.asking import Ask, answer_to
from defense_console.screens.shared.dialogs import Confirm, Sheet
from defense_console.screens.shared.panel_screen import PanelScreen
from defense_console.widgets.clock.big_clock import BigClock
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import N_, _, clock_text, time_of_day

if TYPE_CHECKING:
    from defense_console.desk.defense.brief import BriefDesk


class WaitingScreen(PanelScreen):
    """The mentor waits for the student."""

    CONTEXT = "waiting"
    WISHES = WAITING
    FIRST_FOCUS = ("checks",)
    DEFAULT_CSS = """
    WaitingScreen {
        #waited { height: 3; width: auto; padding: 0 1; }
        &.-flat #waited, &.-short #waited { display: none; }
        #rule { height: auto; padding: 0 1 1 1; max-width: 100; }
    }
    """

    @cached_property
    def brief(self) -> BriefDesk:
        """The use cases of this screen."""
        return self.desk.brief(self.defense_id)

    @property
    def texts(self) -> BriefDesk:
        """Where texts are kept."""
        return self.brief

    # --- drawing -------------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Head, the time waited, the rule, what helps while waiting."""
        with Vertical(classes="head"):
            yield Static(id="waiting-title", markup=False)
            yield Static(id="waiting-when", markup=False)
        yield BigClock(id="waited")
        yield Static(id="rule", markup=False)
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="checks")
                yield Panel(id="path")
            with Vertical(classes="column"):
                yield Panel(id="role")
                yield Panel(id="questions")
                yield Panel(id="notes")

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk = self.brief
        self._show_clock()
        self.panel("checks").show(
            _("Before the call · ready") if desk.ready else _("Before the call"), panels.check_items(desk)
        )
        self.panel("path").show(_("Path"), panels.path_items(desk, self.zone))
        self.panel("role").show(_("Your role"), panels.role_items(desk))
        questions = [Item(item.text, mark=item.mark) for item in panels.question_items(desk)]
        self.panel("questions").show(_("Questions"), questions)
        notes = [Item(item.text) for item in panels.note_items(desk)]
        self.panel("notes").display = bool(notes)
        self.panel("notes").show(_("Notes"), notes)
        self.keep_focus()

    def second(self) -> None:
        """The time waited and the time left move."""
        self._show_clock()

    def _show_clock(self) -> None:
        desk, now = self.brief, self.desk.now().wall
        width = max(20, self.size.width - 2)
        title = _("Waiting for {student}", student=desk.student.name)
        self.query_one("#waiting-title", Static).update(Content(shortened(title, width)).stylize("bold"))
        self.query_one("#waiting-when", Static).update(panels.appointment(desk, self.zone, now))
        waited = clock_text(desk.waited_s())
        self.query_one("#waited", BigClock).text = waited
        self.query_one("#rule", Static).update(self._rule(waited, now))

    def _rule(self, waited: str, now: str) -> Content:
        """How long the student has been waited for, and when absence may be declared."""
        if standing := self.standing_line():
            return content(standing).stylize("bold $text-warning")
        first = content(_("Waited {time}.", time=waited)).stylize("bold")
        left_s = self.brief.no_show_in_s()
        if left_s <= 0:
            rule = _("A third of the plan has gone: {key:waiting.absent} declares the student absent.")
            return Content.assemble(first, " ", Content(f"! {rule}").stylize("bold $text-warning"))
        at = time_of_day(later(now, left_s), self.zone)
        rule = _("{key:waiting.absent} declares the student absent in {left}, at {time}; earlier only with a reason.",
                 left=clock_text(left_s), time=at)  # fmt: skip
        recording = " " + _("The recording runs.") if self.defense.recording is not None else ""
        return Content.assemble(first, " ", rule, recording)

    # --- commands ------------------------------------------------------------------------------------------------

    def action_waiting_start(self) -> None:
        """The student is here."""
        if self.keep_text() and self.attempt(self.brief.start) is not None:
            self.console_app.go("live", self.defense_id)

    async def action_waiting_absent(self) -> None:
        """The student did not come; before a third of the plan has gone this needs a reason."""
        name = self.brief.student.name
        reason: str | None = ""
        left_s = self.brief.no_show_in_s()
        if left_s > 0:
            details = _("A third of the plan goes by in {left}. Earlier, a reason is needed.", left=clock_text(left_s))
            question = _("Why is {student} declared absent now?", student=name)
            reason = await answer_to(self, Ask(self.brief, Asked.ABSENT, question, details))
        elif not await self.app.push_screen_wait(Confirm(_("Was {student} absent?", student=name), yes=_("absent"))):
            reason = None
        if reason is not None and self.attempt(lambda: self.brief.no_show(reason or "")) is not None:
            told = N_(
                "{student} is marked absent; {key:edit.undo} takes it back, "
                "{key:defense.reschedule} gives another date."
            )
            ask_date_on_brief(self, self.defense_id, _(told, student=shortened(name, 40)))

    async def action_waiting_cancel(self) -> None:
        """Cancelled: by whom, and why."""
        told = await cancel(self, self.brief)
        if told is not None:
            ask_date_on_brief(self, self.defense_id, told)

    def action_brief_tick(self) -> None:
        """Tick the check."""
        self.attempt(lambda: self.brief.tick(self.at_cursor()[1]))

    def action_live_recording(self) -> None:
        """The recording starts now."""
        if self.attempt(self.brief.recording) is not None:
            self.tell(_("The recording starts here."))

    def action_live_role(self) -> None:
        """Whom the mentor plays."""
        keys = keys_of(command("live.role"), self.desk.settings)
        self.app.push_screen(Sheet(_("My role"), panels.role_card(self.brief), closing=keys))

    def action_live_audience(self) -> None:
        """Only the clock."""
        from defense_console.screens.live.audience import AudienceScreen

        self.app.push_screen(AudienceScreen(self.defense_id))

    def action_edit_undo(self) -> None:
        """Take the last action back; without the waiting room there is only the brief."""
        if self.attempt(self.brief.undo) is not None and self.defense.session == "planned":
            self.console_app.go("brief", self.defense_id)

    def action_edit_redo(self) -> None:
        """Do it again."""
        if self.attempt(self.brief.redo) is not None:
            self.console_app.go_on(self.brief.summary)

    async def action_defense_reschedule(self) -> None:
        """Another date."""
        await ask_date(self, self.brief)
