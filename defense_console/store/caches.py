"""What is kept next to a log, computed again from the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from defense_console.model.curriculum import Curricula
from defense_console.model.defense.kinds import Noted, NoteEdited
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.chain import StoredLine
from defense_console.model.log.undo import Redone, Undone
from defense_console.model.queue.searching import note_words
from defense_console.model.subjects import subject_of

_OF_NOTES: Final = tuple(
    f'"kind":"{kind.__struct_config__.tag}"'.encode() for kind in (Noted, NoteEdited, Undone, Redone)
)
"""How lines look that may change the notes of a defense."""


def row_of_log(stream: str, lines: Sequence[StoredLine], kept: Callable[[str], bytes | None]) -> dict[str, Any] | None:
    """Return the row next to a log, made from its lines; None when they cannot be folded.

    Args:
        kept: Gives the canonical JSON of a pinned curriculum by its hash.
    """
    subject = subject_of(stream)
    try:
        row = Log.read(subject, subject.id_of(stream), lines, Curricula({}, kept)).row
    except ConsoleError:
        return None
    return {**row, "seq": lines[-1].seq, "hash": lines[-1].hash}


def notes_of_log(stream: str, lines: Sequence[StoredLine], kept: Callable[[str], bytes | None]) -> str:
    """Return the words that a search can find of the notes of a defense; "" where its log cannot be folded.

    Args:
        kept: As of `row_of_log`.
    """
    if not changes_notes(line.body for line in lines):
        return ""
    try:
        log = Log.read(DEFENSE, DEFENSE.id_of(stream), lines, Curricula({}, kept))
        return note_words(note.text for note in log.state.notes)
    except ConsoleError:
        return ""


def changes_notes(lines: Iterable[bytes]) -> bool:
    """Return whether lines of a log may change the notes of a defense."""
    return any(kind in line for line in lines for kind in _OF_NOTES)
