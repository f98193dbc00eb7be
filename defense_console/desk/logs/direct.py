"""Logs read and written directly, without a recorder: for imports and exports, where no console waits for the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from defense_console.desk.logs.ledger import stream_of
from defense_console.desk.logs.stored import defense_events, student_events
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.fold import fold, pinned_hash
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.state import Defense
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.queue.agenda import summarize
from defense_console.model.student.kinds import StudentEvent, StudentWhat
from defense_console.model.student.state import check_student, fold_student
from defense_console.store.base import Append, Store, Student, beside
from defense_console.store.sqlite.keys import DEFENSES, STUDENTS


class DirectLogs:
    """The logs of one store. A caller that writes several of them opens the transaction itself.

    Args:
        store: Read and written directly.
        clocks: Reads the machine's clocks.
        author: Name of the mentor.
    """

    def __init__(self, store: Store, clocks: Callable[[], Stamp], author: str) -> None:
        self.store = store
        self.now = clocks
        self.author = author

    # --- reading -------------------------------------------------------------------------------------------------

    def ids(self) -> Iterator[str]:
        """Id of every defense, sorted."""
        return (stream.removeprefix(DEFENSES) for stream in self.store.streams(DEFENSES))

    def events(self, id: str) -> list[DefenseEvent]:
        """The log of a defense; empty when there is none."""
        return defense_events(stream_of(id), self.store.read_log(stream_of(id)))

    def student_events(self, id: str) -> list[StudentEvent]:
        """The log of a student; empty when there is none."""
        return student_events(STUDENTS + id, self.store.read_log(STUDENTS + id))

    def defense(self, id: str) -> Defense | None:
        """What is known of a defense."""
        events = self.events(id)
        return self.fold(events) if events else None

    def known(self, id: str) -> Defense:
        """What is known of a defense that is there.

        Raises:
            ConsoleError: There is none.
        """
        defense = self.defense(id)
        if defense is None:
            raise ConsoleError("There is no defense {id}.", id=id)
        return defense

    def fold(self, events: Sequence[DefenseEvent]) -> Defense:
        """A log folded with the curriculum it pins."""
        name = pinned_hash(events)
        body = self.store.curriculum(name) if name else None
        return fold(events, msgspec.json.decode(body, type=Curriculum) if body is not None else None)

    # --- writing -------------------------------------------------------------------------------------------------

    def decide(self, id: str, whats: Sequence[DefenseWhat], at: Stamp) -> None:
        """Append one action to a defense's log.

        Raises:
            ConsoleError: It may not come next.
        """
        events = self.events(id)
        expected = len(events)
        defense = self.fold(events) if events else None
        for what in whats:
            check_legal(defense, what, at)
            events.append(DefenseEvent(len(events) + 1, expected + 1, at, self.author, what))
            defense = self.fold(events)
        if defense is not None:
            self.append(id, expected, events, defense)

    def append(self, id: str, expected: int, events: Sequence[DefenseEvent], defense: Defense) -> None:
        """Append what stands in `events` after the first `expected`, which the store holds; `defense` is their fold."""
        lines = tuple(encode_event(event) for event in events[expected:])
        self.store.append(Append(stream_of(id), expected, lines, row=beside(summarize(id, defense))))

    def decide_student(self, id: str, what: StudentWhat, at: Stamp) -> None:
        """Append one event to a student's log.

        Raises:
            ConsoleError: It may not come next.
        """
        stream, events = STUDENTS + id, self.student_events(id)
        check_student(events, what)
        seq = len(events) + 1
        self.append_student(stream, seq - 1, (*events, StudentEvent(seq, seq, at, self.author, what)))

    def append_student(self, stream: str, expected: int, events: Sequence[StudentEvent]) -> None:
        """Append what stands in `events` after the first `expected`, which the store holds."""
        known = fold_student(events)
        student = Student(known.id, known.name, known.email, known.timezone, known.seq)
        lines = tuple(encode_event(event) for event in events[expected:])
        self.store.append(Append(stream, expected, lines, row=beside(student)))
