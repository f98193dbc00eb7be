"""A school in memory: who is responsible for a defense, and what becomes of what was written under an old claim."""

from __future__ import annotations

import functools
import io
from collections import Counter

import pytest

from defense_console.desk.exchange.importing import ImportDesk
from defense_console.desk.logs.direct import DirectLogs
from defense_console.desk.student.own_page import contest
from defense_console.exchange.data_file import data_file
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.log.instants import later
from defense_console.model.queue import agenda
from defense_console.store.claiming import ANSWER_DAYS, CLAIM_DAYS, FIRST_DAYS
from tests.desk.consoles import Twin
from tests.store.counting import counted
from tests.store.memory import Database, MemoryClaims
from tests.ui.conftest import SHIPPED, Room
from tests.ui.test_revisions import conditional
from tests.ui.test_second_reading import released

DAY_S = 86_400


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


def offered(twin: Twin, id: str, taken: Twin | None = None) -> Summary:
    """Offer a defense to all, and let a console take it."""
    summary = next(each.summary for each in twin.desk.agenda.entries() if each.summary.id == id)
    twin.desk.team.offer(summary, apart="")
    if taken is not None:
        taken.desk.team.take(summary)
    return summary


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


def test_in_a_large_school_the_cards_of_what_is_mine_are_read_at_once(
    school: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("defense_console.desk.queue.READ_AT_ONCE", 1)
    school.student("s2", "Ben")
    mine, theirs = school.plan(), school.plan(student="s2")
    two, calls = of(school, "two"), Counter[str]()
    offered(two, theirs, taken=two)
    offered(two, mine, taken=of(school, "one"))
    school.proxy = functools.partial(counted, calls=calls)
    school.account = "one"
    desk = school.open_desk(lambda _answer: None)
    one = desk.agenda
    lines = {each.summary.id: each for each in one.entries()}
    one.prepare_cards()
    calls.clear()
    asked = []
    for id in (mine, theirs):
        one.card(lines[id])
        asked.append(calls["summaries_by_ids"] > 0)
    assert asked == [False, True]
    desk.close()


def test_what_is_written_under_an_old_claim_is_kept_aside(school: Room) -> None:
    id = school.plan()
    one, two = of(school, "one"), of(school, "two")
    offered(one, id, taken=one)
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


def test_what_was_decided_before_a_defense_was_offered_is_refused_once_another_has_it(school: Room) -> None:
    id = school.plan()
    slow, one = of(school, "slow"), of(school, "one")
    slow.desk.brief(id).act(ev.Noted("in the spool meanwhile", school.machine.read()))
    offered(one, id, taken=one)
    slow.settle()
    assert [type(event.what) for event in school.events(id)] == [ev.Planned]
    assert "in the spool meanwhile" in "".join(school.asides(id).values())


def test_a_defense_that_is_closed_stays_with_who_assessed_it(school: Room) -> None:
    id = school.plan()
    one, two = of(school, "one"), of(school, "two")
    offered(one, id, taken=one)
    school.add(id, ev.Cancelled("mentor", late=False, reason="ill"), ev.DefenseClosed("ill"))
    again = ev.Rescheduled(later(school.machine.read().wall, DAY_S))
    for console in (one, two):
        seen(console)
    with pytest.raises(ConsoleError, match="Read only: one has this defense"):
        two.desk.brief(id).act(again)
    two.desk.ledger.act(DEFENSE, id, again)  # as if the console had not known it
    two.settle()
    assert "rescheduled" in "".join(school.asides(id).values())
    one.desk.brief(id).act(again)
    one.settle()
    assert type(school.events(id)[-1].what) is ev.Rescheduled


def test_a_live_defense_that_is_handed_over_goes_on_at_once_at_the_other_console(school: Room) -> None:
    id = school.plan()
    one, two = of(school, "one"), of(school, "two")
    offered(one, id, taken=one)
    one.desk.brief(id).open_room()
    one.desk.brief(id).start()
    one.desk.live(id)
    one.settle()
    waits = seen(two).desk.live(id)
    assert "one has this defense" in str(waits.read_only)
    assert "one has this defense" in str(waits.no_take_over), "a lease is taken over, a claim is not"
    admin = of(school, "administrator")
    assert admin.store.claims is not None
    admin.store.claims.hand_over(admin.store.claims.all()[waits.stream], "two", "the line broke")
    assert "two has this defense" in str(seen(one).desk.live(id).read_only)
    one.settle()
    school.machine.pass_time(90)
    assert seen(two).desk.live(id).read_only is None
    (gap,) = two.desk.live(id).gaps
    assert gap.gap_ms == 90_000
    assert (one.desk.live_here(), two.desk.live_here()) == (None, id)


def test_a_second_attempt_is_offered_first_to_who_assessed_the_first(school: Room) -> None:
    first = school.plan()
    one, two = of(school, "one"), of(school, "two")
    offered(one, first, taken=two)
    school.add(first, ev.Cancelled("mentor", late=False, reason="ill"), ev.DefenseClosed("ill"))
    second = school.plan(attempt=2, in_min=60 * 24 * 9)
    offered(seen(one), second)
    assert [tab_of(seen(each), second) for each in (one, two)] == ["team", "to_take"]
    school.machine.pass_time(FIRST_DAYS * DAY_S + 1)
    assert [tab_of(seen(each), second) for each in (one, two)] == ["to_take", "to_take"]


def test_an_old_claim_asks_its_holder_before_it_expires_and_never_just_before_the_start(school: Room) -> None:
    far, near = school.plan("s1", in_min=60 * 24 * 60), school.plan("s1", "IRP-P3", in_min=60 * 24 * 16.5)
    one, two = of(school, "one"), of(school, "two")
    for id in (far, near):
        offered(one, id, taken=one)
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


def test_an_import_moves_nothing_that_another_mentor_has(school: Room) -> None:
    taken, waiting, free = (school.plan(project=f"IRP-P{n}", in_min=60 * 24 * n) for n in (2, 3, 4))
    one, two = of(school, "one"), of(school, "two")
    offered(one, taken, taken=one)
    offered(one, waiting)
    rows = "".join(f"s1;Ada;IRP-P{n};1;2027-04-0{n}T14:00\n" for n in (2, 3, 4))
    file = data_file(io.BytesIO(("student_id;student_name;project;attempt;planned_at\n" + rows).encode()))
    logs = DirectLogs(two.store, school.machine.read, "Two", SHIPPED)
    plan = ImportDesk(logs, "Europe/Paris").take_list(file)
    left = [(each.target.project, each.reason.split()[0], each.parameters) for each in plan.left_out if each.target]
    assert left == [("IRP-P2", "{holder}", {"holder": "one"}), ("IRP-P3", "offered", {})]
    assert [len(school.events(id)) for id in (taken, waiting, free)] == [1, 1, 2]
    ImportDesk(DirectLogs(one.store, school.machine.read, "One", SHIPPED), "Europe/Paris").take_list(file)
    assert [len(school.events(id)) for id in (taken, waiting, free)] == [2, 1, 2]


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
    assert desk.handing_over.note.splitlines() == [
        "Goals: maquette v2 (2026-12-01)",
        "Questions: which budget?",
        "Documents: IRP-P2 1. Interview guide and questionnaire; IRP-P2 2. Needs-analysis report",
    ]


def test_claims_are_read_once_for_each_change_and_a_cursor_asks_for_none(
    school: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [school.plan(project=f"IRP-P{n}", in_min=60 * 24 * n) for n in (2, 3, 4)]
    closed = school.plan(project="IRP-P5")
    one, two = of(school, "one"), of(school, "two")
    first, *_others = [offered(one, id) for id in ids]
    offered(one, closed, taken=one)
    school.add(closed, ev.Cancelled("mentor", late=False, reason="ill"), ev.DefenseClosed("ill"))
    calls: Counter[str] = Counter()

    def counted(name: str) -> None:
        asked = getattr(MemoryClaims, name)

        def count(self: MemoryClaims, *args: object) -> object:
            calls[name] += 1
            return asked(self, *args)

        monkeypatch.setattr(MemoryClaims, name, count)

    counted("all")
    counted("of")
    agenda_desk = seen(two).desk.agenda
    (over,), _found = agenda_desk.search.closed("")
    for _move in range(3):
        for entry in (*agenda_desk.entries(), over):
            agenda_desk.refusal(entry.summary, ev.Parked(True))
            two.desk.team.no_take(entry.summary)
        seen(two)
    assert calls == {"all": 1}
    before = {each.summary.id: each for each in agenda_desk.entries()}
    one.desk.team.take(first)
    calls.clear()
    assert tab_of(seen(two), ids[0]) == "team"
    assert calls == {"all": 1}
    changed = [each.summary.id for each in agenda_desk.entries() if each is not before[each.summary.id]]
    assert changed == [ids[0]], "only its row is worded again"


def test_who_has_the_claim_of_a_defense_does_not_read_it_a_second_time(room: Room) -> None:
    room.database = Database()
    id = released(room)
    own, other = of(room, "own"), of(room, "other")
    assert own.store.claims is not None
    own.store.claims.take(own.store.claims.offer(DEFENSE.stream(id)))
    for console in (own, other):
        console.desk.ledger.author = f"Not {room.settings.name}"
    assert "assessed this defense yourself" in str(seen(own).desk.second_reading(id).no_reading)
    assert seen(other).desk.second_reading(id).no_reading is None


def test_only_the_clock_of_the_server_decides_what_is_old(school: Room) -> None:
    id = school.plan(in_min=60 * 24 * 60)
    one, two = of(school, "one"), of(school, "two")
    offered(one, id, taken=one)
    server = school.machine.read().wall
    school.database.now = lambda: server  # type: ignore[union-attr]
    school.machine.pass_time(CLAIM_DAYS * DAY_S + 3_600)
    seen(two).desk.agenda.look_at_claims()
    assert (seen(one).desk.team.asked(id), tab_of(two, id)) == ("", "team"), "the machine of the console is ahead"
    server = later(server, CLAIM_DAYS * DAY_S + 60)
    seen(two).desk.agenda.look_at_claims()
    assert seen(one).desk.team.asked(id)
    soon = school.machine.read().wall
    school.add(id, ev.Rescheduled(later(soon, ANSWER_DAYS * DAY_S * 2)))
    server = later(server, ANSWER_DAYS * DAY_S + 3_600)
    school.machine.pass_time(ANSWER_DAYS * DAY_S + 7_200)
    seen(two).desk.agenda.look_at_claims()
    assert tab_of(seen(two), id) == "team", "it starts within a day by now"
