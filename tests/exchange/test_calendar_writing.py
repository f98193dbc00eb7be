"""The calendar that goes out: names that stay, a SEQUENCE that grows, instants from the log, nobody's name unasked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from icalendar import Calendar

from defense_console.cli import main
from defense_console.exchange.calendar.names import deadline_uid, own_name, sitting_uid
from defense_console.exchange.calendar.writing import CalendarForm, initials, write_calendar
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.exported import ExportedDefense
from defense_console.model.curriculum import curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import ReceivedFile, Request
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.log.envelope import Stamp

SHIPPED = load_shipped()
IRP = SHIPPED["IRP"]
ID = "11c39f68-dfc2-511e-81a9-eb48b5d0cb49"
START = datetime(2026, 10, 23, 12, 0, tzinfo=UTC)
NAME = "Noëlle-Zoé d'Été-Œuvrée"
PLANNED = ev.Planned("s1", "IRP", "IRP-P4", 1, iso(START), 45)


def stamp(minutes: float) -> Stamp:
    ms = round(minutes * 60_000)
    return Stamp(iso(START + timedelta(milliseconds=ms)), ms, ms, "boot")


def exported(*whats: tuple[float, DefenseWhat]) -> ExportedDefense:
    events = tuple(DefenseEvent(n, n, stamp(at), "Mentor", what) for n, (at, what) in enumerate(whats, 1))
    return ExportedDefense(ID, events, fold(events, IRP), NAME, IRP)


def components(one: ExportedDefense, **form: Any) -> list[Any]:
    return Calendar.from_ical(write_calendar([one], CalendarForm("fr", **form))).subcomponents


HELD: Sequence[tuple[float, DefenseWhat]] = (
    (-1000, PLANNED),
    (-5, ev.RoomOpened()),
    (0, ev.Started(curriculum_hash(IRP))),
    (30, ev.Finished()),
)
CONDITIONAL: Sequence[tuple[float, DefenseWhat]] = (
    *HELD,
    (31, ev.OutcomeChosen("conditional")),
    (32, ev.RowSet(Request("d1", deliverable=1, expected="Un écran, une idée."))),
    (33, ev.Signed(1, "conditional", None, "", (Request("d1", deliverable=1, expected="x", due_after_s=172_800),))),
    (34, ev.Released(1)),
)
FILE = ReceivedFile("x.pdf", 1, "ab" * 32)


def test_a_planned_defense_is_an_event_in_utc_with_an_alarm() -> None:
    [event] = components(exported((-1000, PLANNED)))

    assert event.name == "VEVENT"
    assert str(event["UID"]) == sitting_uid(ID, 1)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (START, START + timedelta(minutes=45))
    assert (event["STATUS"], event["SEQUENCE"], event["CLASS"]) == ("CONFIRMED", 0, "PRIVATE")
    assert event["DTSTAMP"].dt == START - timedelta(minutes=1000)
    [alarm] = event.subcomponents
    assert (alarm.name, alarm["TRIGGER"].dt) == ("VALARM", timedelta(minutes=-10))


def test_the_alarm_is_a_setting() -> None:
    [event] = components(exported((-1000, PLANNED)), alarm_min=0)
    assert event.subcomponents == []


def test_without_a_slot_the_event_is_as_long_as_the_plan() -> None:
    [event] = components(exported((-1000, ev.Planned("s1", "IRP", "IRP-P4", 1, iso(START)))))
    project = IRP.project("IRP-P4")

    assert project is not None
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(seconds=project.plan_s)


def test_a_rescheduled_sitting_keeps_its_name_and_its_sequence_grows() -> None:
    whats: list[tuple[float, DefenseWhat]] = [(-1000, PLANNED)]
    seen = []
    for day in range(1, 4):
        whats.append((-1000 + day, ev.Rescheduled(iso(START + timedelta(days=day)))))
        [event] = components(exported(*whats))
        seen.append((str(event["UID"]), int(event["SEQUENCE"]), event["DTSTART"].dt))

    assert seen == [(sitting_uid(ID, 1), day, START + timedelta(days=day)) for day in range(1, 4)]


@pytest.mark.parametrize(
    "end", [ev.Cancelled("student", late=False), ev.Cancelled("student", late=True), ev.NoShow("called, no answer")]
)
def test_what_was_not_held_stays_as_cancelled_and_its_new_date_is_another_event(end: DefenseWhat) -> None:
    told = ((-1000, PLANNED), (-5, ev.RoomOpened()), (5, end), (6, ev.Rescheduled(iso(START + timedelta(days=7)))))
    first, second = components(exported(*told))

    assert (str(first["UID"]), str(first["STATUS"])) == (sitting_uid(ID, 1), "CANCELLED")
    assert (str(second["UID"]), str(second["STATUS"])) == (sitting_uid(ID, 2), "CONFIRMED")
    assert second["DTSTART"].dt == START + timedelta(days=7)
    assert first.subcomponents == []  # nobody is reminded of it


def test_a_cancellation_taken_back_is_one_more_change_not_one_less() -> None:
    whats: list[tuple[float, DefenseWhat]] = [(-1000.0, PLANNED), (-900.0, ev.Cancelled("student", late=False))]
    [cancelled] = components(exported(*whats))
    [restored] = components(exported(*whats, (-899.0, ev.Undone(2))))

    assert (cancelled["STATUS"], restored["STATUS"]) == ("CANCELLED", "CONFIRMED")
    assert restored["SEQUENCE"] > cancelled["SEQUENCE"]


def test_both_deadlines_are_tasks_48_real_hours_away_across_the_change_of_clocks() -> None:
    asked = components(exported(*CONDITIONAL))
    received = components(exported(*CONDITIONAL, (600, ev.RowReceived("d1", (FILE,)))))
    steps = (600, ev.RowReceived("d1", (FILE,))), (700, ev.RowAccepted("d1", (FILE.sha256,)))
    settled = components(exported(*CONDITIONAL, *steps))
    outcome = ev.OutcomeChosen("validated"), ev.Signed(2, "validated", "validated"), ev.Released(2)
    decided = components(exported(*CONDITIONAL, *steps, *((720, what) for what in outcome)))

    released = START + timedelta(minutes=34)
    [student] = [c for c in asked if c.name == "VTODO"]
    assert (str(student["UID"]), student["STATUS"]) == (deadline_uid(ID, "student", as_event=False), "NEEDS-ACTION")
    assert student["DUE"].dt == released + timedelta(hours=48)  # 25 October lies between
    mentor, student = sorted((c for c in received if c.name == "VTODO"), key=lambda c: str(c["UID"]))
    assert (mentor["STATUS"], student["STATUS"]) == ("NEEDS-ACTION", "COMPLETED")
    assert mentor["DUE"].dt == START + timedelta(minutes=600, hours=48)
    mentor, student = sorted((c for c in settled if c.name == "VTODO"), key=lambda c: str(c["UID"]))
    assert (mentor["STATUS"], student["STATUS"]) == ("NEEDS-ACTION", "COMPLETED"), "nothing is decided yet"
    mentor, student = sorted((c for c in decided if c.name == "VTODO"), key=lambda c: str(c["UID"]))
    assert (mentor["STATUS"], student["STATUS"]) == ("COMPLETED", "COMPLETED")
    assert mentor["COMPLETED"].dt == START + timedelta(minutes=720)


def test_deadlines_can_be_events_for_calendars_that_show_no_tasks() -> None:
    names = {form: [c.name for c in components(exported(*CONDITIONAL), deadlines=form)] for form in
             ("tasks", "events", "both", "none")}  # fmt: skip

    assert names == {
        "tasks": ["VTODO", "VEVENT"],
        "events": ["VEVENT", "VEVENT"],
        "both": ["VEVENT", "VTODO", "VEVENT"],
        "none": ["VEVENT"],
    }
    [due] = [c for c in components(exported(*CONDITIONAL), deadlines="events") if "due" in c["UID"]]
    assert due["DTSTART"].dt == START + timedelta(minutes=34, hours=48)
    assert "DTEND" not in due


def test_lines_end_in_crlf_and_have_at_most_75_octets_without_a_letter_cut() -> None:
    accents = msgspec.structs.replace(exported((-1000, PLANNED)), student_name="É" * 200)
    data = write_calendar([accents], CalendarForm("fr", names=True))

    assert b"\n" not in data.replace(b"\r\n", b"")
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert any(line.startswith(b" ") for line in lines)
    for line in lines:
        line.decode()  # no line begins or ends inside a character
    [event] = Calendar.from_ical(data).subcomponents
    assert str(event["SUMMARY"]).endswith("É" * 200)


def test_nobodys_name_is_in_the_file_unless_asked_for() -> None:
    bare = write_calendar([exported(*CONDITIONAL)], CalendarForm("fr", deadlines="both")).decode()
    named = write_calendar([exported(*CONDITIONAL)], CalendarForm("fr", names=True)).decode()

    unfolded = re.sub("\r\n ", "", bare)
    assert not any(part in unfolded for part in ("Noëlle", "Zoé", "Été", "Œuvrée"))
    assert "N.-Z. D.-Œ." in unfolded
    assert "Soutenance IRP-P4 · " in unfolded
    assert NAME in re.sub("\r\n ", "", named)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ada Exemple", "A. E."),
        ("jean-noël fictif", "J.-N. F."),
        ("Ada", "A."),
        ("", ""),
        ("- Ada", "A."),
        ("李 明", "李. 明."),
    ],
)
def test_initials(name: str, short: str) -> None:
    assert initials(name) == short


def test_names_of_ours_are_read_back_and_others_are_not() -> None:
    sitting, due = own_name(sitting_uid(ID, 12)), own_name(deadline_uid(ID, "mentor", as_event=True))

    assert (sitting and (sitting.defense_id, sitting.sitting)) == (ID, 12)
    assert (due and (due.defense_id, due.sitting)) == (ID, None)
    assert own_name("abc@google.com") is None
    assert own_name(sitting_uid(ID, 1) + ".evil") is None


def test_the_command_writes_the_same_bytes_twice(tmp_path: Path) -> None:
    store = str(tmp_path / "demo")
    runner = CliRunner()
    assert runner.invoke(main, ["demo", "--fill", "--store", store, "--now", "2026-11-24T10:00:00Z"]).exit_code == 0

    first = runner.invoke(main, ["calendar", "export", "--store", store])
    second = runner.invoke(main, ["calendar", "export", "-o", str(tmp_path / "c.ics"), "--store", store])

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (tmp_path / "c.ics").read_bytes() == first.stdout_bytes
    calendar: Any = Calendar.from_ical(first.stdout_bytes)
    written = [c for c in calendar.subcomponents if c.name != "VTIMEZONE"]
    names = [str(c["UID"]) + str(c.get("RECURRENCE-ID")) for c in written]
    assert len(names) == len(set(names))
    assert sum(c.name == "VTODO" for c in written) >= 1
    assert sum("-weekly-" in name for name in names) >= 1
    assert all(instant("2020-01-01T00:00:00Z") < c["DTSTAMP"].dt for c in written)
    assert all(c["DTSTAMP"].dt < instant("2026-11-24T10:00:01Z") for c in written)
