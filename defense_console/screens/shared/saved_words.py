"""Whether everything is saved, in words; and what the red line says while it is not."""

from __future__ import annotations

from defense_console.desk.logs.ledger import SaveState
from defense_console.desk.typed.answers import KeepsTexts
from defense_console.screens.shared.fitted_words import WIDTHS, error_words, fitting, place_words
from defense_console.widgets.frame.marks import mark
from defense_console.words.translation import _, clock_time, error_text, ngettext

ALARM_ROWS = 3
"""In more rows the red line would take the place of what it is about."""


def saved_words(saved: SaveState, zone: str) -> tuple[str, str, bool]:
    """Return what the header says of saving: the word, the time of the last saving, whether it is an alarm."""
    if saved.error is not None:
        return _alarm_word(saved), "", True
    if saved.state == "saving":
        return _("… saving"), "", False
    return f"{mark('saved')} {_('saved')}", clock_time(saved.at, zone) if saved.at else "", False


def _alarm_word(saved: SaveState) -> str:
    if saved.state == "read_only":
        return _("READ ONLY")
    if saved.state == "unread":
        return _("NOT READ")
    return _("NOT SAVED {n}", n=saved.unsaved) if saved.unsaved else _("NOT SAVED")


def alarm_words(saved: SaveState, width: int) -> str:
    """Why nothing is saved, what to do, the key that copies it, where it lies: whole in three rows.

    Args:
        saved: What the saved line says.
        width: Cells of a row.

    Returns:
        The sentence, "" when everything is saved or soon will be. Where there is no room for everything the places in
        it are shortened, and in the end only the reason, what to do and the key are left.
    """
    if saved.error is None:
        return ""
    text = fitting(lambda most: _alarm(saved, most, _kept(saved, most)), width, ALARM_ROWS)
    return text if text is not None else _alarm(saved, WIDTHS[-1], _danger(saved))


def read_only_words(log: KeepsTexts, text_kept: bool) -> str:
    """That nothing can be written on a log any more, and why: another console took it over, or has its claim.

    Args:
        text_kept: Whether a text was being typed here.
    """
    if log.holder is not None and log.not_mine is None:
        told = _("Taken over by the console on {host}: read only here.", host=log.holder.host)
    else:
        told = "" if log.read_only is None else error_text(log.read_only)
    return told + " " + _("Your text is kept.") if text_kept else told


def _alarm(saved: SaveState, most: int, kept: str) -> str:
    problem = error_words(saved.error, most) if saved.error is not None else ""
    return f"{_head(saved)} · {problem} {kept}".rstrip()


def _head(saved: SaveState) -> str:
    """What is not saved, and the key that copies it: the first words, which nothing can push away."""
    if saved.state == "read_only":
        return _("✗ READ ONLY")
    if saved.state == "unread":
        return _("✗ NOT READ: the screen shows what was read before")
    if saved.unsaved:
        return ngettext(
            "✗ NOT SAVED: {n} action, {key:console.copy_unsaved} copies it",
            "✗ NOT SAVED: {n} actions, {key:console.copy_unsaved} copies them",
            saved.unsaved,
        )
    return _("✗ NOT SAVED: the text being typed, {key:console.copy_unsaved} copies it")


def _kept(saved: SaveState, most: int) -> str:
    """Where what is not saved lies meanwhile."""
    if saved.state == "failed" and saved.spool is not None:
        return _("Kept in {place}.", place=place_words(saved.spool.parent, most))
    if saved.state == "failed" and saved.spool_error is not None:
        problem = error_words(saved.spool_error, most)
        return _("In memory only, do not leave the console: {problem}", problem=problem)
    return _danger(saved)


def _danger(saved: SaveState) -> str:
    """What must be known in any case: that leaving now would lose it."""
    if saved.state == "failed" and saved.spool is None:
        return _("In memory only: do not leave the console.")
    return ""
