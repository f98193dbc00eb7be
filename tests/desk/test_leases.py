"""Who holds a defense: void at once when the process or the boot is gone, after a quarter of an hour elsewhere."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from defense_console import clocks
from defense_console.cli import main
from defense_console.desk.logs.leases import VOID_MS, Holder, Leases, clear_void, held_by_other
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.timeline import iso
from defense_console.store.base import Lease
from defense_console.store.sqlite.store import TinyStore
from tests.desk.consoles import Twin
from tests.ui.conftest import Machine, Room
from tests.ui.test_live import started
from tests.waiting import wait_for

ME = Holder("me", "here", 10, "start-10")


def mine_alone(pid: int) -> str | None:
    """A machine on which no other process runs."""
    return "start-10" if pid == os.getpid() else None


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
    second.desk.take_over(second.desk.brief(id))
    second.settle()
    first.settle()
    first.desk.tick([DEFENSE.stream(id)])
    second.desk.tick([DEFENSE.stream(id)])
    assert first.desk.live(id).read_only is not None
    assert second.desk.live(id).read_only is None
    assert room.connect().leases()[DEFENSE.stream(id)].holder == second.desk.leases.me.name
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
    second.desk.take_over(second.desk.brief(id))
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
    second.desk.tick([DEFENSE.stream(id)])
    assert second.desk.brief(id).read_only is not None
    first.desk.tick([DEFENSE.stream(id)])
    room.machine.pass_time(3600)
    first.desk.tick([DEFENSE.stream(id)])
    first.settle()
    second.desk.tick([DEFENSE.stream(id)])
    assert second.desk.brief(id).read_only is not None
    first.desk.tick([])
    first.settle()
    assert DEFENSE.stream(id) in second.desk.tick([DEFENSE.stream(id)])
    assert second.desk.brief(id).read_only is None
    first.kill()
    second.kill()


def test_a_console_that_restarts_after_a_crash_may_write_at_once(room: Room) -> None:
    id = started(room)
    row = lease(room.machine, host=socket.gethostname())
    stream = DEFENSE.stream(id)
    here = Leases(lambda: {stream: row}, lambda _job: None, room.machine.read, mine_alone, "Europe/Paris")
    here.look()
    assert here.turned() == frozenset()
    assert here.read_only(stream) is None
    assert here.left_by_another(stream) == row


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


# --- other namespaces of processes -------------------------------------------------------------------------------

OURS, THEIRS = "pid:[1]", "pid:[2]"


@pytest.mark.parametrize(
    ("me", "told", "seen", "held"),
    [
        (f"1 {OURS}", f"7 {THEIRS}", None, True),  # it runs where it cannot be seen
        (f"1 {OURS}", f"7 {THEIRS}", f"7 {OURS}", True),  # the number is another process here
        (f"1 {OURS}", f"7 {OURS}", None, False),  # it would be seen
        (f"1 {OURS}", f"7 {OURS}", f"7 {OURS}", True),
        (f"1 {OURS}", f"7 {OURS}", f"8 {OURS}", False),
        ("", f"7 {THEIRS}", None, True),  # nothing can be seen: no /proc
        ("", "", None, True),
        (f"1 {OURS}", "7", None, True),  # an earlier console named no namespace
        (f"1 {OURS}", "7", f"7 {OURS}", True),
    ],
)
@pytest.mark.parametrize("host", ["here", "a-container"])
def test_a_process_that_cannot_be_seen_is_not_taken_for_gone(
    me: str, told: str, seen: str | None, held: bool, host: str
) -> None:
    machine = Machine()
    row = msgspec.structs.replace(lease(machine, host=host), process_start=told)
    asking = Holder("me", "here", 10, me)
    assert held_by_other(row, asking, machine.read(), lambda _pid: seen) == held
    machine.pass_time(VOID_MS // 1000)
    certain = seen == told or (told == "7" and seen == f"7 {OURS}")
    assert held_by_other(row, asking, machine.read(), lambda _pid: seen) == certain, "a quarter of an hour decides"


@pytest.mark.parametrize("host", ["here", "a-container"])
def test_where_the_store_knows_who_lives_nothing_else_decides(host: str) -> None:
    machine = Machine()
    row = msgspec.structs.replace(lease(machine, host=host), process_start=f"7 {THEIRS}", named=True)
    asking = Holder("me", "here", 10, f"1 {OURS}")
    assert not held_by_other(row, asking, machine.read(), lambda _pid: f"7 {THEIRS}", lambda _name: False)
    machine.pass_time(86_400)
    assert held_by_other(row, asking, machine.read(), lambda _pid: None, lambda name: name == "other")


def test_two_consoles_that_do_not_see_each_other_do_not_both_write(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id = started(room)
    first, second = Twin(room), Twin(room)
    monkeypatch.setattr(Twin, "alive", False)  # each for the other
    first.desk.live(id).tick()
    first.settle()
    assert second.desk.live(id).read_only is not None
    room.machine.pass_time(VOID_MS // 1000 + 60)
    second.desk.tick([DEFENSE.stream(id)])
    assert second.desk.live(id).read_only is not None, "it lives, however long it was silent"
    first.kill()
    second.desk.tick([DEFENSE.stream(id)])
    assert second.desk.live(id).read_only is None, "and at once it is gone"
    second.kill()


HOLDING = """
import sys
from pathlib import Path
from defense_console import clocks
from defense_console.desk.logs.leases import Holder
from defense_console.store.sqlite.store import TinyStore

store = TinyStore.open(Path(sys.argv[1]))
me = Holder.of_this_process(clocks.process_start)
if sys.argv[3] == "named":
    me = Holder(me.name, me.host, me.pid, me.process_start, store.hold_name(me.name))
now = clocks.read()
store.write_lease(sys.argv[2], me.lease(now, now.wall))
print("held", flush=True)
sys.stdin.read()
"""
UNSHARE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


def _may_unshare() -> bool:
    if shutil.which(UNSHARE[0]) is None:
        return False
    return subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.skipif(not _may_unshare(), reason="no namespaces may be made here")
@pytest.mark.parametrize("way", ["named", "only seen"])
def test_a_console_in_another_process_namespace_is_seen_to_live(room: Room, way: str) -> None:
    id = started(room)
    command = [*UNSHARE, sys.executable, "-c", HOLDING, str(room.folder), DEFENSE.stream(id), way]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as there:
        assert there.stdout is not None
        assert there.stdout.readline() == "held\n"
        with closing(TinyStore.open(room.folder)) as store:
            row, me = store.leases()[DEFENSE.stream(id)], Holder.of_this_process(clocks.process_start)
            assert clocks.process_start(row.pid) != row.process_start, "this process does not see it"
            assert held_by_other(row, me, clocks.read(), clocks.process_start, store.name_held)
            there.kill()
            there.wait()
            if way == "named":
                wait_for(lambda: not store.name_held(row.holder), "a process that is gone still holds its name")
            held = held_by_other(row, me, clocks.read(), clocks.process_start, store.name_held)
            assert held == (way != "named"), "what is only silent may live for a quarter of an hour"


# --- what consoles that are gone left ----------------------------------------------------------------------------


@pytest.fixture
def on_disk(short_path: Path) -> Room:
    """A room whose store is a file, for what only a store on a disk knows."""
    return Room(short_path / "disk")


def test_void_leases_are_cleared_and_those_of_live_defenses_and_of_living_consoles_stay(on_disk: Room) -> None:
    room = on_disk
    live, over, held = started(room), room.plan("s2", "IRP-P3"), room.plan("s3", "IRP-P4")
    with closing(TinyStore.open(room.folder)) as store:
        gone = msgspec.structs.replace(lease(room.machine, holder="gone"), named=True)
        for id in (live, over):
            store.write_lease(DEFENSE.stream(id), gone)
        assert store.hold_name("lives") in (True, False)
        store.write_lease(DEFENSE.stream(held), msgspec.structs.replace(gone, holder="lives"))
        clear_void(store, room.machine.read(), mine_alone)
        assert sorted(store.leases()) == sorted([DEFENSE.stream(live), DEFENSE.stream(held)])


def test_a_killed_console_leaves_a_store_that_is_sound(on_disk: Room) -> None:
    room = on_disk
    first = Twin(room)
    room.student("s1", "Ada Example")
    id = room.plan()
    first.desk.brief(id).tick("camera")
    first.settle()
    assert DEFENSE.stream(id) in first.store.leases()
    first.kill()
    found = CliRunner().invoke(main, ["doctor", "--store", str(room.folder)])
    assert found.output == "Everything is sound.\n"
