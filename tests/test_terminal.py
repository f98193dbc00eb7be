"""The console in a real pseudo-terminal: a whole defense with the AZERTY keys, closed without leaving, killed."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import zipfile
from itertools import pairwise
from pathlib import Path
from statistics import median

import pypdf
import pyte
import pytest

from defense_console.settings import Settings
from defense_console.store.sqlite.store import TinyStore
from defense_console.terminal.first_frame import drawn
from tests.terminal import Terminal, run, shown, start_defense, store_of_one
from tests.test_architecture import loaded_of
from tests.waiting import PATIENCE_S

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """One student, one defense in a quarter of an hour."""
    return store_of_one(tmp_path)


def drafts(store: Path, id: str) -> dict[str, str]:
    """Half-typed texts, by field key, as another reader of the store finds them."""
    reader = TinyStore.open(store)
    try:
        return {field: draft.text for field, draft in reader.all_drafts().get(f"defense/{id}", {}).items()}
    finally:
        reader.close()


def only_id(store: Path) -> str:
    """The id of the only pending defense."""
    (entry,) = json.loads(run(store, "list", "--json"))
    return str(entry["id"])


TICKS, TICK_BYTES, TICK_WAKES = 5, 400, 8
"""Seconds to look at; what one of them prints and wakes at most. A thread that polls wakes ten times and more."""


def draws_little_at_rest(terminal: Terminal) -> None:
    """Look at some seconds of the clock of a defense that nobody touches; at most every other one tells something."""
    ticks: list[tuple[int, int]] = []

    def clock() -> str:
        return next((line for line in terminal.screen.display if "PRÉSENTATION 1/3" in line), "")

    for _ in range(TICKS + 1):
        before = clock()
        terminal.wait(lambda before=before: clock() != before, "the clock stands still")  # type: ignore[misc]
        ticks.append((terminal.bytes, terminal.wakes()))
    found = [(b - a, d - c) for (a, c), (b, d) in pairwise(ticks)]
    assert median(printed for printed, _woken in found) <= TICK_BYTES, found
    assert median(woken for _printed, woken in found) <= TICK_WAKES, found


def test_a_conditional_defense_with_the_azerty_keys_survives_a_closed_terminal(store: Path) -> None:
    id, keys = only_id(store), store.parent / "keys.log"
    with Terminal(store, environment={"TEXTUAL_LOG": str(keys)}) as terminal:
        start_defense(terminal)
        terminal.press('"&&&&&')  # one criterion not met, which two documents prove
        terminal.shows("6/12")
        terminal.press("&&&&&")
        terminal.shows("11/12")
        terminal.press("g")
        terminal.shows("DISCUSSION 2/3")
        terminal.press("g")
        terminal.shows("DÉBRIEFING 3/3")
        terminal.press("f")
        terminal.shows("Décision", "1. Guide", "proposition")
        terminal.press("é")
        terminal.shows("(*) r")
        document = shown(store, id)
        assert [row["id"] for row in document["documents_to_revise"]] == ["d1", "d2"]
        assert document["verdict"]["suggested"] == "conditional"
        terminal.press("\x1b[20~")  # F9
        terminal.shows("signer le verdict")
        terminal.press("o")
        terminal.shows("u annule")
        terminal.hang_up()
    assert not keys.exists(), "what is typed would be in a file that anybody reads"
    after = shown(store, id)
    assert (after["verdict"]["outcome"], after["verdict"]["state"]) == ("conditional", "signed")
    assert [row["deliverable"] for row in after["documents_to_revise"]] == [1, 2]
    report = run(store, "report", id, "--lang", "fr")
    assert "Guide d’entretien et questionnaire" in report.replace("\\", "")
    assert "Rapport d’analyse des besoins" in report.replace("\\", "")
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo", "communiqué")
    run(store, "verify", id)  # exits with 2 when a hash does not hold


def test_a_killed_console_comes_back_on_the_same_second_with_the_half_typed_note(store: Path) -> None:
    id = only_id(store)
    with Terminal(store) as terminal:
        start_defense(terminal)
        draws_little_at_rest(terminal)
        terminal.press("vr")
        terminal.shows("2/12")
        terminal.press("n")
        terminal.shows("SAISIE")
        terminal.press("half a no")
        terminal.shows("half a no")
        terminal.wait(lambda: "note" in drafts(store, id), "the draft was never saved")
        terminal.kill()
    document = shown(store, id)
    started = document["timer"]["elapsed_s"]
    assert document["timer"]["state"] == "running", "the clock kept counting"
    with Terminal(store) as terminal:
        terminal.shows("PRÉSENTATION 1/3", "2/12", "half a no")
        terminal.press("\x1b")
        terminal.shows("Notes 1")
        terminal.press("wv")
        terminal.shows("3/12")
    again = shown(store, id)
    assert again["timer"]["elapsed_s"] >= started
    assert [note["text"] for note in again["notes"]] == ["half a no"]
    assert len(again["ratings"]) == 3, "not read-only"


def test_a_reason_half_typed_in_a_dialog_outlives_a_kill_and_is_there_when_it_is_asked_again(store: Path) -> None:
    id = only_id(store)
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo")
        terminal.press("\r")
        terminal.shows("Avant l’appel")
        terminal.press("t")
        terminal.shows("ATTENTE")
        terminal.press("x")
        terminal.shows("pourquoi noter l’absence")
        terminal.press("no ans")
        terminal.shows("no ans")
        terminal.wait(lambda: drafts(store, id) == {"ask/absent": "no ans"}, "the draft was never saved")
        terminal.kill()
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo")
        terminal.press("\r")
        terminal.shows("ATTENTE")
        terminal.press("x")
        terminal.shows("pourquoi noter l’absence", "no ans")
        terminal.press("wer\r")
        terminal.shows("absence notée")
        terminal.wait(lambda: drafts(store, id) == {}, "the draft outlived its answer")
    assert shown(store, id)["session"] == "no_show"


GUIDE, REPORT = "Demo_Ada_1_guide_112026.txt", "Demo_Ada_2_rapport_112026.txt"
ORIGINAL = {GUIDE: "Question 1\nQuestion 2\n", REPORT: "Trois besoins\n"}
CORRECTED = {**ORIGINAL, GUIDE: "Question 1\nQuestion 2\nQuestion 3, aux apprenants\n"}
SETTLED = {**CORRECTED, REPORT: "Trois besoins, avec les chiffres de 2025\n"}


def sent(path: Path, files: dict[str, str]) -> Path:
    """An archive as a student sends it."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def take_in(terminal: Terminal, path: Path) -> None:
    """Take an archive in from the screen that is shown."""
    terminal.press("d")
    terminal.shows("où sont les documents")
    terminal.press(f"{path}\r")
    terminal.shows("Réceptionner ces documents")
    terminal.press("o")


def test_two_documents_are_revised_in_two_rounds_and_the_next_project_opens(store: Path, tmp_path: Path) -> None:
    id = only_id(store)
    settings = tmp_path / "settings.toml"
    settings.write_text(settings.read_text("utf-8") + "release_countdown_s = 0\n", encoding="utf-8")
    run(store, "receive", id, str(sent(tmp_path / "first.zip", ORIGINAL)))
    with Terminal(store) as terminal:
        terminal.shows("Ada [/foo] Démo")
        terminal.press("\r")
        terminal.shows("2 sur 4")
        terminal.press("t")
        terminal.shows("ATTENTE")
        terminal.press("t")
        terminal.shows("PRÉSENTATION 1/3")
        terminal.press('"&&&&&&&&&&ggf')
        terminal.shows("Décision", "proposition")
        terminal.press("é\x1b[20~")
        terminal.shows("signer le verdict")
        terminal.press("o")
        terminal.shows("Verdict 1 communiqué")
        terminal.press("b")  # the documents to revise
        terminal.shows("0 sur 2 réglés", "L’étudiant a jusqu’à")
        take_in(terminal, sent(tmp_path / "second.zip", CORRECTED))
        terminal.shows("modifié depuis la version 1", "INCHANGÉ malgré la demande", "Vous décidez")
        terminal.press("\r")  # what changed in the first one
        terminal.shows("Question 3, aux apprenants")
        terminal.press("\x1b")
        terminal.shows("0 sur 2 réglés")
        terminal.press("&")
        terminal.shows("1 sur 2 réglés")
        terminal.press("r")
        terminal.shows("Que doit montrer la nouvelle version")
        terminal.press(" + les chiffres\r")
        terminal.shows("tour 2", "redemandé")
        take_in(terminal, sent(tmp_path / "third.zip", SETTLED))
        terminal.shows("modifié depuis la version", "Vous décidez")
        terminal.press("w&")
        terminal.shows("2 sur 2 réglés", "IRP-P3 s’ouvre")
        terminal.press("\x1b[20~")
        terminal.shows("Signer la version 2")
        terminal.press("o")
        terminal.shows("Verdict 2 communiqué")
        terminal.press("\x11")  # Ctrl+Q
        terminal.shows("Quitter la console")
        terminal.press("o")
        terminal.wait(lambda: terminal.process.poll() is not None, "it never ended")
    after = shown(store, id)
    assert [(v["outcome"], v["state"]) for v in after["verdicts"]] == [
        ("conditional", "superseded"),
        ("validated", "released"),
    ]
    first, second = after["documents_to_revise"]
    assert [first["state"], second["state"]] == ["accepted", "accepted"]
    assert [first["round"], second["round"]] == [1, 2]
    assert [v["version"] for v in second["received"]] == [2, 3]
    assert json.loads(run(store, "list", "--json")) == [], "nothing is pending any more"
    log = run(store, "log", id, "--lang", "en")
    for words in ("Document received: 1.", "Document accepted: 1.", "Document requested again: 2.", "Verdict 2 signed"):
        assert words in log
    pdf = tmp_path / "report.pdf"
    run(store, "report", id, "--for", "jury", "--lang", "fr", "--format", "pdf", "-o", str(pdf))
    text = "".join("".join(page.extract_text().split()) for page in pypdf.PdfReader(pdf).pages)
    released = [line for line in json.loads(run(store, "log", id, "--json")) if line["what"]["kind"] == "released"][-1]
    for words in ("Validé", REPORT, "inchangé", released["hash"]):
        assert words in text, "a long name may be parted at the end of a line"
    run(store, "verify", id)


# --- the first frame ---------------------------------------------------------------------------------------------


def test_enter_on_the_first_frame_opens_what_the_first_screen_has_under_its_cursor(store: Path) -> None:
    with Terminal(store) as terminal:
        terminal.shows("Soutenances")
        assert "Ada" not in terminal.text()
        terminal.press("\r")
        terminal.shows("Ada [/foo] Démo", "Avant l’appel", "Scénario")


def test_a_refused_store_leaves_the_terminal_as_it_was_before_it_says_why(store: Path) -> None:
    link = store.with_name("link")
    link.symlink_to(store)
    master, slave = pty.openpty()
    try:
        before = termios.tcgetattr(slave)
        command = [sys.executable, "-m", "defense_console", "--store", str(link), "--lang", "en"]
        done = subprocess.run(command, stdin=slave, stdout=slave, stderr=slave, timeout=PATIENCE_S, check=False)
        said = os.read(master, 65_536).decode()
        assert done.returncode == 2
        assert termios.tcgetattr(slave) == before
        assert -1 < said.index("\x1b[?1049h") < said.index("\x1b[?1049l") < said.index("symbolic link")
    finally:
        os.close(master)
        os.close(slave)


def test_the_first_frame_fits_its_terminal_and_needs_no_toolkit() -> None:
    for columns, rows in ((20, 4), (60, 20), (80, 24), (120, 40)):
        screen = pyte.Screen(columns, rows)
        pyte.Stream(screen).feed(drawn(Settings(name="Eve \x1b[2J" + "x" * 200), "Soutenances", columns, rows))
        assert screen.display[0].startswith(" Soutenances")
        assert all(line[-1] in " ┓┃┛…" for line in screen.display)
        assert "".join(screen.display[1:]).strip() == "" or columns >= 100
    needed = "import defense_console.terminal.first_frame, defense_console.keys.keymap"
    assert loaded_of(needed, "textual", "rich", "sqlite3", "click") == []
