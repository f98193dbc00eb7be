"""Calendars taken into a store: what is matched, what is told, what a second import does, what comes back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from defense_console.cli import main
from defense_console.exchange import planning
from defense_console.exchange.appointments import ImportPlan, events_of
from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.calendar import matching
from defense_console.exchange.calendar.matching import MatchSaid
from defense_console.exchange.calendar.writing import CalendarForm
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import canonical_json, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import iso
from tests.examples import examples
from tests.exchange.calendars import GOOGLE, NEXTCLOUD, OUTLOOK, event, ics
from tests.exchange.consoles import ExchangeConsole

SHIPPED = load_shipped()
NOW = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
STUDENTS = [
    ("zoe-17", "Zoé Fictive", "zoe@example.org"),
    ("ada-18", "Ada Exemple", ""),
    ("7", "Bob Exemple Inventé", ""),
]
SUMMARY = "Soutenance IRP-P4 Zoé Fictive"


class Console(ExchangeConsole):
    """A store with three students, and a clock."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NOW, STUDENTS)

    def take(self, data: bytes, *said: str, dry_run: bool = False) -> ImportPlan:
        taken = self.desk.take_calendar(data, [MatchSaid(0, text) for text in said], 366, dry_run=dry_run)
        assert taken.plan is not None
        return taken.plan

    def defense(self, project: str = "IRP-P4", student: str = "zoe-17", attempt: int = 1) -> Defense:
        return self.desk.logs.log(DEFENSE, str(defense_id(student, project, attempt))).state

    def decide(self, *whats: DefenseWhat, attempt: int = 1) -> None:
        for what in whats:
            self.desk.logs.decide(DEFENSE, str(defense_id("zoe-17", "IRP-P4", attempt)), [what], self.stamp())

    def start(self) -> str:
        return self.defense().planned_at


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    found = Console(tmp_path / "store")
    yield found
    found.store.close()


def reasons(plan: ImportPlan) -> list[str]:
    return [one.reason for one in plan.left_out]


# --- matching ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [GOOGLE, OUTLOOK, NEXTCLOUD], ids=["google", "outlook", "nextcloud"])
def test_a_real_calendar_plans_the_defense_it_speaks_of(console: Console, data: bytes) -> None:
    plan = console.take(data)

    assert [action.key for action in plan.appointments] == [("zoe-17", "IRP-P4", 1)]
    assert console.start() in ("2027-01-05T13:00:00.000Z", "2027-01-05T13:30:00.000Z")
    assert console.defense().duration_min in (30, 45)


@pytest.mark.parametrize(
    "summary",
    [
        "Soutenance IRP-P4 Zoé Fictive",
        "FICTIVE Zoe — irp-p4",
        "zoe-17 / IRP-P4",
        "IRP-P4 <zoe@example.org>",
        "Zoé Fictive : Concevez un storyboard et un prototype",
        "Zoé Fictive: Design a storyboard and a prototype",
    ],
)
def test_what_names_one_student_and_one_project_is_taken(console: Console, summary: str) -> None:
    titles = SHIPPED["IRP"].project("IRP-P4")
    assert titles is not None
    for asked, title in (("Concevez un storyboard et un prototype", titles.title.fr),
                         ("Design a storyboard and a prototype", titles.title.en)):  # fmt: skip
        summary = summary.replace(asked, title)

    assert [action.key for action in console.take(ics(event(summary=summary))).appointments] == [
        ("zoe-17", "IRP-P4", 1)
    ]


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("Déjeuner", matching.UNMATCHED),
        ("Soutenance Zoé Fictive", matching.NO_PROJECT),
        ("Soutenance IRP-P4", matching.NO_STUDENT),
        ("IRP-P40 Zoé Fictive", matching.NO_PROJECT),
        ("IRP-P4 Zoé", matching.NO_STUDENT),
        ("IRP-P4 salle 7", matching.NO_STUDENT),
        ("IRP-P4 Zoé Fictive, Ada Exemple", matching.AMBIGUOUS),
        ("IRP-P4 puis IRP-P5 Zoé Fictive", matching.AMBIGUOUS),
    ],
)
def test_nothing_is_guessed(console: Console, summary: str, reason: str) -> None:
    before = console.lines()

    plan = console.take(ics(event(summary=summary)))

    assert (plan.appointments, reasons(plan)) == ((), [reason])
    assert plan.left_out[0].to_match
    assert console.lines() == before


def test_the_mentor_says_what_the_file_does_not(console: Console) -> None:
    data = ics(event(uid="a=b/c", summary="Soutenance"))

    plan = console.take(data, "a=b/c=7/IRP-P4")

    assert [action.key for action in plan.appointments] == [("7", "IRP-P4", 1)]
    assert console.take(data).appointments == ()  # found again by its name, without the match


def test_one_repetition_is_named_by_its_instant(console: Console) -> None:
    data = ics(event("RRULE:FREQ=WEEKLY;COUNT=3", summary="Créneau"))
    assert [one.wish.origin and one.wish.origin.key for one in console.take(data).left_out] == [
        f"e1#2027-01-{day}T10:00:00.000Z" for day in ("05", "12", "19")
    ]

    console.take(data, "e1#2027-01-12T10:00:00.000Z=zoe-17/IRP-P4")

    assert console.start() == "2027-01-12T10:00:00.000Z"
    moved = event("RECURRENCE-ID:20270112T100000Z", "SEQUENCE:1", start="DTSTART:20270113T150000Z")
    console.take(ics(event("RRULE:FREQ=WEEKLY;COUNT=3", summary="Créneau"), moved))
    assert console.start() == "2027-01-13T15:00:00.000Z"


@pytest.mark.parametrize(
    "said",
    ["x=zoe-17/IRP-P4", "e1", "e1=", "e1=zoe-17", "e1=nobody/IRP-P4", "e1=zoe-17/IRP-P99", "e1=zoe-17/IRP-P4/0",
     "e1=zoe-17/IRP-P4/100", "=zoe-17/IRP-P4"],
)  # fmt: skip
def test_a_match_that_cannot_be_is_refused_and_nothing_is_taken(console: Console, said: str) -> None:
    before = console.lines()
    good = event(uid="e2", summary=SUMMARY)

    with pytest.raises(BadFile) as caught:
        console.take(ics(event(summary="?"), good), said)

    assert [(bad.column, bad.found) for bad in caught.value.lines] == [("--match", said)]
    assert console.lines() == before


def test_two_events_for_one_defense_are_told_and_the_mentor_chooses(console: Console) -> None:
    talk = event(uid="talk", start="DTSTART:20270104T100000Z", summary="Prépa soutenance IRP-P4 Zoé Fictive")
    data = ics(talk, event(uid="real", summary=SUMMARY))

    plan = console.take(data)
    assert (plan.appointments, reasons(plan)) == ((), [planning.TWO_EVENTS] * 2)

    console.take(data, "real=zoe-17/IRP-P4")
    assert console.start() == "2027-01-05T10:00:00.000Z"
    again = console.take(data)
    assert (again.appointments, reasons(again)) == ((), [planning.TWO_EVENTS])
    assert console.start() == "2027-01-05T10:00:00.000Z"


def test_two_matches_for_one_defense_are_refused(console: Console) -> None:
    data = ics(event(uid="a"), event(uid="b", start="DTSTART:20270106T100000Z"))
    with pytest.raises(BadFile) as refused:
        console.take(data, "a=zoe-17/IRP-P4", "b=zoe-17/IRP-P4")
    (bad,) = refused.value.lines
    assert bad.found == "b (2027-01-06 11:00)", "in the mentor's zone, which is Paris"
    assert bad.expected.format_map(bad.parameters) == (
        "each defense once: it stands on line 4 too, for 2027-01-05 11:00"
    )


@pytest.mark.parametrize(
    ("line", "found", "expected"),
    [
        ("DTEND:20270105T090000Z", "20270105T090000Z", "an end after the start, 2027-01-05 11:00"),
        ("DTEND;VALUE=DATE:20270106", "20270106", "a date, or a date and time, as in DTSTART"),
        ("DTEND:19650105T100000Z", "19650105T100000Z", "an end after the start, 2027-01-05 11:00"),
        ("DTEND:00010105T100000Z", "00010105T100000Z", "a year such as 2027"),
    ],
)  # fmt: skip
def test_what_is_refused_is_quoted_as_it_stands_and_told_in_the_mentors_zone(
    console: Console, line: str, found: str, expected: str
) -> None:
    with pytest.raises(BadFile) as refused:
        console.take(ics(event(line)))
    (bad,) = refused.value.lines
    assert (bad.found, bad.expected.format_map(bad.parameters)) == (found, expected)


# --- again and again ---------------------------------------------------------------------------------------------


def test_the_same_file_twice_changes_nothing(console: Console) -> None:
    for data in (GOOGLE, ics(event(summary=SUMMARY))):
        console.take(data)
        before = console.lines()
        assert console.take(data).appointments == ()
        assert console.lines() == before


def test_another_start_of_an_event_already_taken_is_a_new_date(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))

    plan = console.take(ics(event("SEQUENCE:1", start="DTSTART:20270106T110000Z", summary="renamed")))

    assert [type(what) for what in events_of(plan.appointments[0])] == [ev.Rescheduled, ev.CalendarLinked]
    assert console.start() == "2027-01-06T11:00:00.000Z"
    assert len(console.defense().sittings) == 1


def test_an_older_file_moves_nothing_back(console: Console) -> None:
    console.take(ics(event("SEQUENCE:2", start="DTSTART:20270106T110000Z", summary=SUMMARY)))

    plan = console.take(ics(event("SEQUENCE:1", summary=SUMMARY)))

    assert (plan.appointments, reasons(plan)) == ((), [planning.OLDER])
    assert console.start() == "2027-01-06T11:00:00.000Z"


def test_a_date_the_mentor_moved_in_the_console_stays(console: Console) -> None:
    data = ics(event(summary=SUMMARY))
    console.take(data)
    console.decide(ev.Rescheduled("2027-01-08T09:00:00.000Z"))

    assert console.take(data).appointments == ()
    assert console.start() == "2027-01-08T09:00:00.000Z"


def test_a_slot_the_mentor_changed_in_the_console_stays(console: Console) -> None:
    data = ics(event("DTEND:20270105T104500Z", summary=SUMMARY))
    console.take(data)
    console.decide(ev.DetailsChanged(duration_min=60))

    assert console.take(data).appointments == ()
    assert console.defense().duration_min == 60


def test_a_dry_run_says_the_same_and_writes_nothing(console: Console) -> None:
    before = console.lines()
    plan = console.take(ics(event(summary=SUMMARY)), dry_run=True)
    assert console.lines() == before
    assert plan == console.take(ics(event(summary=SUMMARY)))


def test_undo_does_not_forget_the_calendar(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))
    defense = console.defense()

    assert defense.undo == ()
    assert [(link.uid, link.sitting) for link in defense.links] == [("e1", 1)]


# --- what is told and not done -----------------------------------------------------------------------------------


def test_a_cancellation_is_told_and_the_defense_stays_planned(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))

    for data in (ics(event("STATUS:CANCELLED", "SEQUENCE:1")), ics(event("SEQUENCE:1"), head="METHOD:CANCEL\n")):
        plan = console.take(data)
        assert (plan.appointments, reasons(plan)) == ((), [planning.CANCELLED])
        assert console.defense().session == "planned"

    console.decide(ev.Cancelled("student", late=False))
    assert console.take(ics(event("STATUS:CANCELLED"))).left_out == ()  # nothing left to propose


def test_whole_days_and_what_went_by_are_not_planned(console: Console) -> None:
    day = event(uid="day", start="DTSTART;VALUE=DATE:20270110", summary=SUMMARY)
    past = event(uid="past", start="DTSTART:20260110T100000Z", summary=SUMMARY)

    plan = console.take(ics(day, past))

    assert plan.appointments == ()
    assert [one.wish.line for one in plan.left_out] == [4]
    assert plan.past == 1
    assert console.take(ics(past), "past=zoe-17/IRP-P4").appointments  # unless the mentor says so


def play(console: Console, *after: DefenseWhat) -> None:
    irp = SHIPPED["IRP"]
    console.store.pin(curriculum_hash(irp), canonical_json(irp))
    console.decide(ev.RoomOpened(), ev.Started(curriculum_hash(irp)), ev.Finished(), *after)


def test_a_defense_that_is_over_keeps_its_date(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))
    play(console)

    plan = console.take(ics(event("SEQUENCE:1", start="DTSTART:20270107T100000Z", summary=SUMMARY)))
    assert (plan.appointments, reasons(plan)) == ((), [planning.KEPT_DATE])
    plan = console.take(ics(event(uid="new", start="DTSTART:20270109T100000Z", summary=SUMMARY)))
    assert (plan.appointments, reasons(plan)) == ((), [planning.OVER])


def test_after_a_rework_the_next_event_is_the_next_attempt(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))
    irp = SHIPPED["IRP"]
    project = irp.project("IRP-P4")
    assert project is not None
    rated = (ev.Rated(criterion.id, "not_met") for criterion in irp.criteria_of(project))
    wanted = ev.LineAdded("improvement", "all of it")
    play(console, *rated, wanted, ev.OutcomeChosen("rework"), ev.Signed(1, "rework", None), ev.Released(1))

    console.take(ics(event(uid="new", start="DTSTART:20270209T100000Z", summary=SUMMARY)))

    assert console.defense(attempt=2).planned_at == "2027-02-09T10:00:00.000Z"
    assert console.defense(attempt=2).carried is not None


def test_a_new_date_after_an_absence_opens_the_next_sitting(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))
    console.decide(ev.RoomOpened(), ev.NoShow("called twice"))

    console.take(ics(event("SEQUENCE:1", start="DTSTART:20270209T100000Z", summary=SUMMARY)))

    defense = console.defense()
    assert [sitting.session for sitting in defense.sittings] == ["no_show", "planned"]
    assert [link.sitting for link in defense.links] == [2]


# --- out and in again --------------------------------------------------------------------------------------------


def test_an_own_export_moved_in_a_calendar_moves_the_defense(console: Console) -> None:
    console.take(ics(event(summary=SUMMARY)))
    exported = console.desk.export_calendar(CalendarForm("fr", deadlines="both"))
    assert console.take(exported).appointments == ()

    moved = exported.replace(b"DTSTART:20270105T100000Z", b"DTSTART:20270106T090000Z")
    moved = moved.replace(b"DTEND:20270105T1030", b"DTEND:20270106T0930").replace(b"SEQUENCE:0", b"SEQUENCE:1")
    console.take(moved)

    assert console.start() == "2027-01-06T09:00:00.000Z"
    plan = console.take(exported)  # the file of before
    assert (plan.appointments, reasons(plan)) == ((), [planning.OLDER])


STARTS = st.integers(60, 300 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes))
PROJECTS = st.sampled_from([project.id for curriculum in SHIPPED.values() for project in curriculum.projects])


@given(
    st.dictionaries(
        st.tuples(st.sampled_from([id for id, _, _ in STUDENTS]), PROJECTS),
        st.tuples(STARTS, st.none() | st.integers(1, 1440), st.lists(STARTS, max_size=2)),
        min_size=1, max_size=5,
    ),
    st.booleans(),
)  # fmt: skip
@examples(12)
def test_what_was_exported_plans_the_same_in_another_store(
    tmp_path_factory: pytest.TempPathFactory, planned: dict[Any, Any], names: bool
) -> None:
    first = Console(tmp_path_factory.mktemp("a") / "store")
    second = Console(tmp_path_factory.mktemp("b") / "store")
    for (student, project), (start, minutes, moves) in planned.items():
        id = str(defense_id(student, project, 1))
        planning = ev.Planned(student, project.split("-")[0], project, 1, iso(start), minutes)
        whats: list[DefenseWhat] = [planning, *(ev.Rescheduled(iso(move)) for move in moves)]
        first.desk.logs.decide(DEFENSE, id, whats, first.stamp())
    exported = first.desk.export_calendar(CalendarForm("en", names=names, deadlines="both"))

    assert first.take(exported).appointments == ()
    second.take(exported)
    assert second.take(exported).appointments == ()
    for student, project in planned:
        sent, found = first.defense(project, student), second.defense(project, student)
        assert found.planned_at == sent.planned_at
        project_s = SHIPPED[found.curriculum].project(project)
        assert project_s is not None
        assert found.duration_min == (sent.duration_min or project_s.plan_s // 60)
    first.store.close()
    second.store.close()


# --- the command -------------------------------------------------------------------------------------------------

Cli = Callable[..., Result]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    Console(tmp_path / "store").store.close()

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["calendar", "import", *arguments, "--store", str(tmp_path / "store")])

    return invoke


def test_the_command_tells_what_it_did_and_what_it_left(cli: Cli, tmp_path: Path) -> None:
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(days=3)
    start = f"DTSTART:{soon:%Y%m%dT%H%M%SZ}"
    file, matches = tmp_path / "c.ics", tmp_path / "matches.txt"
    file.write_bytes(ics(event(start=start, summary=SUMMARY), event(uid="e2", start=start, summary="[/x] ?")))
    matches.write_text("# mine\n\ne2=7/IRP-P1\n", encoding="utf-8")

    counted = cli(str(file), "--dry-run").stdout
    assert "1 event speaks of no defense; --all lists it." in counted
    assert "line 9" not in counted
    dry = cli(str(file), "--dry-run", "--all")
    assert dry.stdout.startswith("Dry run")
    assert "line 9" in dry.stdout
    assert "--match e2=STUDENT/PROJECT" in dry.stdout
    done = cli(str(file), "--match-file", str(matches))
    assert done.exit_code == 0
    assert "IRP-P4, Zoé Fictive: planned for" in done.stdout
    assert "IRP-P1, Bob Exemple Inventé: planned for" in done.stdout
    assert cli(str(file)).stdout == "Nothing to change: the store says the same already.\n"


def test_a_calendar_given_to_the_other_import_is_told_where_to_go(tmp_path: Path) -> None:
    (tmp_path / "c.ics").write_bytes(GOOGLE)

    refused = CliRunner().invoke(main, ["import", str(tmp_path / "c.ics"), "--store", str(tmp_path / "store")])

    assert refused.exit_code == 2
    assert "calendar import" in refused.stderr


def test_a_bad_match_file_is_refused_with_its_line(cli: Cli, tmp_path: Path) -> None:
    file, matches = tmp_path / "c.ics", tmp_path / "matches.txt"
    file.write_bytes(ics(event()))
    matches.write_text("\nno such form\n", encoding="utf-8")

    refused = cli(str(file), "--match-file", str(matches))

    assert refused.exit_code == 2
    assert "line 2, column --match: found “no such form”" in refused.stderr


def test_the_file_is_a_calendar_for_other_readers_too(console: Console) -> None:
    console.take(GOOGLE)
    calendar: Any = Calendar.from_ical(console.desk.export_calendar(CalendarForm("en")))
    assert [component.name for component in calendar.subcomponents] == ["VEVENT"]
    assert console.store.verify_all() == ()
