"""Defenses as the subject of logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from defense_console.model.curriculum import Curricula, Curriculum
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold, frozen, pinned_hash
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, Started
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.state import Defense, Folding, applies
from defense_console.model.defense.summary import defense_id, rehearsal_id, summarize
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.subject import Subject, beside


class Defenses(Subject[DefenseWhat, Defense]):
    """A log is one attempt of a student at a project; the row beside it is its summary."""

    def check(self, state: Defense | None, what: DefenseWhat, at: Stamp, curricula: Curricula) -> None:
        """Ask the law of defenses, see `legal.py`.

        Raises:
            ConsoleError: Why not.
        """
        check_legal(state, what, at, None if state is None else in_force(state, curricula))

    def fold(self, events: Sequence[DefenseEvent], curricula: Curricula) -> Defense:
        """Return the defense, folded with the curriculum it pins.

        Raises:
            ConsoleError: The log does not begin with `planned`, or the pinned curriculum is missing.
        """
        name = pinned_hash(events)
        return fold(events, curricula.pinned(name) if name else None)

    def blank(self) -> Folding:
        """Return a defense before its planning."""
        return Folding(None)

    def apply(self, working: Folding, event: DefenseEvent, pinned: Curriculum | None) -> None:
        """Change a defense that is being folded.

        Raises:
            ConsoleError: The curriculum it is started with is missing.
        """
        working.pinned = pinned
        applies.apply(working, event)

    def freeze(self, working: Folding, last: DefenseEvent, undo: tuple[int, ...], redo: tuple[int, ...]) -> Defense:
        """Return the defense after `last`."""
        return frozen(working, last, undo, redo)

    def row(self, id: str, state: Defense) -> dict[str, Any]:
        """Return the summary of a defense."""
        return beside(summarize(id, state))

    def own_id(self, state: Defense) -> str:
        """Return the id that is computed from student, project and attempt."""
        return str(defense_id(state.student_id, state.project, state.attempt))

    def missing(self, id: str) -> ConsoleError:
        """Return the sentence that there is no such defense."""
        return ConsoleError("There is no defense {id}.", id=id)

    def folds_with(self, events: Iterable[DefenseEvent]) -> str | None:
        """Return the hash of the curriculum that was carried over, or pinned at the first start."""
        return pinned_hash(events)

    def pins(self, what: DefenseWhat) -> str | None:
        """Return the hash of the curriculum that a start pins."""
        return what.curriculum_hash if isinstance(what, Started) else None


class Rehearsals(Defenses):
    """A log is one rehearsal: a defense as far as the clock, the rubric and the notes go, that comes to no verdict."""

    def check(self, state: Defense | None, what: DefenseWhat, at: Stamp, curricula: Curricula) -> None:
        """Ask the law of defenses; what belongs to a verdict, an appointment or a calendar is refused.

        Raises:
            ConsoleError: Why not.
        """
        if isinstance(what, _NEVER_REHEARSED):
            raise ConsoleError("A rehearsal stays between you and the student: it comes to no verdict.")
        super().check(state, what, at, curricula)

    def row(self, id: str, state: Defense) -> dict[str, Any]:
        """Return whose rehearsal it is; nothing of it is a summary of a defense."""
        return {
            "id": id,
            "student_id": state.student_id,
            "project": state.project,
            "number": state.attempt,
            "seq": state.seq,
        }

    def own_id(self, state: Defense) -> str:
        """Return the id that is computed from student, project and number."""
        return str(rehearsal_id(state.student_id, state.project, state.attempt))

    def missing(self, id: str) -> ConsoleError:
        """Return the sentence that there is no such rehearsal."""
        return ConsoleError("There is no rehearsal {id}.", id=id)


_NEVER_REHEARSED = (
    ev.Signed, ev.Released, ev.AmendmentOpened, ev.Contested, ev.ContestResolved, ev.Rescheduled, ev.DefenseClosed,
    ev.CalendarLinked, ev.ReadingBegun,
)  # fmt: skip


def in_force(defense: Defense, curricula: Curricula) -> Curriculum | None:
    """Return the pinned curriculum, or the shipped one before the first start; None when it is not here."""
    return defense.pinned or curricula.shipped.get(defense.curriculum)


def curriculum_of(defense: Defense, curricula: Curricula) -> Curriculum:
    """Return the curriculum in force, see `in_force`.

    Raises:
        ConsoleError: The defense has not started and its curriculum is not among the shipped ones.
    """
    found = in_force(defense, curricula)
    if found is None:
        raise ConsoleError("There is no curriculum {code} here.", code=defense.curriculum)
    return found


DEFENSE = Defenses("defense/", DefenseEvent)
REHEARSAL = Rehearsals("rehearsal/", DefenseEvent)
