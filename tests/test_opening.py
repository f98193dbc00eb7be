"""Opening the console: what a signal leaves behind, the collector, and the store's place."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest

from defense_console.app import ConsoleApp
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.settings import Settings
from defense_console.store.base import Ack, Answer, Append, Draft, Failed, Job, SaveDraft, WriteLease
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.opening.place import BACKUPS, FILE
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool import Spool
from defense_console.terminal.opening import ended, open_console, recorder_for, short_ids, store_folder, whole_id
from tests.store import logs
from tests.terminal import Terminal
from tests.waiting import PATIENCE_S


def _store_with_a_defense(tmp_path: Path) -> Path:
    """The folder of a store with one pending defense, of Ada."""
    (tmp_path / "settings.toml").write_text('zone = "UTC"')
    file = tmp_path / "row.csv"
    file.write_text(
        "student_id,student_name,curriculum,project,attempt,planned_at\ns1,Ada,IRP,IRP-P2,1,2026-01-05T10:00\n"
    )
    store = tmp_path / "store"
    command = [sys.executable, "-m", "defense_console", "import", str(file), "--store", str(store)]
    subprocess.run(command, check=True, capture_output=True)
    return store


def _drafts(store: Path) -> list[str]:
    """The texts being typed that the store holds."""
    opened = TinyStore.open(store)
    texts = [draft.text for drafts in opened.all_drafts().values() for draft in drafts.values()]
    opened.close()
    return texts


def _begin_note(terminal: Terminal, text: str) -> None:
    """From the queue to a note that is being typed."""
    terminal.shows("Ada")
    terminal.press("n")
    terminal.shows("WRITING")
    terminal.press(text)
    terminal.shows(text)


ENDING = """
import asyncio, sys, time
from pathlib import Path
from defense_console.screens.shared.ending import end_on_signals

def say(text):
    Path(sys.argv[1]).write_text(text)
    return "well" in sys.argv

async def main():
    ended = asyncio.Event()
    def in_order():
        say("in order")
        ended.set()
    end_on_signals(asyncio.get_running_loop(), in_order, lambda: say("saved"), float(sys.argv[2]))
    print("ready", flush=True)
    if "hangs" in sys.argv:
        time.sleep(10)
    await ended.wait()

asyncio.run(main())
"""


def _signalled(tmp_path: Path, patience_s: float, *how: str) -> tuple[int, str]:
    """How a process ends on a signal, and what it did last."""
    said = tmp_path / "said"
    command = [sys.executable, "-c", ENDING, str(said), str(patience_s), *how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGTERM)
        code = process.wait(PATIENCE_S)
    return code, said.read_text()


def test_a_signal_ends_in_order_where_the_loop_goes_on(tmp_path: Path) -> None:
    assert _signalled(tmp_path, 5.0, "well") == (0, "in order")


@pytest.mark.parametrize(("how", "code"), [("well", 0), ("badly", 1)])
def test_a_signal_saves_and_ends_where_the_loop_stands_still(tmp_path: Path, how: str, code: int) -> None:
    assert _signalled(tmp_path, 0.05, "hangs", how) == (code, "saved")


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_saves_the_draft_frees_the_lease_and_ends(tmp_path: Path, name: str) -> None:
    store = _store_with_a_defense(tmp_path)
    with Terminal(store, "en") as terminal:
        _begin_note(terminal, "half")
        terminal.process.send_signal(getattr(signal, name))
        code = terminal.process.wait(PATIENCE_S)

    assert code == 0
    assert _drafts(store) == ["half"]


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_saves_what_is_typed_in_a_dialog_too(tmp_path: Path, name: str) -> None:
    store = _store_with_a_defense(tmp_path)
    with Terminal(store, "en") as terminal:
        terminal.shows("Ada")
        terminal.press("\r")
        terminal.shows("Before the call")
        terminal.press("d")
        terminal.shows("Where are the documents of Ada?")
        terminal.press("half")
        terminal.shows("half")
        terminal.process.send_signal(getattr(signal, name))
        code = terminal.process.wait(PATIENCE_S)

    assert code == 0
    assert _drafts(store) == ["half"]


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
def test_a_terminal_that_goes_without_a_signal_ends_the_console_too(tmp_path: Path) -> None:
    """Nobody would see it any more, and it would go on holding what it shows against the next console."""
    store = _store_with_a_defense(tmp_path)
    with Terminal(store, "en") as terminal:
        _begin_note(terminal, "half")
        terminal.vanish()
        terminal.process.wait(PATIENCE_S)

    assert _drafts(store) == ["half"]


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
def test_the_next_console_saves_what_the_last_one_could_not_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(spool))
    (tmp_path / "settings.toml").write_text('zone = "UTC"')
    store = TinyStore.open(tmp_path / "store")
    left = Spool(spool, store.identity)
    left.keep(logs.named(logs.first(), logs.more(1, 1, "said before the disk was full")))
    left.close()
    with Terminal(store.folder, "en") as terminal:
        terminal.shows("2 actions that could not be saved before are saved now.", "IRP-P2")
    assert len(store.read_log(logs.stream())) == 2
    assert list(spool.iterdir()) == []
    store.close()


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
def test_the_next_console_says_which_defense_has_what_another_one_made_impossible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    (tmp_path / "settings.toml").write_text('zone = "UTC"')
    store = TinyStore.open(tmp_path / "store")
    for job in (logs.student(), logs.first(), logs.more(1, 1, "by another console")):
        store.append(job)
    left = Spool(tmp_path / "spool", store.identity)
    left.keep(logs.named(logs.more(1, 1, "mine"), logs.more(1, 2, "and more")))
    left.close()
    for _opening in range(2):  # until it is settled
        with Terminal(store.folder, "en") as terminal:
            terminal.shows("2 decisions are not in the record: another console wrote first.", "(IRP-P2).")
    assert list((tmp_path / "spool").iterdir()) == []
    store.close()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks at the process through /proc")
@pytest.mark.xdist_group("terminal")
def test_a_terminal_that_stops_reading_stops_neither_the_saving_nor_the_end(tmp_path: Path) -> None:
    """The window hangs: what was typed until then is saved, by the signal too, and the process ends."""
    store = _store_with_a_defense(tmp_path)
    with Terminal(store, "en") as terminal:
        terminal.shows("Ada")
        terminal.press("n")
        terminal.shows("WRITING")
        terminal.press("half a thought")
        terminal.shows("half a thought")
        # From here on nobody reads what the console draws; every key makes it draw more, until it stands still.
        for turn in range(80):
            terminal.press(f" {turn:03}" + "x" * 40)
        terminal.stands_still()
        terminal.process.send_signal(signal.SIGTERM)
        code = terminal.process.wait(PATIENCE_S)
        (text,) = _drafts(store)
    assert code == 0
    assert text.startswith("half a thought")


def test_the_console_says_first_where_the_copy_made_before_an_upgrade_had_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    TinyStore.open(tmp_path / "store").close()
    (tmp_path / "stick").write_text("a file is in the way")
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    monkeypatch.setattr(
        schema, "SCHEMA_STEPS", (*schema.SCHEMA_STEPS, lambda connection: connection.execute("CREATE TABLE n (n)"))
    )
    said: list[str] = []
    monkeypatch.setattr(ConsoleApp, "run", lambda app: said.extend(app.first_words))
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True)
    try:
        for _ in range(2):
            open_console(tmp_path / "store", Settings(zone="UTC", backup_folder=str(tmp_path / "stick")), {})
    finally:
        gc.enable()
    (copy,) = (tmp_path / "store" / BACKUPS).iterdir()
    (sentence,) = said
    assert sentence.startswith(f"The copy made before this store was updated is in {copy},")


@pytest.mark.slow
@pytest.mark.xdist_group("terminal")
def test_the_collector_rests_until_the_first_paint_and_works_after_it(tmp_path: Path) -> None:
    told = tmp_path / "told"
    (tmp_path / "settings.toml").write_text('zone = "UTC"')
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "import gc, json\n"
        "freeze = gc.freeze\n"
        "def told():\n"
        "    freeze()\n"
        f"    open({str(told)!r}, 'w').write(json.dumps(gc.isenabled()))\n"
        "gc.freeze = told\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{site}:{Path(__file__).parent.parent}")
        with Terminal(tmp_path / "store", "en") as terminal:
            terminal.shows("Today")
            terminal.wait(lambda: told.exists() and bool(told.read_text()), "the collector was never frozen")
    assert json.loads(told.read_text()) is False  # not enabled before the freeze


def test_the_store_is_the_option_then_the_environment_then_user_data(tmp_path: Path) -> None:
    assert store_folder("here", environ={"DEFENSE_CONSOLE_STORE": "there"}) == Path("here")
    assert store_folder(None, environ={"DEFENSE_CONSOLE_STORE": "there"}) == Path("there")
    own, demo = store_folder(None, environ={}), store_folder(None, demo=True, environ={"DEFENSE_CONSOLE_STORE": ""})
    assert own.is_absolute()
    assert own != demo


def test_short_ids_grow_until_they_differ() -> None:
    alike = ["12345678-aaaa", "12345678-abbb", "ffffffff-0000"]

    assert short_ids(alike) == {alike[0]: "12345678aa", alike[1]: "12345678ab", alike[2]: "ffffffff00"}
    assert short_ids([]) == {}


@pytest.mark.parametrize("typed", ["", "123", "12345g", "0x12", "１２３４", "-----"])
def test_what_is_no_id_is_refused(tmp_path: Path, typed: str) -> None:
    store = TinyStore.open(tmp_path)
    with pytest.raises(ConsoleError):
        whole_id(store, typed)
    store.close()


def test_the_last_words_count_actions_and_texts_apart_and_no_lease(capsys: pytest.CaptureFixture[str]) -> None:
    stamp = Stamp("2026-01-05T10:00:00.000Z", 1, 1, "boot")
    lease = WriteLease("d1", None)
    jobs: list[Job] = [SaveDraft("defense/d1", "note", Draft("h", stamp, 0)), Append("defense/d1", 1, (b"{}",)), lease,
            SaveDraft("defense/d1", "note", Draft("half", stamp, 0))]  # fmt: skip
    assert ended(0, None, jobs, Path("/spool/file")) == 1
    said = capsys.readouterr().err
    assert "1 action could not" in said
    assert "1 text being typed" in said
    assert "/spool/file" in said
    assert ended(0, None, [lease], Path("/spool/file")) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.skipif(os.name != "posix", reason="an open file can be neither removed nor replaced here")
@pytest.mark.parametrize("what", ["another store", "no log"])
def test_a_recorder_never_opens_what_was_put_in_the_place_of_its_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setenv("DEFENSE_CONSOLE_SPOOL", str(tmp_path / "spool"))
    TinyStore.open(tmp_path / "other").close()
    answers: Queue[Answer] = Queue()
    with closing(TinyStore.open(tmp_path / "store")) as store:
        recorder = recorder_for(store, Settings(), answers.put)
        recorder.start()
        recorder.submit(logs.first(1))
        assert isinstance(answers.get(timeout=PATIENCE_S), Ack)
        if what == "another store":
            (tmp_path / "other" / FILE).rename(tmp_path / "store" / FILE)
        else:
            (tmp_path / "store" / f"{FILE}-wal").unlink()
        before = (tmp_path / "store" / FILE).read_bytes()
        recorder.submit(logs.first(2))
        failed = [answers.get(timeout=PATIENCE_S) for _try in range(5)]  # the fourth would be on a new connection
        waits = recorder.spool_file
        assert not recorder.close(0.1)
    assert all(isinstance(answer, Failed) for answer in failed)
    assert waits is not None
    assert logs.stream(2).encode() in waits.read_bytes()
    if what == "another store":
        assert (tmp_path / "store" / FILE).read_bytes() == before
    assert not (tmp_path / "store" / f"{FILE}-wal").exists() or what == "another store"
