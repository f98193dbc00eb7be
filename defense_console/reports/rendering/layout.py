"""A report as a page sees it: the verdict with its consequence, sections of prose, and two tables.

What HTML, PDF and DOCX lay out alike is decided here once; text is made visible, nothing else is done to it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec

from defense_console.model.text import one_line, visible
from defense_console.reports.content.value import Paragraph, Part, Report, Section, Shape
from defense_console.reports.rendering.plain import labelled
from defense_console.words.translation import Translator, translator

_SEPARATOR = " — "
"""Between an outcome and what follows from it, in both languages."""


class Line(msgspec.Struct, frozen=True):
    """One paragraph with nothing left to decide: `label` has its colon, `tone` is "" or a skill's status."""

    text: str
    label: str = ""
    shape: Shape = "text"
    depth: int = 0
    tone: str = ""


Cell = tuple[Line, ...]


class Table(msgspec.Struct, frozen=True):
    """Rows of cells; the first cell of a row is its heading. `columns` are titles, as many as a row has cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Block(msgspec.Struct, frozen=True):
    """A section under its title: either lines of prose or one table."""

    id: str
    title: str
    lines: tuple[Line, ...] = ()
    table: Table | None = None


class Page(msgspec.Struct, frozen=True):
    """Everything a page shows.

    Attributes:
        language: "fr" or "en".
        kind: What this is and for whom: above the title.
        title, subtitle: Project and student, each on one line; `name` is both.
        notice: Why this is not the verdict in force; "" when it is.
        draft: Whether it is marked as a draft on every page, with the word `draft_word`.
        facts: Label with colon, and text.
        outcome: The model's word, "" without one.
        verdict, consequence: What the box says: the outcome, and what happens next.
        verdict_label: What the box is.
        blocks: The sections in order.
        imprint: Foot of every page.
        hash_label, hash: Of the release; both "" for a draft.
    """

    language: str
    kind: str
    name: str
    title: str
    subtitle: str
    notice: str
    draft: bool
    draft_word: str
    facts: tuple[tuple[str, str], ...]
    outcome: str
    verdict_label: str
    verdict: str
    consequence: str
    blocks: tuple[Block, ...]
    imprint: str
    hash_label: str
    hash: str


def page(report: Report) -> Page:
    """A report laid out."""
    _ = translator(report.language)
    said = next((fact for fact in report.facts if fact.id == "verdict"), None)
    verdict, _dash, consequence = ("" if said is None else said.text).partition(_SEPARATOR)
    kinds = {
        "student": _("Report of the defense, for the student"),
        "mentor": _("Report of the defense, for the student's mentor"),
        "jury": _("Report of the defense, for the jury"),
    }
    return Page(
        language=report.language,
        kind=kinds[report.reader],
        name=one_line(report.title),
        title=one_line(report.project),
        subtitle=one_line(report.student),
        notice=one_line(report.notice),
        draft=report.draft,
        draft_word=_("Draft"),
        facts=tuple((labelled(f.label, _), one_line(f.text)) for f in report.facts if f.id not in _TOLD_APART),
        outcome=report.outcome or "",
        verdict_label="" if said is None else said.label,
        verdict=_capital(one_line(verdict)),
        consequence=_capital(one_line(consequence)),
        blocks=tuple(_block(section, _) for section in report.sections),
        imprint=report.imprint,
        hash_label="" if report.record_hash is None else labelled(_("Hash of the release"), _),
        hash=report.record_hash or "",
    )


_TOLD_APART = frozenset({"student", "verdict"})
"""Facts that the title and the box of the verdict tell."""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _block(section: Section, words: Translator) -> Block:
    title = one_line(section.title)
    _ = words
    if section.id == "skills":
        skills = Table((_("Skill"), _("Status"), _("Comment")), tuple(_skills(section, words)))
        return Block(section.id, title, table=skills)
    if section.id == "documents":
        columns = (_("Document"), _("Reason"), _("Expected"), _("Due"))
        return Block(section.id, title, table=Table(columns, tuple(_documents(section, words))))
    return Block(section.id, title, tuple(_line(p, words) for p in section.paragraphs))


def _rows(section: Section) -> Iterator[tuple[Paragraph, ...]]:
    """The paragraphs of a section from one heading to the next."""
    row: list[Paragraph] = []
    for paragraph in section.paragraphs:
        if paragraph.shape == "heading" and row:
            yield tuple(row)
            row = []
        row.append(paragraph)
    yield tuple(row)


def _skills(section: Section, words: Translator) -> Iterator[tuple[Cell, ...]]:
    for heading, *rest in _rows(section):
        status = tuple(_line(p, words) for p in rest if p.part == "status")
        yield (_line(heading, words),), status, tuple(_line(p, words) for p in rest if p.part != "status")


def _documents(section: Section, words: Translator) -> Iterator[tuple[Cell, ...]]:
    """What has a column of its own goes there without its label, the rest stands under the name of the document."""
    for heading, *rest in _rows(section):
        aside = (Line(_line(p, words).text, _line(p, words).label, "item") for p in rest if not p.part)
        yield (
            (_line(heading, words), *aside),
            tuple(_reasons(rest, words)),
            *(tuple(Line(visible(p.text)) for p in rest if p.part == part) for part in _PLAIN),
        )


_PLAIN: tuple[Part, ...] = ("expected", "due")


def _reasons(row: list[Paragraph], words: Translator) -> Iterator[Line]:
    """The mentor's own reason alone; the criteria keep their label, since it names them."""
    for paragraph in (p for p in row if p.part == "reason"):
        line = _line(paragraph, words)
        own = paragraph.origin == "edited" and not paragraph.depth
        yield Line(line.text) if own else line


def _line(paragraph: Paragraph, words: Translator) -> Line:
    label = labelled(one_line(paragraph.label), words) if paragraph.label else ""
    text = one_line(paragraph.text) if paragraph.shape == "heading" else visible(paragraph.text)
    return Line(text, label, paragraph.shape, paragraph.depth, paragraph.tone)


def runs(lines: tuple[Line, ...]) -> Iterator[tuple[bool, tuple[Line, ...]]]:
    """Lines with items that follow each other taken together, so that they make one list.

    Returns:
        In order: whether it is a list, and its lines.
    """
    for listed, group in itertools.groupby(lines, key=lambda line: line.shape == "item"):
        yield listed, tuple(group)


class Item(msgspec.Struct, frozen=True):
    """An item of a list with the items that belong to it."""

    line: Line
    below: tuple[Item, ...] = ()


def nested(lines: tuple[Line, ...]) -> tuple[Item, ...]:
    """Items as a tree: deeper ones below the item before them. A first item is never taken for a deeper one."""
    found: list[Item] = []
    at = 0
    while at < len(lines):
        end = at + 1
        while end < len(lines) and lines[end].depth > lines[at].depth:
            end += 1
        found.append(Item(lines[at], nested(lines[at + 1 : end])))
        at = end
    return tuple(found)
