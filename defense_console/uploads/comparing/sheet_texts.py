"""Readers of XLSX, PPTX and PDF: sheet by sheet, slide by slide, page by page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

from defense_console.model.comparison import Cell, Paragraph, Place, Progress, ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing.checks import locked
from defense_console.uploads.comparing.word_texts import CELL_MARK

_BLANKS: Final = re.compile(r"\s+")


def _check_count(n: int, limits: ReadingLimits) -> None:
    if n > limits.pages:
        raise ConsoleError(
            "The document has {n} pages; compare_max_pages in the settings allows {most}.", n=n, most=limits.pages
        )


# --- XLSX -------------------------------------------------------------------------------------------------------------


def read_xlsx(path: Path, limits: ReadingLimits, progress: Progress) -> Iterator[Paragraph]:
    """XLSX: one paragraph per row that holds something, with the values the workbook was saved with."""
    from openpyxl import load_workbook
    from openpyxl.utils import get_column_letter

    stream = path.open("rb")  # openpyxl refuses a path whose ending is another one
    try:
        workbook = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        sheets = workbook.worksheets
        _check_count(len(sheets), limits)
        for n, sheet in enumerate(sheets):
            last = sheet.max_row or 0
            sheet.reset_dimensions()  # what the sheet says of its size may be wrong, and would cut it
            for m, row in enumerate(sheet.iter_rows(values_only=True), 1):
                texts = ((at, _value(value)) for at, value in enumerate(row, 1) if value is not None)
                cells = tuple(Cell(get_column_letter(at), text) for at, text in texts if text)
                if cells:
                    text = CELL_MARK.join(cell.text for cell in cells)
                    yield Paragraph(text, Place("cell", name=f"{sheet.title}!{cells[0].column}{m}"), cells)
                if m % 200 == 0:
                    progress((n + min(1.0, m / max(m, last))) / len(sheets))
            progress((n + 1) / len(sheets))
    finally:
        stream.close()


def _value(value: object) -> str:
    """A cell's value on one line; dates as ISO 8601, without a midnight that only says it is a date."""
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return _BLANKS.sub(" ", str(value)).strip()


# --- PPTX -------------------------------------------------------------------------------------------------------------


def read_pptx(path: Path, limits: ReadingLimits, progress: Progress) -> Iterator[Paragraph]:
    """PPTX: slide by slide, the text of shapes in their order, tables row by row, then the speaker's notes."""
    from pptx import Presentation

    slides = list(Presentation(str(path)).slides)
    _check_count(len(slides), limits)
    for n, slide in enumerate(slides, 1):
        for text in _shapes(slide.shapes):
            yield Paragraph(text, Place("slide", n))
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            for text in _frame(slide.notes_slide.notes_text_frame):
                yield Paragraph(text, Place("slide_notes", n))
        progress(n / len(slides))


def _shapes(shapes: Any) -> Iterator[str]:
    for shape in shapes:
        if hasattr(shape, "shapes"):  # a group
            yield from _shapes(shape.shapes)
        elif getattr(shape, "has_table", False):
            for row in shape.table.rows:
                texts = [" ".join(_frame(cell.text_frame)) for cell in row.cells]
                if any(texts):
                    yield CELL_MARK.join(texts)
        elif getattr(shape, "has_text_frame", False):
            yield from _frame(shape.text_frame)


def _frame(frame: Any) -> Iterator[str]:
    for paragraph in frame.paragraphs:
        text = _BLANKS.sub(" ", paragraph.text).strip()
        if text:
            yield text


# --- PDF --------------------------------------------------------------------------------------------------------------

_SENTENCE_END: Final = re.compile(r"[.:;!?…»”\"]$")
_ITEM: Final = re.compile(r"^(?:[•◦▪‣–—*-]\s|\d+[.)]\s|[a-zA-Z][.)]\s)")
_FULL: Final = 0.75
"""A line that fills this part of the page's longest one is continued by the next."""
_NARROW: Final = 60
"""A page whose lines are all shorter than this many characters holds lists and titles, not running text."""


def read_pdf(path: Path, limits: ReadingLimits, progress: Progress) -> Iterator[Paragraph]:
    """PDF: page by page; lines that run on are put together, so that one word more does not change a whole page.

    A password that only restrains printing or copying does not keep anybody from reading, and not the console either.
    """
    from pypdf import PasswordType, PdfReader
    from pypdf.errors import DependencyError

    reader = PdfReader(path, strict=False)
    try:
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise locked()
    except (DependencyError, NotImplementedError):
        raise locked() from None
    pages = len(reader.pages)
    _check_count(pages, limits)
    for n in range(pages):
        for text in _run_on(reader.pages[n].extract_text().splitlines()):
            yield Paragraph(text, Place("page", n + 1))
        progress((n + 1) / pages)


def _run_on(lines: list[str]) -> Iterator[str]:
    cleaned = [_BLANKS.sub(" ", line).strip() for line in lines]
    full = _FULL * max((_NARROW, *map(len, cleaned)))
    text, runs_on = "", False
    for line in cleaned:
        if text and not (runs_on and line and not _ITEM.match(line)):
            yield text
            text = ""
        text = f"{text} {line}".strip()
        runs_on = len(line) >= full and not _SENTENCE_END.search(line)
    if text:
        yield text
