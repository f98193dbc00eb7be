"""A rehearsal runs as a defense does, and nothing of it reaches the queue, a record, a report or insight."""

from __future__ import annotations

import io
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defense_console.cli import main
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.desk.logs.leases import clear_void
from defense_console.desk.logs.unsaved import unsaved_text
from defense_console.desk.student.access import access_report
from defense_console.exchange.calendar.writing import CalendarForm
from defense_console.exchange.data_file import data_file
from defense_console.exchange.lists.defenses_csv import CsvForm
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import REHEARSAL
from defense_console.model.defense.summary import rehearsal_id
from defense_console.model.errors import ConsoleError
from defense_console.model.subjects import subject_of
from defense_console.store.sqlite.store import TinyStore
from defense_console.words.translation import translator
from tests.desk.consoles import Twin
from tests.ui.conftest import SHIPPED, Room

MISSED = "IRP-P2-B1.2-1"
IRP = SHIPPED["IRP"]
PROJECT = IRP.project("IRP-P2")
EN = translator("en")


def begun(twin: Twin) -> str:
    assert PROJECT is not None
    return twin.desk.rehearsals.begin("s1", IRP, PROJECT, "fr")


def rehearse(room: Room, twin: Twin) -> str:
    """A rehearsal with a rating, notes, a question and a strength, that is over."""
    id = begun(twin)
    live = twin.desk.rehearsal(id)
    room.machine.pass_time(900)
    live.rate(MISSED, "not_met")
    for field, text in ((f"criterion/{MISSED}", "no budget"), ("note", "nervous"), ("question", "Why this client?"),
                        ("strength", "clear slides")):  # fmt: skip
        live.commit(field, text)
    live.next_phase()
    live.finish()
    return id


def seen(twin: Twin, room: Room) -> tuple[Any, ...]:
    """Everything that a mentor, a school or a calendar is shown of defenses."""
    desk = twin.desk
    with closing(room.connect()) as store:
        files = ExchangeDesk(store, room.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        written = (
            b"".join(files.export_csv(CsvForm("UTC", "en"))),
            files.export_calendar(CalendarForm("en", sessions=False)),
        )
        summaries = (store.pending(), store.closed())
    student = desk.follow("s1")
    since = student.overview().since
    return (
        {each.summary.id for each in desk.agenda.entries()}, summaries, written, desk.insight.insight(),
        desk.outlooks.of("s1").output, student.defenses, since, desk.outlooks.readiness("s1", "IRP-P2").most_often,
    )  # fmt: skip


WHATS = st.lists(st.sampled_from([
    ev.Rated(MISSED, "met"), ev.Rated(MISSED, "not_met"), ev.Paused("technical"), ev.Resumed(), ev.Finished(),
    ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1), ev.NoShow("x"),
    ev.Cancelled("student", False), ev.Rescheduled("2026-12-01T10:00:00.000Z"), ev.DefenseClosed("x"),
    ev.DeliverableDeclared(1, True), ev.RecordingStarted(), ev.LineAdded("strength", "x"),
]), max_size=12)  # fmt: skip


@given(WHATS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_nothing_of_any_rehearsal_reaches_queue_record_report_or_insight(
    room: Room, twin: Twin, whats: list[Any]
) -> None:
    before = seen(twin, room)
    id = begun(twin)
    live = twin.desk.rehearsal(id)
    for what in whats:
        if live.refusal(what) is None:
            live.act(what)
    assert live.defense.versions == ()
    assert seen(twin, room) == before, "on its way to the disk"
    twin.settle()
    twin.desk.tick()
    assert seen(twin, room) == before, "on the disk"
    if live.defense.session == "live":
        live.finish()
        twin.settle()


def test_its_report_has_shared_words_and_the_defense_is_compared_afterwards(room: Room, twin: Twin) -> None:
    id = rehearse(room, twin)
    said = {each.title: each.lines for each in twin.desk.rehearsals.report(id, EN)}
    assert said["Speaking time"] == ("15 min, window 10–20",)
    assert said["To work on"][0].startswith("not met: ")
    assert said["To work on"][0].endswith("— no budget")
    assert said["Questions that may come"] == ("Why this client?",)
    assert "nervous" not in str(said), "private notes are nobody's"
    assert twin.desk.rehearsals.compared(id, iter(()), EN) == ()
    found = twin.desk.outlooks.readiness("s1", "IRP-P2").rehearsed
    assert found is not None
    assert (found.speaking_s, found.inside_window, found.not_met) == (900, True, (MISSED,))
    twin.settle()
    defense = room.plan()
    room.live(defense)
    room.machine.pass_time(1300)
    room.add(defense, ev.Rated(MISSED, "met"), ev.QuestionParked("why this client?", room.machine.read()),
             ev.PhaseEntered("discussion"), ev.Finished())  # fmt: skip
    twin.desk.tick()
    student = twin.desk.follow("s1")
    compared = {each.title: each.lines for each in
                twin.desk.rehearsals.compared(id, iter(student.defenses.values()), EN)}  # fmt: skip
    assert compared["Speaking time"] == ("rehearsal: 15 min, window 10–20", "defense: 21 min 40 s, window 10–20")
    assert any(each.endswith(": not met, then met") for each in compared["Criteria that changed"])
    assert compared["Questions that came again"] == ("why this client?",)
    again = begun(twin)
    assert twin.desk.rehearsal(again).defense.attempt == 2
    assert begun(twin) == again, "one that is running is continued"
    with pytest.raises(ConsoleError, match="comes to no verdict"):
        twin.desk.rehearsal(again).act(ev.Signed(1, "validated", None))


def test_a_crash_is_told_when_it_is_opened_again(room: Room, twin: Twin) -> None:
    id = begun(twin)
    twin.settle()
    twin.kill()
    room.machine.pass_time(60)
    Twin.alive = False
    try:
        other = Twin(room)
        assert other.desk.rehearsal_here() == id
        assert other.desk.live_here() is None
        assert any(isinstance(each.what, ev.Recovered) for each in other.desk.rehearsal(id).events)
        other.kill()
    finally:
        Twin.alive = True


@pytest.mark.parametrize("steps", [(), (ev.RoomOpened(),)])
def test_one_that_a_crash_left_half_begun_is_begun(room: Room, twin: Twin, steps: tuple[ev.DefenseWhat, ...]) -> None:
    id = str(rehearsal_id("s1", "IRP-P2", 1))
    now = room.machine.read()
    with closing(room.connect()) as store:
        logs = room.logs(store)
        for what in (ev.Planned("s1", "IRP", "IRP-P2", 1, now.wall, language="fr"), *steps):
            logs.decide(REHEARSAL, id, [what], now)
    assert (begun(twin), twin.desk.rehearsal(id).defense.session) == (id, "live")
    assert begun(twin) == id, "it goes on"


def test_what_goes_on_is_known_until_it_is_over_on_this_console_and_on_another(room: Room, twin: Twin) -> None:
    room.student("s2", "Tom Demo")
    defense = room.plan("s2")
    room.live(defense)
    id = begun(twin)
    assert [each.id for each in twin.desk.agenda.going_on()] == [defense, id], "also what is not saved yet"
    twin.settle()
    other = Twin(room)
    other.desk.tick([])
    found = other.desk.agenda.going_on(besides=defense)
    assert [(each.id, each.student_name, each.project, each.number) for each in found] == [
        (id, "Lina Demo", "IRP-P2", 1)
    ]
    assert [each.id for each in other.desk.agenda.going_on(besides=id)] == [defense]
    room.machine.pass_time(60)
    assert other.desk.agenda.left_s(id, found[0].subject) == 29 * 60
    assert [(row.line.student.id, row.is_live) for row in other.desk.students.rows()] == [("s1", True), ("s2", True)]
    twin.desk.rehearsal(id).next_phase()
    twin.desk.rehearsal(id).finish()
    twin.settle()
    other.desk.tick([])
    assert [each.id for each in other.desk.agenda.going_on()] == [defense]
    other.kill()


def test_what_a_killed_console_holds_is_cleared_once_it_is_over(room: Room, twin: Twin) -> None:
    id = begun(twin)
    twin.settle()
    twin.kill()
    stream = REHEARSAL.stream(id)
    with closing(room.connect()) as store:
        assert store.leases()[stream].holder
        clear_void(store, room.machine.read(), lambda _pid: None)
        assert list(store.leases()) == [stream], "it goes on: the row says until when its console lived"
        room.logs(store).decide(REHEARSAL, id, [ev.Finished()], room.machine.read())
        clear_void(store, room.machine.read(), lambda _pid: None)
        assert store.leases() == {}


def test_what_is_not_saved_names_it(room: Room, twin: Twin) -> None:
    id = begun(twin)
    twin.desk.rehearsal(id).rate(MISSED, "not_met")
    assert twin.recorder.held
    assert subject_of(REHEARSAL.stream(id)) is REHEARSAL
    assert isinstance(unsaved_text(twin.desk.ledger, "en", "UTC"), str)


def test_access_export_and_verify_know_it(tmp_path: Path) -> None:
    room = Room(tmp_path / "store")
    with closing(TinyStore.open(room.folder, create=True)):
        pass
    room.student("s1", "Lina Demo")
    room.student("s2", "Other Demo")
    twin = Twin(room)
    id = rehearse(room, twin)
    twin.settle()
    text = str(access_report(twin.desk.follow("s1"), "en", "UTC"))
    assert "Rehearsal 1 of IRP-P2" in text
    assert "nervous" in text, "private notes are included"
    assert "Rehearsal 1" not in str(access_report(twin.desk.follow("s2"), "en", "UTC"))
    twin.kill()
    with closing(TinyStore.open(room.folder)) as store:
        files = ExchangeDesk(store, room.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        whole, mine, other = (b"".join(each) for each in (files.export(), files.export_of("s1"), files.export_of("s2")))
        assert store.verify_all() == ()
    assert f"rehearsal/{id}".encode() in whole
    assert f"rehearsal/{id}".encode() in mine
    assert b"rehearsal/" not in other
    with closing(TinyStore.open(tmp_path / "twin", create=True)) as store:
        files = ExchangeDesk(store, room.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        files.take(data_file(io.BytesIO(whole)))
        assert b"".join(files.export()) == whole
        assert store.verify_all() == ()
        row = next(line for line in map(json.loads, whole.splitlines()[1:]) if line["table"].startswith("rehearsal/"))
        assert row["event"]["what"]["kind"] == "planned"
    done = CliRunner().invoke(main, ["forget", "s1", "--yes", "--store", str(room.folder), "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert not any(id.encode() in each.read_bytes() for each in room.folder.rglob("*") if each.is_file())
