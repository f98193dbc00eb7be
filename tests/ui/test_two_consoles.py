"""Two consoles on one store: who writes, who reads, how a defense changes hands, and what is kept of both."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.desk.logs.unsaved import aside_sentence
from defense_console.model.defense import kinds as ev
from defense_console.store.base import Append, FullDisk
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.replay import replay
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import read_jobs, spool_files
from tests.desk.consoles import Twin
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until
from tests.ui.test_live import started
from tests.ui.test_verdict import held

SIZE = (120, 40)
HOST = socket.gethostname()
READ_ONLY = f"Read only: another console is writing here ({HOST}, since 2026-11-24 14:"


async def saved(pilot: Pilot[None]) -> None:
    """Wait until everything is on the disk."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: app.desk.saved.state == "saved" and not app.desk.recorder.pending)


async def take_over(pilot: Pilot[None]) -> None:
    await pilot.press("f5")
    await shows(pilot, "Write here instead of the other console?", HOST)
    await pilot.press("y")
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    # What the other console had not recorded yet is asked about at once, over the message.
    seen = ("Taken over: it is written here now.", "Not in the record")
    await until(pilot, lambda: any(text in plain_text(app) for text in seen), "it is not taken over")


async def test_the_second_console_reads_follows_within_a_second_and_keeps_its_cursor(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await saved(first)
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, READ_ONLY, "F5 takes it over.", "Rubric 0/12")
            await second.press("j", "j", "v", "n")
            await shows(second, "› ◦              Causes that training")
            await first.press("v", "x")
            await shows(second, "Rubric 2/12", "✗ not met", "› ◦              Causes that training")
            await first.press("t")
            await shows(second, "PAUSED")
            room.machine.pass_time(30)
            await first.press("t", "g")
            await shows(second, "DISCUSSION 2/3")
            await first.press("n", *"tense", "enter")
            await shows(second, "tense")
    kinds = [type(event.what) for event in room.events(id)]
    assert kinds.count(ev.Rated) == 2
    assert not {ev.Recovered, ev.LeaseTaken} & set(kinds)


async def test_taking_over_is_asked_logged_and_turns_the_first_console_to_reading(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await saved(first)
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, "⊘ Read only")
            await second.press("f5", "escape", "v")
            await shows(second, READ_ONLY, "Rubric 0/12")
            await take_over(second)
            await shows(first, f"Taken over by the console on {HOST}: read only here.")
            await second.press("v")
            await shows(second, "Rubric 1/12")
            await shows(first, "Rubric 1/12")
            await first.press("x")
            await shows(first, READ_ONLY, "Rubric 1/12")
            await take_over(first)
            await shows(second, f"Taken over by the console on {HOST}")
            await first.press("j", "x")
            await shows(second, "Rubric 2/12")
    taken = [event.what for event in room.events(id) if isinstance(event.what, ev.LeaseTaken)]
    assert [what.host for what in taken] == [HOST, HOST]
    assert list(room.defense(id).ratings.values()) == ["met", "not_met"]


async def test_what_is_half_typed_when_the_defense_is_taken_over_goes_on_in_the_other_console(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await first.press("n", *"half a tho")
        await until(first, lambda: room.drafts(id) == {"note": "half a tho"})
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, "⊘ Read only")
            await hides(second, "half a tho")
            await second.press("f5")
            await shows(second, "Write here instead of the other console?")
            await second.press("o")
            await shows(second, "half a tho", "WRITING", "Taken over, with the text")
            await shows(first, "Taken over by", "Your text is kept.")
            await hides(first, "WRITING")
            await type_text(second, "ught")
            await second.press("enter")
            await shows(first, "half a thought")
    assert [note.text for note in room.defense(id).notes] == ["half a thought"]
    assert room.drafts(id) == {}


async def test_what_was_typed_after_the_last_draft_is_asked_about_where_the_defense_goes_on(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as first:
        await saved(first)
        app.desk.live(id).type_text = lambda *_: None  # type: ignore[method-assign]
        await first.press("n", *"too fast")
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, "⊘ Read only")
            await take_over(second)
            await shows(first, "Taken over by", "Your text is kept.")
            await shows(second, "Not in the record", "Private note: too fast")
            await second.press("enter")
            await shows(second, "Everything is settled.")
            await saved(second)
    assert [note.text for note in room.defense(id).notes] == ["too fast"]


async def test_different_defenses_are_written_freely(room: Room) -> None:
    one = started(room)
    room.student("s2", "Grace Sample")
    other = room.plan("s2")
    room.live(other)
    async with room.app(one).run_test(size=SIZE) as first, room.app(other).run_test(size=SIZE) as second:
        await shows(first, "Rubric 0/12")
        await shows(second, "Rubric 0/12")
        await first.press("v", "v")
        await second.press("x")
        await shows(first, "Rubric 2/12")
        await shows(second, "Rubric 1/12")
    assert (len(room.defense(one).ratings), len(room.defense(other).ratings)) == (2, 1)


async def test_when_the_first_console_closes_the_second_writes_and_no_time_is_missing(room: Room) -> None:
    id = started(room)
    first = room.app(id).run_test(size=SIZE)
    await saved(await first.__aenter__())
    async with room.app(id).run_test(size=SIZE) as second:
        await shows(second, "⊘ Read only")
        await first.__aexit__(None, None, None)
        await shows(second, "The other console has let go")
        await hides(second, READ_ONLY)
        await second.press("v")
        await shows(second, "Rubric 1/12")
    assert not [event for event in room.events(id) if isinstance(event.what, ev.Recovered | ev.LeaseTaken)]


async def test_the_verdict_is_held_by_who_writes_it_while_its_screen_is_open(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=SIZE) as first, room.app(id).run_test(size=SIZE) as second:
        await shows(first, "Verdict  ")
        await shows(second, "Verdict  ")
        await hides(second, "Read only")
        await first.press("s", *"clear", "enter")
        await shows(second, "read only here", "clear")
        await second.press("i")
        await shows(second, READ_ONLY)
        await second.press("j")
        await shows(second, READ_ONLY, "F5 takes it over")
        await first.press("escape")
        await hides(second, READ_ONLY)
        await second.press("i", *"numbers", "enter")
        await saved(second)
    assert [line.text for line in room.defense(id).lines] == ["clear", "numbers"]


@pytest.mark.parametrize("size", [(60, 20), SIZE])
async def test_a_verdict_looked_at_while_the_defense_is_live_elsewhere_says_who_holds_it_below_the_clock(
    room: Room, size: tuple[int, int]
) -> None:
    id = started(room)
    async with room.app(id).run_test(size=size) as first:
        await saved(first)
        async with room.app(id).run_test(size=size) as second:
            await shows(second, "⊘ Read only")
            await second.press("f9")
            await shows(second, "Verdict  ", "PRESENTATION 1/3", "⊘ Read only", "F5")


async def test_a_signature_is_released_by_who_took_the_defense_over(room: Room) -> None:
    id = held(room)
    async with room.app(id).run_test(size=SIZE) as first:
        await first.press("v", "s", *"clear", "enter")
        await saved(first)
        before = len(room.events(id))
        async with room.app(id).run_test(size=SIZE) as second:
            await shows(second, "⊘ Read only")
            await take_over(second)
            await shows(first, "Taken over by")
            room.machine.pass_time(120)
            await first.press("f9")
            await shows(first, READ_ONLY)
    assert [type(event.what) for event in room.events(id)[before:]] == [ev.LeaseTaken]


def parted(room: Room, app: ConsoleApp, id: str) -> None:
    """Another console writes, and this one does not see it before it writes itself."""
    app.desk.tick = lambda shown=(): frozenset()  # type: ignore[method-assign]
    room.add(id, ev.DeliverableDeclared(1, True))


async def test_a_conflict_keeps_both_versions_and_asks_row_by_row(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        parted(room, app, id)
        await pilot.press("v")
        await shows(pilot, "Not in the record  Ada Example", "Another console wrote first", "met")
        await pilot.press("escape")
        await shows(pilot, "1 decision is not in the record", "! shows it", "Rubric 0/12", "✓ saved")
        parted(room, app, id)
        await pilot.press("n", *"he hesitated", "enter")
        await shows(pilot, "Not in the record", "Private note: he hesitated")
        await pilot.press("j", "enter")
        await shows(pilot, "Recorded. 1 row is left.")
        await hides(pilot, "he hesitated")
        await pilot.press("x")
        await shows(pilot, "Drop this for good?")
        await pilot.press("y")
        await shows(pilot, "Dropped.", "Everything is settled.")
        await pilot.press("escape")
        await shows(pilot, "he hesitated", "Rubric 0/12")
        await hides(pilot, "not in the record")
        await saved(pilot)
        assert app.fault is None
    assert [note.text for note in room.defense(id).notes] == ["he hesitated"]
    assert room.defense(id).ratings == {}
    assert room.drafts(id) == {}


async def test_what_is_not_in_the_record_is_asked_again_after_a_restart(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        parted(room, app, id)
        app.desk.live(id).rate("IRP-P2-B1.1-1", "met")
        app.desk.live(id).rate("IRP-P2-B1.1-2", "not_met")
        await shows(pilot, "Not in the record")
        await saved(pilot)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Not in the record", "Another console wrote first")
        await pilot.press("enter", "enter")
        await shows(pilot, "Everything is settled.")
        await saved(pilot)
    assert list(room.defense(id).ratings.values()) == ["met", "not_met"]


async def test_what_a_console_that_is_gone_could_not_save_is_asked_like_a_conflict(room: Room) -> None:
    """Its disk was full, another console took the defense over and wrote, and it died."""
    id = started(room)
    twin = Twin(room)
    twin.desk.live(id).commit("note", "he hesitated")
    twin.desk.live(id).rate("IRP-P2-B1.1-1", "met")
    room.add(id, ev.DeliverableDeclared(1, True))
    spool = Spool(room.elsewhere, twin.store.identity)
    spool.keep([job for job in twin.recorder.held if isinstance(job, Append)])
    spool.close()
    twin.kill()
    with closing(TinyStore.open(room.folder)) as store:
        done = replay(room.elsewhere, store, store.identity)
        assert (done.written, done.kept) == (0, 2)
        (line,) = aside_sentence(store)
    assert "2 decisions are not in the record" in line
    assert "Ada Example (IRP-P2)" in line
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Not in the record  Ada Example", "Private note: he hesitated")
        await pilot.press("enter")
        await shows(pilot, "Recorded. 1 row is left.")
        await pilot.press("x", "y")
        await shows(pilot, "Everything is settled.")
        await saved(pilot)
    assert [note.text for note in room.defense(id).notes] == ["he hesitated"]
    assert room.defense(id).ratings == {}
    assert room.drafts(id) == {}


class NoRows(TinyStore):
    """The record can be read, and nothing can be written beside it."""

    full = True

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        if NoRows.full:
            raise FullDisk("The disk of {place} is full: free some space.", place="/store")
        super().save_aside(stream, key, event)


async def test_what_cannot_even_be_kept_aside_is_not_saved_and_says_so_until_it_can(room: Room) -> None:
    id = started(room)
    room.disk, NoRows.full = NoRows, True
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        parted(room, app, id)
        await pilot.press("v")
        await shows(pilot, "NOT SAVED: 1 action", "The disk of /store is full")
        assert "IRP-P2-B1.1-1" in app.desk.unsaved_text("en")
        (file,) = spool_files(room.elsewhere)
        assert len(read_jobs(file)[0]) == 1
        NoRows.full = False
        await shows(pilot, "Not in the record  Ada Example", "met")
        await saved(pilot)
        assert app.desk.unsaved_text("en") == ""
        assert spool_files(room.elsewhere) == []
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "Not in the record")  # the defense is live: it opens on it, and asks
        await pilot.press("escape", "escape")
        await shows(pilot, "Ada Example", "! 1 decision to choose")
