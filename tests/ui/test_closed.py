"""A closed defense is found again by a search, with everything that can still follow from its verdict."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, cast

import msgspec

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.summary import Summary, defense_id
from defense_console.model.queue.searching import Found, Wanted
from defense_console.store.base import Store
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until
from tests.ui.test_verdict import held
from tests.waiting import PATIENCE_S

START = "2025-06-10T12:00:00.000Z"


async def test_a_closed_validated_defense_is_found_and_contested(room: Room) -> None:
    id = held(room)
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("5", "slash")
        await type_text(pilot, "ada")
        await shows(pilot, "closed · validated")
        await pilot.press("enter", "enter")
        await shows(pilot, "Verdict 1 released")
        await pilot.press("o")
        await shows(pilot, "What does the student contest?")
        await type_text(pilot, "the budget")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).contested == "the budget")
        await shows(pilot, "Contested: the budget — o upholds the verdict, e amends it.")
        await pilot.press("escape", "escape")
        await shows(pilot, "All pending 1", "verdict contested")


async def test_from_a_closed_rework_the_next_attempt_is_planned(room: Room) -> None:
    id = held(room, "IRP-P2-B1.2-1", "IRP-P2-B1.2-2", "ORAL-3")
    room.add(id, ev.LineAdded("improvement", "the figures"), ev.OutcomeChosen("rework"))
    room.add(id, ev.Signed(1, "rework", "rework"), ev.Released(1))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("slash")
        await type_text(pilot, id[:6])
        await shows(pilot, "closed · to rework")
        await pilot.press("enter", "enter")
        await shows(pilot, "Verdict 1 released")
        await pilot.press("w")
        await shows(pilot, "When does attempt 2 of Ada Byron start?")
        await type_text(pilot, "in 1 day")
        await pilot.press("enter")
        await until(pilot, lambda: room.events(str(defense_id("s1", "IRP-P2", 2))))


async def test_closed_defenses_come_with_a_search_or_in_their_tab_the_latest_first(room: Room) -> None:
    room.student("s1", "Ada Example")
    for attempt in range(1, 4):
        id = room.plan("s1", attempt=attempt, in_min=60 * attempt)
        room.add(id, ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
    room.plan("s1", "IRP-P3")
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "IRP-P3")
        await pilot.press("5")
        await hides(pilot, "closed · not held")
        found, total = pilot.app.desk.agenda.search.closed("irp-p2 ADA")  # type: ignore[attr-defined]
        assert ([entry.summary.attempt for entry in found], total) == ([3, 2, 1], 3)
        assert pilot.app.desk.agenda.search.closed("zoe") == ((), 0)  # type: ignore[attr-defined]
        for key in ("6", "minus"):
            await pilot.press("1", key)
            await hides(pilot, "IRP-P3")
            rows = [line for line in plain_text(pilot.app).splitlines() if "closed · not held" in line]  # type: ignore[arg-type]
            assert ["P2·3" in rows[0], "P2·2" in rows[1], "P2 " in rows[2]] == [True] * 3
        await pilot.press("slash")
        await type_text(pilot, "nobody")
        await shows(pilot, "Nothing found")


class Slow:
    """A store in which a search takes until somebody lets it go on."""

    def __init__(self, store: Store, answers: Mapping[str, Found | threading.Event]) -> None:
        self._store = store
        self._answers = answers
        self.held = set[str]()
        """The texts that a search has waited with."""

    def search(self, wanted: Wanted) -> Found:
        answer = self._answers.get(wanted.text)
        if isinstance(answer, threading.Event):
            self.held.add(wanted.text)
            assert answer.wait(PATIENCE_S)
            answer = None
        found = self._store.search(wanted) if answer is None else answer
        return msgspec.structs.replace(found, wanted=wanted)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)


async def test_more_closed_defenses_than_anybody_reads_are_counted(room: Room) -> None:
    many = tuple(
        Summary(str(defense_id(f"s{n}", "IRP-P2", 1)), f"s{n}", "IRP", "IRP-P2", 1, START, "held", 9, pending=False)
        for n in range(100)
    )
    room.proxy = lambda store: cast(Store, Slow(store, {"irp": Found(Wanted("irp"), many, 120)}))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Nothing is pending")
        await pilot.press("slash")
        await type_text(pilot, "irp")
        await shows(pilot, "120 closed defenses found, the latest 100 are listed")


async def test_no_key_waits_for_a_search_and_a_late_answer_is_dropped(room: Room) -> None:
    for student, name in (("s1", "Ada Example"), ("s2", "Bob Example")):
        room.student(student, name)
        room.add(room.plan(student), ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
        room.plan(student, "IRP-P3")
    slow = {"ada": threading.Event(), "bob": threading.Event()}
    stores = list[Slow]()

    def slowly(store: Store) -> Store:
        stores.append(Slow(store, slow))
        return cast(Store, stores[-1])

    room.proxy = slowly
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "IRP-P3")
        await pilot.press("slash")
        await type_text(pilot, "ada")
        await shows(pilot, "Found “ada” 2", "Ada Example")
        await hides(pilot, "Bob Example")
        await until(pilot, lambda: any("ada" in each.held for each in stores), "nobody asks")
        await pilot.press(*["backspace"] * 3)
        await type_text(pilot, "bob")
        await shows(pilot, "Found “bob”", "Bob Example")  # one or both, by which answer before is known
        slow["ada"].set()
        slow["bob"].set()
        await shows(pilot, "closed · not held", "Found “bob” 2")
        await hides(pilot, "Ada Example")


async def test_a_note_finds_what_is_pending_and_what_is_closed(room: Room) -> None:
    room.student("s1", "Ada Example")
    ids = [room.plan(attempt=1), room.plan(attempt=2, in_min=90)]
    for id in ids:
        room.add(id, ev.Noted("Hésite devant le schéma", room.machine.read()))
    room.add(ids[0], ev.Cancelled("student", False), ev.DefenseClosed("left the course"))
    async with room.app().run_test(size=(120, 40)) as pilot:
        await shows(pilot, "P2·2")
        await pilot.press("slash")
        await type_text(pilot, "hesi")
        await shows(pilot, "Found “hesi” 2", "closed · not held", "P2·2")
        await type_text(pilot, "x")
        await shows(pilot, "Nothing found")
