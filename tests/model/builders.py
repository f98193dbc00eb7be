"""Logs of defenses of the shipped curricula, written action by action, for the tests of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import Curriculum, Project, Rules, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.fold import fold
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, signed_event
from defense_console.model.defense.state import Defense, OutcomeValue, RatingValue
from defense_console.model.defense.summary import summarize
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.log.envelope import Stamp
from defense_console.model.queue.agenda import overdue

START = datetime(2026, 6, 10, 12, 0, tzinfo=UTC)


@cache
def shipped() -> dict[str, Curriculum]:
    return load_shipped()


def project(project_id: str) -> tuple[Curriculum, Project]:
    curriculum = shipped()[project_id.partition("-")[0]]
    found = curriculum.project(project_id)
    assert found is not None
    return curriculum, found


def ids(project_id: str, *, blocking: bool) -> list[str]:
    """The project's own criteria that are, or are not, blocking."""
    return [c.id for skill in project(project_id)[1].skills for c in skill.criteria if c.blocking == blocking]


def is_overdue(defense: Defense, now: str) -> bool:
    """Whether the queue shows it as overdue at an instant, by the shipped rules."""
    return overdue(summarize("0", defense), instant(now), Rules())


@dataclass
class Log:
    """A log that grows: `at` moves the clocks, in seconds from the planned start; `add` appends one action."""

    project_id: str = "IRP-P2"
    start: datetime = START
    attempt: int = 1
    events: list[DefenseEvent] = field(default_factory=list)
    seconds: float = -900

    def __post_init__(self) -> None:
        code = self.project_id.partition("-")[0]
        self.add(ev.Planned("s1", code, self.project_id, self.attempt, iso(self.start)))

    @property
    def curriculum(self) -> Curriculum:
        return project(self.project_id)[0]

    @property
    def project(self) -> Project:
        return project(self.project_id)[1]

    @property
    def defense(self) -> Defense:
        return fold(self.events, self.curriculum)

    def stamp(self) -> Stamp:
        ms = round(self.seconds * 1000)
        return Stamp(iso(self.start + timedelta(milliseconds=ms)), 50_000_000 + ms, 50_000_000 + ms, "boot")

    def at(self, seconds: float) -> Log:
        self.seconds = seconds
        return self

    def add(self, *whats: DefenseWhat) -> Log:
        action = len(self.events) + 1
        for what in whats:
            self.events.append(DefenseEvent(len(self.events) + 1, action, self.stamp(), "Mentor", what))
        return self

    def undo(self) -> Log:
        return self.add(ev.Undone(self.defense.undo[-1]))

    def started(self) -> Log:
        return self.add(ev.RoomOpened()).at(0).add(ev.Started(curriculum_hash(self.curriculum)))

    def rate(self, ratings: Mapping[str, RatingValue]) -> Log:
        for criterion, rating in ratings.items():
            self.add(ev.Rated(criterion, rating))
        return self

    def note(self, text: str, criterion: str | None = None, *, private: bool = False) -> Log:
        return self.add(ev.Noted(text, self.stamp(), criterion, private))

    def rated(self, *misses: str, spoken_s: float = 900) -> Log:
        """Started, presented, everything met but these."""
        self.started().at(spoken_s).add(ev.PhaseEntered("discussion"))
        every = [c.id for c in self.curriculum.criteria_of(self.project) if not c.from_clock]
        return self.rate({id: "not_met" if id in misses else "met" for id in every})

    def held(self, *misses: str, spoken_s: float = 900) -> Log:
        """The same, and finished after half an hour."""
        return self.rated(*misses, spoken_s=spoken_s).at(1800).add(ev.Finished())

    def signed(self, outcome: OutcomeValue) -> Log:
        """The outcome chosen and signed, whatever the guards say."""
        self.add(ev.OutcomeChosen(outcome))
        return self.add(signed_event(self.defense, self.curriculum))

    def released(self, outcome: OutcomeValue) -> Log:
        """The same, and released a minute later."""
        self.signed(outcome).at(self.seconds + 60)
        return self.add(ev.Released(len(self.defense.versions)))


def conditional(start: datetime = START) -> Log:
    """A released condition: IRP-P2 with one criterion not met, which two documents prove."""
    return Log("IRP-P2", start).held(two_documents("IRP-P2")).released("conditional")


def two_documents(project_id: str) -> str:
    """The first criterion that is not blocking and that two deliverables or more prove."""
    skills = project(project_id)[1].skills
    return next(c.id for s in skills for c in s.criteria if not c.blocking and len(c.evidence) == 2)
