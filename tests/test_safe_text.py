from __future__ import annotations

import unicodedata
from pathlib import PurePosixPath, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import DataTable, Static

from defense_console.safe_text import cell, cells, content, line, same_width, shortened, shortened_place, wrapped

HOSTILE = [
    "[/foo]",
    "[red]x",
    "a [x] b",
    "Ada [x] Lovelace",
    r"C:\dir\[x]",
    r"C:\temp\[dir]\\",
    "👩‍👩‍👧 👍🏽",
    "e\u0301 a\u0308\u0323",
    "שלום עולם",
    "n" * 200,
    "$name {place} %s \\[bold]",
]
ACTING = [
    "a\x1b[31mb",
    "a\x1b]52;c;AAAA\x07b",
    "one\ntwo",
    "one\r\ntwo",
    "a\tb",
    "a\u202eb\u2066c",
    "a\x9b31mb",
    "\x00\x7f\u2028",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_acts_on_nothing_is_shown_as_typed(text: str) -> None:
    assert content(text).plain == line(text).plain == cell(text).plain == same_width(text) == text
    assert not content(text).spans
    assert not cell(text).spans


@pytest.mark.parametrize("text", ACTING)
def test_what_would_act_is_made_visible_and_nothing_is_lost(text: str) -> None:
    shown = line(text).plain
    assert shown == cell(text).plain
    assert not [character for character in shown if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")]
    kept = [character for character in text if character.isprintable()]
    assert [character for character in shown if character in kept][: len(kept)] == kept


def test_the_signs() -> None:
    assert line("\x1b[0m").plain == "␛[0m"
    assert line("a\nb").plain == "a⏎b"
    assert content("a\nb").plain == "a\nb"
    assert line("\u202e").plain == "⟨U+202E⟩"


@pytest.mark.parametrize("text", HOSTILE + ACTING)
def test_a_field_draws_one_character_for_one(text: str) -> None:
    shown = same_width(text)
    assert len(shown) == len(text)
    assert not set(shown) & set("\x1b\x9b\u202e\u2066\x07")


@pytest.mark.parametrize("text", HOSTILE + ACTING)
@pytest.mark.parametrize("width", [0, 1, 2, 7, 40])
def test_a_shortened_text_fits_and_says_so(text: str, width: int) -> None:
    short = shortened(text, width)
    assert cells(short) <= width
    whole = line(text).plain
    assert short == whole or short.endswith("…") or width == 0
    assert whole.startswith(short.removesuffix("…"))


def test_an_accent_never_lands_on_the_ellipsis() -> None:
    assert shortened("abe\u0301d", 3) == "ab…"


def test_a_letter_never_loses_its_accent() -> None:
    assert shortened("a\u0301be\u0301dxyz", 4) == "a\u0301b…"


HOME = PurePosixPath("/home/mentor")


@pytest.mark.parametrize(
    ("place", "width", "shown"),
    [
        ("/home/mentor/.local/share/console", 99, "~/.local/share/console"),
        ("/home/mentor/.local/share/console", 21, "~/…/share/console"),
        ("/home/mentor/.local/share/console", 16, "~/…/console"),
        ("/home/mentor/.local/share/console", 10, "…/console"),
        ("/home/mentor/.local/share/console", 6, "…/con…"),
        ("/home/mentor", 9, "~"),
        ("/home/mentorship/store", 99, "/home/mentorship/store"),
        ("/var/data/school/store", 16, "/…/school/store"),
        ("/store", 99, "/store"),
        (".", 9, "."),
    ],
)
def test_a_place_is_shortened_in_its_middle(place: str, width: int, shown: str) -> None:
    assert shortened_place(PurePosixPath(place), width, HOME) == shown


def test_a_place_of_another_system_keeps_its_drive() -> None:
    place = PureWindowsPath(r"C:\Users\mentor\console\store")
    assert shortened_place(place, 17) == "C:\\…\\store"
    assert shortened_place(place, 99, PureWindowsPath(r"C:\Users\mentor")) == "~\\console\\store"


@pytest.mark.parametrize("text", HOSTILE + ACTING)
@pytest.mark.parametrize("width", [1, 2, 7, 12, 40])
def test_a_hostile_place_fits_and_acts_on_nothing(text: str, width: int) -> None:
    shown = shortened_place(PurePosixPath("/home/mentor") / "folder" / text.replace("\0", ""), width, HOME)
    assert cells(shown) <= width
    assert not set(shown) & set("\x1b\x9b\u202e\u2066\x07\n")


async def test_widgets_show_hostile_text_whole() -> None:
    class Shows(App[None]):
        def compose(self) -> ComposeResult:
            for text in HOSTILE + ACTING:
                yield Static(content(text))
            yield DataTable[object]()

    app = Shows()
    async with app.run_test(size=(220, 60)) as pilot:
        table = app.query_one(DataTable)
        table.add_column("x", width=210)
        for text in HOSTILE + ACTING:
            table.add_row(cell(text))
        await pilot.pause()
        shown = [str(widget.render()) for widget in app.query(Static)]
        assert shown == [content(text).plain for text in HOSTILE + ACTING]
        assert table.get_row_at(0)[0].plain == "[/foo]"


def rows(text: str, width: int) -> list[str]:
    return [row.plain for row in wrapped(Content(text), width)]


def test_a_path_is_broken_behind_its_separators() -> None:
    assert rows("Kept in /home/ada/my documents/store.", 14) == ["Kept in", "/home/ada/my", "documents/", "store."]
    assert rows("C:\\Users\\Ada\\store", 12) == ["C:\\Users\\", "Ada\\store"]
    assert rows("either/or is no path", 12) == ["either/or is", "no path"]
    assert rows("abcdefgh", 3) == ["abc", "def", "gh"]
    assert rows("日本語 日本", 5) == ["日本", "語", "日本"]
    assert rows("", 5) == [""]
    assert [row.plain for row in wrapped(Content("one two three four\nfive six"), 9, 5)] == [
        "one", "two three", "four", "five six",
    ]  # fmt: skip
    assert rows("Pourquoi\N{NO-BREAK SPACE}? Oui", 10) == ["Pourquoi\N{NO-BREAK SPACE}?", "Oui"]


@given(st.text(st.sampled_from("ab/\\ é日\n"), max_size=60), st.integers(2, 12))
def test_nothing_is_lost_by_wrapping(text: str, width: int) -> None:
    shown = rows(text, width)
    assert "".join(shown).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(cells(row) <= width for row in shown)
