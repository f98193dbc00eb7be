"""NotesPanel: the notes of a defense, then its strengths and improvements, the newest chosen."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from defense_console.model.defense.state import Defense
from defense_console.safe_text import content
from defense_console.widgets.lists.panel import Item, ScrollingPanel
from defense_console.words.translation import _, clock_text

PRIVATE, SHARED = "◌", "◉"
"""Glyphs of a note nobody else reads, and of one that goes into the report."""


def items_of_notes(defense: Defense, names: Mapping[str, str]) -> tuple[Item, ...]:
    """The panel's items, keyed by the number of the event that holds the text.

    Args:
        defense: The defense.
        names: Short name of each criterion, by id.
    """
    items = []
    for note in defense.notes:
        private = _("private") if note.private else _("shared")
        about = f" · {names.get(note.criterion, note.criterion)}" if note.criterion else ""
        head = f"{clock_text(note.at_s)} {PRIVATE if note.private else SHARED} {private}{about}"
        text = Content.assemble((head, "$text-muted"), "\n", content(note.text))
        items.append(Item(text, str(note.seq)))
    for line in defense.lines:
        glyph, word = ("+", _("strength")) if line.section == "strength" else ("△", _("to improve"))
        text = Content.assemble((f"{glyph} {word}", "$text-muted"), "\n", content(line.text))
        items.append(Item(text, str(line.seq)))
    return tuple(items)


class NotesPanel(ScrollingPanel):
    """The notes, in a panel that scrolls."""

    def show_defense(self, defense: Defense, names: Mapping[str, str]) -> None:
        """Show the notes of a defense; a new one is chosen and seen."""
        known = set(self.panel.keys)
        items = items_of_notes(defense, names)
        heading = Content.assemble((_("Notes"), "bold"), f" {len(items)}")
        hint = _("{key:live.note} writes a note, {key:live.note_criterion} one on the criterion")
        empty = Item(Content(hint).stylize("$text-muted"))
        self.panel.show(heading, items or (empty,))
        new = [item.key for item in items if item.key not in known]
        if new and known:
            self.panel.choose(new[-1])
        elif new:
            self.panel.choose_end(last=True)
