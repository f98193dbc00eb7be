"""What the store refuses is kept aside in it before anybody is told; once, wherever its console or a replay is cut."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.chain import chain, first_hash
from defense_console.model.log.envelope import encode_event
from defense_console.model.log.refused import Aside, aside_of
from defense_console.model.log.subject import beside
from defense_console.store.base import (
    Ack,
    Append,
    DamagedStore,
    Draft,
    Failed,
    FullDisk,
    Refused,
    SaveAside,
    SaveDraft,
    SpooledJob,
    Store,
)
from defense_console.store.recorder import Recorder
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved import replay as replaying
from defense_console.store.unsaved.keeping_aside import RefusedTails, aside_row
from defense_console.store.unsaved.replay import Replayed, replay
from defense_console.store.unsaved.spool import Spool
from defense_console.store.unsaved.spool_files import read_jobs, spool_files
from tests.examples import examples
from tests.store import logs
from tests.store.test_recorder import Answers
from tests.waiting import PATIENCE_S, wait_for

pytestmark = pytest.mark.skipif(os.name != "posix", reason="locks of POSIX")
STREAM = logs.stream()
FIRST = chain(first_hash(STREAM), logs.first().lines)


def parted(folder: Path) -> TinyStore:
    """A defense on which another console has written after its first line."""
    store = TinyStore.open(folder)
    store.append(logs.first())
    store.append(logs.more(1, 1, "by another console", "and again"))
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TinyStore]:
    with closing(parted(tmp_path / "store")) as store:
        yield store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "elsewhere"


def tail(*actions: DefenseWhat, after: int = 1, previous: str = FIRST) -> list[Append]:
    """What a console decided that knows nothing of the other: one job for each, as the ledger makes them."""
    jobs = []
    for seq, what in enumerate(actions, after + 1):
        lines = (encode_event(DefenseEvent(seq, seq, logs.STAMP, "Camille", what)),)
        jobs.append(Append(STREAM, seq - 1, lines, row=beside(logs.summary()), previous=previous))
        previous = chain(previous, lines)
    return jobs


def note(text: str) -> ev.Noted:
    return ev.Noted(text, logs.STAMP)


def asides(store: Store) -> list[Aside]:
    """What is kept aside, in order of the numbers."""
    found = [aside_of(DEFENSE, key, event) for key, event in store.all_asides().get(STREAM, {}).items()]
    return sorted(found, key=lambda aside: aside.event.seq)


def texts(store: Store) -> list[str]:
    return [getattr(aside.event.what, "text", type(aside.event.what).__name__) for aside in asides(store)]


def keep(store: Store, *jobs: Append) -> None:
    RefusedTails().keep(store, jobs)


def recorder_on(
    store: TinyStore, answers: Answers, spool: Spool | None = None, jobs: Sequence[Append] = ()
) -> Recorder:
    """A recorder that finds these jobs all at once when it begins."""
    recorder = Recorder(
        lambda: type(store).open(store.folder), answers, delays_s=(0.001,), spool=spool, keeps_aside=True
    )
    for job in jobs:
        recorder.submit(job)
    recorder.start()
    return recorder


# --- what is kept -------------------------------------------------------------------------------------------------


def test_where_the_two_parted_is_known_by_the_hashes_and_never_guessed(store: TinyStore) -> None:
    keep(store, *tail(note("one"), note("two")))
    assert [(aside.base, aside.event.seq) for aside in asides(store)] == [(2, 2), (2, 3)]
    for aside in asides(store):
        store.save_aside(STREAM, aside.key, None)
    keep(store, *tail(note("its beginning is not here"), after=2, previous="0" * 64))
    keep(store, *tail(note("the record ends before"), after=9, previous="1" * 64))
    assert [aside.base for aside in asides(store)] == [1, 1], "no number it names is taken for one of the record"


def test_a_tail_that_comes_in_parts_is_read_as_one(store: TinyStore) -> None:
    tails, jobs = RefusedTails(), tail(note("kept"), note("taken back"), ev.Undone(3), note("after"))
    for job in jobs:
        tails.keep(store, [job])
    assert texts(store) == ["kept", "after"]
    assert {aside.base for aside in asides(store)} == {2}


def test_the_draft_goes_with_its_text_but_not_what_another_console_goes_on_typing(store: TinyStore) -> None:
    for field, text in (("note", "he hesi"), ("goal", "half a thought")):
        store.save_draft(STREAM, field, Draft(text, logs.STAMP, 0))
    (one,) = tail(note("he hesitated"))
    keep(store, msgspec.structs.replace(one, drop_drafts=("note", "goal")))
    assert store.all_drafts().get(STREAM, {})["goal"].text == "half a thought"
    assert "note" not in store.all_drafts().get(STREAM, {})


def test_what_is_taken_up_and_refused_again_is_kept_once_with_what_changes_it(store: TinyStore) -> None:
    """Row 12 was being recorded as line 4, and row 13, which changes it, was to name that line."""
    mine = DefenseEvent(12, 12, logs.STAMP, "Camille", note("mine"))
    edit = DefenseEvent(13, 13, logs.STAMP, "Camille", ev.NoteEdited(12, "mine, changed"))
    old, row = aside_row(10, mine), aside_row(10, edit)
    for key, kept in (old, row):
        store.save_aside(STREAM, key, kept)
    moved = aside_row(5, msgspec.structs.replace(edit, what=ev.NoteEdited(4, "mine, changed")))
    (taken_up,) = tail(note("mine"), after=3, previous="0" * 64)
    taken_up = msgspec.structs.replace(taken_up, drop_aside=(old[0], row[0]), aside=(moved,))
    (then,) = tail(ev.NoteEdited(4, "mine, changed"), after=4, previous=chain("0" * 64, taken_up.lines))
    tails = RefusedTails()
    tails.keep(store, [taken_up])
    first, second = asides(store)
    assert (first.base, first.event.seq, first.event.what) == (1, 4, note("mine"))
    assert (second.base, second.event.what) == (1, ev.NoteEdited(4, "mine, changed"))
    tails.keep(store, [msgspec.structs.replace(then, drop_aside=(moved[0],))])
    assert texts(store) == ["mine", "mine, changed"], "the change was taken up as well, and refused: it is kept once"


# --- the recorder ------------------------------------------------------------------------------------------------


def test_what_is_refused_is_in_the_store_before_it_is_told(store: TinyStore, folder: Path) -> None:
    seen: list[list[str]] = []

    def look(_answer: object) -> None:
        with closing(TinyStore.open(store.folder)) as other:
            seen.append(texts(other))

    answers = Answers(look)
    recorder = recorder_on(store, answers, Spool(folder, store.identity), tail(note("one"), note("two")))
    assert recorder.close(PATIENCE_S)
    assert len(answers.of(Refused)) == 2
    assert seen == [["one", "two"]] * 2
    assert not folder.exists(), "and nowhere else"


class Full(TinyStore):
    """No draft can be written, but lines can."""

    full = True

    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        if Full.full:
            raise FullDisk("full")
        super().save_aside(stream, key, event)


def test_what_cannot_be_kept_aside_is_not_refused_but_waits_in_the_spool(store: TinyStore, folder: Path) -> None:
    Full.full, answers, jobs = True, Answers(), tail(note("one"), note("two"))
    recorder = recorder_on(Full.open(store.folder), answers, Spool(folder, store.identity))
    for job in jobs:
        recorder.submit(job)
    answers.wait(lambda all: any(isinstance(answer, Failed) and answer.attempt > 1 for answer in all))
    (file,) = spool_files(folder)
    wait_for(lambda: len(read_jobs(file)[0]) == 2, "the second is never spooled")
    assert answers.of(Refused) == []
    assert texts(store) == []
    assert recorder.unsaved() == tuple(jobs)
    Full.full = False
    assert recorder.close(PATIENCE_S)
    assert [answer.job for answer in answers.of(Refused)] == jobs
    assert texts(store) == ["one", "two"]
    assert spool_files(folder) == []


def test_what_a_command_is_refused_is_not_kept_aside(store: TinyStore) -> None:
    answers = Answers()
    recorder = Recorder(lambda: TinyStore.open(store.folder), answers)
    recorder.start()
    recorder.submit(tail(note("one"))[0])
    assert recorder.close(PATIENCE_S)
    assert len(answers.of(Refused)) == 1
    assert store.all_asides().get(STREAM, {}) == {}, "it said that it failed"


def test_what_was_decided_on_the_record_as_it_is_is_not_refused_with_a_tail(store: TinyStore) -> None:
    answers = Answers()
    last = store.last(STREAM)
    assert last is not None
    refused, (mine,) = tail(note("one"), note("two")), tail(note("three"), after=last.seq, previous=last.hash)
    recorder = recorder_on(store, answers, jobs=(*refused, mine))
    assert recorder.close(PATIENCE_S)
    assert [answer.job for answer in answers.of(Refused)] == refused
    assert store.read_log(STREAM)[-1].body == mine.lines[0]
    assert texts(store) == ["one", "two"]


KILLED = """
import os, signal, sys
from pathlib import Path
from defense_console.model.defense.kinds import Noted
from defense_console.store.base import Refused
from defense_console.store.recorder import Recorder
from defense_console.store.unsaved.spool import Spool
from defense_console.store.sqlite.store import TinyStore
from tests.store import logs
from tests.store.test_keeping_aside import note, tail

def killed(answer):
    if isinstance(answer, Refused):
        os.kill(os.getpid(), signal.SIGKILL)  # the desk never hears of it

store = TinyStore.open(Path(sys.argv[1]))
recorder = Recorder(lambda: TinyStore.open(Path(sys.argv[1])), killed, keeps_aside=True,
                    spool=Spool(Path(sys.argv[2]), store.identity))
for job in tail(note("one"), note("two")):
    recorder.submit(job)
recorder.start()
signal.pause()
"""


def test_a_console_killed_before_its_desk_hears_of_the_refusal_loses_nothing(store: TinyStore, folder: Path) -> None:
    arguments = [sys.executable, "-c", KILLED, str(store.folder), str(folder)]
    process = subprocess.run(arguments, check=False, timeout=PATIENCE_S)
    assert process.returncode == -signal.SIGKILL
    assert texts(store) == ["one", "two"]


# --- replaying, cut anywhere -------------------------------------------------------------------------------------


class Killed(BaseException):
    """The process is gone."""


class Cut:
    """Stops a replay at its n-th step that changes a disk: just before it is done."""

    def __init__(self, steps: int, fault: BaseException) -> None:
        self._steps, self._fault = steps, fault

    def step(self) -> None:
        self._steps -= 1
        if self._steps == 0:
            raise self._fault

    def before(self, done: Callable[..., object]) -> Callable[..., object]:
        def cut(*args: object, **options: object) -> object:
            self.step()
            return done(*args, **options)

        return cut

    @contextmanager
    def placed(self) -> Iterator[None]:
        """Steps: every row, and everything done to the files."""
        places = [(TinyStore, name) for name in ("append", "save_draft", "save_aside", "set_meta")]
        files = [(replaying, name) for name in ("write_file", "write_aside", "remove", "sync_folder")]
        patches = [patch.object(place, name, self.before(getattr(place, name))) for place, name in (*places, *files)]
        for each in patches:
            each.start()
        try:
            yield
        finally:
            for each in patches:
                each.stop()


def spooled(steps: Sequence[str]) -> list[SpooledJob]:
    """What a console left: a tail that is refused, texts being typed, and what another defense takes."""
    whats: list[DefenseWhat] = []
    places: list[tuple[str, int]] = []
    open_notes: list[int] = []
    for n, step in enumerate(steps):
        seq = len(whats) + 2
        if step == "undo" and open_notes:
            whats.append(ev.Undone(open_notes.pop()))
        elif step in ("note", "typed"):
            whats.append(note(f"text {n}"))
            open_notes.append(seq)
        places.append((step, len(whats)))
    jobs: list[SpooledJob] = []
    appends, written, theirs = tail(*whats), 0, 0
    for n, (step, upto) in enumerate(places):
        if step == "other":
            jobs.append(logs.first(2) if theirs == 0 else logs.more(2, theirs, f"other {n}"))
            theirs += 1
        elif step == "left":
            jobs.append(SaveDraft(STREAM, "goal", Draft(f"goal {n}", logs.STAMP, 0)))
        elif step == "seen":
            event = DefenseEvent(30 + n, 30 + n, logs.STAMP, "Camille", note(f"typed since {n}"))
            jobs.append(SaveAside(STREAM, *aside_row(20, event)))
        for job in appends[written:upto]:
            if step == "typed":
                jobs.append(SaveDraft(STREAM, "note", Draft(f"text {n}"[:5], logs.STAMP, 0)))
            jobs.append(msgspec.structs.replace(job, drop_drafts=("note",)) if step == "typed" else job)
        written = upto
    theirs_named = iter(logs.named(*(job for job in jobs if _is_theirs(job))))
    return [next(theirs_named) if _is_theirs(job) else job for job in jobs]


def _is_theirs(job: SpooledJob) -> bool:
    return isinstance(job, Append) and job.stream == logs.stream(2)


def replayed(store: TinyStore, folder: Path) -> Replayed:
    return replay(folder, store, store.identity)


def left_by_a_dead_console(folder: Path, store: TinyStore, jobs: Sequence[SpooledJob]) -> None:
    spool = Spool(folder, store.identity)
    spool.keep(jobs)
    spool.close()


def held(store: TinyStore) -> tuple[dict[str, Draft | bytes], list[tuple[bytes, ...]]]:
    """Every draft and every decision kept aside, and every log."""
    return {**store.all_drafts().get(STREAM, {}), **store.all_asides().get(STREAM, {})}, [
        tuple(line.body for line in store.read_log(name)) for name in store.streams()
    ]


class Tried:
    """A replay of what one console left, cut, and what it must come to in the end.

    Args:
        root: An empty folder.
        steps: See `spooled`.
    """

    def __init__(self, root: Path, steps: Sequence[str]) -> None:
        self.spool, self.settled = root / "spool", set[str]()
        jobs = spooled(steps)
        with closing(parted(root / "whole")) as store:
            left_by_a_dead_console(self.spool, store, jobs)
            assert replayed(store, self.spool).error is None
            self._rows, self._bodies = held(store)
        self.store = parted(root / "cut")
        left_by_a_dead_console(self.spool, self.store, jobs)

    def cut(self, at: int, fault: BaseException, *, drops: bool) -> bool:
        """Try, and let the other console, which goes on, drop a row: that is settled. Returns: whether it was cut."""
        with Cut(at, fault).placed():
            try:
                done = replayed(self.store, self.spool)
            except Killed:
                done = None
        if drops and (there := asides(self.store)):
            self.store.save_aside(STREAM, there[0].key, None)
            self.settled.add(there[0].key)
        return done is None or done.error is not None

    def check(self) -> None:
        """Replay what is left: every row is there or was settled, and the logs are whole."""
        assert replayed(self.store, self.spool).error is None
        assert list(self.spool.iterdir()) == []
        left, bodies = held(self.store)
        assert left == {key: row for key, row in self._rows.items() if key not in self.settled}
        assert bodies == self._bodies
        assert self.store.verify_all() == ()
        self.store.close()


@pytest.mark.parametrize("fault", [Killed(), FullDisk("full")], ids=["killed", "full"])
def test_a_replay_cut_at_each_of_its_steps_loses_nothing_and_asks_about_nothing_twice(
    tmp_path: Path, fault: BaseException
) -> None:
    was_cut, at = True, 0
    while was_cut:
        at += 1
        tried = Tried(tmp_path / str(at), ["note", "typed", "seen", "undo", "left", "other", "note"])
        was_cut = tried.cut(at, fault, drops=True)
        tried.check()
    assert at > 15


STEPS = st.lists(st.sampled_from(["note", "typed", "undo", "other", "left", "seen"]), min_size=1, max_size=8)
CUTS = st.lists(
    st.tuples(st.integers(1, 25), st.sampled_from(["killed", "full"]), st.booleans()), min_size=1, max_size=3
)


@examples(20)
@given(STEPS, CUTS)
def test_a_replay_cut_again_and_again_loses_nothing_and_asks_about_nothing_twice(
    steps: list[str], cuts: list[tuple[int, str, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as place:
        tried = Tried(Path(place), steps)
        for at, kind, drops in cuts:
            tried.cut(at, Killed() if kind == "killed" else FullDisk("full"), drops=drops)
        tried.check()


class Stuck(TinyStore):
    """One defense is damaged: what is decided on it waits, and so the spool stays."""

    def append(self, job: Append) -> tuple[int, str]:
        if job.stream == logs.stream(2):
            raise DamagedStore("damaged")
        return super().append(job)


def test_what_was_kept_aside_while_the_spool_held_anything_is_not_asked_again(store: TinyStore, folder: Path) -> None:
    answers = Answers()
    recorder = recorder_on(Stuck.open(store.folder), answers, Spool(folder, store.identity))
    recorder.submit(*logs.named(logs.first(2)))
    answers.wait(bool)
    typed = SaveAside(STREAM, *aside_row(20, DefenseEvent(20, 20, logs.STAMP, "Camille", note("typed since"))))
    recorder.submit(tail(note("one"))[0])
    recorder.submit(typed)
    answers.wait(lambda all: any(isinstance(answer, Ack) and answer.job is typed for answer in all))
    assert texts(store) == ["one", "typed since"]
    recorder.close(0.05)
    (file,) = spool_files(folder)
    assert len(read_jobs(file)[0]) == 3, "a crash would have found all of it there"
    for aside in asides(store):
        store.save_aside(STREAM, aside.key, None)  # the other console settles it
    assert replay(folder, store, store.identity).error is None
    assert texts(store) == []
    assert store.last(logs.stream(2)) is not None
