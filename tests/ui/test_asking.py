"""A text typed in a dialog is a draft like any other: kept while it is typed, given again, gone with its answer."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.desk.defense.asked import Asked
from defense_console.desk.logs.unsaved import unsaved_text
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.screens.shared.asking import Ask
from defense_console.store.base import Append, Job
from defense_console.words.values import FIELDS
from tests.ui.conftest import Room, do_from_palette, hides, shows, type_text, until
from tests.ui.test_live import started
from tests.ui.test_not_saved import FailingDisk
from tests.ui.test_revisions import conditional, file
from tests.ui.test_two_consoles import READ_ONLY, saved, take_over
from tests.ui.test_verdict import held

SIZE = (100, 40)


def released(room: Room, outcome: str = "validated") -> str:
    """A verdict in force."""
    id = held(room) if outcome == "validated" else held(room, "IRP-P2-B1.2-1", "IRP-P2-B1.2-2", "ORAL-3")
    room.add(id, ev.LineAdded("improvement", "the figures"), ev.OutcomeChosen(outcome))  # type: ignore[arg-type]
    room.add(id, ev.Signed(1, outcome, outcome), ev.Released(1))  # type: ignore[arg-type]
    return id


async def stored(pilot: Pilot[None], room: Room, id: str, drafts: dict[str, str]) -> None:
    """Wait until the store holds these drafts and no other."""
    await until(pilot, lambda: room.drafts(id) == drafts, f"{drafts} is not in the store")


def submitted(app: ConsoleApp, monkeypatch: pytest.MonkeyPatch) -> list[Job]:
    """What the desk hands to the recorder from now on."""
    found: list[Job] = []
    submit = app.desk.recorder.submit

    def noted(job: Job) -> None:
        found.append(job)
        submit(job)

    monkeypatch.setattr(app.desk.recorder, "submit", noted)
    return found


async def test_a_reason_is_a_draft_while_it_is_typed_and_goes_with_its_event(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = released(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("e")
        await shows(pilot, "Why is the verdict amended?", "The student reads this reason")
        await type_text(pilot, "misr")
        await stored(pilot, room, id, {"ask/amend": "misr"})
        await type_text(pilot, "ead")
        jobs = submitted(app, monkeypatch)
        await pilot.press("enter")
        await shows(pilot, "A new version is drafted")
        await stored(pilot, room, id, {})
        appended = [job for job in jobs if isinstance(job, Append)]
        assert [job.drop_drafts for job in appended] == [("ask/amend",)], "in the transaction of the event"
    assert room.defense(id).amendment == "misread"


async def test_escape_keeps_the_text_until_the_same_is_asked_again_and_no_other_question_shows_it(room: Room) -> None:
    id = released(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("e")
        await shows(pilot, "Why is the verdict amended?", "Esc  back, the text stays")
        await type_text(pilot, "misr")
        await pilot.press("escape")
        await hides(pilot, "Why is the verdict amended?")
        await stored(pilot, room, id, {"ask/amend": "misr"})
        await pilot.press("o")
        await shows(pilot, "What does the student contest?")
        await hides(pilot, "misr")
        await pilot.press("escape")
        await hides(pilot, "What does the student contest?")
        await pilot.press("e")
        await shows(pilot, "Why is the verdict amended?", "misr")
        await type_text(pilot, "ead")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).amendment == "misread")
    assert room.drafts(id) == {}


async def test_escape_keeps_what_was_typed_this_moment(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defense_console.widgets.frame.writer.DRAFT_S", 3600)
    id = released(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("e")
        await shows(pilot, "Why is the verdict amended?")
        await type_text(pilot, "misr")
        await pilot.press("escape")
        await stored(pilot, room, id, {"ask/amend": "misr"})


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_after_a_restart_nothing_opens_by_itself_and_asking_again_shows_the_text(
    room: Room, language: str
) -> None:
    id = released(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("o")
        await shows(pilot, "What does the student contest?")
        await type_text(pilot, "the budg")
        await stored(pilot, room, id, {"ask/contest": "the budg"})
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await hides(pilot, "the budg")
        await hides(pilot, "WRITING")
        if language == "fr":
            app.switch_language()
            await shows(pilot, "Verdict 1 communiqué")
        await pilot.press("o")
        await shows(pilot, "the budg")
        await type_text(pilot, "et")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).contested == "the budget")
    assert room.drafts(id) == {}


async def test_the_verdict_screen_does_not_open_the_text_of_a_dialog_by_itself(room: Room) -> None:
    id = held(room)

    def titles() -> list[str]:
        return [event.what.row.title for event in room.events(id) if isinstance(event.what, ev.RowSet)]

    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Byron")
        await pilot.press("d")
        await shows(pilot, "Which document is to revise?")
        await pilot.press("5")
        await shows(pilot, "Which document?", "its name")
        await type_text(pilot, "a plan of")
        await stored(pilot, room, id, {"ask/document": "a plan of"})
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Byron")
        await hides(pilot, "a plan of")
        await pilot.press("d", "5")
        await shows(pilot, "Which document?", "a plan of")
        await type_text(pilot, " work")
        await pilot.press("enter")
        await until(pilot, lambda: titles() == ["a plan of work"])
        await stored(pilot, room, id, {})


async def test_what_is_asked_again_of_one_document_is_not_offered_for_another(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowReceived("d1", (file("1b"),)), ev.RowReceived("d2", (file("2b"),)))
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Documents to revise")
        await pilot.press("r")
        await shows(pilot, "What must the new version show?")
        await pilot.press("escape")
        await hides(pilot, "What must the new version show?")
        await saved(pilot)
        assert room.drafts(id) == {}, "what is only offered is not typed"
        await pilot.press("r")
        await shows(pilot, "What must the new version show?")
        await type_text(pilot, " and figures")
        await until(pilot, lambda: list(room.drafts(id)) == ["ask/again/d1"])
        await pilot.press("escape")
        await hides(pilot, "What must the new version show?")
        await pilot.press("j", "r")
        await shows(pilot, "What must the new version show?")
        await hides(pilot, "and figures")
        await pilot.press("escape")
        await hides(pilot, "What must the new version show?")
        await pilot.press("k", "r")
        await shows(pilot, "and figures")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).revisions[0].round == 2)
        await stored(pilot, room, id, {})
    assert room.defense(id).revisions[0].request.expected.endswith("and figures")


async def test_a_date_that_is_refused_is_there_to_be_mended_and_goes_with_the_new_date(room: Room) -> None:
    room.student("s1", "Ada Example")
    id = room.plan()
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Example")
        await do_from_palette(pilot, "reschedule", "Give the defense another date.")
        await shows(pilot, "When does the defense")
        await type_text(pilot, "tomorow")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, Ask) and "tomorow" in room.drafts(id).values())
        await pilot.press("escape")
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Example")
        await do_from_palette(pilot, "reschedule", "Give the defense another date.")
        await shows(pilot, "When does the defense", "tomorow")
        await pilot.press("backspace", "backspace")
        await type_text(pilot, "row 14:00")
        await pilot.press("enter")
        await shows(pilot, "Why another date?")
        await type_text(pilot, "a strike")
        await stored(pilot, room, id, {"ask/date": "tomorrow 14:00", "ask/date_reason": "a strike"})
        await pilot.press("enter")
        await stored(pilot, room, id, {})
    assert [e.what.reason for e in room.events(id) if isinstance(e.what, ev.Rescheduled)] == ["a strike"]


async def test_the_date_of_the_next_attempt_goes_once_that_attempt_is_planned(room: Room) -> None:
    id = released(room, "rework")
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("w")
        await shows(pilot, "When does attempt 2")
        await type_text(pilot, "in 7 days")
        await stored(pilot, room, id, {"ask/next_attempt": "in 7 days"})
        await pilot.press("enter")
        await until(pilot, lambda: room.events(str(defense_id("s1", "IRP-P2", 2))))
        await stored(pilot, room, id, {})


async def test_what_the_desk_refuses_is_not_lost(room: Room) -> None:
    id = released(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("o")
        await shows(pilot, "What does the student contest?")
        await type_text(pilot, "the budget")
        room.add(id, ev.Contested("told by another console"))
        await until(pilot, lambda: pilot.app.desk.ledger.state(DEFENSE, id).contested is not None)  # type: ignore[attr-defined]
        await pilot.press("enter")
        await hides(pilot, "What does the student contest?")
        await stored(pilot, room, id, {"ask/contest": "the budget"})


async def test_a_signal_saves_what_a_dialog_holds_this_moment(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("defense_console.widgets.frame.writer.DRAFT_S", 3600)
    id = released(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Verdict 1 released")
        await pilot.press("e")
        await shows(pilot, "Why is the verdict amended?")
        await type_text(pilot, "misr")
        assert room.drafts(id) == {}
        assert app.save_anyway()
    assert room.drafts(id) == {"ask/amend": "misr"}


async def test_what_a_dialog_holds_is_copied_with_its_question_in_words(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = conditional(room)
    room.disk = FailingDisk
    monkeypatch.setattr(FailingDisk, "full", True)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Documents to revise")
        await pilot.press("o")
        await shows(pilot, "Why is this document given up?")
        await type_text(pilot, "seen li")
        await pilot.press("f7")
        await shows(pilot, "Everything unsaved:", "Why is this document given up?")
        text = unsaved_text(app.desk.ledger, "en", "Europe/Paris")
        FailingDisk.full = False
    assert "being typed (why a document is given up): seen li" in text


def test_every_question_has_its_words() -> None:
    assert {str(asked) for asked in Asked} <= set(FIELDS)


# --- two consoles ----------------------------------------------------------------------------------------------------


async def ask_abort(pilot: Pilot[None]) -> None:
    await do_from_palette(pilot, "abort", "Break the defense off for a technical reason.")
    await shows(pilot, "Break the defense off?")


async def test_the_console_that_takes_over_is_given_the_text_when_it_asks_the_same(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await saved(first)
        await ask_abort(first)
        await type_text(first, "no netw")
        await stored(first, room, id, {"ask/abort": "no netw"})
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, READ_ONLY[:40])
            await take_over(second)
            await shows(first, "Taken over by", "Your text is kept.")
            await hides(first, "Break the defense off?")
            await hides(second, "no netw")
            await ask_abort(second)
            await shows(second, "no netw")
            await type_text(second, "ork")
            await second.press("enter")
            await until(second, lambda: room.defense(id).session == "aborted")
            await stored(second, room, id, {})
    assert room.defense(id).sitting.reason == "no network"


async def test_what_was_typed_after_the_last_draft_is_kept_aside_as_a_note(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await saved(first)
        await first.press("v")
        monkeypatch.setattr("defense_console.widgets.frame.writer.DRAFT_S", 3600)
        await ask_abort(first)
        await type_text(first, "too fast")
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, READ_ONLY[:40])
            await take_over(second)
            await shows(first, "Taken over by", "Your text is kept.")
            await shows(second, "Not in the record", "Private note: too fast")
            await second.press("enter")
            await shows(second, "Everything is settled.")
            await saved(second)
    assert [note.text for note in room.defense(id).notes] == ["too fast"]


async def test_no_text_is_begun_in_a_dialog_where_nothing_can_be_written(room: Room) -> None:
    id = conditional(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await shows(first, "Documents to revise")
        await first.press("plus")
        await saved(first)
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, READ_ONLY[:40])
            await second.press("o")
            await shows(second, READ_ONLY[:40])
            assert not isinstance(second.app.screen, Ask)
