"""A defense played again is the fold of its log's prefix at every moment, in line with the recording."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defense_console.desk.defense.replay import Replay
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.timeline import between_ms
from defense_console.model.errors import ConsoleError
from tests.desk.consoles import Twin
from tests.ui.conftest import SHIPPED, Room

FIRST, SECOND = "IRP-P2-B1.2-1", "IRP-P2-B1.2-2"


def played(room: Room, twin: Twin) -> Replay:
    """Rated at 1 min, recording since 2, paused 5 to 8, undone at 9, over at 20; signed an hour later."""
    id = room.plan()
    room.live(id)
    steps: list[tuple[float, ev.DefenseWhat]] = [
        (60, ev.Rated(FIRST, "met")), (60, ev.RecordingStarted()), (180, ev.Paused("technical")), (180, ev.Resumed()),
        (60, ev.Rated(SECOND, "not_met")), (0, ev.Undone(7)), (660, ev.PhaseEntered("discussion")), (0, ev.Finished()),
        (3600, ev.LineAdded("strength", "clear")),
    ]  # fmt: skip
    for seconds, what in steps:
        room.machine.pass_time(seconds)
        room.add(id, ev.Undone(room.events(id)[-1].action) if isinstance(what, ev.Undone) else what)
    return Replay(twin.desk.brief(id))


def test_what_was_known_at_a_moment(room: Room, twin: Twin) -> None:
    replay = played(room, twin)
    assert replay.length_ms == 1_200_000
    assert replay.at(0).defense.ratings == {}
    rated = replay.at(60_000)
    assert (rated.defense.ratings, rated.recording_s) == ({FIRST: "met"}, -60)
    paused = replay.at(400_000)
    assert paused.defense.timeline.state == "paused"
    assert paused.defense.timeline.elapsed_ms(paused.now) == 300_000
    assert paused.recording_s == 280, "the recording does not pause"
    assert replay.at(600_000).defense.ratings == {FIRST: "met"}, "taken back at once"
    end = replay.at(10**9)
    assert (end.defense.session, end.defense.strengths) == ("held", ()), "what came an hour later is not played"
    assert replay.at(-5).seq == replay.at(0).seq
    assert [replay.next_event(0), replay.next_event(60_000), replay.next_event(10**9, -1)] == [
        60_000,
        120_000,
        1_200_000,
    ]
    assert (replay.next_event(10**9), replay.next_event(0, -1)) == (1_200_000, 0)


def test_before_the_start_there_is_nothing_to_play(room: Room, twin: Twin) -> None:
    with pytest.raises(ConsoleError, match="has not started"):
        Replay(twin.desk.brief(room.plan()))


@given(st.lists(st.integers(-1_000, 1_300_000), min_size=1, max_size=12))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_moment_is_the_fold_of_the_prefix(room: Room, twin: Twin, positions: list[int]) -> None:
    if not (known := twin.desk.agenda.entries()):
        played(room, twin)
        twin.desk.tick()
        known = twin.desk.agenda.entries()
    brief = twin.desk.brief(known[0].summary.id)
    replay, events = Replay(brief), brief.events
    start = brief.defense.timeline.started_at
    assert start is not None
    for position in positions:
        moment = replay.at(position)
        assert moment.defense == fold(events[: moment.seq], SHIPPED["IRP"])
        inside = min(max(0, position), replay.length_ms)
        behind = [event.seq for event in events if between_ms(start, event.at) <= inside]
        assert moment.seq == behind[-1]
