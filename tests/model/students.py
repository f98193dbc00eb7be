"""Histories of a student for the properties: where they begin, and any event that could come to a mentor's mind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from defense_console.model.log.envelope import Stamp
from defense_console.model.log.every_log import LeaseTaken
from defense_console.model.log.instants import instant, iso
from defense_console.model.log.undo import Redone, Undone
from defense_console.model.student import kinds as ev
from defense_console.model.student.kinds import StudentWhat
from defense_console.model.student.state import AlertResult, Blocked, FollowedStudent, LearningSkill, Pace, SelfRating

REGISTERED = ev.StudentRegistered("s1", "Lina Demo", "lina@example.org", "Europe/Paris")


def day(at: Stamp, after: int = 0) -> str:
    """Return the day so many days after an instant."""
    return (instant(at.wall) + timedelta(days=after)).date().isoformat()


def followed(at: Stamp) -> tuple[StudentWhat, ...]:
    """A student with one of everything that has a number."""
    return (
        REGISTERED,
        ev.WeeklyPlanned(day(at, -21), "08:00", "Europe/Paris", length_min=45),
        ev.SessionMissed(day(at, -21), "no answer"),
        ev.SessionStarted(day(at, -14), iso(instant(at.wall) - timedelta(days=14))),
        ev.CheckInAnswered("slow", "a_little"),
        ev.GoalPromised("mock-up v2", day(at, 3), "P2 is done"),
        ev.StudentNoted("works at night", at),
        ev.MentorPromised("send the template"),
        ev.SessionHeld(iso(instant(at.wall) - timedelta(days=13))),
        ev.PathPlanned("IRP", day(at, -60), {"IRP-P1": 4, "IRP-P2": 6}),
        ev.QuestionAsked("Which cause?", "IRP-P2", "IRP-P2-B1.1-1"),
        ev.AlertRaised("two sessions missed", "called twice", "call them", "one session", "missed"),
    )


def being_met(at: Stamp) -> tuple[StudentWhat, ...]:
    """The same student while a session goes on."""
    return (*followed(at), ev.SessionStarted(day(at, -7), at.wall))


BEGINNINGS: tuple[Callable[[Stamp], tuple[StudentWhat, ...]], ...] = (lambda _at: (REGISTERED,), followed, being_met)

_TEXTS = st.sampled_from(["some words", "deux\nlignes", "  "]) | st.text(st.characters(codec="utf-8"), max_size=8)
_CHANGES = st.none() | _TEXTS


def proposals(state: FollowedStudent, at: Stamp) -> st.SearchStrategy[Any]:
    """Return any event that could come to a mentor's mind, legal or not; most are about what is there."""
    days = st.sampled_from([day(at, 7 * n) for n in range(-4, 4)])
    some_day = st.one_of(days, days, st.sampled_from([day(at, 1), day(at, -1), "", "2026-02-30", "soon"]))
    moments = st.integers(-3, 3).map(lambda n: iso(instant(at.wall) + timedelta(days=n, minutes=n))) | st.just(at.wall)
    made: tuple[Any, ...] = (*state.goals, *state.notes, *state.promises, *state.questions, *state.alerts)
    seqs = st.sampled_from([each.seq for each in made] or [1]) | st.integers(0, state.seq + 1)
    projects = st.sampled_from(["IRP-P1", "IRP-P2", ""])
    outcomes = st.sampled_from(["validated", "conditional", "rework"])
    return st.one_of(
        st.builds(ev.StudentChanged, _CHANGES, _CHANGES, _CHANGES),
        st.just(ev.StudentRegistered("s1", "again")),
        st.builds(
            ev.WeeklyPlanned, some_day, st.sampled_from(["18:00", "02:30", "25:00"]),
            st.sampled_from(["Europe/Paris", "Asia/Tokyo", "Mars/Base"]), st.integers(0, 2), st.sampled_from([45, 3]),
            st.just("") | some_day,
        ),
        st.builds(ev.WeeklyEnded, some_day),
        st.builds(ev.SessionMoved, some_day, moments, _TEXTS),
        st.builds(ev.SessionExcused, some_day, st.sampled_from(["student", "school"]), st.booleans(), _TEXTS),
        st.builds(ev.SessionMissed, some_day, _TEXTS),
        st.builds(ev.SessionStarted, some_day, moments),
        st.builds(ev.SessionHeld, moments),
        st.builds(ev.CheckInAnswered, st.none() | st.sampled_from(get_args(Pace)),
                  st.none() | st.sampled_from(get_args(Blocked))),
        st.builds(ev.WentAway, some_day, some_day, _TEXTS),
        st.builds(ev.CameBack, some_day),
        st.builds(ev.GoalPromised, _TEXTS, some_day, _TEXTS),
        st.builds(ev.GoalKept, seqs),
        st.builds(ev.GoalMoved, seqs, some_day, _TEXTS),
        st.builds(ev.GoalDropped, seqs, _TEXTS),
        st.builds(ev.GoalReworded, seqs, _TEXTS, _TEXTS),
        st.builds(ev.StudentNoted, _TEXTS, st.just(at)),
        st.builds(ev.StudentNoteEdited, seqs, _TEXTS),
        st.builds(ev.MentorPromised, _TEXTS, some_day),
        st.builds(ev.PromiseSettled, seqs, st.booleans()),
        st.builds(ev.PathPlanned, projects, some_day, st.dictionaries(projects, st.integers(0, 9), max_size=2)),
        st.builds(ev.ProjectSettled, projects, outcomes, some_day, _TEXTS),
        st.builds(ev.ProgressEstimated, projects, st.integers(-1, 11).map(lambda n: n * 10) | st.just(5)),
        st.builds(ev.SelfRated, projects, _TEXTS, st.none() | st.sampled_from(get_args(SelfRating))),
        st.builds(ev.QuestionAsked, _TEXTS, projects, _TEXTS),
        st.builds(ev.QuestionAnswered, seqs, _TEXTS),
        st.builds(ev.QuestionDropped, seqs),
        st.builds(ev.ResourcePointed, _TEXTS, _TEXTS, _TEXTS),
        st.builds(ev.LearningNoted, st.sampled_from(get_args(LearningSkill)), st.integers(-1, 2), _TEXTS),
        st.builds(ev.AlertRaised, _TEXTS, _TEXTS, _TEXTS, _TEXTS, _TEXTS, st.booleans()),
        st.builds(ev.AlertAcknowledged, seqs, _TEXTS),
        st.builds(ev.AlertClosed, seqs, st.sampled_from(get_args(AlertResult))),
        st.builds(ev.ProposalPutOff, _TEXTS, some_day, st.integers(0, 30)),
    )  # fmt: skip


def everything(at: Stamp) -> tuple[StudentWhat, ...]:
    """Return an event of every kind, in no legal order: for their words."""
    return (
        *followed(at),
        ev.StudentChanged(name="Lina Autre"),
        ev.WeeklyEnded(day(at)),
        ev.SessionMoved(day(at), at.wall, "train"),
        ev.SessionExcused(day(at), "school", True, "fair"),
        ev.WentAway(day(at), day(at, 9), "placement"),
        ev.CameBack(day(at)),
        ev.GoalKept(6),
        ev.GoalMoved(6, day(at, 5), "ill"),
        ev.GoalDropped(6, "another project"),
        ev.GoalReworded(6, "mock-up v3"),
        ev.StudentNoteEdited(7, "works early"),
        ev.PromiseSettled(8, True),
        ev.ProjectSettled("IRP-P1", "validated", day(at), "the school"),
        ev.ProgressEstimated("IRP-P2", 40),
        ev.SelfRated("IRP-P2", "IRP-P2-B1.1-1", "met"),
        ev.SelfRated("IRP-P2", "IRP-P2-B1.1-1", None),
        ev.QuestionAnswered(11, "The one you can meet."),
        ev.QuestionDropped(11),
        ev.ResourcePointed("A book", "https://example.org"),
        ev.LearningNoted("asking", -1, "waits too long"),
        ev.AlertAcknowledged(12, "we call"),
        ev.AlertClosed(12, "helped"),
        ev.ProposalPutOff("missed"),
        Undone(3),
        Redone(3),
        LeaseTaken("desk-2", 42),
    )
