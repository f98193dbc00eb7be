"""From a text field to its event: what committing a text means, by the field's key.

Field keys: `note`, `question`, `edit/<seq>`, `criterion/<id>`, `skill/<ref>`, `strength`, `improvement`, `goal`,
`reason`, `row/<id>/<title|reason|expected|verifier>`; `report/<language>/<field>` is in `reporting.py`, `ask/<what>`
in `asked.py`.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.state import Defense, Line, Note, Question, Request
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp

RowOf = Callable[[str], Request | None]
"""Finds a document to revise, pre-filled ones too, by its row id."""


def text_now(defense: Defense, field: str, row_of: RowOf) -> str:
    """Return the text that a field holds in the log; empty for a field that adds something new."""
    kind, _, rest = field.partition("/")
    match kind:
        case "edit":
            return _editable(defense, int(rest))
        case "skill":
            return defense.skill_comments.get(rest, "")
        case "goal":
            return defense.goal
        case "reason":
            return defense.reason
        case "row":
            row_id, _, name = rest.rpartition("/")
            row = row_of(row_id)
            return str(getattr(row, name)) if row is not None else ""
    return ""


def text_event(defense: Defense, field: str, text: str, first: Stamp, row_of: RowOf) -> DefenseWhat | None:
    """Return what committing a text means.

    Args:
        text: What was typed; white space around it is kept out.

    Returns:
        The event, or None when there is nothing to record: a new text that is empty, or a text that did not change.

    Raises:
        ConsoleError: The field does not exist, or what it edits is gone.
    """
    kind, _, rest = field.partition("/")
    unchanged = kind not in _NEW and text == text_now(defense, field, row_of)  # also with white space around it
    text = text.strip()
    if kind in _NEW:
        return _NEW[kind](text, first, rest) if text else None
    if unchanged or text == text_now(defense, field, row_of):
        return None
    match kind:
        case "edit":
            return _edit(defense, int(rest), text)
        case "skill":
            return ev.SkillCommented(rest, text)
        case "goal":
            return ev.GoalSet(text)
        case "reason":
            return ev.ReasonGiven(text)
        case "row":
            row_id, _, name = rest.rpartition("/")
            row = row_of(row_id)
            if row is None or name not in ("title", "reason", "expected", "verifier"):
                raise ConsoleError("This document is not asked for.")
            return ev.RowSet(msgspec.structs.replace(row, **{name: text}))
    raise ConsoleError("There is no field “{field}”.", field=field)


_NEW: dict[str, Callable[[str, Stamp, str], DefenseWhat]] = {
    "note": lambda text, first, _: ev.Noted(text, first),
    "criterion": lambda text, first, id: ev.Noted(text, first, criterion=id, private=False),
    "question": lambda text, first, _: ev.QuestionParked(text, first),
    "strength": lambda text, first, _: ev.LineAdded("strength", text),
    "improvement": lambda text, first, _: ev.LineAdded("improvement", text),
    # Another console has taken the defense over: what a dialog held beyond its draft can still be kept, as a note.
    "ask": lambda text, first, _: ev.Noted(text, first),
}


def _editable(defense: Defense, seq: int) -> str:
    things: tuple[Note | Question | Line, ...] = (*defense.notes, *defense.questions, *defense.lines)
    return next((thing.text for thing in things if thing.seq == seq), "")


def _edit(defense: Defense, seq: int, text: str) -> DefenseWhat:
    if any(note.seq == seq for note in defense.notes):
        return ev.NoteEdited(seq, text)
    if any(question.seq == seq for question in defense.questions):
        return ev.QuestionEdited(seq, text)
    if any(line.seq == seq for line in defense.lines):
        return ev.LineEdited(seq, text)
    raise ConsoleError("This text is gone.")
