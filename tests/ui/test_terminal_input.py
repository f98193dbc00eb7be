"""What a terminal sends besides keys never becomes one; what it sends as keys is never lost."""

from __future__ import annotations

import random

import pytest

from defense_console.screens.shared.terminal_input import PASTE_S, REPORT_S, TerminalInput
from tests.storms import answer, malformed, pieces

REPLIES = (
    b"\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
    b"\x1b]10;rgb:ffff/ffff/ffff\x07",
    b"\x1b]52;c;dnJ4Zg==\x07",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1bP1+r544e=787465726d\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b^private\x1b\\",
    b"\x1bXstring\x1b\\",
    b"\x1b[?62;22;52c",
    b"\x1b[>41;390;0c",
    b"\x1b[=1;2c",
    b"\x1b[24;80R",
    b"\x1b[0n",
    b"\x1b[?997;1n",
    b"\x1b[?1u",
    b"\x1b[4;600;800t",
    b"\x1b[?1049;2$y",
    b"\x1b[M\xff\xff\xff",
    b"\x9b24;80R", b"\x9d11;rgb:1e1e/1e1e/1e1e\x9c", b"\x90>|XTerm(390)\x9c", b"\x9fGi=31;OK\x1b\\",
    "\x9b24;80R".encode(), "\x9d11;rgb:1e1e/1e1e/1e1e\x9c".encode(),
    b"\x1b[" + b"1;" * 5000 + b"A", b"\x1b]52;c;" + b"vrx1" * 5000 + b"\x07",
)  # fmt: skip
KEYS = (
    b"a", b"\r", b"\t", b"\x7f", b"\x03", b" ", "é".encode(), "漢".encode(), "😀".encode(),
    b"\x1b[A", b"\x1b[1;5A", b"\x1b[1;2P", b"\x1b[3~", b"\x1b[20~", b"\x1b[24;5~", b"\x1bOP", b"\x1bOR", b"\x1b[Z",
    b"\x1b[13;2u", b"\x1b[97;5u", b"\x1b[233;1;233u", b"\x1b[27;2;13~", b"\x1b[[A", b"\x1b[I", b"\x1b[O",
    b"\x1b[<0;10;5M", b"\x1b[<64;200;50m", b"\x1b[48;24;80;0;0t", b"\x1b[?2026;2$y",
)  # fmt: skip
ESCAPE = b"\x1b[27u"


def read(data: bytes, size: int = 10_000, gap_s: float = 0.0) -> bytes:
    """What comes through of bytes that arrive in pieces, and then nothing more."""
    source, now, passed = TerminalInput(), 0.0, b""
    for start in range(0, len(data), size):
        passed += source.feed(data[start : start + size], now)
        now += gap_s
    while source.deadline is not None:
        now = max(now, source.deadline)
        passed += source.tick(now)
    return passed


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: repr(reply[:40]))
def test_an_answer_of_the_terminal_is_no_key_and_the_next_key_acts(reply: bytes, size: int) -> None:
    assert read(reply + b"v", size, REPORT_S / 2) == b"v"


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_a_key_comes_through_as_it_is(key: bytes, size: int) -> None:
    assert read(key + b"v", size, REPORT_S / 2) == key + b"v"


@pytest.mark.parametrize(
    "malformed",
    [
        b"\x1b[99999999u", b"\x1b[1114112u", b"\x1b[55296u", b"\x1b[1;2:3A", b"\x1b[97:65u", b"\x1b[97;0u",
        b"\x1b[97;300u", b"\x1b[97;1;1114112u", b"\x1b[<0;;M", b"\x1b[<0;1M", b"\x1b[<999;1;1M", b"\x1b[1;;A",
        b"\x1b[;;;;;u", b"\x1b[27;5;55296~", b"\x1b[48;0;0;0;0t", b"\x1b[?2026;99$y", b"\x1b[1\xff2A", b"\x1b[\x001A",
        b"\x1b[" + b"1;" * 3000 + b"A",
    ],
    ids=lambda sequence: repr(sequence[:24]),
)  # fmt: skip
def test_a_malformed_report_is_dropped_whole(malformed: bytes) -> None:
    assert read(malformed + b"v") == b"v"


def test_what_is_unfinished_is_dropped_in_time_and_the_next_key_acts() -> None:
    beginnings = (b"\x1b]11;rgb:1e", b"\x1bP>|XT", b"\x1b[<0;1", b"\x1b]11;rgb:1e\x1b", b"\x9b", b"\x9d", b"\x9b24")
    for beginning in beginnings:
        source = TerminalInput()
        assert source.feed(beginning, 0.0) == b""
        assert source.deadline == REPORT_S
        assert source.tick(REPORT_S) == b""
        assert source.feed(b"v", REPORT_S) == b"v"
    assert read(b"\x9b24;80R\x1b") == ESCAPE, "a key again"


def test_escape_and_a_letter_are_two_keys_at_any_speed() -> None:
    assert read(b"\x1bn") == ESCAPE + b"n"
    assert read(b"\x1bn", 1, 0.001) == ESCAPE + b"n"
    assert read(b"\x1b\x1bn") == ESCAPE + ESCAPE + b"n"
    assert read(b"\x1b") == ESCAPE
    assert read("\x1bé".encode()) == ESCAPE + "é".encode()


@pytest.mark.parametrize("second", [*b"[]OPX^_"])
def test_escape_and_what_begins_a_report_are_two_keys_when_nothing_follows(second: int) -> None:
    source = TerminalInput()
    assert source.feed(b"\x1b", 0.0) + source.feed(bytes([second]), 0.01) == b""
    assert source.tick(0.05) == b""
    assert source.tick(0.01 + REPORT_S) == ESCAPE + bytes([second])
    assert source.deadline is None


def test_alt_enter_comes_in_one_read_and_escape_then_enter_in_two() -> None:
    assert read(b"\x1b\r") == b"\x1b[13;3u"
    assert read(b"\x1b\r", 1) == ESCAPE + b"\r"


def test_what_is_not_utf_8_is_read_as_latin_1() -> None:
    source = TerminalInput()
    assert source.feed("né".encode("latin-1") + b"a", 0.0).decode() == "néa"
    assert source.saw_latin_1
    assert read(b"\xe9").decode() == "é"
    assert read(b"\xe9\xe0v").decode() == "éàv"
    assert read(b"\x80\xc2\x85v") == b"v", "control characters of the eighth bit are none of ours"
    assert read("né".encode(), 1, REPORT_S / 2).decode() == "né"


def test_a_paste_is_text_whatever_is_in_it_and_ends() -> None:
    paste = b"\x1b[200~one\x1b[Atwo\x1b]0;x\x07\nthree\x1b[201~v"
    assert read(paste) == b"\x1b[200~onetwo]0;x\nthree\x1b[201~v"
    source = TerminalInput()
    assert source.feed(b"\x1b[200~lost", 0.0) == b"\x1b[200~lost"
    assert source.tick(PASTE_S) == b"\x1b[201~"
    assert source.feed(b"v", PASTE_S) == b"v"


def test_any_bytes_in_any_pieces_give_valid_text_and_end() -> None:
    chance = random.Random(1)
    for _ in range(300):
        data = bytes(chance.choice((chance.randrange(256), 0x1B, *b"[]OP;<?0")) for _ in range(300))
        read(data, chance.randint(1, 7), chance.choice((0.0, REPORT_S))).decode()


def test_a_storm_of_answers_and_malformed_reports_is_no_key() -> None:
    chance, source, passed = random.Random(2), TerminalInput(), 0
    reports = [answer(chance) for _ in range(2_000)] + [malformed(chance) for _ in range(100_000)]
    chance.shuffle(reports)
    for report in reports:
        for piece in pieces(report, chance):
            passed += len(source.feed(piece, 0.0))
    assert passed == 0
    assert source.feed(b"v", 0.0) == b"v"
