"""Signing in and out: a password, or a link that works once; a cookie that no script reads remembers it."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from defense_console.model.errors import N_, ConsoleError
from defense_console.web.answers import Answers, language_of
from defense_console.web.people import SESSION, People, Person
from defense_console.web.processes import Consoles
from defense_console.words.translation import translator

COOKIE: Final = "defense_console"
TRIES: Final = 5
"""Wrong passwords for a name, until it must wait."""
WAIT_S: Final = 60.0
_AT_ONCE: Final = 2
"""Passwords that are looked at together: each takes memory and time on purpose."""
_WRONG: Final = N_("The name or the password is wrong.")
_NO_LINK: Final = N_("This link was used before, is too old, or was never made. Ask for another one.")


class SigningIn:
    """The pages by which one comes in and leaves.

    Args:
        people: Who may.
        secure: Whether the pages are reached over TLS only.
        consoles: What ends when somebody leaves.
    """

    def __init__(self, people: People, secure: bool, consoles: Consoles, answers: Answers) -> None:
        self._people = people
        self._secure = secure
        self._consoles = consoles
        self._answers = answers
        self._wrong: dict[str, list[float]] = {}
        self._turn = asyncio.Semaphore(_AT_ONCE)

    @property
    def routes(self) -> list[Route]:
        """Return the pages."""
        return [
            Route("/", self.home),
            Route("/sign-in", self.form, methods=["GET"]),
            Route("/sign-in", self.sign_in, methods=["POST"]),
            Route("/enter/{token}", self.link, methods=["GET"]),
            Route("/enter/{token}", self.enter, methods=["POST"]),
            Route("/sign-out", self.leave, methods=["GET"]),
            Route("/sign-out", self.sign_out, methods=["POST"]),
        ]

    def token(self, connection: HTTPConnection) -> str:
        """Return the secret of the session that a request belongs to, "" for none."""
        return connection.cookies.get(COOKIE, "")

    def who(self, connection: HTTPConnection) -> Person | None:
        """Return who asks; None for somebody who is not signed in."""
        return self._people.by_session(self.token(connection))

    async def home(self, request: Request) -> Response:
        """Go where one belongs."""
        return self._to_own_page(self.who(request))

    async def form(self, request: Request) -> Response:
        """Ask for name and password."""
        if (person := self.who(request)) is not None:
            return self._to_own_page(person)
        return self._answers.page(request.scope, "sign_in.html", problem="", name="")

    async def sign_in(self, request: Request) -> Response:
        """Let somebody in by their password."""
        form = await request.form()
        name, password = str(form.get("name", "")).strip().lower()[:64], str(form.get("password", ""))
        if self._must_wait(name):
            wait = ConsoleError(N_("Too many wrong passwords for this name: wait a minute."))
            return self._again(request, wait, name, 429)
        async with self._turn:
            person = await asyncio.to_thread(self._people.by_password, name, password)
        if person is None:
            self._wrong.setdefault(name, []).append(time.monotonic())
            return self._again(request, ConsoleError(_WRONG), name, 403)
        self._wrong.pop(name, None)
        return self._let_in(person)

    async def link(self, request: Request) -> Response:
        """Show a button: a program that only looks at links must not use them up."""
        return self._answers.page(request.scope, "enter.html")

    async def enter(self, request: Request) -> Response:
        """Let somebody in by their link."""
        person = self._people.by_link(request.path_params["token"])
        if person is None:
            return self._answers.refused(request.scope, ConsoleError(_NO_LINK), 403, back="/sign-in")
        return self._let_in(person)

    async def leave(self, request: Request) -> Response:
        """Show a button."""
        return self._answers.page(request.scope, "sign_out.html")

    async def sign_out(self, request: Request) -> Response:
        """End the session, and the console."""
        if (person := self.who(request)) is not None:
            self._people.end_session(self.token(request))
            await self._consoles.end(person.name)
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE, httponly=True, samesite="strict", secure=self._secure)
        return response

    def _must_wait(self, name: str) -> bool:
        since = time.monotonic() - WAIT_S
        for each, times in tuple(self._wrong.items()):
            if not (kept := [at for at in times if at > since]):
                del self._wrong[each]
            else:
                self._wrong[each] = kept
        return len(self._wrong.get(name, ())) >= TRIES

    def _again(self, request: Request, why: ConsoleError, name: str, status: int) -> Response:
        problem = translator(language_of(request.scope)).error(why)
        return self._answers.page(request.scope, "sign_in.html", status, problem=problem, name=name)

    def _let_in(self, person: Person) -> Response:
        response = self._to_own_page(person)
        response.set_cookie(
            COOKIE, self._people.new_session(person), max_age=int(SESSION.total_seconds()), path="/", httponly=True,
            samesite="strict", secure=self._secure,
        )  # fmt: skip
        return response

    def _to_own_page(self, person: Person | None) -> Response:
        if person is None:
            return RedirectResponse("/sign-in", 303)
        return RedirectResponse("/school" if person.role == "administrator" else "/console", 303)
