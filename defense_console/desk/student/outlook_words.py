"""Forecasts, reasons of alerts and facts before a defense in words, for screens and the command line."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from defense_console.desk.student.due_words import answer_text
from defense_console.model.errors import N_
from defense_console.model.student.alerts import AlertRule, AlertRules, Precision, ReasonAnswer, RuleReason, answer_due
from defense_console.model.student.forecast import FinishedStudents, Forecast, ForecastRules, Range
from defense_console.model.student.readiness import Readiness
from defense_console.model.student.state import Alert
from defense_console.words.translation import Translator
from defense_console.words.values import ALERT_RESULTS, RATINGS

if TYPE_CHECKING:
    from defense_console.desk.student.outlook import RuleRecord


def forecast_sentence(said: Forecast | None, rules: ForecastRules, today: date, _: Translator) -> str:
    """Return when a path ends, as people say it; "" without a plan."""
    if said is None:
        return ""
    if said.ended is not None:
        return _("ended on {day}", day=_.date_text(said.ended))
    planned = _.month(said.planned, today)
    if said.end is None:
        return _("too early to say: {n} of {least} projects finished; planned: {planned}",
                 n=said.finished, least=rules.least_finished, planned=planned)  # fmt: skip
    held, of = how_often(rules)
    likely, words = _month(said.end.likely, said.end, today, _), range_words(said.end, today, _)
    if _.month(said.end.first, today) == _.month(said.end.last, today):
        return _("{range} ({held} in {of}); planned: {planned}", range=words, held=held, of=of, planned=planned)
    return _("{range} ({held} in {of}), rather {likely}; planned: {planned}", range=words, held=held, of=of,
             likely=likely, planned=planned)  # fmt: skip


def range_words(end: Range, today: date, _: Translator) -> str:
    """Return the months between which something ends: what `forecast_sentence` begins with."""
    first, last = _month(end.first, end, today, _), _.month(end.last, today)
    if first == _.month(end.last, end.last):
        first = last
    return _("in {month}", month=first) if first == last else _("between {first} and {last}", first=first, last=last)


def _month(day: date, end: Range, today: date, _: Translator) -> str:
    """Return a month of a range: its year is said where it is neither this one nor that of the range's end."""
    return _.month(day, today if day.year == today.year else end.last)


def forecast_short(said: Forecast | None, today: date, _: Translator) -> str:
    """Return the likely month of the end for a narrow column: `May 27`, `early`, "" without a plan."""
    if said is None:
        return ""
    if said.end is None:
        return _("early") if said.ended is None else _("finished")
    return _.short_month(said.end.likely, today)


def how_often(rules: ForecastRules) -> tuple[int, int]:
    """Return how often a range is to hold, in small numbers: 8 in 10, or 85 in 100."""
    percent = rules.range_percent
    return (percent // 10, 10) if percent % 10 == 0 else (percent, 100)


def record_sentence(taught: FinishedStudents, _: Translator) -> str:
    """Return how often the console's own ranges held; "" while too few students have finished."""
    return _("{held} of {of} of these ranges held", held=taught.held, of=taught.of) if taught.of else ""


# --- alerts ----------------------------------------------------------------------------------------------------------


def reason_sentence(reason: RuleReason, rules: Mapping[str, AlertRule], _: Translator) -> str:
    """Return why a rule speaks, with its dates; the rule's own id where it is not among the rules any more."""
    n = reason.measured
    since = _.date_text(reason.since) if reason.since is not None else "—"
    rule = rules.get(reason.rule)
    match rule.measure if rule is not None else "":
        case "sessions_missed_in_a_row":
            return _.ngettext("{n} session missed, on {since}", "{n} sessions missed in a row, since {since}", n,
                              since=since)  # fmt: skip
        case "days_without_session":
            return _.ngettext("no session for {n} day, since {since}", "no session for {n} days, since {since}", n,
                              since=since)  # fmt: skip
        case "days_without_output":
            return _.ngettext("nothing came in for {n} day, since {since}",
                              "nothing came in for {n} days, since {since}", n, since=since)  # fmt: skip
        case "checkins_with_a_late_end":
            text = _.ngettext("the planned end is unlikely at {n} check-in",
                              "the planned end is unlikely at {n} check-ins in a row", n)  # fmt: skip
            return _("{text} (below {percent} %), since {since}", text=text, since=since,
                     percent=rule.below_percent if rule is not None else 0)  # fmt: skip
        case "reworks_of_one_project":
            return _.ngettext("{project} to rework {n} time", "{project} to rework {n} times", n, project=reason.about)
        case "goals_not_kept_in_a_row":
            return _.ngettext(
                "{n} goal not kept, on {since}", "{n} goals in a row not kept, since {since}", n, since=since
            )
        case "days_after_the_return":
            return _.ngettext("not back {n} day after the announced return",
                              "not back {n} days after the announced return", n)  # fmt: skip
    return reason.rule


def alert_state(alert: Alert, rules: AlertRules, zone: str, now: str, _: Translator) -> str:
    """Return where an alert stands, with the day since which it does, and how long the school has to answer."""
    if alert.state == "closed" and alert.result is not None:
        return _(
            "closed on {day}: {result}", day=_.date_text(alert.closed_at, zone), result=_(ALERT_RESULTS[alert.result])
        )
    if alert.state == "acknowledged":
        return _("the school answered on {day}", day=_.date_text(alert.acknowledged_at, zone))
    due, day = answer_due(alert.raised_at, rules), _.date_text(alert.raised_at, zone)
    return _("raised on {day}, {answer}", day=day, answer=answer_text(due, zone, now, _))


CLOSING: Final[Mapping[str, str]] = {
    "sessions_missed_in_a_row": N_("A session is held."),
    "days_without_session": N_("A session is held."),
    "days_without_output": N_("Something comes in."),
    "checkins_with_a_late_end": N_("The planned end is agreed again."),
    "reworks_of_one_project": N_("The project is validated."),
    "goals_not_kept_in_a_row": N_("A goal is kept."),
    "days_after_the_return": N_("The student says when they are back."),
}
"""What would close an alert, by the measure of its rule: proposed, and the mentor's to change."""


def precision_sentence(found: Precision, _: Translator) -> str:
    """Return how often a rule was founded, in small numbers; "" while it has proposed nothing that was answered."""
    return _("founded {n} of {of}", n=found.founded, of=found.of) if found.of else ""


def tighter_sentence(rule: AlertRule, tighter: AlertRule, _: Translator) -> str:
    """Return which threshold is proposed for a rule."""
    return _("proposed: from {value} on, now from {now}", value=tighter.at_least, now=rule.at_least)


MOST_SHOWN: Final = 12
"""So many proposals that would not have come are listed."""


def tightening_text(record: RuleRecord, names: Mapping[str, str], file: Path, _: Translator) -> str:
    """Return what a tighter threshold changes: old and new value, the proposals it would have spared, the way back.

    Args:
        record: A rule with a tighter one.
        names: Of students, by id.
        file: Where it is written.
    """
    rule, tighter = record.rule, record.tighter or record.rule
    said = [
        _("{name}: {text}", name=_(RULES[rule.measure]),
          text=_("from {value} on, now from {now}", value=tighter.at_least, now=rule.at_least)),
        _.ngettext("This proposal would not have come, as far as this rule goes:",
                   "These {n} proposals would not have come, as far as this rule goes:", len(record.not_named)),
    ]  # fmt: skip
    for each in record.not_named[:MOST_SHOWN]:
        said.append(
            "  " + _("{day} {name}: {n}, {said}", day=_.date_text(each.day), name=names.get(each.student, each.student),
                     n=each.measured, said=_reply(each, _))
        )  # fmt: skip
    if (more := len(record.not_named) - MOST_SHOWN) > 0:
        said.append("  " + _.ngettext("and {n} more", "and {n} more", more))
    where = N_("It is written into {file} and holds at once.")
    if not file.exists():
        where = N_("It is written into {file}, a new copy of the shipped rules, and holds at once.")
    back = _('To go back, write at_least = {now} there again, under id = "{id}".', now=rule.at_least, id=rule.id)
    return "\n".join([*said, "", _(where, file=str(file)), back])


def _reply(answer: ReasonAnswer, _: Translator) -> str:
    if answer.said == "raised" and not answer.founded:
        return _("raised, not founded")
    return _({"raised": N_("raised"), "later": N_("put off"), "not_founded": N_("not founded")}[answer.said])


RULES: Final[Mapping[str, str]] = {
    "sessions_missed_in_a_row": N_("sessions missed in a row"),
    "days_without_session": N_("days without a session"),
    "days_without_output": N_("days without anything coming in"),
    "checkins_with_a_late_end": N_("check-ins at which the planned end was unlikely"),
    "reworks_of_one_project": N_("reworks of one project"),
    "goals_not_kept_in_a_row": N_("goals not kept in a row"),
    "days_after_the_return": N_("days after the announced return"),
}
"""What each measure counts."""


# --- before a defense ------------------------------------------------------------------------------------------------


def readiness_sentences(found: Readiness, titles: Mapping[str, str], _: Translator) -> tuple[str, ...]:
    """Return the facts before a defense, each as a sentence; nothing known gives nothing.

    Args:
        titles: Titles of deliverables by their number, and texts of criteria by their id.
    """
    said = []
    if found.uploads.of:
        text = _("{n} of {of} documents came in", n=found.uploads.received, of=found.uploads.of)
        missing = ", ".join(titles.get(each, each) for each in found.uploads.missing)
        said.append(_("{text}; missing: {missing}", text=text, missing=missing) if missing else text)
    said += [
        _("{criterion}: the student says {own}, I say {mine}", criterion=_criterion(gap.criterion, titles),
          own=_(RATINGS[gap.by_student]), mine=_(RATINGS[gap.by_mentor]))
        for gap in found.gaps
    ]  # fmt: skip
    said += [
        _("not met before: {criterion} ({project}, {day})", criterion=_criterion(miss.criterion, titles),
          project=miss.project, day=_.date_text(miss.day))
        for miss in found.missed_before
    ]  # fmt: skip
    said += [
        _("most often not met in this project: {criterion}, {times} of {of}",
          criterion=_criterion(often.criterion, titles), times=often.times, of=often.of)
        for often in found.most_often
    ]  # fmt: skip
    if found.base_rate is not None:
        rate = found.base_rate
        said.append(_("{n} of {of} defenses of this project were validated at once", n=rate.validated, of=rate.of))
    if (last := found.rehearsed) is not None:
        said.append(_("rehearsed on {day}: presentation {length}, {n} not met", day=_.date_text(last.day),
                      length=_.duration_text(last.speaking_s), n=len(last.not_met)))  # fmt: skip
    return tuple(said)


def _criterion(id: str, titles: Mapping[str, str]) -> str:
    return titles.get(id, id)
