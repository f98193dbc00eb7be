from __future__ import annotations

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from defense_console.store.base import FullDisk, StoreError
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening.place import prepare
from defense_console.store.vault import Vault
from tests.store.vault_contract import VaultContract, keep

posix = pytest.mark.skipif(os.name != "posix", reason="rights and locks of POSIX")


@pytest.fixture
def vault(tmp_path: Path) -> FolderVault:
    folder = tmp_path / "store"
    prepare(folder, create=True)
    return FolderVault(folder)


def files(vault: FolderVault) -> list[str]:
    return sorted(path.relative_to(vault.root).as_posix() for path in vault.root.rglob("*") if path.is_file())


class TestFolder(VaultContract):
    @pytest.fixture
    def vault(self, tmp_path: Path) -> FolderVault:
        folder = tmp_path / "store"
        prepare(folder, create=True)
        return FolderVault(folder)

    @staticmethod
    def rows(vault: Vault) -> list[str]:
        assert isinstance(vault, FolderVault)
        return [place.replace("/", "") for place in files(vault)]

    @staticmethod
    def damage(vault: Vault, sha256: str) -> None:
        assert isinstance(vault, FolderVault)
        place = vault.path(sha256)
        place.write_bytes(place.read_bytes()[:-1] + b"?")


@posix
def test_only_the_mentor_may_read(vault: FolderVault) -> None:
    mask = os.umask(0)
    try:
        [kept] = keep(vault, b"text")
    finally:
        os.umask(mask)

    def mode(path: Path) -> int:
        return stat.S_IMODE(path.stat().st_mode)

    assert mode(vault.root) == mode(vault.path(kept.sha256).parent) == 0o700
    assert mode(vault.path(kept.sha256)) == 0o600
    vault.folder.chmod(0o755)
    prepare(vault.folder, create=False)
    assert mode(vault.folder) == 0o700, "the folder of documents belongs to the store"


@posix
def test_links_are_refused(vault: FolderVault, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    vault.root.symlink_to(elsewhere)
    with pytest.raises(StoreError, match="symbolic link"):
        keep(vault, b"text")
    vault.root.unlink()

    [kept] = keep(vault, b"text")
    path = vault.path(kept.sha256)
    path.unlink()
    path.symlink_to("/etc/passwd")
    with pytest.raises(StoreError, match="symbolic link"), vault.opened(kept.sha256):
        pass
    keep(vault, b"text")
    assert not path.is_symlink(), "a link is no document: the bytes take its place"
    path.unlink()
    path.parent.rmdir()
    path.parent.symlink_to(elsewhere)
    with pytest.raises(StoreError, match="symbolic link"):
        keep(vault, b"text")
    assert list(elsewhere.iterdir()) == []


def test_a_full_disk_is_told_and_leaves_nothing(vault: FolderVault, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    for call in ("os.fsync", "write_all"):
        with monkeypatch.context() as patch:
            patch.setattr(f"defense_console.store.sqlite.folder_vault.{call}", full)
            with pytest.raises(FullDisk):
                keep(vault, b"text")

    assert list(vault.root.iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
from defense_console.store.sqlite.folder_vault import FolderVault
with FolderVault(Path(sys.argv[1])).taking() as taking:
    taking.add([b"half"])
    print("written", flush=True)
    sys.stdin.read()
"""


@posix
def test_what_a_killed_console_left_is_swept_and_what_another_writes_is_not(vault: FolderVault) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, str(vault.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        [new] = vault.root.glob(".new-*")

        keep(vault, b"text")
        assert new.exists(), "its writer lives"

        process.send_signal(signal.SIGKILL)
        process.wait()
    keep(vault, b"text")
    assert not new.exists()
    assert len(files(vault)) == 1
