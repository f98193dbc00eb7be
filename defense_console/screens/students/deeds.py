"""What a list of students did: only that is taken back from it, whoever is under the cursor by then."""

from __future__ import annotations

from typing import Final, Protocol

from defense_console.desk.student.student import StudentDesk
from defense_console.model.errors import N_, ConsoleError
from defense_console.screens.shared.wishes import Wishes, needs, unless

NOTHING_DONE: Final = N_("Nothing was done here that can be taken back; {key:edit.undo} on a student undoes there.")
NOTHING_UNDONE: Final = N_("Nothing was taken back here that can be done again.")


class Deeds:
    """The actions that a list has done since it opened, each in the log of its student."""

    def __init__(self) -> None:
        self._done: list[tuple[StudentDesk, int]] = []

    def did(self, desk: StudentDesk) -> None:
        """Take note of the latest action of a student's log."""
        self._done += [(desk, action) for action in tuple(desk.state.undo)[-1:]]

    @property
    def to_undo(self) -> StudentDesk | None:
        """Return in whose log the latest of them is, None when there is none or the log went on meanwhile."""
        desk, action = next((each for each in reversed(self._done) if each[1] in each[0].state.undo), (None, 0))
        return desk if desk is not None and desk.state.undo[-1] == action else None

    @property
    def to_redo(self) -> StudentDesk | None:
        """Return in whose log the one is that was taken back last, None for none."""
        return next((desk for desk, action in self._done if desk.state.redo[-1:] == (action,)), None)


class SeesDeeds(Protocol):
    """What a list of students tells its wishes of undo."""

    @property
    def undoes(self) -> StudentDesk | None:
        """In whose log the action is that would be taken back."""

    @property
    def redoes(self) -> StudentDesk | None:
        """In whose log the action is that would be done again."""

    def refusal(self, *whats: object) -> ConsoleError | None:
        """See `Asks.refusal`."""


ON_A_LIST: Final[Wishes[SeesDeeds]] = {
    "edit.undo": lambda seen: unless((desk := needs(seen.undoes, NOTHING_DONE)).refusal(desk.undoing)),
    "edit.redo": lambda seen: unless((desk := needs(seen.redoes, NOTHING_UNDONE)).refusal(desk.redoing)),
}
"""What undo and redo mean on every list of students."""
