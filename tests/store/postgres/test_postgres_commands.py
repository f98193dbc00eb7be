"""The commands on a school: what goes in and out, what belongs to a folder, and what is never loaded."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.desk.uploads.comparing import Interrupt, reading_limits
from defense_console.desk.uploads.viewer import open_document
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.errors import ConsoleError
from defense_console.settings import Settings
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.private_copies import forget_copies
from defense_console.terminal.opening import reading_desk
from tests.store import logs
from tests.store.postgres.conftest import NewServer
from tests.store.postgres.servers import Isolation
from tests.uploads.hostile import HOSTILE

pytestmark = pytest.mark.xdist_group("postgres")
NOW = "2026-11-24T10:00:00Z"
Cli = Callable[..., Result]


@pytest.fixture
def cli() -> Cli:
    def invoke(*arguments: object, **options: Any) -> Result:
        return CliRunner().invoke(main, [str(argument) for argument in arguments], **options)

    return invoke


@pytest.fixture
def exported(cli: Cli, tmp_path: Path) -> Path:
    """A mentor's life: the demo cohort, out of a store in a folder."""
    folder, file = tmp_path / "mentor", tmp_path / "mentor.jsonl"
    assert cli("demo", "--fill", "--store", folder, "--now", NOW).exit_code == 0
    assert cli("export", "--store", folder, "-o", file).exit_code == 0
    return file


@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
def test_a_mentors_life_moves_into_a_school_and_back(
    cli: Cli, exported: Path, address: Address, isolation: Isolation, tmp_path: Path
) -> None:
    taken = cli("import", exported, "--store", address)
    assert taken.exit_code == 0, taken.output
    assert cli("export", "--store", address).stdout_bytes == exported.read_bytes()
    assert cli("verify", "--store", address).exit_code == 0

    back = tmp_path / "back"
    (tmp_path / "school.jsonl").write_bytes(cli("export", "--store", address).stdout_bytes)
    assert cli("import", tmp_path / "school.jsonl", "--store", back).exit_code == 0
    assert cli("export", "--store", back).stdout_bytes == exported.read_bytes()


def test_a_school_is_read_like_a_folder(cli: Cli, exported: Path, address: Address, tmp_path: Path) -> None:
    assert cli("import", exported, "--store", address).exit_code == 0
    for command in (["list", "--json"], ["students"], ["export", "--csv"], ["agenda"], ["calendar", "export"]):
        here, there = cli(*command, "--store", tmp_path / "mentor"), cli(*command, "--store", address)
        assert (there.exit_code, there.stdout) == (here.exit_code, here.stdout), command
    id = json.loads(cli("list", "--json", "--store", address).stdout)[0]["id"]
    for command in (["show", id], ["log", id], ["report", id, "--for", "jury"]):
        here, there = cli(*command, "--store", tmp_path / "mentor"), cli(*command, "--store", address)
        assert (there.exit_code, there.stdout) == (0, here.stdout), command


def test_what_is_there_already_is_taken_once(
    cli: Cli, exported: Path, address: Address, new_server: NewServer, tmp_path: Path
) -> None:
    store = PostgresStore(new_server(address))
    store.append(logs.first())
    store.append(logs.student("s-other", "Somebody Else"))
    assert cli("import", exported, "--store", address).exit_code == 0
    both = cli("export", "--store", address).stdout_bytes
    assert cli("import", exported, "--store", address).exit_code == 0
    assert cli("export", "--store", address).stdout_bytes == both
    assert {logs.stream(), "student/s-other"} < set(store.streams())


def test_a_stream_that_is_there_with_other_lines_is_refused_by_name(
    cli: Cli, exported: Path, address: Address, new_server: NewServer
) -> None:
    store = PostgresStore(new_server(address))
    names = [json.loads(line).get("table", "") for line in exported.read_bytes().splitlines()]
    student = next(name for name in names if name.startswith("student/")).removeprefix("student/")
    store.append(logs.student(student, "The same id, another person"))
    for option in ([], ["--dry-run"]):
        refused = cli("import", exported, "--store", address, *option)
        assert refused.exit_code == 2
        assert f"student/{student}" in refused.output
    assert store.streams() == (f"student/{student}",), "nothing of it is merged"
    assert store.curricula() == {}


@pytest.mark.parametrize(
    "command",
    [
        ["backup"], ["restore", "somewhere"], ["doctor"], ["demo", "--fill"],
    ],
)  # fmt: skip
def test_what_looks_after_a_folder_is_refused(
    cli: Cli, address: Address, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Server(address).close()
    refused = cli(*command, "--store", address)
    assert refused.exit_code == 2
    assert "a store in a folder" in refused.output.replace("\n", " ")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
def test_documents_move_into_a_school_and_back(
    cli: Cli, exported: Path, address: Address, isolation: Isolation, tmp_path: Path
) -> None:
    mine, theirs, back = tmp_path / "mine.zip", tmp_path / "theirs.zip", tmp_path / "back"
    assert cli("export", "--files", "--store", tmp_path / "mentor", "-o", mine).exit_code == 0
    assert cli("import", exported, "--store", address).exit_code == 0
    assert cli("import", mine, "--store", address, "--dry-run").exit_code == 0
    assert "documents/" not in str(zipfile.ZipFile(io.BytesIO(whole(cli, address, theirs))).namelist())

    taken = cli("import", mine, "--store", address)  # its logs are there, its documents are not

    assert taken.exit_code == 0, taken.output
    assert whole(cli, address, theirs) == mine.read_bytes()
    assert cli("verify", "--store", address).exit_code == 0
    assert cli("import", theirs, "--store", back).exit_code == 0
    assert whole(cli, back, tmp_path / "again.zip") == mine.read_bytes()
    mine.write_bytes(b"".join((mine.read_bytes()[:2000], b"?", mine.read_bytes()[2001:])))
    assert cli("import", mine, "--store", address).exit_code == 2
    assert cli("verify", "--store", address).exit_code == 0


def whole(cli: Cli, store: Address | Path, file: Path) -> bytes:
    """The whole store with its documents."""
    done = cli("export", "--files", "--store", store, "-o", file)
    assert done.exit_code == 0, done.output
    return file.read_bytes()


def defense_of(student: str, cli: Cli, store: Address) -> str:
    listed = json.loads(cli("list", "--json", "--store", store).stdout)
    return str(next(entry["id"] for entry in listed if entry["student"]["id"] == f"demo-{student}"))


def copies() -> list[Path]:
    """The copies that programs were given, in the folder for temporary files that is the test's own."""
    return sorted(Path(tempfile.gettempdir()).glob("defense-console-copy-*/*"))


def test_what_a_student_sends_is_received_compared_and_shown(
    cli: Cli,
    exported: Path,
    address: Address,
    new_server: NewServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert cli("import", exported, "--store", address).exit_code == 0
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    id = defense_of("ada", cli, address)
    sent = tmp_path / "Doe_Ada_1_a_092024.txt"
    for looked, text in ((True, "one"), (False, "one"), (False, "another")):
        sent.write_text(text)
        done = cli("receive", id, sent, "--json", "--store", address, *(["--dry-run"] if looked else []))
        assert done.exit_code == 0, done.output
        found = json.loads(done.stdout)
        assert found["taken"] == (not looked)
    assert (found["files"][0]["version"], found["files"][0]["change"]) == (2, "changed")
    assert not json.loads(cli("receive", id, sent, "--json", "--store", address).stdout)["taken"], "and only once"
    assert cli("verify", "--store", address).exit_code == 0

    store = PostgresStore(new_server(address))
    desk = reading_desk(store, Settings(), load_shipped()).revisions(id)
    old, new = (delivery.files[0] for delivery in desk.defense.deliveries[1])
    compared = desk.comparing((old, new), store.vault, reading_limits(Settings()))(lambda _part: None, Interrupt())
    assert compared.difference is not None
    assert "another" in str(compared.difference.lines)
    assert not copies(), "what was compared is gone"
    shown: list[str] = []
    copy = open_document(store.vault, new, shown.append)
    assert (shown, copy.read_text()) == ([str(copy)], "another")
    assert copies() == [copy]
    forget_copies()
    with pytest.raises(ConsoleError, match=f"{address.school}#{new.sha256}"):
        open_document(store.vault, msgspec.structs.replace(new, name="a.exe"), shown.append)


def test_hostile_archives_and_what_is_too_large_leave_a_school_as_it_was(
    cli: Cli, exported: Path, address: Address, new_server: NewServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cli("import", exported, "--store", address).exit_code == 0
    id, before = defense_of("ada", cli, address), whole(cli, address, tmp_path / "before.zip")
    settings, sent = tmp_path / "settings.toml", tmp_path / "sent.zip"
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(settings))
    for name in (
        "climbs without the utf-8 flag",
        "link",
        "bomb",
        "larger than allowed",
        "too many files",
        "a bit turned",
    ):
        hostile = HOSTILE[name]
        most = hostile.limits
        settings.write_text(
            f"max_archive_mb = {most.max_mb}\nmax_files = {most.max_files}\nmax_ratio = {most.max_ratio}\n"
        )
        sent.write_bytes(hostile.make())
        refused = cli("receive", id, sent, "--store", address)
        assert refused.exit_code == 2, name
        assert hostile.reason in refused.output
    assert whole(cli, address, tmp_path / "after.zip") == before
    store = PostgresStore(new_server(address))
    with store.server.connection() as connection:
        assert connection.execute("SELECT 1 FROM upload WHERE school = %s", (address.school,)).fetchall() == []


def test_a_password_on_the_command_line_is_refused(cli: Cli) -> None:
    for store in ("postgresql://me:S3cret@localhost/irp", "postgresql://localhost/irp?password=S3cret"):
        refused = cli("list", "--store", store)
        assert refused.exit_code == 2
        assert "PGPASSFILE" in refused.output
        assert "S3cret" not in refused.output
        assert cli("list", env={"DEFENSE_CONSOLE_STORE": store}).exit_code == 2


def test_a_server_that_is_away_is_a_sentence(cli: Cli, tmp_path: Path) -> None:
    for command in (["list"], ["import", "x.csv"], []):
        away = cli(*command, "--store", f"postgresql:///irp?host={tmp_path}", "--lang", "fr")
        assert away.exit_code == 2, away.output
    assert "ne répond pas" in cli("list", "--store", f"postgresql:///irp?host={tmp_path}", "--lang", "fr").output


def run(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, check=False, timeout=120
    )


HEAVY = ["psycopg", "psycopg_pool", "sqlalchemy", "alembic"]


def test_a_store_in_a_folder_loads_no_driver(tmp_path: Path) -> None:
    code = f"""
import sys
from click.testing import CliRunner
from defense_console.cli import main
done = CliRunner().invoke(main, ["list", "--store", sys.argv[1]])
import defense_console.app, defense_console.terminal.opening
print(done.exit_code, *(name for name in {HEAVY} if name in sys.modules))
"""
    assert run(code, tmp_path / "store").stdout.split() == ["0"]


def test_a_school_without_the_driver_says_what_to_install(address: Address) -> None:
    code = """
import sys
sys.modules["psycopg"] = None
from click.testing import CliRunner
from defense_console.cli import main
done = CliRunner().invoke(main, ["list", "--store", sys.argv[1]])
print(done.exit_code, done.output)
"""
    said = run(code, address).stdout
    assert said.startswith("2 ")
    assert "defense-console[school]" in said
