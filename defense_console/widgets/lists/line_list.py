"""LineList: a list drawn line by line, however long it is; queue, rubric and panels are made of it."""

from __future__ import annotations

from textual import events
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from defense_console.safe_text import cells, shortened
from defense_console.widgets.frame.line_strips import line_strip
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.panel_frame import PanelFrame
from defense_console.widgets.frame.quiet_text import changed_cells

GUTTER = 2
"""Cells before a row: the cursor's."""


def heading(title: str, end: str, width: int, style: str = "bold") -> Content:
    """Return a heading as wide as a list: its title, a rule, and a count at the right end."""
    text = shortened(title, max(1, width - cells(end) - 1))
    rule = mark("heading") * max(0, width - cells(text) - cells(end) - 1)
    return Content.assemble((text, style), (f" {rule}", "$frame"), (end, "$text-muted"))


class LineList(ScrollView, PanelFrame, can_focus=True):
    """Rows of one or more lines with a cursor on one of them.

    A subclass says how many lines there are, to which row each belongs (-1: none, a heading) and draws a line. Rows are
    known by their place here and by a key in the subclass. The wheel scrolls and never moves the cursor.
    """

    DEFAULT_CSS = """
    LineList { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1;
               scrollbar-gutter: auto; text-wrap: nowrap; }
    """

    class Moved(Message):
        """The cursor is on another row."""

        def __init__(self, line_list: LineList, row: int) -> None:
            super().__init__()
            self.line_list = line_list
            self.row = row

        @property
        def control(self) -> LineList:
            """Return the list whose cursor moved."""
            return self.line_list

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._row = 0
        self._covered = 0
        self._drawn: dict[int, Content] = {}
        """Lines as they were drawn last."""

    # --- what a subclass fills ---------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """Return how many rows can hold the cursor."""
        raise NotImplementedError

    def line_count(self) -> int:
        """Return how many lines there are."""
        raise NotImplementedError

    def row_of(self, line: int) -> int:
        """Return the row a line belongs to, -1 for none."""
        raise NotImplementedError

    def lines_of(self, row: int) -> range:
        """Return the lines of a row; more than its own when a heading above it should be seen with it."""
        raise NotImplementedError

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """Return one line of at most `width` cells; a row's leaves the first `GUTTER` cells empty."""
        raise NotImplementedError

    # --- the cursor --------------------------------------------------------------------------------------------------

    @property
    def row(self) -> int:
        """The row with the cursor; 0 when there is none."""
        return self._row

    def go_to(self, row: int) -> None:
        """Put the cursor on a row; out of range is the nearest one. Only the rows it leaves and enters are drawn."""
        row = max(0, min(row, self.row_count() - 1))
        if row != self._row:
            before, self._row = self._row, row
            self.post_message(self.Moved(self, row))
            for each in (before, row):
                if each < self.row_count():
                    lines = self.lines_of(each)
                    self.refresh_lines(lines.start, len(lines))
        self.show_row()

    def move(self, by: int) -> bool:
        """Move the cursor by so many rows; it stops at both ends. Return whether it moved."""
        before = self._row
        self.go_to(before + by)
        return self._row != before

    def page(self, by: int) -> bool:
        """Move the cursor by so many views, less a row to read on from. Return whether it moved."""
        return self.move(by * max(1, self.view.height - 1))

    @property
    def view(self) -> Size:
        """What is seen of the list, without its scroll bar."""
        return self.scrollable_content_region.size

    def cover(self, rows: int) -> None:
        """Keep the cursor above so many rows at the bottom, which something lies over."""
        if rows != self._covered:
            self._covered = rows
            self.relayout()
            self.show_row()

    def show_row(self) -> None:
        """Scroll so that the row with the cursor is seen, here or in the column that holds this panel.

        A cursor that leaves the view takes a third of it along: each scroll draws all lines, so there are few of them.
        """
        room = self.view.height
        if not (self.row_count() and room):
            return
        lines = self.lines_of(self._row)
        height = min(len(lines) + self._covered, room)
        region = Region(0, lines.start, 1, height)
        if self.virtual_size.height > room:
            top, more = self.scroll_offset.y, min(room // 3, room - height)
            if not top <= lines.start <= lines.start + height <= top + room:
                above = min(more, lines.start) if lines.start < top else 0
                region = Region(0, lines.start - above, 1, height + (above or more))
                self.scroll_to_region(region, animate=False, force=True, immediate=True)
        elif self.has_focus:  # another list of the column has the cursor one looks at
            self._show_in_column(region)

    def _show_in_column(self, region: Region) -> None:
        place, scroller = self.virtual_region.offset + region.offset + self.content_offset, self.parent
        while isinstance(scroller, Widget) and not scroller.allow_vertical_scroll:
            place += scroller.virtual_region.offset
            scroller = scroller.parent
        if isinstance(scroller, Widget):
            rows = min(region.height, max(1, scroller.size.height))
            scroller.scroll_to_region(Region(0, place.y, 1, rows), animate=False, force=True)

    # --- drawing -----------------------------------------------------------------------------------------------------

    def relayout(self) -> None:
        """The number of lines may have changed, and what they say."""
        lines = self.line_count()
        self.resize_to(self.view.width, lines + self._covered if lines > self.view.height else lines)

    def resize_to(self, width: int, height: int) -> None:
        """Be so large inside; where nothing changes, only the cells are drawn that differ.

        What fits is as high as the view, since for another size the toolkit lays out the whole screen.
        """
        size = Size(width, max(height, self.view.height))
        if size != self.virtual_size:
            self.virtual_size = size
            self.refresh()
        else:
            self.refresh_changed(range(self.scroll_offset.y, self.scroll_offset.y + self.view.height))

    def refresh_changed(self, lines: range) -> None:
        """Draw the cells that differ of some lines in view."""
        top, width, count = self.scroll_offset.y, self.view.width, self.line_count()
        for line in lines:
            if line >= count:
                if self._drawn.pop(line, None) is not None:
                    self.refresh_lines(line, 1)
                continue
            drawn = self._drawn.get(line)
            if drawn is None:
                self.refresh_lines(line, 1)
            elif regions := changed_cells([drawn], [self._look(line, width)]):
                self.refresh(*(region.translate((0, line - top)) for region in regions))

    def on_resize(self) -> None:
        """Another width, other lines."""
        self.relayout()
        self.call_after_refresh(self.show_row)

    def render_line(self, y: int) -> Strip:
        """One line of the view; the first line of the chosen row is marked, its others are shaded."""
        line, width = y + self.scroll_offset.y, self.view.width
        if line >= self.line_count() or width < 1:
            return Strip.blank(width, self.rich_style)
        text = self._drawn[line] = self._look(line, width)
        return line_strip(self, text, width)

    def _look(self, line: int, width: int) -> Content:
        row = self.row_of(line)
        chosen = row >= 0 and row == self._row and self.can_focus
        text = self.draw(line, width, chosen)
        text = text.extend_right(max(0, width - text.cell_length))
        if chosen:
            first = line == 0 or self.row_of(line - 1) != row
            if first:
                text = Content(mark("cursor")) + text.divide([1])[1]
            strong = first and self.has_focus
            text = text.stylize("bold $background on $primary") if strong else text.stylize("on $blur")
        return text

    def on_focus(self) -> None:
        """The cursor is drawn strongly, and seen."""
        self.refresh()
        self.show_row()

    def on_blur(self) -> None:
        """The cursor is drawn weakly."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Put the cursor where one clicked."""
        offset = event.get_content_offset(self)
        line = offset.y + self.scroll_offset.y if offset is not None else -1
        row = self.row_of(line) if 0 <= line < self.line_count() else -1
        if row >= 0:
            self.focus()
            self.go_to(row)
