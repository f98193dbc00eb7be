"""Panel: a titled list of short texts, some of which can be chosen; what brief, verdict and preview are made of.

ScrollingPanel: one panel in a pane of its own, as on the live screen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rich.cells import cell_len
from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Offset, Region, Size
from textual.message import Message
from textual.widget import Widget

CURSOR = "› "
"""Stands before the chosen item, so that it is seen without colour."""


@dataclass(frozen=True)
class Item:
    """One text of a panel.

    Attributes:
        text: What is shown, on as many lines as it takes.
        key: What the screen calls it; "" makes it prose that cannot be chosen.
        mark: Stands before the first line; the others are indented by its width.
    """

    text: Content
    key: str = ""
    mark: Content = field(default_factory=lambda: Content(""))


class Panel(Widget, can_focus=True):
    """Items one below the other, as high as they are; inside something that scrolls.

    The chosen item is known by its key and stays chosen when the items are replaced. A panel without an item that can
    be chosen takes no focus.
    """

    DEFAULT_CSS = """
    Panel {
        height: auto;
        width: 1fr;
        max-width: 100;
        margin: 0 1 1 1;
    }
    """

    @dataclass
    class Chosen(Message):
        """Another item was chosen, by key or by a click."""

        panel: Panel
        key: str

        @property
        def control(self) -> Panel:
            """The panel."""
            return self.panel

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._title_text = Content("")
        self._items: tuple[Item, ...] = ()
        self._key = ""
        self._drawn: tuple[int, list[tuple[int, Content]]] | None = None
        self.can_focus = False
        self.view_stays = False
        """The next focus does not scroll to the chosen item."""

    # --- what it holds -------------------------------------------------------------------------------------------

    def show(self, heading: Content | str, items: Sequence[Item]) -> None:
        """Replace heading and items; the same item stays chosen, else the one now at its place."""
        title, new = heading if isinstance(heading, Content) else Content(heading), tuple(items)
        if new == self._items and title.is_same(self._title_text):
            return
        place = self._place(self._key)
        self._title_text, self._items, self._drawn = title, new, None
        keys = self.keys
        if self._key not in keys:
            self._key = keys[min(place, len(keys) - 1)] if keys else ""
        if not keys and self.has_focus:
            self.screen.set_focus(None)
        self.can_focus = bool(keys)
        self.refresh(layout=True)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the items that can be chosen, in order."""
        return tuple(item.key for item in self._items if item.key)

    @property
    def key(self) -> str:
        """Key of the chosen item, "" when there is none."""
        return self._key

    def choose(self, key: str) -> None:
        """Choose an item; a key that is not there changes nothing."""
        if key in self.keys and key != self._key:
            self._key = key
            self._changed()

    def move(self, by: int) -> bool:
        """Choose the next item (1) or the one before (-1). Returns: whether there was one."""
        keys = self.keys
        place = self._place(self._key) + by
        if not 0 <= place < len(keys):
            return False
        self._key = keys[place]
        self._changed()
        return True

    def choose_end(self, last: bool) -> None:
        """Choose the first item, or the last one."""
        if self.keys:
            self.choose(self.keys[-1 if last else 0])

    def _place(self, key: str) -> int:
        keys = self.keys
        return keys.index(key) if key in keys else 0

    def _changed(self) -> None:
        self.refresh()
        self.call_after_refresh(self.scroll_to_chosen)
        self.post_message(self.Chosen(self, self._key))

    # --- how it is drawn -----------------------------------------------------------------------------------------

    def _lines(self, width: int) -> list[tuple[int, Content]]:
        """Every line with the number of its item, -1 for the title."""
        if self._drawn is not None and self._drawn[0] == width:
            return self._drawn[1]
        lines: list[tuple[int, Content]] = []
        if self._title_text.plain:
            lines.extend((-1, line) for line in self._title_text.stylize("bold $text-accent").wrap(max(1, width)))
        choosable = bool(self.keys)
        for number, item in enumerate(self._items):
            gutter = " " * cell_len(CURSOR) if choosable else ""
            indent = cell_len(gutter) + item.mark.cell_length
            if width - indent < 8:  # too narrow for an indent
                indent = cell_len(gutter)
            wrapped = item.text.wrap(max(1, width - indent)) or [Content("")]
            for i, line in enumerate(wrapped):
                before = Content(gutter) + item.mark if i == 0 and indent > cell_len(gutter) else Content(" " * indent)
                lines.append((number, before + line))
        self._drawn = (width, lines)
        return lines

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """As wide as it may be."""
        return container.width

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """As high as the wrapped items."""
        return len(self._lines(width))

    def render(self) -> Content:
        """Title and items, the chosen one marked while the panel has the focus."""
        width = self.content_size.width
        shown: list[Content] = []
        seen = False
        for number, line in self._lines(width):
            chosen = number >= 0 and self._items[number].key == self._key != ""
            if not (chosen and self.has_focus):
                shown.append(line)
                continue
            full = line if seen else Content(CURSOR) + line.divide([cell_len(CURSOR)])[1]
            seen = True
            full = full.extend_right(max(0, width - full.cell_length))
            shown.append(full.stylize("bold $block-cursor-foreground on $block-cursor-background"))
        return Content("\n").join(shown)

    def on_focus(self) -> None:
        """Show the cursor."""
        self.refresh()
        if not self.view_stays:
            self.call_after_refresh(self.scroll_to_chosen)
        self.view_stays = False

    def on_blur(self) -> None:
        """Hide the cursor."""
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Choose what was clicked."""
        offset = event.get_content_offset(self)
        lines = self._lines(self.content_size.width)
        if offset is not None and 0 <= offset.y < len(lines) and (number := lines[offset.y][0]) >= 0:
            self.choose(self._items[number].key)

    def scroll_to_chosen(self) -> None:
        """Bring the chosen item into view, with the title when it is the first one."""
        lines = [y for y, (number, _) in enumerate(self._lines(self.content_size.width))
                 if number >= 0 and self._items[number].key == self._key != ""]  # fmt: skip
        if not lines:
            return
        top = 0 if self._place(self._key) == 0 else lines[0]
        place, scroller = self.virtual_region.offset + Offset(0, top), self.parent
        while isinstance(scroller, Widget) and not scroller.allow_vertical_scroll:
            place += scroller.virtual_region.offset
            scroller = scroller.parent
        if isinstance(scroller, Widget):
            region = Region(0, place.y, 1, min(lines[-1] - top + 1, max(1, scroller.size.height)))
            scroller.scroll_to_region(region, animate=False, force=True)


class ScrollingPanel(VerticalScroll, can_focus=False):
    """A panel in a pane of its own that scrolls. Items that can be chosen are keyed by the number of an event."""

    def compose(self) -> ComposeResult:
        """One panel."""
        yield Panel()

    @property
    def panel(self) -> Panel:
        """The panel that takes the focus."""
        return self.query_one(Panel)

    @property
    def chosen(self) -> int | None:
        """Number of the chosen item, None without one."""
        return int(self.panel.key) if self.panel.key else None

    def choose(self, seq: int) -> None:
        """Choose an item by its number."""
        self.panel.choose(str(seq))
