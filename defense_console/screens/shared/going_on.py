"""What is live besides what a screen shows: a defense or a rehearsal, in words, and where it goes on."""

from __future__ import annotations

from collections.abc import Sequence

from defense_console.desk.queue import AgendaDesk, GoingOn
from defense_console.model.defense.subject import REHEARSAL
from defense_console.safe_text import shortened
from defense_console.screens.console import Place
from defense_console.words.translation import _, clock_text


def place_of(going_on: GoingOn) -> Place:
    """Return the place where it goes on."""
    return "rehearsal" if going_on.subject is REHEARSAL else "live"


def going_on_words(going_on: GoingOn) -> str:
    """Return whose it is, and what, as a sentence."""
    name = shortened(going_on.student_name, 40)
    if going_on.subject is REHEARSAL:
        return _("A rehearsal of {student} is live.", student=name)
    return _("The defense of {student} is live.", student=name)


def live_elsewhere(agenda: AgendaDesk, others: Sequence[GoingOn]) -> tuple[str, str, str]:
    """Return whose is live elsewhere, the time left there with how many more there are, and only the time.

    "" each for none.
    """
    for each in others:
        if (left_s := agenda.left_s(each.id, each.subject)) is not None:
            left, clock = _("{time} left", time=clock_text(left_s)), clock_text(left_s)
            if each.subject is REHEARSAL:
                left = _("rehearsal {left}", left=left)
            return each.student_name, f"{left} +{len(others) - 1}" if len(others) > 1 else left, clock
    return "", "", ""
