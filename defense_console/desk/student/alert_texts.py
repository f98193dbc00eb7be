"""The text of an alert: lines proposed from the facts, and the whole as it is copied or saved. Nothing is sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from defense_console.desk.student.outlook_words import CLOSING, reason_sentence
from defense_console.model.student.alerts import AlertRule, RuleReason
from defense_console.model.student.kinds import AlertRaised
from defense_console.model.student.state import Alert, Student
from defense_console.model.text import one_line, visible
from defense_console.reports.content.message import draft_mail
from defense_console.words.translation import Translator


class AlertText(msgspec.Struct, frozen=True):
    """An alert as the school reads it: subject, and paragraphs of a label and a text."""

    subject: str
    lines: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """Return it as plain text; ends with a line break."""
        parts = [f"{label}\n{visible(text)}" if label else visible(text) for label, text in self.lines]
        return "\n\n".join([self.subject, *parts]) + "\n"


def proposed_facts(reasons: Sequence[RuleReason], rules: Mapping[str, AlertRule], _: Translator) -> str:
    """Return the first line of an alert as the rules saw it: each reason with its dates."""
    said = [reason_sentence(reason, rules, _) for reason in reasons]
    return ". ".join(f"{each[:1].upper()}{each[1:]}" for each in said) + ("." if said else "")


def proposed_closing(reasons: Sequence[RuleReason], rules: Mapping[str, AlertRule], _: Translator) -> str:
    """Return what would close an alert, from its strongest reason; "" without one."""
    rule = rules.get(reasons[0].rule) if reasons else None
    return _(CLOSING[rule.measure]) if rule is not None else ""


def alert_text(student: Student, alert: Alert | AlertRaised, _: Translator) -> AlertText:
    """Return an alert, or praise, as the school reads it."""
    name = one_line(student.name)
    if alert.kudos:
        return AlertText(_("Praise for {name}", name=name), (("", alert.facts),))
    return AlertText(
        _("Alert about {name}", name=name),
        (
            (_("Facts"), alert.facts),
            (_("What I did"), alert.done),
            (_("What I ask"), alert.asked),
            (_("What would close it"), alert.closing),
        ),
    )


def alert_mail(student: Student, alert: Alert, mentor: str, sender: str, now: str, _: Translator) -> bytes:
    """Return an alert as a draft that any mail program opens; nobody's address is filled in."""
    found = alert_text(student, alert, _)
    body = found.text.partition("\n\n")[2]
    signed = f"{body}\n{one_line(mentor)}\n" if mentor else body
    return draft_mail(found.subject, signed, _.language, now, f"alert-{alert.seq}", sender=(mentor, sender))
