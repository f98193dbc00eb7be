"""Opening things: the store's folder, a desk to read with, and the console itself."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.settings import path_named
from defense_console.store.postgres.address import Address, address, names_a_school
from defense_console.surroundings import SPOOL_VARIABLE, in_browser

if TYPE_CHECKING:
    from defense_console.desk.desk import Desk
    from defense_console.desk.logs.searches import Searches
    from defense_console.desk.upkeep.daily_backup import DailyBackup
    from defense_console.model.curriculum import Curriculum
    from defense_console.screens.console import Place as Screen
    from defense_console.settings import Settings
    from defense_console.store.base import Answer, Job, Searched, Store
    from defense_console.store.opened import OpenedStore
    from defense_console.store.recorder import Recorder
    from defense_console.store.sqlite.copies.backups import Backups
    from defense_console.store.unsaved.replay import Replayed

    Place = Path | Address
    """Where a store is: a folder, or a school on a server."""
    Opens = tuple[Screen, str] | None
    """A screen to open on, and what it is about."""

STORE_VARIABLE: Final = "DEFENSE_CONSOLE_STORE"
"""Environment variable that names another store."""
CLOSE_S: Final = 2.0
_SHORT: Final = 8
"""Digits of an id as they are shown, more when two defenses share them."""


def store_folder(option: str | None, demo: bool = False, environ: Mapping[str, str] | None = None) -> Path:
    """Return where the store is: the option, else the environment, else the platform's folder for user data.

    Args:
        demo: The demo cohort has a place of its own, so that it never lands among a mentor's defenses.

    Raises:
        ConsoleError: The store is a school's, on a server.
    """
    environ = os.environ if environ is None else environ
    named = option or environ.get(STORE_VARIABLE)
    if named and names_a_school(named):
        raise ConsoleError(N_("This belongs to a store in a folder; a school's is looked after on its server."))
    if named:
        return path_named(named)
    from platformdirs import user_data_path

    return user_data_path("defense-console-demo" if demo else "defense-console", appauthor=False)


def school_address(option: str | None, environ: Mapping[str, str] | None = None) -> Address | None:
    """Return which school the option, else the environment, names; None when the store is in a folder.

    Raises:
        ConsoleError: The address holds a password, or is none.
    """
    environ = os.environ if environ is None else environ
    named = option or environ.get(STORE_VARIABLE, "")
    return address(named, environ) if names_a_school(named) else None


def spool_folder(settings: Settings, environ: Mapping[str, str] | None = None) -> Path:
    """Return where unsaved work waits: by the environment, else the settings, else the platform's folder for states.

    The default has a name of its own, since some platforms keep states where they keep data: in the store's folder.
    """
    environ = os.environ if environ is None else environ
    named = environ.get(SPOOL_VARIABLE) or settings.spool
    if named:
        return path_named(named)
    from platformdirs import user_state_path

    return user_state_path("defense-console-spool", appauthor=False)


def written_from_spool(store: OpenedStore, settings: Settings) -> Replayed:
    """Write what consoles that are gone could not write to this store.

    Raises:
        ConsoleError: The spool is to lie in the store's own folder.
    """
    from defense_console.store.unsaved.replay import replay
    from defense_console.store.unsaved.spool import outside

    folder = spool_folder(settings)
    if store.folder is not None:
        from defense_console.store.sqlite.opening.half_made import HalfMade

        folder = outside(folder, store.folder)
        HalfMade(store.folder, (), folder).sweep()
    return replay(folder, store, store.identity)


def recorder_for(store: OpenedStore, settings: Settings, deliver: Callable[[Answer], None]) -> Recorder:
    """Return the recorder of a store, with its spool and, in a folder, its reserve; not started.

    It never opens another file that was put in the place of the one that is open.
    """
    from defense_console.store.recorder import Recorder
    from defense_console.store.unsaved.spool import Spool

    spool = Spool(spool_folder(settings), store.identity)
    if store.folder is None:
        return Recorder(store.another, deliver, spool=spool, keeps_aside=True)
    from defense_console.store.sqlite.opening.place import FILE, explained
    from defense_console.store.sqlite.opening.reserve import Reserve
    from defense_console.store.sqlite.opening.unmoved import Unmoved
    from defense_console.store.sqlite.tables import holds_another

    folder = store.folder
    file = Unmoved(folder / FILE)
    file.is_another = lambda path: holds_another(path, store.identity.id)

    def open_again() -> OpenedStore:
        with explained(folder):
            file.check_for_another()
        return store.another()

    return Recorder(open_again, deliver, spool=spool, space=Reserve(folder), keeps_aside=True)


@contextmanager
def opened_store(place: Backups | Address, *, create: bool, patient: bool = True) -> Iterator[OpenedStore]:
    """Yield a store to read, closed at the end.

    Args:
        place: The copies of a store in a folder, or the address of a school.
        create: Make an empty store when there is none.
        patient: Wait long for a school's server, as a command does.
    """
    if isinstance(place, Address):
        with _opened_school(place, create=create, patient=patient) as school:
            yield school
        return
    from defense_console.store.sqlite.opening.reading import open_store

    store = open_store(place.store, create=create, backups=place)
    try:
        yield store
    finally:
        store.close()


@contextmanager
def _opened_school(place: Address, *, create: bool, patient: bool) -> Iterator[OpenedStore]:
    try:
        from defense_console.store.postgres.server import Server
        from defense_console.store.postgres.store import PostgresStore
    except ImportError:
        raise ConsoleError(
            N_("A school's store needs more than is installed: install defense-console[school].")
        ) from None
    server = Server(place, create=create, patient=patient)
    with closing(server), closing(PostgresStore(server, watched=True)) as store:
        yield store


@contextmanager
def written_store(place: Backups | Address, settings: Settings, *, create: bool) -> Iterator[OpenedStore]:
    """Yield a store that a command writes to; what waited in the spool is written first: the command builds on it.

    Raises:
        ConsoleError: It cannot be written, or what waits for it cannot.
    """
    from defense_console.desk.logs.leases import clear_void
    from defense_console.desk.logs.unsaved import aside_sentence, replayed_sentences
    from defense_console.terminal.words import say_note

    with opened_store(place, create=create) as store:
        if store.read_only is not None:
            raise store.read_only
        before = written_from_spool(store, settings)
        clear_void(store, clocks.read(), clocks.process_start)
        if before.left and before.error is not None:
            raise ConsoleError(
                "What could not be saved before waits in {place}: {problem}", place=before.file, problem=before.error
            )
        for text in (*replayed_sentences(before), *(aside_sentence(store) if before.kept else ())):
            say_note(text)
        yield store


def _desk(
    store: OpenedStore,
    recorder: Recorder,
    settings: Settings,
    shipped: Mapping[str, Curriculum],
    daily: DailyBackup | None = None,
    searches: Searches | None = None,
) -> Desk:
    """Return the desk on a store, with the documents that are there."""
    from defense_console.desk.desk import Desk

    read, since = clocks.read, clocks.process_start
    return Desk(store, recorder, read, since, settings, shipped, daily, store.vault, store.folder, searches)


def reading_desk(store: OpenedStore, settings: Settings, shipped: Mapping[str, Curriculum]) -> Desk:
    """Return a desk that only reads: its recorder is never started."""
    from defense_console.store.recorder import Recorder

    return _desk(store, Recorder(lambda: store, lambda _answer: None), settings, shipped)


@contextmanager
def writing_desk(store: OpenedStore, settings: Settings, shipped: Mapping[str, Curriculum]) -> Iterator[Desk]:
    """Yield a desk whose decisions are on the disk when the block ends.

    Raises:
        ConsoleError: What was decided could not be written.
    """
    from defense_console.store.base import Failed, Refused
    from defense_console.store.recorder import Recorder

    answers: list[Answer] = []
    # No spool here, and nothing is kept aside: a command that says it failed must not come true later.
    recorder = Recorder(store.another, answers.append)
    recorder.start()
    desk = _desk(store, recorder, settings, shipped)
    try:
        yield desk
    finally:
        desk.leases.end(lambda _id: False)
        written = recorder.close(CLOSE_S)
    refused = [answer.error for answer in answers if isinstance(answer, Refused)]
    failed = [answer.error for answer in answers if isinstance(answer, Failed)]
    if refused:
        raise refused[0]
    if not written:
        raise failed[-1] if failed else ConsoleError("The store does not answer in time; nothing is certain.")


def backups_of(folder: Path, settings: Settings) -> Backups:
    """Return the copies of a store, where the mentor keeps them."""
    from defense_console.store.sqlite.copies.backups import Backups, folder_of

    return Backups(
        folder,
        folder_of(folder, settings.backup_folder),
        settings.backups_kept,
        settings.backups_max_mb,
        now=lambda: clocks.read().wall,
    )


def whole_id(store: Store, typed: str) -> str:
    """Return the id of the one defense that begins with the digits typed.

    Raises:
        ConsoleError: Too few digits, no such defense, or several.
    """
    digits = typed.strip().lower().replace("-", "")
    if len(digits) < 4 or any(digit not in "0123456789abcdef" for digit in digits):
        raise ConsoleError("“{id}” is not an id: give at least 4 of its digits, as list shows them.", id=typed)
    found = store.find(digits)
    if not found:
        raise ConsoleError("There is no defense whose id begins with {id}.", id=typed)
    if len(found) > 1:
        shorts = short_ids([summary.id for summary in found])
        listed = (f"{shorts[s.id]} ({s.project}, {s.student_id}, {s.attempt})" for s in found)
        raise ConsoleError("Several defenses begin with {id}: {ids}.", id=typed, ids=" · ".join(listed))
    return found[0].id


def short_ids(ids: list[str]) -> dict[str, str]:
    """Return the first digits of each id: eight, or as many as tell all of them apart."""
    bare = {id: id.replace("-", "") for id in ids}
    size = _SHORT
    while len({digits[:size] for digits in bare.values()}) < len(bare):
        size += 1
    return {id: digits[:size] for id, digits in bare.items()}


def open_console(place: Place, settings: Settings, shipped: Mapping[str, Curriculum], opens: Opens = None) -> int:
    """Open the console on a store, and stay in it until it is left.

    It opens on the screen asked for, else on the one defense that was live here, else on the queue. Drafts, leases and
    what waits to be written reach the disk before it ends, also on SIGTERM and SIGHUP: the application sees to that.

    Returns:
        0, or 1 when the console ended by a fault of its own or could not write everything.

    Raises:
        ConsoleError: The store cannot be used, the settings clash, or there is no terminal.
    """
    from defense_console.keys.keymap import check_keymap
    from defense_console.terminal.first_frame import first_frame
    from defense_console.words.translation import _

    check_keymap(settings)
    if not in_browser() and not all(s is not None and s.isatty() for s in (sys.stdin, sys.stdout)):
        raise ConsoleError(N_("The console needs a terminal; the commands list, show and report do not."))
    _ignore_debugging_switches()
    gc.disable()  # nothing that the start makes is garbage; see _settle
    with first_frame(settings, "" if opens else _("Defenses")) as covered:
        return _opened_console(place, settings, shipped, opens, covered)


def _opened_console(
    place: Place, settings: Settings, shipped: Mapping[str, Curriculum], opens: Opens, covered: Callable[[], None]
) -> int:
    """Open the console, see `open_console`. Args: covered: to call once its first screen is drawn."""
    opened = place if isinstance(place, Address) else backups_of(place, settings)
    with opened_store(opened, create=True, patient=False) as store:
        if store.no_console is not None:
            raise store.no_console
        from defense_console.app import ConsoleApp
        from defense_console.desk.logs.leases import clear_void
        from defense_console.desk.logs.searches import Searches
        from defense_console.desk.logs.unsaved import aside_sentence, replayed_sentences
        from defense_console.desk.upkeep.daily_backup import DailyBackup
        from defense_console.terminal.faults import no_values_told
        from defense_console.terminal.words import sentence

        # A store that is only read is not copied either: there is no space for it, or no right. A school's is copied
        # on its server.
        reads_only = store.read_only is not None
        settings = _settings_for(store, settings)
        daily = None if reads_only or isinstance(opened, Address) else DailyBackup(opened, settings.zone)
        before: tuple[str, ...] = ()
        if not reads_only:
            before = replayed_sentences(written_from_spool(store, settings))
            clear_void(store, clocks.read(), clocks.process_start)
        store.pending()  # what is damaged in the store is said here, before anything is drawn
        before = (*before, *aside_sentence(store))
        recorders: list[Recorder] = []

        def desk(deliver: Callable[[Answer | Searched], None]) -> Desk:
            recorders.append(recorder := recorder_for(store, settings, deliver))
            if store.read_only is None:
                recorder.start()
            return _desk(store, recorder, settings, shipped, daily, Searches(store.another, deliver))

        app = ConsoleApp(desk, settings, opens=opens)
        app.when_painted = lambda: _settle(covered)
        app.first_words = (*((sentence(store.notice),) if store.notice is not None else ()), *before)

        def tell(fault: BaseException) -> None:
            app.call_later(app.note_fault, fault)  # from whichever thread

        with no_values_told(tell):
            app.run()
        left = [each for each in recorders if not each.close(CLOSE_S)]
    unsaved = [job for each in left for job in each.unsaved()]
    return ended(app.return_code or 0, app.fault, unsaved, next((r.spool_file for r in left), None))


def _settings_for(store: Store, settings: Settings) -> Settings:
    """Return the settings of a console on a store: on the demo cohort it asks nobody's name, and keeps no change."""
    import msgspec

    from defense_console.store.base import DEMO

    return settings if store.meta(DEMO) is None else msgspec.structs.replace(settings, kept=False, new=False)


_DEBUGGING = (
    "TEXTUAL", "TEXTUAL_LOG", "TEXTUAL_DEBUG", "TEXTUAL_DRIVER", "TEXTUAL_PRESS", "TEXTUAL_SCREENSHOT",
    "TEXTUAL_DEVTOOLS_HOST", "TEXTUAL_DEVTOOLS_PORT", "TEXTUAL_DISABLE_KITTY_KEY",
)  # fmt: skip
"""The toolkit's switches that write keys or screens into a file, send them, or read keys another way."""


def _ignore_debugging_switches() -> None:
    """Take the toolkit's debugging switches out of the environment: what is typed here is nobody else's."""
    for name in _DEBUGGING:
        os.environ.pop(name, None)


def _settle(covered: Callable[[], None]) -> None:
    """The first screen was drawn: keep what was made for it, so that the collector need not look at it at every key.

    Measured: the start is 7 to 15 % faster, and the slowest keys take 17 ms instead of 42.
    """
    covered()
    gc.freeze()
    gc.enable()


def ended(code: int, fault: str | None, unsaved: Sequence[Job], spool: Path | None) -> int:
    """Say what went wrong in a console that has ended and what it could not save; return the exit code."""
    from defense_console.desk.logs.unsaved import unsaved_counts
    from defense_console.terminal.words import say_error
    from defense_console.words.translation import _, ngettext

    if code:
        where = fault or "?"
        say_error(_("The console ended by a fault of its own ({place}); what was saved is safe.", place=where))
    actions, texts = unsaved_counts(unsaved)
    if actions:
        say_error(
            ngettext(
                "NOT SAVED: {n} action could not be written.", "NOT SAVED: {n} actions could not be written.", actions
            )
        )
    if texts:
        say_error(ngettext("NOT SAVED: {n} text being typed.", "NOT SAVED: {n} texts being typed.", texts))
    if (actions or texts) and spool is not None:
        say_error(_("It waits in {file}, and is written when the store is opened again.", file=spool))
    return 1 if code or actions or texts else 0
