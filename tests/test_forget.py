"""`forget`: no byte of a student is left in any file of the console, and nothing of anybody else is touched."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import pty
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console import clocks
from defense_console.cli import main
from defense_console.desk.logs.direct import DirectLogs
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.log.envelope import encode_event
from defense_console.model.queue.searching import Wanted
from defense_console.model.student.kinds import StudentChanged, StudentEvent
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Append, Draft, Lease
from defense_console.store.sqlite.copies import replacing
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.schema import checksum
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved import spool_files
from defense_console.store.unsaved.keeping_aside import aside_row
from defense_console.store.unsaved.spool import Spool
from tests.ui.conftest import Room

NAME, EMAIL, NOTE = "Wilhelmina Oubliée", "wilhelmina@example.org", "Wilhelmina hesitated at the diagram"
MARKS = ("Wilhelmina", "Oubliée", EMAIL, "gone-1", "her report", "half a sentence about her")


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    """Two students, the documents of each, one they share, drafts, a copy of the store, the clipboard."""
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    room = Room(tmp_path / "store")
    room.student("gone-1", NAME, EMAIL)
    room.student("stays-1", "Omar Demo", "omar@example.org")
    gone, stays = room.plan("gone-1"), room.plan("stays-1")
    at = room.machine.read()
    for id, text in ((gone, b"her report"), (stays, b"his report")):
        with FolderVault(room.folder).taking() as taking:
            kept = [taking.add([each]) for each in (text, b"the same template")]
        files = tuple(ReceivedFile(f"{n}.txt", each.size, each.sha256) for n, each in enumerate(kept))
        room.add(id, ev.DeliverableReceived(1, files), ev.Noted(NOTE if id == gone else "Omar was calm", at))
    held = Lease("other", "elsewhere", 1, "start", "boot", clocks.read())  # by a console that lives
    with closing(TinyStore.open(room.folder)) as store:
        for id in (gone, stays):
            typed = "half a sentence about her" if id == gone else "his"
            store.save_draft(f"defense/{id}", "note", Draft(typed, at, 1))
            store.save_aside(
                f"defense/{id}", *aside_row(3, ev.DefenseEvent(3, 3, at, "Mentor Test", ev.Noted(typed, at)))
            )
            store.write_lease(f"defense/{id}", held)
        for id, typed in (("gone-1", "Wilhelmina Jadis"), ("stays-1", "Omar Autre")):
            stream = STUDENT.stream(id)
            store.save_draft(stream, "name", Draft(typed, at, 1))
            store.save_aside(stream, *aside_row(2, StudentEvent(2, 2, at, "Mentor Test", StudentChanged(typed))))
            store.write_lease(stream, held)
        store.save_draft(STUDENT.stream(""), "ask/student", Draft(NAME, at, 1))  # typed to look for her
    with closing(sqlite3.connect(room.folder / place.FILE, isolation_level=None)) as connection:
        # A text that was deleted long ago still lies in a page that nothing points to, as SQLite leaves it elsewhere.
        connection.execute("PRAGMA secure_delete = OFF").fetchall()
        row = ("drafts", 7, "half a sentence about her" * 400, b"")
        connection.execute("INSERT INTO rows VALUES (?, ?, ?, ?)", row)
        connection.execute("DELETE FROM rows WHERE tab = 'drafts' AND id = 7")
    with closing(TinyStore.open(room.folder)) as store:
        assert store.search(Wanted("wilhelm")).pending == store.search(Wanted("diagr")).pending == {gone}
        killed = (room.folder / f"{place.SEARCH}-wal").read_bytes()
    (room.folder / f"{place.SEARCH}-wal").write_bytes(killed)
    Backups(room.folder).write("2026-11-23T10:00:00.000Z")
    (room.folder / "clipboard.txt").write_text(NOTE)
    return room


def ids(room: Room) -> list[str]:
    with closing(TinyStore.open(room.folder)) as store:
        return [summary.id for summary in store.pending()]


def cli(room: Room, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(room.folder)])


def files(room: Room) -> list[Path]:
    return [path for path in sorted(room.folder.parent.rglob("*")) if path.is_file()]


def marked(room: Room) -> list[str]:
    """Files that hold a byte of the student, names of files included."""
    return [
        path.name
        for path in files(room)
        if any(mark.encode() in path.read_bytes() or mark in path.name for mark in MARKS)
    ]


def test_no_byte_is_left_in_any_file_and_others_keep_everything(room: Room) -> None:
    assert {place.FILE, "clipboard.txt", f"{place.SEARCH}-wal"} < set(marked(room))
    before = json.loads(cli(room, "list", "--json").stdout)
    vault = room.folder / "documents"
    assert len([path for path in vault.rglob("*") if path.is_file()]) == 3

    done = cli(room, "forget", "gone-1", "--yes")

    assert done.exit_code == 0, done.output
    assert "1 defense with everything" in done.output
    assert "1 document received" in done.output
    assert marked(room) == []
    with closing(TinyStore.open(room.folder)) as store:
        assert [len(store.search(Wanted(text)).pending) for text in ("wilhelm", "diagr", "omar", "calm")] == [
            0,
            0,
            1,
            1,
        ]
    assert marked(room) == []
    assert json.loads(cli(room, "list", "--json").stdout) == [d for d in before if d["student"]["id"] == "stays-1"]
    with closing(TinyStore.open(room.folder)) as store:
        assert store.verify_all() == ()
        kept = sorted(store.streams())
        assert [stream.partition("/")[0] for stream in kept] == ["defense", "student"]
        assert [list(store.all_drafts()), list(store.all_asides()), sorted(store.leases())] == [kept] * 3
    assert len([path for path in vault.rglob("*") if path.is_file()]) == 2, "the shared template stays"
    assert cli(room, "doctor").exit_code == 0
    (copy,) = Backups(room.folder).sound()
    assert cli(room, "restore", str(copy.path)).exit_code == 0, "the copy is a copy still"
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 2


def test_a_look_and_every_refusal_change_nothing(room: Room, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in files(room)}
    look = cli(room, "forget", "wilhelmina oubliee", "--dry-run")
    assert look.exit_code == 0
    assert "gone-1" in look.output
    assert "retention_years" in look.output
    for arguments, words in (
        (["gone-1"], "give --yes"),
        (["nobody", "--yes"], "no student nobody"),
    ):
        refused = cli(room, "forget", *arguments)
        assert refused.exit_code == 2
        assert words in refused.output
    with closing(TinyStore.open(room.folder)):
        held = cli(room, "forget", "gone-1", "--yes")
        assert "open in a console" in held.output
    assert {path: path.read_bytes() for path in files(room)} == before


def test_a_live_defense_is_refused(room: Room) -> None:
    room.live(room.plan("gone-1", "IRP-P3"))
    refused = cli(room, "forget", "gone-1", "--yes")
    assert refused.exit_code == 2
    assert "is live" in refused.output
    assert marked(room)


def test_a_signed_verdict_that_waits_for_its_release_is_refused(tmp_path: Path) -> None:
    room = Room(tmp_path / "demo")
    assert cli(room, "demo", "--fill", "--now", "2026-11-24T10:00:00Z").exit_code == 0
    listed = json.loads(cli(room, "list", "--json").stdout)
    documents = [json.loads(cli(room, "show", each["id"], "--json").stdout) for each in listed]
    waits = [
        each for each, d in zip(listed, documents, strict=True) if d["verdict"] and d["verdict"]["state"] == "signed"
    ]
    assert waits
    refused = cli(room, "forget", waits[0]["student"]["id"], "--yes")
    assert refused.exit_code == 2
    assert "is signed and not released" in refused.output


def test_what_waits_to_be_saved_is_saved_first_and_goes_too(room: Room, tmp_path: Path) -> None:
    def job(student: str, text: str) -> Append:
        at = room.machine.read()
        with closing(TinyStore.open(room.folder)) as store:
            id = next(s.id for s in store.pending() if s.student_id == student)
        return Append(f"defense/{id}", 9, (encode_event(DefenseEvent(10, 10, at, "Mentor Test", ev.Noted(text, at))),))

    with closing(TinyStore.open(room.folder)) as store:
        identity = store.identity
    spool = Spool(tmp_path / "spool", identity)
    spool.keep([job("gone-1", NOTE)])
    refused = cli(room, "forget", "gone-1", "--yes")
    assert refused.exit_code == 2
    assert "waits in" in refused.output, "its console lives"

    spool.close()
    looked = cli(room, "forget", "gone-1", "--dry-run")
    assert "waits in" in looked.output, "a look writes nothing"
    both = spool_files.write_aside(tmp_path / "spool", identity, [job("gone-1", NOTE), job("stays-1", "Omar waits")])
    hers = spool_files.write_aside(tmp_path / "spool", identity, [job("gone-1", NOTE)])
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert marked(room) == []
    assert not hers.exists()
    assert spool_files.spool_files(tmp_path / "spool") == []
    assert not both.exists(), "what was refused lies with its defense now"
    assert b"Omar waits" in (room.folder / place.FILE).read_bytes(), "what is Omar's stays"


def test_the_retention_of_the_settings_is_kept_unless_it_is_waived(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('zone = "UTC"\nretention_years = 90\n')
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(settings))
    refused = cli(room, "forget", "gone-1", "--yes")
    assert refused.exit_code == 2
    assert "must be kept until" in refused.output
    assert "2116" in refused.output
    assert marked(room)
    assert cli(room, "forget", "gone-1", "--yes", "--early").exit_code == 0
    assert marked(room) == []


@pytest.mark.parametrize("damaged", [b"Omar was calm", NOTE.encode()], ids=["of another", "of the student"])
def test_damaged_files_that_speak_of_the_student_are_named(room: Room, damaged: bytes) -> None:
    aside = replacing.set_aside(room.folder, "2026-11-24T10:00:00.000Z")
    (copy,) = Backups(room.folder).all()
    copy.path.write_bytes(copy.path.read_bytes().replace(damaged, damaged[:-1] + b"?"))
    done = cli(room, "forget", "gone-1", "--yes")
    assert done.exit_code == 2
    assert str(aside / place.FILE) in done.output
    assert str(copy.path) in done.output
    assert sorted(marked(room)) == sorted([place.FILE, copy.path.name]), "only in the files that were named"


@pytest.mark.parametrize("earlier", ["Wilhelmina Jadis", "jadis@example.org"], ids=["name", "e-mail"])
def test_a_damaged_file_that_knows_only_an_earlier_name_is_named(room: Room, earlier: str) -> None:
    """The student was renamed, and the new address written over the old one, since that file was kept."""
    with closing(TinyStore.open(room.folder)) as store:
        logs = DirectLogs(store, room.machine.read, "Camille", {})
        logs.decide(STUDENT, "gone-1", [StudentChanged("Wilhelmina Jadis", "jadis@example.org", None)], logs.now())
        logs.decide(STUDENT, "gone-1", [StudentChanged(NAME, EMAIL, None)], logs.now())
    id = room.plan("stays-1", "IRP-P3")
    room.add(id, ev.Noted(f"as {earlier} said", room.machine.read()))
    aside = room.folder / "damaged-20261124T100000000Z"
    aside.mkdir()
    (aside / place.FILE).write_bytes(b"\0torn\0" + earlier.encode() + b"\0")
    done = cli(room, "forget", "gone-1", "--yes")
    assert done.exit_code == 2
    assert str(aside / place.FILE) in done.output
    assert (f"defense/{id}" in done.output) == ("@" not in earlier), "a name in another's text is told, too"


def test_what_was_interrupted_is_done_again(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store itself comes last: as long as it knows the student, everything else can be looked for again."""

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("defense_console.desk.upkeep.forgetting.forget_in_copy", killed)
        assert cli(room, "forget", "gone-1", "--yes").exit_code != 0
    assert marked(room)
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert marked(room) == []


def test_what_kills_left_half_made_goes_too(room: Room) -> None:
    for left in (room.folder / f"{place.FILE}.new-0123", room.folder / "backups" / ".defenses-new-0123"):
        left.write_text(NOTE)
    (gone,) = (id for id in ids(room) if room.defense(id).student_id == "gone-1")
    with closing(TinyStore.open(room.folder)) as store:
        job = Append(f"defense/{gone}", 9, (NOTE.encode(),))
        damaged = room.folder.with_name("spool") / f"0123{spool_files.DAMAGED_SPOOL}"
        damaged.parent.mkdir()
        spool_files.write_file(damaged, spool_files.file_content(store.identity, [job]))
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert marked(room) == []
    assert not damaged.exists(), "the bytes of a job are not written as they are"


def test_a_document_that_only_a_copy_of_anothers_log_names_stays(room: Room) -> None:
    """The copy could be put back one day, and its record must find what it names."""
    (other,) = (id for id in ids(room) if room.defense(id).student_id == "stays-1")
    connection = sqlite3.connect(room.folder / place.FILE)
    with connection:
        connection.execute("DELETE FROM rows WHERE tab = ?", (f"defense/{other}",))
        connection.execute("DELETE FROM tables WHERE name = ?", (f"defense/{other}",))
        connection.execute("DELETE FROM rows WHERE tab = 'pending' AND body LIKE '%stays-1%'")
    connection.close()
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    shared = hashlib.sha256(b"the same template").hexdigest()
    assert FolderVault(room.folder).holds(shared)
    assert marked(room) == []


def test_a_store_that_is_not_sound_is_not_built_anew(room: Room) -> None:
    stream = "student/stays-1"
    connection = sqlite3.connect(room.folder / place.FILE)
    with connection:
        (body,) = connection.execute("SELECT body FROM rows WHERE tab = ?", (stream,)).fetchone()
        changed = body.replace("Omar Demo", "Omar Lied")
        values = (changed, checksum(stream, 1, changed.encode()), stream)
        connection.execute("UPDATE rows SET body = ?, sum = ? WHERE tab = ?", values)
    connection.close()
    before = (room.folder / place.FILE).read_bytes()
    refused = cli(room, "forget", "gone-1", "--yes")
    assert refused.exit_code == 2
    assert "run doctor" in refused.output
    assert (room.folder / place.FILE).read_bytes() == before


def test_a_name_in_anothers_text_is_told(room: Room) -> None:
    id = room.plan("stays-1", "IRP-P3")
    room.add(id, ev.Noted(f"unlike {NAME}", room.machine.read()))
    look = cli(room, "forget", "gone-1", "--dry-run")
    assert f"defense/{id}" in look.output
    assert "stays as it is" in look.output


@pytest.mark.parametrize(("typed", "code"), [("gone-1\n", 0), ("y\n", 2), ("\n", 2)])
def test_on_a_terminal_the_id_is_asked_for(room: Room, typed: str, code: int) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "defense_console", "forget", "gone-1", "--store", str(room.folder)]
    process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    os.write(master, typed.encode())
    assert process.wait(30) == code
    os.close(master)
    assert bool(marked(room)) == bool(code)


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked here")
def test_a_copy_that_a_killed_console_left_for_the_viewer_goes_too(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / "defense-console-copy-abcd"
    left.mkdir(0o700)
    (left / "report.txt").write_text("her report")
    (left / "report.txt").chmod(0o400)
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert not left.exists()


def test_where_there_is_no_space_nothing_is_begun(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {path: path.read_bytes() for path in files(room)}
    usage = shutil.disk_usage(room.folder)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=900_000))
        refused = cli(room, "forget", "gone-1", "--yes")
    assert refused.exit_code == 2
    assert "Nothing was removed." in refused.output
    assert "0 MB are free" in refused.output
    assert {path: path.read_bytes() for path in files(room)} == before
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert marked(room) == []


@pytest.mark.parametrize(("nth", "copies"), [(1, 1), (2, 0)], ids=["at the copy", "at the store"])
def test_a_disk_that_fills_up_meanwhile_takes_nothing_away_and_what_remains_is_told(
    room: Room, monkeypatch: pytest.MonkeyPatch, nth: int, copies: int
) -> None:
    documents = [path for path in (room.folder / "documents").rglob("*") if path.is_file()]
    built = []

    def full(path: Path) -> None:
        built.append(path)
        if len(built) == nth:
            raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr("defense_console.store.sqlite.forgetting.sync_path", full)
        refused = cli(room, "forget", "gone-1", "--yes")
    assert refused.exit_code == 2
    assert "is not forgotten" in refused.output
    assert f"Still there: the store, documents 1, copies {copies}." in " ".join(refused.output.split())
    assert all(path.exists() for path in documents)
    assert (room.folder / "clipboard.txt").exists()
    assert room.folder / place.FILE in [path for path in files(room) if NAME.encode() in path.read_bytes()]
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert marked(room) == []


def test_a_document_that_only_a_copy_names_goes_with_it(room: Room) -> None:
    """A store that was put back to an earlier state knows less than its copies."""
    Backups(room.folder).write("2026-11-23T11:00:00.000Z")
    only = hashlib.sha256(b"her report").hexdigest()
    connection = sqlite3.connect(room.folder / place.FILE)
    with connection:
        (gone,) = (id for id in ids(room) if room.defense(id).student_id == "gone-1")
        connection.execute("DELETE FROM rows WHERE tab = ?", (f"defense/{gone}",))
        connection.execute("DELETE FROM tables WHERE name = ?", (f"defense/{gone}",))
        connection.execute("DELETE FROM rows WHERE tab = 'pending' AND body LIKE '%gone-1%'")
    connection.close()
    assert FolderVault(room.folder).holds(only)
    assert cli(room, "forget", "gone-1", "--yes").exit_code == 0
    assert not FolderVault(room.folder).holds(only)
