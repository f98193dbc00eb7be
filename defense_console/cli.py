"""The command line. A console is opened by it; everything else it does without loading the toolkit of the screens.

Exit codes: 0 ok · 1 a fault of ours · 2 the user's input or configuration. Shapes of `--json`: docs/json.md.
"""

from __future__ import annotations

from typing import Any

import click

from defense_console import __version__, clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import visible
from defense_console.reports.rendering.formats import FORMATS
from defense_console.settings import path_named
from defense_console.terminal import answers
from defense_console.terminal.base import ConsoleGroup, Session, settle_language, shared, store_command
from defense_console.terminal.files import refuse_terminal, write
from defense_console.terminal.worded import OneOf, WordedGroup
from defense_console.terminal.words import say, say_error, say_json, say_note, say_problems
from defense_console.words.translation import _, language, ngettext


def _version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        say(f"defense-console {__version__}")
        ctx.exit()


@click.group(
    cls=ConsoleGroup, invoke_without_command=True, help=N_("Run, judge and report live defenses from the terminal.")
)
@shared
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help=N_("Show the version.")
)
@click.pass_context
def main(ctx: click.Context) -> int | None:
    """Open the console."""
    session = ctx.ensure_object(Session)
    if ctx.invoked_subcommand is not None:
        return None
    return answers.open_it(session)


AS_JSON = click.option("--json", "as_json", is_flag=True, help=N_("Print one JSON document."))
ID = click.argument("defense", metavar="ID")


# --- reading -----------------------------------------------------------------------------------------------------


@store_command(main, "list", N_("Show the pending defenses."))
@AS_JSON
def list_command(session: Session, as_json: bool) -> None:
    """List the queue."""
    answers.show_queue(session, as_json)


@store_command(main, "show", N_("Show one defense as it is known now."))
@AS_JSON
@ID
def show_command(session: Session, defense: str, as_json: bool) -> None:
    """Show one defense."""
    answers.show_defense(session, defense, as_json)


@store_command(main, "log", N_("Show the events of one defense."))
@AS_JSON
@ID
def log_command(session: Session, defense: str, as_json: bool) -> None:
    """Show the log."""
    answers.show_log(session, defense, as_json)


@store_command(main, "verify", N_("Check the hash chain of one defense, or of everything."))
@click.argument("defense", metavar="[ID]", required=False)
def verify_command(session: Session, defense: str | None) -> int:
    """Verify the hash chain, and every document."""
    from defense_console.model.defense.subject import DEFENSE
    from defense_console.terminal.opening import whole_id
    from defense_console.terminal.progress import watched

    settle_language(session)
    with session.store_of() as store:
        if defense is None:
            logs, problems = store.size().logs, store.verify_all(watched)
        else:
            logs, problems = 1, store.verify(DEFENSE.stream(whole_id(store, defense)))
        if defense is None:
            problems += store.vault.verify()
        found = [
            (p.stream if p.seq is None else f"{p.stream} {p.seq}", ConsoleError(p.text_id, **p.parameters))
            for p in problems
        ]
        code = say_problems(found, ngettext("{n} log checked: sound.", "{n} logs checked: all sound.", logs))
        if withheld := store.withheld("" if defense is None else DEFENSE.stream(whole_id(store, defense))):
            say(ngettext("{n} line withheld: only its author reads it.",
                         "{n} lines withheld: only their authors read them.", withheld))  # fmt: skip
        return code


@store_command(main, "report", N_("Print the report of one defense."))
@click.option("--for", "reader", type=OneOf("student", "mentor", "jury"), default="student", help=N_("Who reads it."))
@click.option(
    "--format", "form", type=OneOf(*FORMATS), default="md",
    help=N_("Markdown, plain text, web page, PDF or word processor document."),
)  # fmt: skip
@click.option(
    "--version", "version", type=int, metavar="N", help=N_("The verdict as it was when this version was released.")
)
@click.option("-o", "--output", metavar="FILE", help=N_("Write into a file."))
@ID
def report_command(
    session: Session, defense: str, reader: Any, form: str, version: int | None, output: str | None
) -> None:
    """Write the report, in the language asked for, else in the defense's own, else in the console's."""
    from defense_console.reports.rendering.formats import BINARY, rendered
    from defense_console.terminal.opening import whole_id

    if form in BINARY:
        refuse_terminal(form, output)
    with session.desk() as (store, desk):
        verdict = desk.verdict(whole_id(store, defense))
        wanted = session.lang or verdict.defense.language or language()
        report = verdict.report(reader, wanted, version)
    write(output, [rendered(report, form)])
    if not any(fact.id == "assessor" for fact in report.facts):
        _note_no_name(session)


@store_command(main, "message", N_("Print the message for the student after the release; nothing is sent."))
@click.option("--format", "form", type=OneOf("txt", "eml"), default="txt", help=N_("Plain text, or a draft e-mail."))
@click.option("-o", "--output", metavar="FILE", help=N_("Write into a file."))
@ID
def message_command(session: Session, defense: str, form: str, output: str | None) -> None:
    """Write the message, in the language asked for, else in the defense's own, else in the console's."""
    from defense_console.reports.content import message as messages
    from defense_console.terminal.opening import whole_id

    with session.desk() as (store, desk):
        verdict = desk.verdict(whole_id(store, defense))
        message = verdict.message(session.lang or verdict.defense.language or language())
        now = desk.now().wall
    if form == "eml":
        write(output, [messages.eml(message, now, session.settings.email)])
    else:
        write(output, [messages.text(message).encode()])
    if not message.signature:
        _note_no_name(session)


def _note_no_name(session: Session) -> None:
    """Say that nobody is named in what was written, and where the name is set."""
    say_note(_("Nobody is named in it: set your name in {file}.", file=session.settings.file))


# --- bringing in and out -----------------------------------------------------------------------------------------


@store_command(main, "export", N_("Write the whole store as JSON Lines, or a table of its defenses."))
@click.option("--files", "with_files", is_flag=True, help=N_("A ZIP instead: the whole store and every document."))
@click.option("--csv", "as_csv", is_flag=True, help=N_("A CSV table instead: one row for each defense."))
@click.option("--separator", type=OneOf(";", ","), help=N_("With --csv, between cells; otherwise “;”."))
@click.option("--bom/--no-bom", default=None, help=N_("With --csv, a byte order mark for spreadsheets or none."))
@click.option("-o", "--output", metavar="FILE", help=N_("Write into a file."))
def export_command(
    session: Session, with_files: bool, as_csv: bool, separator: Any, bom: bool | None, output: str | None
) -> None:
    """Export the whole store, or a table of it."""
    from defense_console.desk.exchange.whole_store import WholeStoreDesk
    from defense_console.exchange.lists.defenses_csv import CsvForm
    from defense_console.terminal.progress import watched_beside

    settle_language(session)
    if not as_csv and (separator is not None or bom is not None):
        raise ConsoleError("--separator and --bom belong to --csv.")
    if with_files and as_csv:
        raise ConsoleError("--files and --csv are two different files: ask for one of them.")
    if with_files:
        refuse_terminal("zip", output)
    watch = watched_beside(output)
    with session.store_of() as store:
        desk = session.exchange(store)
        if as_csv:
            form = CsvForm(session.settings.zone, language(), separator or ";", bom is not False)
            write(output, desk.export_csv(form))
        elif with_files:
            with WholeStoreDesk(desk, store.vault).exported(watch) as (missing, pieces):
                if missing:
                    text = ngettext("{n} document is missing in {place} and in this file: {first}",
                                    "{n} documents are missing in {place} and in this file, the first: {first}",
                                    len(missing), place=session.place(), first=missing[0])  # fmt: skip
                    say_error(text)
                write(output, pieces)
        else:
            write(output, desk.export(watch))


main.elsewhere |= {
    "students": "students.students",
    "student": "students.student",
    "check-in": "students.check_in",
    "agenda": "students.agenda",
    "alerts": "students.alerts",
    "insight": "insight.insight",
    "import": "importing.import_command",
    "calendar": "calendar.calendar",
    "receive": "receive.receive",
    "backup": "copies.backup",
    "restore": "copies.restore",
    "doctor": "doctor.doctor",
    "forget": "forget.forget",
    "school": "school.school",
    "serve": "serve.serve",
}


@store_command(main, "demo", N_("Open the demo cohort: invented students in every state."))
@click.option("--fill", is_flag=True, help=N_("Fill the store and do not open the console."))
@click.option("--now", metavar="INSTANT", help=N_("The instant the cohort is made for; otherwise now."))
def demo_command(session: Session, fill: bool, now: str | None) -> int:
    """Open or fill the demo cohort, in the console's language."""
    from defense_console.terminal.opening import open_console

    settings = session.settings
    at = clocks.read().wall if now is None else _instant(now, settings.zone)
    folder = session.folder(demo=True)
    with session.store_of(create=True, writing=fill, demo=True) as store:
        filled = session.exchange(store).fill_demo(at, language(), store.vault)
    if not fill:
        return open_console(folder, settings, session.shipped)
    say(_("The demo cohort is ready.") if filled else _("The demo cohort was there already; nothing was changed."))
    return 0


def _instant(text: str, zone: str) -> str:
    from defense_console.exchange.moments import moment

    try:
        return moment(text, zone, day_alone=True)
    except ConsoleError as error:
        raise ConsoleError(
            "{option}: found “{found}”, expected {expected}", option="--now", found=text, expected=error
        ) from None


# --- curricula and keys ------------------------------------------------------------------------------------------


@main.group("curricula", cls=WordedGroup, help=N_("List the curricula, or check files of your own."))
@shared
def curricula() -> None:
    """List or check curricula."""


@store_command(curricula, "list", N_("List the curricula that come with the console."))
@AS_JSON
def curricula_list(session: Session, as_json: bool) -> None:
    """List the shipped curricula."""
    settle_language(session)
    if as_json:
        say_json(
            [
                {
                    "code": c.code,
                    "title": c.title.in_(language()),
                    "status": c.status,
                    "projects": [{"id": p.id, "n": p.n, "title": p.title.in_(language())} for p in c.projects],
                }
                for c in session.shipped.values()
            ]
        )
        return
    for curriculum in session.shipped.values():
        say(f"{curriculum.code}  {visible(curriculum.title.in_(language()))}")
        for project in curriculum.projects:
            say(f"    {project.id}  {visible(project.title.in_(language()))}")


@store_command(curricula, "check", N_("Check a curriculum file or a folder of them; shows every error with its place."))
@click.argument("path", metavar="PATH")
def curricula_check(session: Session, path: str) -> int:
    """Check a file or folder of curricula."""
    from defense_console.exchange.curricula.comments import check_comments
    from defense_console.exchange.curricula.desk_rules import check_desk_rules
    from defense_console.exchange.curricula.reading import check

    settle_language(session)
    place = path_named(path)
    found = [
        (": ".join(part for part in (p.file, p.place) if part), ConsoleError(p.text_id, **p.parameters))
        for p in (*check(place), *check_comments(place), *check_desk_rules(place))
    ]
    return say_problems(found, _("No error found."))


@store_command(main, "keys", N_("List every command of the console with its keys."))
@AS_JSON
def keys_command(session: Session, as_json: bool) -> None:
    """List command ids, keys and labels."""
    answers.show_keys(session, as_json)
