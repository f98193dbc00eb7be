"""The curve of a path in a panel of its own; it takes no focus."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.content import Content

from defense_console.model.student.course import Course
from defense_console.model.student.forecast import Forecast
from defense_console.widgets.frame.panel_frame import PanelFrame
from defense_console.widgets.plots.curve import Dot, curve, curve_legend


class CurvePanel(PanelFrame):
    """What was planned, what is done, what is likely, as large as the panel is; a sentence where there is no plan."""

    DEFAULT_CSS = "CurvePanel { height: 10; text-wrap: nowrap; &.-empty { height: auto; text-wrap: wrap; } }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._shown: tuple[Course, Forecast, date, tuple[Dot, ...]] | None = None
        self._none = Content()

    def show(self, course: Course, said: Forecast, today: date, dots: Sequence[Dot]) -> None:
        """Show the curve of a course."""
        shown = course, said, today, tuple(dots)
        self.set_class(False, "-empty")
        if shown != self._shown:
            self._shown = shown
            self.refresh()

    def show_none(self, sentence: Content) -> None:
        """Show a sentence: there is no plan."""
        self._shown, self._none = None, sentence
        self.set_class(True, "-empty")
        self.refresh()

    def render(self) -> Content:
        """Draw what fits."""
        if self._shown is None:
            return self._none
        course, said, today, dots = self._shown
        width, height = self.content_size
        rows = curve(course, said, today, width, height - 1, dots)
        legend = Content.styled(curve_legend(said), "$text-muted").truncate(max(1, width))
        return Content("\n").join([*rows, legend][:height])
