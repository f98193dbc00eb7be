"""Broken calendars, tables and lists: each is refused as a whole, with its place, exit code 2, the store untouched."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from defense_console.cli import main
from tests.exchange.calendars import event, ics

HEAD = "student_id;student_name;email;timezone;curriculum;project;attempt;planned_at;duration_min;language"
ROW = "s1;Zoé Fictive;zoe@example.org;Europe/Paris;IRP;IRP-P2;1;2027-04-03T14:00;30;fr"
ENTRY: dict[str, Any] = {
    "student_id": "s1", "student_name": "Zoé Fictive", "curriculum": "IRP", "project": "IRP-P2", "attempt": 1,
    "planned_at": "2027-04-03T14:00",
}  # fmt: skip
SESSION: dict[str, Any] = {
    "id": 1, "type": "presentation", "sessionDate": "2027-01-05T14:00:00+01:00", "status": "pending",
    "recipient": {"id": 17, "displayableName": "Zoé Fictive"}, "projectId": "IRP-P4",
}  # fmt: skip


def csv(row: str = ROW, head: str = HEAD) -> bytes:
    return f"{head}\r\n{ROW.replace('s1', 's0')}\r\n{row}\r\n".encode()


def cell(name: str, text: str) -> bytes:
    """A table whose second row, line 3, says something else in one column."""
    cells = ROW.split(";")
    cells[HEAD.split(";").index(name)] = text
    return csv(";".join(cells))


def entries(**fields: Any) -> bytes:
    return json.dumps([{**ENTRY, "student_id": "s0"}, {**ENTRY, **fields}]).encode()


def sessions(**fields: Any) -> bytes:
    return json.dumps([{**SESSION, "id": 0, "projectId": "IRP-P5"}, {**SESSION, **fields}]).encode()


def own_zone(rule: str) -> str:
    """A definition of the zone X that changes between summer and winter by this rule."""
    both = "".join(
        f"BEGIN:{name}\nDTSTART:19700{month}01T000000\nTZOFFSETFROM:+0{before}00\nTZOFFSETTO:+0{after}00\n"
        f"RRULE:{rule}\nEND:{name}\n"
        for name, month, before, after in (("STANDARD", 1, 2, 1), ("DAYLIGHT", 6, 1, 2))
    )
    return f"BEGIN:VTIMEZONE\nTZID:X\n{both}END:VTIMEZONE\n"


def after_good(*lines: str, **more: str) -> bytes:
    """A calendar whose first event is sound and whose second, from line 9 on, is not."""
    return ics(event(uid="good"), event(*lines, **more))


# What is broken: the file, and what the refusal names: its place, and what was found where something was.
CALENDARS: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "line 1: found nothing"),
    "blanks": (b"\r\n \r\n", "line 1: found nothing"),
    "text": (b"Bonjour\n", "line 1: found “Bonjour”"),
    "a web page": (b"<!DOCTYPE html><html></html>", "line 1: found “<!DOCTYPE"),
    "json": (b'{"a": 1}', "line 1"),
    "binary": (b"\x00\xff\xfe\x01", "line 1: found “0xff”"),
    "latin-1": (ics(event(summary="x")).replace(b"SUMMARY:x", "SUMMARY:é".encode("latin-1")), "line 7: found “0xe9”"),
    "utf-16": (ics(event()).decode().encode("utf-16"), "line 1: found “0xff”"),
    "an event alone": (event().encode(), "line 1: found “BEGIN:VEVENT”"),
    "a vcard": (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", "line 1: found “BEGIN:VCARD”"),
    "cut in an event": (ics(event())[:-35], "BEGIN:VCALENDAR”, expected END:VCALENDAR"),
    "cut at its end": (ics(event()).replace(b"END:VCALENDAR\r\n", b""), "line 1: found “BEGIN:VCALENDAR”"),
    "ended twice": (ics(event()) + b"END:VCALENDAR\r\n", "line 10: found “END:VCALENDAR”"),
    "ended before its event": (ics("BEGIN:VEVENT\nUID:x\n"), "line 6: found “END:VCALENDAR”, expected END:VEVENT"),
    "an alarm not ended": (after_good("BEGIN:VALARM"), "expected END:VALARM"),
    "words after the end": (ics(event()) + b"X-AFTER:1\r\n", "line 10: found “X-AFTER:1”"),
    "a line without a colon": (after_good("NONSENSE"), "line 13: found “NONSENSE”"),
    "a name with blanks": (after_good("MY NAME:x"), "line 13: found “MY NAME:x”"),
    "an open quote": (after_good('ATTENDEE;CN="Zoé:mailto:x'), "line 13: found “ATTENDEE;CN="),
    "a parameter without a value": (after_good("ATTENDEE;CN:mailto:x"), "line 13: found “ATTENDEE;CN:mailto:x”"),
    "a nought": (after_good("SUMMARY:\x00"), "line 13"),
    "no uid": (ics(event(uid="good"), event().replace("UID:e1\n", "")), "line 9, column UID"),
    "an empty uid": (after_good(uid=" "), "line 10, column UID"),
    "two uids": (after_good("UID:again"), "line 10, column UID"),
    "no start": (ics(event(uid="good"), event().replace("DTSTART:20270105T100000Z\n", "")), "line 9, column DTSTART"),
    "two starts": (after_good("DTSTART:20270106T100000Z"), "line 11, column DTSTART"),
    "a start in words": (after_good(start="DTSTART:tomorrow"), "line 11, column DTSTART"),
    "a 13th month": (after_good(start="DTSTART:20271301T100000Z"), "line 11, column DTSTART"),
    "a 30 February": (after_good(start="DTSTART:20270230T100000Z"), "line 11, column DTSTART"),
    "hour 25": (after_good(start="DTSTART:20270105T250000Z"), "line 11, column DTSTART"),
    "a year of no calendar": (after_good(start="DTSTART:00010105T100000Z"), "line 11, column DTSTART"),
    "an unknown zone": (
        after_good(start="DTSTART;TZID=Moon/Base:20270105T100000"), "column DTSTART: found “Moon/Base”"),
    "Outlook's zone of its own without its rules": (
        after_good(start="DTSTART;TZID=Customized Time Zone:20270105T100000"), "found “Customized Time Zone”"),
    "an unknown zone of the end": (after_good("DTEND;TZID=Moon/Base:20270105T110000"), "line 13, column DTEND"),
    "a zone whose rule names a month that does not exist": (
        ics(own_zone("FREQ=YEARLY;BYMONTH=19;BYDAY=-1SU"), event(start="DTSTART;TZID=X:20270105T100000")), "line 4"),
    "a zone that changes every second": (
        ics(own_zone("FREQ=SECONDLY"), event(start="DTSTART;TZID=X:20270105T100000")), "line 4"),
    "a zone with broken rules": (
        ics("BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:19700101T000000\nRRULE:FREQ=FOO\nEND:STANDARD\n"
            "END:VTIMEZONE\n", event(start="DTSTART;TZID=X:20270105T100000")), "line 4"),
    "an end before the start": (after_good("DTEND:20270105T090000Z"), "line 13, column DTEND"),
    "an end in words": (after_good("DTEND:later"), "line 13, column DTEND"),
    "a day as the end of an hour": (after_good("DTEND;VALUE=DATE:20270106"), "line 13, column DTEND"),
    "a length in words": (after_good("DURATION:long"), "line 13, column DURATION"),
    "a negative length": (after_good("DURATION:-PT30M"), "line 13, column DURATION"),
    "a revision in words": (after_good("SEQUENCE:third"), "line 13, column SEQUENCE"),
    "a stamp in words": (after_good("DTSTAMP:now"), "line 13, column DTSTAMP"),
    "a rule of no kind": (after_good("RRULE:FREQ=FORTNIGHTLY"), "line 13, column RRULE"),
    "a rule without its kind": (after_good("RRULE:COUNT=3"), "line 13, column RRULE"),
    "a rule of steps of nothing": (after_good("RRULE:FREQ=WEEKLY;INTERVAL=0"), "line 13, column RRULE"),
    "a rule in words": (after_good("RRULE:weekly"), "line 13, column RRULE"),
    "two rules": (after_good("RRULE:FREQ=DAILY;COUNT=2", "RRULE:FREQ=WEEKLY;COUNT=2"), "line 13, column RRULE"),
    "a date left out in words": (after_good("RRULE:FREQ=DAILY;COUNT=2", "EXDATE:never"), "line 14, column EXDATE"),
    "a further date in words": (after_good("RDATE:sometime"), "line 13, column RDATE"),
    "a changed repetition of when": (after_good("RECURRENCE-ID:then"), "line 13, column RECURRENCE-ID"),
    "one event at two times": (
        ics(event(), event(start="DTSTART:20270107T100000Z")), "line 10, column UID: found “e1”"),
}  # fmt: skip
TABLES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "line 1: found nothing"),
    "UTF-8 cut in a letter": (csv("é".encode().decode("latin-1")).decode().encode() + b"\xe9", "found “0xe9”"),
    "no header": (ROW.encode(), "line 1"),
    "a slip in the header": (csv(head=HEAD.replace("project", "projjet")), "did you mean project?"),
    "a header of another table": (b"Produit;Prix\r\nx;1\r\n", "line 1, column student_id"),
    "a web page": (b"<html><table></table></html>", "line 1: found “<html>"),
    "UTF-16 cut in a letter": (csv().decode().encode("utf-16")[:-1], "file: expected text in UTF-8 or UTF-16"),
    "a column twice": (csv(head=HEAD.replace("email", "project")), "line 1, column project: found “project”"),
    "a column missing": (csv(head=HEAD.replace("project;", "")), "line 1, column project"),
    "a cell too many": (csv(ROW + ";x"), "line 3: found “11”"),
    "an open quote": (csv('"s1;Zoé'), "line 3"),
    "no student": (cell("student_id", ""), "line 3, column student_id"),
    "an unknown curriculum": (cell("curriculum", "XYZ"), "line 3, column curriculum: found “XYZ”"),
    "an unknown project": (cell("project", "IRP-P99"), "line 3, column project: found “IRP-P99”"),
    "attempt 0": (cell("attempt", "0"), "line 3, column attempt: found “0”"),
    "a day without a time": (cell("planned_at", "2027-04-03"), "such as 2027-04-03 14:00"),
    "an error of the spreadsheet": (cell("email", "#N/A"), "line 3, column email: found “#N/A”"),
    "a word under no heading": (csv(ROW + ";x;y", HEAD + ";;Notes"), "line 3: found “x”, expected a heading"),
    "a day that is none": (cell("planned_at", "31/02/2027"), "line 3, column planned_at: found “31/02/2027”"),
    "an American date": (cell("planned_at", "04/31/2027"), "line 3, column planned_at"),
    "a skipped hour": (cell("planned_at", "2027-03-28T02:30"), "line 3, column planned_at"),
    "an hour twice": (cell("planned_at", "2027-10-31T02:30"), "line 3, column planned_at"),
    "a zone that is none": (cell("timezone", "Europe/Pari"), "line 3, column timezone"),
    "half a minute": (cell("duration_min", "1.5"), "line 3, column duration_min: found “1.5”"),
    "a language of its own": (cell("language", "klingon"), "line 3, column language: found “klingon”"),
}  # fmt: skip
LISTS: dict[str, tuple[bytes, str]] = {
    "cut": (entries()[:-10], "JSON"),
    "an object": (b'{"student_id": "s1"}', "array"),
    "a number in the list": (b"[1]", "entry 1: found “1”"),
    "nested beyond reason": (b"[" * 100_000, "array"),
    "an unknown field": (entries(nom="x"), "entry 2, column nom"),
    "a field twice": (b'[{"student_id": "a", "student_id": "b"}]', "entry 1, column student_id"),
    "a number as a name": (entries(student_name=3), "entry 2, column student_name: found “3”"),
    "a list as a date": (entries(planned_at=[]), "entry 2, column planned_at"),
    "half a character": (entries(student_name="\ud800"), "entry 2, column student_name"),
    "true as an attempt": (entries(attempt=True), "entry 2, column attempt: found “true”"),
    "a session in words": (json.dumps([SESSION, "x"]).encode(), "entry 2: found “\"x\"”"),
    "a session without an id": (sessions(id=None), "entry 2, column id: found nothing"),
    "a session twice": (sessions(id=0), "entry 2, column id: found “0”"),
    "a session of no type": (sessions(type=None), "entry 2, column type: found nothing"),
    "a session at no time": (sessions(sessionDate="soon"), "entry 2, column sessionDate: found “soon”"),
    "a session on a day": (sessions(sessionDate="2027-01-05"), "such as 2027-01-05 14:00"),
    "a session without a date": (sessions(sessionDate=None), "entry 2, column sessionDate"),
    "a session of nobody": (sessions(recipient=None), "entry 2, column recipient: found nothing"),
    "a session of somebody": (sessions(recipient={"id": " "}), "entry 2, column recipient.id"),
    "a state of its own": (sessions(status="postponed"), "entry 2, column status: found “postponed”"),
    "a length without its T": (
        sessions(durationDetails={"effectiveDuration": "1H02M"}), "durationDetails.effectiveDuration: found “1H02M”"),
    "a length in minutes": (
        sessions(durationDetails={"billedDuration": 62}), "durationDetails.billedDuration: found “62”"),
    "lengths in a list": (sessions(durationDetails=[]), "entry 2, column durationDetails: found “[]”"),
}  # fmt: skip

Refused = Callable[[str, bytes], Result]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Imports a file into a store that holds a defense, and looks whether anything was written."""
    store = tmp_path / "store"
    (tmp_path / "settings.toml").write_text('zone = "Europe/Paris"\n', encoding="utf-8")
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(tmp_path / "settings.toml"))

    def run(*arguments: str) -> Result:
        return CliRunner().invoke(main, [*arguments, "--store", str(store)])

    def take(command: str, data: bytes) -> Result:
        (tmp_path / "first.csv").write_bytes(csv("s9;Ada Exemple;;;IRP;IRP-P1;1;2027-04-04T10:00;;"))
        assert run("import", str(tmp_path / "first.csv")).exit_code == 0
        before = run("export").stdout_bytes
        file = tmp_path / "file"
        file.write_bytes(data)
        for arguments in (("--dry-run",), ()):
            result = run(*command.split(), str(file), *arguments)
            assert run("export").stdout_bytes == before
        return result

    return take


def check(result: Result, named: str) -> None:
    assert result.exit_code == 2, result.output
    assert result.stdout == ""
    assert named in result.stderr
    assert "expected" in result.stderr
    assert result.stderr.endswith("Error: Nothing was imported: the file has errors.\n")


@pytest.mark.parametrize("case", CALENDARS)
def test_calendars(refused: Refused, case: str) -> None:
    data, named = CALENDARS[case]
    check(refused("calendar import", data), named)


@pytest.mark.parametrize("case", TABLES)
def test_tables(refused: Refused, case: str) -> None:
    data, named = TABLES[case]
    check(refused("import", data), named)


@pytest.mark.parametrize("case", LISTS)
def test_lists(refused: Refused, case: str) -> None:
    data, named = LISTS[case]
    check(refused("import", data), named)


@pytest.mark.parametrize(
    ("command", "data"),
    [("calendar import", after_good()), ("import", csv()), ("import", entries()), ("import", sessions())],
)
def test_what_they_are_broken_from_is_sound(tmp_path: Path, command: str, data: bytes) -> None:
    file = tmp_path / "file"
    file.write_bytes(data)
    result = CliRunner().invoke(main, [*command.split(), str(file), "--store", str(tmp_path / "store")])
    assert result.exit_code == 0, result.output


def test_there_are_enough_of_them() -> None:
    assert len(CALENDARS) + len(TABLES) + len(LISTS) >= 60
