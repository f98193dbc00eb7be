"""The row of keys at the bottom of a screen: the likeliest first, the way out and help at the right end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.geometry import Offset
from textual.message import Message
from textual.widget import Widget


class Hint(msgspec.Struct, frozen=True):
    """One hint: the key as it is printed, what it does, whether it acts now, whether it belongs at the right end.

    Attributes:
        command: Id of the command; in a dialog the toolkit's name of the key, "" where a click means none.
    """

    command: str
    key: str
    label: str
    enabled: bool = True
    last: bool = False

    @property
    def width(self) -> int:
        """Cells the hint takes, without the space between hints."""
        return cell_len(self.key) + 1 + cell_len(self.label)


def hint_words(hints: Iterable[Hint], gap: int = 2) -> Content:
    """Return hints as a text: each key, then what it does. Args: gap: cells between two of them."""
    parts: list[tuple[str, str] | str] = []
    for hint in hints:
        key, label = ("$text-accent", "$text-muted") if hint.enabled else ("$text-disabled", "$text-disabled")
        parts += [" " * gap if parts else "", (hint.key, key), (f" {hint.label}", label)]
    return Content.assemble(*parts)


def hint_rows(hints: Iterable[Hint], width: int, gap: int = 2) -> Content:
    """Return hints on as many rows as they need: none is broken that fits on a row of its own.

    Args:
        hints: In order.
        width: Cells of a row.
        gap: Cells between two of them.
    """
    return Content("\n").join(hint_words(row, gap) for row in _rows(hints, width, gap))


def hint_at(hints: Iterable[Hint], width: int, gap: int, at: Offset) -> Hint | None:
    """Return the hint that stands at a place in such rows, None for none."""
    for hint in dict(enumerate(_rows(hints, width, gap))).get(at.y, ()):
        if 0 <= at.x < hint.width:
            return hint
        at -= Offset(hint.width + gap, 0)
    return None


def _rows(hints: Iterable[Hint], width: int, gap: int) -> list[list[Hint]]:
    rows: list[list[Hint]] = [[]]
    taken = 0
    for hint in hints:
        if rows[-1] and taken + gap + hint.width > width:
            rows.append([])
        taken = taken + gap + hint.width if rows[-1] else hint.width
        rows[-1].append(hint)
    return rows


class HintBar(Widget):
    """Hints on one line as wide as the screen; a click does what the key does.

    Where not all fit, those that do not act now are left out, then those that are too long. What is at the right end
    stays.
    """

    DEFAULT_CSS = """
    HintBar {
        height: 1;
        padding: 0 1;
        background: $footer-background;
        color: $footer-foreground;
    }
    """
    GAP = 2
    MOST = 11

    class Clicked(Message):
        """A hint was clicked."""

        def __init__(self, hint_bar: HintBar, command: str) -> None:
            super().__init__()
            self.hint_bar = hint_bar
            self.command = command

        @property
        def control(self) -> HintBar:
            """Return the bar that was clicked."""
            return self.hint_bar

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints: tuple[Hint, ...] = ()

    def show_hints(self, hints: tuple[Hint, ...]) -> None:
        """Show these hints, the most important one first."""
        if hints != self._hints:
            self._hints = hints
            self.refresh()

    def fitting(self, width: int) -> tuple[Hint, ...]:
        """Return the hints that fit in so many cells, in order, those of the right end last."""
        last = [hint for hint in self._hints if hint.last]
        while len(last) > 1 and self._taken(last) > width:
            last.pop(0)
        first = [hint for hint in self._hints if not hint.last]
        if len(first) > self.MOST or self._taken((*first, *last)) > width:
            first = [hint for hint in first if hint.enabled]
        found: list[Hint] = []
        for hint in first:
            if len(found) < self.MOST and self._taken((*found, hint, *last)) <= width:
                found.append(hint)
        return (*found, *last)

    def _taken(self, hints: Iterable[Hint]) -> int:
        return sum(hint.width + self.GAP for hint in hints) - self.GAP

    def _placed(self) -> Iterator[tuple[int, Hint]]:
        """Yield each hint with its first cell."""
        hints = self.fitting(self.size.width)
        x = 0
        for place, hint in enumerate(hints):
            if hint.last and not (place and hints[place - 1].last):
                x = max(x, self.size.width - self._taken(hints[place:]))
            yield x, hint
            x += hint.width + self.GAP

    def render(self) -> Content:
        """Return the line of keys."""
        line = Content("")
        for x, hint in self._placed():
            key, label = ("bold $text-accent", "") if hint.enabled else ("$text-disabled", "$text-disabled")
            line = line + Content(" " * (x - line.cell_length))
            line = line + Content.assemble((hint.key, key), (f" {hint.label}", label))
        return line

    def on_click(self, event: events.Click) -> None:
        """Tell which hint was clicked."""
        offset = event.get_content_offset(self)
        for x, hint in self._placed():
            if offset is not None and x <= offset.x < x + hint.width:
                self.post_message(self.Clicked(self, hint.command))
