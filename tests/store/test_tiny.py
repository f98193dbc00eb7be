"""TinyStore: what only the engine on a disk has. Its rows, its folder and its file, and what `verify` finds."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest

from defense_console.model.defense.kinds import Parked
from defense_console.model.defense.summary import SUMMARY_VERSION
from defense_console.model.errors import ConsoleError
from defense_console.model.log.chain import chain
from defense_console.model.log.subject import beside
from defense_console.store.base import (
    Append,
    Conflict,
    DamagedStore,
    FullDisk,
    NetworkStore,
    NewerStore,
    NotOurStore,
    ReadOnlyStore,
    StoreError,
)
from defense_console.store.checking import KnownEnd
from defense_console.store.sqlite import engine, schema, verifying
from defense_console.store.sqlite.keys import defense_key, key_range, name_key, stream_prefix
from defense_console.store.sqlite.opening import network, place
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.store.contract import closed_at, closed_ids


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def store(folder: Path) -> Iterator[TinyStore]:
    store = TinyStore.open(folder)
    yield store
    store.close()


def sql(folder: Path, statement: str, *values: object) -> None:
    """Change the file behind the store's back."""
    connection = sqlite3.connect(folder / place.FILE)
    with connection:
        connection.execute(statement, values)
    connection.close()


# --- logs --------------------------------------------------------------------------------------------------------


def test_an_action_is_one_transaction(store: TinyStore, folder: Path) -> None:
    store.append(logs.first())
    store.save_draft(logs.stream(), "note", logs.DRAFT)
    sql(
        folder,
        "CREATE TRIGGER no_pin BEFORE INSERT ON rows WHEN NEW.tab='curricula' BEGIN SELECT raise(ABORT,'x'); END",
    )
    job = msgspec.structs.replace(logs.more(1, 1, "a", "b"), drop_drafts=("note",), pin=("h", b"{}"))
    with pytest.raises(StoreError):
        store.append(job)
    assert len(store.read_log(logs.stream())) == 1
    assert store.all_drafts().get(logs.stream(), {}) == {"note": logs.DRAFT}
    sql(folder, "DROP TRIGGER no_pin")
    assert store.append(job)[0] == 3
    assert store.all_drafts().get(logs.stream(), {}) == {}
    assert [s.seq for s in store.pending()] == [3]


# --- what stands beside the logs ---------------------------------------------------------------------------------


class _Counted(sqlite3.Connection):
    """A connection that notes what it is asked to do."""

    statements: ClassVar[list[str]] = []

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        self.statements.append(sql)
        return super().execute(sql, *values)


def test_an_action_takes_seven_statements_and_reading_what_is_pending_a_few(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(TinyStore.open(folder)) as store:
        for n in range(30):
            store.append(logs.first(n))
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, factory=_Counted, **options))
    with closing(TinyStore.open(folder)) as store:
        _Counted.statements.clear()
        assert len(store.pending()) == 30
        assert len(_Counted.statements) <= 8, _Counted.statements
        _Counted.statements.clear()
        assert len(store.pending()) == 30
        assert not [each for each in _Counted.statements if each.startswith("SELECT")], "nobody has written since"
        store.append(logs.more(1, 1, "a note"))
        parked = Append(logs.stream(1), 3, (logs.event(4, Parked(True)),), row=beside(logs.summary(1)))
        for job, most in ((logs.more(1, 2, "a note: one row more, for searches"), 8), (parked, 7)):
            _Counted.statements.clear()
            store.append(job)
            assert len(_Counted.statements) <= most, _Counted.statements
            assert [each.partition(" ")[0] for each in _Counted.statements].count("COMMIT") == 1
        checked = list[int]()
        checksum = schema.checksum

        def counted(table: str, id: int, body: bytes) -> bytes:
            checked.append(id)
            return checksum(table, id, body)

        monkeypatch.setattr(schema, "checksum", counted)
        assert [each.seq for each in store.pending() if each.id == logs.defense(1)] == [4]
        assert checked == [defense_key(logs.defense(1))], "only the row that was changed is read again"


def begin(store: TinyStore, *jobs: Append) -> None:
    with store.transaction(begins=[job.stream for job in jobs]):
        for job in jobs:
            store.append(job)


def test_logs_that_are_begun_together_take_four_statements_each_and_are_refused_as_one_by_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, cut, new = 1, 2, range(3, 103)
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first(known))
        store.append(logs.first(cut))
    sql(folder, "DELETE FROM rows WHERE tab = ?", logs.stream(cut))
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, factory=_Counted, **options))
    with closing(TinyStore.open(folder)) as store:
        for place, error in ((known, Conflict), (cut, DamagedStore)):
            other = msgspec.structs.replace(logs.first(place), lines=(logs.note(1, "other"),))
            with pytest.raises(error):
                begin(store, logs.first(new[0]), other)
        assert logs.stream(new[0]) not in store.streams()
        _Counted.statements.clear()
        begin(store, *map(logs.first, new))
        assert len(_Counted.statements) <= 4 * len(new) + 10, Counter(_Counted.statements).most_common(6)
        with pytest.raises(Conflict):
            store.append(msgspec.structs.replace(logs.first(new[0]), lines=(logs.note(1, "other"),)))
        assert not [each for each in store.verify_all() if logs.stream(cut) not in str(each)]
        assert {logs.defense(n) for n in new} <= {each.id for each in store.pending()}


def test_going_through_a_whole_store_takes_statements_by_the_page_and_counts_each_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(TinyStore.open(folder)) as store, store.transaction():
        for n in range(600):
            store.append(logs.first(n))
            store.append(logs.more(n, 1, "a note"))
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **options: connect(*args, factory=_Counted, **options))
    stages: list[tuple[str, int]] = []

    @contextmanager
    def watch(counted: str, total: int) -> Iterator[Callable[[int], None]]:
        seen: list[int] = []
        yield seen.append
        stages.append((counted, total))
        assert total == sum(seen)

    with closing(TinyStore.open(folder)) as store:
        for work in (lambda: list(store.logs("defense/")), lambda: list(store.verify_all(watch)), store.size):
            _Counted.statements.clear()
            work()
            assert len(_Counted.statements) < 60, _Counted.statements
    assert stages == [("rows", 1_200)]


def test_rows_that_cannot_be_read_hide_no_others_from_a_search(store: TinyStore, folder: Path) -> None:
    for n in (1, 2, 3):
        store.append(closed_at(n, f"2026-03-1{n}T10:00:00.000Z"))
    ids = [defense_key(logs.defense(n)) for n in (2, 3)]
    sql(folder, "UPDATE rows SET body = 'rubbish' WHERE tab = 'closed' AND id = ?", ids[0])
    sql(folder, "UPDATE rows SET body = x'ff00' WHERE tab = 'closed' AND id = ?", ids[1])
    assert closed_ids(store) == [logs.defense(1)]


def test_a_prefix_is_a_range_of_keys() -> None:
    for n in range(50):
        key = defense_key(logs.defense(n))
        bare = logs.defense(n).replace("-", "")
        for length in range(4, 33):
            low, high = key_range(bare[:length])
            assert low <= key <= high < 2**63
        assert logs.stream(n).startswith(stream_prefix(key))


def test_a_summary_that_lags_or_is_damaged_is_folded_anew_and_rewritten(store: TinyStore, folder: Path) -> None:
    store.append(logs.first())
    head = store.append(msgspec.structs.replace(logs.more(1, 1, "x"), row=None))
    assert [(s.seq, s.hash) for s in store.pending()] == [head]
    sql(folder, "UPDATE rows SET body = 'rubbish' WHERE tab = 'pending'")
    assert [(s.seq, s.hash) for s in store.pending()] == [head]
    assert store.verify_all() == ()


def test_a_summary_that_an_earlier_console_computed_is_rewritten(store: TinyStore, folder: Path) -> None:
    store.append(msgspec.structs.replace(logs.first(), row={**beside(logs.summary()), "version": 0, "notes": 7}))
    assert [summary.notes for summary in store.pending()] == [0]
    with closing(sqlite3.connect(folder / place.FILE)) as connection:
        (body,) = connection.execute("SELECT body FROM rows WHERE tab = 'pending'").fetchone()
    assert (json.loads(body)["version"], json.loads(body)["notes"]) == (SUMMARY_VERSION, 0)
    assert store.verify_all() == ()


def test_a_damaged_student_is_folded_from_their_log(store: TinyStore, folder: Path) -> None:
    store.append(logs.student("s1", "Lina Demo"))
    sql(folder, "UPDATE rows SET body = '{}' WHERE tab = 'students'")
    assert [student.name for student in store.students()] == ["Lina Demo"]
    assert store.student("s1") == store.students()[0]


@pytest.fixture
def bare(folder: Path) -> Iterator[TinyStore]:
    """A store with a pending and a closed defense whose summaries are gone; every log is sound."""
    with closing(TinyStore.open(folder)) as before:
        for n in (1, 2):
            before.append(logs.first(n))
        before.append(msgspec.structs.replace(logs.more(2, 1, "end"), row=beside(logs.summary(2, pending=False))))
    sql(folder, "DELETE FROM rows WHERE tab IN ('pending', 'closed')")
    with closing(TinyStore.open(folder)) as store:
        yield store


def test_missing_summaries_are_made_from_the_logs(bare: TinyStore) -> None:
    assert {summary.id for summary in bare.pending()} == {logs.defense(1), logs.defense(2)}
    assert [problem.kind for problem in bare.verify_all()] == []


def test_a_defense_without_a_summary_is_found_by_its_id_and_its_first_digits(bare: TinyStore) -> None:
    wanted = logs.defense(2)
    found = bare.summary(wanted)
    assert found is not None
    assert found.id == wanted
    assert [summary.id for summary in bare.find(logs.defense(1)[:8])] == [logs.defense(1)]
    assert bare.summary(logs.defense(3)) is None


def test_a_damaged_log_without_a_summary_hides_no_other_defense(bare: TinyStore, folder: Path) -> None:
    sql(folder, "UPDATE rows SET body = 'rubbish' WHERE tab = ?", logs.stream(1))
    assert [summary.id for summary in bare.pending()] == [logs.defense(2)]


def test_a_name_never_writes_over_another_of_the_same_place(store: TinyStore, folder: Path) -> None:
    store.append(logs.student("s1"))
    body = b'{"id":"stranger","name":"","email":"","timezone":"","seq":1,"hash":""}'
    key = name_key("s1")
    sql(
        folder,
        "UPDATE rows SET body = ?, sum = ? WHERE tab = 'students'",
        body.decode(),
        schema.checksum("students", key, body),
    )
    with pytest.raises(StoreError, match="share the place"):
        store.append(Append("student/s1", 1, (logs.note(2),), row=logs.student("s1").row))


# --- the door ----------------------------------------------------------------------------------------------------


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_only_the_mentor_may_read(folder: Path) -> None:
    before = os.umask(0)
    try:
        store = TinyStore.open(folder)
        store.append(logs.first())
    finally:
        os.umask(before)
    names = {path.name for path in folder.iterdir()}
    assert names == {"defenses.db", "defenses.db-wal", "defenses.db-shm"}
    assert mode(folder) == 0o700
    assert {mode(path) for path in folder.iterdir()} == {0o600}
    store.close()
    folder.chmod(0o755)
    (folder / place.FILE).chmod(0o644)
    TinyStore.open(folder).close()
    assert (mode(folder), mode(folder / place.FILE)) == (0o700, 0o600)


@pytest.mark.skipif(os.name != "posix", reason="rights of POSIX")
def test_a_folder_with_other_things_keeps_its_rights(folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o755)
    (folder / "thesis.txt").touch()
    TinyStore.open(folder).close()
    assert mode(folder) == 0o755
    assert mode(folder / place.FILE) == 0o600


def refused(kind: type[ConsoleError], folder: Path, *, create: bool = True) -> str:
    """The reason for which a folder is refused; nothing in it may be touched."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else {}
    with pytest.raises(kind) as caught:
        TinyStore.open(folder, create=create)
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else {}
    assert before == after
    return str(caught.value)


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "defenses.db").touch()
    assert "is a file" in refused(StoreError, tmp_path / "defenses.db")


def test_what_is_not_there_is_not_made_unasked(folder: Path) -> None:
    assert "no store" in refused(StoreError, folder, create=False)
    assert not folder.exists()


@pytest.mark.parametrize("content", [b"PK\x03\x04 something else", b"SQLite format 3\0 cut"])
def test_a_file_of_somebody_else_is_refused(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / place.FILE).write_bytes(content)
    assert "not a store" in refused(NotOurStore, folder)


def test_a_database_of_somebody_else_is_refused(folder: Path) -> None:
    folder.mkdir()
    sql(folder, "CREATE TABLE recipes (name)")
    refused(NotOurStore, folder)


def test_what_a_crash_left_of_somebody_elses_database_is_not_touched(folder: Path) -> None:
    """To open it is enough: SQLite would move what its log holds into its file."""
    folder.mkdir()
    connection = sqlite3.connect(folder / place.FILE)
    connection.execute("PRAGMA journal_mode = WAL").fetchall()
    with connection:
        connection.execute("CREATE TABLE recipes (name)")
    left = {path: path.read_bytes() for path in folder.iterdir()}
    connection.close()
    for path, content in left.items():
        path.write_bytes(content)
    refused(NotOurStore, folder)


def test_an_empty_file_is_damage_not_a_new_store(folder: Path) -> None:
    folder.mkdir()
    (folder / place.FILE).touch()
    assert "is empty" in refused(DamagedStore, folder)


def test_the_rest_of_a_lost_store_is_not_played_into_a_new_one(folder: Path) -> None:
    folder.mkdir()
    (folder / "defenses.db-wal").write_bytes(b"left over")
    assert "defenses.db-wal" in refused(DamagedStore, folder)


def test_a_newer_store_is_refused(folder: Path) -> None:
    TinyStore.open(folder).close()
    sql(folder, "PRAGMA user_version = 99")
    assert "schema 99" in refused(NewerStore, folder)


@pytest.mark.parametrize("linked", ["folder", "defenses.db", "defenses.db-wal"])
def test_a_symbolic_link_is_refused(tmp_path: Path, linked: str) -> None:
    real, folder = tmp_path / "real", tmp_path / "store"
    TinyStore.open(real).close()
    if linked == "folder":
        folder.symlink_to(real)
    else:
        folder.mkdir()
        (folder / linked).symlink_to(real / linked)
    assert "symbolic link" in refused(StoreError, folder)


def test_a_folder_that_cannot_be_written_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TinyStore.open(folder).close()
    monkeypatch.setattr(os, "access", lambda path, rights: not rights & os.W_OK)
    assert "cannot be written" in refused(ReadOnlyStore, folder)


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can mount")
def test_a_file_system_mounted_read_only_is_refused(tmp_path: Path) -> None:
    script = (
        "mount -t tmpfs none {0} && mkdir {0}/s && {1} -c '{2}' {0}/s && mount -o remount,ro {0} || exit 77;"
        " {1} -c '{2}' {0}/s; {1} -c '{2}' {0}/new"
    ).format(
        tmp_path,
        sys.executable,
        "import sys\nfrom pathlib import Path\nfrom defense_console.store.sqlite.store import TinyStore\n"
        "try:\n TinyStore.open(Path(sys.argv[1])).close()\nexcept Exception as e:\n print(type(e).__name__)",
    )
    done = subprocess.run(["unshare", "-m", "sh", "-c", script], capture_output=True, text=True, check=False)
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("this machine does not let us mount")
    assert done.stdout.split() == ["ReadOnlyStore", "ReadOnlyStore"], done.stderr


def test_an_unwritable_parent_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def mkdir(*_args: object, **_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    assert "the system does not permit it" in refused(ReadOnlyStore, tmp_path / "store")


def test_a_full_disk_is_told(connections: list[sqlite3.Connection], store: TinyStore) -> None:
    store.append(logs.first())
    connections[-1].execute("PRAGMA max_page_count = 1")
    with pytest.raises(FullDisk, match="full"):
        [store.append(logs.more(1, seq, "x" * 4000)) for seq in range(1, 400)]
    connections[-1].execute("PRAGMA max_page_count = 100000")
    seq = len(store.read_log(logs.stream()))
    assert store.append(logs.more(1, seq, "there is space again"))[0] == seq + 1
    assert store.verify_all() == ()


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/home /home nfs4 rw 0 0
/dev/sdb1 /home/me/disk\\0401 ext4 rw 0 0
me@host: /home/me/far fuse.sshfs rw 0 0
//nas/share /mnt/share cifs rw 0 0
C: /mnt/c 9p rw 0 0
tmpfs /twice tmpfs rw 0 0
server:/x /twice nfs rw 0 0
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        ("/var/store", None),
        ("/home/other/store", "nfs4"),
        ("/home/me/disk 1/store", None),
        ("/home/me/far", "fuse.sshfs"),
        ("/home/me/farther/store", "nfs4"),
        ("/mnt/share/a/b", "cifs"),
        ("/mnt/c/Users", "9p"),
        ("/twice/store", "nfs"),
        ("/homes/me", None),
    ],
)
def test_the_longest_mount_tells_the_file_system(folder: str, kind: str | None) -> None:
    assert network.network_kind(Path(folder), MOUNTS) == kind


def test_a_network_file_system_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "network_kind", lambda _: "nfs4")
    assert "nfs4" in refused(NetworkStore, folder)
    assert not folder.exists()


def test_what_a_killed_creator_left_behind_stops_nobody(folder: Path) -> None:
    folder.mkdir()
    (folder / "defenses.db.new-0123").write_bytes(b"half a store")
    store = TinyStore.open(folder)
    store.append(logs.first())
    store.close()


def test_of_two_consoles_that_make_a_store_at_once_both_use_the_first(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = engine.RowStorage

    def other_is_first(new: Path) -> engine.RowStorage:
        monkeypatch.setattr(place, "RowStorage", make)
        with closing(TinyStore.open(folder)) as other:
            other.append(logs.first())
        return make(new)

    monkeypatch.setattr(place, "RowStorage", other_is_first)
    with closing(TinyStore.open(folder)) as store:
        assert len(store.read_log(logs.stream())) == 1


def test_a_log_that_grows_while_it_is_read_is_not_taken_for_cut(
    store: TinyStore, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another console appends between the look at the lines and the look at the row beside them."""
    store.append(logs.first())
    look = verifying.known_end

    def grown(rows: engine.RowStorage, stream: str) -> KnownEnd | None:
        monkeypatch.setattr(verifying, "known_end", look)
        with closing(TinyStore.open(folder)) as other:
            other.append(logs.more(1, 1, "meanwhile"))
        return look(rows, stream)

    monkeypatch.setattr(verifying, "known_end", grown)
    assert len(store.read_log(logs.stream())) == 1
    assert len(store.read_log(logs.stream())) == 2


# --- verify ------------------------------------------------------------------------------------------------------


@pytest.fixture
def log(store: TinyStore) -> str:
    """A log of six lines, of a started defense with everything around it."""
    store.append(logs.student())
    store.append(logs.first())
    for seq in range(1, 6):
        store.append(logs.more(1, seq, f"note {seq}"))
    assert store.verify_all() == store.verify(logs.stream()) == ()
    return logs.stream()


def rewrite(folder: Path, stream: str, seq: int, old: str, new: str, table: str | None = None) -> None:
    """Change a row as somebody would who knows the checksum."""
    connection = sqlite3.connect(folder / place.FILE)
    table = table or stream
    (body,) = connection.execute("SELECT body FROM rows WHERE tab = ? AND id = ?", (table, seq)).fetchone()
    assert old in body
    body = body.replace(old, new)
    values = (body, schema.checksum(table, seq, body.encode()), table, seq)
    with connection:
        connection.execute("UPDATE rows SET body = ?, sum = ? WHERE tab = ? AND id = ?", values)
    connection.close()


def found(store: TinyStore, stream: str) -> list[tuple[str, int | None]]:
    return [(problem.kind, problem.seq) for problem in store.verify(stream)]


def test_a_changed_line_is_found_and_never_folded(store: TinyStore, folder: Path, log: str) -> None:
    rewrite(folder, log, 3, "note 2", "note 9")
    assert found(store, log) == [("changed", 3)]
    with pytest.raises(DamagedStore, match="Line 3"):
        store.read_log(log)


def test_a_changed_line_with_its_hash_made_anew_is_found(store: TinyStore, folder: Path, log: str) -> None:
    lines = store.read_log(log)
    body = lines[2].body.replace(b"note 2", b"note 9")
    rewrite(folder, log, 3, "note 2", "note 9")
    rewrite(folder, log, 3, lines[2].hash, chain(lines[1].hash, [body]))
    assert found(store, log) == [("changed", 4)]


def test_a_whole_chain_made_anew_is_found_by_the_row_beside_it(store: TinyStore, folder: Path, log: str) -> None:
    lines = store.read_log(log)
    rewrite(folder, log, 6, "note 5", "note 9")
    body = lines[5].body.replace(b"note 5", b"note 9")
    rewrite(folder, log, 6, lines[5].hash, chain(lines[4].hash, [body]))
    assert found(store, log) == [("changed", 6)]
    with pytest.raises(DamagedStore):
        store.append(logs.more(1, 6, "on top of it"))


def test_a_removed_line_is_found(store: TinyStore, folder: Path, log: str) -> None:
    sql(folder, "DELETE FROM rows WHERE tab = ? AND id IN (2, 3)", log)
    assert found(store, log) == [("missing", 2)]
    sql(folder, "DELETE FROM rows WHERE tab = ? AND id = 5", log)
    assert found(store, log) == [("missing", 2), ("missing", 5)]
    with pytest.raises(DamagedStore):
        store.read_log(log)


def test_a_cut_end_is_found_and_not_written_over(store: TinyStore, folder: Path, log: str) -> None:
    sql(folder, "DELETE FROM rows WHERE tab = ? AND id > 4", log)
    assert found(store, log) == [("cut", 5)]
    with pytest.raises(DamagedStore, match="after line 4"):
        store.read_log(log)
    with pytest.raises(DamagedStore, match="after line 4"):
        store.append(logs.more(1, 4, "new"))
    assert [s.seq for s in store.pending()] == [6]


def test_a_log_that_is_gone_as_a_whole_is_found(store: TinyStore, folder: Path, log: str) -> None:
    sql(folder, "DELETE FROM rows WHERE tab = ?", log)
    sql(folder, "DELETE FROM tables WHERE name = ?", log)
    assert [(p.stream, p.kind) for p in store.verify_all()] == [(log, "cut")]


def test_a_table_whose_name_was_lost_is_named_again_by_the_next_write(store: TinyStore, folder: Path, log: str) -> None:
    sql(folder, "DELETE FROM tables")
    assert store.streams() == ()
    store.append(logs.more(1, 6, "after the loss"))
    with closing(sqlite3.connect(folder / place.FILE)) as connection:
        assert {name for (name,) in connection.execute("SELECT name FROM tables")} >= {log, "pending"}
    assert store.streams() == (log,)


def test_the_last_line_is_not_taken_from_a_page_out_of_its_place(store: TinyStore, folder: Path, log: str) -> None:
    for seq in range(6, 80):
        store.append(logs.more(1, seq, f"note {seq} " * 20))
    store.close()
    data, page = bytearray((folder / place.FILE).read_bytes()), 4096
    one, other = (data.rfind(text) // page * page for text in (b"note 30 note 30", b"note 79 note 79"))
    data[one : one + page], data[other : other + page] = data[other : other + page], data[one : one + page]
    (folder / place.FILE).write_bytes(data)
    with closing(TinyStore.open(folder)) as torn, pytest.raises(DamagedStore):
        torn.last(log)


def test_exchanged_lines_are_found(store: TinyStore, folder: Path, log: str) -> None:
    lines = store.read_log(log)
    for seq, other in ((2, lines[2]), (3, lines[1])):
        rewrite(
            folder, log, seq, lines[seq - 1].body.decode().replace('"', '\\"'), other.body.decode().replace('"', '\\"')
        )
    assert set(found(store, log)) >= {("changed", 2), ("changed", 3)}


def test_a_line_that_tells_another_number_is_found(store: TinyStore, log: str) -> None:
    store.append(Append(log, 6, (logs.note(9),), row=beside(logs.summary())))
    assert found(store, log) == [("changed", 7)]


def test_every_damaged_row_is_found(store: TinyStore, folder: Path, log: str) -> None:
    store.save_draft(log, "note", logs.DRAFT)
    store.write_lease(logs.stream(), logs.lease())
    store.write_lease("student/s1", logs.lease())
    store.pin(hashlib.sha256(b"{}").hexdigest(), b"{}")
    store.set_meta("demo", "1")
    connection = sqlite3.connect(folder / place.FILE)
    rows = connection.execute("SELECT tab, id FROM rows").fetchall()
    connection.close()
    assert {tab for tab, _ in rows} >= {
        log,
        "student/s1",
        "pending",
        "students",
        "drafts",
        "leases",
        "other_leases",
        "curricula",
        "meta",
    }
    for tab, id in rows:
        sql(folder, "UPDATE rows SET sum = ~sum, body = body || ' ' WHERE tab = ? AND id = ?", tab, id)
        damaged = [(p.stream, p.seq) for p in store.verify_all() if p.kind == "damaged"]
        assert damaged == [(tab, id)]
        sql(folder, "UPDATE rows SET body = rtrim(body, ' ') WHERE tab = ? AND id = ?", tab, id)
        connection = sqlite3.connect(folder / place.FILE)
        (body,) = connection.execute("SELECT body FROM rows WHERE tab = ? AND id = ?", (tab, id)).fetchone()
        connection.close()
        sql(
            folder, "UPDATE rows SET sum = ? WHERE tab = ? AND id = ?", schema.checksum(tab, id, body.encode()), tab, id
        )
    assert store.verify_all() == ()


def test_an_earlier_console_finds_leases_of_defenses_only_where_it_looks(folder: Path, store: TinyStore) -> None:
    """It takes the id of each row of `leases` for a UUID, and fails on any other when it clears what is void."""
    for stream in (logs.stream(1), "student/s1", logs.stream(2)):
        store.write_lease(stream, logs.lease())
    with closing(sqlite3.connect(folder / place.FILE)) as connection:
        rows = connection.execute("SELECT body FROM rows WHERE tab = 'leases'").fetchall()
    assert {json.loads(body)["id"] for (body,) in rows} == {logs.defense(1), logs.defense(2)}


def test_a_missing_summary_and_a_changed_curriculum_are_found(store: TinyStore, folder: Path, log: str) -> None:
    sql(folder, "DELETE FROM rows WHERE tab = 'pending'")
    assert found(store, log) == [("summary", None)]
    name = hashlib.sha256(b'{"a":1}').hexdigest()
    store.pin(name, b'{"a":1}')
    rewrite(folder, log, name_key(name), ":1}", ":2}", table="curricula")
    assert [p.kind for p in store.verify_all()] == ["curriculum", "summary"]
    with pytest.raises(DamagedStore, match="was changed"):
        store.curriculum(name)


def test_problems_read_as_sentences(store: TinyStore, folder: Path, log: str) -> None:
    sql(folder, "DELETE FROM rows WHERE tab = ? AND id = 2", log)
    sql(folder, "UPDATE rows SET sum = x'00' WHERE tab = ? AND id = 4", log)
    sentences = [p.text_id.format(**p.parameters) for p in store.verify(log)]
    assert sentences == [f"Line 2 of {log} is missing.", f"Line 4 of {log} is damaged."]


def test_flipped_bytes_never_give_a_wrong_state(store: TinyStore, folder: Path, log: str) -> None:
    expected = store.read_log(log)
    store.close()
    file = folder / place.FILE
    whole = file.read_bytes()
    for offset in range(101, len(whole), 61):
        file.write_bytes(whole[:offset] + bytes([whole[offset] ^ 0x40]) + whole[offset + 1 :])
        try:
            again = TinyStore.open(folder)
        except StoreError:
            continue
        try:
            assert again.read_log(log) in (expected, ())
            if again.read_log(log) == ():
                assert again.verify_all()
        except StoreError:
            assert again.verify_all()
        finally:
            again.close()
    file.write_bytes(whole)


def test_a_schema_of_bytes_that_are_no_text_is_told_as_damage(folder: Path) -> None:
    TinyStore.open(folder).close()
    file = folder / place.FILE
    data = file.read_bytes()
    at = data.index(b"tabletables")
    file.write_bytes(data[:at] + b"\xe8\xff" * 8 + data[at + 16 :])
    with pytest.raises(DamagedStore):
        TinyStore.open(folder, create=False)


def test_a_store_whose_own_id_is_damaged_opens_and_verify_names_the_row(folder: Path) -> None:
    TinyStore.open(folder).close()
    sql(folder, "UPDATE rows SET body = replace(body, 'value', 'eulav') WHERE tab = 'meta'")
    with closing(TinyStore.open(folder, create=False)) as store:
        assert store.identity.id == ""
        assert [problem.stream for problem in store.verify_all()] == ["meta"]


def test_a_file_emptied_while_the_console_runs_is_not_begun_anew(folder: Path) -> None:
    TinyStore.open(folder).close()
    with (folder / place.FILE).open("r+b") as file:
        file.truncate(0)
    with pytest.raises(DamagedStore):
        TinyStore.open(folder)
    assert not (folder / place.FILE).stat().st_size


def test_a_log_of_which_nothing_is_left_is_refused_not_taken_for_none(folder: Path) -> None:
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.student())
    sql(folder, "DELETE FROM rows WHERE tab IN ('student/s1', 'students')")
    with closing(TinyStore.open(folder)) as store:
        with pytest.raises(DamagedStore):
            store.read_log("student/s1")
        with pytest.raises(DamagedStore):
            store.append(logs.student(name="Another"))


@pytest.mark.skipif(os.name != "posix", reason="an open file can be neither removed nor replaced here")
@pytest.mark.parametrize("what", ["removed", "replaced", "folder moved"])
def test_a_file_that_is_no_longer_in_its_place_takes_no_write_until_it_is_back(
    folder: Path, tmp_path: Path, what: str
) -> None:
    other = tmp_path / "other"
    TinyStore.open(other).close()
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first())
        (folder.rename if what == "folder moved" else (folder / place.FILE).rename)(tmp_path / "moved")
        if what == "replaced":
            (other / place.FILE).rename(folder / place.FILE)
        for write in (
            lambda: store.append(logs.more(1, 1, "lost")),
            lambda: store.save_draft(logs.stream(), "note", logs.DRAFT),
            lambda: store.write_lease(logs.stream(), logs.lease()),
        ):
            with pytest.raises(StoreError, match="removed or replaced"):
                write()
        (tmp_path / "moved").rename(folder if what == "folder moved" else folder / place.FILE)
        store.append(logs.more(1, 1, "kept"))
        assert len(store.read_log(logs.stream())) == 2
        assert not store.all_drafts()


# --- a file that cannot grow -----------------------------------------------------------------------------------------


def engine_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    error.sqlite_errorname = "SQLITE_IOERR"
    return error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_IOERR_SHMSIZE, sqlite3.SQLITE_IOERR_WRITE])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO, None])
def test_a_disk_is_full_where_nothing_can_grow_and_otherwise_its_own_error_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, number: int | None
) -> None:
    if number is not None:

        def no_file(**_options: object) -> None:
            raise OSError(number, os.strerror(number))

        monkeypatch.setattr(tempfile, "TemporaryFile", no_file)
    with pytest.raises(StoreError) as told, place.explained(tmp_path):
        raise engine_error(code)
    assert isinstance(told.value, FullDisk) == (number in (errno.ENOSPC, errno.EDQUOT))
    if not isinstance(told.value, FullDisk):
        assert told.value.parameters["reason"] == "SQLITE_IOERR"
    assert list(tmp_path.iterdir()) == []


GROWING = """
import resource, signal, sys
from pathlib import Path
from defense_console.store.sqlite.opening.reading import open_store
from tests.store import logs
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))
store = open_store(Path(sys.argv[1]), create=False)
print(type(store.read_only).__name__, store.read_only.id, len(store.read_log(logs.stream())))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on the size of files")
def test_a_shared_memory_that_may_not_grow_is_no_full_disk_and_the_store_is_read(folder: Path) -> None:
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first())
    done = subprocess.run([sys.executable, "-c", GROWING, str(folder)], capture_output=True, text=True, check=False)
    words = "The store in {place} cannot be written: its disk answers with an error ({reason})."
    assert done.stdout == f"ReadOnlyStore {words} 1\n", done.stderr


@pytest.mark.skipif(os.name != "posix", reason="an open file can be neither removed nor replaced here")
def test_what_was_saved_before_its_log_was_removed_is_in_the_file_and_no_more_is_taken(folder: Path) -> None:
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first())
        (folder / f"{place.FILE}-wal").unlink()
        with pytest.raises(StoreError, match="db-wal in"):
            store.append(logs.more(1, 1, "lost"))
        whole = sqlite3.connect(f"{(folder / place.FILE).as_uri()}?mode=ro&immutable=1", uri=True)
        (lines,) = whole.execute("SELECT count(*) FROM rows WHERE tab = ?", (logs.stream(),)).fetchone()
        whole.close()
        assert lines == 1
    with closing(TinyStore.open(folder)) as store:
        assert len(store.read_log(logs.stream())) == 1
        assert store.verify_all() == ()


# --- another content in the same file --------------------------------------------------------------------------------


def copied_into(path: Path, content: bytes) -> None:
    """As `cp` does: the file keeps its number."""
    path.write_bytes(content)


@pytest.mark.skipif(os.name != "posix", reason="an open file is not written by others here")
@pytest.mark.parametrize("what", ["another store", "a larger one", "nothing", "a picture", "a database"])
def test_another_file_copied_into_the_open_store_gets_no_write_and_is_told_at_a_look(
    folder: Path, tmp_path: Path, what: str
) -> None:
    other = tmp_path / "other"
    with closing(TinyStore.open(other)) as store:
        for n in range(1, 400 if what == "a larger one" else 2):
            store.append(logs.first(n))
    with closing(sqlite3.connect(tmp_path / "database")) as database:
        database.execute("CREATE TABLE t (x)")
    stranger = {
        "nothing": b"",
        "a picture": b"\x89PNG" * 100_000,
        "a database": (tmp_path / "database").read_bytes() + bytes(500_000),
    }.get(what, (other / place.FILE).read_bytes())
    with closing(TinyStore.open(folder)) as store:
        store.append(logs.first())
    ours = (folder / place.FILE).read_bytes()
    with closing(TinyStore.open(folder)) as store:
        changed = store.subscribe()
        assert not changed()
        copied_into(folder / place.FILE, stranger)
        with pytest.raises(StoreError, match="removed or replaced"):
            store.append(logs.more(1, 1, "lost"))
        with pytest.raises(StoreError, match="removed or replaced"):
            changed()
        assert (folder / place.FILE).read_bytes() == stranger, "nothing of ours is mixed into it"
        copied_into(folder / place.FILE, ours)
        store.append(logs.more(1, 1, "kept"))
        changed()
        assert len(store.read_log(logs.stream())) == 2


def test_a_store_that_moves_its_log_into_its_file_is_the_same_store(folder: Path) -> None:
    with closing(TinyStore.open(folder)) as store, closing(TinyStore.open(folder)) as other:
        changed = store.subscribe()
        for n in range(1, 60):
            store.append(logs.first(n))
            with closing(sqlite3.connect(folder / place.FILE)) as connection:
                connection.execute("PRAGMA wal_checkpoint").fetchall()
            changed()
            other.save_draft(logs.stream(n), "note", logs.DRAFT)
