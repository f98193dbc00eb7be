"""What the check-in says, as values: since last time, the list that is answered, the time left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from textual.content import Content

from defense_console.desk.student.overview import SinceLast
from defense_console.desk.student.student import StudentDesk
from defense_console.desk.student.today import GoalToday, goals_today
from defense_console.model.defense.timeline import instant
from defense_console.model.log.instants import iso
from defense_console.model.student.state import HeldSession
from defense_console.safe_text import cells, content
from defense_console.screens.students.panels import promise_item, short_session
from defense_console.screens.students.words import due_text
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item
from defense_console.words.translation import N_, _, in_words, ngettext, short_day, time_of_day
from defense_console.words.values import BLOCKED, OUTCOMES, PACES

GOAL_ANSWERS: Final[Mapping[str, str]] = {"kept": N_("kept"), "moved": N_("moved"), "dropped": N_("dropped")}
WORDS: Final[Mapping[str, Mapping[str, str]]] = {"goal": GOAL_ANSWERS, "pace": PACES, "blocked": BLOCKED}
"""What the three keys answer, by the kind of line."""
MARKS: Final = ("met", "to_improve", "not_met")
STYLES: Final = ("$text-success", "$text-warning", "$text-error")
MINUTE: Final = 60


def answer_word(key: str, place: int) -> str:
    """Return what one of the three keys answers on a line. Args: place: 0 for the first key."""
    kind = key.partition("/")[0]
    return _(list(WORDS.get(kind, GOAL_ANSWERS).values())[place])


def headings(keys: Sequence[str]) -> dict[str, Content]:
    """Return the heading of each kind of line, with what the three keys answer."""
    names = {"goal": _("Goals"), "pace": _("Pace"), "blocked": _("Blocked?")}
    found = {}
    for kind, name in names.items():
        words = [(key, _(word)) for key, word in zip(keys, WORDS[kind].values(), strict=True)]
        parts: list[tuple[str, str] | str] = [(name, "bold")]
        for key, word in words:
            parts += ["  ", (key, "$text-accent"), (f" {word}", "$text-muted")]
        found[kind] = Content.assemble(*parts)
    return found


# --- since last time -------------------------------------------------------------------------------------------------


def since_items(since: SinceLast, zone: str, today: str) -> tuple[Item, ...]:
    """Return what happened since the last session; what the mentor promised can be settled."""
    labelled = list(_since(since, zone))
    width = max((cells(label) for label, _text in labelled), default=0) + 2
    found = [Item(text, mark=Content.styled(label.ljust(width), "$text-muted")) for label, text in labelled]
    day = date.fromisoformat(today)
    return (*found, *(promise_item(promise, day) for promise in since.promises))


def _since(since: SinceLast, zone: str) -> Iterator[tuple[str, Content]]:
    if since.uploads:
        yield _("uploads"), Content(ngettext("{n} document came in", "{n} documents came in", since.uploads))
    for verdict in since.verdicts:
        outcome = _(OUTCOMES[verdict.outcome])
        yield _("verdict"), content(f"{verdict.project} {outcome}, {short_day(verdict.released_at, zone)}")
    if since.due:
        yield _("due"), Content(ngettext("{n} goal is due", "{n} goals are due", len(since.due)))
    if since.days:
        yield _("silence"), Content(ngettext("{n} day", "{n} days", since.days))


# --- the list that is answered ---------------------------------------------------------------------------------------


def agenda_items(
    desk: StudentDesk, session: HeldSession | None, heads: Mapping[str, Content]
) -> tuple[tuple[Item, ...], int, int]:
    """Return the lines of the list, how many are answered, and how many there are to answer."""
    goals = goals_today(desk.student, session)
    today = date.fromisoformat(desk.today)
    found = [Item(heads["goal"])] if goals else []
    found += [_goal_line(each, today) for each in goals]
    pace, blocked = (session.pace, session.blocked) if session is not None else (None, None)
    found += [Item(heads["pace"]), _answered("pace", pace, _pace_text(desk), _estimate_end(desk))]
    in_the_way = _answered("blocked", blocked, Content(_("anything in the way")), _last_time(desk, session))
    found += [Item(heads["blocked"]), in_the_way]
    left = len(unanswered(desk, session))
    return tuple(found), len(goals) + 2 - left, len(goals) + 2


def unanswered(desk: StudentDesk, session: HeldSession | None) -> tuple[str, ...]:
    """Return the keys of the lines without an answer, in order."""
    found = [f"goal/{each.goal.seq}" for each in goals_today(desk.student, session) if each.answer is None]
    if session is None or session.pace is None:
        found.append("pace")
    if session is None or session.blocked is None:
        found.append("blocked")
    return tuple(found)


def _goal_line(each: GoalToday, today: date) -> Item:
    text = content(each.goal.text)
    if each.goal.condition:
        text += Content.styled(", ", "$text-muted") + content(_("when {condition}", condition=each.goal.condition))
    end = due_text(each.goal.due, today) if each.goal.due else Content("")
    return _answered(f"goal/{each.goal.seq}", each.answer, text, end)


def _answered(key: str, answer: str | None, text: Content, end: Content) -> Item:
    """Return a line with the mark and the word of its answer."""
    words = WORDS[key.partition("/")[0]]
    width = max(cells(_(word)) for table in WORDS.values() for word in table.values())
    if answer is None:
        lead = Content.assemble((mark("not_rated"), "$text-muted"), " " * (width + 3))
    else:
        place = list(words).index(answer)
        lead = Content.assemble(
            (mark(MARKS[place]), STYLES[place]), " ", (_(words[answer]).ljust(width), STYLES[place]), "  "
        )
    return Item(text, key, lead, end)


def _pace_text(desk: StudentDesk) -> Content:
    project = desk.running_project
    if project is None:
        return Content(_("how it goes on"))
    percent = desk.student.estimates.get(project.id)
    if percent is None:
        return content(project.id)
    return content(_("{project}, {n} %", project=project.id, n=percent))


def _estimate_end(desk: StudentDesk) -> Content:
    project = desk.running_project
    if project is None:
        return Content("")
    text = _("computed {n} %, {key:check_in.more} {key:check_in.less}", n=desk.computed_percent(project))
    return Content.styled(text, "$text-muted")


def _last_time(desk: StudentDesk, session: HeldSession | None) -> Content:
    before = [each for each in desk.student.sessions if session is None or each.seq < session.seq]
    if not before or before[-1].blocked is None:
        return Content("")
    return Content.styled(_("last time: {answer}", answer=_(BLOCKED[before[-1].blocked])), "$text-muted")


def left_words(left: int) -> str:
    """Return what is not answered, before the session ends; empty answers are no fault."""
    if not left:
        return _("Everything is answered.")
    return ngettext("{n} line stays without an answer.", "{n} lines stay without an answer.", left)


# --- the time --------------------------------------------------------------------------------------------------------


def time_line(desk: StudentDesk, zone: str, now: str) -> Content:
    """Return how much of the session is left, when it started and ends, and when the next one is."""
    return Content("   ").join(_time_parts(desk, zone, now))


def _time_parts(desk: StudentDesk, zone: str, now: str) -> Iterator[Content]:
    session, planned = desk.session_today, desk.planned_today
    if session is None:
        if planned is None:
            yield Content(_("no session is planned today"))
        else:
            away = in_words(planned.at, zone, now)
            yield Content.assemble((_("planned {time}", time=time_of_day(planned.at, zone)), "bold"), f", {away}")
    elif session.ended_at:
        start, end = time_of_day(session.started_at, zone), time_of_day(session.ended_at, zone)
        yield Content.styled(_("held {start}–{end}", start=start, end=end), "bold")
    else:
        yield from _running(session, planned.length_min if planned is not None else 0, zone, now)
    if (following := desk.session_after) is not None:
        yield Content.styled(_("next {when}", when=short_session(following.at, zone, now)), "$text-muted")


def _running(session: HeldSession, length_min: int, zone: str, now: str) -> Iterator[Content]:
    start = instant(session.started_at)
    if not length_min:
        yield Content.styled(_("started {time}", time=time_of_day(session.started_at, zone)), "bold")
        return
    ends = start + timedelta(minutes=length_min)
    left = round((ends - instant(now)).total_seconds()) // MINUTE
    text, style = (
        (_("{n} min left", n=left), "bold") if left >= 0 else (_("over by {n} min", n=-left), "bold $text-warning")
    )
    yield Content.styled(text, style)
    yield Content(_("started {time}", time=time_of_day(session.started_at, zone)) + ", "
                  + _("ends {time}", time=time_of_day(iso(ends), zone)))  # fmt: skip
