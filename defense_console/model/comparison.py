"""What changed between two versions of a document, as values: places, lines, marks inside lines, the whole comparison.

Computed by `uploads/comparing/differences.py` and `desk/uploads/comparing.py`. Shown side by side or one below the
other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from defense_console.model.errors import ConsoleError

PlaceKind = Literal[
    "line", "paragraph", "table", "header", "footer", "footnote", "slide", "slide_notes", "cell", "page", "comment",
    "diagram", "chart", "drawing", "field", "link", "attachment",
]  # fmt: skip
PartKind = Literal[
    "unread", "page", "picture", "media", "formulas", "macros", "layout", "drawn", "markup", "encoding", "properties",
    "format",
]  # fmt: skip
"""What a part of a document holds besides the text that is compared.

`unread` and `page`, which has no text, may hold words that were not read; `drawn` is a page that has text.
"""
LineKind = Literal["equal", "changed", "removed", "added", "folded"]
Status = Literal["unchanged", "changed", "missing", "new"]
Mark = tuple[int, int]
"""First character of a marked stretch and the one behind its last, counted from 0."""
ComparisonProgress = Callable[[float], None]
"""Called with the part of a work that is done, from 0 to 1."""


class DocumentPlace(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Where in its document a paragraph is.

    Attributes:
        kind: What is counted.
        n: Number of the line, paragraph, table, page, slide, section, comment…, from 1; 0 for a cell or an attachment.
        m: Row inside the table, from 1; 0 elsewhere.
        name: A cell's address, `Sheet1!B4`, or the name of an attachment; empty elsewhere.
    """

    kind: PlaceKind
    n: int = 0
    m: int = 0
    name: str = ""


class Cell(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A filled cell of a spreadsheet: its column's letters and its value as text."""

    column: str
    text: str


class Paragraph(msgspec.Struct, frozen=True, array_like=True):
    """The smallest part of a document that is compared: one line of text without line breaks.

    Attributes:
        text: As the document has it.
        place: Where it is.
        cells: The filled cells when this is a row of a spreadsheet, so that a change is shown cell by cell.
    """

    text: str
    place: DocumentPlace
    cells: tuple[Cell, ...] = ()


class Side(msgspec.Struct, frozen=True, array_like=True):
    """A line as one of the two versions has it; `marks` are the stretches that the other version does not have."""

    text: str
    place: DocumentPlace
    marks: tuple[Mark, ...] = ()


class DifferenceLine(msgspec.Struct, frozen=True, array_like=True):
    """One line of a comparison.

    Attributes:
        kind: `equal` and `changed` have both sides, `removed` the old one, `added` the new one, `folded` none.
        old: The line in the old version.
        new: The line in the new version.
        n: How many equal lines a folded one replaces; 1 otherwise.
    """

    kind: LineKind
    old: Side | None = None
    new: Side | None = None
    n: int = 1


class Counts(msgspec.Struct, frozen=True):
    """How many lines were added, removed and changed."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    @property
    def total(self) -> int:
        """Return all of them together."""
        return self.added + self.removed + self.changed


class PartDifference(msgspec.Struct, frozen=True, array_like=True):
    """A part of a document that differs, its text apart.

    Attributes:
        kind: What it holds.
        name: Its name inside the document; the number of a page; "" for the whole document.
    """

    kind: PartKind
    name: str = ""


class Difference(msgspec.Struct, frozen=True):
    """The readable difference of two texts.

    Attributes:
        lines: In the order of the new version; equal runs are folded but for a few lines around each change.
        counts: What was added, removed and changed.
        coarse: The texts are so long or so repetitive that some stretches are shown as removed and added whole.
        parts: What else differs, looked at only where the texts are the same.
    """

    lines: tuple[DifferenceLine, ...]
    counts: Counts
    coarse: bool = False
    parts: tuple[PartDifference, ...] = ()

    @property
    def unread(self) -> tuple[PartDifference, ...]:
        """Return the parts that differ and may hold text that was not read."""
        return tuple(part for part in self.parts if part.kind in ("unread", "page"))


class FileFacts(msgspec.Struct, frozen=True):
    """What is known of a file without reading it as a document: size in bytes, SHA-256 in hex."""

    size: int
    sha256: str


class Comparison(msgspec.Struct, frozen=True):
    """Two versions of one document, compared.

    Attributes:
        name: The document's file name as the student wrote it.
        status: By content: the same bytes are `unchanged`; without an old version `new`, without a new one `missing`.
        old: The old file; None when there is none.
        new: The new file; None when there is none.
        difference: The readable difference; None when there is none to show.
        why_no_text: Why there is no readable difference, a sentence; None when there is one, or the bytes are the same.
    """

    name: str
    status: Status
    old: FileFacts | None = None
    new: FileFacts | None = None
    difference: Difference | None = None
    why_no_text: ConsoleError | None = None

    @property
    def no_lines(self) -> bool:
        """Return whether no line of the text that was read differs."""
        return self.status == "unchanged" or (self.difference is not None and self.difference.counts.total == 0)

    @property
    def same_text(self) -> bool:
        """Return whether the text is known to be the same: no line differs, and no part with text was left unread."""
        return self.no_lines and (self.difference is None or not self.difference.unread)


class ReadingLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a document received may ask of this machine before it is compared by size and hash alone.

    Attributes:
        megabytes: Largest file that is read.
        unpacked_megabytes: Largest sum of what a document in parts (DOCX, PPTX, ODT…) unpacks to.
        pages: Most pages of a PDF, slides of a PPTX, sheets of an XLSX.
        characters: Longest text of one version.
        seconds: Longest time one comparison may take.
        memory_megabytes: Memory the reading process may ask for, where the system can limit it.
    """

    megabytes: int
    unpacked_megabytes: int
    pages: int
    characters: int
    seconds: int
    memory_megabytes: int


# --- the two ways to lay lines out ------------------------------------------------------------------------------------


def unified(lines: Sequence[DifferenceLine]) -> Iterator[DifferenceLine]:
    """Yield the lines one below the other: of a run of changes first all that went, then all that came.

    Returns:
        Lines with one side each (`removed`, `added`), and equal and folded ones as they are; a half of a changed line
        keeps its marks.
    """
    for run in _runs(lines):
        if run[0].kind in ("equal", "folded"):
            yield from run
            continue
        for line in run:
            if line.old is not None:
                yield DifferenceLine("removed", old=line.old)
        for line in run:
            if line.new is not None:
                yield DifferenceLine("added", new=line.new)


def side_by_side(lines: Sequence[DifferenceLine]) -> Iterator[DifferenceLine]:
    """Yield the lines in two columns: what only one version has next to what only the other has."""
    for run in _runs(lines):
        removed: list[Side] = []
        added: list[Side] = []
        for line in run:
            if line.kind == "removed" and line.old is not None:
                removed.append(line.old)
            elif line.kind == "added" and line.new is not None:
                added.append(line.new)
            else:
                yield from _beside(removed, added)
                removed, added = [], []
                yield line
        yield from _beside(removed, added)


def _beside(removed: Sequence[Side], added: Sequence[Side]) -> Iterator[DifferenceLine]:
    for n in range(max(len(removed), len(added))):
        old = removed[n] if n < len(removed) else None
        new = added[n] if n < len(added) else None
        kind: LineKind = "changed" if old and new else "removed" if old else "added"
        yield DifferenceLine(kind, old, new)


def _runs(lines: Sequence[DifferenceLine]) -> Iterator[list[DifferenceLine]]:
    """Yield stretches of lines that are all changes, or all none."""
    run: list[DifferenceLine] = []
    for line in lines:
        if run and (run[-1].kind in ("equal", "folded")) != (line.kind in ("equal", "folded")):
            yield run
            run = []
        run.append(line)
    if run:
        yield run
