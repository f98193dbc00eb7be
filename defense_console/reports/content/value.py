"""A report as a value: sections of paragraphs, each knowing its field and who wrote it. Renderings only lay it out.

Every text in here is as it was typed; a rendering makes it safe for its own format. Source: product.md §6.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from defense_console.model.defense.state import OutcomeValue

Reader = Literal["student", "mentor", "jury"]
Origin = Literal["generated", "edited"]
Shape = Literal["heading", "text", "item"]
Standing = Literal["none", "draft", "signed", "released", "superseded"]
Part = Literal["", "status", "reason", "expected", "due"]

READERS: tuple[Reader, ...] = ("student", "mentor", "jury")


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph of a section.

    Attributes:
        field_key: The field it is copied with; neighbours of one key make one field.
        text: As typed, line breaks included; never markup.
        origin: `edited` when a person wrote the text, `generated` when the console did. An edited paragraph is never
            written again by the console.
        label: What introduces the text, in the language of the report; "" without one.
        shape: A heading inside the section, running text, or an item of a list.
        depth: Of an item, from 0; items below belong to the item above them.
        part: What it tells in a table: the status of a skill; why, what and until when of a document; "" anything else.
        tone: Of a status, the model's word for it, which a rendering may colour beside the text; "" elsewhere.
    """

    field_key: str
    text: str
    origin: Origin = "generated"
    label: str = ""
    shape: Shape = "text"
    depth: int = 0
    part: Part = ""
    tone: str = ""


class Section(msgspec.Struct, frozen=True):
    """A part of the report under its own title; never without paragraphs. `id` is the same in every language."""

    id: str
    title: str
    paragraphs: tuple[Paragraph, ...]


class Fact(msgspec.Struct, frozen=True):
    """One line of the head of the report. `id` is the same in every language."""

    label: str
    text: str
    id: str = ""


class Report(msgspec.Struct, frozen=True):
    """A report for one reader in one language.

    Attributes:
        title: Project and student.
        notice: Why this is only a draft, that the verdict is contested or superseded; "" when it simply stands.
        facts: The head, in order.
        released_at: When the verdict it tells of was released, ISO 8601 UTC; None for a draft.
        record_hash: Hash of the event that released it, in hexadecimal; None for a draft.
        standing: Of the version told of.
        outcome: Of that version, None while none is chosen.
        version: Number of that version, None for a draft that is not signed.
        dated_at: When what it tells was last changed: the release, for a draft the last event. ISO 8601 UTC.
        student: The student's name.
        project: Title of the project.
        imprint: What stands at the foot of every page: version and release, or that this is a draft.
    """

    reader: Reader
    language: str
    title: str
    notice: str
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    released_at: str | None = None
    record_hash: str | None = None
    standing: Standing = "none"
    outcome: OutcomeValue | None = None
    version: int | None = None
    dated_at: str = ""
    student: str = ""
    project: str = ""
    imprint: str = ""

    @property
    def draft(self) -> bool:
        """Whether nothing of it is final."""
        return self.standing in ("draft", "signed")


class Field(NamedTuple):
    """What is copied by one key press: where it belongs, what it is called, its text."""

    key: str
    title: str
    text: str


def groups(section: Section) -> tuple[tuple[str, tuple[Paragraph, ...]], ...]:
    """The paragraphs of a section by field, in order: neighbours with one key together."""
    found: list[tuple[str, list[Paragraph]]] = []
    for paragraph in section.paragraphs:
        if not found or found[-1][0] != paragraph.field_key:
            found.append((paragraph.field_key, []))
        found[-1][1].append(paragraph)
    return tuple((key, tuple(paragraphs)) for key, paragraphs in found)


def section_if(id: str, title: str, paragraphs: Sequence[Paragraph]) -> tuple[Section, ...]:
    """The section, or nothing when it would be empty."""
    return (Section(id, title, tuple(paragraphs)),) if paragraphs else ()
