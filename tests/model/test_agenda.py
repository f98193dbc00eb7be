"""What is pending, for whom it waits, in which tabs and order, and what a search finds."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Request
from defense_console.model.defense.summary import Summary, defense_id, summarize
from defense_console.model.defense.timeline import iso
from defense_console.model.queue.agenda import Entry, Order, entry, next_waiting, queue, tab_counts
from defense_console.model.text import searchable
from tests.model.builders import START, Log, conditional

PARIS = ZoneInfo("Europe/Paris")
H = 3600


def summary(log: Log) -> Summary:
    return summarize(str(defense_id("s1", log.project_id, log.attempt)), log.defense)


def seen(log: Log, at_s: float | None = None, name: str = "Ada", zone: ZoneInfo = PARIS) -> Entry:
    """The entry so many seconds after the planned start; without them, at the last event."""
    now = log.start + timedelta(seconds=log.seconds if at_s is None else at_s)
    return entry(summary(log), name, iso(now), zone, log.curriculum.rules, log.project.title)


def waits(log: Log, at_s: float | None = None) -> tuple[str | None, set[str]]:
    found = seen(log, at_s)
    return found.waiting_for, set(found.tabs)


# --- ids -------------------------------------------------------------------------------------------------------------


def test_an_id_never_changes() -> None:
    assert defense_id("s1", "IRP-P1", 1) == uuid.UUID("aa233aa0-6f6f-5836-a180-135cfe70a978")
    assert len({defense_id(s, p, a) for s in ("s1", "é") for p in ("IRP-P1", "IRP-P2") for a in (1, 2)}) == 8


# --- what is late is said in words ---


def test_late_documents_are_counted_in_words() -> None:
    log = conditional().at(5 * H).add(ev.RowExtended("d1", 24 * H))
    assert seen(log).text_id == "documents awaited: {n}/{total}"
    late = seen(log, 60 * H)
    assert (late.waiting_for, late.text_id, dict(late.parameters)) == (
        "student", "documents overdue: {n}/{total}", {"n": 1, "total": 2},
    )  # fmt: skip
    assert seen(log, 100 * H).parameters["n"] == 2


def test_a_late_decision_is_said_in_words_whatever_it_is_about() -> None:
    log = conditional().at(5 * H).add(ev.RowReceived("d1"), ev.RowReceived("d2"))
    assert seen(log).text_id == "documents to review: {n}/{total}"
    assert (seen(log, 54 * H).waiting_for, seen(log, 54 * H).text_id) == ("mentor", "decision overdue")
    log.add(ev.RowAccepted("d1"), ev.RowAccepted("d2"))
    assert (seen(log).text_id, seen(log, 54 * H).text_id) == ("all settled: validate", "decision overdue")


# --- for whom it waits -----------------------------------------------------------------------------------------------


def test_planned_later_waits_for_nobody_and_today_for_the_mentor() -> None:
    log = Log()  # 14:00 in Paris
    assert waits(log, -24 * H) == (None, set())
    assert waits(log, -14 * H) == ("mentor", {"today", "mentor"})
    assert waits(log, -14 * H - 1) == (None, set())


def test_today_is_the_mentors_day_and_what_starts_within_two_hours() -> None:
    log = Log(start=datetime(2026, 6, 10, 22, 30, tzinfo=UTC))  # 00:30 in Paris
    assert "today" not in seen(log, -2 * H - 1).tabs
    assert "today" in seen(log, -2 * H).tabs
    assert "today" in seen(log, -2 * H - 1, zone=ZoneInfo("America/Montreal")).tabs
    further = msgspec.structs.replace(log.curriculum.rules, today_ahead_s=5 * H)
    early = iso(log.start - timedelta(hours=5))
    assert "today" in entry(summary(log), "", early, PARIS, further).tabs


def test_a_start_long_past_is_overdue_and_waits_for_the_mentor() -> None:
    assert waits(Log(), 2 * H) == ("mentor", {"today", "mentor"})
    assert waits(Log(), 2 * H + 1) == ("mentor", {"today", "mentor", "overdue"})
    assert waits(Log(), 48 * H) == ("mentor", {"mentor", "overdue"})
    assert waits(Log().add(ev.RoomOpened()), 48 * H) == ("mentor", {"mentor", "overdue"})
    long_slot = Log().add(ev.DetailsChanged(duration_min=240))
    assert "overdue" not in seen(long_slot, 4 * H).tabs


def test_live_waits_for_the_mentor_whatever_day_it_is() -> None:
    log = Log().started()
    assert waits(log) == ("mentor", {"today", "mentor"})
    assert waits(log, 48 * H) == ("mentor", {"today", "mentor"})


def test_a_held_defense_waits_for_the_mentor_until_it_is_released() -> None:
    log = Log().held()
    assert (waits(log), seen(log).text_id) == (("mentor", {"mentor"}), "verdict to sign")
    log.signed("validated")
    assert (waits(log), seen(log).text_id) == (("mentor", {"mentor"}), "verdict to release")
    log.add(ev.Released(1))
    assert not summary(log).pending
    assert waits(log) == (None, {"closed"})


def test_a_condition_waits_for_the_student_then_for_the_mentor() -> None:
    log = conditional()
    assert waits(log) == ("student", {"student"})
    assert waits(log, 1860 + 48 * H) == ("student", {"student"})
    assert waits(log, 1860 + 48 * H + 1) == ("student", {"student", "overdue"})
    log.at(10 * H).add(ev.RowReceived("d1"))
    assert waits(log) == ("mentor", {"mentor"})
    log.add(ev.ReviewStarted("d1"))
    assert waits(log) == ("mentor", {"mentor"})
    log.add(ev.RowAccepted("d1"))
    assert waits(log) == ("student", {"student"})
    log.at(20 * H).add(ev.RowReceived("d2"))
    assert waits(log, 68 * H) == ("mentor", {"mentor"})
    assert waits(log, 68 * H + 1) == ("mentor", {"mentor", "overdue"})
    log.at(21 * H).add(ev.RowRequestedAgain("d2", "the dates", 24 * H))
    assert waits(log) == ("student", {"student"})
    log.add(ev.RowWaived("d2", "seen live"))
    assert (waits(log, 69 * H), seen(log).text_id) == (("mentor", {"mentor"}), "all settled: validate")
    assert waits(log, 69 * H + 1) == ("mentor", {"mentor", "overdue"}), "the decision itself is owed"
    log.released("validated")
    assert waits(log) == (None, {"closed"})


def test_what_is_due_first_is_what_matters_next() -> None:
    log = conditional().at(10 * H).add(ev.RowReceived("d1"), ev.ReceptionCompleted())
    found = summary(log)
    assert found.mentor_due_at == iso(START + timedelta(hours=58))
    assert (found.student_due_at, seen(log).next_at) == (None, found.mentor_due_at)
    assert (waits(log), seen(log).text_id) == (("mentor", {"mentor"}), "documents to review: {n}/{total}")
    log.add(ev.RowAccepted("d1"))
    assert (waits(log), seen(log).text_id) == (("mentor", {"mentor"}), "reception complete: decide")
    assert seen(Log()).next_at == iso(START)


def test_an_expired_document_waits_for_the_mentors_decision() -> None:
    log = conditional().at(60 * H)
    for id in ("d1", "d2"):
        log.add(ev.RowExpired(id))
    assert (waits(log), seen(log).text_id) == (("mentor", {"mentor"}), "documents expired: decide")


def test_advice_is_not_waited_for() -> None:
    log = Log().held("IRP-P2-B1.1-1").add(ev.RowSet(Request("r50", 3, severity="advice", expected="x")))
    log.released("conditional")
    for id in ("d1", "d2"):
        log.add(ev.RowWaived(id, "seen live"))
    found = summary(log)
    assert (found.rows_required, found.rows_open, found.all_settled) == (2, 0, True)


def test_contested_waits_for_the_mentor_and_is_pending_again() -> None:
    log = Log().held().released("validated").add(ev.Contested("not my slides"))
    assert (waits(log), seen(log).text_id) == (("mentor", {"mentor"}), "verdict contested")
    assert summary(log.add(ev.ContestResolved("they are"))).pending is False


def test_an_amendment_waits_for_the_mentor() -> None:
    log = Log().held().released("validated").add(ev.AmendmentOpened("a word was missing"))
    assert waits(log) == ("mentor", {"mentor"})


@pytest.mark.parametrize("what", [ev.Cancelled("student", True), ev.NoShow("ill")])
def test_what_was_not_held_waits_for_a_new_date_or_for_its_end(what: ev.Cancelled | ev.NoShow) -> None:
    log = Log().add(ev.RoomOpened()).add(what)
    assert waits(log, 48 * H) == ("mentor", {"mentor"})
    assert seen(log).text_id == "new date or close it"
    log.add(ev.DefenseClosed("left the course"))
    assert (summary(log).pending, waits(log)) == (False, (None, {"closed"}))
    assert seen(log).text_id == "closed · not held"
    log.add(ev.Rescheduled(iso(START + timedelta(days=5))))
    assert (summary(log).pending, waits(log)) == (True, (None, set()))


# --- the summary -----------------------------------------------------------------------------------------------------


def test_a_summary_says_what_lists_need() -> None:
    log = conditional().add(ev.RowReceived("d1"))
    log.events.insert(1, msgspec.structs.replace(log.events[0], seq=0, what=ev.DeliverableDeclared(1, True)))
    found = summary(log)
    assert (found.outcome, found.verdict_state, found.in_force) == ("conditional", "released", "conditional")
    assert (found.rows_required, found.rows_open, found.rows_received, found.rows_expired) == (2, 2, 1, 0)
    assert found.student_due_at == iso(START + timedelta(seconds=1860 + 48 * H))
    assert (found.received, found.attempt, found.session, found.signed) == ((1,), 1, "held", True)
    assert msgspec.convert(msgspec.to_builtins(found), Summary) == found


def test_the_phase_is_told_while_live() -> None:
    log = Log().started()
    assert summary(log).phase == "presentation"
    assert summary(log.add(ev.Finished())).phase is None


def test_the_outcome_in_force_stays_while_a_new_version_is_signed() -> None:
    log = Log().held().released("validated").add(ev.AmendmentOpened("read again")).signed("conditional")
    found = summary(log)
    assert (found.outcome, found.verdict_state, found.in_force) == ("conditional", "signed", "validated")


# --- order, search, next ---------------------------------------------------------------------------------------------


def line(name: str, hours: float, project_id: str = "IRP-P2", session: str = "planned", **more: object) -> Entry:
    fields: dict[str, object] = {"pending": True, **more}
    at = iso(START + timedelta(hours=hours))
    found = msgspec.convert(
        {
            "id": str(defense_id(name, project_id, 1)), "student_id": name, "curriculum": project_id.partition("-")[0],
            "project": project_id, "attempt": 1, "planned_at": at, "session": session, "seq": 1, **fields,
        },
        Summary,
    )  # fmt: skip
    log = Log(project_id)
    return entry(found, name, iso(START), PARIS, log.curriculum.rules, log.project.title)


LINES = (
    line("Zoé", 1),
    line("Bob", 30, "PN-P1"),
    line("Éva", 3, parked=True),
    line("Ada", -1, session="held"),
    line("Cléo", 90, session="live"),
    line("Dan", -70, session="held", in_force="conditional", student_due_at=iso(START + timedelta(hours=2))),
    line("Gone", 1, session="cancelled", pending=False),
    line("Lin", 2.5, session="waiting"),
)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("time", "Cléo Lin Ada Zoé Dan Bob Éva"),
        ("student", "Cléo Ada Bob Dan Lin Zoé Éva"),
        ("project", "Cléo Ada Zoé Dan Lin Bob Éva"),
    ],
)
def test_live_first_parked_last(order: Order, names: str) -> None:
    assert " ".join(e.student_name for e in queue(LINES, order)) == names
    assert queue(reversed(LINES), order) == queue(LINES, order)


def test_a_tab_shows_its_lines_and_counts_them() -> None:
    assert [e.student_name for e in queue(LINES, tab="student")] == ["Dan"]
    counts = tab_counts(LINES)
    assert counts == {
        "today": 4,
        "mentor": 5,
        "student": 1,
        "overdue": 0,
        "closed": 0,
        "to_take": 0,
        "team": 0,
        None: 7,
    }
    for tab, number in counts.items():
        assert len(queue(LINES, tab=tab)) == number


@pytest.mark.parametrize(
    ("search", "names"),
    [
        ("", "Cléo Lin Ada Zoé Dan Bob Éva"),
        ("zoe", "Zoé"),
        ("ÉVA", "Éva"),
        ("eva  irp", "Éva"),
        ("pn p1", "Bob"),
        ("pn ada", ""),
        ("passeport bob", "Bob"),
        ("passeport lin", ""),
        ("[", ""),
    ],
)
def test_every_word_has_to_be_found(search: str, names: str) -> None:
    assert " ".join(e.student_name for e in queue(LINES, search=search)) == names


def test_the_title_is_found_in_both_languages_without_accents() -> None:
    found = line("Ada", 1)
    title = Log("IRP-P2").project.title
    for text in (title.fr, title.en, searchable(title.fr).upper()):
        assert queue([found], search=text) == (found,)


def test_an_id_is_found_by_its_first_digits_only() -> None:
    found = line("Ada", 1)
    digits = found.summary.id.replace("-", "")
    for text in (digits[:4], digits[:9], found.summary.id[:13], found.summary.id.upper()):
        assert queue([found], search=text) == (found,)
    for text in (digits[:3], digits[1:9], digits[:8] + "zz"):
        assert queue([found], search=text) == ()


def test_searchable_text_is_folded_and_never_longer_than_its_letters() -> None:
    assert searchable("  Cœur\u00a0ÉLÈVE  Straße\n’") == "coeur eleve strasse '"
    assert searchable("e\u0301") == searchable("é") == "e"
    assert searchable("Ø Ł") == "o l"


def test_next_that_waits_for_the_mentor_goes_round() -> None:
    lines = queue(LINES)
    order, after = [], None
    for _ in range(6):
        found = next_waiting(lines, after)
        assert found is not None
        order.append(found.student_name)
        after = found.summary.id
    assert order == ["Cléo", "Lin", "Ada", "Zoé", "Éva", "Cléo"]
    only_dan = queue(LINES, tab="student")
    assert next_waiting(only_dan, only_dan[0].summary.id) is None
    assert next_waiting((), None) is None
