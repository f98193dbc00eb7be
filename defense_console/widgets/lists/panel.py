"""Panel: a framed list of short texts, some of which can be chosen; most of every screen is made of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from textual.content import Content
from textual.geometry import Size
from textual.message import Message

from defense_console.safe_text import wrapped
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.lists.line_list import GUTTER, LineList

LEAST_TEXT = 8
"""Where a text would be narrower, it is not indented by its mark."""
LEAST_BESIDE = 16
"""Where less of a text would stand beside its end, the end has a line of its own."""


class Item(msgspec.Struct, frozen=True):
    """One text of a panel.

    Attributes:
        text: What is shown, on as many lines as it takes.
        key: What the screen calls it; "" makes it prose that cannot be chosen.
        mark: Before the first line; the others are indented by its width.
        end: At the right end of the first line: a count, a date. The text gives way to it; where too little would be
            left of the text, it stands under it.
        rows: Under it, each with a label: why, what is expected. A row's further lines stand under its first.
    """

    text: Content
    key: str = ""
    mark: Content = msgspec.field(default_factory=Content)
    end: Content = msgspec.field(default_factory=Content)
    rows: tuple[tuple[Content, Content], ...] = ()


class Panel(LineList):
    """Items one below the other, as high as they are unless a style sheet says otherwise.

    The chosen item is known by its key and stays chosen when the items are replaced. A panel without an item that can
    be chosen takes no focus.
    """

    DEFAULT_CSS = """
    Panel { height: auto; }
    """

    class Chosen(Message):
        """Another item was chosen, by key or by a click."""

        def __init__(self, panel: Panel, key: str) -> None:
            super().__init__()
            self.panel = panel
            self.key = key

        @property
        def control(self) -> Panel:
            """Return the panel in which an item was chosen."""
            return self.panel

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._items: tuple[Item, ...] = ()
        self._laid: dict[int, list[tuple[int, Content]]] = {}
        """Lines by the cells they were wrapped to: with a scroll bar, and without."""
        self._worded: tuple[object, tuple[Item, ...]] = (None, ())
        self.can_focus = False

    # --- what it holds -----------------------------------------------------------------------------------------------

    def show(self, title: Content | str, items: Sequence[Item], count: str = "", hints: Sequence[Hint] = ()) -> None:
        """Replace name, count, keys and items; the same item stays chosen, else the one now at its place."""
        self.name_frame(title, count, hints)
        new = tuple(items)
        if new == self._items:
            return
        chosen, lines = self.key, self.line_count()
        self._items, self._laid = new, {}
        keys = self.keys
        self.can_focus = bool(keys)
        if not keys and self.has_focus:
            self.screen.set_focus(None)
        height = self.styles.height
        if lines != self.line_count() and height is not None and height.is_auto:
            self.refresh(layout=True)
        self.relayout()
        self.go_to(keys.index(chosen) if chosen in keys else self.row)

    def worded(self, what: object, items: Callable[[], tuple[Item, ...]]) -> tuple[Item, ...]:
        """Return the items that say something; they are made again only when it is something else."""
        if what != self._worded[0]:
            self._worded = (what, items())
        return self._worded[1]

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the items that can be chosen, in order."""
        return tuple(item.key for item in self._items if item.key)

    @property
    def key(self) -> str:
        """Key of the chosen item, "" when there is none."""
        keys = self.keys
        return keys[self.row] if self.row < len(keys) else ""

    @property
    def chosen(self) -> int | None:
        """The key of the chosen item as a number, for items that are keyed by the number of an event."""
        return int(self.key) if self.key else None

    def choose(self, key: str) -> None:
        """Choose an item; a key that is not there changes nothing."""
        if key in self.keys:
            self.go_to(self.keys.index(key))

    def choose_end(self, last: bool) -> None:
        """Choose the first item, or the last one."""
        self.go_to(self.row_count() - 1 if last else 0)

    def go_to(self, row: int) -> None:
        """Choose an item by its place among those that can be chosen."""
        before = self.key
        super().go_to(row)
        if self.key != before:
            self.post_message(self.Chosen(self, self.key))

    def page(self, by: int) -> bool:
        """Turn by so many views, however many lines an item has; the cursor goes to an item that is seen whole."""
        before = self.scroll_offset.y
        self.scroll_relative(y=by * max(1, self.view.height - 1), animate=False, force=True, immediate=True)
        top = self.scroll_offset.y
        if top == before:
            return super().page(by)
        places = [(row, self.lines_of(row)) for row in range(self.row_count())]
        whole = [row for row, lines in places if top <= lines.start and lines.stop <= top + self.view.height]
        if whole:
            self.go_to(whole[0])
        return True

    # --- lines -------------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """One per item that can be chosen."""
        return len(self.keys)

    def line_count(self) -> int:
        """Every line of every item."""
        return len(self._lines(self.view.width))

    def row_of(self, line: int) -> int:
        """The place of the item among those that can be chosen."""
        return self._lines(self.view.width)[line][0]

    def lines_of(self, row: int) -> range:
        """The lines of an item; with the first one what stands above it."""
        lines = [y for y, (owner, _text) in enumerate(self._lines(self.view.width)) if owner == row]
        return range(0 if row == 0 else lines[0], lines[-1] + 1) if lines else range(1)

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """A line as it was laid out."""
        return self._lines(width)[line][1]

    def _lines(self, width: int) -> list[tuple[int, Content]]:
        """Return every line with the row it belongs to, -1 for prose; none before the panel has a place."""
        if width < 1:
            return []
        if width in self._laid:
            return self._laid[width]
        lines: list[tuple[int, Content]] = []
        row = -1
        for item in self._items:
            row += bool(item.key)
            lines += [(row if item.key else -1, text) for text in laid_out(item, width)]
        if len(self._laid) > 1:
            self._laid.clear()
        self._laid[width] = lines
        return lines

    def relayout(self) -> None:
        """A scroll bar takes cells, so that lines are wrapped which would fit without it: then it goes."""
        whole = self.content_region.size
        may_fit = not self._covered and len(self._items) <= whole.height  # each is one line at least
        if may_fit and len(self._lines(whole.width)) <= whole.height:
            self.resize_to(whole.width, len(self._lines(whole.width)))
        else:
            super().relayout()

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the wrapped items."""
        return len(self._lines(width))


def laid_out(item: Item, width: int) -> list[Content]:
    """Return the lines of an item in so many cells."""
    gutter = GUTTER if item.key else 0
    indent = gutter + item.mark.cell_length
    if width - indent < LEAST_TEXT:
        indent = gutter
    end = Content(" ") + item.end if item.end.plain else item.end
    room = max(1, width - indent)
    beside = room - end.cell_length >= min(LEAST_BESIDE, item.text.cell_length)
    rows = wrapped(item.text, room, room - end.cell_length if beside else room)
    head = Content(" " * gutter) + (item.mark if indent > gutter else Content("")) + rows[0]
    if end.plain and beside:
        head = head.extend_right(max(0, width - head.cell_length - end.cell_length)) + end
    lines = [head, *(Content(" " * indent) + line for line in rows[1:])]
    if not beside:
        lines += [Content(" " * indent) + line for line in wrapped(item.end, room)]
    for label, text in item.rows:
        under = indent + label.cell_length
        under = under if width - under >= LEAST_TEXT else indent
        first = Content(" " * indent) + (label if under > indent else Content(""))
        parts = wrapped(text, max(1, width - under))
        lines += [first + parts[0], *(Content(" " * under) + part for part in parts[1:])]
    return lines
