"""When the school should hear of a student: rules as data, proposals that follow from facts, how often they were right.

Nothing here is stored but the mentor's answers. A rule names a measure and from which value on it speaks; each measure
is one function over the facts. Days off that were declared never count, and nothing is proposed while the student is
away, while the work waits for the mentor, or after the path has ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Final, Literal, NamedTuple, get_args

import msgspec

from defense_console.model.log.instants import later
from defense_console.model.student.course import DaysOff, away_days
from defense_console.model.student.state import RuleReply

Measure = Literal[
    "sessions_missed_in_a_row",
    "days_without_session",
    "days_without_output",
    "checkins_with_a_late_end",
    "reworks_of_one_project",
    "goals_not_kept_in_a_row",
    "days_after_the_return",
]
MEASURES: Final[tuple[Measure, ...]] = get_args(Measure)
_DAY_S: Final = 86_400


class AlertRule(msgspec.Struct, frozen=True):
    """What is measured of a student, and from which value on an alert is proposed.

    Attributes:
        id: how answers name it.
        measure: what is counted.
        at_least: from which value on it proposes an alert.
        below_percent: chance of the planned end under which a check-in counts as late; other measures do not use it.
    """

    id: str
    measure: Measure
    at_least: int
    below_percent: int = 0


class AlertRules(msgspec.Struct, frozen=True):
    """The rules and what holds for all of them.

    Attributes:
        rules: in the order of the file.
        answer_days: days after which an alert that the school has not answered is overdue.
        a_week: most proposals a week for all students together; weeks begin on Monday.
        later_days: how long a rule keeps quiet about a student after *later*.
        raised_days: how long after *raise*; while the alert is open it always does.
        not_founded_days: how long after *not founded*.
        judged_from: answers from which on a rule's precision can ask for a tighter threshold.
        precise_percent: precision below which it asks.
    """

    rules: tuple[AlertRule, ...]
    answer_days: int
    a_week: int
    later_days: int
    raised_days: int
    not_founded_days: int
    judged_from: int
    precise_percent: int


class Meeting(msgspec.Struct, frozen=True):
    """A weekly session that was held or missed; one that was moved or skipped is none."""

    day: date
    held: bool


class StudentFacts(msgspec.Struct, frozen=True):
    """What the rules look at, of one student; nothing has to be in order, and what is later than today is not used.

    Attributes:
        student: the id.
        start: the first day of the path.
        meetings: sessions held and missed.
        outputs: days on which something came in: an upload, a defense. Log-ins are none.
        chances: for each check-in with a forecast, the chance of the planned end in percent.
        reworks: for each verdict *to rework* of a project not yet validated, the project.
        goals: for each settled goal, the day and whether it was kept.
        away: declared days off.
        back: days on which the student was said to be here again.
        waits_for_mentor: whether the next step is the mentor's.
        ended: whether the path is over.
    """

    student: str
    start: date
    meetings: tuple[Meeting, ...] = ()
    outputs: tuple[date, ...] = ()
    chances: tuple[tuple[date, int], ...] = ()
    reworks: tuple[str, ...] = ()
    goals: tuple[tuple[date, bool], ...] = ()
    away: tuple[DaysOff, ...] = ()
    back: tuple[date, ...] = ()
    waits_for_mentor: bool = False
    ended: bool = False


class RuleReason(msgspec.Struct, frozen=True):
    """Why a rule speaks.

    Attributes:
        rule: its id.
        measured: the value.
        at_least: the threshold.
        since: the day that the value counts from, such as the last session; None where it counts no days.
        about: the project of the reworks, "" for other measures.
    """

    rule: str
    measured: int
    at_least: int
    since: date | None = None
    about: str = ""


class Proposal(msgspec.Struct, frozen=True):
    """An alert to think about: one for each student, the strongest reason first."""

    student: str
    reasons: tuple[RuleReason, ...]


class ReasonAnswer(msgspec.Struct, frozen=True):
    """What the mentor said to one reason of a proposal.

    Attributes:
        student, rule, measured: as in the reason.
        day: of the answer.
        said: raise, later, or not founded.
        until: the day on which *later* ends; None where the rules say how long.
        open: for a raised alert, whether it still is.
        founded: how it ended; a raised alert counts as founded until it is closed as not founded.
    """

    student: str
    rule: str
    measured: int
    day: date
    said: RuleReply
    until: date | None = None
    open: bool = False
    founded: bool = True


class Precision(msgspec.Struct, frozen=True):
    """How often a rule was right: founded so many times of so many answers; *later* is no answer to that."""

    rule: str
    founded: int
    of: int


def answer_due(raised_at: str, rules: AlertRules) -> str:
    """Return until when the school's answer to an alert is expected, ISO 8601 UTC."""
    return later(raised_at, rules.answer_days * _DAY_S)


# --- measures ---------------------------------------------------------------------------------------------------------


class _Counted(NamedTuple):
    value: int
    since: date | None = None
    about: str = ""


def _row(answers: Iterable[tuple[date, bool]], today: date) -> _Counted:
    """Return how many of the last answers are true without a break, and the day of the first of them."""
    days: list[date] = []
    for day, bad in sorted(answers):
        if day <= today:
            days = [*days, day] if bad else []
    return _Counted(len(days), days[0] if days else None)


def _days_since(days: Iterable[date], facts: StudentFacts, today: date) -> _Counted:
    """Return the days after the last of some days, or after the start; days off left out."""
    last = max((day for day in days if facts.start <= day <= today), default=facts.start)
    counted = (today - last).days - away_days(facts.away, last, today)
    return _Counted(max(0, counted), last)


def _missed(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    return _row(((meeting.day, not meeting.held) for meeting in facts.meetings), today)


def _unseen(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    if not facts.meetings:  # a mentor who records no session must not be reminded of it
        return _Counted(0)
    begun = min(meeting.day for meeting in facts.meetings)  # before the first session nobody was expected
    return _days_since((begun, *(meeting.day for meeting in facts.meetings if meeting.held)), facts, today)


def _no_output(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    return _days_since(facts.outputs, facts, today)


def _late(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    return _row(((day, chance < rule.below_percent) for day, chance in facts.chances), today)


def _reworks(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    most = Counter(sorted(facts.reworks)).most_common(1)
    return _Counted(most[0][1], None, most[0][0]) if most else _Counted(0)


def _goals(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    return _row(((day, not kept) for day, kept in facts.goals), today)


def _not_back(facts: StudentFacts, rule: AlertRule, today: date) -> _Counted:
    """Return the days after an announced return without a session or an output since."""
    known = [each for each in facts.away if each.known <= today]
    ends = [each.last for each in known if each.last is not None and each.first <= each.last < today]
    if not ends:
        return _Counted(0)
    last = max(ends)
    held = (meeting.day for meeting in facts.meetings if meeting.held)
    back = any(last < day <= today for day in (*held, *facts.outputs, *facts.back))
    return _Counted(0 if back else (today - last).days, last)


_MEASURED: Final[Mapping[Measure, Callable[[StudentFacts, AlertRule, date], _Counted]]] = {
    "sessions_missed_in_a_row": _missed,
    "days_without_session": _unseen,
    "days_without_output": _no_output,
    "checkins_with_a_late_end": _late,
    "reworks_of_one_project": _reworks,
    "goals_not_kept_in_a_row": _goals,
    "days_after_the_return": _not_back,
}


# --- proposals --------------------------------------------------------------------------------------------------------


def reasons(facts: StudentFacts, rules: AlertRules, today: date) -> tuple[RuleReason, ...]:
    """Return why an alert is due for a student, the strongest reason first; empty while nothing may be proposed."""
    if any(each.covers(today) for each in facts.away) or facts.waits_for_mentor or facts.ended or today < facts.start:
        return ()
    found = []
    for rule in rules.rules:
        counted = _MEASURED[rule.measure](facts, rule, today)
        if counted.value >= rule.at_least:
            found.append(RuleReason(rule.id, counted.value, rule.at_least, counted.since, counted.about))
    return tuple(sorted(found, key=_strength, reverse=True))


def _strength(reason: RuleReason) -> float:
    return reason.measured / max(1, reason.at_least)


def proposals(
    students: Iterable[StudentFacts], rules: AlertRules, answers: Sequence[ReasonAnswer], today: date
) -> tuple[Proposal, ...]:
    """Return the alerts to think about today, the strongest first.

    Args:
        students: Facts of each; the order does not matter.
        rules: The rules.
        answers: All that the mentor has answered.
        today: The mentor's local day.

    Returns:
        At most what the week still allows: proposals answered since Monday count too.
    """
    said = [answer for answer in answers if answer.day <= today]
    quiet = {(answer.student, answer.rule) for answer in said if _keeps_quiet(answer, rules, today)}
    found = []
    for facts in students:
        kept = tuple(each for each in reasons(facts, rules, today) if (facts.student, each.rule) not in quiet)
        if kept:
            found.append(Proposal(facts.student, kept))
    found.sort(key=lambda each: (-len(each.reasons), -_strength(each.reasons[0]), each.student))
    monday = today - timedelta(days=today.weekday())
    answered = len({(answer.student, answer.day) for answer in said if answer.day >= monday})
    return tuple(found[: max(0, rules.a_week - answered)])


def _keeps_quiet(answer: ReasonAnswer, rules: AlertRules, today: date) -> bool:
    if answer.said == "raised" and answer.open:
        return True
    if answer.said == "later" and answer.until is not None:
        return today < answer.until
    days = {"later": rules.later_days, "raised": rules.raised_days, "not_founded": rules.not_founded_days}
    return (today - answer.day).days < days[answer.said]


# --- how often a rule was right ---------------------------------------------------------------------------------------


def precision(rule: AlertRule, answers: Iterable[ReasonAnswer]) -> Precision:
    """Return how often a rule was right."""
    found = _judged(rule, answers)
    return Precision(rule.id, sum(founded for _measured, founded in found), len(found))


def tightened(rule: AlertRule, rules: AlertRules, answers: Iterable[ReasonAnswer]) -> AlertRule | None:
    """Return a rule with the lowest threshold that would have been right often enough; None where there is none.

    A rule is judged from a number of answers on, and so is the tighter one: it has to keep half of the founded ones.
    """
    found = _judged(rule, answers)
    founded = sum(right for _measured, right in found)
    if len(found) < rules.judged_from or 100 * founded >= rules.precise_percent * len(found):
        return None
    for at_least in sorted({measured for measured, _right in found if measured > rule.at_least}):
        kept = [right for measured, right in found if measured >= at_least]
        if 2 * sum(kept) >= max(2, founded) and 100 * sum(kept) >= rules.precise_percent * len(kept):
            return msgspec.structs.replace(rule, at_least=at_least)
    return None


def not_named(tighter: AlertRule, answers: Iterable[ReasonAnswer]) -> tuple[ReasonAnswer, ...]:
    """Return the answers to what a rule would not have proposed with its tighter threshold, the latest first."""
    found = (answer for answer in answers if answer.rule == tighter.id and answer.measured < tighter.at_least)
    return tuple(sorted(found, key=lambda each: (each.day, each.student), reverse=True))


def _judged(rule: AlertRule, answers: Iterable[ReasonAnswer]) -> list[tuple[int, bool]]:
    """Return the measured value and whether it was founded, for each answer that judges the rule."""
    return [
        (answer.measured, answer.said == "raised" and answer.founded)
        for answer in answers
        if answer.rule == rule.id and answer.said != "later"
    ]
