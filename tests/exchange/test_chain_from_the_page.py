"""A verifier of exports written from the words of docs/json.md alone; it shares no code with the console."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from defense_console.cli import main

PAGE = Path(__file__).parent.parent.parent / "docs" / "json.md"
RECIPE = """\
1. Take the lines of one `table` in order of `id`.
2. `event` is the last field of its line: its bytes are everything after `"event":`, without the last `}` of the line.
   They are used as they are in the file; nothing is read and written again.
3. The *previous hash* of the first line is the SHA-256 of the table's name in UTF-8, written as 64 hexadecimal digits
   in small letters.
4. `hash` is the SHA-256 of the previous hash, as these 64 digits in ASCII (not as 32 bytes), followed by the bytes of
   the event; again 64 digits. It is the previous hash of the next line.
"""


def verified(export: bytes) -> dict[str, str]:
    """Return the last hash of each log, each line checked by the recipe."""
    last: dict[str, str] = {}
    lines = [(json.loads(line), line) for line in export.splitlines() if b'"event":' in line]
    for row, line in sorted(lines, key=lambda pair: (pair[0]["table"], pair[0]["id"])):
        event = line.partition(b'"event":')[2][:-1]
        previous = last.get(row["table"]) or hashlib.sha256(row["table"].encode("utf-8")).hexdigest()
        assert hashlib.sha256(previous.encode("ascii") + event).hexdigest() == row["hash"], (row["table"], row["id"])
        last[row["table"]] = row["hash"]
    return last


@pytest.fixture
def store(tmp_path: Path) -> str:
    folder = str(tmp_path / "demo")
    done = CliRunner().invoke(main, ["demo", "--fill", "--now", "2026-11-24T10:00:00Z", "--store", folder])
    assert done.exit_code == 0
    return folder


def test_the_page_says_what_the_verifier_does() -> None:
    assert RECIPE in PAGE.read_text("utf-8")


def test_it_verifies_the_lines_of_the_page() -> None:
    (block,) = re.findall(r"```jsonl\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(verified(block.encode())) == 1


def test_it_verifies_a_whole_export_and_ends_where_the_console_says(store: str) -> None:
    export = CliRunner().invoke(main, ["export", "--store", store]).stdout_bytes
    last = verified(export)
    assert len([name for name in last if name.startswith("student/")]) >= 5
    ids = [name.removeprefix("defense/") for name in last if name.startswith("defense/")]
    assert len(ids) >= 5
    for id in ids[:2]:
        shown = json.loads(CliRunner().invoke(main, ["show", id, "--json", "--store", store]).stdout)
        assert shown["saved"]["hash"] == last[f"defense/{id}"]


def test_it_finds_a_changed_event(store: str) -> None:
    export = CliRunner().invoke(main, ["export", "--store", store]).stdout_bytes
    with pytest.raises(AssertionError):
        verified(export.replace(b'"planned"', b'"planted"', 1))
