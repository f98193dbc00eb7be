"""The waiting room: how long the mentor has been waiting for the student, and what can be done about it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.defense.asked import Asked
from defense_console.keys.keymap import command, keys_of
from defense_console.model.defense.timeline import later
from defense_console.safe_text import shortened
from defense_console.screens.before import panels
from defense_console.screens.before.cancelling import cancel
from defense_console.screens.before.rescheduling import ask_date, ask_date_on_brief
from defense_console.screens.before.wishes import WAITING
from defense_console.screens.shared.asking import Ask, answer_to
from defense_console.screens.shared.dialogs import Confirm, Sheet
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.panel_screen import DefensePanels
from defense_console.widgets.clock.panel import ClockPanel
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import N_, _, clock_text, short_when, time_of_day

if TYPE_CHECKING:
    from defense_console.desk.defense.brief import BriefDesk


ORDER = ("role", "questions", "notes")
ORDER_BROAD = ("role", "notes", "questions")
"""The second column from top to bottom; where it is broad, two columns filled row by row."""


class WaitingScreen(DefensePanels):
    """The mentor waits for the student."""

    CONTEXT = "waiting"
    WISHES = WAITING
    FIRST_FOCUS = ("checks",)

    @cached_property
    def brief(self) -> BriefDesk:
        """The use cases of this screen."""
        return self.desk.brief(self.defense_id)

    @property
    def texts(self) -> BriefDesk:
        """Where texts are kept."""
        return self.brief

    # --- drawing -------------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """The time waited, in the place of the clock, and the rule of absence."""
        yield ClockPanel(id="waited")

    def compose_body(self) -> ComposeResult:
        """What helps while waiting."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="checks")
                yield Panel(id="scenario")
                yield Panel(id="path", classes="panel rest")
            with Vertical(classes="column pair"):
                yield Panel(id="role")
                yield Panel(id="questions")
                yield Panel(id="notes", classes="panel rest beside")

    @property
    def headline(self) -> Headline:
        """Whom one waits for, and the recording."""
        recording = _("The recording runs.") if self.defense.recording is not None else ""
        return headline_of(self.brief, _("Waiting room"), recording)

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk = self.brief
        self._show_clock()
        checks, done = panels.check_items(desk), self.defense.checks
        ticked = _("{n} of {total}", n=sum(item.key in done for item in checks), total=len(checks))
        self.panel("checks").show(_("Before the call"), checks, ticked, self.hints_of("brief.tick"))
        self.panel("scenario").show(_("Scenario"), panels.scenario_items(desk))
        self.panel("path").show(_("Path"), panels.path_items(desk, self.zone, legend=self.wide))
        self.panel("role").show(_("My role"), panels.role_items(desk), hints=self.hints_of("live.role"))
        questions = [Item(item.text, mark=item.mark) for item in panels.question_items(desk)]
        self.panel("questions").show(_("Questions to ask"), questions)
        self.show_notes(tuple(Item(item.text) for item in panels.note_items(desk)))
        self.order_pair(ORDER_BROAD if self.has_class("-broad") else ORDER)
        self.keep_focus()

    def second(self) -> None:
        """The time waited and the time left move."""
        self._show_clock()

    def _show_clock(self) -> None:
        desk, now = self.brief, self.desk.now()
        clock = self.query_one(ClockPanel)
        waited = clock_text(desk.waited_s())
        late = desk.no_show_in_s() <= 0
        width = clock.show_digits(waited, "warn" if late else "idle")
        planned = _("planned {time}", time=short_when(desk.defense.planned_at, self.zone, now.wall))
        head = Content.assemble((_("WAITED {time}", time=waited), "bold"), f"  {planned}")
        bar, names = panels.plan_bar(desk, self.zone, now, clock.bar_width)
        clock.show_words([head, *self._rule(now.wall, width)], bar, names)

    def _rule(self, now: str, width: int) -> list[Content]:
        """When absence may be declared, on the rows beside the digits."""
        left_s = self.brief.no_show_in_s()
        if left_s <= 0:
            text = _("A third of the plan has gone: {key:waiting.absent} declares the student absent.")
            rule = Content.styled(f"{mark('over')} {text}", "bold $text-warning")
        else:
            at = time_of_day(later(now, left_s), self.zone)
            rule = Content(_("{key:waiting.absent} absent in {left}, at {time}; earlier only with a reason.",
                             left=clock_text(left_s), time=at))  # fmt: skip
        return rule.wrap(max(1, width))

    # --- commands ------------------------------------------------------------------------------------------------

    def action_waiting_start(self) -> None:
        """Start the defense: the student is here."""
        if self.keep_text() and self.attempt(self.brief.start) is not None:
            self.console_app.go("live", self.defense_id)

    async def action_waiting_absent(self) -> None:
        """Record that the student did not come; before a third of the plan has gone this needs a reason."""
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
        """Record that the recording starts now."""
        if self.attempt(self.brief.recording) is not None:
            self.tell(_("The recording starts here."))

    def action_live_role(self) -> None:
        """Whom the mentor plays."""
        keys = keys_of(command("live.role"), self.desk.settings)
        self.app.push_screen(Sheet(_("My role"), panels.role_card(self.brief), closing=keys))

    def action_live_audience(self) -> None:
        """Only the clock."""
        from defense_console.screens.live.audience import AudienceScreen

        self.app.push_screen(AudienceScreen(self.desk.live(self.defense_id)))

    def action_edit_undo(self) -> None:
        """Take the last action back; without the waiting room there is only the brief."""
        if self.take_back(self.brief) and self.defense.session == "planned":
            self.console_app.go("brief", self.defense_id)

    def action_edit_redo(self) -> None:
        """Do it again."""
        if self.bring_back(self.brief):
            self.console_app.go_on(self.brief.summary)

    async def action_defense_reschedule(self) -> None:
        """Ask for another date."""
        await ask_date(self, self.brief)
