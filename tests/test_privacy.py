"""What a fault prints and what a text can do: no student's data in crash output, no control character on a terminal."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from defense_console.cli import main
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.log.envelope import Stamp
from defense_console.model.text import is_one_line
from tests.examples import examples
from tests.terminal import Terminal
from tests.ui.conftest import Room

SECRET = "Wilhelmina"
"""A student's name that only the fault knows: in its message, in what caused it, and in the values around it."""


def cli(room: Room, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(room.folder)])


def fault(*_: Any, **__: Any) -> Any:
    student = {"name": f"{SECRET} Oubliée"}
    try:
        raise KeyError(student["name"])
    except KeyError as error:
        raise RuntimeError(f"{student} broke it") from error


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = Room(tmp_path / "store")
    room.student("s1", "Lina Demo")
    room.plan()
    return room


# --- crash output ---------------------------------------------------------------------------------------------------

LAYERS = {
    "terminal": ("defense_console.terminal.tables.queue_lines", ["list"]),
    "desk": ("defense_console.desk.desk.Desk.brief", ["show", "ID"]),
    "store": ("defense_console.store.sqlite.store.TinyStore.read_log", ["log", "ID"]),
    "rows": ("defense_console.store.sqlite.engine.RowStorage.raw", ["verify"]),
    "vault": ("defense_console.store.sqlite.folder_vault.FolderVault.verify", ["verify"]),
    "copies": ("defense_console.store.sqlite.copies.backups.copy_database", ["backup"]),
    "doctor": ("defense_console.store.sqlite.damage.diagnosis.shutil.disk_usage", ["doctor"]),
    "forgetting": ("defense_console.desk.upkeep.forgetting.names_ever", ["forget", "s1", "--dry-run"]),
    "model": ("defense_console.model.defense.subject.fold", ["show", "ID"]),
    "exchange": ("defense_console.exchange.whole_store.export.export", ["export"]),
    "reports": ("defense_console.reports.rendering.formats.rendered", ["report", "ID"]),
    "documents": ("defense_console.desk.uploads.intake.Intake.look", ["receive", "ID", "."]),
    "calendar": ("defense_console.desk.exchange.files.ExchangeDesk.export_calendar", ["calendar", "export"]),
}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_fault_of_a_command_tells_its_place_and_no_value(
    room: Room, layer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = json.loads(cli(room, "list", "--json").stdout)[0]["id"]
    target, arguments = LAYERS[layer]
    monkeypatch.setattr(target, fault)
    done = cli(room, *(id if each == "ID" else each for each in arguments))
    assert done.exit_code == 1, done.output
    assert "This is a fault of the console" in done.stderr
    assert "test_privacy.py" in done.stderr, "where it was"
    assert SECRET not in done.output
    assert_no_file_tells(room.folder.parent)


def assert_no_file_tells(folder: Path) -> None:
    told = [path for path in folder.rglob("*") if path.is_file() and SECRET.encode() in path.read_bytes()]
    assert [path.name for path in told if path.suffix != ".py"] == []


def test_faults_of_threads_and_finalizers_tell_no_value(
    room: Room, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class Breaks:
        def __del__(self) -> None:
            fault()

    def elsewhere(*_: Any) -> Any:
        thread = threading.Thread(target=fault)
        thread.start()
        thread.join()
        Breaks()
        return []

    before = threading.excepthook, sys.unraisablehook, list(logging.getLogger().handlers)
    monkeypatch.setattr("defense_console.terminal.tables.queue_lines", elsewhere)
    done = cli(room, "list")
    assert done.exit_code == 0
    assert done.stderr.count("This is a fault of the console") == 2
    assert SECRET not in done.output + "".join(capfd.readouterr())
    assert (threading.excepthook, sys.unraisablehook, list(logging.getLogger().handlers)) == before


def test_logs_go_nowhere() -> None:
    script = """
import logging, sys
from defense_console.terminal.faults import no_values_told
with no_values_told(lambda fault: None):
    logging.getLogger("asyncio").error("Task exception was never retrieved: %s", sys.argv[1])
logging.getLogger("asyncio").error("after")
"""
    done = subprocess.run([sys.executable, "-c", script, SECRET], capture_output=True, text=True, check=True)
    assert done.stderr == "after\n"


IN_CONSOLE = {
    "app": "defense_console.app:ConsoleApp.on_mount",
    "screens": "defense_console.screens.queue.screen:QueueScreen.compose",
    "widgets": "defense_console.widgets.lists.queue_table:QueueTable.render_line",
    "tick": "defense_console.desk.desk:Desk.tick",
    "desk": "defense_console.desk.queue:AgendaDesk.entries",
    "recorder": "defense_console.store.recorder:lane",
    "daily copy": "defense_console.store.sqlite.copies.backups:Backups.all",
}


TOLD = ("fault of its own", "A fault in the console")


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
@pytest.mark.parametrize("layer", IN_CONSOLE)
def test_a_fault_of_the_console_tells_no_value(room: Room, layer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = room.folder.parent
    (folder / "settings.toml").write_text('zone = "UTC"')
    site = folder / "site"
    site.mkdir()
    module, _, name = IN_CONSOLE[layer].partition(":")
    owner, _, attribute = name.rpartition(".")
    (site / "sitecustomize.py").write_text(
        textwrap.dedent(f"""
        import importlib
        def fault(*_, **__):
            student = "{SECRET} Oubliee"
            open({str(folder / "reached")!r}, "w").close()
            try:
                raise KeyError(student)
            except KeyError as error:
                raise RuntimeError(student + " broke it") from error
        module = importlib.import_module("{module}")
        setattr(getattr(module, "{owner}") if "{owner}" else module, "{attribute}", fault)
        """)
    )
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join((str(site), str(Path(__file__).parent.parent))))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")  # the fault's own source must not lie compiled beside the store
    printed: list[bytes] = []
    feed = Terminal.feed

    def keep(terminal: Terminal, data: bytes) -> None:
        printed.append(data)
        feed(terminal, data)

    monkeypatch.setattr(Terminal, "feed", keep)
    with Terminal(room.folder, "en") as terminal:
        if layer == "recorder":
            terminal.shows("Lina Demo")
            terminal.press("n")
            terminal.shows("WRITING")
            terminal.press("half")
        terminal.wait(lambda: any(each in terminal.text() for each in TOLD), "the fault is not told")
        assert (folder / "reached").exists()
    assert SECRET.encode() not in b"".join(printed)
    assert_no_file_tells(folder)


# --- texts that act -------------------------------------------------------------------------------------------------

ACTING = {chr(n) for n in (*range(32), 127, *range(128, 160))} - {"\n"} | set(
    "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
)
"""Control characters, C1 and what turns the direction of a text."""

TEXTS = st.text(
    st.one_of(st.sampled_from(sorted(ACTING)), st.sampled_from("\n§[]"), st.characters(exclude_categories=["Cs"])),
    min_size=1, max_size=12,
).filter(lambda text: bool(text.strip()))  # fmt: skip


@examples(5)
@given(name=TEXTS, email=TEXTS.filter(is_one_line), note=TEXTS, title=TEXTS)
def test_nothing_that_acts_on_a_terminal_leaves_a_command(
    tmp_path_factory: pytest.TempPathFactory, name: str, email: str, note: str, title: str
) -> None:
    room = Room(tmp_path_factory.mktemp("acting") / "store")
    at: Callable[[], Stamp] = room.machine.read
    room.student("s1", name, email)
    room.student("s2", name, email)
    file = ReceivedFile(title, 3, "0" * 64)
    for id in (room.plan("s1"), room.plan("s2")):
        room.add(id, ev.Noted(note, at()), ev.DeliverableReceived(1, (file,)))
    room.live(id)  # nothing of who has a live defense is forgotten
    for command in (
        ["list"], ["show", id], ["log", id], ["verify"], ["doctor"], ["backup"], ["report", id, "--format", "txt"],
        ["report", id, "--for", "jury"], ["forget", "s1", "--dry-run"], ["forget", name.replace("\0", ""), "--dry-run"],
        ["restore", title.replace("\0", "")], ["show", id, "--json"], ["doctor", "--json"], ["message", id],
    ):  # fmt: skip
        done = cli(room, *command)
        assert done.exit_code in (0, 2), (command, done.output, done.exception)
        assert not ACTING & set(done.output), command
