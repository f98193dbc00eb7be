"""Properties of every log, whatever it is about: legal histories fold, undo restores, the same bytes give the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.curriculum import Curricula, canonical_json
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.subject import DEFENSE, REHEARSAL
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log, append_action, check_action
from defense_console.model.log.chain import StoredLine, chain, first_hash
from defense_console.model.log.envelope import Stamp, What, encode_event
from defense_console.model.log.every_log import LeaseTaken
from defense_console.model.log.subject import Subject
from defense_console.model.log.undo import Redone, Undone
from defense_console.model.privacy import glance, note_lines
from defense_console.model.student.kinds import StudentWhat
from defense_console.model.student.state import Standing
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import SUBJECTS
from tests.examples import examples
from tests.model import students
from tests.model.test_clock import Machine
from tests.model.test_fold import BEGINNINGS, curriculum, proposals

CURRICULA = Curricula({"IRP": curriculum()}, lambda _hash: canonical_json(curriculum()))


def shown(state: Any) -> dict[str, object]:
    """Return what a log folds to, without what undo may leave different."""
    left_out = {"seq", "at", "undo", "redo"}
    return {name: getattr(state, name) for name in state.__struct_fields__ if name not in left_out}


@dataclass(frozen=True)
class Case:
    """A subject, and what histories of it are made of.

    Attributes:
        beginnings: give logs to go on from, and the machine that wrote them.
        kinds: the union of its kinds.
        proposals: any event that could come to a mentor's mind, legal or not.
    """

    subject: Subject[Any, Any]
    beginnings: tuple[Callable[[], tuple[Log[Any, Any], Machine]], ...]
    kinds: Any
    proposals: Callable[[Any, Stamp], st.SearchStrategy[Any]]


def read(subject: Subject[Any, Any], events: tuple[Any, ...]) -> Log[Any, Any]:
    """Return a log as it is read from the bytes of its events."""
    state = subject.fold(events, CURRICULA)
    id = subject.own_id(state)
    head, lines = first_hash(subject.stream(id)), []
    for event in events:
        body = encode_event(event)
        head = chain(head, [body])
        lines.append(StoredLine(event.seq, body, head))
    return Log.read(subject, id, lines, CURRICULA)


def _defense(beginning: Callable[[], Any], subject: Subject[Any, Any] = DEFENSE) -> tuple[Log[Any, Any], Machine]:
    history = beginning()
    return read(subject, tuple(history.events)), history.machine


def _student(whats: Callable[[Stamp], tuple[StudentWhat, ...]]) -> tuple[Log[Any, Any], Machine]:
    machine = Machine()
    log: Log[Any, Any] = Log.empty(STUDENT, "s1")
    for what in whats(machine.stamp()):
        log = append_action(log, [what], machine.stamp(), "mentor", CURRICULA).after
    return read(STUDENT, log.events), machine


CASES = (
    Case(DEFENSE, tuple(partial(_defense, begin) for begin in BEGINNINGS), DefenseWhat, proposals),
    Case(REHEARSAL, tuple(partial(_defense, b, REHEARSAL) for b in BEGINNINGS[:3]), DefenseWhat, proposals),
    Case(STUDENT, tuple(partial(_student, whats) for whats in students.BEGINNINGS), StudentWhat, students.proposals),
)
BOTH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.subject.prefix.strip("/"))


@st.composite
def actions(draw: st.DrawFn, case: Case, log: Log[Any, Any], at: Stamp) -> list[What]:
    """Draw what one key press may decide: one or two events, also of the kinds that every log knows."""
    undo, redo = log.state.undo[-1:] or (0,), log.state.redo[-1:] or (0,)
    seqs = st.integers(0, len(log.events) + 1)
    every: st.SearchStrategy[Any] = st.one_of(
        st.builds(Undone, st.sampled_from(undo) | seqs),
        st.builds(Redone, st.sampled_from(redo) | seqs),
        st.just(LeaseTaken("desk-2", 42)),
    )
    found: list[What] = draw(st.lists(case.proposals(log.state, at) | every, min_size=1, max_size=2))
    return found


def test_no_subject_is_left_out() -> None:
    assert {case.subject for case in CASES} == set(SUBJECTS)


def _kinds(base: type[What]) -> set[type[What]]:
    """Return the kinds below a base; what several kinds share is none."""
    below = type.__subclasses__(base)
    return {kind for each in below for kind in _kinds(each)} if below else {base}


@BOTH
def test_every_kind_that_is_defined_is_read_from_a_log(case: Case) -> None:
    """A kind that its module does not list could be decided, and never be read again."""
    listed = set(get_args(case.kinds))
    own = case.subject.__class__.__module__.removesuffix(".subject") + ".kinds."
    defined = {kind for kind in _kinds(What) if kind.__module__.startswith((own, "defense_console.model.log."))}
    unlisted = {f"{kind.__name__}: add it to the union at the end of {kind.__module__}" for kind in defined - listed}
    assert not unlisted, "\n".join(sorted(unlisted))
    assert listed == defined


@BOTH
@examples(20)
@given(data=st.data())
def test_a_legal_action_is_whole_restored_by_undo_and_the_same_from_its_bytes(case: Case, data: st.DataObject) -> None:
    log, machine = data.draw(st.sampled_from(case.beginnings))()
    for _ in range(data.draw(st.integers(1, 12))):
        machine.run(data.draw(st.integers(0, 60_000)))
        at = machine.stamp()
        whats = data.draw(actions(case, log, at))
        asked = _refusal(check_action, log, whats, at, CURRICULA)
        if asked:
            assert asked.endswith("."), "a refusal is a sentence"
            assert _refusal(append_action, log, whats, at, "", CURRICULA) == asked
            continue
        action = append_action(log, whats, at, "mentor", CURRICULA)
        after = action.after
        assert [case.subject.decode(line) for line in action.lines] == list(after.events[len(log.events) :])
        assert read(case.subject, after.events) == after
        assert after.upto(len(log.events), CURRICULA) == log, "what was before is still there"
        number = len(log.events) + 1
        if after.state.undo[-1:] == (number,) and not {type(what) for what in whats} & {Undone, Redone}:
            facts = read(case.subject, (*log.events, *_facts(after, number)))
            undone = append_action(after, [Undone(number)], at, "mentor", CURRICULA).after
            assert shown(undone.state) == shown(facts.state), "only what the system saw is left of it"
            redone = append_action(undone, [Redone(number)], at, "mentor", CURRICULA).after
            assert shown(redone.state) == shown(after.state)
            assert redone.state.undo == after.state.undo
        log = after


@BOTH
@examples(20)
@given(data=st.data())
def test_who_may_not_read_private_notes_folds_everything_else(case: Case, data: st.DataObject) -> None:
    log, machine = data.draw(st.sampled_from(case.beginnings))()
    for _ in range(data.draw(st.integers(1, 12))):
        at = machine.stamp()
        whats = data.draw(actions(case, log, at))
        if not _refusal(check_action, log, whats, at, CURRICULA):
            before, action = note_lines(log), append_action(log, whats, at, "mentor", CURRICULA)
            log = action.after
            if not any(glance(line).turns for line in action.lines):
                assert note_lines(log)[: len(before)] == before, "mark the kind in model/privacy.py: it turns notes"
    private = {line.seq: line.standing == "private" for line in note_lines(log)}
    lines, head = [], first_hash(log.stream)
    for event, body in zip(log.events, log.lines, strict=True):
        head = chain(head, [body])
        withheld = private.get(event.seq, glance(body).private)
        lines.append(StoredLine(event.seq, b"", head, event.action) if withheld else StoredLine(event.seq, body, head))
    others = Log.read(case.subject, log.id, lines, CURRICULA)
    assert (others.head, others.state.undo, others.state.redo) == (log.head, log.state.undo, log.state.redo)
    mine, theirs = shown(log.state), shown(others.state)
    for each in (mine, theirs):
        if isinstance(standing := each.get("standing"), Standing):  # of whom only the name is known has no version
            each["standing"] = msgspec.structs.replace(standing, version=0)
    notes: Any = mine.pop("notes")
    assert theirs.pop("notes") == tuple(note for note in notes if not getattr(note, "private", True))
    assert theirs == mine


def _facts(log: Log[Any, Any], action: int) -> list[Any]:
    return [event for event in log.events if event.action == action and event.what.fact]


def _refusal(do: Callable[..., object], *arguments: object) -> str:
    """Return why something is refused, "" when it is not."""
    try:
        do(*arguments)
    except ConsoleError as refusal:
        return str(refusal)
    return ""
