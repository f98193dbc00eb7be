"""From the tables of a curriculum file to the values of the model; `data/README.md` describes the form.

Minutes and hours in the files, seconds in the model. Each function notes all the faults it finds and goes on.
"""

from __future__ import annotations

from typing import Final, cast

import msgspec

from defense_console.exchange.curricula.rules_form import ASPECTS, KINDS, Shared, read_rules
from defense_console.exchange.curricula.strict_table import Once, Table
from defense_console.model.curriculum import (
    ORAL,
    Aspect,
    Block,
    Certification,
    Criterion,
    Curriculum,
    Deliverable,
    Phase,
    Project,
    Role,
    Skill,
)
from defense_console.model.errors import N_

SKILL_ASPECTS: Final = tuple(aspect for aspect in ASPECTS if aspect != "oral")
PHASE_IDS: Final = ("presentation", "discussion", "debriefing")
"""The phases the console has names for."""
SPEAKING: Final = "presentation"
"""The phase whose length is the speaking time."""

_MOST: Final = 9_999
_DAY_MIN: Final = 24 * 60


def read_curriculum(table: Table, shared: Shared) -> Curriculum:
    """Return a whole curriculum file, with what common.toml gives to all."""
    head = Curriculum(
        code=table.identifier("code"),
        title=table.words("title"),
        status=table.text("status"),
        note=table.text_or_none("note"),
        certification=table.one("certification", _read_certification),
        blocks=table.each("blocks", lambda item: Block(item.label("ref"), item.pair()), ref=Once()),
        projects=(),
        oral=shared.oral,
        rules=shared.rules,
        checks=shared.checks,
        aspects=shared.aspects,
    )
    rules = table.one("rules", lambda found: read_rules(found, shared.rules))
    head = msgspec.structs.replace(head, rules=rules or shared.rules)
    curriculum = msgspec.structs.replace(head, projects=_read_projects(table, head))
    table.done()
    return curriculum


def _read_certification(table: Table) -> Certification:
    return Certification(
        framework=table.text("framework"),
        code=table.text("code"),
        level_eqf=table.number("level_eqf", 1, 8),
        url=table.text("url"),
        source=table.text("source"),
        verified=table.flag("verified"),
    )


def _read_projects(table: Table, head: Curriculum) -> tuple[Project, ...]:
    none = N_("at least one project is expected")
    projects = table.each("projects", lambda item: _read_project(item, head), none=none, id=Once())
    for expected, project in enumerate(projects, 1):
        if project.n and project.n != expected:
            table.note(
                f"projects[{expected - 1}].n",
                N_("projects are numbered in order from 1: {expected} is expected, not {found}"),
                expected=expected,
                found=project.n,
            )
    return projects


def _read_project(table: Table, head: Curriculum) -> Project:
    project = Project(
        id=table.identifier("id"),
        n=table.number("n", 1, _MOST),
        status=table.text("status"),
        note=table.text_or_none("note"),
        title=table.words("title"),
        scenario=table.words("scenario"),
        role=table.one("role", lambda found: Role(found.text("name"), found.pair(), found.flag("invented"))),
        phases=_read_phases(table),
        deliverables=table.each(
            "deliverables", _read_deliverable, none=N_("at least one deliverable is expected"), n=Once(), slug=Once()
        ),
        skills=(),
        questions=table.each("questions", Table.pair),
    )
    return msgspec.structs.replace(project, skills=_read_skills(table, project, head))


def _read_phases(table: Table) -> tuple[Phase, ...]:
    once = Once()
    none = N_("at least one phase is expected")
    phases = table.each("phases", lambda item: _read_phase(item, once), none=none)
    if phases and all(phase.id and phase.id != SPEAKING for phase in phases):
        table.note("phases", N_("there is no phase “{phase}”, whose length is the speaking time"), phase=SPEAKING)
    return phases


def _read_phase(item: Table, once: Once) -> Phase:
    name = item.choice("phase", PHASE_IDS)
    once.check(item, "phase", name)
    target_min = item.number("target_min", 1, _DAY_MIN)
    window = item.two_numbers("window_min", 0, _DAY_MIN)
    if window is None:
        return Phase(name, target_min * 60)
    low, high = window
    if target_min and not low <= target_min <= high:
        item.note(
            "window_min",
            N_("the target, {target} min, is not inside the window from {low} to {high} min"),
            target=target_min,
            low=low,
            high=high,
        )
    return Phase(name, target_min * 60, low * 60, high * 60)


def _read_deliverable(item: Table) -> Deliverable:
    return Deliverable(
        n=item.number("n", 1, _MOST),
        slug=item.identifier("slug"),
        title=item.pair(),
        formats=item.texts("formats", required=True),
        filename=item.text("filename"),
        kind=item.choice("kind", KINDS) if item.has("kind") else None,
    )


def _read_skills(table: Table, project: Project, head: Curriculum) -> tuple[Skill, ...]:
    ids = Once()
    oral = frozenset(criterion.id for criterion in head.oral)
    blocks = frozenset(block.ref for block in head.blocks)

    def read(item: Table) -> Skill:
        ref = item.label("ref")
        if ref == ORAL:
            item.note("ref", N_("{ref} is the name of the oral grid"), ref=ORAL)
        block = item.text_or_none("block")
        if block is not None and block not in blocks:
            item.note("block", N_("no block {block} in this curriculum"), block=block)
        none = N_("at least one criterion is expected")
        criteria = item.each("criteria", lambda each: _read_criterion(each, project, oral), none=none, id=ids)
        return Skill(ref=ref, block=block, title=item.pair(), criteria=criteria)

    return table.each("skills", read, none=N_("at least one skill is expected"), ref=Once())


def _read_criterion(item: Table, project: Project, oral: frozenset[str]) -> Criterion:
    criterion = Criterion(
        id=item.identifier("id"),
        aspect=cast(Aspect, item.choice("aspect", SKILL_ASPECTS)),
        text=item.pair(),
        label=item.words_or_none("label"),
        evidence=_read_evidence(item, project),
        blocking=item.flag("blocking", default=False),
    )
    if criterion.id in oral:
        item.note("id", N_("{id} is a criterion of the oral grid"), id=criterion.id)
    return criterion


def _read_evidence(table: Table, project: Project) -> tuple[int, ...]:
    once, evidence = Once(), []
    for place, n in table.numbers("evidence", 1, _MOST):
        once.check(table, place, n)
        # Where a project has no deliverable at all, that has been said already.
        if project.deliverables and project.deliverable(n) is None:
            table.note(
                place,
                N_("no deliverable {n} in {project}"),
                n=n,
                project=project.id or table.place.partition(".")[0],
            )
        evidence.append(n)
    return tuple(evidence)
