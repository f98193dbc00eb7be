"""Paragraphs of the report in the mentor's own words: never written again, a changed proposal is noticed."""

from __future__ import annotations

from pathlib import Path

import pytest

from defense_console.desk.defense.reporting import paragraph_field
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.defense import kinds as ev
from defense_console.model.errors import ConsoleError
from defense_console.reports.content.report import bodies
from defense_console.settings import Settings
from tests.ui.conftest import SHIPPED, Room
from tests.ui.test_verdict import MISSED, held
from tests.waiting import wait_for

REMARKS = paragraph_field("fr", "remarks")
SKILL = "skill/B1.1"


@pytest.fixture
def desk(tmp_path: Path) -> VerdictDesk:
    room = Room(tmp_path / "store")
    id = held(room, MISSED)
    return room.open_desk(lambda _answer: None).verdict(id)


def body(desk: VerdictDesk, key: str, language: str = "fr") -> str:
    return bodies(desk.report("student", language))[key]


def origins(desk: VerdictDesk, key: str) -> set[str]:
    report = desk.report("student", "fr")
    return {p.origin for s in report.sections for part in s.parts if part.key == key for p in part.passages}


def test_a_field_opens_on_what_the_console_would_write_and_is_then_the_mentors(desk: VerdictDesk) -> None:
    generated = desk.text(REMARKS)
    assert generated.startswith("Temps de parole respecté")
    desk.commit(REMARKS, f"{generated}\nUne belle écoute.")
    assert body(desk, "remarks") == f"{generated}\nUne belle écoute."
    assert origins(desk, "remarks") == {"edited"}
    assert "belle écoute" not in body(desk, "remarks", "en")
    assert desk.text(REMARKS).endswith("Une belle écoute.")


def test_an_edited_paragraph_is_never_rewritten_and_a_changed_proposal_is_told(desk: VerdictDesk) -> None:
    desk.commit(paragraph_field("fr", SKILL), "Presque acquise.")
    assert desk.changed_generated("fr", SKILL) is None
    desk.act(ev.Noted("un exemple manque", desk.ledger.now(), MISSED, False))
    assert body(desk, SKILL) == "Presque acquise."
    changed = desk.changed_generated("fr", SKILL)
    assert changed is not None
    assert "un exemple manque" in changed
    assert "un exemple manque" not in str(desk.report("jury", "fr").sections[0])
    desk.undo()
    assert desk.changed_generated("fr", SKILL) is None
    desk.take_generated("fr", SKILL)
    assert body(desk, SKILL) == desk.generated("fr", SKILL) != "Presque acquise."
    desk.undo()
    assert body(desk, SKILL) == "Presque acquise."
    desk.redo()
    assert origins(desk, SKILL) == {"generated"}


def test_a_text_only_opened_or_made_as_generated_is_no_edit(desk: VerdictDesk) -> None:
    before = desk.defense.seq
    desk.commit(REMARKS, desk.text(REMARKS))
    desk.commit(REMARKS, f"  {desk.text(REMARKS)} ")
    desk.commit(REMARKS, "")
    assert desk.defense.seq == before
    desk.commit(REMARKS, "x")
    desk.commit(REMARKS, desk.generated("fr", "remarks"))
    assert not desk.defense.edited
    desk.commit(REMARKS, "y")
    desk.commit(REMARKS, "")
    assert not desk.defense.edited


def test_what_was_written_elsewhere_is_edited_where_it_stands(desk: VerdictDesk) -> None:
    assert desk.field_to_edit("fr", SKILL) == paragraph_field("fr", SKILL)
    desk.act(ev.SkillCommented("B1.1", "a comment"), ev.GoalSet("a goal"), ev.LineAdded("strength", "one"))
    assert desk.field_to_edit("fr", SKILL) == SKILL
    assert desk.field_to_edit("fr", "goal") == "goal"
    assert desk.text(desk.field_to_edit("fr", "strength")) == "one"
    desk.act(ev.LineAdded("strength", "two"))
    for key in ("strength", "documents", "notes", "criteria"):
        with pytest.raises(ConsoleError):
            desk.field_to_edit("fr", key)


def test_a_signed_or_released_verdict_is_not_written_anew(desk: VerdictDesk) -> None:
    desk.act(ev.OutcomeChosen("rework"), ev.ReasonGiven("shown"), ev.LineAdded("improvement", "the table"))
    desk.commit(REMARKS, "mine")
    desk.sign()
    with pytest.raises(ConsoleError, match="signed"):
        desk.take_generated("fr", "remarks")
    with pytest.raises(ConsoleError, match="signed"):
        desk.commit(REMARKS, "other")
    assert "signed" in str(desk.text_refusal(desk.field_to_edit("fr", "remarks")))
    desk.release()
    with pytest.raises(ConsoleError, match="only a new version"):
        desk.commit(REMARKS, "other")
    assert body(desk, "remarks") == "mine"
    desk.amend(" misheard ")
    assert (desk.defense.amendment, desk.defense.amendment_for_student) == ("misheard", True)
    desk.commit(REMARKS, "other")
    assert body(desk, "remarks") == "other"
    assert bodies(desk.report("student", "fr", 1))["remarks"] == "mine"


def test_who_signed_is_named_whoever_reads_it(tmp_path: Path) -> None:
    room = Room(tmp_path / "store")
    id = held(room, MISSED)
    room.settings = Settings(name="Another mentor", zone="Europe/Paris")

    def assessor() -> str:
        report = room.open_desk(lambda _answer: None).verdict(id).report("student", "en")
        return next(fact.text for fact in report.facts if fact.id == "assessor")

    assert assessor() == "Another mentor", "who drafts it"
    room.add(id, ev.OutcomeChosen("rework"), ev.ReasonGiven("shown"), ev.LineAdded("improvement", "the table"))
    room.add(id, ev.Signed(1, "rework", "rework", reason="shown"), ev.Released(1))
    assert assessor() == "Mentor Test"
    room.add(id, ev.AmendmentOpened("misheard"))
    assert assessor() == "Another mentor"


def test_the_message_knows_of_the_next_defense(desk: VerdictDesk) -> None:
    desk.act(ev.OutcomeChosen("rework"), ev.ReasonGiven("shown"), ev.LineAdded("improvement", "the table"))
    desk.sign()
    desk.release()
    assert "When you are ready, book the date of the new defense." in desk.message("en").closing
    desk.plan_next_attempt("2026-12-10T13:00:00.000Z")
    planned = "The new defense is planned for Thursday 2026-12-10 14:00 (Paris time, UTC+01:00)."

    def told() -> bool:
        desk.ledger.refresh()
        return desk.message("en").closing[-1] == planned

    wait_for(told, "the new defense is not in the message")


@pytest.mark.parametrize(("field", "language"), [
    ("documents", "fr"), ("skill/none", "fr"), ("ORAL", "fr"), ("remarks", "de"), ("", "fr"),
])  # fmt: skip
def test_only_known_parts_in_known_languages_are_taken(desk: VerdictDesk, field: str, language: str) -> None:
    with pytest.raises(ConsoleError):
        desk.act(ev.ParagraphEdited(field, language, "x", "0" * 64))


def test_every_generated_skill_can_be_written(desk: VerdictDesk) -> None:
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    for skill in project.skills:
        field = desk.field_to_edit("en", f"skill/{skill.ref}")
        desk.commit(field, f"own words on {skill.ref}")
    assert all(body(desk, f"skill/{s.ref}", "en") == f"own words on {s.ref}" for s in project.skills)
