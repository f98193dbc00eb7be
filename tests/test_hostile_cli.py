"""Hostile texts on the command line: visible in what people read, exact in JSON and exports, harmless in refusals."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.model.text import one_line, visible
from defense_console.terminal import files
from tests import hostile
from tests.ui.conftest import Room

COLUMNS = ("student_id", "student_name", "email", "curriculum", "project", "attempt", "planned_at", "timezone")
ACTING = set("\x00\x07\x1b\x7f\x9b\u202e\u2067\u2028\r\t")
LANGUAGES = ("fr", "en")

Cli = Callable[..., Result]


def toml(text: str) -> str:
    """A text as a string of TOML."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def settings_file(folder: Path, author: str) -> Path:
    file = folder / "settings.toml"
    file.write_text(f'name = {toml(author)}\nzone = "Europe/Paris"\n', encoding="utf-8")
    return file


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    """Commands of a mentor whose name is hostile too, on one store unless another is named."""
    settings = settings_file(tmp_path, hostile.ALL)

    def invoke(*arguments: str, store: Path = tmp_path / "store") -> Result:
        runner = CliRunner(env={"DEFENSE_CONSOLE_SETTINGS": str(settings)})
        return runner.invoke(main, [*arguments, "--store", str(store)])

    return invoke


def squash(text: str) -> str:
    """Without the white space that wrapping adds."""
    return "".join(text.split())


def shows(output: str, text: str) -> bool:
    """Whether people read the whole text, on several lines or on one."""
    return any(squash(each) in squash(output) for each in (visible(text), one_line(text)))


def table(**cells: str) -> bytes:
    """A CSV file of one row."""
    row = {"student_id": "s1", "student_name": "Ada Example", "curriculum": "IRP", "project": "IRP-P2", "attempt": "1",
           "planned_at": "2027-01-05T10:00"} | cells  # fmt: skip
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerow(row)
    return out.getvalue().encode()


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], str]:
    """Writes a file to import. Returns: its name."""

    def write(data: bytes) -> str:
        path = tmp_path / "file"
        path.write_bytes(data)
        return str(path)

    return write


# --- in ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "form"), [*((kind, "csv") for kind in hostile.TEXTS), ("all", "json")])
def test_an_imported_name_is_kept_as_it_is_and_shown(
    cli: Cli, file: Callable[[bytes], str], kind: str, form: str
) -> None:
    text = hostile.TEXTS.get(kind, hostile.ALL)
    name, email = f"§{text}§", f"{' '.join(text.splitlines())}@example.org"
    entry = {"student_id": "s1", "student_name": name, "email": email, "curriculum": "IRP", "project": "IRP-P2",
             "attempt": 1, "planned_at": "2027-01-05T10:00"}  # fmt: skip
    data = table(student_name=name, email=email) if form == "csv" else json.dumps([entry]).encode()
    assert cli("import", file(data)).exit_code == 0
    listed = json.loads(cli("list", "--json").stdout)
    assert [entry["student"]["name"] for entry in listed] == [name]
    id = listed[0]["id"]
    for language in LANGUAGES:
        queue, shown = (cli(*command, "--lang", language).stdout for command in (("list",), ("show", id)))
        assert one_line(name)[:9] in queue
        assert len(queue.splitlines()) == 1, "a name never breaks the table"
        assert ("…" in queue) is (one_line(name) not in queue), "what is left out has a sign"
        assert shows(shown, name)
        assert not ACTING & set(queue + shown + cli("log", id, "--lang", language).stdout)
    assert shows(cli("log", id).stdout, hostile.ALL), "the mentor's own name"
    rows = [json.loads(line) for line in cli("export").stdout_bytes.split(b"\n") if line]
    assert [row["email"] for row in rows if row.get("table") == "students"] == [email.strip()]


@pytest.mark.parametrize("kind", hostile.TEXTS)
def test_a_student_id_is_any_text_on_one_line(cli: Cli, file: Callable[[bytes], str], kind: str) -> None:
    id = hostile.TEXTS[kind]
    done = cli("import", file(table(student_id=id)))
    one = not any(character in id for character in "\n\r\t\x1b\u2028")
    assert done.exit_code == (0 if one else 2), done.output
    assert not ACTING & set(done.output)
    stored = [entry["student"]["id"] for entry in json.loads(cli("list", "--json").stdout)]
    assert stored == ([id.strip()] if one else [])
    assert not one or cli("verify").exit_code == 0


@pytest.mark.parametrize("column", ["curriculum", "project", "attempt", "planned_at", "timezone"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refused_cell_is_quoted_so_that_it_cannot_act(
    cli: Cli, file: Callable[[bytes], str], column: str, language: str
) -> None:
    for kind, text in hostile.TEXTS.items():
        done = cli("import", file(table(**{column: text})), "--lang", language)
        assert done.exit_code == 2, kind
        assert one_line(text.strip())[:60] in done.stderr, kind
        assert column in done.stderr
        assert not ACTING & set(done.output), kind
    assert json.loads(cli("list", "--json").stdout) == []


def test_two_names_of_one_student_are_both_quoted(cli: Cli, file: Callable[[bytes], str]) -> None:
    for kind, text in hostile.TEXTS.items():
        rows = table(student_name=text) + table(student_name="Ada", project="IRP-P3").split(b"\r\n", 1)[1]
        done = cli("import", file(rows))
        assert done.exit_code == 2, kind
        assert one_line(text)[:40] in done.stderr, kind
        assert not ACTING & set(done.output), kind


@pytest.mark.parametrize("kind", hostile.TEXTS)
def test_what_is_typed_on_the_command_line_is_quoted_harmlessly(cli: Cli, kind: str) -> None:
    text = hostile.TEXTS[kind].replace("\x00", "")
    for command in (["show", text], ["report", text], ["log", text], ["import", text], [text], ["list", text],
                    ["report", "abcd", "--for", text], ["demo", "--fill", "--now", text], ["--lang", text, "list"],
                    ["curricula", "check", text], ["export", "-o", f"/nowhere/{text}"]):  # fmt: skip
        done = cli(*command)
        assert done.exit_code == 2, (command, done.output, done.exception)
        assert not ACTING & set(done.output.replace("\t", "")), command


# --- out ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> hostile.Scene:
    """Read by the tests, changed by none."""
    return hostile.Scene(Room(tmp_path_factory.mktemp("hostile") / "store"), hostile.marking(hostile.ALL))


FOR_EVERYBODY = ("name", "row-title", "row-reason", "row-expected", "verifier", "strength", "improvement", "goal",
                 "comment", "shared-note", "criterion-note")  # fmt: skip
FOR_NOBODY = ("private-note", "private-criterion-note", "email", "author")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", ["student", "mentor", "jury"])
def test_plain_reports_show_what_their_reader_may_read(
    cli: Cli, scene: hostile.Scene, reader: str, language: str
) -> None:
    for id in (scene.drafted, scene.amended):
        done = cli("report", id, "--for", reader, "--lang", language, "--format", "txt", store=scene.room.folder)
        assert done.exit_code == 0, done.output
        fields = [*FOR_EVERYBODY, *(["question", "advice-title", "advice-expected"] if reader != "student" else [])]
        fields += ["reason"] if reader == "jury" else []
        assert [field for field in fields if not shows(done.stdout, scene.say(field))] == []
        assert [field for field in FOR_NOBODY if f"§{field}§" in done.stdout] == []
        assert not ACTING & set(done.stdout)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("reader", ["student", "mentor", "jury"])
def test_markdown_reports_name_every_field_and_hold_nothing_that_acts(
    cli: Cli, scene: hostile.Scene, reader: str, language: str
) -> None:
    done = cli("report", scene.drafted, "--for", reader, "--lang", language, "--format", "md", store=scene.room.folder)
    assert done.exit_code == 0, done.output
    assert [field for field in FOR_EVERYBODY if done.stdout.count(f"§{field}§") == 0] == []
    assert [field for field in FOR_NOBODY if f"§{field}§" in done.stdout] == []
    assert not ACTING & set(done.stdout)


def test_show_and_log_tell_everything(cli: Cli, scene: hostile.Scene) -> None:
    store = scene.room.folder
    for id in (scene.live, scene.drafted, scene.amended):
        shown, log = cli("show", id, store=store).stdout, cli("log", id, store=store).stdout
        assert [f for f in (*hostile.SAID, "question", "name") if not shows(shown, scene.say(f))] == []
        assert [f for f in (*hostile.SAID, "question") if not shows(log, scene.say(f))] == []
        assert not ACTING & set(shown + log)
    log = cli("log", scene.amended, store=store).stdout
    assert [f for f in ("amendment", "contested", "waived", "goal", "comment") if not shows(log, scene.say(f))] == []
    planned = cli("log", scene.planned, store=store).stdout
    assert [field for field in ("no-show", "moved") if not shows(planned, scene.say(field))] == []


def test_json_holds_every_text_exactly(cli: Cli, scene: hostile.Scene) -> None:
    say, store = scene.say, scene.room.folder
    document: dict[str, Any] = json.loads(cli("show", scene.drafted, "--json", store=store).stdout)
    assert document["student"] == {"id": "s1", "name": say("name")}
    notes = ("private-note", "shared-note", "criterion-note", "private-criterion-note")
    assert [note["text"] for note in document["notes"]] == [say(field) for field in notes]
    assert [question["text"] for question in document["questions"]] == [say("question")]
    assert (document["strengths"], document["improvements"]) == ([say("strength")], [say("improvement")])
    assert (document["next_goal"], document["verdict"]["reason"]) == (say("goal"), say("reason"))
    assert say("comment") in [skill["comment"] for skill in document["skills"]]
    rows = {row["id"]: row for row in document["documents_to_revise"]}
    assert [rows["r90"][name] for name in ("title", "reason", "expected", "verifier")] == [
        say(field) for field in ("row-title", "row-reason", "row-expected", "verifier")
    ]
    planned = json.loads(cli("show", scene.planned, "--json", store=store).stdout)
    assert planned["sittings"][0]["reason"] == say("no-show")


def test_export_import_export_is_byte_identical(cli: Cli, scene: hostile.Scene, tmp_path: Path) -> None:
    first, second, copy = tmp_path / "first", tmp_path / "second", tmp_path / "copy"
    assert cli("export", "-o", str(first), store=scene.room.folder).exit_code == 0
    taken = cli("import", str(first), store=copy)
    assert taken.exit_code == 0, taken.output
    assert cli("export", "-o", str(second), store=copy).exit_code == 0
    assert second.read_bytes() == first.read_bytes()
    assert cli("verify", store=copy).exit_code == 0
    for id in (scene.planned, scene.live, scene.drafted, scene.amended):
        documents = [cli("log", id, "--json", store=store).stdout for store in (scene.room.folder, copy)]
        assert documents[0] == documents[1]


HOSTILE_NAME = "Ada \x1b]0;PWN\x07\x1b[31mX\x9b2J\u202e\rÿ"


@pytest.mark.parametrize("arguments", [
    ("export",), ("export", "--csv"), ("calendar", "export"), ("calendar", "export", "--names"),
])  # fmt: skip
def test_what_a_terminal_shows_acts_on_nothing_and_a_pipe_gets_every_byte(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(table(student_name=HOSTILE_NAME))
    assert cli("import", str(file)).exit_code == 0
    piped = cli(*arguments).stdout_bytes
    monkeypatch.setattr(files, "at_terminal", lambda: True)
    shown = cli(*arguments).stdout_bytes
    assert shown.decode() == visible(piped.decode())
    assert not ACTING & set(shown.decode())


def test_a_part_may_end_inside_a_character_or_a_line_break(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(out))
    monkeypatch.setattr(files, "at_terminal", lambda: True)
    text = "a\x1bé\u202e\r\nb\rc\n\n€"
    files.write(None, [bytes([byte]) for byte in text.encode()])
    assert out.getvalue().decode() == visible(text)
