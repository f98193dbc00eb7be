"""What the readers of all kinds share: what they are given, and how an attachment's text is placed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from defense_console.model.comparison import Cell, ComparisonProgress, DocumentPlace, Paragraph, ReadingLimits
from defense_console.model.errors import ConsoleError

CELL_MARK: Final = " | "
"""Between the cells of a table's row."""
_BLANKS: Final = re.compile(r"\s+")

Attached = Callable[[str, Callable[[], bytes]], Iterator[Paragraph]]
"""Reads a document inside a document, by its name and what gives its bytes; nothing where it cannot be read."""


@dataclass(frozen=True)
class Work:
    """What a reader needs besides the document.

    Attributes:
        limits: What it may cost.
        progress: Called with the part that is done.
        attached: Reads a document inside this one.
    """

    limits: ReadingLimits
    progress: ComparisonProgress
    attached: Attached


def one_blank(text: str) -> str:
    """Return a text on one line: each stretch of blanks is one blank, none at the ends."""
    return _BLANKS.sub(" ", text).strip()


def check_count(n: int, limits: ReadingLimits) -> None:
    """Refuse a document with too many pages."""
    if n > limits.pages:
        raise ConsoleError(
            "The document has {n} pages; compare_max_pages in the settings allows {most}.", n=n, most=limits.pages
        )


def of_attachment(name: str, paragraph: Paragraph) -> Paragraph:
    """Return a paragraph of an attachment as one of the document around it."""
    name = name.rpartition("/")[2]
    if paragraph.place.kind == "cell":
        place = DocumentPlace("cell", name=f"{name} · {paragraph.place.name}")
    else:
        place = DocumentPlace("attachment", name=name)
    return Paragraph(paragraph.text, place, paragraph.cells)


def links(addresses: Iterator[str], paragraphs: list[str]) -> Iterator[Paragraph]:
    """Yield the addresses that links lead to, each once, but for those that the text shows anyway."""
    text = "\n".join(paragraphs)
    unseen = dict.fromkeys(address for address in addresses if address and address not in text)
    for n, address in enumerate(unseen, 1):
        yield Paragraph(address, DocumentPlace("link", n))


def sheet_row(texts: list[tuple[str, str]], sheet: str, m: int) -> Paragraph | None:
    """Return a row of a spreadsheet.

    Args:
        texts: Letters of the column and text of each cell, in order.
        sheet: Name of the sheet.
        m: Number of the row, from 1.

    Returns:
        None for a row without text.
    """
    cells = tuple(Cell(column, text) for column, text in texts if text)
    if not cells:
        return None
    return Paragraph(CELL_MARK.join(cell.text for cell in cells),
                     DocumentPlace("cell", name=f"{sheet}!{cells[0].column}{m}"), cells)  # fmt: skip
