"""A report as a value: sections of parts, each text with who wrote it. Renderings only lay it out.

Every text in here is as it was typed; a rendering makes it safe for its own format.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from defense_console.model.defense.state import OutcomeValue
from defense_console.words.consequences import Consequence

Reader = Literal["student", "mentor", "jury"]
Origin = Literal["generated", "edited"]
VerdictStage = Literal["none", "draft", "signed", "released", "superseded"]

READERS: tuple[Reader, ...] = ("student", "mentor", "jury")


class Passage(msgspec.Struct, frozen=True):
    """A paragraph, or an item of a list with the items that belong to it.

    Attributes:
        text: As typed, line breaks included; never markup.
        label: What introduces the text, in the language of the report; "" without one.
        origin: `edited` when a person wrote the text, `generated` when the console did. The console never rewrites an
            edited one.
        item: An item of a list, otherwise a paragraph.
        below: The items that belong to this one.
        tone: Of a status, the model's word for it, which a rendering may colour; "" elsewhere.
    """

    text: str
    label: str = ""
    origin: Origin = "generated"
    item: bool = True
    below: tuple[Passage, ...] = ()
    tone: str = ""


class Part(msgspec.Struct, frozen=True):
    """Passages under a title of their own, or "".

    Attributes:
        key: The field they are copied with; neighbours may share it.
        title: Their title.
        passages: What a mentor may write in other words, where that is possible.
        unsaid: What the console adds and no mentor rewrites: criteria not met or to improve that their own words do not
            quote; of a skill without a comment, that there is nothing to say.
    """

    key: str
    title: str
    passages: tuple[Passage, ...]
    unsaid: tuple[Passage, ...] = ()

    @property
    def whole(self) -> tuple[Passage, ...]:
        """Return everything in it, one after the other."""
        return (*self.passages, *self.unsaid)


class SkillRow(Part, frozen=True, kw_only=True):
    """A skill with its status; its passages are the comment of the mentor or of the console."""

    status: Passage

    @property
    def whole(self) -> tuple[Passage, ...]:
        """Return everything in it, one after the other."""
        return (self.status, *self.passages, *self.unsaid)


class DocumentRow(Part, frozen=True, kw_only=True):
    """A document to revise; its passages say how it is verified.

    Attributes:
        titled_by: Who gave it its name.
        advice: That nothing depends on it; None of a required one.
        reasons: The mentor's reason, or each criterion with what was observed.
        expected: What must change, None where nothing says so.
        due: Until when; None when it is not awaited any more.
        state: What became of it, None before the release.
    """

    titled_by: Origin
    advice: Passage | None = None
    reasons: tuple[Passage, ...] = ()
    expected: Passage | None = None
    due: Passage | None = None
    state: Passage | None = None

    @property
    def whole(self) -> tuple[Passage, ...]:
        """Return everything in it, one after the other."""
        found = (self.advice, *self.reasons, self.expected, self.due, *self.passages, self.state)
        return tuple(passage for passage in found if passage is not None)


class Section(msgspec.Struct, frozen=True):
    """A part of the report under its own title; never without parts. `id` is the same in every language."""

    id: str
    title: str
    parts: tuple[Part, ...]

    def by_key(self) -> Iterator[tuple[str, tuple[Part, ...]]]:
        """Return the parts by field, in order: neighbours with one key together."""
        return ((key, tuple(parts)) for key, parts in itertools.groupby(self.parts, key=lambda part: part.key))


class Fact(msgspec.Struct, frozen=True):
    """One line of the head of the report. `id` is the same in every language."""

    label: str
    text: str
    id: str = ""


class Report(msgspec.Struct, frozen=True):
    """A report for one reader in one language.

    Attributes:
        title: Project and student.
        notice: Why this is only a draft, that the verdict is contested or superseded; "" when it is in force.
        facts: The head, in order.
        verdict: The outcome in words and what happens next; without an outcome the state of the session.
        released_at: When the verdict was released, ISO 8601 UTC; None for a draft.
        record_hash: Hash of the event that released it, in hexadecimal; None for a draft.
        standing: Of the version it is about.
        outcome: Of that version, None while none is chosen.
        version: Number of that version, None for a draft that is not signed.
        dated_at: When what it says was last changed: the release, for a draft the last event. ISO 8601 UTC.
        student: The student's name.
        project: Title of the project.
        imprint: The foot of every page: version and release, or that this is a draft.
        kind: What it is, where it is no report of a defense; "" for one.
    """

    reader: Reader
    language: str
    title: str
    notice: str
    facts: tuple[Fact, ...]
    verdict: Consequence
    sections: tuple[Section, ...]
    released_at: str | None = None
    record_hash: str | None = None
    standing: VerdictStage = "none"
    outcome: OutcomeValue | None = None
    version: int | None = None
    dated_at: str = ""
    student: str = ""
    project: str = ""
    imprint: str = ""
    kind: str = ""

    @property
    def draft(self) -> bool:
        """Return whether nothing of it is final."""
        return self.standing in ("draft", "signed")


class ReportField(NamedTuple):
    """What is copied by one key press: where it belongs, what it is called, its text."""

    key: str
    title: str
    text: str


def walk(passages: Iterable[Passage], depth: int = 0) -> Iterator[tuple[int, Passage]]:
    """Return every passage with its depth, those below behind the one they belong to."""
    for passage in passages:
        yield depth, passage
        yield from walk(passage.below, depth + 1)


def section_if(id: str, title: str, parts: Sequence[Part]) -> tuple[Section, ...]:
    """Return the section, or nothing when it would be empty."""
    return (Section(id, title, tuple(parts)),) if any(part.title or part.whole for part in parts) else ()
