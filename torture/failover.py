"""A school's server that dies: the primary of a streaming pair is killed again and again, and its standby promoted.

Consoles in processes of their own write decisions through the recorder and the spool, to an address that names both
servers. All processes of the primary are killed at a random moment; half of the times its standby has heard nothing for
a moment before. One console is killed as well while nobody answers, and its spool is replayed by the next one. The
standby is promoted, and the dead server becomes its standby. At the end every acknowledged action must be there, once,
in order, and so must all that consoles which ended in order have decided, and all that a killed one had in its spool.

The same is done with a primary that does not wait for its standby: what that loses is counted, and is no failure of the
console. The processes are real, and both servers are on one machine: no network is cut. Without the programs of
PostgreSQL nothing is done.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from statistics import median
from urllib.parse import quote

import msgspec
import psycopg

from defense_console import clocks
from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.store.base import Ack, Answer, Append, Failed, Refused, SpooledJob
from defense_console.store.postgres.address import Address, address
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.recorder import Recorder
from defense_console.store.unsaved.replay import replay
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import read_jobs, spool_files
from tests.store.postgres.servers import OwnServer, programs
from torture.figures import Figures, cases, show
from torture.strace import ROOT

NAMES = ("one", "two", "three")
DEFENSES = 4
"""Of each console: its own, as the leases have it."""
PACE_S = 0.01
"""Between two decisions of a console, on average."""
BACKLOG = 50
"""So many may wait; a mentor decides less in the time that a failover takes."""
SILENT_S = 0.2
"""So long, at most, has a standby heard nothing when its primary dies."""
PATIENCE_S = 120.0
STANDBY = "standby"


# --- a console ---------------------------------------------------------------------------------------------------


class Acked(msgspec.Struct, frozen=True):
    """An action that was acknowledged: where it is, by hash."""

    stream: str
    seq: int
    hash: str
    text: str


class Said(msgspec.Struct):
    """A line that a console says at once: something happened just before."""

    decided: str = ""
    acked: Acked | None = None
    spooled: bool = False
    refused: bool = False


def text_of(job: SpooledJob) -> str:
    """What was decided; "" for a job that is no note."""
    found = [DEFENSE.decode(line).what for line in job.lines] if isinstance(job, Append) else []
    return "".join(what.text for what in found if isinstance(what, ev.Noted))


def say(said: Said) -> None:
    """One line, unbuffered: it stands there when the process is killed."""
    os.write(1, msgspec.json.encode(said) + b"\n")


def ids(name: str) -> list[str]:
    """The defenses of a console."""
    return [str(defense_id(f"{name}-{n}", "IRP-P2", 1)) for n in range(DEFENSES)]


class Console:
    """One of the consoles, as it is put together by `terminal/opening.py`, without a screen."""

    def __init__(self, place: Address, spool: Path, name: str, life: str) -> None:
        self.life = life
        self._answers: deque[Answer] = deque()
        self._server = Server(place)
        self._store = PostgresStore(self._server, watched=True)
        if (error := replay(spool, self._store, self._store.identity).error) is not None:
            raise error
        waiting = Spool(spool, self._store.identity)
        self._recorder = Recorder(self._store.another, self._take, spool=waiting, keeps_aside=True)
        self._ledger = Ledger(self._store, self._recorder, clocks.read, name, load_shipped())
        leases = Leases(dict, lambda _job: None, clocks.read, clocks.process_start, "UTC")
        self._recorder.start()
        for n, id in enumerate(ids(name)):
            if self._store.last(DEFENSE.stream(id)) is None:
                planned = ev.Planned(f"{name}-{n}", "IRP", "IRP-P2", 1, clocks.read().wall)
                self._ledger.begin(DEFENSE, id, planned)
        self._desks = [DefenseDesk(self._ledger, id, leases) for id in ids(name)]

    def _take(self, answer: Answer) -> None:
        """Say what the recorder answers, on its thread, and keep it for the desk."""
        job = answer.job
        if isinstance(answer, Ack) and isinstance(job, Append):
            say(Said(acked=Acked(job.stream, answer.seq, answer.hash, text_of(job))))
        elif isinstance(answer, Failed) and answer.spool is not None:
            say(Said(spooled=True))
        elif isinstance(answer, Refused):
            say(Said(refused=True))
        self._answers.append(answer)

    def _hear(self) -> None:
        while self._answers:
            self._ledger.acknowledge(self._answers.popleft())
        self._ledger.refresh()

    def run(self, told_to_end: threading.Event) -> None:
        """Decide until told to end, then wait until everything is written."""
        chance, n = random.Random(self.life), 0
        while not told_to_end.is_set():
            if self._recorder.pending < BACKLOG:
                n += 1
                text = f"{self.life} {n}"
                chance.choice(self._desks).act(ev.Noted(text, clocks.read()))
                say(Said(decided=text))
            self._hear()
            time.sleep(chance.expovariate(1 / PACE_S))
        until = time.monotonic() + PATIENCE_S
        while not self._settled() and time.monotonic() < until:
            pass
        assert self._recorder.close(PATIENCE_S)
        self._store.close()
        self._server.close()

    def _settled(self) -> bool:
        """Write what waits, and take up what was refused; whether nothing is left."""
        self._recorder.flush(PATIENCE_S)
        self._hear()
        aside = [(desk, each.key) for desk in self._desks for each in desk.aside]
        for desk, key in aside:
            desk.take_up(key)
        return not aside and not self._recorder.pending and not self._answers


class Life:
    """A console's process, and all that it has said."""

    def __init__(self, place: Address, spool: Path, name: str, life: str) -> None:
        self.name = name
        command = [sys.executable, "-m", "torture.failover", str(place), str(spool), name, life]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT
        )
        self.said: list[tuple[float, Said]] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for line in self._process.stdout or ():
            self.said.append((time.monotonic(), msgspec.json.decode(line, type=Said)))

    @property
    def acked(self) -> list[Acked]:
        """Every acknowledged action."""
        return [said.acked for _at, said in self.said if said.acked is not None]

    @property
    def decided(self) -> list[str]:
        """Every decision."""
        return [said.decided for _at, said in self.said if said.decided]

    def written_after(self, moment: float) -> float | None:
        """When the first action was acknowledged after a moment."""
        return next((at for at, said in list(self.said) if at > moment and said.acked is not None), None)

    def spooled_after(self, moment: float) -> bool:
        """Whether something went into the spool since."""
        return any(at > moment and said.spooled for at, said in list(self.said))

    def state(self) -> str:
        """Return how it is."""
        last = self.said[-1][1] if self.said else "nothing"
        if self._process.poll() is None or self._process.stderr is None:
            return f"console {self.name} runs and last said {last}"
        return f"console {self.name} ended: {self._process.stderr.read().decode(errors='replace')}"

    def kill(self) -> None:
        """Kill it."""
        self._process.kill()
        self._process.wait()
        self._listener.join()

    def end(self) -> str:
        """Let it write what waits, and end; how it failed, "" when it did not."""
        try:
            _out, error = b"", b""
            assert self._process.stdin is not None
            assert self._process.stderr is not None
            self._process.stdin.close()
            error = self._process.stderr.read()
            self._process.wait(3 * PATIENCE_S)
            self._listener.join()
        except (OSError, subprocess.TimeoutExpired) as fault:
            self.kill()
            return f"console {self.name} did not end: {fault}"
        last = error.decode(errors="replace").strip().rpartition("\n")[2]
        return f"console {self.name} ended with {self._process.returncode}: {last}" if self._process.returncode else ""


# --- the servers -------------------------------------------------------------------------------------------------


class Pair:
    """A primary and its standby, each in a folder that stays its own.

    Args:
        waits: The primary acknowledges only what its standby has on the disk.
    """

    def __init__(self, found: Path, folders: tuple[Path, Path], *, waits: bool) -> None:
        self._programs = found
        # The name is the one that is waited for. What a commit does not wait for here, the console asks for itself.
        self._settings = f"-c cluster_name={STANDBY} -c synchronous_commit=off"
        if waits:
            self._settings += f" -c synchronous_standby_names={STANDBY}"
        self.primary = OwnServer(found, folders[0], self._settings)
        self.primary.start()
        self.standby = self._standby(folders[1])
        hosts = quote(",".join(map(str, folders)), safe="")
        self.address = address(
            f"postgresql://postgres@/postgres?host={hosts}&target_session_attrs=read-write&school=failover"
        )

    def _standby(self, folder: Path) -> OwnServer:
        """Make a standby of the primary, and wait until it follows."""
        standby = OwnServer(self._programs, folder, self._settings, self.primary)
        standby.start()
        with psycopg.connect(self.primary.base, autocommit=True) as connection:
            until = time.monotonic() + PATIENCE_S
            followed = "SELECT 1 FROM pg_stat_replication WHERE application_name = %s AND state = 'streaming'"
            while connection.execute(followed, (STANDBY,)).fetchone() is None and time.monotonic() < until:
                time.sleep(0.02)
        return standby

    def cut(self) -> None:
        """Let the standby hear nothing more: what sends to it stops."""
        with psycopg.connect(self.primary.base, autocommit=True) as connection:
            for (pid,) in connection.execute("SELECT pid FROM pg_stat_replication").fetchall():
                os.kill(pid, signal.SIGSTOP)

    def promote(self) -> None:
        """Let the standby be the primary."""
        self.primary, self.standby = self.standby, self.primary
        self.primary.promote()

    def make_good(self) -> None:
        """Make a standby of the server that died."""
        shutil.rmtree(self.standby.folder / "data")
        for left in self.standby.folder.glob(".s.PGSQL.*"):  # its socket and the lock of that
            left.unlink()
        self.standby = self._standby(self.standby.folder)

    def stop(self) -> None:
        """Stop both."""
        for server in (self.standby, self.primary):
            server.stop()


# --- the experiment ----------------------------------------------------------------------------------------------


class Run(msgspec.Struct):
    """What came of a pair."""

    acked: list[Acked] = []
    decided: set[str] = set()
    """By consoles that ended in order."""
    spooled: set[str] = set()
    """In the spool of a console when it was killed."""
    refused: int = 0
    back_s: list[float] = []
    """From a promotion to the slowest of the consoles that wrote again."""
    losses: list[str] = []


class Room:
    """The consoles of one pair, and the failovers."""

    def __init__(self, pair: Pair, spools: Path, seed: str) -> None:
        self._pair, self._spools = pair, spools
        self._chance = random.Random(seed)
        self._births = 0
        self.run = Run()
        self._living = [self._born(name) for name in NAMES]
        self._dead: list[Life] = []

    def _born(self, name: str) -> Life:
        self._births += 1
        return Life(self._pair.address, self._spools / name, name, f"{name}.{self._births}")

    def fail_over(self, nth: int) -> None:
        """Kill the primary while all write, and a console while nobody answers; promote the standby."""
        self._wait(lambda: all(life.acked for life in self._living), "every console writes")
        time.sleep(self._chance.uniform(0.2, 1.5))
        if nth % 2:
            self._pair.cut()
            time.sleep(self._chance.uniform(0, SILENT_S))
        died = time.monotonic()
        self._pair.primary.kill()
        victim = self._living[nth % len(NAMES)]
        self._wait(lambda: victim.spooled_after(died), f"console {victim.name} has something in its spool")
        time.sleep(self._chance.uniform(0, 0.5))
        victim.kill()
        self._dead.append(victim)
        self.run.spooled |= {text_of(job) for job in in_spools(self._spools / victim.name)} - {""}
        self._pair.promote()
        promoted = time.monotonic()
        self._pair.make_good()
        survivors = [life for life in self._living if life is not victim]
        self._wait(lambda: all(life.written_after(promoted) for life in survivors), "the others write again")
        self.run.back_s.append(max(life.written_after(promoted) or 0 for life in survivors) - promoted)
        self._living = [self._born(life.name) if life is victim else life for life in self._living]

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > until:
                raise TimeoutError(f"in vain was waited until {what}: {[life.state() for life in self._living]}")
            time.sleep(0.01)

    def end(self) -> Run:
        """Let every console end."""
        run = self.run
        run.losses += [failed for life in self._living if (failed := life.end())]
        run.acked = [acked for life in (*self._dead, *self._living) for acked in life.acked]
        run.decided = {text for life in self._living for text in life.decided}
        run.refused = sum(said.refused for life in (*self._dead, *self._living) for _at, said in life.said)
        return run

    def kill(self) -> None:
        """Leave no process behind."""
        for life in self._living:
            life.kill()


def in_spools(folder: Path) -> Iterator[SpooledJob]:
    """What waits in the files of a folder."""
    for path in spool_files(folder):
        yield from read_jobs(path)[0]


def wrong(place: Address, run: Run) -> tuple[list[str], int]:
    """What is not as it must be in the school, and how many acknowledged actions are not there."""
    found = list[str]()
    texts = Counter[str]()
    with closing(Server(place)) as server:
        store = PostgresStore(server)
        found += [f"verify: {problem.text_id}" for problem in store.verify_all()]
        lines = {stream: store.read_log(stream) for stream in store.streams()}
        found += [f"something of {stream} is still aside" for stream in store.all_asides()]
    for stream, log in lines.items():
        notes = [what.text for line in log if isinstance(what := DEFENSE.decode(line.body).what, ev.Noted)]
        texts.update(notes)
        for life in {text.partition(" ")[0] for text in notes}:
            numbers = [int(number) for who, _, number in (text.partition(" ") for text in notes) if who == life]
            if numbers != sorted(numbers) and not run.refused:  # what was refused is written later
                found.append(f"the decisions of {life} in {stream} are not in order")
    gone = [each for each in run.acked if each.hash not in {line.hash for line in lines.get(each.stream, ())}]
    found += [f"{text} is there {times} times" for text, times in texts.items() if times > 1]
    found += [f"{text} was in a spool and is not there" for text in run.spooled if not texts[text]]
    found += [
        f"{text} was decided and is not there" for text in run.decided - {each.text for each in gone} if not texts[text]
    ]
    return found, len(gone)


def experiment(found: Path, times: int, *, waits: bool) -> tuple[str, list[str]]:
    """Let a pair fail over; the figures, and what was lost."""
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pair-"))) for _ in range(2)]
        spools = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="spools-")))
        pair = Pair(found, (folders[0], folders[1]), waits=waits)
        stack.callback(pair.stop)
        with closing(Server(pair.address)):
            pass  # the tables and the school are made
        room = Room(pair, spools, f"waits: {waits}")
        stack.callback(room.kill)
        for nth in range(times):
            room.fail_over(nth)
        run = room.end()
        losses, gone = wrong(pair.address, run)
        left = [path.name for name in NAMES for path in spool_files(spools / name)]
    losses = [*run.losses, *losses, *(f"the spool file {name} is left" for name in left)]
    said = f"{times} failovers of a primary that {'waits' if waits else 'does not wait'} for its standby: "
    said += f"{len(run.acked)} acknowledged actions, {gone} not there"
    back = f"written again {median(run.back_s):.1f} s after a promotion, {max(run.back_s):.1f} s at most"
    if not waits:
        return f"{said}, {run.refused} refused and taken up again, {back}", losses
    losses += [f"{gone} acknowledged actions are not there"] if gone else []
    losses += [f"{run.refused} decisions were refused"] if run.refused else []
    return (
        f"{said}, {len(run.spooled)} found in the spools of killed consoles and written, {back}",
        losses,
    )


def main(arguments: Sequence[str]) -> int:
    """Run both kinds of pair, or be one of the consoles."""
    if arguments:
        place, spool, name, life = arguments
        ended = threading.Event()

        def listen() -> None:
            sys.stdin.read()
            ended.set()

        threading.Thread(target=listen, daemon=True).start()
        Console(address(place), Path(spool), name, life).run(ended)
        return 0
    if (found := programs()) is None:
        return show(Figures("failover", skipped="no programs of PostgreSQL are installed"))
    sync, lost = experiment(found, cases(usual=10, long=50, quick=2), waits=True)
    without, wrong_without = experiment(found, cases(usual=4, long=20, quick=2), waits=False)
    return show(Figures("failover", (sync, without), tuple(lost + wrong_without)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
