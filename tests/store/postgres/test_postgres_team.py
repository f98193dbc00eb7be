"""Who in a school may hand on what: students, second readings, offers; each in one transaction, each on the server."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import Noted
from defense_console.model.student.kinds import StudentHandedOver
from defense_console.store.base import Append, StoreError
from defense_console.store.postgres.people import People
from defense_console.store.postgres.store import PostgresStore
from tests.store import logs
from tests.store.postgres.schools import School, cli, decide, defense, notes, planned, stream_of
from tests.store.postgres.servers import as_role

pytestmark = pytest.mark.xdist_group("postgres")
DONE = '{"seq":%d,"action":%d,"author":"Marc","what":{"kind":"reading_closed","reader":"Marc"}}'


def test_a_mentor_hands_a_student_on_with_a_note_or_not_at_all(school: School, n: int) -> None:
    camille, marc, who = school.open("camille"), school.open("marc"), f"s{n}"
    camille.append(logs.student(who))
    decide(camille, n, planned(n))
    hers, his = school.roles["camille"], school.roles["marc"]
    note = Append(f"student/{who}", 1, (logs.event(2, StudentHandedOver("Marc", "which budget?")),))

    def hand(to: str, by: PostgresStore) -> None:
        with camille.transaction():
            camille.append(note)
            by.people.hand_student(who, to, hers)

    for to, by in ((his, marc), (school.roles["administrator"], camille), ("nobody", camille)):
        with pytest.raises(StoreError):
            hand(to, by)
        assert len(camille.read_log(f"student/{who}")) == 1, "neither half is left"
        assert marc.student(who) is None
    for statement, role in (
        ("UPDATE pupil SET role_name = %s, given_by = current_user WHERE student = %s", school.roles["administrator"]),
        ("UPDATE pupil SET role_name = %s WHERE student = %s", his),
    ):
        with school.psql("camille") as run, pytest.raises(psycopg.errors.InsufficientPrivilege):
            run(statement, role, who)
    hand(his, camille)
    assert camille.student(who) is None
    assert b"which budget?" in marc.read_log(f"student/{who}")[1].body
    assert marc.people.known().own[who] == his
    decide(marc, n, ev.RoomOpened())
    with pytest.raises(StoreError, match="not yours to give"):
        camille.people.hand_student(who, hers, hers)
    given = cli("school", "give", hers, who, "--hand-over", "--note", "so", "--store",
                as_role(school.address, school.roles["administrator"]))  # fmt: skip
    assert given.exit_code == 0, given.output
    assert (camille.student(who) is None, marc.student(who)) == (False, None)


def test_who_follows_a_student_never_takes_their_defense_whatever_the_claim_says(school: School, n: int) -> None:
    camille, marc = school.open("camille"), school.open("marc")
    decide(camille, n, planned(n))
    school.people.give(school.roles["marc"], f"s{n}")
    offered = camille.claims.offer(stream_of(n), apart="")
    for own in (camille, marc):
        with pytest.raises(StoreError):
            own.claims.take(offered)
    assert marc.claims.of(stream_of(n)) == offered


def test_a_second_reader_reads_one_defense_until_the_reading_is_done(school: School, n: int) -> None:
    camille, marc, stream = school.open("camille"), school.open("marc"), stream_of(n)
    camille.append(logs.student(f"s{n}"))
    decide(camille, n, planned(n), Noted("hers alone", logs.STAMP))
    his = school.roles["marc"]
    for nobody in (marc, school.open("service")):
        with pytest.raises(StoreError):
            nobody.people.ask_reading(stream, f"s{n}", his)
    with school.psql("camille") as run, pytest.raises(psycopg.errors.InsufficientPrivilege):
        run("INSERT INTO second_reader VALUES (%s, %s, %s, %s, current_user, now(), NULL)",
            school.address.school, stream, his, "s-of-somebody-else")  # fmt: skip
    decide(school.open("administrator"), n + 1, planned(n + 1))
    with school.psql("camille") as run:
        run("INSERT INTO second_reader VALUES (%s, %s, %s, %s, current_user, now(), NULL)",
            school.address.school, stream_of(n + 1), his, f"s{n}")  # fmt: skip
    with school.psql("marc") as run, pytest.raises(psycopg.errors.InsufficientPrivilege):
        run("INSERT INTO event VALUES (%s, %s, 9, '{}', '', '', now(), 9, current_user, NULL)",
            school.address.school, stream_of(n + 1))  # fmt: skip
    assert marc.read_log(stream_of(n + 1)) == (), "a row about somebody else's defense gives nothing"
    camille.people.end_reading(stream_of(n + 1), his)
    camille.people.ask_reading(stream, f"s{n}", his)
    assert [(each.stream, each.done) for each in marc.people.readings_asked()] == [(stream, "")]
    assert stream in marc.people.known().reads
    assert notes(marc, n) == {}, "private notes stay private"
    assert marc.student(f"s{n}") is None, "that one log, and nothing else"
    with pytest.raises(StoreError):
        school.open("service").append(Append(stream, 2, (logs.event(3, ev.RoomOpened()),)))
    decide(marc, n, Noted("what he saw", logs.STAMP, private=False))
    seq = len(marc.read_log(stream)) + 1
    marc.append(Append(stream, seq - 1, ((DONE % (seq, seq)).encode(),)))
    assert marc.people.readings_asked()[-1].done
    assert len(marc.read_log(stream)) == seq, "for a day, to settle the differences"
    with school.psql("marc") as run:
        run("UPDATE second_reader SET done = NULL WHERE stream = %s", stream)
        assert run("SELECT count(*) FROM second_reader WHERE stream = %s AND done IS NULL", stream) == [(0,)]
    with psycopg.connect(school.address.url, autocommit=True) as everything:
        everything.execute("UPDATE second_reader SET done = done - interval '2 days' WHERE stream = %s", (stream,))
    assert marc.read_log(stream) == ()
    assert camille.people.end_reading(stream, his)
    assert not camille.people.end_reading(stream, his)


def test_an_administrator_imports_offers_and_sees_what_waits(school: School, n: int, tmp_path: Path) -> None:
    office = as_role(school.address, school.roles["administrator"])
    listed = tmp_path / "list.csv"
    listed.write_text(
        "student_id,student_name,project,planned_at\n"
        + "".join(f"a{n}-{k},Student {k},IRP-P2,2026-12-0{k} 10:00\n" for k in (1, 2)),
        encoding="utf-8",
    )
    done = cli("import", listed, "--offer", "--yes", "--store", office)
    assert done.exit_code == 0, done.output
    assert "2 defenses are offered to the mentors." in done.output
    marc = school.open("marc")
    offered = {each.student_id for each in marc.pending() if each.student_id.startswith(f"a{n}-")}
    assert offered == {f"a{n}-1", f"a{n}-2"}
    People(school.open("administrator")).give(school.roles["camille"], f"a{n}-1")
    assert school.open("administrator").people.known().own[f"a{n}-1"] == school.roles["camille"]
    mine = next(each for each in marc.pending() if each.student_id == f"a{n}-2")
    claim = marc.claims.of(f"defense/{mine.id}")
    assert claim is not None
    marc.claims.take(claim)
    marc.set_meta(f"capacity/{school.roles['marc']}", "240")
    found = json.loads(cli("school", "waiting", "--json", "--store", office).stdout)
    (waits,) = (each for each in found["offered"] if each["student"]["id"].startswith(f"a{n}-"))
    assert (waits["student"]["name"], waits["mentor"]) == ("Student 1", school.roles["camille"])
    (his,) = (each for each in found["mentors"] if each["account"] == school.roles["marc"])
    assert his["capacity_min"] == 240
    assert {"monday": "2026-11-30", "minutes": 30} in his["weeks"]
    school.open("camille").people.hand_student(f"a{n}-1", school.roles["marc"], school.roles["camille"])
    assert marc.people.known().own[f"a{n}-1"] == school.roles["marc"], "hers to give, though the office registered them"
    said = cli("school", "waiting", "--store", office, "--lang", "fr").output
    assert "Student 1" in said
    assert defense(n) not in said
