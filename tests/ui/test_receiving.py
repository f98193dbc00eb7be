"""Documents taken in from the console: asked, looked at, shown, taken; the clock goes on meanwhile."""

from __future__ import annotations

import hashlib
import threading
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.uploads.opening.sources import SourceFile
from tests.ui.conftest import Room, hides, plain_text, shows, type_text, until


def planned(room: Room) -> str:
    room.student("s1", "Ada [x]")
    return room.plan()


def sent(folder: Path, files: dict[str, bytes], name: str = "sent.zip") -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for file, data in files.items():
            out.writestr(file, data)
    return path


def kept(room: Room) -> list[str]:
    return [p.parent.name + p.name for p in (room.folder / "documents").rglob("*") if p.is_file()]


def received(room: Room, id: str) -> list[tuple[int, list[str]]]:
    return [
        (e.what.deliverable, [file.name for file in e.what.files])
        for e in room.events(id)
        if isinstance(e.what, ev.DeliverableReceived)
    ]


async def test_an_archive_is_shown_then_taken(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    id = planned(room)
    sent(tmp_path, {"X_Ada_1_guide_092024.pdf": b"one", "X_Ada_9_[red]_092024.pdf": b""})
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await shows(pilot, "Deliverables 0 of 4")
        await pilot.press("d")
        await shows(pilot, "Where are the documents of Ada [x]?")
        await type_text(pilot, "~/sent.zip")
        await pilot.press("enter")
        await shows(pilot, "Which document is this?", "[red]", "1. ")
        await pilot.press("escape")
        await shows(
            pilot, "Take these documents in?", "X_Ada_1_guide_092024.pdf · 3 bytes · version 1, new", "not taken",
            "The brief has no deliverable 9.", "The file is empty.", "Deliverable 2 is not among these files.",
        )  # fmt: skip
        assert not kept(room)
        await pilot.press("o")
        await shows(pilot, "1 file taken in.", "Deliverables 1 of 4")
        await until(pilot, lambda: received(room, id) == [(1, ["X_Ada_1_guide_092024.pdf"])])
    assert kept(room) == [hashlib.sha256(b"one").hexdigest()]


async def test_tab_completes_the_path(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    id = planned(room)
    (tmp_path / "of [x]").mkdir()
    for name in ("one.zip", "one more.zip"):
        sent(tmp_path / "of [x]", {"X_Ada_1_guide_092024.pdf": b"one"}, name)
    async with room.app(id).run_test(size=(60, 20)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "~/o")
        await pilot.press("tab")
        await shows(pilot, "~/of [x]/")
        await type_text(pilot, "q")
        await pilot.press("tab")
        await shows(pilot, "No name begins like this.")
        await pilot.press("backspace", "tab")
        await shows(pilot, "~/of [x]/one", "one more.zip  one.zip")
        await type_text(pilot, " ")
        await pilot.press("tab")
        await shows(pilot, "~/of [x]/one more.zip")
        await pilot.press("enter")
        await shows(pilot, "Take these documents in?")


async def test_what_cannot_be_matched_is_what_the_mentor_says(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = planned(room)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scan.pdf").write_bytes(b"scan")
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "scan.pdf")
        await pilot.press("enter")
        await shows(pilot, "Which document is this?")
        await pilot.press("2")
        await shows(pilot, "Take these documents in?", "version 1, new")
        await pilot.press("enter")
        await hides(pilot, "Take these documents in?")
        assert not received(room, id), "Enter goes back"
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "scan.pdf")
        await pilot.press("enter")
        await shows(pilot, "Which document is this?")
        await pilot.press("é")
        await shows(pilot, "Take these documents in?")
        await pilot.press("y")
        await until(pilot, lambda: received(room, id) == [(2, ["scan.pdf"])])


async def test_every_file_is_asked_for_and_the_last_answer_may_serve_all_that_are_left(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = planned(room)
    monkeypatch.chdir(tmp_path)
    files = {"one.pdf": b"1", "Durand_Paul_9_x_092024.rar": b"Rar!\x1a\x07", "three.pdf": b"3", "four.pdf": b"4"}
    sent(tmp_path, files | {f"Plan.pages/{n}.iwa": b"p" for n in range(9)})
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "sent.zip")
        await pilot.press("enter")
        await shows(pilot, "Which document is this? 1 of 5", "Ada [x] · IRP-P2 · attempt 1", "one.pdf · 1 byte")
        await pilot.press("1")
        await shows(pilot, "2 of 5", "It is named for Paul Durand, not for Ada [x].", "This is a RAR archive")
        await pilot.press("escape")
        await shows(pilot, "3 of 5", "three.pdf", "a  for all 3 left")
        await pilot.press("a")
        await shows(pilot, "a  this one only")
        await pilot.press("a", "3")
        await shows(pilot, "4 of 5", "four.pdf")
        await pilot.press("4")
        await shows(pilot, "5 of 5", "Plan.pages · 9 files · 9 bytes", "a document of Apple Pages in several files")
        await pilot.press("escape")
        await shows(pilot, "Take these documents in?", "Ada [x] · IRP-P2 · attempt 1", "more lines below")
        await shows(pilot, "‼ Durand_Paul_9_x_092024.rar: It is named for Paul Durand, not for", "take in")
        await pilot.press("end")
        await shows(pilot, "Plan.pages is a document of Apple Pages", "take in")
        await pilot.press("o")
        await until(pilot, lambda: received(room, id) == [(1, ["one.pdf"]), (3, ["three.pdf"]), (4, ["four.pdf"])])


async def test_one_answer_for_all_files_that_are_left(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = planned(room)
    monkeypatch.chdir(tmp_path)
    sent(tmp_path, {f"{n}.pdf": b"%d" % n for n in range(1, 5)})
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "sent.zip")
        await pilot.press("enter")
        await shows(pilot, "1 of 4")
        await pilot.press("escape")
        await shows(pilot, "2 of 4")
        await pilot.press("a", "1")
        await shows(
            pilot, "Take these documents in?", "1. ", "2.pdf · 1 byte · version 1, new", "No deliverable", "1.pdf"
        )
        await pilot.press("y")
        await until(pilot, lambda: received(room, id) == [(1, ["2.pdf", "3.pdf", "4.pdf"])])


async def test_a_refusal_says_why_and_asks_again(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    id = planned(room)
    sent(tmp_path, {"../evil.txt": b"x"})
    monkeypatch.chdir(tmp_path)
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "sent.zip")
        await pilot.press("enter")
        await shows(pilot, "../evil.txt: This path leaves its folder. Nothing was taken in.", "sent.zip")
        await pilot.press("escape")
        await hides(pilot, "Where are the documents")
    assert not (room.folder / "documents").exists()
    assert not received(room, id)


async def test_the_same_documents_twice_are_told(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    id = planned(room)
    monkeypatch.chdir(tmp_path)
    sent(tmp_path, {"X_Ada_1_guide_092024.pdf": b"one"})
    data = ReceivedFile("X_Ada_1_guide_092024.pdf", 3, hashlib.sha256(b"one").hexdigest())
    room.add(id, ev.DeliverableReceived(1, (data,)))
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "sent.zip")
        await pilot.press("enter")
        await shows(pilot, "These files were received before; nothing was changed.")
    assert len(received(room, id)) == 1


class Held:
    """Holds the thread that reads until it is let go."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.go_on = threading.Event()

    def chunks(self) -> Iterator[bytes]:
        for n in range(3):
            yield b"x" * 1000
            if n == 0:
                self.reached.set()
                assert self.go_on.wait(30)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterable[Held]:
    """Every source is one document whose second piece comes when the test says so."""
    from contextlib import contextmanager

    from defense_console.uploads.opening.sources import Source

    found = Held()

    @contextmanager
    def opened(*_arguments: object, **_options: object) -> Iterator[Source]:
        name = "X_Ada_1_guide_092024.pdf"
        yield Source(name, "file", (SourceFile(name, 3000, found.chunks),))

    monkeypatch.setattr("defense_console.desk.uploads.intake.opened", opened)
    yield found
    found.go_on.set()


async def test_the_clock_goes_on_while_documents_are_looked_at(room: Room, held: Held) -> None:
    id = planned(room)
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await shows(pilot, "in 12 min")
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "/a.pdf")
        await pilot.press("enter")
        await shows(pilot, "Looking at the documents", "1.0 kB of 3.0 kB")
        assert held.reached.is_set()
        room.machine.pass_time(120)
        await until(pilot, lambda: "in 10 min" in plain_text(pilot.app), "the second passes behind the dialog")  # type: ignore[arg-type]
        held.go_on.set()
        await shows(pilot, "Take these documents in?")


async def test_esc_stops_the_reading(room: Room, held: Held) -> None:
    id = planned(room)
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "/a.pdf")
        await pilot.press("enter")
        await shows(pilot, "Looking at the documents")
        await pilot.press("escape")
        held.go_on.set()
        await hides(pilot, "Looking at the documents")
        assert "Take these documents in?" not in plain_text(pilot.app)  # type: ignore[arg-type]
    assert not received(room, id)


async def test_a_document_received_opens_as_a_copy(room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr("defense_console.screens.uploads.viewing.viewer", lambda: opened.append)
    id = planned(room)
    sent(tmp_path, {"X_Ada_1_guide_092024/a.pdf": b"one", "X_Ada_1_guide_092024/b.pdf": b"two"})
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("enter")
        await shows(pilot, "Tab goes to the deliverables.")
        await pilot.press("d")
        await shows(pilot, "Where are the documents")
        await type_text(pilot, "sent.zip")
        await pilot.press("enter")
        await shows(pilot, "Take these documents in?")
        await pilot.press("y")
        await shows(pilot, "2 files taken in.", "version 1, 2 files, 6 bytes")
        await pilot.press("tab", "enter")
        await shows(pilot, "Which file?", "b.pdf · 3 bytes")
        await pilot.press("2")
        await shows(pilot, "b.pdf opens in the system’s viewer")
        await pilot.press("j", "enter")
        await shows(pilot, "Tab goes to the deliverables.")
    [copy] = opened
    assert Path(copy).read_bytes() == b"two"


async def test_without_a_viewer_it_is_said(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", "")
    monkeypatch.setenv("WAYLAND_DISPLAY", "")
    monkeypatch.setattr("sys.platform", "linux")
    id = planned(room)
    room.add(id, ev.DeliverableReceived(1, (ReceivedFile("a.pdf", 3, "0" * 64),)))
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await pilot.press("tab", "enter")
        await shows(pilot, "There is no program here that shows documents.")
