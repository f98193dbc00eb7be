"""`school …`: who is in a school on a server, and which students are whose."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import click

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line
from defense_console.terminal.base import Session, shared, store_command
from defense_console.terminal.worded import OneOf, WordedGroup
from defense_console.terminal.words import say, say_all, say_json
from defense_console.words.translation import _, date_time, ngettext

if TYPE_CHECKING:
    from defense_console.store.postgres.people import Kind, People
    from defense_console.store.postgres.store import PostgresStore

_KINDS = {
    "mentor": N_("mentor"),
    "administrator": N_("administrator"),
    "service": N_("pages for students"),
    "access": N_("right of access"),
}
_AS_JSON = click.option("--json", "as_json", is_flag=True, help=N_("Print one JSON document."))
_ROLE = click.argument("role", metavar="ACCOUNT")
_STUDENT = click.argument("student", metavar="STUDENT")


@click.group("school", cls=WordedGroup, help=N_("See and change who is in a school, and which students are whose."))
@shared
def school() -> None:
    """Look after the people of a school."""


@contextmanager
def _people(session: Session, *, create: bool = False) -> Iterator[People]:
    from defense_console.terminal.opening import school_address

    _settings = session.settings  # they also choose the language
    if school_address(session.store) is None:
        raise ConsoleError(N_("This belongs to a school: name its address, --store postgresql://…"))
    with session.store_of(create=create) as store:
        from defense_console.store.postgres.people import People

        yield People(cast("PostgresStore", store))


@store_command(school, "people", N_("Show who has an account in the school, and which students are whose."))
@_AS_JSON
def people(session: Session, as_json: bool) -> None:
    """List the people."""
    from defense_console.terminal.tables import aligned

    with _people(session) as found:
        everybody = found.all()
    if as_json:
        say_json(
            [
                {"account": each.role, "kind": each.kind, "name": each.name, "students": list(each.students)}
                for each in everybody
            ]
        )
        return
    rows = [
        (one_line(each.role), _(_KINDS[each.kind]), one_line(each.name), one_line(" ".join(each.students)))
        for each in everybody
    ]
    say_all(aligned(rows) if rows else [_("Nobody has an account here yet: “school add” makes one.")])


@store_command(school, "add", N_("Let an account of the server into the school; one that is missing is made."))
@click.option(
    "--kind", type=OneOf(*_KINDS), default="mentor",
    help=N_("What it is: mentor, administrator, service (pages for students) or access (right of access)."),
)  # fmt: skip
@click.option("--name", metavar="NAME", help=N_("The person's name as in the record; otherwise that of the account."))
@_ROLE
def add(session: Session, role: str, kind: Kind, name: str | None) -> None:
    """Add a person."""
    with _people(session, create=True) as found:
        made = found.add(role, kind, name or role)
    say(_("{account} is in the school now, as: {kind}.", account=one_line(role), kind=_(_KINDS[kind])))
    if made:
        say(_("The account was made without a password. Give it one in psql: \\password {account}",
              account=one_line(role)))  # fmt: skip


@store_command(school, "remove", N_("Take every right from an account; what it wrote stays."))
@_ROLE
def remove(session: Session, role: str) -> None:
    """Remove a person."""
    with _people(session) as found:
        left = found.remove(role)
    say(_("{account} is no longer in the school. The account is still on the server: dropuser removes it.",
          account=one_line(role)))  # fmt: skip
    if left:
        say(ngettext("{n} student is nobody's now: {ids}", "{n} students are nobody's now: {ids}", len(left),
                     ids=one_line(" ".join(left))))  # fmt: skip


@store_command(school, "give", N_("Give a student to a mentor, who then reads and writes everything about them."))
@_ROLE
@_STUDENT
def give(session: Session, role: str, student: str) -> None:
    """Give a student."""
    with _people(session) as found:
        found.give(role, student)
    say(_("{account} has {student} now; private notes of others stay theirs.",
          account=one_line(role), student=one_line(student)))  # fmt: skip


@store_command(school, "take", N_("Take a student from a mentor."))
@_ROLE
@_STUDENT
def take(session: Session, role: str, student: str) -> None:
    """Take a student."""
    with _people(session) as found:
        found.take(role, student)
    say(_("{account} no longer has {student}.", account=one_line(role), student=one_line(student)))


@store_command(school, "readings", N_("Show when everything held about a student was read, and with which account."))
@_AS_JSON
def readings(session: Session, as_json: bool) -> None:
    """List the readings."""
    from defense_console.terminal.tables import aligned

    with _people(session) as found:
        every = found.readings()
    if as_json:
        say_json([{"at": each.at, "account": each.role, "student": each.student} for each in every])
        return
    zone = session.settings.zone
    rows = [(date_time(each.at, zone), one_line(each.role), one_line(each.student)) for each in every]
    say_all(aligned(rows) if rows else [_("Nothing was read with the account for the right of access.")])
