"""One defense as a JSON document: what `show --json` prints. Pure; computed at the instant of the call.

The shapes are a contract: they are described in docs/json.md, and fields are added but never renamed.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from defense_console.model.curriculum import Criterion, Curriculum, Project
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import SETTLED, Defense, Request, Revision, Round, Sitting, Version
from defense_console.model.defense.timeline import Timeline
from defense_console.model.log.envelope import Stamp


class Saved(msgspec.Struct, frozen=True):
    """The last line of the log: its number, when it was decided, its hash."""

    seq: int
    at: str
    hash: str


class Labels(msgspec.Struct, frozen=True):
    """What the log does not hold: the defense's whole id, who defends, and the language of sentences."""

    id: str
    student_id: str
    student_name: str
    language: str


def document(labels: Labels, defense: Defense, curriculum: Curriculum, now: Stamp, saved: Saved) -> dict[str, Any]:
    """Return the document of one defense.

    Raises:
        ConsoleError: The curriculum does not have the project.
    """
    project = rubric.project_of(defense, curriculum)
    ratings = defense.all_ratings
    order = [c.id for c in curriculum.criteria_of(project)]
    return {
        "id": labels.id,
        "student": {"id": labels.student_id, "name": labels.student_name},
        **_fields(defense, "curriculum", "project", "attempt", "planned_at", "duration_min", "language", "session"),
        "timer": _timer(defense.timeline, project, now),
        "ratings": {id: ratings[id] for id in order if id in ratings},
        "from_clock": [id for id in order if id in defense.clock_ratings and id not in defense.ratings],
        "acquired": [id for id in order if id in defense.acquired],
        "skills": _skills(defense, curriculum, project),
        "notes": [_fields(note, "at_s", "rec_s", "text", "criterion", "private") for note in defense.notes],
        "questions": [_fields(question, "text", "at_s", "state") for question in defense.questions],
        "deliverables": [
            {"n": d.n, "received": defense.declared.get(d.n, False), "versions": len(defense.deliveries.get(d.n, ()))}
            for d in project.deliverables
        ],
        "documents_to_revise": _documents(defense, curriculum, project, labels.language),
        "documents_no_longer_asked": [
            _row(r.request, defense, project, labels.language)
            | _progress(r, defense, project, labels.language)
            | {"dropped": _dropped(r)}
            for r in defense.no_longer_asked
        ],
        "strengths": [line.text for line in defense.strengths],
        "improvements": [line.text for line in defense.improvements],
        "next_goal": defense.goal,
        "sitting": defense.sitting.n,
        "sittings": [_sitting(s, project, now) for s in defense.sittings],
        "verdict": _verdict(defense, curriculum),
        "verdicts": [_version(version) for version in defense.versions],
        "contested": defense.contested,
        "contests": [msgspec.structs.asdict(contest) for contest in defense.contests],
        "saved": msgspec.structs.asdict(saved),
    }


def _fields(value: object, *names: str) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}


def _phases(line: Timeline, project: Project, now: Stamp) -> list[dict[str, Any]]:
    return [
        {
            **_fields(phase, "id", "target_s", "min_s", "max_s"),
            "elapsed_s": line.elapsed_ms(now, phase.id) // 1000,
        }
        for phase in line.phases or project.phases
    ]


def _timer(line: Timeline, project: Project, now: Stamp) -> dict[str, Any]:
    return {
        "state": line.state,
        "phase": line.phase if line.state != "idle" else None,
        "elapsed_s": line.elapsed_ms(now) // 1000,
        "paused_s": line.paused_ms(now) // 1000,
        "phases": _phases(line, project, now),
    }


def _sitting(sitting: Sitting, project: Project, now: Stamp) -> dict[str, Any]:
    return {
        **_fields(sitting, "n", "planned_at", "session", "reason"),
        "phases": _phases(sitting.timeline, project, now),
        "paused_s": sitting.timeline.paused_ms(now) // 1000,
    }


def _skills(defense: Defense, curriculum: Curriculum, project: Project) -> list[dict[str, Any]]:
    return [
        {"ref": result.ref, "status": result.status, "comment": defense.skill_comments.get(result.ref, "")}
        for result in rubric.skill_results(defense, curriculum, project)
    ]


def _documents(defense: Defense, curriculum: Curriculum, project: Project, language: str) -> list[dict[str, Any]]:
    """Return what is asked for: of the verdict in force, else of the signed one, else of the draft."""
    released = defense.released
    if released is not None:
        return [
            _row(r.request, defense, project, language) | _progress(r, defense, project, language) | _owed(r, defense)
            for r in defense.revisions
        ]
    if defense.signed is not None:
        kept = defense.signed.rows
    elif defense.drafting is None or defense.outcome not in (None, "conditional"):
        kept = ()
    else:
        kept = revision.kept_rows(revision.rows(defense, curriculum, project))
    return [_row(row, defense, project, language) | _NOT_ASKED_YET for row in kept]


_NOT_ASKED_YET: Final[dict[str, Any]] = {
    "due_at": None,
    "student_due_at": None,
    "mentor_due_at": None,
    "waiting_for": None,
    "round": 1,
    "state": None,
    "change": None,
    "received": [],
    "decision": None,
    "rounds": [],
}


def _owed(row: Revision, defense: Defense) -> dict[str, Any]:
    """Return who has to act on a document, and until when: nobody once the verdict in force is no condition.

    The mentor's due date is one for all: it is given where a look is owed.
    """
    in_force = defense.released is not None and defense.released.outcome == "conditional"
    awaited, to_review = in_force and row.state in revision.AWAITED, in_force and row.state in revision.TO_REVIEW
    return {
        "student_due_at": row.due_at if awaited else None,
        "mentor_due_at": revision.mentor_due(defense) if to_review else None,
        "waiting_for": "student" if awaited else "mentor" if to_review else None,
    }


def _progress(row: Revision, defense: Defense, project: Project, language: str) -> dict[str, Any]:
    """Return what became of a document that was asked for, in this round and in those before it."""
    return {
        **_fields(row, "due_at", "round", "state"),
        "change": revision.change_of(row, defense),
        "received": [
            {
                **_fields(delivery, "version", "at", "round"),
                "files": [_fields(file, "name", "size", "sha256") for file in delivery.files],
            }
            for delivery in row.deliveries
        ],
        "decision": _decision(row),
        "rounds": [_round(row, each, defense, project, language) for each in row.rounds],
    }


def _round(row: Revision, each: Round, defense: Defense, project: Project, language: str) -> dict[str, Any]:
    """Return one request of a document: in which words, until when, the versions that came, every decision."""
    request = msgspec.structs.replace(row.request, expected=each.expected)
    return {
        **_fields(each, "n", "requested_at", "due_at"),
        "expected": revision.row_expected(request, project, language, _oral(defense)),
        "versions": [delivery.version for delivery in row.deliveries if delivery.round == each.n],
        "decisions": [
            {"kind": d.kind, "at": d.at, "reason": d.reason, "verdict": d.version}
            for d in row.decisions
            if d.round == each.n
        ],
    }


def _dropped(row: Revision) -> dict[str, Any] | None:
    """Return the version of the verdict that asks for a document no more; None when its last decision settled it."""
    dropped = row.dropped
    return None if dropped is None else {"verdict": dropped.version, "at": dropped.at, "reason": dropped.reason}


def _oral(defense: Defense) -> tuple[Criterion, ...]:
    return defense.pinned.oral if defense.pinned else ()


def _decision(row: Revision) -> dict[str, Any] | None:
    """Return how a document was settled, or closed; None while it is open."""
    if row.state in SETTLED or row.state == "expired":
        return {"kind": row.state, "reason": row.decision_reason, "sha256": list(row.accepted)}
    return None


def _row(row: Request, defense: Defense, project: Project, language: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "deliverable": row.deliverable,
        "title": revision.row_title(row, project, language),
        "reasons": [
            {
                **_fields(reason, "criterion", "text"),
                "observed": [_fields(each, "text", "at_s") for each in reason.observed],
            }
            for reason in revision.row_reasons(row, defense, project, language)
        ],
        "reason": row.reason,
        "expected": revision.row_expected(row, project, language, _oral(defense)),
        **_fields(row, "severity", "verification", "verifier", "due_after_s"),
    }


def _verdict(defense: Defense, curriculum: Curriculum) -> dict[str, Any] | None:
    """Return the version being drafted, else the latest one, else None."""
    if defense.drafting is not None and defense.signed is None:
        return {
            "version": len(defense.versions) + 1,
            "outcome": defense.outcome,
            "state": "draft",
            "suggested": rubric.suggestion(defense, curriculum).outcome,
            "reason": defense.reason,
            "signed_at": None,
            "released_at": None,
        }
    return _version(defense.versions[-1]) if defense.versions else None


def _version(version: Version) -> dict[str, Any]:
    return _fields(version, "version", "outcome", "state", "suggested", "reason", "signed_at", "released_at")
