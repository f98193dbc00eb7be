"""Claims: which mentor is responsible for a defense that was offered to all.

A claim is a row that is changed by compare-and-set. Each change of hands gives it another fence; what was written under
an earlier one is refused (`Append.fence`). Whoever takes just the next one chooses at random among the first hundred,
so that many who take at once are rarely in each other's way. `torture/school.py` measures that.
"""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime
from typing import Final, Literal

import msgspec

from defense_console.model.errors import N_
from defense_console.model.log.instants import iso
from defense_console.store.base import Conflict
from defense_console.store.claiming import ANSWER_DAYS, CLAIM_DAYS, FIRST_DAYS, Claim
from defense_console.store.postgres import statements as sql
from defense_console.store.postgres.transactions import Transactions

AMONG: Final = 100
"""How many offered defenses one is chosen among."""
DAYS: Final = {"first_days": FIRST_DAYS, "claim_days": CLAIM_DAYS, "answer_days": ANSWER_DAYS}
Change = Literal["taken", "given back", "transferred", "expired"]


class _Lost(Exception):
    """Another one changed the claim first: there is nothing to commit."""


class PostgresClaims:
    """The claims of a school, on the thread of its store.

    Args:
        transactions: Of the store.
        me: The account that takes and gives back.
    """

    def __init__(self, transactions: Transactions, school: str, me: str) -> None:
        self.me = me
        self._school = school
        self._transactions = transactions

    # --- reading -----------------------------------------------------------------------------------------------------

    def all(self) -> dict[str, Claim]:
        """Return the claim of every pending defense that has one, by stream."""
        return {claim.stream: claim for claim in self._read(sql.CLAIMS)}

    def of(self, stream: str) -> Claim | None:
        """Return the claim of a defense, None when it was never offered."""
        return next(iter(self._read(sql.CLAIM_OF, stream)), None)

    def held_by(self, holder: str) -> list[Claim]:
        """Return what a mentor has taken, by name of the log."""
        return sorted(self._read(sql.CLAIMS_OF, holder), key=lambda claim: claim.stream)

    def _read(self, statement: str, *parameters: str) -> list[Claim]:
        return self._transactions.read(
            lambda: [_claim(*row) for row in self._transactions.execute(statement, (self._school, *parameters))]
        )

    # --- changing ----------------------------------------------------------------------------------------------------

    def offer(self, stream: str, apart: str = "", first: str = "") -> Claim:
        """Offer a defense to all; one that was offered before stays as it is."""

        def offer() -> Claim:
            claim = {"school": self._school, "stream": stream, "apart": apart, "first": first}
            if self._transactions.execute(sql.ADD_CLAIM, claim).rowcount:
                self._transactions.execute(sql.OFFER, (self._school, stream))
            return self._now(stream)

        return self._transactions.write(offer)

    def take_next(self) -> Claim | None:
        """Take one of the next defenses; None when nothing is offered to this mentor.

        Raises:
            StoreError: The store cannot be written.
        """
        while offered := self._transactions.read(self._offered):
            random.shuffle(offered)
            for stream, fence in offered:
                with suppress(_Lost):
                    taken = Claim(stream, "claimed", self.me, fence + 1)
                    return self._change("taken", taken, sql.TAKE, sql.CHANGE_CLAIM)
        return None

    def take(self, claim: Claim) -> Claim:
        """Take a defense that is offered."""
        taken = Claim(claim.stream, "claimed", self.me, claim.fence + 1, claim.note)
        return self._changed("taken", taken, sql.TAKE, sql.CHANGE_CLAIM)

    def give_back(self, claim: Claim, reason: str) -> Claim:
        """Offer a defense again that was taken."""
        return self._changed("given back", Claim(claim.stream, "offered", "", claim.fence + 1, reason))

    def hand_over(self, claim: Claim, holder: str, note: str) -> Claim:
        """Give a defense to another mentor; never to the student's own."""
        return self._changed("transferred", Claim(claim.stream, "claimed", holder, claim.fence + 1, note))

    def expire(self, claim: Claim, starts: str) -> Claim:
        """Offer a defense again whose holder was asked and has not answered."""
        after = Claim(claim.stream, "offered", "", claim.fence + 1)
        return self._changed("expired", after, sql.EXPIRE, starts=starts)

    def ask(self, claim: Claim) -> Claim:
        """Ask the holder whether to keep it."""
        return self._touched(claim, sql.ASK)

    def keep(self, claim: Claim) -> Claim:
        """Answer that one keeps it."""
        return self._touched(claim, sql.KEEP)

    def _offered(self) -> list[tuple[str, int]]:
        wanted = {"school": self._school, "holder": self.me, "among": AMONG, **DAYS}
        return [(stream, fence) for stream, fence in self._transactions.execute(sql.NEXT_OFFERED, wanted)]

    def _touched(self, claim: Claim, statement: str) -> Claim:
        place = {**msgspec.structs.asdict(claim), "school": self._school, **DAYS}

        def touch() -> Claim:
            if not self._transactions.execute(statement, place).rowcount:
                raise not_yours(claim.stream)
            return self._now(claim.stream)

        return self._transactions.write(touch)

    def _changed(self, what: Change, after: Claim, *statements: str, starts: str = "") -> Claim:
        try:
            return self._change(what, after, *(statements or (sql.CHANGE_CLAIM,)), starts=starts)
        except _Lost:
            now = self.of(after.stream)
        if now is None or _said(now) != _said(after):
            raise not_yours(after.stream)
        return now  # the answer to its commit was lost, and it is asked for again

    def _change(self, what: Change, after: Claim, *statements: str, starts: str = "") -> Claim:
        """Let the claim with the fence before `after` become it, and return it as it is then.

        Raises:
            _Lost: There no longer was that one.
        """
        place = {**msgspec.structs.asdict(after), "school": self._school, "what": what, "starts": starts, **DAYS}

        def change() -> Claim:
            for statement in statements:
                if self._transactions.execute(statement, {**place, "fence": after.fence - 1}).rowcount != 1:
                    raise _Lost
            if after.state == "offered":
                self._transactions.execute(sql.OFFER, (self._school, after.stream))
            self._transactions.execute(sql.RECORD_CLAIM, place)
            return self._now(after.stream)

        return self._transactions.write(change)

    def _now(self, stream: str) -> Claim:
        claim = self.of(stream)
        assert claim is not None  # it was changed just now, and claims stay
        return claim


def _said(claim: Claim) -> tuple[object, ...]:
    """Return what a change of hands says of a claim."""
    return claim.state, claim.holder, claim.fence, claim.note


def _claim(
    stream: str, state: Literal["offered", "claimed"], holder: str, fence: int, note: str,
    since: datetime, apart: str, first: str, asked: datetime | None,
) -> Claim:  # fmt: skip
    return Claim(stream, state, holder, fence, note, iso(since), apart, first, iso(asked) if asked else "")


def not_yours(stream: str) -> Conflict:
    """Return that a claim has changed since it was read."""
    return Conflict(N_("{stream} is no longer yours: it was given back or handed over meanwhile."), stream=stream)
