"""Shows what lies ahead of students: forecasts with their sentence, proposals of alerts, the mentor's own rules."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from defense_console.desk.student import outlook_words as words
from defense_console.desk.student.outlook import OutlookDesk, Resources, course_of
from defense_console.desk.student.shown import alerts_document
from defense_console.desk.student.student import StudentDesk
from defense_console.exchange.curricula.desk_rules import load_desk_rules
from defense_console.model.defense import kinds as defense
from defense_console.model.errors import ConsoleError
from defense_console.model.student import kinds as ev
from defense_console.model.student.alerts import Precision, RuleReason
from defense_console.model.student.course import DaysOff, FinishedProject
from defense_console.model.student.forecast import FinishedStudents, Forecast, ForecastStep, Range
from defense_console.resources import data_folder
from defense_console.words.translation import translator
from tests.desk.consoles import Twin
from tests.ui.conftest import SHIPPED, Room

DAY = 86_400.0
TODAY = date(2026, 11, 24)
WEEKS = {"IRP-P1": 4, "IRP-P2": 6, "IRP-P3": 6, "IRP-P4": 8}


def planned(desk: StudentDesk, *finished: str) -> StudentDesk:
    """A path since June; each project settled five weeks after the one before it."""
    desk.plan_path("IRP", "2026-06-01", WEEKS)
    for n, project in enumerate(finished, 1):
        day = date(2026, 6, 1) + timedelta(weeks=5 * n)
        desk.settle_project(project, "validated", day.isoformat(), "the school")
    return desk


def said(twin: Twin, language: str = "en") -> str:
    outlooks = twin.desk.outlooks
    found = outlooks.of("s1").forecast
    return words.forecast_sentence(found, outlooks.rules.forecast, outlooks.today, translator(language))


def test_without_a_plan_there_is_no_forecast_and_nothing_to_say(twin: Twin, desk: StudentDesk) -> None:
    shown = twin.desk.outlooks.of("s1")
    assert (shown.course, shown.forecast, sum(shown.output)) == (None, None, 0)
    assert said(twin) == ""
    assert twin.desk.outlooks.proposals() == ()


def test_two_finished_projects_are_needed(twin: Twin, desk: StudentDesk) -> None:
    planned(desk, "IRP-P1")
    assert said(twin) == "too early to say: 1 of 2 projects finished; planned: November"
    assert "trop tôt" in said(twin, "fr")
    desk.settle_project("IRP-P2", "rework", "2026-08-10", "the school")
    assert said(twin).startswith("too early"), "only what is validated is settled"
    desk.settle_project("IRP-P2", "validated", "2026-08-20", "the school")
    assert said(twin).startswith("between ")
    desk.undo()
    assert said(twin).startswith("too early")


def test_the_forecast_is_said_as_people_say_it() -> None:
    rules = load_desk_rules().forecast
    end = Range(date(2027, 3, 5), date(2027, 5, 5), date(2027, 7, 1))
    found = Forecast(date(2027, 4, 1), 3, (ForecastStep("IRP-P4", end),), None, 40)
    today = date(2027, 1, 8)
    assert words.forecast_sentence(found, rules, today, translator("en")) == (
        "between March and July (8 in 10), rather May; planned: April"
    )
    assert words.forecast_sentence(found, rules, today, translator("fr")).replace("\xa0", " ") == (
        "entre mars et juillet (8 sur 10), plutôt mai ; prévu : avril"
    )
    assert words.forecast_sentence(found, rules, TODAY, translator("en")).endswith("planned: April 2027")
    near = msgspec.structs.replace(
        found, steps=(ForecastStep("IRP-P4", Range(end.first, end.first, date(2027, 3, 20))),)
    )
    assert words.forecast_sentence(near, rules, today, translator("en")) == "in March (8 in 10); planned: April"
    assert words.forecast_short(found, TODAY, translator("en")) == "May 27"
    far = msgspec.structs.replace(found, planned=date(2026, 12, 1))
    assert words.forecast_sentence(far, rules, TODAY, translator("en")) == (
        "between March and July 2027 (8 in 10), rather May; planned: December"
    )
    ended = msgspec.structs.replace(found, steps=(), ended=date(2027, 4, 2))
    assert words.forecast_sentence(ended, rules, today, translator("en")) == "ended on 2027-04-02"
    assert words.how_often(msgspec.structs.replace(rules, range_percent=85)) == (85, 100)
    taught = FinishedStudents(0, 1, 1, (), held=11, of=14)
    assert words.record_sentence(taught, translator("en")) == "11 of 14 of these ranges held"
    assert words.record_sentence(FinishedStudents(0, 1, 1, ()), translator("en")) == ""


def test_days_off_and_projects_reach_the_course_in_the_order_of_the_path(
    room: Room, twin: Twin, desk: StudentDesk
) -> None:
    desk.plan_path("IRP", "2026-06-01", {"IRP-P8": 2, "IRP-P1": 4})
    desk.go_away("2026-11-10", "2026-12-01")
    desk.go_away("2026-11-20", "2026-12-24", "longer")
    room.machine.pass_time(6 * DAY)
    desk.come_back("2026-11-30")
    desk.go_away("2027-01-04")
    desk.settle_project("IRP-P1", "validated", "2026-07-01", "the school")
    course = course_of(desk.student.standing, (), SHIPPED, "Europe/Paris")
    assert course is not None
    assert [each.project for each in course.plan.projects] == ["IRP-P1", "IRP-P8"]
    assert course.settled == (FinishedProject("IRP-P1", date(2026, 7, 1)),)
    assert course.away == (
        DaysOff(date(2026, 11, 10), date(2026, 11, 19), TODAY),
        DaysOff(date(2026, 11, 20), date(2026, 11, 29), TODAY),
        DaysOff(date(2027, 1, 4), None, date(2026, 11, 30)),
    )


def test_a_verdict_released_here_settles_a_project(room: Room, twin: Twin, desk: StudentDesk) -> None:
    planned(desk)
    twin.settle()
    id = room.plan()
    room.live(id)
    room.machine.pass_time(1800)
    room.rate(id, "met")
    room.add(id, defense.Finished(), defense.OutcomeChosen("validated"))
    room.add(id, defense.Signed(1, "validated", "validated"), defense.Released(1))
    twin.desk.tick()
    course = twin.desk.outlooks.of("s1").course
    assert course is not None
    assert course.settled == (FinishedProject("IRP-P2", TODAY),)
    assert twin.desk.outlooks.of("s1").output[-1] == 1


def test_a_screen_has_forecasts_computed_on_a_thread(twin: Twin, desk: StudentDesk) -> None:
    planned(desk, "IRP-P1", "IRP-P2")
    outlooks = twin.desk.outlooks
    assert outlooks.at_once()["s1"].forecast is None
    compute = outlooks.computing()
    assert compute is not None
    outlooks.take(compute())
    assert outlooks.computing() is None
    assert outlooks.at_once()["s1"].forecast == outlooks.of("s1").forecast is not None
    desk.settle_project("IRP-P3", "validated", "2026-11-20", "the school")
    assert outlooks.at_once()["s1"].forecast is None, "it counts with what was finished since"


def silent(room: Room, desk: StudentDesk) -> None:
    """Two sessions missed, and nothing since."""
    desk.plan_weekly("tuesday 13:00")
    room.machine.pass_time(DAY)
    desk.miss_session("2026-11-24")
    room.machine.pass_time(7 * DAY)
    desk.miss_session("2026-12-01")


def test_an_alert_is_proposed_answered_and_its_rule_judged(room: Room, twin: Twin, desk: StudentDesk) -> None:
    silent(room, desk)
    outlooks = twin.desk.outlooks
    (proposal,) = outlooks.proposals()
    (reason,) = proposal.reasons
    rules = {rule.id: rule for rule in outlooks.rules.alerts.rules}
    sentence = words.reason_sentence(reason, rules, translator("en"))
    assert sentence == "2 sessions missed in a row, since 2026-11-24"
    assert words.reason_sentence(reason, {}, translator("en")) == "missed"
    desk.put_off(proposal.reasons, outlooks.put_off_until())
    assert outlooks.proposals() == ()
    assert outlooks.reasons("s1") == proposal.reasons
    desk.undo()
    assert outlooks.proposals() == (proposal,)
    desk.put_off(proposal.reasons)
    (found,) = [each for each in outlooks.rule_records() if each.rule.id == "missed"]
    assert (found.precision, found.tighter) == (Precision("missed", 0, 1), None)
    desk.undo()
    alert = ev.AlertRaised("facts", "called", "call", "a session", "missed", measured=2, also={"unseen": 22})
    raised = desk.raise_alert(alert).alerts[0].seq
    assert desk.student.standing.alerts == 1
    assert (outlooks.proposals(), outlooks.reasons("s1")) == ((), ()), "raised once is enough"
    records = {each.rule.id: each.precision for each in outlooks.rule_records()}
    assert (records["missed"], records["unseen"]) == (Precision("missed", 1, 1), Precision("unseen", 1, 1))
    desk.close_alert(raised, "not_founded")
    assert desk.student.standing.alerts == 0
    assert {each.rule.id: each.precision.founded for each in outlooks.rule_records()}["missed"] == 0


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_measure_is_said_in_words(twin: Twin, language: str) -> None:
    rules = {rule.id: rule for rule in twin.desk.outlooks.rules.alerts.rules}
    found = {
        words.reason_sentence(RuleReason(rule.id, n, rule.at_least, TODAY, "[P1]"), rules, translator(language))
        for rule in rules.values() for n in (1, 2)
    }  # fmt: skip
    assert len(found) == 2 * len(rules)
    assert not {"", *rules} & found
    assert set(words.RULES) == set(words.CLOSING) == {rule.measure for rule in rules.values()}


def own(twin: Twin, folder: Path, text: str) -> OutlookDesk:
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    settings = msgspec.structs.replace(twin.desk.settings, file=str(folder / "settings.toml"))
    return OutlookDesk(twin.desk.ledger, settings, frozenset)


def test_the_mentors_own_rules_lie_next_to_the_settings(
    room: Room, twin: Twin, desk: StudentDesk, tmp_path: Path
) -> None:
    shipped = (data_folder() / "rules.toml").read_text("utf-8")
    silent(room, desk)
    strict = own(twin, tmp_path, shipped.replace("at_least = 2\n", "at_least = 3\n", 1))
    assert (strict.proposals(), strict.rulebook.problem) == ((), None)
    unknown = own(twin, tmp_path, shipped.replace('= "sessions_missed_in_a_row"', '= "log_ins"'))
    assert alerts_document(unknown)["rules_problem"], "said also where nothing has asked for the rules before"
    assert len(unknown.proposals()) == 1, "the shipped rules are used meanwhile"
    assert unknown.rulebook.problem is not None
    sentence = translator("en").error(unknown.rulebook.problem)
    assert "log_ins" in sentence
    assert f"The file is {tmp_path / 'rules.toml'}" in sentence
    assert "line " in sentence
    assert OutlookDesk(twin.desk.ledger, room.settings, frozenset).rulebook.file is None


def test_a_tighter_threshold_is_written_used_at_once_and_taken_back(
    room: Room, twin: Twin, desk: StudentDesk, tmp_path: Path
) -> None:
    shipped = (data_folder() / "rules.toml").read_text("utf-8")
    silent(room, desk)
    text = shipped.replace("judged_from = 8", "judged_from = 3")
    here, other = own(twin, tmp_path, text), own(twin, tmp_path, text)
    assert other.rules == here.rules, "both have read the file"
    for measured, founded in ((2, False), (2, False), (3, True)):
        raised = desk.raise_alert(ev.AlertRaised("facts", "a", "b", "c", "missed", measured=measured)).alerts[-1].seq
        desk.close_alert(raised, "helped" if founded else "not_founded")
        room.machine.pass_time(DAY)
    room.machine.pass_time(40 * DAY)
    (reason,) = [each for each in here.reasons("s1") if each.rule == "missed"]
    assert reason.measured == 2
    (record,) = [each for each in here.rule_records() if each.tighter is not None]
    assert [(each.measured, each.founded) for each in record.not_named] == [(2, False), (2, False)]
    file = tmp_path / "rules.toml"
    sentence = words.tightening_text(record, {"s1": "Ada [x]"}, file, translator("en"))
    assert "sessions missed in a row: from 3 on, now from 2" in sentence
    assert "These 2 proposals would not have come" in sentence
    assert sentence.count("Ada [x]: 2, raised, not founded") == 2
    assert 'write at_least = 2 there again, under id = "missed"' in sentence
    assert record.tighter is not None
    here.rulebook.tighten(record.rule, record.tighter)
    assert file.read_text("utf-8") == text.replace("at_least = 2\n", "at_least = 3\n", 1)
    assert "missed" not in [each.rule for each in here.reasons("s1")], "it holds at once"
    edited = file.read_text("utf-8").replace("at_least = 3\n", "at_least = 5\n", 1)
    file.write_text(edited, encoding="utf-8")
    with pytest.raises(ConsoleError, match="was changed meanwhile"):
        other.rulebook.tighten(record.rule, record.tighter)
    assert file.read_text("utf-8") == edited
    assert other.rules.alerts.rules[0].at_least == 5, "the other console has read it again"
    file.write_text(text, encoding="utf-8")
    here.rulebook.read()
    assert reason in here.reasons("s1"), "edited back"
    demo = msgspec.structs.replace(twin.desk.settings, file=str(tmp_path / "settings.toml"), kept=False)
    with pytest.raises(ConsoleError, match="The demo keeps no settings"):
        OutlookDesk(twin.desk.ledger, demo, frozenset).rulebook.tighten(record.rule, record.tighter)
    assert file.read_text("utf-8") == text


def test_readiness_is_facts_from_the_logs_of_the_student_and_of_others(
    room: Room, twin: Twin, desk: StudentDesk
) -> None:
    planned(desk, "IRP-P1")
    twin.settle()
    first, again = room.plan(), room.plan(attempt=2)
    room.live(first)
    room.machine.pass_time(1800)
    room.rate(first, "met")
    room.add(
        first, defense.Rated("IRP-P2-B1.2-1", "not_met"), defense.Finished(), defense.LineAdded("improvement", "x")
    )
    room.add(first, defense.OutcomeChosen("rework"), defense.ReasonGiven("why"))
    room.add(first, defense.Signed(1, "rework", "conditional", "why"), defense.Released(1))
    room.add(again, defense.DeliverableDeclared(1, True))
    twin.desk.tick()
    desk.rate_self("IRP-P2", "IRP-P2-B1.2-1", "met")
    outlooks = twin.desk.outlooks
    found = outlooks.readiness("s1", "IRP-P2")
    assert (found.uploads.received, found.uploads.of) == (1, 4)
    assert [each.criterion for each in found.missed_before] == ["IRP-P2-B1.2-1"]
    assert [(each.criterion, each.times, each.of) for each in found.most_often] == [("IRP-P2-B1.2-1", 1, 1)]
    assert (found.base_rate, found.rehearsed) == (None, None)
    said = words.readiness_sentences(found, desk.project_titles("IRP-P2"), translator("en"))
    assert said[0].startswith("1 of 4 documents came in; missing: ")
    assert any(each.startswith("not met before: IRP-P2-B1.2-1 ") for each in said)
    empty = outlooks.readiness("s1", "FE-P1")
    assert empty.uploads.received == 0
    assert words.readiness_sentences(empty, {}, translator("fr"))[0].startswith("0 documents reçus")


def test_resources_are_proposed_from_what_was_not_met(room: Room, twin: Twin, desk: StudentDesk) -> None:
    room.student("s2", "Nora Demo")
    other = twin.desk.follow("s2")
    other.point_to("An older book", "", "B1.2")
    room.machine.pass_time(1)
    other.point_to("A book", "https://example.org/b", "B1.2")
    other.point_to("Of another skill", "", "B9.9")
    other.point_to("For nothing in particular")
    outlooks = twin.desk.outlooks
    assert outlooks.resources("s1") == Resources((), ()), "nothing was judged yet"
    id = room.plan("s1")
    room.live(id)
    room.machine.pass_time(1800)
    room.rate(id, "met")
    room.add(id, defense.Rated("IRP-P2-B1.2-1", "not_met"), defense.Finished(), defense.LineAdded("improvement", "x"))
    twin.desk.ledger.refresh()
    assert outlooks.resources("s1").skills == (), "the verdict is not released"
    room.add(id, defense.OutcomeChosen("rework"), defense.ReasonGiven("why"))
    room.add(id, defense.Signed(1, "rework", "conditional", "why"), defense.Released(1))
    twin.desk.ledger.refresh()
    found = outlooks.resources("s1")
    assert [skill.ref for skill in found.skills] == ["B1.2"]
    assert [each.title for each in found.known] == ["A book", "An older book"], "the latest first"
    desk.point_to(*(getattr(found.known[0], name) for name in ("title", "link", "skill")))
    assert [each.title for each in outlooks.resources("s1").known] == ["An older book"], "not what they have already"


def test_a_question_is_about_what_is_under_way_and_is_found_again(room: Room, twin: Twin, desk: StudentDesk) -> None:
    room.student("s2", "Nora Demo")
    other = twin.desk.follow("s2")
    planned(other, "IRP-P1")
    planned(desk, "IRP-P1")
    other.commit("question", "Why is B1.2-1 not met?")
    (first,) = other.student.questions
    assert (first.project, first.criterion) == ("IRP-P2", "IRP-P2-B1.2-1")
    other.answer_question(first.seq, "Give the budget a range.")
    twin.settle()
    room.machine.pass_time(2 * DAY)
    defense_id = room.plan("s2")
    room.live(defense_id)
    room.machine.pass_time(1800)
    room.add(defense_id, defense.Finished())
    twin.desk.tick()
    desk.commit("question", "How much budget? (IRP-P2-B1.2-1)")
    (mine,) = desk.student.questions
    found = twin.desk.outlooks.found_again("s1", mine.project, mine.criterion)
    assert [(each.answer, each.unblocked_days) for each in found.answers] == [("Give the budget a range.", 2)]
    assert (found.unblocked, found.of) == (1, 1)
    assert twin.desk.outlooks.found_again("s2", mine.project, mine.criterion).answers == (), "not one's own"
    elsewhere = desk.question_of("And the sources (IRP-P4-B2.6-1)?")
    assert (elsewhere.project, elsewhere.criterion) == ("IRP-P4", "IRP-P4-B2.6-1")
    assert desk.question_of("B2.6-1?").criterion == "", "in short it would be one of the running project"
