"""The rows beside a log: the summary of a defense and the folded student. Both can be computed again from the log.

Source: engineering.md §2.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense.fold import fold, pinned_hash
from defense_console.model.defense.kinds import decode_event
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.agenda import Summary, summarize
from defense_console.model.student.kinds import decode_student_event
from defense_console.model.student.state import fold_student
from defense_console.store.base import Line, Student


def summary_of(id: str, lines: Sequence[Line], curriculum: Callable[[str], bytes | None]) -> Summary | None:
    """The summary that a log tells, None when it cannot be folded.

    Args:
        id: The defense.
        lines: Its whole log.
        curriculum: Gives the canonical JSON of a pinned curriculum by its hash.
    """
    try:
        events = [decode_event(line.body) for line in lines]
        name = pinned_hash(events)
        body = curriculum(name) if name else None
        pinned = None if body is None else msgspec.json.decode(body, type=Curriculum)
        summary = summarize(id, fold(events, pinned))
    except (ConsoleError, msgspec.DecodeError):
        return None
    return msgspec.structs.replace(summary, seq=lines[-1].seq, hash=lines[-1].hash)


def student_of(lines: Sequence[Line]) -> Student | None:
    """The student that a log tells, None when it cannot be folded."""
    try:
        known = fold_student([decode_student_event(line.body) for line in lines])
    except (ConsoleError, msgspec.DecodeError):
        return None
    return Student(known.id, known.name, known.email, known.timezone, known.seq)
