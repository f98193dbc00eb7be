"""Who holds a defense: void at once when the process or the boot is gone, after a quarter of an hour elsewhere."""

from __future__ import annotations

import socket

import pytest

from defense_console.desk.logs.leases import Holder, Leases, held_by_other
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.timeline import iso
from defense_console.store.base import Lease
from tests.desk.consoles import Twin
from tests.ui.conftest import Machine, Room
from tests.ui.test_live import started

ME = Holder("me", "here", 10, "start-10")


def lease(machine: Machine, *, host: str = "here", boot: str | None = None, holder: str = "other") -> Lease:
    now = machine.read()
    return Lease(holder, host, 4242, "start-1", boot or now.boot_id, now, now.wall)


@pytest.mark.parametrize(
    ("start", "boot", "held"),
    [
        ("start-1", None, True),
        (None, None, False),
        ("start-2", None, False),  # the pid was given to another process
        ("start-1", "boot-0", False),
        ("start-1", "started-1799991000", True),  # no name of a boot: the process decides
        (None, "started-1799991000", False),
    ],
)
def test_on_this_machine_the_process_and_the_boot_decide_at_once(
    start: str | None, boot: str | None, held: bool
) -> None:
    machine = Machine()
    row = lease(machine, boot=boot)
    machine.pass_time(86_400)
    assert held_by_other(row, ME, machine.read(), lambda _pid: start) == held


@pytest.mark.parametrize(("silent_s", "held"), [(-60, True), (0, True), (899, True), (900, False), (-900, False)])
def test_on_another_machine_a_quarter_of_an_hour_of_silence_decides(silent_s: int, held: bool) -> None:
    machine = Machine()
    row = lease(machine, host="elsewhere", boot="boot-9")
    machine.set_clock(silent_s)
    assert held_by_other(row, ME, machine.read(), lambda _pid: None) == held


def test_a_late_heartbeat_does_not_take_back_what_was_taken_over(room: Room) -> None:
    id = started(room)
    first, second = Twin(room), Twin(room)
    first.desk.live(id).tick()
    first.settle()
    room.machine.pass_time(16)
    first.desk.live(id).tick()  # its heartbeat is still on its way
    second.desk.take_over(id)
    second.settle()
    first.settle()
    first.desk.tick([id])
    second.desk.tick([id])
    assert first.desk.live(id).read_only is not None
    assert second.desk.live(id).read_only is None
    assert room.connect().leases()[id].holder == second.desk.leases.me.name
    first.kill()
    second.kill()


def test_what_the_first_console_still_sends_after_a_takeover_is_refused_by_the_store(room: Room) -> None:
    """Before it knows: the lines it sends later have the right number, but follow one that is not in the log."""
    id = started(room)
    first, second = Twin(room), Twin(room)
    first.desk.live(id).tick()
    first.settle()
    before = len(room.events(id))
    first.desk.ledger.act(DEFENSE, id, ev.Noted("said before it was taken over", room.machine.read()))
    second.desk.take_over(id)
    second.settle()
    first.recorder.write()
    first.desk.ledger.act(DEFENSE, id, ev.Noted("said before the refusal was heard", room.machine.read()))
    first.recorder.write()
    assert [type(event.what) for event in room.events(id)[before:]] == [ev.LeaseTaken]
    first.settle()
    assert len(first.desk.live(id).aside) == 2, "and nothing of it is lost"
    first.kill()
    second.kill()


def test_looking_holds_nothing_and_writing_holds_while_a_screen_is_open(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan()
    first, second = Twin(room), Twin(room)
    first.desk.brief(id).tick("camera")
    first.settle()
    second.desk.tick([id])
    assert second.desk.brief(id).read_only is not None
    first.desk.tick([id])
    room.machine.pass_time(3600)
    first.desk.tick([id])
    first.settle()
    second.desk.tick([id])
    assert second.desk.brief(id).read_only is not None
    first.desk.tick([])
    first.settle()
    assert id in second.desk.tick([id])
    assert second.desk.brief(id).read_only is None
    first.kill()
    second.kill()


def test_a_console_that_restarts_after_a_crash_may_write_at_once(room: Room) -> None:
    id = started(room)
    row = lease(room.machine, host=socket.gethostname())
    here = Leases(lambda: {id: row}, lambda _job: None, room.machine.read, lambda _pid: None, "Europe/Paris")
    here.look()
    assert here.turned() == frozenset()
    assert here.read_only(id) is None
    assert here.left_by_another(id) == row


def test_the_reason_says_which_machine_and_since_when_in_the_mentors_zone(room: Room) -> None:
    row = lease(room.machine, host="desk-2", boot="boot-9")
    assert row.since == iso(room.machine.wall)
    here = Leases(lambda: {"d": row}, lambda _job: None, room.machine.read, lambda _pid: None, "Europe/Paris")
    here.look()
    here.look()
    assert here.turned() == {"d"}
    assert here.turned() == frozenset()
    reason = here.read_only("d")
    assert reason is not None
    assert reason.parameters == {"host": "desk-2", "at": "2026-11-24 14:00"}
