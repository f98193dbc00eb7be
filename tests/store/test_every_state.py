"""Stores with every state and every kind of row, each made by the console of its schema, give what they always gave."""

from __future__ import annotations

import io
import json
import os
import shutil
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.exchange.whole_store import WholeStoreDesk
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import encode_event
from defense_console.store.base import ReadOnlyStore
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.damage.repairing import repair
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.opening.reading import read_store
from defense_console.store.sqlite.store import TinyStore
from tests.desk.consoles import Twin
from tests.store import make_every_state as making
from tests.store.make_every_state import CONDITIONAL, EVERY_STATE, HELD, LIVE, exchange, printed

KEPT = sorted((path.with_suffix("") for path in EVERY_STATE.glob("*.db")), key=lambda path: int(path.stem))
SESSIONS = {"planned", "waiting", "live", "held", "cancelled", "late_cancelled", "no_show", "aborted"}
VERDICTS = {
    (None, "draft"), ("validated", "signed"), ("validated", "released"), ("conditional", "released"),
    ("rework", "released"), ("validated", "superseded"),
}  # fmt: skip
CONTESTS = {None, "upheld", "amended"}
ROWS = {"requested", "received", "under_review", "accepted", "re_requested", "waived", "withdrawn", "expired"}
KINDS = {
    "planned", "rescheduled", "details_changed", "calendar_linked", "parked", "deliverable_declared", "check_ticked",
    "room_opened", "no_show", "cancelled", "aborted", "closed", "started", "paused", "pause_explained", "resumed",
    "phase_entered", "target_moved", "recording_started", "finished", "reopened", "gap_paused", "suspended",
    "clock_stepped", "recovered", "lease_taken", "rated", "noted", "note_edited", "note_privacy_set",
    "question_parked", "question_moved", "question_edited", "line_added", "line_edited", "skill_commented",
    "goal_set", "outcome_chosen", "reason_given", "paragraph_edited", "row_set", "row_kept", "signed", "released",
    "amendment_opened", "amendment_dropped", "contested", "contest_resolved", "deliverable_received", "received",
    "review_started", "accepted", "re_requested", "waived", "withdrawn", "extended", "expired", "reception_completed",
    "undone", "redone", "student_registered", "student_changed",
}  # fmt: skip
FIELDS = {
    "note", "question", "edit", "criterion", "skill", "strength", "improvement", "goal", "reason", "row", "report",
    "ask",
}  # fmt: skip


class Kept:
    """A copy of a kept store.

    Attributes:
        folder: Of the copy.
        shown: What the console that made it showed of it.
        archive: Its export with the documents.
        export: The export alone.
    """

    def __init__(self, name: Path, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.shown: dict[str, Any] = json.loads(self.file("json"))
        self.archive = self.file("zip")
        folder.mkdir(mode=0o700)
        shutil.copyfile(f"{name}.db", folder / place.FILE)
        with zipfile.ZipFile(io.BytesIO(self.archive)) as whole:
            self.export = whole.read("export.jsonl")
            documents = [whole.read(entry) for entry in whole.namelist() if entry != "export.jsonl"]
        with FolderVault(folder).taking() as taking:
            for body in documents:
                taking.add([body])

    def from_schema(self, number: int) -> bool:
        return int(self.name.name) >= number

    def file(self, end: str) -> bytes:
        return Path(f"{self.name}.{end}").read_bytes()

    def logs(self) -> dict[str, list[dict[str, Any]]]:
        """Every log as the export has it: the events, each with its hash."""
        found: dict[str, list[dict[str, Any]]] = {}
        for line in self.export.splitlines()[1:]:
            row = json.loads(line)
            if "event" in row:
                found.setdefault(row["table"], []).append({**row["event"], "hash": row["hash"]})
        return found

    def hashes(self) -> set[str]:
        """Names of the pinned curricula."""
        lines = (json.loads(line) for line in self.export.splitlines()[1:])
        return {line["id"] for line in lines if line["table"] == "curricula"}


def kind_of(event: dict[str, Any]) -> str:
    return str(event["what"]["kind"])


@pytest.fixture(params=KEPT, ids=lambda path: path.stem)
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Kept:
    return Kept(request.param, tmp_path / "store")


@pytest.fixture
def twin(kept: Kept) -> Iterator[Twin]:
    """A console on the copy, soon after the others are gone."""
    room = making.room_on(kept.folder)
    room.machine.pass_time(60)
    twin = making.console(room, 20)
    yield twin
    twin.kill()


def test_every_schema_has_its_store() -> None:
    assert [path.stem for path in KEPT] == [str(n) for n in range(1, schema.version() + 1)]


# --- nothing is missing from it ------------------------------------------------------------------------------------


def test_every_state_and_every_kind_is_in_it(kept: Kept) -> None:
    shown = list(kept.shown["show"].values())
    assert not SESSIONS - {each["session"] for each in shown}
    versions = [version for each in shown for version in (each["verdict"], *each["verdicts"]) if version is not None]
    assert not VERDICTS - {(version["outcome"], version["state"]) for version in versions}
    assert not CONTESTS - {contest["resolution"] for each in shown for contest in each["contests"]}
    assert not ROWS - {row["state"] for each in shown for row in each["documents_to_revise"]}
    later = set() if kept.from_schema(3) else {"closed"}
    assert not KINDS - later - {kind_of(event) for log in kept.logs().values() for event in log}
    assert not FIELDS - {key.partition("/")[0] for drafts in kept.shown["drafts"].values() for key in drafts}
    assert sum(len(rows) for rows in kept.shown["aside"].values()) >= 10
    assert any(each["sitting"] > 1 for each in shown), "one that was called twice"
    assert any(each["acquired"] for each in shown), "a next attempt"
    assert len(kept.hashes()) > 1, "several editions of a curriculum"


def test_held_void_and_freed_leases_are_in_it(kept: Kept, twin: Twin) -> None:
    leases = twin.desk.leases
    leases.look()
    assert leases.read_only(DEFENSE.stream(LIVE)) is not None, "held by a console that lives"
    assert leases.read_only(DEFENSE.stream(HELD)) is None, "its console was killed before the machine was started again"
    assert leases.left_by_another(DEFENSE.stream(HELD)) is not None
    assert leases.left_by_another(DEFENSE.stream(making.id_of("s6"))) is not None, "freed, with its last sign of life"


# --- it gives what it always gave ----------------------------------------------------------------------------------


def entries(archive: bytes) -> list[tuple[object, ...]]:
    """Return what an archive holds. Its own bytes differ a little from one version of Python's zipfile to the next."""
    with zipfile.ZipFile(io.BytesIO(archive)) as whole:
        return [(e.filename, e.date_time, e.external_attr, e.compress_type, whole.read(e)) for e in whole.infolist()]


def test_its_exports_are_the_same_bytes(kept: Kept) -> None:
    with closing(TinyStore.open(kept.folder, create=False)) as store:
        assert b"".join(exchange(store).export()) == kept.export
        assert entries(b"".join(WholeStoreDesk(exchange(store), FolderVault(kept.folder)).export())) == entries(
            kept.archive
        )
        assert store.verify_all() == ()


def test_its_export_fills_another_store_that_gives_the_same_bytes(kept: Kept, tmp_path: Path) -> None:
    folder = tmp_path / "another"
    with closing(TinyStore.open(folder)) as store:
        whole = WholeStoreDesk(exchange(store), FolderVault(folder))
        whole.take(io.BytesIO(kept.archive))
        assert entries(b"".join(whole.export())) == entries(kept.archive)
    assert making.texts_of(folder, kept.shown["show"]) == {name: kept.shown[name] for name in ("drafts", "aside")}


def test_every_defense_is_shown_as_it_was(kept: Kept) -> None:
    now = making.described(kept.folder)
    for id, document in kept.shown["show"].items():
        assert now["show"][id] == document
    if not kept.from_schema(3):  # what was not held was closed then, and waits for the mentor since
        waits = [each for each in now["list"] if each["session"] in NOT_HELD]
        assert {each["session"] for each in waits} == NOT_HELD
        assert {each["waiting_for"] for each in waits} == {"mentor"}
        now["list"] = [each for each in now["list"] if each not in waits]
    assert now == {name: kept.shown[name] for name in now}


def test_every_log_is_printed_as_it_was(kept: Kept) -> None:
    logs = {table.removeprefix("defense/"): log for table, log in kept.logs().items() if table.startswith("defense/")}
    assert logs.keys() == kept.shown["show"].keys()
    for id, log in logs.items():
        assert printed(kept.folder, "log", id) == log


# --- what is kept aside --------------------------------------------------------------------------------------------

TAKEN_UP = {
    LIVE: [
        ("undone", "refused"), ("rated", "recorded"), ("noted", "recorded"), ("note_edited", "recorded"),
        ("question_parked", "recorded"), ("question_moved", "recorded"), ("paused", "recorded"),
    ],
    HELD: [
        ("row_set", "recorded"), ("row_set", "recorded"), ("outcome_chosen", "recorded"), ("signed", "refused"),
    ],
    CONDITIONAL: [("accepted", "recorded")],
}  # fmt: skip
"""What becomes of each when all are taken up in order."""


def is_aside(line: bytes) -> bool:
    """Whether a line of an export is something kept aside."""
    return b'"id":"aside/' in line


def opened(twin: Twin, id: str) -> DefenseDesk:
    """A defense, taken over where another console holds it."""
    twin.desk.leases.look()
    if twin.desk.leases.holder(DEFENSE.stream(id)) is not None:
        twin.desk.take_over(twin.desk.brief(id))
    return twin.desk.revisions(id)


def take_up_all(desk: DefenseDesk) -> list[tuple[str, str]]:
    """Take up everything that is kept aside, and give up what is refused; a row that is moved comes in its turn."""
    found = []
    for _turn in range(len(desk.aside)):
        first = desk.aside[0]
        kind = kind_of(json.loads(encode_event(first.event)))
        try:
            desk.take_up(first.key)
            found.append((kind, "recorded"))
        except ConsoleError:
            desk.give_up(first.key)
            found.append((kind, "refused"))
    assert not desk.aside
    return found


def test_what_is_kept_aside_is_recorded_when_it_is_taken_up_and_legal(kept: Kept, twin: Twin) -> None:
    done = {id: take_up_all(opened(twin, id)) for id in kept.shown["aside"]}
    twin.settle()
    assert done == TAKEN_UP
    assert not any(is_aside(line) for line in making.exported(kept.folder).splitlines())
    logs = kept.logs()
    for id, taken in done.items():
        added = [kind_of(event) for event in printed(kept.folder, "log", id)[len(logs[f"defense/{id}"]) :]]
        assert [kind for kind in added if kind != "lease_taken"] == [kind for kind, what in taken if what == "recorded"]
    with closing(TinyStore.open(kept.folder, create=False)) as store:
        assert store.verify_all() == ()


def test_a_change_names_the_line_of_what_it_changes_when_both_are_taken_up(kept: Kept, twin: Twin) -> None:
    live, verdict = opened(twin, LIVE), opened(twin, HELD)
    take_up_all(live)
    take_up_all(verdict)
    twin.settle()
    now = printed(kept.folder, "show", LIVE)
    assert "Il a hésité, puis répondu." in [note["text"] for note in now["notes"]]
    assert {"text": "Et le budget ?", "at_s": 1450, "state": "asked"} in now["questions"]
    rows = {row["title"]: row["expected"] for row in printed(kept.folder, "show", HELD)["documents_to_revise"]}
    assert rows["Une annexe"] == "Les sources."
    assert rows["Un glossaire"] == "Vingt mots."


def test_what_is_given_up_is_gone_and_nothing_else(kept: Kept, twin: Twin) -> None:
    for id in kept.shown["aside"]:
        desk = twin.desk.revisions(id)
        if desk.read_only is None:
            for aside in desk.aside:
                desk.give_up(aside.key)
    twin.settle()
    before, after = kept.export.splitlines()[1:], making.exported(kept.folder).splitlines()[1:]
    live = f"drafts/defense/{LIVE}".encode()
    assert after == [line for line in before if not is_aside(line) or live in line], "it reads the live one only"
    assert len(after) < len(before)


# --- its first schema ----------------------------------------------------------------------------------------------


@pytest.fixture
def first(tmp_path: Path) -> Kept:
    """A copy of the store of the first schema, where what is kept aside lies among the drafts."""
    return Kept(EVERY_STATE / "1", tmp_path / "store")


def aside_lines(folder: Path) -> list[bytes]:
    return [line for line in making.exported(folder).splitlines() if is_aside(line)]


def test_the_decisions_kept_aside_move_to_rows_of_their_own(first: Kept) -> None:
    with closing(TinyStore.open(first.folder, create=False)) as store:
        rows = store.all_asides()
        texts = {field for drafts in store.all_drafts().values() for field in drafts}
        assert store.verify_all() == ()
    assert sum(map(len, rows.values())) == 12
    assert not any(field.startswith("aside/") for field in texts)
    assert aside_lines(first.folder) == [line for line in first.export.splitlines() if is_aside(line)]


def test_a_damaged_row_stays_where_it_is_until_it_is_repaired(first: Kept) -> None:
    with closing(sqlite3.connect(first.folder / place.FILE)) as file, file:
        undone = "tab = 'drafts' AND body LIKE '%aside/%' AND body LIKE '%undone%'"
        file.execute(f"UPDATE rows SET sum = x'00' WHERE {undone}")
    with closing(TinyStore.open(first.folder, create=False)) as store:
        assert [(problem.stream, problem.kind) for problem in store.verify_all()] == [("drafts", "damaged")]
        assert sum(map(len, store.all_asides().values())) == 11


def test_a_store_that_can_only_be_read_shows_them_too(first: Kept) -> None:
    before = (first.folder / place.FILE).read_bytes()
    with closing(read_store(first.folder, ReadOnlyStore("no right"))) as store:
        assert b"".join(exchange(store).export()) == first.export
        with pytest.raises(ReadOnlyStore, match="no right"):
            store.save_aside(f"defense/{LIVE}", "1/1-0", b"{}")
    assert (first.folder / place.FILE).read_bytes() == before


def test_a_repair_of_its_damaged_file_keeps_them(first: Kept) -> None:
    with closing(sqlite3.connect(first.folder / place.FILE)) as file, file:
        file.execute("DELETE FROM rows WHERE tab = 'students'")
    repair(Backups(first.folder), making.NOW, {})
    assert aside_lines(first.folder) == [line for line in first.export.splitlines() if is_aside(line)]


# --- what consoles left elsewhere ----------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
@pytest.mark.parametrize("end", ["spool", "aside", "settled.spool"])
def test_a_file_that_a_console_left_does_what_it_always_did(kept: Kept, end: str) -> None:
    assert making.after_replay(kept.folder, kept.file(end), end) == kept.shown["replayed"][end]


def test_the_files_of_the_first_schema_hold_what_is_kept_aside_among_the_drafts() -> None:
    """Consoles that have other rows for it still read these."""
    spool, aside = (EVERY_STATE / "1.spool").read_bytes(), (EVERY_STATE / "1.aside").read_bytes()
    for part in (b'"drop_drafts":["aside/', b'"drafts":[["aside/', b'"field":"aside/', b'"drop_drafts":["strength"]'):
        assert part in spool
    assert aside.count(b'"type":"append"') == 4
