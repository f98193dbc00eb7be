"""The verdict screen: outcome, documents to revise, texts, guards, signature, countdown, release."""

from __future__ import annotations

from collections.abc import Collection

import msgspec
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import RatingValue, Request
from defense_console.screens.live.screen import LiveScreen
from defense_console.screens.queue.screen import QueueScreen
from defense_console.screens.verdict.screen import VerdictScreen
from defense_console.widgets.lists.panel import Panel
from tests.ui.conftest import SHIPPED, Room, hides, plain_text, shows, type_text, until

MISSED = "IRP-P2-B1.1-1"
"""Proved by the deliverables 1 and 2; not blocking."""
HOSTILE = "[/foo] [red]x C:\\dir\\[x] \u202eabc"


def rate_all(room: Room, id: str, *not_met: str) -> None:
    """Every criterion met, those named not met."""
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    for criterion in SHIPPED["IRP"].criteria_of(project):
        value: RatingValue = "not_met" if criterion.id in not_met else "met"
        room.add(id, ev.Rated(criterion.id, value))


def held(room: Room, *not_met: str, name: str = "Ada Byron", timezone: str = "") -> str:
    """A defense that is over, fully rated."""
    room.student("s1", name, timezone=timezone)
    id = room.plan(in_min=1)
    room.live(id)
    rate_all(room, id, *not_met)
    for phase, minutes in (("discussion", 15), ("debriefing", 10)):
        room.machine.pass_time(60 * minutes)
        room.add(id, ev.PhaseEntered(phase))
    room.machine.pass_time(300)
    room.add(id, ev.Finished())
    return id


async def test_no_text_is_begun_while_the_verdict_is_signed_and_not_released(room: Room) -> None:
    id = held(room)
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"))
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("f2")
        await shows(pilot, "The verdict is signed: u takes the signature back, F9 releases it.")
        await hides(pilot, "WRITING")
        await pilot.press("f9")
        await until(pilot, lambda: room.defense(id).released is not None)


async def test_escape_leaves_a_field_whose_text_is_refused_and_keeps_it(room: Room) -> None:
    id = held(room)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("f2")
        await type_text(pilot, "a word")
        desk = app.desk.verdict(id)  # signed behind the field, as another console on the same store may do
        desk.choose("validated")
        desk.sign()
        await pilot.press("enter")
        await shows(pilot, "The verdict is signed")
        await pilot.press("escape")
        await hides(pilot, "WRITING")
        await until(pilot, lambda: room.drafts(id) == {"note": "a word"})
        await pilot.press("u")
        await until(pilot, lambda: desk.defense.signed is None)
        await pilot.press("f2", "enter")
        await until(pilot, lambda: [note.text for note in room.defense(id).notes] == ["a word"])


async def test_a_plain_validation_is_chosen_signed_and_released(room: Room) -> None:
    id = held(room)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Ada Byron", "suggested  Validated: ", "( ) v Validated    the next project opens")
        assert "(*)" not in plain_text(app)
        await pilot.press("f9")
        await shows(pilot, "No outcome is chosen")
        await pilot.press("v")
        await shows(pilot, "(*) v Validated")
        await pilot.press("f9")
        await shows(pilot, "Sign the verdict of Ada Byron?", "Signed by Mentor Test.", "1 min")
        await shows(pilot, "No strength is written yet")
        await pilot.press("y")
        await shows(pilot, "Released in 01:00")
        room.machine.pass_time(59)
        await shows(pilot, "Released in 00:01")
        assert room.defense(id).released is None
        room.machine.pass_time(1)
        await shows(pilot, "Verdict 1 released")
        await until(pilot, lambda: room.defense(id).released is not None)


async def test_who_has_not_said_their_name_is_asked_once_before_the_first_signature(room: Room) -> None:
    room.settings = msgspec.structs.replace(room.settings, name="root", unnamed=True)
    id = held(room)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await pilot.press("v", "f9")
        await shows(pilot, "What is your name?", "Before the first signature")
        await pilot.press("escape")
        await hides(pilot, "What is your name?")
        await pilot.press("f9")
        await shows(pilot, "What is your name?")
        await pilot.press(*"Zoé", "enter")
        await shows(pilot, "Signed by Zoé.")
        await pilot.press("y")
        await shows(pilot, "Released in 01:00")
        await until(pilot, lambda: room.events(id)[-1].author == "Zoé")


async def test_enter_and_the_opening_key_do_not_sign(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        for key in ("enter", "space", "escape", "n"):
            await pilot.press("v", "f9")
            await shows(pilot, "Sign the verdict")
            await pilot.press(key)
            await hides(pilot, "Sign the verdict")
        await pilot.pause()
        assert room.defense(id).signed is None


async def test_after_a_suspend_the_countdown_begins_again(room: Room) -> None:
    id = held(room)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v", "f9")
        await shows(pilot, "Sign the verdict")
        await pilot.press("y")
        await shows(pilot, "Released in 01:00")
        room.machine.pass_time(30)
        await shows(pilot, "Released in 00:30")
        room.machine.pass_time(3600, asleep=True)
        await shows(pilot, "Released in 01:00")
        room.machine.pass_time(59)
        await shows(pilot, "Released in 00:01")
        assert room.defense(id).released is None
        room.machine.pass_time(1)
        await until(pilot, lambda: room.defense(id).released is not None)


async def test_the_signature_is_taken_back_during_the_countdown(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id = held(room)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("v", "f9")
        await shows(pilot, "Sign the verdict")
        await pilot.press("o")
        await shows(pilot, "Released in")
        await pilot.press("x")
        await shows(pilot, "The verdict is signed: u takes the signature back")
        await pilot.press("u")
        await shows(pilot, "The signature is taken back")
        room.machine.pass_time(120)
        seconds: list[None] = []
        passed = app.desk.tick

        def counted(shown: Collection[str]) -> frozenset[str]:
            seconds.append(None)
            return passed(shown)

        monkeypatch.setattr(app.desk, "tick", counted)
        await until(pilot, lambda: len(seconds) > 1, "no second has passed")
        defense = room.defense(id)
        assert defense.signed is None
        assert defense.released is None
        assert defense.outcome == "validated"


async def test_signed_before_a_restart_waits_and_f9_releases(room: Room) -> None:
    id = held(room)
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"))
    room.machine.pass_time(3600)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Not released: F9 releases it")
        assert room.defense(id).released is None
        await pilot.press("f9")
        await shows(pilot, "Verdict 1 released")
        await until(pilot, lambda: room.defense(id).released is not None)


async def test_documents_are_pre_filled_kept_dropped_moved_edited_and_added(room: Room) -> None:
    id = held(room, MISSED)
    room.add(id, ev.Noted("only managers were asked", room.machine.read(), MISSED, False))
    async with room.app(id).run_test(size=(200, 60)) as pilot:
        await shows(pilot, "[✓] 1. Interview guide", "[✓] 2. Needs-analysis")
        await shows(pilot, "why       B1.1-1: not met, at 30:00: “only", "asked”")
        await shows(pilot, "due       48 h after release", "required")
        await pilot.press("r", "plus")
        await shows(pilot, "due       60 h after release")
        await pilot.press("minus", "minus", "j", "space")
        await shows(pilot, "[ ] 2. Needs-analysis report", "due       36 h after release")
        await pilot.press("k", "enter")
        await shows(pilot, "What changes?")
        await pilot.press("4")
        await shows(pilot, "advice")
        await pilot.press("enter")
        await shows(pilot, "What changes?")
        await pilot.press("apostrophe")  # AZERTY: the key of the 4
        await hides(pilot, "What changes?")
        await pilot.press("enter")
        await shows(pilot, "What changes?")
        await pilot.press("quotation_mark")
        await shows(pilot, "What is expected")
        await pilot.press("ctrl+a", "delete")
        await type_text(pilot, "ask two learners")
        await pilot.press("enter")
        await shows(pilot, "expected  ask two learners")
        await pilot.press("d")
        await shows(pilot, "Which document is to revise?")
        await pilot.press("3")
        await shows(pilot, "Which document?")
        await type_text(pilot, "Consent form")
        await pilot.press("enter")
        await shows(pilot, "What is expected")
        await type_text(pilot, "signed by all")
        await pilot.press("escape")
        await shows(pilot, "Consent form", "expected  signed by all")
        await pilot.press("f9")
        await shows(pilot, "Sign the verdict", "Conditional — documents only", "• Consent form")
        await pilot.press("y")
        await shows(pilot, "Released in")
    rows = {row.id: row for row in room.defense(id).versions[-1].rows}
    assert set(rows) == {"d1"} | {key for key in rows if key.startswith("r")}
    assert len(rows) == 2
    assert rows["d1"].due_after_s == 36 * 3600
    assert rows["d1"].expected == "ask two learners"
    assert rows["d1"].severity == "required"


async def test_texts_are_written_from_the_keyboard(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        for key, label, text in (("s", "Strength", "clear"), ("i", "To improve", "slower"), ("g", "Next goal", "read"),
                                 ("m", "Reason for the outcome", "because"), ("c", "Comment of", "good")):  # fmt: skip
            await pilot.press(key)
            await shows(pilot, label, "WRITING")
            await type_text(pilot, text)
            await pilot.press("escape")
            await hides(pilot, "WRITING")
            await shows(pilot, text)
    defense = room.defense(id)
    assert [line.text for line in defense.lines] == ["clear", "slower"]
    assert (defense.goal, defense.reason) == ("read", "because")
    assert list(defense.skill_comments.values()) == ["good"]


async def test_across_the_screen_stands_what_the_student_will_read_or_what_was_rated(room: Room) -> None:
    id = held(room, MISSED)
    room.add(id, ev.Noted("only managers were asked", room.machine.read(), MISSED, False))
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "What the student will read draft", "Pas encore décidé")
        await pilot.press("r")
        await shows(pilot, "Validé sous condition — documents seulement")
        await hides(pilot, "Ratings and notes")
        app.screen.query_one("#skills", Panel).focus()
        await shows(pilot, "Ratings and notes, B1.1", "✗ not met  At least three kinds of actors")
        await shows(pilot, "30:00  only managers were asked")
        await hides(pilot, "What the student will read")
        await pilot.press("c")
        await type_text(pilot, "the method is right")
        await pilot.press("enter", "tab")
        await shows(pilot, "What the student will read draft", "the method is right")
        room.add(id, ev.Signed(1, "conditional", "conditional"), ev.Released(1))
        app.desk.ledger.refresh()
        app.screen.update()  # type: ignore[attr-defined]
        await shows(pilot, "What the student will read as released", "Bonjour Ada,", "Now send the message: a")


async def test_an_outcome_is_chosen_on_its_line_too(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "› ( ) v Validated")
        await pilot.press("j", "j", "enter")
        await shows(pilot, "› (*) x To rework")
        await until(pilot, lambda: room.defense(id).outcome == "rework")


async def test_an_outcome_that_is_not_suggested_asks_for_its_reason(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(200, 60)) as pilot:
        await pilot.press("x")
        await shows(pilot, "it needs a reason", "A rework needs at least one thing to improve")
        await pilot.press("f9")
        await shows(pilot, "2 to settle before F9 signs   m The outcome is not the one suggested")
        assert room.defense(id).signed is None
        await pilot.press("m")
        await type_text(pilot, "copied")
        await pilot.press("enter", "i")
        await type_text(pilot, "write it yourself")
        await pilot.press("enter")
        await shows(pilot, "Nothing stops the signature: F9 signs.")


async def test_a_guard_is_lifted_by_enter_on_it(room: Room) -> None:
    id = held(room)
    room.add(id, ev.Rated(MISSED, "not_observed"), ev.OutcomeChosen("validated"))
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await shows(pilot, f"{MISSED} was not observed: a note must say why")
        pilot.app.screen.query_one("#guards", Panel).focus()
        await pilot.press("enter")
        await shows(pilot, "Shared note on B1.1-1: At least")
        await type_text(pilot, "no time")
        await pilot.press("enter")
        await hides(pilot, "was not observed")
    assert [(note.criterion, note.text) for note in room.defense(id).notes] == [(MISSED, "no time")]


async def test_f9_leads_to_what_stops_it_and_enter_there_to_the_rubric(room: Room) -> None:
    id = held(room)
    room.add(id, ev.Rated(MISSED, None))
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("f9")
        await shows(pilot, "F9 signs   Enter Criteria without a rating: 1.", "› ✗ Criteria without a rating: 1.")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        await pilot.press("w", "v")
        await until(pilot, lambda: room.defense(id).ratings.get(MISSED) == "met")
        await pilot.press("escape")
        await shows(pilot, "suggested  Validated: ")


async def test_a_text_that_was_kept_is_told_where_its_line_is_out_of_sight(room: Room) -> None:
    id = held(room, MISSED)
    async with room.app(id).run_test(size=(60, 20)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("s")
        await type_text(pilot, "clear")
        await pilot.press("enter")
        await shows(pilot, "Kept: Strength")
        await pilot.press("s", "enter")  # nothing was written: nothing is told
        await hides(pilot, "Kept")


async def test_the_documents_to_add_bear_the_number_that_chooses_them_and_no_other(room: Room) -> None:
    id = held(room, MISSED)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("d")
        await shows(pilot, "Which document is to revise?", "1  Scoping note (4 pages at most)", "2  Slides")
        await pilot.press("2")
        await shows(pilot, "What is expected · 4. Slides")


async def test_while_live_the_clock_is_in_the_header_and_its_keys_act(room: Room) -> None:
    room.student("s1", "Ada Byron")
    id = room.plan(in_min=1)
    room.live(id)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        room.machine.pass_time(120)
        await pilot.press("f9")
        await shows(pilot, "PRESENTATION 1/3  02:00 of 15:00", "ends 14:31")
        await pilot.press("t")
        await shows(pilot, "The defense is live: Esc returns to its rubric")
        await pilot.press("f4")
        await shows(pilot, "DISCUSSION 2/3")
        await pilot.press("f3")
        await shows(pilot, "PAUSED")
        assert room.defense(id).session == "live"
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))
        await pilot.press("f9", "f")
        await shows(pilot, "Finish the defense in the phase “discussion”?", "It is not the last phase")
        assert room.defense(id).session == "live"
        await pilot.press("y")
        await until(pilot, lambda: room.defense(id).session == "held")
        await pilot.press("f4")
        await shows(pilot, "The defense is over")
        await pilot.press("t")
        await until(pilot, lambda: room.defense(id).session == "live")
        await until(pilot, lambda: isinstance(pilot.app.screen, LiveScreen))


async def test_escape_from_a_held_defense_returns_to_the_queue(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, VerdictScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, QueueScreen))


@pytest.mark.parametrize("size", [(60, 20), (80, 24), (120, 40), (200, 60)])
async def test_hostile_texts_are_shown_as_typed(room: Room, size: tuple[int, int]) -> None:
    id = held(room, MISSED, name=HOSTILE)
    at = room.machine.read()
    room.add(
        id,
        ev.LineAdded("strength", HOSTILE),
        ev.GoalSet(HOSTILE),
        ev.ReasonGiven(HOSTILE),
        ev.SkillCommented("B1.1", HOSTILE),
        ev.Noted(HOSTILE, at, MISSED, False),
        ev.RowSet(Request("r99", None, HOSTILE, (), HOSTILE, HOSTILE)),
    )
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await shows(pilot, "[/foo] [red]x C:\\dir\\[x]")
        assert "\u202e" not in plain_text(app)
        await pilot.press("p")
        await shows(pilot, "For the student")
        await pilot.press("escape", "l")
        await shows(pilot, "Everything recorded so far")
    assert app.fault is None
