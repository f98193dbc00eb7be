"""A school in memory: what somebody sees who looks after it, and how a student goes from one mentor to another."""

from __future__ import annotations

import msgspec
import pytest

from defense_console.desk.school import SchoolDesk
from defense_console.model.defense import kinds as ev
from defense_console.model.errors import ConsoleError
from defense_console.model.student.kinds import StudentHandedOver
from defense_console.store.claiming import CLAIM_DAYS
from defense_console.store.people import AskedReading, Person
from tests.desk.consoles import Twin
from tests.desk.test_team import DAY_S, of, seen, tab_of
from tests.store.memory import Database
from tests.ui.conftest import Room


def tables(room: Room) -> Database:
    assert room.database is not None
    return room.database


def people(room: Room, *mentors: str, office: str = "office") -> None:
    """Several mentors, and somebody who looks after them."""
    known = tables(room).tables.people
    known.update({each: Person(each, "mentor", each.title()) for each in mentors})
    known[office] = Person(office, "administrator", "Office")


def test_what_is_offered_says_whose_student_it_is_and_not_who(school: Room) -> None:
    people(school, "own", "one", "two")
    school.student("s2", "Bob")
    id, other = school.plan(attempt=1), school.plan("s2")
    tables(school).tables.own |= {"s1": "own", "s2": "two"}
    own, one, two, office = (of(school, each) for each in ("own", "one", "two", "office"))
    summary = own.desk.agenda.entry(id).summary  # type: ignore[union-attr]
    assert [tab_of(each, other) for each in (own, two, office)] == ["team", "mine", "team"]
    own.desk.team.offer(summary, own.desk.team.own_mentor(summary))
    line = seen(one).desk.agenda.entry(id)
    assert line is not None
    assert (line.student_name, line.parameters["length"]) == ("student of Own", 30)
    assert [seen(each).desk.agenda.entry(id).student_name for each in (own, office)] == ["Ada", "Ada"]  # type: ignore[union-attr]
    assert {each.summary.id for each in office.desk.agenda.entries() if "team" in each.tabs} == {id, other}
    tables(school).tables.own["s1"] = "two"
    assert tab_of(seen(two), id) == "team", "who follows the student since does not assess either"
    tables(school).tables.own["s1"] = "own"
    one.desk.team.take(summary)
    assert one.desk.agenda.entry(id).student_name == "Ada"  # type: ignore[union-attr]
    assert [each.role for each in one.desk.team.successors(summary)] == ["two"]


def test_a_student_goes_to_another_mentor_with_what_is_open(school: Room) -> None:
    people(school, "own", "one")
    tables(school).tables.own["s1"] = "own"
    own, one = of(school, "own"), of(school, "one")
    desk = own.desk.follow("s1")
    desk.ask("which budget?")
    to = desk.handing_over.people[0]
    with pytest.raises(ConsoleError, match="not saved yet"):
        desk.handing_over.give(to, desk.handing_over.note)
    own.settle()
    assert "own mentor or an administrator" in str(one.desk.follow("s1").handing_over.refusal)
    with pytest.raises(ConsoleError, match="not yours to give"):
        desk.handing_over.give(msgspec.structs.replace(to, role="nobody"), "")
    assert not desk.student.handed_over
    note = desk.handing_over.note
    desk.handing_over.give(to, note)
    assert tables(school).tables.own["s1"] == "one"
    assert "own mentor or an administrator" in str(desk.handing_over.refusal)
    (handed,) = seen(one).desk.follow("s1").student.handed_over
    assert (handed.to, handed.text) == ("One", "Questions: which budget?")
    event = one.desk.follow("s1").events[-1]
    assert isinstance(event.what, StudentHandedOver)
    assert one.desk.follow("s1").said(event, "en") == "Handed over to One: Questions: which budget?"
    assert one.desk.follow("s1").student.undo == (), "undo does not go past it"


def test_an_administrator_sees_what_waits_and_for_whom(school: Room) -> None:
    people(school, "zoe", "abe")
    tables(school).tables.own["s1"] = "abe"
    soon, asked, held, far = (
        school.plan("s1", f"IRP-P{n}", in_min=60 * 24 * days) for n, days in ((2, 9), (3, 60), (4, 1 / 24), (5, 61))
    )
    office = of(school, "office")
    for id in (soon, asked):
        office.desk.team.offer(office.desk.agenda.entry(id).summary, "abe")  # type: ignore[union-attr]
    zoe = of(school, "zoe")
    zoe.desk.team.take(zoe.desk.agenda.entry(asked).summary)  # type: ignore[union-attr]
    zoe.desk.team.capacity_min = 240
    school.machine.pass_time(3600)
    school.live(held)
    school.add(held, ev.Finished())
    school.machine.pass_time((CLAIM_DAYS * DAY_S) + 60)
    seen(zoe).desk.agenda.look_at_claims()
    found = SchoolDesk(seen(office).desk.agenda).waiting()
    assert [(w.summary.id, w.account, w.mentor) for w in found.offered] == [(soon, "", "abe")]
    assert [(w.summary.id, w.account) for w in found.asked] == [(asked, "zoe")]
    assert [(w.summary.id, w.account) for w in found.late] == [(held, "abe")]
    assert [(load.person.role, load.capacity_min, sum(load.weeks.values())) for load in found.loads] == [
        ("abe", None, 30), ("zoe", 240, 30),
    ]  # fmt: skip
    assert far


def test_somebody_is_asked_to_read_a_defense_again(school: Room) -> None:
    people(school, "own", "one")
    tables(school).tables.own["s1"] = "own"
    id = school.plan()
    own = of(school, "own")
    desk, summary = SchoolDesk(own.desk.agenda), own.desk.agenda.entry(id).summary  # type: ignore[union-attr]
    with pytest.raises(ConsoleError, match="none is released yet"):
        desk.ask_reading(summary, "one")
    released = msgspec.structs.replace(summary, released_at=school.machine.read().wall)
    with pytest.raises(ConsoleError, match="another mentor's"):
        desk.ask_reading(released, "own")
    desk.ask_reading(released, "one")
    one = of(school, "one")
    assert tab_of(one, id) == "team"
    assert [(w.summary.id, w.account) for w in SchoolDesk(one.desk.agenda).waiting().readings] == [(id, "one")]
    done = AskedReading(f"defense/{id}", "one", "2026-01-01T00:00:00.000Z", "2026-01-02T00:00:00.000Z")
    tables(school).tables.readers[f"defense/{id}", "one"] = done
    assert SchoolDesk(seen(own).desk.agenda).waiting().readings == ()
    desk.end_reading(summary, "one")
    with pytest.raises(ConsoleError, match="was not asked"):
        desk.end_reading(summary, "one")


def test_a_mentor_alone_has_no_school(room: Room) -> None:
    room.student("s1", "Ada")
    alone = Twin(room)
    with pytest.raises(ConsoleError, match="yours alone"):
        SchoolDesk(alone.desk.agenda)
    assert "yours alone" in str(alone.desk.follow("s1").handing_over.refusal)
