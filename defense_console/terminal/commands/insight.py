"""`insight`: what the mentor's own defenses say together, as text, drawings or a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from defense_console.model.errors import N_
from defense_console.model.text import shortened
from defense_console.terminal.base import Session, shared
from defense_console.terminal.worded import WordedCommand
from defense_console.terminal.words import say_all
from defense_console.words.translation import _, language, ngettext, translator

if TYPE_CHECKING:
    from defense_console.desk.insight import Plot

_LABEL, _BAR = 44, 24


@click.command(
    "insight", cls=WordedCommand, help=N_("Show what your defenses say together; nothing names or ranks a student.")
)
@click.option("--svg", metavar="FOLDER", help=N_("Write each plot as a drawing into a folder."))
@click.option("--csv", "table", metavar="FILE", help=N_("Write all numbers as a table, - for the standard output."))
@shared
@click.pass_obj
def insight(session: Session, svg: str | None, table: str | None) -> None:
    """Show what the defenses say together."""
    from defense_console.desk.insight import as_csv, as_svg
    from defense_console.terminal.files import made_folder, write

    with session.desk(create=True) as (_store, desk):
        found = desk.insight.plots(translator(language()))
    if svg is not None:
        drawn = [(f"{plot.id}.svg", as_svg(plot)) for plot in found]
        folder = made_folder(svg)
        for name, drawing in drawn:
            write(str(folder / name), [drawing])
        say_all([ngettext("{n} drawing written.", "{n} drawings written.", len(drawn))])
    if table is not None:
        write(None if table == "-" else table, [as_csv(found)])
    if svg is None and table is None:
        say_all(_lines(found))


def _lines(found: tuple[Plot, ...]) -> Iterator[str]:
    from defense_console.terminal.tables import aligned
    from defense_console.widgets.plots.bars import bar, legend

    if not found:
        yield _("No verdict was released yet.")
    for plot in found:
        yield plot.title
        if words := legend(plot.kinds):
            yield "  " + words
        most = max(sum(row.values) for row in plot.rows)
        yield from (
            "  " + line
            for line in aligned(
                [(shortened(r.label, _LABEL), r.said, "".join(bar(r.values, most, _BAR))) for r in plot.rows]
            )
        )
        if plot.note:
            yield "  " + plot.note
        yield ""
