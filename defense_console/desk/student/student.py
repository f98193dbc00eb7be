"""One student on the desk: one method for each thing a mentor does.

Field keys of texts: `note`, `goal` (one line, read by `typed/goal.py`), `promise`, `question`, `edit/<seq>` of a note,
and `ask/…`, see `Asked`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Final

from defense_console.desk.logs.attempts import defenses_of
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.one_log import LogDesk
from defense_console.desk.student.asked import settled_by
from defense_console.desk.student.holidays import holidays_of
from defense_console.desk.student.overview import Overview, overview
from defense_console.desk.student.preparing import project_named
from defense_console.desk.student.progress import computed_percent
from defense_console.desk.student.rehearsing import rehearsals_of
from defense_console.desk.student.today import FormField, form_fields
from defense_console.desk.typed.day import typed_day
from defense_console.desk.typed.goal import TypedGoal, typed_due, typed_goal
from defense_console.desk.typed.moment import typed_moment
from defense_console.desk.typed.weekly import typed_weekly
from defense_console.model.curriculum import Criterion, Curriculum, Project
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary, summarize
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.kinds import numbered
from defense_console.model.queue.path import ProjectStatus, path
from defense_console.model.student import kinds as ev
from defense_console.model.student import weekly
from defense_console.model.student.alerts import RuleReason
from defense_console.model.student.check_in import CheckIn, check_in_events
from defense_console.model.student.kinds import StudentWhat
from defense_console.model.student.state import (
    AlertResult,
    Blocked,
    ExcusedBy,
    FollowedStudent,
    HeldSession,
    LearningSkill,
    Pace,
    SelfRating,
    SettledOutcome,
)
from defense_console.model.student.subject import STUDENT
from defense_console.model.student.weekly import Holidays, Occurrence
from defense_console.model.text import is_one_line
from defense_console.settings import Settings
from defense_console.words.translation import language, local_day, translator, zone_of

if TYPE_CHECKING:
    from defense_console.desk.student.handing_over import HandingOver

_SOON: Final = timedelta(days=366)


class StudentDesk(LogDesk[StudentWhat, FollowedStudent]):
    """One student on the desk. Every method that changes something returns the student after it.

    Args:
        ledger: The logs.
        student_id: The school's id.
        leases: Who writes on what.
        settings: The mentor's zone and country.
    """

    def __init__(self, ledger: Ledger, student_id: str, leases: Leases, settings: Settings) -> None:
        super().__init__(ledger, STUDENT, student_id, leases)
        self.settings = settings

    # --- reading -------------------------------------------------------------------------------------------------

    @property
    def student(self) -> FollowedStudent:
        """The student as they are known now; what is still on its way to the disk counts."""
        return self.state

    @property
    def holidays(self) -> Holidays:
        """Return what names the holidays of the mentor's country."""
        return holidays_of(self.settings.holidays, language())

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """Return the row of every defense of the student, by project then attempt; their ids are computed."""
        projects = {(self.id, project.id): 0 for c in self.ledger.curricula.shipped.values() for project in c.projects}
        now = {id: summarize(id, d) for id, d in self.ledger.unacknowledged(DEFENSE).items() if d.student_id == self.id}
        found = chain.from_iterable(defenses_of(self.ledger.snapshot.summaries, projects).values())
        return tuple(({each.id: each for each in found} | now).values())

    @property
    def defenses(self) -> Mapping[str, Defense]:
        """Return every defense of the student, by id."""
        return {each.id: self.ledger.state(DEFENSE, each.id) for each in self.summaries}

    @property
    def handing_over(self) -> HandingOver:
        """Return what gives the student to another mentor of a school."""
        from defense_console.desk.student.handing_over import HandingOver

        return HandingOver(self)

    @property
    def path(self) -> tuple[tuple[Project, ProjectStatus], ...]:
        """Return every project of the student's curriculum with its status; empty while none is known."""
        curriculum, elsewhere = self.curriculum, {each.project: each.outcome for each in self.student.settled}
        return path(curriculum, self.summaries, elsewhere) if curriculum is not None else ()

    @property
    def curricula(self) -> tuple[Curriculum, ...]:
        """Return the curricula that a path can be planned on."""
        return tuple(self.ledger.curricula.shipped.values())

    @property
    def curriculum(self) -> Curriculum | None:
        """Return the student's curriculum: of the plan, else of a defense; None while none is known."""
        code = self.student.standing.curriculum or next((each.curriculum for each in self.summaries), "")
        return self.ledger.curricula.shipped.get(code)

    @property
    def running_project(self) -> Project | None:
        """Return the first project that is under way, None for none."""
        under_way = ("open", "in_defense", "revision_pending", "to_repass")
        return next((project for project, status in self.path if status in under_way), None)

    @property
    def today(self) -> str:
        """Return the mentor's local day, as the log writes it."""
        return local_day(self.ledger.now().wall, self.settings.zone).isoformat()

    @property
    def rehearsals(self) -> Mapping[str, Defense]:
        """Return every rehearsal of the student, by id; their ids are computed."""
        projects = (project.id for c in self.ledger.curricula.shipped.values() for project in c.projects)
        return {id: each for project in projects for id, each in rehearsals_of(self.ledger, self.id, project).items()}

    def overview(self) -> Overview:
        """Return what the student's screen shows."""
        now = self.ledger.now().wall
        return overview(self.student, self.defenses, now, local_day(now, self.settings.zone), self.holidays)

    def project_titles(self, project_id: str) -> dict[str, str]:
        """Return the titles of a project's deliverables by their number, and what each criterion says by its id.

        Criteria of the other projects of the curriculum are in it too: a student may have missed them before.
        """
        curriculum, project = project_named(self.ledger.curricula.shipped, project_id)
        tongue = language()
        criteria = {
            c.id: f"{c.id} {c.text.in_(tongue)}" for each in curriculum.projects for c in curriculum.criteria_of(each)
        }
        return {str(each.n): each.title.in_(tongue) for each in project.deliverables} | criteria

    def criteria_of(self, project_id: str) -> tuple[Criterion, ...]:
        """Return the criteria of a project in the order of its rubric."""
        curriculum, project = project_named(self.ledger.curricula.shipped, project_id)
        return tuple(curriculum.criteria_of(project))

    def session(self, day: str) -> Occurrence | None:
        """Return the weekly session that was planned for a day, None when there is none."""
        return weekly.occurrence(self.student.standing, day, self.holidays)

    def typed_day(self, text: str) -> str:
        """Return a day as typed, also one that has passed, as the log writes it.

        Raises:
            ConsoleError: It is not a day.
        """
        return typed_day(text, date.fromisoformat(self.today)).isoformat()

    def computed_percent(self, project: Project) -> int:
        """Return how far a project is by what can be counted, from 0 to 100 by 10."""
        return computed_percent(project, self.defenses.values(), self.student.goals)

    def percent(self, project: Project) -> int:
        """Return the mentor's estimate of a project, where there is none the computed one."""
        mine = self.student.estimates.get(project.id)
        return self.computed_percent(project) if mine is None else mine

    # --- the session of today ------------------------------------------------------------------------------------

    @property
    def planned_today(self) -> Occurrence | None:
        """Return the session of today that a check-in is about, held or not; None where none is planned."""
        if (running := self.student.running) is not None:
            return self.session(running.day) if running.day else None
        day, zone = date.fromisoformat(self.today), zone_of(self.settings.zone)
        found = weekly.sessions_of(self.student.standing, day, zone, self.holidays)
        return next((each for each in found if each.state in ("planned", "missed")), found[-1] if found else None)

    @property
    def session_after(self) -> Occurrence | None:
        """Return the next session that is to be held, besides the one of today that a check-in is about."""
        planned, now = self.planned_today, instant(self.ledger.now().wall)
        found = weekly.occurrences(self.student.standing, now, now + _SOON, self.holidays)
        return next((e for e in found if e.state == "planned" and (planned is None or e.day != planned.day)), None)

    @property
    def starting(self) -> ev.SessionStarted:
        """Return what starts the session of today now; of none where nobody planned one."""
        planned = self.planned_today
        is_open = planned is not None and planned.state in ("planned", "missed", "running")
        return ev.SessionStarted(planned.day if planned is not None and is_open else "", self.ledger.now().wall)

    @property
    def ending(self) -> ev.SessionHeld:
        """Return what ends the session that is being held."""
        return ev.SessionHeld(self.ledger.now().wall)

    @property
    def session_today(self) -> HeldSession | None:
        """Return the session that goes on, else the last one of today; None before the first."""
        last = self.student.sessions[-1] if self.student.sessions else None
        if last is None or last is self.student.running:
            return last
        return last if local_day(last.started_at, self.settings.zone).isoformat() == self.today else None

    def form(self) -> tuple[FormField, ...]:
        """Return the fields of the school's form about today's session, in the console's language."""
        return form_fields(self.student, self.session_today, translator(language()))

    # --- who they are --------------------------------------------------------------------------------------------

    def change(
        self, *, name: str | None = None, email: str | None = None, timezone: str | None = None
    ) -> FollowedStudent:
        """Give fields of the student another value.

        Raises:
            ConsoleError: There is no such time zone, a line break in a name, or the law refuses it.
        """
        if timezone:
            zone_of(timezone)
        if not is_one_line(name or ""):
            raise ConsoleError("A name and an id are each one line.")
        return self.act(ev.StudentChanged(name, email, timezone))

    # --- weekly sessions -----------------------------------------------------------------------------------------

    def plan_weekly(self, text: str) -> FollowedStudent:
        """Plan weekly sessions as typed: `mardi 18h, toutes les semaines, Europe/Paris`.

        Raises:
            ConsoleError: It is not understood, or not legal now.
        """
        return self.act(typed_weekly(text, self.settings.zone, self.ledger.now().wall))

    def end_weekly(self, last: str) -> FollowedStudent:
        """Plan no session after a day."""
        return self.act(ev.WeeklyEnded(last))

    def move_session(self, day: str, to: str, reason: str = "") -> FollowedStudent:
        """Give the session of a day another time, once.

        Args:
            to: As typed; its time of day is the planned one where only a day is typed.

        Raises:
            ConsoleError: It is no time, occurs twice or never, has passed; or no session is planned that day.
        """
        session = self.session(day)
        now = self.ledger.now().wall
        usual = session.at if session is not None else now
        return self.act(ev.SessionMoved(day, typed_moment(to, self.settings.zone, now, usual), reason))

    def excuse_session(
        self, day: str, by: ExcusedBy = "student", reason: str = "", *, late: bool = False
    ) -> FollowedStudent:
        """Cancel the session of a day: somebody said that it cannot be held."""
        return self.act(ev.SessionExcused(day, by, late, reason))

    def miss_session(self, day: str, reason: str = "") -> FollowedStudent:
        """Say that the student was absent."""
        return self.act(ev.SessionMissed(day, reason))

    def start_session(self, day: str = "") -> FollowedStudent:
        """Start the session of a day now, "" for one that nobody had planned."""
        return self.act(ev.SessionStarted(day, self.ledger.now().wall))

    def answer(self, pace: Pace | None = None, blocked: Blocked | None = None) -> FollowedStudent:
        """Record what the student answers while the session is held."""
        return self.act(ev.CheckInAnswered(pace, blocked))

    def end_session(self) -> FollowedStudent:
        """End the session that is being held."""
        return self.act(self.ending)

    def check_in(self, said: CheckIn, day: str = "", started_at: str = "", ended_at: str = "") -> FollowedStudent:
        """Record a whole session in one action, that undo takes back as a whole.

        Args:
            said: What was said.
            day: The day it was planned for, "" for one that nobody had planned. A session that goes on is ended.
            started_at, ended_at: ISO 8601 UTC; "" is now, and for the start the planned one where that has passed.
        """
        return self.act(*self.check_in_events(said, day, started_at, ended_at))

    def check_in_events(
        self, said: CheckIn, day: str = "", started_at: str = "", ended_at: str = ""
    ) -> tuple[StudentWhat, ...]:
        """Return what `check_in` records, in order, to ask the law."""
        now = self.ledger.now()
        end = ended_at or now.wall
        planned = self.session(day) if day else None
        start = started_at or (min(planned.at, end) if planned is not None else end)
        return check_in_events(self.student, said, day, start, end, now)

    def go_away(self, since: str, until: str = "", reason: str = "") -> FollowedStudent:
        """Say that the student is away; days as the log has them."""
        return self.act(ev.WentAway(since, until, reason))

    def come_back(self, on: str = "") -> FollowedStudent:
        """Say that the student is here again, since a day, "" for today."""
        return self.act(ev.CameBack(on or self.today))

    # --- goals and promises --------------------------------------------------------------------------------------

    def typed(self, line: str) -> TypedGoal:
        """Return a goal as it is understood, before it counts.

        Raises:
            ConsoleError: It is no goal.
        """
        return typed_goal(line, self.settings.zone, self.ledger.now().wall)

    def goal_of(self, line: str) -> ev.GoalPromised:
        """Return what sets a goal, from its line."""
        goal = self.typed(line)
        return ev.GoalPromised(goal.text, goal.due, goal.condition)

    def set_goal(self, line: str) -> FollowedStudent:
        """Set a goal from its line."""
        return self.act(self.goal_of(line))

    def keep_goal(self, goal: int) -> FollowedStudent:
        """Say that a goal is kept."""
        return self.act(ev.GoalKept(goal))

    def move_goal(self, goal: int, due: str, reason: str = "") -> FollowedStudent:
        """Promise a goal for another day, as typed; "" for none."""
        day = typed_due(due, self.settings.zone, self.ledger.now().wall)
        return self.act(ev.GoalMoved(goal, day, reason))

    def drop_goal(self, goal: int, reason: str) -> FollowedStudent:
        """Drop a goal for a reason."""
        return self.act(ev.GoalDropped(goal, reason))

    def reword_goal(self, goal: int, text: str, condition: str = "") -> FollowedStudent:
        """Word a goal otherwise."""
        return self.act(ev.GoalReworded(goal, text, condition))

    def settle_promise(self, promise: int, *, kept: bool = True) -> FollowedStudent:
        """Say that a promise of the mentor is kept, or no longer to be kept."""
        return self.act(ev.PromiseSettled(promise, kept))

    # --- the path ------------------------------------------------------------------------------------------------

    def plan_path(self, curriculum: str, start: str, weeks: Mapping[str, int]) -> FollowedStudent:
        """Plan the path: when it begins, and how many weeks each project takes.

        Raises:
            ConsoleError: There is no such curriculum or project here.
        """
        known = self.ledger.curricula.shipped.get(curriculum)
        if known is None:
            raise ConsoleError("There is no curriculum {code} here.", code=curriculum)
        for project in weeks:
            if known.project(project) is None:
                raise ConsoleError("The curriculum {code} has no project {project}.", code=curriculum, project=project)
        return self.act(ev.PathPlanned(curriculum, start, dict(weeks)))

    def settle_project(self, project: str, outcome: SettledOutcome, on: str, by: str) -> FollowedStudent:
        """Record how a project ended with somebody else."""
        return self.act(ev.ProjectSettled(project, outcome, on, by))

    def estimate(self, project: str, percent: int) -> FollowedStudent:
        """Estimate how far a project is, from 0 to 100 by 10."""
        return self.act(ev.ProgressEstimated(project, percent))

    def rate_self(self, project: str, criterion: str, rating: SelfRating | None) -> FollowedStudent:
        """Record how the student sees a criterion; None takes it back."""
        return self.act(ev.SelfRated(project, criterion, rating))

    # --- questions, resources, learning, alerts ------------------------------------------------------------------

    def question_of(self, text: str) -> ev.QuestionAsked:
        """Return what keeps a question: the criterion that its words name, else the running project alone.

        A criterion of the running project may be named in short, one of another project by its whole id.
        """
        running, curriculum = self.running_project, self.curriculum
        if running is None or curriculum is None:
            return ev.QuestionAsked(text)
        words = {word.strip(".,;:?!()").upper() for word in text.split()}
        short = f"{running.id}-"
        for project in (running, *curriculum.projects):
            for criterion in self.criteria_of(project.id):
                if words & {criterion.id, criterion.id.removeprefix(short)}:
                    return ev.QuestionAsked(text, project.id, criterion.id)
        return ev.QuestionAsked(text, running.id)

    def ask(self, text: str, project: str = "", criterion: str = "") -> FollowedStudent:
        """Keep a question of the student."""
        return self.act(ev.QuestionAsked(text, project, criterion))

    def answer_question(self, question: int, text: str) -> FollowedStudent:
        """Record the answer to a question of the student."""
        return self.act(ev.QuestionAnswered(question, text))

    def drop_question(self, question: int) -> FollowedStudent:
        """Let a question go without an answer."""
        return self.act(ev.QuestionDropped(question))

    def point_to(self, title: str, link: str = "", skill: str = "") -> FollowedStudent:
        """Point the student to a resource."""
        return self.act(ev.ResourcePointed(title, link, skill))

    def note_learning(self, skill: LearningSkill, level: int, text: str) -> FollowedStudent:
        """Note how the student learns: −1, 0 or +1, with a sentence."""
        return self.act(ev.LearningNoted(skill, level, text))

    def raise_alert(self, alert: ev.AlertRaised) -> FollowedStudent:
        """Raise an alert with the school: the console sends nothing."""
        return self.act(alert)

    def acknowledge_alert(self, alert: int, answer: str = "") -> FollowedStudent:
        """Record what the school answered."""
        return self.act(ev.AlertAcknowledged(alert, answer))

    def close_alert(self, alert: int, result: AlertResult) -> FollowedStudent:
        """Record what came of an alert; it is open no more."""
        return self.act(ev.AlertClosed(alert, result))

    def put_off(self, reasons: Sequence[RuleReason], until: str = "") -> FollowedStudent:
        """Answer a proposal without an alert: later, or "" for not founded."""
        return self.act(*(ev.ProposalPutOff(each.rule, until, each.measured) for each in reasons))

    # --- texts ---------------------------------------------------------------------------------------------------

    @property
    def whose(self) -> str:
        """Return the name of the student."""
        return self.student.name

    def said(self, event: ev.StudentEvent, language: str) -> str:
        """Return what an event says, as a sentence."""
        from defense_console.desk.student.wording import describe_student

        return describe_student(event, language, self.settings.zone, self.events)

    def held_text(self, field: str) -> str:
        """Return what a field shows when nothing is being typed in it."""
        kind, _, rest = field.partition("/")
        if kind != "edit":
            return ""
        note = numbered(self.student.notes, int(rest))
        return note.text if note is not None else ""

    def meant(self, field: str, text: str, first: Stamp) -> StudentWhat | None:
        """Return the event that a finished text becomes; None when it changes nothing.

        Raises:
            ConsoleError: A goal that is not understood, or a field that does not exist.
        """
        kind, _, rest = field.partition("/")
        if text == self.held_text(field) or (kind != "edit" and not text.strip()):
            return None
        match kind:
            case "note" | "ask":  # what a dialog held when another console took over is kept as a note
                return ev.StudentNoted(text, first)
            case "edit":
                return ev.StudentNoteEdited(int(rest), text if text.strip() else "")
            case "goal":
                return self.goal_of(text)
            case "promise":
                return ev.MentorPromised(text)
            case "question":
                return self.question_of(text)
        raise ConsoleError("There is no field {field}.", field=field)

    def fields_settled_by(self, what: StudentWhat) -> tuple[str, ...]:
        """Return the questions that an event answers: their texts go with it."""
        return settled_by(what)
