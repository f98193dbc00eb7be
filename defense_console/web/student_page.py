"""The page of a student: who has its link reads it, and sends documents."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Route

from defense_console import clocks
from defense_console.desk.student.own_page import NextDate, OwnPage, clock_words, own_page, own_report
from defense_console.model.errors import N_, ConsoleError
from defense_console.store.base import StoreError
from defense_console.uploads.matching import Key
from defense_console.web.answers import Answers, language_of
from defense_console.web.inbox import CONTEST, Inbox, Slow, TooMuch
from defense_console.web.people import StudentLink
from defense_console.web.readings import Readings
from defense_console.web.served import Serving
from defense_console.words.consequences import consequence
from defense_console.words.translation import speaking, translator
from defense_console.words.values import PROJECT_STATES

READ_AGAIN_S: Final = 3.0
"""How old what a live clock shows of the store may be."""
STREAMS: Final = 200
"""Live clocks at the same time; a page without one is right when it is loaded."""
STREAM_S: Final = 3600.0
_LATE: Final = N_("This link is too old, was taken back, or was never made. Ask your mentor for another one.")
_REPORT_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


class StudentPages:
    """The page, its clock, its reports, and what is sent from it."""

    def __init__(self, serving: Serving, inbox: Inbox, readings: Readings, answers: Answers) -> None:
        self._serving = serving
        self._inbox = inbox
        self._readings = readings
        self._answers = answers
        self._streams = 0
        self._seen: dict[tuple[str, str], tuple[float, NextDate | None, str]] = {}

    @property
    def routes(self) -> list[Route]:
        """Return the addresses below a link."""
        return [
            Route("/s/{token}", self.page),
            Route("/s/{token}/clock", self.clock),
            Route("/s/{token}/report/{defense}", self.report),
            Route("/s/{token}/upload", self.upload, methods=["POST"]),
            Route("/s/{token}/contest", self.contest, methods=["POST"]),
        ]

    def _link(self, request: Request) -> StudentLink | None:
        return self._serving.people.student_of(request.path_params["token"])

    def _no_link(self, request: Request) -> Response:
        return self._answers.refused(request.scope, ConsoleError(_LATE), 403)

    def _no(self, request: Request, why: ConsoleError, status: int) -> Response:
        return self._answers.refused(request.scope, why, status, back=f"/s/{request.path_params['token']}")

    async def page(self, request: Request) -> Response:
        """Show the page of the student."""
        link = self._link(request)
        if link is None:
            return self._no_link(request)
        page = await asyncio.to_thread(self._read, link.student, language_of(request.scope))
        await asyncio.to_thread(self._readings.add, link.student, "page", link.student)
        return self._shown(request, link, page)

    def _shown(self, request: Request, link: StudentLink, page: OwnPage) -> HTMLResponse:
        words = translator(language_of(request.scope))
        clock = None if page.next is None else clock_words(page.next, words, page.zone, clocks.read())
        waiting = [each for each in self._inbox.waiting() if each.student == link.student]
        contests = {each.defense for each in waiting if each.key == CONTEST}
        address = f"/s/{request.path_params['token']}"
        return self._answers.page(
            request.scope, "student.html", page=page, clock=clock, address=address,
            waiting=[each for each in waiting if each.key != CONTEST], contests=contests,
            limit_mb=self._inbox.limit_mb, expires=link.expires,
            words=words, consequence=consequence, states={state: words(said) for state, said in PROJECT_STATES.items()},
        )  # fmt: skip

    def _read(self, student: str, language: str) -> OwnPage:
        with speaking(language), self._serving.reading() as (_store, desk):
            return own_page(desk, student, language)

    async def clock(self, request: Request) -> Response:
        """Send what the clock says, whenever that changes."""
        link = self._link(request)
        if link is None:
            return self._no_link(request)
        if self._streams >= STREAMS:
            return Response(status_code=503, headers={"Retry-After": "60"})
        language = language_of(request.scope)
        return StreamingResponse(
            self._ticks(request, link, language), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"}
        )

    async def _ticks(self, request: Request, link: StudentLink, language: str) -> AsyncIterator[bytes]:
        self._streams += 1
        said, end = b"", time.monotonic() + STREAM_S
        try:
            while time.monotonic() < end and self._link(request) is not None:
                found, zone = await self._next(link.student, language)
                stamp = clocks.read()
                line = ("", "") if found is None else clock_words(found, translator(language), zone, stamp)
                if (now := msgspec.json.encode(line)) != said:
                    said = now
                    yield b"data: " + now + b"\n\n"
                await asyncio.sleep(max(0.05, 1 - stamp.boot_ms % 1000 / 1000))
        finally:
            self._streams -= 1

    async def _next(self, student: str, language: str) -> tuple[NextDate | None, str]:
        """Return what comes next as it was a moment ago; all clocks of a student share one look at the store."""
        seen = self._seen.get((student, language))
        if seen is None or time.monotonic() - seen[0] > READ_AGAIN_S:
            try:
                page = await asyncio.to_thread(self._read, student, language)
                seen = (time.monotonic(), page.next, page.zone)
            except ConsoleError:  # it does not answer now: what is known goes on
                seen = (time.monotonic(), *(seen[1:] if seen is not None else (None, "UTC")))
            if len(self._seen) > STREAMS:
                self._seen.clear()
            self._seen[student, language] = seen
        return seen[1], seen[2]

    async def report(self, request: Request) -> Response:
        """Show a released report."""
        link, language = self._link(request), language_of(request.scope)
        if link is None:
            return self._no_link(request)
        defense = request.path_params["defense"]
        try:
            html = await asyncio.to_thread(self._rendered, link.student, defense, language)
        except ConsoleError as error:
            return self._no(request, error, 404)
        await asyncio.to_thread(self._readings.add, link.student, "report", link.student)
        return HTMLResponse(html, headers={"Content-Security-Policy": _REPORT_POLICY})

    def _rendered(self, student: str, defense: str, language: str) -> bytes:
        from defense_console.reports.rendering.formats import rendered

        with speaking(language), self._serving.reading() as (_store, desk):
            return rendered(own_report(desk, student, defense, language), "html")

    async def upload(self, request: Request) -> Response:
        """Take a document in and show its receipt."""
        link, language = self._link(request), language_of(request.scope)
        if link is None:
            return self._no_link(request)
        defense, key = request.query_params.get("defense", ""), _key(request.query_params.get("key", ""))
        page = await asyncio.to_thread(self._read, link.student, language)
        asked = next((each for each in page.asked if (each.defense_id, each.key) == (defense, key)), None)
        if asked is None:
            return self._no(request, ConsoleError(N_("This document is not asked for now. Nothing was kept.")), 409)
        try:
            with speaking(language):
                receipt = await self._inbox.receive(request, link.student, defense, key)
        except ClientDisconnect:
            return Response(status_code=400)
        except (TooMuch, Slow) as error:
            response = self._no(request, error, 413 if isinstance(error, TooMuch) else 408)
            response.headers["Connection"] = "close"
            return response
        except ConsoleError as error:
            return self._no(request, error, 503 if isinstance(error, StoreError) else 409)
        words = translator(language)
        return self._answers.page(
            request.scope, "receipt.html", receipt=receipt, document=asked.title, zone=page.zone, words=words,
            path=f"/s/{request.path_params['token']}",
        )  # fmt: skip

    async def contest(self, request: Request) -> Response:
        """Record that the student does not agree."""
        link = self._link(request)
        if link is None:
            return self._no_link(request)
        form = await request.form()
        defense, reason = str(form.get("defense", "")), str(form.get("reason", ""))
        try:
            await self._inbox.contest(link.student, defense, reason)
        except ConsoleError as error:
            return self._no(request, error, 409)
        return Response(status_code=303, headers={"Location": f"/s/{request.path_params['token']}#verdicts"})


def _key(text: str) -> Key:
    return int(text) if text.isdecimal() and len(text) < 6 else text
