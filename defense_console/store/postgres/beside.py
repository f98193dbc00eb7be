"""What stands beside the logs of a school: texts being typed, decisions kept aside, leases, curricula and facts."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final, TypeVar

import msgspec

from defense_console.store import log_rules
from defense_console.store.base import Draft, Lease, StoreError
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.transactions import Transactions, reads, writes

T = TypeVar("T")

FRESH_S: Final = 60
"""A console whose last sign of life is older, by the server's clock, does not live."""


class RowsBeside:
    """The part of a store that is no log."""

    def __init__(self, transactions: Transactions, school: str) -> None:
        self.transactions = transactions
        self.school = school
        self._names: list[str] = []
        self._living: dict[str, float] = {}
        """Until when consoles live, by this process's clock, as the leases were last read."""

    # --- what has no place in a log yet ------------------------------------------------------------------------------

    def _by_stream(self, statement: str, read: Callable[[bytes], T]) -> dict[str, dict[str, T]]:
        """Return own texts by the name of their field; those of others, for who may see them, with the account."""
        found: dict[str, dict[str, T]] = {}
        for stream, account, name, body in sorted(self.transactions.execute(statement, (self.school,))):
            fields = found.setdefault(stream, {})
            fields[f"{name} ({account})" if account and name in fields else name] = read(body)
        return found

    @reads
    def all_drafts(self) -> dict[str, dict[str, Draft]]:
        """Return every draft by stream and field key, sorted."""
        return self._by_stream(sql.DRAFTS, lambda body: msgspec.json.decode(body, type=Draft))

    @writes
    def save_draft(self, stream: str, field: str, draft: Draft | None) -> None:
        """Overwrite a draft; None drops it."""
        place = (self.school, stream, field)
        if draft is None:
            self.transactions.execute(sql.DROP_DRAFT, place)
        else:
            self.transactions.execute(sql.BESIDE, (self.school, stream))
            self.transactions.execute(sql.PUT_DRAFT, (*place, msgspec.json.encode(draft)))

    @reads
    def all_asides(self) -> dict[str, dict[str, bytes]]:
        """Return every decision that is kept aside, by stream and key, sorted."""
        return self._by_stream(sql.ASIDES, bytes)

    @writes
    def save_aside(self, stream: str, key: str, event: bytes | None) -> None:
        """Keep a decision aside; None drops it."""
        place = (self.school, stream, key)
        if event is None:
            self.transactions.execute(sql.DROP_ASIDE, place)
        else:
            self.transactions.execute(sql.BESIDE, (self.school, stream))
            self.transactions.execute(sql.PUT_ASIDE, (*place, event))

    # --- leases and who lives ----------------------------------------------------------------------------------------

    @reads
    def leases(self) -> dict[str, Lease]:
        """Return the leases by stream."""
        found, now = {}, time.monotonic()
        self._living.clear()
        rows = self.transactions.execute(sql.LEASES, {"school": self.school, "fresh": FRESH_S})
        for stream, body, holder, left_s in rows:
            found[stream] = msgspec.json.decode(body, type=Lease)
            if left_s is not None:
                self._living[holder] = now + left_s
        return found

    @writes
    def write_lease(self, stream: str, lease: Lease | None, over: Collection[str] | None = None) -> None:
        """Overwrite a lease, None drops it; the row of a holder that is not named in `over` stays as it is.

        It is a sign of life of its holder.
        """
        place = {"school": self.school, "stream": stream, "any": over is None, "over": ["", *(over or ())]}
        if lease is None:
            self.transactions.execute(sql.DROP_LEASE, place)
            return
        written = {**place, "holder": lease.holder, "body": msgspec.json.encode(lease)}
        self.transactions.execute(sql.PUT_LEASE, written)
        if lease.named:
            self.transactions.execute(sql.STILL_LIVES, (self.school, lease.holder))

    def hold_name(self, name: str) -> bool:
        """Hold a name until the store is closed; a killed console's ends after a minute, by the server's clock."""
        self._hold(name)
        self._names.append(name)
        return True

    @writes
    def _hold(self, name: str) -> None:
        self.transactions.execute(sql.LIVES, (self.school, name))

    def let_go(self) -> None:
        """Let go of the names that are held."""
        if self._names:
            with suppress(StoreError):
                self._let_go(self._names)
            self._names = []

    @writes
    def _let_go(self, names: list[str]) -> None:
        self.transactions.execute(sql.GONE, (self.school, names))

    def name_held(self, name: str) -> bool:
        """Return whether somebody holds a name, by the server's clock."""
        return time.monotonic() < self._living.get(name, 0) or self._is_living(name)

    @reads
    def _is_living(self, name: str) -> bool:
        return self.transactions.execute(sql.IS_LIVING, (self.school, name, FRESH_S)).fetchone() is not None

    # --- curricula and facts -----------------------------------------------------------------------------------------

    @reads
    def curriculum(self, hash: str) -> bytes | None:
        """Return the canonical JSON of a pinned curriculum.

        Raises:
            DamagedStore: It is not what was pinned.
        """
        row = self.transactions.execute(sql.CURRICULUM, (self.school, hash)).fetchone()
        return None if row is None else log_rules.checked_curriculum(hash, row[0])

    @reads
    def curricula(self) -> dict[str, bytes]:
        """Return every pinned curriculum by hash, sorted."""
        return dict(sorted(self.transactions.execute(sql.CURRICULA, (self.school,))))

    @writes
    def pin(self, hash: str, body: bytes) -> None:
        """Keep a curriculum; one that is there already stays as it is."""
        self.transactions.execute(sql.PIN, (self.school, hash, body))

    @reads
    def meta(self, key: str) -> str | None:
        """Return a fact about the store itself, such as what it was made for."""
        row = self.transactions.execute(sql.FACT, (self.school, key)).fetchone()
        return None if row is None else str(row[0])

    @writes
    def set_meta(self, key: str, value: str) -> None:
        """Write such a fact."""
        self.transactions.execute(sql.PUT_FACT, (self.school, key, value))
