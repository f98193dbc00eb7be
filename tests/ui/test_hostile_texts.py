"""Hostile texts in every field, on every screen: shown as typed, whole somewhere, never obeyed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widget import Widget

from defense_console.app import ConsoleApp
from defense_console.model.defense import kinds as ev
from defense_console.safe_text import one_line, visible
from defense_console.screens.console import Place
from defense_console.words.translation import set_language
from tests import hostile
from tests.ui.conftest import Room, hides, shows, until

SIZE = (99, 240)
"""One column of panels, and so high that nothing is scrolled away."""


def squash(text: str) -> str:
    """Without the white space that wrapping adds."""
    return "".join(text.split())


def drawn(app: ConsoleApp) -> str:
    """What every widget of the uppermost screen draws, one after the other, so that no line mixes two of them."""
    lines = []
    for widget in app.screen.walk_children(Widget):
        if not widget.children and all(each.display for each in widget.ancestors_with_self if isinstance(each, Widget)):
            lines += [widget.render_line(y).text for y in range(widget.size.height)]
    return "\n".join(lines)


class Walk:
    """A mentor who goes through the screens and looks."""

    def __init__(self, app: ConsoleApp, pilot: Pilot[None], scene: hostile.Scene) -> None:
        self.app, self.pilot, self.scene = app, pilot, scene
        self.screen = ""

    async def whole(self, *fields: str) -> None:
        """Wait until the texts of all these fields are on the screen, from their first character to their last."""
        texts = {field: self.scene.say(field) for field in fields}
        await self._all({field: {squash(visible(text)), squash(one_line(text))} for field, text in texts.items()})

    async def beginning(self, *fields: str) -> None:
        """Wait until at least the beginning of these fields is on the screen, with a sign where it is cut."""
        await self._all({field: {squash(one_line(self.scene.say(field)))[:4]} for field in fields})

    async def _all(self, wanted: dict[str, set[str]]) -> None:
        """Wait until one form of each field is on the screen; each look draws the screen once."""
        missing = dict(wanted)

        def nothing_missing() -> bool:
            seen = self._seen()
            for field in [field for field, forms in missing.items() if any(form in seen for form in forms)]:
                del missing[field]
            return not missing

        await until(self.pilot, nothing_missing, f"{self.screen}: one of {', '.join(wanted)}")
        self._harmless()

    def none(self, *fields: str) -> None:
        """None of these fields is on the screen."""
        for field in fields:
            assert f"§{field}§" not in self._seen(), (self.screen, field)

    def _seen(self) -> str:
        return squash(drawn(self.app))

    def _harmless(self) -> None:
        acting = set("\x00\x07\x1b\x7f\x9b\u202e\u2067\u2028\r\t")
        assert not acting & set(drawn(self.app)), self.screen
        assert self.app.fault is None

    async def press(self, screen: str, *keys: str) -> None:
        """Go on to the next screen."""
        self.screen = screen
        await self.pilot.press(*keys)


@pytest.fixture
def spoken() -> Iterator[None]:
    """In French, whose words are longer; that both languages put the same values in is a test of the catalogue."""
    set_language("fr")
    yield
    set_language("en")


@pytest.fixture
def scene(room: Room) -> hostile.Scene:
    return hostile.Scene(room, hostile.marking(hostile.ALL))


async def test_queue_brief_and_waiting_room(room: Room, scene: hostile.Scene, spoken: None) -> None:
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        walk = Walk(app, pilot, scene)
        await walk.press("queue", "5")
        await walk.beginning("name")
        await walk.press("search", "slash", "left_square_bracket", "slash", "f", "o", "o")
        await walk.beginning("name")
        await walk.press("nothing found", "z", "z")
        await until(pilot, lambda: "[/foozz" in drawn(app))
        await walk.press("queue", "escape", "escape", "n")
        await walk.beginning("name")
        await walk.press("palette", "escape", "ctrl+p")
        await until(pilot, lambda: app.screen is not app.screen_stack[0])
        walk.none("name")
        await walk.press("queue", "escape", "p")
        await walk.beginning("name")
        app.go("brief", scene.planned)
        walk.screen = "brief"
        await walk.beginning("name")
        await walk.whole("no-show", "private-note", "shared-note")
        await walk.press("help", "h")
        walk.none("private-note")
        await walk.press("waiting room", "escape", "t", "y")
        await walk.beginning("name")
        await walk.whole("private-note", "shared-note")
        await walk.press("role card", "m")
        await walk.press("audience", "escape", "a")
        await pilot.pause()
        walk.none("name", "private-note", "shared-note")
        await walk.press("absent", "a", "x")
        await walk.whole("name")
        await walk.press("timeline", "escape", "l")
        await walk.whole("no-show", "moved", "private-note", "shared-note", "author")
        await walk.beginning("name")


async def test_dates_in_dialogs(room: Room, scene: hostile.Scene, spoken: None) -> None:
    app = room.app(scene.planned)
    async with app.run_test(size=SIZE) as pilot:
        walk = Walk(app, pilot, scene)
        await walk.beginning("name")
        app.screen.begin(app.screen.action_defense_reschedule())  # type: ignore[attr-defined]
        walk.screen = "reschedule"
        await walk.whole("name")


async def test_live(room: Room, scene: hostile.Scene, spoken: None) -> None:
    app = room.app(scene.live)
    async with app.run_test(size=SIZE) as pilot:
        walk = Walk(app, pilot, scene)
        walk.screen = "live"
        await walk.beginning("name")
        await walk.press("details", *["j"] * scene.place_of_missed("IRP-P3"), "enter")
        await walk.whole("criterion-note", "private-criterion-note")
        await walk.press("role card", "escape", "m")
        walk.none("private-note")
        await walk.press("notes", "escape", "tab")
        await walk.whole(*hostile.SAID)
        await walk.press("edit", "enter")
        await walk.whole("improvement")
        await walk.press("questions", "escape", "tab")
        await walk.whole("question")
        await walk.press("undo", "u")
        await walk.beginning("improvement")
        await walk.press("audience", "y", "a")
        await pilot.pause()
        walk.none("name", "question", *hostile.SAID)
        await walk.press("timeline", "a", "l")
        await walk.whole("question", *hostile.SAID)
        await walk.press("last phase", "escape", "g", "g", "f9")
        await walk.beginning("name")
        await walk.whole("strength", "improvement")


async def test_verdict_and_preview(room: Room, scene: hostile.Scene, spoken: None) -> None:
    app = room.app(scene.drafted)
    async with app.run_test(size=SIZE) as pilot:
        walk = Walk(app, pilot, scene)
        walk.screen = "verdict"
        await walk.whole(*hostile.ROWS, *hostile.TEXTS_OF_VERDICT, "criterion-note")
        walk.none("private-note", "private-criterion-note", "question")
        await walk.press("row editor", *["j"] * len(scene.missed("IRP-P4").evidence), "enter")
        await walk.whole("row-title", "row-reason", "row-expected")
        await walk.press("signing", "escape", "f9")
        await walk.whole("name", "row-title", "advice-title")
        await walk.press("preview", "escape", "p")
        for _language in range(2):
            for reader in ("student", "mentor", "jury"):
                walk.screen = f"preview for the {reader}"
                await walk.whole("name", "row-title", "row-reason", "row-expected", "verifier", "strength",
                                 "improvement", "goal", "comment", "shared-note", "criterion-note",
                                 "author")  # fmt: skip
                walk.none("private-note", "private-criterion-note", "email")
                await pilot.press("r")
            await pilot.press("l")
        await walk.press("timeline", "escape", "l")
        await walk.whole("row-title", *hostile.TEXTS_OF_VERDICT)


async def test_amended_after_a_contest(room: Room, scene: hostile.Scene, spoken: None) -> None:
    app = room.app(scene.amended)
    async with app.run_test(size=SIZE) as pilot:
        walk = Walk(app, pilot, scene)
        walk.screen = "verdict"
        await walk.whole("amendment")
        await walk.press("timeline", "l")
        await walk.whole("amendment", "contested", "waived", *hostile.TEXTS_OF_VERDICT)


SIZES = [(60, 20), (80, 24), (160, 50)]
PLACES: list[Place] = ["brief", "live", "verdict"]


@pytest.mark.parametrize(("n", "kind"), list(enumerate(hostile.TEXTS)), ids=str)
async def test_each_text_alone(room: Room, n: int, kind: str) -> None:
    """Nothing crashes, nothing acts, and a screen still shows where the text begins: of any kind, at any size."""
    scene = hostile.Scene(room, lambda field: hostile.TEXTS[kind])
    place = PLACES[n % len(PLACES)]
    app = room.app()
    async with app.run_test(size=SIZES[n // len(PLACES) % len(SIZES)]) as pilot:
        walk = Walk(app, pilot, scene)
        await walk.press("queue", "5")
        await walk.beginning("name")
        app.go(place, {"brief": scene.planned, "live": scene.live, "verdict": scene.drafted}[place])
        walk.screen = place
        await walk.beginning("name")
        await walk.press("timeline", "l")
        await walk.beginning("name")
        await pilot.press("escape")
        if place == "verdict":
            await walk.press("preview", "p", "j", "j", "r", "l")
            await pilot.pause()
        assert app.fault is None


async def test_a_text_that_is_opened_and_left_is_not_changed(room: Room) -> None:
    """Line breaks of every kind and white space at its ends stay as another program wrote them."""
    written = "  one\r\ntwo\rthree\u2028four\x0bfive\n\n"
    room.student("s1", "Ada Example")
    id = room.plan()
    room.live(id)
    room.add(id, ev.Noted(written, room.machine.read()))
    before = len(room.events(id))
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        for finish in ("escape", "enter", "tab", "f3"):
            app.screen.show_pane("notes")  # type: ignore[attr-defined]
            await pilot.press("enter")
            await shows(pilot, "WRITING")
            await pilot.press(finish, "escape")
            await hides(pilot, "WRITING")
        await shows(pilot, "PAUSED")
    assert room.defense(id).notes[0].text == written
    assert len(room.events(id)) == before + 1, "only the pause"


@pytest.mark.parametrize("kind", ["lines", "escapes", "tab", "long word"])
async def test_a_text_pasted_into_a_dialog_is_kept_whole(room: Room, kind: str) -> None:
    room.student("s1", "Ada Example")
    id = room.plan(in_min=1)
    room.add(id, ev.RoomOpened())
    text = hostile.TEXTS[kind]
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("x")
        await shows(pilot, "Why is")
        app.post_message(events.Paste(text))
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).session == "no_show")
    assert room.defense(id).sittings[-1].reason == "\n".join(text.splitlines()).strip()


async def test_what_is_pasted_into_the_search_is_seen_and_not_obeyed(room: Room) -> None:
    room.student("s1", "Ada [x] Example")
    room.plan()
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("slash")
        await shows(pilot, "to the list")
        app.post_message(events.Paste("\x1b[31m\u202eno\nsecond"))
        await shows(pilot, "/ ␛[31m\N{REPLACEMENT CHARACTER}no second", "Nothing found")
        assert not {"\x1b", "\u202e"} & set(drawn(app))
