"""The row next to a log, computed again from the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from defense_console.model.curriculum import Curricula
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log
from defense_console.model.log.chain import StoredLine
from defense_console.model.subjects import subject_of


def row_of_log(stream: str, lines: Sequence[StoredLine], kept: Callable[[str], bytes | None]) -> dict[str, Any] | None:
    """Return the row next to a log, made from its lines; None when they cannot be folded.

    Args:
        kept: Gives the canonical JSON of a pinned curriculum by its hash.
    """
    subject = subject_of(stream)
    try:
        row = Log.read(subject, subject.id_of(stream), lines, Curricula({}, kept)).row
    except ConsoleError:
        return None
    return {**row, "seq": lines[-1].seq, "hash": lines[-1].hash}
