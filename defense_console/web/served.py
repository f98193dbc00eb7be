"""What is served, and how."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.web.people import People
from defense_console.web.site import Site

if TYPE_CHECKING:
    from defense_console.desk.desk import Desk
    from defense_console.settings import Settings
    from defense_console.store.opened import OpenedStore

Desks = Callable[[], "AbstractContextManager[tuple[OpenedStore, Desk]]"]
"""Opens the store and a desk on it, on the thread that asks."""


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """What is served, and how.

    Attributes:
        site: Under which names.
        people: Who may come in.
        folder: Where `serve` keeps what belongs to it.
        served: The store, as the command line names it.
        language: Which a console speaks, "" for the one of the settings.
        most, idle_min: How many consoles, and how long one goes on that no page shows.
        listen, port: Where the server listens.
        certificate, key: Files for TLS, "" for none.
        reading, writing: Open a desk that reads, or one that decides.
        table: Gives all defenses as a CSV table, in a language.
        no_console: Why nobody works in a console with the account that serves, None where somebody does.
        own: It is a mentor's own store in a folder, who looks after it too.
        settings: The mentor's.
        now: The clock.
        tell: Says where it failed, to the terminal of the server.
    """

    site: Site
    people: People
    folder: Path
    served: str
    language: str
    most: int
    idle_min: int
    listen: str
    port: int
    certificate: str
    key: str
    reading: Desks
    writing: Desks
    table: Callable[[str], bytes]
    no_console: ConsoleError | None = None
    own: bool
    settings: Settings
    now: Callable[[], datetime]
    tell: Callable[[str], None]
