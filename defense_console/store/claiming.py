"""Claims: which mentor of a school is responsible for a defense. See `base.Store.claims`."""

from __future__ import annotations

from typing import Final, Literal, Protocol

import msgspec

FIRST_DAYS: Final = 2
"""For so long a defense is offered to one mentor before all others."""
CLAIM_DAYS: Final = 14
"""After so long without an answer the holder of a claim is asked whether to keep it."""
ANSWER_DAYS: Final = 1
"""So long one may answer; nothing that starts sooner than this is taken away."""


UNCLAIMED: Final = -1
"""Fence of what is written on a defense that nobody else has a claim on, as far as its writer knows."""


class Claim(msgspec.Struct, frozen=True):
    """A defense that was offered to a school's mentors: who is responsible for it, for days.

    Attributes:
        holder: account of who took it, "" while it is offered.
        fence: goes up with each change of hands; what was written under an earlier one is refused.
        note: why it was given back, or what its next holder has to know.
        since: ISO 8601 UTC instant of the last change, by the server's clock.
        apart: account of the student's own mentor, who never assesses it; "" for none.
        first: account that it is offered to before all others, for `FIRST_DAYS`; "" for none.
        asked: ISO 8601 UTC instant from which its holder is asked whether to keep it; "" while nobody asks.
    """

    stream: str
    state: Literal["offered", "claimed"]
    holder: str
    fence: int
    note: str = ""
    since: str = ""
    apart: str = ""
    first: str = ""
    asked: str = ""


def may_write(fence: int, me: str, claim: tuple[str, int] | None) -> bool:
    """Return whether what is written under a fence may be, next to holder and fence of the claim there is.

    Args:
        me: Account of its writer.
    """
    if claim is None:
        return fence == UNCLAIMED
    holder, now = claim
    return holder == me if fence == UNCLAIMED else bool(holder) and fence == now


class Claims(Protocol):
    """The claims of a store that mentors share, on the thread of the store.

    Every method raises `StoreError`; what changes a claim raises `Conflict` where it has changed meanwhile.
    """

    @property
    def me(self) -> str:
        """Return the account of who asks."""

    def all(self) -> dict[str, Claim]:
        """Return the claim of every pending defense that has one, by stream."""

    def of(self, stream: str) -> Claim | None:
        """Return the claim of a defense, pending or closed; None when it was never offered."""

    def offer(self, stream: str, apart: str = "", first: str = "") -> Claim:
        """Offer a defense to all but `apart`, to `first` before the others; one that was offered stays as it is."""

    def take(self, claim: Claim) -> Claim:
        """Take a defense that is offered; it is mine then."""

    def give_back(self, claim: Claim, reason: str) -> Claim:
        """Offer a defense again that was taken."""

    def hand_over(self, claim: Claim, holder: str, note: str) -> Claim:
        """Give a defense to another mentor, with what they have to know."""

    def keep(self, claim: Claim) -> Claim:
        """Answer that one keeps it: the days count from now on. Its fence stays."""

    def ask(self, claim: Claim) -> Claim:
        """Ask the holder of a claim, whose days are over, whether to keep it. Its fence stays."""

    def expire(self, claim: Claim, starts: str) -> Claim:
        """Offer a defense again whose holder was asked and has not answered; not one that starts too soon for that."""
