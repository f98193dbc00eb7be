"""The team: which mentor of a school is responsible for a defense. A mentor alone has none.

A claim is responsibility for days, a lease is who writes now. A claim lives in the store beside the logs, changes by
the server's clock, and goes `offered → claimed → given back | expired | transferred`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta

from defense_console.desk.logs.ledger import Ledger
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary, defense_id
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.instants import instant, later
from defense_console.model.queue.agenda import Place
from defense_console.model.subjects import subject_of
from defense_console.store.base import Conflict, StoreError
from defense_console.store.claiming import ANSWER_DAYS, CLAIM_DAYS, FIRST_DAYS, Claim, Claims
from defense_console.store.people import Known, Person
from defense_console.words.translation import _, date_time, zone_of


class Team:
    """Who is responsible for which defense.

    Args:
        zone: IANA name of the mentor's zone.
        capacity_min: Minutes of defenses that the mentor takes in a week; 0 for no limit.
    """

    def __init__(self, ledger: Ledger, zone: str, capacity_min: int) -> None:
        self.ledger = ledger
        self.zone = zone
        self.capacity_min = capacity_min
        self._seen: Mapping[str, Claim] = {}
        self._told = -1
        """The capacity that the store was told last."""

    @property
    def _claims(self) -> Claims:
        if (claims := self.ledger.store.claims) is None:
            raise self.none_here
        return claims

    @property
    def shared(self) -> bool:
        """Return whether several mentors share this store."""
        return self.ledger.store.claims is not None

    @property
    def me(self) -> str:
        """Return my account."""
        return self._claims.me

    @property
    def none_here(self) -> ConsoleError:
        """Return why nothing is offered or taken here."""
        return ConsoleError("This store is yours alone: nothing is offered or taken. A school's store is shared.")

    # --- who has what ------------------------------------------------------------------------------------------------

    def claim(self, defense_id: str) -> Claim | None:
        """Return the claim of a pending defense, None when it was never offered."""
        return self.ledger.snapshot.claims().get(DEFENSE.stream(defense_id))

    def place(self, summary: Summary) -> Place:
        """Return where a defense is listed: mine, to take, or with somebody else of the team."""
        if not self.shared:
            return "mine"
        claim, me = self.claim(summary.id), self.me
        if claim is None:
            return "mine" if self._follow(summary) and not self.asked_to_read(summary) else "team"
        if claim.holder == me:
            return "mine"
        own = self.own_mentor(summary) == me
        return "team" if own or self._not_offered_to_me(claim) else "to_take"

    def _follow(self, summary: Summary) -> bool:
        """Return whether a student is mine; who looks after the school sees those of all, a mentor mostly their own."""
        return self.own_mentor(summary) in ((self.me,) if self.known.administers else ("", self.me))

    def _not_offered_to_me(self, claim: Claim) -> bool:
        me = self._claims.me
        return claim.state != "offered" or claim.apart == me or (claim.first not in ("", me) and self._is_early(claim))

    def _is_early(self, claim: Claim) -> bool:
        """Return whether it is still offered to one mentor alone."""
        return instant(self.ledger.now().wall) < instant(claim.since) + timedelta(days=FIRST_DAYS)

    def asked(self, defense_id: str) -> str:
        """Return until when I am asked whether to keep a defense, ISO 8601 UTC; "" while nobody asks."""
        claim = self.claim(defense_id)
        if claim is None or not claim.asked or claim.holder != self._claims.me:
            return ""
        return _later(claim.asked, ANSWER_DAYS)

    def not_mine(self, stream: str) -> ConsoleError | None:
        """Return who is responsible for a defense, None when it is me or nobody was asked.

        Of a closed one that is not open the store is not asked: the cursor of the queue moves over many.
        """
        claim = self._claim_of(stream)
        return None if claim is None else self._not_my(claim)

    def _not_my(self, claim: Claim) -> ConsoleError | None:
        claims = self.ledger.store.claims
        if claims is None or claim.holder == claims.me:
            return None
        since = date_time(claim.since, self.zone)
        if claim.state == "claimed":
            return ConsoleError("Read only: {holder} has this defense since {since}.", holder=claim.holder, since=since)
        if claim.apart == claims.me:
            text = N_("Read only: you follow this student, so another mentor assesses. Offered since {since}.")
            return ConsoleError(text, since=since)
        return ConsoleError("Read only: nobody has taken this defense, offered since {since}.", since=since)

    def _claim_of(self, stream: str) -> Claim | None:
        snapshot, opened = self.ledger.snapshot, self.shared and self.ledger.is_open(stream)
        if (found := snapshot.claims().get(stream)) is not None or not opened or subject_of(stream) is not DEFENSE:
            return found
        closed = self.ledger.state(DEFENSE, DEFENSE.id_of(stream)).closed
        return snapshot.claim_of_closed(stream) if closed else None

    def turned(self) -> frozenset[str]:
        """Return the logs whose claim has changed since this was last asked."""
        before, self._seen = self._seen, self.ledger.snapshot.claims()
        if before is self._seen:
            return frozenset()
        return frozenset(s for s in before.keys() | self._seen.keys() if before.get(s) != self._seen.get(s))

    # --- who is there ------------------------------------------------------------------------------------------------

    @property
    def known(self) -> Known:
        """Return what is known of the people of the school; nobody for a mentor alone."""
        return self.ledger.snapshot.known()

    def own_mentor(self, summary: Summary) -> str:
        """Return the account of who follows the student of a defense, "" where that is not known here."""
        claim = self.claim(summary.id)
        return self.known.own.get(summary.student_id) or (claim.apart if claim is not None else "")

    def student_words(self, summary: Summary) -> str:
        """Return what is said of the student of a defense that I may take: whose they are, and not who."""
        mentor = self.own_mentor(summary)
        return _("student of {mentor}", mentor=self.known.name_of(mentor)) if mentor else _("a student")

    def asked_to_read(self, summary: Summary) -> bool:
        """Return whether I was asked to read a defense a second time."""
        return DEFENSE.stream(summary.id) in self.known.reads

    def successors(self, summary: Summary) -> tuple[Person, ...]:
        """Return the mentors who could take a defense over from me: not the student's own."""
        claim = self.claim(summary.id)
        apart = (self.me, self.own_mentor(summary), claim.apart if claim is not None else "")
        return tuple(each for each in self.known.people if each.kind == "mentor" and each.role not in apart)

    # --- may it ------------------------------------------------------------------------------------------------------

    def no_offer(self, summary: Summary) -> ConsoleError | None:
        """Return why a defense cannot be offered to the other mentors, None when it can."""
        if not self.shared:
            return self.none_here
        if self.claim(summary.id) is not None:
            return ConsoleError("This defense is offered or taken already.")
        if summary.session not in ("planned", "waiting"):
            return ConsoleError("Only a defense that is planned can be offered.")
        return self.ledger.read_only

    def no_take(self, summary: Summary) -> ConsoleError | None:
        """Return why I cannot take a defense, None when I can."""
        if not self.shared:
            return self.none_here
        if self.place(summary) != "to_take":
            return self.not_mine(DEFENSE.stream(summary.id)) or ConsoleError("This defense is yours already.")
        return self.ledger.read_only

    def no_parting(self, summary: Summary) -> ConsoleError | None:
        """Return why I cannot give a defense back or hand it over, None when I can."""
        if not self.shared:
            return self.none_here
        claim = self.claim(summary.id)
        if claim is None:
            return ConsoleError("This defense was never offered: nobody else waits for it.")
        if (reason := self.not_mine(claim.stream)) is not None:
            return reason
        if summary.session == "live":
            return ConsoleError("The defense is live: finish it first.")
        return self.ledger.read_only

    # --- load --------------------------------------------------------------------------------------------------------

    def load_min(self, mine: Iterable[Summary], length_min: Callable[[Summary], int], week_of: Summary) -> int:
        """Return how many minutes of defenses I have in the week of one of them, without it.

        Args:
            mine: Those that are mine.
            length_min: Tells the minutes of each.
        """
        monday = self._monday(week_of)
        return sum(
            length_min(each)
            for each in mine
            if each.id != week_of.id and each.session in ("planned", "waiting", "live") and self._monday(each) == monday
        )

    def _monday(self, summary: Summary) -> date:
        day = instant(summary.planned_at).astimezone(zone_of(self.zone)).date()
        return day - timedelta(days=day.weekday())

    # --- what is done ------------------------------------------------------------------------------------------------

    def offer(self, summary: Summary, apart: str) -> Claim:
        """Offer a defense to the other mentors; a second attempt to the one who assessed the first before all others.

        Args:
            apart: Account of the student's own mentor, "" for none.

        Raises:
            ConsoleError: It cannot be offered.
        """
        if (reason := self.no_offer(summary)) is not None:
            raise reason
        claim = self._claims.offer(DEFENSE.stream(summary.id), apart, self._assessed_before(summary))
        self.ledger.snapshot.claim_changed()
        return claim

    def _assessed_before(self, summary: Summary) -> str:
        for attempt in range(summary.attempt - 1, 0, -1):
            before = self._claims.of(DEFENSE.stream(str(defense_id(summary.student_id, summary.project, attempt))))
            if before is not None and before.holder:
                return before.holder
        return ""

    def take(self, summary: Summary) -> Claim:
        """Take a defense: it is mine from now on.

        Raises:
            ConsoleError: It is not offered to me, or somebody was first.
        """
        return self._change(summary, self.no_take(summary), self._claims.take)

    def give_back(self, summary: Summary, reason: str) -> Claim:
        """Offer a defense again that I have.

        Raises:
            ConsoleError: I do not have it.
        """
        return self._change(summary, self.no_parting(summary), lambda claim: self._claims.give_back(claim, reason))

    def hand_over(self, summary: Summary, holder: str, note: str) -> Claim:
        """Give a defense that I have to another mentor, with a note.

        Raises:
            ConsoleError: I do not have it, or the other one is the student's own mentor.
        """
        claim = self.claim(summary.id)
        reason = self.no_parting(summary)
        if reason is None and claim is not None and holder == claim.apart:
            reason = ConsoleError("{holder} follows this student, so somebody else has to assess.", holder=holder)
        return self._change(summary, reason, lambda claim: self._claims.hand_over(claim, holder, note))

    def keep(self, summary: Summary) -> Claim:
        """Answer that I keep a defense.

        Raises:
            ConsoleError: I do not have it any more.
        """
        return self._change(summary, self.no_parting(summary), self._claims.keep)

    def _change(self, summary: Summary, reason: ConsoleError | None, change: Callable[[Claim], Claim]) -> Claim:
        claim = self.claim(summary.id)
        if reason is not None or claim is None:
            raise reason or self.none_here
        try:
            return change(claim)
        except Conflict as error:  # somebody was first: say who, also where I may not read what they have
            now = self._claims.of(claim.stream)
            raise (now and self._not_my(now)) or error from None
        finally:
            self.ledger.snapshot.claim_changed()

    # --- once a minute -----------------------------------------------------------------------------------------------

    def look(self, pending: Iterable[Summary]) -> None:
        """Ask the holders of old claims, and offer again what nobody answered for; the server decides what is old.

        A defense that is not only planned is being worked on: its claim does not expire.
        """
        if not self.shared or self.ledger.read_only is not None:
            return
        with suppress(StoreError):  # the next minute, or another console, does it
            self._tell_capacity()
            for summary in pending:
                claim = self.claim(summary.id)
                if claim is None or claim.state != "claimed" or summary.session != "planned":
                    continue
                with suppress(Conflict):
                    self._press(claim, summary)

    def _tell_capacity(self) -> None:
        """Let who looks after the school know how much I take in a week: my settings are on my machine only."""
        if self._told != self.capacity_min and not self.known.administers:
            key, text = capacity_key(self.me), str(self.capacity_min)
            if self.ledger.store.meta(key) != text:
                self.ledger.store.set_meta(key, text)
            self._told = self.capacity_min

    def _press(self, claim: Claim, summary: Summary) -> None:
        now = self.ledger.now().wall
        if not claim.asked:
            if _later(claim.since, CLAIM_DAYS) <= now:
                self._claims.ask(claim)
                self.ledger.snapshot.claim_changed()
        elif _later(claim.asked, ANSWER_DAYS) <= now and summary.planned_at > _later(now, ANSWER_DAYS):
            self._claims.expire(claim, summary.planned_at)
            self.ledger.snapshot.claim_changed()


def capacity_key(account: str) -> str:
    """Return under which key the store keeps how many minutes of defenses a mentor takes in a week."""
    return f"capacity/{account}"


def _later(at: str, days: int) -> str:
    return later(at, days * 86_400)
