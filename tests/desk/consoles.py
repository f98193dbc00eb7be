"""Consoles of their own processes on one store, whose writes reach the disk when a test says so."""

from __future__ import annotations

from collections.abc import Callable

from defense_console.desk.desk import Desk
from defense_console.model.defense.timeline import iso
from defense_console.store.base import Answer, Job
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.folder_vault import FolderVault
from tests.ui.conftest import SHIPPED, Room


class SlowRecorder(Recorder):
    """A recorder that begins to write when a test says so."""

    def __init__(self, room: Room, deliver: Callable[[Answer], None]) -> None:
        account = room.account  # a thread connects later
        super().__init__(
            lambda: room.connect(account=account), deliver, now=lambda: iso(room.machine.wall), keeps_aside=True
        )
        self.held: list[Job] = []

    def submit(self, job: Job) -> None:
        self.held.append(job)

    def write(self) -> None:
        """Everything that waits is tried."""
        held, self.held = self.held, []
        for job in held:
            super().submit(job)
        assert self.flush(5)


class Twin:
    """A desk with a recorder that works only in `settle`: until then nothing of it is on the disk."""

    alive = True

    def __init__(self, room: Room) -> None:
        self.answers: list[Answer] = []
        self.recorder = SlowRecorder(room, self.answers.append)
        self.recorder.start()
        self.store = room.connect()
        vault = FolderVault(room.folder)
        self.desk = Desk(self.store, self.recorder, room.machine.read, self._start, room.settings, SHIPPED, vault=vault)

    def _start(self, _pid: int) -> str | None:
        return "start-1" if Twin.alive else None

    def settle(self) -> None:
        """Everything that waits is tried, and every answer taken."""
        while self.recorder.held or self.answers:
            self.recorder.write()
            while self.answers:
                self.desk.acknowledge(self.answers.pop(0))

    def kill(self) -> None:
        """The process is gone: what was written is written, the lease stays."""
        self.recorder.held.clear()
        assert self.recorder.close(5)
        self.store.close()
