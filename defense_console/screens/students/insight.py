"""Insight: what the mentor's own defenses say together, as bars of text; drawings and a table as files."""

from __future__ import annotations

import asyncio
from pathlib import Path

from textual.app import ComposeResult
from textual.content import Content

from defense_console.desk.exchange.saving import proposed_file, save
from defense_console.desk.insight import Plot, PlotRow, as_csv, as_svg
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import line, shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.plots.bars import bar, legend
from defense_console.words.translation import _, language, ngettext, translator

TONES = {"good": "$text-success", "middle": "$text-warning", "bad": "$text-error", "": "$text-accent"}
LABEL_CELLS, LEAST_BAR, GAPS = 38, 12, 8


class InsightScreen(ConsoleScreen):
    """Every plot that has something to show. Nothing names or ranks a student."""

    CONTEXT = "insight"
    DEFAULT_CSS = "#plots { height: 1fr; }"

    def __init__(self) -> None:
        super().__init__()
        self._plots: tuple[Plot, ...] | None = None

    def compose_body(self) -> ComposeResult:
        """Compose the panel of plots."""
        yield Panel(id="plots")

    @property
    def headline(self) -> Headline:
        """Whose insight it is."""
        return Headline(_("Insight"), title=self.desk.settings.name)

    @property
    def panel(self) -> Panel:
        """Return the panel of plots."""
        return self.query_one("#plots", Panel)

    def turned(self) -> None:
        """Somebody wrote: the numbers are counted again."""
        self._plots = None
        super().turned()

    def redraw(self) -> None:
        """Show what was counted when the screen was opened."""
        if self._plots is None:
            self._plots = self.desk.insight.plots(translator(language()))
        width = self.row_width - GAPS
        items = [item for plot in self._plots for item in self._items(plot, width)]
        none = Item(Content.styled(_("no verdict was released yet, and no session was held"), "$text-muted"))
        self.panel.show(_("Mine alone, nobody is ranked"), items or (none,), hints=self.hints_of("insight.save"))
        self.set_focus(self.panel)

    def _items(self, plot: Plot, width: int) -> list[Item]:
        items = [Item(line(plot.title).stylize("bold"), plot.id)]
        if words := legend(plot.kinds):
            items.append(Item(Content.styled(words, "$text-muted")))
        most = max(sum(row.values) for row in plot.rows)
        label = min(LABEL_CELLS, max(len(row.label) for row in plot.rows), width // 2)
        said = max(len(row.said) for row in plot.rows)
        room = max(LEAST_BAR, width - label - said - 4)
        items += [Item(self._row(plot, row, most, label, said, room)) for row in plot.rows]
        if plot.note:
            items.append(Item(Content.styled(plot.note, "$text-muted")))
        return [*items, Item(Content(""))]

    @staticmethod
    def _row(plot: Plot, row: PlotRow, most: int, label: int, said: int, room: int) -> Content:
        parts = zip(bar(row.values, most, room), plot.tones, strict=True)
        name = line(shortened(row.label, label))
        space = " " * (label - name.cell_length + 2)
        return Content.assemble(name, space, row.said.ljust(said + 2), *((text, TONES[tone]) for text, tone in parts))

    def action_move_down(self) -> None:
        """Go to the next plot."""
        self.panel.move(1)

    def action_move_up(self) -> None:
        """Go to the plot before."""
        self.panel.move(-1)

    async def action_insight_save(self) -> None:
        """Save drawings and a table next to one another, at a place that is not taken."""
        table = proposed_file((_("insight"), self.desk.now().wall[:10]), "csv")
        plots = self._plots or ()

        def write() -> str:
            save(table, [as_csv(plots)])
            try:
                drawn = [(_drawing(table, plot), as_svg(plot)) for plot in plots]
            except ConsoleError as error:  # the package that draws is not installed: the table is all there is
                return str(translator(language()).error(error))
            for file, drawing in drawn:
                save(file, [drawing])
            return ngettext("{n} drawing written.", "{n} drawings written.", len(drawn))

        said = await asyncio.to_thread(write)
        self.tell(Content(f"{said} " + _("Saved: {file}", file=table)))


def _drawing(table: Path, plot: Plot) -> Path:
    return table.with_name(f"{table.stem}-{plot.id}.svg")
