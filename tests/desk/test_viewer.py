from __future__ import annotations

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from defense_console.desk.uploads import viewer
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import ConsoleError
from defense_console.store import private_copies
from defense_console.store.base import DamagedStore
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening.place import prepare


@pytest.fixture
def vault(tmp_path: Path) -> FolderVault:
    prepare(tmp_path / "store", create=True)
    return FolderVault(tmp_path / "store")


def kept(vault: FolderVault, name: str, data: bytes = b"text") -> ReceivedFile:
    with vault.taking() as taking:
        found = taking.add([data])
    return ReceivedFile(name, found.size, found.sha256)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Martin_Zoé_1_plan_102026.pdf", "Martin_Zoé_1_plan_102026.pdf"),
        ("sub/a.PDF", "a.PDF.pdf"),
        ("-rf; $(reboot) `x`.txt", "rf_reboot_x.txt"),
        ("-.pdf", "document.pdf"),
        ("code.py", "code.txt"),
        ("a\u202efdp.txt", "a_fdp.txt"),
    ],
)
def test_a_document_is_opened_as_a_copy_nobody_can_change(vault: FolderVault, name: str, shown: str) -> None:
    opened: list[str] = []
    file = kept(vault, name)

    copy = viewer.open_document(vault, file, opened.append)

    assert opened == [str(copy)]
    assert copy.name == shown
    assert copy.read_bytes() == b"text"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o400
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o700
    private_copies.forget_copies()
    assert not copy.parent.exists()
    assert vault.holds(file.sha256)


@pytest.mark.parametrize("name", ["a.exe", "a.desktop", "a.sh", "a.bat", "a.docm", "a.scr", "a", "a.pdf.lnk", "pdf"])
def test_what_could_run_is_not_opened(vault: FolderVault, name: str) -> None:
    opened: list[str] = []
    file = kept(vault, name)
    with pytest.raises(ConsoleError, match="could run") as caught:
        viewer.open_document(vault, file, opened.append)
    assert str(vault.path(file.sha256)) in str(caught.value)
    assert not opened


def test_a_document_that_is_gone_or_damaged_is_told(vault: FolderVault) -> None:
    file = kept(vault, "a.pdf")
    opened: list[str] = []
    vault.path(file.sha256).write_bytes(b"other")
    with pytest.raises(DamagedStore, match="not the one"):
        viewer.open_document(vault, file, opened.append)
    vault.path(file.sha256).unlink()
    with pytest.raises(DamagedStore, match="no longer"):
        viewer.open_document(vault, file, opened.append)
    assert not opened
    private_copies.forget_copies()


def test_without_a_screen_there_is_no_viewer(tmp_path: Path) -> None:
    program = tmp_path / "xdg-open"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    with pytest.raises(ConsoleError, match="no program here"):
        viewer.viewer({"PATH": str(tmp_path)}, "linux")
    with pytest.raises(ConsoleError, match="no program here"):
        viewer.viewer({"PATH": "", "DISPLAY": ":0"}, "linux")
    assert callable(viewer.viewer({"PATH": str(tmp_path), "DISPLAY": ":0"}, "linux"))


@pytest.mark.skipif(sys.platform != "linux", reason="a script stands for xdg-open")
def test_the_program_gets_the_path_as_one_argument(
    vault: FolderVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told"
    os.mkfifo(told)
    program = tmp_path / "xdg-open"
    program.write_text(f'#!/bin/sh\nprintf "%s|%s" "$#" "$1" > {told}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("DISPLAY", ":0")

    copy = viewer.open_document(vault, kept(vault, "a b;c.pdf"))

    assert told.read_text() == f"1|{copy}"
    private_copies.forget_copies()


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked here")
def test_copies_of_a_console_that_was_killed_are_removed_and_those_of_one_that_lives_stay(
    vault: FolderVault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    file = kept(vault, "report.txt", b"her report")
    code = (
        "import sys, time; from pathlib import Path; from defense_console.desk.uploads import viewer\n"
        "from defense_console.model.defense.state import ReceivedFile\n"
        "from defense_console.store.sqlite.folder_vault import FolderVault\n"
        f"file = ReceivedFile('report.txt', {file.size}, '{file.sha256}')\n"
        f"viewer.open_document(FolderVault(Path({str(vault.folder)!r})), file, print)\n"
        "sys.stdout.flush(); time.sleep(600)"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(tmp_path / "temporary")},
    )  # fmt: skip
    with other:
        assert other.stdout is not None
        left = Path(other.stdout.readline().strip())
        mine = viewer.open_document(vault, file, lambda _path: None)
        assert left.is_file()
        assert mine.is_file()
        other.kill()
        other.wait()
    private_copies.sweep_copies()
    assert mine.is_file()
    assert not left.parent.exists()
    private_copies.forget_copies()


@pytest.mark.skipif(os.name != "posix", reason="folders cannot be locked here")
@pytest.mark.parametrize("what", ["something else in it", "a folder in it", "open to others", "empty", "a link"])
def test_what_no_console_made_is_not_removed_whatever_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """The folder for temporary files is everybody's, and a mentor's own may have such a name."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    folder = tmp_path / "defense-console-copy-abcd"
    folder.mkdir(0o700)
    for name in () if what == "empty" else ("report.txt",):
        (folder / name).write_text("mine")
        (folder / name).chmod(0o400)
    if what == "something else in it":
        (folder / "notes.txt").write_text("mine")
    elif what == "a folder in it":
        (folder / "more").mkdir(0o700)
    elif what == "open to others":
        folder.chmod(0o755)
    elif what == "a link":
        folder.rename(tmp_path / "elsewhere")
        folder.symlink_to(tmp_path / "elsewhere")
    before = sorted(tmp_path.rglob("*"))

    private_copies.sweep_copies()

    assert sorted(tmp_path.rglob("*")) == before
