"""Shows what the mentor's defenses say together: counts by month and week, as plots, table and drawings."""

from __future__ import annotations

import csv
import io
import itertools
from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from defense_console.cli import main
from defense_console.desk import insight as desk
from defense_console.model.defense.insight import Assessed, Counted, Shares, insight, median
from defense_console.widgets.plots.bars import bar, legend
from defense_console.words.translation import translator
from tests.examples import examples
from tests.ui.conftest import SHIPPED

DAY = date(2026, 11, 24)
EN = translator("en")


def assessed(**more: object) -> Assessed:
    return Assessed(**{"day": DAY, "project": "IRP-P2", "outcome": "validated", **more})  # type: ignore[arg-type]


def test_counts_by_month_by_week_and_against_the_window() -> None:
    found = insight(
        [
            assessed(speaking_s=900, window_s=(600, 1200), ratings={"a": "met", "b": "not_met", "c": "not_observed"}),
            assessed(outcome="conditional", speaking_s=599, window_s=(600, 1200), ratings={"b": "not_met"},
                     documents=(("IRP-P2 3", 2), ("IRP-P2 3", None))),
            assessed(day=DAY - timedelta(days=30), outcome="rework", speaking_s=1201, window_s=(600, 1200)),
        ],
        [DAY, DAY - timedelta(days=14)],
    )  # fmt: skip
    assert found.outcomes == (Shares("2026-10", (0, 0, 1)), Shares("2026-11", (1, 1, 0)))
    assert found.speaking == (1, 1, 1)
    assert found.not_met == (Counted("b", 2, 2),)
    assert found.revised == (Counted("IRP-P2 3", 1, 3),)
    assert found.accepted_days == (2,)
    assert [each.when for each in found.load] == ["2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16",
                                                  "2026-11-23"]  # fmt: skip
    assert (found.load[0].counts, found.load[1].counts, found.load[-1].counts) == ((1, 0), (0, 0), (2, 1))
    assert found.drift == (Shares("2026-11", (1, 0, 2)),)


def test_nothing_gives_no_plot() -> None:
    assert desk.plots(insight((), ()), SHIPPED.values(), EN) == ()
    assert median(()) is None
    assert median((1, 2, 3, 9)) == 3


RATINGS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["met", "to_improve", "not_met", "not_observed"]))
ANY = st.builds(
    Assessed, st.dates(date(2025, 1, 1), date(2026, 12, 31)), st.sampled_from(["P1", "P2"]),
    st.sampled_from(["validated", "conditional", "rework"]), st.none() | st.integers(0, 3000), st.just((600, 1200)),
    RATINGS,
    st.lists(st.tuples(st.sampled_from(["P1 1", "P2 x"]), st.none() | st.integers(0, 50)), max_size=3).map(tuple),
)  # fmt: skip


@given(st.lists(ANY, max_size=8), st.lists(st.dates(date(2025, 1, 1), date(2026, 12, 31)), max_size=4))
@examples(60)
def test_nobody_is_counted_twice_and_every_number_is_said(found: list[Assessed], sessions: list[date]) -> None:
    result = insight(found, sessions)
    assert sum(sum(each.counts) for each in result.outcomes) == len(found) == result.defenses
    assert sum(each.counts[0] for each in result.load) == len(found)
    assert sum(each.counts[1] for each in result.load) == len(sessions)
    assert all(each.times <= each.of for each in result.not_met)
    for plot in desk.plots(result, (), EN):
        assert all(len(row.values) == len(plot.kinds) == len(plot.tones) for row in plot.rows)
        assert "%" not in "".join(row.said for row in plot.rows)


def test_a_table_and_a_drawing_hold_every_number_and_no_address() -> None:
    plot = desk.Plot(
        "x", "A <title> & [more]", ("one", "two"), (desk.PlotRow("=SUM(1) <a>", (3, 4), "3 of 7"),), ("", "")
    )
    rows = list(csv.reader(io.StringIO(desk.as_csv([plot]).decode())))
    assert rows[1:] == [["x", "'=SUM(1) <a>", "one", "3", "3 of 7"], ["x", "'=SUM(1) <a>", "two", "4", "3 of 7"]]
    odd = msgspec.structs.replace(plot, rows=(desk.PlotRow(" ＝1", (3, 4), "3 of 7"),))
    assert desk.as_csv([odd]).decode().splitlines()[1].startswith("x,' ＝1,"), "as in the table of defenses"
    drawing = desk.as_svg(plot)
    assert drawing == desk.as_svg(plot)
    texts = [each.text or "" for each in ElementTree.fromstring(drawing).iter()]
    assert "A <title> & [more]" in texts
    assert b"<script" not in drawing
    assert drawing.count(b"http") == 1, "the name of the format only"


@pytest.mark.parametrize("most", [0, 1, 7, 10, 11, 83, 1_000, 12_345])
def test_a_drawing_shows_whole_words_and_whole_numbers(most: int) -> None:
    label, kinds = "IRP-P2-B1.2-1 " + "a long criterion of a project " * 4, ("défenses", "séances hebdomadaires")
    rows = (desk.PlotRow(label, (most, 0), f"{most} of {most}"), desk.PlotRow("May", (0, 1), "one session"))
    drawing = ElementTree.fromstring(desk.as_svg(desk.Plot("x", "Title", kinds, rows, ("good", "bad"), "half of them")))
    texts = [each for each in drawing.iter() if each.tag.endswith("}text") and each.text]
    shown = [each.text or "" for each in texts]
    assert {f"{label} ({most} of {most})", "May (one session)", "Title", "half of them", *kinds} <= set(shown)
    assert not [each for each in shown if "…" in each or "%" in each]
    axis = sorted((float(each.get("x", "0")), each.text or "") for each in texts if (each.text or "").isdecimal())
    numbers = [int(text) for _x, text in axis]
    assert numbers == sorted({*numbers}) == [*range(0, numbers[-1] + 1, numbers[1])]
    assert numbers[-1] >= most
    gaps = [right - left for (left, _), (right, _) in itertools.pairwise(axis)]
    assert min(gaps) > 9 * len(axis[-1][1]), "no number lies over its neighbour"


@pytest.mark.parametrize(("values", "most", "width", "cells"), [
    ((3, 0, 1), 4, 8, (6, 0, 2)), ((1, 1, 1), 300, 10, (1, 1, 1)), ((5, 5), 10, 1, (1, 0)), ((0,), 0, 9, (0,)),
    ((2,), 4, 0, (0,)),
])  # fmt: skip
def test_a_bar_is_as_long_as_its_numbers(
    values: tuple[int, ...], most: int, width: int, cells: tuple[int, ...]
) -> None:
    parts = bar(values, most, width)
    assert tuple(map(len, parts)) == cells
    assert len({part[:1] for part in parts if part}) == sum(map(bool, parts)), "told apart without colour"
    assert legend(("a",)) == ""
    assert legend(("a", "b")).endswith(" b")


def test_the_command_prints_writes_a_table_and_drawings(tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = CliRunner().invoke(main, [*arguments, "--store", str(tmp_path / "demo"), "--lang", "en"])
        assert done.exit_code == 0, done.output
        return done.stdout

    run("demo", "--fill", "--now", "2026-11-24T10:00:00Z")
    shown = run("insight")
    assert "Outcomes by month" in shown
    assert "inside the window  6 of 7" in shown
    assert not any(name in shown for name in ("Ada", "Bilal", "demo-")), "no student"
    assert "7 drawings written" in run("insight", "--svg", str(tmp_path / "plots"), "--csv", str(tmp_path / "all.csv"))
    assert len(list((tmp_path / "plots").glob("*.svg"))) == 7
    assert (tmp_path / "all.csv").read_text().startswith("plot,row,kind,count,words")
    assert run("insight", "--csv", "-").startswith("plot,row,kind,count,words")
    no_folder = CliRunner().invoke(
        main, ["insight", "--svg", str(tmp_path / "all.csv"), "--store", str(tmp_path / "demo"), "--lang", "en"]
    )
    assert (no_folder.exit_code, "all.csv" in no_folder.stderr) == (2, True), no_folder.output
