"""What kills leave half-made is swept wherever it lies; what a living process writes is not."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.store.sqlite.copies.backups import folder_of
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.half_made import HalfMade, copied_to
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.work_folder import is_left, work_folder
from tests.store import logs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked here")

NAME = "Wilhelmina Oubliée"
TEXT = f"half of {NAME}"
SWEPT_BY_OPENING = (
    "store/.new-0123",
    "store/defenses.db.new-0123",
    "store/defenses.db.reserve-0123",
    "store/damaged-20260302T100000000Z/work",
    "store/documents/.new-0123",
    "store/backups/.new-0123",
    "store/backups/defenses.db.new-0123",
    "copies/store/defenses.db.new-0123",
    "spool/.new-0123",
    "tmp/defense-console-work-0123",
)
SWEPT_BY_COMMANDS = (
    *SWEPT_BY_OPENING,
    "store/backups/.defenses-new-0123",
    "spool/.01.spool.0123",
    "spool/.01.aside.0123",
    "other/.new-0123",
    "other/.defenses-new-0123",
    "other/documents/.new-0123",
)
FOLDERS = (".new-0123", "work", "defense-console-work-0123")


class Place:
    """A store with one student, whose copies go elsewhere, and everything beside it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "store"
        with closing(TinyStore.open(self.folder)) as store:
            store.append(logs.student("s1", NAME))

    def cli(self, *arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--store", str(self.folder)])

    def leave(self, names: tuple[str, ...]) -> list[Path]:
        """Leave something of the student under each name."""
        copies = folder_of(self.folder, str(self.root / "copies"))
        paths = [self.root / name.replace("copies/store", f"copies/{copies.name}") for name in names]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.name in FOLDERS:
                path.mkdir(mode=0o700)
                (path / place.FILE).write_text(TEXT)
            else:
                path.write_text(TEXT)
        return paths

    def speaking(self) -> set[str]:
        files = (path for path in self.root.rglob("*") if path.is_file())
        return {str(path.relative_to(self.root)) for path in files if NAME.encode() in path.read_bytes()}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(tmp_path / "settings.toml"))
    (tmp_path / "settings.toml").write_text(f'name = "Mentor"\nzone = "UTC"\nbackup_folder = "{tmp_path / "copies"}"\n')
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    found = Place(tmp_path)
    assert found.cli("backup", "-o", str(tmp_path / "other")).exit_code == 0
    for copy in (tmp_path / "other").glob("*.db"):
        copy.unlink()
    return found


def test_opening_sweeps_what_kills_left(here: Place) -> None:
    left = here.leave(SWEPT_BY_OPENING)
    rows = here.root / "rows.csv"
    rows.write_text("student_id,student_name,curriculum,project,attempt,planned_at\ns2,Omar Demo,,,,\n")
    assert here.cli("import", str(rows)).exit_code == 0
    assert [path for path in left if path.exists()] == []


def test_doctor_names_each_and_repair_removes_it(here: Place) -> None:
    left = here.leave(SWEPT_BY_COMMANDS)
    found = json.loads(here.cli("doctor", "--json").stdout)["found"]
    assert {each["where"] for each in found if each["kind"] == "left"} == {str(path) for path in left}
    done = here.cli("doctor", "--repair")
    assert done.exit_code == 0, done.output
    assert [path for path in left if path.exists()] == []


def test_forget_leaves_nothing_of_the_student_in_any_of_them(here: Place) -> None:
    here.leave(SWEPT_BY_COMMANDS)
    done = here.cli("forget", "s1", "--yes")
    assert done.exit_code == 0, done.output
    assert here.speaking() == set()


def test_what_cannot_be_removed_is_named_by_forget_and_by_doctor(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    (left,) = here.leave(("other/.defenses-new-0123",))
    unlink = Path.unlink

    def refused(path: Path, missing_ok: bool = False) -> None:
        if path == left:
            raise PermissionError(errno.EACCES, "not yours")
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", refused)
    told = here.cli("doctor", "--repair")
    assert told.exit_code == 2
    assert str(left) in told.output
    done = here.cli("forget", "s1", "--yes")
    assert done.exit_code == 2
    assert str(left) in done.output


def test_what_a_living_process_writes_is_neither_swept_nor_named(here: Place) -> None:
    half_made = HalfMade(here.folder, (), here.root / "spool", (here.root / "other",))
    for parent in (here.folder, here.folder / "backups", here.root / "spool", here.root / "other"):
        parent.mkdir(exist_ok=True)
        with work_folder(parent) as work:
            (work / "half").write_text(TEXT)
            half_made.sweep(alone=True)
            TinyStore.open(here.folder).close()
            assert (work / "half").exists()
            assert not is_left(work)
            assert half_made.left() == ()
        assert not work.exists()


def test_a_name_of_an_earlier_console_that_may_live_is_left_for_a_day(here: Place) -> None:
    (young,) = here.leave(("store/backups/.defenses-new-0123",))
    TinyStore.open(here.folder).close()
    assert young.exists()
    os.utime(young, (1_000_000_000, 1_000_000_000))
    TinyStore.open(here.folder).close()
    assert not young.exists()


def test_nothing_is_followed_out_of_the_folders(here: Place) -> None:
    kept = here.root / "mine"
    kept.mkdir()
    (kept / "text").write_text("mine")
    (here.folder / ".new-0123").symlink_to(kept)
    HalfMade(here.folder).sweep(alone=True)
    assert (kept / "text").read_text() == "mine"
    assert not (here.folder / ".new-0123").is_symlink()


def test_the_folders_that_copies_went_to_are_noted_once(here: Place) -> None:
    assert here.cli("backup", "-o", str(here.root / "other")).exit_code == 0
    with closing(TinyStore.open(here.folder)) as store:
        assert copied_to(store) == [here.root / "other"]
