"""Makes the store that has every state and every kind of row: `python -m tests.store.make_every_state`.

It writes `tests/data/stores/every_state/<schema>.*`: `.db` is the store and `.zip` its export with the documents;
`.spool`, `.settled.spool` and `.aside` are files that consoles left for it; `.json` is what its console shows of it
and what it makes of these files. Once a schema is released its files are never made again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
from click.testing import CliRunner

from defense_console import clocks
from defense_console.cli import main as command_line
from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.desk.exchange.whole_store import WholeStoreDesk
from defense_console.desk.logs.leases import Holder
from defense_console.exchange.curricula import reading as curricula
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.demo import cohort
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import instant
from defense_console.model.log.envelope import encode_event
from defense_console.model.student.kinds import StudentChanged
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Identity, SpooledJob, WriteLease, write_job
from defense_console.store.sqlite import schema
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.opening import place
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.replay import Replayed, replay
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import ASIDE, read_jobs, spool_files
from tests.desk.consoles import Twin
from tests.store.make_store import STORES
from tests.ui.conftest import Machine, Room

EVERY_STATE = STORES / "every_state"
NOW = "2026-11-24T10:00:00.000Z"
DOCUMENTS = (b"A first version.\n", b"A second version.\n")
PROJECT = "IRP-P2"
STORE_ID = "0123456789abcdef0123456789abcdef"
BEFORE = Identity("/an/earlier/place", STORE_ID)
"""Where the store was when its spool files were left: no path of the machine that makes them stands in them."""


def id_of(student: str) -> str:
    return str(defense_id(student, PROJECT, 1))


PLANNED, LIVE, HELD, CONDITIONAL, SETTLED = (id_of(student) for student in ("s3", "s5", "s7", "s12", "s14"))
"""Defenses on which several consoles write."""


# --- curricula and script ----------------------------------------------------------------------------------------


def small() -> Curriculum:
    """One project of a shipped curriculum with a few criteria, so that the files are small."""
    whole = load_shipped()["IRP"]
    project = whole.project(PROJECT)
    assert project is not None
    first, second = project.skills
    kept: Project = msgspec.structs.replace(
        project,
        questions=project.questions[:1],
        skills=(
            msgspec.structs.replace(first, criteria=first.criteria[:2]),
            msgspec.structs.replace(second, criteria=second.criteria[:1]),
        ),
    )
    return msgspec.structs.replace(
        whole,
        projects=(kept,),
        oral=(whole.oral[0], whole.oral[2]),
        checks=whole.checks[:1],
        blocks=(),
        certification=None,
        note=None,
    )


def earlier() -> Curriculum:
    """The edition before it: students had three days."""
    now = small()
    return msgspec.structs.replace(now, rules=msgspec.structs.replace(now.rules, student_due_s=259_200))


def script() -> dict[str, Any]:
    """The script, with the hashes of the documents in it, and a student for each defense."""
    text = Path(__file__).with_name("every_state.toml").read_text(encoding="utf-8")
    for name, body in zip(("FIRST", "SECOND"), DOCUMENTS, strict=True):
        text = text.replace(f'"{name}"', f'"{hashlib.sha256(body).hexdigest()}"')
    found = tomllib.loads(text)
    named = {student["id"] for student in found["students"]}
    others = {entry["student"]: None for entry in found["defenses"] if entry["student"] not in named}
    found["students"] += [{"id": id, "name": f"{id.upper()} Exemple", "email": "", "timezone": ""} for id in others]
    return found


def fill(folder: Path) -> None:
    """Every state, as one mentor made it."""
    whole = script()
    with closing(TinyStore.open(folder)) as store:
        store.set_meta("store_id", STORE_ID)
        with FolderVault(folder).taking() as taking:
            for body in DOCUMENTS:
                taking.add([body])
        desk = exchange(store)
        desk.write_cohort(cohort(NOW, {"IRP": small()}, whole))
        desk.write_cohort(cohort(NOW, {"IRP": earlier()}, whole | {"students": [], "defenses": whole["earlier"]}))
        at = Machine(wall=instant(NOW)).read()
        desk.logs.decide(STUDENT, "s1", [StudentChanged(email="ada@example.com")], at)


def exchange(store: TinyStore) -> ExchangeDesk:
    return ExchangeDesk(store, clocks.read, "Mentor Test", "Europe/Paris", {})


# --- several consoles --------------------------------------------------------------------------------------------


def room_on(folder: Path) -> Room:
    """The store, and a machine that was started a minute after the cohort was made."""
    room = Room(folder, Machine(wall=instant(NOW)))
    room.machine.pass_time(60)
    return room


def console(room: Room, number: int) -> Twin:
    """A console that writes when it is told to, under a name of its own."""
    twin = Twin(room)
    twin.desk.leases.me = Holder(f"console-{number}", "desk", 4240 + number, "start-1")
    return twin


def close(*twins: Twin) -> None:
    """Write what waits and free what the consoles hold, as when a mentor leaves them."""
    for twin in twins:
        twin.desk.leases.end(lambda _id: False)
        twin.settle()
        twin.kill()


def part_on_the_live_one(room: Room) -> None:
    """One console goes on without knowing that another one took the defense over."""
    first, second = console(room, 1), console(room, 2)
    mine = first.desk.live(LIVE)
    mine.tick()
    first.settle()
    second.desk.live(LIVE)
    room.machine.pass_time(10)
    mine.undo()
    mine.rate("IRP-P2-B1.1-2", "to_improve")
    note = mine.commit("note", "Il a hésité.").notes[-1].seq
    mine.commit(f"edit/{note}", "Il a hésité, puis répondu.")
    question = mine.commit("question", "Et le budget ?").questions[-1].seq
    mine.move_question(question)
    mine.pause("student")
    room.machine.pass_time(10)
    second.desk.take_over(second.desk.brief(LIVE))
    second.settle()
    first.settle()
    second.desk.tick([DEFENSE.stream(LIVE)])
    theirs = second.desk.live(LIVE)
    theirs.rate("IRP-P2-B1.2-1", "met")
    theirs.type_text("criterion/IRP-P2-B1.2-1", "Trois indic", 11)
    theirs.type_text("question", "Pour qui", 8)
    theirs.type_text("strength", "Une voix", 3)
    second.settle()
    for twin in (first, second):
        twin.kill()  # the second one still holds it


def part_on_the_held_one(room: Room) -> None:
    """Both ask for a document, and one of them signs; then texts of every field are left half typed."""
    first, second = console(room, 3), console(room, 4)
    mine, theirs = first.desk.verdict(HELD), second.desk.verdict(HELD)
    row = f"r{mine.defense.seq + 1}"
    mine.add_row(None, "Une annexe")
    mine.commit(f"row/{row}/expected", "Les sources.")
    mine.choose("conditional")
    mine.sign()
    room.machine.pass_time(10)
    theirs.add_row(None, "Un glossaire")
    theirs.commit(f"row/{row}/expected", "Vingt mots.")
    second.settle()
    first.settle()
    first.kill()
    second.desk.tick([DEFENSE.stream(HELD)])
    note, line = theirs.defense.notes[0].seq, theirs.defense.lines[0].seq
    fields = ("improvement", "goal", "reason", "skill/B1.1", "ask/document", "report/fr/remarks")
    for field in (*fields, f"edit/{note}", f"edit/{line}", f"row/{row}/reason", f"ask/waive/{row}"):
        theirs.type_text(field, f"À moitié écrit : {field}", 7)
    close(second)


def part_after_the_release(room: Room) -> None:
    """One console accepts a document while another one takes a note."""
    first, second = console(room, 5), console(room, 6)
    first.desk.revisions(CONDITIONAL).accept("r14")
    room.machine.pass_time(10)
    second.desk.revisions(CONDITIONAL).commit("note", "À relire demain.")
    close(second, first)


def leave_leases(room: Room) -> None:
    """Kill a console that holds a defense, and start the machine again: its lease is void."""
    boot, room.machine.boot_id = room.machine.boot_id, "boot-0"
    killed = console(room, 7)
    killed.desk.verdict(HELD).undo()
    killed.desk.verdict(HELD).redo()
    killed.settle()
    killed.kill()
    room.machine.boot_id = boot


# --- spool files -------------------------------------------------------------------------------------------------


def spoolable(twin: Twin) -> list[SpooledJob]:
    """The jobs of a console that are not written yet, without its leases."""
    return [job for job in twin.recorder.held if not isinstance(job, WriteLease)]


def left_by(twin: Twin, folder: Path) -> Path:
    """What a console could not write goes into its spool, and the console is gone."""
    spool = Spool(folder, BEFORE)
    spool.keep(spoolable(twin))
    spool.close()
    twin.kill()
    assert spool.file is not None
    return spool.file


def leave_one_that_was_settled(room: Room, folder: Path) -> bytes:
    """A spool file that was replayed, and whose decisions were given up since: nobody is asked about them again."""
    lost, other = console(room, 8), console(room, 9)
    lost.desk.revisions(SETTLED).commit("note", "À relire.")
    lost.desk.revisions(SETTLED).set_aside("goal", "Un autre but")
    file = left_by(lost, folder)
    content = file.read_bytes()
    other.desk.revisions(SETTLED).commit("note", "Relu.")
    other.settle()
    replay_in(room.folder, folder, BEFORE)
    other.desk.tick([DEFENSE.stream(SETTLED)])
    desk = other.desk.revisions(SETTLED)
    for aside in desk.aside:
        desk.give_up(aside.key)
    close(other)
    return content


def leave_one_without_a_defense(room: Room, folder: Path) -> bytes:
    """A file of decisions on two defenses that the store does not have; one of them is planned again afterwards."""
    with tempfile.TemporaryDirectory() as temporary:
        elsewhere = Room(Path(temporary) / "store", room.machine)
        shutil.copytree(room.folder, elsewhere.folder)
        planned = [elsewhere.plan("s1", PROJECT, attempt=3), elsewhere.plan("s20", PROJECT)]
        lost = console(elsewhere, 10)
        for id in planned:
            lost.desk.brief(id).commit("note", "Noté ailleurs.")
            lost.desk.brief(id).commit("question", "Et encore ?")
        left_by(lost, folder)
    replay_in(room.folder, folder, BEFORE)
    (file,) = spool_files(folder, ASIDE)
    content = file.read_bytes()
    file.unlink()
    room.plan("s1", PROJECT, in_min=60, attempt=3)
    return content


def leave_one(room: Room, folder: Path) -> bytes:
    """What a console decided while its disk failed: on what was kept aside, on a defense, and after another console."""
    lost, other = console(room, 11), console(room, 12)
    brief = lost.desk.brief(PLANNED)
    brief.type_text("question", "Un dél", 6)
    brief.commit("question", "Un délai ?")
    with closing(TinyStore.open(room.folder)) as store:
        for job in spoolable(lost):
            write_job(store, job)  # and it was killed before it could say so
    brief.commit("note", "Arrivé après la panne.")
    brief.type_text("note", "Et puis", 7)
    lost.desk.live(LIVE)
    lost.desk.take_over(lost.desk.brief(LIVE))
    live = lost.desk.live(LIVE)
    noted = next(aside for aside in live.aside if b'"noted"' in encode_event(aside.event))
    asked = next(aside for aside in live.aside if b'"question_parked"' in encode_event(aside.event))
    live.take_up(noted.key)
    live.give_up(asked.key)
    live.type_text("strength", "Une voix posée", 14)
    live.commit("strength", "Une voix posée.")
    revisions = lost.desk.revisions(SETTLED)
    revisions.commit("note", "Avant de conclure.")
    revisions.sign_proposal()
    revisions.set_aside("goal", "Un but")
    content = left_by(lost, folder).read_bytes()
    other.desk.revisions(SETTLED).commit("note", "D'un autre poste.")
    close(other)
    return content


def replay_in(store_folder: Path, folder: Path, identity: Identity | None = None) -> Replayed:
    """Write what is in the spool's folder to a store, as the next console does."""
    with closing(TinyStore.open(store_folder)) as store:
        done = replay(folder, store, identity or store.identity)
    assert done.error is None
    return done


# --- what today's console makes of it ----------------------------------------------------------------------------


def present_edition(folder: Path) -> Curriculum:
    """The edition that defenses start with; it is read from the store, since the shipped curricula change."""
    with closing(TinyStore.open(folder, create=False)) as store:
        pinned = [msgspec.json.decode(body, type=Curriculum) for body in store.curricula().values()]
    return min(pinned, key=lambda curriculum: curriculum.rules.student_due_s)


@contextmanager
def machine_of(folder: Path) -> Iterator[None]:
    """A machine whose clocks stand still, and a console that has the present edition of the curriculum only."""
    stamp, shipped = Machine(wall=instant(NOW)).read(), {"IRP": present_edition(folder)}
    with patch.object(clocks, "read", lambda: stamp), patch.object(curricula, "load_shipped", lambda: shipped):
        yield


def printed(folder: Path, *arguments: str) -> Any:
    """What a command prints as JSON."""
    with machine_of(folder):
        done = CliRunner().invoke(command_line, [*arguments, "--json", "--store", str(folder), "--lang", "en"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def asides(desk: DefenseDesk) -> list[Any]:
    """What is kept aside of a defense: first number after the parting, and the event."""
    return [[aside.base, json.loads(encode_event(aside.event))] for aside in desk.aside]


def exported(folder: Path) -> bytes:
    """The export of a store, as JSON Lines."""
    with closing(TinyStore.open(folder, create=False)) as store:
        return b"".join(exchange(store).export())


def texts_of(folder: Path, ids: Iterable[str]) -> dict[str, Any]:
    """What is being typed and what is kept aside, by defense."""
    reader = Twin(Room(folder, Machine(wall=instant(NOW))))
    briefs = {id: reader.desk.brief(id) for id in ids}
    found = {
        "drafts": {id: {key: draft.text for key, draft in brief.drafts.items()} for id, brief in briefs.items()},
        "aside": {id: rows for id, brief in briefs.items() if (rows := asides(brief))},
    }
    reader.kill()
    return found


def described(folder: Path) -> dict[str, Any]:
    """What a console shows of a store."""
    with closing(TinyStore.open(folder, create=False)) as store:
        ids = [DEFENSE.id_of(stream) for stream in store.streams(DEFENSE.prefix)]
    return {
        "list": printed(folder, "list"),
        "show": {id: printed(folder, "show", id) for id in ids},
        **texts_of(folder, ids),
    }


def after_replay(folder: Path, content: bytes, end: str) -> dict[str, Any]:
    """What a spool file does to a copy of a store: the counts, and the lines of the export that go and come."""
    with tempfile.TemporaryDirectory() as temporary:
        store_folder, spool = Path(temporary) / "store", Path(temporary) / "spool"
        shutil.copytree(folder, store_folder)
        spool.mkdir()
        file = spool / f"left.{end.rpartition('.')[2]}"
        file.write_bytes(content)
        before = exported(store_folder).splitlines()
        done = replay_in(store_folder, spool)
        after = exported(store_folder).splitlines()
        left = [len(read_jobs(path)[0]) for path in sorted(spool.iterdir())]
    return {
        "counts": {name: getattr(done, name) for name in ("written", "kept", "filed", "damaged", "left")},
        "jobs_in_files": left,
        "gone": [json.loads(line) for line in before if line not in after],
        "new": [json.loads(line) for line in after if line not in before],
    }


# --- the files ---------------------------------------------------------------------------------------------------


def make(folder: Path) -> dict[str, bytes]:
    """Fill a store.

    Returns:
        The spool files that were left for it, by the end of their names.
    """
    fill(folder)
    room = room_on(folder)
    part_on_the_live_one(room)
    part_on_the_held_one(room)
    part_after_the_release(room)
    leave_leases(room)
    settled = leave_one_that_was_settled(room, room.elsewhere)
    filed = leave_one_without_a_defense(room, room.elsewhere)
    return {"settled.spool": settled, "aside": filed, "spool": leave_one(room, room.elsewhere)}


def main() -> None:
    EVERY_STATE.mkdir(parents=True, exist_ok=True)
    name = str(EVERY_STATE / str(schema.version()))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "store"
        with patch.object(TinyStore, "hold_name", lambda _store, _name: False):  # a lease stays as it is read elsewhere
            files = make(folder)
        for end, content in files.items():
            Path(f"{name}.{end}").write_bytes(content)
        with closing(sqlite3.connect(folder / place.FILE)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
            connection.execute("VACUUM")
        shutil.copyfile(folder / place.FILE, f"{name}.db")
        with closing(TinyStore.open(folder)) as store:
            Path(f"{name}.zip").write_bytes(b"".join(WholeStoreDesk(exchange(store), FolderVault(folder)).export()))
        shown = described(folder) | {
            "replayed": {end: after_replay(folder, content, end) for end, content in files.items()}
        }
    Path(f"{name}.json").write_text(json.dumps(shown, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
