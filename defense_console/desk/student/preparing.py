"""What is known before a defense of a project, gathered from the logs of the student and of others at that project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.student.rehearsing import last_rehearsal, not_met, rehearsed
from defense_console.model.curriculum import Criterion, Curriculum, Project, Skill
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE, in_force
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.searching import Closed
from defense_console.model.student.readiness import EarlierVerdict, Judged, Miss, Prepared, RatedAs
from defense_console.model.student.state import FollowedStudent
from defense_console.words.translation import local_day

_RATED: Mapping[str, RatedAs] = {"met": "met", "to_improve": "to_improve", "not_met": "not_met"}


def project_named(shipped: Mapping[str, Curriculum], project_id: str) -> tuple[Curriculum, Project]:
    """Return a project and its curriculum.

    Raises:
        ConsoleError: There is none.
    """
    for curriculum in shipped.values():
        if (project := curriculum.project(project_id)) is not None:
            return curriculum, project
    raise ConsoleError("There is no project {project}.", project=project_id)


def prepared(
    ledger: Ledger,
    student: FollowedStudent,
    curriculum: Curriculum,
    project: Project,
    rows: Iterable[Closed],
    zone: str,
) -> Prepared:
    """Return what is known before a defense of a project.

    Args:
        rows: Every defense, pending or closed; the logs of those that matter are read.
        zone: The mentor's.
    """
    wanted = [row for row in rows if row.student_id == student.id or (row.project == project.id and row.in_force)]
    known = {row.id: found for row in wanted if (found := _read(ledger, row.id)) is not None}
    own = sorted((d for d in known.values() if d.student_id == student.id), key=lambda d: d.planned_at)
    here = [d for d in own if d.project == project.id]
    latest = here[-1] if here else None
    rehearsal = last_rehearsal(ledger, student.id, project.id)
    seen = latest.all_ratings if latest is not None else {}
    return Prepared(
        expected=tuple(str(each.n) for each in project.deliverables),
        received=frozenset(_received(latest)) if latest is not None else frozenset(),
        judged=tuple(
            Judged(c.id, skill.ref, student.self_ratings.get(c.id), _RATED.get(seen.get(c.id, "")))
            for skill in curriculum.skills_of(project)
            for c in skill.criteria
        ),
        missed=tuple(miss for defense in own for miss in _misses(defense, ledger, zone)),
        rehearsed=rehearsed(rehearsal[1], local_day(rehearsal[1].planned_at, zone)) if rehearsal is not None else None,
        cases=tuple(
            EarlierVerdict(defense.versions[0].outcome == "validated", not_met(defense))
            for defense in known.values()
            if defense.project == project.id and defense.released is not None
        ),
    )  # fmt: skip


def _read(ledger: Ledger, id: str) -> Defense | None:
    """Return a defense; one that cannot be read teaches nothing, and `verify` reports it."""
    with suppress(ConsoleError):
        return ledger.glance(DEFENSE, id)
    return None


def _received(defense: Defense) -> Iterator[str]:
    yield from (str(n) for n, came in defense.declared.items() if came)
    yield from (str(n) for n, versions in defense.deliveries.items() if versions)


def skills_to_work_on(ledger: Ledger, rows: Iterable[Closed]) -> tuple[Skill, ...]:
    """Return the skills in which something was not met when a project was last judged; the latest first, none twice.

    Args:
        rows: The defenses of one student.
    """
    last: dict[str, Closed] = {}
    for row in sorted(rows, key=lambda each: each.released_at or "", reverse=True):
        if row.released_at:
            last.setdefault(row.project, row)
    found: dict[str, Skill] = {}
    for row in last.values():
        if (defense := _read(ledger, row.id)) is not None:
            for skill, _criterion in _missed(defense, ledger):
                found.setdefault(skill.ref, skill)
    return tuple(found.values())


def _misses(defense: Defense, ledger: Ledger, zone: str) -> Iterator[Miss]:
    """Yield what was not met in a defense whose verdict was released."""
    released = defense.released
    if released is not None and released.released_at is not None:
        day = local_day(released.released_at, zone)
        for skill, criterion in _missed(defense, ledger):
            yield Miss(defense.project, skill.ref, criterion.id, day)


def _missed(defense: Defense, ledger: Ledger) -> Iterator[tuple[Skill, Criterion]]:
    """Yield what was not met with its skill, in the order of the rubric; nothing without the curriculum."""
    curriculum = in_force(defense, ledger.curricula)
    project = curriculum.project(defense.project) if curriculum is not None else None
    if curriculum is not None and project is not None:
        missed = set(not_met(defense))
        yield from ((skill, c) for skill in curriculum.skills_of(project) for c in skill.criteria if c.id in missed)
