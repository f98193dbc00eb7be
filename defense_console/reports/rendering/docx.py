"""A report as a word processor document, with real headings, lists and tables, so that a school can go on with it.

The file's dates are the release's, and its parts are packed with that one date: two runs give the same bytes.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, cast

from defense_console.model.defense.timeline import instant
from defense_console.reports.content.value import Passage, Report, walk
from defense_console.reports.rendering import docx_parts as parts
from defense_console.reports.rendering.layout import Chapter, Page, page

if TYPE_CHECKING:
    from docx.document import Document
    from docx.styles.style import ParagraphStyle
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph

_INK: Final = "1D2433"
_SOFT: Final = "565F72"
_ACCENT: Final = "24427A"
_HAIR: Final = "D3D8E1"
_TONES: Final = {
    "acquired": "1C6340", "validated": "1C6340", "partial": "835400", "conditional": "835400",
    "not_acquired": "96302B", "rework": "96302B",
}  # fmt: skip
_SHADES: Final = {"validated": "E9F3EE", "conditional": "FAF1DF", "rework": "F9EBE9"}
_PLAIN_SHADE: Final = "F2F4F7"
_FACTS_CM: Final = (3.6, 13.2)
_BOX_CM: Final = 0.4
"""Between the edge of a box, which stands out to the left of the text, and its text."""
_WIDTHS_CM: Final = {3: (4.5, 3.6, 8.7), 4: (4.3, 5.0, 4.2, 3.3)}
"""Widths of the columns of a table by their number; together the width of the text."""
_STYLES: Final = (("Normal", 10.5, 0), ("Heading 1", 22, 4), ("Heading 2", 14, 18), ("Heading 3", 11, 10))
"""Style, points of its letters, points above it."""
_FONT: Final = "Cambria"
_SMALL: Final = 8.0
_IN_TABLES: Final = 9.5
_INDENT_CM: Final = 0.35
"""Of an item of a list in a cell, which is narrow."""


def render(report: Report) -> bytes:
    """Return the report as a DOCX file; the same report gives the same bytes."""
    import docx

    at = instant(report.dated_at or "1980-01-01T00:00:00Z").astimezone(UTC)
    laid = page(report)
    document = docx.Document()
    _set_properties(document, laid, at)
    _set_styles(document, laid.language)
    _set_pages(document, laid)
    _head(document, laid)
    for chapter in laid.chapters:
        _chapter(document, chapter)
    made = io.BytesIO()
    document.save(made)
    return parts.packed(made.getvalue(), at)


# --- the document ------------------------------------------------------------------------------------------------


def _set_properties(document: Document, laid: Page, at: datetime) -> None:
    properties = document.core_properties
    properties.title, properties.subject = parts.xml_text(laid.name)[:255], parts.xml_text(laid.kind)
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.language, properties.revision = laid.language, 1
    properties.created = properties.modified = at.replace(tzinfo=None)


def _set_styles(document: Document, language: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    for name, size, above in _STYLES:
        style = cast("ParagraphStyle", document.styles[name])
        style.font.name, style.font.size = _FONT, Pt(size)
        properties = style.element.get_or_add_rPr()
        for fonts in properties.findall(qn("w:rFonts")):
            for key in [key for key in fonts.attrib if key.endswith(("Theme", "cstheme"))]:
                del fonts.attrib[key]  # a font of the theme would win over ours
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(above), Pt(3)
        if name == "Normal":
            parts.set_run_language(properties, "fr-FR" if language == "fr" else "en-GB")
        else:
            style.font.color.rgb = RGBColor.from_string(_ACCENT if name == "Heading 2" else _INK)


def _set_pages(document: Document, laid: Page) -> None:
    """Set A4, and what every page shows: the draft's word above, imprint, number and hash below."""
    from docx.enum.text import WD_TAB_ALIGNMENT
    from docx.shared import Cm

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.1)
    section.top_margin, section.bottom_margin = Cm(2), Cm(2.2)
    if laid.draft:
        parts.add_run(section.header.paragraphs[0], laid.draft_word.upper(), _TONES["conditional"], bold=True, size=14)
    foot = section.footer.paragraphs[0]
    foot.paragraph_format.tab_stops.add_tab_stop(Cm(16.8), WD_TAB_ALIGNMENT.RIGHT)
    foot.style = document.styles["Normal"]
    parts.add_run(foot, f"{laid.imprint}\t", _SOFT, size=_SMALL)
    parts.page_number(foot, "PAGE", _SOFT, _SMALL)
    parts.add_run(foot, "/", _SOFT, size=_SMALL)
    parts.page_number(foot, "NUMPAGES", _SOFT, _SMALL)
    if laid.hash:
        parts.add_run(section.footer.add_paragraph(), f"{laid.hash_label} {laid.hash}", _SOFT, size=_SMALL)


def _head(document: Document, laid: Page) -> None:
    """Write the notice, the title, the facts, and the box of the verdict."""
    if laid.notice:
        cell = _box(document, _TONES["conditional"], _SHADES["conditional"])
        parts.add_run(cell.paragraphs[0], laid.notice, bold=True)
        document.add_paragraph()
    parts.add_run(document.add_paragraph(), laid.kind, _ACCENT, bold=True)
    document.add_heading(parts.xml_text(laid.title), 1)
    parts.add_run(document.add_paragraph(), laid.subtitle, _SOFT, size=14)
    facts = document.add_table(0, 2)
    for label, text in laid.facts:
        left, right = facts.add_row().cells
        parts.add_run(left.paragraphs[0], label, _SOFT)
        parts.add_run(right.paragraphs[0], text)
    parts.set_widths(facts, _FACTS_CM)
    if not laid.verdict:
        return
    document.add_paragraph()
    tone = _TONES.get(laid.outcome, _SOFT)
    cell = _box(document, tone, _SHADES.get(laid.outcome, _PLAIN_SHADE))
    parts.add_run(cell.paragraphs[0], laid.verdict_label, _SOFT)
    parts.add_run(cell.add_paragraph(), laid.verdict, tone, bold=True, size=16)
    if laid.consequence:
        parts.add_run(cell.add_paragraph(), laid.consequence)


def _box(document: Document, edge: str, fill: str) -> _Cell:
    table = document.add_table(1, 1)
    parts.set_widths(table, (sum(_FACTS_CM) + _BOX_CM,))
    cell: _Cell = table.rows[0].cells[0]
    parts.shade(cell, fill, edge)
    parts.pad(table, top=0.2, left=_BOX_CM, bottom=0.2, right=_BOX_CM)
    return cell


# --- the sections ------------------------------------------------------------------------------------------------


def _chapter(document: Document, chapter: Chapter) -> None:
    document.add_heading(parts.xml_text(chapter.title), 2)
    if chapter.columns:
        _table(document, chapter)
        return
    for block in chapter.blocks:
        if block.title:
            document.add_heading(parts.xml_text(block.title), 3)
        told = list(walk(block.passages))
        for (depth, passage), (following, _next) in zip(told, [*told[1:], (0, None)], strict=True):
            paragraph = document.add_paragraph(style=_style(depth, passage))
            paragraph.paragraph_format.keep_with_next = following > 0 or None  # an item is not torn from what is below
            _write(paragraph, passage)


def _table(document: Document, chapter: Chapter) -> None:
    table = document.add_table(1, len(chapter.columns))
    for cell, title in zip(table.rows[0].cells, chapter.columns, strict=True):
        parts.add_run(cell.paragraphs[0], title, _SOFT, bold=True, size=_IN_TABLES)
    for row in chapter.blocks:
        first, *others = table.add_row().cells
        parts.add_run(first.paragraphs[0], row.title, bold=True, size=_IN_TABLES)
        _fill(document, first, row.passages)
        for cell, passages in zip(others, row.cells, strict=True):
            _fill(document, cell, passages)
    parts.set_widths(table, _WIDTHS_CM[len(chapter.columns)])
    parts.rule_rows(table, _HAIR)
    parts.pad(table, top=0.12, bottom=0.08)


def _fill(document: Document, cell: _Cell, passages: tuple[Passage, ...]) -> None:
    """Write passages into a cell, the first one into the paragraph that every cell has."""
    from docx.shared import Cm

    for depth, passage in walk(passages):
        paragraph = cell.add_paragraph() if cell.text else cell.paragraphs[0]
        paragraph.style = document.styles[_style(depth, passage)]
        if passage.item:
            form = paragraph.paragraph_format
            form.left_indent, form.first_line_indent = Cm(_INDENT_CM * (depth + 1)), Cm(-_INDENT_CM)
        _write(paragraph, passage, _IN_TABLES)


def _style(depth: int, passage: Passage) -> str:
    if not passage.item:
        return "Normal"
    return f"List Bullet {min(depth + 1, 3)}" if depth else "List Bullet"


def _write(paragraph: Paragraph, passage: Passage, size: float = 0) -> None:
    if passage.label:
        parts.add_run(paragraph, f"{passage.label} ", _SOFT, bold=True, size=size)
    parts.add_run(paragraph, passage.text, _TONES.get(passage.tone, ""), bold=bool(passage.tone), size=size)
