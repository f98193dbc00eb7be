"""What `calendar import` prints: what a calendar changed, and what it did not; user text made visible."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from defense_console.exchange.calendar_plan import CalendarPlan, Told
from defense_console.exchange.import_plan import DefenseAction
from defense_console.i18n import _, date_time, ngettext
from defense_console.model.events import CalendarLinked, Planned, Rescheduled
from defense_console.model.text import one_line


def calendar_lines(plan: CalendarPlan, dry_run: bool, zone: str) -> Iterator[str]:
    """What the import did, or would do, then what it left alone and why."""
    if dry_run:
        yield _("Dry run: nothing was written.")
    if not plan.actions:
        yield _("Nothing to change: the store says the same already.")
    for action in plan.actions:
        yield _action(action, zone)
    others = [told for told in plan.told if not told.to_match]
    open_ones = [told for told in plan.told if told.to_match]
    if others:
        yield ""
        yield _("Not taken:")
        for told in others:
            yield f"  {_told(told, zone)}"
    if open_ones:
        yield ""
        yield _("Not matched; if one of these is a defense, say which one with --match:")
        for told in open_ones:
            yield f"  {_told(told, zone)}"
            yield f"    --match {_suggested(told)}"
    if plan.past:
        yield ""
        yield ngettext("{n} event of the past was left out.", "{n} events of the past were left out.", plan.past)


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


def _told(told: Told, zone: str) -> str:
    event = told.event
    where = _("line {line}", line=event.line)
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
