"""What the keys of a running defense would record: on the live screen, and those of the audience view."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from defense_console.desk.defense.live import LiveDesk, advancing, toggling
from defense_console.desk.logs.one_log import TO_COME
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import RatingValue, Request
from defense_console.model.errors import N_, ConsoleError
from defense_console.screens.shared.wishes import ON_A_DEFENSE, Seen, Whats, Wishes, needs, reads, records, writes


class OnLive(Seen[LiveDesk], frozen=True):
    """The live screen.

    Attributes:
        criterion: Id of the focused one, None on a skill that is folded away.
        note: Number of the chosen note, strength or improvement; None without one.
        question: Number of the chosen question, None without one.
        meant: Id of the criterion that a note or a document is about: just rated, else focused.
    """

    criterion: str | None = None
    note: int | None = None
    question: int | None = None
    meant: str | None = None


FOLDED: Final = N_("This skill was acquired before: {key:live.details} opens it.")


def _criterion(seen: OnLive) -> str:
    return needs(seen.criterion, FOLDED)


def _rates(rating: RatingValue | None) -> Callable[[OnLive], Whats]:
    return lambda seen: (ev.Rated(_criterion(seen), rating),)


def _notes_criterion(seen: OnLive) -> Whats:
    return (seen.desk.another_text(f"criterion/{needs(seen.meant, FOLDED)}"),)


def _inserts_comment(seen: OnLive) -> Whats:
    return (seen.desk.another_text(f"criterion/{_criterion(seen)}"),)


def _edits_note(seen: OnLive) -> Whats:
    return (seen.desk.another_text(f"edit/{_note(seen)}"),)


def _note(seen: OnLive) -> int:
    return needs(seen.note, "There is no note yet: {key:live.note} writes one.")


def _question(seen: OnLive) -> int:
    return needs(seen.question, "No question is parked: {key:live.question} parks one.")


def _turns_private(seen: OnLive) -> Whats:
    seq = _note(seen)
    note = next((note for note in seen.desk.defense.notes if note.seq == seq), None)
    if note is None:
        raise ConsoleError("Strengths and improvements are always shared.")
    return ev.turned(note)


def _finishes(seen: OnLive) -> Whats:
    """After its end the key only goes to the verdict."""
    return (ev.Finished(),) if seen.desk.defense.session == "live" else ()


CLOCK: Final[Wishes[OnLive]] = {
    "clock.toggle": lambda seen: (toggling(seen.desk.defense),),
    "clock.next_phase": lambda seen: (advancing(seen.desk.defense),),
    "clock.more": lambda seen: (seen.desk.moving_target(60),),
    "clock.less": lambda seen: (seen.desk.moving_target(-60),),
}
"""The keys that also act in the audience view."""
LIVE: Final[Wishes[OnLive]] = {
    **ON_A_DEFENSE,
    **CLOCK,
    "clock.pause_reason": lambda seen: (seen.desk.explaining_pause("technical"),),
    "clock.gap_to_pause": lambda seen: (seen.desk.pausing_gap,),
    "live.cycle": _rates("met"),
    "live.rate_met": _rates("met"),
    "live.rate_to_improve": _rates("to_improve"),
    "live.rate_not_met": _rates("not_met"),
    "live.rate_not_observed": _rates("not_observed"),
    "live.clear": _rates(None),
    "live.note_criterion": _notes_criterion,
    "live.bank": _inserts_comment,
    "live.edit_note": _edits_note,
    "live.private": _turns_private,
    "live.question": writes("question"),
    "live.question_state": lambda seen: (ev.QuestionMoved(_question(seen), "asked"),),
    "live.edit_question": lambda seen: (seen.desk.another_text(f"edit/{_question(seen)}"),),
    "live.strength": writes("strength"),
    "live.improvement": writes("improvement"),
    "live.document": records(ev.RowSet(Request("", title=TO_COME))),
    "live.role": lambda seen: reads(seen.desk.project.role, "This project has no role to play."),
    "live.finish": _finishes,
    "live.abort": records(ev.Aborted(TO_COME)),
}
