"""A school in memory: who is responsible for a defense, and what becomes of what was written under an old claim."""

from __future__ import annotations

import pytest

from defense_console.desk.student.own_page import contest
from defense_console.model.defense import kinds as ev
from defense_console.model.errors import ConsoleError
from defense_console.model.queue import agenda
from defense_console.store.claiming import ANSWER_DAYS, CLAIM_DAYS, FIRST_DAYS
from tests.desk.consoles import Twin
from tests.store.memory import Database
from tests.ui.conftest import Room
from tests.ui.test_revisions import conditional

DAY_S = 86_400


@pytest.fixture
def empty(room: Room) -> Room:
    """A school of mentors on one store in memory, by the clock of the test's machine."""
    room.database = Database()
    room.database.now = lambda: room.machine.read().wall
    return room


@pytest.fixture
def school(empty: Room) -> Room:
    empty.student("s1", "Ada")
    return empty


def of(room: Room, account: str) -> Twin:
    """Open the console of an account."""
    room.account = account
    return Twin(room)


def tab_of(twin: Twin, id: str) -> str:
    """Return in which of the three a mentor finds a defense."""
    (found,) = (each for each in twin.desk.agenda.entries() if each.summary.id == id)
    return "mine" if found.mine else next(iter(found.tabs))


def seen(twin: Twin) -> Twin:
    """Let a console look at what others did."""
    twin.desk.tick()
    return twin


def test_one_takes_what_is_offered_and_the_others_see_who(school: Room) -> None:
    id = school.plan()
    own, one, two = of(school, "own"), of(school, "one"), of(school, "two")
    summary = own.desk.agenda.entries()[0].summary
    assert [tab_of(each, id) for each in (own, one, two)] == ["mine"] * 3
    own.desk.team.offer(summary, apart="own")
    assert [tab_of(seen(each), id) for each in (own, one, two)] == ["team", "to_take", "to_take"]
    with pytest.raises(ConsoleError, match="you follow this student"):
        own.desk.team.take(summary)
    one.desk.team.take(summary)
    with pytest.raises(ConsoleError, match="one has this defense since"):
        two.desk.team.take(summary)  # before it looked
    assert [tab_of(seen(each), id) for each in (own, one, two)] == ["team", "mine", "team"]
    with pytest.raises(ConsoleError, match="Read only: one has this defense since 2026-11-24 14:00"):
        two.desk.brief(id).act(ev.Noted("not mine", school.machine.read()))
    assert [agenda.tab_counts(each.desk.agenda.entries())[None] for each in (one, two)] == [1, 0]
    one.desk.brief(id).act(ev.Noted("mine", school.machine.read()))
    one.settle()
    assert [type(event.what) for event in school.events(id)] == [ev.Planned, ev.Noted]


def test_what_is_written_under_an_old_claim_is_kept_aside(school: Room) -> None:
    id = school.plan()
    one, two = of(school, "one"), of(school, "two")
    summary = one.desk.agenda.entries()[0].summary
    one.desk.team.offer(summary, apart="")
    one.desk.team.take(summary)
    desk = one.desk.brief(id)
    desk.act(ev.Noted("on its way when the administrator hands it over", school.machine.read()))
    admin = of(school, "administrator")
    assert admin.store.claims is not None
    admin.store.claims.hand_over(admin.store.claims.all()[desk.stream], "two", "P2 is the weak point")
    one.settle()
    assert [type(event.what) for event in school.events(id)] == [ev.Planned]
    (kept,) = school.asides(id).values()
    assert "on its way" in kept
    assert tab_of(seen(one), id) == "team"
    assert tab_of(seen(two), id) == "mine"


def test_what_a_student_does_needs_no_claim(empty: Room) -> None:
    id = conditional(empty)
    mentor, pages = of(empty, "mentor"), of(empty, "pages")
    claims = mentor.store.claims
    assert claims is not None
    claims.take(claims.offer(f"defense/{id}"))
    seen(pages).desk.ledger.author = "Ada"
    with pytest.raises(ConsoleError, match="Read only: mentor has this defense"):
        pages.desk.verdict(id).amend("not the student's")
    contest(pages.desk, "s1", id, "It was complete.")
    pages.desk.brief(id).act(ev.RowReceived("d1"))
    pages.settle()
    assert [(type(each.what), each.author) for each in empty.events(id)][-2:] == [
        (ev.Contested, "Ada"), (ev.RowReceived, "Ada"),
    ]  # fmt: skip
    assert empty.asides(id) == {}


def test_a_second_attempt_is_offered_first_to_who_assessed_the_first(school: Room) -> None:
    first = school.plan()
    one, two = of(school, "one"), of(school, "two")
    summary = one.desk.agenda.entries()[0].summary
    one.desk.team.offer(summary, apart="")
    two.desk.team.take(summary)
    school.add(first, ev.Cancelled("mentor", late=False, reason="ill"), ev.DefenseClosed("ill"))
    second = school.plan(attempt=2, in_min=60 * 24 * 9)
    again = next(each.summary for each in seen(one).desk.agenda.entries() if each.summary.id == second)
    one.desk.team.offer(again, apart="")
    assert [tab_of(seen(each), second) for each in (one, two)] == ["team", "to_take"]
    school.machine.pass_time(FIRST_DAYS * DAY_S + 1)
    assert [tab_of(seen(each), second) for each in (one, two)] == ["to_take", "to_take"]


def test_an_old_claim_asks_its_holder_before_it_expires_and_never_just_before_the_start(school: Room) -> None:
    far, near = school.plan("s1", in_min=60 * 24 * 60), school.plan("s1", "IRP-P3", in_min=60 * 24 * 16.5)
    one, two = of(school, "one"), of(school, "two")
    for entry in one.desk.agenda.entries():
        one.desk.team.offer(entry.summary, apart="")
        one.desk.team.take(entry.summary)
    school.machine.pass_time(CLAIM_DAYS * DAY_S + 60)
    seen(two).desk.agenda.look_at_claims()
    assert {entry.text_id for entry in seen(one).desk.agenda.entries()} == {"keep it?"}
    assert all("mentor" in entry.tabs for entry in one.desk.agenda.entries())
    school.machine.pass_time(ANSWER_DAYS * DAY_S * 2)
    seen(two).desk.agenda.look_at_claims()
    assert (tab_of(seen(two), far), tab_of(two, near)) == ("to_take", "team"), "the near one starts in half a day"
    kept = next(each.summary for each in seen(one).desk.agenda.entries() if each.summary.id == near)
    one.desk.team.keep(kept)
    assert one.desk.team.asked(near) == ""


def test_the_load_is_the_week_of_the_defense(school: Room) -> None:
    this_week, too = school.plan(in_min=60), school.plan(project="IRP-P3", in_min=600)
    next_week = school.plan(project="IRP-P4", in_min=60 * 24 * 7)
    one = of(school, "one")
    agenda_desk = one.desk.agenda
    by_id = {each.summary.id: each.summary for each in agenda_desk.entries()}
    assert agenda_desk.load_min(by_id[this_week]) == agenda_desk.length_min(by_id[too]) > 0
    assert agenda_desk.load_min(by_id[next_week]) == 0


def test_a_mentor_alone_has_nothing_to_take(room: Room) -> None:
    room.student("s1", "Ada")
    room.plan()
    alone = Twin(room)
    summary = alone.desk.agenda.entries()[0].summary
    for refusal in (alone.desk.team.no_offer, alone.desk.team.no_take, alone.desk.team.no_parting):
        assert "This store is yours alone" in str(refusal(summary))


def test_who_takes_a_student_over_is_told_what_is_open(room: Room) -> None:
    conditional(room)
    desk = Twin(room).desk.follow("s1")
    desk.set_goal("maquette v2 2026-12-01")
    desk.set_goal("read the brief")
    desk.keep_goal(desk.student.goals[-1].seq)
    desk.ask("which budget?")
    assert desk.handover_note.splitlines() == [
        "Goals: maquette v2 (2026-12-01)",
        "Questions: which budget?",
        "Documents: IRP-P2 1. Interview guide and questionnaire; IRP-P2 2. Needs-analysis report",
    ]
