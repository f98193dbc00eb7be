"""The line of key hints at the bottom of a screen: help first, whole hints only."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget


@dataclass(frozen=True)
class Hint:
    """One hint: the key as it is printed, what it does, and whether it acts now."""

    command: str
    key: str
    label: str
    enabled: bool = True

    @property
    def width(self) -> int:
        """Cells the hint takes, without the space between hints."""
        return cell_len(self.key) + 1 + cell_len(self.label)


class HintBar(Widget):
    """At most eight hints on one line; a click does what the key does.

    Where not all fit, those that do not act now are left out, then those that are too long.
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
    MOST = 8

    @dataclass
    class Clicked(Message):
        """A hint was clicked."""

        hint_bar: HintBar
        command: str

        @property
        def control(self) -> HintBar:
            """The bar."""
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
        """The hints that fit in so many cells, in order."""
        hints = self._hints
        if len(hints) > self.MOST or sum(hint.width + self.GAP for hint in hints) - self.GAP > width:
            hints = tuple(hint for hint in hints if hint.enabled)
        found: list[Hint] = []
        used = -self.GAP
        for hint in hints:
            if len(found) < self.MOST and used + self.GAP + hint.width <= width:
                used += self.GAP + hint.width
                found.append(hint)
        return tuple(found)

    def render(self) -> Content:
        """The line."""
        pieces: list[tuple[str, str] | str] = []
        for hint in self.fitting(self.size.width):
            if pieces:
                pieces.append(" " * self.GAP)
            pieces.append((hint.key, "bold $footer-key-foreground" if hint.enabled else "$text-disabled"))
            pieces.append((f" {hint.label}", "" if hint.enabled else "$text-disabled"))
        return Content.assemble(*pieces)

    def on_click(self, event: events.Click) -> None:
        """Tell which hint was clicked."""
        x = 0
        for hint in self.fitting(self.size.width):
            if x <= event.x - 1 < x + hint.width:
                self.post_message(self.Clicked(self, hint.command))
            x += hint.width + self.GAP
