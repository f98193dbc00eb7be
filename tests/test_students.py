"""`students`, `student`, `agenda`, and what the store's commands do with the logs of students."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from pypdf import PdfReader

from defense_console import clocks
from defense_console.cli import main
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.desk.logs.unsaved import unsaved_text
from defense_console.desk.student.wording import describe_student
from defense_console.exchange.data_file import data_file
from defense_console.model.defense import kinds as defense
from defense_console.model.log.envelope import Event, Stamp, encode_event
from defense_console.model.log.subject import beside
from defense_console.model.student import kinds as ev
from defense_console.model.student.state import STANDING_VERSION
from defense_console.model.student.subject import IDENTITY
from defense_console.store.base import Append
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore
from defense_console.terminal import opening
from defense_console.terminal.opening import reading_desk
from tests.model import students
from tests.ui.conftest import SHIPPED, Room

NOW = "2026-11-24T10:00:00.000Z"
STAMP = Stamp(NOW, 5_184_000_000, 5_184_000_000, "demo")
DOCS = Path(__file__).parent.parent / "docs" / "json.md"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo") / "store"
    run(folder, "demo", "--fill", "--now", NOW)
    return folder


@pytest.fixture
def demo(filled: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo cohort, at the instant it was made for."""
    monkeypatch.setattr(clocks, "read", lambda: STAMP)
    monkeypatch.setenv("TZ", "Europe/Paris")
    return filled


def run(folder: Path, *arguments: str, code: int = 0) -> Result:
    done = CliRunner().invoke(main, [*arguments, "--store", str(folder), "--lang", "en"])
    assert done.exit_code == code, done.output
    return done


def printed(folder: Path, *arguments: str) -> Any:
    return json.loads(run(folder, *arguments, "--json").stdout)


def shape(value: Any, maps: tuple[str, ...] = ("days", "estimates", "weeks")) -> Any:
    """What a document is made of, its values left out."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items() if name not in maps}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_documents_are_described_with_real_examples(demo: Path) -> None:
    text = DOCS.read_text(encoding="utf-8").partition("## `students --json`")[2]
    listed, one, day, alerts = (json.loads(part.partition("```")[0]) for part in text.split("```json\n")[1:5])
    assert listed == printed(demo, "students")[:1]
    real = printed(demo, "student", "demo-ada")
    for name in ("sessions", "goals", "notes", "promises", "questions", "learning", "absences"):
        real[name] = real[name][:1]
    assert one == real
    assert day == printed(demo, "agenda", "--day", "2026-11-26")[:1]
    said = printed(demo, "alerts")
    assert alerts == {**said, "rules": said["rules"][:1]}


def test_a_day_says_what_becomes_of_everything_on_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(tmp_path / "store")
    at = room.machine.read()
    monkeypatch.setattr(clocks, "read", lambda: at)
    monkeypatch.setenv("TZ", "Europe/Paris")
    for n, name in enumerate(("Ada", "Bo", "Cy", "Di", "Ed", "Fa"), 1):
        room.student(f"s{n}", name)
    tuesdays = ev.WeeklyPlanned("2026-11-24", "09:00", "Europe/Paris", length_min=30)
    for n in (1, 2, 3, 4):
        room.follow(f"s{n}", tuesdays)
    room.follow("s1", ev.SessionMissed("2026-11-24"))
    room.follow("s2", ev.SessionExcused("2026-11-24"))
    room.follow("s3", ev.SessionStarted("2026-11-24", at.wall), ev.SessionHeld(at.wall))
    room.follow("s4", ev.SessionMoved("2026-11-24", "2026-11-25T15:00:00.000Z"))
    room.follow("s5", ev.SessionStarted("", at.wall))
    room.live(room.plan("s1", in_min=15))
    over = room.plan("s6", in_min=30)
    room.add(over, defense.Cancelled("mentor", late=False, reason="ill"), defense.DefenseClosed("moved away"))
    say = ("agenda", "--day", "2026-11-24")
    assert [line.split("  ", 1) for line in run(room.folder, *say).stdout.splitlines()] == [
        ["09:00", "Ada · weekly session, student absent"],
        ["09:00", "Bo · weekly session, cancelled"],
        ["09:00", "Cy · weekly session, held"],
        ["09:00", "Di · weekly session, moved: now 2026-11-25 16:00"],
        ["14:00", "Ed · session, going on"],
        ["14:15", "Ada · IRP-P2 · live"],
        ["14:31", "Fa · IRP-P2 · cancelled"],
    ]
    rows = printed(room.folder, *say)
    assert [each["state"] for each in rows] == ["missed", "excused", "held", "moved", "running", "live", "cancelled"]
    assert [each["outcome"] for each in rows if each["kind"] == "defense"] == [None, None]
    assert rows[3]["at"] == "2026-11-25T15:00:00.000Z"
    wednesday = run(room.folder, "agenda", "--day", "2026-11-25").stdout
    assert wednesday == "16:00  Di · weekly session, planned, moved: first planned for 2026-11-24\n"


def test_students_and_their_days_for_people(demo: Path) -> None:
    lines = run(demo, "students").stdout.splitlines()
    assert len(lines) == 12
    assert lines[0].split()[:3] == ["demo-ada", "Ada", "Exemple"]
    assert "7 of 7 sessions" in lines[0]
    assert lines[4].split()[-1] == "—", "nobody has met Emma: no reproach"
    assert "Ada Exemple · weekly session, planned" in run(demo, "agenda", "--day", "in 2 days").stdout
    assert run(demo, "agenda", "--day", "2020-01-01").stdout == "Nothing is planned on 2020-01-01.\n"
    assert "not a day" in run(demo, "agenda", "--day", "someday", code=2).stderr
    shown = run(demo, "student", "ada exemple").stdout
    assert "Goal kept: “Two sponsors contacted”" in shown
    assert "no student nobody" in run(demo, "student", "nobody", code=2).stderr
    assert "two different documents" in run(demo, "student", "demo-ada", "--json", "--access", code=2).stderr
    assert "belong to --access" in run(demo, "student", "demo-ada", "-o", "x", code=2).stderr


def test_check_in_opens_the_console_on_a_student(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def open_console(folder: Path, _settings: object, _shipped: object, opens: object) -> int:
        opened.append((folder, opens))
        return 0

    monkeypatch.setattr(opening, "open_console", open_console)
    run(demo, "check-in", "ada exemple")
    assert opened == [(demo, ("check_in", "demo-ada"))]
    assert "There is no student nobody here." in run(demo, "check-in", "nobody", code=2).output


def test_everything_held_about_one_person_is_an_export_of_its_own(demo: Path, tmp_path: Path) -> None:
    run(demo, "student", "demo-dario", "--access", "-o", str(tmp_path / "dario.jsonl"))
    data = (tmp_path / "dario.jsonl").read_bytes()
    assert b"Childcare until" in data, "private notes are included"
    lines = [json.loads(line) for line in data.splitlines()]
    people = {line["id"] for line in lines if line.get("table") == "students"}
    assert people == {"demo-dario"}
    assert not [line for line in lines if "demo-ada" in json.dumps(line)]
    whole = [json.loads(line) for line in run(demo, "export").stdout.splitlines()]
    assert [line for line in whole if line.get("table") == "student/demo-dario"] == [
        line for line in lines if line.get("table") == "student/demo-dario"
    ]
    with closing(TinyStore.open(tmp_path / "copy")) as copy:
        into = ExchangeDesk(copy, lambda: STAMP, "Mentor Test", "Europe/Paris", SHIPPED)
        into.take(data_file(io.BytesIO(data)))
        assert b"".join(into.export()) == data
        assert copy.verify_all() == ()


def test_everything_held_is_also_written_in_words(demo: Path, tmp_path: Path) -> None:
    text = run(demo, "student", "demo-farid", "--access", "--format", "txt").stdout
    assert "Everything held about Farid Modèle" in text
    assert "Defense of IRP-P6, attempt 2" in text
    run(demo, "student", "demo-dario", "--access", "--format", "pdf", "-o", str(tmp_path / "dario.pdf"))
    read = PdfReader(tmp_path / "dario.pdf")
    words = " ".join("".join(page.extract_text() for page in read.pages).split())
    assert "Childcare until" in words
    assert "belong to --access" in run(demo, "student", "demo-dario", "--format", "pdf", code=2).stderr


def test_an_export_keeps_its_five_fields_and_comes_back_whole(demo: Path, tmp_path: Path) -> None:
    exported = run(demo, "export").stdout_bytes
    rows = [json.loads(line) for line in exported.splitlines() if b'"table":"students"' in line]
    assert {tuple(row) for row in rows} == {("table", "id", "name", "email", "timezone", "seq")}
    (tmp_path / "all.jsonl").write_bytes(exported)
    run(tmp_path / "other", "import", str(tmp_path / "all.jsonl"))
    assert run(tmp_path / "other", "export").stdout_bytes == exported
    assert printed(tmp_path / "other", "students") == printed(demo, "students")
    run(tmp_path / "other", "backup")
    assert "all sound" in run(tmp_path / "other", "verify").stdout
    run(tmp_path / "other", "doctor")


def test_a_row_that_is_damaged_is_folded_again_with_what_a_list_shows(demo: Path, tmp_path: Path) -> None:
    run(demo, "export", "-o", str(tmp_path / "all.jsonl"))
    other = tmp_path / "other"
    run(other, "import", str(tmp_path / "all.jsonl"))
    before = printed(other, "students")
    with closing(sqlite3.connect(other / place.FILE)) as connection, connection:
        connection.execute("UPDATE rows SET body = '{}' WHERE tab = 'students'")
    assert printed(other, "students") == before
    run(other, "verify", code=2)
    run(other, "doctor", "--repair")
    assert "all sound" in run(other, "verify").stdout
    assert printed(other, "students") == before


def test_a_row_of_another_version_is_folded_again(demo: Path, tmp_path: Path) -> None:
    run(demo, "export", "-o", str(tmp_path / "all.jsonl"))
    with closing(TinyStore.open(tmp_path / "other")) as store:
        exported = io.BytesIO((tmp_path / "all.jsonl").read_bytes())
        ExchangeDesk(store, lambda: STAMP, "", "UTC", SHIPPED).take(data_file(exported))
        known = store.student("demo-ada")
        assert known is not None
        assert (known.standing.version, known.standing.open_goals) == (STANDING_VERSION, 2)
        stored = store.read_log("student/demo-ada")
        older = msgspec.structs.replace(known.standing, version=STANDING_VERSION - 1, open_goals=99)
        row = {name: getattr(known, name) for name in IDENTITY} | {"standing": beside(older)}
        event = Event(len(stored) + 1, len(stored) + 1, STAMP, "", ev.StudentNoted("x", STAMP))
        store.append(Append("student/demo-ada", len(stored), (encode_event(event),), row))
        assert [each.standing.open_goals for each in store.students() if each.id == "demo-ada"] == [2]
        again = store.student("demo-ada")
        assert again is not None
        assert again.standing.open_goals == 2


def test_who_is_forgotten_leaves_no_session_and_no_note(demo: Path, tmp_path: Path) -> None:
    run(demo, "export", "-o", str(tmp_path / "all.jsonl"))
    other = tmp_path / "other"
    run(other, "import", str(tmp_path / "all.jsonl"))
    run(other, "backup")
    run(other, "forget", "demo-dario", "--yes")
    assert [each["id"] for each in printed(other, "students") if each["id"] == "demo-dario"] == []
    for file in other.rglob("*"):
        if file.is_file():
            assert not any(mark.encode() in file.read_bytes() for mark in ("Childcare until", "demo-dario")), file


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_kind_has_a_sentence(language: str) -> None:
    log = [Event(n, n, STAMP, "Mentor Test", what) for n, what in enumerate(students.everything(STAMP), 1)]
    said = {type(event.what): describe_student(event, language, "Europe/Paris", log) for event in log}
    assert not [kind.__name__ for kind, sentence in said.items() if sentence in ("", kind.__name__)]
    assert len(said) == len(set(said.values()))


def test_what_is_not_saved_is_worded(tmp_path: Path) -> None:
    room = Room(tmp_path / "store")
    room.student("s1", "Lina Demo")
    with closing(TinyStore.open(room.folder)) as store:
        reading = reading_desk(store, room.settings, SHIPPED)  # its recorder never writes
        desk = reading.follow("s1")
        desk.set_goal("maquette [v2] 2099-01-01")
        desk.keep_goal(desk.student.goals[0].seq)
        desk.type_text("promise", "envoyer le modèle")
        text = unsaved_text(reading.ledger, "en", "Europe/Paris")
    assert "Goal: maquette [v2] · due 2099-01-01" in text
    assert "Goal kept: “maquette [v2]”" in text
    assert "being typed (what I promise): envoyer le modèle" in text


def test_a_goal_kept_is_about_the_goal_it_names() -> None:
    goal = Event(2, 2, STAMP, "", ev.GoalPromised("mock-up"))
    kept = Event(3, 3, STAMP, "", ev.GoalKept(2))
    assert describe_student(kept, "en", "UTC", [goal, kept]) == "Goal kept: “mock-up”"
    assert describe_student(kept, "en", "UTC") == "Goal kept: line 2"
