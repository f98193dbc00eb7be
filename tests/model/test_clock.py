"""The timer is a pure fold over stamps: pauses, suspends, steps, crashes and reboots."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from defense_console.model.curriculum import Phase, Rules
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.timeline import iso, state_of
from defense_console.model.log.envelope import Stamp

PHASES = (
    Phase("presentation", 900, 600, 1200),
    Phase("discussion", 600),
    Phase("debriefing", 300),
)
EPOCH = datetime(2026, 4, 3, 9, 0, tzinfo=UTC)


@dataclass
class Machine:
    """A machine whose clocks a test moves. `true_ms` is the time that really went by."""

    true_ms: int = 0
    boot_ms: int = 5_000
    awake_ms: int = 5_000
    wall_ms: int = 0
    boots: int = 1

    def run(self, ms: int) -> None:
        self.true_ms += ms
        self.boot_ms += ms
        self.awake_ms += ms
        self.wall_ms += ms

    def sleep(self, ms: int) -> None:
        self.true_ms += ms
        self.boot_ms += ms
        self.wall_ms += ms

    def step(self, ms: int) -> None:
        self.wall_ms += ms

    def reboot(self, ms: int) -> None:
        self.true_ms += ms
        self.wall_ms += ms
        self.boots += 1
        self.boot_ms = self.awake_ms = 1_000

    def stamp(self) -> Stamp:
        wall = iso(EPOCH + timedelta(milliseconds=self.wall_ms))
        return Stamp(wall, self.boot_ms, self.awake_ms, f"boot-{self.boots}")


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_late_redraw_changes_nothing(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(61_000)
    assert line.elapsed_ms(machine.stamp()) == 61_000
    assert line.elapsed_ms(machine.stamp(), "presentation") == 61_000
    assert line.left_ms(machine.stamp()) == 839_000


def test_a_pause_is_not_speaking_time(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(10_000)
    line = clock.pause(line, machine.stamp())
    machine.run(7_000)
    line = clock.resume(line, machine.stamp())
    machine.run(5_000)
    assert line.elapsed_ms(machine.stamp()) == 15_000
    assert line.paused_ms(machine.stamp()) == 7_000


def test_a_note_shows_what_the_clock_showed_then_whatever_came_after(machine: Machine) -> None:
    before = machine.stamp()
    machine.run(1_000)
    line = clock.start(PHASES, machine.stamp())
    machine.run(40_000)
    during, line = machine.stamp(), clock.pause(line, machine.stamp())
    machine.run(30_000)
    paused, line = machine.stamp(), clock.resume(line, machine.stamp())
    machine.run(20_000)
    again, line = machine.stamp(), clock.enter(line, "discussion", machine.stamp())
    machine.run(5_000)
    line = clock.end(line, machine.stamp())
    assert [line.shown_ms(at) for at in (before, during, paused, again)] == [0, 40_000, 40_000, 60_000]
    assert line.shown_ms(machine.stamp()) == 65_000


def test_a_stepped_wall_clock_does_not_move_the_timer(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    before = machine.stamp()
    machine.step(-3_600_000)
    machine.run(1_000)
    assert line.elapsed_ms(machine.stamp()) == 1_000
    assert clock.wall_step_ms(before, machine.stamp()) == -3_600_000


def test_a_closed_lid_counts_and_is_seen(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    before = machine.stamp()
    machine.sleep(298_000)
    assert line.elapsed_ms(machine.stamp()) == 298_000
    assert clock.suspended_ms(before, machine.stamp()) == 298_000


def test_a_reboot_is_measured_by_the_wall_clock_and_flagged(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(60_000)
    line = clock.checkpoint(line, machine.stamp())
    machine.reboot(30_000)
    line = clock.checkpoint(line, machine.stamp())
    machine.run(10_000)
    assert line.elapsed_ms(machine.stamp()) == 100_000
    assert line.by_wall


def test_a_dead_clock_after_a_reboot_never_takes_time_back(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(60_000)
    line = clock.checkpoint(line, machine.stamp())
    machine.reboot(0)
    machine.step(-86_400_000)
    line = clock.checkpoint(line, machine.stamp())
    assert line.elapsed_ms(machine.stamp()) == 60_000
    machine.run(5_000)
    assert line.elapsed_ms(machine.stamp()) == 65_000


@pytest.mark.parametrize("before_ms", [40_000, -20_000])
def test_a_dead_clock_after_a_reboot_takes_no_time_back_from_a_recording(machine: Machine, before_ms: int) -> None:
    stamps = {0: machine.stamp()}
    for ms in (40_000, 60_000):
        machine.run(ms - max(stamps))
        stamps[ms] = machine.stamp()
    line = clock.start(PHASES, stamps[40_000])
    first = stamps[0] if before_ms > 0 else stamps[60_000]
    line = clock.checkpoint(line, stamps[60_000])
    machine.run(30_000)
    line = clock.checkpoint(line, machine.stamp())
    assert line.since_ms(first, machine.stamp()) == 50_000 + before_ms
    machine.reboot(0)
    machine.step(-300_000)
    assert line.since_ms(first, machine.stamp()) == 50_000 + before_ms
    line = clock.checkpoint(line, machine.stamp())
    machine.run(5_000)
    assert line.since_ms(first, machine.stamp()) == 55_000 + before_ms


def test_a_recording_from_before_a_reboot_in_the_waiting_room_goes_on(machine: Machine) -> None:
    first = machine.stamp()
    assert clock.Timeline().since_ms(first, first) == 0
    machine.run(10_000)
    machine.reboot(20_000)
    line = clock.start(PHASES, machine.stamp())
    machine.run(60_000)
    assert line.since_ms(first, machine.stamp()) == 90_000


def test_a_reopened_defense_counts_the_time_since_its_end_as_a_pause(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(60_000)
    line = clock.end(line, machine.stamp())
    machine.run(120_000)
    assert line.elapsed_ms(machine.stamp()) == 60_000
    line = clock.reopen(line, machine.stamp())
    machine.run(10_000)
    assert (line.elapsed_ms(machine.stamp()), line.paused_ms(machine.stamp())) == (70_000, 120_000)


def test_an_end_in_the_past_drops_what_came_after(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(60_000)
    end = machine.stamp()
    machine.run(30_000)
    line = clock.checkpoint(line, machine.stamp())
    line = clock.end_at(line, end)
    assert (line.state, line.elapsed_ms(machine.stamp())) == ("ended", 60_000)


def test_a_minute_more_moves_the_target_and_nothing_else(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(60_000)
    moved = clock.move_target(line, "presentation", 60)
    assert moved.left_ms(machine.stamp()) == line.left_ms(machine.stamp()) + 60_000
    assert moved.elapsed_ms(machine.stamp()) == line.elapsed_ms(machine.stamp())
    assert moved.current is not None
    assert (moved.current.min_s, moved.current.max_s) == (600, 1200)


def test_the_planned_end_waits_for_what_is_left(machine: Machine) -> None:
    line = clock.start(PHASES, machine.stamp())
    machine.run(1_000_000)
    assert line.ends_in_ms(machine.stamp()) == 900_000, "a phase in overtime does not shorten the next ones"


@pytest.mark.parametrize(
    ("elapsed_s", "state"),
    [
        (0, "early"),
        (599, "early"),
        (600, "ok"),
        (779, "ok"),
        (780, "warn"),
        (869, "warn"),
        (870, "danger"),
        (900, "danger"),
        (901, "over"),
        (1200, "over"),
        (1201, "out"),
    ],
)
def test_states_of_the_presentation(elapsed_s: int, state: str) -> None:
    assert state_of(PHASES[0], 1000 * elapsed_s, Rules()) == state


@pytest.mark.parametrize(
    ("elapsed_s", "state"), [(0, "ok"), (480, "warn"), (570, "danger"), (601, "over"), (9999, "over")]
)
def test_a_phase_without_a_window_is_never_early_nor_out(elapsed_s: int, state: str) -> None:
    assert state_of(PHASES[1], 1000 * elapsed_s, Rules()) == state


def _random_history(rng: random.Random) -> tuple[int, int, int, int]:
    """Drive a machine at random; returns the fold's running and paused time beside those really spent."""
    machine = Machine()
    line = clock.start(PHASES, machine.stamp())
    running, paused, is_running = 0, 0, True
    for _ in range(rng.randint(1, 12)):
        before = machine.true_ms
        match rng.randrange(6):
            case 0 | 1:
                machine.run(rng.randint(0, 200_000))
            case 2:
                machine.sleep(rng.randint(0, 200_000))
            case 3:
                machine.step(rng.randint(-7_200_000, 7_200_000))
                line = clock.checkpoint(line, machine.stamp())
            case 4:
                line = clock.checkpoint(line, machine.stamp())
                machine.reboot(rng.randint(0, 200_000))
                line = clock.checkpoint(line, machine.stamp())
            case _:
                line = clock.pause(line, machine.stamp()) if is_running else clock.resume(line, machine.stamp())
                is_running = not is_running
        spent = machine.true_ms - before
        running, paused = (running + spent, paused) if is_running else (running, paused + spent)
    return line.elapsed_ms(machine.stamp()), line.paused_ms(machine.stamp()), running, paused


def test_nothing_is_lost_or_invented_whatever_happens_to_the_machine() -> None:
    rng = random.Random(20260403)
    for _ in range(3_000):
        elapsed, paused, running, held = _random_history(rng)
        assert (elapsed, paused) == (running, held)
