"""Documents to revise: what the rubric proposes, what the mentor makes of it, and the two deadlines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.revision import (
    Row,
    documents_kept,
    mentor_due,
    prefilled,
    row_expected,
    row_reasons,
    row_title,
    rows,
    student_due,
)
from defense_console.model.defense.state import Request
from defense_console.model.defense.timeline import instant, iso
from tests.model.builders import Log, conditional, is_overdue

H = 3600
MISSED = "IRP-P2-B1.1-1"  # proved by the documents 1 and 2
ALSO = "IRP-P2-B1.1-3"  # proved by 2
OTHER = "IRP-P2-B1.2-1"  # proved by 3


def found(log: Log) -> tuple[Row, ...]:
    return rows(log.defense, log.curriculum, log.project)


def one(log: Log, id: str) -> Row:
    return next(row for row in found(log) if row.request.id == id)


# --- what the rubric proposes ----------------------------------------------------------------------------------------


def test_one_row_per_document_with_every_criterion_it_proves() -> None:
    log = Log("IRP-P2").rated(ALSO, MISSED)
    proposed = prefilled(log.defense, log.curriculum, log.project)
    assert [(r.id, r.deliverable, r.criteria) for r in proposed] == [("d1", 1, (MISSED,)), ("d2", 2, (MISSED, ALSO))]
    assert {r.due_after_s for r in proposed} == {48 * H}
    assert {r.severity for r in proposed} == {"required"}


def test_the_time_given_is_a_rule_of_the_curriculum() -> None:
    log = Log("IRP-P2").rated(MISSED)
    rules = msgspec.structs.replace(log.curriculum.rules, student_due_s=72 * H)
    other = msgspec.structs.replace(log.curriculum, rules=rules)
    assert {r.due_after_s for r in prefilled(log.defense, other, log.project)} == {72 * H}


def test_slides_nobody_could_read_are_advice_since_the_oral_grid_only_feeds_remarks() -> None:
    log = Log("IRP-P2").rated("ORAL-6", OTHER)
    asked = {r.id: r.severity for r in prefilled(log.defense, log.curriculum, log.project)}
    assert asked == {"d3": "required", "d4": "advice"}
    assert documents_kept(found(log)) == 1
    assert row_expected(one(log, "d4").request, log.project, "en", log.curriculum.oral).startswith("Slides are legible")
    without_slides = Log("IRP-P1").rated("ORAL-6")
    assert prefilled(without_slides.defense, without_slides.curriculum, without_slides.project) == ()


# --- what the mentor makes of it -------------------------------------------------------------------------------------


def test_a_row_is_kept_until_it_is_dropped() -> None:
    log = Log("IRP-P2").rated(MISSED)
    assert [row.kept for row in found(log)] == [True, True]
    log.add(ev.RowKept("d1", False))
    assert [row.kept for row in found(log)] == [False, True]
    assert documents_kept(found(log)) == 1
    assert [row.kept for row in found(log.undo())] == [True, True]


def test_an_edited_row_keeps_its_words_and_follows_the_rubric() -> None:
    log = Log("IRP-P2").rated(MISSED)
    log.add(ev.RowSet(msgspec.structs.replace(one(log, "d2").request, expected="add the dates", due_after_s=60 * H)))
    log.rate({ALSO: "not_met"})
    row = one(log, "d2")
    assert (row.request.expected, row.request.due_after_s) == ("add the dates", 60 * H)
    assert row.request.criteria == (MISSED, ALSO)


def test_a_row_the_mentor_wrote_in_survives_a_better_rating_and_one_without_words_goes() -> None:
    log = Log("IRP-P2").rated(MISSED)
    log.add(ev.RowSet(msgspec.structs.replace(one(log, "d1").request, reason="no date on it")))
    log.add(ev.RowSet(msgspec.structs.replace(one(log, "d2").request, due_after_s=60 * H)))
    log.rate({MISSED: "met"})
    assert [(row.request.id, row.request.criteria) for row in found(log)] == [("d1", ())]
    log.rate({MISSED: "not_met"})
    assert one(log, "d2").request.due_after_s == 60 * H


def test_a_criterion_the_mentor_added_stays_a_reason_and_keeps_the_row() -> None:
    log = Log("IRP-P2").rated(MISSED)
    log.add(ev.RowSet(msgspec.structs.replace(one(log, "d2").request, criteria=(MISSED, ALSO))))
    assert one(log, "d2").request.criteria == (MISSED, ALSO)
    log.add(ev.RowSet(msgspec.structs.replace(one(log, "d2").request, due_after_s=60 * H)))
    log.rate({MISSED: "met"})
    assert [(row.request.id, row.request.criteria) for row in found(log)] == [("d2", (ALSO,))]


def test_a_document_is_asked_for_once() -> None:
    log = Log("IRP-P2").rated()
    log.add(ev.RowSet(Request("r20", 3, criteria=("ORAL-2",), expected="one more page")))
    log.rate({OTHER: "not_met"})
    assert [(row.request.id, row.request.criteria) for row in found(log)] == [("r20", ("ORAL-2", OTHER))]
    log.add(ev.RowKept("r20", False))
    assert [(row.request.id, row.kept) for row in found(log)] == [("r20", False), ("d3", True)]


def test_rows_stand_in_the_order_of_the_documents_and_free_titles_last() -> None:
    log = Log("IRP-P2").rated(OTHER)
    log.add(ev.RowSet(Request("r20", title="The budget")), ev.RowSet(Request("r21", 1)))
    assert [row.request.id for row in found(log)] == ["r21", "d3", "r20"]
    assert documents_kept(found(log)) == 3


def test_only_required_documents_count_and_each_one_once() -> None:
    log = Log("IRP-P2").rated(OTHER)
    log.add(ev.RowSet(Request("r20", 1, severity="advice")), ev.RowSet(Request("r21", 3)))
    assert documents_kept(found(log)) == 1


# --- the words of a row ----------------------------------------------------------------------------------------------


def test_reasons_are_the_sentence_and_the_shared_notes_with_their_minute() -> None:
    log = Log("IRP-P2").started().at(754).note("no figures", MISSED).note("nervous", MISSED, private=True)
    log.note("on something else", OTHER)
    reasons = row_reasons(Request("d1", 1, criteria=(MISSED,)), log.defense, log.project, "en")
    assert [(r.criterion, [(o.text, o.at_s) for o in r.observed]) for r in reasons] == [(MISSED, [("no figures", 754)])]
    assert reasons[0].text == next(c.text.en for c in log.project.skills[0].criteria if c.id == MISSED)


def test_expectation_is_the_mentors_or_the_sentences_in_the_language_asked() -> None:
    log = Log("IRP-P2").rated(MISSED, ALSO)
    row = one(log, "d2").request
    sentences = {c.id: c.text for c in log.project.skills[0].criteria}
    assert row_expected(row, log.project, "fr") == f"{sentences[MISSED].in_('fr')} {sentences[ALSO].in_('fr')}"
    assert row_expected(row, log.project, "en") == f"{sentences[MISSED].en} {sentences[ALSO].en}"
    mine = msgspec.structs.replace(row, expected="  three figures ")
    assert row_expected(mine, log.project, "fr") == "  three figures ", "as typed"
    blank = msgspec.structs.replace(row, expected=" ")
    assert row_expected(blank, log.project, "en") == row_expected(row, log.project, "en")
    assert row_expected(Request("r1", 1), log.project, "fr") == ""


def test_title_is_the_mentors_or_the_deliverables() -> None:
    log = Log("IRP-P2")
    first = log.project.deliverables[0]
    assert row_title(Request("d1", 1), log.project, "fr") == f"1. {first.title.in_('fr')}"
    assert row_title(Request("r9", title="Budget [x]"), log.project, "fr") == "Budget [x]"
    assert row_title(Request("r9", 99), log.project, "fr") == ""


# --- deadlines -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/Montreal", "Pacific/Auckland"])
@pytest.mark.parametrize("year", [2026, 2027])
def test_48_hours_are_48_hours_across_every_clock_change(zone: str, year: int) -> None:
    local = ZoneInfo(zone)
    hours = [datetime(year, 1, 1, tzinfo=UTC) + timedelta(hours=n) for n in range(24 * 365)]
    changes = [b for a, b in pairwise(hours) if a.astimezone(local).utcoffset() != b.astimezone(local).utcoffset()]
    assert len(changes) == 2
    for change in changes:
        for hours_before in (1, 24, 47):
            log = conditional(change - timedelta(hours=hours_before))
            released = log.defense.released
            assert released is not None
            assert released.released_at is not None
            due = student_due(log.defense)
            assert due is not None
            assert instant(due) - instant(released.released_at) == timedelta(seconds=172_800)
            naive = instant(released.released_at).astimezone(local) + timedelta(hours=48)
            assert naive.astimezone(UTC) != instant(due), "the wall clock would have been an hour off"


def test_the_students_time_runs_from_release_and_only_for_what_is_owed() -> None:
    log = conditional()
    assert student_due(log.defense) == iso(log.start + timedelta(seconds=1860 + 48 * H))
    log.add(ev.RowExtended("d1", 12 * H)).at(5 * H).add(ev.RowReceived("d2"))
    assert student_due(log.defense) == iso(log.start + timedelta(seconds=1860 + 60 * H))
    log.add(ev.RowReceived("d1"))
    assert student_due(log.defense) is None


def test_the_mentors_time_runs_from_the_last_document() -> None:
    log = conditional().at(5 * H).add(ev.RowReceived("d1"))
    assert mentor_due(log.defense) is None
    log.at(30 * H).add(ev.RowReceived("d2")).at(31 * H).add(ev.RowAccepted("d2"))
    assert mentor_due(log.defense) == iso(log.start + timedelta(hours=30 + 48))
    log.add(ev.RowAccepted("d1"))
    assert mentor_due(log.defense) == iso(log.start + timedelta(hours=30 + 48)), "the decision is still owed"
    assert mentor_due(log.released("validated").defense) is None


def test_the_mentors_time_runs_from_the_declaration_that_nothing_more_comes() -> None:
    log = conditional().at(5 * H).add(ev.RowReceived("d1")).at(10 * H).add(ev.ReceptionCompleted())
    assert mentor_due(log.defense) == iso(log.start + timedelta(hours=10 + 48))
    # Asked again, the student has time again and the mentor waits.
    log.at(11 * H).add(ev.RowRequestedAgain("d1", "the figures", 24 * H))
    assert mentor_due(log.defense) is None
    assert student_due(log.defense) == iso(log.start + timedelta(hours=11 + 24))


def test_overdue_is_only_displayed() -> None:
    log = conditional()
    due = student_due(log.defense)
    assert due is not None
    assert not is_overdue(log.defense, due)
    assert is_overdue(log.defense, iso(instant(due) + timedelta(milliseconds=1)))
    years_later = iso(instant(due) + timedelta(days=700))
    assert {row.state for row in log.defense.revisions} == {"requested"}
    assert is_overdue(log.defense, years_later)
    assert log.defense.drafting is None
    for id in ("d1", "d2"):
        log.add(ev.RowWaived(id, "seen in the defense"))
    assert not is_overdue(log.defense, due)
    assert is_overdue(log.defense, years_later), "now the mentor's decision is late"
    assert not is_overdue(log.released("validated").defense, years_later)


def test_nothing_is_owed_once_the_condition_is_no_longer_in_force() -> None:
    log = conditional().add(ev.AmendmentOpened("read again")).released("validated")
    assert log.defense.revisions
    assert student_due(log.defense) is None
    assert not is_overdue(log.defense, iso(log.start + timedelta(days=30)))
