"""Files of students and defenses: what is read, what is refused with its line and column, what is planned."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

import pytest

from defense_console.exchange.appointments import ImportPlan, ImportWishes, events_of
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.data_file import data_file
from defense_console.exchange.held import HeldDefense, HeldDefenses
from defense_console.exchange.lists.headings import LIST_COLUMNS
from defense_console.exchange.lists.rows import DEFENSE_COLUMNS, read_list
from defense_console.exchange.lists.table import csv_table, json_table
from defense_console.exchange.moments import moment
from defense_console.exchange.planning import plan_import
from defense_console.model.curriculum import curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.student.kinds import StudentChanged, StudentRegistered
from defense_console.model.student.state import Student

SHIPPED = load_shipped()
ZONE = "Europe/Paris"
ROW = {
    "student_id": "s1",
    "student_name": "Zoé [red]Fictive",
    "email": "zoe@example.org",
    "timezone": "Europe/Paris",
    "curriculum": "IRP",
    "project": "IRP-P2",
    "attempt": "1",
    "planned_at": "2027-04-03T14:00",
    "duration_min": "",
    "language": "",
}


def csv(*rows: Mapping[str, str], delimiter: str = ";", columns: tuple[str, ...] = LIST_COLUMNS) -> bytes:
    lines = [delimiter.join(columns), *(delimiter.join(row[name] for name in columns) for row in rows)]
    return ("\r\n".join(lines) + "\r\n").encode()


def read(data: bytes) -> ImportWishes:
    file = data_file(io.BytesIO(data))
    table = csv_table(file.data) if file.kind == "csv" else json_table(file.document)
    return read_list(table, file.kind == "json", SHIPPED, ZONE)


def refused(data: bytes) -> tuple[BadLine, ...]:
    with pytest.raises(BadFile) as caught:
        read(data)
    return caught.value.lines


def places(lines: tuple[BadLine, ...]) -> list[tuple[int, str, str | None]]:
    return [(line.line, line.column, line.found) for line in lines]


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_both_delimiters_with_and_without_bom(delimiter: str, bom: bytes) -> None:
    wanted = read(bom + csv(ROW, delimiter=delimiter))

    assert wanted.students[0].name == "Zoé [red]Fictive"
    assert wanted.wishes[0].planned_at == "2027-04-03T12:00:00.000Z"  # summer time in Paris
    assert wanted.wishes[0].duration_min is None


def test_json_says_the_same_as_csv() -> None:
    entry: dict[str, Any] = ROW | {"attempt": 1, "duration_min": None}

    from_json, from_csv = read(json.dumps([entry]).encode()), read(csv(ROW))

    assert from_json.wishes[0].target == from_csv.wishes[0].target
    assert from_json.wishes[0].planned_at == from_csv.wishes[0].planned_at
    assert from_json.students[0].name == from_csv.students[0].name


def test_quoted_cells_keep_delimiters_and_newlines_and_the_line_numbers_of_what_follows() -> None:
    twisted = ROW | {"student_name": '"Ada; ""the\nfirst"""'}
    bad = ROW | {"student_id": "s2", "attempt": "x"}

    assert read(csv(twisted)).students[0].name == 'Ada; "the\nfirst"'
    assert places(refused(csv(twisted, bad))) == [(4, "attempt", "x")]


def test_blank_rows_of_spreadsheets_are_no_rows() -> None:
    data = csv(ROW) + b";;;;;;;;;\r\n\r\n"

    assert len(read(data).wishes) == 1


def test_a_row_without_a_defense_registers_the_student_alone() -> None:
    alone = ROW | dict.fromkeys(DEFENSE_COLUMNS, "")

    wanted = read(csv(alone))

    assert [row.id for row in wanted.students] == ["s1"]
    assert wanted.wishes == ()


# --- refusing ----------------------------------------------------------------------------------------------------


def test_every_bad_line_is_listed_with_line_column_and_what_was_found() -> None:
    rows = [
        ROW,
        ROW | {"student_id": "s2", "project": "IRP-P99", "planned_at": "31/02/2027"},
        ROW | {"student_id": "", "language": "de"},
        ROW | {"student_id": "s4", "timezone": "Europe/Pari", "attempt": "0", "duration_min": "1.5"},
        ROW | {"student_id": "s5", "curriculum": "XYZ", "student_name": " "},
    ]

    assert sorted(places(refused(csv(*rows)))) == sorted(
        [
            (3, "project", "IRP-P99"),
            (3, "planned_at", "31/02/2027"),
            (4, "student_id", ""),
            (4, "language", "de"),
            (5, "timezone", "Europe/Pari"),
            (5, "attempt", "0"),
            (5, "duration_min", "1.5"),
            (6, "curriculum", "XYZ"),
            (6, "student_name", ""),
        ]
    )


def test_a_misspelt_project_is_told_its_nearest() -> None:
    (bad,) = refused(csv(ROW | {"project": "irp-p22"}))

    assert bad.parameters["nearest"] == "IRP-P2"


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("mail", *LIST_COLUMNS), "email"),
        (("emial", *(name for name in LIST_COLUMNS if name != "email")), "emial"),
        (LIST_COLUMNS[1:], "student_id"),
        ((*LIST_COLUMNS, "email"), "email"),
    ],
)
def test_columns_are_strict(columns: tuple[str, ...], expected: str) -> None:
    bad = refused(csv(ROW | {"mail": "x", "emial": "x"}, columns=columns))

    assert [(line.line, line.column) for line in bad] == [(1, expected)]


def test_a_row_that_is_longer_than_its_headings_is_refused() -> None:
    long = ";".join(["s2", *list(ROW.values())[1:], "x"])
    assert places(refused(csv(ROW) + f"{long}\r\n".encode())) == [(3, "", "11")]


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf\n", b'"never closed', b"[" * 100_000, b"[1, 2", b'{"a": 1}', b"[3]"]
)
def test_what_is_no_table_is_refused_and_nothing_else_happens(data: bytes) -> None:
    assert refused(data)


def test_json_values_have_one_reading() -> None:
    entry: dict[str, Any] = ROW | {"attempt": True, "duration_min": 1.5, "email": 3, "student_name": "\ud800"}
    del entry["project"]

    found = {(line.line, line.column) for line in refused(json.dumps([entry]).encode())}

    assert found == {(1, "attempt"), (1, "duration_min"), (1, "email"), (1, "project")}
    half = json.dumps([ROW | {"student_name": "\ud800"}]).encode()
    assert {line.column for line in refused(half)} == {"student_name"}


def test_a_repeated_name_in_a_json_object_is_refused() -> None:
    text = json.dumps([ROW]).replace('"email"', '"student_id": "s9", "email"')

    assert [(line.line, line.column) for line in refused(text.encode())] == [(1, "student_id")]


def test_lines_that_contradict_each_other_are_refused() -> None:
    other_name = ROW | {"project": "IRP-P3", "student_name": "Someone else"}
    twice = ROW | {"planned_at": "2027-05-01T10:00"}

    assert places(refused(csv(ROW, other_name, twice))) == [(3, "student_name", "Someone else"), (4, "attempt", "1")]


# --- moments -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-03 14:00", "2026-04-03T12:00:00.000Z"),
        ("2026-04-03T14:00:00+05:00", "2026-04-03T09:00:00.000Z"),
        ("2026-04-03T14:00Z", "2026-04-03T14:00:00.000Z"),
        ("03/04/2026 14:00", "2026-04-03T12:00:00.000Z"),
        ("3/4/2026 9:05", "2026-04-03T07:05:00.000Z"),
        ("03/04/2026 14:00:30", "2026-04-03T12:00:30.000Z"),
        ("03/04/2026 14h00", "2026-04-03T12:00:00.000Z"),
        ("03/04/2026 9h", "2026-04-03T07:00:00.000Z"),
        ("03/04/2026 à 14 h 30", "2026-04-03T12:30:00.000Z"),
        (
            "03/04/2026\N{NO-BREAK SPACE}14\N{NARROW NO-BREAK SPACE}h\N{NARROW NO-BREAK SPACE}30",
            "2026-04-03T12:30:00.000Z",
        ),
        ("03/04/2026, 14:00:00", "2026-04-03T12:00:00.000Z"),
        ("2026-04-03 9:05", "2026-04-03T07:05:00.000Z"),
        ("03.04.2026 14:00", "2026-04-03T12:00:00.000Z"),
        ("3-4-2026 14h", "2026-04-03T12:00:00.000Z"),
    ],
)
def test_moments_are_read_in_one_way(text: str, expected: str) -> None:
    assert moment(text, ZONE) == expected


@pytest.mark.parametrize(
    "text",
    ["", "2026", "2026-04", "2026W15", "3/4/2026", "03-04-2026", "03/04/26", "03/13/2026", "03/04/2026 24:30",
     "03/04/2026T14:00", "03/04/2026 2:00 PM", "03/04/2026 14", "03/04/2026 14.30", "46357.58", "1999-01-01T00:00",
     "0001-01-01T00:00", "9999-12-31T23:59-12:00", "tomorrow", "0026-04-03", "0001-01-01T00:00+02:00", "２026-04-03",
     "2026-04-03T25:00"],
)  # fmt: skip
def test_other_moments_are_refused(text: str) -> None:
    with pytest.raises(ConsoleError):
        moment(text, ZONE)


@pytest.mark.parametrize("text", ["2026-04-03", "03/04/2026", "3/4/2026", "20260403", "2026-W14-5"])
def test_a_date_without_a_time_is_refused_unless_a_day_is_meant(text: str) -> None:
    with pytest.raises(ConsoleError, match=f"the time as well, such as {text} 14:00"):
        moment(text, ZONE)
    assert moment(text, ZONE, day_alone=True) == "2026-04-02T22:00:00.000Z"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("25/10/2026 02:30", "occurs twice in Europe/Paris"),
        ("2026-10-25T02:30", "occurs twice in Europe/Paris"),
        ("28/03/2027 02:30", "skipped in Europe/Paris"),
        ("2027-03-28T02:30", "skipped in Europe/Paris"),
    ],
)
def test_local_times_that_occur_twice_or_never_are_refused(text: str, why: str) -> None:
    with pytest.raises(ConsoleError, match=why):
        moment(text, ZONE)


def test_the_same_times_with_an_offset_are_taken() -> None:
    assert moment("2026-10-25T02:30+01:00", ZONE) == "2026-10-25T01:30:00.000Z"
    assert moment("2026-10-25T02:30", "UTC") == "2026-10-25T02:30:00.000Z"


# --- the plan ----------------------------------------------------------------------------------------------------


class Log:
    """A log that grows event by event, on a clock of its own."""

    def __init__(self, *whats: DefenseWhat) -> None:
        self.events: list[DefenseEvent] = []
        for what in whats:
            self.add(what)

    def add(self, what: DefenseWhat) -> Log:
        seq = len(self.events) + 1
        stamp = Stamp(f"2027-04-03T12:{seq:02}:00.000Z", seq * 60_000, seq * 60_000, "boot")
        self.events.append(DefenseEvent(seq, seq, stamp, "Mentor", what))
        return self

    def held(self) -> HeldDefenses:
        defense = fold(self.events, SHIPPED["IRP"])
        found = HeldDefense(defense, revision=0)
        return HeldDefenses({(defense.student_id, defense.project): {defense.attempt: found}}, {})


PLANNED = ev.Planned("s1", "IRP", "IRP-P2", 1, "2027-04-03T12:00:00.000Z")
STARTED = (ev.RoomOpened(), ev.Started(curriculum_hash(SHIPPED["IRP"])))
KNOWN = {"s1": Student("s1", ROW["student_name"], ROW["email"], ROW["timezone"], 1)}


NOTHING = HeldDefenses({}, {})


def plan(held: HeldDefenses, *rows: Mapping[str, str], zone: str = "UTC", **options: Any) -> ImportPlan:
    return plan_import(read(csv(*rows, **options)), KNOWN, held, SHIPPED, "2027-01-01T00:00:00.000Z", zone)


def events(made: ImportPlan) -> tuple[DefenseWhat, ...]:
    (appointment,) = made.appointments
    return events_of(appointment)


def test_a_new_file_registers_and_plans() -> None:
    wishes = read(csv(ROW | {"duration_min": "45", "language": "FR"}))
    made = plan_import(wishes, {}, NOTHING, SHIPPED, "2027-01-01T00:00:00.000Z", "UTC")

    assert made.students[0][1] == StudentRegistered("s1", ROW["student_name"], ROW["email"], ROW["timezone"])
    assert events(made) == (
        ev.Planned("s1", "IRP", "IRP-P2", 1, "2027-04-03T12:00:00.000Z", duration_min=45, language="fr"),
    )


@pytest.mark.parametrize("later", [(), (*STARTED,), (*STARTED, ev.Finished()), (ev.RoomOpened(), ev.NoShow("absent"))])
def test_the_same_file_twice_changes_nothing_whatever_happened_meanwhile(later: tuple[DefenseWhat, ...]) -> None:
    assert plan(Log(PLANNED, *later).held(), ROW).empty


@pytest.mark.parametrize("later", [(), (ev.RoomOpened(), ev.NoShow("absent")), (ev.Cancelled("student", late=False),)])
def test_another_start_is_a_reschedule_unless_the_defense_was_held(later: tuple[DefenseWhat, ...]) -> None:
    made = plan(Log(PLANNED, *later).held(), ROW | {"planned_at": "2027-04-10T14:00"})

    assert events(made) == (ev.Rescheduled("2027-04-10T12:00:00.000Z"),)


@pytest.mark.parametrize("later", [STARTED, (*STARTED, ev.Finished())])
def test_another_start_or_slot_is_refused_once_the_defense_is_live_or_held(later: tuple[DefenseWhat, ...]) -> None:
    with pytest.raises(BadFile) as caught:
        plan(Log(PLANNED, *later).held(), ROW | {"planned_at": "10/04/2027 14:00", "duration_min": "45"})

    assert places(caught.value.lines) == [(2, "planned_at", "10/04/2027 14:00"), (2, "duration_min", "45")]


def test_a_refused_date_is_told_in_the_mentors_zone() -> None:
    with pytest.raises(BadFile) as caught:
        plan(Log(PLANNED, *STARTED).held(), ROW | {"planned_at": "10/04/2027 14:00"}, zone="Europe/Paris")

    assert [line.parameters for line in caught.value.lines] == [{"at": "2027-04-03 14:00"}]


def test_other_fields_append_an_event_and_an_absent_column_says_nothing() -> None:
    log = Log(planned_with(duration_min=45, language="fr"))
    without = tuple(name for name in LIST_COLUMNS if name not in ("language", "email"))

    made = plan(log.held(), ROW | {"duration_min": "60"}, columns=without)

    assert events(made) == (ev.DetailsChanged(60, "fr"),)
    assert made.students == ()


def planned_with(**fields: Any) -> ev.Planned:
    return ev.Planned("s1", "IRP", "IRP-P2", 1, "2027-04-03T12:00:00.000Z", **fields)


def test_a_changed_student_changes_only_what_changed() -> None:
    made = plan(Log(PLANNED).held(), ROW | {"student_name": "Zoé Autre"})

    assert made.students[0][1] == StudentChanged(name="Zoé Autre")
    assert made.appointments == ()


def test_a_later_attempt_is_taken_when_nothing_is_known_and_refused_over_a_gap() -> None:
    assert plan(NOTHING, ROW | {"attempt": "3"}).appointments[0].key == ("s1", "IRP-P2", 3)
    with pytest.raises(BadFile) as caught:
        plan(Log(PLANNED).held(), ROW | {"attempt": "3"})
    assert places(caught.value.lines) == [(2, "attempt", "3")]
    assert places(refused(csv(ROW | {"attempt": "999999999"}))) == [(2, "attempt", "999999999")]


def test_an_attempt_after_a_rework_opens_on_what_was_missing() -> None:
    log = Log(PLANNED, *STARTED)
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    for criterion in SHIPPED["IRP"].criteria_of(project):
        log.add(ev.Rated(criterion.id, "not_met" if criterion.blocking else "met"))
    for what in (ev.LineAdded("improvement", "More"), ev.OutcomeChosen("rework"), ev.Finished()):
        log.add(what)
    log.add(ev.Signed(1, "rework", "rework")).add(ev.Released(1))

    later = ROW | {"attempt": "2", "planned_at": "2027-05-01T14:00"}
    (planned,) = events(plan(log.held(), later))
    without = tuple(name for name in LIST_COLUMNS if name != "attempt")
    assert events(plan(log.held(), later, columns=without)) == (planned,), "the attempt that comes next is meant"
    assert plan(NOTHING, later, columns=without).appointments[0].key == ("s1", "IRP-P2", 1)
    assert isinstance(planned, ev.Planned)
    assert planned.carried is not None
    assert planned.carried.curriculum_hash == curriculum_hash(SHIPPED["IRP"])
    missing = {c.id for c in SHIPPED["IRP"].criteria_of(project) if c.blocking or c.id.startswith("ORAL")}
    assert set(planned.carried.ratings.values()) == {"met"}
    assert set(planned.carried.ratings) == {c.id for c in SHIPPED["IRP"].criteria_of(project)} - missing
