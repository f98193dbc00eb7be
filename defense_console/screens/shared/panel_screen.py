"""Screens that are made of panels under a head: moving between the panels, and writing texts from them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.content import Content
from textual.widget import Widget

from defense_console.desk.defense.base import DefenseDesk
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.state import Defense
from defense_console.safe_text import cells, content
from defense_console.screens.shared.wishes import ON_A_DEFENSE, Asks, Seen, Wishes
from defense_console.screens.shared.writing import WritingScreen
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _, ngettext


class PanelScreen(WritingScreen):
    """A screen about one log whose body `#sheet` holds columns of panels.

    The columns stand side by side where the terminal is wide, one below the other where it is not; the panels of a
    `.pair` stand in two columns where it is broad. `j` and `k` go
    through all items of all panels, `Tab` from panel to panel.
    """

    DEFAULT_CSS = """
    PanelScreen {
        #sheet, .column { scrollbar-size-vertical: 1; }
        #sheet { height: 1fr; }
        .column { height: auto; width: 1fr; }
        &.-wide, &.-broad {
            #sheet { layout: horizontal; }
            .column { max-width: 100; height: 100%; overflow-y: auto; }
            .rest { height: 1fr; min-height: 6; }
        }
        &.-broad .pair {
            layout: grid; grid-size: 2; grid-rows: auto 1fr; width: 2fr; max-width: 200;
            .beside { row-span: 2; height: 100%; }
            .rest { height: 100%; }
        }
    }
    """
    FIRST_FOCUS: ClassVar[tuple[str, ...]] = ()
    """Ids of the panels that may have the focus first, in order."""

    def __init__(self) -> None:
        super().__init__()
        self._written_from: str | None = None

    def on_mount(self) -> None:
        """Draw, and open again what was being written when the console ended."""
        super().on_mount()
        self._watch_view()
        self.resume_text(_("This text was being written when the console ended."))

    def can_write(self, field: str) -> bool:
        """Whether this screen writes a field."""
        return field.partition("/")[0] in ("note", "edit", "question")

    # --- what lies below ------------------------------------------------------------------------------------------

    def _watch_view(self) -> None:
        """See which panels lie below anew when the view moves, or what is in it grows."""
        for part in self.query("#sheet, .column"):
            for what in ("scroll_y", "virtual_size"):
                self.watch(part, what, self._seen_anew, init=False)

    def _seen_anew(self) -> None:
        self.soon(self.show_standing)

    def below(self) -> tuple[str, ...]:
        """Return the titles of the panels of which no line is seen because they lie below, in order."""
        end = self.query_one("#body", Widget).region.bottom
        return tuple(each.frame_title for each in self.query(Panel) if each.region.area and each.region.y >= end - 1)

    def quiet_line(self) -> str:
        """Which panels lie below, and the key that goes there."""
        if not (below := self.below()):
            return ""
        text = _("below: {panels}; {key:move.page_down} goes there", panels=", ".join(below))
        if cells(text) > self.row_width:
            return ngettext("one panel lies below; {key:move.page_down} goes there",
                            "{n} panels lie below; {key:move.page_down} goes there", len(below))  # fmt: skip
        return text

    # --- panels --------------------------------------------------------------------------------------------------

    def panel(self, id: str) -> Panel:
        """The panel with this id."""
        return self.query_one(f"#{id}", Panel)

    @property
    def focused_panel(self) -> Panel | None:
        """The panel that has the focus; while a text is written, the one it was opened from."""
        if isinstance(self.focused, Panel):
            return self.focused
        return self.panel(self._written_from) if self._written_from else None

    def at_cursor(self) -> tuple[str, str]:
        """The panel that has the focus and the key of its chosen item, "" for none."""
        panel = self.focused_panel
        return (panel.id or "", panel.key) if panel is not None else ("", "")

    def seen(self) -> Asks:
        """The desk, and where the cursor is."""
        return Seen(self.texts, *self.at_cursor())

    def order_pair(self, order: Sequence[str]) -> None:
        """Put the panels of the pair in another order. Args: order: their ids."""
        self.query_one(".pair").sort_children(key=lambda panel: order.index(panel.id or ""))

    def _reachable(self) -> list[Panel]:
        return [panel for panel in self.query(Panel) if panel.can_focus and panel.display]

    def keep_focus(self) -> None:
        """Give a panel the focus when nothing has it, so that Space and Enter always have something to act on."""
        if self.focused is None and self.is_current:
            wanted = [self.panel(id) for id in self.FIRST_FOCUS]
            first = next((panel for panel in wanted if panel.can_focus and panel.display), None)
            if first is not None:
                self.set_focus(first, scroll_visible=False)

    def focus_panel(self, id: str) -> bool:
        """Give a panel the focus. Returns: whether it takes one."""
        panel = self.panel(id)
        if panel.can_focus:
            self.set_focus(panel)
        return panel.can_focus

    def action_panel_next(self, by: int = 1) -> None:
        """Go to the next panel; after the last the first."""
        found = self._reachable()
        if found:
            here = self.focused
            place = found.index(here) if isinstance(here, Panel) and here in found else (-1 if by > 0 else 0)
            self.set_focus(found[(place + by) % len(found)])

    def action_panel_previous(self) -> None:
        """Go to the panel before."""
        self.action_panel_next(-1)

    def action_move_down(self, by: int = 1) -> None:
        """Go to the next item; after the last one of a panel the first of the next, then only the view moves."""
        here, found = self.focused, self._reachable()
        if not isinstance(here, Panel) or here not in found:
            self.action_panel_next(by)
            return
        if here.move(by):
            return
        place = found.index(here) + by
        if 0 <= place < len(found):
            found[place].choose_end(by < 0)
            self.set_focus(found[place])
        else:
            self.query_one("#sheet", Widget).scroll_relative(y=3 * by, animate=False)

    def action_move_up(self) -> None:
        """Go to the item before."""
        self.action_move_down(-1)

    def show_notes(self, notes: Sequence[Item]) -> None:
        """Show the notes, or the key that writes the first one."""
        none = Item(Content.styled(_("none yet: {key:live.note} writes a note"), "$text-muted"))
        hints = self.hints_of("live.note") if notes else ()
        self.panel("notes").show(_("Notes"), notes or (none,), str(len(notes) or ""), hints)

    # --- texts ---------------------------------------------------------------------------------------------------

    def field_label(self, field: str) -> str | Content:
        """What is being written."""
        kind, _slash, rest = field.partition("/")
        match kind:
            case "skill":
                return content(_("Comment of {skill}", skill=rest))
            case "row":
                return {
                    "title": _("Name of the document"),
                    "reason": _("Why it is to revise"),
                    "expected": _("What is expected"),
                    "verifier": _("Who verifies it"),
                }.get(rest.rpartition("/")[2], rest)
            case "strength":
                return _("Strength")
            case "improvement":
                return _("To improve")
            case "reason":
                return _("Reason for the outcome")
            case "goal":
                return _("Next goal")
            case "note":
                return _("Private note")
        return _("Edit")

    def text_kept(self, field: str, known: int) -> None:
        """Say what was kept: on a small screen its line is often out of sight."""
        if self.texts.state.seq != known:
            label = Content.assemble(self.field_label(field)).plain
            self.tell(_("Kept.") if field.startswith("edit/") else _("Kept: {what}", what=label))

    def write(self, field: str) -> None:
        """Write a text; the panel it was opened from has the focus again afterwards."""
        if isinstance(self.focused, Panel):
            self._written_from = self.focused.id
        super().write(field)

    def after_writing(self) -> None:
        """Back to where the text was opened."""
        if self.writer.field_key:
            return  # the desk refused the text: it stays in its field
        if self._written_from:
            self.focus_panel(self._written_from)
            self._written_from = None
        self.keep_focus()


class DefensePanels(PanelScreen):
    """Such a screen about one defense.

    Args:
        defense_id: Whole id.
    """

    WISHES: ClassVar[Wishes[Any]] = ON_A_DEFENSE

    def __init__(self, defense_id: str) -> None:
        super().__init__()
        self.defense_id = defense_id

    @property
    def texts(self) -> DefenseDesk:
        """Where texts are kept."""
        raise NotImplementedError

    @property
    def defense(self) -> Defense:
        """The defense as it is now."""
        return self.texts.defense

    @property
    def curriculum(self) -> Curriculum:
        """The curriculum in force for it."""
        return self.texts.curriculum

    def action_live_note(self) -> None:
        """Write a note on the defense."""
        self.write("note")
