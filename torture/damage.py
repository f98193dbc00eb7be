"""Damage: the store's files cut at every page of the last transactions, bits flipped, rows and events changed.

Whatever is done to the files, opening the store and reading all of it gives a state that the store was in (a
consistent prefix of what was written, and all of it unless the log of the last transactions was cut) or an error that
says what to do: never another state, never a traceback. And `verify` finds each changed event, each damaged row and
each event that is gone, one at a time: n of n.
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.store.sqlite.opening.place import FILE
from defense_console.store.sqlite.schema import checksum
from defense_console.store.sqlite.store import TinyStore
from torture import strace
from torture.figures import Figures, cases, show
from torture.script import Left, left_in, script, states

STEPS, SEED = 40, 11
PAGE = 4096
FRAME = 24 + PAGE
WAL_HEADER = 32
"""Source: sqlite.org/fileformat2.html §4.1."""


class Counts(msgspec.Struct):
    """What is counted."""

    cuts: int = 0
    flips: int = 0
    whole: int = 0
    prefixes: int = 0
    errors: int = 0
    noticed: dict[str, list[int]] = msgspec.field(default_factory=dict)
    """Found by `verify`, and how many there were, by kind of change."""
    losses: list[str] = msgspec.field(default_factory=list)


def wounded(sound: Path, place: Path, wound: Callable[[Path], None]) -> Path:
    """A copy of a store to which something was done."""
    folder = place / "store"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(sound, folder)
    wound(folder)
    return folder


def look(folder: Path, known: list[Left], what: str, counts: Counts, *, all_of_it: bool) -> None:
    """Open and read all; the state must be one that was, or an error must be told.

    Args:
        folder: The wounded store.
        known: Its states, one after the other.
        what: Was done to it.
        counts: Where it is counted.
        all_of_it: Only the last state is right, since nothing of the last transactions was taken away.
    """
    try:
        store = TinyStore.open(folder, create=False)
        with closing(store):
            left = left_in(store)
            told = {summary.id: summary.seq for summary in store.pending()}
            problems = store.verify_all()
    except ConsoleError:
        counts.errors += 1
        return
    except Exception as error:
        counts.losses.append(f"{what}: a traceback: {type(error).__name__}: {error}")
        return
    if left == known[-1]:
        counts.whole += 1
    elif left in known and not all_of_it:
        counts.prefixes += 1
    elif not problems:
        counts.losses.append(f"{what}: another state, and verify finds nothing")
    elif left.logs != known[-1].logs:
        counts.losses.append(f"{what}: events are read that were not written so, or are missing without a word")
    else:
        counts.errors += 1  # a text being typed or a lease is gone, and verify says so
        return
    if any(seq != len(left.logs.get(f"defense/{id}", ())) for id, seq in told.items()):
        counts.losses.append(f"{what}: a summary tells of another log")


def cuts(file: Path) -> Iterator[int]:
    """Where a file is cut: at every page or frame of it, and in the middle of each."""
    size = file.stat().st_size
    step, head = (FRAME, WAL_HEADER) if file.name.endswith("-wal") else (PAGE, 0)
    for place in range(head, size, step):
        yield place
        yield place + step // 2


def cut_everywhere(sound: Path, place: Path, known: list[Left], counts: Counts) -> None:
    """Cut both files at every page."""
    for name in (FILE, f"{FILE}-wal"):
        source = sound / name
        if not source.exists():
            continue
        for at in cuts(source):
            folder = wounded(sound, place, lambda folder, at=at, name=name: _truncate(folder / name, at))  # type: ignore[misc]
            counts.cuts += 1
            look(folder, known, f"{name} cut at {at}", counts, all_of_it=name == FILE)


def _truncate(file: Path, at: int) -> None:
    with file.open("r+b") as opened:
        opened.truncate(at)


def flip(sound: Path, place: Path, known: list[Left], counts: Counts, choice: random.Random, times: int) -> None:
    """Flip one bit, or write noise over some bytes, anywhere in both files."""
    for _time in range(times):
        name = choice.choice([name for name in (FILE, f"{FILE}-wal") if (sound / name).exists()])
        size = (sound / name).stat().st_size
        at, length = choice.randrange(size), choice.choice((1, 1, 1, 16, 512))

        def wound(folder: Path, name: str = name, at: int = at, length: int = length) -> None:
            file = folder / name
            data = bytearray(file.read_bytes())
            if length == 1:
                data[at] ^= 1 << choice.randrange(8)
            else:
                data[at : at + length] = choice.randbytes(len(data[at : at + length]))
            file.write_bytes(data)

        counts.flips += 1
        folder = wounded(sound, place, wound)
        look(folder, known, f"{name}: {length} bytes at {at}", counts, all_of_it=name == FILE)


def change_rows(sound: Path, place: Path, counts: Counts) -> None:
    """Change each row in turn, and ask `verify`."""
    with closing(sqlite3.connect(sound / FILE)) as connection:
        rows = connection.execute("SELECT tab, id, body FROM rows").fetchall()
    for tab, id, body in rows:
        is_event = "/" in tab
        changes: list[tuple[str, str, tuple[object, ...]]] = [
            ("damaged rows", "UPDATE rows SET body = ? WHERE tab = ? AND id = ?", (_other(body), tab, id))
        ]
        if is_event:
            forged = _forged(body)
            sum = checksum(tab, id, forged.encode())
            changes += [
                (
                    "changed events",
                    "UPDATE rows SET body = ?, sum = ? WHERE tab = ? AND id = ?",
                    (forged, sum, tab, id),
                ),
                ("missing events", "DELETE FROM rows WHERE tab = ? AND id = ?", (tab, id)),
            ]
        for kind, statement, values in changes:
            folder = wounded(sound, place, lambda folder, s=statement, v=values: _execute(folder, s, v))  # type: ignore[misc]
            found = counts.noticed.setdefault(kind, [0, 0])
            found[1] += 1
            if _noticed(folder):
                found[0] += 1
            else:
                counts.losses.append(f"verify does not see: {kind}, row {id} of {tab}")


def _noticed(folder: Path) -> bool:
    """Whether `verify` finds something, in a store that opens whatever its rows are."""
    try:
        store = TinyStore.open(folder, create=False)
    except ConsoleError:
        return False
    with closing(store):
        return bool(store.verify_all())


def _other(body: str) -> str:
    """The same row with one character changed."""
    middle = len(body) // 2
    return body[:middle] + ("x" if body[middle] != "x" else "y") + body[middle + 1 :]


def _forged(body: str) -> str:
    """An event that says that another mentor did it."""
    return body.replace("Camille", "Camilla")


def _execute(folder: Path, statement: str, values: tuple[object, ...]) -> None:
    with closing(sqlite3.connect(folder / FILE)) as connection, connection:
        connection.execute(statement, values)


def main() -> int:
    """Wound stores; print the figures."""
    counts, choice = Counts(), random.Random(3)
    known = states(script(SEED, STEPS))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        left, killed = place / "left" / "store", place / "killed" / "store"
        for folder, options in ((left, ()), (killed, ("--leave-open",))):
            ended = strace.finished(strace.subject(folder, SEED, STEPS, *options))
            if ended.acknowledged != STEPS:
                counts.losses.append(f"not even begun: {ended.lines[-1:]} {ended.errors[-200:]}")
            cut_everywhere(folder, place, known, counts)
            flip(folder, place, known, counts, choice, cases(usual=300, long=3_000, quick=60))
        change_rows(left, place, counts)
    noticed = ", ".join(f"{kind} {found} of {there}" for kind, (found, there) in sorted(counts.noticed.items()))
    phrases = (
        f"{counts.cuts} cuts, {counts.flips} flips",
        f"{counts.whole} read whole, {counts.prefixes} a consistent prefix, {counts.errors} refused in a sentence",
        f"verify found {noticed}",
    )
    return show(Figures("damage", phrases, tuple(counts.losses)))


if __name__ == "__main__":
    sys.exit(main())
