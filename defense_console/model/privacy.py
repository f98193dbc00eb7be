"""Which lines of a log hold a text that only its author reads: private notes, and what is left of them.

A store that several people read asks this. Where a note stands now, the fold says; nothing else decides it.
"""

from __future__ import annotations

from typing import Any, Final, Literal, NamedTuple

import msgspec

from defense_console.model.defense.kinds import AmendmentDropped, Noted, NoteEdited, NotePrivacySet, ReadingClosed
from defense_console.model.defense.state import Defense
from defense_console.model.log.action import Log
from defense_console.model.log.envelope import What
from defense_console.model.log.undo import Redone, Undone
from defense_console.model.student.kinds import StudentNoted, StudentNoteEdited

Standing = Literal["private", "shared", "taken_back"]


class NoteLine(NamedTuple):
    """A line with the text of a note: its number, the number of the note, how that note stands now.

    `taken_back`: the note was undone or withdrawn.
    """

    seq: int
    note: int
    standing: Standing


def _tags(*kinds: type[What]) -> frozenset[str]:
    return frozenset(str(kind.__struct_config__.tag) for kind in kinds)


_OWN: Final = _tags(StudentNoted, StudentNoteEdited, NoteEdited)
_NOTED: Final = _tags(Noted)
_TURNING: Final = _tags(NoteEdited, NotePrivacySet, AmendmentDropped, Undone, Redone)

_FINISHED: Final = _tags(ReadingClosed)


class _What(msgspec.Struct):
    kind: str = ""
    private: bool = True
    student_id: str = ""


class Glance(msgspec.Struct):
    """What a store looks at in a line that it writes; a line that is no event says nothing.

    Attributes:
        action: number of the first line of its action.
        author: name of who decided.
    """

    action: int = 0
    author: str = ""
    what: _What = msgspec.field(default_factory=_What)

    @property
    def private(self) -> bool:
        """Return whether its text is private as long as the log says nothing else."""
        kind = self.what.kind
        return kind in _OWN or (kind in _NOTED and self.what.private)

    @property
    def turns(self) -> bool:
        """Return whether it can make the text of another line private or shared."""
        return self.what.kind in _TURNING

    @property
    def ends_reading(self) -> bool:
        """Return whether a second reading is finished by it."""
        return self.what.kind in _FINISHED

    @property
    def student(self) -> str:
        """Return the id of the student that a first line names, "" where it names none."""
        return self.what.student_id


def glance(body: bytes) -> Glance:
    """Look at a line."""
    try:
        return msgspec.json.decode(body, type=Glance)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Glance()


def note_lines(log: Log[Any, Any]) -> tuple[NoteLine, ...]:
    """Return how each line stands that holds the text of a note on a defense; notes on students are always private."""
    state = log.folded
    if not isinstance(state, Defense):
        return ()
    private = {note.seq: note.private for note in state.notes}
    found = []
    for event in log.events:
        what = event.what
        note = event.seq if isinstance(what, Noted) else what.note if isinstance(what, NoteEdited) else None
        if note is not None:
            standing: Standing = "taken_back" if note not in private else "private" if private[note] else "shared"
            found.append(NoteLine(event.seq, note, standing))
    return tuple(found)
