"""Shows what every log can do, over a defense and over a student: one mechanism, written once and proven for both."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.desk.logs.leases import Leases, clear_void
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.one_log import LogDesk
from defense_console.desk.student.student import StudentDesk
from defense_console.exchange.data_file import data_file
from defense_console.model.curriculum import Curricula
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log, append_action
from defense_console.model.log.envelope import Event, Stamp
from defense_console.model.log.every_log import LeaseTaken
from defense_console.model.log.subject import Subject
from defense_console.model.student.kinds import GoalPromised, SessionHeld, StudentChanged, StudentNoted
from defense_console.model.student.subject import STUDENT
from defense_console.settings import Settings
from defense_console.store.base import Append
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.repairing import RepairedLog, repair
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.keeping_aside import aside_row
from defense_console.store.unsaved.replay import replay
from defense_console.store.unsaved.spool import Spool
from tests.desk.consoles import Twin
from tests.ui.conftest import SHIPPED, Room

AT = "2026-11-24T14:00:00.000Z"
STAMP = Stamp(AT, 1_000_000, 1_000_000, "boot-1")


@dataclass(frozen=True)
class Case:
    """A subject with a log of its own.

    Attributes:
        begin: makes the log in a room; returns its id.
        whats: three decisions that may follow one another, each changing something.
        illegal: what may not come next, and a word of the reason.
        field: of a text that can be typed.
        desk: opens the log.
    """

    subject: Subject[Any, Any]
    begin: Callable[[Room], str]
    whats: tuple[Any, Any, Any]
    illegal: tuple[Any, str]
    field: str
    desk: Callable[..., LogDesk[Any, Any]]

    def open(self, twin: Twin, id: str) -> LogDesk[Any, Any]:
        """Return the log as a console shows it."""
        twin.desk.leases.look()
        return self.desk(twin.desk.ledger, id, twin.desk.leases)


def _desk_of_student(ledger: Ledger, id: str, leases: Leases) -> StudentDesk:
    return StudentDesk(ledger, id, leases, Settings(zone="Europe/Paris"))


CASES = {
    "defense": Case(
        DEFENSE,
        lambda room: room.plan("s1"),
        (ev.Noted("one", STAMP), ev.DeliverableDeclared(1, True), ev.Noted("three", STAMP)),
        (ev.Paused(), "waiting room"),
        "note",
        DefenseDesk,
    ),
    "student": Case(
        STUDENT,
        lambda room: room.student("s1", "Lina Demo"),
        (GoalPromised("one"), StudentChanged(email="two@example.org"), StudentNoted("three", STAMP)),
        (SessionHeld(AT), "No session is being held"),
        "note",
        _desk_of_student,
    ),
}


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Case:
    """Each subject in turn."""
    return CASES[request.param]


@pytest.fixture
def on_disk(short_path: Path) -> Room:
    """A room whose store is a file."""
    return Room(short_path / "disk")


@pytest.fixture
def twins(room: Room) -> Iterator[tuple[Twin, Twin]]:
    """Two consoles on one store, which write when a test says so."""
    first, second = Twin(room), Twin(room)
    yield first, second
    for twin in (first, second):
        twin.kill()


def shown(state: Any) -> dict[str, object]:
    """Return what a log folds to, without what undo may leave different."""
    left_out = {"seq", "at", "undo", "redo"}
    return {name: getattr(state, name) for name in state.__struct_fields__ if name not in left_out}


def stored(room: Room, case: Case, id: str) -> Log[Any, Any]:
    """Return a log as the store holds it."""
    with closing(room.connect()) as store:
        return room.logs(store).log(case.subject, id)


def kinds(events: tuple[Event[Any], ...]) -> list[Any]:
    return [event.what for event in events]


# --- the ledger --------------------------------------------------------------------------------------------------


def test_an_action_is_recorded_refused_undone_and_redone(case: Case, room: Room, twins: tuple[Twin, Twin]) -> None:
    id = case.begin(room)
    desk = case.open(twins[0], id)
    before, (illegal, why) = desk.state, case.illegal
    after = desk.act(*case.whats[:2])
    assert shown(after) != shown(before)
    assert (desk.events[-1].action, desk.events[-2].action) == (2, 2), "one action"
    for refused in ((illegal,), (case.whats[2], illegal)):
        assert why in str(desk.refusal(*refused))
        with pytest.raises(ConsoleError, match=why):
            desk.act(*refused)
    assert desk.state == after, "all of it or nothing"
    assert shown(desk.undo()) == shown(before)
    assert shown(desk.redo()) == shown(after)
    twins[0].settle()
    log = stored(room, case, id)
    assert log.events == desk.events
    assert log.state == desk.state
    assert twins[0].desk.saved.state == "saved"
    with closing(room.connect()) as store:
        row = store.student(id) if case.subject is STUDENT else store.summary(id)
    assert row is not None
    assert row.seq == len(log.events)


def test_a_text_is_a_draft_until_it_is_an_event(case: Case, room: Room, twins: tuple[Twin, Twin]) -> None:
    id = case.begin(room)
    first, second = twins
    mine = case.open(first, id)
    mine.type_text(case.field, "half a sente", 12)
    first.settle()
    theirs = case.open(second, id)
    assert theirs.text(case.field) == "half a sente"
    assert theirs.read_only is not None, "who types holds the log"
    mine.commit(case.field, "half a sentence")
    first.settle()
    assert stored(room, case, id).events[-1].what == mine.events[-1].what
    with closing(room.connect()) as store:
        assert store.all_drafts().get(mine.stream, {}) == {}
    assert mine.stream in second.desk.tick([mine.stream])
    assert theirs.drafts == {}
    assert theirs.state == mine.state


# --- leases, and what was refused --------------------------------------------------------------------------------


def test_the_lease_is_held_while_a_screen_is_open_and_then_let_go(
    case: Case, room: Room, twins: tuple[Twin, Twin]
) -> None:
    id = case.begin(room)
    first, second = twins
    mine, theirs = case.open(first, id), case.open(second, id)
    assert theirs.no_take_over is not None
    mine.act(case.whats[0])
    first.settle()
    second.desk.tick([theirs.stream])
    assert theirs.read_only is not None
    assert theirs.holder is not None
    with pytest.raises(ConsoleError, match="another console"):
        theirs.act(case.whats[1])
    room.machine.pass_time(3600)
    first.desk.tick([mine.stream])
    first.settle()
    second.desk.tick([theirs.stream])
    assert theirs.read_only is not None, "it is renewed"
    first.desk.tick([])
    first.settle()
    assert theirs.stream in second.desk.tick([theirs.stream])
    assert theirs.read_only is None


def test_what_a_killed_console_holds_is_cleared(case: Case, room: Room) -> None:
    id = case.begin(room)
    killed = Twin(room)
    killed_desk = case.open(killed, id)
    killed_desk.act(case.whats[0])
    killed.settle()
    killed.kill()
    with closing(room.connect()) as store:
        assert list(store.leases()) == [killed_desk.stream]
        clear_void(store, room.machine.read(), lambda _pid: None)
        assert store.leases() == {}


def test_a_log_is_taken_over_and_what_was_refused_is_settled_row_by_row(
    case: Case, room: Room, twins: tuple[Twin, Twin]
) -> None:
    id = case.begin(room)
    first, second = twins
    mine, theirs = case.open(first, id), case.open(second, id)
    mine.act(case.whats[0])
    first.settle()
    second.desk.tick([theirs.stream])
    mine.act(case.whats[1])
    mine.act(case.whats[2])
    theirs.take_over()
    second.settle()
    first.settle()  # both are refused: the record goes on without them
    assert kinds(stored(room, case, id).events)[1:] == [case.whats[0], theirs.events[-1].what]
    assert isinstance(theirs.events[-1].what, LeaseTaken)
    assert first.desk.saved.state == "saved"
    first.desk.tick([mine.stream])
    assert mine.read_only is not None
    assert mine.state == theirs.state
    second.desk.tick([theirs.stream])
    kept, dropped = theirs.aside
    assert [kept.event.what, dropped.event.what] == list(case.whats[1:])
    theirs.take_up(kept.key)
    theirs.give_up(dropped.key)
    second.settle()
    assert kinds(stored(room, case, id).events)[-1] == case.whats[1]
    with closing(room.connect()) as store:
        assert store.all_asides().get(theirs.stream, {}) == {}
    assert shown(theirs.undo()) != shown(theirs.redo())


def test_what_waited_in_a_spool_is_written_once_or_kept_aside(case: Case, on_disk: Room, tmp_path: Path) -> None:
    id = case.begin(on_disk)
    before = stored(on_disk, case, id)
    curricula = Curricula(SHIPPED, lambda _hash: None)
    mine, other = (Append.of(append_action(before, [what], STAMP, "Mentor Test", curricula)) for what in case.whats[:2])
    with closing(TinyStore.open(on_disk.folder)) as store:
        for job, written, kept in ((mine, 1, 0), (mine, 1, 0), (other, 0, 1)):
            spool = Spool(tmp_path / "spool", store.identity)
            spool.keep([job])
            spool.close()
            done = replay(tmp_path / "spool", store, store.identity)
            assert (done.written, done.kept, done.error) == (written, kept, None)
        (aside,) = store.all_asides().get(before.stream, {}).values()
    assert case.subject.decode(aside).what == case.whats[1]
    assert kinds(stored(on_disk, case, id).events)[1:] == [case.whats[0]]


# --- the store as a whole ----------------------------------------------------------------------------------------


def test_half_an_action_is_found_and_goes_as_a_whole(case: Case, on_disk: Room) -> None:
    id = case.begin(on_disk)
    stream = case.subject.stream(id)
    with closing(TinyStore.open(on_disk.folder)) as store:
        logs = on_disk.logs(store)
        logs.decide(case.subject, id, case.whats[:1], on_disk.machine.read())
        before = logs.log(case.subject, id)
        logs.decide(case.subject, id, case.whats[1:], on_disk.machine.read())
        assert store.verify_all() == ()
    with closing(sqlite3.connect(on_disk.folder / place.FILE)) as connection, connection:
        connection.execute("UPDATE rows SET body = '{}', sum = x'00' WHERE tab = ? AND id = 4", (stream,))
    with closing(TinyStore.open(on_disk.folder)) as store:
        assert {(problem.stream, problem.seq) for problem in store.verify_all()} == {(stream, 4)}
    done = repair(Backups(on_disk.folder), AT, {})
    assert done.logs == (RepairedLog(stream, 2, helped=0, lost=2),)
    with closing(TinyStore.open(on_disk.folder)) as store:
        assert on_disk.logs(store).log(case.subject, id) == before
        assert store.verify_all() == ()


def test_an_export_brings_log_drafts_and_what_was_refused_and_no_lease(
    case: Case, on_disk: Room, tmp_path: Path
) -> None:
    id = case.begin(on_disk)
    twin = Twin(on_disk)
    desk = case.open(twin, id)
    desk.act(*case.whats[:2])
    desk.undo()
    desk.type_text(case.field, "half a sente")
    twin.settle()
    twin.kill()
    refused = Event(9, 9, STAMP, "Mentor Test", case.whats[2])
    with closing(TinyStore.open(on_disk.folder)) as source, closing(TinyStore.open(tmp_path / "copy")) as copy:
        source.save_aside(desk.stream, *aside_row(9, refused))
        out = ExchangeDesk(source, on_disk.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        into = ExchangeDesk(copy, on_disk.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        exported = b"".join(out.export())
        into.take(data_file(io.BytesIO(exported)))
        assert b"".join(into.export()) == exported
        assert into.logs.log(case.subject, id) == out.logs.log(case.subject, id)
        assert copy.all_drafts().get(desk.stream, {})[case.field].text == "half a sente"
        assert copy.all_asides().get(desk.stream, {}) == source.all_asides().get(desk.stream, {}) != {}
        assert (list(source.leases()), copy.leases()) == ([desk.stream], {})
        assert copy.verify_all() == ()
