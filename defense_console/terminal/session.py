"""A run of the command line: what its options say, and what is opened for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from defense_console.model.errors import ConsoleError
from defense_console.terminal.words import say_note, sentence
from defense_console.words.translation import choose_language, name_keys, set_language

if TYPE_CHECKING:
    from defense_console.desk.desk import Desk
    from defense_console.desk.exchange.files import ExchangeDesk
    from defense_console.model.curriculum import Curriculum
    from defense_console.settings import Settings
    from defense_console.store.opened import OpenedStore
    from defense_console.store.postgres.address import Address
    from defense_console.store.sqlite.copies.backups import Backups


class Session:
    """What the options say, and what is read at most once: settings and curricula."""

    def __init__(self) -> None:
        self.store: str | None = None
        self.lang: str | None = None

    @cached_property
    def settings(self) -> Settings:
        """Return the mentor's settings; they also choose the language where no option did."""
        from defense_console.settings import load

        settings = load()
        set_language(choose_language(self.lang, settings.language))

        def named(command_id: str, language: str) -> str:
            from defense_console.keys.sentences import key_in_force  # few sentences name a key

            return key_in_force(command_id, language, settings)

        name_keys(named)
        return settings

    @cached_property
    def shipped(self) -> Mapping[str, Curriculum]:
        """Return the curricula, by code."""
        from defense_console.exchange.curricula.shipped import shipped

        return shipped()

    def folder(self, demo: bool = False) -> Path:
        """Return where the store is."""
        from defense_console.terminal.opening import store_folder

        return store_folder(self.store, demo)

    def place(self) -> Path | Address:
        """Return where the store is: a folder, or a school on a server."""
        from defense_console.terminal.opening import school_address

        return school_address(self.store) or self.folder()

    def _backups(self, demo: bool) -> Backups:
        """Return the copies of the store; those in its folder while the settings cannot be read."""
        from defense_console.store.sqlite.copies.backups import Backups
        from defense_console.terminal.opening import backups_of

        folder = self.folder(demo)
        try:
            return backups_of(folder, self.settings)
        except ConsoleError:
            return Backups(folder, kept=0)

    @contextmanager
    def store_of(self, *, create: bool = False, writing: bool = False, demo: bool = False) -> Iterator[OpenedStore]:
        """Yield the store, for every command that opens one.

        Args:
            create: Make an empty store when there is none.
            writing: Something will be written, so what waited in the spool is written before it.
            demo: That of the demo cohort, where no other is named.
        """
        from defense_console.terminal.opening import opened_store, school_address, written_store

        place = school_address(self.store) or self._backups(demo)
        opened = written_store(place, self.settings, create=create) if writing else opened_store(place, create=create)
        with opened as store:
            if store.notice is not None:
                say_note(sentence(store.notice))
            yield store

    def exchange(self, store: OpenedStore) -> ExchangeDesk:
        """Return what imports into a store and exports from it."""
        from defense_console import clocks
        from defense_console.desk.exchange.files import ExchangeDesk

        settings = self.settings
        shared = store.folder is None
        return ExchangeDesk(store, clocks.read, settings.name, settings.zone, self.shipped, shared=shared)

    @contextmanager
    def desk(self, create: bool = False) -> Iterator[tuple[OpenedStore, Desk]]:
        """Yield the store and a desk that reads it."""
        from defense_console.terminal.opening import reading_desk

        settings = self.settings
        with self.store_of(create=create) as store:
            yield store, reading_desk(store, settings, self.shipped)

    @contextmanager
    def writing_desk(self) -> Iterator[tuple[OpenedStore, Desk]]:
        """Yield the store and a desk that decides; what it decides is on the disk when the block ends."""
        from defense_console.terminal.opening import writing_desk

        settings = self.settings
        with self.store_of(writing=True) as store, writing_desk(store, settings, self.shipped) as desk:
            yield store, desk
