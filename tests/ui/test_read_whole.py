"""In half a screen a mentor reads whole why nothing is saved, who holds a defense, and each reply."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.console import Place
from defense_console.store.base import FullDisk, Lease
from defense_console.store.sqlite.store import TinyStore
from defense_console.words.translation import language, set_language
from tests.ui.conftest import Room, plain_text, until
from tests.ui.test_not_saved import FailingDisk

HALF = (60, 20)
SIZES = [HALF, (80, 24)]
PLACE = Path("/home/mentor/.local/share/defense-console")


def broken(text: str) -> str:
    """A pattern of a word that may go on in the next row after any character."""
    return " ?".join(map(re.escape, text))


PATH = r"[/…]\S*(?: \S+)*?"
"""A pattern of a path, which may be shortened where a row is short."""
FULL = {
    "en": r"✗ NOT SAVED: {n} actions?, F7 copies (it|them) · "
    rf"The disk of {PATH} is full: free some space\. Kept in {PATH}\.",
    "fr": r"✗ NON ENREGISTRÉ : {n} actions?, F7 (la|les) copie · "
    rf"Le disque de {PATH} est plein : libérez de la place\. Gardé dans {PATH}\.",
}
PAUSED = {"en": "The clock is paused; “,” says why.", "fr": "Le chronomètre est en pause ; « , » dit pourquoi."}
RUNS = {"en": "The clock runs.", "fr": "Le chronomètre tourne."}
SAVED = {
    "en": "The disk answers again: everything is saved.",
    "fr": "Le disque répond de nouveau : tout est enregistré.",
}
COPIED = {
    "en": "Everything unsaved: There is no clipboard here: the text is in",
    "fr": "Tout ce qui n’est pas enregistré : Il n’y a pas de presse-papiers ici : le texte est dans",
}


class DeepDisk(FailingDisk):
    """A full disk whose store lies where a console keeps it."""

    def _refuse(self) -> None:
        if type(self).full:
            raise FullDisk("The disk of {place} is full: free some space.", place=PLACE)


@pytest.fixture(params=["en", "fr"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    before = language()
    set_language(request.param)
    yield request.param
    set_language(before)


@pytest.fixture
def id(room: Room, monkeypatch: pytest.MonkeyPatch) -> str:
    room.student("s1", "Ada Example")
    id = room.plan(in_min=1)
    room.live(id)
    room.disk = DeepDisk
    monkeypatch.setattr(DeepDisk, "full", True)
    return id


def as_read(app: ConsoleApp) -> str:
    """What is on the screen as one reads it: rows follow each other, frames and rules are not read."""
    return " ".join(re.sub(r"[│╭╮╰╯─▁▂▃▄▅▆▇█]", " ", plain_text(app)).split())


async def reads(pilot: Pilot[None], pattern: str) -> None:
    """Wait until a sentence stands whole on the screen, and once."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: len(re.findall(pattern, as_read(app))) == 1, f"“{pattern}” is not read once")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_why_nothing_is_saved_is_read_whole_beside_every_reply(
    room: Room, id: str, size: tuple[int, int], spoken: str
) -> None:
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: isinstance(app.screen, ConsoleScreen) and app.screen.about == id)
        await pilot.press("v")
        await reads(pilot, FULL[spoken].format(n=1))
        await pilot.press("t")
        await reads(pilot, re.escape(PAUSED[spoken]))
        await reads(pilot, FULL[spoken].format(n=2))
        await pilot.press("n", *"he waits", "f3")
        await reads(pilot, re.escape(RUNS[spoken]))
        await reads(pilot, FULL[spoken].format(n=4))
        await reads(pilot, {"en": "WRITING", "fr": "SAISIE"}[spoken])
        await pilot.press("f7")
        await reads(pilot, re.escape(COPIED[spoken]) + rf" {PATH}{broken('clipboard.txt.')}")
        await reads(pilot, FULL[spoken].format(n=4))
        # What one works on is still there: the clock, the criterion with the focus, the text.
        await reads(pilot, "00:00 (?:of|sur) 15:00")
        await reads(pilot, "› ◦")
        await reads(pilot, "he waits")
        await pilot.press("escape")  # takes away what the last key did
        DeepDisk.full = False
        await reads(pilot, re.escape(SAVED[spoken]))
        await reads(pilot, {"en": "✓ saved", "fr": "✓ enregistré"}[spoken])
        assert not re.search("✗ NO", as_read(app))
    assert app.fault is None


async def test_it_is_read_whole_on_every_screen(room: Room, id: str) -> None:
    set_language("fr")
    try:
        app = room.app(id)
        async with app.run_test(size=HALF) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ConsoleScreen) and app.screen.about == id)
            await pilot.press("v")
            places: tuple[Place, ...] = ("brief", "waiting", "verdict", "revisions", "live")
            for place in places:
                app.go(place, id)
                await reads(pilot, FULL["fr"].format(n=1))
            for open_it in ("l", "h", "f9", "p"):  # timeline, help, verdict, preview
                under = app.screen
                await pilot.press(open_it)
                await until(pilot, lambda under=under: app.screen is not under)  # type: ignore[misc]
                await reads(pilot, FULL["fr"].format(n=1))
                if open_it in ("l", "h"):
                    await pilot.press("escape")
                    await until(pilot, lambda under=under: app.screen is under)  # type: ignore[misc]
            app.home()
            await reads(pilot, FULL["fr"].format(n=1))
            DeepDisk.full = False
    finally:
        set_language("en")


async def test_over_a_dialog_it_is_read_once_with_the_dialog_and_what_its_key_did(room: Room, id: str) -> None:
    set_language("fr")
    try:
        app = room.app(id)
        async with app.run_test(size=HALF) as pilot:
            await until(pilot, lambda: isinstance(app.screen, ConsoleScreen) and app.screen.about == id)
            await pilot.press("m")
            await reads(pilot, "Claire Morel")
            app.desk.live(id).rate("IRP-P2-B1.1-1", "met")  # it fails while the dialog is read
            await reads(pilot, FULL["fr"].format(n=1))
            await reads(pilot, "Claire Morel")
            await pilot.press("f7")
            await reads(pilot, re.escape(COPIED["fr"]) + rf" {PATH}{broken('clipboard.txt.')}")
            await pilot.press("f3")
            await reads(pilot, re.escape(PAUSED["fr"]))
            await pilot.press("escape")
            await reads(pilot, FULL["fr"].format(n=2))
            await reads(pilot, "PRÉSENTATION 1/3")
            await pilot.press("ctrl+q")  # low enough to let the line below be seen, too
            await reads(pilot, "Quitter la console")
            await reads(pilot, "✗ NON ENREGISTRÉ :")
            DeepDisk.full = False
            await until(pilot, lambda: "✗" not in as_read(app))
    finally:
        set_language("en")


async def test_a_window_that_is_too_small_still_tells_it_and_takes_keys(room: Room, id: str, spoken: str) -> None:
    # With a note beside them the French words take all the width that a hidden rubric has.
    room.add(id, ev.Noted("no figures", room.machine.read(), "IRP-P2-B1.1-1", private=False))
    app = room.app(id)
    async with app.run_test(size=(40, 11)) as pilot:
        await reads(pilot, {"en": "40×11 is too small", "fr": "40×11, c’est trop petit"}[spoken])
        await pilot.press("v", "r", "x")
        await reads(pilot, FULL[spoken].partition(r" Gardé")[0].partition(r" Kept")[0].format(n=3))
        DeepDisk.full = False
    assert app.fault is None
    assert len(room.defense(id).ratings) == 3


async def test_a_store_that_is_only_read_says_so_once_and_a_refusal_points_to_it(
    room: Room, id: str, spoken: str
) -> None:
    room.refusal = FullDisk("The disk of {place} is full: free some space.", place=PLACE)
    reason = {"en": rf"✗ READ ONLY · The disk of {PATH} is full: free some space\.",
              "fr": rf"✗ LECTURE SEULE · Le disque de {PATH} est plein : libérez de la place\."}  # fmt: skip
    told = {"en": "Read only: the red line says why.", "fr": "Lecture seule : la ligne rouge dit pourquoi."}
    app = room.app(id)
    async with app.run_test(size=HALF) as pilot:
        places: tuple[Place, ...] = ("live", "brief", "verdict")
        for place, key in zip(places, ("v", "space", "i"), strict=True):
            app.go(place, id)
            await reads(pilot, reason[spoken])
            await pilot.press(key)
            await reads(pilot, re.escape(told[spoken]))
            await reads(pilot, reason[spoken])
            assert as_read(app).count({"en": "is full", "fr": "est plein"}[spoken]) == 1


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_who_holds_a_defense_and_the_key_that_takes_it_over_are_read_whole(
    room: Room, size: tuple[int, int], spoken: str
) -> None:
    room.student("s1", "Ada Example")
    id = room.plan(in_min=1)
    room.live(id)
    at = room.machine.read()
    store = TinyStore.open(room.folder)
    host = "a-very-long-name-of-a-machine." * 5 + "example"
    store.write_lease(DEFENSE.stream(id), Lease("other", host, 1, "start", "boot-9", at, at.wall))
    store.close()
    held = {
        "en": r"⊘ Read only: another console is writing here \(\S+, since 2026-11-24 \d\d:\d\d\)\. "
        r"F5 takes it over\.",
        "fr": r"⊘ Lecture seule : une autre console écrit ici \(\S+, depuis le 24/11/2026 \d\d:\d\d\)\. "
        r"F5 prend la main\.",
    }
    app = room.app(id)
    async with app.run_test(size=size) as pilot:
        await reads(pilot, held[spoken])
        app.go("brief", id)
        await reads(pilot, held[spoken])


async def test_a_long_reply_lies_over_the_last_rows_and_moves_nothing(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=HALF) as pilot:
        screen = app.screen
        assert isinstance(screen, ConsoleScreen)
        table = screen.query_one("#queue-table").region
        screen.tell("A short reply.")
        await until(pilot, lambda: plain_text(app).splitlines()[-2].strip() == "A short reply.")
        screen.tell("A reply that has more to say than there is room for in the one row that is always there.")
        await reads(pilot, "than there is room for in the one row that is always there.")
        screen.tell("word " * 200)
        await reads(pilot, "word word…")
        assert as_read(app).count("word") < 80
        assert screen.query_one("#queue-table").region == table
