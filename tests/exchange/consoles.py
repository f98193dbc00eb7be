"""A console on a store of its own that takes files and writes them, on a clock that a test moves."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.exchange.data_file import data_file
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.instants import iso
from defense_console.store.sqlite.store import TinyStore
from tests.ui.conftest import SHIPPED


class ExchangeConsole:
    """A store with some students, each an id, a name and an address; without any, an empty one."""

    def __init__(self, folder: Path, now: datetime, students: Iterable[tuple[str, str, str]] = ()) -> None:
        self.now = self._began = now
        self.store = TinyStore.open(folder, create=True)
        self.desk = ExchangeDesk(self.store, self.stamp, "Mentor", "Europe/Paris", SHIPPED)
        entries = [{"student_id": id, "student_name": name, "email": email, "curriculum": "", "project": "",
                    "attempt": None, "planned_at": ""} for id, name, email in students]  # fmt: skip
        if entries:
            self.desk.take(data_file(io.BytesIO(json.dumps(entries).encode())))

    def stamp(self) -> Stamp:
        ms = round((self.now - self._began).total_seconds() * 1000)
        return Stamp(iso(self.now), ms, ms, "boot")

    def lines(self) -> int:
        return sum(len(self.store.read_log(stream)) for stream in self.store.streams())
