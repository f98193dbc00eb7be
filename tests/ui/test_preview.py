"""The preview of the report: copying, the message for the student, paragraphs written anew."""

from __future__ import annotations

from pathlib import Path

from textual.pilot import Pilot

from defense_console.model.defense import kinds as ev
from defense_console.screens.verdict.preview import PreviewScreen
from defense_console.screens.verdict.screen import VerdictScreen
from defense_console.widgets.lists.panel import Panel
from tests.ui.conftest import Room, hides, shows, type_text, until
from tests.ui.test_verdict import MISSED, held


def released(room: Room) -> str:
    """A defense whose verdict is released as validated."""
    id = held(room, name="Ada [/x]")
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
    return id


async def save_as(pilot: Pilot[None], form: str, place: Path) -> None:
    """Save what is read in a form, chosen by its number, at a place."""
    await pilot.press("x")
    await shows(pilot, "Save the")
    await pilot.press(form)
    await shows(pilot, "Where is it saved?")
    await pilot.press("ctrl+u")
    await type_text(pilot, str(place))
    await pilot.press("enter")


async def test_the_message_is_read_copied_and_saved_once_the_verdict_is_released(room: Room) -> None:
    id = held(room, name="Ada [/x]")
    app = room.app(id)
    copied, saved = room.folder / "clipboard.txt", room.folder.parent / "message.eml"
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("a")
        await shows(pilot, "The verdict is not released yet: there is nothing to tell the student.")
        room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
        app.desk.ledger.refresh()
        await shows(pilot, "Verdict 1 released", "Now send the message: a")
        await pilot.press("a")
        await shows(pilot, "Message for the student, in French", "No e-mail address is known", "Bonjour Ada,")
        assert not copied.exists()
        await pilot.press("c")
        await shows(pilot, "Message for the student: ", "clipboard.txt")
        assert copied.read_text().startswith("Bonjour Ada,")
        await pilot.press("l")
        await shows(pilot, "Message for the student, in English", "Hello Ada,")
        await pilot.press("e")
        await shows(pilot, "The message is made from the verdict: r shows the report.")
        await save_as(pilot, "1", saved)
        await shows(pilot, "Saved: ")
        assert saved.read_bytes().startswith(b"Subject: ")
        await pilot.press("r")
        await shows(pilot, "For the student, in English")
        assert not room.drafts(id), "the place is no text of the defense"


async def test_the_report_is_saved_in_four_forms_and_replaces_no_file_unasked(room: Room) -> None:
    id = released(room)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        for key, begins in (("1", b"#"), ("2", b"<!"), ("3", b"%PDF"), ("4", b"PK")):
            place = room.folder.parent / f"report-{key}"
            await save_as(pilot, key, place)
            await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
            await until(pilot, place.exists)
            assert place.read_bytes().startswith(begins)
        place.write_text("mine")
        await save_as(pilot, "1", place)
        await shows(pilot, "Replace this file?")
        await pilot.press("escape")
        await shows(pilot, "Where is it saved?")
        assert place.read_text() == "mine"
        await pilot.press("enter")
        await shows(pilot, "Replace this file?")
        await pilot.press("y")
        await until(pilot, lambda: place.read_bytes().startswith(b"#"))


async def test_a_place_that_cannot_be_written_is_said_and_asked_again(room: Room) -> None:
    id = released(room)
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        await save_as(pilot, "1", room.folder.parent / "nowhere" / "report.md")
        await shows(pilot, "folder.", "Where is it saved?")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))


async def test_pages_and_both_ends_of_the_report_are_reached(room: Room) -> None:
    id = held(room, MISSED)
    room.add(id, ev.OutcomeChosen("conditional"), ev.LineAdded("strength", "word " * 300))
    app = room.app(id)
    async with app.run_test(size=(60, 20)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p")
        await shows(pilot, "Tentative : 1")
        await pilot.press("pagedown")
        await hides(pilot, "Tentative : 1")
        await pilot.press("pageup", "home")
        await shows(pilot, "Tentative : 1")
        panel = app.screen.query_one("#report", Panel)
        await pilot.press("end")
        await until(pilot, lambda: panel.key == panel.keys[-1])
        await hides(pilot, "Tentative : 1")


async def test_a_field_is_written_anew_undone_and_given_back(room: Room) -> None:
    id = held(room, MISSED)
    app = room.app(id)
    async with app.run_test(size=(120, 45)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        await pilot.press("e")
        await shows(pilot, "WRITING")
        await type_text(pilot, " [/ok]")
        await pilot.press("escape")
        await shows(pilot, " edited", "[/ok]")
        await until(pilot, lambda: room.defense(id).edited)
        (((key, tongue), edited),) = room.defense(id).edited.items()
        assert (key, tongue) == ("skill/B1.1", "fr")
        assert edited.text.endswith(" [/ok]")
        room.add(id, ev.Noted("encore un point", room.machine.read(), MISSED, False))
        app.desk.ledger.refresh()
        app.screen.update()  # type: ignore[attr-defined]
        await shows(pilot, "The generated text has changed since; not in the report:", "encore un point")
        await pilot.press("u", "u")
        await hides(pilot, " edited")
        await pilot.press("y")
        await shows(pilot, " edited")
        await pilot.press("g")
        await hides(pilot, " edited")
        await pilot.press("g")
        await shows(pilot, "This field is not edited")
    kinds = [type(event.what).__name__ for event in room.events(id)[-6:]]
    assert kinds == ["ParagraphEdited", "Noted", "Undone", "Undone", "Redone", "ParagraphEdited"]


async def test_a_half_typed_paragraph_is_open_again_after_a_restart(room: Room) -> None:
    id = held(room)
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p", "e")
        await shows(pilot, "WRITING")
        await type_text(pilot, "half a sen")
        await until(pilot, lambda: room.drafts(id).get("report/fr/skill/B1.1") == "half a sen")
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p")
        await shows(pilot, "half a sen", "WRITING")
        await pilot.press("escape")
        await shows(pilot, " edited")
        await until(pilot, lambda: not room.drafts(id))


async def test_what_is_not_written_by_hand_says_so(room: Room) -> None:
    id = held(room, MISSED)
    room.add(id, ev.OutcomeChosen("conditional"))
    app = room.app(id)
    async with app.run_test(size=(120, 45)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        app.screen.query_one("#report", Panel).choose("documents")
        await pilot.press("enter")
        await shows(pilot, "This part of the report is not written by hand.")
        room.add(id, ev.Signed(1, "conditional", "conditional"))
        app.desk.ledger.refresh()
        app.screen.query_one("#report", Panel).choose("remarks")
        await pilot.press("e")
        await shows(pilot, "The verdict is signed: u takes the signature back")
