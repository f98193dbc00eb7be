"""Random histories of the clock: suspends, stepped clocks, reboots, crashes, takeovers, against an independent oracle.

The console's own desk leads a live defense on a machine that is only simulated. After every step the clock, the pauses,
the phases, the gaps and the question must be what `timer_oracle` works out from the true time.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import cast

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.desk import Desk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import GapAnswer
from defense_console.model.log.envelope import Stamp
from defense_console.settings import Settings
from defense_console.store.base import Ack, Job, write_job
from defense_console.store.recorder import Recorder
from tests.store.memory import Database, MemoryStore
from torture.figures import Figures, cases, show
from torture.timer_oracle import BRIEF_MS, LEASE_EVERY_MS, STEP_TOLD_MS, SUSPEND_TOLD_MS, Oracle, Sign

EPOCH = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
PROJECT = "IRP-P2"
ID = str(defense_id("s1", PROJECT, 1))
STEPS = (4, 26)
"""A history has so many steps, at least and at most."""


class AtOnce:
    """A recorder that writes at once."""

    def __init__(self, database: Database) -> None:
        self._store = MemoryStore(database)
        self.desk: Desk | None = None

    def unsaved(self) -> tuple[Job, ...]:
        """Nothing ever waits."""
        return ()

    def submit(self, job: Job) -> None:
        """Write a job and answer for it."""
        seq, hash = write_job(self._store, job)
        if self.desk is not None:
            self.desk.acknowledge(Ack(job, seq, hash, ""))


class Machine:
    """A machine: the true time, and what its clocks say of it."""

    def __init__(self) -> None:
        self.true_ms = 0
        self.wrong_ms = 0
        self.asleep_ms = 0
        self.booted_ms = -1_000_000
        self.boots = 1

    @property
    def wall_ms(self) -> int:
        """What the wall clock shows."""
        return self.true_ms + self.wrong_ms

    def read(self) -> Stamp:
        """What a console reads."""
        wall = EPOCH + timedelta(milliseconds=self.wall_ms)
        boot_ms = self.true_ms - self.booted_ms
        said = wall.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return Stamp(said, boot_ms, boot_ms - self.asleep_ms, f"boot-{self.boots}")

    def reboot(self, off_ms: int) -> None:
        """The machine is off for so long."""
        self.true_ms += off_ms
        self.booted_ms, self.asleep_ms = self.true_ms - 3_000, 0
        self.boots += 1


class Console:
    """One console on the machine, and what is known of its last tick."""

    def __init__(self, history: History) -> None:
        History.consoles += 1
        self.start = f"process-{History.consoles}"
        self._history = history
        recorder = AtOnce(history.database)
        self.desk = Desk(
            MemoryStore(history.database), cast(Recorder, recorder), history.machine.read, self._start_of,
            Settings(name="Mentor Test", zone="Europe/Paris"), history.shipped,
        )  # fmt: skip
        recorder.desk = self.desk
        self.ticked: tuple[int, int, int, int] | None = None
        """True time, wall, time asleep and boot at the last tick."""
        self.leased_ms = -LEASE_EVERY_MS
        """True time of its last heartbeat in this boot."""
        history.open.append(self)

    def _start_of(self, _pid: int) -> str | None:
        """All consoles run in this process, so the pid tells nothing: the other one that lives is meant."""
        if self not in self._history.open:
            return self.start  # it is being made
        return next((each.start for each in self._history.open if each is not self), None)

    @property
    def live(self) -> LiveDesk:
        """The running defense on this console."""
        return self.desk.live(ID)


class History:
    """One history; its seed makes it again."""

    consoles = 0

    def __init__(self, seed: int, shipped: Mapping[str, Curriculum]) -> None:
        self.chance = random.Random(seed)
        self.shipped = shipped
        self.database, self.machine = Database(), Machine()
        self.open: list[Console] = []
        self.differences: list[str] = []
        self.steps: list[str] = []
        curriculum = shipped["IRP"]
        project = curriculum.project(PROJECT)
        assert project is not None
        self.phases = [phase.id for phase in project.phases]
        self.oracle = Oracle([phase.target_s for phase in project.phases], curriculum.rules.ask_gap_plans)
        self.writer = Console(self)
        self.writer.desk.ledger.begin(DEFENSE, ID, ev.Planned("s1", "IRP", PROJECT, 1, self.machine.read().wall))
        brief = self.writer.desk.brief(ID)
        brief.open_room()
        self.writer.leased_ms = self.machine.true_ms
        self.machine.true_ms += self.chance.randrange(1, 600_000)
        brief.start()
        _ = self.writer.live
        self.oracle.shift = self.machine.true_ms
        self._signed(self.writer)

    # --- signs of life -------------------------------------------------------------------------------------------

    def _signed(self, console: Console, event: bool = True) -> None:
        """A console wrote: an event, which is a sign of life, or its heartbeat alone, when one is due."""
        now = self.machine.true_ms
        if now - console.leased_ms >= LEASE_EVERY_MS:
            console.leased_ms, event = now, True
        if event:
            self.oracle.sign = Sign(now, self.machine.wall_ms)

    def tick(self) -> None:
        """A second of every console; the one that writes sees what the machine did since its last one."""
        for console in list(self.open):
            if console is self.writer:
                self._see(console)
            console.desk.tick([DEFENSE.stream(ID)])
            machine = self.machine
            console.ticked = machine.true_ms, machine.wall_ms, machine.asleep_ms, machine.boots

    def _see(self, console: Console) -> None:
        machine, event = self.machine, False
        if console.ticked is not None and console.ticked[3] == machine.boots:
            true_ms, wall_ms, asleep_ms, _boots = console.ticked
            if (slept := machine.asleep_ms - asleep_ms) > SUSPEND_TOLD_MS:
                self.oracle.slept(machine.true_ms, slept)
                event = True
            if abs((machine.wall_ms - wall_ms) - (machine.true_ms - true_ms)) > STEP_TOLD_MS:
                event = True
        self._signed(console, event)

    # --- steps ---------------------------------------------------------------------------------------------------

    def _time(self, most_ms: int) -> int:
        """Some milliseconds, short ones as often as long ones."""
        return round(10 ** self.chance.uniform(0, len(str(most_ms)) - 1))

    def pass_time(self) -> None:
        """Time goes by, with or without a tick at its end."""
        self.machine.true_ms += self._time(1_000_000)
        if self.chance.random() < 0.7:
            self.tick()

    def sleep(self) -> None:
        """The lid is closed and opened."""
        self.tick()
        asleep = self._time(10_000_000)
        self.machine.true_ms += asleep
        self.machine.asleep_ms += asleep
        self.tick()

    def set_clock(self) -> None:
        """Somebody sets the wall clock, which takes a moment."""
        self.machine.true_ms += 1
        self.machine.wrong_ms += self.chance.choice((-1, 1)) * self._time(100_000_000)
        if self.chance.random() < 0.7:
            self.tick()

    def press(self) -> None:
        """A key of the mentor that is legal now."""
        phase, running = self.oracle.state()
        live, now = self.writer.live, self.machine.true_ms
        keys = ["pause" if running else "resume", "target"]
        keys += ["phase"] if phase + 1 < len(self.phases) else []
        keys += ["undo"] if self.oracle.undoable() else []
        keys += ["away is a pause"] * 2 if self.oracle.latest() is not None else []
        key = self.chance.choice(keys)
        self.steps[-1] += f" {key}"
        if key == "undo":
            live.undo()
            self.oracle.undo()
        elif key == "away is a pause":
            self.oracle.did(key, now, cast(int, self.oracle.latest()))
            live.gap_to_pause()
        else:
            by_s = self.chance.choice((-60, 60)) if key == "target" else 0
            {"pause": live.pause, "resume": live.resume, "phase": live.next_phase}.get(
                key, lambda: live.move_target(by_s)
            )()
            self.oracle.did(key, now, by_s)
        self._signed(self.writer)

    def answer(self) -> None:
        """The mentor says what the gap was."""
        number = self.oracle.asked()
        if number is None:
            return
        answer = self.chance.choice(("counted", "counted", "pause", "pause", "ended"))
        self.steps[-1] += f" {answer}"
        self.writer.live.answer(cast(GapAnswer, answer))
        away = self.oracle.aways[number]
        if answer == "pause":
            self.oracle.did("away is a pause", self.machine.true_ms, number)
        elif answer == "counted":
            away.answered = True
        else:
            self.oracle.end(away.begin)
        self._signed(self.writer)

    def crash(self) -> None:
        """Every console is gone; after a while, perhaps a reboot, one is there again."""
        self._gone(*self.open)
        self._come_back(self.chance.random() < 0.5)

    def close(self) -> None:
        """The console is left by its key; it gives the defense back."""
        self.writer.desk.leases.end(lambda _id: True)
        self.oracle.sign = Sign(self.machine.true_ms, self.machine.wall_ms)
        self._gone(*self.open)
        self._come_back(self.chance.random() < 0.3)

    def _gone(self, *consoles: Console) -> None:
        """These processes are gone, and with them what they held in the store."""
        for console in consoles:
            console.desk.store.close()
            self.open.remove(console)

    def _come_back(self, reboot: bool) -> None:
        away = self._time(10_000_000)
        if reboot:
            self.machine.reboot(away)
            self.machine.wrong_ms += self.chance.choice((0, 0, -1, 1)) * self._time(10_000_000)
        else:
            self.machine.true_ms += away
        self.writer = Console(self)
        self._found(self.writer, not reboot)

    def _found(self, console: Console, same_boot: bool) -> None:
        """A console finds that nobody wrote."""
        machine = self.machine
        _ = console.live
        if not same_boot or machine.true_ms - self.oracle.sign.true_ms >= BRIEF_MS:
            self.oracle.gone(machine.true_ms, machine.wall_ms, same_boot)
        self._signed(console, True)
        console.leased_ms = machine.true_ms

    def second_console(self) -> None:
        """Another console opens, reads, and takes over; the first one then reads, or is closed."""
        first = self.writer
        second = Console(self)
        if second.live.read_only is None:
            self.differences.append(f"the second console may write: {self.steps}")
            return
        self.machine.true_ms += self._time(10_000)
        self.tick()
        second.desk.take_over(second.desk.brief(ID))
        self.writer = second
        self._signed(second)
        second.leased_ms = self.machine.true_ms
        self.tick()
        if first.live.read_only is None:
            self.differences.append(f"the first console still writes: {self.steps}")
        self._gone(first)

    def follower_stays(self) -> None:
        """The console that writes dies while another one only reads: that one goes on."""
        first = self.writer
        second = Console(self)
        _ = second.live
        self.tick()
        self._gone(first)
        self.machine.true_ms += self._time(100_000)
        if self.chance.random() < 0.5:  # what the gap holds already is not told a second time
            asleep = self._time(100_000)
            self.machine.true_ms += asleep
            self.machine.asleep_ms += asleep
        self.writer = second
        machine = self.machine
        if machine.true_ms - self.oracle.sign.true_ms >= BRIEF_MS:
            self.oracle.gone(machine.true_ms, machine.wall_ms, True)
            self.oracle.sign = Sign(machine.true_ms, machine.wall_ms)
        second.desk.tick([DEFENSE.stream(ID)])
        second.ticked = machine.true_ms, machine.wall_ms, machine.asleep_ms, machine.boots
        second.leased_ms = machine.true_ms
        self.oracle.sign = Sign(machine.true_ms, machine.wall_ms)

    # --- the comparison ------------------------------------------------------------------------------------------

    def compare(self) -> None:
        """Everything the clock shows, against the oracle."""
        live, now, oracle = self.writer.live, self.machine.read(), self.oracle
        line, true_ms = live.defense.timeline, self.machine.true_ms
        running, paused = oracle.sums(true_ms)
        phase, runs = oracle.state()
        state = "ended" if oracle.ended else "running" if runs else "paused"
        pauses = oracle.paused_aways()
        shown = {
            "elapsed": [line.elapsed_ms(now, id) for id in self.phases],
            "paused": [line.paused_ms(now, id) for id in self.phases],
            "clock": line.elapsed_ms(now),
            "state": line.state,
            "phase": line.phase,
            "plan": line.plan_ms,
            "gaps": [(gap.gap_ms, gap.paused) for gap in live.gaps],
            "asked": live.question is not None,
            "by the wall": line.by_wall,
        }
        wanted = {
            "elapsed": running,
            "paused": paused,
            "clock": sum(running),
            "state": state,
            "phase": self.phases[phase],
            "plan": oracle.plan_ms(),
            "gaps": [(away.known_ms, n in pauses) for n, away in enumerate(oracle.aways)],
            "asked": oracle.asked() is not None and not oracle.ended,
            "by the wall": oracle.rebooted,
        }
        for name, value in wanted.items():
            if shown[name] != value:
                self.differences.append(f"{name}: {shown[name]}, not {value}, after {self.steps}")

    def run(self) -> list[str]:
        """The whole history. Returns: what differed, up to the first step where something did."""
        steps = {
            self.pass_time: 6, self.press: 7, self.sleep: 2, self.set_clock: 2, self.crash: 2, self.close: 1,
            self.answer: 2, self.second_console: 1, self.follower_stays: 1,
        }  # fmt: skip
        for _step in range(self.chance.randint(*STEPS)):
            step = self.chance.choices(list(steps), list(steps.values()))[0]
            self.steps.append(step.__name__)
            step()
            self.compare()
            if self.differences or self.oracle.ended:
                break
        return self.differences


def histories(seeds: range) -> tuple[list[str], Counter[str]]:
    """Run the histories of some seeds. Returns: the differences, each with its seed, and how often each step came."""
    shipped, differences, steps = load_shipped(), list[str](), Counter[str]()
    for seed in seeds:
        history = History(seed, shipped)
        differences += [f"seed {seed}: {difference}" for difference in history.run()]
        steps.update(step.partition(" ")[0] for step in history.steps)
    return differences, steps


def experiment(number: int) -> Figures:
    """So many histories, on every core."""
    parts = [range(start, min(start + 250, number)) for start in range(0, number, 250)]
    differences, steps = list[str](), Counter[str]()
    with ProcessPoolExecutor() as pool:
        for found, taken in pool.map(histories, parts):
            differences += found
            steps += taken
    words = {
        "sleep": "suspends", "set_clock": "stepped clocks", "crash": "crashes and reboots", "close": "closed consoles",
        "second_console": "takeovers", "follower_stays": "writers that died under a reader",
    }  # fmt: skip
    counted = ", ".join(f"{steps[name]} {word}" for name, word in words.items())
    phrases = (f"{number} histories of {steps.total()} steps ({counted})", f"{len(differences)} differences")
    return Figures("timers", phrases, tuple(differences))


def main() -> int:
    """20,000 histories; five times as many in the long run."""
    return show(experiment(cases(usual=20_000, long=100_000, quick=500)))


if __name__ == "__main__":
    sys.exit(main())
