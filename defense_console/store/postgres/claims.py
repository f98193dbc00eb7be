"""Claims: which mentor is responsible for a defense that was offered to all. Not yet reached from the console.

A claim is a row that is changed by compare-and-set. Each change gives it another fence; what was written under an
earlier one is refused (`Append.fence`). Whoever takes the next one chooses at random among the first hundred, so that
many who take at once are rarely in each other's way. `torture/school.py` measures that.
"""

from __future__ import annotations

import random
from typing import Final, Literal

import msgspec

from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.store import PostgresStore, not_yours

AMONG: Final = 100
"""How many offered defenses one is chosen among."""


class Claim(msgspec.Struct, frozen=True):
    """A defense that was offered.

    Attributes:
        holder: who took it, "" while it is offered.
        fence: goes up with each change.
        note: why it was given back, or what its next holder has to know.
    """

    stream: str
    state: Literal["offered", "claimed"]
    holder: str
    fence: int
    note: str = ""


class _Lost(Exception):
    """Another one changed the claim first: there is nothing to commit."""


class Claims:
    """The claims of a school, on the thread of its store."""

    def __init__(self, store: PostgresStore) -> None:
        self._store = store
        self._school = store.school
        self._transactions = store.transactions

    def offer(self, stream: str, apart: str = "") -> None:
        """Offer a defense to all; one that was offered before stays as it is.

        Args:
            apart: The student's own mentor, who never assesses it.
        """

        def offer() -> None:
            claim = {"school": self._school, "stream": stream, "apart": apart}
            if self._transactions.execute(sql.ADD_CLAIM, claim).rowcount:
                self._transactions.execute(sql.OFFER, (self._school, stream))

        self._transactions.write(offer)

    def take(self, holder: str) -> Claim | None:
        """Take one of the next defenses; None when nothing is offered to this mentor.

        Raises:
            StoreError: The store cannot be written.
        """
        while offered := self._transactions.read(lambda: self._offered(holder)):
            random.shuffle(offered)
            for stream, fence in offered:
                claim = Claim(stream, "claimed", holder, fence + 1)
                if self._change(claim, taken=True):
                    return claim
        return None

    def give_back(self, claim: Claim, reason: str) -> Claim:
        """Offer a defense again that one has taken.

        Raises:
            Conflict: The claim has changed meanwhile.
        """
        return self._changed(Claim(claim.stream, "offered", "", claim.fence + 1, reason))

    def hand_over(self, claim: Claim, holder: str, note: str) -> Claim:
        """Give a defense to another mentor, with what they have to know.

        Raises:
            Conflict: The claim has changed meanwhile, or it would be the student's own mentor.
        """
        return self._changed(Claim(claim.stream, "claimed", holder, claim.fence + 1, note))

    def of(self, stream: str) -> Claim | None:
        """Return the claim of a defense, None when it was never offered."""
        found = self._read(sql.CLAIM_OF, stream)
        return found[0] if found else None

    def held_by(self, holder: str) -> list[Claim]:
        """Return what a mentor has taken, by name of the log."""
        return sorted(self._read(sql.CLAIMS_OF, holder), key=lambda claim: claim.stream)

    def _offered(self, holder: str) -> list[tuple[str, int]]:
        rows = self._transactions.execute(sql.NEXT_OFFERED, (self._school, holder, AMONG)).fetchall()
        return [(stream, fence) for stream, fence in rows]

    def _read(self, statement: str, name: str) -> list[Claim]:
        return self._transactions.read(
            lambda: [Claim(*row) for row in self._transactions.execute(statement, (self._school, name))]
        )

    def _change(self, claim: Claim, *, taken: bool = False) -> bool:
        """Let a claim that has the fence before this one become this one; return whether it had."""
        before = {**msgspec.structs.asdict(claim), "school": self._school, "fence": claim.fence - 1}

        def change() -> None:
            for statement in (*([sql.TAKE] if taken else []), sql.CHANGE_CLAIM):
                if self._transactions.execute(statement, before).rowcount != 1:
                    raise _Lost
            if claim.state == "offered":
                self._transactions.execute(sql.OFFER, (self._school, claim.stream))

        try:
            self._transactions.write(change)
        except _Lost:
            return False
        return True

    def _changed(self, claim: Claim) -> Claim:
        if not self._change(claim):
            raise not_yours(claim.stream)
        return claim
