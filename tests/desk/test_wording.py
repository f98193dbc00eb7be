"""Every kind of event has words, in both languages, with the mentor's text unchanged in them."""

from __future__ import annotations

from typing import get_args

import pytest

from defense_console.desk.defense.wording import cancelled_actions, describe
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import ReceivedFile, Request
from defense_console.model.log.envelope import Stamp

AT = Stamp("2026-11-24T13:00:00.000Z", 1_000_000, 1_000_000, "boot")
HOSTILE = "[/foo] {x} \x1b[31m\u202eabc\nline"
ROW = Request("r9", None, HOSTILE)
SAMPLES: tuple[DefenseWhat, ...] = (
    ev.Planned("s1", "IRP", "IRP-P2", 1, "2026-11-24T13:00:00.000Z"),
    ev.Rescheduled("2026-11-25T13:00:00.000Z", HOSTILE),
    ev.DetailsChanged(30, "fr"),
    ev.Parked(True),
    ev.DeliverableDeclared(1, True),
    ev.CheckTicked("documents", True),
    ev.RoomOpened(),
    ev.NoShow(HOSTILE),
    ev.Cancelled("student", True, HOSTILE),
    ev.Aborted(HOSTILE),
    ev.DefenseClosed(HOSTILE),
    ev.Started("hash"),
    ev.Paused("technical"),
    ev.Resumed(),
    ev.PhaseEntered("discussion"),
    ev.TargetMoved("discussion", -60),
    ev.RecordingStarted(),
    ev.Finished(),
    ev.Reopened(),
    ev.GapPaused(4),
    ev.PauseExplained(4, "mentor"),
    ev.Suspended(AT, 61_000),
    ev.ClockStepped(-3_600_000),
    ev.Recovered(AT, AT, "counted"),
    ev.LeaseTaken("desk-2", 42),
    ev.CalendarLinked("x@example.org", "2026-11-24T13:00:00.000Z"),
    ev.Rated("ORAL-2", "not_met"),
    ev.Noted(HOSTILE, AT, "ORAL-2", False),
    ev.NoteEdited(3, HOSTILE),
    ev.NotePrivacySet(3, True),
    ev.QuestionParked(HOSTILE, AT),
    ev.QuestionMoved(3, "answered"),
    ev.QuestionEdited(3, ""),
    ev.LineAdded("strength", HOSTILE),
    ev.LineEdited(3, HOSTILE),
    ev.SkillCommented("B1.1", HOSTILE),
    ev.GoalSet(HOSTILE),
    ev.OutcomeChosen("rework"),
    ev.ReasonGiven(HOSTILE),
    ev.ParagraphEdited("remarks", "fr", HOSTILE, "0" * 64),
    ev.ParagraphEdited("skill/B1.1", "en", "", "0" * 64),
    ev.RowSet(ROW),
    ev.RowKept("d3", False),
    ev.Signed(1, "conditional", "conditional"),
    ev.Released(1),
    ev.AmendmentOpened(HOSTILE),
    ev.AmendmentDropped(),
    ev.Contested(HOSTILE),
    ev.ContestResolved(HOSTILE),
    ev.DeliverableReceived(1, (ReceivedFile("Demo_Ada_1_note_112026.pdf", 12, "a" * 64),)),
    ev.RowReceived("d3", (ReceivedFile(HOSTILE, 1, "00"),)),
    ev.ReviewStarted("d3"),
    ev.RowAccepted("d3"),
    ev.RowRequestedAgain("d3", HOSTILE, 3_600),
    ev.RowWaived("d3", HOSTILE),
    ev.RowWithdrawn("d3", HOSTILE),
    ev.RowExtended("d3", 3_600),
    ev.RowExpired("d3"),
    ev.ReceptionCompleted(),
    ev.Undone(3),
    ev.Redone(3),
)


def test_no_kind_is_forgotten() -> None:
    assert {type(what) for what in SAMPLES} == set(get_args(DefenseWhat))


@pytest.mark.parametrize("what", SAMPLES, ids=lambda what: type(what).__name__)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_kind_has_words_and_keeps_the_text(what: DefenseWhat, language: str) -> None:
    words = describe(DefenseEvent(7, 7, AT, "A mentor", what), None, language)
    assert words
    assert words != type(what).__name__
    texts = [getattr(what, name) for name in ("text", "reason", "expected") if hasattr(what, name)]
    for text in texts:
        assert not text or text in words or isinstance(what, ev.Paused)


def test_what_was_undone_is_known_and_what_undid_it_is_not() -> None:
    whats = (SAMPLES[0], ev.RoomOpened(), ev.Undone(2))
    log = [DefenseEvent(n, n, AT, "", what) for n, what in enumerate(whats, 1)]
    assert cancelled_actions(log) == {2}
    assert cancelled_actions([*log, DefenseEvent(4, 4, AT, "", ev.Redone(2))]) == frozenset()
