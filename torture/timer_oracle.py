"""What the clock of a defense must show, worked out by its rules, with nothing of the console's own code.

One axis of whole milliseconds begins at 0 with the defense. On it lies what the mentor did, and what is known of the
times when no console ran. The oracle knows the true time, which no clock of the console tells; the only thing that may
differ from it is a reboot, which has to be measured on the wall.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

SUSPEND_TOLD_MS = 2_000
STEP_TOLD_MS = 500
BRIEF_MS = 1_000
LEASE_EVERY_MS = 15_000


@dataclass
class Away:
    """A time that nobody can vouch for: asleep, or without a console."""

    begin: int
    end: int
    known_ms: int
    """How long it was by the clock that had to be used; may be negative."""
    answered: bool = False


@dataclass
class Entry:
    """Something the mentor did, where on the axis."""

    kind: str
    at: int
    value: int = 0
    undone: bool = False


@dataclass
class Sign:
    """The last sign of life of any console: the true time, and what the wall clock said."""

    true_ms: int
    wall_ms: int


@dataclass
class Oracle:
    """The simulation.

    Args:
        targets: of the phases, in seconds.
        ask_plans: gaps longer than so many plans are asked about.
    """

    targets: list[int]
    ask_plans: int
    shift: int = 0
    """True time minus the place on the axis."""
    entries: list[Entry] = field(default_factory=list)
    aways: list[Away] = field(default_factory=list)
    sign: Sign = field(default_factory=lambda: Sign(0, 0))
    rebooted: bool = False
    ended: bool = False

    # --- what happens --------------------------------------------------------------------------------------------

    def place(self, true_ms: int) -> int:
        """Where on the axis a true time lies."""
        return true_ms - self.shift

    def did(self, kind: str, true_ms: int, value: int = 0) -> None:
        """The mentor pressed a key."""
        self.entries.append(Entry(kind, self.place(true_ms), value))

    def end(self, at: int) -> None:
        """The defense ended at a place of the axis; what came after it is dropped."""
        self.entries.append(Entry("end", at))
        self.ended = True

    def undo(self) -> None:
        """The mentor takes the last thing back."""
        self.undoable()[-1].undone = True

    def undoable(self) -> list[Entry]:
        """What can be taken back."""
        return [entry for entry in self.entries if not entry.undone]

    def slept(self, true_ms: int, for_ms: int) -> None:
        """The machine woke up at a true time."""
        self.aways.append(Away(self.place(true_ms) - for_ms, self.place(true_ms), for_ms))

    def gone(self, true_ms: int, wall_ms: int, same_boot: bool) -> None:
        """A console is there again after there was none."""
        begin = self.place(self.sign.true_ms)
        known = true_ms - self.sign.true_ms if same_boot else wall_ms - self.sign.wall_ms
        if not same_boot:
            self.rebooted = True
            self.shift = true_ms - (begin + max(0, known))
        self.aways.append(Away(begin, self.place(true_ms), known))

    # --- what must be shown --------------------------------------------------------------------------------------

    def paused_aways(self) -> set[int]:
        """Numbers of the gaps that are pauses now."""
        return {entry.value for entry in self.entries if entry.kind == "away is a pause" and not entry.undone}

    def plan_ms(self) -> int:
        """The plan as it stands."""
        moved = sum(entry.value for entry in self.entries if entry.kind == "target" and not entry.undone)
        return 1000 * (sum(self.targets) + moved)

    def asked(self) -> int | None:
        """Number of the gap that is asked about, the latest first."""
        limit, pauses = self.ask_plans * self.plan_ms(), self.paused_aways()
        for number in range(len(self.aways) - 1, -1, -1):
            away = self.aways[number]
            if number not in pauses and not away.answered and (away.known_ms < 0 or away.known_ms > limit):
                return number
        return None

    def latest(self) -> int | None:
        """Number of the gap that `z` works on."""
        if (asked := self.asked()) is not None:
            return asked
        left = [number for number in range(len(self.aways)) if number not in self.paused_aways()]
        return left[-1] if left else None

    def state(self) -> tuple[int, bool]:
        """The phase, and whether the clock runs."""
        phase, running = 0, True
        for entry in self.entries:
            if not entry.undone:
                phase += entry.kind == "phase"
                running = entry.kind == "resume" or (running and entry.kind != "pause")
        return phase, running

    def sums(self, true_ms: int) -> tuple[list[int], list[int]]:
        """Running and paused milliseconds of each phase until a true time."""
        until = self.place(true_ms)
        until = min([until, *(entry.at for entry in self.entries if entry.kind == "end")])
        edges = {0, until}
        edges |= {entry.at for entry in self.entries} | {edge for a in self.aways for edge in (a.begin, a.end)}
        places = sorted(edge for edge in edges if 0 <= edge <= until)
        running, paused = [0] * len(self.targets), [0] * len(self.targets)
        pauses = [self.aways[number] for number in self.paused_aways()]
        for left, right in pairwise(places):
            phase, runs = 0, True
            for entry in self.entries:
                if entry.at <= left and not entry.undone:
                    phase += entry.kind == "phase"
                    runs = entry.kind == "resume" or (runs and entry.kind != "pause")
            runs = runs and not any(away.begin <= left and right <= away.end for away in pauses)
            (running if runs else paused)[phase] += right - left
        return running, paused
