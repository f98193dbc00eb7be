"""Shows what a mentor does with a student, from the plan of the sessions to a check-in that undo takes back whole."""

from __future__ import annotations

from contextlib import closing
from datetime import date

import msgspec
import pytest
from textual.geometry import Size

from defense_console.desk.student.asked import Asked
from defense_console.desk.student.holidays import holidays_of
from defense_console.desk.student.student import StudentDesk
from defense_console.model.defense import kinds as defense
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import ConsoleError
from defense_console.model.student import kinds as ev
from defense_console.model.student.check_in import CheckIn
from defense_console.model.student.state import Student
from defense_console.screens.queue.words import card_lines
from tests.desk.consoles import Twin
from tests.ui.conftest import Room

DAY = 86_400.0
NOW = "2026-11-24T13:00:00.000Z"


def test_a_student_without_any_session_shows_nothing_and_no_reproach(twin: Twin, desk: StudentDesk) -> None:
    shown = desk.overview()
    assert shown.since == type(shown.since)("", None, (), 0, (), ())
    assert (shown.line.next, shown.line.sessions.planned, shown.line.sessions.held) == (None, 0, 0)
    assert (shown.goals, shown.last_sessions, shown.record.settled) == ((), (), 0)
    (line,) = twin.desk.students.lines()
    assert (line.sessions, line.last_seen, line.next, line.away) == (shown.line.sessions, "", None, False)


def test_a_week_with_its_session(room: Room, twin: Twin, desk: StudentDesk) -> None:
    desk.plan_weekly("mardi 18h, toutes les semaines, Europe/Paris")
    desk.set_goal("maquette v2 vendredi quand j'ai fini P2")
    desk.set_goal("lire le cours")
    first, second = desk.student.open_goals
    assert (first.text, first.due, first.condition) == ("maquette v2", "2026-11-27", "j'ai fini P2")
    ((only),) = twin.desk.students.sessions_of(date(2026, 11, 24))
    assert (only.student.id, only.session.at, only.session.state) == ("s1", "2026-11-24T17:00:00.000Z", "planned")
    with pytest.raises(ConsoleError, match="not begun"):
        desk.miss_session("2026-11-24")
    room.machine.pass_time(5 * 3600)
    before = desk.student
    said = CheckIn(
        "slow", "a_little", kept=(first.seq,), moved={second.seq: ("2026-12-01", "malade")}, estimates={"IRP-P2": 40},
        notes=("Travaille la nuit.",), goals=(desk.goal_of("trois entretiens dans 2 semaines"),),
        promises=("envoyer le modèle",),
    )  # fmt: skip
    assert desk.refusal(*desk.check_in_events(said, "2026-11-24")) is None
    after = desk.check_in(said, "2026-11-24")
    assert [event.action for event in desk.events[4:]] == [5] * 9, "one action"
    (session,) = after.sessions
    assert (session.started_at, session.pace, session.blocked) == ("2026-11-24T17:00:00.000Z", "slow", "a_little")
    assert [goal.due for goal in after.open_goals] == ["2026-12-01", "2026-12-08"]
    assert after.standing.days["2026-11-24"].state == "held"
    shown = desk.overview()
    assert (shown.line.sessions.held, shown.line.sessions.planned) == (1, 1)
    assert (shown.record.kept, shown.record.settled) == (1, 1)
    assert shown.since.promises[0].text == "envoyer le modèle"
    assert shown.line.next is not None
    assert shown.line.next.day == "2026-12-01"
    twin.settle()
    with closing(room.connect()) as store:
        row = store.student("s1")
    assert row == msgspec.convert({**msgspec.to_builtins(row), "standing": after.standing}, Student)
    undone = desk.undo()
    assert (undone.sessions, undone.goals, undone.standing) == (before.sessions, before.goals, before.standing)
    assert desk.redo().sessions == after.sessions


def test_a_session_is_started_answered_and_ended_key_by_key(room: Room, desk: StudentDesk) -> None:
    with pytest.raises(ConsoleError, match="No session is being held"):
        desk.answer("slow")
    desk.start_session()
    assert desk.student.standing.running
    with pytest.raises(ConsoleError, match="being held"):
        desk.start_session()
    desk.answer("on_track")
    desk.undo()
    desk.answer(blocked="yes")
    room.machine.pass_time(1800)
    session = desk.end_session().sessions[0]
    assert (session.pace, session.blocked, session.day) == (None, "yes", "")
    assert desk.overview().line.sessions.held == desk.overview().line.sessions.planned == 1


def test_a_session_is_moved_excused_and_missed(room: Room, twin: Twin, desk: StudentDesk) -> None:
    desk.plan_weekly("tuesday 18:00, 45 min")
    desk.type_text(Asked.SESSION_REASON, "ill")
    desk.move_session("2026-11-24", "thursday 10:00", "ill")
    assert Asked.SESSION_REASON not in desk.drafts, "the answer settles what was typed for it"
    (moved,) = twin.desk.students.sessions_of(date(2026, 11, 26))
    assert (moved.session.at, moved.session.moved) == ("2026-11-26T09:00:00.000Z", True)
    assert twin.desk.students.sessions_of(date(2026, 11, 24)) == ()
    with pytest.raises(ConsoleError, match="No session is planned on 2026-11-25"):
        desk.excuse_session("2026-11-25")
    with pytest.raises(ConsoleError, match="has passed"):
        desk.move_session("2026-11-24", "23/11/2026 10:00")
    desk.excuse_session("2026-12-01", "school", "fair")
    room.machine.pass_time(3 * DAY)
    desk.miss_session("2026-11-24")
    assert [(a.day, a.excused) for a in desk.student.absences] == [("2026-12-01", "school"), ("2026-11-24", None)]
    assert desk.overview().line.sessions == type(desk.overview().line.sessions)(0, 1)
    assert desk.overview().line.next is not None
    desk.end_weekly("2026-12-10")
    room.machine.pass_time(30 * DAY)
    assert desk.overview().line.next is None
    with pytest.raises(ConsoleError, match="No session is planned"):
        desk.check_in(CheckIn(), "2026-12-15")


def test_a_new_plan_ends_the_one_before(desk: StudentDesk) -> None:
    desk.plan_weekly("tuesday 18:00")
    desk.move_session("2026-12-08", "09/12 18:00")
    desk.plan_weekly("friday 9:00, from 02/12")
    standing = desk.student.standing
    assert [plan.last for plan in standing.plans] == ["2026-12-03", ""]
    assert standing.days == {}
    assert desk.session("2026-12-04") is not None
    assert desk.session("2026-12-08") is None


def test_a_goal_typed_wrongly_stays_a_draft(desk: StudentDesk) -> None:
    desk.type_text("goal", "maquette hier")
    with pytest.raises(ConsoleError, match="has passed"):
        desk.commit("goal", "maquette hier")
    assert desk.text("goal") == "maquette hier"
    desk.commit("goal", "maquette demain")
    assert desk.drafts == {}
    goal = desk.student.goals[0]
    desk.move_goal(goal.seq, "dans 2 semaines", "stage")
    assert desk.student.goals[0].moves[0].before == "2026-11-25"
    with pytest.raises(ConsoleError, match="needs a reason"):
        desk.drop_goal(goal.seq, " ")
    desk.drop_goal(goal.seq, "autre projet")
    with pytest.raises(ConsoleError, match="settled already"):
        desk.keep_goal(goal.seq)


def test_the_path_is_planned_with_what_the_curriculum_has(desk: StudentDesk) -> None:
    with pytest.raises(ConsoleError, match="no project IRP-P99"):
        desk.plan_path("IRP", "2026-09-01", {"IRP-P99": 4})
    desk.plan_path("IRP", "2026-09-01", {"IRP-P1": 4, "IRP-P2": 6})
    desk.settle_project("IRP-P1", "validated", "2026-10-01", "the school")
    student = desk.student
    assert student.path is not None
    assert student.path.weeks == {"IRP-P1": 4, "IRP-P2": 6}
    assert (student.standing.curriculum, student.settled[0].by) == ("IRP", "the school")
    with pytest.raises(ConsoleError, match="lies ahead"):
        desk.settle_project("IRP-P2", "rework", "2027-01-01", "the school")


def test_holidays_of_a_country_have_no_session(room: Room, twin: Twin) -> None:
    fr = holidays_of("FR", "fr")
    assert fr(date(2027, 5, 1)) == "Fête du Travail"
    assert fr(date(2027, 5, 3)) == ""
    assert holidays_of("", "fr")(date(2027, 5, 1)) == ""
    with pytest.raises(ConsoleError, match="No holidays are known"):
        holidays_of("XX", "fr")(date(2027, 5, 1))
    desk = StudentDesk(twin.desk.ledger, "s1", twin.desk.leases, msgspec.structs.replace(room.settings, holidays="FR"))
    desk.plan_weekly("friday 9:00")
    christmas = desk.session("2026-12-25")
    assert christmas is not None
    assert christmas.state == "holiday"


def test_a_student_is_found_by_id_or_whole_name_and_registered(twin: Twin) -> None:
    students = twin.desk.students
    assert students.named("s1") == students.named("lina demo") == "s1"
    twin.desk.enrolment.register("s2", "Lina Demo")
    with pytest.raises(ConsoleError, match="Several"):
        students.named("Lina Demo")
    with pytest.raises(ConsoleError, match="already"):
        twin.desk.enrolment.register("s2", "Tom Demo")
    with pytest.raises(ConsoleError, match="no student"):
        students.named("nobody")
    assert [line.student.id for line in students.lines()] == ["s1", "s2"]


def test_a_late_text_of_a_dialog_is_kept_as_a_note(desk: StudentDesk) -> None:
    desk.set_aside(Asked.AWAY, "back in May")
    (kept,) = desk.aside
    assert isinstance(kept.event.what, ev.StudentNoted)


def test_a_session_that_was_moved_is_held_where_it_is(room: Room, twin: Twin, desk: StudentDesk) -> None:
    desk.plan_weekly("tuesday 18:00")
    desk.move_session("2026-11-24", "thursday 10:00")
    room.machine.pass_time(2 * DAY)
    desk.start_session("2026-11-24")
    with pytest.raises(ConsoleError, match="is being held"):
        desk.excuse_session("2026-11-24")
    (running,) = twin.desk.students.sessions_of(date(2026, 11, 26))
    assert running.session.state == "running"
    desk.end_session()
    (held,) = twin.desk.students.sessions_of(date(2026, 11, 26))
    assert (held.session.state, held.session.at) == ("held", "2026-11-26T09:00:00.000Z")
    with pytest.raises(ConsoleError, match="was held"):
        desk.move_session("2026-11-24", "friday 10:00")


def test_the_record_counts_what_was_promised_first(desk: StudentDesk) -> None:
    desk.set_goal("maquette demain")
    desk.set_goal("plan")
    dated, undated = desk.student.goals
    desk.move_goal(dated.seq, "27/11")
    desk.move_goal(dated.seq, "01/12")
    desk.move_goal(undated.seq, "26/11")
    assert [goal.first_due for goal in desk.student.goals] == ["2026-11-25", "2026-11-26"]
    desk.keep_goal(dated.seq)
    desk.drop_goal(undated.seq, "inutile")
    record = desk.overview().record
    assert (record.kept, record.settled, record.slipped_days) == (1, 2, 6)


def test_what_came_in_since_the_last_session(room: Room, twin: Twin, desk: StudentDesk) -> None:
    files = (ReceivedFile("report.pdf", 3, "ab" * 32),)
    id = room.plan("s1", in_min=3 * 1440)
    room.add(id, defense.DeliverableReceived(1, files))
    room.machine.pass_time(DAY)
    desk.check_in(CheckIn())
    twin.settle()
    room.machine.pass_time(DAY)
    assert desk.overview().since.uploads == 0
    room.add(id, defense.DeliverableReceived(2, files))
    twin.desk.tick([desk.stream])
    since = desk.overview().since
    assert (since.uploads, since.days, since.verdicts) == (1, 1, ())


def test_the_card_of_a_defense_tells_the_next_goal_and_cuts_nothing_that_fits(twin: Twin, desk: StudentDesk) -> None:
    ((curriculum, project),) = twin.desk.enrolment.projects("FE-P3")
    twin.desk.enrolment.plan("s1", curriculum, project, "2026-11-27T13:00:00.000Z")

    def card(width: int, height: int) -> str:
        (entry,) = twin.desk.agenda.entries()
        lines = card_lines(twin.desk.agenda.card(entry), "columns", Size(width, height), "Europe/Paris", NOW)
        return " ".join(" ".join(line.plain for line in lines).split())

    assert "goal –" in card(114, 8)
    desk.set_goal("lire le cours")
    desk.set_goal("maquette v2 vendredi")
    assert "goal Fri 27 Nov: maquette v2" in card(114, 8)
    assert "…" not in card(96, 9)
    assert "…" in card(96, 4)
