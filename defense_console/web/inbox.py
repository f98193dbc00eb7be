"""What students send: read in pieces up to a limit, kept, then taken in as `receive` does.

A file that has arrived whole is safe before its receipt is shown. If it cannot be taken in at once, because the console
of the mentor holds this defense or the store does not answer, it waits here with its minute and is tried again.
"""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import secrets
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.types import Message, Receive

from defense_console.desk.student.own_page import contest
from defense_console.model.errors import N_, ConsoleError, system_reason
from defense_console.model.log.instants import iso
from defense_console.settings import Settings
from defense_console.store.base import StoreError
from defense_console.store.durable_files import make_folder, sync_file, sync_folder, write_all
from defense_console.uploads.matching import Key
from defense_console.uploads.opening.limits import MB
from defense_console.uploads.opening.places import safe_place, slashed
from defense_console.web.receipts import Receipt, Receipts
from defense_console.web.served import Desks
from defense_console.words.translation import error_text

PIECE_S: Final = 60.0
"""A page that sends nothing for so long has gone."""
AT_ONCE: Final = 16
"""Uploads that are read together, one of each student."""
MOST_WAITING: Final = 20
"""Files of one student that may wait."""
AGAIN_S: Final = 20.0
CONTEST: Final = "contest"
"""In the place of a document: the words of a student who contests the verdict."""
_FORM_BYTES: Final = 100_000
"""What a form is longer than the file in it."""
_CHUNK: Final = 1 << 20


class TooMuch(ConsoleError):
    """More bytes than the settings allow."""

    def __init__(self, mb: int) -> None:
        text = N_("This is more than {mb} MB, and nothing of it was kept. Ask your mentor how to send it.")
        super().__init__(text, mb=mb)


class Slow(ConsoleError):
    """Nothing came for too long."""

    def __init__(self) -> None:
        super().__init__(N_("Nothing more came, and nothing was kept. Try again with a better connection."))


class Inbox:
    """Takes in what students send.

    Args:
        folder: Where it is kept until it is taken in.
        writing: Opens a desk that decides.
        settings: How much may come at once.
        now: The clock.
    """

    def __init__(self, folder: Path, writing: Desks, settings: Settings, now: Callable[[], datetime]) -> None:
        self._receipts = Receipts(folder)
        self._writing = writing
        self._mb = settings.max_archive_mb
        self._now = now
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._coming: set[str] = set()
        self._one = asyncio.Lock()

    @property
    def limit_mb(self) -> int:
        """Return how many megabytes may come at once."""
        return self._mb

    def waiting(self) -> tuple[Receipt, ...]:
        """Return what is not taken in yet."""
        return self._receipts.all()

    async def receive(self, request: Request, student: str, defense: str, key: Key) -> Receipt:
        """Read what a page sends, keep it, take it in.

        Raises:
            ConsoleError: It is refused; nothing of it was kept.
            ClientDisconnect: The page has gone; likewise.
        """
        if int(request.headers.get("content-length") or 0) > self._mb * MB + _FORM_BYTES:
            raise TooMuch(self._mb)
        if sum(each.student == student for each in self.waiting()) >= MOST_WAITING:
            raise ConsoleError("Too many of your files wait to be taken in: tell your mentor.")
        if student in self._coming:
            raise ConsoleError("Another file of yours is just coming in: send this one after it.")
        self._coming.add(student)
        try:
            async with self._turn:
                receipt = await self._read(request, student, defense, key)
        finally:
            self._coming.discard(student)
        return await self._take(receipt)

    async def contest(self, student: str, defense: str, reason: str) -> Receipt:
        """Record that a student contests a verdict, or let it wait like a file.

        Raises:
            ConsoleError: It is refused; nothing of it was kept.
        """
        if any((each.defense, each.key) == (defense, CONTEST) for each in self.waiting()):
            raise ConsoleError("The verdict is already contested.")
        file = io.BytesIO(reason.encode("utf-8", "replace"))
        return await self._take(await asyncio.to_thread(self._keep, file, "contest.txt", student, defense, CONTEST))

    async def _read(self, request: Request, student: str, defense: str, key: Key) -> Receipt:
        counted = Request(request.scope, self._counted(request.receive))
        form = await counted.form(max_files=1, max_fields=4)
        try:
            sent = form.get("file")
            if not isinstance(sent, UploadFile) or not sent.filename:
                raise ConsoleError("Choose a file first.")
            if (sent.size or 0) > self._mb * MB:
                raise TooMuch(self._mb)
            return await asyncio.to_thread(self._keep, sent.file, sent.filename, student, defense, key)
        finally:
            await form.close()

    def _counted(self, receive: Receive) -> Receive:
        limit, came = self._mb * MB + _FORM_BYTES, 0

        async def counted() -> Message:
            nonlocal came
            try:
                message = await asyncio.wait_for(receive(), PIECE_S)
            except TimeoutError:
                raise Slow from None
            came += len(message.get("body", b""))
            if came > limit:
                raise TooMuch(self._mb)
            return message

        return counted

    def _keep(self, file: BinaryIO, filename: str, student: str, defense: str, key: Key) -> Receipt:
        """Write the file, under its own name in a folder of its own, to the disk.

        Raises:
            ConsoleError: Its name is refused, or it cannot be written.
        """
        name = safe_place(slashed(filename))
        if "/" in name:
            raise ConsoleError("“{name}” is a path, not the name of a file. Nothing was taken in.", name=filename)
        token = secrets.token_hex(8)
        folder = self._receipts.place(token)
        digest, size = hashlib.sha256(), 0
        try:
            make_folder(folder)
            handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
            try:
                file.seek(0)
                while chunk := file.read(_CHUNK):
                    digest.update(chunk)
                    size += len(chunk)
                    write_all(handle, chunk)
                sync_file(handle)
            finally:
                os.close(handle)
            sync_folder(folder)
            receipt = Receipt(student, defense, key, token, name, size, digest.hexdigest(), iso(self._now()))
            self._receipts.put(receipt)
        except (OSError, ConsoleError) as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, ConsoleError):
                raise
            raise ConsoleError("{file}: {reason}", file=name, reason=system_reason(error)) from error
        return receipt

    async def _take(self, receipt: Receipt) -> Receipt:
        """Take a file in, or let it wait.

        Raises:
            ConsoleError: It is refused for good; it is kept no more.
        """
        async with self._one:
            problem = await asyncio.to_thread(self._taken, receipt)
        if problem is None:
            self._receipts.drop(receipt)
            return receipt
        if isinstance(problem, StoreError):
            waits = msgspec.structs.replace(receipt, problem=error_text(problem))
            await asyncio.to_thread(self._receipts.put, waits)
            return waits
        self._receipts.drop(receipt)
        raise problem

    def _taken(self, receipt: Receipt) -> ConsoleError | None:
        """Return why a file could not be taken in, a StoreError where it may be later; None when it was."""
        try:
            with self._writing() as (_store, desk):
                student = desk.student(receipt.student)
                if student is not None:
                    desk.ledger.author = student.name
                file = self._receipts.place(receipt.folder) / receipt.name
                if receipt.key == CONTEST:
                    contest(desk, receipt.student, receipt.defense, file.read_text("utf-8"))
                    return None
                intake = desk.intake(receipt.defense)
                incoming = intake.look(file, [("*", receipt.key)])
                if (held := intake.waits(incoming)) is not None:
                    return StoreError(held.id, **held.parameters)
                try:
                    intake.take(incoming)
                except ConsoleError as error:
                    if intake.defense.signed is None:
                        raise
                    return StoreError(error.id, **error.parameters)  # until that version is released
        except ConsoleError as error:
            return error
        return None

    async def try_again(self) -> None:
        """Take in what waits, where that is possible now; what is refused for good keeps waiting, with its reason."""
        for receipt in await asyncio.to_thread(self.waiting):
            async with self._one:
                problem = await asyncio.to_thread(self._taken, receipt)
            if problem is None:
                self._receipts.drop(receipt)
            elif error_text(problem) != receipt.problem:
                said = msgspec.structs.replace(receipt, problem=error_text(problem))
                await asyncio.to_thread(self._receipts.put, said)

    @asynccontextmanager
    async def trying_again(self) -> AsyncIterator[None]:
        """Try again from time to time while this lasts."""

        async def often() -> None:
            while True:
                with suppress(ConsoleError, OSError):
                    await self.try_again()
                await asyncio.sleep(AGAIN_S)

        await asyncio.to_thread(self._receipts.sweep)
        task = asyncio.create_task(often())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
