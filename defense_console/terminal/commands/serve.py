"""`serve`: the console in a browser and the pages for students; who may come in."""

from __future__ import annotations

import hashlib
import os
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.instants import instant
from defense_console.settings import path_named
from defense_console.terminal.base import Session, settle_language, shared, store_command
from defense_console.terminal.worded import OneOf, WordedGroup
from defense_console.terminal.words import say, say_error, say_note
from defense_console.words.translation import _, date_time, ngettext

if TYPE_CHECKING:
    from defense_console.web.people import People

FOLDER_VARIABLE: Final = "DEFENSE_CONSOLE_SERVE"
"""Environment variable that names another folder for accounts, links and what came in and waits."""
PORT: Final = 8765
ADDRESS: Final = "address"
"""File that says under which address the pages are served, for the links that are made beside."""


@click.group(
    "serve", cls=WordedGroup, invoke_without_command=True,
    help=N_("Show the console in a browser, and students their own page."),
)  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65_535), default=PORT, metavar="N", help=N_("The port; otherwise 8765."))
@click.option(
    "--listen", default="127.0.0.1", metavar="ADDRESS",
    help=N_("Address of this machine to listen at; otherwise only this machine itself reaches the pages."),
)  # fmt: skip
@click.option("--public", default="", metavar="URL", help=N_("The https:// address by which people reach the pages."))
@click.option("--certificate", default="", metavar="FILE", help=N_("Certificate for TLS; without it a proxy does TLS."))
@click.option("--key", default="", metavar="FILE", help=N_("Key of the certificate."))
@click.option("--most", type=click.IntRange(1, 200), default=8, metavar="N", help=N_("How many consoles may run."))
@click.option(
    "--idle", type=click.IntRange(1, 10_080), default=120, metavar="MIN",
    help=N_("After how many minutes a console ends that no page shows."),
)  # fmt: skip
@shared
@click.pass_context
def serve(ctx: click.Context, /, **options: Any) -> None:
    """Serve the pages until the end."""
    session = ctx.ensure_object(Session)
    if ctx.invoked_subcommand is not None:
        return
    _serve(session, **options)


def _serve(
    session: Session, port: int, listen: str, public: str, certificate: str, key: str, most: int, idle: int
) -> None:
    _check_installed()
    from defense_console.keys.keymap import check_keymap
    from defense_console.web.served import Serving
    from defense_console.web.serving import run
    from defense_console.web.site import is_loopback, site

    check_keymap(session.settings)
    if bool(certificate) != bool(key):
        raise ConsoleError("--certificate and --key belong together.")
    where = site(listen, port, public, bool(certificate))
    with session.store_of(create=True) as store:  # what is wrong with it is said here, not in a page
        no_console = store.no_console
    people = _people(session)
    _remember(_folder(session), where.url)
    place = session.place()
    served = str(place.absolute()) if isinstance(place, Path) else str(place)
    if not is_loopback(listen):
        say_note(_("Other machines can reach these pages now, under {url}: whoever signs in works on {store}.",
                   url=where.url, store=served))  # fmt: skip
    say(_("The console is at {url} until you press Ctrl+C here.", url=where.url))
    if isinstance(place, Path) and not people.all():
        people.change(_own_name(session))
    if sys.stdout.isatty() and (found := people.all()) and not any(person.password for person in found):
        say(_("Sign in, once: {link}", link=f"{where.url}/enter/{people.new_link(found[0].name)}"))
    run(
        Serving(
            site=where, people=people, folder=_folder(session), served=served, language=session.lang or "",
            most=most, idle_min=idle, listen=listen, port=port, certificate=certificate, key=key,
            reading=session.desk, writing=session.writing_desk, table=lambda language: _table(session, language),
            own=isinstance(place, Path), no_console=no_console, settings=session.settings, now=_now,
            tell=lambda place: say_error(_("A fault in the pages ({place}).", place=place)),
        )
    )  # fmt: skip


def _table(session: Session, language: str) -> bytes:
    """Return all defenses as a table."""
    from defense_console.exchange.lists.defenses_csv import CsvForm

    with session.store_of() as store:
        form = CsvForm(session.settings.zone, language, ";", True)
        return b"".join(session.exchange(store).export_csv(form))


def _check_installed() -> None:
    from importlib.util import find_spec

    if any(find_spec(name) is None for name in ("starlette", "uvicorn", "textual_serve", "argon2")):
        raise ConsoleError("Pages need more than is installed: install defense-console[web].")


def _folder(session: Session) -> Path:
    """Return where `serve` keeps what belongs to it: one folder for each store."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return path_named(named)
    from platformdirs import user_state_path

    place = session.place()
    named = str(place.resolve()) if isinstance(place, Path) else str(place)
    mark = hashlib.sha256(named.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return user_state_path("defense-console-serve", appauthor=False) / mark


def _people(session: Session) -> People:
    _check_installed()
    from defense_console.web.people import People

    return People(_folder(session), _now, only_one=isinstance(session.place(), Path))


def forgotten_by_serve(session: Session, student: str) -> tuple[Path, ...]:
    """Forget a student in what `serve` keeps; return what could not be removed."""
    folder = _folder(session)
    if not folder.exists():
        return ()
    from defense_console.web.forgetting import forget_student
    from defense_console.web.people import People
    from defense_console.web.readings import Readings

    people = People(folder, _now, only_one=True)
    try:
        forget_student(folder, people, Readings(folder / "readings.jsonl", _now), student)
    except (ConsoleError, OSError):
        return (folder,)
    return ()


def _now() -> datetime:
    return instant(clocks.read().wall)


def _own_name(session: Session) -> str:
    """Return the name by which the mentor of a store in a folder signs in: the settings' one, in letters and digits."""
    import re
    import unicodedata

    plain = unicodedata.normalize("NFKD", session.settings.name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", ".", plain).strip(".")[:32] or "mentor"


NAME = click.argument("name", metavar="NAME")
URL = click.option(
    "--at", "url", default="", metavar="URL", help=N_("Address of the pages; otherwise where they are served.")
)


def _url(session: Session, url: str) -> str:
    """Return the address of the pages: as asked for, else as they are or were served last."""
    if url:
        return url.rstrip("/")
    with suppress(OSError, UnicodeError):
        return (_folder(session) / ADDRESS).read_text("utf-8")
    return f"http://127.0.0.1:{PORT}"


def _remember(folder: Path, url: str) -> None:
    from defense_console.store.durable_files import make_folder

    with suppress(OSError):  # links then need --at
        make_folder(folder)
        (folder / ADDRESS).write_text(url, "utf-8")


@store_command(serve, "link", N_("Make a link that lets somebody sign in once; make the account where there is none."))
@click.option("--role", type=OneOf("mentor", "administrator"), help=N_("What they see; otherwise a mentor’s console."))
@click.option("--account", metavar="ADDRESS", help=N_("The school, as this person’s own account opens it."))
@URL
@NAME
def link(session: Session, name: str, role: Any, account: str | None, url: str) -> None:
    """Make a link."""
    settle_language(session)
    people = _people(session)
    if account:
        from defense_console.store.postgres.address import address

        account = str(address(account))
    people.change(name, role, account)
    say(f"{_url(session, url)}/enter/{people.new_link(name)}")
    say_note(_("It works once, within half an hour."))


@store_command(serve, "password", N_("Give somebody a password; it is asked for, and never shown."))
@NAME
def password(session: Session, name: str) -> None:
    """Set a password."""
    settle_language(session)
    people = _people(session)
    people.change(name)
    typed = click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("Again"), err=True)
    people.set_password(name, typed)
    say(_("“{name}” signs in with this password from now on.", name=name))


@store_command(serve, "remove", N_("Take somebody’s account away; who is signed in is signed out."))
@NAME
def remove(session: Session, name: str) -> None:
    """Remove an account."""
    settle_language(session)
    if not _people(session).remove(name):
        raise ConsoleError("There is nobody called “{name}” here.", name=name)
    say(_("“{name}” cannot sign in any more.", name=name))


@store_command(serve, "people", N_("List who may sign in."))
def people_command(session: Session) -> None:
    """List the accounts."""
    settle_language(session)
    for person in _people(session).all():
        way = _("password") if person.password else _("links only")
        say("  ".join(part for part in (person.name, person.role, way, person.address) if part))


@store_command(serve, "student-link", N_("Make the link to a student’s page."))
@click.option("--days", type=click.IntRange(1, 366), default=90, metavar="N", help=N_("For how long; otherwise 90."))
@click.option("--take-back", is_flag=True, help=N_("Take every link of this student back instead."))
@URL
@click.argument("student", metavar="ID")
def student_link(session: Session, student: str, days: int, take_back: bool, url: str) -> None:
    """Make or take back the link of a student."""
    people = _people(session)
    with session.desk() as (_store, desk):
        if desk.student(student) is None and not take_back:
            raise ConsoleError("There is no student {id} here.", id=student)
    if take_back:
        n = people.take_back(student)
        say(ngettext("{n} link taken back.", "{n} links taken back.", n))
        return
    say(f"{_url(session, url)}/s/{people.new_student_link(student, days)}")
    expires = max(each.expires for each in people.student_links() if each.student == student)
    say_note(_("Whoever has this link reads the student’s page, until {when}. It is shown only now.",
               when=date_time(expires, session.settings.zone)))  # fmt: skip
