"""Where the pages are and under which names they answer; whatever comes from elsewhere is refused."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from defense_console.model.errors import N_, ConsoleError
from defense_console.web.answers import Answers

LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
POLICY: Final = "; ".join(
    (
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "font-src 'self'", "img-src 'self' data:",
        "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    )
)  # fmt: skip
"""Nothing is loaded from elsewhere, nothing in a page runs, no page is shown inside another one."""
CONSOLE_POLICY: Final = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""The terminal in the page writes style sheets of its own; no text of a person is in that page."""
HEADERS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_FORM_BYTES: Final = 65_536
"""Of what is not an upload."""


class Site(msgspec.Struct, frozen=True):
    """Under which addresses the pages answer.

    Attributes:
        url: The address that people type, without a slash at its end.
        hosts: Every name, with its port where it is not the usual one.
        secure: Whether it is reached over TLS, by itself or behind a proxy.
    """

    url: str
    hosts: frozenset[str]
    secure: bool

    @property
    def origins(self) -> frozenset[str]:
        """Return what a browser says of a page of ours, as the place a request comes from."""
        scheme = "https" if self.secure else "http"
        return frozenset(f"{scheme}://{host}" for host in self.hosts)


def is_loopback(listen: str) -> bool:
    """Return whether only this machine can reach an address."""
    return listen in LOOPBACK or listen.startswith("127.")


def site(listen: str, port: int, public: str, certificate: bool) -> Site:
    """Return where the pages are.

    Args:
        listen: The address of this machine that is listened at.
        port: The port.
        public: The address that people type, where it is another one; "" otherwise.
        certificate: Whether the server speaks TLS itself.

    Raises:
        ConsoleError: Others could read what goes over the network.
    """
    scheme = "https" if certificate else "http"
    if public:
        parts = urlsplit(public)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/"):
            raise ConsoleError(N_("“{url}” is no address of a site: write it like https://defenses.example.org."),
                               url=public)  # fmt: skip
        if parts.scheme != "https" and not is_loopback(parts.hostname):
            raise ConsoleError(
                N_("Over http everybody on the way reads passwords and defenses: the address must begin with https://.")
            )
        return Site(f"{parts.scheme}://{parts.netloc}", frozenset({parts.netloc.lower()}), parts.scheme == "https")
    if not is_loopback(listen):
        raise ConsoleError(
            N_("Other machines would reach the pages at {listen}. Say with --public under which https:// address "
               "people reach them, behind a proxy or with --certificate and --key."),
            listen=listen,
        )  # fmt: skip
    usual = {"http": 80, "https": 443}[scheme]
    hosts = {name if port == usual else f"{name}:{port}" for name in ("127.0.0.1", "localhost", "[::1]")}
    first = f"[{listen}]" if ":" in listen else listen
    return Site(f"{scheme}://{first}" + ("" if port == usual else f":{port}"), frozenset(hosts), certificate)


class Guard:
    """Refuses what comes under another name or from another site, and gives every answer its headers."""

    def __init__(self, app: ASGIApp, site: Site, answers: Answers) -> None:
        self._app = app
        self._site = site
        self._answers = answers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer with a sentence."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        problem = self._problem(scope, headers)
        if scope["type"] == "websocket":
            if problem is not None:
                await send({"type": "websocket.close", "code": 4403, "reason": ""})
                return
            await self._app(scope, receive, send)
            return
        if problem is not None:
            status, text = problem
            await self._answers.refused(scope, text, status)(scope, receive, self._with_headers(send))
            return
        await self._app(scope, receive, self._with_headers(send))

    def _problem(self, scope: Scope, headers: Headers) -> tuple[int, ConsoleError] | None:
        if headers.get("host", "").lower() not in self._site.hosts:
            return 421, ConsoleError(N_("These pages do not answer under this name. Their address is {url}."),
                                     url=self._site.url)  # fmt: skip
        changes = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD")
        if changes and headers.get("origin", "").lower() not in self._site.origins:
            return 403, ConsoleError(N_("This was asked for by another site. Nothing was changed."))
        length = headers.get("content-length", "" if "transfer-encoding" in headers else "0")
        if changes and not scope["path"].endswith("/upload") and (not length.isdecimal() or int(length) > _FORM_BYTES):
            return 413, ConsoleError(N_("This is longer than any form here."))
        return None

    def _with_headers(self, send: Send) -> Send:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if self._site.secure:
                    headers.setdefault("Strict-Transport-Security", "max-age=31536000")
                message["headers"] = headers.raw
            await send(message)

        return send_with
