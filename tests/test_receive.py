"""`receive`: what is taken in, what is told of it, and that a refusal leaves everything as it was."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from defense_console.desk.uploads.intake import Intake
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.settings import Settings
from defense_console.store.base import FullDisk
from defense_console.store.sqlite.store import TinyStore
from defense_console.terminal.opening import writing_desk as opened_desk
from tests.uploads.hostile import HOSTILE

NOW = "2026-11-24T10:00:00Z"


class Console:
    """The command line on a demo store of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = folder / "store"
        assert self.run("demo", "--fill", "--now", NOW).exit_code == 0
        self.shipped = frozenset(self.documents())
        listed = json.loads(self.run("list", "--json").stdout)
        self.ids = {entry["student"]["id"]: entry["id"] for entry in listed}

    def run(self, *arguments: object) -> Result:
        return CliRunner().invoke(main, [*map(str, arguments), "--store", str(self.store)])

    def receive(self, student: str, path: Path, *options: object) -> dict[str, Any]:
        done = self.run("receive", self.ids[student], path, "--json", *options)
        assert done.exit_code == 0, done.output
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def log(self, student: str) -> list[dict[str, Any]]:
        lines: list[dict[str, Any]] = json.loads(self.run("log", self.ids[student], "--json").stdout)
        return lines

    def documents(self) -> list[Path]:
        """The documents beside the store, with those that the demo cohort came with."""
        return [path for path in (self.store / "documents").rglob("*") if path.is_file()]

    def kept(self) -> list[str]:
        """Hashes of the documents that were received since the demo cohort was made."""
        return sorted(path.parent.name + path.name for path in self.documents() if path not in self.shipped)

    def state(self) -> tuple[object, list[str]]:
        """Everything a refusal must leave as it was."""
        store = TinyStore.open(self.store, create=False)
        try:
            logs = {stream: store.read_log(stream) for stream in store.streams()}
        finally:
            store.close()
        return logs, sorted(p.name for p in self.store.iterdir() if not p.name.endswith(("-wal", "-shm")))

    def sent(self, files: dict[str, bytes], name: str = "Analyse_du_besoin_test_ada.zip") -> Path:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
            for file, data in files.items():
                out.writestr(file, data)
        path = self.folder / name
        path.write_bytes(stream.getvalue())
        return path


@pytest.fixture
def console(tmp_path: Path) -> Console:
    return Console(tmp_path)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def rows(console: Console, student: str) -> dict[int, dict[str, Any]]:
    shown = json.loads(console.run("show", console.ids[student], "--json").stdout)
    return {row["deliverable"]: row for row in shown["documents_to_revise"]}


# --- what is taken -----------------------------------------------------------------------------------------------


def test_an_archive_before_the_defense(console: Console) -> None:
    path = console.sent({"Doe_Ada_1_a_092024.pdf": b"one", "Doe_Ada_2_b_092024.pdf": b"two", "notes.txt": b"three"})

    looked = console.receive("demo-ada", path, "--dry-run")
    assert not looked["taken"]
    assert console.kept() == []
    taken = console.receive("demo-ada", path)

    assert taken == {**looked, "taken": True}
    first, second, third = taken["files"]
    assert {k: first[k] for k in ("deliverable", "row", "version", "size", "sha256", "change")} == {
        "deliverable": 1, "row": None, "version": 1, "size": 3, "sha256": sha256(b"one"), "change": "new"
    }  # fmt: skip
    assert second["deliverable"] == 2
    assert (third["deliverable"], third["version"], third["change"]) == (None, None, None)
    assert [finding["kind"] for finding in third["findings"]] == ["other_pattern", "unmatched"]
    assert console.kept() == sorted([sha256(b"one"), sha256(b"two")]), "what is not matched is not kept"
    one, two = console.log("demo-ada")[-2:]
    assert one["action"] == two["action"] == one["seq"], "one action"
    assert one["what"] == {
        "kind": "deliverable_received",
        "deliverable": 1,
        "files": [{"name": "Doe_Ada_1_a_092024.pdf", "size": 3, "sha256": sha256(b"one")}],
    }


def test_the_documented_example_is_what_is_printed(console: Console) -> None:
    text = Path(__file__).parent.parent.joinpath("docs", "json.md").read_text(encoding="utf-8")
    example = text.partition("## `receive ID PATH --json`")[2].partition("```json\n")[2].partition("```")[0]
    files = {"Exemple_Ada_1_guide_entretien_092024.pdf": b"plan", "rapport.docx": b"x"}

    assert console.receive("demo-ada", console.sent(files, "Analyse_exemple_ada.zip")) == json.loads(example)


def test_the_same_archive_twice_is_told_and_changes_nothing(console: Console) -> None:
    path = console.sent({"Doe_Ada_1_a_092024.pdf": b"one", "Doe_Ada_2_b_092024.pdf": b"two"})
    console.receive("demo-ada", path)
    before = console.state(), console.kept()

    again = console.receive("demo-ada", path)
    assert not again["taken"]
    assert [(file["version"], file["change"]) for file in again["files"]] == [(1, "unchanged")] * 2
    assert "received before; nothing was changed" in console.run("receive", console.ids["demo-ada"], path).stdout
    assert (console.state(), console.kept()) == before


def test_only_what_is_new_makes_a_version(console: Console) -> None:
    console.receive("demo-ada", console.sent({"Doe_Ada_1_a_092024.pdf": b"one", "Doe_Ada_2_b_092024.pdf": b"two"}))
    path = console.sent({"Doe_Ada_1_a_092024.pdf": b"one", "Doe_Ada_2_other_102024.pdf": b"second"})

    taken = console.receive("demo-ada", path)

    assert [(f["version"], f["change"]) for f in taken["files"]] == [(1, "unchanged"), (2, "changed")]
    assert [line["what"]["deliverable"] for line in console.log("demo-ada") if "deliverable" in line["what"]][-3:] == [
        1, 2, 2
    ]  # fmt: skip
    assert console.kept() == sorted(map(sha256, (b"one", b"two", b"second")))


def test_what_cannot_be_matched_is_taken_when_the_mentor_says_what_it_is(console: Console) -> None:
    path = console.folder / "scan.pdf"
    path.write_bytes(b"scan")
    before = console.state()
    refused = console.run("receive", console.ids["demo-ada"], path)
    assert refused.exit_code == 2
    assert "say which one" in refused.stderr
    assert console.state() == before
    assert console.run("receive", console.ids["demo-ada"], path, "--deliverable", 9).exit_code == 2
    assert console.receive("demo-ada", path, "--dry-run")["files"][0]["deliverable"] is None

    taken = console.receive("demo-ada", path, "--deliverable", 1)
    assert taken["files"][0]["deliverable"] == 1
    assert kinds(taken["files"][0]) == ["other_pattern"]
    assert console.kept() == [sha256(b"scan")]


def kinds(file: dict[str, Any]) -> list[str]:
    return [finding["kind"] for finding in file["findings"]]


def test_each_of_several_files_is_what_the_mentor_says(console: Console) -> None:
    files = {"one.pdf": b"1", "sub/two [x].png": b"2", "sub/three.png": b"3", "Exemple_Ada_4_d_092024.pdf": b"4"}
    path = console.sent(files)
    before = console.state()
    for said, words in (
        (["1"], "Several files could not be matched: one.pdf, sub/two [x].png, sub/three.png."),
        (["none.pdf=1"], "There is no file none.pdf in what came."),
        (["one.pdf=9"], "This project has no deliverable 9."),
        (["one.pdf=x"], "This project has no deliverable x."),
    ):
        refused = console.run(
            "receive", console.ids["demo-ada"], path, *(a for s in said for a in ("--deliverable", s))
        )
        assert (refused.exit_code, console.state()) == (2, before)
        assert words in refused.stderr

    all_said = ("--deliverable", "ONE.pdf=1", "--deliverable", "*.png=2", "--deliverable", "sub/two [x].png=3")
    taken = console.receive("demo-ada", path, *all_said)

    assert [file["deliverable"] for file in taken["files"]] == [1, 3, 2, 4]
    assert [kinds(file) for file in taken["files"]] == [
        ["other_pattern"], ["other_pattern", "wrong_extension"], ["other_pattern", "wrong_extension"], []
    ]  # fmt: skip
    everything = console.run("receive", console.ids["demo-ada"], console.sent(dict(list(files.items())[3:])),
                             "--deliverable", 1)  # fmt: skip
    assert everything.exit_code == 0, "the only file is meant"
    two = console.sent({"Doe_Ada_4_d_092024.pdf": b"4", "Doe_Ada_1_d_092024.pdf": b"5"})
    assert (
        "name the one that is meant" in console.run("receive", console.ids["demo-ada"], two, "--deliverable", 1).stderr
    )


def test_a_version_that_is_an_earlier_one_is_said_to_be_that_one(console: Console) -> None:
    for data in (b"one", b"two"):
        console.receive("demo-ada", console.sent({"Doe_Ada_1_a_092024.pdf": data}))
    path = console.sent({"Doe_Ada_1_final_092024.pdf": b"one"})

    said = console.run("receive", console.ids["demo-ada"], path, "--dry-run").stdout
    taken = console.receive("demo-ada", path)

    assert "‼ Doe_Ada_1_final_092024.pdf: this is version 1 again, not a byte has changed." in said
    assert "version 3, version 1 again" in said
    assert [(f["version"], f["change"], f["same_as"]) for f in taken["files"]] == [(3, "again", 1)]


def test_what_is_printed_names_the_student_and_each_document(console: Console) -> None:
    path = console.sent(
        {"Exemple_Ada_1_a_092024.pdf": b"one", "x.rar": b"Rar!\x1a\x07", "Durand_Paul_2_b_092024.pdf": b"2"}
    )
    said = console.run("receive", console.ids["demo-ada"], path, "--dry-run").stdout.splitlines()

    assert said[0] == "Ada Exemple · IRP-P2 · attempt 1"
    assert said[1].startswith("‼ Durand_Paul_2_b_092024.pdf: It is named for Paul Durand, not for Ada Exemple.")
    first, second, none = (n for n, line in enumerate(said) if line.startswith(("1. ", "2. ", "No deliverable")))
    assert said[first + 1] == "  Exemple_Ada_1_a_092024.pdf · 3 bytes · version 1, new"
    assert said[second + 1] == "  Durand_Paul_2_b_092024.pdf · 1 byte · version 1, new"
    assert said[none + 1] == "  x.rar · 6 bytes · not taken"
    assert "    ! This is a RAR archive, which is not opened here: ask for a ZIP" in "\n".join(said)


CASES = Path(__file__).parent / "data" / "cases" / "zip"


def test_an_archive_inside_is_named_with_what_to_ask(console: Console) -> None:
    inner, other = console.receive("demo-ada", CASES / "z_nested.zip", "--dry-run")["files"]
    assert (inner["name"], inner["deliverable"], kinds(inner)) == (
        "rendu P3.zip", None, ["other_pattern", "unmatched", "archive_inside"]
    )  # fmt: skip
    assert "ask for the documents themselves" in inner["findings"][-1]["text"]
    assert other["deliverable"] == 3


def test_the_name_of_a_student_in_another_code_page_is_read_as_meant(console: Console) -> None:
    [file] = console.receive("demo-ada", CASES / "z04_00_cp850.zip", "--dry-run")["files"]
    assert file["name"] == "João_1_Rapport_112026.txt"


def test_verify_tells_a_document_that_was_changed(console: Console) -> None:
    console.receive("demo-ada", console.sent({"Doe_Ada_1_a_092024.pdf": b"one"}))
    assert console.run("verify").exit_code == 0
    [path] = set(console.documents()) - console.shipped
    path.write_bytes(b"two")

    done = console.run("verify")

    assert done.exit_code == 2
    assert done.stdout.startswith(f"{path.relative_to(console.store)}: A document in {path} is not the one")
    (path.parent / "stranger.txt").write_bytes(b"")
    assert "is not a SHA-256" in console.run("verify").stdout


def test_a_folder_and_a_file(console: Console) -> None:
    folder = console.folder / "sent"
    folder.mkdir()
    (folder / "Doe_Ada_1_a_092024.pdf").write_bytes(b"one")

    assert console.receive("demo-ada", folder)["files"][0]["name"] == "Doe_Ada_1_a_092024.pdf"
    assert not console.receive("demo-ada", folder / "Doe_Ada_1_a_092024.pdf")["taken"], "the same bytes"


def test_documents_asked_for_are_received_on_their_rows(console: Console) -> None:
    student = next(s for s in console.ids if any(r["state"] == "requested" for r in rows(console, s).values()))
    n, row = next((n, row) for n, row in rows(console, student).items() if n and row["state"] == "requested")
    path = console.sent({f"Doe_Ada_{n}_a_092024.pdf": b"new"})

    taken = console.receive(student, path)

    assert taken["files"][0]["deliverable"] == n
    assert console.log(student)[-1]["what"] == {
        "kind": "received",
        "row": row["id"],
        "files": [{"name": f"Doe_Ada_{n}_a_092024.pdf", "size": 3, "sha256": sha256(b"new")}],
    }
    assert rows(console, student)[n]["state"] == "received"
    assert not console.receive(student, path)["taken"], "the very same delivery"


def test_what_comes_back_unchanged_although_asked_for_again_is_said_first_and_recorded(console: Console) -> None:
    student = next(s for s in console.ids if any(r["state"] == "requested" for r in rows(console, s).values()))
    n, row = next((n, row) for n, row in rows(console, student).items() if n and row["state"] == "requested")
    path = console.sent({f"Doe_Ada_{n}_a_092024.pdf": b"same"})
    console.receive(student, path)
    store = TinyStore.open(console.store)
    with opened_desk(store, Settings(), load_shipped()) as desk:
        desk.revisions(console.ids[student]).request_again(row["id"], "Really change it.", 3600)
    store.close()

    said = console.run("receive", console.ids[student], path, "--dry-run").stdout
    taken = console.receive(student, path)

    assert said.splitlines()[1].startswith(f"‼ Doe_Ada_{n}_a_092024.pdf: asked for again, and not a byte has changed.")
    assert taken["taken"]
    assert [(file["version"], file["change"]) for file in taken["files"]] == [(2, "unchanged")]
    assert rows(console, student)[n]["state"] == "received"
    assert len(console.kept()) == 1
    assert not console.receive(student, path)["taken"], "and only once"


# --- what is refused ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Console:
    """One store for all refusals: each must leave it as it was."""
    return Console(tmp_path_factory.mktemp("strict"))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_leaves_everything_as_it_was(
    strict: Console, name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hostile = HOSTILE[name]
    limits = hostile.limits
    file = tmp_path / "settings.toml"
    file.write_text(
        f"max_archive_mb = {limits.max_mb}\nmax_files = {limits.max_files}\nmax_ratio = {limits.max_ratio}\n"
    )
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(file))
    path = tmp_path / "sent.zip"
    path.write_bytes(hostile.make())
    before = strict.state()

    done = strict.run("receive", strict.ids["demo-ada"], path)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert hostile.reason in done.stderr
    assert strict.state() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["sent.zip", "settings.toml"]


@pytest.mark.parametrize("path", ["", "nowhere.zip", "a\0b", "~nobody-of-this-name"])
def test_a_path_that_leads_nowhere_is_refused(strict: Console, path: str) -> None:
    before = strict.state()
    done = strict.run("receive", strict.ids["demo-ada"], strict.folder / path if path == "nowhere.zip" else path)
    assert done.exit_code == 2
    assert strict.state() == before


def _full(*_arguments: object) -> None:
    raise FullDisk("The disk of {place} is full: free some space.", place="here")


def _changing(console: Console, path: Path) -> Callable[..., None]:
    keep = Intake.keep

    def change_then_keep(intake: Intake, *arguments: Any) -> None:
        console.sent({"Doe_Ada_1_a_092024.pdf": b"other"})
        keep(intake, *arguments)

    return change_then_keep


@pytest.mark.parametrize("what", ["full disk", "changed file"])
def test_what_goes_wrong_while_it_is_kept_leaves_nothing(
    console: Console, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    path = console.sent({"Doe_Ada_1_a_092024.pdf": b"one"})
    before = console.state()
    if what == "full disk":
        monkeypatch.setattr("defense_console.store.sqlite.folder_vault.FolderTaking.add", _full)
    else:
        monkeypatch.setattr(Intake, "keep", _changing(console, path))

    done = console.run("receive", console.ids["demo-ada"], path)

    assert done.exit_code == 2
    assert ("is full" if what == "full disk" else "has changed since it was looked at") in done.stderr
    assert console.kept() == []
    logs, names = console.state()
    assert (logs, names) == before


KILLED = """
import os, sys
from defense_console.desk.uploads.intake import Intake
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.settings import Settings
from defense_console.cli import main
Intake.record = lambda *_: os._exit(9)
main(sys.argv[1:])
"""


def test_a_kill_between_the_vault_and_the_log_breaks_nothing(console: Console) -> None:
    path = console.sent({"Doe_Ada_1_a_092024.pdf": b"one"})
    before, _names = console.state()
    arguments = ("receive", console.ids["demo-ada"], str(path), "--store", str(console.store))

    assert subprocess.run([sys.executable, "-c", KILLED, *arguments], check=False, env=os.environ).returncode == 9

    assert console.kept() == [sha256(b"one")], "the bytes are there"
    after, _names = console.state()
    assert after == before, "and nothing names them"
    assert console.run("verify").exit_code == 0
    assert console.receive("demo-ada", path)["taken"]
    assert console.kept() == [sha256(b"one")]
    assert console.log("demo-ada")[-1]["what"]["files"][0]["sha256"] == sha256(b"one")


def test_a_verdict_that_is_signed_takes_nothing_before_it_is_released(console: Console) -> None:
    shown = {s: json.loads(console.run("show", id, "--json").stdout) for s, id in console.ids.items()}
    student = next(s for s, d in shown.items() if d["verdict"] and d["verdict"]["state"] == "signed")
    before = console.state()

    done = console.run("receive", console.ids[student], console.sent({"Doe_Ada_1_a_092024.pdf": b"one"}))

    assert done.exit_code == 2
    assert "signed" in done.stderr
    assert console.state() == before, "nothing was kept either"
