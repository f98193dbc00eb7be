"""Whole stores out and in again: byte for byte, and every damage told with its line."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from defense_console import clocks
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.data_file import data_file
from defense_console.exchange.whole_store.checking import read_archive
from defense_console.exchange.whole_store.export import (
    ARCHIVE,
    CURRICULA,
    EXPORT_VERSION,
    STUDENTS,
    CurriculumLine,
    Exported,
    Header,
    LogLine,
    StudentTableLine,
    export,
)
from defense_console.model.curriculum import canonical_json, curriculum_hash
from defense_console.model.defense.kinds import DefenseEvent, Noted
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.chain import StoredLine, first_hash, next_hash
from defense_console.model.log.envelope import Event, Stamp, encode_event
from defense_console.model.student.kinds import StudentEvent, StudentRegistered
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import LOG_PREFIXES
from defense_console.store.base import DEMO
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.keeping_aside import aside_row
from defense_console.words.translation import translator
from tests.model.long_logs import CURRICULUM, PROJECT, long_log, pauses, ratings_taken_back, steps

SHIPPED = load_shipped()
NOW = "2026-11-24T10:00:00.000Z"


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[[str], ExchangeDesk]]:
    stores: list[TinyStore] = []

    def make(name: str) -> ExchangeDesk:
        stores.append(TinyStore.open(tmp_path / name))
        return ExchangeDesk(stores[-1], clocks.read, "Mentor", "Europe/Paris", SHIPPED)

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def exported(make: Callable[[str], ExchangeDesk]) -> bytes:
    desk = make("source")
    desk.fill_demo(NOW)
    hostile = "student_id,student_name,curriculum,project,attempt,planned_at\n"
    hostile += 'x/[y],"[/foo]\x1b[31m \u202eabc é 👩‍🚀\nline",IRP,IRP-P2,1,2027-01-05T10:00\n'
    desk.take(data_file(io.BytesIO(hostile.encode())))
    return b"".join(desk.export())


def lines_of(data: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in data.splitlines()]


def test_export_import_export_is_byte_identical(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    copy = make("copy")

    copy.take(data_file(io.BytesIO(exported)))

    assert b"".join(copy.export()) == exported
    assert isinstance(copy.store, TinyStore)
    assert copy.store.verify_all() == ()


def test_an_import_brings_summaries_and_drafts_back_and_leaves_leases_behind(
    make: Callable[[str], ExchangeDesk], exported: bytes
) -> None:
    source, copy = make("source"), make("copy")

    copy.take(data_file(io.BytesIO(exported)))

    assert copy.store.pending() == source.store.pending()
    assert len(copy.store.closed()) == len(source.store.closed()) > 0
    assert copy.store.all_drafts() == source.store.all_drafts() != {}
    assert source.store.leases()
    assert not copy.store.leases()


def test_a_copy_of_the_demo_cohort_is_one_and_that_of_a_mentors_store_is_none(
    make: Callable[[str], ExchangeDesk], exported: bytes
) -> None:
    copy, own = make("copy"), make("own")
    copy.take(data_file(io.BytesIO(exported)))
    assert copy.store.meta(DEMO) == NOW
    assert not copy.fill_demo(NOW), "it is filled already"
    assert json.loads(next(own.export())) == {"format": "defense-console-export", "version": 1, "lines": 0}
    copied = make("copied")
    copied.take(data_file(io.BytesIO(b"".join(own.export()))))
    assert copied.store.meta(DEMO) is None


def test_a_demo_mark_that_is_no_instant_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    header = json.loads(exported.splitlines()[0]) | {"demo": "yes"}
    refused = damaged(make, [json.dumps(header).encode(), *exported.splitlines()[1:]])
    assert [bad.line for bad in refused.lines] == [1]


def test_rows_stand_in_order_of_table_and_id_after_a_header_that_counts_them(exported: bytes) -> None:
    header, *rows = lines_of(exported)

    assert header == {"format": "defense-console-export", "version": 1, "lines": len(rows), "demo": NOW}
    assert [(row["table"], row["id"]) for row in rows] == sorted((row["table"], row["id"]) for row in rows)
    assert {row["table"].partition("/")[0] for row in rows} == {"curricula", "defense", "drafts", "student", "students"}


def test_an_export_asks_for_one_log_after_the_other() -> None:
    asked: list[str] = []

    def logs(prefix: str) -> Iterator[tuple[str, tuple[StoredLine, ...]]]:
        for n in range(3):
            asked.append(f"{prefix}{n}")
            yield asked[-1], tuple(StoredLine(seq, b"{}", "hash") for seq in (1, 2))

    header, *tables = [
        (json.loads(line).get("table"), len(asked)) for line in export(Exported(18, logs, list, {}, [], []))
    ]
    assert header == (None, 0), "lines are counted before any log is read"
    assert tables == [(name, n) for n, name in enumerate(asked, 1) for _line in (1, 2)]
    assert len(asked) == 3 * len(LOG_PREFIXES)


def test_a_dry_run_checks_and_writes_nothing(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    copy = make("copy")

    taken = copy.take(data_file(io.BytesIO(exported)), dry_run=True)

    assert taken.archive is not None
    assert copy.store.is_empty()


def test_a_store_that_is_not_empty_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    with pytest.raises(ConsoleError, match="empty store"):
        make("source").take(data_file(io.BytesIO(exported)))


# --- damage ------------------------------------------------------------------------------------------------------


def damaged(make: Callable[[str], ExchangeDesk], lines: list[bytes]) -> BadFile:
    """The refusal of an export; nothing may have been written."""
    copy = make("copy")
    with pytest.raises(BadFile) as caught:
        copy.take(data_file(io.BytesIO(b"\n".join(lines) + b"\n")))
    assert copy.store.is_empty()
    assert not copy.store.curricula()
    return caught.value


def first_line(lines: list[bytes], start: str, skip: int = 0) -> int:
    """Index of a line whose table begins so."""
    return [n for n, line in enumerate(lines) if line.startswith(f'{{"table":"{start}'.encode())][skip]


def recounted(lines: list[bytes]) -> list[bytes]:
    """The header says how many lines there are now."""
    header = json.loads(lines[0]) | {"lines": len(lines) - 1}
    return [json.dumps(header, separators=(",", ":")).encode(), *lines[1:]]


@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"{}",
        b'{"format":"other","version":1,"lines":1}',
        b'{"format":"defense-console-export","version":9,"lines":1}',
        b'{"format":"defense-console-export","version":1}',
    ],
)
def test_a_wrong_header_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes, header: bytes) -> None:
    assert [bad.line for bad in damaged(make, [header, *exported.splitlines()[1:]]).lines] == [1]


def test_a_cut_end_is_seen(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()[:-1]

    assert len(lines) in {bad.line for bad in damaged(make, lines).lines}


def test_a_changed_event_breaks_the_chain_at_its_line(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()
    place = next(n for n, line in enumerate(lines) if b'"rating":"met"' in line)
    lines[place] = lines[place].replace(b'"rating":"met"', b'"rating":"not_met"')

    (bad,) = damaged(make, lines).lines

    assert bad.line == place + 1
    assert "chain" in bad.expected


def test_a_missing_event_is_seen_at_the_line_after(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()
    place = first_line(lines, "defense/", 1)
    del lines[place]

    assert [bad.line for bad in damaged(make, recounted(lines)).lines] == [place + 1]


def test_a_line_twice_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()
    place = first_line(lines, "students")
    lines.append(lines[place])

    (bad,) = damaged(make, recounted(lines)).lines

    assert (bad.line, bad.parameters["line"]) == (len(lines), place + 1)


def with_event(lines: list[bytes], place: int, event: bytes) -> None:
    """Put another last event into a log, with a chain that holds."""
    row = json.loads(lines[place])
    head = first_hash(row["table"])
    for line in lines[1:place]:
        before = json.loads(line)
        if before["table"] == row["table"]:
            head = before["hash"]
    hash = next_hash(head, event)
    lines[place] = f'{{"table":"{row["table"]}","id":{row["id"]},"hash":"{hash}","event":'.encode() + event + b"}"


def last_of_a_log(lines: list[bytes]) -> int:
    """The last line of the first defense's log."""
    table = json.loads(lines[first_line(lines, "defense/")])["table"]
    return max(n for n, line in enumerate(lines) if json.loads(line).get("table") == table)


@pytest.mark.parametrize("wrong", ["its key", "its stamp", "its cursor", "its event", "its first number"])
def test_a_decision_kept_aside_is_believed_only_when_it_is_an_event_under_its_own_key(
    make: Callable[[str], ExchangeDesk], wrong: str
) -> None:
    source = make("source")
    source.fill_demo(NOW)
    stream = source.store.streams("defense/")[0]
    at = Stamp("2026-03-02T09:00:00.000Z", 1_000, 900, "boot-1")
    key, event = aside_row(3, DefenseEvent(3, 3, at, "Camille", Noted("a note", at)))
    source.store.save_aside(stream, key, event)
    lines = b"".join(source.export()).splitlines()
    place = next(n for n, line in enumerate(lines) if b'"id":"aside/' in line)
    row = json.loads(lines[place])
    assert (row["id"], row["text"].encode()) == (f"aside/{key}", event)
    match wrong:
        case "its key":
            row["id"] = row["id"][:-1] + "x"
        case "its stamp":
            row["first"]["boot_ms"] += 1
        case "its cursor":
            row["cursor"] = 7
        case "its event":
            row["text"] = row["text"].replace("noted", "juggled")
        case _:
            row["id"] = "aside/nobody/3-" + row["id"][-12:]
    lines[place] = json.dumps(row, separators=(",", ":")).encode()
    assert [bad.line for bad in damaged(make, lines).lines] == [place + 1]


@pytest.mark.parametrize("kind", ["illegal", "unknown", "not canonical", "another number", "another field"])
def test_an_event_is_believed_only_when_it_is_legal_and_canonical(
    make: Callable[[str], ExchangeDesk], exported: bytes, kind: str
) -> None:
    lines = exported.splitlines()
    place = last_of_a_log(lines)
    event = json.loads(lines[place])["event"]
    if kind == "illegal":
        assert event["what"]["kind"] == "check_ticked"  # a planned defense: nobody waits yet
        event["what"] = {"kind": "no_show", "reason": "absent"}
    elif kind == "unknown":
        event["what"] = {"kind": "juggled"}
    elif kind == "another number":
        event["seq"] += 1
    elif kind == "another field":
        event["extra"] = 1
    separators = (", ", ": ") if kind == "not canonical" else (",", ":")
    with_event(lines, place, json.dumps(event, sort_keys=True, separators=separators, ensure_ascii=False).encode())

    assert [bad.line for bad in damaged(make, lines).lines] == [place + 1]


def test_a_curriculum_under_another_hash_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()
    place = first_line(lines, "curricula")
    hash = json.loads(lines[place])["id"]
    lines[place] = lines[place].replace(hash.encode(), hashlib.sha256(b"other").hexdigest().encode())

    found = damaged(make, lines).lines

    assert found[0].line == place + 1
    assert len(found) > 1  # the logs that were started with it cannot be folded


def test_a_student_other_than_the_log_says_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()
    place = first_line(lines, "students")
    lines[place] = lines[place].replace(b"Ada", b"Eve")

    assert [bad.line for bad in damaged(make, lines).lines] == [place + 1]


STUDENT_LINE = b'{"table":"students","id":"x","name":"","email":"","timezone":"","seq":%s}'
UNREADABLE = {
    b"": "ce n’est pas du JSON tel que la console l’écrit",
    b"{": "ce n’est pas du JSON tel que la console l’écrit",
    b'{"table":"leases","id":1}': "",
    b'{"table":"students","id":"x"}': "le champ name manque",
    STUDENT_LINE % b'"1"': "seq a une autre forme",
    STUDENT_LINE % b'1,"x":2': "le champ x est inconnu",
    b'{"table":"\xff"}': "ce n’est pas de l’UTF-8",
}


@pytest.mark.parametrize("line", UNREADABLE)
def test_an_unreadable_line_is_refused_in_our_words(
    make: Callable[[str], ExchangeDesk], exported: bytes, line: bytes
) -> None:
    lines = exported.splitlines()
    lines.insert(5, line)

    [bad] = [bad for bad in damaged(make, recounted(lines)).lines if bad.line == 6]
    problem = bad.parameters.get("problem")
    assert (translator("fr").error(problem) if isinstance(problem, ConsoleError) else "") == UNREADABLE[line]


def test_a_log_under_another_name_is_refused(make: Callable[[str], ExchangeDesk], exported: bytes) -> None:
    lines = exported.splitlines()
    table = json.loads(lines[first_line(lines, "defense/")])["table"]
    other = "defense/00000000-0000-5000-8000-000000000000"
    head = first_hash(other)
    for n, line in enumerate(lines):
        row = json.loads(line)
        if row.get("table") != table:
            continue
        event = line.partition(b'"event":')[2][:-1]
        head = next_hash(head, event)
        lines[n] = f'{{"table":"{other}","id":{row["id"]},"hash":"{head}","event":'.encode() + event + b"}"

    problem = str(damaged(make, lines).lines[0].parameters["problem"])
    assert problem == f"This log is that of {table.partition('/')[2]}."


@pytest.mark.parametrize("break_", ["\n", "\r", "\u2028", "\x85"])
def test_an_address_of_several_lines_is_refused_whatever_it_comes_in(
    make: Callable[[str], ExchangeDesk], exported: bytes, break_: str
) -> None:
    address = f"ada@example.org{break_}Bcc: eve@example.org"
    desk = make("rows")
    row = ["s1", "Ada", address, "IRP", "IRP-P2", "1", "2027-01-05T10:00"]
    columns = ["student_id", "student_name", "email", "curriculum", "project", "attempt", "planned_at"]
    rows = [dict(zip(columns, row, strict=True))]
    with pytest.raises(BadFile) as refused:
        desk.take(data_file(io.BytesIO(json.dumps(rows).encode())))
    assert [bad.column for bad in refused.value.lines] == ["email"]
    with pytest.raises(ConsoleError, match="on one line"):
        desk.logs.decide(STUDENT, "s1", (StudentRegistered("s1", "Ada", address),), clocks.read())

    lines = exported.splitlines()
    place = first_line(lines, "student/")
    event = json.loads(lines[place])["event"]
    event["what"]["email"] = address
    with_event(lines, place, json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode())
    assert place + 1 in [bad.line for bad in damaged(make, lines).lines]


def archive_of(events: list[DefenseEvent]) -> bytes:
    """An export of one defense and its student."""
    student = StudentEvent(1, 1, events[0].at, "Mentor", StudentRegistered("s1", "Ada Exemple"))
    of_defense = DEFENSE.stream(str(defense_id("s1", PROJECT, 1)))
    rows: list[msgspec.Struct] = [
        CurriculumLine(CURRICULA, curriculum_hash(CURRICULUM), msgspec.Raw(canonical_json(CURRICULUM))),
        StudentTableLine(STUDENTS, "s1", "Ada Exemple", "", "", 1),
    ]
    logs: list[tuple[str, Sequence[Event[Any]]]] = [(of_defense, events), (STUDENT.stream("s1"), [student])]
    for name, log in logs:
        hash = first_hash(name)
        for event in log:
            body = encode_event(event)
            hash = next_hash(hash, body)
            rows.append(LogLine(name, event.seq, hash, msgspec.Raw(body)))
    return b"\n".join(map(msgspec.json.encode, (Header(ARCHIVE, EXPORT_VERSION, len(rows)), *rows)))


@pytest.mark.parametrize("kind", [pauses, ratings_taken_back], ids=lambda kind: kind.__name__)
def test_a_log_ten_times_as_long_is_checked_in_ten_times_the_steps(kind: Callable[..., Any]) -> None:
    short, long = archive_of(long_log(kind, 200)), archive_of(long_log(kind, 2_000))
    logs: list[Log[Any, Any]] = []

    def read(data: bytes) -> None:
        read_archive(lambda: io.BytesIO(data), logs.append)

    read(short)
    assert len(logs[0].events) == 200
    assert steps(lambda: read(long)) < 11 * steps(lambda: read(short))


def test_an_import_takes_one_log_after_the_other_and_one_sorted_otherwise_too(
    make: Callable[[str], ExchangeDesk], exported: bytes
) -> None:
    header, *rows = exported.splitlines(keepends=True)
    read: list[bytes] = []

    def lines() -> Iterator[bytes]:
        read.clear()
        for line in (header, *rows):
            read.append(line)
            yield line

    at: list[int] = []
    read_archive(lines, lambda _log: at.append(len(read)))
    assert len(set(at)) == len(at) > 10, "each is given at its own place of the file, none is held until the end"
    copy = make("copy")
    copy.take(data_file(io.BytesIO(header + b"".join(reversed(rows)))))
    assert b"".join(copy.export()) == exported
