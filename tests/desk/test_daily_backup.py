"""The copy of the day: at the first opening, over midnight, again after a failure, and never on the event loop."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from defense_console.desk.upkeep.daily_backup import DailyBackup, in_own_process
from defense_console.store.sqlite.copies.backing_up import Made
from defense_console.store.sqlite.copies.backups import Backups
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path) -> Room:
    """On a disk: only a store in a folder is copied."""
    return Room(tmp_path / "store")


class Copies:
    """Counts what would be copied."""

    def __init__(self, *answers: Made) -> None:
        self.answers = list(answers)
        self.instants: list[str] = []
        self.threads: list[threading.Thread] = []

    def __call__(self, backups: Backups, at: str) -> Made:
        self.instants.append(at)
        self.threads.append(threading.current_thread())
        return self.answers.pop(0) if self.answers else Made(path="made")


def look(daily: DailyBackup, room: Room) -> None:
    daily.look(room.machine.read())
    daily.wait(10)


def test_the_first_opening_of_a_day_copies_and_midnight_does(room: Room) -> None:
    copies = Copies()
    daily = DailyBackup(Backups(room.folder), "Europe/Paris", copies)
    for hours in (0, 1, 1, 8, 1):  # 14:00, 15:00, 16:00, midnight, 1:00 in Paris
        room.machine.pass_time(hours * 3600)
        look(daily, room)

    assert copies.instants == ["2026-11-24T13:00:00.000Z", "2026-11-24T23:00:00.000Z"]
    assert threading.main_thread() not in copies.threads


def test_another_zone_of_the_mentor_is_the_zone_of_the_copies_at_once(room: Room) -> None:
    copies = Copies()
    daily = DailyBackup(Backups(room.folder), "Europe/Paris", copies)
    desk = room.open_desk(lambda answer: None, daily)
    look(daily, room)
    desk.change_settings({"zone": "Pacific/Auckland"})  # 2:00 on the next day there
    look(daily, room)
    desk.close()
    assert len(copies.instants) == 2


def test_a_day_that_has_its_copy_gets_no_other(room: Room) -> None:
    room.student("s1", "Lina Demo")
    Backups(room.folder).write(room.machine.read().wall)
    copies = Copies()
    look(DailyBackup(Backups(room.folder), "Europe/Paris", copies), room)
    assert copies.instants == []

    Backups(room.folder).write("2026-11-25T10:00:00.000Z", "restore")
    room.machine.pass_time(24 * 3600)
    look(DailyBackup(Backups(room.folder), "Europe/Paris", copies), room)
    assert len(copies.instants) == 1, "the copy of what a restoration replaced is none of the day"


def test_a_copy_from_the_future_is_none_of_the_day(room: Room) -> None:
    room.student("s1", "Lina Demo")
    Backups(room.folder).write("2099-01-01T10:00:00.000Z")
    copies = Copies()
    backups = Backups(room.folder, now=lambda: room.machine.read().wall)
    look(DailyBackup(backups, "Europe/Paris", copies), room)
    assert len(copies.instants) == 1


def test_a_failure_is_told_once_and_tried_again_an_hour_later(room: Room) -> None:
    copies = Copies(Made(error="The disk of {place} is full: free some space.", parameters={"place": "here"}))
    daily = DailyBackup(Backups(room.folder), "UTC", copies)
    look(daily, room)
    problem = daily.problem()
    assert problem is not None
    assert "full" in str(problem)
    assert daily.problem() is None
    room.machine.pass_time(600)
    look(daily, room)
    assert len(copies.instants) == 1
    room.machine.pass_time(3600)
    look(daily, room)
    assert len(copies.instants) == 2
    assert daily.problem() is None


def test_asking_returns_before_the_copy_is_made(room: Room) -> None:
    go = threading.Event()

    def slow(_backups: Backups, _at: str) -> Made:
        assert go.wait(10)
        return Made(path="made")

    daily = DailyBackup(Backups(room.folder), "UTC", slow)
    daily.look(room.machine.read())
    daily.look(room.machine.read())  # a second later: still only one
    go.set()
    daily.wait(10)


@pytest.mark.slow
def test_a_process_of_its_own_makes_it(room: Room) -> None:
    room.student("s1", "Lina Demo")
    daily = DailyBackup(Backups(room.folder), "UTC", in_own_process)
    daily.look(room.machine.read())
    daily.wait(60)

    assert daily.problem() is None
    assert [backup.at for backup in Backups(room.folder).all()] == [room.machine.read().wall]
