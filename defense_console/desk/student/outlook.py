"""What lies ahead of all students: forecasts of the end, facts for the alert rules, proposals. Nothing is stored.

Everything comes from the rows of students and defenses, so no log is read. A forecast takes some milliseconds: what was
computed is kept until a row, the day or the finished students change, and a screen can have it computed on a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain

import msgspec

from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.student.preparing import prepared, project_named, skills_to_work_on
from defense_console.desk.student.rulebook import Rulebook
from defense_console.desk.student.students import defense_rows, everybody
from defense_console.exchange.curricula.desk_rules import DeskRules
from defense_console.model.curriculum import Curriculum, Skill
from defense_console.model.errors import ConsoleError
from defense_console.model.log.instants import day_of
from defense_console.model.queue.searching import Closed
from defense_console.model.student import alerts
from defense_console.model.student.answers import Answered, FoundAgain, found_again
from defense_console.model.student.course import (
    Course,
    CoursePlan,
    DaysOff,
    FinishedProject,
    PlannedProject,
    measured,
    weeks_behind,
)
from defense_console.model.student.forecast import FinishedStudents, Forecast, forecast, learn
from defense_console.model.student.readiness import Readiness, readiness
from defense_console.model.student.state import Alert, Pointed, Standing, Student
from defense_console.model.student.subject import STUDENT
from defense_console.settings import Settings
from defense_console.words.translation import local_day

BLOCKS = 13
"""Blocks of four weeks in a year's strip."""
BLOCK_DAYS = 28
_LONGEST_WEEKS = 1_000
_NOBODY = FinishedStudents(0.0, 1.0, 1.0, ())
"""For forecasts that look at nobody else."""
_LOOK_BACK = 8
"""At most so many check-ins are forecast again, to see how long the planned end has been unlikely."""


class Outlook(msgspec.Struct, frozen=True):
    """What lies ahead of one student.

    Attributes:
        course: plan, settled projects, days off; None without a plan.
        forecast: of the end; None without a plan.
        late: whether the planned end is unlikely, as the rules call it.
        behind: weeks behind the plan, less than 0 before it; None without a plan, and once all is settled.
        output: days on which something came in, for each block of four weeks, the latest last.
    """

    student: Student
    course: Course | None
    forecast: Forecast | None
    output: tuple[int, ...]
    late: bool = False
    behind: float | None = None


class Resources(msgspec.Struct, frozen=True):
    """The skills a student has to work on, and what others were pointed to for them, in the order of the skills."""

    skills: tuple[Skill, ...]
    known: tuple[Pointed, ...]


class RuleRecord(msgspec.Struct, frozen=True):
    """A rule, how often it was right, and the tighter one that it proposes; None for none.

    Attributes:
        not_named: what was answered to proposals that the tighter one would not have made, the latest first.
    """

    rule: alerts.AlertRule
    precision: alerts.Precision
    tighter: alerts.AlertRule | None
    not_named: tuple[alerts.ReasonAnswer, ...] = ()


class Computed(msgspec.Struct, frozen=True):
    """What a thread computed: what finished students teach, and the forecasts with it."""

    finished: tuple[Course, ...]
    cohort: FinishedStudents
    forecasts: dict[tuple[Course, date], Forecast]


class OutlookDesk:
    """What lies ahead of all students.

    Args:
        waiting: Gives the ids of the students whose next step is the mentor's.

    Attributes:
        rulebook: where the rules come from, and how the mentor changes them.
    """

    def __init__(self, ledger: Ledger, settings: Settings, waiting: Callable[[], Collection[str]]) -> None:
        self._ledger = ledger
        self._settings = settings
        self.rulebook = Rulebook(settings, self._forget)
        self._waiting = waiting
        self._finished: tuple[Course, ...] | None = None
        self._cohort: FinishedStudents | None = None
        self._forecasts: dict[tuple[Course, date], Forecast] = {}

    @property
    def rules(self) -> DeskRules:
        """Return the mentor's own rules, the shipped ones where there are none or where they cannot be used."""
        return self.rulebook.rules

    def _forget(self) -> None:
        self._finished, self._cohort, self._forecasts = None, None, {}

    # --- forecasts ---------------------------------------------------------------------------------------------------

    @property
    def today(self) -> date:
        """Return the mentor's local day."""
        return local_day(self._ledger.now().wall, self._settings.zone)

    def of(self, student_id: str) -> Outlook:
        """Return what lies ahead of a student.

        Raises:
            ConsoleError: There is no such student.
        """
        known = self._known()
        if student_id not in known.students:
            raise ConsoleError("There is no student {id} here.", id=student_id)
        return self._outlook(known, student_id)

    def all(self) -> dict[str, Outlook]:
        """Return what lies ahead of everybody, by id."""
        known = self._known()
        return {id: self._outlook(known, id) for id in known.students}

    def at_once(self) -> dict[str, Outlook]:
        """Return what is known of everybody without computing; a forecast that is not known yet is None."""
        known = self._known()
        fresh = self._finished == known.finished
        found = {}
        for id, student in known.students.items():
            course = known.courses[id]
            ready = self._forecasts.get((course, self.today)) if fresh and course is not None else None
            if ready is None and course is not None:
                ready = self._without_draws(course)
            found[id] = self._seen(student, course, ready, known.defenses.get(id, ()))
        return found

    def _without_draws(self, course: Course) -> Forecast | None:
        """Return a forecast that costs nothing: it is too early, or all is settled; None where it has to be drawn."""
        found = measured(course, self.today)
        if found.remaining and len(found.ratios) >= self.rules.forecast.least_finished:
            return None
        return forecast(course, _NOBODY, self.rules.forecast, self.today)

    def computing(self) -> Callable[[], Computed] | None:
        """Return what computes the missing forecasts, for `take`; None when none is missing. It may run on a thread."""
        known, rules, today = self._known(), self.rules.forecast, self.today
        fresh = self._finished == known.finished
        cohort = self._cohort if fresh else None
        there = self._forecasts if fresh else {}
        missing = [
            (each, today)
            for each in known.courses.values()
            if each is not None and (each, today) not in there and self._without_draws(each) is None
        ]
        if not missing:
            return None

        def compute() -> Computed:
            taught = cohort or learn(known.finished, rules)
            return Computed(known.finished, taught, {key: forecast(key[0], taught, rules, key[1]) for key in missing})

        return compute

    def take(self, computed: Computed) -> None:
        """Keep what was computed."""
        if self._finished != computed.finished or self._cohort is None:
            self._finished, self._cohort, self._forecasts = computed.finished, computed.cohort, {}
        self._forecasts |= computed.forecasts

    @property
    def cohort(self) -> FinishedStudents:
        """Return what finished students teach, with the record of the console's own ranges."""
        return self._taught(self._known().finished)

    def _taught(self, finished: tuple[Course, ...]) -> FinishedStudents:
        if self._cohort is None or self._finished != finished:
            self._finished, self._cohort, self._forecasts = finished, learn(finished, self.rules.forecast), {}
        return self._cohort

    def _forecast(self, course: Course, day: date, finished: tuple[Course, ...]) -> Forecast:
        cohort = self._taught(finished)
        if (course, day) not in self._forecasts:
            self._forecasts[course, day] = forecast(course, cohort, self.rules.forecast, day)
        return self._forecasts[course, day]

    def _outlook(self, known: _Known, id: str) -> Outlook:
        course = known.courses[id]
        said = self._forecast(course, self.today, known.finished) if course is not None else None
        return self._seen(known.students[id], course, said, known.defenses.get(id, ()))

    def _seen(
        self, student: Student, course: Course | None, said: Forecast | None, defenses: Iterable[Closed]
    ) -> Outlook:
        percent = said.on_time_percent if said is not None else None
        late = percent is not None and percent < self._unlikely
        behind = weeks_behind(course, self.today) if course is not None and course.end is None else None
        return Outlook(student, course, said, self._output(defenses), late, behind)

    @property
    def _unlikely(self) -> int:
        """Return the chance of the planned end, in percent, below which the rules call it late."""
        return max((rule.below_percent for rule in self.rules.alerts.rules), default=0)

    def _output(self, defenses: Iterable[Closed]) -> tuple[int, ...]:
        today, found = self.today, [0] * BLOCKS
        for day in _output_days(defenses):
            block = (today - day).days // BLOCK_DAYS
            if 0 <= block < BLOCKS:
                found[BLOCKS - 1 - block] += 1
        return tuple(found)

    def _known(self) -> _Known:
        """Return what the rows say of everybody."""
        students = everybody(self._ledger)
        defenses = defense_rows(self._ledger, students)
        shipped, zone = self._ledger.curricula.shipped, self._settings.zone
        courses = {
            id: course_of(student.standing, defenses.get(id, ()), shipped, zone) for id, student in students.items()
        }
        finished = tuple(each for each in courses.values() if each is not None and each.end is not None)
        return _Known(students, defenses, courses, finished)

    # --- before a defense --------------------------------------------------------------------------------------------

    def readiness(self, student_id: str, project_id: str) -> Readiness:
        """Return what speaks for and against a defense now; the logs that say it are read.

        Raises:
            ConsoleError: There is no such student or project here.
        """
        found = project_named(self._ledger.curricula.shipped, project_id)
        student = self._ledger.glance(STUDENT, student_id)
        rows = list(chain.from_iterable(self._known().defenses.values()))
        return readiness(prepared(self._ledger, student, *found, rows, self._settings.zone), self.rules.readiness)

    # --- questions ---------------------------------------------------------------------------------------------------

    def found_again(self, student_id: str, project: str, criterion: str) -> FoundAgain:
        """Return what was answered before to what blocks a student now; the logs of the others are read."""
        known, zone = self._known(), self._settings.zone
        found = []
        for id in known.students:
            for each in self._ledger.glance(STUDENT, id).questions if id != student_id else ():
                if each.state == "answered":
                    here = [row for row in known.defenses.get(id, ()) if row.project == each.project]
                    day = local_day(each.answered_at, zone)
                    uploads = tuple(_output_days(here))
                    found.append(Answered(each.project, each.criterion, each.text, each.answer, day, uploads))
        return found_again(found, project, criterion)

    # --- resources ---------------------------------------------------------------------------------------------------

    def resources(self, student_id: str) -> Resources:
        """Return what a student has to work on, and what others were pointed to for it; the logs are read."""
        known = self._known()
        skills = skills_to_work_on(self._ledger, known.defenses.get(student_id, ()))
        place = {skill.ref: n for n, skill in enumerate(skills)}
        had = {(each.title, each.link) for each in self._ledger.glance(STUDENT, student_id).resources}
        others = chain.from_iterable(self._ledger.glance(STUDENT, id).resources for id in known.students if place)
        found: dict[tuple[str, str], Pointed] = {}
        for each in sorted(others, key=lambda each: each.at, reverse=True):
            if each.skill in place and (each.title, each.link) not in had:
                found.setdefault((each.title, each.link), each)
        return Resources(skills, tuple(sorted(found.values(), key=lambda each: place[each.skill])))

    # --- alerts ------------------------------------------------------------------------------------------------------

    def proposals(self) -> tuple[alerts.Proposal, ...]:
        """Return the alerts to think about, the strongest first; at most what the week still allows."""
        known = self._known()
        waiting = set(self._waiting())
        facts = (self._facts(known, id, id in waiting) for id in known.students)
        found = [each for each in facts if each is not None]
        return alerts.proposals(found, self.rules.alerts, self._answers(known.students), self.today)

    def reasons(self, student_id: str) -> tuple[alerts.RuleReason, ...]:
        """Return why an alert about a student would be due, also where the week allows no more; empty for no reason.

        What is raised already and not closed is no reason to raise it again.
        """
        known = self._known()
        if student_id not in known.students:
            return ()
        facts = self._facts(known, student_id, student_id in self._waiting())
        found = () if facts is None else alerts.reasons(facts, self.rules.alerts, self.today)
        raised = {each.rule for each in known.students[student_id].standing.answers if each.open}
        return tuple(each for each in found if each.rule not in raised)

    def raised(self) -> tuple[tuple[Student, Alert], ...]:
        """Return the alerts that are not closed, praise left out, the oldest first; the logs that have one are read."""
        found = [
            (student, alert)
            for id, student in everybody(self._ledger).items()
            if student.standing.alerts
            for alert in self._ledger.glance(STUDENT, id).alerts
            if alert.state != "closed" and not alert.kudos
        ]
        return tuple(sorted(found, key=lambda each: (each[1].raised_at, each[0].id)))

    def rule_records(self) -> tuple[RuleRecord, ...]:
        """Return each rule with how often it was right, in the order of the rules."""
        said, rules = self._answers(everybody(self._ledger)), self.rules.alerts
        found = []
        for rule in rules.rules:
            tighter = alerts.tightened(rule, rules, said)
            spared = alerts.not_named(tighter, said) if tighter is not None else ()
            found.append(RuleRecord(rule, alerts.precision(rule, said), tighter, spared))
        return tuple(found)

    def put_off_until(self) -> str:
        """Return the day until which *later* waits."""
        return (self.today + timedelta(days=self.rules.alerts.later_days)).isoformat()

    def _answers(self, students: Mapping[str, Student]) -> list[alerts.ReasonAnswer]:
        zone = self._settings.zone
        return [
            alerts.ReasonAnswer(
                id, each.rule, each.measured, local_day(each.at, zone), each.said, day_of(each.until), each.open,
                each.founded, local_day(each.closed_at, zone) if each.closed_at else None,
            )
            for id, student in students.items()
            for each in student.standing.answers
        ]  # fmt: skip

    def _facts(self, known: _Known, id: str, waits: bool) -> alerts.StudentFacts | None:
        """Return what the rules look at; None for a student of whom nothing is recorded."""
        standing, defenses, course = known.students[id].standing, known.defenses.get(id, ()), known.courses[id]
        zone = self._settings.zone
        meetings = _meetings(standing, zone)
        settled = [day for each in standing.settled if (day := day_of(each.on)) is not None]
        outputs = tuple(sorted({*_output_days(defenses), *settled}))
        plans = [day for plan in standing.plans if (day := day_of(plan.starts)) is not None]
        starts = [course.plan.start] if course is not None else [*plans, *(m.day for m in meetings), *outputs]
        if not starts:
            return None
        chances = () if course is None else self._chances(known, course, [m.day for m in meetings if m.held])
        return alerts.StudentFacts(
            id, min(starts), meetings, outputs, chances,
            reworks=tuple(_reworks(standing, defenses)),
            goals=tuple((local_day(at, zone), False) for at in standing.goals_missed),
            away=days_off(standing, zone),
            back=tuple(day for each in standing.aways if (day := day_of(each.back_on)) is not None),
            waits_for_mentor=waits,
            ended=course is not None and course.end is not None,
        )  # fmt: skip

    def _chances(self, known: _Known, course: Course, held: Sequence[date]) -> tuple[tuple[date, int], ...]:
        """Return the chance of the planned end at the latest check-ins, back to the last one that was not late."""
        below = self._unlikely
        found: list[tuple[date, int]] = []
        for day in sorted(set(held), reverse=True)[:_LOOK_BACK] if below else ():
            percent = self._forecast(course, day, known.finished).on_time_percent
            if percent is None:
                break
            found.append((day, percent))
            if percent >= below:
                break
        return tuple(found)


class _Known(msgspec.Struct, frozen=True):
    """What the rows say: students, their defenses, their courses, and the courses of those who have finished."""

    students: dict[str, Student]
    defenses: dict[str, list[Closed]]
    courses: dict[str, Course | None]
    finished: tuple[Course, ...]


# --- from rows to facts ----------------------------------------------------------------------------------------------


def course_of(
    standing: Standing, defenses: Collection[Closed], shipped: Mapping[str, Curriculum], zone: str
) -> Course | None:
    """Return a student's course as the forecast takes it; None without a plan.

    A project is settled on the day on which its verdict was released as validated, here or by somebody else.
    """
    path = standing.path
    start = day_of(path.start) if path is not None else None
    if path is None or start is None:
        return None
    curriculum = shipped.get(path.curriculum)
    place = {project.id: project.n for project in curriculum.projects} if curriculum is not None else {}
    order = sorted(path.weeks, key=lambda id: (place.get(id, len(place) + 1), id))
    settled = [
        FinishedProject(each.project, day)
        for each in standing.settled
        if each.outcome == "validated" and (day := day_of(each.on)) is not None
    ]
    settled += [
        FinishedProject(each.project, local_day(each.released_at, zone))
        for each in defenses
        if each.in_force == "validated" and each.released_at is not None
    ]
    known = {each.project for each in standing.settled} | {each.project for each in defenses}
    first = next((n for n, id in enumerate(order) if id in known), 0)
    if first:  # what lies before the first known project counts as passed, nobody knows when
        start += timedelta(weeks=min(sum(path.weeks[id] for id in order[:first]), _LONGEST_WEEKS))
        start = min([start, *(each.day for each in settled)])
    return Course(
        CoursePlan(start, tuple(PlannedProject(id, path.weeks[id]) for id in order[first:])),
        tuple(sorted(settled, key=lambda each: (each.day, each.project))),
        days_off(standing, zone),
    )


def days_off(standing: Standing, zone: str) -> tuple[DaysOff, ...]:
    """Return the days off that were declared; who came back early was away no longer than that."""
    found = []
    for each in standing.aways:
        first, last, back = day_of(each.since), day_of(each.until), day_of(each.back_on)
        if first is None:
            continue
        if back is not None:
            gone = back - timedelta(days=1)
            last = gone if last is None else min(last, gone)
        known = local_day(each.declared_at, zone) if each.declared_at else first
        if last is None or last >= first:
            found.append(DaysOff(first, last, known))
    return tuple(found)


def _output_days(defenses: Iterable[Closed]) -> Iterable[date]:
    return (date.fromisoformat(day) for day in chain.from_iterable(each.output for each in defenses))


def _meetings(standing: Standing, zone: str) -> tuple[alerts.Meeting, ...]:
    """Return the sessions that were held or missed: by their day, and the latest one, which nobody may have planned."""
    found = {
        alerts.Meeting(date.fromisoformat(day), what.state == "held")
        for day, what in standing.days.items()
        if what.state in ("held", "missed")
    }
    if standing.last_seen:
        found.add(alerts.Meeting(local_day(standing.last_seen, zone), held=True))
    return tuple(sorted(found, key=lambda each: (each.day, each.held)))


def _reworks(standing: Standing, defenses: Iterable[Closed]) -> Iterable[str]:
    """Yield the project of each verdict *to rework*, where the project is not validated yet."""
    said = [(each.project, each.in_force) for each in defenses]
    said += [(each.project, each.outcome) for each in standing.settled]
    validated = {project for project, outcome in said if outcome == "validated"}
    return (project for project, outcome in said if outcome == "rework" and project not in validated)
