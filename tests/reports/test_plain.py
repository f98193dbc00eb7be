"""Plain text: at most 80 columns, nothing lost, no text at the margin."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from defense_console.model.text import cells, one_line, visible
from defense_console.reports.content.value import READERS, Reader
from defense_console.reports.rendering.plain import WIDTH, render, wrapped
from tests.reports import scene
from tests.reports.hostile import TEXTS, marking


def squeezed(text: str) -> str:
    """Without the white space that wrapping may move."""
    return re.sub(r"\s", "", text)


def titles(text: str) -> list[str]:
    """The lines that are underlined."""
    lines = text.split("\n")
    return [above for above, line in itertools.pairwise(lines) if re.fullmatch(r"=+|-+", line)]


@pytest.mark.parametrize(("reader", "language"), itertools.product(READERS, ("fr", "en")))
def test_hostile_text_in_every_field_is_shown_within_the_width(reader: Reader, language: str) -> None:
    structure = titles(render(scene.report(scene.everything(str), reader, language)))[1:]
    lost: list[str] = []
    for text in TEXTS:
        for marked in marking(text):
            log = scene.everything(marked)
            shown = render(scene.report(log, reader, language, student=marked("student")))
            assert all(cell_len(line) <= WIDTH for line in shown.split("\n")), text
            assert titles(shown)[1:] == structure, text
            told = [*scene.EVERYBODY, "student"]
            told += [*(scene.MENTOR if reader != "student" else ()), *(scene.JURY if reader == "jury" else ())]
            flat = squeezed(shown)
            lost += [
                f"{name}: {text!r}"
                for name in told
                if squeezed(visible(marked(name))) not in flat and squeezed(one_line(marked(name))) not in flat
            ]
            assert not any(f"§{name}§" in shown for name in scene.NOBODY)
    assert not lost


@given(st.text(st.sampled_from("ab é日👩\u200d🏫\u0301 -\n"), max_size=400), st.integers(0, 3))
def test_wrapping_loses_no_character(text: str, depth: int) -> None:
    margin = "  " * depth
    lines = wrapped(text, f"{margin}- ", f"{margin}  ")
    assert squeezed("".join(lines)) == squeezed(f"- {text}")
    assert all(cells(line.rstrip()) <= WIDTH for line in lines)
    assert len(lines) >= text.count("\n") + 1


def test_lines_break_between_words_and_keep_the_breaks_typed() -> None:
    assert wrapped("aaa bbb ccc\n\nd", "- ", "  ", 9) == ["- aaa bbb", "  ccc", "  ", "  d"]
    assert wrapped("abcdefghij k", "", "", 4) == ["abcd", "efgh", "ij k"]
    assert wrapped("a  b", "", "", 9) == ["a  b"]
    assert wrapped("", "- ", "  ") == ["- "]


def test_a_character_and_its_marks_stay_together() -> None:
    family = "👩\u200d👩\u200d👧"
    assert wrapped("ab" + family, "", "", 7) == ["ab", family]
    assert wrapped("abe\u0301f", "", "", 3) == ["abe\u0301", "f"]


def test_the_shape_of_a_report() -> None:
    shown = render(scene.report(scene.conditional(), language="en", student="Ada Example"))
    assert shown.startswith("Defense — A project (en) — Ada Example\n======")
    assert "\n! Draft: the verdict is not released, nothing here is final.\n" in shown
    assert "\nSkills\n------\n• A1 — First skill (en)\n  Acquired\n  - To improve: Sentence of A1-1 (en)\n" in shown
    assert "    - observed at 05:00: the table is empty\n" in shown
    assert not re.search(r" $", shown, re.MULTILINE)
