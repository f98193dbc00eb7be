"""The loop after a conditional verdict: versions received, what changed, rounds, and what a row's state depends on."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseWhat, signed_event
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.revision import (
    change_of,
    mentor_due,
    row_overdue,
    same_as,
    student_due,
    versions_of,
)
from defense_console.model.defense.state import OutcomeValue, ReceivedFile, Request, Revision
from defense_console.model.defense.summary import summarize
from defense_console.model.defense.timeline import iso, later
from defense_console.model.errors import ConsoleError
from tests.examples import examples
from tests.model.builders import Log, conditional, is_overdue

H = 3600


def file(content: str, name: str = "Demo_Ada_1_note_062026.pdf") -> ReceivedFile:
    """A file whose hash stands for its content."""
    return ReceivedFile(name, len(content), content.rjust(64, "0"))


def row(log: Log, id: str = "d1") -> Revision:
    return next(r for r in log.defense.revisions if r.request.id == id)


def change(log: Log) -> str:
    return change_of(row(log), log.defense)


def legally(log: Log, *whats: DefenseWhat) -> Log:
    for what in whats:
        check_legal(log.defense, what, log.stamp(), log.curriculum)
        log.add(what)
    return log


def with_original() -> Log:
    """A condition on a document whose first version came before the defense."""
    log = Log("IRP-P2").add(ev.DeliverableReceived(1, (file("a"),)))
    return log.held("IRP-P2-B1.1-1").released("conditional").at(5 * H)


# --- versions and what changed ---------------------------------------------------------------------------------------


def test_versions_of_a_deliverable_are_counted_from_the_first_that_came() -> None:
    log = with_original()
    assert log.defense.declared[1] is True
    legally(log, ev.RowReceived("d1", (file("b"),)))
    assert [(d.version, d.round) for d in log.defense.deliveries[1]] == [(1, 0), (2, 1)]
    assert [d.version for d in row(log).deliveries] == [2]


@pytest.mark.parametrize(
    ("files", "expected"),
    [((file("a", "renamed.pdf"),), "unchanged"), ((file("b"),), "changed"), ((), "declared")],
)
def test_a_version_is_compared_with_the_one_that_was_asked_to_change(
    files: tuple[ReceivedFile, ...], expected: str
) -> None:
    log = with_original()
    assert change(log) == "missing"
    assert change(legally(log, ev.RowReceived("d1", files))) == expected


def test_a_document_without_an_earlier_version_is_new() -> None:
    log = conditional().at(5 * H)
    assert change(legally(log, ev.RowReceived("d1", (file("a"),)))) == "new"


def test_two_uploads_of_one_round_are_both_compared_with_the_version_asked_to_change() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowReceived("d1", (file("a"),)))
    assert change(log) == "unchanged", "the second upload put the old text back"


def test_a_new_round_compares_with_the_version_it_refused() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowRequestedAgain("d1", "the dates", 24 * H))
    assert (row(log).round, change(log), row(log).answer) == (2, "missing", None)
    assert change(legally(log, ev.RowReceived("d1", (file("b"),)))) == "unchanged"


def test_a_version_older_than_the_one_refused_is_said_to_be_that_one() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowRequestedAgain("d1", "the dates", 24 * H))
    legally(log, ev.RowReceived("d1", (file("a", "new name.pdf"),)))
    assert change(log) == "again"
    answer = row(log).answer
    assert answer is not None
    assert same_as(answer, versions_of(row(log), log.defense)) == 1
    legally(log, ev.RowReceived("d1", (file("c"),)))
    assert change(log) == "changed"


# --- acceptance binds to the content ---------------------------------------------------------------------------------


def accepted() -> Log:
    """Both documents of a condition accepted, each with its own content."""
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowReceived("d2", (file("c"),)))
    return legally(log, ev.RowAccepted("d1", (file("b").sha256,)), ev.RowAccepted("d2", (file("c").sha256,)))


def test_another_file_re_opens_its_row_alone() -> None:
    log = accepted()
    assert accepted().defense.all_settled
    legally(log, ev.RowReceived("d1", (file("other"),)))
    assert {r.request.id: r.state for r in log.defense.revisions} == {"d1": "received", "d2": "accepted"}
    assert log.defense.drafting is None
    assert summarize("x", log.defense).rows_received == 1


def test_the_same_bytes_once_more_leave_the_acceptance() -> None:
    log = legally(accepted(), ev.RowReceived("d1", (file("b", "again.pdf"),)))
    assert row(log).state == "accepted"
    assert [d.version for d in row(log).deliveries] == [2, 3]


def test_what_was_only_declared_is_re_opened_by_any_file() -> None:
    log = legally(with_original(), ev.RowReceived("d1"), ev.RowAccepted("d1"), ev.RowReceived("d1", (file("b"),)))
    assert row(log).state == "received"


def test_a_file_that_comes_late_is_the_mentors_to_decide() -> None:
    log = with_original().at(60 * H)
    legally(log, ev.RowExpired("d1"), ev.RowReceived("d1", (file("late"),)))
    assert (row(log).state, change(log)) == ("received", "changed")
    legally(log, ev.RowAccepted("d1", (file("late").sha256,)))


def test_what_is_settled_is_not_declared_away() -> None:
    with pytest.raises(ConsoleError, match="This document is accepted"):
        legally(accepted(), ev.RowReceived("d1"))


def test_only_the_version_received_can_be_accepted() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)))
    for hashes in ((), ("beef",)):
        with pytest.raises(ConsoleError, match="Another version"):
            legally(log, ev.RowAccepted("d1", hashes))


# --- a further version of the verdict --------------------------------------------------------------------------------


def drafted_again(log: Log, *requests: Request) -> Log:
    """The next version is a condition too, with these rows besides those it has."""
    for request in requests:
        log.add(ev.RowSet(request))
    return log.released("conditional")


def test_an_amended_condition_leaves_what_it_asks_in_the_same_words_as_it_stands() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowRequestedAgain("d1", "the dates", 24 * H))
    legally(log, ev.RowReceived("d1", (file("c"),)), ev.RowAccepted("d1", (file("c").sha256,)))
    before = row(log)
    legally(log, ev.AmendmentOpened("one more document"))
    drafted_again(log, Request("r99", title="annex", expected="the list"))
    assert row(log) == before
    assert (row(log).request.expected, row(log).round) == ("the dates", 2)
    assert {r.request.id: r.state for r in log.defense.revisions} == {
        "d1": "accepted",
        "d2": "requested",
        "r99": "requested",
    }


def test_an_amendment_that_gives_more_time_moves_the_due_date() -> None:
    log = legally(with_original(), ev.AmendmentOpened("a holiday"))
    due = row(log).due_at
    drafted_again(log, msgspec.structs.replace(row(log).request, due_after_s=72 * H))
    assert (row(log).due_at, row(log).round, row(log).state) == (later(due, 24 * H), 1, "requested")


def test_other_words_ask_anew() -> None:
    log = accepted()
    legally(log, ev.AmendmentOpened("misread"))
    drafted_again(log, msgspec.structs.replace(row(log).request, expected="other words"))
    assert (row(log).state, row(log).round, row(log, "d2").state) == ("re_requested", 2, "accepted")


def test_a_condition_after_a_finished_round_asks_for_what_is_kept_anew() -> None:
    log = with_original().at(60 * H)
    legally(log, ev.RowWaived("d2", "seen"), ev.RowExpired("d1"))
    drafted_again(log)
    assert [(r.request.id, r.state, r.round) for r in log.defense.revisions] == [("d1", "re_requested", 2)]
    assert row(log).due_at == later(log.defense.versions[-1].released_at or "", 48 * H)
    assert log.defense.drafting is None


def test_what_a_round_settled_is_asked_for_again_only_expressly() -> None:
    log = legally(accepted(), ev.RowKept("d2", True))
    drafted_again(log)
    assert [(r.request.id, r.state) for r in log.defense.revisions] == [("d2", "re_requested")]


def test_a_dropped_amendment_puts_the_judgement_back_and_keeps_what_was_noted() -> None:
    log = with_original()
    before = log.defense
    legally(log, ev.AmendmentOpened("in doubt"), ev.Rated("IRP-P2-B1.1-1", "met"), ev.OutcomeChosen("validated"))
    legally(log, ev.Noted("read again", log.stamp(), private=False), ev.LineAdded("strength", "more"))
    legally(log, ev.RowReceived("d1", (file("b"),)), ev.AmendmentDropped())
    after = log.defense
    assert (after.ratings, after.lines, after.outcome, after.amendment) == (before.ratings, before.lines, None, "")
    assert [(note.text, note.private) for note in after.notes] == [("read again", True)]
    assert row(log).state == "received", "what came in stays"
    with pytest.raises(ConsoleError, match="No new version"):
        legally(log, ev.AmendmentDropped())


def test_a_contest_says_what_is_contested() -> None:
    with pytest.raises(ConsoleError, match="needs a reason"):
        legally(with_original(), ev.Contested("  "))


def test_the_next_attempt_carries_what_was_met_and_what_accepted_documents_repaired() -> None:
    log = Log("IRP-P2").held("IRP-P2-B1.1-1", "IRP-P2-B1.2-1").released("conditional").at(5 * H)
    legally(log, ev.RowReceived("d1", (file("b"),)), ev.RowReceived("d2", (file("c"),)))
    legally(log, ev.RowAccepted("d1", (file("b").sha256,)), ev.RowAccepted("d2", (file("c").sha256,)))
    log.at(60 * H)
    legally(log, ev.RowExpired("d3"))
    log.released("rework")
    carried = carried_from(log.defense)
    assert carried is not None
    own = {c.id for skill in log.project.skills for c in skill.criteria}
    assert set(carried.ratings) == own - {"IRP-P2-B1.2-1"}
    assert carried.ratings["IRP-P2-B1.1-1"] == "met"


# --- every round stays in the record ---


def test_what_an_earlier_round_asked_and_what_was_decided_stay_whatever_comes_after() -> None:
    log = legally(accepted(), ev.RowReceived("d1", (file("other"),)))
    asked_at, due_at = row(log).requested_at, row(log).due_at
    legally(log.at(30 * H), ev.RowRequestedAgain("d1", "the dates", 24 * H), ev.RowWaived("d1", "seen"))
    found = row(log)
    assert [(r.n, r.requested_at, r.due_at) for r in found.rounds[:-1]] == [(1, asked_at, due_at)]
    assert (found.rounds[-1].n, found.rounds[-1].expected) == (2, "the dates")
    kinds = [(d.round, d.kind, d.reason) for d in found.decisions]
    assert kinds == [(1, "accepted", ""), (1, "re_requested", ""), (2, "waived", "seen")]


def left(log: Log, id: str = "d1") -> Revision:
    return next(r for r in log.defense.no_longer_asked if r.request.id == id)


def amended(log: Log, reason: str, outcome: OutcomeValue = "conditional", **kept: bool) -> Log:
    """The next version of the verdict, which keeps or drops these rows."""
    legally(log, ev.AmendmentOpened(reason), *(ev.RowKept(id, kept=keep) for id, keep in kept.items()))
    return log.released(outcome)


def test_a_document_an_amendment_drops_keeps_every_round_and_says_which_version_dropped_it() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowRequestedAgain("d1", "the dates", 24 * H))
    before = row(log)
    amended(log, "misread", d1=False)
    assert [r.request.id for r in log.defense.revisions] == ["d2"]
    assert (left(log).rounds, left(log).deliveries) == (before.rounds, before.deliveries)
    dropped = left(log).dropped
    assert dropped is not None
    assert dropped == left(log).decisions[-1]
    assert (dropped.round, dropped.reason, dropped.version) == (2, "misread", 2)
    assert dropped.at == log.defense.versions[-1].released_at
    with pytest.raises(ConsoleError, match="not asked for"):
        legally(log, ev.RowAccepted("d1", (file("b").sha256,)))


def test_a_dropped_document_that_is_asked_for_after_all_goes_on_with_a_round_of_its_own() -> None:
    log = amended(legally(with_original(), ev.RowReceived("d1", (file("b"),))), "misread", d1=False)
    amended(log.at(30 * H), "read again", d1=True)
    found = row(log)
    assert (found.round, found.state, found.answer, found.dropped) == (2, "re_requested", None, None)
    assert found.due_at == later(found.requested_at, 48 * H)
    assert [(d.kind, d.version) for d in found.decisions] == [("dropped", 2)]
    assert log.defense.no_longer_asked == ()


def test_what_is_still_open_is_dropped_by_an_amendment_that_asks_for_no_documents() -> None:
    log = legally(with_original(), ev.RowReceived("d2", (file("c"),)), ev.RowAccepted("d2", (file("c").sha256,)))
    amended(log, "copied from another student", "rework")
    assert row(log).dropped is not None
    assert (row(log, "d2").dropped, row(log, "d2").state) == (None, "accepted")
    amended(log.at(30 * H), "it was not", "conditional")
    assert (row(log).round, row(log).state, row(log).dropped) == (2, "re_requested", None)
    assert (row(log, "d2").round, row(log, "d2").state) == (1, "accepted"), "what was settled stays"


def test_what_a_finished_round_settled_stays_in_the_record_and_was_not_dropped() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.RowAccepted("d1", (file("b").sha256,)))
    legally(log.at(60 * H), ev.RowExpired("d2"))
    drafted_again(log)
    assert [(r.request.id, r.state) for r in log.defense.revisions] == [("d2", "re_requested")]
    assert (left(log).state, left(log).dropped) == ("accepted", None)


_DECISIONS = (ev.RowAccepted, ev.RowRequestedAgain, ev.RowWaived, ev.RowWithdrawn, ev.RowExpired)


@examples(30)
@given(data=st.data())
def test_nothing_that_came_or_was_decided_is_ever_lost_whatever_is_amended(data: st.DataObject) -> None:
    log = conditional().at(5 * H)
    for n in range(data.draw(st.integers(1, 4))):
        for kind, id, content in data.draw(_steps()):
            what = _what(kind, id, content)
            try:
                check_legal(log.defense, what, log.stamp(), log.curriculum)
            except ConsoleError:
                continue
            log.add(what)
        outcome: OutcomeValue = "rework" if data.draw(st.booleans()) else "conditional"
        amended(
            log.at((40 + 40 * n) * H), f"reason {n}", outcome, d1=data.draw(st.booleans()), d2=data.draw(st.booleans())
        )
    every = (*log.defense.revisions, *log.defense.no_longer_asked)
    came = [(e.what.row, e.at.wall, e.what.files) for e in log.events if isinstance(e.what, ev.RowReceived)]
    assert Counter(came) == Counter((r.request.id, d.at, d.files) for r in every for d in r.deliveries)
    decided = [
        (e.what.row, e.at.wall, e.what.__struct_config__.tag) for e in log.events if isinstance(e.what, _DECISIONS)
    ]
    told = [(r.request.id, d.at, d.kind) for r in every for d in r.decisions if d.kind != "dropped"]
    assert Counter(decided) == Counter(told)
    assert all([r.n for r in each.rounds] == list(range(1, each.round + 1)) for each in every)


# --- contests stay in the record ---


def test_a_contest_stays_with_its_answer() -> None:
    log = legally(conditional().at(5 * H), ev.Contested("the budget"))
    assert (log.defense.contested, log.defense.contests[0].resolution) == ("the budget", None)
    legally(log, ev.ContestResolved("read again"))
    legally(log.at(6 * H), ev.Contested("the dates"), ev.AmendmentOpened("misread"))
    legally(log, ev.OutcomeChosen("validated"), ev.ReasonGiven("the dates are right"))
    legally(log, signed_event(log.defense, log.curriculum), ev.Released(2))
    assert [(c.version, c.reason, c.resolution, c.answer) for c in log.defense.contests] == [
        (1, "the budget", "upheld", "read again"),
        (1, "the dates", "amended", "misread"),
    ]
    assert log.defense.contested is None


# --- time ------------------------------------------------------------------------------------------------------------


def test_more_time_moves_the_due_date_and_never_before_the_request() -> None:
    log = conditional()
    due = row(log).due_at
    legally(log, ev.RowExtended("d1", 12 * H))
    assert row(log).due_at == later(due, 12 * H)
    with pytest.raises(ConsoleError, match="into the past"):
        legally(log, ev.RowExtended("d1", -60 * H))
    log.at(40 * H)
    with pytest.raises(ConsoleError, match="into the past"):
        legally(log, ev.RowExtended("d1", -24 * H))
    legally(log, ev.RowExtended("d1", -12 * H))


def test_the_reception_is_complete_once_and_ends_the_students_time() -> None:
    log = legally(with_original(), ev.RowReceived("d1", (file("b"),)), ev.ReceptionCompleted())
    assert (student_due(log.defense), mentor_due(log.defense)) == (None, later(log.stamp().wall, 48 * H))
    with pytest.raises(ConsoleError, match="already declared"):
        legally(log, ev.ReceptionCompleted())
    legally(log, ev.RowExpired("d2"))


@examples(20)
@given(days=st.integers(0, 4000), kept=st.booleans())
def test_no_deadline_ever_changes_an_outcome(days: int, kept: bool) -> None:
    log = conditional()
    if kept:
        log.at(5 * H).add(ev.RowReceived("d1", (file("b"),)))
    before = log.defense
    long_after = iso(log.start.replace(year=log.start.year) if days == 0 else log.start)
    long_after = later(long_after, days * 24 * H)
    is_overdue(before, long_after)
    for revision in before.revisions:
        row_overdue(revision, long_after)
    # Even an event written long after the due dates changes nothing by its time alone.
    log.at(days * 24 * H + 6 * H).add(ev.Parked(True))
    after = log.defense
    assert after.revisions == before.revisions
    assert (after.released, after.drafting, after.closed) == (before.released, before.drafting, before.closed)


# --- a row's state depends only on what came after its latest request ------------------------------------------------


def _steps() -> st.SearchStrategy[list[tuple[str, str, str]]]:
    kinds = ["receive", "review", "accept", "again", "waive", "withdraw", "extend", "expire", "complete", "note"]
    one = st.tuples(st.sampled_from(kinds), st.sampled_from(["d1", "d2"]), st.sampled_from(["a", "b", "c"]))
    return st.lists(one, max_size=18)


def _what(kind: str, id: str, content: str) -> DefenseWhat:
    made: dict[str, DefenseWhat] = {
        "receive": ev.RowReceived(id, (file(content),)),
        "review": ev.ReviewStarted(id),
        "accept": ev.RowAccepted(id, (file(content).sha256,)),
        "again": ev.RowRequestedAgain(id, "the figures", 24 * H),
        "waive": ev.RowWaived(id, "seen live"),
        "withdraw": ev.RowWithdrawn(id, "asked by mistake"),
        "extend": ev.RowExtended(id, 6 * H),
        "expire": ev.RowExpired(id),
        "complete": ev.ReceptionCompleted(),
        "note": ev.Parked(content == "a"),
    }
    return made[kind]


@examples(40)
@given(steps=_steps())
def test_a_rows_state_depends_only_on_events_after_its_latest_request(steps: list[tuple[str, str, str]]) -> None:
    log = conditional().at(5 * H)
    latest: dict[str, int] = {"d1": len(log.events), "d2": len(log.events)}
    for n, (kind, id, content) in enumerate(steps):
        log.at((5 + 30 * n) * H)
        what = _what(kind, id, content)
        try:
            check_legal(log.defense, what, log.stamp(), log.curriculum)
        except ConsoleError:
            continue
        log.add(what)
        if kind == "again":
            latest[id] = len(log.events)
    for id, since in latest.items():
        # The same log without anything that concerned this row before its latest request.
        kept = [
            e
            for e in log.events
            if e.seq >= since or getattr(e.what, "row", None) != id or isinstance(e.what, (ev.RowSet, ev.RowKept))
        ]
        renumbered = [msgspec.structs.replace(e, seq=n, action=n) for n, e in enumerate(kept, 1)]
        alone = next(r for r in fold(renumbered, log.curriculum).revisions if r.request.id == id)
        whole = row(log, id)
        assert (alone.state, alone.due_at, alone.decision_reason) == (whole.state, whole.due_at, whole.decision_reason)
