"""Pages from templates, in the language that the reader's browser asks for; every text is data and is escaped."""

from __future__ import annotations

from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse
from starlette.types import Scope

from defense_console.model.errors import ConsoleError
from defense_console.model.text import visible
from defense_console.words.translation import LANGUAGES, Language, Translator, speaking, translator

if TYPE_CHECKING:
    from jinja2 import Environment

LANGUAGE_COOKIE: Final = "language"


def language_of(scope: Scope) -> Language:
    """Return the language to answer in: asked for in the address, else chosen before, else the browser's first."""
    asked = parse_qs(scope.get("query_string", b"").decode("ascii", "replace")).get("lang", [""])[0]
    headers = Headers(scope=scope)
    jar: SimpleCookie = SimpleCookie()
    try:
        jar.load(headers.get("cookie", ""))
    except CookieError:
        jar = SimpleCookie()
    chosen = jar[LANGUAGE_COOKIE].value if LANGUAGE_COOKIE in jar else ""
    for wish in (asked, chosen):
        if wish in LANGUAGES:
            return "fr" if wish == "fr" else "en"
    for part in headers.get("accept-language", "").lower().split(","):
        if (tag := part.partition(";")[0].strip().partition("-")[0]) in LANGUAGES:
            return "fr" if tag == "fr" else "en"
    return "en"


class Answers:
    """What is answered: a page, or a sentence that says why not."""

    @cached_property
    def _environment(self) -> Environment:
        import jinja2

        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("defense_console.web"),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters["visible"] = visible
        return environment

    def page(self, scope: Scope, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a page in the reader's language; `path` is the address of the same in another one, "" for none."""
        values.setdefault("path", scope["path"] if scope["method"] == "GET" else "")
        words = translator(language_of(scope))
        with speaking(words.language):
            html = self._environment.get_template(template).render(
                _=words, ngettext=words.ngettext, language=words.language, other=_other(words), **values,
            )  # fmt: skip
        response = HTMLResponse(html, status)
        asked = parse_qs(scope.get("query_string", b"").decode("ascii", "replace")).get("lang", [""])[0]
        if asked == words.language:
            response.set_cookie(LANGUAGE_COOKIE, asked, max_age=31_536_000, samesite="strict", httponly=True)
        return response

    def refused(self, scope: Scope, why: ConsoleError, status: int, back: str = "") -> HTMLResponse:
        """Return a page that says why not. Args: back: where to go on; "" for nowhere."""
        text = translator(language_of(scope)).error(why)
        return self.page(scope, "refused.html", status, sentence=text, back=back)


def _other(words: Translator) -> Language:
    return "en" if words.language == "fr" else "fr"
