"""All pages together, as one application."""

from __future__ import annotations

import importlib.util
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
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
from defense_console.web.inbox import Inbox
from defense_console.web.processes import Consoles
from defense_console.web.readings import Readings
from defense_console.web.school_page import SchoolPage
from defense_console.web.served import Serving
from defense_console.web.signing_in import SigningIn
from defense_console.web.site import Guard
from defense_console.web.student_page import StudentPages

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
    inbox = Inbox(serving.folder, serving.writing, serving.settings, serving.now)
    readings = Readings(serving.folder / "readings.jsonl", serving.now)
    students = StudentPages(serving, inbox, readings, answers)
    school = SchoolPage(serving, signing_in, inbox, readings, answers)

    async def missing(request: Request, _error: Exception) -> Response:
        return answers.refused(request.scope, ConsoleError(N_("There is no such page.")), 404, back="/")

    async def unreadable(request: Request, _error: Exception) -> Response:
        return answers.refused(request.scope, ConsoleError(N_("What came cannot be read. Nothing was taken in.")), 400)

    async def failed(request: Request, error: Exception) -> Response:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        serving.tell(f"{Path(frame.filename).name}:{frame.lineno} {type(error).__name__}")  # and no value
        return answers.refused(request.scope, ConsoleError(N_("Something failed here; nothing was changed.")), 500)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        people.sweep()
        async with AsyncExitStack() as until_the_end:
            until_the_end.push_async_callback(consoles.end_all)
            await until_the_end.enter_async_context(inbox.trying_again())
            yield

    app = Starlette(
        routes=[
            *signing_in.routes,
            *console.routes,
            *students.routes,
            *school.routes,
            Mount("/toolkit", Toolkit(directory=_toolkit())),
            Mount("/own", Toolkit(directory=_OWN)),
        ],
        exception_handlers={400: unreadable, 404: missing, 405: missing, ConsoleError: _refusal(answers), 500: failed},
        lifespan=lifespan,
    )
    return Guard(app, site, answers)


def _refusal(answers: Answers) -> Callable[[Request, Exception], Response]:
    def refusal(request: Request, error: Exception) -> Response:
        assert isinstance(error, ConsoleError)
        return answers.refused(request.scope, error, 409)

    return refusal
