"""What a console that is gone could not save is saved before a command writes, and left alone by one that reads."""

from __future__ import annotations

import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.envelope import encode_event
from defense_console.store.base import Append, FullDisk
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool import Spool
from tests.exchange.calendars import event, ics
from tests.ui.conftest import Room

SAID = "1 action that could not be saved before is saved now."


class Gone:
    """A store, and an action that a console could not save before it was gone."""

    def __init__(self, folder: Path) -> None:
        self.room = Room(folder / "store")
        self.room.student("s1", "Lina Demo")
        self.room.student("s2", "Omar Demo")
        self.id = self.room.plan("s1", "IRP-P2")
        self.files = folder
        at = self.room.machine.read()
        seq = len(self.room.events(self.id)) + 1
        self.note = DefenseEvent(seq, seq, at, "Mentor Test", ev.Noted("waits", at))
        with closing(TinyStore.open(self.room.folder)) as store:
            last = store.last(DEFENSE.stream(self.id))
            before = "" if last is None else last.hash
            self.spool = Spool(folder / "spool", store.identity)
        self.spool.keep([Append(DEFENSE.stream(self.id), seq - 1, (encode_event(self.note),), previous=before)])
        self.spool.close()

    def cli(self, *arguments: str) -> Result:
        """Run a command; `CSV`, `ICS`, `ZIP` and `ID` stand for files of this kind and the defense."""
        files = {"CSV": self.csv, "ICS": self.calendar, "ZIP": self.zip}
        words = [self.id if word == "ID" else files[word]() if word in files else word for word in arguments]
        return CliRunner().invoke(main, [*words, "--store", str(self.room.folder)])

    def csv(self) -> str:
        path = self.files / "list.csv"
        path.write_text(
            "student_id,student_name,curriculum,project,attempt,planned_at\n"
            "s2,Omar Demo,IRP,IRP-P2,1,2099-01-05T10:00\n"
        )
        return str(path)

    def calendar(self) -> str:
        path = self.files / "calendar.ics"
        path.write_bytes(ics(event(start="DTSTART:20990105T100000Z", summary="Soutenance IRP-P2 Omar Demo")))
        return str(path)

    def zip(self) -> str:
        path = self.files / "sent.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("report.txt", b"text")
        return str(path)

    @property
    def saved(self) -> bool:
        return self.note in self.room.events(self.id)

    @property
    def waits(self) -> bool:
        return any(path.suffix == ".spool" for path in (self.files / "spool").iterdir())


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gone:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    return Gone(tmp_path)


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "CSV"),
        ("calendar", "import", "ICS"),
        ("receive", "--deliverable", "1", "ID", "ZIP"),
        ("forget", "s2", "--yes"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_command_that_writes_saves_it_first_and_says_so_beside_its_answer(
    gone: Gone, arguments: tuple[str, ...]
) -> None:
    done = gone.cli(*arguments)
    assert done.exit_code == 0, done.output
    assert done.stderr.splitlines()[0] == SAID
    assert SAID not in done.stdout
    assert gone.saved
    assert not gone.waits
    assert SAID not in gone.cli(*arguments).stderr, "once"


@pytest.mark.parametrize(
    "arguments",
    [
        ("list",), ("show", "ID"), ("log", "ID"), ("verify",), ("export",), ("calendar", "export"), ("report", "ID"),
        ("backup",), ("import", "--dry-run", "CSV"), ("calendar", "import", "--dry-run", "ICS"),
        ("receive", "--dry-run", "ID", "ZIP"), ("doctor",),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_command_that_reads_leaves_it_where_it_waits(gone: Gone, arguments: tuple[str, ...]) -> None:
    done = gone.cli(*arguments)
    assert done.exit_code == (2 if arguments == ("doctor",) else 0), done.output
    assert SAID not in done.output
    assert gone.waits
    assert not gone.saved


def test_what_waits_is_for_the_store_that_is_put_back(gone: Gone) -> None:
    assert gone.cli("backup").exit_code == 0
    assert gone.cli("restore", str(gone.room.folder / "backups")).exit_code == 0
    assert gone.waits
    assert gone.cli("import", "CSV").stderr.splitlines() == [SAID]
    assert gone.saved


def test_what_cannot_be_saved_stops_what_would_be_built_on_it(gone: Gone, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_store: TinyStore, _job: Append) -> tuple[int, str]:
        raise FullDisk("The disk of {place} is full: free some space.", place="/store")

    before = gone.cli("export").stdout_bytes
    with monkeypatch.context() as patch:
        patch.setattr(TinyStore, "append", full)
        refused = gone.cli("import", "CSV")
    assert refused.exit_code == 2
    why = "The disk of /store is full: free some space."
    assert refused.output == f"Error: What could not be saved before waits in {gone.files / 'spool'}: {why}\n"
    assert gone.waits
    assert gone.cli("export").stdout_bytes == before


def test_what_another_console_made_impossible_is_named_and_the_command_goes_on(gone: Gone) -> None:
    gone.room.add(gone.id, ev.Noted("first", gone.room.machine.read()))
    done = gone.cli("import", "CSV")
    assert done.exit_code == 0, done.output
    told = "1 decision is not in the record: another console wrote first. To choose, open Lina Demo (IRP-P2)."
    assert done.stderr.splitlines()[0] == told
    assert not gone.saved
    assert not gone.waits
    assert [event for event in gone.room.asides(gone.id).values() if "waits" in event]
    assert told not in gone.cli("import", "CSV").stderr, "once; the console says it at every opening"
