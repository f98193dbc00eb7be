"""A report as plain text, at most 80 columns wide.

Titles begin at the margin; everything a person wrote is indented, so that no text can pass for a title.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

from defense_console.model.text import cells, one_line, visible
from defense_console.reports.content.value import Passage, Report, Section, walk
from defense_console.words.translation import Translator, translator

WIDTH: Final = 80
"""Columns of a line, at most."""

_PIECES = re.compile(r" +|[^ ]+")
_JOINER: Final = "\u200d"
_HEADING: Final = "• "
"""Before a heading inside a section: its text may be a person's, and must not pass for a title."""


def render(report: Report) -> str:
    """Return the report as text, ending with a line break. User text is shown as typed, wrapped between words."""
    words = translator(report.language)
    title = wrapped(one_line(report.title), "", "  ")
    lines = [*title, "=" * max(map(cells, title))]
    if report.notice:
        lines += ["", *wrapped(one_line(report.notice), "! ", "  ")]
    lines.append("")
    for fact in report.facts:
        lines += wrapped(f"{labelled(fact.label, words)} {one_line(fact.text)}", "", "  ")
    for section in report.sections:
        lines += _section(section, words)
    return "\n".join(line.rstrip(" ") for line in lines) + "\n"


def unwrapped(passages: Iterable[Passage], language: str) -> Iterator[str]:
    """Return the lines of some passages to be pasted into a form: no wrapping, no margin."""
    words = translator(language)
    for depth, passage in walk(passages):
        first, rest = _margins(passage, "  " * depth)
        text = _text(passage, words).split("\n")
        yield first + text[0]
        yield from (rest + line for line in text[1:])


def labelled(label: str, words: Translator) -> str:
    """Return a label with its colon, which French sets apart."""
    _ = words
    return _("{label}:", label=label)


def capital(text: str) -> str:
    """Return a text with a capital letter first."""
    return text[:1].upper() + text[1:]


def _section(section: Section, words: Translator) -> Iterator[str]:
    title = wrapped(one_line(section.title), "", "  ")
    yield from ("", *title, "-" * max(map(cells, title)))
    above: Passage | str = ""
    for part in section.parts:
        if part.title:
            yield from [""] if above else []
            yield from wrapped(one_line(part.title), _HEADING, "  ")
            above = part.title
        for depth, passage in walk(part.whole):
            if isinstance(above, Passage) and not (above.item or passage.item):
                yield ""
            yield from wrapped(_text(passage, words), *_margins(passage, "  " * (depth + 1)))
            above = passage


def _text(passage: Passage, words: Translator) -> str:
    text = visible(passage.text)
    return f"{labelled(one_line(passage.label), words)} {text}" if passage.label else text


def _margins(passage: Passage, margin: str) -> tuple[str, str]:
    """Return the margins of the first line of a passage and of the others."""
    return (margin + "- ", margin + "  ") if passage.item else (margin, margin)


def wrapped(text: str, first: str, rest: str, width: int = WIDTH) -> list[str]:
    """Return a text in lines of at most `width` columns, at least one line.

    Args:
        text: Visible text; its own line breaks stay.
        first: Margin of the first line.
        rest: Margin of the others, as wide as `first` or narrower than the width at least.
        width: Columns, margins included.

    Returns:
        The lines. Only spaces at a break are dropped; a word wider than a line is broken where it must be.
    """
    lines: list[str] = []
    for typed in text.split("\n"):
        for line in _lines(typed, width - max(cells(first), cells(rest))):
            lines.append((rest if lines else first) + line)
    return lines


def _lines(text: str, room: int) -> Iterator[str]:
    line, used = "", 0
    for piece in _PIECES.findall(text):
        wide = cells(piece)
        if used + wide <= room:
            line, used = line + piece, used + wide
            continue
        if line.strip(" "):
            yield line
        line, used = "", 0
        if piece.startswith(" "):
            continue
        for cluster in clusters(piece):
            if used + cells(cluster) > room:
                yield line
                line, used = "", 0
            line, used = line + cluster, used + cells(cluster)
    yield line


def clusters(text: str) -> Iterator[str]:
    """Yield the text in pieces that must not be torn: a character with its marks, emoji held together by joiners."""
    piece = ""
    for character in text:
        glued = unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff"
        if piece and not glued and not piece.endswith(_JOINER):
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece
