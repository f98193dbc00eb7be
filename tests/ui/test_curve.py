"""The curve of a path and the year's strip: what is where, as wide as they may be, in ASCII too."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.student.course import Course, CoursePlan, FinishedProject, PlannedProject
from defense_console.model.student.forecast import forecast, learn
from defense_console.model.text import cells
from defense_console.widgets.frame.marks import use_glyphs
from defense_console.widgets.plots.curve import Dot, curve, curve_legend
from defense_console.widgets.plots.year_strip import year_strip
from tests.simulated_students import cohort, until

RULES = load_desk_rules().forecast
TODAY = date(2026, 11, 24)
PLAN = CoursePlan(date(2026, 5, 6), tuple(PlannedProject(f"PN-P{n}", 6) for n in range(1, 6)))
BEGUN = Course(PLAN, (FinishedProject("PN-P1", date(2026, 6, 17)), FinishedProject("PN-P2", date(2026, 8, 20))))


@pytest.fixture(params=["unicode", "plain"])
def glyphs(request: pytest.FixtureRequest) -> Iterator[str]:
    use_glyphs(request.param)
    yield request.param
    use_glyphs("unicode")


def drawn(
    course: Course, width: int = 68, height: int = 15, today: date = TODAY, dots: tuple[Dot, ...] = ()
) -> list[str]:
    said = forecast(course, learn((), RULES), RULES, today)
    return [row.plain for row in curve(course, said, today, width, height, dots)]


def test_planned_done_likely_and_range_are_where_they_belong() -> None:
    rows = drawn(BEGUN, dots=(Dot(date(2026, 12, 20), "goal"), Dot(date(2027, 12, 1), "alert")))
    top, bottom, axis, months = rows[0], rows[-3], rows[-2], rows[-1]
    assert top.startswith(" P5 ")
    assert bottom.startswith("    ━"), "the path begins at the bottom left"
    assert "░" in top
    assert "╌" in top
    here = axis.index("►")
    settled = next(row for row in rows if row.startswith(" P2 "))
    assert settled[here] == "━", "what is done reaches up to today"
    assert settled[here + 1 :].strip("╌░. ") == ""
    assert axis.count("⋄") == 1
    assert axis.index("⋄") > here
    assert "⚑" not in axis, "what is beyond the curve is not on it"
    assert months.split()[0] == "Jun"
    said = forecast(BEGUN, learn((), RULES), RULES, TODAY)
    assert curve_legend(said) == ".. plan  ━━ done  ╌╌ likely  ░░ range"


def test_without_a_forecast_there_is_no_fan() -> None:
    text = "".join(drawn(Course(PLAN)))
    assert "░" not in text
    assert "╌" not in text
    assert "━" in text


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.9, 1.0])
@pytest.mark.parametrize(("width", "height"), [(1, 1), (20, 4), (56, 8), (68, 15), (100, 30)])
def test_every_row_is_as_wide_as_it_may_be(glyphs: str, share: float, width: int, height: int) -> None:
    for course in cohort(7, "long breaks", 3):
        end = course.end
        assert end is not None
        today = course.plan.start + timedelta(days=round((end - course.plan.start).days * share))
        rows = drawn(until(course, today), width, height, today)
        assert len(rows) == max(4, height)
        assert {cells(row) for row in rows} == {max(8, width)}
        if glyphs == "plain":
            assert all(row.isascii() for row in rows)


def test_a_year_in_a_row(glyphs: str) -> None:
    output = (0, 1, 3, 0, 7, 40)
    assert year_strip(output, 8) == ("   13 79" if glyphs == "plain" else "   ▁▃ ▇▇")
    assert year_strip(output, 3)[-2:] == ("79" if glyphs == "plain" else "▇▇")
    assert (year_strip(output, 0), year_strip((), 4)) == ("", "    ")
