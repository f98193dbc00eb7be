"""The least that the toolkit itself takes: small apps that do what a screen of the console does, and nothing else.

python -m benchmarks.floors NAME
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime

from textual.app import App, ComposeResult
from textual.widget import Widget
from textual.widgets import DataTable, Digits, Input, SelectionList, Static, TextArea

ROWS = 200


def _table() -> Widget:
    table: DataTable[str] = DataTable(cursor_type="row", id="shown")
    table.add_columns("when", "student", "project", "docs", "what comes next")
    for n in range(ROWS):
        table.add_row(f"{n // 60:02}:{n % 60:02}", f"Ada Exemple {n}", "IRP-P2", "3/5", "drawn in 12 min")
    return table


MADE: dict[str, Callable[[], Widget]] = {
    "static": lambda: Static("drawn", id="shown"),
    "table": _table,
    "selection": lambda: SelectionList(*((f"A criterion, drawn {n}", n) for n in range(12)), id="shown"),
    "text": lambda: TextArea("drawn", id="shown"),
    "input": lambda: Input("drawn", id="shown"),
    "digits": lambda: Digits("00:00", id="shown"),
}


class Floor(App[None]):
    """One widget."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name_of_floor = name

    def compose(self) -> ComposeResult:
        yield MADE[self._name_of_floor]()

    def on_mount(self) -> None:
        self.query_one("#shown").focus()
        if self._name_of_floor == "digits":
            self.set_interval(1, lambda: self.query_one(Digits).update(f"{datetime.now(UTC):%M:%S}"))


if __name__ == "__main__":
    Floor(sys.argv[1]).run()
