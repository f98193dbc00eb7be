"""What somebody who looks after a school asks: what waits too long and for whom, how much each mentor has to do.

Nobody is ranked: what waits is in the order of its age, mentors are in the order of their names.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import Final

import msgspec

from defense_console.desk.queue import AgendaDesk
from defense_console.desk.team import capacity_key
from defense_console.model.curriculum import Rules
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.instants import instant, later
from defense_console.store.base import Store
from defense_console.store.claiming import Claim
from defense_console.store.people import Person
from defense_console.words.translation import local_day

TO_DO: Final = ("planned", "waiting", "live")
"""Sessions that still take their minutes."""


class Waits(msgspec.Struct, frozen=True):
    """A defense that waits.

    Attributes:
        student_name: of whom it is; the id where the name is not known here.
        account: for whom it waits; "" while nobody has it.
        since: ISO 8601 UTC instant from which it waits, or at which it was due.
        mentor: account of who follows the student, "" for nobody.
        note: why it was given back.
    """

    summary: Summary
    student_name: str
    account: str
    since: str
    mentor: str = ""
    note: str = ""


class Load(msgspec.Struct, frozen=True):
    """What a mentor has to do.

    Attributes:
        capacity_min: minutes of defenses that they take in a week, 0 for no limit; None while their console has not
            said so.
        weeks: minutes of defenses by the Monday of each week, in order.
    """

    person: Person
    capacity_min: int | None
    weeks: dict[str, int]


class SchoolWaiting(msgspec.Struct, frozen=True):
    """What waits in a school, the oldest first, and what each mentor has to do.

    Attributes:
        offered: defenses that nobody has taken.
        asked: those whose holder was asked whether to keep them, and has not answered.
        late: those that were held, whose verdict or decision is late.
        readings: those that somebody was asked to read a second time, and has not finished.
        loads: of each mentor, by name.
    """

    offered: tuple[Waits, ...]
    asked: tuple[Waits, ...]
    late: tuple[Waits, ...]
    readings: tuple[Waits, ...]
    loads: tuple[Load, ...]


class SchoolDesk:
    """The school as far as who asks may see it.

    Args:
        agenda: Knows what is pending, and who has it.

    Raises:
        ConsoleError: The store is a mentor's own.
    """

    def __init__(self, agenda: AgendaDesk) -> None:
        self._agenda = agenda
        self._team = agenda.team
        self._store = agenda.ledger.store
        if self._store.people is None:
            raise self._team.none_here
        self._people = self._store.people

    # --- what waits --------------------------------------------------------------------------------------------------

    def waiting(self) -> SchoolWaiting:
        """Return what waits, and for whom."""
        pending = self._agenda.ledger.snapshot.pending()
        claims = {each.id: claim for each in pending if (claim := self._team.claim(each.id)) is not None}
        offered = [self._waits(e, "", c.since, c.note) for e, c in _of(pending, claims) if c.state == "offered"]
        asked = [self._waits(e, c.holder, c.asked) for e, c in _of(pending, claims) if c.asked]
        late = [self._waits(e, self._assessor(e), due) for e in pending if (due := self._late_since(e))]
        by_id = self._agenda.find([DEFENSE.id_of(each.stream) for each in self._people.readings_asked()])
        readings = [
            self._waits(by_id[id], each.role, each.since)
            for each in self._people.readings_asked()
            if not each.done and (id := DEFENSE.id_of(each.stream)) in by_id
        ]
        return SchoolWaiting(
            _oldest_first(offered), _oldest_first(asked), _oldest_first(late), _oldest_first(readings),
            self._loads(pending),
        )  # fmt: skip

    def _waits(self, summary: Summary, account: str, since: str, note: str = "") -> Waits:
        student = self._agenda.ledger.snapshot.student(summary.student_id)
        name = student.name if student is not None else summary.student_id
        return Waits(summary, name, account, since, self._team.own_mentor(summary), note)

    def _assessor(self, summary: Summary) -> str:
        """Return who assesses a defense: who took it; the student's own mentor where it was never offered."""
        claim = self._team.claim(summary.id)
        return claim.holder if claim is not None else self._team.own_mentor(summary)

    def _late_since(self, summary: Summary) -> str:
        """Return when a verdict or a decision was due that has not come, "" where none is late."""
        if summary.session != "held":
            return ""
        shipped = self._agenda.ledger.curricula.shipped.get(summary.curriculum)
        allowed_s = (shipped.rules if shipped is not None else Rules()).mentor_due_s
        due = summary.mentor_due_at or ("" if summary.released_at else later(summary.planned_at, allowed_s))
        return due if due and instant(due) < instant(self._agenda.ledger.now().wall) else ""

    def _loads(self, pending: Iterable[Summary]) -> tuple[Load, ...]:
        weeks: dict[str, dict[str, int]] = {}
        for summary in pending:
            if summary.session in TO_DO and (account := self._assessor(summary)):
                mine, monday = (
                    weeks.setdefault(account, {}),
                    monday_of(summary.planned_at, self._agenda.zone).isoformat(),
                )
                mine[monday] = mine.get(monday, 0) + self._agenda.length_min(summary)
        mentors = sorted((p for p in self._team.known.people if p.kind == "mentor"), key=lambda p: (p.name, p.role))
        return tuple(
            Load(each, self._capacity(each.role), dict(sorted(weeks.get(each.role, {}).items()))) for each in mentors
        )

    def _capacity(self, account: str) -> int | None:
        said = self._store.meta(capacity_key(account)) or ""
        return int(said) if said.isdecimal() else None

    # --- second readings ---------------------------------------------------------------------------------------------

    def ask_reading(self, summary: Summary, account: str) -> None:
        """Ask a mentor for a second reading: they may read this defense until the reading is finished.

        The server gives a whole log or none, so the ratings are withheld by the console alone.

        Raises:
            ConsoleError: There is no verdict to read yet, they assessed it themselves, or they are no mentor here.
        """
        if summary.released_at is None:
            raise ConsoleError("A second reading follows the verdict: none is released yet.")
        if account == (self._holder(summary) or self._team.own_mentor(summary)):
            text = N_("“{account}” assessed this defense: a second reading is another mentor's.")
            raise ConsoleError(text, account=account)
        self._people.ask_reading(DEFENSE.stream(summary.id), summary.student_id, account)

    def _holder(self, summary: Summary) -> str:
        claims = self._store.claims
        claim = claims.of(DEFENSE.stream(summary.id)) if claims is not None else None
        return claim.holder if claim is not None else ""

    def end_reading(self, summary: Summary, account: str) -> None:
        """Take the right to read a defense again away.

        Raises:
            ConsoleError: They do not have it.
        """
        if not self._people.end_reading(DEFENSE.stream(summary.id), account):
            raise ConsoleError("“{account}” was not asked to read this defense.", account=account)


def monday_of(at: str, zone: str) -> date:
    """Return the Monday of the week that an instant is in, in a zone."""
    day = local_day(at, zone)
    return day - timedelta(days=day.weekday())


def _of(pending: Iterable[Summary], claims: dict[str, Claim]) -> Iterator[tuple[Summary, Claim]]:
    return ((each, claims[each.id]) for each in pending if each.id in claims)


def _oldest_first(waits: Iterable[Waits]) -> tuple[Waits, ...]:
    return tuple(sorted(waits, key=lambda each: (each.since, each.summary.id)))


def offer_all(store: Store, ids: Collection[str]) -> int:
    """Offer defenses to the mentors of a school, each but to who follows the student; what was offered stays so.

    Within `Store.transaction` all of them are offered, or none.

    Returns:
        How many.

    Raises:
        ConsoleError: The store is a mentor's own, or who asks may not offer one of them.
    """
    if store.claims is None or store.people is None:
        raise ConsoleError("This store is yours alone: nothing is offered or taken. A school's store is shared.")
    own, found = store.people.known().own, store.summaries_by_ids(tuple(ids))
    planned = [each for each in found if each.session in ("planned", "waiting") and each.pending]
    for each in planned:
        store.claims.offer(DEFENSE.stream(each.id), own.get(each.student_id, ""))
    return len(planned)
