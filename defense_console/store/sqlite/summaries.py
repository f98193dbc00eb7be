"""Summaries: one row per defense, pending or closed, that spares reading its log.

A cache: written in the transaction of the event that changes it, folded again from the log where it lags behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any

import msgspec

from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import SUMMARY_VERSION, Summary
from defense_console.model.errors import N_
from defense_console.model.log.subject import beside
from defense_console.model.queue.searching import Closed
from defense_console.store import log_rules
from defense_console.store.base import DamagedStore
from defense_console.store.caches import row_of_log
from defense_console.store.id_digits import digits
from defense_console.store.sqlite.engine import DamagedRow
from defense_console.store.sqlite.keys import defense_key, key_range, stream_prefix
from defense_console.store.sqlite.tables import Documents

PENDING = "pending"
CLOSED = "closed"
CLOSED_COUNT = "closed_count"
"""The fact that spares counting them."""
_DECODE = msgspec.json.Decoder(Summary).decode
_DECODE_CLOSED = msgspec.json.Decoder(Closed).decode
_SEARCHED = ("planned_at", "session", "in_force")
"""Fields of which a search finds something: of a closed one each write counts, so that its line is known."""
_FIRST_DIGITS = 8
"""Digits of an id before its first dash."""


class Summaries:
    """The tables `pending` and `closed`."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents
        self._rows = documents.rows
        self._complete = False
        self._known: dict[int, tuple[bytes, Summary]] = {}
        """What was pending and sound when it was read last, by key: its checksum, and what it says."""
        self._pending: tuple[Summary, ...] = ()
        self._pending_version = (-1, -1)
        self._closed: tuple[Closed, ...] = ()
        self._closed_version = (-1, -1)

    # --- reading -------------------------------------------------------------------------------------------------

    def pending(self) -> tuple[Summary, ...]:
        """Return those of the defenses that are not closed, in order of their ids; kept until anybody writes."""
        self._fill_in()
        version = self._rows.version()
        if version != self._pending_version:
            with self._rows.reading():
                found, stale = self._read_pending()
            self._pending = tuple(each for each in self._with_renewed(found, stale).values() if each.pending)
            self._pending_version = version
        return self._pending

    def _read_pending(self) -> tuple[dict[int, Summary], list[int]]:
        """Return what `_read` does, of all that is pending; rows with the same checksum are not read again."""
        known, sums = dict[int, tuple[bytes, Summary]](), dict[int, bytes]()
        if self._known:
            sums = self._rows.sums(PENDING)
            known = {key: each for key, each in self._known.items() if each[0] == sums.get(key)}
            bodies: Iterable[tuple[int, bytes]] = self._rows.bodies_of(PENDING, [*sums.keys() - known.keys()]).items()
        else:
            bodies = self._sound_bodies(sums)
        read = {key: summary for key, body in bodies if (summary := _decoded(body)) is not None}
        stale = [key for key in sums if key not in known and key not in read]
        last = self._rows.last_ids([DEFENSE.stream(summary.id) for summary in read.values()])
        for key, summary in read.items():
            if summary.seq < last.get(DEFENSE.stream(summary.id), 0) or summary.version < SUMMARY_VERSION:
                stale.append(key)
        found = {key: known[key][1] if key in known else read[key] for key in sums if key in known or key in read}
        self._known = known | {key: (sums[key], read[key]) for key in read.keys() - set(stale)}
        return found, stale

    def _sound_bodies(self, sums: dict[int, bytes]) -> Iterator[tuple[int, bytes]]:
        """Yield what is pending and sound, one row at a time. Args: sums: takes the checksum of every row, by id."""
        for row in self._rows.raw(PENDING):
            sums[row.id] = row.sum
            if row.sound:
                yield row.id, row.body

    def find(self, prefix: str) -> list[Summary]:
        """Return those whose id begins with these digits, in order of their ids."""
        wanted = digits(prefix)
        if wanted is None:
            return []
        low, high = key_range(wanted)

        def keys() -> list[int]:
            rows = {row.id for table in (PENDING, CLOSED) for row in self._rows.raw(table, low, high)}
            return sorted(rows.union(_keys_of(self._rows.names(DEFENSE.prefix + wanted[:_FIRST_DIGITS]))))

        return [summary for summary in self._of_keys(keys) if summary.id.replace("-", "").startswith(wanted)]

    def of_ids(self, ids: Sequence[str]) -> list[Summary]:
        """Return those of some defenses, in that order; what does not exist is left out."""
        keys: dict[str, int] = {}
        for id in ids:
            with suppress(ValueError):
                keys[id] = defense_key(id)

        def there() -> list[int]:
            # Most ids that are asked for are of attempts that never were: those are left out at once.
            wanted = list(keys.values())
            known = self._rows.those_there(PENDING, wanted) | self._rows.those_there(CLOSED, wanted)
            begun = self._rows.those_named([DEFENSE.stream(id) for id in keys])
            return [key for id, key in keys.items() if key in known or DEFENSE.stream(id) in begun]

        found = {summary.id: summary for summary in self._of_keys(there)}
        return [found[id] for id in ids if id in found]

    def closed_of_ids(self, ids: Sequence[str]) -> list[Summary]:
        """Return those of some closed defenses as `of_ids` does, most of them in one look.

        For ids that the index gave: when it took them in, a row that lagged behind its log was folded again.
        """
        keys = {id: defense_key(id) for id in ids}
        found: dict[str, Summary] = {}
        for body in self._rows.bodies_of(CLOSED, [*keys.values()]).values():
            with suppress(msgspec.MsgspecError, UnicodeDecodeError):
                summary = _DECODE(body)
                if summary.version >= SUMMARY_VERSION:
                    found[summary.id] = summary
        for summary in self.of_ids([id for id in ids if id not in found]):
            found[summary.id] = summary
        return [found[id] for id in ids if id in found]

    def closed(self) -> tuple[Closed, ...]:
        """Return what lists of students look at of the closed defenses, the latest first; kept until anybody writes.

        As the rows lie in the file: whether they are sound is not checked here, but where one is read as a whole.
        """
        version = self._rows.version()
        if version != self._closed_version:
            bodies = self._rows.bodies(CLOSED)
            try:
                found = [_DECODE_CLOSED(body) for body in bodies]
            except (msgspec.MsgspecError, UnicodeDecodeError):
                found = list(_readable(bodies))
            found.reverse()
            found.sort(key=attrgetter("planned_at"), reverse=True)  # in one instant by id, since the sort is stable
            self._closed, self._closed_version = tuple(found), version
        return self._closed

    def let_go(self) -> None:
        """Keep the closed ones in memory no longer."""
        self._closed, self._closed_version = (), (-1, -1)

    def closed_count(self) -> int:
        """Return how many defenses are closed."""
        return int(self._documents.meta(CLOSED_COUNT) or 0)

    def _of_keys(self, keys: Callable[[], Iterable[int]]) -> list[Summary]:
        with self._rows.reading():
            wanted = list(keys())
            found, stale = self._read(wanted)
        found = self._with_renewed(found, stale)
        return [found[key] for key in wanted if key in found]

    def _with_renewed(self, found: dict[int, Summary], stale: Iterable[int]) -> dict[int, Summary]:
        """Return rows by key in order, those that cannot be trusted folded from their logs."""
        renewed = {key: summary for key in stale if (summary := self._folded(key, found.get(key))) is not None}
        self._write_back(summary for key, summary in renewed.items() if summary is not found.get(key))
        return dict(sorted((found | renewed).items())) if renewed else found

    def _read(self, keys: Iterable[int]) -> tuple[dict[int, Summary], list[int]]:
        """Return the rows by key, and the keys of those that cannot be read, lag behind their log or are older.

        An older row is one that an earlier console computed, which knew less than `SUMMARY_VERSION`.
        """
        found: dict[int, Summary] = {}
        stale: list[int] = []
        for key in keys:
            try:
                tables = (self._documents.table(name) for name in (PENDING, CLOSED))
                document = next((d for d in (table.get(doc_id=key) for table in tables) if d is not None), None)
                if document is None:
                    if self._rows.names(stream_prefix(key), 1):
                        stale.append(key)
                    continue
                found[key] = msgspec.convert(document, Summary)
            except (DamagedRow, msgspec.ValidationError):
                stale.append(key)
                continue
            lags = found[key].seq < (self._rows.last_id(DEFENSE.stream(found[key].id)) or 0)
            if lags or found[key].version < SUMMARY_VERSION:
                stale.append(key)
        return found, stale

    def _folded(self, key: int, known: Summary | None) -> Summary | None:
        """Return a summary folded from its log; `known` where that cannot be read, None where there is neither.

        Raises:
            DamagedStore: Neither the row nor the log can be read.
        """
        for stream in self._rows.names(stream_prefix(key)):
            if defense_key(DEFENSE.id_of(stream)) != key:
                continue
            with suppress(DamagedRow, DamagedStore):
                lines = log_rules.checked(stream, self._documents.lines(stream))
                row = row_of_log(stream, lines, self._documents.curriculum)
                if row is not None:
                    return msgspec.convert(row, Summary)
        if known is None:
            raise DamagedStore(
                N_("Row {id} of {table} is damaged, and so is its log: close the console and run doctor."),
                id=key,
                table=PENDING,
            )
        return known

    def _write_back(self, summaries: Iterable[Summary]) -> None:
        """Write summaries that were folded, where the store can be written now: without them it is only slower."""
        rows = [beside(summary) for summary in summaries]
        if rows:
            with suppress(Exception), self._rows.transaction():
                for row in rows:
                    self.put(row)

    def _fill_in(self) -> None:
        """Make the rows of the defenses that have a log and no row, once per connection; two counts show them.

        One whose log cannot be read stays away: `verify` reports it, and the others must not wait for that.
        """
        if self._complete:
            return
        self._complete = True
        if self._rows.count_names(DEFENSE.prefix) == self._rows.count(PENDING) + self.closed_count():
            return
        for key in _keys_of(self._rows.names(DEFENSE.prefix)):
            if not any(self._rows.has(table, key) for table in (PENDING, CLOSED)):
                with suppress(DamagedStore):
                    self._write_back(filter(None, [self._folded(key, None)]))
        with suppress(Exception), self._rows.transaction():
            self._documents.set_meta(CLOSED_COUNT, str(self._rows.count(CLOSED)))

    # --- writing -------------------------------------------------------------------------------------------------

    def put(self, row: Mapping[str, Any], *, new: bool = False) -> bool:
        """Write a summary to the table it belongs to, in a transaction of the caller.

        Args:
            new: There is none of this defense, so nobody needs to look.

        Returns:
            Whether a search must look at it again, as far as its notes are the same.
        """
        summary = msgspec.convert(row, Summary)
        key = defense_key(summary.id)
        here, there = (PENDING, CLOSED) if summary.pending else (CLOSED, PENDING)
        rows = {} if new else self._rows.in_either((PENDING, CLOSED), key)
        moved, new = there in rows, here not in rows
        document = msgspec.to_builtins(summary)
        before = self._documents.replace(here, key, document, rows.get(here), "id")
        if moved:
            self._documents.remove(there, key)
        change = int(new and not summary.pending) - int(moved and summary.pending)
        if change:
            self._documents.set_meta(CLOSED_COUNT, str(self.closed_count() + change))
        return not summary.pending or moved or any(before.get(name) != document[name] for name in _SEARCHED)


def _decoded(body: bytes) -> Summary | None:
    """Return the summary of a row, None when it is none."""
    with suppress(msgspec.MsgspecError, UnicodeDecodeError):
        return _DECODE(body)
    return None


def _readable(bodies: Iterable[bytes]) -> Iterator[Closed]:
    for body in bodies:
        with suppress(msgspec.MsgspecError, UnicodeDecodeError):
            yield _DECODE_CLOSED(body)


def _keys_of(streams: Iterable[str]) -> Iterator[int]:
    """Yield the row ids of the defenses with these logs."""
    for stream in streams:
        with suppress(ValueError):
            yield defense_key(DEFENSE.id_of(stream))
