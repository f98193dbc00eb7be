"""After a rehearsal: the short report for the student, and how the defense differed from it once that was held."""

from __future__ import annotations

from collections.abc import Iterable

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.exchange.saving import proposed_file
from defense_console.desk.student.rehearsing import ReportPart
from defense_console.model.text import visible
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.copying import copy_out
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.verdict.saving import save_as
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, date_text, language, translator


class RehearsedScreen(ConsoleScreen):
    """The report of one rehearsal.

    Args:
        rehearsal_id: Whole id.
    """

    CONTEXT = "rehearsed"

    def __init__(self, rehearsal_id: str) -> None:
        super().__init__()
        self.rehearsal_id = rehearsal_id

    @property
    def live(self) -> LiveDesk:
        """Return the desk of the rehearsal."""
        return self.desk.rehearsal(self.rehearsal_id)

    @property
    def place_id(self) -> str:
        """Return the id of the rehearsal."""
        return self.rehearsal_id

    @property
    def stream(self) -> str:
        """The log of the rehearsal."""
        return self.live.stream

    def compose_body(self) -> ComposeResult:
        """The report, and beside it the comparison."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="rehearsal-report")
            with Vertical(classes="column"):
                yield Panel(id="rehearsal-compared")

    @property
    def headline(self) -> Headline:
        """Who rehearsed what."""
        return headline_of(self.live, _("Rehearsal"), _("rehearsal {n}", n=self.live.defense.attempt))

    def redraw(self) -> None:
        """Show the report of the rehearsal, and how the defense compared with it."""
        in_words, student = translator(language()), self.desk.follow(self.live.defense.student_id)
        report = self.desk.rehearsals.report(self.rehearsal_id, in_words)
        self._show("rehearsal-report", _("Report for the student"), report)
        compared = self.desk.rehearsals.compared(self.rehearsal_id, iter(student.defenses.values()), in_words)
        none = Item(Content.styled(_("the defense was not held yet"), "$text-muted"))
        self._show("rehearsal-compared", _("Compared with the defense"), compared, none)

    def _show(self, id: str, title: str, found: Iterable[ReportPart], none: Item | None = None) -> None:
        items = []
        for each in found:
            rows = tuple((Content("  "), content(line)) for line in each.lines)
            items.append(Item(Content(each.title).stylize("bold"), rows=rows))
        keys = self.hints_of("rehearsed.copy", "rehearsed.save") if none is None else ()
        self.query_one(f"#{id}", Panel).show(title, items or ([none] if none is not None else []), hints=keys)

    def _text(self) -> str:
        """Return the report as the student gets it."""
        live = self.live
        title = _("Rehearsal of {project}, {day}", project=live.project.title.in_(language()),
                  day=date_text(live.defense.planned_at, self.zone))  # fmt: skip
        found = self.desk.rehearsals.report(self.rehearsal_id, translator(language()))
        parts = ["\n".join([each.title, *(f"- {visible(line)}" for line in each.lines)]) for each in found]
        return "\n\n".join([title, *parts]) + "\n"

    def action_move_down(self) -> None:
        """Scroll down."""
        self.query_one("#sheet", VerticalScroll).scroll_relative(y=3, animate=False)

    def action_move_up(self) -> None:
        """Scroll up."""
        self.query_one("#sheet", VerticalScroll).scroll_relative(y=-3, animate=False)

    def action_rehearsed_copy(self) -> None:
        """Copy the report."""
        copy_out(self, _("Report for the student"), self._text())

    async def action_rehearsed_save(self) -> None:
        """Save the report as plain text."""
        live, text = self.live, self._text()
        proposed = proposed_file((live.student.name, live.project.id, _("rehearsal")), "txt")
        await save_as(self, live, proposed, text.encode)
