"""Markdown displays every text as typed, and no text changes the structure."""

from __future__ import annotations

import itertools
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from defense_console.model.text import one_line, visible
from defense_console.reports.content.value import READERS, Reader
from defense_console.reports.rendering.markdown import escaped, heading, render
from tests.reports import scene
from tests.reports.hostile import TEXTS, marking

READER = MarkdownIt("gfm-like", {"html": True})


class Page(HTMLParser):
    """What a browser would show, and the elements it is made of."""

    def __init__(self, markdown: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self.elements: list[str] = []
        self.feed(READER.render(markdown))
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "a"):  # an e-mail address may become a link to itself
            self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.shown += data

    def handle_comment(self, data: str) -> None:
        self.elements.append("comment")


def shows(page: Page, text: str) -> bool:
    """A text is displayed with its line breaks; in a heading and in the head of the report on one line."""
    return visible(text).rstrip("\n") in page.shown or one_line(text) in page.shown


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:24]))
def test_a_paragraph_shows_what_was_typed(text: str) -> None:
    page = Page(escaped(text))
    assert page.elements == ["p"]
    assert page.shown.rstrip("\n") == visible(text).rstrip("\n")
    assert "<a" not in READER.render(escaped(text)).replace('<a href="mailto:', "")


SIGNS = st.text(st.sampled_from("\\`*_{}[]()<>#+-.!|~&;:=^$'\"/@ \n\tab1é"))


@given(SIGNS)
def test_no_text_is_markup_wherever_it_stands(text: str) -> None:
    typed, item, title = escaped(text), escaped(text).replace("\n", "\n  "), heading(text)
    for page, elements in (
        (Page(f"x{typed}x"), ["p"]),
        (Page(f"- x\n- {item}x"), ["ul", "li", "li"]),
        (Page(f"# {title}"), ["h1"]),
        (Page(f"**{title}:** x"), ["p", "strong"]),
    ):
        assert page.elements == elements
        assert visible(text).rstrip("\n") in page.shown or one_line(text) in page.shown


@given(st.text(st.sampled_from("\\`*_[]()<>#+-.|~&:= \nab1"), min_size=1))
def test_no_text_is_a_block_of_its_own(text: str) -> None:
    page = Page(escaped(text))
    assert page.elements in (["p"], [])
    assert page.shown.rstrip("\n") == visible(text).rstrip("\n")


@pytest.mark.parametrize(("reader", "language"), itertools.product(READERS, ("fr", "en")))
def test_hostile_text_in_every_field_is_shown_and_changes_no_structure(reader: Reader, language: str) -> None:
    plain_log = scene.everything(str)
    structure = Page(render(scene.report(plain_log, reader, language))).elements
    written: list[str] = []
    for text in TEXTS:
        for marked in marking(text):
            log = scene.everything(marked)
            page = Page(render(scene.report(log, reader, language, student=marked("student"))))
            assert page.elements == structure, text
            told = [*scene.EVERYBODY, "student"]
            told += [*(scene.MENTOR if reader != "student" else ()), *(scene.JURY if reader == "jury" else ())]
            written += [f"{name}: {text!r}" for name in told if not shows(page, marked(name))]
            assert not any(f"§{name}§" in page.shown for name in scene.NOBODY)
    assert not written


def test_text_that_needs_nothing_is_left_alone() -> None:
    sentence = "Temps de parole respecté : 15 min 40 s (fenêtre 10–20)."
    assert escaped(sentence) == sentence
    assert escaped("Dupont_Jean_1_code_012022.zip, R&D, 3 > 2, l'écart - et plus!") == (
        "Dupont_Jean_1_code_012022.zip, R&amp;D, 3 > 2, l'écart - et plus!"
    )


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a | b", "a \\| b"),  # a row of a table
        ("www.invalid.example/a_", "www\\.invalid.example/a\\_"),  # GitHub would take the backslash into the link
        ("$x$ and x^2^", "\\$x\\$ and x\\^2\\^"),  # mathematics on GitHub, raised text in pandoc
        (":smile: at 12:05:30", "\\:smile: at 12:05:30"),
    ],
)
def test_what_only_some_readers_take_for_markup_is_escaped_too(typed: str, written: str) -> None:
    assert escaped(typed) == written
