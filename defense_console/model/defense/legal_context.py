"""What a legality check of a defense is given, and where checks are registered."""

from __future__ import annotations

import msgspec

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense.state import Defense, SessionState
from defense_console.model.errors import N_
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.kinds import Laws
from defense_console.model.log.kinds import numbered as numbered
from defense_console.model.log.kinds import require as require


class Case(msgspec.Struct, frozen=True):
    """The question put to a check: a defense, the stamp of the event, the curriculum in force and its project."""

    defense: Defense
    at: Stamp
    curriculum: Curriculum | None
    project: Project | None


SESSION_REFUSALS: dict[SessionState, str] = {
    "planned": N_("The waiting room is not open yet."),
    "waiting": N_("The defense has not started yet."),
    "live": N_("The defense is live."),
    "held": N_("The defense is over."),
    "cancelled": N_("The defense was cancelled."),
    "late_cancelled": N_("The defense was cancelled."),
    "no_show": N_("The student was absent."),
    "aborted": N_("The defense was broken off."),
}
"""Why something is not possible now, by the state the session is in."""


def session_in(case: Case, *states: SessionState) -> None:
    """Refuse unless the session is in one of these states."""
    require(case.defense.session in states, SESSION_REFUSALS[case.defense.session])


def is_live(case: Case) -> None:
    """Refuse unless the defense is live; one that is over and can go on says how."""
    can_go_on = case.defense.session == "held" and not case.defense.versions
    require(not can_go_on, "The defense is over; on the verdict screen {key:verdict.reopen} re-opens it.")
    session_in(case, "live")


def not_released(case: Case) -> None:
    """Refuse what would change a released verdict, unless a further version is drafted."""
    drafted = not case.defense.versions or case.defense.drafting is not None
    require(drafted, "The verdict is released: only a new version can change it.")


def may_judge(case: Case) -> None:
    """Refuse unless a verdict can be drafted: from the start until it is signed, then for each new version."""
    session_in(case, "live", "held")
    not_released(case)


checks = Laws[Case]()
"""Registers what a kind of event needs of a defense."""
