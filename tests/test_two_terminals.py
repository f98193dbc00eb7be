"""Two consoles in two real pseudo-terminals on one store: reading, taking over, killed, closed."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.subject import DEFENSE
from defense_console.store.sqlite.store import TinyStore
from tests.terminal import Terminal, run, start_defense
from tests.test_terminal import only_id, store

__all__ = ["store"]

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("terminal")]
F5 = "\x1b[15~"
HELD = f"une autre console écrit ici ({socket.gethostname()}, depuis le "


def kinds(folder: Path, id: str) -> list[str]:
    reader = TinyStore.open(folder)
    try:
        return [type(DEFENSE.decode(line.body).what).__name__ for line in reader.read_log(f"defense/{id}")]
    finally:
        reader.close()


def test_a_defense_changes_hands_between_two_processes_and_survives_the_death_of_one(store: Path) -> None:
    id = only_id(store)
    with Terminal(store) as first:
        start_defense(first)
        with Terminal(store) as second:
            second.shows("PRÉSENTATION 1/3", HELD)
            first.press("&")
            second.shows("1/12")
            second.press("&")
            second.shows("prend la main")
            first.press("n")
            first.shows("Note privée")
            first.press("une note à moitié")
            second.press(F5)
            second.shows("Écrire ici à la place de l’autre console")
            second.press("o")
            second.shows("La main est prise", "une note à moitié")
            first.shows("a pris la main")
            second.press(" dite\r")
            second.shows("une note à moitié dite")
            first.shows("une note à moitié dite")
            second.press("w&")
            first.shows("2/12")
            second.kill()
            first.shows("L’autre console a rendu la main")
            first.press("w&")
            first.shows("3/12")
    run(store, "verify", id)
    names = kinds(store, id)
    assert names.count(ev.Rated.__name__) == 3
    assert names.count(ev.Noted.__name__) == 1
    assert names.count(ev.LeaseTaken.__name__) == 1


def test_a_killed_console_leaves_nothing_read_only_for_the_next_one(store: Path) -> None:
    id = only_id(store)
    with Terminal(store) as first:
        start_defense(first)
        first.press("&")
        first.shows("1/12")
        first.kill()
    with Terminal(store) as again:
        again.shows("PRÉSENTATION 1/3", "1/12")
        again.press("&")
        again.shows("2/12")
    assert ev.LeaseTaken.__name__ not in kinds(store, id)
