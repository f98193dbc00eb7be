"""How long the school has to answer an alert, in words; the queue says it too, so nothing heavy is loaded for it."""

from __future__ import annotations

from defense_console.words.translation import Translator


def answer_text(due: str, zone: str, now: str, _: Translator) -> str:
    """Return how long the school still has to answer, or how long its answer is overdue."""
    length = _.length_to(due, zone, now, due=True)
    return _("answer overdue by {length}", length=length) if due < now else _("answer due in {length}", length=length)
