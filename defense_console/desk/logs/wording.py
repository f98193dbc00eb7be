"""Sentences that every log has: undo, who writes, what is withheld."""

from __future__ import annotations

from defense_console.model.log.envelope import What
from defense_console.model.log.every_log import LeaseTaken, Withheld
from defense_console.model.log.undo import Redone, Undone
from defense_console.words.translation import Translator


def every_log_sentence(what: What, _: Translator) -> str | None:
    """Return what an event says that every log knows, None for any other."""
    match what:
        case LeaseTaken(host=host):
            return _("Taken over by the console on {host}", host=host)
        case Withheld():
            return _("A line that only its author reads")
        case Undone(cancelled=n):
            return _("Undone: line {n}", n=n)
        case Redone(restored=n):
            return _("Redone: line {n}", n=n)
    return None


def with_reason(_: Translator, sentence: str, reason: str) -> str:
    """Return the sentence, and the reason behind it when there is one."""
    return _("{sentence}: {reason}", sentence=sentence, reason=reason) if reason else sentence
