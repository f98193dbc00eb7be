"""A line that only a newer console knows: its defense is refused in a sentence and not written to, the others open."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.desk.logs.direct import DirectLogs
from defense_console.model.errors import ConsoleError
from defense_console.model.log.subject import beside
from defense_console.model.student.kinds import StudentChanged
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Append
from defense_console.store.sqlite.store import TinyStore
from tests.ui.conftest import Room, shows


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Room:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    room = Room(tmp_path / "store")
    room.student("s1", "Lina Demo")
    room.student("s2", "Omar Demo")
    return room


def written_by_a_newer_console(room: Room, stream: str) -> None:
    """A line of a kind that is none here, with its hash, its checksum and its summary."""
    with closing(TinyStore.open(room.folder)) as store:
        *_, last = store.read_log(stream)
        event = json.loads(last.body)
        event.update(seq=last.seq + 1, action=last.seq + 1, what={"kind": "witness_named", "name": "Somebody"})
        body = json.dumps(event, separators=(",", ":"), sort_keys=True).encode()
        id = stream.partition("/")[2]
        known = store.student(id) if stream.startswith("student/") else store.summary(id)
        assert known is not None
        store.append(Append(stream, last.seq, (body,), beside(known)))


def lines(room: Room, stream: str) -> int:
    with closing(TinyStore.open(room.folder)) as store:
        return len(store.read_log(stream))


def cli(room: Room, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--store", str(room.folder)])


def refused(done: Result) -> bool:
    (sentence,) = done.stderr.splitlines()
    return done.exit_code == 2 and "does not know" in sentence and "Line 2" in sentence


def test_commands_refuse_it_in_a_sentence_and_do_the_rest(room: Room, tmp_path: Path) -> None:
    newer, known = room.plan("s1"), room.plan("s2", in_min=30)
    written_by_a_newer_console(room, f"defense/{newer}")
    document = tmp_path / "report.txt"
    document.write_text("text")
    refusing: tuple[tuple[str, ...], ...] = (
        ("show", newer), ("show", newer, "--json"), ("log", newer), ("report", newer), ("message", newer),
        ("export", "--csv"), ("receive", newer, str(document)), ("calendar", "export"), ("forget", "s1", "--dry-run"),
    )  # fmt: skip
    for arguments in refusing:
        assert refused(cli(room, *arguments)), (arguments, cli(room, *arguments).output)
    answering: tuple[tuple[str, ...], ...] = (
        ("list",), ("show", known), ("log", newer, "--json"), ("verify",), ("verify", newer), ("export",), ("doctor",),
        ("backup",), ("backup", "-o", str(tmp_path / "elsewhere")),
        ("export", "--files", "-o", str(tmp_path / "all.zip")),
    )  # fmt: skip
    for arguments in answering:
        done = cli(room, *arguments)
        assert (done.exit_code, done.stderr) == (0, ""), arguments
    assert "witness_named" in cli(room, "log", newer, "--json").stdout
    assert lines(room, f"defense/{newer}") == 2


def test_a_students_log_is_refused_too(room: Room) -> None:
    written_by_a_newer_console(room, "student/s1")
    with closing(TinyStore.open(room.folder)) as store:
        logs = DirectLogs(store, room.machine.read, "Camille", {})
        with pytest.raises(ConsoleError, match="does not know"):
            logs.decide(STUDENT, "s1", [StudentChanged(name="Lina Autre")], logs.now())
    assert lines(room, "student/s1") == 2
    assert refused(cli(room, "forget", "s1", "--yes"))


@pytest.mark.parametrize("live", [False, True])
async def test_the_queue_shows_it_and_opens_the_others(room: Room, live: bool) -> None:
    newer = room.plan("s1", in_min=1)
    room.plan("s2", in_min=30)
    if live:
        room.live(newer)
    written_by_a_newer_console(room, f"defense/{newer}")
    before = lines(room, f"defense/{newer}")
    app = room.app(first=newer if live else None)
    async with app.run_test(size=(120, 30)) as pilot:
        await shows(pilot, "Lina Demo")  # the row next to the log can be read
        await pilot.press("enter")
        await shows(pilot, "Lina Demo", "not know: a newer")
        await pilot.press("j", "enter")
        await shows(pilot, "Omar Demo", "IRP-P2")
    assert app.fault is None
    assert lines(room, f"defense/{newer}") == before


@pytest.mark.parametrize("on_its_way", [False, True])
async def test_one_written_while_its_defense_is_open_does_not_end_the_console(room: Room, on_its_way: bool) -> None:
    """What was known stays on the screen, with the reason; a rating on its way then is refused and kept aside."""
    newer = room.plan("s1", in_min=1)
    room.plan("s2", in_min=30)
    room.live(newer)
    app = room.app(first=newer)
    async with app.run_test(size=(120, 30)) as pilot:
        await shows(pilot, "Lina Demo")
        before = lines(room, f"defense/{newer}")
        written_by_a_newer_console(room, f"defense/{newer}")
        if on_its_way:
            app.desk.live(newer).rate("IRP-P2-B1.1-1", "met")  # before a second passes and the line is seen
        await shows(pilot, "does not know: a newer")
        await pilot.press("v", "n", "f3", "escape")
        await shows(pilot, "Omar Demo")
        await pilot.press("j", "enter")
        await shows(pilot, "Omar Demo", "IRP-P2")
    assert app.fault is None
    assert lines(room, f"defense/{newer}") == before + 1
    assert bool(room.asides(newer)) is on_its_way
