"""Fuzzed files for everything that reads a file somebody else wrote.

A sound file of each kind is damaged at random (bytes, lines and words taken out, doubled, swapped, replaced by
hostile ones) and given to the command that reads it. Never a traceback, exit code 0 or 2, and after a 2 the store is
what it was. Runs in this process, as the command line's own tests do: an exception that nobody took is a traceback
that a mentor would have seen.
"""

from __future__ import annotations

import hashlib
import io
import random
import shutil
import sqlite3
import sys
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path

import msgspec
from click.testing import CliRunner, Result

from defense_console.cli import main as command_line
from defense_console.store.sqlite.opening.place import FILE
from tests.exchange.calendars import event, ics
from tests.exchange.test_broken_files import csv, entries, sessions
from tests.exchange.workbooks import HEAD, ods, ods_row, xlsx
from torture.figures import Figures, cases, show
from torture.strace import ROOT

HOSTILE = (
    b"\x00", b"\xff", b"\x1b]52;c;aGk=\x07", "\u202e".encode(), b"\xed\xa0\x80", b"9" * 400, b"-1", b"1e999", b"NaN",
    b"[/b]", b"../../x", b"{", b"}", b"[", b"]", b'"', b"'", b";", b",", b"\r", b"\n", b"\r\n\r\n", b"\xef\xbb\xbf",
    b"null", b"true", b"0000-00-00T99:99", b"=cmd|' /C calc'!A0", b"\\", b"RRULE:FREQ=SECONDLY\r\n", b"TZID=Mars/Base",
    "é".encode(), b"%s%n",
)  # fmt: skip


def fuzzed(sound: bytes, choice: random.Random) -> bytes:
    """A damaged copy."""
    data = bytearray(sound)
    for _change in range(choice.choice((1, 1, 1, 2, 3, 8))):
        at = choice.randrange(len(data) + 1)
        to = min(len(data), at + choice.choice((1, 1, 2, 8, 60)))
        match choice.randrange(8):
            case 0:
                data[at:to] = b""
            case 1:
                data[at:to] = data[at:to] * choice.choice((2, 3, 40))
            case 2:
                data[at:at] = choice.choice(HOSTILE)
            case 3:
                data[at:to] = choice.choice(HOSTILE)
            case 4:
                data[at:to] = choice.randbytes(to - at)
            case 5:
                lines = bytes(data).split(b"\n")
                line = choice.randrange(len(lines))
                lines[line : line + 1] = choice.choice(([], [lines[line]] * 2, [choice.choice(lines)]))
                data = bytearray(b"\n".join(lines))
            case 6:
                data[at:] = data[at:][: choice.choice((0, 1, 100))]
            case _ if at < len(data):
                data[at] ^= 1 << choice.randrange(8)
    return bytes(data)


def fuzzed_part(sound: bytes, choice: random.Random) -> bytes:
    """A ZIP of which one part is damaged and packed well; now and then its own bytes are."""
    if choice.randrange(4) == 0:
        return fuzzed(sound, choice)
    with zipfile.ZipFile(io.BytesIO(sound)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    name = choice.choice(sorted(parts))
    return _zip({**parts, name: fuzzed(parts[name], choice)})


class Reader(msgspec.Struct, frozen=True):
    """Something that reads files.

    Attributes:
        name: as it is told.
        sound: files that it reads well.
        arguments: the command for the fuzzed file, given its path.
        empty: whether it wants an empty store.
        as_settings: whether the file is the settings themselves.
        damaged: how a damaged copy is made.
    """

    name: str
    sound: tuple[bytes, ...]
    arguments: Callable[[str], list[str]]
    empty: bool = False
    as_settings: bool = False
    damaged: Callable[[bytes, random.Random], bytes] = fuzzed


class Bench:
    """A store to read into, that is put back whenever something was written."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.template = place / "template"
        self.store = place / "store"
        self.settings = place / "settings.toml"
        self.settings.write_text('name = "Mentor"\nzone = "Europe/Paris"\n', encoding="utf-8")

    def run(self, *arguments: str, store: Path | None = None, settings: Path | None = None) -> Result:
        """A command, in this process."""
        environment = {
            "DEFENSE_CONSOLE_SETTINGS": str(settings or self.settings),
            "DEFENSE_CONSOLE_SPOOL": str(self.place / "spool"),
            "LANG": "C.UTF-8",
        }
        runner = CliRunner(env=environment)
        return runner.invoke(command_line, [*arguments, "--store", str(store or self.store)])

    def sound(self, *arguments: str, store: Path | None = None) -> Result:
        """A command that has to end well."""
        result = self.run(*arguments, store=store)
        if result.exit_code:
            raise RuntimeError(f"{arguments}: {result.output[-500:]}") from result.exception
        return result

    def fresh(self, empty: bool) -> None:
        """The store as it was in the beginning."""
        shutil.rmtree(self.store, ignore_errors=True)
        if not empty:
            shutil.copytree(self.template, self.store)

    def content(self) -> str:
        """The rows of the store, but for what it says of itself; "" when there is none."""
        digest = hashlib.sha256()
        if not (self.store / FILE).exists():
            return digest.hexdigest()
        with closing(sqlite3.connect(self.store / FILE)) as connection:
            for row in connection.execute("SELECT tab, id, sum FROM rows WHERE tab != 'meta' ORDER BY tab, id"):
                digest.update(repr(row).encode())
        return digest.hexdigest()


def readers(bench: Bench) -> list[Reader]:
    """Everything that reads files, with sound ones, and the store they are read into."""
    first = bench.place / "first.csv"
    first.write_bytes(csv("s9;Ada Exemple;;;IRP;IRP-P1;1;2027-04-04T10:00;;"))
    bench.sound("import", str(first), store=bench.template)
    id = _an_id(bench)
    documents = _zip({"Demo_Ada_1_guide_112026.txt": b"Question 1\n" * 40, "x/rapport.csv": b"a;b\n1;2\n" * 30})
    received = bench.place / "first.zip"
    received.write_bytes(documents)
    bench.sound("receive", id, str(received), store=bench.template)
    archive = bench.place / "archive.zip"
    bench.sound("export", "--files", "-o", str(archive), store=bench.template)
    curricula = tuple(path.read_bytes() for path in sorted((ROOT / "data" / "curricula").glob("*.toml")))
    calendar = ics(event(uid="a"), event("RRULE:FREQ=WEEKLY;COUNT=3", uid="b"), event("LOCATION:x", uid="c"))
    settings = (
        b'name = "Mentor"\nzone = "Europe/Paris"\nlanguage = "fr"\nrelease_countdown_s = 60\n'
        b'[keys]\n"live.finish" = "f"\n'
    )
    exported = bench.sound("export", store=bench.template).stdout_bytes
    return [
        Reader("CSV", (csv(),), lambda path: ["import", path]),
        Reader("JSON", (entries(),), lambda path: ["import", path]),
        Reader("workbook", _workbooks(), lambda path: ["import", path], damaged=fuzzed_part),
        Reader("session list", (sessions(),), lambda path: ["import", path]),
        Reader("iCalendar", (calendar,), lambda path: ["calendar", "import", path]),
        Reader("export", (exported,), lambda path: ["import", path], True),
        Reader("export with documents", (archive.read_bytes(),), lambda path: ["import", path], True),
        Reader("documents in a ZIP", (documents,), lambda path: ["receive", id, path]),
        Reader("curriculum", curricula, lambda path: ["curricula", "check", path]),
        Reader("settings", (settings,), lambda _path: ["keys"], as_settings=True),
    ]


def _an_id(bench: Bench) -> str:
    """The id of one defense of the template."""
    listed = msgspec.json.decode(bench.sound("list", "--json", store=bench.template).stdout_bytes)
    return str(listed[0]["id"])


def _workbooks() -> tuple[bytes, ...]:
    """One defense as a spreadsheet program saves it."""
    row = ("101", "Exemple", "Ada", "IRP", "IRP-P1", 1, datetime.fromisoformat("2027-04-04T10:00"), 45)
    return xlsx({"A": [HEAD, row]}), ods({"A": ods_row(*HEAD) + ods_row(*map(str, row))})


def _zip(files: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


class Counts(msgspec.Struct):
    """What is counted."""

    inputs: int = 0
    taken: int = 0
    refused: int = 0
    losses: list[str] = msgspec.field(default_factory=list)


def fuzz(bench: Bench, reader: Reader, choice: random.Random, times: int, counts: Counts) -> None:
    """Give a reader so many damaged files."""
    file = bench.place / "fuzzed"
    bench.fresh(reader.empty)
    before = bench.content()
    for turn in range(times):
        file.write_bytes(reader.damaged(choice.choice(reader.sound), choice))
        result = bench.run(*reader.arguments(str(file)), settings=file if reader.as_settings else None)
        counts.inputs += 1
        what = f"{reader.name} {turn}"
        crashed = result.exception is not None and not isinstance(result.exception, SystemExit)
        if crashed or "Traceback (most" in result.output:
            counts.losses.append(f"{what}: {type(result.exception).__name__}: {result.exception}"[:300])
        elif result.exit_code not in (0, 2):
            counts.losses.append(f"{what}: exit code {result.exit_code}: {result.output[-200:]}")
        elif result.exit_code == 2:
            counts.refused += 1
            if bench.content() != before:
                counts.losses.append(f"{what}: refused, and yet something was written")
                bench.fresh(reader.empty)
        else:
            counts.taken += 1
            bench.fresh(reader.empty)


def main() -> int:
    """Fuzz; print the figures."""
    counts, each = Counts(), cases(usual=2_000, long=4_000, quick=60)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        known = readers(bench)
        for number, reader in enumerate(known):
            fuzz(bench, reader, random.Random(number), each, counts)
    phrases = (
        f"{len(known)} readers, {each} damaged files each, {counts.inputs} in all",
        f"{counts.refused} refused, {counts.taken} taken",
    )
    return show(Figures("fuzz", phrases, tuple(counts.losses)))


if __name__ == "__main__":
    sys.exit(main())
