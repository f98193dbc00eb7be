"""A simulated year of students, played through the console's own use cases: check-ins, goals, days off, defenses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time

from defense_console.desk.desk import Desk
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import OutcomeValue
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.log.instants import iso
from defense_console.model.student import kinds as student
from defense_console.model.student.check_in import CheckIn
from defense_console.model.student.subject import STUDENT
from tests.simulated_year import Life
from tests.ui.conftest import SHIPPED, Machine

IRP = SHIPPED["IRP"]
PROJECTS = len(IRP.projects)
Deed = tuple[date, int, Callable[[], object]]
"""A day, its place among the deeds of the day, and what is done."""


class Played:
    """Plays lives in the order of their days.

    Args:
        machine: Its clock is moved.
        saved: Called now and then: what waits is written.
    """

    def __init__(self, desk: Desk, machine: Machine, saved: Callable[[], None]) -> None:
        self.desk, self.machine, self._saved = desk, machine, saved
        self.sessions = self.defenses = 0

    def play(self, lives: Sequence[Life], until: date) -> None:
        """Do everything up to a day, that day included."""
        deeds = sorted((deed for life in lives for deed in self._deeds(life)), key=lambda each: each[:2])
        for n, (day, _place, do) in enumerate(deeds):
            if day > until:
                break
            self._wait_for(day)
            do()
            if n % 20 == 0:
                self._saved()
        self._wait_for(until)
        self._saved()
        self.desk.tick()

    def _wait_for(self, day: date) -> None:
        wanted = datetime.combine(day, time(15), UTC)
        self.machine.pass_time(max(0.0, (wanted - self.machine.wall).total_seconds()))

    def _deeds(self, life: Life) -> Iterator[Deed]:
        id, start = life.facts.student, life.course.plan.start
        yield start, 0, lambda: self._begin(life)
        for away in life.course.away:
            yield away.known, 1, lambda a=away: self._go_away(id, a.first, a.last)  # type: ignore[misc]
        kept = dict(life.facts.goals)
        for meeting in life.facts.meetings:
            yield meeting.day, 2, lambda m=meeting: self._meet(id, m.day, m.held, kept.get(m.day))  # type: ignore[misc]
        for day, project, _settled in life.reworks:
            yield day, 3, lambda p=project: self._defend(id, p, "rework")  # type: ignore[misc]
        for settled in life.course.settled:
            yield settled.day, 4, lambda p=settled.project: self._defend(id, p, "validated")  # type: ignore[misc]

    # --- what is done ------------------------------------------------------------------------------------------------

    def _begin(self, life: Life) -> None:
        id, plan = life.facts.student, life.course.plan
        self.desk.ledger.begin(STUDENT, id, student.StudentRegistered(id, f"Student {id}", "", "Europe/Paris"))
        desk = self.desk.follow(id)
        weeks = {f"IRP-{each.project}": round(each.weeks) for each in plan.projects[:PROJECTS]}
        desk.plan_path("IRP", plan.start.isoformat(), weeks)
        desk.act(student.WeeklyPlanned(plan.start.isoformat(), "10:00", "Europe/Paris", length_min=45))

    def _go_away(self, id: str, first: date, last: date | None) -> None:
        self.desk.follow(id).go_away(first.isoformat(), last.isoformat() if last is not None else "")

    def _meet(self, id: str, day: date, held: bool, kept: bool | None) -> None:
        desk = self.desk.follow(id)
        if desk.student.standing.away is not None and held:
            desk.come_back(day.isoformat())
        if not held:
            desk.miss_session(day.isoformat())
            return
        goals = [goal.seq for goal in desk.student.open_goals]
        said = CheckIn(
            "on_track", "no", kept=tuple(goals) if kept else (), goals=(student.GoalPromised("the next step"),),
            dropped={} if kept or kept is None else dict.fromkeys(goals, "no time"),
        )  # fmt: skip
        desk.check_in(said, day.isoformat())
        self.sessions += 1

    def _defend(self, id: str, project: str, outcome: OutcomeValue) -> None:
        name = f"IRP-{project}"
        found = IRP.project(name)
        if found is None:
            return
        attempt = 1
        while self.desk.store.summary(str(defense_id(id, name, attempt))) is not None:
            attempt += 1
        key, now = str(defense_id(id, name, attempt)), iso(self.machine.wall)
        self.desk.ledger.begin(DEFENSE, key, ev.Planned(id, "IRP", name, attempt, now, language="fr"))
        brief = self.desk.brief(key)
        brief.open_room()
        brief.start()
        live = self.desk.live(key)
        rating = "met" if outcome == "validated" else "not_met"
        live.act(*(ev.Rated(criterion.id, rating) for criterion in IRP.criteria_of(found)))  # type: ignore[arg-type]
        self.machine.pass_time(900)
        live.finish()
        verdict = self.desk.verdict(key)
        verdict.choose(outcome)
        verdict.commit("improvement", "the budget")
        verdict.commit("reason", "as it stands")
        verdict.sign()
        verdict.release()
        self._saved()
        self.defenses += 1
