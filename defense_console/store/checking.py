"""Checks the lines of one log against their chain and against the end that the row next to it names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from defense_console.model.errors import N_
from defense_console.model.log.chain import StoredLine, first_hash, next_hash
from defense_console.store.base import Problem, ProblemKind


class KnownEnd(NamedTuple):
    """How far a log goes, by the row next to it: number and hash of its last line."""

    seq: int
    hash: str


class _What(msgspec.Struct, frozen=True):
    curriculum_hash: str | None = None


class _Line(msgspec.Struct, frozen=True):
    seq: int = 0
    what: _What = _What()


def check_lines(
    stream: str,
    lines: Iterable[tuple[int, StoredLine | None]],
    end: KnownEnd | None,
    pinned: Callable[[str], bool],
) -> Iterator[Problem]:
    """Yield every changed, missing, cut and damaged line of one log, in order.

    Args:
        lines: Number of each, with the line, None where it cannot be read. Where its text is withheld, it is the line
            after it that must follow its hash.
        end: None where no row next to the log says where it ends.
        pinned: Whether the store has the curriculum of a hash.
    """
    head: str | None = first_hash(stream)
    end_hash: str | None = None
    before = 0
    for seq, line in lines:
        if seq > before + 1:
            yield _hole(stream, before + 1, seq - 1)
            head = None
        before = seq
        if line is None:
            yield problem(stream, seq, "damaged", N_("Line {seq} of {stream} is damaged."))
            head = None
            continue
        body, hash = line.body, line.hash
        said = _Line(seq) if line.withheld else _read(body)
        if (not line.withheld and head is not None and next_hash(head, body) != hash) or said.seq != seq:
            yield problem(
                stream, seq, "changed", N_("Line {seq} of {stream} was changed, or does not follow its line before.")
            )
        curriculum = said.what.curriculum_hash
        if curriculum is not None and not pinned(curriculum):
            yield problem(
                stream,
                seq,
                "curriculum",
                N_("The curriculum pinned by line {seq} of {stream} is missing: {hash}."),
                hash=curriculum,
            )
        head = hash
        if end is not None and end.seq == seq:
            end_hash = hash
    if end is None:
        yield problem(
            stream, None, "summary", N_("The row next to {stream} is missing or damaged: nothing proves where it ends.")
        )
    elif end.seq > before:
        yield problem(
            stream, before + 1, "cut", N_("The end of {stream} is cut: {last} lines were written."), last=end.seq
        )
    elif end_hash is not None and end_hash != end.hash:
        yield another_end(stream, end.seq)


def another_end(stream: str, seq: int) -> Problem:
    """Return that a log does not end as the row next to it says."""
    return problem(stream, seq, "changed", N_("Line {seq} of {stream} is not the one that the row next to it names."))


def changed_curriculum(place: str, row: int | None, hash: object) -> Problem:
    """Return that a pinned curriculum is not what its hash says."""
    return problem(place, row, "curriculum", N_("The pinned curriculum {hash} was changed."), hash=hash)


def problem(stream: str, seq: int | None, kind: ProblemKind, text_id: str, **parameters: object) -> Problem:
    """Return a problem whose sentence may name the log and the line."""
    return Problem(stream, seq, kind, text_id, {"stream": stream, "seq": seq, **parameters})


_DECODE: Final = msgspec.json.Decoder(_Line).decode


def _read(body: bytes) -> _Line:
    try:
        return _DECODE(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _Line()


def _hole(stream: str, first: int, last: int) -> Problem:
    if first == last:
        return problem(stream, first, "missing", N_("Line {seq} of {stream} is missing."))
    return problem(stream, first, "missing", N_("Lines {seq} to {last} of {stream} are missing."), last=last)
