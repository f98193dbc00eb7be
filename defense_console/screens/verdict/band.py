"""The row under the header of the verdict screen: how the verdict stands, what comes next, and the key for it."""

from __future__ import annotations

from textual.content import Content

from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.defense.legal_context import SESSION_REFUSALS
from defense_console.model.defense.state import Version
from defense_console.safe_text import cells, content, shortened
from defense_console.screens.verdict import panels
from defense_console.settings import Settings
from defense_console.words.translation import N_, _, clock_text, ngettext, when

LEAST_WORDS = 12
"""Cells below which a reason is not worth being begun."""


def band_line(desk: VerdictDesk, settings: Settings, zone: str, now: str, width: int) -> Content:
    """Return the row in at most so many cells.

    Args:
        desk: The verdict.
        settings: For the names of keys.
        zone: Of the mentor.
        now: ISO 8601 UTC.
        width: Cells of the row.
    """
    defense = desk.defense
    if defense.signed is not None:
        return _tagged(_("signed"), _signed(desk), "bold $text-warning")
    if defense.contested is not None and not defense.amendment:
        return _contested(desk, defense.contested, width)
    if defense.drafting is not None:
        return _drafted(desk, settings, width)
    if defense.released is not None:
        return _released(defense.released, zone, now, width)
    return _tagged(_("no verdict"), _(SESSION_REFUSALS[defense.session]), "$text-warning")


def _released(verdict: Version, zone: str, now: str, width: int) -> Content:
    """The next step, and when it was released, which is never cut; what the tag says already gives way first."""
    day = when(verdict.released_at, zone, now) if verdict.released_at else "–"
    send = _("Now send the message: {key:report.message}")
    said = (_("Verdict {n} released {when}.", n=verdict.version, when=day),
            _("Verdict {n}, {when}", n=verdict.version, when=day), day)  # fmt: skip
    tag = _tag(_("released"))
    for text in said:
        line = Content.assemble(tag, (f" {send}", "bold $text-warning"), f"   {text}")
        if line.cell_length <= width:
            return line
    return Content.assemble(tag, f" {day}   ", (_("Message: {key:report.message}"), "bold $text-warning"))


def _tag(word: str) -> Content:
    return Content.styled(f" {word} ", "bold reverse")


def _tagged(word: str, text: str, style: str) -> Content:
    return Content.assemble(_tag(word), (f" {text}", style))


def _signed(desk: VerdictDesk) -> str:
    left_s = desk.countdown_s()
    if left_s is None:
        return _("Not released: {key:verdict.sign} releases it, {key:edit.undo} takes the signature back.")
    return _("Released in {time}: {key:edit.undo} takes the signature back.", time=clock_text(left_s))


def _contested(desk: VerdictDesk, said: str, width: int) -> Content:
    text = N_("Contested: {reason} — {key:verdict.contest} upholds the verdict, {key:verdict.amend} amends it.")
    room = width - cells(_(text, reason=""))
    return Content.styled(_(text, reason=shortened(said, max(LEAST_WORDS, room))), "bold $text-warning")


def _drafted(desk: VerdictDesk, settings: Settings, width: int) -> Content:
    """What is left to settle and with which key; of a new version also why it is drafted, where there is room."""
    defense = desk.defense
    tag = _tag(_("new version") if defense.amendment else _("draft"))
    hard = [guard for guard in desk.guards() if guard.hard]
    if not hard:
        ready = _("Nothing stops the signature: {key:verdict.sign} signs.")
        line = Content.assemble(tag, (f" {ready}", "$text-success"))
        more = Content()
    else:
        left = ngettext(
            "{n} to settle before {key:verdict.sign} signs", "{n} to settle before {key:verdict.sign} signs", len(hard)
        )
        line = Content.assemble(tag, (f" {left}", "bold $text-warning"))
        key = panels.lift_key(hard[0], settings)
        room = width - line.cell_length - cells(key) - 4
        words = shortened(panels.guard_words(hard[0]).plain, room) if room >= LEAST_WORDS else ""
        more = Content.assemble("   ", (key, "bold $text-accent"), f" {words}")
    line = line + more
    room = width - line.cell_length - 3
    if defense.amendment and room >= LEAST_WORDS:
        said = content(shortened(_("Why: {reason}", reason=defense.amendment), room))
        line = Content.assemble(line, "   ", said.stylize("$text-muted"))
    return line
