"""Sentences that must fit in half a screen: what to do is never what gives way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.content import Content

from defense_console.desk.logs.ledger import SaveState
from defense_console.keys.sentences import name_keys_of
from defense_console.model.defense import kinds as ev
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import cells
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.fitted_words import error_words, fitting
from defense_console.screens.shared.saved_words import alarm_words, saved_words
from defense_console.screens.verdict.band import band_line
from defense_console.settings import Settings
from defense_console.widgets.frame.message_line import MessageLine
from defense_console.words.translation import language, set_language, when
from tests.ui.conftest import Room, shows, until

HALF = 58
"""Cells of a row in half a screen."""
HOME = Path("/home/mentor")
DEEP = HOME / ".local" / "share" / "a school with a long name" / "defense-console"
SPOOL = HOME / ".local" / "state" / "defense-console-spool" / "a.spool"
REASON = "attempt to write a readonly database"
TROUBLES = {
    ConsoleError("The disk of {place} is full: free some space.", place=DEEP): {
        "en": "is full: free some space.",
        "fr": "est plein : libérez de la place.",
    },
    ConsoleError(
        "The store in {place} cannot be written ({reason}): change the rights of the folder, or choose another.",
        place=DEEP,
        reason=REASON,
    ): {
        "en": ": change the rights of the folder, or choose another.",
        "fr": " : changez les droits du dossier, ou choisissez-en un autre.",
    },
    ConsoleError("Another program holds the store in {place}: close it.", place=DEEP): {
        "en": ": close it.",
        "fr": " : fermez-le.",
    },
    ConsoleError("The store in {place} does not answer: {reason}.", place=DEEP, reason="disk I/O error"): {
        "en": "does not answer: disk I/O",
        "fr": "ne répond pas : disk I/O",
    },
    ConsoleError(
        "Row {id} of {table} in {place} is damaged: close the console and run doctor.",
        id=12345,
        table="defense/00000000-0000-0000-0000-000000000000",
        place=DEEP,
    ): {
        "en": "is damaged: close the console and run doctor.",
        "fr": "est endommagée : fermez la console et lancez doctor.",
    },
}


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: HOME)
    name_keys_of(Settings())


@pytest.fixture(params=["en", "fr"])
def spoken(request: pytest.FixtureRequest) -> Iterator[str]:
    before = language()
    set_language(request.param)
    yield request.param
    set_language(before)


def failed(error: ConsoleError, **facts: object) -> SaveState:
    return SaveState("failed", None, 12, error, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: str(error)[:24])
def test_reason_remedy_and_key_stand_in_three_rows_of_half_a_screen(error: ConsoleError, spoken: str) -> None:
    words = alarm_words(failed(error, spool=SPOOL), HALF)
    assert len(Content(words).wrap(HALF)) <= 3
    words = words.replace("\xa0", " ")
    assert words.startswith({"en": "✗ NOT SAVED: 12 actions, F7", "fr": "✗ NON ENREGISTRÉ : 12 actions, F7"}[spoken])
    assert TROUBLES[error][spoken] in words


@pytest.mark.parametrize("error", TROUBLES, ids=lambda error: str(error)[:24])
def test_that_it_is_in_memory_only_is_said_in_half_a_screen_too(error: ConsoleError, spoken: str) -> None:
    warned = {"en": "do not leave the console", "fr": "ne quittez pas la console"}[spoken]
    other = ConsoleError("{place} cannot be written either ({reason}).", place=SPOOL.parent, reason=REASON)
    for saved in (failed(error), failed(error, spool_error=other)):
        words = alarm_words(saved, HALF)
        assert warned in words
        assert TROUBLES[error][spoken] in words.replace("\xa0", " ")


def test_where_there_is_room_everything_is_told() -> None:
    (full, *_others) = TROUBLES
    words = alarm_words(failed(full, spool=SPOOL), 118)
    assert words == (
        "✗ NOT SAVED: 12 actions, F7 copies them · The disk of ~/.local/share/a school with a long name/defense-console"
        " is full: free some space. Kept in ~/.local/state/defense-console-spool."
    )
    typed = SaveState("failed", None, 0, full, spool=SPOOL)
    assert alarm_words(typed, 118).startswith("✗ NOT SAVED: the text being typed, F7 copies it · The disk of ~")


def test_the_red_rows_and_the_header_agree() -> None:
    (full, *_others) = TROUBLES
    assert alarm_words(SaveState("read_only", None, 0, full), 118).startswith("✗ READ ONLY · The disk of ")
    for saved in (SaveState("saved", None, 0, None), SaveState("saving", None, 1, None), failed(full),
                  SaveState("read_only", None, 0, full)):  # fmt: skip
        words, _at, alarm = saved_words(saved, "Europe/Paris")
        assert words
        assert alarm == bool(alarm_words(saved, 118))


@given(st.text(), st.integers(1, 60))
def test_a_cause_gives_way_the_sentence_around_it_does_not(reason: str, most: int) -> None:
    inner = ConsoleError("The store does not answer: {reason}.", reason=reason)
    words = error_words(ConsoleError("What could not be saved before waits in {place}: {problem}",
                                     place=Path("/a/b"), problem=inner), most)  # fmt: skip
    assert words.startswith("What could not be saved before waits in ")
    assert ": The store does not answer: " in words
    assert words.endswith((".", "!", "?", "…")), "one stop, the cause's own where it has one"
    assert cells(words) <= cells("What could not be saved before waits in : The store does not answer: .") + 2 * most


def test_the_fullest_sentence_of_the_fewest_rows_is_chosen() -> None:
    def say(most: int) -> str:
        return f"The disk of {'x' * min(most, 60)} is full"

    assert fitting(say, 80, 3) == say(60)
    assert fitting(say, 30, 3) == say(20)
    assert fitting(say, 29, 1) is None


@pytest.mark.parametrize("spoken", ["fr", "en"])
@pytest.mark.parametrize("days", [0, 1, 40])
def test_when_a_verdict_was_released_is_read_at_every_width(room: Room, spoken: str, days: int) -> None:
    room.student("s1", "Ada Demo")
    id = room.plan()
    room.live(id)
    room.machine.pass_time(1800)
    room.rate(id, "met")
    room.add(id, ev.Finished(), ev.OutcomeChosen("validated"))
    room.add(id, ev.Signed(1, "validated", "validated"), ev.Released(1))
    released_at = room.defense(id).versions[0].released_at
    room.machine.pass_time(86_400 * days)
    before, zone = language(), room.settings.zone
    set_language(spoken)
    try:
        desk = room.open_desk(lambda _answer: None)
        now = desk.now().wall
        day = when(released_at or "", zone, now)
        lines = {width: band_line(desk.verdict(id), room.settings, zone, now, width).plain for width in (58, 78, 118)}
        desk.close()
    finally:
        set_language(before)
    for width, line in lines.items():
        assert day in line[:width], line
        assert "essage" in line[:width], line
        assert cells(line) <= width
    released = {"fr": "communiqué", "en": "released"}[spoken]
    assert lines[58].count(released) == 1, "what the tag says is not said again where there is no room"
    assert lines[118].count(released) == 2


async def test_a_message_takes_one_row_again_after_a_window_that_was_too_small(room: Room) -> None:
    async with room.app().run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Nothing is pending")
        screen = pilot.app.screen
        assert isinstance(screen, ConsoleScreen)
        screen.tell("one row of eighty cells, and three where the window has only forty of them")
        await pilot.resize_terminal(40, 10)
        await shows(pilot, "too small")
        await pilot.resize_terminal(80, 24)
        await shows(pilot, "one row of eighty cells")
        await until(pilot, lambda: screen.query_one(MessageLine).size.height == 1)
