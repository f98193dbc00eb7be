"""The text of one OOXML part in the order a reader sees it: of a text, slide, chart, diagram, comment.

Word, PowerPoint and the drawings inside both give paragraphs, tables and text the same names: `p`, `tbl`, `t`.
Source: ECMA-376, part 1, §17 (WordprocessingML), §21 (DrawingML).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Literal

from defense_console.uploads.comparing.packages import Element, attribute, local
from defense_console.uploads.comparing.readers import CELL_MARK, one_blank

_LEFT_OUT: Final = frozenset(
    {"del", "moveFrom", "delText", "delInstrText", "instrText", "fldData", "binData", "Fallback", "pPr", "rPr", "rPh",
     "posOffset", "align", "pctWidth", "pctHeight", "pctPosHOffset", "pctPosVOffset", "from", "to", "formatCode",
     "separator", "attrName", "tableStyleId"}
)  # fmt: skip
"""Deleted by tracked changes, code of fields, what only older programs show, measures and references."""
_COMPUTED: Final = ("slidenum", "datetime")
"""Fields that change by themselves."""
_SIGNS: Final = {"tab": "\t", "br": " ", "cr": " ", "noBreakHyphen": "-", "ptab": "\t"}
_INLINE: Final = frozenset({"si", "is", "text"})
"""Pieces of text that belong together outside of paragraphs: strings and comments of spreadsheets."""
_DESCRIPTIONS: Final = ("descr", "alt")
"""Attributes in which a picture is described in words."""


@dataclass(frozen=True)
class TextBlock:
    """A paragraph, or a row of a table.

    Attributes:
        text: On one line, not empty.
        kind: Which of both.
        n: Number of the paragraph or the table, from 1.
        m: Number of the row, 0 for a paragraph.
    """

    text: str
    kind: Literal["paragraph", "table"]
    n: int
    m: int = 0


@dataclass
class _Counter:
    paragraphs: int = 0
    tables: int = 0
    descriptions: list[str] = field(default_factory=list)


def blocks(root: Element) -> Iterator[TextBlock]:
    """Yield the paragraphs and rows below an element, in order."""
    counter = _Counter()
    for child in root:
        yield from _block(child, counter)


def all_words(root: Element) -> str:
    """Return all text below an element without blanks, to find what `blocks` did not see."""
    found: list[str] = []
    waiting = [root]
    while waiting:
        element = waiting.pop()
        if not is_left_out(element):
            found.append(element.text or "")
            waiting += reversed(element)
    return "".join("".join(found).split())


def is_left_out(element: Element) -> bool:
    """Return whether nobody reads what an element holds."""
    name = local(element)
    if name == "f":  # a chart says here where its values come from; in mathematics it is a fraction
        return not len(element)
    return name in _LEFT_OUT or (name == "fld" and attribute(element, "type").startswith(_COMPUTED))


def _block(element: Element, counter: _Counter) -> Iterator[TextBlock]:
    if is_left_out(element):
        return
    name = local(element)
    if name == "p":
        counter.paragraphs += 1
        yield from _found([_inline(element)], counter)
        yield from _inner(element, counter)
    elif name == "tbl":
        counter.tables += 1
        yield from _rows(element, counter.tables)
    elif name == "ser":
        counter.paragraphs += 1
        yield from _found([CELL_MARK.join(_values(element))], counter)
        yield from _inner(element, counter)
    elif name in _INLINE or not len(element):
        counter.paragraphs += bool((element.text or "").strip())
        yield from _found([*_descriptions(element, counter), _inline(element) or element.text or ""], counter)
    else:
        yield from _found(_descriptions(element, counter), counter)
        for child in element:
            yield from _block(child, counter)


def _found(texts: list[str], counter: _Counter) -> Iterator[TextBlock]:
    for text in texts:
        if line := one_blank(text):
            yield TextBlock(line, "paragraph", max(1, counter.paragraphs))


def _inner(paragraph: Element, counter: _Counter) -> Iterator[TextBlock]:
    """Yield what lies in a paragraph and is text of its own: text boxes, tables in them, words for pictures."""
    for child in paragraph:
        if is_left_out(child):
            continue
        if local(child) in ("p", "tbl"):
            at = counter.paragraphs
            for block in _block(child, _Counter()):
                yield TextBlock(block.text, "paragraph", at)
        else:
            yield from _found(_descriptions(child, counter), counter)
            yield from _inner(child, counter)


def _descriptions(element: Element, counter: _Counter) -> list[str]:
    """Return what is said of a picture; the picture inside a frame repeats it, and is not heard twice."""
    given = [attribute(element, name) for name in _DESCRIPTIONS]
    if local(element) == "textpath":  # letters as a drawing
        given.append(attribute(element, "string"))
    new = [text for text in given if text and text not in counter.descriptions[-1:]]
    counter.descriptions += new
    return new


def _inline(element: Element) -> str:
    """Return the text of a paragraph without that of the text boxes in it."""
    pieces: list[str] = []
    waiting = [element]
    while waiting:
        part = waiting.pop()
        name = local(part)
        if name == "t":
            pieces.append(part.text or "")
        elif name in _SIGNS:
            pieces.append(_SIGNS[name])
        elif name == "sym":
            pieces.append(_symbol(attribute(part, "char")))
        elif part is element or not (name in ("p", "tbl", "ser") or is_left_out(part)):
            waiting += reversed(part)
    return "".join(pieces)


def _symbol(code: str) -> str:
    """Return the character of a symbol font, as Word keeps it: a ticked box, an arrow."""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _values(series: Element) -> Iterator[str]:
    for element in series.iter():
        if local(element) == "v" and (text := one_blank(element.text or "")):
            yield text


def _rows(table: Element, n: int) -> Iterator[TextBlock]:
    for m, row in enumerate(_nearest(table, "tr"), 1):
        if any(local(mark) == "del" for part in row if local(part) == "trPr" for mark in part):
            continue
        texts = [" ".join(block.text for block in blocks(cell)) for cell in _nearest(row, "tc")]
        if any(texts):
            yield TextBlock(CELL_MARK.join(texts), "table", n, m)


def _nearest(element: Element, name: str) -> Iterator[Element]:
    for child in element:
        if local(child) == name:
            yield child
        elif not is_left_out(child):
            yield from _nearest(child, name)
