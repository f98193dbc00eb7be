"""`doctor`: names what is wrong with a store and all beside it, mends what can be, and says so in its exit code."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.envelope import encode_event
from defense_console.store.base import Append, Lease
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import write_aside
from tests.terminal import Terminal
from tests.ui.conftest import Room


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    room = Room(tmp_path / "store")
    room.student("s1", "Lina Demo")
    room.live(room.plan())
    return room


def cli(room: Room, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(room.folder)])


def kinds(room: Room, *arguments: str) -> list[str]:
    result = cli(room, "doctor", "--json", *arguments)
    found: dict[str, Any] = json.loads(result.stdout)
    assert found["sound"] is (not found["left"])
    assert result.exit_code == (0 if found["sound"] else 2)
    return [each["kind"] for each in found["left"]]


def change(room: Room, statement: str) -> None:
    connection = sqlite3.connect(room.folder / place.FILE)
    with connection:
        connection.execute(statement)
    connection.close()


def test_a_sound_store_is_said_to_be_so(room: Room) -> None:
    result = cli(room, "doctor")
    assert (result.exit_code, result.output) == (0, "Everything is sound.\n")
    assert cli(room, "doctor", "--repair").output == "Everything is sound.\n"
    assert not list(room.folder.glob("damaged-*"))


def test_a_damaged_line_is_named_with_its_remedy_and_mended(room: Room) -> None:
    cli(room, "backup")
    change(room, "UPDATE rows SET sum = x'00' WHERE tab LIKE 'defense/%' AND id = 2")

    told = cli(room, "doctor")
    assert told.exit_code == 2
    assert "Line 2 of defense/" in told.output
    assert "→ doctor --repair mends it" in told.output
    done = cli(room, "doctor", "--repair", "--lang", "fr")
    assert done.exit_code == 0
    assert "Ce qui était là avant est gardé" in done.output
    assert "Tout est de nouveau intact." in done.output
    assert cli(room, "verify").exit_code == 0
    assert kinds(room) == []


def test_what_could_not_be_saved_is_not_called_sound_again(room: Room) -> None:
    change(room, "UPDATE rows SET body = '{}' WHERE tab LIKE 'defense/%' AND id = 1")
    done = cli(room, "doctor", "--repair")
    assert "not everything could be saved" in done.output
    assert "Everything is sound now." not in done.output


def test_the_copy_a_remedy_names_was_made_at_the_mentors_time(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "settings.toml").write_text('zone = "Asia/Kolkata"')
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(tmp_path / "settings.toml"))
    Backups(room.folder).write("2026-03-02T20:00:00.000Z")
    data = bytearray((room.folder / place.FILE).read_bytes())
    (room.folder / place.FILE).write_bytes(data[:4096] + bytes(len(data) - 4096))
    assert "from the copy of 2026-03-03 01:30." in cli(room, "doctor").output


def test_an_earlier_schema_is_named_and_only_the_repair_brings_it_up(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (room.folder / place.FILE).read_bytes()
    monkeypatch.setattr(
        schema, "SCHEMA_STEPS", (*schema.SCHEMA_STEPS, lambda connection: connection.execute("CREATE TABLE n (n)"))
    )
    told = cli(room, "doctor")
    assert told.exit_code == 2
    assert told.output.splitlines() == [
        f"defenses.db: The store is of an earlier version (schema {schema.version() - 1}, now {schema.version()}).",
        "  → The console brings it up when it is opened, after a copy; so does doctor --repair.",
    ]
    assert kinds(room) == ["schema"]
    assert (room.folder / place.FILE).read_bytes() == before
    assert sorted(path.name for path in room.folder.iterdir()) == [place.FILE]
    assert kinds(room, "--repair") == []
    assert [backup.reason for backup in Backups(room.folder).all()] == ["upgrade"]


def test_rights_space_and_leftovers_are_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    (room.folder / place.FILE).chmod(0o644)
    left = room.folder / f"{place.FILE}.new-0123"
    left.touch()
    usage = shutil.disk_usage(room.folder)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=50_000_000))

    assert sorted(kinds(room)) == ["left", "rights", "space"]
    assert kinds(room, "--repair") == ["space"]
    assert (room.folder / place.FILE).stat().st_mode & 0o777 == 0o600
    assert not left.exists()


def test_documents_that_are_missing_or_damaged_are_told(room: Room) -> None:
    id = room.plan("s2", "IRP-P3")
    vault = FolderVault(room.folder)
    with vault.taking() as taking:
        kept = [taking.add([text]) for text in (b"one", b"two")]
    files = tuple(ReceivedFile(f"{n}.txt", each.size, each.sha256) for n, each in enumerate(kept))
    room.add(id, ev.DeliverableReceived(1, files))
    assert kinds(room) == []

    vault.path(kept[0].sha256).unlink()
    vault.path(kept[1].sha256).write_bytes(b"2")
    assert kinds(room) == ["document", "document"]
    assert kinds(room, "--repair") == ["document", "document"], "it says what to do, and cannot do it itself"


def test_a_lease_of_nobody_is_no_fault_and_the_next_opening_clears_it_but_not_that_of_a_live_defense(
    room: Room, tmp_path: Path
) -> None:
    live = next(iter(TinyStore.open(room.folder).pending())).id
    over = room.plan("s2", "IRP-P3")
    store = TinyStore.open(room.folder)
    for id in (live, over):
        store.write_lease(DEFENSE.stream(id), Lease("gone", "elsewhere", 1, "then", "boot-0", room.machine.read()))
    store.close()

    assert kinds(room) == [], "the next opening clears it"
    rows = tmp_path / "rows.csv"
    rows.write_text("student_id,student_name,curriculum,project,attempt,planned_at\ns3,Nora Demo,,,,\n")
    assert cli(room, "import", str(rows)).exit_code == 0
    store = TinyStore.open(room.folder)
    assert list(store.leases()) == [DEFENSE.stream(live)], "it tells until when its console lived"
    store.close()


def test_what_waits_in_the_spool_is_written(room: Room, tmp_path: Path) -> None:
    id = room.plan("s2", "IRP-P3")
    events = room.events(id)
    event = DefenseEvent(
        len(events) + 1, len(events) + 1, room.machine.read(), "Mentor Test", ev.Noted("waits", room.machine.read())
    )
    store = TinyStore.open(room.folder)
    spool = Spool(tmp_path / "spool", store.identity)
    last = store.last(DEFENSE.stream(id))
    assert last is not None
    spool.keep([Append(DEFENSE.stream(id), len(events), (encode_event(event),), previous=last.hash)])
    store.close()
    assert kinds(room, "--repair") == ["spool"], "its console lives"
    told = cli(room, "doctor").output
    assert "An open console could not save 1 writes yet" in told
    spool.close()

    assert kinds(room) == ["spool"]
    assert kinds(room, "--repair") == []
    assert room.events(id)[-1] == event
    assert not list((tmp_path / "spool").iterdir())


def test_what_an_earlier_console_set_aside_in_a_file_comes_to_its_defense(room: Room, tmp_path: Path) -> None:
    id = room.plan("s2", "IRP-P3")
    noted = DefenseEvent(2, 2, room.machine.read(), "Mentor Test", ev.Noted("refused", room.machine.read()))
    with closing(TinyStore.open(room.folder)) as store:
        identity = store.identity
    (tmp_path / "spool").mkdir()
    here = write_aside(tmp_path / "spool", identity, [Append(DEFENSE.stream(id), 1, (encode_event(noted),))])
    gone = write_aside(tmp_path / "spool", identity, [Append("defense/gone", 1, (encode_event(noted),))])
    assert kinds(room) == ["spool", "spool"]
    assert kinds(room, "--repair") == ["spool"]
    with closing(TinyStore.open(room.folder)) as store:
        assert list(store.all_asides().get(DEFENSE.stream(id), {}).values()) == [encode_event(noted)]
    assert (here.exists(), gone.exists()) == (False, True)
    assert len(room.events(id)) == 1
    told = cli(room, "doctor").output
    assert "its defense is not here" in told
    assert str(gone) in told


def test_nothing_is_repaired_under_an_open_console(room: Room) -> None:
    change(room, "UPDATE rows SET sum = x'00' WHERE tab LIKE 'defense/%' AND id = 2")
    store = TinyStore.open(room.folder)
    result = cli(room, "doctor", "--repair")
    store.close()
    assert result.exit_code == 2
    assert "is open in a console" in result.output


def test_no_store_and_a_link_are_refused_in_a_sentence(room: Room, tmp_path: Path) -> None:
    nothing = cli(Room(tmp_path / "nothing"), "doctor")
    (tmp_path / "link").symlink_to(room.folder)
    link = cli(Room(tmp_path / "link"), "doctor", "--repair")
    assert (nothing.exit_code, link.exit_code) == (2, 2)
    assert "There is no store" in nothing.output
    assert "symbolic link" in link.output


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
@pytest.mark.parametrize("damage", ["header", "page", "facts", "log"])
def test_the_console_names_doctor_on_a_damaged_store(room: Room, damage: str) -> None:
    file = room.folder / place.FILE
    data = bytearray(file.read_bytes())
    if damage == "facts":
        change(room, "UPDATE rows SET sum = x'00' WHERE tab = 'meta'")
    elif damage == "log":
        change(room, "UPDATE rows SET sum = x'00' WHERE tab <> 'meta'")
    else:
        at = 0 if damage == "header" else 4096
        data[at : at + 16] = bytes(16)
        file.write_bytes(data)
    (room.folder.parent / "settings.toml").write_text('zone = "UTC"')
    with Terminal(room.folder, "en") as terminal:
        terminal.wait(lambda: "run doctor" in "".join(terminal.screen.display), "nothing names doctor")
        assert "Traceback" not in terminal.text()
        # Facts beside the defenses do not stand in the way; the copy of the day finds them.
        assert ("Lina" in terminal.text()) is (damage == "facts")


# --- the folders elsewhere -------------------------------------------------------------------------------------------

posix = pytest.mark.skipif(not Path("/dev/null").exists() or not Path("/proc").is_dir(), reason="places of Linux")


@posix
@pytest.mark.parametrize(
    ("setting", "folder", "kind"),
    [
        ("spool", "/proc/x", "spool"),
        ("spool", "/dev/null/x", "spool"),
        ("backup_folder", "/dev/null/x", "copies"),
        ("backup_folder", "/proc/x/y", "copies"),
    ],
)
def test_a_folder_that_can_never_be_written_is_named(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, setting: str, folder: str, kind: str
) -> None:
    monkeypatch.delenv("DEFENSE_CONSOLE_SPOOL")
    settings = tmp_path / "settings.toml"
    fitting = tmp_path / "made later" / "spool"
    settings.write_text(f'{setting} = "{folder}"\n' + (f'spool = "{fitting}"\n' if setting != "spool" else ""))
    before = {path: path.read_bytes() for path in room.folder.rglob("*") if path.is_file()}
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(settings))
    told = cli(room, "doctor", "--json")
    assert told.exit_code == 2
    found = json.loads(told.stdout)["found"]
    assert [(each["kind"], each["where"].startswith(folder), each["repairable"]) for each in found] == [
        (kind, True, False)
    ]
    assert setting in found[0]["remedy"]
    assert {path: path.read_bytes() for path in room.folder.rglob("*") if path.is_file()} == before
    assert not fitting.parent.exists(), "doctor makes no folder"


def test_a_copy_from_the_future_is_named_and_counts_as_the_oldest(room: Room) -> None:
    Backups(room.folder).write("2099-01-01T10:00:00.000Z")
    told = cli(room, "doctor")
    assert told.exit_code == 2
    assert "still to come" in told.output


def test_a_spool_file_that_others_may_write_to_is_named_and_left(room: Room, tmp_path: Path) -> None:
    with closing(TinyStore.open(room.folder)) as store:
        spool = Spool(tmp_path / "spool", store.identity)
    spool.keep([Append(DEFENSE.stream(room.plan("s2", "IRP-P3")), 1, (b"{}",))])
    spool.close()
    (path,) = (tmp_path / "spool").iterdir()
    path.chmod(0o666)
    told = cli(room, "doctor", "--repair")
    assert told.exit_code == 2
    assert f"{path}: Other accounts may write to it" in told.output
    assert path.exists()


def test_a_disk_that_became_read_only_is_no_sound_store(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """The rights say nothing then: only a try does."""
    opened = os.open

    def read_only(path: Any, flags: int, *rest: Any, **options: Any) -> int:
        if flags & os.O_TMPFILE == os.O_TMPFILE and Path(path) == room.folder:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return opened(path, flags, *rest, **options)

    monkeypatch.setattr(os, "open", read_only)
    assert kinds(room) == ["rights"]
