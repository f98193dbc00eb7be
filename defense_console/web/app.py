"""All pages together, as one application."""

from __future__ import annotations

import importlib.util
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from defense_console.model.errors import N_, ConsoleError
from defense_console.web.answers import Answers
from defense_console.web.console_page import ConsolePage
from defense_console.web.processes import Consoles
from defense_console.web.served import Serving
from defense_console.web.signing_in import SigningIn
from defense_console.web.site import Guard

_OWN: Final = Path(__file__).parent / "static"


class Toolkit(StaticFiles):
    """The terminal for browsers that comes with the toolkit's server, and its font; they may be kept by the browser."""

    def file_response(self, *args: object, **options: object) -> Response:
        """Return a file."""
        response = super().file_response(*args, **options)  # type: ignore[arg-type]
        response.headers["Cache-Control"] = "private, max-age=86400"
        return response


def _toolkit() -> Path:
    """Return where the files of textual-serve are; its server itself is never loaded."""
    found = importlib.util.find_spec("textual_serve")
    if found is None or not found.submodule_search_locations:
        raise ConsoleError(N_("Pages need more than is installed: install defense-console[web]."))
    return Path(found.submodule_search_locations[0]) / "static"


def application(serving: Serving, consoles: Consoles) -> ASGIApp:
    """Return the application; `consoles` are those that run in it."""
    answers, site, people = Answers(), serving.site, serving.people
    signing_in = SigningIn(people, site.secure, consoles, answers)
    console = ConsolePage(signing_in, consoles, serving, answers)

    async def missing(request: Request, _error: Exception) -> Response:
        return answers.refused(request.scope, ConsoleError(N_("There is no such page.")), 404, back="/")

    async def failed(request: Request, _error: Exception) -> Response:
        return answers.refused(request.scope, ConsoleError(N_("Something failed here; nothing was changed.")), 500)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        people.sweep()
        try:
            yield
        finally:
            await consoles.end_all()

    app = Starlette(
        routes=[
            *signing_in.routes,
            *console.routes,
            Mount("/toolkit", Toolkit(directory=_toolkit())),
            Mount("/own", Toolkit(directory=_OWN)),
        ],
        exception_handlers={404: missing, 405: missing, ConsoleError: _refusal(answers), 500: failed},
        lifespan=lifespan,
    )
    return Guard(app, site, answers)


def _refusal(answers: Answers) -> Callable[[Request, Exception], Response]:
    def refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, ConsoleError)
        return answers.refused(request.scope, error, 409)

    return refusal
