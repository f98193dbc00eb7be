"""Alerts to the school: what the mentor raises, what comes back, and proposals that are answered without one."""

from __future__ import annotations

import msgspec

from defense_console.model.errors import N_
from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies, change
from defense_console.model.student.legal_context import Case, checks, has_text, made_by, to_come
from defense_console.model.student.state import Alert, AlertResult, PutOff


class AlertRaised(What, frozen=True, tag="alert_raised"):
    """Four lines for the school: facts with their dates, what was done, what is asked, what would close it.

    `rule` proposed it, "" when the mentor saw it first, and `measured` is what it had counted; `also` has the other
    rules that named the student then. `kudos` is praise, which asks for nothing.
    """

    facts: str
    done: str = ""
    asked: str = ""
    closing: str = ""
    rule: str = ""
    kudos: bool = False
    measured: int = 0
    also: dict[str, int] = msgspec.field(default_factory=dict)


@checks(AlertRaised)
def _check_alert_raised(_case: Case, what: AlertRaised) -> None:
    has_text(what.facts)
    complete = what.kudos or all(text.strip() for text in (what.done, what.asked, what.closing))
    require(complete, "An alert says what was done, what is asked and what would close it.")


@applies(AlertRaised)
def _apply_alert_raised(state: StudentFolding, event: Event[What], what: AlertRaised) -> None:
    state.alerts[event.seq] = Alert(
        event.seq, what.rule, what.kudos, what.facts, what.done, what.asked, what.closing, event.at.wall,
        measured=what.measured, also=dict(what.also),
    )  # fmt: skip


class OfAlert(What, frozen=True):
    """Base of what becomes of an alert; `alert` is the number of the event that raised it."""

    alert: int
    refers = "alert"


def _going_on(case: Case, alert: int) -> Alert:
    found = made_by(case.student.alerts, alert, N_("There is no such alert."))
    require(found.state != "closed", "This alert is closed.")
    return found


class AlertAcknowledged(OfAlert, frozen=True, tag="alert_acknowledged"):
    """The school answered."""

    answer: str = ""


@checks(AlertAcknowledged)
def _check_alert_acknowledged(case: Case, what: AlertAcknowledged) -> None:
    require(_going_on(case, what.alert).state == "raised", "The school has answered already.")


@applies(AlertAcknowledged)
def _apply_alert_acknowledged(state: StudentFolding, event: Event[What], what: AlertAcknowledged) -> None:
    change(state.alerts, what.alert, state="acknowledged", answer=what.answer, acknowledged_at=event.at.wall)


class AlertClosed(OfAlert, frozen=True, tag="alert_closed"):
    """It is over: it helped, it did not, or it was not founded."""

    result: AlertResult


@checks(AlertClosed)
def _check_alert_closed(case: Case, what: AlertClosed) -> None:
    _going_on(case, what.alert)


@applies(AlertClosed)
def _apply_alert_closed(state: StudentFolding, event: Event[What], what: AlertClosed) -> None:
    change(state.alerts, what.alert, state="closed", result=what.result, closed_at=event.at.wall)


class ProposalPutOff(What, frozen=True, tag="proposal_put_off"):
    """What a rule proposed waits until a day, or is not founded ("")."""

    rule: str
    until: str = ""
    measured: int = 0


@checks(ProposalPutOff)
def _check_proposal_put_off(case: Case, what: ProposalPutOff) -> None:
    require(bool(what.rule.strip()), "Say which rule proposed it.")
    to_come(case, what.until)


@applies(ProposalPutOff)
def _apply_proposal_put_off(state: StudentFolding, event: Event[What], what: ProposalPutOff) -> None:
    state.put_off[event.seq] = PutOff(event.seq, event.at.wall, what.rule, what.until, what.measured)


AlertsWhat = AlertRaised | AlertAcknowledged | AlertClosed | ProposalPutOff
