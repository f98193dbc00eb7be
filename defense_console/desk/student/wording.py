"""Events of a student in words, for the timeline, the command line and what is not saved. Pure: no terminal library.

User text goes into the sentences unchanged: where a sentence is shown, it is made safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from defense_console.desk.logs.wording import every_log_sentence, with_reason
from defense_console.desk.student.today import answers
from defense_console.model.log.instants import day_of
from defense_console.model.student import kinds as ev
from defense_console.model.student.kinds import StudentEvent, StudentWhat
from defense_console.words.translation import N_, Translator, translator
from defense_console.words.values import ALERT_RESULTS, CANCELLERS, LEARNING, OUTCOMES, RATINGS

_GOAL = N_("“{text}”")


def describe_student(event: StudentEvent, language: str, zone: str, known: Sequence[StudentEvent] = ()) -> str:
    """Return what an event says, as a sentence.

    Args:
        zone: IANA name of the zone dates are read in.
        known: The log, for the words of what an event is about.

    Returns:
        One sentence, user text in it unchanged; never empty.
    """
    words = _Words(translator(language), zone, known)
    for part in (_registration, _sessions, _goals, _said, _progress, _alerts):
        found = part(event.what, words)
        if found is not None:
            return found
    # a kind without words is still shown rather than hidden
    return every_log_sentence(event.what, words._) or type(event.what).__name__


class _Words:
    """What the sentences are made with."""

    def __init__(self, _: Translator, zone: str, known: Sequence[StudentEvent]) -> None:
        self._ = _
        self._zone = zone
        self._known = {event.seq: event.what for event in known}

    def day(self, text: str) -> str:
        """Return a day as one reads it; what is none is shown as it is."""
        day: date | None = day_of(text)
        return text if day is None else self._.date_text(day)

    def moment(self, at: str) -> str:
        """Return a date and time in the zone of the reader."""
        return self._.date_time(at, self._zone)

    def named(self, seq: int) -> str:
        """Return what the event with this number says of itself: the text of a goal, a question; else its line."""
        what = self._known.get(seq)
        text = getattr(what, "text", "") or getattr(what, "facts", "")
        return self._(_GOAL, text=text) if text else self._("line {n}", n=seq)

    def with_reason(self, sentence: str, reason: str) -> str:
        """Return the sentence, and the reason behind it when there is one."""
        return with_reason(self._, sentence, reason)


def _registration(what: StudentWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.StudentRegistered(name=name):
            return _("Registered: {name}", name=name)
        case ev.StudentChanged(name=name, email=email, timezone=zone):
            values = ", ".join(value for value in (name, email, zone) if value is not None)
            return words.with_reason(_("Changed"), values)
    return None


def _sessions(what: StudentWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.WeeklyPlanned():
            from defense_console.desk.typed.weekly import weekly_text

            return _("Weekly session planned: {plan}", plan=weekly_text(what, _))
        case ev.WeeklyEnded(last=last):
            return _("No weekly session after {day}", day=words.day(last))
        case ev.SessionMoved(day=day, to=to, reason=reason):
            moved = _("Session of {day} moved to {at}", day=words.day(day), at=words.moment(to))
            return words.with_reason(moved, reason)
        case ev.SessionExcused(day=day, by=by, late=late, reason=reason):
            text = N_("Session of {day} cancelled late by {who}") if late else N_("Session of {day} cancelled by {who}")
            who = _(CANCELLERS[by]) if by in CANCELLERS else by
            return words.with_reason(_(text, day=words.day(day), who=who), reason)
        case ev.SessionMissed(day=day, reason=reason):
            return words.with_reason(_("Session of {day}: the student was absent", day=words.day(day)), reason)
        case ev.SessionStarted(day=day, started_at=at):
            return _("Session started {at}", at=words.moment(at))
        case ev.SessionHeld(ended_at=at):
            return _("Session over {at}", at=words.moment(at))
        case ev.CheckInAnswered():
            return " · ".join(answers(what, _))
        case ev.WentAway(since=since, until=until, reason=reason):
            if until:
                sentence = _("Away from {since} until {until}", since=words.day(since), until=words.day(until))
            else:
                sentence = _("Away from {since}", since=words.day(since))
            return words.with_reason(sentence, reason)
        case ev.CameBack(on=on):
            return _("Here again on {day}", day=words.day(on))
    return None


def _goals(what: StudentWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.GoalPromised(text=text, due=due, condition=condition):
            parts = [_("Goal: {text}", text=text)]
            if due:
                parts.append(_("due {day}", day=words.day(due)))
            if condition:
                parts.append(_("when {condition}", condition=condition))
            return " · ".join(parts)
        case ev.GoalKept(goal=n):
            return _("Goal kept: {goal}", goal=words.named(n))
        case ev.GoalMoved(goal=n, due=due, reason=reason):
            if due:
                moved = _("Goal moved to {day}: {goal}", day=words.day(due), goal=words.named(n))
            else:
                moved = _("Goal without a date from now on: {goal}", goal=words.named(n))
            return words.with_reason(moved, reason)
        case ev.GoalDropped(goal=n, reason=reason):
            return words.with_reason(_("Goal dropped: {goal}", goal=words.named(n)), reason)
        case ev.GoalReworded(goal=n, text=text):
            return _("Goal of line {n} now reads: {text}", n=n, text=text)
        case ev.MentorPromised(text=text, due=due):
            return " · ".join(
                [_("I promised: {text}", text=text), *([_("due {day}", day=words.day(due))] if due else [])]
            )
        case ev.PromiseSettled(promise=n, kept=kept):
            text = N_("Promise kept: {promise}") if kept else N_("Promise given up: {promise}")
            return _(text, promise=words.named(n))
    return None


def _said(what: StudentWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.StudentNoted(text=text):
            return _("Private note: {text}", text=text)
        case ev.StudentNoteEdited(note=n, text=text):
            return (
                _("Note of line {n} now reads: {text}", n=n, text=text)
                if text
                else _("Note of line {n} withdrawn", n=n)
            )
        case ev.StudentHandedOver(to=to, text=text):
            return words.with_reason(_("Handed over to {mentor}", mentor=to), text)
        case ev.QuestionAsked(text=text, project=project, criterion=criterion):
            return " · ".join(filter(None, (_("Question: {text}", text=text), criterion or project)))
        case ev.QuestionAnswered(question=n, text=text):
            return words.with_reason(_("Answer to {question}", question=words.named(n)), text)
        case ev.QuestionDropped(question=n):
            return _("Question dropped: {question}", question=words.named(n))
        case ev.ResourcePointed(title=title, link=link):
            return " · ".join(filter(None, (_("Resource: {title}", title=title), link)))
        case ev.LearningNoted(skill=skill, level=level, text=text):
            sign = {-1: "\N{MINUS SIGN}1", 1: "+1"}.get(level, str(level))
            return words.with_reason(_("{skill} {level}", skill=_(LEARNING[skill]), level=sign), text)
    return None


def _progress(what: StudentWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.PathPlanned(curriculum=code, start=start, weeks=weeks):
            text = N_("Path planned: {code} from {day}, {n} weeks")
            return _(text, code=code, day=words.day(start), n=sum(weeks.values()))
        case ev.ProjectSettled(project=project, outcome=outcome, on=on, by=by):
            text = N_("{project}: {outcome} on {day}, by {who}")
            return _(text, project=project, outcome=_(OUTCOMES[outcome]), day=words.day(on), who=by)
        case ev.ProgressEstimated(project=project, percent=percent):
            return _("{project}: estimated at {percent} %", project=project, percent=percent)
        case ev.SelfRated(project=project, criterion=criterion, rating=None):
            return _("{project}: {criterion} no longer rated by the student", project=project, criterion=criterion)
        case ev.SelfRated(project=project, criterion=criterion, rating=str(rating)):
            text = N_("{project}: {criterion} seen by the student as {rating}")
            return _(text, project=project, criterion=criterion, rating=_(RATINGS[rating]))
    return None


def _alerts(what: StudentWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.AlertRaised(facts=facts, kudos=True):
            return _("Praise for the school: {facts}", facts=facts)
        case ev.AlertRaised(facts=facts):
            return _("Alert: {facts}", facts=facts)
        case ev.AlertAcknowledged(alert=n, answer=answer):
            return words.with_reason(_("The school answered: {alert}", alert=words.named(n)), answer)
        case ev.AlertClosed(alert=n, result=result):
            return words.with_reason(_("Alert closed: {alert}", alert=words.named(n)), _(ALERT_RESULTS[result]))
        case ev.ProposalPutOff(rule=rule, until=until):
            if until:
                return _("Proposal put off until {day}: {rule}", day=words.day(until), rule=rule)
            return _("Proposal not founded: {rule}", rule=rule)
    return None
