"""What waits in a school, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from defense_console.desk.school import Load, SchoolWaiting, Waits, monday_of
from defense_console.model.text import one_line
from defense_console.store.people import Known
from defense_console.terminal.opening import short_ids
from defense_console.terminal.tables import aligned
from defense_console.words.translation import N_, _, duration_text, in_words, when

_PARTS = {
    "offered": N_("Offered, and nobody has taken it"),
    "asked": N_("Asked whether to keep it, and no answer"),
    "late": N_("Verdict or decision late"),
    "readings": N_("Second reading asked for, and not finished"),
}


def waiting_lines(found: SchoolWaiting, people: Known, now: str, zone: str) -> Iterator[str]:
    """Yield what waits, then the mentors by name."""
    parts = {name: getattr(found, name) for name in _PARTS}
    if not any(parts.values()):
        yield _("Nothing waits too long.")
    for name, waits in parts.items():
        if waits:
            yield f"{_(_PARTS[name])} ({len(waits)})"
            yield from (f"  {row}" for row in aligned(_rows(waits, people, now, zone)))
    if found.loads:
        yield _("Each mentor: what they take, and what they have, by week")
        yield from (f"  {row}" for row in aligned([_load(each, now, zone) for each in found.loads]))


def _rows(waits: Sequence[Waits], people: Known, now: str, zone: str) -> list[tuple[str, ...]]:
    shorts = short_ids([each.summary.id for each in waits])
    return [
        (
            shorts[each.summary.id],
            in_words(each.since, zone, now),
            one_line(each.student_name),
            one_line(each.summary.project),
            when(each.summary.planned_at, zone, now),
            one_line(people.name_of(each.account) if each.account else "–"),
            one_line(each.note),
        )
        for each in waits
    ]


def _load(each: Load, now: str, zone: str) -> tuple[str, ...]:
    if each.capacity_min is None:
        capacity = _("capacity not known")
    elif each.capacity_min:
        capacity = _("{length} a week", length=duration_text(each.capacity_min * 60))
    else:
        capacity = _("no limit")
    this_week = monday_of(now, zone).isoformat()
    ahead = {monday: minutes for monday, minutes in each.weeks.items() if monday >= this_week}
    weeks = [f"{monday} {duration_text(minutes * 60)}" for monday, minutes in ahead.items()]
    return one_line(each.person.called), capacity, "  ".join(weeks) or "–"


def waiting_document(found: SchoolWaiting) -> dict[str, Any]:
    """Return what `school waiting --json` prints; docs/json.md says what each field means."""
    parts: dict[str, Any] = {name: [_document(each) for each in getattr(found, name)] for name in _PARTS}
    return {
        **parts,
        "mentors": [
            {
                "account": each.person.role,
                "name": each.person.name,
                "capacity_min": each.capacity_min,
                "weeks": [{"monday": monday, "minutes": minutes} for monday, minutes in each.weeks.items()],
            }
            for each in found.loads
        ],
    }


def _document(each: Waits) -> dict[str, Any]:
    summary = each.summary
    return {
        "id": summary.id,
        "student": {"id": summary.student_id, "name": each.student_name},
        "project": summary.project,
        "attempt": summary.attempt,
        "planned_at": summary.planned_at,
        "since": each.since,
        "account": each.account or None,
        "mentor": each.mentor or None,
        "note": each.note,
    }
