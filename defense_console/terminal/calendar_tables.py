"""What imports of calendars and of sessions print: what changed, what did not, and why; user text made visible."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence

from defense_console.exchange.calendar.plan import CalendarPlan, Told
from defense_console.exchange.lists.plan import DefenseAction
from defense_console.exchange.platform.plan import Difference, SessionPlan, Unmatched
from defense_console.model.defense.kinds import CalendarLinked, Planned, Rescheduled
from defense_console.model.text import one_line
from defense_console.words.translation import _, date_time, duration_text, ngettext


def calendar_lines(plan: CalendarPlan, dry_run: bool, zone: str) -> Iterator[str]:
    """What the import did, or would do, then what it left alone and why."""
    if dry_run:
        yield _("Dry run: nothing was written.")
    if not plan.actions:
        yield _("Nothing to change: the store says the same already.")
    yield from _changes(plan, zone, entries=False)
    yield from _left(
        ngettext("{n} event of the past was left out.", "{n} events of the past were left out.", plan.past), plan.past
    )


def session_lines(found: SessionPlan, zone: str) -> Iterator[str]:
    """What a list of sessions changed, or would change, then where it differs and what it left alone."""
    if found.empty:
        yield _("Nothing to change: the store says the same already.")
    new = len(found.students)
    if new:
        yield ngettext("{n} student registered.", "{n} students registered.", new)
    yield from _changes(found.plan, zone, entries=True)
    yield from _titled(
        _("The platform tells something else; nothing was changed:"),
        [_difference(one, zone) for one in found.differences],
    )
    yield from _titled(_("Not matched:"), [_unmatched(one, zone) for one in found.unmatched])
    over = found.completed + found.plan.past
    yield from _left(
        ngettext("{n} session of the past was left out.", "{n} sessions of the past were left out.", over), over
    )
    others = ngettext("{n} session is no defense.", "{n} sessions are no defenses.", found.others)
    yield from _left(others, found.others)


def _changes(plan: CalendarPlan, zone: str, *, entries: bool) -> Iterator[str]:
    """What was changed, what was not and why, and what the mentor can still say."""
    for action in plan.actions:
        yield _action(action, zone)
    open_ones = [told for told in plan.told if told.to_match and not entries]
    others = [_told(told, zone, entries=entries) for told in plan.told if told not in open_ones]
    yield from _titled(_("Not taken:"), others)
    options = [
        line for told in open_ones for line in (_told(told, zone, entries=False), f"  --match {_suggested(told)}")
    ]
    yield from _titled(_("Not matched; if one of these is a defense, say which one with --match:"), options)


def _titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    if lines:
        yield ""
        yield title
        yield from (f"  {line}" for line in lines)


def _left(text: str, n: int) -> Iterator[str]:
    if n:
        yield ""
        yield text


def _difference(one: Difference, zone: str) -> str:
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


def _unmatched(one: Unmatched, zone: str) -> str:
    session = one.session
    where = _("entry {line}", line=session.entry)
    title = one_line(session.project_title) or _("without a title")
    who = one_line(session.student_name or session.student_id)
    reason = _(one.reason, **{name: one_line(str(value)) for name, value in one.parameters.items()})
    at = date_time(session.planned_at, zone)
    return _("{where}: {at} “{title}”{who}: {reason}", where=where, at=at, title=title, who=f" ({who})", reason=reason)


def _action(action: DefenseAction, zone: str) -> str:
    places = {"student": one_line(action.name), "project": action.key[1]}
    for what in action.whats:
        if isinstance(what, Planned):
            return _("{project}, {student}: planned for {at}.", **places, at=date_time(what.planned_at, zone))
        if isinstance(what, Rescheduled):
            before, after = date_time(action.before or "", zone), date_time(what.planned_at, zone)
            return _(
                "{project}, {student}: rescheduled from {before} to {after}.", **places, before=before, after=after
            )
    if all(isinstance(what, CalendarLinked) for what in action.whats):
        return _("{project}, {student}: found in the calendar.", **places)
    return _("{project}, {student}: slot or language changed.", **places)


def _told(told: Told, zone: str, *, entries: bool) -> str:
    event = told.event
    where = _("entry {line}", line=event.line) if entries else _("line {line}", line=event.line)
    title = one_line(event.summary) or _("without a title")
    who = f" ({told.target.project}, {one_line(told.target.student_id)})" if told.target else ""
    at = date_time(event.start, zone)
    return _("{where}: {at} “{title}”{who}: {reason}", where=where, at=at, title=title, who=who, reason=_(told.reason))


def _suggested(told: Told) -> str:
    """The option to complete, quoted for a shell where the UID needs it."""
    target = told.target
    student = target.student_id if target else _("STUDENT")
    project = target.project if target else _("PROJECT")
    return shlex.quote(f"{one_line(told.event.key)}={student}/{project}")
