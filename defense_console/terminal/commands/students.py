"""`students`, `student`, `check-in`, `agenda` and `alerts`: whom the mentor follows, and what a day holds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import click

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line, shortened, visible
from defense_console.terminal.base import Session, shared
from defense_console.terminal.worded import OneOf, WordedCommand
from defense_console.terminal.words import say_all, say_json
from defense_console.words.translation import (
    _,
    date_text,
    date_time,
    error_text,
    language,
    ngettext,
    time_of_day,
    translator,
)

if TYPE_CHECKING:
    from defense_console.desk.desk import Desk
    from defense_console.desk.exchange.files import ExchangeDesk
    from defense_console.desk.student.outlook import OutlookDesk
    from defense_console.desk.student.overview import StudentLine
    from defense_console.desk.student.student import StudentDesk
    from defense_console.model.student.weekly import Occurrence

_NAME = 28
_AS_JSON = click.option("--json", "as_json", is_flag=True, help=N_("Print one JSON document."))


@click.command("students", cls=WordedCommand, help=N_("Show the students with their sessions and goals."))
@_AS_JSON
@shared
@click.pass_obj
def students(session: Session, as_json: bool) -> None:
    """List the students."""
    with session.desk(create=True) as (_store, desk):
        lines = desk.students.lines()
        if as_json:
            from defense_console.desk.student.shown import line_document

            ahead = desk.outlooks.all()
            say_json([line_document(line, ahead[line.student.id]) for line in lines])
            return
        say_all(_students(lines, desk, session.settings.zone))


def _students(lines: tuple[StudentLine, ...], desk: Desk, zone: str) -> Iterator[str]:
    from defense_console.terminal.tables import aligned

    if not lines:
        yield _("There is no student here.")
        return
    from defense_console.desk.student.outlook_words import forecast_short

    rows, ahead, today = [], desk.outlooks.all(), desk.outlooks.today
    for line in lines:
        standing = line.student.standing
        goals = ngettext("{n} goal", "{n} goals", standing.open_goals) if standing.open_goals else "—"
        due = f" ({date_text(date.fromisoformat(standing.next_due))})" if standing.next_due else ""
        rows.append(
            (
                one_line(line.student.id),
                shortened(line.student.name, _NAME),
                one_line(standing.curriculum) or "—",
                _("{held} of {planned} sessions", held=line.sessions.held, planned=line.sessions.planned)
                if line.sessions.planned
                else "—",
                _("seen {day}", day=date_text(line.last_seen, zone)) if line.last_seen else "—",
                goals + due,
                forecast_short(ahead[line.student.id].forecast, today, translator(language())) or "—",
                _("away") if line.away else (date_time(line.next.at, zone) if line.next is not None else "—"),
            )
        )
    yield from aligned(rows)


@click.command("student", cls=WordedCommand, help=N_("Show one student, or write everything held about them."))
@_AS_JSON
@click.option(
    "--access", is_flag=True,
    help=N_("Write everything held about the student, private notes included: the right of access."),
)  # fmt: skip
@click.option(
    "--format", "form", type=OneOf("jsonl", "txt", "pdf"), default="jsonl",
    help=N_("With --access: the whole record as JSON Lines, or the same in words as plain text or PDF."),
)  # fmt: skip
@click.option("-o", "--output", metavar="FILE", help=N_("Write into a file."))
@click.argument("student", metavar="STUDENT")
@shared
@click.pass_obj
def student(session: Session, student: str, as_json: bool, access: bool, form: str, output: str | None) -> None:
    """Show a student, by id or whole name."""
    if as_json and access:
        raise ConsoleError("--json and --access are two different documents: ask for one of them.")
    if (output is not None or form != "jsonl") and not access:
        raise ConsoleError("-o and --format belong to --access.")
    with session.desk() as (store, desk):
        if access:
            store.begin_access(student)  # in a school, by its id: nothing of the student can be read before
            whose = desk.follow(desk.students.named(student))
            _write_access(session, session.exchange(store), whose, form, output)
            return
        id = desk.students.named(student)
        found = desk.follow(id)
        if as_json:
            from defense_console.desk.student.shown import student_document

            say_json(student_document(found, desk.outlooks))
            return
        say_all(_student(found, desk.outlooks, session.settings.zone))


def _write_access(session: Session, exchange: ExchangeDesk, desk: StudentDesk, form: str, output: str | None) -> None:
    from defense_console.terminal.files import refuse_terminal, write

    if form == "jsonl":
        write(output, exchange.export_of(desk.id))
        return
    from defense_console.desk.student.access import access_report
    from defense_console.reports.rendering.formats import BINARY, rendered

    if form in BINARY:
        refuse_terminal(form, output)
    write(output, [rendered(access_report(desk, language(), session.settings.zone), form)])


def _student(desk: StudentDesk, outlooks: OutlookDesk, zone: str) -> Iterator[str]:
    from defense_console.desk.student.outlook_words import forecast_sentence, readiness_sentences, record_sentence
    from defense_console.desk.student.wording import describe_student
    from defense_console.desk.typed.weekly import weekly_text
    from defense_console.terminal.tables import aligned, titled

    words, shown, student = translator(language()), desk.overview(), desk.student
    line = shown.line
    rows = [(_("Student"), one_line(student.name)), (_("Id"), one_line(student.id))]
    if student.email:
        rows.append((_("E-mail"), one_line(student.email)))
    rows += [(_("Weekly session"), weekly_text(plan, words)) for plan in student.standing.plans[-1:]]
    if line.sessions.planned:
        held = _("{held} of {planned} sessions", held=line.sessions.held, planned=line.sessions.planned)
        rows.append((_("Held"), held))
    if line.next is not None:
        rows.append((_("Next session"), date_time(line.next.at, zone)))
    if shown.record.settled:
        kept = _("{kept} kept of {settled}", kept=shown.record.kept, settled=shown.record.settled)
        rows.append((_("Goals"), kept))
    ahead = outlooks.of(desk.id).forecast
    if ahead is not None:
        rows.append((_("End"), forecast_sentence(ahead, outlooks.rules.forecast, outlooks.today, words)))
        if ahead.end is not None and (record := record_sentence(outlooks.cohort, words)):
            rows.append(("", record))
    yield from aligned(rows)
    if (project := desk.running_project) is not None:
        facts = readiness_sentences(outlooks.readiness(desk.id, project.id), desk.project_titles(project.id), words)
        yield from titled(_("Before the defense of {project}", project=project.id), [visible(each) for each in facts])
    yield from titled(_("Open goals"), [_goal(goal.text, goal.due, goal.condition) for goal in shown.goals])
    yield from titled(_("I promised"), [_goal(each.text, each.due, "") for each in student.open_promises])
    yield from titled(_("Private notes"), [visible(note.text) for note in student.notes])
    log = desk.events
    yield from titled(
        _("Log"),
        [f"{date_time(e.at.wall, zone)}  {one_line(describe_student(e, language(), zone, log))}" for e in log],
    )


def _goal(text: str, due: str, condition: str) -> str:
    parts = [visible(text)]
    if due:
        parts.append(_("due {day}", day=date_text(date.fromisoformat(due))))
    if condition:
        parts.append(_("when {condition}", condition=visible(condition)))
    return " · ".join(parts)


@click.command("check-in", cls=WordedCommand, help=N_("Open the console on the check-in of a student."))
@click.argument("student", metavar="STUDENT")
@shared
@click.pass_obj
def check_in(session: Session, student: str) -> int:
    """Open the check-in of a student, by id or whole name."""
    from defense_console.terminal.opening import open_console

    with session.desk() as (_store, desk):
        id = desk.students.named(student)
    return open_console(session.place(), session.settings, session.shipped, ("check_in", id))


@click.command("agenda", cls=WordedCommand, help=N_("Show the weekly sessions and the defenses of a day."))
@click.option(
    "--day", metavar="DAY", help=N_("The day, such as 2026-11-24, 24/11, friday or in 2 days; otherwise today.")
)
@_AS_JSON
@shared
@click.pass_obj
def agenda(session: Session, day: str | None, as_json: bool) -> None:
    """Show a day of the mentor's."""
    from defense_console.desk.typed.day import typed_day
    from defense_console.words.translation import local_day

    with session.desk(create=True) as (_store, desk):
        today = local_day(desk.now().wall, session.settings.zone)
        chosen = today if day is None else typed_day(day, today)
        rows = _agenda(desk, chosen, session.settings.zone)
        if as_json:
            say_json([document for _at, document, _text in rows])
            return
        say_all([text for _at, _document, text in rows] or [_("Nothing is planned on {day}.", day=date_text(chosen))])


def _agenda(desk: Desk, day: date, zone: str) -> list[tuple[str, dict[str, object], str]]:
    """Return what a day holds: its instant, its document and its line; in order."""
    from defense_console.desk.student.shown import session_document
    from defense_console.words.values import OUTCOMES, SESSIONS

    found: list[tuple[str, dict[str, object], str]] = []
    sessions = [(each.session.at, each, "") for each in desk.students.sessions_of(day)]
    sessions += [(at, each, date_time(each.session.at, zone)) for at, each in desk.students.moved_from(day)]
    for at, each, gone_to in sessions:
        who = {"id": each.student.id, "name": each.student.name}
        document: dict[str, object] = {"kind": "session", "student": who, **session_document(each.session)}
        document["state"] = "moved" if gone_to else each.session.state
        found.append((at, document, _line(at, zone, each.student.name, _session(each.session, gone_to))))
    for entry in desk.agenda.of_day(day):
        summary = entry.summary
        document = {
            "kind": "defense",
            "student": {"id": summary.student_id, "name": entry.student_name},
            "at": summary.planned_at,
            "id": summary.id,
            "project": summary.project,
            "attempt": summary.attempt,
            "state": summary.session,
            "outcome": summary.in_force,
        }
        words = [_(SESSIONS[summary.session]), *([_(OUTCOMES[summary.in_force])] if summary.in_force else [])]
        text = f"{one_line(summary.project)} · {', '.join(words)}"
        found.append((summary.planned_at, document, _line(summary.planned_at, zone, entry.student_name, text)))
    return sorted(found, key=lambda row: row[0])


def _line(at: str, zone: str, name: str, text: str) -> str:
    return f"{time_of_day(at, zone)}  {one_line(name)} · {text}"


def _session(session: Occurrence, gone_to: str) -> str:
    from defense_console.words.values import STUDENT_SESSIONS

    words = [_("moved: now {when}", when=gone_to) if gone_to else _(STUDENT_SESSIONS[session.state])]
    if session.holiday:
        words.append(one_line(session.holiday))
    if session.moved and not gone_to:
        words.append(_("moved: first planned for {day}", day=date_text(date.fromisoformat(session.day))))
    state = ", ".join(words)
    return _("weekly session, {state}", state=state) if session.day else _("session, {state}", state=state)


@click.command(
    "alerts", cls=WordedCommand, help=N_("Show which alerts are proposed and raised, and how often rules were right.")
)
@_AS_JSON
@shared
@click.pass_obj
def alerts(session: Session, as_json: bool) -> None:
    """Show the alerts."""
    with session.desk(create=True) as (_store, desk):
        if as_json:
            from defense_console.desk.student.shown import alerts_document

            say_json(alerts_document(desk.outlooks))
            return
        say_all(_alerts(desk.outlooks, session.settings.zone, desk.now().wall))


def _alerts(outlooks: OutlookDesk, zone: str, now: str) -> Iterator[str]:
    from defense_console.desk.student import outlook_words as words
    from defense_console.terminal.tables import aligned, titled

    in_words = translator(language())
    rules = {rule.id: rule for rule in outlooks.rules.alerts.rules}
    if outlooks.rulebook.problem is not None:
        yield error_text(outlooks.rulebook.problem)
    proposals, raised = outlooks.proposals(), outlooks.raised()
    if not proposals and not raised:
        yield _("No alert is proposed and none is raised.")
    names = {id: one_line(each.student.name) for id, each in outlooks.at_once().items()}
    said = [
        _("{name}: {text}", name=names[each.student],
          text=" · ".join(words.reason_sentence(r, rules, in_words) for r in each.reasons))
        for each in proposals
    ]  # fmt: skip
    yield from titled(_("Proposed"), said)
    yield from titled(
        _("Raised"),
        [
            _("{name}: {text}", name=names[student.id], text=visible(alert.facts))
            + f" · {words.alert_state(alert, outlooks.rules.alerts, zone, now, in_words)}"
            for student, alert in raised
        ],
    )
    rows = []
    for each in outlooks.rule_records():
        counted = _("{name}: {text}", name=_(words.RULES[each.rule.measure]), text=each.rule.at_least)
        tighter = words.tighter_sentence(each.rule, each.tighter, in_words) if each.tighter is not None else ""
        rows.append((each.rule.id, counted, words.precision_sentence(each.precision, in_words), tighter))
    yield from titled(_("Rules"), list(aligned(rows)))
