"""What dialogs ask about a student: where their drafts are kept, and which event answers them."""

from __future__ import annotations

from enum import StrEnum

from defense_console.model.student import kinds as ev
from defense_console.model.student.kinds import StudentWhat


class Asked(StrEnum):
    """Field keys of the questions that dialogs ask about a student."""

    WEEKLY = "ask/weekly"
    PATH_START = "ask/path_start"
    PATH_WEEKS = "ask/path_weeks"
    SETTLED = "ask/settled"
    LEARNING = "ask/learning"
    RESOURCE = "ask/resource"
    ESTIMATE = "ask/estimate"
    GOAL_TEXT = "ask/goal_text"
    NAME = "ask/name"
    EMAIL = "ask/email"
    ZONE = "ask/zone"
    SESSION = "ask/session"
    SESSION_REASON = "ask/session_reason"
    AWAY = "ask/away"
    ANSWER = "ask/answer"
    GOAL_DATE = "ask/goal_date"
    GOAL_REASON = "ask/goal_reason"
    ALERT_FACTS = "ask/alert_facts"
    ALERT_DONE = "ask/alert_done"
    ALERT_ASKED = "ask/alert_asked"
    ALERT_CLOSING = "ask/alert_closing"
    ALERT_ANSWER = "ask/alert_answer"
    PRAISE = "ask/praise"
    HAND_OVER = "ask/hand_over"

    def of(self, number: int) -> str:
        """Return the key of a question about one goal, or one question. Args: number: of the event that made it."""
        return f"{self}/{number}"


def settled_by(what: StudentWhat) -> tuple[str, ...]:
    """Return the questions that an event answers: their texts go with it."""
    match what:
        case ev.StudentChanged():
            return (Asked.NAME, Asked.EMAIL, Asked.ZONE)
        case ev.WeeklyPlanned():
            return (Asked.WEEKLY,)
        case ev.PathPlanned():
            return (Asked.PATH_START, Asked.PATH_WEEKS)
        case ev.ProjectSettled():
            return (Asked.SETTLED,)
        case ev.LearningNoted():
            return (Asked.LEARNING,)
        case ev.ResourcePointed():
            return (Asked.RESOURCE,)
        case ev.ProgressEstimated():
            return (Asked.ESTIMATE,)
        case ev.GoalReworded(goal=n):
            return (Asked.GOAL_TEXT.of(n),)
        case ev.SessionMoved() | ev.SessionExcused() | ev.SessionMissed():
            return (Asked.SESSION, Asked.SESSION_REASON)
        case ev.WentAway():
            return (Asked.AWAY,)
        case ev.GoalMoved(goal=n) | ev.GoalDropped(goal=n):
            return (Asked.GOAL_DATE.of(n), Asked.GOAL_REASON.of(n))
        case ev.QuestionAnswered(question=n):
            return (Asked.ANSWER.of(n),)
        case ev.AlertRaised(kudos=True):
            return (Asked.PRAISE,)
        case ev.AlertRaised():
            return (Asked.ALERT_FACTS, Asked.ALERT_DONE, Asked.ALERT_ASKED, Asked.ALERT_CLOSING)
        case ev.StudentHandedOver():
            return (Asked.HAND_OVER,)
        case ev.AlertAcknowledged(alert=n):
            return (Asked.ALERT_ANSWER.of(n),)
    return ()
