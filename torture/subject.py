"""The process that is hurt: writes a script to a store as the console does, and says what was acknowledged.

    python -m torture.subject FOLDER --seed N --steps N [--after N] [--fsize BYTES | --pages N]

Writes `made` when the store is there, `ack K` when the first K steps are on the disk and `kept K` when they are there
or in the spool, a line at a time, to its standard output and unbuffered, so that what stands there was said before
the process was killed. Ends with 0 when every step was acknowledged, with 3 when that took too long, with 2 and a
sentence when the store could not be opened.
"""

from __future__ import annotations

import argparse
import os
import resource
import signal
import sys
import threading
from pathlib import Path

from defense_console.model.errors import ConsoleError
from defense_console.store.base import Ack, Answer, Append, Failed, Refused, WriteLease
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening.reading import open_store
from defense_console.store.sqlite.opening.reserve import Reserve
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool import Spool
from torture.figures import QUICK
from torture.script import Step, script

PATIENCE_S = 8.0 if QUICK else 40.0
BURST = 3
DELAYS_S = (0.001, 0.002, 0.005, 0.01)
"""The pauses between tries, much shorter than a mentor's, so that many tries fit into a run."""
LIFT_AFTER = 6
"""Failures after which a fault that the subject makes itself is gone."""


class Answers:
    """Counts the acknowledgements, says them, and lifts the subject's own fault after a while."""

    def __init__(self, lift: bool, spool_will_do: bool) -> None:
        self.spool_will_do = spool_will_do
        self.acknowledged = self.failed = self.spooled = 0
        self.refused: list[str] = []
        self.lifted = not lift
        self.changed = threading.Condition()

    def __call__(self, answer: Answer) -> None:
        """Take an answer, on the recorder's thread."""
        with self.changed:
            if isinstance(answer, Ack):
                self.acknowledged += 1
                say(f"ack {self.acknowledged}")
            elif isinstance(answer, Failed):
                self.failed += 1
                # A sign of life is no work of the mentor: it is not spooled, and nobody waits for it.
                self.spooled += answer.spool is not None or isinstance(answer.job, WriteLease)
                say(f"failed {type(answer.error).__name__}")
                if self.failed >= LIFT_AFTER and not self.lifted:
                    self.lifted = True
                    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            elif isinstance(answer, Refused):
                self.refused.append(str(answer.error))
            self.changed.notify_all()


def say(text: str) -> None:
    """One line, at once."""
    os.write(1, f"{text}\n".encode())


def run(folder: Path, steps: list[Step], pages: int, fsize: int, spool_will_do: bool, leave_open: bool) -> int:
    """Write the steps; the exit code."""
    try:
        store = open_store(folder, create=True)
        spool = Spool(folder.parent / "spool", store.identity)
        read_only = store.read_only
        store.close()
    except ConsoleError as error:
        say(f"refused {error}")
        return 2
    if read_only is not None:
        say(f"read-only {read_only}")
        return 4
    say("made")
    answers = Answers(lift=bool(pages or fsize), spool_will_do=spool_will_do)
    if fsize:
        resource.setrlimit(resource.RLIMIT_FSIZE, (fsize, resource.RLIM_INFINITY))

    def opened() -> TinyStore:
        store = open_store(folder, create=True)
        if pages and not answers.lifted:
            store._rows._connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        return store

    recorder = Recorder(opened, answers, delays_s=DELAYS_S, spool=spool, space=Reserve(folder))
    recorder.start()
    vault = FolderVault(folder)
    given = 0
    for step in steps:
        # A text being typed may supersede the one before, which then is never acknowledged: one at a time.
        full = given - answers.acknowledged >= BURST or not isinstance(step.job, Append)
        if full and not caught_up(answers, given):
            return unanswered(answers)
        if step.document is not None and not take(vault, step.document):
            if spool_will_do:
                break  # a document has no spool: it is refused, and the mentor told
            return unanswered(answers)
        recorder.submit(step.job)
        given += 1
        if not isinstance(step.job, Append) and not caught_up(answers, given):
            return unanswered(answers)
    if not caught_up(answers, given):
        return unanswered(answers)
    if leave_open:
        os.kill(os.getpid(), signal.SIGKILL)
    if recorder.close(0.3 if spool_will_do else 5) or spool_will_do:
        say("closed")
    return 0


def take(vault: FolderVault, document: bytes) -> bool:
    """Put a document into the vault, again and again where the disk fails; whether it is there."""
    for _attempt in range(200):
        try:
            with vault.taking() as taking:
                taking.add([document])
        except ConsoleError:
            continue
        return True
    return False


def caught_up(answers: Answers, given: int) -> bool:
    """Wait until everything given is acknowledged, or in the spool where that will do; whether it is."""
    with answers.changed:
        if answers.spool_will_do:
            # The answer on its way may be of before; the one after it knows everything given.
            enough = answers.spooled + 2
            answers.changed.wait_for(
                lambda: answers.acknowledged >= given or answers.spooled >= enough or answers.refused, PATIENCE_S
            )
            if answers.spooled >= enough > 0 and answers.acknowledged < given:
                say(f"kept {given}")
                return True
        answers.changed.wait_for(lambda: answers.acknowledged >= given or answers.refused, PATIENCE_S)
        return answers.acknowledged >= given


def unanswered(answers: Answers) -> int:
    """Say why this ends; the exit code."""
    say(f"unanswered after {answers.acknowledged}, {answers.failed} failures {answers.refused[:1]}")
    return 3


def main() -> int:
    """Read the command line and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--fsize", type=int, default=0, help="greatest size of a file, in bytes, until a few failures")
    parser.add_argument(
        "--pages", type=int, default=0, help="greatest size of the store, in pages, until a few failures"
    )
    parser.add_argument("--spool-will-do", action="store_true", help="go on when what was given is in the spool")
    parser.add_argument("--leave-open", action="store_true", help="end by kill -9")
    parser.add_argument("--after", type=int, default=0, help="how many steps of the script the store holds already")
    options = parser.parse_args()
    steps = script(options.seed, options.steps)[options.after :]
    return run(options.folder, steps, options.pages, options.fsize, options.spool_will_do, options.leave_open)


if __name__ == "__main__":
    sys.exit(main())
