"""Properties of a defense's fold: the clock never goes back and never counts a pause, and what each kind changes.

What holds of every log is in `test_every_subject.py`.
"""

from __future__ import annotations

from functools import cache
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import Curriculum, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold, pinned_hash
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, signed_event
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.state import Defense, ReceivedFile, Request
from defense_console.model.defense.timeline import GapAnswer, iso
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.undo import settle
from tests.examples import examples
from tests.model.test_clock import EPOCH, Machine

PROJECT = "IRP-P2"
CLOCK_CHANGERS = (ev.Undone, ev.Redone, ev.Reopened, ev.GapPaused, ev.Recovered)


@cache
def curriculum() -> Curriculum:
    """The shipped curriculum of the tests."""
    return load_shipped()["IRP"]


class History:
    """A log being written: every event is checked, stamped and folded as the desk does it."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.events: list[DefenseEvent] = []
        self.defense: Defense | None = None
        self.add(ev.Planned("s1", "IRP", PROJECT, 1, iso(EPOCH)))

    def add(self, *whats: DefenseWhat) -> Defense:
        at = self.machine.stamp()
        action = len(self.events) + 1
        for what in whats:
            check_legal(self.defense, what, at, curriculum())
            self.events.append(DefenseEvent(len(self.events) + 1, action, at, "mentor", what))
            self.defense = self.fold()
        assert self.defense is not None
        return self.defense

    def fold(self, seq: int | None = None) -> Defense:
        """Everything, or up to the event with this number."""
        events = self.events[:seq]
        return fold(events, curriculum() if pinned_hash(events) else None)

    def started(self) -> History:
        self.add(ev.RoomOpened())
        self.add(ev.Started(curriculum_hash(curriculum())))
        return self


CRITERIA = tuple(c.id for c in curriculum().criteria_of(curriculum().projects[1]))
TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12).filter(lambda t: bool(t.strip()))
FILES = (ReceivedFile("note.pdf", 3, "a" * 64),)
RATINGS = st.sampled_from(["met", "to_improve", "not_met", "not_observed", None])


@st.composite
def proposals(draw: st.DrawFn, defense: Defense, stamp: Stamp) -> DefenseWhat:
    """Any event that could come to a mentor's or the system's mind; legal or not."""
    seqs = st.integers(1, defense.seq + 1)
    row = st.builds(
        Request,
        id=st.sampled_from(["d1", "d2", "r9"]),
        deliverable=st.sampled_from([None, 1, 2]),
        title=st.just("annex"),
        expected=TEXTS,
    )
    rows = st.sampled_from(["d1", "d2", "r9"])
    following = defense.timeline.next_phase
    outcome = defense.outcome or "validated"
    what: DefenseWhat = draw(
        st.one_of(
            st.builds(ev.Rated, st.sampled_from(CRITERIA), RATINGS),
            st.builds(ev.Noted, TEXTS, st.just(stamp), st.sampled_from([None, *CRITERIA]), st.booleans()),
            st.builds(ev.NoteEdited, seqs, TEXTS | st.just("")),
            st.builds(ev.QuestionParked, TEXTS, st.just(stamp)),
            st.builds(ev.LineAdded, st.sampled_from(["strength", "improvement"]), TEXTS),
            st.builds(ev.OutcomeChosen, st.sampled_from(["validated", "conditional", "rework"])),
            st.builds(ev.ReasonGiven, TEXTS),
            st.builds(ev.ParagraphEdited, st.sampled_from(["remarks", "skill/none"]), st.just("fr"), TEXTS, TEXTS),
            st.builds(ev.RowSet, row),
            st.builds(ev.RowKept, rows, st.booleans()),
            st.builds(ev.RowReceived, rows, st.sampled_from([(), FILES])),
            st.builds(ev.DeliverableReceived, st.integers(1, 9), st.just(FILES)),
            st.builds(ev.RowAccepted, rows, st.just((FILES[0].sha256,))),
            st.builds(ev.RowRequestedAgain, rows, TEXTS, st.integers(-1, 90_000)),
            st.builds(ev.RowExtended, rows, st.integers(-200_000, 200_000)),
            st.builds(ev.RowWaived, rows, TEXTS),
            st.builds(ev.RowWithdrawn, rows, TEXTS),
            st.builds(ev.RowExpired, rows),
            st.builds(ev.AmendmentOpened, TEXTS, st.booleans()),
            st.just(ev.AmendmentDropped()),
            st.builds(ev.Contested, TEXTS),
            st.builds(ev.ContestResolved, TEXTS),
            st.sampled_from(
                [
                    ev.RoomOpened(),
                    ev.Started(curriculum_hash(curriculum())),
                    ev.Paused(),
                    ev.Resumed(),
                    ev.PhaseEntered(following.id if following else "none"),
                    ev.TargetMoved("presentation", 60),
                    ev.RecordingStarted(),
                    ev.Finished(),
                    ev.Reopened(),
                    ev.Cancelled("student", late=False),
                    ev.Rescheduled(iso(EPOCH)),
                    ev.Suspended(defense.at, 4_000),
                    ev.Recovered(defense.at, stamp, "counted"),
                    ev.PauseExplained(defense.pauses[-1].seq if defense.pauses else 0, "student"),
                    ev.GapPaused(defense.gaps[-1].seq if defense.gaps else 0),
                    ev.Signed(len(defense.versions) + 1, outcome, None, defense.reason),
                    ev.Released(len(defense.versions)),
                    ev.Undone(defense.undo[-1] if defense.undo else 0),
                    ev.Redone(defense.redo[-1] if defense.redo else 0),
                ]
            ),
        )
    )
    return what


def rated_history() -> History:
    """A history in which a verdict can be signed soon: everything is met."""
    history = History().started()
    history.machine.run(900_000)
    history.add(*(ev.Rated(c, "met") for c in CRITERIA))
    return history


def conditional_history() -> History:
    """A history whose verdict is released as a condition on two documents."""
    history = rated_history()
    history.add(ev.PhaseEntered("discussion"))
    history.add(ev.Rated("IRP-P2-B1.1-1", "not_met"))
    history.add(ev.Finished())
    defense = history.add(ev.OutcomeChosen("conditional"))
    history.add(signed_event(defense, curriculum()))
    history.add(ev.Released(1))
    return history


BEGINNINGS = (History, lambda: History().started(), rated_history, conditional_history)
RELAXED = examples(30)


@RELAXED
@given(data=st.data())
def test_the_time_that_has_passed_never_goes_back_over_a_legal_sequence(data: st.DataObject) -> None:
    history = data.draw(st.sampled_from(BEGINNINGS))()
    assert history.defense is not None
    elapsed = 0
    for _ in range(data.draw(st.integers(0, 25))):
        history.machine.run(data.draw(st.integers(0, 120_000)))
        what = data.draw(proposals(history.defense, history.machine.stamp()))
        try:
            history.add(what)
        except ConsoleError:
            continue
        line = history.defense.timeline
        now = line.elapsed_ms(history.machine.stamp())
        if isinstance(what, CLOCK_CHANGERS) or line.state == "idle":
            elapsed = 0
        assert now >= elapsed, "elapsed never decreases"
        elapsed = now if line.state != "idle" else 0


@RELAXED
@given(steps=st.lists(st.tuples(st.sampled_from(["run", "sleep", "toggle"]), st.integers(0, 90_000)), max_size=20))
def test_elapsed_never_counts_a_pause(steps: list[tuple[str, int]]) -> None:
    history = History().started()
    spoken, paused = 0, False
    for name, ms in steps:
        if name == "toggle":
            history.add(ev.Resumed() if paused else ev.Paused())
            paused = not paused
            continue
        (history.machine.run if name == "run" else history.machine.sleep)(ms)
        spoken += 0 if paused else ms
    assert history.defense is not None
    assert history.defense.timeline.elapsed_ms(history.machine.stamp()) == spoken


_WALLS = (ev.Planned, ev.Rescheduled, ev.Released, ev.DeliverableReceived, ev.RowReceived)
_FACTS = (ev.Suspended, ev.ClockStepped, ev.Recovered, ev.LeaseTaken, ev.CalendarLinked)


def _plainly_settled(events: list[DefenseEvent]) -> tuple[list[DefenseEvent], tuple[int, ...], tuple[int, ...]]:
    """The rule of undo, written without a thought for time."""
    undo: list[int] = []
    redo: list[int] = []
    for event in events:
        what = event.what
        if isinstance(what, ev.Undone):
            undo, redo = (
                [a for a in undo if a != what.cancelled],
                [*(a for a in redo if a != what.cancelled), what.cancelled],
            )
        elif isinstance(what, ev.Redone):
            undo, redo = (
                [*(a for a in undo if a != what.restored), what.restored],
                [a for a in redo if a != what.restored],
            )
        elif isinstance(what, _WALLS):
            undo, redo = [], []
        elif not isinstance(what, _FACTS) and undo[-1:] != [event.action]:
            undo, redo = [*_without(undo, event.action), event.action], []
    turns = [e.what for e in events if isinstance(e.what, (ev.Undone, ev.Redone))]
    last = {t.cancelled if isinstance(t, ev.Undone) else t.restored: isinstance(t, ev.Undone) for t in turns}
    applied = [
        e
        for e in events
        if not isinstance(e.what, (ev.Undone, ev.Redone))
        and (isinstance(e.what, _FACTS) or not last.get(e.action, False))
    ]
    return applied, tuple(undo), tuple(redo)


def _without(actions: list[int], action: int) -> list[int]:
    return [each for each in actions if each != action]


_SAMPLES: tuple[DefenseWhat, ...] = (
    ev.Parked(True), ev.RoomOpened(), ev.ClockStepped(1), ev.Released(1), ev.RowReceived("d1"),
)  # fmt: skip


@examples(150)
@given(
    steps=st.lists(
        st.tuples(st.integers(0, 2), st.sampled_from(_SAMPLES))
        | st.tuples(st.just(0), st.integers(1, 12).map(ev.Undone) | st.integers(1, 12).map(ev.Redone)),
        max_size=24,
    )
)
def test_what_undo_cancels_is_settled_as_the_rule_says_also_where_no_console_would_write_it(
    steps: list[tuple[int, DefenseWhat]],
) -> None:
    stamp = Stamp(iso(EPOCH), 0, 0, "boot")
    events = [DefenseEvent(seq, max(1, seq - back), stamp, "Mentor", what) for seq, (back, what) in enumerate(steps, 1)]
    assert settle(events) == _plainly_settled(events)


def test_a_kind_of_event_has_no_kinds_below_it() -> None:
    """The fold compares types."""
    assert not [kind for kind in get_args(DefenseWhat) if type.__subclasses__(kind)]


def test_a_new_action_ends_redo() -> None:
    history = History().started()
    first = history.add(ev.Rated(CRITERIA[0], "met"))
    history.add(ev.Undone(first.undo[-1]))
    after = history.add(ev.Rated(CRITERIA[1], "met"))
    assert after.redo == ()
    with pytest.raises(ConsoleError, match="nothing to redo"):
        history.add(ev.Redone(first.undo[-1]))


def test_a_suspend_is_not_undone_with_the_action_before_it() -> None:
    history = History().started()
    rated = history.add(ev.Rated(CRITERIA[0], "met"))
    history.machine.sleep(300_000)
    history.add(ev.Suspended(rated.at, 300_000))
    undone = history.add(ev.Undone(rated.undo[-1]))
    assert undone.ratings == {}
    assert [gap.gap_ms for gap in undone.gaps] == [300_000]


def test_a_gap_becomes_a_pause_and_undo_counts_it_again() -> None:
    history = History().started()
    before = history.machine.stamp()
    history.machine.sleep(300_000)
    told = history.add(ev.Suspended(before, 300_000))
    paused = history.add(ev.GapPaused(told.gaps[-1].seq))
    assert (paused.timeline.elapsed_ms(), paused.timeline.paused_ms()) == (0, 300_000)
    counted = history.add(ev.Undone(paused.undo[-1]))
    assert counted.timeline.elapsed_ms() == 300_000


@pytest.mark.parametrize(
    ("answer", "session", "elapsed", "paused"),
    [("counted", "live", 90_000, 0), ("pause", "live", 60_000, 30_000), ("ended", "held", 60_000, 0)],
)
def test_the_answer_to_a_gap_decides_what_it_was(answer: GapAnswer, session: str, elapsed: int, paused: int) -> None:
    history = History().started()
    history.machine.run(60_000)
    last = history.machine.stamp()
    history.machine.reboot(30_000)
    defense = history.add(ev.Recovered(last, history.machine.stamp(), answer))
    line = defense.timeline
    assert (defense.session, line.elapsed_ms(), line.paused_ms()) == (session, elapsed, paused)


def test_signed_allows_only_undo_release_and_facts() -> None:
    history = rated_history()
    history.add(ev.PhaseEntered("discussion"))
    history.add(ev.Finished())
    history.add(ev.OutcomeChosen("validated"))
    signed = history.add(ev.Signed(1, "validated", "validated"))
    with pytest.raises(ConsoleError, match="signed"):
        history.add(ev.Rated(CRITERIA[0], "not_met"))
    history.add(ev.Undone(signed.undo[-1]))
    history.add(ev.Signed(1, "validated", "validated"))
    released = history.add(ev.Released(1))
    assert released.closed
    assert released.undo == (), "the release is a wall"


def test_speaking_time_is_rated_by_the_clock_unless_the_mentor_does() -> None:
    history = History().started()
    history.machine.run(300_000)
    short = history.add(ev.PhaseEntered("discussion"))
    assert short.clock_ratings == {"ORAL-1": "to_improve"}
    rated = history.add(ev.Rated("ORAL-1", "met"))
    assert (rated.clock_ratings, rated.ratings) == ({}, {"ORAL-1": "met"})


def test_a_new_date_after_an_absence_opens_the_next_sitting() -> None:
    history = History()
    history.add(ev.RoomOpened())
    history.machine.run(599_000)
    with pytest.raises(ConsoleError, match="may still come"):
        history.add(ev.NoShow())
    history.machine.run(1_000)
    absent = history.add(ev.NoShow())
    assert not absent.closed
    with pytest.raises(ConsoleError, match="Say why"):
        history.add(ev.DefenseClosed(" "))
    assert history.add(ev.DefenseClosed("left the course")).closed
    with pytest.raises(ConsoleError, match="closed already"):
        history.add(ev.DefenseClosed("again"))
    assert not history.add(ev.Undone(4)).closed
    history.add(ev.Redone(4))
    planned = history.add(ev.Rescheduled("2026-04-10T09:00:00.000Z"))
    assert [s.session for s in planned.sittings] == ["no_show", "planned"]
    assert not planned.closed


def test_a_date_given_by_hand_is_taken_back_until_something_follows_and_an_imported_one_never() -> None:
    history, before = History(), "2026-04-10T09:00:00.000Z"
    first = history.add(ev.Parked(True))
    moved = history.add(ev.Rescheduled(before, by_hand=True))
    assert len(moved.undo) == len(first.undo) + 1
    back = history.add(ev.Undone(moved.undo[-1]))
    assert (back.planned_at, back.parked) == (first.planned_at, True)
    again = history.add(ev.Redone(back.redo[-1]))
    assert again.planned_at == before
    parked = history.add(ev.Parked(True))
    assert parked.undo == (parked.seq,)
    assert history.add(ev.Undone(parked.seq)).undo == ()
    assert history.add(ev.Rescheduled(before)).undo == ()


def test_half_a_character_is_refused_at_the_door() -> None:
    history = History()
    with pytest.raises(ConsoleError, match="half a character"):
        history.add(ev.Noted("\ud800", history.machine.stamp()))
