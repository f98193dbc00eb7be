"""The brief: what the mentor reads and ticks before the student is here, so that no defense starts cold."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.screens.before import panels
from defense_console.screens.before.cancelling import cancel
from defense_console.screens.before.rescheduling import ask_close, ask_date
from defense_console.screens.before.wishes import BRIEF
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.going_on import going_on_words
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.panel_screen import DefensePanels
from defense_console.screens.uploads.receiving import ask_receive
from defense_console.screens.uploads.viewing import ask_view
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Panel
from defense_console.words.translation import _, when

if TYPE_CHECKING:
    from textual.worker import Worker

    from defense_console.desk.defense.brief import BriefDesk


ORDER = ("scenario", "role", "questions", "notes")
ORDER_BROAD = ("scenario", "questions", "role", "notes")
ORDER_NARROW = ("questions", "role", "scenario", "notes")
"""The right column from top to bottom; below the left one what is asked comes first."""


class BriefScreen(DefensePanels):
    """Everything to know before a defense."""

    CONTEXT = "brief"
    WISHES = BRIEF
    FIRST_FOCUS = ("checks", "deliverables")

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
        """When it starts, and the plan as a bar."""
        yield QuietText(id="brief-when")

    def compose_body(self) -> ComposeResult:
        """Two columns of panels."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="checks")
                yield Panel(id="deliverables")
                yield Panel(id="path", classes="panel rest")
            with Vertical(classes="column pair"):
                yield Panel(id="scenario")
                yield Panel(id="role")
                yield Panel(id="questions")
                yield Panel(id="notes", classes="panel rest")

    @property
    def headline(self) -> Headline:
        """Who defends what."""
        return headline_of(self.brief, _("Brief"))

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk, now = self.brief, self.desk.now().wall
        self._show_when()
        checks, done = panels.check_items(desk), self.defense.checks
        self.panel("checks").show(
            _("Before the call"), checks, _counted(sum(item.key in done for item in checks), len(checks)),
            self.hints_of("brief.tick"),
        )  # fmt: skip
        deliverables = desk.project.deliverables
        received = sum(desk.defense.declared.get(d.n, False) for d in deliverables)
        self.panel("deliverables").show(
            _("Deliverables"), panels.deliverable_items(desk, self.zone, now), _counted(received, len(deliverables)),
            self.hints_of("documents.receive", "documents.open"),
        )  # fmt: skip
        self.panel("path").show(_("Path"), panels.path_items(desk, self.zone, legend=self.wide))
        self.panel("scenario").show(_("Scenario"), panels.scenario_items(desk))
        self.panel("role").show(_("My role"), panels.role_items(desk))
        self.panel("questions").show(_("Questions to ask"), panels.question_items(desk))
        self.show_notes(panels.note_items(desk))
        broad = self.has_class("-broad")
        self.order_pair(ORDER_BROAD if broad else ORDER if self.wide else ORDER_NARROW)
        self.keep_focus()

    def second(self) -> None:
        """The time until the start moves."""
        self._show_when()

    def _show_when(self) -> None:
        desk, now, width = self.brief, self.desk.now(), self.row_width
        bar, names = panels.plan_bar(desk, self.zone, now, width)
        lines = [panels.appointment(desk, self.zone, now.wall, width), bar, names]
        self.query_one("#brief-when", QuietText).show(Content("\n").join(lines))

    def quiet_line(self) -> str:
        """What the key that is pressed next does."""
        if self.defense.session != "planned" or self.brief.read_only is not None:
            return super().quiet_line()
        return _("{key:brief.open_room} opens the waiting room; the next {key:waiting.start} starts the clock")

    # --- commands ------------------------------------------------------------------------------------------------

    def action_brief_tick(self) -> None:
        """Tick the check, or declare the deliverable: received, missing, received again."""
        panel, key = self.at_cursor()
        if panel == "checks":
            self.attempt(lambda: self.brief.tick(key))
        else:
            n = int(key)
            received = self.defense.declared.get(n, False)
            self.attempt(lambda: self.brief.declare(n, not received))

    async def action_brief_open_room(self) -> None:
        """Open the waiting room, or go back to what is open already."""
        session = self.defense.session
        if session == "live":
            self.console_app.go("live", self.defense_id)
        elif session == "waiting" or (await self._is_meant() and self.attempt(self.brief.open_room) is not None):
            self.console_app.go("waiting", self.defense_id)

    async def _is_meant(self) -> bool:
        """Ask whether it is this defense, where its day or a live one speaks against it."""
        found, agenda = [], self.desk.agenda
        entry = agenda.entry(self.defense_id)
        if entry is not None and "today" not in entry.tabs:
            at = when(entry.summary.planned_at, self.zone, self.desk.now().wall)
            found.append(_("This defense is planned for another day: {when}.", when=at))
        found += map(going_on_words, agenda.going_on(self.defense_id))
        question = Confirm(_("Open the waiting room all the same?"), "\n".join(found), yes=_("open the room"))
        return not found or await self.app.push_screen_wait(question)

    def action_edit_undo(self) -> None:
        """Take the last action back."""
        if self.take_back(self.brief) and self.defense.session in ("waiting", "live"):
            self.console_app.go_on(self.brief.summary)

    def action_documents_receive(self) -> Worker[None]:
        """Take documents in."""
        return ask_receive(self, self.defense_id)

    def action_documents_open(self) -> Worker[bool] | None:
        """Show the document under the cursor."""
        version = self.brief.latest(int(self.at_cursor()[1]))
        return None if version is None else ask_view(self, version.files)

    async def action_brief_cancel(self) -> None:
        """Cancelled: by whom, and why."""
        if (told := await cancel(self, self.brief)) is not None:
            await ask_date(self, self.brief, told)

    async def action_defense_reschedule(self) -> None:
        """Ask for another date."""
        await ask_date(self, self.brief)

    async def action_defense_close(self) -> None:
        """Close the defense: it gets no other date."""
        await ask_close(self, self.brief)

    async def on_panel_chosen(self) -> None:
        """Hints depend on where the cursor is."""
        self.show_mode()


def _counted(n: int, total: int) -> str:
    return _("{n} of {total}", n=n, total=total)
