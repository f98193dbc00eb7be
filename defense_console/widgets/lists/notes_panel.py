"""NotesPanel: the notes of a defense, then its strengths and improvements, the newest chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from defense_console.model.defense.state import Defense
from defense_console.safe_text import content
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, clock_text


def items_of_notes(defense: Defense, names: Mapping[str, str]) -> tuple[Item, ...]:
    """The panel's items, keyed by the number of the event that holds the text.

    Args:
        defense: The defense.
        names: Short name of each criterion, by id.
    """
    items = []
    for note in defense.notes:
        about = f" {names.get(note.criterion, note.criterion)}" if note.criterion else ""
        head = Content.styled(f"{clock_text(note.at_s)}{about}", "$text-muted")
        items.append(_item(head, _("private") if note.private else _("shared"), note.text, note.seq))
    for line in defense.lines:
        word = _("strength") if line.section == "strength" else _("to improve")
        items.append(_item(Content.styled(word, "$text-muted"), "", line.text, line.seq))
    return tuple(items)


def _item(head: Content, end: str, text: str, seq: int) -> Item:
    lines = Content("\n").join([head, content(text)])
    return Item(lines, str(seq), end=Content.styled(end, "$text-muted"))


class NotesPanel(Panel):
    """The notes, then strengths and improvements."""

    def show_defense(self, defense: Defense, names: Mapping[str, str], title: Content, hints: Sequence[Hint]) -> None:
        """Show the notes of a defense; a new one is chosen and seen."""
        known = set(self.keys)
        items = self.worded((defense.notes, defense.lines, names), lambda: items_of_notes(defense, names))
        empty = Item(Content.styled(_("none yet: {key:live.note} writes a note"), "$text-muted"))
        self.show(title, items or (empty,), hints=hints)
        new = [item.key for item in items if item.key not in known]
        if new and known:
            self.choose(new[-1])
        elif new:
            self.choose_end(last=True)
