"""The fold's working value: mutable, filled event by event, then frozen into a student."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableMapping
from typing import TypeVar

import msgspec

from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import Effects, Working
from defense_console.model.student import state as values
from defense_console.model.student.state import FollowedStudent, Standing

V = TypeVar("V", bound=msgspec.Struct)


class StudentFolding(Working):
    """A student while their log is being folded. Fields as in `FollowedStudent` and `Standing`."""

    id: str = ""
    name: str = ""
    email: str = ""
    timezone: str = ""
    plans: list[values.WeeklyPlan] = msgspec.field(default_factory=list)
    days: dict[str, values.Day] = msgspec.field(default_factory=dict)
    aways: list[values.Away] = msgspec.field(default_factory=list)
    sessions: dict[int, values.HeldSession] = msgspec.field(default_factory=dict)
    absences: dict[str, values.Absence] = msgspec.field(default_factory=dict)
    """By day; a session that is held after all leaves none."""
    goals: dict[int, values.Goal] = msgspec.field(default_factory=dict)
    notes: dict[int, values.StudentNote] = msgspec.field(default_factory=dict)
    promises: dict[int, values.Promise] = msgspec.field(default_factory=dict)
    path: values.PathPlan | None = None
    settled: dict[int, values.SettledProject] = msgspec.field(default_factory=dict)
    estimates: dict[str, int] = msgspec.field(default_factory=dict)
    self_ratings: dict[str, values.SelfRating] = msgspec.field(default_factory=dict)
    questions: dict[int, values.StudentQuestion] = msgspec.field(default_factory=dict)
    resources: dict[int, values.Pointed] = msgspec.field(default_factory=dict)
    learning: dict[int, values.Learning] = msgspec.field(default_factory=dict)
    alerts: dict[int, values.Alert] = msgspec.field(default_factory=dict)
    put_off: dict[int, values.PutOff] = msgspec.field(default_factory=dict)
    handed_over: dict[int, values.HandedOver] = msgspec.field(default_factory=dict)

    @property
    def running(self) -> values.HeldSession | None:
        """Return the session that is being held, None when there is none."""
        last = self.sessions[next(reversed(self.sessions))] if self.sessions else None
        return last if last is not None and not last.ended_at else None

    @property
    def away(self) -> values.Away | None:
        """Return the days off that are not over as far as was said."""
        return self.aways[-1] if self.aways and not self.aways[-1].back_on else None

    def frozen(self, last: Event[What], undo: tuple[int, ...], redo: tuple[int, ...]) -> FollowedStudent:
        """Return the student after `last`, who stays as they are when folding goes on."""
        return FollowedStudent(
            id=self.id,
            name=self.name,
            email=self.email,
            timezone=self.timezone,
            seq=last.seq,
            undo=undo,
            redo=redo,
            standing=self._standing(),
            sessions=tuple(self.sessions.values()),
            absences=tuple(self.absences.values()),
            goals=tuple(self.goals.values()),
            notes=tuple(self.notes.values()),
            promises=tuple(self.promises.values()),
            path=self.path,
            settled=tuple(self.settled.values()),
            estimates=self.estimates.copy(),
            self_ratings=self.self_ratings.copy(),
            questions=tuple(self.questions.values()),
            resources=tuple(self.resources.values()),
            learning=tuple(self.learning.values()),
            alerts=tuple(self.alerts.values()),
            put_off=tuple(self.put_off.values()),
            handed_over=tuple(self.handed_over.values()),
        )

    def _standing(self) -> Standing:
        if self == StudentFolding(self.id, self.name, self.email, self.timezone):
            return Standing()
        running = self.running
        held = [session for session in self.sessions.values() if session.ended_at]
        goals = values.open_goals(self.goals.values())
        return Standing(
            curriculum=self.path.curriculum if self.path is not None else "",
            plans=tuple(self.plans),
            days=self.days.copy(),
            held=len(held),
            last_seen=max((session.started_at for session in held), default=""),
            running=running.started_at if running is not None else "",
            running_day=running.day if running is not None else "",
            open_goals=len(goals),
            next_due=goals[0].due if goals else "",
            next_goal=goals[0].text if goals else "",
            promises=sum(not promise.settled_at for promise in self.promises.values()),
            away=self.away,
            aways=tuple(self.aways),
            path=self.path,
            settled=tuple(self.settled.values()),
            goals_missed=_missed(self.goals.values()),
            alerts=sum(alert.state != "closed" and not alert.kudos for alert in self.alerts.values()),
            unanswered=tuple(each.raised_at for each in self.alerts.values() if each.waits_for_the_school),
            answers=tuple(_answers(self)),
            version=values.STANDING_VERSION,
        )


def _missed(goals: Iterable[values.Goal]) -> tuple[str, ...]:
    """Return when each goal was dropped since the last one that was kept."""
    settled = sorted((goal.settled_at, goal.seq, goal.state) for goal in goals if goal.state != "open")
    since = next((n for n in range(len(settled), 0, -1) if settled[n - 1][2] == "kept"), 0)
    return tuple(at for at, _seq, _state in settled[since:])


def _answers(state: StudentFolding) -> Iterator[values.RuleAnswer]:
    """Yield what was said to rules: each that named the student when an alert was raised, and each put off."""
    for alert in state.alerts.values():
        if alert.rule:
            for rule, measured in {alert.rule: alert.measured, **alert.also}.items():
                founded, open = alert.result != "not_founded", alert.state != "closed"
                yield values.RuleAnswer(rule, measured, alert.raised_at, "raised", "", open, founded, alert.closed_at)
    for each in state.put_off.values():
        said: values.RuleReply = "later" if each.until else "not_founded"
        yield values.RuleAnswer(each.rule, each.measured, each.at, said, each.until)


def change(made: MutableMapping[int, V], seq: int, **fields: object) -> None:
    """Put other values into what the event with this number made; nothing is changed where it is gone."""
    if seq in made:
        made[seq] = msgspec.structs.replace(made[seq], **fields)


applies = Effects[StudentFolding]()
"""Registers what a kind of event does to a student."""
