"""The first start asks who the mentor is, once; theme and language changed in the console are kept."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from defense_console.model.defense import kinds as ev
from defense_console.settings import Settings, load
from defense_console.words.translation import language
from tests.ui.conftest import Room, do_from_palette, hides, shows, type_text, until

SIZE = (80, 24)


def kept(room: Room) -> Path:
    return room.folder.with_name("config") / "settings.toml"


def started(room: Room, text: str | None = None, **changes: object) -> Path:
    """A mentor's settings file, and the settings read from it; without a text there is no file yet."""
    file = kept(room)
    if text is None:
        room.settings = Settings(name="account", zone="UTC", file=str(file), new=True, unnamed=True)
    else:
        file.parent.mkdir()
        file.write_text(text, encoding="utf-8")
        room.settings = load(file, {"TZ": "Europe/Paris"})
    room.settings = msgspec.structs.replace(room.settings, **changes)
    room.student("s1", "Ada Démo")
    return file


async def clear_field(pilot: Pilot[None]) -> None:
    await pilot.press("ctrl+u")


async def answer(pilot: Pilot[None], language_key: str, name: str, zone: str) -> None:
    """Answer the three questions, and leave the third one's field as it is typed."""
    await shows(pilot, "First start, 1 of 3", "In which language?", "1  Français", "2  English")
    await pilot.press(language_key)
    await until(pilot, lambda: language() == ("fr" if language_key == "1" else "en"))
    await shows(pilot, "Quel est votre nom" if language_key == "1" else "What is your name?")
    pilot.app.screen.focused.insert(name)  # type: ignore[union-attr]  # as a paste does
    await pilot.press("enter")
    await shows(pilot, "UTC")
    await type_text(pilot, zone)  # in the place of what is offered
    await pilot.press("enter")


async def test_three_questions_are_asked_once_and_their_answers_hold_at_once(room: Room) -> None:
    file = started(room)
    id = room.plan()
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Démo", "13:12")
        await answer(pilot, "1", "Zoé Mentor", "Europe/Paris")
        await shows(pilot, "Gardé dans", "14:12")
        await pilot.press("n")
        await type_text(pilot, "late")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(room.events(id)[-1].what, ev.Noted))
    assert room.events(id)[-1].author == "Zoé Mentor"
    again = load(file, {})
    assert (again.name, again.zone, again.language, again.new) == ("Zoé Mentor", "Europe/Paris", "fr", False)
    room.settings = again
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Démo")
        await hides(pilot, "1 sur 3")


@pytest.mark.parametrize("after", [(), ("2",), ("2", "enter")], ids=["language", "name", "zone"])
async def test_escape_postpones_all_of_it_to_the_next_start(room: Room, after: tuple[str, ...]) -> None:
    file = started(room)
    for _start in range(2):
        async with room.app().run_test(size=SIZE) as pilot:
            await shows(pilot, "First start, 1 of 3")
            for place, key in enumerate(after, 2):
                if key == "enter":
                    await type_text(pilot, "Zoé")  # the account's name is offered to nobody
                await pilot.press(key)
                await shows(pilot, f"First start, {place} of 3")
            await pilot.press("escape")
            await shows(pilot, "asks again at its next start")
            await hides(pilot, "First start")
        assert not file.exists()


async def test_a_theme_that_is_kept_before_does_not_take_the_questions_away(room: Room) -> None:
    file = started(room)
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "First start")
        await pilot.press("escape")
        await hides(pilot, "First start")
        await do_from_palette(pilot, "theme", "theme")
        await until(pilot, file.exists)
    assert file.read_text(encoding="utf-8") == 'theme = "light"\n'
    assert load(file, {}).new


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("Zoé\nMentor\r\n", "Zoé Mentor"),
        ("[b]Zoé[/b] \"x\" \\ 'y'", "[b]Zoé[/b] \"x\" \\ 'y'"),
        ("n" * 200, "n" * 200),
        ("علي \x1b[31m", "علي \x1b[31m"),
    ],
    ids=["newline", "brackets", "long", "rtl"],
)
async def test_any_name_is_kept_as_it_is_on_one_line(room: Room, name: str, stored: str) -> None:
    file = started(room)
    async with room.app().run_test(size=SIZE) as pilot:
        await answer(pilot, "2", name, "Europe/Paris")
        await shows(pilot, "Kept in")
    assert load(file, {}).name == stored


@pytest.mark.parametrize(("name", "count"), [("  \n ", "0"), ("n" * 201, "201")])
async def test_a_name_that_is_none_is_asked_again(room: Room, name: str, count: str) -> None:
    started(room)
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "First start, 1 of 3")
        await pilot.press("2")
        await shows(pilot, "What is your name?", "account")
        await clear_field(pilot)
        pilot.app.screen.focused.insert(name)  # type: ignore[union-attr]
        await pilot.press("enter")
        await shows(pilot, f"Type 1 to 200 characters; these are {count}.", "2 of 3")


async def test_a_zone_that_is_misspelt_is_refused_with_the_nearest(room: Room) -> None:
    file = started(room)
    async with room.app().run_test(size=SIZE) as pilot:
        await answer(pilot, "2", "Zoé", "europe/pari")
        await shows(pilot, "There is no time zone “europe/pari”; did you mean “Europe/Paris”?", "3 of 3")
        await clear_field(pilot)
        await type_text(pilot, "Europe/Paris")
        await pilot.press("enter")
        await shows(pilot, "Kept in")
    assert load(file, {}).zone == "Europe/Paris"


async def test_what_cannot_be_written_is_a_sentence_and_holds_until_the_end(room: Room) -> None:
    started(room)
    kept(room).parent.write_text("a file where the folder should be")
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await answer(pilot, "2", "Zoé", "Europe/Paris")
        await shows(pilot, "Not kept for the next start:", "cannot be written")
        assert (app.desk.settings.name, app.desk.ledger.author) == ("Zoé", "Zoé")


async def test_nothing_is_asked_while_a_defense_is_live(room: Room) -> None:
    started(room)
    room.live(room.plan(in_min=0))
    room.live(room.plan(project="FE-P3", in_min=0))  # two, so that the console opens on the queue
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "Ada Démo")
        await pilot.pause()
        await hides(pilot, "First start")


async def test_theme_and_language_are_kept_and_nothing_else_of_the_file_changes(room: Room) -> None:
    keys = '# keys\n[keys]\n"live.note" = "n"\n'
    file = started(room, f'# mine\nname = "Zoé"  # me\ntheme = "dark"  # at night\n\n{keys}')
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "6 Closed")
        await do_from_palette(pilot, "theme", "theme")
        await until(pilot, lambda: 'theme = "light"' in file.read_text(encoding="utf-8"))
        app.switch_language()
        await until(pilot, lambda: 'language = "fr"' in file.read_text(encoding="utf-8"))
    assert file.read_text(encoding="utf-8") == (
        '# mine\nname = "Zoé"  # me\ntheme = "light"  # at night\nlanguage = "fr"\n\n' + keys
    )


async def test_the_last_of_many_changes_is_the_one_that_is_kept(room: Room) -> None:
    file = started(room, 'name = "Zoé"\n')
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "6 Closed")
        for _turn in range(7):
            app.switch_theme()
        await until(pilot, lambda: not [worker for worker in app.workers if worker.group == "settings"])
    assert load(file, {}).theme == "light"


async def test_a_file_that_is_read_only_is_a_sentence_and_stays_as_it_is(room: Room) -> None:
    file = started(room, 'name = "Zoé"\n')
    file.chmod(0o400)
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "6 Closed")
        app.switch_theme()
        await shows(pilot, "Not kept for the next start:", "the system does not permit it")
        assert app.theme == "console-light"
    assert file.read_text(encoding="utf-8") == 'name = "Zoé"\n'


async def test_the_demo_keeps_nothing(room: Room) -> None:
    file = started(room, 'name = "Zoé"\n', kept=False)
    app = room.app()
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "6 Closed")
        app.switch_theme()
        await until(pilot, lambda: not [worker for worker in app.workers if worker.group == "settings"])
        await hides(pilot, "Not kept")
        assert app.desk.settings.theme == "light"
    assert file.read_text(encoding="utf-8") == 'name = "Zoé"\n'
