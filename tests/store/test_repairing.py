"""Repair: every log afterwards is a beginning of what was written, in whole actions, and what copies hold is back."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from defense_console.model.defense.kinds import DefenseEvent, Noted
from defense_console.model.log.chain import next_hash
from defense_console.model.log.envelope import encode_event
from defense_console.model.log.subject import beside
from defense_console.store.base import Append, DamagedStore, NewerStore, StoreError
from defense_console.store.sqlite.copies.backups import Backups
from defense_console.store.sqlite.copies.restoring import restore
from defense_console.store.sqlite.damage.diagnosis import examine
from defense_console.store.sqlite.damage.repairing import RepairedLog, repair
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.schema import checksum
from defense_console.store.sqlite.store import TinyStore
from tests.examples import examples
from tests.store import logs

AT = "2026-03-02T09:00:00.000Z"
LATER = "2026-03-02T10:00:00.000Z"
LOGS = 4
ACTIONS = 12

Truth = dict[str, list[bytes]]


def pair(n: int, expected: int) -> Append:
    """An action of two lines."""

    lines = tuple(
        encode_event(
            DefenseEvent(
                expected + i, expected + 1, logs.STAMP, "Camille", Noted(f"{i} of {expected} " * 9, logs.STAMP)
            )
        )
        for i in (1, 2)
    )
    return Append(logs.stream(n), expected, lines, row=beside(logs.summary(n)))


def fill(folder: Path, actions: int) -> None:
    """Some logs of so many actions: one line first, then two lines each."""
    store = TinyStore.open(folder)
    with store.transaction():
        store.append(logs.student("s1"))
        store.append(logs.renamed("s1", 1, "Lina Autre", "Lina Demo"))
        for n in range(1, LOGS + 1):
            store.append(logs.first(n))
            for k in range(actions - 1):
                store.append(pair(n, 1 + 2 * k))
        store.save_draft(logs.stream(1), "note", logs.DRAFT)
        store.save_aside(logs.stream(1), "2/2-0", logs.note(2))
        for stream in (logs.stream(1), "student/s1"):
            store.write_lease(stream, logs.lease())
        store.set_meta("demo", AT)
    store.close()


def truth(folder: Path) -> Truth:
    store = TinyStore.open(folder, create=False)
    try:
        return {stream: [line.body for line in store.read_log(stream)] for stream in store.streams()}
    finally:
        store.close()


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store whose only copy knows half of each log."""
    folder = tmp_path_factory.mktemp("whole") / "store"
    fill(folder, ACTIONS // 2)
    Backups(folder).write(AT)
    store = TinyStore.open(folder)
    for n in range(1, LOGS + 1):
        for k in range(ACTIONS // 2 - 1, ACTIONS - 1):
            store.append(pair(n, 1 + 2 * k))
    store.close()
    return folder


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    shutil.copytree(whole, tmp_path / "store")
    return tmp_path / "store"


def sql(folder: Path, *statements: str) -> None:
    connection = sqlite3.connect(folder / place.FILE)
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def check(folder: Path, written: Truth, least: Truth) -> None:
    """After a repair: sound, a beginning of what was written, no less than the copies hold, no half action."""
    found = truth(folder)
    store = TinyStore.open(folder, create=False)
    assert store.verify_all() == ()
    store.close()
    for stream, lines in found.items():
        assert lines == written[stream][: len(lines)], "a state that never was"
        if stream.startswith("defense/"):
            assert len(lines) % 2 == 1, "half an action"
    for stream, lines in least.items():
        assert len(found.get(stream, [])) >= len(lines), "what a copy holds is lost"


# --- each kind of damage --------------------------------------------------------------------------------------------

DAMAGE: dict[str, Callable[[Path], None]] = {
    "a changed line": lambda f: sql(f, "UPDATE rows SET body = replace(body, '1 of 1 ', '1 of 7 ') WHERE id = 2"),
    "a missing line": lambda f: sql(f, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND id = 4"),
    "a missing log": lambda f: sql(f, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}'"),
    "a cut end": lambda f: sql(f, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND id > 20"),
    "no summary": lambda f: sql(f, "DELETE FROM rows WHERE tab = 'pending'"),
    "a damaged summary": lambda f: sql(f, "UPDATE rows SET sum = x'00' WHERE tab = 'pending'"),
    "a summary that lags": lambda f: sql(f, "UPDATE rows SET body = replace(body, '\"seq\":23', '\"seq\":2')"),
    "a damaged student": lambda f: sql(f, "UPDATE rows SET sum = x'00' WHERE tab = 'students'"),
    "a damaged draft": lambda f: sql(f, "UPDATE rows SET body = '{' WHERE tab = 'drafts'"),
    "a damaged decision kept aside": lambda f: sql(f, "UPDATE rows SET body = '{' WHERE tab = 'aside'"),
    "a damaged lease": lambda f: sql(f, "UPDATE rows SET body = '[]' WHERE tab = 'leases'"),
    "no tables": lambda f: sql(f, "DELETE FROM tables"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_found_is_mended_and_the_damaged_file_is_kept(folder: Path, damage: str) -> None:
    written, backups = truth(folder), Backups(folder)
    half = {stream: lines[: len(lines) // 2] for stream, lines in written.items()}
    DAMAGE[damage](folder)
    before = (folder / place.FILE).read_bytes()

    found = examine(backups)
    assert damage == "no tables" or found
    assert all(each.repairable for each in found)
    done = repair(backups, LATER, {})

    assert (done.aside / place.FILE).read_bytes() == before
    assert [path.name for path in done.aside.iterdir()] == [place.FILE], "and nothing else"
    assert examine(backups) == ()
    check(folder, written, half)


@pytest.mark.parametrize("left", [None, b"", b"garbage" * 9_000], ids=["gone", "emptied", "garbage"])
@pytest.mark.parametrize("fits", [True, False])
def test_what_the_log_of_a_removed_file_holds_is_put_over_the_last_copy(
    folder: Path, fits: bool, left: bytes | None
) -> None:
    if fits:  # else pages of the file have changed since the only copy was made
        Backups(folder).write(LATER)
    store = TinyStore.open(folder)
    store.append(pair(1, 2 * ACTIONS - 1))
    shutil.copy(folder / (place.FILE + "-wal"), folder / "log")
    store.close()
    written = truth(folder)
    (folder / place.FILE).unlink()
    if left is not None:
        (folder / place.FILE).write_bytes(left)
    (folder / "log").rename(folder / (place.FILE + "-wal"))

    repair(Backups(folder), LATER, {})

    lines = 2 * ACTIONS + 1 if fits else ACTIONS - 1
    check(
        folder,
        written,
        {stream: bodies[: lines if stream == logs.stream(1) else 11] for stream, bodies in written.items()},
    )


def test_a_hole_is_filled_from_a_copy_and_the_lines_after_it_stay(folder: Path) -> None:
    written = truth(folder)
    sql(folder, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND id = 4")
    done = repair(Backups(folder), LATER, {})
    assert truth(folder) == written
    assert done.logs == (RepairedLog(logs.stream(2), 23, helped=1, lost=0),)


def test_a_hole_no_copy_fills_ends_the_log_at_a_whole_action(folder: Path) -> None:
    written = truth(folder)
    sql(folder, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND id = 17")
    done = repair(Backups(folder), LATER, {})
    assert truth(folder)[logs.stream(2)] == written[logs.stream(2)][:15], "line 16 is half an action"
    assert done.logs == (RepairedLog(logs.stream(2), 15, helped=0, lost=8),)


@pytest.mark.parametrize(("gone", "kept"), [("id = 14", 13), ("id = 15", 13), ("id = 16", 15), ("id IN (16, 17)", 13)])
def test_an_action_is_kept_where_its_end_is_proven(folder: Path, gone: str, kept: int) -> None:
    """Lines 14 and 15 are one action, as 16 and 17: where both of these are gone, nothing tells that 15 ended one."""
    sql(folder, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND {gone}")
    repair(Backups(folder), LATER, {})
    assert len(truth(folder)[logs.stream(2)]) == kept


def test_a_line_that_cannot_be_taken_and_begins_an_action_ends_the_one_before(folder: Path) -> None:
    broken = """UPDATE rows SET body = replace(body, '"hash":"', '"hash":"0')"""
    sql(folder, f"{broken} WHERE tab = '{logs.stream(2)}' AND id = 16")
    resum(folder, logs.stream(2), 16)
    repair(Backups(folder), LATER, {})
    assert len(truth(folder)[logs.stream(2)]) == 15


def test_of_two_lines_that_follow_the_one_that_is_followed_counts(folder: Path) -> None:
    """Line 4 was written over, with its own hash and checksum; a copy has the one that line 5 follows."""
    written, stream = truth(folder), logs.stream(2)
    store = TinyStore.open(folder)
    before, line = store.read_log(stream)[2], store.read_log(stream)[3]
    store.close()
    other = line.body.replace(b"1 of 3 ", b"9 of 3 ")
    assert other != line.body
    body = json.dumps({"hash": next_hash(before.hash, other), "line": other.decode()})
    connection = sqlite3.connect(folder / place.FILE)
    with connection:
        connection.execute("UPDATE rows SET body = ? WHERE tab = ? AND id = 4", (body, stream))
    connection.close()
    resum(folder, stream, 4)
    repair(Backups(folder), LATER, {})
    assert truth(folder) == written


def test_no_summary_is_folded_from_a_log_with_a_hole(folder: Path) -> None:
    sql(folder, "DELETE FROM rows WHERE tab = 'pending'", f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND id = 4")
    store = TinyStore.open(folder)
    assert {summary.id for summary in store.pending()} == {logs.defense(n) for n in (1, 3, 4)}
    store.close()


def resum(folder: Path, stream: str, id: int) -> None:
    """Give a row the checksum of what it holds now."""
    connection = sqlite3.connect(folder / place.FILE)
    with connection:
        (body,) = connection.execute("SELECT body FROM rows WHERE tab = ? AND id = ?", (stream, id)).fetchone()
        values = (checksum(stream, id, body.encode()), stream, id)
        connection.execute("UPDATE rows SET sum = ? WHERE tab = ? AND id = ?", values)
    connection.close()


def test_drafts_leases_and_facts_that_are_sound_stay(folder: Path) -> None:
    sql(folder, f"DELETE FROM rows WHERE tab = '{logs.stream(2)}' AND id = 4")
    repair(Backups(folder), LATER, {})
    store = TinyStore.open(folder)
    assert store.all_drafts().get(logs.stream(1), {}) == {"note": logs.DRAFT}
    assert store.all_asides().get(logs.stream(1), {}) == {"2/2-0": logs.note(2)}
    assert store.leases() == dict.fromkeys((logs.stream(1), "student/s1"), logs.lease())
    assert store.meta("demo") == AT
    store.close()


def test_an_undone_history_never_comes_back(folder: Path) -> None:
    """Put back to the copy, the store goes another way; the copy made before knows only the way that was left."""
    backups = Backups(folder)
    backups.write("2026-03-02T09:30:00.000Z")
    restore(backups.all()[0].path, backups, LATER)
    store = TinyStore.open(folder)
    store.append(logs.more(2, 11, "another way", "and on"))
    store.close()
    written = truth(folder)
    sql(folder, f"UPDATE rows SET sum = x'00', body = '{{}}' WHERE tab = '{logs.stream(2)}' AND id IN (5, 12)")

    done = repair(backups, "2026-03-02T11:00:00.000Z", {})

    assert truth(folder)[logs.stream(2)] == written[logs.stream(2)][:11], "line 5 from a copy, line 12 from nowhere"
    assert done.logs == (RepairedLog(logs.stream(2), 11, helped=1, lost=2),)
    assert examine(backups) == ()


def test_a_store_behind_its_copy_is_told_and_mended(folder: Path) -> None:
    written = truth(folder)
    backups = Backups(folder)
    backups.write("2026-03-02T09:30:00.000Z")
    connection = sqlite3.connect(backups.all()[0].path)
    connection.backup(sqlite3.connect(folder / place.FILE))
    connection.close()

    assert {each.kind for each in examine(backups)} == {"behind"}
    repair(backups, LATER, {})
    assert truth(folder) == written


def test_without_anything_to_read_the_store_is_left_as_it_is(folder: Path) -> None:
    shutil.rmtree(folder / "backups")
    data = b"SQLite format 3\0" + b"x" * 8000
    (folder / place.FILE).write_bytes(data)
    with pytest.raises(StoreError, match="Nothing in"):
        repair(Backups(folder), LATER, {})
    assert (folder / place.FILE).read_bytes() == data


def test_a_file_that_is_gone_comes_back_from_its_copy(folder: Path) -> None:
    half = truth_of_copy(folder)
    (folder / place.FILE).unlink()
    (folder / f"{place.FILE}-wal").write_bytes(b"what was left")
    (folder / f"{place.FILE}-wal").chmod(0o600)
    assert [(each.kind, each.repairable) for each in examine(Backups(folder))] == [("file", True)]
    done = repair(Backups(folder), LATER, {})
    assert (done.aside / f"{place.FILE}-wal").read_bytes() == b"what was left"
    assert truth(folder) == half


def test_what_a_crash_left_in_the_write_ahead_log_is_kept_and_read(folder: Path) -> None:
    store = TinyStore.open(folder)
    store.append(pair(2, 23))
    left = {place.FILE + end: (folder / (place.FILE + end)).read_bytes() for end in ("", "-wal")}
    store.close()
    written = truth(folder)
    for name, data in left.items():
        (folder / name).write_bytes(data)

    done = repair(Backups(folder), LATER, {})

    assert {path.name: path.read_bytes() for path in done.aside.iterdir()} == left, "nothing of it was moved"
    assert truth(folder) == written


def test_a_line_that_tells_another_number_ends_the_log_before_it(folder: Path) -> None:
    """The chain holds, but a state is folded by the numbers that the events tell."""
    written, stream = truth(folder), logs.stream(2)
    line = encode_event(DefenseEvent(9, 24, logs.STAMP, "Camille", Noted("out of its place", logs.STAMP)))
    store = TinyStore.open(folder)
    store.append(Append(stream, 23, (line,), row=beside(logs.summary(2))))
    store.close()
    repair(Backups(folder), LATER, {})
    assert truth(folder) == written


def truth_of_copy(folder: Path) -> Truth:
    copy = folder.parent / "copy"
    copy.mkdir()
    shutil.copy(Backups(folder).all()[-1].path, copy / place.FILE)
    return truth(copy)


# --- damage nobody thought of ---------------------------------------------------------------------------------------


@examples(25)
@example(2084, "flip", False)
@given(st.integers(0, 2**32), st.sampled_from(["flip", "zero", "cut", "swap"]), st.booleans())
def test_whatever_happens_to_the_file_no_wrong_state_comes_of_it(
    whole: Path, tmp_path_factory: pytest.TempPathFactory, seed: int, how: str, with_copy: bool
) -> None:
    folder = tmp_path_factory.mktemp("torn") / "store"
    shutil.copytree(whole, folder)
    written = truth(folder)
    half = truth_of_copy(folder) if with_copy else {}
    if not with_copy:
        shutil.rmtree(folder / "backups")
    data = bytearray((folder / place.FILE).read_bytes())
    harm(data, random.Random(seed), how)
    (folder / place.FILE).write_bytes(data)

    shutil.copytree(folder, folder.parent / "asked")
    ask_everything(folder.parent / "asked")
    with suppress(NewerStore):  # a flipped bit may say so
        examine(Backups(folder))
    try:
        found = truth(folder)
    except StoreError:
        pass
    else:
        assert all(lines == written.get(stream, [])[: len(lines)] for stream, lines in found.items())
    try:
        repair(Backups(folder), LATER, {})
    except DamagedStore:
        assert not with_copy
        assert (folder / place.FILE).read_bytes() == data
    else:
        check(folder, written, half)


def ask_everything(folder: Path) -> None:
    """Whatever is asked of a damaged store, it answers or refuses with a sentence."""
    try:
        store = TinyStore.open(folder, create=False)
    except StoreError:
        return
    asked: list[Callable[[], object]] = [
        store.pending, store.closed, store.students, store.all_drafts, store.leases, store.curricula,
        store.is_empty, store.streams, lambda: store.meta("demo"), lambda: store.student("s1"),
        lambda: store.find(logs.defense(1)), lambda: store.last(logs.stream(2)), store.verify_all,
    ]  # fmt: skip
    for question in asked:
        with suppress(StoreError):
            question()
    store.close()


def harm(data: bytearray, chance: random.Random, how: str) -> None:
    page = 4096
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(data))
        if how == "flip":
            data[at] ^= 1 << chance.randrange(8)
        elif how == "zero":
            data[at : at + 600] = bytes(len(data[at : at + 600]))
        elif how == "cut":
            del data[max(page, at - at % page) :]
        else:
            one, other = (chance.randrange(len(data) // page) * page for _ in range(2))
            data[one : one + page], data[other : other + page] = data[other : other + page], data[one : one + page]
