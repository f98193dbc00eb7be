"""The tables of docs/keys.md, made from the command table. `make keys` writes them, a test compares them."""

from __future__ import annotations

from pathlib import Path

from defense_console.keys.sentences import key_table_markdown

PAGE = Path(__file__).parent.parent / "docs" / "keys.md"
BEGINS = "make keys writes them -->\n"
ENDS = "\n<!-- end of keys"


def with_tables(page: str) -> str:
    """Return the page with the tables of today."""
    before, begins, rest = page.partition(BEGINS)
    _tables, ends, after = rest.partition(ENDS)
    assert ends, f"{PAGE} has lost a mark of its tables"
    return before + begins + key_table_markdown("en").strip() + ends + after


if __name__ == "__main__":
    PAGE.write_text(with_tables(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
