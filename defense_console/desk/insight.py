"""What the mentor's own defenses say together: read from their logs, put into plots, written as SVG and CSV.

For the mentor alone: nothing of it names or ranks a student.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import date
from typing import Any, Final

import msgspec

from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.student.students import everybody
from defense_console.exchange.lists.defenses_csv import neutral
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense import rubric
from defense_console.model.defense.insight import OUTCOMES as OUTCOME_ORDER
from defense_console.model.defense.insight import RATINGS as RATING_ORDER
from defense_console.model.defense.insight import Assessed, Counted, Insight, Shares, insight, median
from defense_console.model.defense.state import Defense, Revision
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.instants import day_of, instant
from defense_console.settings import Settings
from defense_console.words.translation import Translator, local_day
from defense_console.words.values import OUTCOMES, RATINGS

_DAY_S: Final = 86_400
_WEEKS: Final = 26
"""So many weeks of load are drawn, the latest ones; the CSV has all."""


class PlotRow(msgspec.Struct, frozen=True):
    """A row of a plot: what it is about, its numbers, and the same in words."""

    label: str
    values: tuple[int, ...]
    said: str


class Plot(msgspec.Struct, frozen=True):
    """One question and its answer.

    Attributes:
        id: name of its file.
        kinds: what each number of a row counts; one word for a plot of one number.
        tones: what colour each of them has: "good", "middle", "bad", or "" for none.
        note: a sentence below, "" for none.
    """

    id: str
    title: str
    kinds: tuple[str, ...]
    rows: tuple[PlotRow, ...]
    tones: tuple[str, ...] = ("",)
    note: str = ""


class InsightDesk:
    """What the mentor's defenses say together. A log that has not changed is not read again."""

    def __init__(self, ledger: Ledger, settings: Settings) -> None:
        self._ledger = ledger
        self._settings = settings
        self._read: dict[tuple[str, int], Assessed | None] = {}

    def insight(self) -> Insight:
        """Return what all released verdicts and held sessions say now; logs are read for it."""
        held = (
            day
            for student in everybody(self._ledger).values()
            for name, what in student.standing.days.items()
            if what.state == "held" and (day := day_of(name)) is not None
        )
        return insight(list(self._assessed()), held)

    def _assessed(self) -> Iterator[Assessed]:
        ledger = self._ledger
        ids = [each.id for each in ledger.snapshot.closed() if each.in_force is not None]
        ids += [each.id for each in ledger.snapshot.pending() if each.in_force is not None]
        for id, summary in ledger.snapshot.summaries(ids).items():
            key = id, summary.seq
            if key not in self._read:
                self._read[key] = None
                with suppress(ConsoleError):  # one that cannot be read teaches nothing; `verify` reports it
                    self._read[key] = assessed(ledger.glance(DEFENSE, id), self._settings.zone)
            if (found := self._read[key]) is not None:
                yield found

    def plots(self, _: Translator) -> tuple[Plot, ...]:
        """Return every plot that has something to show, in words of a language."""
        return plots(self.insight(), self._ledger.curricula.shipped.values(), _)


def assessed(defense: Defense, zone: str) -> Assessed | None:
    """Return what counts of a defense; None where no verdict was released."""
    if defense.released is None:
        return None
    spoken = rubric.speaking(defense.timeline)
    low, high = (spoken[0].min_s or 0, spoken[0].max_s or 0) if spoken is not None else (0, 0)
    return Assessed(
        local_day(defense.planned_at, zone),
        defense.project,
        defense.versions[0].outcome,
        spoken[1] // 1000 if spoken is not None else None,
        (low, high),
        defense.all_ratings,
        tuple(_document(defense, row) for row in (*defense.revisions, *defense.no_longer_asked)),
    )


def _document(defense: Defense, row: Revision) -> tuple[str, int | None]:
    """Return a document that was asked for, and the days from its first request until it was accepted."""
    name = str(row.request.deliverable) if row.request.deliverable is not None else row.request.title
    days = None
    if row.state == "accepted" and row.decided_at is not None:
        days = int((instant(row.decided_at) - instant(row.rounds[0].requested_at)).total_seconds() // _DAY_S)
    return f"{defense.project} {name}", days


# --- plots -----------------------------------------------------------------------------------------------------------


def plots(found: Insight, shipped: Iterable[Curriculum], _: Translator) -> tuple[Plot, ...]:
    """Return every plot that has something to show; numbers are said as numbers, never as percentages."""
    titles = _titles(shipped, _.language)
    good = ("good", "middle", "bad")
    outcomes = tuple(_(OUTCOMES[name]) for name in OUTCOME_ORDER)
    ratings = tuple(_(RATINGS[name]) for name in RATING_ORDER)
    short, inside, long = found.speaking
    spoken = short + inside + long
    speaking = [(_("too short"), short), (_("inside the window"), inside), (_("too long"), long)]
    days = found.accepted_days
    waits = [
        (_("the same day"), 0, 0),
        (_("one or two days"), 1, 2),
        (_("up to a week"), 3, 7),
        (_("longer"), 8, 10**6),
    ]
    every = (
        Plot("outcomes", _("Outcomes by month"), outcomes, _shares(found.outcomes, outcomes), good),
        Plot("speaking", _("Speaking time"), (_("defenses"),), _rows(((t, n, spoken) for t, n in speaking), _)),
        Plot("not-met", _("Criteria most often not met"), (_("times"),), _often(found.not_met, titles, _)),
        Plot("revised", _("Documents most often revised"), (_("times"),), _often(found.revised, titles, _)),
        Plot("accepted", _("Days from request to acceptance"), (_("documents"),),
             _rows(((text, sum(low <= n <= high for n in days), len(days)) for text, low, high in waits), _),
             note=_("half of them within {n} days", n=median(days)) if days else ""),
        Plot("load", _("Load by week"), (_("defenses"), _("weekly sessions")),
             _shares(found.load[-_WEEKS:], (_("defenses"), _("weekly sessions")), _), ("", "good")),
        Plot("drift", _("My ratings by month"), ratings, _shares(found.drift, ratings), good),
    )  # fmt: skip
    return tuple(plot for plot in every if any(any(row.values) for row in plot.rows))


def _titles(shipped: Iterable[Curriculum], language: str) -> dict[str, str]:
    """Return what criteria and documents are called, by their names in `Insight`."""
    titles: dict[str, str] = {}
    for curriculum in shipped:
        for project in curriculum.projects:
            titles |= {c.id: f"{c.id} {c.text.in_(language)}" for c in curriculum.criteria_of(project)}
            titles |= {f"{project.id} {d.n}": f"{project.id} {d.title.in_(language)}" for d in project.deliverables}
    return titles


def _rows(found: Iterable[tuple[str, int, int]], _: Translator) -> tuple[PlotRow, ...]:
    return tuple(PlotRow(text, (n,), _("{n} of {of}", n=n, of=of)) for text, n, of in found)


def _often(found: Iterable[Counted], titles: dict[str, str], _: Translator) -> tuple[PlotRow, ...]:
    return _rows(((titles.get(each.id, each.id), each.times, each.of) for each in found), _)


def _shares(found: Iterable[Shares], kinds: tuple[str, ...], _: Translator | None = None) -> tuple[PlotRow, ...]:
    rows = []
    for each in found:
        said = ", ".join(f"{kind} {n}" for n, kind in zip(each.counts, kinds, strict=True) if n)
        day = day_of(each.when)
        label = _.short_day(_noon(day)).partition(" ")[2] if _ is not None and day is not None else each.when
        rows.append(PlotRow(label, each.counts, said or "—"))
    return tuple(rows)


def _noon(day: date) -> str:
    return f"{day.isoformat()}T12:00:00Z"


# --- files -----------------------------------------------------------------------------------------------------------


def as_csv(found: Iterable[Plot]) -> bytes:
    """Return every number as a row: plot, row, what it counts, how many."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("plot", "row", "kind", "count", "words"))
    for plot in found:
        for row in plot.rows:
            for kind, value in zip(plot.kinds, row.values, strict=True):
                writer.writerow((plot.id, neutral(row.label), kind, value, row.said))
    return text.getvalue().encode()


def as_svg(plot: Plot) -> bytes:
    """Return a plot as a drawing that needs nothing else: no script, no address of the network.

    Raises:
        ConsoleError: The package that draws is not installed.
    """
    try:
        import pygal
    except ImportError:
        raise ConsoleError("Drawings need the extra “plots”: pip install 'defense-console[plots]'.") from None

    labels = [f"{row.label} ({row.said})" for row in plot.rows]
    room = _PLOT + round(_CELL * max(map(len, labels), default=0))
    style = pygal.style.Style(
        colors=_colours(plot), font_family="sans-serif", background="#ffffff", opacity="1", opacity_hover="1",
        title_font_size=18, legend_font_size=14, label_font_size=13, major_label_font_size=13,
        guide_stroke_color="#d0d0d0", major_guide_stroke_color="#d0d0d0",
    )  # fmt: skip
    drawn = pygal.HorizontalStackedBar(
        js=[], no_prefix=True, title=plot.title, show_legend=len(plot.kinds) > 1, legend_at_bottom=True,
        legend_at_bottom_columns=len(plot.kinds),
        truncate_label=-1, truncate_legend=-1, width=room, disable_xml_declaration=True, style=style,
        height=_FRAME + _ROW * len(plot.rows) + _LINE * (len(plot.kinds) > 1) + _LINE * bool(plot.note),
        x_title=plot.note or None, value_formatter=str,
    )  # fmt: skip
    drawn.x_labels = list(reversed(labels))
    drawn.y_labels = _whole_numbers(max((sum(row.values) for row in plot.rows), default=0))
    for n, kind in enumerate(plot.kinds):
        drawn.add(kind, [row.values[n] for row in reversed(plot.rows)])
    return plain_svg(drawn)


def plain_svg(drawn: Any) -> bytes:
    """Return a drawing of pygal without its scripts."""
    from xml.etree import ElementTree

    tree = ElementTree.fromstring(drawn.render())
    for parent in list(tree.iter()):
        for child in list(parent):
            if child.tag.endswith("}script"):
                parent.remove(child)
    ElementTree.register_namespace("", "http://www.w3.org/2000/svg")
    return bytes(ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True))


_PLOT, _CELL = 560, 7.2
"""Points of the bars, and of a character of a label: a drawing is as wide as its longest label needs."""
_FRAME, _ROW, _LINE = 110, 30, 30
"""Points of title and axis, of a row, of a line below."""
_STEPS: Final = 10
"""At most so many numbers on the axis."""


def _whole_numbers(most: int) -> list[int]:
    """Return the numbers of an axis that counts: 0, then in equal steps of 1, 2 or 5 and so on, past the highest."""
    step = next(n * 10**power for power in range(20) for n in (1, 2, 5) if n * 10**power * _STEPS >= most)
    return [*range(0, most + step, step)]


_COLOURS: Final = {"good": "#12660f", "middle": "#b57a00", "bad": "#a81a14", "": "#0a45b8"}
"""Dark ones for white paper; the one in the middle is lighter, so that neighbours differ also without their hue."""


def _colours(plot: Plot) -> tuple[str, ...]:
    return tuple(_COLOURS[tone] for tone in plot.tones)
