"""A report as Markdown (CommonMark, and GitHub's tables, links and mathematics kept from happening).

Text is data: what a person typed is displayed as typed and never becomes markup.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Final

from defense_console.model.text import one_line, visible
from defense_console.reports.content.value import Passage, Report, Section, walk
from defense_console.reports.rendering.plain import labelled
from defense_console.words.translation import Translator, translator

_ANYWHERE = re.compile(
    r"""
      [\\`*\[\]|~$^]                      # escapes, code, emphasis, links, tables, strikes, mathematics
    | (?<![^\W_])_+ | _+(?![^\W_])        # underscores, except inside a word such as a file name
    | :(?=//)                             # an address would swallow the escapes behind it
    | :(?=[a-z0-9_+-]*[a-z][a-z0-9_+-]*:) # the name of an emoji
    | (?<=www)\.
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AT_START = re.compile(r"^(\d{1,9}(?=[.)](?:\s|$))|(?=[-+=:>#]))")
_ENTITY = re.compile(r"&(?=#?\w)")
_SPACE: Final = "&#32;"
"""A space that no rendering drops at the edge of a line."""
_BREAK: Final = "\\"
_NUMBER_SIGN: Final = "\x00"
"""Replaces a number sign while the rest is made safe: visible text never holds this character."""


def render(report: Report) -> str:
    """Return the report as Markdown, ending with a line break."""
    words = translator(report.language)
    blocks = [f"# {heading(report.title)}"]
    if report.notice:
        blocks.append(f"**{escaped(one_line(report.notice))}**")
    blocks.append("\n".join(f"- {_label(fact.label, words)} {escaped(one_line(fact.text))}" for fact in report.facts))
    for section in report.sections:
        blocks.append(f"## {heading(section.title)}")
        blocks.extend(_blocks(section, words))
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Return a text that a Markdown reader displays as it was typed; line breaks become hard breaks.

    Line breaks at the end are dropped: nothing displays them.
    """
    lines = visible(text).rstrip("\n").split("\n")
    return f"{_BREAK}\n".join(_AT_START.sub(r"\1\\", _inline(line), count=1) for line in lines)


def heading(text: str) -> str:
    """Return the same for a heading: one line, and no closing sequence of number signs."""
    return _inline(one_line(text).replace("#", _NUMBER_SIGN)).replace(_NUMBER_SIGN, "\\#")


def _inline(line: str) -> str:
    """Return one line, safe behind something that is not a line's start."""
    bare = line.strip(" ")
    if not bare:
        return _SPACE * len(line)
    before = len(line) - len(line.lstrip(" "))
    after = len(line) - len(line.rstrip(" "))
    safe = _ENTITY.sub("&amp;", bare).replace("<", "&lt;")
    safe = _ANYWHERE.sub(lambda found: "".join(f"\\{c}" for c in found.group()), safe)
    return f"{_SPACE * before}{safe}{_SPACE * after}"


def _label(label: str, words: Translator) -> str:
    return f"**{_inline(labelled(one_line(label), words).strip())}**"


def _blocks(section: Section, words: Translator) -> Iterator[str]:
    """Yield titles and paragraphs alone; items that follow each other make one list."""
    for part in section.parts:
        if part.title:
            yield f"### {heading(part.title)}"
        for listed, group in itertools.groupby(walk(part.whole), key=lambda each: each[1].item):
            if listed:
                yield "\n".join(_item(depth, passage, words) for depth, passage in group)
            else:
                yield from (_text(passage, words) for _depth, passage in group)


def _text(passage: Passage, words: Translator) -> str:
    text = escaped(passage.text)
    return f"{_label(passage.label, words)} {text}" if passage.label else text


def _item(depth: int, passage: Passage, words: Translator) -> str:
    margin = "  " * depth
    return f"{margin}- " + _text(passage, words).replace("\n", f"\n{margin}  ")
