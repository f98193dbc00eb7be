"""The page with the console, and the socket between the two."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import Final
from urllib.parse import quote

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from defense_console.desk.uploads.viewer import DOCUMENTS
from defense_console.model.errors import N_, ConsoleError
from defense_console.web.answers import Answers
from defense_console.web.people import address_of, environment_of
from defense_console.web.processes import Consoles, Page, Running, size_in
from defense_console.web.served import Serving
from defense_console.web.signing_in import SigningIn
from defense_console.web.site import CONSOLE_POLICY
from defense_console.words.translation import translator

_SHA256: Final = re.compile("[0-9a-f]{64}")
LOOK_S: Final = 20.0
"""How often it is looked whether a session has ended."""
FONT: Final = 16


class ConsolePage:
    """Shows somebody's console in a page, also one that runs already."""

    def __init__(self, signing_in: SigningIn, consoles: Consoles, serving: Serving, answers: Answers) -> None:
        self._signing_in = signing_in
        self._consoles = consoles
        self._serving = serving
        self._answers = answers

    @property
    def routes(self) -> list[BaseRoute]:
        """Return the page and the socket."""
        return [
            Route("/console", self.page),
            Route(DOCUMENTS + "{sha256}/{name}", self.document),
            WebSocketRoute("/socket", self.socket),
        ]

    async def page(self, request: Request) -> Response:
        """Show the page."""
        person = self._signing_in.who(request)
        if person is None:
            return RedirectResponse("/sign-in", 303)
        if person.role != "mentor":
            why = ConsoleError(N_("The console is for mentors."))
            return self._answers.refused(request.scope, why, 403, back="/school")
        if self._serving.no_console is not None and not person.address:
            return self._answers.refused(request.scope, self._serving.no_console, 403, back="/sign-out")
        socket = ("wss://" if self._serving.site.secure else "ws://") + request.headers["host"] + "/socket"
        size = request.query_params.get("size", "")
        font = int(size) if size.isdecimal() and 8 <= int(size) <= 40 else FONT
        response = self._answers.page(request.scope, "console.html", socket=socket, font=font)
        response.headers["Content-Security-Policy"] = CONSOLE_POLICY
        return response

    async def document(self, request: Request) -> Response:
        """Give a document received to a mentor's browser, to be kept and never shown as a page of ours."""
        person = self._signing_in.who(request)
        if person is None:
            return RedirectResponse("/sign-in", 303)
        if person.role != "mentor":
            return self._answers.refused(request.scope, ConsoleError(N_("There is no such page.")), 404, back="/")
        sha256, name = request.path_params["sha256"], request.path_params["name"]
        pieces = await asyncio.to_thread(self._pieces, sha256)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        }
        return StreamingResponse(pieces, media_type="application/octet-stream", headers=headers)

    def _pieces(self, sha256: str) -> Iterator[bytes]:
        """Return a document piece by piece; the first one is read here, so that one that is gone is a sentence."""
        if not _SHA256.fullmatch(sha256):
            raise ConsoleError(N_("There is no such page."))
        with self._serving.reading() as (_store, desk):
            pieces = iter(desk.vault.chunks(sha256))
        first = next(pieces, b"")
        return chain((first,), pieces)

    async def socket(self, websocket: WebSocket) -> None:
        """Let page and console talk. Host and Origin were looked at before."""
        token = self._signing_in.token(websocket)
        person = self._serving.people.by_session(token)
        if person is None or person.role != "mentor":
            await websocket.close(4401)
            return
        await websocket.accept()
        asked = websocket.query_params
        size = size_in(asked.get("width"), asked.get("height"))
        try:
            store = address_of(person, self._serving.served)
            own = environment_of(person, self._serving.folder)
            running = await self._consoles.of(person.name, store, self._serving.language, size, own)
        except ConsoleError as error:
            words = translator(self._serving.language)
            await websocket.send_bytes(("\r\n " + words.error(error)).encode())
            await websocket.close(4503)
            return
        page = Page()

        async def show(address: str) -> None:
            await websocket.send_json(["open_url", {"url": address, "new_tab": True}])

        await running.show(page, size)
        work = [
            asyncio.create_task(self._listen(websocket, running, page)),
            asyncio.create_task(self._look(token, page)),
            asyncio.create_task(page.send(websocket.send_bytes, running.draw, show)),
        ]
        try:
            await asyncio.wait(work, return_when=asyncio.FIRST_COMPLETED)
        finally:
            running.hide(page, self._consoles.idle_s)
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            with suppress(RuntimeError):  # the page has closed it
                await websocket.close(1000)

    async def _listen(self, websocket: WebSocket, running: Running, page: Page) -> None:
        """Take what the page sends; what is not of the known kinds is left out."""
        while page.ended is None:
            try:
                packet = msgspec.json.decode(await websocket.receive_text())
            except msgspec.MsgspecError:
                continue
            except (WebSocketDisconnect, KeyError):  # bytes instead of a text
                return
            if page.ended is not None or not (isinstance(packet, list) and packet):
                continue
            kind, content = packet[0], packet[1] if len(packet) > 1 else None
            if kind == "stdin" and isinstance(content, str):
                await running.type(content)
            elif kind == "resize" and isinstance(content, dict):
                await running.resize(size_in(content.get("width"), content.get("height")))
            elif kind == "ping":
                await websocket.send_json(["pong", str(content)[:32]])

    async def _look(self, token: str, page: Page) -> None:
        while self._serving.people.by_session(token) is not None:
            await asyncio.sleep(LOOK_S)
        page.end("signed_out")
        await asyncio.sleep(1)
