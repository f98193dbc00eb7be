"""Progress on the path: what was planned, how projects ended with somebody else, what the mentor estimates."""

from __future__ import annotations

from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies
from defense_console.model.student.legal_context import Case, a_day, checks, not_ahead
from defense_console.model.student.state import PathPlan, SelfRating, SettledOutcome, SettledProject

_MOST_WEEKS = 260
_STEP = 10


class PathPlanned(What, frozen=True, tag="path_planned"):
    """When the path begins, and how many weeks each project takes, in the order of the path."""

    curriculum: str
    start: str
    weeks: dict[str, int]


@checks(PathPlanned)
def _check_path_planned(_case: Case, what: PathPlanned) -> None:
    a_day(what.start)
    require(bool(what.curriculum.strip()), "The plan names no curriculum.")
    require(bool(what.weeks) and all(id.strip() for id in what.weeks), "The plan names no project.")
    lengths = all(1 <= weeks <= _MOST_WEEKS for weeks in what.weeks.values())
    require(lengths, "A project takes 1 to {most} weeks.", most=_MOST_WEEKS)


@applies(PathPlanned)
def _apply_path_planned(state: StudentFolding, event: Event[What], what: PathPlanned) -> None:
    state.path = PathPlan(what.curriculum, what.start, dict(what.weeks))


class ProjectSettled(What, frozen=True, tag="project_settled"):
    """A project ended so on this day: somebody else assessed it, and their verdict is not in this store."""

    project: str
    outcome: SettledOutcome
    on: str
    by: str


@checks(ProjectSettled)
def _check_project_settled(case: Case, what: ProjectSettled) -> None:
    require(bool(what.project.strip()), "Say which project is settled.")
    require(bool(what.by.strip()), "Say who settled it.")
    not_ahead(case, what.on)


@applies(ProjectSettled)
def _apply_project_settled(state: StudentFolding, event: Event[What], what: ProjectSettled) -> None:
    state.settled[event.seq] = SettledProject(event.seq, what.project, what.outcome, what.on, what.by)


class ProgressEstimated(What, frozen=True, tag="progress_estimated"):
    """The mentor's estimate of a project, in steps of ten up to a hundred."""

    project: str
    percent: int


@checks(ProgressEstimated)
def _check_progress_estimated(_case: Case, what: ProgressEstimated) -> None:
    require(bool(what.project.strip()), "Say which project is estimated.")
    steps = 0 <= what.percent <= 100 and what.percent % _STEP == 0
    require(steps, "An estimate goes from 0 to 100 in steps of {step}.", step=_STEP)


@applies(ProgressEstimated)
def _apply_progress_estimated(state: StudentFolding, event: Event[What], what: ProgressEstimated) -> None:
    state.estimates[what.project] = what.percent


class SelfRated(What, frozen=True, tag="self_rated"):
    """How the student sees a criterion before the defense; None takes it back."""

    project: str
    criterion: str
    rating: SelfRating | None


@checks(SelfRated)
def _check_self_rated(_case: Case, what: SelfRated) -> None:
    require(bool(what.project.strip() and what.criterion.strip()), "Say which criterion is rated.")


@applies(SelfRated)
def _apply_self_rated(state: StudentFolding, event: Event[What], what: SelfRated) -> None:
    state.self_ratings.pop(what.criterion, None)
    if what.rating is not None:
        state.self_ratings[what.criterion] = what.rating


ProgressWhat = PathPlanned | ProjectSettled | ProgressEstimated | SelfRated
