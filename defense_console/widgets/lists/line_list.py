"""LineList: a list drawn line by line, however long it is; queue and rubric are made of it."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual


class LineList(ScrollView, can_focus=True):
    """Rows of one or more lines with a cursor on one of them.

    A subclass says how many lines there are, to which row each belongs (-1: none, a heading) and draws a line. Rows are
    known by their place here and by a key in the subclass. The wheel scrolls and never moves the cursor.
    """

    DEFAULT_CSS = """
    LineList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               scrollbar-gutter: stable; text-wrap: nowrap; }
    """

    @dataclass
    class Moved(Message):
        """The cursor is on another row."""

        line_list: LineList
        row: int

        @property
        def control(self) -> LineList:
            """The list."""
            return self.line_list

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._row = 0

    # --- what a subclass fills ---------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """How many rows can hold the cursor."""
        raise NotImplementedError

    def line_count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def row_of(self, line: int) -> int:
        """The row a line belongs to, -1 for none."""
        raise NotImplementedError

    def lines_of(self, row: int) -> range:
        """The lines of a row; more than its own when a heading above it should be seen with it."""
        raise NotImplementedError

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """One line, at most `width` cells; `chosen`: the cursor is on its row."""
        raise NotImplementedError

    # --- the cursor --------------------------------------------------------------------------------------------------

    @property
    def row(self) -> int:
        """The row with the cursor; 0 when there is none."""
        return self._row

    def go_to(self, row: int) -> None:
        """Put the cursor on a row; out of range is the nearest one."""
        row = max(0, min(row, self.row_count() - 1))
        if row != self._row:
            self._row = row
            self.post_message(self.Moved(self, row))
        self.relayout()
        self.show_row()

    def move(self, by: int) -> None:
        """Move the cursor by so many rows; it stops at both ends."""
        self.go_to(self._row + by)

    @property
    def view(self) -> Size:
        """What is seen of the list, without its scroll bar."""
        return self.scrollable_content_region.size

    def show_row(self) -> None:
        """Scroll so that the row with the cursor is seen."""
        if self.row_count() and self.view.height:
            lines = self.lines_of(self._row)
            region = Region(0, lines.start, 1, min(len(lines), self.view.height))
            self.scroll_to_region(region, animate=False, force=True, immediate=True)

    # --- drawing -----------------------------------------------------------------------------------------------------

    def relayout(self) -> None:
        """The number of lines may have changed."""
        self.virtual_size = Size(self.view.width, self.line_count())
        self.refresh()

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.relayout()
        self.call_after_refresh(self.show_row)

    def render_line(self, y: int) -> Strip:
        """One line of the view."""
        line, width = y + self.scroll_offset.y, self.view.width
        if line >= self.line_count() or width < 1:
            return Strip.blank(width, self.rich_style)
        row = self.row_of(line)
        chosen = row >= 0 and row == self._row
        text = self.draw(line, width, chosen)
        text = text.extend_right(max(0, width - text.cell_length))
        if chosen:
            text = text.stylize("$block-cursor-foreground on $block-cursor-background bold" if self.has_focus
                                else "on $block-cursor-blurred-background")  # fmt: skip
        return Visual.to_strips(self, text, width, 1, self.visual_style, apply_selection=False, pad=True)[0]

    def on_focus(self) -> None:
        """The cursor is drawn strongly."""
        self.refresh()

    def on_blur(self) -> None:
        """The cursor is drawn weakly."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where one clicked."""
        row = self.row_of(event.y + self.scroll_offset.y) if event.y + self.scroll_offset.y < self.line_count() else -1
        if row >= 0:
            self.focus()
            self.go_to(row)
