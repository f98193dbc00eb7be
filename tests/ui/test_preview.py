"""The preview of the report: copying, the message for the student."""

from __future__ import annotations

from defense_console.model import events as ev
from defense_console.screens.preview_screen import PreviewScreen
from defense_console.screens.verdict_screen import VerdictScreen
from tests.ui.conftest import Room, shows, until
from tests.ui.test_verdict import held


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
        assert copied.read_text().startswith("Bonjour Ada [/x],")
        copied.unlink()
        await pilot.press("p")
        await until(pilot, lambda: isinstance(app.screen, PreviewScreen))
        await pilot.press("l", "a")
        await until(pilot, copied.exists)
        assert copied.read_text().startswith("Hello Ada [/x],")
