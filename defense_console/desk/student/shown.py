"""Students as `--json` prints them; every field is always there. Shapes: docs/json.md."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from defense_console.desk.student.overview import Overview, StudentLine
from defense_console.model.student.state import FollowedStudent
from defense_console.model.student.weekly import Occurrence


def line_document(line: StudentLine) -> dict[str, Any]:
    """Return a line of the list of students."""
    student, standing = line.student, line.student.standing
    return {
        "id": student.id,
        "name": student.name,
        "email": student.email,
        "timezone": student.timezone,
        "curriculum": standing.curriculum,
        "sessions_held": line.sessions.held,
        "sessions_planned": line.sessions.planned,
        "last_seen": line.last_seen or None,
        "next_session": None if line.next is None else session_document(line.next),
        "open_goals": standing.open_goals,
        "next_due": standing.next_due or None,
        "promises": standing.promises,
        "away": line.away,
    }


def session_document(session: Occurrence) -> dict[str, Any]:
    """Return a weekly session."""
    return whole(session)  # type: ignore[no-any-return]


def student_document(student: FollowedStudent, shown: Overview) -> dict[str, Any]:
    """Return all that is known of a student, and what follows from it now."""
    return {
        **line_document(shown.line),
        "weekly_plans": whole(student.standing.plans),
        "days": whole(student.standing.days),
        "away_since": whole(student.standing.away),
        "since_last": whole(shown.since),
        "record": whole(shown.record),
        **{
            name: whole(getattr(student, name))
            for name in FollowedStudent.__struct_fields__
            if name not in (*_LINE, "standing", "undo", "redo")
        },
        "seq": student.seq,
    }


_LINE = ("id", "name", "email", "timezone", "seq")


def whole(value: object) -> Any:
    """Return a value as JSON has it, with the fields that stand at their defaults too."""
    if isinstance(value, msgspec.Struct):
        return {name: whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Mapping):
        return {key: whole(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [whole(each) for each in value]
    return value
