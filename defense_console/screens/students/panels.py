"""What the panels about a student say, as values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from textual.content import Content

from defense_console.desk.queue import GoingOn
from defense_console.desk.student.outlook import Outlook, OutlookDesk
from defense_console.desk.student.outlook_words import forecast_sentence, range_words, record_sentence
from defense_console.desk.student.overview import Overview, Record
from defense_console.desk.student.today import goal_words as wording_of
from defense_console.model.defense.subject import REHEARSAL
from defense_console.model.student.forecast import Forecast
from defense_console.model.student.state import (
    Absence,
    FollowedStudent,
    Goal,
    HandedOver,
    HeldSession,
    Learning,
    Promise,
    StudentNote,
)
from defense_console.safe_text import cells, content, line, shortened
from defense_console.screens.students.words import due_text
from defense_console.widgets.frame.marks import mark, plain
from defense_console.widgets.lists.panel import Item
from defense_console.widgets.plots.curve import Dot
from defense_console.widgets.plots.year_strip import year_strip
from defense_console.words.translation import (
    _,
    language,
    local_day,
    ngettext,
    short_day,
    short_when,
    time_of_day,
    translator,
)
from defense_console.words.values import BLOCKED, CANCELLERS, LEARNING, PACES

NAME_CELLS = 40
LATEST = 3
"""Sessions that are shown."""
TREND = 6
"""Notes of a skill whose levels are drawn, the latest last."""
_LEVELS = {-1: ("▁", "-"), 0: ("▃", "="), 1: ("▅", "+")}


def date_of(day: str) -> str:
    """Return a day of the log as it is shown, `Tue 17 Nov`."""
    return short_day(f"{day}T12:00:00Z", "UTC")


def day_of(at: str, zone: str) -> str:
    """Return the day of an instant as it is shown."""
    return short_day(at, zone)


def short_name(name: str) -> str:
    """Return a name for a sentence."""
    return shortened(name, NAME_CELLS)


def one_line_text(text: str) -> Content:
    """Return several lines as one."""
    return line(" · ".join(part.removeprefix("- ") for part in text.splitlines()))


def goal_words(goal: Goal) -> Content:
    """Return a goal as it was understood."""
    return content(wording_of(goal, translator(language())))


# --- goals and promises ----------------------------------------------------------------------------------------------


def goal_items(student: FollowedStudent, today: str) -> tuple[Item, ...]:
    """Return the open goals, then what the mentor still has to keep."""
    day = date.fromisoformat(today)
    found = [goal_item(goal, day) for goal in student.open_goals]
    found += [promise_item(promise, day) for promise in student.open_promises]
    return tuple(found)


def goal_item(goal: Goal, today: date) -> Item:
    """Return an open goal: its text, its day, its condition, how often it was moved."""
    more = []
    if goal.condition:
        more.append(line(_("when {condition}", condition=goal.condition)))
    if goal.moves:
        first = f", {_('first promised for {day}', day=date_of(goal.first_due))}" if goal.first_due else ""
        more.append(Content(ngettext("moved once", "moved {n} times", len(goal.moves)) + first))
    lines = [content(goal.text), *(each.stylize("$text-muted") for each in more)]
    end = due_text(goal.due, today) if goal.due else Content("")
    return Item(Content("\n").join(lines), f"goal/{goal.seq}", end=end)


def promise_item(promise: Promise, today: date) -> Item:
    """Return what the mentor still has to keep."""
    text = Content.assemble((_("I promised:") + " ", "$text-accent"), content(promise.text))
    return Item(text, f"promise/{promise.seq}", end=due_text(promise.due, today) if promise.due else Content(""))


def record_text(record: Record) -> str:
    """Return how the student kept what they promised, "" while nothing is settled."""
    if not record.settled:
        return ""
    kept = _("kept {kept} of {settled}", kept=record.kept, settled=record.settled)
    if not record.slipped_days:
        return kept
    slipped = ngettext("moved ones slipped {n} day", "moved ones slipped {n} days", record.slipped_days)
    return f"{kept}, {slipped}"


# --- sessions --------------------------------------------------------------------------------------------------------


def session_items(student: FollowedStudent, zone: str) -> tuple[Item, ...]:
    """Return the latest sessions that are over, held or not, the latest first."""
    found = [_held(student, session, zone) for session in student.sessions if session.ended_at]
    found += [_not_held(absence) for absence in student.absences]
    latest = sorted(found, key=lambda each: each[0], reverse=True)[:LATEST]
    days = [date_of(day) for day, _what, _style, _text in latest]
    wide, widest = (
        max(map(cells, days), default=0),
        max((cells(what) for _day, what, _style, _text in latest), default=0),
    )
    items = []
    for shown, (_day, what, style, text) in zip(days, latest, strict=True):
        lead = Content.assemble(same_width(shown, wide) + "  ", (same_width(what, widest), style), "  ")
        items.append(Item(text, mark=lead))
    return tuple(items)


def same_width(text: str, width: int) -> str:
    """Return a text filled to so many cells."""
    return text + " " * (width - cells(text))


def _held(student: FollowedStudent, session: HeldSession, zone: str) -> tuple[str, str, str, Content]:
    """Return the day of a session, what became of it with its style, and what was said."""
    words = answers(session)
    within = (each.settled_at for each in student.goals if each.state == "kept")
    if kept := sum(session.started_at <= at <= session.ended_at for at in within):
        words.append(ngettext("{n} goal kept", "{n} goals kept", kept))
    day = local_day(session.started_at, zone).isoformat()
    return day, _("held"), "$text-success", Content(", ".join(words))


def answers(session: HeldSession) -> list[str]:
    """Return what was answered in a session, in words."""
    words = []
    if session.pace is not None:
        words.append(_(PACES[session.pace]))
    if session.blocked is not None:
        words.append(
            _("not blocked") if session.blocked == "no" else _("blocked: {answer}", answer=_(BLOCKED[session.blocked]))
        )
    return words


def _not_held(absence: Absence) -> tuple[str, str, str, Content]:
    reason = line(absence.reason)
    if absence.excused is None:
        return absence.day, _("absent"), "$text-error", reason.stylize("$text-muted")
    who = _(CANCELLERS[absence.excused]) if absence.excused in CANCELLERS else absence.excused
    what = _("cancelled late") if absence.late else _("cancelled")
    text = line(_("{name}: {text}", name=who, text=absence.reason)) if absence.reason else Content(who)
    return absence.day, what, "$text-muted", text.stylize("$text-muted")


# --- questions, resources, learning, notes ---------------------------------------------------------------------------


def question_items(student: FollowedStudent, zone: str, now: str) -> tuple[Item, ...]:
    """Return the open questions, those answered, then the resources; the latest first of each."""
    found = []
    for question in sorted(student.questions, key=lambda each: (each.state != "open", -each.seq)):
        if question.state == "dropped":
            continue
        about = question.criterion or question.project  # a criterion's id begins with its project's
        end = Content.styled(" ".join(filter(None, (about, short_when(question.at, zone, now)))), "$text-muted")
        text, sign = content(question.text), "open"
        if question.state == "answered":
            sign = "met"
            text = text.stylize("$text-muted") + Content("\n") + content(question.answer).stylize("$text-muted")
        found.append(Item(text, f"question/{question.seq}", Content(mark(sign) + " "), end))
    for pointed in reversed(student.resources):
        text = content(" ".join(filter(None, (pointed.title, pointed.link))))
        end = Content.styled(" ".join(filter(None, (pointed.skill, short_when(pointed.at, zone, now)))), "$text-muted")
        found.append(Item(text, "", Content(mark("document") + " "), end))
    return tuple(found)


def learning_items(student: FollowedStudent) -> tuple[Item, ...]:
    """Return each skill of learning that was noted: its trend, its latest level, what was seen."""
    found = []
    width = max(len(_(word)) for word in LEARNING.values())
    for skill, word in LEARNING.items():
        noted = [each for each in student.learning if each.skill == skill]
        if noted:
            lead = Content(f"{_(word).ljust(width)}  {trend(noted).rjust(TREND)}  {level_text(noted[-1].level)}  ")
            found.append(Item(content(noted[-1].text), mark=lead))
    return tuple(found)


def trend(noted: Iterable[Learning]) -> str:
    """Return the latest levels as blocks."""
    return "".join(_LEVELS[each.level][1 if plain() else 0] for each in [*noted][-TREND:])


def level_text(level: int) -> str:
    """Return −1, 0 or +1, each in two cells."""
    return {-1: "\N{MINUS SIGN}1", 0: " 0", 1: "+1"}[level]


def note_items(notes: Sequence[StudentNote], zone: str, now: str) -> tuple[Item, ...]:
    """Return private notes, the newest first, keyed by the field that edits each."""
    found = []
    for note in reversed(notes):
        lead = Content.styled(f"{short_when(note.at, zone, now)}  ", "$text-muted")
        found.append(Item(content(note.text), f"edit/{note.seq}", lead))
    return tuple(found)


def handed_over_items(handed: Sequence[HandedOver], zone: str, now: str) -> tuple[Item, ...]:
    """Return what mentors wrote for the next one, the latest first; nobody changes it."""
    found = []
    for each in reversed(handed):
        lead = Content.styled(f"{short_when(each.at, zone, now)}  ", "$text-muted")
        names = _("{mentor} to {next}", mentor=each.by, next=each.to)
        text = _("{name}: {text}", name=names, text=each.text) if each.text else names
        found.append(Item(content(text), "", lead))
    return tuple(found)


# --- the end of the path -----------------------------------------------------------------------------------------


def end_words(outlooks: OutlookDesk, said: Forecast | None) -> Content:
    """Return when the path ends, its range bold, with the console's own record; empty without a plan."""
    in_words, today = translator(language()), outlooks.today
    text = Content(forecast_sentence(said, outlooks.rules.forecast, today, in_words))
    if said is None or said.end is None:
        return text.stylize("$text-muted")
    record = record_sentence(outlooks.cohort, in_words)
    text = text.stylize("bold", 0, len(range_words(said.end, today, in_words)))
    return Content.assemble(_("end:") + " ", text, (f"   {record}" if record else "", "$text-muted"))


def output_words(ahead: Outlook) -> str:
    """Return the year's strip with what it is, "" where nothing came in."""
    return _("a year of output {strip}", strip=year_strip(ahead.output)) if any(ahead.output) else ""


def dots(student: FollowedStudent) -> tuple[Dot, ...]:
    """Return what is below the curve: open goals on the day they are due, alerts on the day they were raised."""
    goals = [Dot(date.fromisoformat(goal.due), "goal") for goal in student.open_goals if goal.due]
    alerts = [
        Dot(date.fromisoformat(alert.raised_at[:10]), "alert", "$text-warning")
        for alert in student.alerts
        if not alert.kudos
    ]
    return (*goals, *alerts)


# --- the band --------------------------------------------------------------------------------------------------------


def situation(student: FollowedStudent, shown: Overview, going_on: Iterable[GoingOn], zone: str, now: str) -> Content:
    """Return what is live, when the student was seen, when next, how many sessions were held, away until when.

    Args:
        going_on: The student's defenses and rehearsals that are live.
    """
    return Content("   ").join(_situation(student, shown, going_on, zone, now))


def _situation(
    student: FollowedStudent, shown: Overview, going_on: Iterable[GoingOn], zone: str, now: str
) -> Iterator[Content]:
    at, standing = shown.line, student.standing
    for each in going_on:
        text = _("rehearsal of {project} live: {key:student.rehearse} goes there", project=each.project)
        if each.subject is not REHEARSAL:
            text = _("defense of {project} live: {key:console.running} goes there", project=each.project)
        yield content(f"{mark('live')} {text}").stylize("bold $text-error")
    if at.away and standing.away is not None:
        until = standing.away.until
        text = _("away until {day}", day=date_of(until)) if until else _("away, nobody knows until when")
        yield Content.styled(text, "bold $text-warning")
    if standing.running:
        yield Content.styled(f"{mark('live')} {_('a session goes on')}", "bold $text-error")
    elif at.next is not None:
        yield Content.assemble(_("next session") + " ", (short_session(at.next.at, zone, now), "bold"))
    if at.last_seen:
        days = shown.since.days or 0
        yield Content(_("seen today") if days == 0 else ngettext("seen {n} day ago", "seen {n} days ago", days))
    if at.sessions.planned:
        yield Content(_("{held} of {planned} sessions", held=at.sessions.held, planned=at.sessions.planned))


def short_session(at: str, zone: str, now: str) -> str:
    """Return when a session starts: `Tue 1 Dec 14:00`, today the time alone."""
    hour = time_of_day(at, zone)
    return hour if short_day(at, zone) == short_day(now, zone) else f"{short_day(at, zone)} {hour}"
