"""Weekly sessions from a calendar and into one: the plan, what is left out, moved, refused, and what comes back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from icalendar import Calendar

from defense_console.cli import main
from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.calendar.matching import MatchSaid
from defense_console.exchange.calendar.weekly_sessions import SessionsPlan
from defense_console.exchange.calendar.writing import CalendarForm
from defense_console.model.log.instants import iso
from defense_console.model.student import kinds as ev
from defense_console.model.student import weekly
from defense_console.model.student.state import FollowedStudent, WeeklyPlan
from defense_console.model.student.subject import STUDENT
from tests.exchange.calendars import PARIS_VTIMEZONE, WINDOWS_VTIMEZONE, event, ics
from tests.exchange.consoles import ExchangeConsole

NOW = datetime(2027, 1, 1, 8, 0, tzinfo=UTC)
STUDENTS = [("zoe-17", "Zoé [Fictive]", "zoe@example.org"), ("ada-18", "Ada Exemple", "")]
PARIS = "DTSTART;TZID=Europe/Paris:20261201T180000"  # a Tuesday
HOUR = "DTEND;TZID=Europe/Paris:20261201T190000"
ZOE = "ATTENDEE:mailto:zoe@example.org"


class Console(ExchangeConsole):
    """A store with two students, on the first of January 2027."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NOW, STUDENTS)

    def take(self, data: bytes, *said: str, dry_run: bool = False) -> SessionsPlan:
        return self.desk.take_sessions(data, [MatchSaid(0, text) for text in said], 366, dry_run=dry_run)

    def student(self, id: str = "zoe-17") -> FollowedStudent:
        return self.desk.logs.log(STUDENT, id).state

    def ahead(self, days: int = 60, id: str = "zoe-17") -> list[str]:
        """The sessions of the next days: their state where it is not planned, and their start."""
        found = weekly.occurrences(self.student(id).standing, self.now, self.now + timedelta(days=days))
        return [one.at[:16] if one.state == "planned" else one.state for one in found]


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    console = Console(tmp_path / "store")
    yield console
    console.store.close()


def series(*lines: str, uid: str = "s1", start: str = PARIS, rule: str = "FREQ=WEEKLY") -> str:
    return event(f"RRULE:{rule}", *lines, uid=uid, start=start, summary="Classe virtuelle")


def moved(planned: str, to: str, *lines: str, uid: str = "s1") -> str:
    zone = ";TZID=Europe/Paris:"
    return event(f"RECURRENCE-ID{zone}{planned}", *lines, uid=uid, start=f"DTSTART{zone}{to}", summary="Classe")


def test_a_series_without_an_end_becomes_the_plan_with_what_is_left_out_and_moved(console: Console) -> None:
    data = ics(
        PARIS_VTIMEZONE,
        series(HOUR, ZOE, "EXDATE;TZID=Europe/Paris:20270112T180000"),
        moved("20270119T180000", "20270120T090000", ZOE),
        moved("20270126T180000", "20270126T180000", ZOE, "STATUS:CANCELLED"),
    )
    assert console.take(data, dry_run=True).planned
    assert console.student().standing.plans == ()
    plan = console.take(data)
    assert (len(plan.planned), plan.left_alone, plan.faults) == (1, (), ())
    student = console.student()
    assert student.standing.plans == (WeeklyPlan("2026-12-01", "18:00", "Europe/Paris", 1, 60),)
    found = console.ahead(33)
    assert found == ["2027-01-05T17:00", "excused", "2027-01-20T08:00", "excused", "2027-02-02T17:00"]
    assert [each.day for each in student.absences] == ["2027-01-12", "2027-01-26"]
    assert console.ahead(120)[-1].endswith("T16:00"), "the hour stays when clocks change"
    again = console.take(data)
    assert [each.whats for each in again.planned] == [()], "the second time there is nothing to do"


def test_what_was_held_stays_on_the_plan_it_was_held_by(console: Console) -> None:
    console.take(ics(PARIS_VTIMEZONE, series(HOUR, ZOE)))
    console.now += timedelta(days=10)
    started = iso(console.now)
    console.desk.logs.decide(STUDENT, "zoe-17", [ev.SessionStarted("2027-01-05", started)], console.stamp())
    console.desk.logs.decide(STUDENT, "zoe-17", [ev.SessionHeld(started)], console.stamp())
    later = "DTSTART;TZID=Europe/Paris:20261203T090000"
    console.take(ics(PARIS_VTIMEZONE, series("DURATION:PT45M", ZOE, start=later, rule="FREQ=WEEKLY;INTERVAL=2")))
    plans = console.student().standing.plans
    assert [(plan.starts, plan.time, plan.every, plan.last) for plan in plans] == [
        ("2026-12-01", "18:00", 1, "2027-01-13"), ("2027-01-14", "09:00", 2, ""),
    ]  # fmt: skip
    assert console.student().standing.days["2027-01-05"].state == "held"


@pytest.mark.parametrize(("rule", "last"), [
    ("FREQ=WEEKLY;COUNT=1000", "2036-11-18"), ("FREQ=WEEKLY;COUNT=3;BYDAY=TU", "2026-12-15"),
    ("FREQ=WEEKLY;UNTIL=20270202T170000Z", "2027-02-02"), ("FREQ=WEEKLY;UNTIL=20270201;WKST=MO", "2027-02-01"),
])  # fmt: skip
def test_the_end_of_a_rule_is_the_last_day(console: Console, rule: str, last: str) -> None:
    console.take(ics(PARIS_VTIMEZONE, series(HOUR, ZOE, rule=rule)))
    assert console.student().standing.plans[0].last == last


@pytest.mark.parametrize(("text", "reason"), [
    (series(HOUR, ZOE, rule="FREQ=DAILY"), "does not come back every week"),
    (series(HOUR, ZOE, rule="FREQ=WEEKLY;BYDAY=TU,TH"), "does not come back every week"),
    (series(HOUR, ZOE, rule="FREQ=SECONDLY"), "does not come back every week"),
    (series(HOUR, ZOE, rule="FREQ=MONTHLY;BYDAY=1TU"), "does not come back every week"),
    (series(HOUR), "no student is named"),
    (series("DURATION:PT2M", ZOE), "takes 5 to 600 minutes"),
])  # fmt: skip
def test_what_is_no_weekly_session_says_why_and_stays(console: Console, text: str, reason: str) -> None:
    plan = console.take(ics(PARIS_VTIMEZONE, text))
    (left,) = plan.left_alone
    assert reason in left.reason
    assert console.student().seq == 1


def test_two_series_of_one_student_and_one_that_cannot_be_read(console: Console) -> None:
    broken = series(HOUR, ZOE, uid="s3", rule="FREQ=WEEKLY;UNTIL=20200101T000000Z")
    plan = console.take(ics(PARIS_VTIMEZONE, series(HOUR, ZOE), series(HOUR, ZOE, uid="s2"), broken))
    (left,) = plan.left_alone
    assert left.parameters == {"line": plan.planned[0].line}
    assert [each.column for each in plan.faults] == ["RRULE"]


def test_zones_of_windows_of_the_file_and_none(console: Console) -> None:
    windows = "DTSTART;TZID=Romance Standard Time:20261201T180000"
    console.take(ics(WINDOWS_VTIMEZONE, series("DURATION:PT1H", ZOE, start=windows)))
    assert console.student().standing.plans[0].zone == "Europe/Paris"
    console.take(ics(series("DURATION:PT1H", "ATTENDEE;CN=Ada Exemple:mailto:a@b", start="DTSTART:20261201T170000Z")))
    assert console.student("ada-18").standing.plans[0] == WeeklyPlan("2026-12-01", "17:00", "UTC", 1, 60)


def test_the_mentor_says_whose_a_series_is(console: Console) -> None:
    data = ics(PARIS_VTIMEZONE, series(HOUR))
    console.take(data, "s1=ada-18")
    assert console.student("ada-18").standing.plans
    for said in ("s9=ada-18", "s1=nobody", "s1"):
        with pytest.raises(BadFile):
            console.take(data, said)


def test_sessions_are_exported_and_come_back_as_they_are(console: Console, tmp_path: Path) -> None:
    console.take(
        ics(PARIS_VTIMEZONE, series(HOUR, ZOE, "EXDATE;TZID=Europe/Paris:20270112T180000", rule="FREQ=WEEKLY;COUNT=20"),
            moved("20270119T180000", "20270120T090000", ZOE))
    )  # fmt: skip
    written = console.desk.export_calendar(CalendarForm("en"))
    assert written == console.desk.export_calendar(CalendarForm("en"))
    assert b"zoe-17" not in written
    assert b"SUMMARY:Weekly session \xc2\xb7 Z. [.\r\n" in written
    assert b"BEGIN:VTIMEZONE" in written
    assert "VEVENT" not in [c.name for c in Calendar.from_ical(console.desk.export_calendar(
        CalendarForm("en", sessions=False))).walk()]  # fmt: skip
    other = Console(tmp_path / "other")
    other.take(written)
    assert other.ahead(300) == console.ahead(300)
    assert console.take(written).planned[0].whats == ()
    holidays = console.desk.export_calendar(CalendarForm("en"), lambda day: "Feast" if day.day == 5 else "")
    assert b"EXDATE;TZID=Europe/Paris:20270105T180000" in holidays
    other.store.close()


def test_the_command_says_what_changed_and_what_was_left(console: Console, tmp_path: Path) -> None:
    file = tmp_path / "agenda.ics"
    ahead = "DTSTART;TZID=Europe/Paris:20991201T180000"
    file.write_bytes(
        ics(PARIS_VTIMEZONE, series("DURATION:PT1H", ZOE, start=ahead), series(uid="x", rule="FREQ=DAILY"))
    )
    arguments = ["calendar", "import", "--sessions", str(file), "--store", str(tmp_path / "store"), "--lang", "en"]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    assert "Zoé [Fictive]\n  Weekly session planned: Tuesday 18:00" in done.stdout
    assert "“Classe virtuelle”: no student is named" in done.stdout
    assert "Nothing to change" in CliRunner().invoke(main, arguments).stdout
