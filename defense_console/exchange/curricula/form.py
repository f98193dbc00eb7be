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
    Text,
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
        certification=_read_certification(table),
        blocks=_read_blocks(table),
        projects=(),
        oral=shared.oral,
        rules=shared.rules,
        checks=shared.checks,
        aspects=shared.aspects,
    )
    rules = table.table("rules")
    if rules is not None:
        head = msgspec.structs.replace(head, rules=read_rules(rules, shared.rules))
    curriculum = msgspec.structs.replace(head, projects=_read_projects(table, head))
    table.done()
    return curriculum


def _read_certification(table: Table) -> Certification | None:
    found = table.table("certification")
    if found is None:
        return None
    certification = Certification(
        framework=found.text("framework"),
        code=found.text("code"),
        level_eqf=found.number("level_eqf", 1, 8),
        url=found.text("url"),
        source=found.text("source"),
        verified=found.flag("verified"),
    )
    found.done()
    return certification


def _read_blocks(table: Table) -> tuple[Block, ...]:
    once, blocks = Once(), []
    for item in table.tables("blocks"):
        block = Block(item.label("ref"), item.pair())
        item.done()
        once.check(item, "ref", block.ref)
        blocks.append(block)
    return tuple(blocks)


def _read_projects(table: Table, head: Curriculum) -> tuple[Project, ...]:
    items = table.tables("projects", required=True)
    if not items and table.has("projects"):
        table.note("projects", N_("at least one project is expected"))
    once, projects = Once(), []
    for expected, item in enumerate(items, start=1):
        project = _read_project(item, head)
        once.check(item, "id", project.id)
        if project.n and project.n != expected:
            item.note(
                "n",
                N_("projects are numbered in order from 1: {expected} is expected, not {found}"),
                expected=expected,
                found=project.n,
            )
        projects.append(project)
    return tuple(projects)


def _read_project(table: Table, head: Curriculum) -> Project:
    project = Project(
        id=table.identifier("id"),
        n=table.number("n", 1, _MOST),
        status=table.text("status"),
        note=table.text_or_none("note"),
        title=table.words("title"),
        scenario=table.words("scenario"),
        role=_read_role(table),
        phases=_read_phases(table),
        deliverables=_read_deliverables(table),
        skills=(),
        questions=_read_questions(table),
    )
    project = msgspec.structs.replace(project, skills=_read_skills(table, project, head))
    table.done()
    return project


def _read_role(table: Table) -> Role | None:
    found = table.table("role")
    if found is None:
        return None
    role = Role(name=found.text("name"), title=found.pair(), invented=found.flag("invented"))
    found.done()
    return role


def _read_questions(table: Table) -> tuple[Text, ...]:
    questions = []
    for item in table.tables("questions"):
        questions.append(item.pair())
        item.done()
    return tuple(questions)


def _read_phases(table: Table) -> tuple[Phase, ...]:
    items = table.tables("phases", required=True)
    once, phases = Once(), []
    for item in items:
        phase = _read_phase(item)
        once.check(item, "phase", phase.id)
        phases.append(phase)
    if items and all(phase.id and phase.id != SPEAKING for phase in phases):
        table.note("phases", N_("there is no phase “{phase}”, whose length is the speaking time"), phase=SPEAKING)
    elif not items and table.has("phases"):
        table.note("phases", N_("at least one phase is expected"))
    return tuple(phases)


def _read_phase(item: Table) -> Phase:
    name = item.choice("phase", PHASE_IDS)
    target_min = item.number("target_min", 1, _DAY_MIN)
    window = item.two_numbers("window_min", 0, _DAY_MIN)
    item.done()
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


def _read_deliverables(table: Table) -> tuple[Deliverable, ...]:
    items = table.tables("deliverables", required=True)
    if not items and table.has("deliverables"):
        table.note("deliverables", N_("at least one deliverable is expected"))
    numbers, slugs, deliverables = Once(), Once(), []
    for item in items:
        deliverable = Deliverable(
            n=item.number("n", 1, _MOST),
            slug=item.identifier("slug"),
            title=item.pair(),
            formats=item.texts("formats", required=True),
            filename=item.text("filename"),
            kind=item.choice("kind", KINDS) if item.has("kind") else None,
        )
        item.done()
        numbers.check(item, "n", deliverable.n)
        slugs.check(item, "slug", deliverable.slug)
        deliverables.append(deliverable)
    return tuple(deliverables)


def _read_skills(table: Table, project: Project, head: Curriculum) -> tuple[Skill, ...]:
    items = table.tables("skills", required=True)
    if not items and table.has("skills"):
        table.note("skills", N_("at least one skill is expected"))
    refs, ids, skills = Once(), Once(), []
    oral = frozenset(criterion.id for criterion in head.oral)
    blocks = frozenset(block.ref for block in head.blocks)
    for item in items:
        ref = item.label("ref")
        refs.check(item, "ref", ref)
        if ref == ORAL:
            item.note("ref", N_("{ref} is the name of the oral grid"), ref=ORAL)
        block = item.text_or_none("block")
        if block is not None and block not in blocks:
            item.note("block", N_("no block {block} in this curriculum"), block=block)
        skill = Skill(ref=ref, block=block, title=item.pair(), criteria=_read_criteria(item, project, ids, oral))
        item.done()
        skills.append(skill)
    return tuple(skills)


def _read_criteria(table: Table, project: Project, ids: Once, oral: frozenset[str]) -> tuple[Criterion, ...]:
    items = table.tables("criteria", required=True)
    if not items and table.has("criteria"):
        table.note("criteria", N_("at least one criterion is expected"))
    criteria = []
    for item in items:
        criterion = Criterion(
            id=item.identifier("id"),
            aspect=cast(Aspect, item.choice("aspect", SKILL_ASPECTS)),
            text=item.pair(),
            label=item.words_or_none("label"),
            evidence=_read_evidence(item, project),
            blocking=item.flag("blocking", default=False),
        )
        item.done()
        ids.check(item, "id", criterion.id)
        if criterion.id in oral:
            item.note("id", N_("{id} is a criterion of the oral grid"), id=criterion.id)
        criteria.append(criterion)
    return tuple(criteria)


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
