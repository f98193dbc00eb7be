"""A report as a page sees it: the verdict with its consequence, sections of prose, and two tables.

What HTML, PDF and DOCX lay out alike is decided here once; text is made visible, nothing else is done to it.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from defense_console.model.text import french, one_line, visible
from defense_console.reports.content.value import DocumentRow, Part, Passage, Report, Section, SkillRow
from defense_console.reports.rendering.plain import capital, labelled
from defense_console.words.translation import Translator, translator

TableCell = tuple[Passage, ...]


class PageBlock(msgspec.Struct, frozen=True):
    """A part of a section: passages under a title, or a row of a table, whose title and passages are its first cell."""

    title: str
    passages: TableCell
    cells: tuple[TableCell, ...] = ()


class Chapter(msgspec.Struct, frozen=True):
    """A section under its title. Where it has `columns`, it is a table, and these are the titles of its columns."""

    id: str
    title: str
    columns: tuple[str, ...]
    blocks: tuple[PageBlock, ...]


class Page(msgspec.Struct, frozen=True):
    """Everything a page shows, its texts visible, its labels with a colon.

    Attributes:
        language: "fr" or "en".
        kind: What this is and for whom: above the title.
        title, subtitle: Project and student, each on one line; `name` is both.
        notice: Why this is not the verdict in force; "" when it is.
        draft: Whether it is marked as a draft on every page, with the word `draft_word`.
        facts: Label and text.
        outcome: The model's word, "" without one.
        verdict, consequence: What the box says: the outcome, and what happens next.
        verdict_label: What the box is.
        chapters: The sections in order.
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
    chapters: tuple[Chapter, ...]
    imprint: str
    hash_label: str
    hash: str


def page(report: Report) -> Page:
    """Return a report laid out."""
    _ = translator(report.language)
    kinds = {
        "student": _("Report of the defense, for the student"),
        "mentor": _("Report of the defense, for the student's mentor"),
        "jury": _("Report of the defense, for the jury"),
    }
    return Page(
        language=report.language,
        kind=report.kind or kinds[report.reader],
        name=one_line(report.title),
        title=one_line(report.project),
        subtitle=one_line(report.student),
        notice=one_line(report.notice),
        draft=report.draft,
        draft_word=_("Draft"),
        facts=tuple((labelled(f.label, _), one_line(f.text)) for f in report.facts if f.id not in _TOLD_APART),
        outcome=report.outcome or "",
        verdict_label=_("Verdict"),
        verdict=capital(report.verdict.outcome),
        consequence=capital(report.verdict.next),
        chapters=tuple(_chapter(section, _) for section in report.sections),
        imprint=report.imprint,
        hash_label="" if report.record_hash is None else labelled(_("Hash of the release"), _),
        hash=report.record_hash or "",
    )


_TOLD_APART = frozenset({"student", "verdict"})
"""Facts that the title and the box of the verdict show."""


def _chapter(section: Section, words: Translator) -> Chapter:
    _ = words
    columns: tuple[str, ...] = ()
    if section.id == "skills":
        columns = (_("Skill"), _("Status"), _("Comment"))
    elif section.id == "documents":
        awaited = any(isinstance(part, DocumentRow) and part.due is not None for part in section.parts)
        columns = (_("Document"), _("Reason"), _("Expected"), _("Due") if awaited else _("State"))
    return Chapter(section.id, one_line(section.title), columns, tuple(_block(part, words) for part in section.parts))


def _block(part: Part, words: Translator) -> PageBlock:
    """Return a block: what has a column of its own goes there without its label, the rest under the row's title.

    The criteria keep their label, since it names them. A document that is not awaited has its state in place of a date.
    """
    title = one_line(part.title)
    match part:
        case SkillRow():
            return PageBlock(title, (), (_shown([part.status], words), _shown((*part.passages, *part.unsaid), words)))
        case DocumentRow():
            last, state = (part.state, None) if part.due is None else (part.due, part.state)
            aside = [p for p in (part.advice, *part.passages, state) if p is not None]
            reasons = [_bare(reason) if reason.origin == "edited" else reason for reason in part.reasons]
            cells = (reasons, *([] if p is None else [_bare(p), *p.below] for p in (part.expected, last)))
            return PageBlock(title, _shown(aside, words), tuple(_shown(cell, words) for cell in cells))
    return PageBlock(title, _shown(part.whole, words))


def _bare(passage: Passage) -> Passage:
    return msgspec.structs.replace(passage, label="", item=False, below=())


def _shown(passages: Iterable[Passage], words: Translator) -> TableCell:
    return tuple(
        msgspec.structs.replace(
            passage,
            text=_text(passage, words),
            label=labelled(one_line(passage.label), words) if passage.label else "",
            below=_shown(passage.below, words),
        )
        for passage in passages
    )


def _text(passage: Passage, words: Translator) -> str:
    """Return the text of a passage, made visible.

    The sentence on the speaking time has plain spaces, by which it is searched for where it is pasted; on a page its
    colon must not begin a line. A paragraph of the console holds no word of a person.
    """
    ours = words.language == "fr" and passage.origin == "generated" and not passage.item
    return french(passage.text) if ours else visible(passage.text)
