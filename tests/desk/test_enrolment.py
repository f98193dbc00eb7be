"""New students and defenses as a mentor types them, and what undo makes of them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from defense_console.desk.defense.asked import Asked
from defense_console.desk.desk import Desk
from defense_console.desk.enrolment import Enrolment
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.student.subject import STUDENT
from tests.ui.conftest import Room, room

__all__ = ["room"]
START = "2026-11-27T13:00:00.000Z"


@pytest.fixture
def desk(room: Room) -> Iterator[Desk]:
    room.student("s1", "Ada Exemple")
    room.student("s2", "Adèle Démo")
    desk = room.open_desk(lambda answer: None)
    yield desk
    desk.close()


def planned(desk: Desk, student: str = "s1", project: str = "IRP-P2") -> str:
    ((curriculum, found),) = desk.enrolment.projects(project)
    return desk.enrolment.plan(student, curriculum, found, START)


def names(enrolment: Enrolment, text: str) -> list[str]:
    return [each.name for each in enrolment.students(text)]


def test_a_student_is_found_by_id_by_name_or_by_a_part_of_it(desk: Desk) -> None:
    enrolment = desk.enrolment
    assert names(enrolment, "s2") == ["Adèle Démo"]
    assert names(enrolment, "ada exemple") == ["Ada Exemple"]
    assert names(enrolment, "ad") == ["Ada Exemple", "Adèle Démo"]
    assert names(enrolment, "Zoé") == []


def test_a_new_student_has_an_id_that_nobody_has(desk: Desk) -> None:
    enrolment = desk.enrolment
    assert enrolment.free_id("Zoé  Modèle") == "zoe-modele"
    assert enrolment.register("zoe-modele", "Zoé Modèle").name == "Zoé Modèle"
    assert enrolment.free_id("Zoé Modèle") == "zoe-modele-2"
    assert names(enrolment, "zoe") == ["Zoé Modèle"]
    with pytest.raises(ConsoleError, match="There is a student"):
        enrolment.register("s1", "Another")
    with pytest.raises(ConsoleError, match="one line"):
        enrolment.register("s9", "Two\nlines")


def test_a_project_is_meant_by_its_id_its_number_or_its_title(desk: Desk) -> None:
    assert [p.id for _c, p in desk.enrolment.projects("irp-p2")] == ["IRP-P2"]
    assert {p.id for _c, p in desk.enrolment.projects("P2")} == {"IRP-P2", "FE-P2", "PN-P2"}
    assert desk.enrolment.projects("nothing") == ()


def test_the_first_attempt_is_planned_and_taken_back_by_closing_it(desk: Desk) -> None:
    id = planned(desk)
    defense = desk.ledger.state(DEFENSE, id)
    assert (defense.attempt, defense.planned_at, defense.session) == (1, START, "planned")
    assert [entry.summary.id for entry in desk.agenda.entries()] == [id]
    assert desk.agenda.undo().action == 0
    assert desk.ledger.state(DEFENSE, id).closed
    assert not any(entry.summary.pending for entry in desk.agenda.entries())
    assert planned(desk) == id, "the same attempt again, with another date"
    assert desk.ledger.state(DEFENSE, id).session == "planned"


def test_what_happened_since_stops_the_undo(desk: Desk) -> None:
    id = planned(desk)
    desk.brief(id).open_room()
    assert desk.agenda.no_undo is not None


def test_an_attempt_that_is_not_settled_is_not_followed_by_another(desk: Desk) -> None:
    planned(desk)
    with pytest.raises(ConsoleError, match="not settled"):
        planned(desk)


def test_attempts_are_numbered_after_a_rework_and_carry_what_was_acquired(room: Room) -> None:
    room.student("s1", "Ada Exemple")
    id = room.plan("s1", attempt=2)
    room.live(id)
    room.rate(id, "met")
    room.add(id, ev.Rated("ORAL-3", "not_met"), ev.PhaseEntered("discussion"), ev.PhaseEntered("debriefing"))
    room.add(id, ev.Finished(), ev.LineAdded("improvement", "the figures"), ev.OutcomeChosen("rework"))
    room.add(id, ev.Signed(1, "rework", "rework"), ev.Released(1))
    desk = room.open_desk(lambda answer: None)
    try:
        defense = desk.ledger.state(DEFENSE, planned(desk))
        assert (defense.attempt, bool(defense.acquired)) == (3, True)
    finally:
        desk.close()


def test_a_student_is_changed_and_undo_takes_it_back(desk: Desk) -> None:
    student, agenda = desk.follow("s1"), desk.agenda
    assert student.change(email="ada@example.org").email == "ada@example.org"
    agenda.changed("s1", student.student.undo[-1])
    assert student.change(name="Ada Modèle").name == "Ada Modèle"
    agenda.changed("s1", student.student.undo[-1])
    assert STUDENT.stream("s1") in desk.leases.held, "nobody else may write meanwhile"
    for wrong in ({"timezone": "Nowhere/Here"}, {"email": "a\nb"}, {"name": "a\nb"}):
        with pytest.raises(ConsoleError):
            student.change(**wrong)
    agenda.undo()
    agenda.undo()
    assert names(desk.enrolment, "s1") == ["Ada Exemple"]
    assert desk.enrolment.students("s1")[0].email == ""


def test_what_is_typed_in_a_question_outlives_the_console_and_is_about_one_student(room: Room) -> None:
    room.student("s1", "Ada Exemple")
    first = room.open_desk(lambda answer: None)
    first.enrolment.typed().type_text(Asked.STUDENT, "Zoé")
    first.enrolment.typed("Ada Exemple", "s1").type_text(Asked.PROJECT, "P2")
    first.close()

    second = room.open_desk(lambda answer: None)
    assert second.enrolment.typed().text(Asked.STUDENT) == "Zoé"
    assert second.enrolment.typed("Ada Exemple", "s1").text(Asked.PROJECT) == "P2"
    assert second.enrolment.typed("Adèle Démo", "s2").text(Asked.PROJECT) == "", "never on another's question"
    second.enrolment.typed().drop_text(Asked.STUDENT, Asked.PROJECT)
    second.close()

    third = room.open_desk(lambda answer: None)
    assert third.enrolment.typed().drafts == {}
    third.close()
