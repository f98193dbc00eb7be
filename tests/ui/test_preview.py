"""The preview of the report: copying, the message for the student, paragraphs written anew."""

from __future__ import annotations

from defense_console.model.defense import kinds as ev
from defense_console.screens.verdict.preview import PreviewScreen
from defense_console.screens.verdict.screen import VerdictScreen
from defense_console.widgets.lists.panel import Panel
from tests.ui.conftest import Room, hides, shows, type_text, until
from tests.ui.test_verdict import MISSED, held


async def test_the_message_is_copied_once_the_verdict_is_released(room: Room) -> None:
    id = held(room, name="Ada [/x]")
    app = room.app(id)
    copied = room.folder / "clipboard.txt"
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await pilot.press("a")
        await shows(pilot, "The verdict is not released yet: there is nothing to tell the student.")
        assert not copied.exists()
        room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
        app.desk.ledger.refresh()
        await pilot.press("a")
        await shows(pilot, "Message for the student: ", "clipboard.txt")
        assert copied.read_text().startswith("Bonjour Ada,")
        copied.unlink()
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        await pilot.press("l", "a")
        await until(pilot, copied.exists)
        assert copied.read_text().startswith("Hello Ada,")


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
