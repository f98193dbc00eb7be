"""`kill -9` at random moments of what a mentor leads by keyboard in a real pseudo-terminal.

That is a live defense, a rehearsal, and the check-in of a session, each in stores of its own. Each store is killed up
to ten times in a row: the console that comes back has to open on the defense or the rehearsal (a check-in is one key
away), with the half-typed text in its field, and goes on. What was acknowledged is known in two ways: from the screen
as it was last drawn (its saved line, how many criteria it says are rated, how many notes it counts), and from the store
read by another process just before the kill. What was typed is known by the key: each character is stamped when the
console has drawn it.
"""

from __future__ import annotations

import random
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

import msgspec

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import What
from defense_console.model.log.subject import Subject
from defense_console.model.student import kinds as student
from defense_console.model.student.subject import STUDENT
from defense_console.store.sqlite.store import TinyStore
from tests.terminal import Terminal, run
from torture.figures import Figures, cases, show

DRAFT_MS = 300
"""Text may be lost when it was drawn less than so long ago."""
KILLS_OF_A_STORE = 10
LONGEST_S = 2.2
"""Seconds of work before a kill, at most."""
IN_THE_START = 0.15
"""How often the console is killed while it starts."""
LETTERS = "abcdefghijklmnoprstuvwxyz"


class Work(msgspec.Struct, frozen=True):
    """What is led in a store.

    Attributes:
        subject: of its log; there is one such log in a store.
        begin: keys that begin it, each with what the screen shows before they are pressed.
        again: the same, for the console that comes back.
        live: what is shown while it goes on.
        acts: keys that record something, one of which is pressed at random.
        writes: keys that open a text field.
        rated, noted: kinds of events of which the screen shows the count.
    """

    subject: Subject[Any, Any]
    begin: tuple[tuple[str, str], ...]
    again: tuple[tuple[str, str], ...]
    live: str
    acts: str
    writes: str
    rated: tuple[type, ...]
    noted: tuple[type, ...]


PHASE = "PRESENTATION 1/3"
ON_A_RUBRIC = (PHASE, "vrxo", "nnqs", (ev.Rated,), (ev.Noted, ev.LineAdded))
STUDENT_FIRST = (("Ada Demo", "s"), ("Needs me 1", "\r"), ("Open goals", ""))
WORKS: dict[str, Work] = {
    "a defense": Work(
        DEFENSE, (("Ada Demo", "\r"), ("Before the call", "t"), ("WAITED", "t"), ("0/12", "")), (), *ON_A_RUBRIC
    ),
    "a rehearsal": Work(
        REHEARSAL, (*STUDENT_FIRST, ("", "t"), ("Rehearse IRP-P2 now?", "y"), ("0/12", "")), (), *ON_A_RUBRIC
    ),
    "a check-in": Work(
        STUDENT, (*STUDENT_FIRST, ("", "c"), ("no session is planned today", "t"), ("started", "")),
        (("session goes on", "\x1b[H"), ("›", "\r")), "For the school's form", "vrx", "nnp",
        (student.CheckInAnswered,), (student.StudentNoted,),
    ),
}  # fmt: skip


class Typed(msgspec.Struct):
    """A text being typed: its characters and when each was drawn (seconds, 0.0 before)."""

    text: str = ""
    drawn_s: list[float] = msgspec.field(default_factory=list)
    finished: bool = False


class Counts(msgspec.Struct):
    """What is counted over all kills."""

    kills: int = 0
    in_the_start: int = 0
    acknowledged: int = 0
    characters: int = 0
    young_ms: float = 0.0
    """Greatest age of a character that was lost."""
    losses: list[str] = msgspec.field(default_factory=list)


class Mentor:
    """Leads what goes on in one store by keyboard, and checks the store after each kill."""

    def __init__(self, folder: Path, work: Work, choice: random.Random, counts: Counts) -> None:
        self.folder = folder
        self.work = work
        self.choice = choice
        self.counts = counts
        self.typed = Typed()
        self.number = 0

    def lead(self, kill: bool) -> None:
        """One console: work until a random moment, then kill it; without `kill` only see that it opens."""
        start = time.monotonic()
        self.typed = Typed()
        in_the_start = kill and self.counts.kills > 0 and self.choice.random() < IN_THE_START
        end = start + self.choice.uniform(0.0, 0.7) if in_the_start else None
        with Terminal(self.folder, "en") as terminal:
            self.terminal = terminal
            if end is None:
                self._press(self.work.again)
                terminal.shows(self.work.live)
                self._go_on()
                end = time.monotonic() + self.choice.uniform(0.0, LONGEST_S)
                while kill and time.monotonic() < end:
                    self._act(end)
            else:
                self._pump(end)
            if kill:
                self.counts.in_the_start += int(in_the_start)
                self._kill()

    def begin(self) -> None:
        """The first console of a store starts it."""
        with Terminal(self.folder, "en") as terminal:
            self.terminal = terminal
            self._press(self.work.begin)
            terminal.shows(self.work.live)
            terminal.wait(lambda: "✓ saved" in terminal.text(), "the start was never saved")
            terminal.kill()

    def _press(self, steps: Sequence[tuple[str, str]]) -> None:
        for shown, keys in steps:
            self.terminal.shows(shown)
            self.terminal.press(keys)

    # --- at the keyboard -----------------------------------------------------------------------------------------

    def _go_on(self) -> None:
        """Finish the text that the killed console left half-typed."""
        left = list(self._texts()[1].values())
        self.typed = Typed()
        if left:
            self.terminal.shows(left[0].rstrip())
            self.terminal.press("\r")
            self.terminal.wait(lambda: not self._texts()[1], "the half-typed text was never finished")

    def _texts(self) -> tuple[list[What], dict[str, str]]:
        return texts_of(self.folder, self.work.subject)

    def _act(self, end: float) -> None:
        if self.choice.random() < 0.45:
            self.terminal.press(self.choice.choice(self.work.acts))
            self._pump(min(end, time.monotonic() + self.choice.choice((0.0, 0.02, 0.1))))
        else:
            self._write(end)

    def _write(self, end: float) -> None:
        """A note, a question, a strength or a promise, a key at a time, sometimes with a rest."""
        self.number += 1
        self.typed = Typed()
        self.terminal.press(self.choice.choice(self.work.writes))
        text = f"{self.number:03} " + "".join(self.choice.choices(LETTERS, k=self.choice.randint(3, 30)))
        for character in text:
            if time.monotonic() >= end:
                return
            self.terminal.press(character)
            self.typed.text += character
            self.typed.drawn_s.append(0.0)
            pause = 0.4 if self.choice.random() < 0.04 else self.choice.uniform(0.0, 0.12)
            self._pump(min(end, time.monotonic() + pause))
        if time.monotonic() < end:
            self.terminal.press("\r")
            self.typed.finished = True
            self._pump(min(end, time.monotonic() + self.choice.choice((0.0, 0.005, 0.05, 0.2))))

    def _pump(self, until: float) -> None:
        """Read the screen until a moment, and note which characters it shows by now."""
        while (rest := until - time.monotonic()) > 0:
            self.terminal.read(min(rest, 0.02))
            self._see()

    def _see(self) -> None:
        typed, now = self.typed, time.monotonic()
        first = next((i for i, drawn in enumerate(typed.drawn_s) if not drawn), None)
        if first is None:
            return
        screen = self.terminal.text()
        for i in range(first, len(typed.text)):
            if typed.text[: i + 1] not in screen:
                return
            typed.drawn_s[i] = now

    # --- the kill ------------------------------------------------------------------------------------------------

    def _kill(self) -> None:
        screen = self.terminal.text()
        before = self._heads()
        at = time.monotonic()
        self.terminal.kill()
        self.counts.kills += 1
        try:
            after = self._heads()
            events, drafts = self._texts()
            store = TinyStore.open(self.folder, create=False)
            problems = store.verify_all()
            store.close()
        except ConsoleError as error:
            self.counts.losses.append(f"the store does not open: {error}")
            return
        self.counts.losses += [f"verify: {problem.stream} {problem.seq} {problem.kind}" for problem in problems]
        for stream, hashes in before.items():
            self.counts.acknowledged += len(hashes)
            if after.get(stream, ())[: len(hashes)] != hashes:
                self.counts.losses.append(f"{stream} had {len(hashes)} events before the kill and has not any more")
        self._compare_screen(screen, events)
        self._compare_typed(at, events, drafts)

    def _compare_screen(self, screen: str, events: list[What]) -> None:
        """What the screen said is saved is in the log; its panel counts strengths among the notes."""
        if "✓ saved" not in screen:
            return
        rated = re.search(r"\b(\d+)/12\b|Today (\d+) of", screen)
        noted = re.search(r"\bNotes (\d+)", screen)
        for what, shown, kept in (
            ("ratings", rated, sum(isinstance(event, self.work.rated) for event in events)),
            ("notes", noted, sum(isinstance(event, self.work.noted) for event in events)),
        ):
            said = int(next(filter(None, shown.groups()))) if shown is not None else 0
            if said > kept:
                self.counts.losses.append(f"the screen said saved with {said} {what}, the log holds {kept}")

    def _compare_typed(self, at: float, events: list[What], drafts: dict[str, str]) -> None:
        typed = self.typed
        self.counts.characters += len(typed.text)
        kept = [*drafts.values(), *(getattr(event, "text", "") for event in events)]
        length = max((len(_common(typed.text, text)) for text in kept), default=0)
        lost = [at - drawn for drawn in typed.drawn_s[length:] if drawn]
        if lost:
            age_ms = 1000 * max(lost)
            self.counts.young_ms = max(self.counts.young_ms, age_ms)
            if age_ms > DRAFT_MS:
                self.counts.losses.append(
                    f"text drawn {age_ms:.0f} ms before the kill is lost: {typed.text[length:]!r}"
                )

    def _heads(self) -> dict[str, tuple[str, ...]]:
        """The hash of each event of each log, as another process reads them."""
        store = TinyStore.open(self.folder, create=False)
        try:
            return {stream: tuple(line.hash for line in store.read_log(stream)) for stream in store.streams()}
        finally:
            store.close()


def _common(one: str, other: str) -> str:
    length = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        length += 1
    return one[:length]


def texts_of(folder: Path, subject: Subject[Any, Any]) -> tuple[list[What], dict[str, str]]:
    """What the one log of a subject says, and its half-typed texts by field key."""
    store = TinyStore.open(folder, create=False)
    try:
        (stream,) = store.streams(subject.prefix)
        events = [subject.decode(line.body).what for line in store.read_log(stream)]
        return events, {field: draft.text for field, draft in store.all_drafts().get(stream, {}).items()}
    finally:
        store.close()


def filled(folder: Path) -> None:
    """A store with one student and one defense in a quarter of an hour."""
    (folder.parent / "settings.toml").write_text('name = "Mentor"\nzone = "Europe/Paris"\n', encoding="utf-8")
    rows = folder.parent / "rows.csv"
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 900))
    rows.write_text(
        "student_id,student_name,email,timezone,curriculum,project,attempt,planned_at,duration_min,language\n"
        f"s1,Ada Demo,,,IRP,IRP-P2,1,{soon},,en\n",
        encoding="utf-8",
    )
    run(folder, "import", str(rows))


def main() -> int:
    """Kill, look, go on; print the figures."""
    kills, counts = cases(usual=100, long=500, quick=12), Counts()
    choice, killed = random.Random(20261124), dict.fromkeys(WORKS, 0)
    of_a_store = min(KILLS_OF_A_STORE, kills // len(WORKS))
    for name in cycle(WORKS):
        if counts.kills >= kills:
            break
        before = counts.kills
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "store"
            filled(folder)
            mentor = Mentor(folder, WORKS[name], choice, counts)
            try:
                mentor.begin()
                for _kill in range(min(of_a_store, kills - counts.kills)):
                    mentor.lead(kill=True)
                mentor.lead(kill=False)
            except BaseException as error:
                if isinstance(error, KeyboardInterrupt):
                    raise
                counts.losses.append(f"{name}, after {counts.kills} kills: {error}")
                counts.kills += 1
                with suppress(Exception):
                    mentor.terminal.kill()
        killed[name] += counts.kills - before
    each = ", ".join(f"{n} in {name}" for name, n in killed.items())
    phrases = (
        f"{counts.kills} kill -9 ({each}), {counts.in_the_start} of them while starting",
        f"{counts.acknowledged} acknowledged events read again",
        f"{counts.characters} characters being typed",
        f"the oldest lost one was drawn {counts.young_ms:.0f} ms before the kill",
    )
    return show(Figures("kill -9", phrases, tuple(counts.losses)))


if __name__ == "__main__":
    sys.exit(main())
