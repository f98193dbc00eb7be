"""The page for looking after the school: what waits, how much is planned, what must be done. It ranks nobody."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

import msgspec
from dateutil.relativedelta import relativedelta
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.instants import instant
from defense_console.web.answers import Answers, language_of
from defense_console.web.inbox import Inbox
from defense_console.web.people import Person
from defense_console.web.readings import Reading, Readings
from defense_console.web.receipts import Receipt
from defense_console.web.served import Serving
from defense_console.web.signing_in import SigningIn
from defense_console.words.translation import language, local_day, speaking, translator

if TYPE_CHECKING:
    from defense_console.desk.desk import Desk

WEEKS: Final = 4
READINGS: Final = 50


class Waits(msgspec.Struct, frozen=True):
    """How many pending defenses wait for the mentor, and how many for the student."""

    mentor: int
    student: int


class Late(msgspec.Struct, frozen=True):
    """What waits past its time: for whom, whose, what, since when (ISO 8601 UTC)."""

    waits_for: str
    student: str
    project: str
    what: str
    since: str


class Taken(msgspec.Struct, frozen=True):
    """What a mentor has taken: the account, "" for what is offered and not taken; how many defenses and minutes."""

    holder: str
    defenses: int
    minutes: int


class Week(msgspec.Struct, frozen=True):
    """What is planned in a week: its first day, how many defenses, how many minutes."""

    first: date
    defenses: int
    minutes: int


class Unanswered(msgspec.Struct, frozen=True):
    """An alert that the school has not answered: about whom, since when, what is asked."""

    student: str
    raised_at: str
    asked: str


class Due(msgspec.Struct, frozen=True):
    """A student whose record need not be kept any longer, with the last day something was recorded."""

    id: str
    name: str
    last: str


class School(msgspec.Struct, frozen=True):
    """What the page says.

    Attributes:
        taken: By the names of the accounts, never by how much.
        due: None while no time is set for which records are kept.
    """

    late: tuple[Late, ...]
    waits: Waits
    weeks: tuple[Week, ...]
    taken: tuple[Taken, ...]
    alerts: tuple[Unanswered, ...]
    due: tuple[Due, ...] | None
    waiting: tuple[Receipt, ...]
    readings: tuple[Reading, ...]


class SchoolPage:
    """Shows it to an administrator, and to the mentor of a store in a folder, who looks after it too."""

    def __init__(
        self, serving: Serving, signing_in: SigningIn, inbox: Inbox, readings: Readings, answers: Answers
    ) -> None:
        self._serving = serving
        self._signing_in = signing_in
        self._inbox = inbox
        self._readings = readings
        self._answers = answers

    @property
    def routes(self) -> list[Route]:
        """Return the page and the table."""
        return [Route("/school", self.page), Route("/school/defenses.csv", self.table)]

    def _refused(self, request: Request) -> tuple[Person | None, Response | None]:
        person = self._signing_in.who(request)
        if person is None:
            return None, RedirectResponse("/sign-in", 303)
        if person.role != "administrator" and not self._serving.own:
            why = ConsoleError(N_("This page is for administrators."))
            return None, self._answers.refused(request.scope, why, 403, back="/console")
        return person, None

    async def page(self, request: Request) -> Response:
        """Show the page."""
        person, refused = self._refused(request)
        if refused is not None or person is None:
            return refused or Response(status_code=403)
        words = translator(language_of(request.scope))
        await asyncio.to_thread(self._readings.add, person.name, "school")
        with speaking(words.language):
            school = await asyncio.to_thread(self._read)
        return self._answers.page(
            request.scope, "school.html", school=school, words=words, zone=self._serving.settings.zone,
            person=person, years=self._serving.settings.retention_years,
        )  # fmt: skip

    async def table(self, request: Request) -> Response:
        """Give a table of the defenses; no note is in it."""
        person, refused = self._refused(request)
        if refused is not None or person is None:
            return refused or Response(status_code=403)
        await asyncio.to_thread(self._readings.add, person.name, "export")
        with speaking(language_of(request.scope)):
            table = await asyncio.to_thread(self._serving.table, language_of(request.scope))
        headers = {"Content-Disposition": 'attachment; filename="defenses.csv"'}
        return Response(table, media_type="text/csv; charset=utf-8", headers=headers)

    def _read(self) -> School:
        with self._serving.reading() as (_store, desk):
            return School(
                *_pending(desk), _weeks(desk), _taken(desk), tuple(_alerts(desk)),
                _due(desk), self._inbox.waiting(), self._readings.latest(READINGS),
            )  # fmt: skip


def _pending(desk: Desk) -> tuple[tuple[Late, ...], Waits]:
    words, late, waits = translator(language()), list[Late](), Counter[str]()
    for entry in desk.agenda.whole():
        waits[entry.waiting_for or ""] += 1
        if "overdue" in entry.tabs:
            what = words.error(ConsoleError(entry.text_id, **entry.parameters))
            summary = entry.summary
            late.append(Late(entry.waiting_for or "", entry.student_name, summary.project, what, entry.next_at))
    return tuple(sorted(late, key=lambda each: each.since)), Waits(waits["mentor"], waits["student"])


def _weeks(desk: Desk) -> tuple[Week, ...]:
    today = local_day(desk.now().wall, desk.settings.zone)
    first = today - timedelta(days=today.weekday())
    count, minutes = Counter[int](), Counter[int]()
    for entry in desk.agenda.entries():
        if entry.summary.session in ("planned", "waiting", "live"):
            week = (local_day(entry.summary.planned_at, desk.settings.zone) - first).days // 7
            count[week] += 1
            minutes[week] += desk.agenda.length_min(entry.summary)
    return tuple(Week(first + timedelta(weeks=n), count[n], minutes[n]) for n in range(WEEKS))


def _taken(desk: Desk) -> tuple[Taken, ...]:
    """Return who has taken how much of what is pending; empty where nothing is offered or taken."""
    count, minutes = Counter[str](), Counter[str]()
    for entry in desk.agenda.entries() if desk.team.shared else ():
        if (claim := desk.team.claim(entry.summary.id)) is not None:
            holder = claim.holder if claim.state == "claimed" else ""
            count[holder] += 1
            minutes[holder] += desk.agenda.length_min(entry.summary)
    return tuple(Taken(holder, count[holder], minutes[holder]) for holder in sorted(count))


def _alerts(desk: Desk) -> list[Unanswered]:
    raised = [(student, alert) for student, alert in desk.outlooks.raised() if alert.state == "raised"]
    found = [Unanswered(student.name, alert.raised_at, alert.asked) for student, alert in raised if not alert.kudos]
    return sorted(found, key=lambda each: each.raised_at)


def _due(desk: Desk) -> tuple[Due, ...] | None:
    """Return whose record may go: nothing is pending, and nothing was recorded for as long as it must be kept."""
    years = desk.settings.retention_years
    if not years:
        return None
    store, now = desk.store, instant(desk.now().wall)
    pending = {summary.student_id for summary in store.pending()}
    last: dict[str, str] = {}
    for closed in store.closed():
        last[closed.student_id] = max(last.get(closed.student_id, ""), closed.released_at or closed.planned_at)
    found = list[Due]()
    for student in store.students():
        at = max(last.get(student.id, ""), student.standing.last_seen)
        if at and student.id not in pending and instant(at) + relativedelta(years=years) < now:
            found.append(Due(student.id, student.name, at))
    return tuple(sorted(found, key=lambda each: each.last))
