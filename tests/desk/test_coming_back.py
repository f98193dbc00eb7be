"""A console that was gone while a defense was live: what the gap was, whether it counts, what `z` does with it."""

from __future__ import annotations

import pytest

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.desk import Desk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.timeline import GapAnswer, iso
from defense_console.model.errors import ConsoleError
from defense_console.screens.live.words import recorded_s
from defense_console.store.recorder import Recorder
from tests.ui.conftest import SHIPPED, Room

CRITERION = "IRP-P2-B1.1-1"


class Console:
    """A desk of a process of its own, which a test can kill."""

    started = 0

    def __init__(self, room: Room) -> None:
        Console.started += 1
        me = f"start-{Console.started}"
        self.recorder = Recorder(room.connect, lambda _answer: None, now=lambda: iso(room.machine.wall))
        self.recorder.start()
        self.store = room.connect()
        self.desk = Desk(self.store, self.recorder, room.machine.read, lambda _pid: me, room.settings, SHIPPED)

    def kill(self) -> None:
        """The process is gone; what was written is written, the lease stays."""
        assert self.recorder.close(2)
        self.store.close()


def live(room: Room, spoken_s: int = 600) -> str:
    """A defense that a console has shown until so many seconds after its start, and then was killed."""
    room.student("s1", "Ada Example")
    id = room.plan()
    room.live(id)
    console = Console(room)
    shown = console.desk.live(id)
    for _second in range(0, spoken_s, 15):
        shown.tick()
        room.machine.pass_time(15)
    shown.tick()
    console.kill()
    return id


def back(room: Room, id: str) -> tuple[Console, LiveDesk]:
    """A console opened on the defense again."""
    console = Console(room)
    return console, console.desk.live(id)


def elapsed_s(room: Room, desk: LiveDesk) -> int:
    return desk.defense.timeline.elapsed_ms(room.machine.read()) // 1000


def asked(desk: LiveDesk) -> bool:
    """Whether the mentor is asked what a gap was."""
    return desk.question is not None


@pytest.mark.parametrize("off_s", [-7200, -3600, -1, 0, 30, 3599, 3601, 86_400])
def test_no_restart_makes_the_time_already_spoken_less(room: Room, off_s: int) -> None:
    id = live(room)
    room.machine.reboot(off_s)
    console, desk = back(room, id)
    assert elapsed_s(room, desk) == 600 + max(0, off_s)
    assert asked(desk) == (off_s < 0 or off_s > 3600)
    room.machine.pass_time(60)
    assert elapsed_s(room, desk) == 660 + max(0, off_s)
    console.kill()


def test_a_postponed_question_is_asked_again_after_a_restart_and_z_works_on_it(room: Room) -> None:
    id = live(room)
    room.machine.pass_time(2 * 3600)
    console, desk = back(room, id)
    assert asked(desk)
    console.kill()
    room.machine.pass_time(5)
    console, desk = back(room, id)
    assert asked(desk)
    assert desk.gaps[0].gap_ms == 2 * 3600 * 1000
    assert elapsed_s(room, desk) == 600 + 2 * 3600 + 5
    desk.gap_to_pause()
    assert not asked(desk)
    assert elapsed_s(room, desk) == 605
    console.kill()


@pytest.mark.parametrize(
    ("answer", "elapsed", "session"), [("counted", 7800, "live"), ("pause", 600, "live"), ("ended", 600, "held")]
)
@pytest.mark.parametrize("asleep", [False, True])
def test_an_answer_settles_the_gap_for_good(
    room: Room, answer: GapAnswer, elapsed: int, session: str, asleep: bool
) -> None:
    id = live(room)
    console, desk = back(room, id)
    desk.tick()
    if asleep:
        room.machine.pass_time(7200, asleep=True)
        desk.tick()
    else:
        console.kill()
        room.machine.pass_time(7200)
        console, desk = back(room, id)
    assert asked(desk)
    assert desk.gaps[0].asleep == asleep
    desk.answer(answer)
    assert not asked(desk)
    assert len(desk.gaps) == 1
    assert (elapsed_s(room, desk), desk.defense.session) == (elapsed, session)
    console.kill()
    console, desk = back(room, id)
    assert not asked(desk)
    console.kill()


def test_an_answer_that_made_it_a_pause_can_be_taken_back(room: Room) -> None:
    id = live(room)
    room.machine.pass_time(7200)
    console, desk = back(room, id)
    desk.answer("pause")
    desk.undo()
    assert elapsed_s(room, desk) == 7800
    assert asked(desk)
    console.kill()


def test_the_gap_begins_at_the_last_thing_recorded(room: Room) -> None:
    id = live(room)
    room.machine.pass_time(14)
    room.add(id, ev.Rated(CRITERION, "met"))
    room.machine.pass_time(30)
    console, desk = back(room, id)
    assert [gap.gap_ms for gap in desk.gaps] == [30_000]
    desk.gap_to_pause()
    assert elapsed_s(room, desk) == 614
    console.kill()


def test_a_defense_reopened_after_a_crash_was_not_without_its_console(room: Room) -> None:
    id = live(room)
    room.machine.pass_time(14)
    room.add(id, ev.Finished())
    room.machine.pass_time(300)
    console = Console(room)
    console.desk.verdict(id).reopen()
    desk = console.desk.live(id)
    assert desk.gaps == ()
    assert elapsed_s(room, desk) == 614
    console.kill()


def test_the_lease_goes_when_the_defense_is_over(room: Room) -> None:
    id = live(room)
    console, desk = back(room, id)
    desk.tick()
    desk.finish()
    console.desk.tick()
    console.kill()
    store = room.connect()
    assert store.leases() == {}
    store.close()


def test_z_leaves_a_gap_of_an_earlier_sitting_alone_and_the_record_keeps_it(room: Room) -> None:
    id = live(room)
    room.machine.pass_time(200)
    console, desk = back(room, id)
    gap = desk.gaps[0].seq
    desk.abort("the line broke down")
    console.kill()
    room.add(id, ev.Rescheduled(iso(room.machine.wall)))
    room.live(id)
    console, desk = back(room, id)
    assert desk.gaps == ()
    assert desk.last_gap is None
    with pytest.raises(ConsoleError, match="no gap"):
        desk.gap_to_pause()
    with pytest.raises(ConsoleError, match="no gap"):
        desk.act(ev.GapPaused(gap))
    assert [gap.gap_ms for gap in desk.defense.gaps] == [200_000]
    console.kill()


def test_the_start_of_a_recording_does_not_survive_another_date(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan()
    room.add(id, ev.RoomOpened(), ev.RecordingStarted())
    room.machine.pass_time(86_400)
    room.add(id, ev.Rescheduled(iso(room.machine.wall)))
    room.live(id)
    assert room.defense(id).recording is None
    defense = room.add(id, ev.Noted("a word", room.machine.read()))
    assert defense.notes[0].rec_s is None


def test_a_dead_clock_takes_no_time_back_from_a_recording(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan()
    room.live(id)
    room.add(id, ev.RecordingStarted())
    console, desk = back(room, id)
    for _second in range(0, 600, 15):
        room.machine.pass_time(15)
        desk.tick()
    desk.type_text("note", "before")
    desk.commit("note", "before")
    console.kill()
    room.machine.reboot(-300)
    console, desk = back(room, id)
    shown_s = recorded_s(desk, desk.defense)
    desk.type_text("note", "after")
    desk.commit("note", "after")
    assert [note.rec_s for note in desk.defense.notes] == [600, 600]
    assert shown_s == 600
    console.kill()
