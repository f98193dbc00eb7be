"""The list of students: who is in which tab and in which order; what a check-in asks and tells the school's form."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from defense_console.desk.student.board import BoardRow, counts, in_tab, ordered
from defense_console.desk.student.progress import computed_percent
from defense_console.desk.student.shown import alerts_document
from defense_console.desk.student.today import form_fields, goals_today
from defense_console.model.defense import kinds as defense
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.student import kinds as ev
from defense_console.model.student.alerts import answer_due
from defense_console.words.translation import translator
from tests.desk.consoles import Twin
from tests.ui.conftest import SHIPPED, Room

TUESDAYS = ev.WeeklyPlanned("2026-11-10", "10:00", "Europe/Paris")
"""It is Tuesday 24 November, 14:00 in Paris: three sessions are over."""


@pytest.fixture
def twin(room: Room) -> Iterator[Twin]:
    for id in ("s1", "s2"):
        room.student(id, {"s1": "Ada Demo", "s2": "Ben Demo"}[id])
    twin = Twin(room)
    yield twin
    twin.kill()


def row(twin: Twin, id: str = "s1") -> BoardRow:
    return next(row for row in twin.desk.students.rows() if row.line.student.id == id)


def held(room: Room, id: str, days: float) -> None:
    then = iso(room.machine.wall - timedelta(days=days))
    room.follow(id, ev.SessionStarted("", then), ev.SessionHeld(then))


def test_of_whom_nothing_is_recorded_is_in_no_tab(twin: Twin) -> None:
    assert [each.tabs for each in twin.desk.students.rows()] == [frozenset(), frozenset()]
    assert counts(twin.desk.students.rows()) == {None: 2, "week": 0, "mine": 0, "drifting": 0, "away": 0}


@pytest.mark.parametrize(
    ("whats", "tabs"),
    [
        ((ev.WeeklyPlanned("2026-11-27", "10:00", "Europe/Paris"),), {"week"}),
        ((ev.WeeklyPlanned("2026-12-01", "10:00", "Europe/Paris"),), set()),
        ((ev.GoalPromised("read on", "2026-11-29"),), {"week"}),
        ((ev.GoalPromised("read on", "2026-11-30"),), set()),
        ((ev.MentorPromised("send it"),), {"mine"}),
        ((TUESDAYS,), {"week", "mine"}),
        ((TUESDAYS, ev.SessionMissed("2026-11-17"), ev.SessionMissed("2026-11-24")), {"week", "drifting"}),
        ((TUESDAYS, ev.SessionMissed("2026-11-10"), ev.SessionMissed("2026-11-17"), ev.SessionMissed("2026-11-24"),
          ev.SessionStarted("", "2026-11-18T09:00:00.000Z"), ev.SessionHeld("2026-11-18T10:00:00.000Z")), {"week"}),
        ((TUESDAYS, ev.SessionExcused("2026-11-24"), ev.SessionExcused("2026-11-17"), ev.SessionMissed("2026-11-10")),
         set()),
        ((ev.WentAway("2026-11-20", "2026-12-20"), ev.SessionMissed("2026-11-17")), {"away"}),
        ((TUESDAYS, ev.WentAway("2026-11-09")), {"away"}),
    ],
)  # fmt: skip
def test_in_which_tabs_a_student_is(room: Room, twin: Twin, whats: tuple[ev.StudentWhat, ...], tabs: set[str]) -> None:
    if tabs == {"away"}:
        room.follow("s1", TUESDAYS, ev.WeeklyEnded("2026-11-17"))
    room.follow("s1", *whats)
    twin.desk.ledger.refresh()
    assert row(twin).tabs == tabs


def test_silence_and_a_defense_that_waits_for_the_mentor(room: Room, twin: Twin) -> None:
    held(room, "s1", 21)
    held(room, "s2", 20)
    room.live(room.plan("s2", "IRP-P2"))
    twin.desk.ledger.refresh()
    assert row(twin).tabs == {"drifting"}
    assert row(twin).silent_days == 21
    assert row(twin, "s2").tabs == {"mine"}
    assert [status for _project, status in row(twin, "s2").path][:2] == ["unknown", "in_defense"]
    rows = twin.desk.students.rows()
    assert [each.line.student.id for each in ordered(rows, "mine", {})] == ["s2", "s1"]
    assert [each.line.student.id for each in ordered(rows, "silence", {})] == ["s1", "s2"]
    assert [each.line.student.id for each in ordered(rows, "pace", {"s2": -1.0})] == ["s2", "s1"], "no plan is last"
    assert [each.line.student.id for each in ordered(rows, "pace", {"s2": -1.0, "s1": 2.5})] == ["s1", "s2"]
    assert [each.line.student.id for each in in_tab(rows, None, "IRP ben")] == ["s2"]
    assert in_tab(rows, "away") == ()


def test_what_somebody_else_assessed_is_on_the_path(room: Room, twin: Twin) -> None:
    room.follow("s1", ev.PathPlanned("IRP", "2026-01-01", {"IRP-P1": 4}),
                ev.ProjectSettled("IRP-P1", "validated", "2026-02-01", "Léa"),
                ev.ProjectSettled("IRP-P2", "rework", "2026-03-01", "Léa"))  # fmt: skip
    desk = twin.desk.follow("s1")
    assert [status for _project, status in desk.path][:3] == ["validated", "to_repass", "locked"]
    assert desk.running_project is not None
    assert desk.running_project.id == "IRP-P2"


def test_the_agenda_of_a_session_stays_in_its_order_while_it_is_answered(room: Room, twin: Twin) -> None:
    desk = twin.desk.follow("s1")
    for text in ("second 30/11", "third", "first tomorrow"):
        desk.set_goal(text)
    desk.keep_goal(desk.student.goals[1].seq)
    desk.set_goal("last")
    room.machine.pass_time(1)
    assert [each.goal.text for each in goals_today(desk.student, None)] == ["first", "second", "last"]
    desk.act(desk.starting)
    session, numbers = desk.session_today, {goal.text: goal.seq for goal in desk.student.goals}
    desk.move_goal(numbers["first"], "in 3 weeks")
    desk.keep_goal(numbers["second"])
    desk.set_goal("next friday")
    found = goals_today(desk.student, session)
    assert [(each.goal.text, each.answer) for each in found] == [("first", "moved"), ("second", "kept"), ("last", None)]
    desk.answer("slow", "a_little")
    desk.ask("which tool?")
    desk.commit("note", "a private note")
    fields = form_fields(desk.student, desk.session_today, translator("en"))
    assert [(field.name, field.text) for field in fields] == [
        ("Follow-up", "Pace: slow. Blocked: a little."),
        ("Goals", "- first: moved to 2026-12-15\n- second: kept\n- last: goes on"),
        ("Difficulties", "- which tool?"),
        ("Next goal", "- next, Friday 2026-11-27"),
    ]
    goals = form_fields(desk.student, desk.session_today, translator("fr"))[1].text
    assert "second\N{NO-BREAK SPACE}: " in goals, "French has a space before the colon, which does not break"
    desk.end_session()
    assert desk.session_today is not None
    assert desk.student.running is None


def test_how_far_a_project_is_by_what_can_be_counted(room: Room, twin: Twin) -> None:
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    desk = twin.desk.follow("s1")
    assert desk.computed_percent(project) == 0
    desk.set_goal("one")
    desk.keep_goal(desk.student.goals[0].seq)
    desk.set_goal("two")
    assert computed_percent(project, (), desk.student.goals) == 50
    id = room.plan("s1", "IRP-P2")
    room.add(id, *(defense.DeliverableDeclared(each.n, received=True) for each in project.deliverables))
    twin.desk.ledger.refresh()
    assert desk.computed_percent(project) == 80, "the mean of 100 and 50, by 10"


def test_a_session_that_goes_on_is_today_whenever_it_was_planned_for(room: Room, twin: Twin) -> None:
    """Nobody planned the first; the second is held a day early, of somebody who is away; the third began yesterday."""
    tomorrow, now = ev.WeeklyPlanned("2026-11-25", "10:00", "Europe/Paris", length_min=30), room.machine.read().wall
    room.follow("s2", tomorrow, ev.WentAway("2026-11-20"), ev.SessionStarted("2026-11-25", now))
    room.student("s3", "Zoé Demo")
    room.follow("s3", TUESDAYS, ev.SessionStarted("", "2026-11-23T22:00:00.000Z"))
    twin.desk.follow("s1").act(ev.SessionStarted("", now))
    for saved in (False, True):
        if saved:
            twin.settle()
        twin.desk.ledger.refresh()
        twin.desk.students.look()
        found = twin.desk.students.sessions_today()
        assert [(e.student.id, e.session.day, e.session.length_min, e.session.state) for e in found] == [
            ("s3", "", 0, "running"), ("s3", "2026-11-24", 60, "planned"),
            ("s1", "", 0, "running"), ("s2", "2026-11-25", 30, "running"),
        ]  # fmt: skip
    assert found == twin.desk.students.sessions_of(date(2026, 11, 24))
    assert [each.student.id for each in twin.desk.students.sessions_of(date(2026, 11, 25))] == ["s2"]
    twin.desk.follow("s1").end_session()
    assert "s1" not in [each.student.id for each in twin.desk.students.sessions_today()]


def test_an_alert_without_an_answer_is_shown_from_the_day_on_which_it_is_due(room: Room, twin: Twin) -> None:
    students, rules = twin.desk.students, twin.desk.outlooks.rules.alerts
    desk = twin.desk.follow("s1")
    desk.raise_alert(ev.AlertRaised("well done", kudos=True))
    raised = desk.raise_alert(ev.AlertRaised("facts", "called", "call", "a session")).alerts[-1]
    room.machine.pass_time(3600)
    twin.desk.follow("s2").raise_alert(ev.AlertRaised("facts", "called", "call", "a session"))
    twin.settle()
    students.look()
    due = answer_due(raised.raised_at, rules)
    assert instant(due) - instant(raised.raised_at) == timedelta(days=rules.answer_days)
    assert (students.alerts_today(), row(twin).tabs) == ((), frozenset())
    room.machine.pass_time(rules.answer_days * 86_400 - 7_200)
    assert [each.student.id for each in students.alerts_today()] == ["s1", "s2"], "due today, the earliest first"
    assert students.alerts_today()[0].due == due
    assert row(twin).tabs == frozenset(), "not overdue"
    room.machine.pass_time(5_400)
    assert row(twin).tabs == {"mine"}
    assert row(twin, "s2").tabs == frozenset()
    (document, _other) = alerts_document(twin.desk.outlooks)["raised"]
    assert document["answer_due"] == due
    desk.acknowledge_alert(raised.seq, "we call")
    assert [each.student.id for each in students.alerts_today()] == ["s2"]
    assert row(twin).tabs == frozenset()
    (document, _other) = alerts_document(twin.desk.outlooks)["raised"]
    assert document["answer_due"] is None


def test_the_sessions_of_today_are_known_once_somebody_looked(room: Room, twin: Twin) -> None:
    room.follow("s1", TUESDAYS)
    students = twin.desk.students
    assert students.sessions_today() == ()
    students.look()
    ((only),) = students.sessions_today()
    assert (only.student.id, only.session.at) == ("s1", "2026-11-24T09:00:00.000Z")
    twin.desk.follow("s2").plan_weekly("tuesday 18:00")
    assert [each.student.id for each in students.sessions_today()] == ["s1", "s2"]
    twin.desk.follow("s1").go_away("2026-11-24")
    assert [each.student.id for each in students.sessions_today()] == ["s2"]
    twin.desk.change_settings({"zone": "Asia/Tokyo"})
    twin.settle()
    twin.desk.ledger.refresh()
    twin.desk.students.look()
    assert twin.desk.students.sessions_today() == (), "it is Tuesday evening there, and Wednesday when it begins"
