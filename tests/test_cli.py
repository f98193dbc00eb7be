"""The command line: shapes, exit codes, bad input, and what it loads."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defense_console import __version__
from defense_console.cli import main
from defense_console.terminal.quick import understood
from defense_console.terminal.words import ended

NOW = "2026-11-24T10:00:00Z"
ROW = "student_id;student_name;email;timezone;curriculum;project;attempt;planned_at;duration_min;language\n"
ROW += "s1;Zoé [/foo];;;IRP;IRP-P2;1;05/01/2027 10:00;;\n"

Cli = Callable[..., Result]


@pytest.fixture
def cli() -> Cli:
    def invoke(*arguments: str, **options: Any) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], **options)

    return invoke


@pytest.fixture
def demo(cli: Cli, tmp_path: Path) -> str:
    store = str(tmp_path / "demo")
    assert cli("demo", "--fill", "--store", store, "--now", NOW).exit_code == 0
    return store


def documents(cli: Cli, store: str) -> dict[str, dict[str, Any]]:
    """`show --json` of every pending defense, by student."""
    listed = json.loads(cli("list", "--json", "--store", store).stdout)
    return {d["student"]["id"]: json.loads(cli("show", d["id"], "--json", "--store", store).stdout) for d in listed}


def process(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "defense_console", *arguments],
        text=True,
        check=False,
        **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options,
    )


# --- shapes ------------------------------------------------------------------------------------------------------


def test_version(cli: Cli) -> None:
    assert cli("--version").stdout == f"defense-console {__version__}\n"


def test_list_has_the_documented_fields(cli: Cli, demo: str) -> None:
    listed = json.loads(cli("list", "--json", "--store", demo).stdout)

    assert len(listed) == 13
    for entry in listed:
        assert set(entry) >= {
            "id", "student", "curriculum", "project", "attempt", "planned_at", "session", "waiting_for", "tabs"
        }  # fmt: skip
        assert entry["waiting_for"] in ("mentor", "student", None)
        assert set(entry["tabs"]) <= {"today", "mentor", "student", "overdue"}


def test_an_empty_store_lists_nothing(cli: Cli, tmp_path: Path) -> None:
    assert json.loads(cli("list", "--json", "--store", str(tmp_path / "new")).stdout) == []
    assert cli("list", "--store", str(tmp_path / "new")).stdout == "Nothing is pending.\n"


SHOWN = {
    "": "id student curriculum project attempt planned_at session timer ratings notes questions documents_to_revise "
    "strengths improvements next_goal acquired skills sitting sittings verdict verdicts saved",
    "student": "id name",
    "timer": "state phase elapsed_s paused_s phases",
    "timer.phases": "id target_s min_s max_s elapsed_s",
    "notes": "at_s rec_s text criterion private",
    "questions": "text at_s state",
    "documents_to_revise": "id deliverable title reasons expected severity due_after_s due_at round state",
    "skills": "ref status comment",
    "sittings": "n planned_at session phases paused_s",
    "verdict": "version outcome state suggested reason",
    "verdicts": "version outcome state suggested reason",
    "saved": "seq at hash",
}


def test_show_has_the_documented_fields(cli: Cli, demo: str) -> None:
    seen: set[str] = set()
    for shown in documents(cli, demo).values():
        for path, fields in SHOWN.items():
            found: Any = shown
            for name in path.split(".") if path else ():
                found = found[name]
            for each in found if isinstance(found, list) else [found] if found is not None else []:
                assert set(fields.split()) <= set(each), path
                seen.add(path)
    assert seen == set(SHOWN)


def test_show_tells_each_state(cli: Cli, demo: str) -> None:
    shown = documents(cli, demo)
    planned, live, conditional = shown["demo-ada"], shown["demo-bilal"], shown["demo-chloe"]

    assert planned["timer"]["state"] == "idle"
    assert planned["timer"]["phase"] is None
    assert planned["verdict"] is None
    assert planned["planned_at"] == "2026-11-24T10:12:00.000Z"
    assert [p["target_s"] for p in planned["timer"]["phases"]] == [900, 600, 300]
    assert live["timer"]["state"] == "running"
    assert live["timer"]["phase"] == "discussion"
    assert live["timer"]["phases"][0]["elapsed_s"] == 920
    assert live["verdict"]["suggested"] is None
    assert conditional["verdict"]["outcome"] == "conditional"
    assert conditional["verdict"]["state"] == "released"
    assert [d["deliverable"] for d in conditional["documents_to_revise"]] == [1, 4]
    assert {d["state"] for d in conditional["documents_to_revise"]} == {"requested"}
    assert all(d["due_at"] for d in conditional["documents_to_revise"])
    assert conditional["ratings"]["ORAL-1"] == "met"
    assert conditional["from_clock"] == ["ORAL-1"]
    assert shown["demo-hugo"]["verdict"]["state"] == "signed"
    assert shown["demo-farid"]["attempt"] == 2
    assert shown["demo-farid"]["acquired"]
    assert shown["demo-kenza"]["verdict"] == shown["demo-kenza"]["verdict"] | {
        "version": 2, "state": "draft", "outcome": None, "suggested": "validated",
    }  # fmt: skip
    assert [v["outcome"] for v in shown["demo-kenza"]["verdicts"]] == ["conditional"]
    assert shown["demo-jonas"]["documents_to_revise"][0]["due_at"] is None


def test_log_prints_the_events_verbatim_with_their_hashes(cli: Cli, demo: str) -> None:
    id = next(iter(documents(cli, demo).values()))["id"]

    events = json.loads(cli("log", id, "--json", "--store", demo).stdout)

    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["what"]["kind"] == "planned"
    assert all(len(event["hash"]) == 64 for event in events)
    assert len(cli("log", id, "--store", demo).stdout.splitlines()) == len(events)


def shape(value: Any) -> Any:
    """What a document is made of, its values left out."""
    if isinstance(value, dict):
        return {name: shape(each) for name, each in value.items() if name != "ratings"}
    return [shape(value[0])] if isinstance(value, list) and value else type(value).__name__


def test_the_documents_are_described_with_real_examples(cli: Cli, demo: str) -> None:
    text = Path(__file__).parent.parent.joinpath("docs", "json.md").read_text(encoding="utf-8")
    blocks = [json.loads(part.partition("```")[0]) for part in text.split("```json\n")[1:]]
    listed, shown, log, keys, curricula, received, *_students, imported, doctor = blocks
    real = json.loads(cli("list", "--json", "--store", demo).stdout)
    by_id = {each["id"]: each for each in real}
    events = json.loads(cli("log", next(e["id"] for e in real if e["student"]["id"] == "demo-hugo"), "--json",
                            "--store", demo).stdout)  # fmt: skip

    assert [shape(each | {"tabs": []}) for each in listed] == [shape(by_id[e["id"]] | {"tabs": []}) for e in listed]
    assert shape(shown) == shape(json.loads(cli("show", shown["id"], "--json", "--store", demo).stdout))
    assert shape(log[-1]) == shape(events[-1])
    assert set(keys[0]) == set(json.loads(cli("keys", "--json").stdout)[0])
    assert shape(curricula) == shape(json.loads(cli("curricula", "list", "--json").stdout)[:1])
    assert set(received) == {"taken", "files", "findings"}  # made again, to the last byte, in test_receive.py
    assert set(doctor) == set(json.loads(cli("doctor", "--json", "--store", demo).stdout))
    assert set(imported[0]) == set(ROW.splitlines()[0].split(";"))


# --- ids ---------------------------------------------------------------------------------------------------------


def test_any_prefix_of_four_digits_and_the_whole_id_are_taken(cli: Cli, demo: str) -> None:
    id = next(iter(documents(cli, demo).values()))["id"]

    for typed in (id, id[:4], id[:13], id.upper(), id.replace("-", "")):
        assert json.loads(cli("show", typed, "--json", "--store", demo).stdout)["id"] == id


@pytest.mark.parametrize("typed", ["abc", "ffffffff", "zzzz", "[/foo]", "\x1b[31m", ""])
def test_an_unknown_id_is_refused(cli: Cli, demo: str, typed: str) -> None:
    done = cli("show", "--store", demo, "--", typed)

    assert done.exit_code == 2
    assert "\x1b" not in done.stderr
    assert done.stderr.startswith("Error: ")


def test_an_ambiguous_id_names_the_candidates(cli: Cli, tmp_path: Path) -> None:
    from defense_console.model.defense.summary import defense_id

    seen: dict[str, int] = {}
    for n in range(2000):
        digits = str(defense_id(f"s{n}", "IRP-P2", 1))[:4]
        if digits in seen:
            break
        seen[digits] = n
    rows = [ROW.splitlines()[0], *(f"s{m};Name;;;IRP;IRP-P2;1;05/01/2027 10:00;;" for m in (seen[digits], n))]
    file = tmp_path / "file.csv"
    file.write_text("\n".join(rows))
    store = str(tmp_path / "store")
    assert cli("import", str(file), "--store", store).exit_code == 0

    done = cli("show", digits, "--store", store)

    assert done.exit_code == 2
    assert f"s{n}" in done.stderr
    assert f"s{seen[digits]}" in done.stderr


# --- options, languages, exit codes ------------------------------------------------------------------------------


def test_store_and_lang_stand_before_or_after_the_command(cli: Cli, demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before, after = cli("--store", demo, "--lang", "fr", "list"), cli("list", "--store", demo, "--lang", "fr")
    monkeypatch.setenv("DEFENSE_CONSOLE_STORE", demo)
    environment = cli("--lang=fr", "list")

    assert before.exit_code == 0
    assert before.stdout == after.stdout == environment.stdout
    assert cli("list").stdout != before.stdout


def test_the_option_after_the_command_counts(cli: Cli, demo: str, tmp_path: Path) -> None:
    assert len(cli("--store", str(tmp_path / "other"), "list", "--store", demo).stdout.splitlines()) == 13


@pytest.mark.parametrize(
    "arguments",
    [["nonsense"], ["list", "--nonsense"], ["show"], ["report", "1234", "--for", "nobody"], ["--lang", "de", "list"],
     ["import", "/no/such/file"], ["demo", "--fill", "--now", "soon"], ["curricula", "check", "/no/such/place"],
     ["curricula", "nonsense"], ["verify", "--store", "/no/such/place"], []],
)  # fmt: skip
def test_what_the_user_got_wrong_ends_with_2_and_a_sentence(cli: Cli, tmp_path: Path, arguments: list[str]) -> None:
    done = cli(*arguments, env={"DEFENSE_CONSOLE_STORE": str(tmp_path / "store")})

    assert done.exit_code == 2
    assert done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("language", ["fr", "en"])
def test_help_is_in_the_language_asked_for(cli: Cli, language: str) -> None:
    helps = [cli("--lang", language, *names, "--help").stdout for names in ([], ["import"], ["curricula"])]

    assert all(("Afficher" in text) == (language == "fr") for text in helps)
    assert all(text.startswith("Usage") for text in helps)


def test_a_fault_of_ours_ends_with_1_and_tells_no_data(cli: Cli, demo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Ada Exemple said this")

    monkeypatch.setattr("defense_console.exchange.whole_store.shown.document", broken)
    id = next(iter(json.loads(cli("list", "--json", "--store", demo).stdout)))["id"]

    done = cli("show", id, "--json", "--store", demo)

    assert done.exit_code == 1
    assert "ValueError" in done.stderr
    assert "test_cli.py" in done.stderr
    assert "Ada" not in done.stderr


def test_settings_with_an_error_are_told(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('naem = "x"')

    done = cli("list", "--store", str(tmp_path / "s"), env={"DEFENSE_CONSOLE_SETTINGS": str(file)})

    assert done.exit_code == 2
    assert "name" in done.stderr


@pytest.mark.parametrize("arguments", [("lst",), ("list", "--help")])
def test_help_and_misspelt_commands_are_in_the_language_of_the_settings(
    cli: Cli, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "settings.toml"
    env = {"DEFENSE_CONSOLE_SETTINGS": str(file), "LC_ALL": "en_GB.UTF-8"}
    for text, word in (('language = "fr"', ("Afficher", "commande")), ("no TOML", ("Show", "command "))):
        file.write_text(text)
        done = cli(*arguments, env=env)
        assert any(each in done.stdout + done.stderr for each in word)


# --- stores that cannot be used ----------------------------------------------------------------------------------


def test_a_file_where_a_folder_is_needed_is_refused(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")

    assert cli("list", "--store", str(file)).exit_code == 2
    assert file.read_text() == "mine"


def test_a_store_that_is_not_ours_is_refused_and_left_alone(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "defenses.db"
    file.write_bytes(b"somebody else's data, long enough to be read as a header" * 4)
    before = file.read_bytes()

    done = cli("list", "--store", str(tmp_path))

    assert done.exit_code == 2
    assert "not a store" in done.stderr
    assert file.read_bytes() == before


def test_demo_refuses_a_store_with_other_data_and_leaves_it_alone(cli: Cli, tmp_path: Path) -> None:
    file, store = tmp_path / "file.csv", str(tmp_path / "store")
    file.write_text(ROW)
    assert cli("import", str(file), "--store", store).exit_code == 0
    before = cli("export", "--store", store).stdout

    assert cli("demo", "--fill", "--store", store).exit_code == 2
    assert cli("export", "--store", store).stdout == before


def test_demo_fills_once(cli: Cli, demo: str) -> None:
    before = cli("export", "--store", demo).stdout

    assert cli("demo", "--fill", "--store", demo).exit_code == 0
    assert cli("export", "--store", demo).stdout == before


def test_a_changed_line_is_found_by_verify(cli: Cli, demo: str) -> None:
    assert cli("verify", "--store", demo).exit_code == 0
    import sqlite3

    with sqlite3.connect(Path(demo, "defenses.db")) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type='table'")]
        changed = 0
        for table in tables:
            columns = [row[1] for row in connection.execute(f'pragma table_info("{table}")')]
            for column in columns:
                changed += connection.execute(
                    f'update "{table}" set "{column}" = replace("{column}", \'not_met\', \'met\') '
                    f'where "{column}" like \'%"kind%rated%not_met%\''
                ).rowcount
    assert changed

    done = cli("verify", "--store", demo)

    assert done.exit_code == 2
    assert done.stdout


# --- imports and exports -----------------------------------------------------------------------------------------


def test_import_lists_every_bad_line_and_leaves_the_store_untouched(cli: Cli, tmp_path: Path) -> None:
    file, store = tmp_path / "file.csv", str(tmp_path / "store")
    file.write_text(ROW + "s2;Ada;;;IRP;IRP-P99;1;32/01/2027;;\n")

    done = cli("import", str(file), "--store", store)

    assert done.exit_code == 2
    assert "line 3, column project: found “IRP-P99”" in done.stderr
    assert "line 3, column planned_at: found “32/01/2027”" in done.stderr
    assert json.loads(cli("list", "--json", "--store", store).stdout) == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "nowhere.csv: there is no such file or folder."),
        ("fr", "nowhere.csv\xa0: ce fichier ou dossier n’existe pas."),
    ],
)
def test_a_missing_file_is_told_in_the_mentors_language(cli: Cli, tmp_path: Path, lang: str, said: str) -> None:
    done = cli("import", "nowhere.csv", "--store", str(tmp_path), "--lang", lang)

    assert done.exit_code == 2
    assert said in done.stderr


@pytest.mark.parametrize(("lang", "said"), [("en", "this is a folder"), ("fr", "c’est un dossier")])
def test_a_folder_instead_of_a_file_is_told_in_the_mentors_language(
    cli: Cli, tmp_path: Path, lang: str, said: str
) -> None:
    done = cli("import", str(tmp_path), "--store", str(tmp_path / "store"), "--lang", lang)

    assert done.exit_code == 2
    assert said in done.stderr


def test_import_twice_changes_nothing_and_tells_of_a_new_date(cli: Cli, tmp_path: Path) -> None:
    file, store = tmp_path / "file.csv", str(tmp_path / "store")
    file.write_text(ROW)
    assert cli("import", str(file), "--store", store, "--dry-run").exit_code == 0
    assert json.loads(cli("list", "--json", "--store", store).stdout) == []

    cli("import", str(file), "--store", store)
    first = cli("export", "--store", store).stdout
    again = cli("import", str(file), "--store", store)

    assert cli("export", "--store", store).stdout == first
    assert "Nothing to change" in again.stdout
    file.write_text(ROW.replace("05/01/2027", "06/01/2027"))
    moved = cli("import", str(file), "--store", store).stdout
    assert "rescheduled" in moved
    assert "Zoé [/foo]" in moved
    (listed,) = json.loads(cli("list", "--json", "--store", store).stdout)
    assert listed["planned_at"].startswith("2027-01-06T")


def test_export_import_export_is_byte_identical_whatever_the_name(cli: Cli, demo: str, tmp_path: Path) -> None:
    file, copy = tmp_path / "all.csv", str(tmp_path / "copy")
    assert cli("export", "--store", demo, "-o", str(file)).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600

    assert cli("import", str(file), "--store", copy).exit_code == 0

    assert cli("export", "--store", copy).stdout_bytes == file.read_bytes()
    assert cli("import", str(file), "--store", copy).exit_code == 2


def test_only_the_students_own_report_is_in_their_zone(cli: Cli, demo: str) -> None:
    id = documents(cli, demo)["demo-farid"]["id"]
    told = {who: cli("report", id, "--store", demo, "--for", who).stdout for who in ("student", "mentor", "jury")}
    assert "Reunion time, UTC+04:00" in told["student"]
    assert "Reunion time" not in told["mentor"] + told["jury"]


def test_an_output_that_cannot_be_written_is_told(cli: Cli, demo: str, tmp_path: Path) -> None:
    assert cli("export", "--store", demo, "-o", str(tmp_path / "no" / "file")).exit_code == 2


@pytest.mark.parametrize("reader", ["student", "mentor", "jury"])
@pytest.mark.parametrize("form", ["md", "txt"])
def test_report_for_each_reader(cli: Cli, demo: str, reader: str, form: str) -> None:
    id = documents(cli, demo)["demo-chloe"]["id"]

    french = cli("report", id, "--store", demo, "--lang", "fr", "--for", reader, "--format", form)

    assert french.exit_code == 0
    assert "Chloé Spécimen" in french.stdout
    assert "Temps de parole" in french.stdout
    assert french.stdout != cli("report", id, "--store", demo, "--lang", "en", "--for", reader).stdout
    assert "tendue" not in french.stdout  # a private note is nobody's


def test_hostile_text_cannot_act_on_a_terminal_and_json_keeps_it(cli: Cli, tmp_path: Path) -> None:
    name = "[/foo]\x1b[2J\u202eabc\x9b31m é 👩‍🚀"
    entry = {"student_id": "s1", "student_name": name, "curriculum": "IRP", "project": "IRP-P2", "attempt": 1,
             "planned_at": "2027-01-05T10:00"}  # fmt: skip
    file, store = tmp_path / "f", str(tmp_path / "store")
    file.write_text(json.dumps([entry]))
    assert cli("import", str(file), "--store", store).exit_code == 0

    listed = cli("list", "--json", "--store", store).stdout
    id = json.loads(listed)[0]["id"]
    commands = (["list"], ["show", id], ["show", id, "--json"], ["log", id], ["report", id])
    outputs = [listed, *(cli(*command, "--store", store).stdout for command in commands)]

    assert json.loads(listed)[0]["student"]["name"] == name
    for output in outputs:
        assert not set(output) & set("\x1b\u202e\x9b")
    for output in outputs[:4]:
        assert "[/foo]" in output


# --- curricula and keys ------------------------------------------------------------------------------------------


def test_keys_come_from_the_table(cli: Cli) -> None:
    from defense_console.keys.keymap import COMMANDS

    keys = json.loads(cli("keys", "--json").stdout)

    assert [key["id"] for key in keys] == [command.id for command in COMMANDS]
    assert all(set(key) >= {"id", "keys", "label"} for key in keys)
    assert len(cli("keys").stdout.splitlines()) == len(COMMANDS)


def test_curricula_are_listed_and_checked(cli: Cli, tmp_path: Path) -> None:
    data = Path(__file__).parent.parent / "data"
    broken = tmp_path / "irp.toml"
    text = (data / "curricula" / "irp.toml").read_text(encoding="utf-8")
    broken.write_text(text.replace("evidence = [1]", "evidence = [9]", 1), encoding="utf-8")

    listed = json.loads(cli("curricula", "list", "--json").stdout)
    assert {c["code"] for c in listed} == {"IRP", "FE", "PN"}
    assert sum(len(c["projects"]) for c in listed) == 25
    assert cli("curricula", "check", str(data)).exit_code == 0
    done = cli("curricula", "check", str(broken))
    assert done.exit_code == 2
    assert "evidence[0]" in done.stdout


# --- as a process ------------------------------------------------------------------------------------------------


def test_commands_load_neither_the_toolkit_nor_what_draws(cli: Cli, demo: str) -> None:
    id = next(iter(documents(cli, demo).values()))["id"]
    commands = [["list"], ["keys"], ["--version"], ["show", id, "--json"], ["export"]]
    code = (
        "import sys; from defense_console.cli import main\n"
        f"codes = {{main(each, standalone_mode=False) for each in {commands!r}}}\n"
        "print(codes, sorted({m.partition('.')[0] for m in sys.modules} & {'textual', 'rich'}), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "DEFENSE_CONSOLE_STORE": demo},
    )  # fmt: skip

    assert done.stderr.splitlines()[-1] == "{0} []"


def test_as_a_module_without_a_terminal_it_says_so(tmp_path: Path) -> None:
    done = process("--store", str(tmp_path / "s"), stdin=subprocess.DEVNULL)

    assert done.returncode == 2
    assert "terminal" in done.stderr
    assert not (tmp_path / "s").exists()


def test_a_reader_who_has_read_enough_is_no_error(demo: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "defense_console", "export", "--store", demo],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as child:  # fmt: skip
        assert child.stdout is not None
        assert child.stderr is not None
        child.stdout.read(10)
        child.stdout.close()
        errors = child.stderr.read()
        assert child.wait() == 0
    assert errors == b""


@pytest.mark.parametrize(
    "command",
    [
        ("list", "--store", "{}"),
        ("import", "{}"),
        ("report", "9de0", "-o", "{}"),
        ("backup", "-o", "{}"),
        ("restore", "{}"),
        ("receive", "9de0", "{}"),
        ("curricula", "check", "{}"),
    ],
)
def test_the_home_of_somebody_who_is_not_here_is_refused(
    cli: Cli, demo: str, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("DEFENSE_CONSOLE_STORE", demo)
    done = cli(*(word.format("~nobody-of-this-name/x") for word in command))
    assert done.exit_code == 2
    assert "~nobody-of-this-name/x" in done.output


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="no device that is always full")
@pytest.mark.parametrize("command", [("list",), ("export",), ("show", "9de0", "--json"), ("log", "9de0")])
def test_output_that_cannot_be_written_is_refused_not_a_fault(demo: str, command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = process(*command, "--store", demo, "--lang", "en", stdout=full, stdin=subprocess.DEVNULL)
    assert done.returncode == 2
    assert done.stderr.startswith("Error: The output could not be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.skipif(os.name != "posix", reason="the shell closes them")
def test_streams_that_are_closed_are_no_fault(demo: str) -> None:
    run = f"'{sys.executable}' -m defense_console"
    for line, code in ((f"{run} <&-", 2), (f"{run} list >&-", 0), (f"{run} export >&-", 2)):
        done = subprocess.run(
            ["sh", "-c", line], capture_output=True, text=True, check=False,
            env={**os.environ, "DEFENSE_CONSOLE_STORE": demo},
        )  # fmt: skip
        assert done.returncode == code, done.stderr
        assert "fault" not in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="no pipes with a name")
def test_a_device_or_a_pipe_is_not_replaced_by_a_file(cli: Cli, demo: str, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = cli("report", "9de0", "--store", demo, "-o", pipe)
    assert done.exit_code == 2
    assert pipe.is_fifo()


# --- what click need not read ------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["list", "list --json", "show ID", "show --json ID", "log ID --json", "show ffff"])
def test_a_plain_command_line_is_answered_as_click_has_it_answered(
    words: str, cli: Cli, demo: str, capfd: pytest.CaptureFixture[str]
) -> None:
    id = json.loads(cli("list", "--json", "--store", demo).stdout)[0]["id"]
    arguments = ["--store", demo, "--lang=fr", *words.replace("ID", id).split()]
    answer = understood(arguments)
    assert answer is not None
    by_click, after = cli(*arguments), None
    for _time in range(50):  # answers tell times: none may have changed between the two of click
        code, said = ended(answer), capfd.readouterr()
        after = cli(*arguments)
        if after.stdout == by_click.stdout:
            break
        by_click = after
    assert (code, said.out, said.err) == (by_click.exit_code, by_click.stdout, by_click.stderr)


@pytest.mark.parametrize(
    "words", ["--help", "lst", "list x", "list --jsn", "show", "--json list", "--store= list", "--lang de list",
              "list --store", "show --json x y"],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_click(words: str) -> None:
    assert understood(words.split()) is None
