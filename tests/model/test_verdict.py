"""What stops a signature, what is only told, and what a signature writes down."""

from __future__ import annotations

import msgspec
import pytest

from defense_console.keys.keymap import COMMANDS
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import signed_event
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.rubric import suggestion
from defense_console.model.defense.signing import Guard, guards
from defense_console.model.defense.state import OutcomeValue, Request
from defense_console.model.errors import ConsoleError
from tests.model.builders import Log, conditional, ids, project

MISSED = "IRP-P2-B1.1-1"  # proved by the documents 1 and 2
BLOCKING = ids("IRP-P2", blocking=True)[0]


def found(log: Log, language: str | None = None) -> tuple[Guard, ...]:
    return guards(log.defense, log.curriculum, language)


def hard(log: Log) -> list[str]:
    return [guard.id for guard in found(log) if guard.hard]


def soft(log: Log) -> list[str]:
    return [guard.id for guard in found(log) if not guard.hard]


def chosen(outcome: OutcomeValue, *misses: str) -> Log:
    return Log("IRP-P2").held(*misses).add(ev.OutcomeChosen(outcome))


# --- what stops ------------------------------------------------------------------------------------------------------


def test_a_plain_validation_is_signed_without_a_word() -> None:
    assert hard(chosen("validated")) == []


def test_the_defense_has_to_be_over() -> None:
    log = Log("IRP-P2").rated().add(ev.OutcomeChosen("validated"))
    assert hard(log) == ["held"]
    assert hard(log.add(ev.Finished())) == []
    assert hard(log.add(ev.Reopened())) == ["held"]


def test_every_criterion_is_rated() -> None:
    log = chosen("validated").add(ev.Rated(MISSED, None), ev.Rated("ORAL-5", None)).add(ev.ReasonGiven("short of time"))
    assert [(g.id, g.parameters) for g in found(log) if g.hard] == [("rated", {"missing": 2})]


@pytest.mark.parametrize("private", [True, False])
def test_not_observed_needs_any_note_on_that_criterion(private: bool) -> None:
    log = chosen("validated").add(ev.Rated(MISSED, "not_observed"), ev.Rated("ORAL-5", "not_observed"))
    assert [g.parameters["criterion"] for g in found(log) if g.hard] == [MISSED, "ORAL-5"]
    log.note("no access to the tool", MISSED, private=private).note("about the whole defense")
    assert [g.parameters["criterion"] for g in found(log) if g.hard] == ["ORAL-5"]
    log.add(ev.NoteEdited(next(n.seq for n in log.defense.notes if n.criterion == MISSED), ""))
    assert [g.parameters["criterion"] for g in found(log) if g.hard] == [MISSED, "ORAL-5"]


def test_an_outcome_has_to_be_chosen_and_none_is_preselected() -> None:
    assert hard(Log("IRP-P2").held()) == ["outcome"]


@pytest.mark.parametrize("outcome", ["conditional", "rework"])
def test_another_outcome_than_the_suggested_one_needs_a_reason(outcome: OutcomeValue) -> None:
    log = chosen(outcome)
    assert "reason" in hard(log)
    assert "reason" in hard(log.add(ev.ReasonGiven("  ")))
    assert "reason" not in hard(log.add(ev.ReasonGiven("the work is not their own")))


def test_any_outcome_needs_a_reason_where_nothing_is_suggested() -> None:
    log = chosen("rework").add(ev.Rated(BLOCKING, "not_observed")).note("it could not be opened", BLOCKING)
    log.add(ev.LineAdded("improvement", "the guide"))
    assert suggestion(log.defense, log.curriculum).outcome is None
    assert hard(log) == ["reason"]


def test_a_rework_names_what_to_improve() -> None:
    log = chosen("rework", BLOCKING)
    assert hard(log) == ["improvement"]
    assert hard(log.add(ev.LineAdded("strength", "the slides"))) == ["improvement"]
    assert hard(log.add(ev.LineAdded("improvement", "the guide"))) == []
    assert hard(log.add(ev.LineEdited(log.defense.improvements[0].seq, ""))) == ["improvement"]


def test_a_condition_needs_a_required_document() -> None:
    log = chosen("conditional", MISSED)
    assert hard(log) == []
    log.add(ev.RowKept("d1", False))
    assert hard(log) == []
    log.add(ev.RowKept("d2", False))
    assert hard(log) == ["rows"]
    log.add(ev.RowSet(Request("r90", 3, severity="advice", expected="a list")))
    assert hard(log) == ["rows"]
    log.add(ev.RowSet(Request("r90", 3, severity="required", expected="a list")))
    assert hard(log) == []


@pytest.mark.parametrize(
    ("row", "guard"),
    [
        (Request("r90", expected="a list"), "row_document"),
        (Request("r90", 99, expected="a list"), "row_document"),
        (Request("r90", title=" ", expected="a list"), "row_document"),
        (Request("r90", title="Budget"), "row_expected"),
        (Request("r90", title="Budget", expected=" "), "row_expected"),
        (Request("r90", title="Budget", expected="a list", due_after_s=0), "row_due"),
        (Request("r90", title="Budget", expected="a list", severity="advice", due_after_s=-60), "row_due"),
    ],
)
def test_every_row_has_a_document_an_expectation_and_time(row: Request, guard: str) -> None:
    log = chosen("conditional", MISSED).add(ev.RowSet(row))
    assert hard(log) == [guard]
    assert hard(log.add(ev.RowKept("r90", False))) == []


def test_rows_matter_to_a_condition_only() -> None:
    log = chosen("validated").add(ev.RowSet(Request("r90")))
    assert hard(log) == []


def test_a_guard_names_the_document_in_the_language_asked() -> None:
    log = chosen("conditional", MISSED).add(ev.RowSet(Request("r90", 3)))
    third = log.project.deliverables[2]
    named = {lang: next(g for g in found(log, lang) if g.hard).parameters["document"] for lang in ("fr", "en", None)}
    assert named == {"fr": f"3. {third.title.in_('fr')}", "en": f"3. {third.title.en}", None: "3"}
    without = next(g for g in found(log, None) if g.hard)
    assert without.text_id.format(**without.parameters) == "Document 3 does not say what is expected."


def test_an_illegal_signature_is_refused_with_the_words_of_the_guard() -> None:
    log = chosen("rework", BLOCKING)
    with pytest.raises(ConsoleError, match="at least one thing to improve"):
        check_legal(log.defense, signed_event(log.defense, log.curriculum), log.stamp(), log.curriculum)
    log.add(ev.LineAdded("improvement", "the guide"))
    check_legal(log.defense, signed_event(log.defense, log.curriculum), log.stamp(), log.curriculum)


# --- what is only told -----------------------------------------------------------------------------------------------


def test_no_strength_is_told_and_not_stopped() -> None:
    log = chosen("validated")
    assert soft(log) == ["strength"]
    assert soft(log.add(ev.LineAdded("strength", "the slides"))) == []


def spoken(seconds: float) -> Log:
    return Log("IRP-P2").held(spoken_s=seconds).add(ev.OutcomeChosen("validated"), ev.LineAdded("strength", "calm"))


@pytest.mark.parametrize(("seconds", "told"), [(599, True), (600, False), (1200, False), (1201, True)])
def test_a_speaking_time_outside_its_window_should_be_mentioned(seconds: float, told: bool) -> None:
    assert soft(spoken(seconds)) == (["speaking_time"] if told else [])


def test_it_is_told_even_where_the_mentor_rated_the_time() -> None:
    assert soft(spoken(300).rate({"ORAL-1": "met"})) == ["speaking_time"]


@pytest.mark.parametrize(
    ("text", "mentioned"),
    [
        ("Five minutes are short", True),
        ("Temps de parole trop court", True),
        ("La durée n'est pas tenue", True),
        ("sentimental et courtois, au long cours", False),
    ],
)
def test_a_mention_is_a_word_for_time(text: str, mentioned: bool) -> None:
    told = [] if mentioned else ["speaking_time"]
    assert soft(spoken(300).add(ev.LineAdded("improvement", text))) == told
    assert soft(spoken(300).add(ev.SkillCommented("B1.1", text))) == told
    assert soft(spoken(300).note(text)) == told
    assert soft(spoken(300).note(text, private=True)) == ["speaking_time"]


def test_a_shared_note_on_the_clocks_criterion_is_a_mention() -> None:
    assert soft(spoken(300).note("rather brief", "ORAL-1", private=True)) == ["speaking_time"]
    assert soft(spoken(300).note("rather brief", "ORAL-1")) == []


def test_a_comment_that_repeats_another_one_is_told() -> None:
    log = chosen("validated").add(ev.LineAdded("strength", "calm"), ev.SkillCommented("B1.2", "Très bon travail."))
    assert soft(log) == []
    log.add(ev.SkillCommented("B1.1", " tres  bon TRAVAIL."))
    assert [(g.id, g.parameters) for g in found(log)] == [("comment", {"skill": "B1.2"})]


def test_what_stops_comes_before_what_is_told_and_every_guard_names_a_command() -> None:
    log = Log("IRP-P2").started().at(60).add(ev.PhaseEntered("discussion"), ev.OutcomeChosen("conditional"))
    log.add(ev.RowSet(Request("r90", due_after_s=0)), ev.Rated(MISSED, "not_observed"), ev.RowSet(Request("r91")))
    log.add(ev.SkillCommented("B1.1", "same"), ev.SkillCommented("B1.2", "same"))
    everything = found(log)
    assert [g.hard for g in everything] == sorted((g.hard for g in everything), reverse=True)
    assert {g.lift for g in everything} <= {command.id for command in COMMANDS}
    for guard in everything:
        assert "{" not in guard.text_id.format(**guard.parameters)


# --- the signature ---------------------------------------------------------------------------------------------------


def test_a_signature_writes_down_what_was_derived() -> None:
    log = Log("IRP-P2").held(MISSED, spoken_s=300).add(ev.OutcomeChosen("conditional"), ev.RowKept("d2", False))
    event = signed_event(log.defense, log.curriculum)
    assert (event.version, event.outcome, event.suggested) == (1, "conditional", "conditional")
    assert [(row.id, row.criteria) for row in event.rows] == [("d1", (MISSED,))]
    assert event.clock_ratings == {"ORAL-1": "to_improve"}
    assert signed_event(log.rate({"ORAL-1": "met"}).defense, log.curriculum).clock_ratings == {}


def test_only_a_condition_asks_for_documents() -> None:
    log = Log("IRP-P2").held(MISSED).add(ev.OutcomeChosen("validated"), ev.ReasonGiven("shown live"))
    event = signed_event(log.defense, log.curriculum)
    assert (event.rows, event.suggested, event.reason) == ((), "conditional", "shown live")


def test_nothing_is_signed_without_an_outcome() -> None:
    log = Log("IRP-P2").held()
    with pytest.raises(ConsoleError, match="No outcome is chosen"):
        signed_event(log.defense, log.curriculum)


# --- later versions --------------------------------------------------------------------------------------------------


def test_a_settled_round_proposes_validated_and_is_signed_without_a_reason() -> None:
    log = conditional().add(ev.RowReceived("d1"), ev.RowAccepted("d1"))
    before = log.defense.drafting
    log.add(ev.RowWaived("d2", "seen live"))
    assert (before, log.defense.drafting) == (None, "round")
    assert suggestion(log.defense, log.curriculum).outcome == "validated"
    log.add(ev.OutcomeChosen("validated"))
    assert hard(log) == []
    event = signed_event(log.defense, log.curriculum)
    assert (event.version, event.outcome, event.rows) == (2, "validated", ())


def test_an_expired_document_proposes_rework_and_decides_nothing() -> None:
    log = conditional().at(60 * 3600).add(ev.RowExpired("d1"))
    assert (log.defense.drafting, suggestion(log.defense, log.curriculum).outcome) == ("round", "rework")
    released = log.defense.released
    assert released is not None
    assert released.outcome == "conditional"


def test_an_amendment_after_a_settled_round_still_builds_on_it() -> None:
    log = conditional()
    for id in ("d1", "d2"):
        log.add(ev.RowWaived(id, "seen live"))
    log.released("validated").add(ev.AmendmentOpened("a word was missing"))
    assert suggestion(log.defense, log.curriculum).outcome == "validated"


def test_a_project_the_curriculum_no_longer_has_is_told() -> None:
    log = Log("IRP-P2").held()
    other = msgspec.structs.replace(project("IRP-P1")[0], projects=())
    with pytest.raises(ConsoleError, match="has no project IRP-P2"):
        guards(log.defense, other)
