"""What cannot be saved: the mentor sees it, knows where it lies, can copy it, and leaves knowing what it means."""

from __future__ import annotations

from pathlib import Path

import pytest

from defense_console.desk.logs.unsaved import unsaved_text
from defense_console.model.defense.subject import DEFENSE
from defense_console.screens.live.audience import AudienceScreen
from defense_console.screens.live.screen import LiveScreen
from defense_console.store.base import Ack, Answer, Append, DamagedStore, Draft, FullDisk, StoreError
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.replay import replay
from defense_console.store.unsaved.spool_files import read_jobs, spool_files
from defense_console.widgets.frame.message_line import Tone
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until


class FailingDisk(TinyStore):
    """A disk that is full as long as a test says so."""

    full = False
    error: StoreError = FullDisk("The disk of {place} is full: free some space.", place="/store")

    def append(self, job: Append) -> tuple[int, str]:
        self._refuse()
        return super().append(job)

    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        self._refuse()
        super().save_draft(stream, field, draft)

    def _refuse(self) -> None:
        if type(self).full:
            raise self.error


@pytest.fixture
def id(room: Room, monkeypatch: pytest.MonkeyPatch) -> str:
    room.student("s1", "Ada [/] Byron")
    id = room.plan(in_min=1)
    room.live(id)
    room.disk = FailingDisk
    monkeypatch.setattr(FailingDisk, "full", True)
    return id


async def test_the_line_says_why_what_to_do_and_where_it_lies(room: Room, id: str) -> None:
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("v", "v")
        await shows(pilot, "✗ NOT SAVED: 2 actions")
        await shows(pilot, "F7 copies them", "The disk of /store is full: free some space.", "Kept in")
        FailingDisk.full = False
        await shows(pilot, "✓ saved", "everything is saved.")
        await hides(pilot, "F7 copies")
    assert [event.seq for event in room.events(id)] == [1, 2, 3, 4, 5]
    assert spool_files(room.elsewhere) == []


async def test_whatever_is_told_is_read_beside_why_it_is_not_saved(room: Room, id: str) -> None:
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        assert isinstance(app.screen, LiveScreen)
        await pilot.press("v")
        await shows(pilot, "F7 copies it")
        tones: tuple[Tone, ...] = ("plain", "refused", "failed")
        for tone in tones:
            app.screen.tell(f"Something {tone}.", tone)
            await shows(pilot, f"Something {tone}.", "F7 copies it")
        FailingDisk.full = False
        await shows(pilot, "✓ saved")
        await hides(pilot, "F7 copies it")


async def test_a_lease_that_is_written_meanwhile_does_not_make_it_saved(
    room: Room, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log alone is at fault, so the sign of life beside it is written: that says nothing of what is not."""
    monkeypatch.setattr(FailingDisk, "error", DamagedStore("The log is damaged."))
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("v")
        await shows(pilot, "✗ NOT SAVED: 1 action")
        states: list[str] = []
        acknowledge = app.desk.acknowledge

        def noted(answer: Answer) -> None:
            acknowledge(answer)
            if isinstance(answer, Ack):
                states.append(app.desk.saved.state)

        monkeypatch.setattr(app.desk, "acknowledge", noted)
        room.machine.pass_time(20)
        app.desk.tick({DEFENSE.stream(id)})
        await until(pilot, lambda: states, "the lease was never written")
        assert set(states) == {"failed"}


async def test_everything_unsaved_is_copied_in_words_also_while_writing(room: Room, id: str) -> None:
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("v")
        await shows(pilot, "NOT SAVED")
        await pilot.press("n")
        await type_text(pilot, "half a th")
        await until(pilot, lambda: len(app.desk.recorder.unsaved()) == 2)
        await pilot.press("f7")
        await shows(pilot, "Everything unsaved:", "WRITING")
        text = (room.elsewhere / "clipboard.txt").read_text("utf-8")
        FailingDisk.full = False
    assert "IRP-P2, attempt 1: Ada [/] Byron" in text
    assert "Mentor Test" in text
    assert "IRP-P2-B1.1-1" in text
    assert "2026-11-24 14:01" in text
    assert "being typed (private note): half a th" in text
    assert not (room.folder / "clipboard.txt").exists()


async def test_a_text_being_typed_is_copied_once_as_it_is_now_with_its_field_in_words(room: Room, id: str) -> None:
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        stream, stamp = f"defense/{id}", app.desk.ledger.now()
        for field, text in (("criterion/IRP-P2-B1.1-1", "half"), ("row/d1/expected", "a plan"), ("goal", "gone"),
                            ("criterion/IRP-P2-B1.1-1", "half a th")):  # fmt: skip
            app.desk.ledger.save_draft(stream, field, Draft(text, stamp, 0))
        app.desk.ledger.save_draft(stream, "goal", None)
        text = unsaved_text(app.desk.ledger, "en", "Europe/Paris")
        FailingDisk.full = False
    assert [line.partition("  being typed ")[2] for line in text.splitlines()[1:]] == [
        "(what is expected of a document): a plan",
        "(shared note, IRP-P2-B1.1-1): half a th",
    ]


async def test_there_is_nothing_to_copy_when_everything_is_saved(room: Room, id: str) -> None:
    FailingDisk.full = False
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("f7")
        await shows(pilot, "Everything is saved: there is nothing to copy.")
    assert not (room.elsewhere / "clipboard.txt").exists()


async def test_the_audience_sees_two_words_and_nothing_can_be_copied_there(room: Room, id: str) -> None:
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("v", "a")
        await until(pilot, lambda: isinstance(app.screen, AudienceScreen))
        await shows(pilot, "not saved")
        await pilot.press("f7")
        await pilot.pause()
        shown = plain_text(app)
        assert [word for word in ("full", "Ada", "Kept", "unsaved", "copies") if word in shown] == []
        assert not (room.elsewhere / "clipboard.txt").exists()
        FailingDisk.full = False


async def test_leaving_asks_and_says_what_it_means_and_the_next_console_saves_it(room: Room, id: str) -> None:
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("v", "v")
        await shows(pilot, "✗ NOT SAVED: 2 actions")
        await pilot.press("ctrl+q")
        await shows(pilot, "Leave the console?", "2 actions are not saved.", "when the store is opened again")
        await pilot.press("y")
    (file,) = spool_files(room.elsewhere)
    assert sum(isinstance(job, Append) for job in read_jobs(file)[0]) == 2
    assert len(room.events(id)) == 3
    FailingDisk.full = False
    store = TinyStore.open(room.folder)
    assert replay(room.elsewhere, store, store.identity).written == 2
    store.close()
    assert len(room.events(id)) == 5


async def test_a_spool_that_fails_too_says_memory_only(room: Room, id: str, tmp_path: Path) -> None:
    room.elsewhere.write_text("a file, not a folder")
    app = room.app(id)
    async with app.run_test(size=(200, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await pilot.press("v")
        await shows(pilot, "✗ NOT SAVED: 1 action")
        await shows(pilot, "In memory only, do not leave the console:", "cannot be written either")
        await pilot.press("ctrl+q")
        await shows(pilot, "It is in memory only and would be lost: copy")
        FailingDisk.full = False
        await pilot.press("escape")
        await shows(pilot, "✓ saved")


async def test_a_console_that_can_only_read_says_why_and_refuses_every_action_with_the_reason(
    room: Room, id: str
) -> None:
    room.refusal = FullDisk("The disk of {place} is full: free some space.", place="/store")
    app = room.app(id)
    before = room.events(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await shows(pilot, "✗ READ ONLY", "The disk of /store is full: free some space.", "Ada [/] Byron")
        assert isinstance(app.screen, LiveScreen)
        for key in ("v", "n", "t", "g", "f3"):
            app.screen.hush()
            await hides(pilot, "the red line says why")
            await pilot.press(key)
            await shows(pilot, "Read only: the red line says why.")
            await hides(pilot, "WRITING")
        await pilot.press("f5")
        await shows(pilot, "No other console is writing here.")
        await pilot.press("f7")
        await shows(pilot, "Everything is saved: there is nothing to copy.")
        room.machine.pass_time(60)
        app.desk.tick()
        assert app.desk.recorder.unsaved() == ()
        await pilot.press("ctrl+q")
        await shows(pilot, "Leave the console?")
        await pilot.press("y")
    assert room.events(id) == before
