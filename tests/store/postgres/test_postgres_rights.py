"""Who in a school may read and write what: with the console, and with plain statements on a connection of one's own."""

from __future__ import annotations

import json
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import psycopg
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import Noted, NoteEdited, NotePrivacySet
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.action import Log
from defense_console.model.log.every_log import Withheld
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Append, Conflict, ReadOnlyStore, StoreError
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.people import KINDS, People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from tests.store import logs
from tests.store.postgres.conftest import Account
from tests.store.postgres.schools import (
    CURRICULA,
    PROTECTED,
    School,
    cli,
    decide,
    defense,
    notes,
    planned,
    stream_of,
)
from tests.store.postgres.servers import as_role
from tests.store.vault_contract import keep

pytestmark = pytest.mark.xdist_group("postgres")
SECRET = "Only Camille reads this."
OTHERS = ("owner", "marc", *KINDS[1:])


def test_a_private_note_is_read_by_its_author_and_nobody_else(school: School, n: int) -> None:
    """In no table: neither the line, nor the text while it is typed, nor what was refused, nor the rows for lists."""
    camille = school.open("camille")
    decide(camille, n, planned(n))
    school.people.give(school.roles["marc"], f"s{n}")
    secret = f"{SECRET} {n}"
    camille.save_draft(stream_of(n), "note", msgspec.structs.replace(logs.DRAFT, text=secret))
    camille.save_aside(stream_of(n), "2/2-a", logs.note(2, secret))
    camille.append(logs.student(f"s{n}"))
    body = msgspec.json.encode({"seq": 2, "action": 2, "what": {"kind": "student_noted", "text": secret}})
    camille.append(Append(STUDENT.stream(f"s{n}"), 1, (body,)))
    decide(camille, n, Noted(secret, logs.STAMP))
    assert notes(camille, n) == {secret: True}
    assert set(school.sees("camille", secret)) == {"private_line", "draft", "aside"}
    for name in OTHERS:
        assert school.sees(name, secret) == [], name
        assert school.open(name).all_drafts().get(stream_of(n)) is None
    for name in ("marc", "administrator"):
        other = school.open(name)
        assert notes(other, n) == {}
        assert [line.withheld for line in other.read_log(stream_of(n))] == [False, True]
        assert other.verify(stream_of(n)) == (), "what is withheld is not damaged"
        assert other.withheld(stream_of(n)) == 1
        assert other.read_log(stream_of(n))[1].hash == camille.read_log(stream_of(n))[1].hash
        assert other.read_log(STUDENT.stream(f"s{n}"))[1].withheld
    assert camille.withheld(stream_of(n)) == 0


def test_a_log_with_withheld_lines_goes_on_for_everybody(school: School, n: int) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    decide(camille, n, planned(n))
    school.people.give(school.roles["marc"], f"s{n}")
    decide(camille, n, Noted("mine", logs.STAMP))
    decide(marc, n, Noted("his", logs.STAMP), Noted("theirs", logs.STAMP, private=False))
    assert notes(camille, n) == {"mine": True, "theirs": False}
    assert notes(marc, n) == {"his": True, "theirs": False}
    marc_sees = Log.read(DEFENSE, defense(n), marc.read_log(stream_of(n)), CURRICULA)
    assert [type(event.what) for event in marc_sees.events][1] is Withheld
    assert [event.action for event in marc_sees.events] == [1, 2, 3, 3]
    assert marc_sees.state.undo == (2, 3), "an action that is withheld is one that undo would take back"
    with pytest.raises(Exception, match="never recorded"):
        decide(marc, n, Withheld())
    for name in ("camille", "marc", "administrator"):
        assert school.open(name).verify(stream_of(n)) == ()


def test_what_a_note_said_before_it_was_shared_stays_private(school: School, n: int) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    decide(camille, n, planned(n))
    school.people.give(school.roles["marc"], f"s{n}")

    def turn(text: str) -> None:
        id = defense(n)
        state = Log.read(DEFENSE, id, camille.read_log(DEFENSE.stream(id)), CURRICULA).state
        decide(camille, n, *ev.turned(next(note for note in state.notes if note.text == text)))

    decide(camille, n, Noted("a plain note", logs.STAMP))  # line 2
    turn("a plain note")
    assert notes(marc, n) == {"a plain note": False}
    turn("a plain note")
    assert notes(marc, n) == {}
    assert notes(camille, n) == {"a plain note": True}
    decide(camille, n, ev.Undone(4))
    assert notes(marc, n) == {"a plain note": False}, "undo shares it again"
    decide(camille, n, ev.Redone(4))
    assert notes(marc, n) == {}
    decide(camille, n, Noted(f"{SECRET} before", logs.STAMP))  # line 7
    decide(camille, n, NoteEdited(7, "said better"))
    turn("said better")
    assert notes(marc, n) == {"said better": False}
    assert school.sees("marc", f"{SECRET} before") == []
    decide(camille, n, ev.Undone(9))
    assert notes(camille, n) == {"a plain note": True, "said better": True}
    assert school.sees("marc", "said better") == [], "what was taken back is its author's again"
    decide(camille, n, NoteEdited(7, ""))
    assert school.sees("marc", "said better") == []


def test_who_makes_a_note_of_somebody_else_private_gives_it_back_to_them(school: School, n: int) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    decide(camille, n, planned(n), Noted("shared at first", logs.STAMP, private=False))
    school.people.give(school.roles["marc"], f"s{n}")
    decide(marc, n, NoteEdited(2, "reworded by Marc"))
    decide(marc, n, NotePrivacySet(2, True))
    assert notes(marc, n) == {}
    assert notes(camille, n) == {"reworded by Marc": True}
    assert {line.withheld for line in marc.read_log(stream_of(n))[1:3]} == {True}
    assert [problem for name in ("camille", "marc") for problem in school.open(name).verify(stream_of(n))] == []


def test_who_reads_a_log_reads_its_documents_and_what_is_whole_nobody_changes(school: School, n: int) -> None:
    camille, marc, administrator = (school.open(name) for name in ("camille", "marc", "administrator"))
    document = f"{SECRET} {n}".encode()
    for store, own in ((camille, n), (marc, n + 1)):
        decide(store, own, planned(own))
    [kept] = keep(camille.vault, document)
    assert not administrator.vault.holds(kept.sha256), "no log names it"
    decide(camille, n, ev.DeliverableReceived(1, (ReceivedFile("a.pdf", kept.size, kept.sha256),)))
    for name in ("camille", "administrator", "owner"):
        assert b"".join(school.open(name).vault.chunks(kept.sha256)) == document
        assert school.open(name).verify_all() == ()
    assert "upload_part" in school.sees("service", document.decode()), "as the log that it shows parts of"
    for name in ("marc", "access"):
        assert school.sees(name, document.decode()) == school.sees(name, kept.sha256) == [], name
    with school.psql("camille") as run:
        assert run("DELETE FROM upload WHERE sha256 IS NOT NULL RETURNING copy") == []
        assert run("UPDATE upload SET size = 1 WHERE sha256 IS NOT NULL RETURNING copy") == []
        for refused in (
            "INSERT INTO upload_part SELECT school, copy, 1, 'more' FROM upload",
            "UPDATE upload_part SET body = 'other'",
            "DELETE FROM upload_of",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run(refused)
    with school.psql("marc") as run, pytest.raises(psycopg.errors.InsufficientPrivilege):
        run("INSERT INTO upload_of VALUES ('lyon', %s, %s)", stream_of(n), kept.sha256)

    assert keep(marc.vault, document) == [kept], "he never learns that it is there"
    decide(marc, n + 1, ev.DeliverableReceived(1, (ReceivedFile("a.pdf", kept.size, kept.sha256),)))
    assert b"".join(marc.vault.chunks(kept.sha256)) == document
    school.people.give(school.roles["marc"], f"s{n}")
    administrator.forget(f"s{n}", [stream_of(n)])
    assert b"".join(marc.vault.chunks(kept.sha256)) == document, "the log of another student names it"
    administrator.forget(f"s{n + 1}", [stream_of(n + 1)])
    for name in ("camille", "marc", "owner", "administrator", "service"):
        assert school.sees(name, document.decode()) == [], name


def test_a_mentor_has_their_own_students_and_what_is_offered(school: School, n: int) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    decide(camille, n, planned(n))
    stream = stream_of(n)
    assert stream not in marc.streams()
    assert marc.read_log(stream) == ()
    assert marc.find(defense(n)) == ()
    assert school.sees("marc", stream) == []
    with pytest.raises(Conflict, match="another mentor's"):
        decide(marc, n, planned(n))
    assert stream in school.open("administrator").streams()

    camille.append(logs.student(f"s{n}"))
    offered = camille.claims.offer(stream, apart=school.roles["camille"])
    assert [line.seq for line in marc.read_log(stream)] == [1], "what is offered is read"
    assert marc.student(f"s{n}") is None
    with pytest.raises(Conflict, match="no longer yours"):
        decide(marc, n, ev.RoomOpened())
    claim = marc.claims.take(offered)
    assert marc.student(f"s{n}") == camille.student(f"s{n}") is not None
    with pytest.raises(Conflict, match="no longer yours"):
        marc.append(logs.renamed(f"s{n}", 1, "Another Name"))
    decide(marc, n, ev.RoomOpened())
    decide(marc, n, Noted(f"{SECRET} {n}", logs.STAMP))
    assert school.sees("camille", f"{SECRET} {n}") == []
    marc.claims.give_back(claim, "ill")
    assert len(marc.read_log(stream)) == 3
    assert marc.student(f"s{n}") is None
    with school.psql("owner_of_nothing") as run, pytest.raises(psycopg.ProgrammingError):
        run("SELECT * FROM log")


def test_no_plain_statement_gets_around_the_rights(school: School, n: int) -> None:
    """What somebody could try who knows the tables: each is refused, or changes nothing."""
    camille = school.open("camille")
    decide(camille, n, planned(n))
    decide(camille, n, Noted(f"{SECRET} {n}", logs.STAMP))
    name, stream, marc = school.address.school, stream_of(n), school.roles["marc"]
    before = camille.read_log(stream)
    tried = (
        ("INSERT INTO grants VALUES (%s, %s, %s)", name, marc, f"s{n}"),
        ("INSERT INTO pupil VALUES (%s, %s, %s)", name, f"s{n}", marc),
        (
            "INSERT INTO claim VALUES (%s, %s, 'claimed', %s, '', 1, '', now(), '', NULL, %s)",
            name,
            stream,
            marc,
            f"s{n}",
        ),
        ("INSERT INTO claim VALUES (%s, %s, 'claimed', %s, '', 1, '', now(), '', NULL, '')", name, stream, marc),
        ("INSERT INTO offer VALUES (%s, %s, '', 0, now(), '', %s)", name, stream, f"s{n}"),
        ("UPDATE person SET kind = 'administrator' WHERE role_name = %s", marc),
        ("INSERT INTO person VALUES (%s, %s, 'administrator', 'x', now())", name, "another"),
        ("INSERT INTO reading (school, role_name, student, id) VALUES (%s, %s, 's1', gen_random_uuid())", name, marc),
        ("UPDATE log SET student = 's' WHERE stream = %s", stream),
        ("UPDATE event SET private_to = %s WHERE stream = %s", marc, stream),
        ("UPDATE private_line SET private_to = %s WHERE stream = %s", marc, stream),
        ("DELETE FROM event WHERE stream = %s", stream),
        ("DELETE FROM private_line WHERE stream = %s", stream),
        ("INSERT INTO event VALUES (%s, %s, 9, '{}', '', '', now(), 9, current_user, NULL)", name, stream),
        ("ALTER TABLE event NO FORCE ROW LEVEL SECURITY",),
        ("CREATE POLICY mine ON event USING (true)",),
        (f"SET ROLE {school.roles['camille']}",),
        ("SET row_security = off",),
    )
    for statement, *parameters in tried:
        with school.psql("marc") as run:
            with suppress(psycopg.errors.InsufficientPrivilege, psycopg.errors.UniqueViolation):
                run(statement, *parameters)
            with suppress(psycopg.errors.InsufficientPrivilege):
                assert run("SELECT 1 FROM event WHERE stream = %s", stream) == [], statement
    assert camille.read_log(stream) == before
    assert school.sees("marc", f"{SECRET} {n}") == []


def test_the_pages_for_students_read_what_is_not_private_and_write_what_a_student_does(school: School, n: int) -> None:
    camille, pages, stream = school.open("camille"), school.open("service"), stream_of(n)
    decide(camille, n, planned(n))
    camille.append(logs.student(f"s{n}"))
    decide(camille, n, Noted(SECRET, logs.STAMP))
    assert [line.withheld for line in pages.read_log(stream)] == [False, True]
    assert len(pages.read_log(f"student/s{n}")) == 1
    decide(pages, n, ev.DeliverableReceived(1, (ReceivedFile("a.pdf", 8, "0" * 64),)))
    mimicking = Noted(SECRET, logs.STAMP, private=False, criterion='"kind":"contested"')
    for forbidden in (Noted(SECRET, logs.STAMP), mimicking, planned(n + 1)):
        with pytest.raises(StoreError, match=r"does not permit|another mentor"):
            decide(pages, n if isinstance(forbidden, Noted) else n + 1, forbidden)
    assert [line.seq for line in camille.read_log(stream)] == [1, 2, 3]
    assert camille.verify(stream) == ()
    refused = cli("--store", as_role(school.address, school.roles["service"]), env={"DEFENSE_CONSOLE_IN_BROWSER": "1"})
    assert (refused.exit_code, "belongs to the pages for students" in refused.output) == (2, True)


# --- in and out ----------------------------------------------------------------------------------------------------


def test_verify_counts_and_an_export_says_that_it_is_partial(school: School, n: int, tmp_path: Path) -> None:
    camille = school.open("camille")
    decide(camille, n, planned(n))
    decide(camille, n, Noted(f"{SECRET} {n}", logs.STAMP), NoteEdited(2, f"{SECRET} {n} again"))
    address = as_role(school.address, school.roles["administrator"])
    checked = cli("verify", defense(n), "--store", address)
    assert (checked.exit_code, checked.stdout.splitlines()) == (
        0, ["1 log checked: sound.", "2 lines withheld: only their authors read them."],
    )  # fmt: skip
    assert "withheld" in cli("log", defense(n), "--json", "--store", address).stdout
    assert "only its author reads" in cli("log", defense(n), "--store", address).stdout
    exported = cli("export", "--store", address).stdout_bytes
    assert SECRET.encode() not in exported
    header, *rows = map(json.loads, exported.splitlines())
    withheld = [row for row in rows if row.get("event", "") is None]
    assert header["partial"] == len(withheld) >= 2
    (tmp_path / "partial.jsonl").write_bytes(exported)
    for place in (tmp_path / "empty", school.address):
        refused = cli("import", tmp_path / "partial.jsonl", "--store", place)
        assert refused.exit_code == 2
        assert "This export is partial" in refused.output.replace("\n", " ")
    whole = cli("export", "--store", as_role(school.address, school.roles["camille"])).stdout_bytes
    assert f"{SECRET} {n} again".encode() in whole


def test_the_right_of_access_reads_everything_of_one_person_and_is_recorded_first(school: School, n: int) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    for student in (n, n + 1):
        decide(camille, student, planned(student))
        camille.append(logs.student(f"s{student}"))
        decide(camille, student, Noted(f"{SECRET} {student}", logs.STAMP))
    school.people.give(school.roles["marc"], f"s{n}")
    for store in (camille, marc):
        typed = msgspec.structs.replace(logs.DRAFT, text=f"typed by {store.server.account}")
        store.save_draft(stream_of(n), "note", typed)
    address = as_role(school.address, school.roles["access"])
    assert school.sees("access", f"s{n}") == []
    with school.psql("access") as run:
        run("BEGIN")
        run(
            "INSERT INTO reading (school, role_name, student, id) VALUES (%s, current_user, %s, gen_random_uuid())",
            school.address.school, f"s{n}",
        )  # fmt: skip
        assert run("SELECT 1 FROM event WHERE stream = %s", stream_of(n)) == [], (
            "nothing is read before the record of it is kept"
        )
        run("ROLLBACK")
        for forged in ("at", "role_name"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                run(f"UPDATE reading SET {forged} = DEFAULT")
    for form in ("jsonl", "txt"):
        read = cli("student", f"s{n}", "--access", "--format", form, "--store", address)
        assert read.exit_code == 0, read.output
        for text in (f"{SECRET} {n}", f"typed by {school.roles['camille']}", f"typed by {school.roles['marc']}"):
            assert text in " ".join(read.stdout.split())
        assert f"{SECRET} {n + 1}" not in read.stdout
    assert [each.student for each in People(school.open("administrator")).readings()].count(f"s{n}") == 2
    assert school.sees("access", f"{SECRET} {n + 1}") == []
    assert isinstance(school.open("access").read_only, ReadOnlyStore)
    for name in ("camille", "administrator"):
        refused = cli("student", f"s{n}", "--access", "--store", as_role(school.address, school.roles[name]))
        assert refused.exit_code == 2
        assert "the account for that" in refused.output.replace("\n", " ")


# --- people --------------------------------------------------------------------------------------------------------


def test_the_owner_looks_after_the_people_and_administrators_give_students(school: School, account: Account) -> None:
    other, role = msgspec.structs.replace(school.address, school="other"), account("nadia")
    owner = as_role(other, school.roles["owner"])

    def said(*arguments: object, code: int = 0, store: Address = owner) -> str:
        done = cli("school", *arguments, "--store", store)
        assert done.exit_code == code, done.output
        return " ".join(done.output.split())

    assert "nadia" in said("add", role, "--name", "Nadia")
    administrator = as_role(other, account("nadias_administrator"))
    said("add", account("nadias_administrator"), "--kind", "administrator")
    assert "createuser --pwprompt nobody-yet" in said("add", "nobody-yet", code=2)
    assert "administers the server" in said("add", "postgres", code=2)
    with psycopg.connect(school.address.url, autocommit=True) as connection:
        connection.execute(f"GRANT {role} TO {account('another')}".encode())
        assert "an account of their own" in said("add", account("another"), code=2)
        connection.execute(f"REVOKE {role} FROM {account('another')}".encode())
    theirs = as_role(other, role)
    with closing(Server(theirs)) as server:
        store = PostgresStore(server)
        store.append(logs.student("s1"))
        store.append(logs.student("s2"))
    with closing(Server(administrator)) as server:
        PostgresStore(server).append(logs.student("s3", "Tom Demo"))
    listed = json.loads(said("people", "--json", store=administrator))
    assert [(each["name"], each["students"]) for each in listed if each["kind"] == "mentor"] == [
        ("Nadia", ["s1", "s2"])
    ]
    assert "has s3 now" in said("give", role, "s3", store=administrator)
    assert "no longer has s1" in said("take", role, "s1", store=administrator)
    assert "There is no student" in said("give", role, "nobody", code=2)
    for refused in (("add", role), ("give", role, "s1"), ("remove", role)):
        said(*refused, store=theirs, code=2)
    assert cli("students", "--store", theirs).stdout.split()[0:1] == ["s2"]
    with closing(Server(theirs)) as server, pytest.raises(Conflict, match="another mentor's"):
        PostgresStore(server).append(logs.student("s1"))
    assert "1 student is nobody's now: s2" in said("remove", role)
    with pytest.raises(StoreError, match="not permit"):
        Server(theirs)
    assert "a school: name its address" in " ".join(cli("school", "people", "--store", "/nowhere").output.split())


@pytest.mark.parametrize("name", ["owner", "administrator"])
def test_a_student_is_forgotten_with_private_texts_that_nobody_else_sees(school: School, n: int, name: str) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    for student in (n, n + 1):
        camille.append(logs.student(f"s{student}"))
        decide(camille, student, planned(student))
        decide(camille, student, Noted(f"{SECRET} {n}", logs.STAMP))
    school.people.give(school.roles["marc"], f"s{n}")
    marc.save_draft(stream_of(n), "note", logs.DRAFT)
    camille.save_aside(stream_of(n), "2/2-a", logs.note(2, f"{SECRET} {n}"))
    camille.claims.offer(stream_of(n))
    who, store = f"s{n}", as_role(school.address, school.roles[name])
    hers = as_role(school.address, school.roles["camille"])
    assert cli("forget", who, "--yes", "--store", hers).exit_code == 2
    looked = cli("forget", who, "--dry-run", "--store", store)
    assert looked.exit_code == 0, looked.output
    assert "dumps and archives of the server" in " ".join(looked.output.split())
    camille.hold_name("console")
    camille.write_lease(stream_of(n), msgspec.structs.replace(logs.lease("console"), named=True))
    assert "must be closed first" in " ".join(cli("forget", who, "--yes", "--store", store).output.split())
    camille.write_lease(stream_of(n), None)
    done = cli("forget", who, "--yes", "--store", store)
    assert done.exit_code == 0, done.output
    with psycopg.connect(school.address.url, autocommit=True) as everything:
        for table in PROTECTED:
            rows = everything.execute(f"SELECT * FROM {table}".encode()).fetchall()
            cells = [str(cell) for row in rows for cell in row]
            assert not [cell for cell in cells if cell in (who, stream_of(n), f"student/{who}")], table
    assert len(camille.read_log(stream_of(n + 1))) == 2
    assert school.open("owner").verify_all() == ()
