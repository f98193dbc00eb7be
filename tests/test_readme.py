"""What the README says is true: its key table is the command table, its pictures exist."""

from __future__ import annotations

import re
from pathlib import Path

from defense_console.keys_in_words import key_table_markdown

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_key_table_is_the_command_table() -> None:
    table = README.partition("a test compares them -->\n")[2].partition("\n<!-- end of keys")[0]
    assert table == key_table_markdown("en").strip()


def test_every_link_and_picture_exists() -> None:
    targets = re.findall(r"\]\(<?([^)>]+)>?\)", README)
    assert len(targets) >= 9
    assert [target for target in targets if not (ROOT / target).exists()] == []
