"""What is wrong in a calendar stops a defense, and nothing else does; each fault is reported once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.log.envelope import Stamp
from tests.exchange.calendars import PARIS_VTIMEZONE, WINDOWS_VTIMEZONE, event, ics

CASES = Path(__file__).parent.parent / "data" / "cases" / "calendar"
NOW = Stamp("2026-11-24T10:00:00.000Z", 0, 0, "boot")
ADA = "Defense IRP-P3 Ada Exemple"
SOUND = event(uid="sound", start="DTSTART:20270108T090000Z", summary=ADA)
LIST = "student_id;student_name;curriculum;project;attempt;planned_at\n17-ada;Ada Exemple;;;;\n"

Take = Callable[..., Result]


@pytest.fixture
def take(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Take:
    """Imports a calendar into a store that knows one student, a first time or again."""
    (tmp_path / "settings.toml").write_text('zone = "Europe/Paris"\n', encoding="utf-8")
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.setattr("defense_console.clocks.read", lambda: NOW)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8")
    store = str(tmp_path / "store")
    assert CliRunner().invoke(main, ["import", str(tmp_path / "list.csv"), "--store", store]).exit_code == 0

    def invoke(data: bytes, *options: str) -> Result:
        (tmp_path / "c.ics").write_bytes(data)
        return CliRunner().invoke(main, ["calendar", "import", str(tmp_path / "c.ics"), *options, "--store", store])

    return invoke


# --- the small inputs --------------------------------------------------------------------------------------------

PLANNED = {
    "c01_gmt_named_british.ics": "2027-07-01 11:20",
    "c08_birthday_1965.ics": "2027-01-08 10:00",
    "c08b_birthday_1604.ics": "2027-01-08 10:00",
    "c08c_single_old.ics": "2027-01-08 10:00",
    "c21c_vtodo_bad.ics": "2027-01-08 10:00",
}
REFUSED = {
    "c06_tzid_and_z.ics": "line 7, column DTSTART: found “Europe/Paris, 20270708T090000Z”, expected a time with TZID, "
    "or with Z at its end: both say which zone it is in",
    "c11d_until_before.ics": "line 10, column RRULE: found “FREQ=WEEKLY;UNTIL=20261030T130000Z”, expected an UNTIL "
    "that is not before the start, 2026-11-30 14:00",
    "c50_tz_typeerror.ics": "line 7, column DTSTART: found “GMT,4;3/4”, expected a known time zone such as "
    "Europe/Paris, or its VTIMEZONE in the file",
}


@pytest.mark.parametrize("name", PLANNED)
def test_a_foreign_event_or_task_stops_no_defense(take: Take, name: str) -> None:
    done = take((CASES / name).read_bytes())
    assert done.exit_code == 0, done.output
    assert f"IRP-P3, Ada Exemple: planned for {PLANNED[name]}." in done.stdout
    assert done.stderr == ""


@pytest.mark.parametrize("name", REFUSED)
def test_a_fault_of_a_defense_is_reported_once_with_what_to_write(take: Take, name: str) -> None:
    done = take((CASES / name).read_bytes())
    assert done.exit_code == 2
    assert done.stderr == f"{REFUSED[name]}\nError: Nothing was imported: the file has errors.\n"


def test_every_small_input_is_tried() -> None:
    assert {path.name for path in CASES.iterdir()} == PLANNED.keys() | REFUSED.keys()


# --- zones -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Europe/Paris2", "GMT+3", "UTC+3", "EST5EDT4", "<+03>-3", "CET-1CEST,M3.5.0,M10.5.0/3", "/Europe/Paris2", "Paris",
     "/etc/localtime", "../UTC", "right/UTC", "localtime"],
)  # fmt: skip
def test_what_is_no_name_of_a_zone_is_refused(take: Take, name: str) -> None:
    done = take(ics(event(start=f'DTSTART;TZID="{name}":20270708T090000', summary=ADA)))
    assert done.exit_code == 2
    assert f"line 6, column DTSTART: found “{name}”" in done.stderr


@pytest.mark.parametrize("name", ["Europe/Paris", "Romance Standard Time", "/example.org/1/Europe/Paris", "UTC"])
def test_an_own_definition_holds_also_where_its_name_is_known(take: Take, name: str) -> None:
    own = (
        PARIS_VTIMEZONE.replace("TZID:Europe/Paris", f"TZID:{name}").replace("+0200", "+0530").replace("+0100", "+0430")
    )
    done = take(ics(own, event(start=f"DTSTART;TZID={name}:20270105T120000", summary=ADA)))
    assert "planned for 2027-01-05 08:30." in done.stdout


def test_a_definition_holds_for_its_own_calendar_alone(take: Take) -> None:
    def one(offset: str, project: str) -> bytes:
        zone = f"BEGIN:VTIMEZONE\nTZID:Home\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:{offset}\n"
        summary = ADA.replace("IRP-P3", project)
        start = "DTSTART;TZID=Home:20270105T120000"
        return ics(
            f"{zone}TZOFFSETTO:{offset}\nEND:STANDARD\nEND:VTIMEZONE\n",
            event(uid=project, start=start, summary=summary),
        )

    bare = ics(event(start="DTSTART;TZID=Home:20270105T120000", uid="x"))
    done = take(one("+0100", "IRP-P3") + one("+0500", "IRP-P4"))
    assert "IRP-P3, Ada Exemple: planned for 2027-01-05 12:00." in done.stdout
    assert "IRP-P4, Ada Exemple: planned for 2027-01-05 08:00." in done.stdout
    assert "found “Home”" in take(one("+0100", "IRP-P5") + bare).stderr


def test_two_definitions_of_one_name_are_not_guessed_between(take: Take) -> None:
    start = event(start="DTSTART;TZID=Europe/Paris:20270105T120000", summary=ADA)
    assert take(ics(PARIS_VTIMEZONE, PARIS_VTIMEZONE, start)).exit_code == 0
    done = take(ics(PARIS_VTIMEZONE, PARIS_VTIMEZONE.replace("+0100", "+0300"), start))
    assert "this name has two, on the lines 4 and 22" in done.stderr


def test_a_broken_definition_stops_only_a_defense_that_needs_it(take: Take) -> None:
    broken = WINDOWS_VTIMEZONE.replace("FREQ=YEARLY", "FREQ=FOO")
    lunch = event(start="DTSTART;TZID=Romance Standard Time:20270105T120000", uid="l", summary="Lunch")
    done = take(ics(broken, lunch, SOUND))
    assert done.exit_code == 0
    assert "1 event speaks of no defense" in done.stdout
    defense = event(start="DTSTART;TZID=Romance Standard Time:20270105T120000", summary=ADA)
    assert "the VTIMEZONE on line 4 cannot" in take(ics(broken, defense)).stderr


@pytest.mark.parametrize("name", ["UTC", "Etc/UTC", "tzone://Microsoft/Utc"])
def test_utc_with_z_says_the_same_twice(take: Take, name: str) -> None:
    assert take(ics(event(start=f'DTSTART;TZID="{name}":20270708T090000Z', summary=ADA))).exit_code == 0


@pytest.mark.parametrize(
    "line", ["DTEND;TZID=Europe/Paris:20270105T110000Z", "RDATE;TZID=Europe/Paris:20270106T100000Z",
             "RRULE:FREQ=DAILY;COUNT=2\nEXDATE;TZID=Europe/Paris:20270106T100000Z",
             "RECURRENCE-ID;TZID=Europe/Paris:20270105T100000Z"],
)  # fmt: skip
def test_a_zone_and_z_together_are_refused_wherever_they_are(take: Take, line: str) -> None:
    done = take(ics(event(line, summary=ADA)))
    assert done.exit_code == 2
    assert done.stderr.count("both say which zone it is in") == 1


# --- what is no defense ------------------------------------------------------------------------------------------

FOREIGN = {
    "a start in words": event(uid="f", start="DTSTART:tomorrow", summary="Lunch"),
    "no start": event(uid="f", summary="Lunch").replace("DTSTART:20270105T100000Z\n", ""),
    "no uid": event(summary="Lunch").replace("UID:e1\n", ""),
    "an unknown zone": event(uid="f", start="DTSTART;TZID=Moon/Base:20270105T100000", summary="Lunch"),
    "a rule of no kind": event("RRULE:FREQ=FORTNIGHTLY", uid="f", summary="Lunch"),
    "an end before the start": event("DTEND:20270105T090000Z", uid="f", summary="Lunch"),
    "an until before the start": event("RRULE:FREQ=DAILY;UNTIL=20200101", uid="f", summary="Lunch"),
    "a line that is none": event("NONSENSE", uid="f", summary="Lunch"),
    "year 1": event(uid="f", start="DTSTART:00010101T000000Z", summary="Lunch"),
    "one event twice": event(uid="f", summary="Lunch")
    + event(uid="f", start="DTSTART:20270107T100000Z", summary="Lunch"),
    "a student's birthday": event("RRULE:FREQ=FORTNIGHTLY", uid="f", start="DTSTART;VALUE=DATE:20270109",
                                  summary="Birthday of Ada Exemple"),
    "a birthday that can be read": event("RRULE:FREQ=YEARLY", uid="f", start="DTSTART;VALUE=DATE:20270109",
                                         summary="Birthday of Ada Exemple"),
    "a place called defense": event(uid="f", start="DTSTART:soon", summary="Lunch at La Défense"),
}  # fmt: skip


@pytest.mark.parametrize("case", FOREIGN)
def test_what_is_no_defense_is_counted_and_listed_when_asked_for(take: Take, case: str) -> None:
    data = ics(FOREIGN[case], SOUND)
    counted, listed = take(data, "--dry-run"), take(data, "--all")
    assert counted.exit_code == listed.exit_code == 0, counted.output
    assert "planned for 2027-01-08 10:00" in counted.stdout
    assert "line " not in counted.stdout
    assert "speak" in counted.stdout
    assert "--all" in counted.stdout
    assert "Events that speak of no defense:\n  line " in listed.stdout
    assert "--all" not in listed.stdout


@pytest.mark.parametrize("case", FOREIGN)
def test_the_same_fault_stops_a_defense_and_is_reported_once(take: Take, case: str) -> None:
    if case in ("a student's birthday", "a birthday that can be read", "a place called defense"):
        return
    done = take(ics(FOREIGN[case].replace("SUMMARY:Lunch", f"SUMMARY:{ADA}"), SOUND))
    assert done.exit_code == 2
    assert len(done.stderr.splitlines()) == 2


@pytest.mark.parametrize("summary", ["IRP-P3", "Ada Exemple", "Soutenance", "Défense de projet", "17-ada"])
def test_what_may_be_a_defense_is_no_foreign_event(take: Take, summary: str) -> None:
    assert take(ics(event(start="DTSTART:tomorrow", summary=summary))).exit_code == 2
    assert "--match e1=" in take(ics(event(summary=summary))).stdout


def test_a_broken_event_that_went_by_stops_nothing(take: Take) -> None:
    old = event("SEQUENCE:third", uid="old", start="DTSTART:20200105T100000Z", summary=ADA)
    done = take(ics(old, SOUND))
    assert done.exit_code == 0
    assert "1 event of the past was left out." in done.stdout


def test_an_event_taken_before_is_a_defense_whatever_it_says_now(take: Take) -> None:
    assert take(ics(SOUND)).exit_code == 0
    renamed = event(uid="sound", start="DTSTART:later", summary="Lunch")
    assert "line 6, column DTSTART: found “later”" in take(ics(renamed)).stderr


def test_an_event_that_the_mentor_matches_is_a_defense(take: Take) -> None:
    lunch = event(uid="l", start="DTSTART:later", summary="Lunch")
    assert take(ics(lunch), "--match", "l=17-ada/IRP-P4").exit_code == 2
    sound = event(uid="m", summary="Lunch")
    assert take(ics(sound), "--match", "m=17\u200b-ada/IRP-P4").exit_code == 0, "the id looks the same"


@pytest.mark.parametrize(
    "part",
    ["BEGIN:VTODO\nUID:t\nDUE:2006717T080000Z\nNONSENSE\nEND:VTODO\n",
     "BEGIN:VJOURNAL\nDTSTART:never\nEND:VJOURNAL\n", "BEGIN:VFREEBUSY\nFREEBUSY:x\nEND:VFREEBUSY\n",
     "BEGIN:X-OTHER\nNONSENSE\nBEGIN:X-INNER\nDTSTART;TZID=Moon:1\nEND:X-INNER\nEND:X-OTHER\n",
     "BEGIN:VTIMEZONE\nTZID:Unused\nNONSENSE\nEND:VTIMEZONE\n"],
    ids=["task", "journal", "free-busy", "unknown", "unused zone"],
)  # fmt: skip
def test_other_components_are_not_looked_at(take: Take, part: str) -> None:
    done = take(ics(part, SOUND))
    assert done.exit_code == 0, done.output
    assert "planned for" in done.stdout


def test_an_alarm_that_cannot_be_read_is_not_needed(take: Take) -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:soon\nNONSENSE\nEND:VALARM"
    assert take(ics(event(alarm, summary=ADA))).exit_code == 0


@pytest.mark.parametrize(
    ("start", "planned"),
    [
        ("DTSTART:20270105T120000", "2027-01-05 18:00"),  # noon in Montreal
        ("DTSTART;TZID=Europe/Paris:20270105T120000", "2027-01-05 12:00"),
        ("DTSTART:20270105T120000Z", "2027-01-05 13:00"),
    ],
)
def test_a_time_without_a_zone_is_in_that_of_its_calendar(take: Take, start: str, planned: str) -> None:
    done = take(ics("X-WR-TIMEZONE:America/Montreal\r\n", event(start=start, summary=ADA)))
    assert f"planned for {planned}." in done.stdout


def test_a_calendar_in_no_known_zone_is_refused_where_it_matters(take: Take) -> None:
    unknown = "X-WR-TIMEZONE:Europe/Paris2\r\n"
    assert take(ics(unknown, event(start="DTSTART:20270105T120000Z", summary=ADA))).exit_code == 0
    assert "found “Europe/Paris2”" in take(ics(unknown, event(start="DTSTART:20270105T120000", summary=ADA))).stderr
