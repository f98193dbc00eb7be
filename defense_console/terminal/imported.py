"""What imports print: what changed, what did not and why; user text made visible."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import Final

from defense_console.desk.exchange.files import Taken
from defense_console.desk.student.wording import describe_student
from defense_console.exchange.appointments import Appointment, ImportPlan, LeftOut, events_of
from defense_console.exchange.calendar.weekly_sessions import SessionsPlan
from defense_console.exchange.lists.understood import ReadRow
from defense_console.exchange.platform.comparing import PlatformDifference
from defense_console.exchange.same_id import revealed
from defense_console.model.defense.kinds import CalendarLinked, Planned, Rescheduled
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.log.envelope import Event, Stamp
from defense_console.model.student.kinds import StudentRegistered
from defense_console.model.student.subject import STUDENT
from defense_console.model.text import cells, one_line
from defense_console.terminal.tables import titled
from defense_console.terminal.words import bad_line_text, place_in_file
from defense_console.words.translation import _, date_time, duration_text, language, ngettext


def import_lines(taken: Taken, dry_run: bool, zone: str, *, every: bool = False) -> Iterator[str]:
    """Say what an import did, or would do, then what it left alone and why.

    Args:
        every: Events that speak of no defense are listed, not counted.
    """
    if dry_run:
        yield _("Dry run: nothing was written.")
    if taken.archive is not None:
        counts = taken.archive.count(DEFENSE), taken.archive.count(STUDENT)
        defenses = ngettext("{n} defense", "{n} defenses", counts[0])
        students = ngettext("{n} student", "{n} students", counts[1])
        yield _("Export taken: {defenses}, {students}.", defenses=defenses, students=students)
        if taken.documents:
            yield ngettext("{n} document with it.", "{n} documents with it.", taken.documents)
    if taken.plan is not None:
        if dry_run:
            yield from _understood(taken.plan, zone)
        yield from _read_otherwise(taken.plan)
        yield from changed_lines(taken.plan, zone)
        yield from _left_alone(taken.plan, zone, every)


def session_lines(plan: SessionsPlan, dry_run: bool, zone: str) -> Iterator[str]:
    """Say what a calendar changed of weekly sessions, then what was left alone and why."""
    if dry_run:
        yield _("Dry run: nothing was written.")
    changed = [each for each in plan.planned if each.whats]
    if not changed:
        yield _("Nothing to change: the store says the same already.")
    stamp = Stamp("", 0, 0, "")
    for each in changed:
        yield one_line(each.student.name)
        for what in each.whats:
            yield "  " + one_line(describe_student(Event(1, 1, stamp, "", what), language(), zone))
    left = [
        _("line {line}: “{title}”: {reason}", line=one.line, title=one_line(one.title) or _("without a title"),
          reason=_(one.reason, **one.parameters))
        for one in plan.left_alone
    ]  # fmt: skip
    yield from titled(_("Not taken:"), [*left, *(bad_line_text(fault, entries=False) for fault in plan.faults)])


def question_lines(plan: ImportPlan, zone: str) -> Iterator[str]:
    """Say what was understood and what the import would do, before the mentor is asked."""
    yield from _understood(plan, zone)
    yield from _read_otherwise(plan)
    if not plan.empty:
        yield _("What the import will do:")
    yield from changed_lines(plan, zone)
    yield from _left_alone(plan, zone, every=False)


_FIRST_ROWS: Final = 3


def _understood(plan: ImportPlan, zone: str) -> Iterator[str]:
    """Say which columns were found, and how the first rows are read."""
    found = plan.asked.understood
    if found is None:
        return
    if found.assumed:
        yield _("The file is not UTF-8; it is read as {encoding}. Look at the accents.", encoding=found.assumed)
    if found.sheet:
        yield _("Sheet: {name}", name=one_line(found.sheet))
    if found.matched and all(name == column for name, column in found.matched):
        yield _("Columns: {names}", names=", ".join(name for name, _column in found.matched))
    elif found.matched:
        width = max(cells(one_line(name)) for name, _column in found.matched)
        yield _("Columns:")
        for name, column in found.matched:
            yield f"  {one_line(name)}{' ' * (width - cells(one_line(name)))}  → {column}"
    if found.rows:
        yield _("First rows as they are read:")
        for row in found.rows[:_FIRST_ROWS]:
            yield "  " + _("{where}: {row}", where=place_in_file(row.line, plan.asked.entries), row=_row(row, zone))
        if (more := len(found.rows) - _FIRST_ROWS) > 0:
            yield "  " + ngettext("and {n} more row", "and {n} more rows", more)


def _read_otherwise(plan: ImportPlan) -> Iterator[str]:
    """Say which columns and lines were not read, and which ids are read otherwise than they are written."""
    found = plan.asked.understood
    if found is None:
        return
    if found.unread:
        yield _("Columns that are not read: {names}", names=", ".join(map(one_line, found.unread)))
    for one in found.skipped:
        if one.text:
            yield _("line {line} is no row and was left out: “{text}”", line=one.line, text=one_line(one.text))
    if blank := sum(not one.text for one in found.skipped):
        yield ngettext("{n} blank line was left out.", "{n} blank lines were left out.", blank)
    for id in found.ids:
        yield _("{where}: the id “{written}” looks like “{id}” and is read as it.",
                where=place_in_file(id.line, plan.asked.entries),
                written=one_line(revealed(id.written)), id=one_line(revealed(id.id)))  # fmt: skip


def _row(row: ReadRow, zone: str) -> str:
    parts = [one_line(row.student_id), one_line(row.student_name)]
    if row.project:
        attempt = _("attempt {n}", n=row.attempt) if row.attempt else _("the next attempt")
        parts += [row.project, attempt, date_time(row.planned_at, zone)]
    if row.duration_min is not None:
        parts.append(duration_text(row.duration_min * 60))
    return " · ".join(parts)


def changed_lines(plan: ImportPlan, zone: str) -> Iterator[str]:
    """Say what changed; the new dates of a list are counted, all others have a line of their own."""
    if plan.empty:
        yield _("Nothing to change: the store says the same already.")
    new = sum(isinstance(what, StudentRegistered) for _id, what in plan.students)
    changed = len(plan.students) - new
    if new:
        yield ngettext("{n} student registered.", "{n} students registered.", new)
    if changed:
        yield ngettext("{n} student changed.", "{n} students changed.", changed)
    named = [one for one in plan.appointments if plan.asked.source != "list" or one.before is not None]
    if counted := len(plan.appointments) - len(named):
        yield ngettext("{n} defense planned.", "{n} defenses planned.", counted)
    yield from (_appointment(one, zone) for one in named)


def _left_alone(plan: ImportPlan, zone: str, every: bool) -> Iterator[str]:
    """Say what the import left alone and why, and what the mentor can still say."""
    foreign = [one for one in plan.left_out if one.wish.foreign or not one.reason]
    others = [one for one in plan.left_out if one not in foreign]
    yield from titled(_("Not taken:"), [_left_out(one, zone) for one in others if not one.to_match])
    options = [line for one in others if one.to_match for line in _with_option(one, zone)]
    yield from titled(_("Not matched; if one of these is a defense, say which one with --match:"), options)
    if every:
        lines = [line for one in foreign for line in _with_option(one, zone)]
        yield from titled(_("Events that speak of no defense:"), lines)
    elif foreign:
        yield ""
        yield ngettext(
            "{n} event speaks of no defense; --all lists it.",
            "{n} events speak of no defense; --all lists them.",
            len(foreign),
        )
    yield from titled(
        _("The platform says something else; nothing was changed:"),
        [_difference(one, zone) for one in plan.differences],
    )
    yield from titled(_("Not matched:"), [_left_out(one, zone) for one in plan.asked.unmatched])
    if plan.past:
        yield ""
        n = plan.past
        if plan.asked.source == "sessions":
            yield ngettext("{n} session of the past was left out.", "{n} sessions of the past were left out.", n)
        else:
            yield ngettext("{n} event of the past was left out.", "{n} events of the past were left out.", n)
    if plan.asked.others:
        yield ""
        yield ngettext("{n} session is no defense.", "{n} sessions are no defenses.", plan.asked.others)


def _appointment(one: Appointment, zone: str) -> str:
    places = {"student": one_line(one.student_name), "project": one.key[1]}
    whats = events_of(one)
    for what in whats:
        if isinstance(what, Planned):
            return _("{project}, {student}: planned for {at}.", **places, at=date_time(what.planned_at, zone))
        if isinstance(what, Rescheduled) and one.before is not None:
            before, after = date_time(one.before.planned_at, zone), date_time(what.planned_at, zone)
            return _(
                "{project}, {student}: rescheduled from {before} to {after}.", **places, before=before, after=after
            )
    if all(isinstance(what, CalendarLinked) for what in whats):
        return _("{project}, {student}: found in the calendar.", **places)
    return _("{project}, {student}: slot or language changed.", **places)


def _with_option(one: LeftOut, zone: str) -> Iterator[str]:
    """Say why an event is left out, and the option that would say which defense it is."""
    if one.reason:
        yield _left_out(one, zone)
    else:
        yield from (bad_line_text(fault, entries=False) for fault in one.wish.faults)
    if one.to_match:
        yield f"  --match {_suggested(one)}"


def _left_out(one: LeftOut, zone: str) -> str:
    wish, session = one.wish, one.wish.session
    where = place_in_file(wish.line, entries=session is not None)
    named = wish.title or (wish.row.text("student_name") if wish.row is not None else "")
    title = one_line(named) or _("without a title")
    if one.target is not None:
        who = f" ({one.target.project}, {one_line(one.target.student_id)})"
    else:
        who = f" ({one_line(session.student_name or session.student_id)})" if session is not None else ""
    reason = _(one.reason, **{name: one_line(str(value)) for name, value in one.parameters.items()})
    at = date_time(wish.planned_at, zone)
    return _("{where}: {at} “{title}”{who}: {reason}", where=where, at=at, title=title, who=who, reason=reason)


def _suggested(one: LeftOut) -> str:
    """Return the option to complete, quoted for a shell where the UID needs it."""
    key = one_line(one.wish.origin.key) if one.wish.origin else ""
    student = one.target.student_id if one.target else _("STUDENT")
    project = one.target.project if one.target else _("PROJECT")
    return shlex.quote(f"{key}={student}/{project}")


def _difference(one: PlatformDifference, zone: str) -> str:
    session = one.session
    places = {"student": one_line(session.student_name or session.student_id), "project": session.project or ""}
    at = date_time(session.planned_at, zone)
    if one.aspect == "length":
        theirs, ours = duration_text(int(one.theirs)), duration_text(int(one.ours))
        return _(
            "{project}, {student}, {at}: lasted {theirs} there, {ours} here", **places, at=at, theirs=theirs, ours=ours
        )
    return _(
        "{project}, {student}, {at}: “{theirs}” there, “{ours}” here", **places, at=at, theirs=one.theirs, ours=one.ours
    )
