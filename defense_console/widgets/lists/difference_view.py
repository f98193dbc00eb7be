"""DifferenceView: two versions of a text, side by side or one below the other, drawn line by line however long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from defense_console.model.comparison import DifferenceLine, Side
from defense_console.safe_text import shortened
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.panel_frame import PanelFrame
from defense_console.widgets.lists.difference_rows import PlaceWords, Rows, breaking_places, cut_pieces, shown_pieces

BESIDE_FROM: Final = 96
"""Cells from which two columns are readable: what a frame leaves of 100."""
_ABOVE: Final = 4
"""Rows left above a change one goes to: the equal lines before it, and the fold."""
_SIGNS: Final = {"removed": "-", "added": "+", "changed": "~", "equal": " "}
_COLOURS: Final = {"removed": "$text-error", "added": "$text-success", "changed": "", "equal": "$text-muted"}


class DifferenceView(ScrollView, PanelFrame, can_focus=True):
    """The lines of a comparison. What changed has a sign, what differs inside a line is bold and underlined.

    Args:
        place_words: Names a place in a document.
        fold_words: Says how many equal lines were left out.
    """

    DEFAULT_CSS = """
    DifferenceView { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
                     scrollbar-gutter: stable; text-wrap: nowrap; }
    """

    @dataclass
    class Reached(Message):
        """The view stands on another change, or is laid out anew; `change` counts from 1, 0 for none."""

        view: DifferenceView
        change: int
        of: int

        @property
        def control(self) -> DifferenceView:
            """Return the view that moved."""
            return self.view

    def __init__(self, place_words: PlaceWords, fold_words: Callable[[int], str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._place_words = place_words
        self._fold_words = fold_words
        self._difference: tuple[DifferenceLine, ...] = ()
        self._wanted: bool | None = None
        self._laid: Rows | None = None
        self._laid_for = (0, False)
        self._change = -1

    # --- what is shown -----------------------------------------------------------------------------------------------

    def show(self, lines: Sequence[DifferenceLine]) -> None:
        """Show a comparison from its first change on."""
        self._difference = tuple(lines)
        self._laid, self._change = None, -1
        self.lay_out()
        self.call_after_refresh(self.step, 1)

    @property
    def beside(self) -> bool:
        """Whether the versions stand side by side now: as asked for, else by the width."""
        return self.size.width >= BESIDE_FROM if self._wanted is None else self._wanted

    def switch_layout(self) -> None:
        """The other layout, kept whatever the width; the same change stays in view."""
        self._wanted = not self.beside
        self.lay_out()
        self.go_to(self._change)

    def lay_out(self) -> None:
        """The width, the layout or the lines may have changed."""
        width = self.scrollable_content_region.width
        if width < 1 or (self._laid is not None and self._laid_for == (width, self.beside)):
            return
        self._laid, self._laid_for = Rows(self._difference, self.beside, width, self._place_words), (width, self.beside)
        self._change = min(self._change, len(self._laid.changes) - 1)
        self.virtual_size = Size(width, self._laid.count)
        self.refresh()
        self._tell()

    def on_resize(self) -> None:
        """Another width, other rows; the same change stays in view."""
        before = self._laid
        self.lay_out()
        if before is not None and self._laid is not before and self._change >= 0:
            self.go_to(self._change)

    # --- moving ------------------------------------------------------------------------------------------------------

    def step(self, by: int) -> bool:
        """Go to the next change (1) or the one before (-1): from the current one if it is in view, else from the top.

        Returns:
            Whether there was one.
        """
        if self._laid is None or not self._laid.changes:
            return False
        starts = self._laid.changes
        top, height = self.scroll_offset.y, self.scrollable_content_region.height
        if 0 <= self._change < len(starts) and top <= starts[self._change] < top + height:
            target = self._change + by
        else:
            before = sum(start < top for start in starts)
            target = before if by > 0 else before - 1
        if not 0 <= target < len(starts):
            return False
        self.go_to(target)
        return True

    def go_to(self, change: int) -> None:
        """Bring a change into view; one that does not exist is ignored."""
        if self._laid is not None and 0 <= change < len(self._laid.changes):
            self._change = change
            self.scroll_to(y=max(0, self._laid.changes[change] - _ABOVE), animate=False, force=True, immediate=True)
            self.refresh()
            self._tell()

    def _tell(self) -> None:
        if self._laid is not None:
            self.post_message(self.Reached(self, self._change + 1, len(self._laid.changes)))

    def scroll_rows(self, by: int) -> None:
        """Scroll by rows, down when positive."""
        self.scroll_relative(y=by, animate=False, force=True, immediate=True)

    def on_click(self, event: events.Click) -> None:
        """A click gives the focus, as everywhere."""
        self.focus()

    # --- drawing -----------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """One row of the view."""
        width, row = self.scrollable_content_region.width, y + self.scroll_offset.y
        if self._laid is None or row >= self._laid.count or width < 1:
            return Strip.blank(width, self.rich_style)
        n, part = self._laid.at(row)
        text = self._drawn(n, part, width, first=part == 0 or y == 0)
        if 0 <= self._change < len(self._laid.changes) and row == self._laid.changes[self._change]:
            text = text.stylize("bold $background on $primary", 0, 1)
        text = text.extend_right(max(0, width - text.cell_length))
        return Visual.to_strips(self, text, width, 1, self.visual_style, apply_selection=False, pad=True)[0]

    def _drawn(self, n: int, part: int, width: int, first: bool) -> Content:
        assert self._laid is not None
        line = self._laid.lines[n]
        if line.kind == "folded":
            words = f" {self._fold_words(line.n)} "
            return Content(words.center(width, mark("heading"))).stylize("$text-muted")
        if not self._laid.beside:
            side = line.new or line.old
            return self._half(side, line.kind, part, width, first) if side else Content("")
        half = (width - 1) // 2
        old_kind, new_kind = ("removed", "added") if line.kind == "changed" else (line.kind, line.kind)
        left = self._half(line.old, old_kind, part, half, first, changed=line.kind == "changed")
        right = self._half(line.new, new_kind, part, half, first, changed=line.kind == "changed")
        return Content.assemble(left, (mark("column"), "$frame"), right)

    def _half(self, side: Side | None, kind: str, part: int, width: int, first: bool, changed: bool = False) -> Content:
        """One version's row, as wide as its column."""
        assert self._laid is not None
        if side is None:
            return Content(" " * width)
        pieces = shown_pieces(side)
        rows = breaking_places("".join(text for text, _marked in pieces), self._laid.text_width)
        if part >= len(rows):
            return Content(" " * width)
        colour = _COLOURS[kind]
        sign = _SIGNS["changed" if changed else kind] + " "
        place = shortened(self._place_words(side.place), self._laid.place_width - 1) if first else ""
        shown = [(text, f"{colour} bold underline" if marked else colour) for text, marked in
                 cut_pieces(pieces, *rows[part])]  # fmt: skip
        row = Content.assemble((sign, f"{colour} bold"), (place, "$text-muted"))
        row = row.extend_right(max(0, width - self._laid.text_width - row.cell_length))
        row = row + Content.assemble(*shown)
        return row.extend_right(max(0, width - row.cell_length))
