"""`report`: formats, versions, and what a terminal is not given."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.reports.rendering.formats import BINARY, FORMATS
from tests.ui.conftest import Room

Cli = Callable[..., Result]


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "store")


@pytest.fixture
def cli(room: Room) -> Cli:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(main, [*arguments, "--store", str(room.folder)], **options)

    return invoke


def amended(room: Room) -> str:
    """A defense whose first verdict, to rework, was replaced by a validated one. Returns: its id."""
    room.student("s1", "Ada [/x]")
    id = room.plan("s1")
    room.live(id)
    room.machine.pass_time(900)
    room.add(id, ev.Noted("kept to myself", room.machine.read(), private=True), ev.GoalSet("a first goal"))
    room.rate(id, "not_met")
    room.add(id, ev.LineAdded("improvement", "all of it"), ev.Finished(), ev.OutcomeChosen("rework"))
    room.add(id, ev.Signed(1, "rework", "rework"), ev.Released(1))
    room.machine.pass_time(3600)
    room.add(id, ev.AmendmentOpened("misheard"), ev.GoalSet("another goal"))
    room.add(id, ev.OutcomeChosen("validated"), ev.ReasonGiven("misheard"))
    room.add(id, ev.Signed(2, "validated", "rework", "misheard"), ev.Released(2))
    return id


def test_a_superseded_version_is_printed_as_it_was_and_says_so(room: Room, cli: Cli) -> None:
    id = amended(room)
    first = cli("report", id, "--version", "1", "--lang", "en", "--format", "txt")
    now = cli("report", id, "--lang", "en", "--format", "txt").stdout
    assert first.exit_code == 0
    assert "! Superseded: version 2 (validated) has replaced this one since 2026-11-24 14:16" in first.stdout
    assert "To rework — a new defense" in first.stdout
    assert "a first goal" in first.stdout
    assert "another goal" not in first.stdout
    assert "Validated — the next project opens" in now
    assert "another goal" in now
    assert "Superseded" not in now
    assert cli("report", id, "--version", "2", "--lang", "en", "--format", "txt").stdout == now


def test_each_version_carries_the_hash_of_its_own_release(room: Room, cli: Cli) -> None:
    id = amended(room)
    logged = {line["seq"]: line["hash"] for line in _json(cli("log", id, "--json"))}
    seqs = [event.seq for event in room.events(id) if isinstance(event.what, ev.Released)]
    for version, seq in enumerate(seqs, 1):
        page = cli("report", id, "--version", str(version), "--format", "html").stdout
        assert [hash for hash in logged.values() if hash in page] == [logged[seq]]


@pytest.mark.parametrize("version", ["0", "3", "-1"])
def test_a_version_that_was_never_released_is_refused(room: Room, cli: Cli, version: str) -> None:
    done = cli("report", amended(room), "--version", version, "--lang", "en")
    assert done.exit_code == 2
    assert f"Version {version} of the verdict was not released; released are: 1, 2." in done.stderr


@pytest.mark.parametrize("form", FORMATS)
def test_no_format_tells_a_private_note(room: Room, cli: Cli, form: str) -> None:
    done = cli("report", amended(room), "--format", form, "--for", "jury")
    assert done.exit_code == 0
    assert b"another goal" in done.stdout_bytes or form in BINARY
    assert b"kept to myself" not in done.stdout_bytes


def _json(result: Result) -> list[dict[str, Any]]:
    import json

    found = json.loads(result.stdout)
    assert isinstance(found, list)
    return found


# --- the message -------------------------------------------------------------------------------------------------


def test_a_message_is_printed_and_drafted_and_never_before_the_release(room: Room, cli: Cli, tmp_path: Path) -> None:
    id = amended(room)
    text = cli("message", id, "--lang", "fr")
    assert text.exit_code == 0
    assert text.stdout.startswith("Bonjour Ada,\n\nJ’ai revu ma décision")
    assert "\n\nVotre projet est validé.\n\n" in text.stdout
    file = tmp_path / "message.eml"
    assert cli("message", id, "--lang", "en", "--format", "eml", "-o", str(file)).exit_code == 0
    mail = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert str(mail["Subject"]).startswith("Your defense of IRP-P2 — ")
    assert mail["From"] is None
    room.student("s2", "Nobody Yet")
    planned = room.plan("s2")
    refused = cli("message", planned, "--lang", "en")
    assert refused.exit_code == 2
    assert "The verdict is not released yet: there is nothing to tell the student." in refused.stderr


def test_the_sender_of_a_draft_comes_from_the_settings(room: Room, cli: Cli, tmp_path: Path) -> None:
    settings = tmp_path / "settings.toml"
    settings.write_text('email = "mentor@example.org"\nname = "A mentor"\n')
    done = cli("message", amended(room), "--format", "eml", env={"DEFENSE_CONSOLE_SETTINGS": str(settings)})
    assert b"From: A mentor <mentor@example.org>\r\n" in done.stdout_bytes
    assert done.stdout_bytes.endswith(b"A mentor\r\n")


# --- files that are no text --------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", sorted(BINARY))
def test_a_file_that_is_no_text_is_not_written_to_a_terminal(
    room: Room, cli: Cli, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id, file = amended(room), tmp_path / "report"
    assert cli("report", id, "--format", form, "-o", str(file)).exit_code == 0
    piped = cli("report", id, "--format", form)
    assert piped.stdout_bytes == file.read_bytes()
    assert piped.stdout_bytes[:4] in (b"%PDF", b"PK\x03\x04")
    monkeypatch.setattr("defense_console.terminal.files.at_terminal", lambda: True)
    for output in ((), ("-o", "-")):
        refused = cli("report", id, "--format", form, "--lang", "en", *output)
        assert refused.exit_code == 2
        assert f"{form.upper()} is not text: name a file with -o FILE." in refused.stderr
        assert not refused.stdout_bytes


def test_the_name_of_an_account_is_nobodys_signature(
    room: Room, cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.settings = msgspec.structs.replace(room.settings, name="root")
    room.student("s1", "Ada Demo")
    id = room.plan("s1")
    room.live(id)
    room.machine.pass_time(900)
    room.rate(id, "met")
    room.add(id, ev.Finished(), ev.OutcomeChosen("validated"))
    with closing(room.connect()) as store:
        logs = room.logs(store, "root")
        for what in (ev.Signed(1, "validated", "validated"), ev.Released(1)):
            logs.decide(DEFENSE, id, [what], room.machine.read())
    monkeypatch.setattr("getpass.getuser", lambda: "root")
    file = tmp_path / "settings.toml"
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(file))
    for name, told in (("", False), ('name = "Camille"\n', True)):
        file.write_text('zone = "UTC"\n' + name, encoding="utf-8")
        report = cli("report", id, "--lang", "en", "--format", "txt")
        message = cli("message", id, "--lang", "en")
        assert ("Assessed by" in report.stdout, "Kind regards" in message.stdout) == (told, told)
        for done in (report, message):
            assert done.exit_code == 0, done.output
            assert (f"Nobody is named in it: set your name in {file}." in done.stderr) is not told
            assert told or "root" not in done.stdout
