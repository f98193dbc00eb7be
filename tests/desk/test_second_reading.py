"""A second reading at the desk: whose it is, what may be undone, and what it is compared with."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from defense_console.desk.defense.reporting import ReportingDesk
from defense_console.desk.defense.second_reading import ReadingDesk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.kinds.verdict import signed_event
from defense_console.model.defense.state import RatingValue
from defense_console.model.errors import ConsoleError
from defense_console.reports.content.value import Reader
from tests.desk.consoles import Twin
from tests.ui.conftest import Room
from tests.ui.test_second_reading import released


def reads(room: Room, name: str, id: str) -> ReadingDesk:
    """Open the second reading at the console of a mentor."""
    room.settings = replace(room.settings, name=name)
    return Twin(room).desk.second_reading(id)


def rated(desk: ReadingDesk, value: RatingValue = "met") -> None:
    """Rate every criterion alike, and finish."""
    for criterion in desk.curriculum.criteria_of(desk.project):
        desk.act(ev.ReadingRated(desk.me, criterion.id, value))
    desk.act(ev.ReadingClosed(desk.me))


def test_another_spelling_of_a_name_is_the_same_mentor(room: Room) -> None:
    assessor, id = room.settings.name, released(room)
    assert "assessed this defense yourself" in str(reads(room, f" {assessor.upper()} ", id).no_reading)
    desk = reads(room, "Zoé  Lecture", id)
    desk.begin()
    desk.act(ev.ReadingRated(desk.me, "ORAL-2", "met"))
    room.add(id, *(event.what for event in desk.events[-2:]))
    again = reads(room, "zoe lecture", id)
    again.begin()
    assert again.reading is not None
    assert (again.me, again.reading.ratings) == ("Zoé  Lecture", {"ORAL-2": "met"})
    assert len(again.events) == len(desk.events), "it goes on, and does not begin again"


def test_a_second_reader_undoes_only_what_is_theirs_and_nobody_undoes_it_for_them(room: Room) -> None:
    id = released(room)
    room.add(id, ev.Contested("the table was shown"))
    before = room.defense(id).undo
    desk = reads(room, "Second Mentor", id)
    desk.begin()
    for refused in (desk.undo, desk.redo):
        with pytest.raises(ConsoleError, match="There is nothing to"):
            refused()
    steps: list[tuple[DefenseWhat, dict[str, str]]] = [
        (ev.ReadingRated(desk.me, "ORAL-2", "met"), {"ORAL-2": "met"}),
        (ev.ReadingRated(desk.me, "ORAL-2", "not_met"), {"ORAL-2": "not_met"}),
        (ev.ReadingRated(desk.me, "ORAL-5", "met"), {"ORAL-2": "not_met", "ORAL-5": "met"}),
    ]
    for what, _ratings in steps:
        desk.act(what)
    desk.act(steps[-1][0])  # once more the same, which changes nothing
    for _what, ratings in reversed(steps):
        assert desk.reading is not None
        assert desk.reading.ratings == ratings
        desk.undo()
    assert desk.reading is not None
    assert desk.reading.ratings == {}
    assert desk.defense.undo == before, "the assessor can still take back what they did"
    assert desk.defense.contested


def test_both_ratings_stay_when_a_new_version_changes_the_first_ones(room: Room) -> None:
    id = released(room)
    first = room.defense(id).all_ratings
    desk = reads(room, "Second Mentor", id)
    desk.begin()
    desk.act(ev.AmendmentOpened("heard again"))
    desk.act(ev.Rated("ORAL-2", "not_met"))
    rated(desk)
    told = {each.criterion.id: (each.first, each.agreed) for each in desk.compared}
    assert told["ORAL-2"] == (first["ORAL-2"], True), "a draft is no verdict"
    desk.act(ev.OutcomeChosen("validated"))
    desk.act(signed_event(desk.defense, desk.curriculum))
    desk.act(ev.Released(2))
    assert desk.defense.all_ratings["ORAL-2"] == "not_met"
    assert {each.criterion.id: (each.first, each.agreed) for each in desk.compared} == told


def test_a_second_reading_goes_on_while_a_new_version_waits_for_its_release(room: Room) -> None:
    id = released(room)
    room.add(
        id, ev.AmendmentOpened("heard again"), ev.OutcomeChosen("validated"), ev.Signed(2, "validated", "validated")
    )
    desk = reads(room, "Second Mentor", id)
    desk.begin()
    rated(desk)
    assert desk.compared
    assert desk.defense.undo[-1] == next(e.seq for e in reversed(desk.events) if isinstance(e.what, ev.Signed))


def test_only_the_jury_reads_it_and_only_once_it_is_finished(room: Room) -> None:
    id = released(room)
    desk = reads(room, "Second Mentor", id)
    reporting = ReportingDesk(desk.ledger, id, desk.leases)
    others: tuple[Reader, ...] = ("student", "mentor")
    before = {reader: reporting.report(reader, "en") for reader in (*others, "jury")}
    desk.begin()
    desk.act(ev.ReadingRated(desk.me, "ORAL-2", "not_met"))
    blind = reporting.report("jury", "en")
    assert "second_reading" not in {section.id for section in blind.sections}
    assert not any("not met" in desk.said(event, "en") for event in desk.events[-2:])
    rated(desk, "to_improve")
    assert {reader: reporting.report(reader, "en") for reader in others} == {r: before[r] for r in others}
    jury = {section.id: section for section in reporting.report("jury", "en").sections}
    first = {section.id: section for section in before["jury"].sections}
    assert {key for key in jury if jury[key] != first.get(key)} == {"second_reading", "record"}
