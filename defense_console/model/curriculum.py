"""A curriculum as values: projects, skills, criteria, deliverables, phases, and the rules that are data."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import msgspec

from defense_console.model.text import french

Aspect = Literal["complete", "relevant", "presentable", "oral"]
Effect = Literal["counts", "remark", "decides"]

ORAL = "ORAL"
"""Reference of the skill that groups the criteria common to all defenses."""


class Text(msgspec.Struct, frozen=True):
    """A sentence in the two languages of the console."""

    fr: str
    en: str

    def in_(self, language: str) -> str:
        """Return the sentence as it is shown in `language` ("fr" or "en"; anything else reads as English)."""
        return french(self.fr) if language == "fr" else self.en


class Phase(msgspec.Struct, frozen=True):
    """A part of a defense. Seconds; the window (`min_s`, `max_s`) exists only where being outside has consequences."""

    id: str
    target_s: int
    min_s: int | None = None
    max_s: int | None = None


class Deliverable(msgspec.Struct, frozen=True):
    """A document the student uploads. `n` is its number in the brief, `filename` the school's naming pattern."""

    n: int
    slug: str
    title: Text
    formats: tuple[str, ...]
    filename: str
    kind: str | None = None


class Criterion(msgspec.Struct, frozen=True):
    """One observable statement.

    `evidence` holds the numbers of the deliverables that prove it. `effect` says how it acts on the suggested
    outcome: it counts in its skill, only feeds the remarks, or decides alone (mastery, authorship).
    """

    id: str
    aspect: Aspect
    text: Text
    evidence: tuple[int, ...] = ()
    blocking: bool = False
    effect: Effect = "counts"
    label: Text | None = None
    from_clock: bool = False
    """Folded from the speaking time unless the mentor rates it (ORAL-1)."""
    evidence_kind: str | None = None
    """Kind of the deliverables that prove it where a project has any: the slides for ORAL-6."""


class Skill(msgspec.Struct, frozen=True):
    """A group of criteria. Identified by its project and `ref`."""

    ref: str
    title: Text
    criteria: tuple[Criterion, ...]
    block: str | None = None


class Block(msgspec.Struct, frozen=True):
    """A block of skills of the certification or framework."""

    ref: str
    title: Text


class Role(msgspec.Struct, frozen=True):
    """The character the mentor plays until the debriefing."""

    name: str
    title: Text
    invented: bool


class Certification(msgspec.Struct, frozen=True):
    """What the curriculum may lead to. `verified` is false while no official sheet has been read."""

    framework: str
    code: str
    level_eqf: int
    url: str
    source: str
    verified: bool


class AspectWord(msgspec.Struct, frozen=True):
    """What an aspect is called on screen."""

    aspect: Aspect
    text: Text


class Check(msgspec.Struct, frozen=True):
    """One line of the pre-flight list ticked in the brief."""

    id: str
    text: Text


class Project(msgspec.Struct, frozen=True):
    """One project of a curriculum and all that its defense needs. `n` is its place in the path, from 1."""

    id: str
    n: int
    status: str
    title: Text
    scenario: Text
    phases: tuple[Phase, ...]
    deliverables: tuple[Deliverable, ...]
    skills: tuple[Skill, ...]
    questions: tuple[Text, ...] = ()
    role: Role | None = None
    note: str | None = None

    @property
    def plan_s(self) -> int:
        """Return the planned length of the defense in seconds: the sum of the phase targets."""
        return sum(phase.target_s for phase in self.phases)

    def deliverable(self, n: int) -> Deliverable | None:
        """Return the deliverable numbered `n`, or None."""
        return next((d for d in self.deliverables if d.n == n), None)


class Policy(msgspec.Struct, frozen=True):
    """Numbers of the suggested outcome. The rules are numbered in `suggest`."""

    conditional_misses: int = 1
    """So many criteria not met, none blocking, always suggest conditional (rule 5)."""
    acquired_share: tuple[int, int] = (1, 2)
    """Least share of skills, partial ones counting half, for a conditional outcome (rule 6), as a fraction."""
    partial_share: tuple[int, int] = (1, 2)
    """A skill is partial while at most this share of its observed criteria is not met."""
    max_conditional_documents: int = 2


class Rules(msgspec.Struct, frozen=True):
    """Durations and thresholds that belong to the school, not to the code."""

    student_due_s: int = 172_800
    mentor_due_s: int = 172_800
    due_step_s: int = 43_200
    no_show_share: tuple[int, int] = (1, 3)
    late_cancel_s: int = 86_400
    warn_s: int = 120
    danger_s: int = 30
    ask_gap_plans: int = 2
    """A gap longer than so many plans is asked about."""
    today_ahead_s: int = 7_200
    """Today's tab also shows what starts within this time."""
    opens_next_on: tuple[str, ...] = ("validated",)
    policy: Policy = Policy()


class Curriculum(msgspec.Struct, frozen=True):
    """A path of projects with the common oral grid and the rules in force: what a defense pins when it starts."""

    code: str
    title: Text
    status: str
    projects: tuple[Project, ...]
    oral: tuple[Criterion, ...]
    rules: Rules
    checks: tuple[Check, ...]
    blocks: tuple[Block, ...] = ()
    certification: Certification | None = None
    note: str | None = None
    aspects: tuple[AspectWord, ...] = ()

    def aspect_text(self, aspect: Aspect) -> Text:
        """Return what an aspect is called; its id where the curriculum has no word for it."""
        return next((word.text for word in self.aspects if word.aspect == aspect), Text(fr=aspect, en=aspect))

    def project(self, project_id: str) -> Project | None:
        """Return the project with this id, or None."""
        return next((p for p in self.projects if p.id == project_id), None)

    def skills_of(self, project: Project) -> tuple[Skill, ...]:
        """Return the skills of a project in order, the oral grid last as a skill of its own."""
        return (*project.skills, Skill(ORAL, ORAL_TITLE, self.oral))

    def criteria_of(self, project: Project) -> Iterator[Criterion]:
        """Yield every criterion of a project's defense, in the order of the rubric, the oral grid last."""
        for skill in self.skills_of(project):
            yield from skill.criteria


ORAL_TITLE = Text(fr="Grille orale", en="Oral grid")


def canonical_json(value: object) -> bytes:
    """Return the one JSON form of a value: keys sorted, UTF-8, no spaces. What hashes are computed over."""
    return msgspec.json.encode(value, order="sorted")


def curriculum_hash(curriculum: Curriculum) -> str:
    """Return the SHA-256 of a curriculum's canonical JSON in hexadecimal: its name once pinned."""
    return hashlib.sha256(canonical_json(curriculum)).hexdigest()


class Curricula:
    """The curricula that logs need: pinned ones by their hash, shipped ones by their code.

    Args:
        shipped: The curricula of this console, by code.
        kept: Gives the canonical JSON of a pinned curriculum by its hash; None when it is not kept.
    """

    def __init__(self, shipped: Mapping[str, Curriculum], kept: Callable[[str], bytes | None]) -> None:
        self.shipped = shipped
        self._kept = kept
        self._pinned: dict[str, Curriculum] = {}

    def pinned(self, name: str) -> Curriculum | None:
        """Return the pinned curriculum with this hash, or None when it is not kept."""
        if name not in self._pinned:
            body = self._kept(name)
            if body is None:
                return None
            self._pinned[name] = msgspec.json.decode(body, type=Curriculum)
        return self._pinned[name]

    def to_pin(self, name: str) -> bytes | None:
        """Return what has to be kept for a log that pins this curriculum, which counts as kept from then on.

        Returns:
            Its canonical JSON; None when no curriculum has this hash.
        """
        shipped = (c for c in self.shipped.values() if curriculum_hash(c) == name)
        found = self._pinned.get(name) or next(shipped, None) or self.pinned(name)
        if found is None:
            return None
        self._pinned[name] = found
        return canonical_json(found)
