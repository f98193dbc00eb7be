"""Students as `--json` prints them; every field is always there. Shapes: docs/json.md."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from defense_console.desk.student.outlook import Outlook, OutlookDesk
from defense_console.desk.student.overview import StudentLine
from defense_console.desk.student.student import StudentDesk
from defense_console.model.student.alerts import answer_due
from defense_console.model.student.forecast import Forecast
from defense_console.model.student.state import FollowedStudent
from defense_console.model.student.weekly import Occurrence
from defense_console.words.translation import error_text


def line_document(line: StudentLine, outlook: Outlook) -> dict[str, Any]:
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
        "forecast": forecast_document(outlook.forecast),
        "output": list(outlook.output),
    }


def forecast_document(said: Forecast | None) -> dict[str, Any] | None:
    """Return the forecast of a path's end, None without a plan."""
    if said is None:
        return None
    end = said.end
    return {
        "planned": whole(said.planned),
        "finished": said.finished,
        "too_early": said.too_early,
        "first": whole(end.first if end is not None else None),
        "likely": whole(end.likely if end is not None else None),
        "last": whole(end.last if end is not None else None),
        "ended": whole(said.ended),
        "on_time_percent": said.on_time_percent,
    }


def alerts_document(outlooks: OutlookDesk) -> dict[str, Any]:
    """Return what is proposed, what is raised, and how often each rule was right."""
    names = {id: each.student.name for id, each in outlooks.at_once().items()}
    problem, rules = outlooks.rulebook.problem, outlooks.rules.alerts
    return {
        "proposals": [
            {"student": {"id": each.student, "name": names[each.student]}, "reasons": whole(each.reasons)}
            for each in outlooks.proposals()
        ],
        "raised": [
            {
                "student": {"id": student.id, "name": student.name},
                **whole(alert),
                "answer_due": answer_due(alert.raised_at, rules) if alert.waits_for_the_school else None,
            }
            for student, alert in outlooks.raised()
        ],
        "rules": [
            {
                **whole(each.rule),
                "founded": each.precision.founded,
                "of": each.precision.of,
                "tighter": each.tighter.at_least if each.tighter is not None else None,
            }
            for each in outlooks.rule_records()
        ],
        "rules_problem": error_text(problem) if problem is not None else None,
    }


def session_document(session: Occurrence) -> dict[str, Any]:
    """Return a weekly session."""
    return whole(session)  # type: ignore[no-any-return]


def student_document(desk: StudentDesk, outlooks: OutlookDesk) -> dict[str, Any]:
    """Return all that is known of a student, and what follows from it now."""
    student, shown, project = desk.student, desk.overview(), desk.running_project
    ready = None if project is None else {"project": project.id, **whole(outlooks.readiness(student.id, project.id))}
    return {
        **line_document(shown.line, outlooks.of(student.id)),
        "readiness": ready,
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
    if isinstance(value, date):
        return value.isoformat()
    return value
