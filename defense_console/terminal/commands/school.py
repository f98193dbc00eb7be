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
@click.option(
    "--hand-over", is_flag=True,
    help=N_("Take the student from their mentor too, and write down what is open for the next one."),
)  # fmt: skip
@click.option("--note", metavar="TEXT", help=N_("With --hand-over: what the next mentor has to know, in your words."))
@_ROLE
@_STUDENT
def give(session: Session, role: str, student: str, hand_over: bool, note: str | None) -> None:
    """Give a student."""
    if note is not None and not hand_over:
        raise ConsoleError("--note belongs to --hand-over.")
    if hand_over:
        _hand_over(session, role, student, note)
        return
    with _people(session) as found:
        found.give(role, student)
    say(_("{account} has {student} now; private notes of others stay theirs.",
          account=one_line(role), student=one_line(student)))  # fmt: skip


def _hand_over(session: Session, role: str, student: str, note: str | None) -> None:
    """Give a student to another mentor with a note; say what it is where the console made it."""
    with session.desk() as (_store, desk):
        follow = desk.follow(student)
        to = next((each for each in follow.handing_over.people if each.role == role), None)
        if to is None:
            raise ConsoleError("“{role}” is no mentor here, or has this student already.", role=role)
        text = follow.handing_over.note if note is None else note
        follow.handing_over.give(to, text)
        whose = follow.whose
    say(_("{student} is followed by {mentor} now.", student=one_line(whose), mentor=one_line(to.called)))
    say_all(f"  {one_line(each)}" for each in text.splitlines())


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


@store_command(school, "ask-reading", N_("Ask a mentor for a second reading: they read that defense until it is done."))
@click.option("--end", is_flag=True, help=N_("Take that right away again."))
@click.argument("defense", metavar="DEFENSE")
@_ROLE
def ask_reading(session: Session, defense: str, role: str, end: bool) -> None:
    """Ask for a second reading, or end one."""
    from defense_console.desk.school import SchoolDesk
    from defense_console.terminal.opening import whole_id

    with session.desk() as (store, desk):
        asking = SchoolDesk(desk.agenda)
        summary = store.summaries_by_ids([whole_id(store, defense)])[0]
        (asking.end_reading if end else asking.ask_reading)(summary, role)
    text = N_("{account} no longer reads this defense.") if end else N_("{account} may read this defense again.")
    say(_(text, account=one_line(role)))
    if not end:
        say(_("The server gives them its whole log: only the console withholds the ratings until they have rated."))


@store_command(school, "waiting", N_("Show what waits too long and for whom, and what each mentor has to do."))
@_AS_JSON
def waiting(session: Session, as_json: bool) -> None:
    """List what waits."""
    from defense_console.desk.school import SchoolDesk
    from defense_console.terminal.waiting import waiting_document, waiting_lines

    with session.desk() as (_store, desk):
        found, now, people = SchoolDesk(desk.agenda).waiting(), desk.now().wall, desk.team.known
    if as_json:
        say_json(waiting_document(found))
    else:
        say_all(waiting_lines(found, people, now, session.settings.zone))
