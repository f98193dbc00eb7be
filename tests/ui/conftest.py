"""A console on a store of its own, with a machine whose clock only moves when a test says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from rich.console import Console
from textual import events
from textual.color import Color
from textual.command import CommandList
from textual.pilot import Pilot
from textual.renderables.background_screen import BackgroundScreen

from defense_console.app import ConsoleApp
from defense_console.desk.desk import Desk
from defense_console.desk.exchange import clipboard
from defense_console.desk.logs.direct import DirectLogs
from defense_console.desk.logs.searches import Searches
from defense_console.desk.upkeep.daily_backup import DailyBackup
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import Defense, RatingValue
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import iso
from defense_console.model.log.envelope import Stamp
from defense_console.model.student.kinds import StudentRegistered, StudentWhat
from defense_console.model.student.state import FollowedStudent
from defense_console.model.student.subject import STUDENT
from defense_console.settings import Settings
from defense_console.store.base import Answer, Searched, Store, StoreError
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening.reading import read_store
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.spool import Spool
from defense_console.words.key_names import name_of
from tests.store.memory import Database, MemoryStore
from tests.waiting import until_true

SHIPPED = load_shipped()
READER = Console()
TRANSPARENT = Color(0, 0, 0, 0)
START = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
"""14:00 in Paris, the mentor's zone in the tests."""


@dataclass
class Machine:
    """The clocks of a machine that stands still until it is told otherwise."""

    wall: datetime = START
    boot_ms: int = 1_000_000
    awake_ms: int = 900_000
    boot_id: str = "boot-1"

    def read(self) -> Stamp:
        return Stamp(iso(self.wall), self.boot_ms, self.awake_ms, self.boot_id)

    def pass_time(self, seconds: float, asleep: bool = False) -> None:
        """Time goes by; asleep, only the clock that counts suspend goes on."""
        self.wall += timedelta(seconds=seconds)
        self.boot_ms += round(seconds * 1000)
        self.awake_ms += 0 if asleep else round(seconds * 1000)

    def set_clock(self, seconds: float) -> None:
        """Somebody sets the wall clock."""
        self.wall += timedelta(seconds=seconds)

    def reboot(self, seconds: float) -> None:
        """The machine is off for so long."""
        self.wall += timedelta(seconds=seconds)
        self.boot_ms, self.awake_ms, self.boot_id = 5_000, 5_000, self.boot_id + "+"


@dataclass
class Room:
    """A store, a machine, and consoles opened on them."""

    folder: Path
    machine: Machine = field(default_factory=Machine)
    settings: Settings = field(default_factory=lambda: Settings(name="Mentor Test", zone="Europe/Paris"))
    database: Database | None = None
    """An engine in memory; None for a store on the disk."""
    account: str = ""
    """Whose console is opened next, in a school in memory; "" for a mentor alone."""
    disk: type[TinyStore] = TinyStore
    """What the recorder writes to: a test gives one that fails."""
    refusal: StoreError | None = None
    """Why the store cannot be written at all."""
    proxy: Callable[[Store], Store] | None = None
    """Through what the desk reads the store: a test gives one that counts."""
    opened: list[ConsoleApp] = field(default_factory=list)
    """The consoles, in the order in which they were opened."""
    expects_faults: bool = False
    """A fault in a console is what the test is about; otherwise it fails by one, since a console goes on after it."""

    @property
    def elsewhere(self) -> Path:
        """The spool's folder."""
        return self.folder.with_name("spool")

    def connect(self, disk: type[TinyStore] = TinyStore, account: str | None = None) -> Store:
        """The store once more, as another console or another thread opens it. Args: account: in a school, not mine."""
        if self.database is None:
            return disk.open(self.folder)
        return MemoryStore(self.database, self.account if account is None else account)

    def open_desk(self, deliver: Callable[[Answer | Searched], None], daily: DailyBackup | None = None) -> Desk:
        store = read_store(self.folder, self.refusal) if self.refusal is not None else self.connect()
        account = self.account  # a thread connects later
        recorder = Recorder(
            lambda: self.connect(self.disk, account),
            deliver,
            now=lambda: iso(self.machine.wall),
            delays_s=(0.25,),  # each failed try is drawn
            spool=Spool(self.elsewhere, store.identity),
            keeps_aside=True,
        )
        recorder.start()
        searches = Searches(lambda: self.proxy(self.connect()) if self.proxy else self.connect(), deliver)
        return Desk(
            store if self.proxy is None else self.proxy(store), recorder, self.machine.read, lambda _pid: "start-1",
            self.settings, SHIPPED, daily, vault=FolderVault(self.folder), folder=self.folder,
            searches=searches,
        )  # fmt: skip

    def app(self, first: str | None = None) -> ConsoleApp:
        self.opened.append(ConsoleApp(self.open_desk, self.settings, first))
        return self.opened[-1]

    # --- filling the store -------------------------------------------------------------------------------------------

    def logs(self, store: Store, author: str = "Mentor Test") -> DirectLogs:
        return DirectLogs(store, self.machine.read, author, SHIPPED)

    def student(self, id: str, name: str, email: str = "", timezone: str = "") -> str:
        with closing(self.connect()) as store:
            what = StudentRegistered(id, name, email, timezone)
            self.logs(store, "import").decide(STUDENT, id, [what], self.machine.read())
        return id

    def plan(
        self, student: str = "s1", project: str = "IRP-P2", in_min: float = 12, attempt: int = 1, language: str = "fr"
    ) -> str:
        """A planned defense. Returns: its id."""
        id = str(defense_id(student, project, attempt))
        planned = iso(self.machine.wall + timedelta(minutes=in_min))
        self.add(id, ev.Planned(student, project.partition("-")[0], project, attempt, planned, language=language))
        return id

    def add(self, id: str, *whats: ev.DefenseWhat) -> Defense:
        """Events at the end of a log, one action each, as another console would have written them."""
        with closing(self.connect()) as store:
            logs = self.logs(store)
            for what in whats:
                logs.decide(DEFENSE, id, [what], self.machine.read())
            return logs.log(DEFENSE, id).state

    def follow(self, id: str, *whats: StudentWhat) -> FollowedStudent:
        """Events at the end of a student's log, one action each, as another console would have written them."""
        with closing(self.connect()) as store:
            logs = self.logs(store)
            for what in whats:
                logs.decide(STUDENT, id, [what], self.machine.read())
            return logs.log(STUDENT, id).state

    def rate(self, id: str, rating: RatingValue) -> Defense:
        """Every criterion is rated, so that the verdict can be signed."""
        defense = self.defense(id)
        curriculum = SHIPPED[defense.curriculum]
        project = curriculum.project(defense.project)
        assert project is not None
        return self.add(id, *(ev.Rated(criterion.id, rating) for criterion in curriculum.criteria_of(project)))

    def live(self, id: str, room_s: float = 60) -> Defense:
        """The defense starts now."""
        self.add(id, ev.RoomOpened())
        self.machine.pass_time(room_s)
        code = self.defense(id).curriculum
        return self.add(id, ev.Started(curriculum_hash(SHIPPED[code])))

    # --- what was stored ---------------------------------------------------------------------------------------------

    def events(self, id: str) -> list[DefenseEvent]:
        with closing(self.connect()) as store:
            return self.logs(store).events(DEFENSE, id)

    def defense(self, id: str) -> Defense:
        with closing(self.connect()) as store:
            return self.logs(store).log(DEFENSE, id).state

    def drafts(self, id: str) -> dict[str, str]:
        return self.drafts_of(f"defense/{id}")

    def drafts_of(self, stream: str) -> dict[str, str]:
        with closing(self.connect()) as store:
            return {field: draft.text for field, draft in store.all_drafts().get(stream, {}).items()}

    def asides(self, id: str) -> dict[str, str]:
        """Decisions kept aside: the JSON of the events by key, sorted."""
        with closing(self.connect()) as store:
            return {key: event.decode() for key, event in store.all_asides().get(f"defense/{id}", {}).items()}


@pytest.fixture
def room(short_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    """A room on a machine without a clipboard; what its screens say of paths takes the same space everywhere."""
    monkeypatch.setattr(clipboard, "by_tool", lambda _text: False)
    room = Room(short_path / "store")
    yield room
    if not room.expects_faults:
        assert [app.fault for app in room.opened if app.fault is not None] == []


@pytest.fixture
def copied(room: Room, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was copied, on a machine with a clipboard."""
    texts: list[str] = []

    def copying(text: str) -> bool:
        texts.append(text)
        return True

    monkeypatch.setattr(clipboard, "by_tool", copying)
    return texts


def plain_text(app: ConsoleApp) -> str:
    """Return what is on the screen, row by row, without colours.

    A screen behind a dialog is drawn only for a task that has asked for a style; the picture of a screen that
    Textual puts behind another one is then the whole screen.
    """
    app.screen.get_style_at(0, 0)
    segments = READER.render(BackgroundScreen(app.screen, TRANSPARENT))
    text = "".join(segment.text for segment in segments if not segment.control)
    return "\n".join(line.rstrip() for line in text.replace("\xa0", " ").splitlines())


async def until(pilot: Pilot[None], what: Callable[[], object], said: str = "") -> None:
    """Wait until something holds; if it never does, fail with what the screen shows."""
    if not await until_true(what):
        app = pilot.app
        assert isinstance(app, ConsoleApp)
        raise AssertionError(f"{said or 'it never came'} (fault: {app.fault})\n{plain_text(app)}")


async def shows(pilot: Pilot[None], *texts: str) -> None:
    """Wait until all these texts are on the screen, one after the other or at once."""
    app, missing = pilot.app, list(texts)
    assert isinstance(app, ConsoleApp)

    def nothing_missing() -> bool:
        seen = plain_text(app)
        missing[:] = [text for text in missing if text not in seen]
        return not missing

    await until(pilot, nothing_missing, "not shown: " + ", ".join(texts))


async def hides(pilot: Pilot[None], text: str) -> None:
    """Wait until a text is no longer on the screen."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    await until(pilot, lambda: text not in plain_text(app), f"“{text}” is still shown")


async def type_text(pilot: Pilot[None], text: str) -> None:
    """Press the keys of a text, as fast as a terminal sends them."""
    for character in text:
        pilot.app.post_message(events.Key(name_of(character), character))
    await pilot.pause()


async def do_from_palette(pilot: Pilot[None], typed: str, tooltip: str) -> None:
    """Search a command by its name in the palette, and do it once it is the one that is highlighted."""
    await pilot.press("ctrl+p")
    await shows(pilot, "Search for a command")
    await type_text(pilot, typed)
    found = pilot.app.screen.query_one(CommandList)

    def highlighted() -> bool:
        return found.highlighted is not None and tooltip in str(found.get_option_at_index(found.highlighted).prompt)

    await until(pilot, highlighted, f"“{tooltip}” is not found")
    await pilot.press("enter")
