"""Everything in one ZIP: the same bytes twice, whole or refused, in pieces."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.desk.exchange.whole_store import WholeStoreDesk
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.whole_store.files import write_files
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.log.envelope import Stamp
from defense_console.model.student.kinds import StudentRegistered
from defense_console.model.student.subject import STUDENT
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.store import TinyStore

AT = Stamp("2027-01-01T08:00:00.000Z", 0, 0, "boot")
CONTENTS = {
    "Fictive_Zoé_1_livrable_012027.pdf": b"%PDF " + bytes(range(256)) * 40,
    "vide.txt": b"",
    "b.txt": "é".encode(),
}
Cli = Callable[..., Result]


@pytest.fixture
def cli() -> Cli:
    return lambda *arguments: CliRunner().invoke(main, [str(a) for a in arguments])


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store with one defense and three documents received."""
    folder = tmp_path / "store"
    opened = TinyStore.open(folder, create=True)
    desk = ExchangeDesk(opened, lambda: AT, "Mentor", "Europe/Paris", load_shipped())
    files = tuple(ReceivedFile(n, len(d), hashlib.sha256(d).hexdigest()) for n, d in CONTENTS.items())
    with FolderVault(folder).taking() as taking:
        for data in CONTENTS.values():
            taking.add([data])
    planned = ev.Planned("s1", "IRP", "IRP-P4", 1, "2027-01-05T13:00:00.000Z")
    desk.logs.decide(STUDENT, "s1", [StudentRegistered("s1", "Zoé Fictive")], AT)
    whats: list[ev.DefenseWhat] = [planned, ev.DeliverableReceived(1, files)]
    desk.logs.decide(DEFENSE, str(defense_id("s1", "IRP-P4", 1)), whats, AT)
    opened.close()
    return folder


def exported(cli: Cli, store: Path, target: Path) -> bytes:
    assert cli("export", "--files", "-o", target, "--store", store).exit_code == 0
    return target.read_bytes()


def test_out_in_and_out_again_gives_the_same_bytes(cli: Cli, store: Path, tmp_path: Path) -> None:
    first = exported(cli, store, tmp_path / "a.zip")
    assert first == exported(cli, store, tmp_path / "b.zip")

    taken = cli("import", tmp_path / "a.zip", "--store", tmp_path / "other")

    assert taken.exit_code == 0
    assert "3 documents with it." in taken.stdout
    assert exported(cli, tmp_path / "other", tmp_path / "c.zip") == first
    for data in CONTENTS.values():
        sha256 = hashlib.sha256(data).hexdigest()
        assert (tmp_path / "other" / "documents" / sha256[:2] / sha256[2:]).read_bytes() == data
    assert cli("verify", "--store", tmp_path / "other").exit_code == 0


def test_other_programs_read_it(cli: Cli, store: Path, tmp_path: Path) -> None:
    whole = zipfile.ZipFile(io.BytesIO(exported(cli, store, tmp_path / "a.zip")))

    assert whole.testzip() is None
    assert whole.namelist()[0] == "export.jsonl"
    assert len(whole.namelist()) == 4
    assert {info.date_time for info in whole.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert whole.read("export.jsonl") == cli("export", "--store", store).stdout_bytes


def test_a_zip_packed_again_by_another_program_is_taken(cli: Cli, store: Path, tmp_path: Path) -> None:
    before = zipfile.ZipFile(io.BytesIO(exported(cli, store, tmp_path / "a.zip")))
    with zipfile.ZipFile(tmp_path / "again.zip", "w", zipfile.ZIP_DEFLATED) as again:
        for name in reversed(before.namelist()):
            again.writestr(name, before.read(name))

    assert cli("import", tmp_path / "again.zip", "--store", tmp_path / "other").exit_code == 0
    assert exported(cli, tmp_path / "other", tmp_path / "c.zip") == (tmp_path / "a.zip").read_bytes()


def test_a_dry_run_checks_every_hash_and_writes_nothing(cli: Cli, store: Path, tmp_path: Path) -> None:
    exported(cli, store, tmp_path / "a.zip")

    assert "Dry run" in cli("import", tmp_path / "a.zip", "--dry-run", "--store", tmp_path / "other").stdout
    assert not list((tmp_path / "other").glob("documents/??/*"))
    assert cli("list", "--store", tmp_path / "other").stdout == "Nothing is pending.\n"


def test_a_missing_document_is_told_and_the_rest_is_written(cli: Cli, store: Path, tmp_path: Path) -> None:
    sha256 = hashlib.sha256("é".encode()).hexdigest()
    (store / "documents" / sha256[:2] / sha256[2:]).unlink()

    result = cli("export", "--files", "-o", tmp_path / "a.zip", "--store", store)

    assert result.exit_code == 0
    assert f"1 document is missing in {store} and in this file: {sha256}" in result.stderr
    assert len(zipfile.ZipFile(tmp_path / "a.zip").namelist()) == 3
    assert cli("import", tmp_path / "a.zip", "--store", tmp_path / "other").exit_code == 0


def test_a_damaged_document_leaves_no_file(cli: Cli, store: Path, tmp_path: Path) -> None:
    sha256 = hashlib.sha256("é".encode()).hexdigest()
    document = store / "documents" / sha256[:2] / sha256[2:]
    document.chmod(0o600)
    document.write_bytes(b"??")

    result = cli("export", "--files", "-o", tmp_path / "a.zip", "--store", store)

    assert result.exit_code == 2
    assert sha256[2:] in result.stderr
    assert not (tmp_path / "a.zip").exists()


def _without(name: str) -> Callable[[dict[str, bytes]], None]:
    def damage(entries: dict[str, bytes]) -> None:
        del entries[name]

    return damage


def _with(name: str, data: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda entries: entries.update({name: data})


def _changed(entries: dict[str, bytes]) -> None:
    name = next(name for name, data in entries.items() if data.startswith(b"%PDF"))
    entries[name] = entries[name][:-1] + b"!"


def _longer(entries: dict[str, bytes]) -> None:
    name = next(name for name, data in entries.items() if data.startswith(b"%PDF"))
    entries[name] += b"!"


BROKEN: dict[str, tuple[Callable[[dict[str, bytes]], None], str]] = {
    "no lines": (_without("export.jsonl"), "export.jsonl"),
    "a foreign file": (_with("readme.txt", b"x"), "readme.txt"),
    "out of its folder": (_with("../x", b"x"), "../x"),
    "an absolute name": (_with("/etc/x", b"x"), "/etc/x"),
    "a document nobody knows": (_with("documents/aa/" + "b" * 62, b"x"), "documents/aa/"),
    "another spelling of a hash": (_with("documents/AA/" + "B" * 62, b"x"), "documents/AA/"),
    "other bytes": (_changed, "SHA-256"),
    "another size": (_longer, "bytes, as the log tells"),
    "a bomb": (_with("export.jsonl", b"\n" * 5_000_000), "200"),
    "a cut export": (lambda e: e.update({"export.jsonl": e["export.jsonl"][:-200]}), "line"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_zip_that_does_not_hold_is_refused_and_the_store_stays_empty(
    cli: Cli, store: Path, tmp_path: Path, case: str
) -> None:
    before = zipfile.ZipFile(io.BytesIO(exported(cli, store, tmp_path / "a.zip")))
    entries = {name: before.read(name) for name in before.namelist()}
    damage, named = BROKEN[case]
    damage(entries)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as bad:
        for name, data in entries.items():
            bad.writestr(name, data)

    result = cli("import", tmp_path / "bad.zip", "--store", tmp_path / "other")

    assert result.exit_code == 2
    assert named in result.stderr
    assert not list((tmp_path / "other").glob("documents/??/*"))
    assert cli("list", "--store", tmp_path / "other").stdout == "Nothing is pending.\n"


@pytest.mark.parametrize("keep", [4, 100, -30])
def test_a_cut_zip_is_refused(cli: Cli, store: Path, tmp_path: Path, keep: int) -> None:
    (tmp_path / "bad.zip").write_bytes(exported(cli, store, tmp_path / "a.zip")[:keep])

    result = cli("import", tmp_path / "bad.zip", "--store", tmp_path / "other")

    assert result.exit_code == 2
    assert "a ZIP that can be read" in result.stderr


def test_only_an_empty_store_takes_it(cli: Cli, store: Path, tmp_path: Path) -> None:
    exported(cli, store, tmp_path / "a.zip")
    assert cli("import", tmp_path / "a.zip", "--store", store).exit_code == 2


def test_documents_pass_in_pieces() -> None:
    size, piece = 64 << 20, b"x" * (1 << 20)

    class Long(io.RawIOBase):
        left = size

        def readable(self) -> bool:
            return True

        def read(self, n: int = -1) -> bytes:
            given = min(n, self.left, len(piece))
            self.left -= given
            return piece[:given]

    digest = hashlib.sha256()
    for _ in range(64):
        digest.update(piece)

    @contextmanager
    def opened(_sha256: str) -> Iterator[IO[bytes]]:
        yield Long()  # type: ignore[misc]

    longest = total = 0
    for part in write_files([b"{}\n"], [digest.hexdigest()], opened):
        longest, total = max(longest, len(part)), total + len(part)

    assert total > size
    assert longest <= 1 << 20


def test_the_desk_reads_any_stream(store: Path, tmp_path: Path) -> None:
    source, target = TinyStore.open(store), TinyStore.open(tmp_path / "other", create=True)
    shipped = load_shipped()
    desks = [
        WholeStoreDesk(ExchangeDesk(each, lambda: AT, "Mentor", "UTC", shipped), FolderVault(folder))
        for each, folder in ((source, store), (target, tmp_path / "other"))
    ]

    taken = desks[1].take(io.BytesIO(b"".join(desks[0].export())))

    assert taken.documents == 3
    with desks[1].exported() as (missing, _pieces):
        assert missing == ()
    source.close()
    target.close()
