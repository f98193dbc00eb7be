"""Documents cut short, with turned bytes, or of another kind than their name says: a sentence, never a traceback."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from defense_console.model.comparison import ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing.texts import read_text
from tests.uploads.builders import BUILDERS, sample, write

KINDS = tuple(kind for kind in BUILDERS if kind not in ("txt", "csv"))
ROUNDS = 100
LIMITS = ReadingLimits(
    megabytes=5, unpacked_megabytes=20, pages=50, characters=1_000_000, seconds=60, memory_megabytes=1024
)


def outcome(path: Path, name: str) -> str:
    """The sentence of the refusal, or `read`; anything else fails the test."""
    try:
        found = read_text(path, name, LIMITS)
    except ConsoleError as error:
        return str(error)
    return "read" if found else "nothing read"


def spoiled(data: bytes, chance: random.Random) -> bytes:
    """Cut short, or some bytes turned."""
    if chance.random() < 0.3:
        return data[: chance.randrange(1, len(data))]
    body = bytearray(data)
    for _ in range(chance.choice((1, 2, 8, 64))):
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    return bytes(body)


@pytest.mark.parametrize("kind", KINDS)
def test_spoiled_documents_give_a_sentence(kind: str, tmp_path: Path) -> None:
    chance = random.Random(kind)
    whole = sample(kind)
    assert outcome(write(tmp_path, f"whole.{kind}", whole), f"whole.{kind}") == "read"
    outcomes = {outcome(write(tmp_path, f"{n}.{kind}", spoiled(whole, chance)), f"{n}.{kind}") for n in range(ROUNDS)}
    assert all(each == "read" or each.endswith(".") for each in outcomes), outcomes
    assert kind == "html" or any("damaged" in each for each in outcomes), outcomes


@pytest.mark.parametrize("kind", KINDS)
def test_a_wrong_name_gives_a_sentence(kind: str, tmp_path: Path) -> None:
    for other in KINDS:
        if other not in (kind, "html"):
            assert outcome(write(tmp_path, f"{other}.{kind}", sample(other)), f"x.{kind}") != "read" or kind == "html"
