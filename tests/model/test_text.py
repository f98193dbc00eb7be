"""What is shown of hostile text: every character seen, none acting."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.curriculum import Text
from defense_console.model.text import BIDI_CONTROLS, cells, french, one_line, visible


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("\x1b[31mred", "␛[31mred"),
        ("a\x00b\x07c\x7f", "a␀b␇c␡"),
        ("a\tb", "a␉b"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("abc\u202etxt.exe", "abc⟨U+202E⟩txt.exe"),
        ("one\u2028two", "one⟨U+2028⟩two"),
        ("one\r\ntwo\nthree", "one\ntwo\nthree"),
        ("over\rwritten", "over␍written"),
        ("[/foo] [red]x C:\\dir\\[x]", "[/foo] [red]x C:\\dir\\[x]"),
        ("👩‍🏫 e\u0301 مرحبا", "👩‍🏫 e\u0301 مرحبا"),
        ("\ud83d", "⟨U+D83D⟩"),
    ],
)
def test_what_acts_is_replaced_and_the_rest_is_as_typed(typed: str, shown: str) -> None:
    assert visible(typed) == shown


def test_one_line_shows_where_the_lines_broke() -> None:
    assert one_line("a\nb\r\n\nc") == "a⏎b⏎⏎c"


@given(st.text())
def test_no_text_acts_any_more(text: str) -> None:
    shown = visible(text)
    assert not [c for c in shown if c != "\n" and unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not BIDI_CONTROLS.intersection(shown)
    assert visible(shown) == shown
    assert "\n" not in one_line(text)


@given(st.text(alphabet=st.characters(categories=("L", "M", "N", "P", "S", "Zs"))))
def test_readable_text_is_untouched(text: str) -> None:
    assert visible(text) == text


@pytest.mark.parametrize(
    ("text", "columns"),
    [("", 0), ("abc", 3), ("e\u0301", 1), ("日本", 4), ("❤\ufe0f", 2), ("a\u200db", 2), ("⏎␛", 2)],
)
def test_columns_of_a_terminal(text: str, columns: int) -> None:
    assert cells(text) == columns


@pytest.mark.parametrize(("shipped", "printed"), [
    ("Guide d'entretien : l'essai", "Guide d’entretien\N{NO-BREAK SPACE}: l’essai"),
    ("« une formation » ?", "«\N{NO-BREAK SPACE}une formation\N{NO-BREAK SPACE}»\N{NO-BREAK SPACE}?"),
    ("a ; b ! 5 %", "a\N{NO-BREAK SPACE}; b\N{NO-BREAK SPACE}! 5\N{NO-BREAK SPACE}%"),
    ("de 14:30 à 15:00, https://example.org", "de 14:30 à 15:00, https://example.org"),
    ("'entre apostrophes'", "'entre apostrophes'"),
])  # fmt: skip
def test_a_shipped_french_sentence_has_the_signs_of_print(shipped: str, printed: str) -> None:
    assert french(shipped) == french(printed) == printed


def test_a_shipped_sentence_is_shown_so_in_french_only() -> None:
    title = Text(fr="Rapport d'analyse : suite", en="One's report: the rest")
    assert title.in_("fr") == french(title.fr) != title.fr
    assert title.in_("en") == title.en
