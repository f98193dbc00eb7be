"""Whatever stands where a store should, wherever the answer goes: one sentence, the right exit code, nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.ui.conftest import Room

COMMANDS = [
    ("backup",), ("backup", "-o", "OTHER"), ("restore", "COPY"), ("doctor",), ("doctor", "--repair"),
    ("doctor", "--json"), ("forget", "s1", "--yes"), ("forget", "s1", "--dry-run"),
]  # fmt: skip
FULL = Path("/dev/full")
posix = pytest.mark.skipif(os.name != "posix", reason="other kinds of files")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    room = Room(tmp_path / "store")
    room.student("s1", "Lina Demo")
    room.plan()
    assert cli(room.folder, "backup").exit_code == 0
    shutil.move(room.folder / place.BACKUPS, tmp_path / "copies")
    return room


def cli(folder: Path, *arguments: str) -> Result:
    words = {"OTHER": str(folder.parent / "other"), "COPY": str(folder.parent / "copies")}
    return CliRunner().invoke(main, [*(words.get(each, each) for each in arguments), "--store", str(folder)])


def state(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Bytes and rights of everything in a folder; what is no plain file by its kind alone."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes() if path.is_file() else b"", path.lstat().st_mode)
        for path in sorted(folder.rglob("*"))
    }


# --- what is no store ------------------------------------------------------------------------------------------------


def link(folder: Path, store: Path) -> None:
    folder.symlink_to(store)


def dangling(folder: Path, store: Path) -> None:
    folder.symlink_to(store.with_name("nowhere"))


def file(folder: Path, _store: Path) -> None:
    folder.write_text("a file")


def below_a_file(folder: Path, _store: Path) -> None:
    folder.parent.write_text("a file")


def link_in_it(folder: Path, store: Path) -> None:
    folder.mkdir()
    (folder / place.FILE).symlink_to(store / place.FILE)


def folder_in_it(folder: Path, _store: Path) -> None:
    (folder / place.FILE).mkdir(parents=True)


def pipe_in_it(folder: Path, _store: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / place.FILE)


def log_that_is_a_pipe(folder: Path, store: Path) -> None:
    shutil.copytree(store, folder)
    os.mkfifo(folder / f"{place.FILE}-wal")


def another_program(folder: Path, _store: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(folder / place.FILE)) as connection:
        connection.execute("CREATE TABLE theirs (a)")


NO_STORES = [
    link, dangling, file, below_a_file, link_in_it, folder_in_it, pipe_in_it, log_that_is_a_pipe, another_program
]  # fmt: skip


@posix
@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("make", NO_STORES, ids=lambda make: make.__name__)
def test_what_is_no_store_is_refused_in_one_sentence_and_left_as_it_is(
    room: Room, tmp_path: Path, make: Callable[[Path, Path], None], arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "it" / "x"
    if make is not below_a_file:
        folder.parent.mkdir()
    make(folder, room.folder)
    before = state(tmp_path)
    done = cli(folder, *arguments)
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("Error: ")
    assert "does not answer" not in sentence or make is below_a_file
    assert state(tmp_path) == before


@pytest.mark.parametrize("arguments", [each for each in COMMANDS if each[0] != "restore"], ids=" ".join)
@pytest.mark.parametrize("kind", ["missing", "empty folder", "newer"])
def test_where_nothing_is_or_something_newer_only_a_copy_can_be_put(
    room: Room, tmp_path: Path, kind: str, arguments: tuple[str, ...]
) -> None:
    folder = tmp_path / "it"
    if kind == "newer":
        shutil.copytree(room.folder, folder)
        with closing(sqlite3.connect(folder / place.FILE)) as connection:
            connection.execute(f"PRAGMA user_version = {schema.version() + 1}")
    elif kind == "empty folder":
        folder.mkdir()
    before = state(tmp_path)
    done = cli(folder, *arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    (sentence,) = done.stderr.splitlines()
    assert ("newer console" if kind == "newer" else "There is no store") in sentence
    assert state(tmp_path) == before

    assert cli(folder, "restore", "COPY").exit_code == 0
    assert cli(folder, "verify").exit_code == 0


def test_a_store_with_damaged_first_bytes_is_no_other_programs(room: Room) -> None:
    data = bytearray((room.folder / place.FILE).read_bytes())
    data[68:72] = b"oops"
    logs.replace(room.folder / place.FILE, bytes(data))
    assert cli(room.folder, "doctor").exit_code == 2
    assert cli(room.folder, "doctor", "--repair").exit_code == 0


WITHOUT_RIGHTS = """
import os, sys
from pathlib import Path
from defense_console.desk.upkeep.copies import back_up_elsewhere, put_back
from defense_console.model.errors import ConsoleError
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.diagnosis import examine
from defense_console.store.sqlite.opening.reading import open_store
from defense_console.store.sqlite.store import TinyStore
closed, own = Path(sys.argv[1]), Path(sys.argv[2])
os.setgroups([]), os.setgid(65534), os.setuid(65534)
store, at = closed / "store", "2026-03-02T10:00:00.000Z"
for what in (
    lambda: open_store(store, create=False),
    lambda: examine(Backups(store)),
    lambda: put_back(closed / "copies", Backups(own), at),
    lambda: put_back(own, Backups(store), at),
    lambda: back_up_elsewhere(Backups(own), closed / "other", at),
):
    try:
        what()
    except ConsoleError as error:
        print(type(error).__name__, error.parameters["place"])
"""


@pytest.mark.skipif(os.name != "posix" or not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to drop")
def test_a_closed_folder_is_refused_in_one_sentence_that_names_it(room: Room, tmp_path: Path) -> None:
    with tempfile.TemporaryDirectory() as outside:  # every run of the tests closes the folder of all of them again
        Path(outside).chmod(0o711)
        own, closed = Path(outside, "own"), Path(outside, "closed")
        shutil.copytree(room.folder, own)
        for path in (own, *own.rglob("*")):
            os.chown(path, 65534, 65534)
        closed.mkdir(mode=0o700)
        shutil.move(room.folder, closed / "store")
        shutil.move(tmp_path / "copies", closed / "copies")
        done = subprocess.run(
            [sys.executable, "-c", WITHOUT_RIGHTS, str(closed), str(own)], capture_output=True, text=True, check=False
        )
    named = ["store", "store", "copies", "store", "other"]
    assert done.stdout.splitlines() == [f"ReadOnlyStore {closed / name}" for name in named], done.stderr


# --- what is no copy -------------------------------------------------------------------------------------------------


@posix
def test_what_is_no_copy_is_refused_in_one_sentence_that_names_it(room: Room, tmp_path: Path) -> None:
    copy = next((tmp_path / "copies").iterdir())
    os.mkfifo(tmp_path / "pipe")
    shutil.copyfile(copy, tmp_path / "newer.db")
    with closing(sqlite3.connect(tmp_path / "newer.db")) as connection:
        connection.execute(f"PRAGMA user_version = {schema.version() + 1}")
    (tmp_path / "text").write_text("text")
    shutil.copyfile(copy, tmp_path / "torn.db")
    os.truncate(tmp_path / "torn.db", 5000)
    before = state(room.folder)
    for name, words in (
        ("pipe", "is not a copy"),
        ("newer.db", "newer console"),
        ("text", "is not a copy"),
        ("torn.db", "is damaged"),
        ("nowhere", "no such file"),
        (room.folder.name, "is the store itself"),
        (f"{room.folder.name}/{place.FILE}", "is the store itself"),
    ):
        done = cli(room.folder, "restore", str(tmp_path / name))
        assert done.exit_code == 2, name
        (sentence,) = done.stderr.splitlines()
        assert str(tmp_path / name) in sentence
        assert words in sentence
        assert state(room.folder) == before, name


@pytest.mark.parametrize(
    "arguments", [("backup", "-o", ""), ("restore", ""), ("restore", " "), ("list", "--store", "")]
)
def test_a_name_that_is_empty_is_not_the_folder_one_is_in(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path / "copies")
    before = state(tmp_path)
    done = CliRunner().invoke(main, ["--store", str(room.folder), *arguments])
    assert done.exit_code == 2
    assert "is missing" in done.stderr
    assert state(tmp_path) == before


def test_a_copy_goes_into_a_folder(room: Room, tmp_path: Path) -> None:
    (tmp_path / "afile").write_text("x")
    done = cli(room.folder, "backup", "-o", str(tmp_path / "afile"))
    assert (done.exit_code, done.stderr) == (2, f"Error: {tmp_path / 'afile'} is a file: name a folder.\n")


# --- where the answer goes -------------------------------------------------------------------------------------------

ANSWERING = [("list",), ("doctor", "--json"), ("restore", "COPY"), ("export",), ("--help",)]
"""One of each way in which a command answers: lines, a value, what it did, a file, click's own."""


def shell(room: Room, arguments: tuple[str, ...], rest: str) -> tuple[int, list[str]]:
    """Run a command in a shell. Returns: its exit code, and what it said on the standard error."""
    words = [str(room.folder.parent / "copies") if each == "COPY" else each for each in arguments]
    store = [] if arguments[-1].startswith(("--help", "--version")) else ["--store", str(room.folder)]
    command = [sys.executable, "-m", "defense_console", *words, *store]
    buffering = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        ["bash", "-c", f'set -o pipefail; "$@" {rest}', "bash", *command],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=buffering,
    )  # fmt: skip
    return done.returncode, done.stderr.splitlines()


@posix
@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("arguments", ANSWERING, ids=" ".join)
def test_an_answer_that_cannot_be_written_is_one_sentence(room: Room, arguments: tuple[str, ...]) -> None:
    told = "Error: The output could not be written: the disk is full."
    assert shell(room, arguments, f"> {FULL}") == (2, [told])
    assert shell(room, arguments, "| true") == (0, []), "whoever read it has read enough"
    assert shell(room, arguments, f"> /dev/null 2> {FULL}") == (0, [])


@posix
@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
def test_a_refusal_that_cannot_be_told_keeps_its_code(room: Room) -> None:
    assert shell(room, ("show", "x"), f"2> {FULL}") == (2, [])
    assert shell(room, ("show", "x"), "2>&1 | true") == (2, [])
    assert shell(room, ("nothing",), f"2> {FULL}") == (2, [])


@posix
@pytest.mark.slow
@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is always full")
def test_what_is_forgotten_is_gone_although_nobody_reads_that(room: Room) -> None:
    code, told = shell(room, ("forget", "s1", "--yes"), f"> {FULL}")
    assert (code, len(told)) == (2, 1)
    assert "There is no student s1" in cli(room.folder, "forget", "s1", "--yes").stderr


# --- files that are none ---------------------------------------------------------------------------------------------


@posix
@pytest.mark.parametrize("kind", ["pipe", "device"])
@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "FILE"),
        ("import", "FILE", "--dry-run"),
        ("calendar", "import", "FILE"),
        ("curricula", "check", "FILE"),
        ("receive", "ID", "FILE"),
        ("list",),
    ],
    ids=" ".join,
)
def test_what_would_be_waited_for_or_never_ends_is_not_read(
    room: Room, tmp_path: Path, kind: str, arguments: tuple[str, ...]
) -> None:
    """For `list` it is the settings."""
    special = tmp_path / "pipe.toml" if kind == "pipe" else Path("/dev/zero")
    if kind == "pipe":
        os.mkfifo(special)
    with closing(TinyStore.open(room.folder)) as store:
        (pending,) = store.pending()
    words = {"FILE": str(special), "ID": pending.id}
    command = [sys.executable, "-m", "defense_console", *(words.get(each, each) for each in arguments)]
    environment = {**os.environ, **({"DEFENSE_CONSOLE_SETTINGS": str(special)} if arguments == ("list",) else {})}
    done = subprocess.run(
        [*command, "--store", str(room.folder)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert special.name in done.stdout + done.stderr
    assert "fault of the console" not in done.stderr
