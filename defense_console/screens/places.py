"""Which screen shows a defense where it stands; each is loaded when it is first shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast, get_args

from textual.screen import Screen

from defense_console.model.defense.summary import Summary
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.console import Place


def place_of(summary: Summary) -> Place:
    """The place where a defense goes on: brief, waiting room, live screen, verdict, or its documents to revise."""
    if summary.session in ("waiting", "live"):
        return summary.session
    if summary.session != "held":
        return "brief"
    awaited = summary.in_force == "conditional" and summary.verdict_state == "released" and not summary.contested
    return "revisions" if awaited and summary.drafting != "amendment" else "verdict"


STUDENT_PLACES: frozenset[Place] = frozenset({"student", "check_in", "readiness", "alerts"})
REHEARSAL_PLACES: frozenset[Place] = frozenset({"rehearsal", "rehearsed"})
LIES_OVER: Mapping[Place, tuple[Place, ...]] = {
    "verdict": ("live",),
    "student": ("students", "alerts"),
    "check_in": ("students", "student"),
    "alerts": ("students", "student"),
    "readiness": ("students", "student"),
    "insight": ("students",),
    "rehearsal": ("students", "student", "readiness"),
    "rehearsed": ("students", "student", "readiness"),
}
"""What stays open under a place, where it is a list or about the same; every other place lies on the queue."""


def kept_under(place: Place, id: str, open_places: Sequence[tuple[Place | None, str]]) -> int:
    """Return how many of the open screens stay under a place, the queue included."""
    under = LIES_OVER.get(place, ())
    anybody = place in REHEARSAL_PLACES  # its id is not the student's
    found = [n for n, (each, whose) in enumerate(open_places) if each in under and (anybody or whose in ("", id))]
    return found[-1] + 1 if found else 1


def screen_for(place: Place, id: str) -> ConsoleScreen:
    """A new screen. Args: place: which; id: of which defense or student, "" for a list."""
    if place == "queue":
        from defense_console.screens.queue.screen import QueueScreen

        return QueueScreen()
    if place == "students":
        from defense_console.screens.students.listing import StudentsScreen

        return StudentsScreen()
    if place == "student":
        from defense_console.screens.students.student import StudentScreen

        return StudentScreen(id)
    if place == "check_in":
        from defense_console.screens.students.check_in import CheckInScreen

        return CheckInScreen(id)
    if place == "alerts":
        from defense_console.screens.students.alerts import AlertsScreen

        return AlertsScreen(id)
    if place == "readiness":
        from defense_console.screens.students.readiness import ReadinessScreen

        return ReadinessScreen(id)
    if place == "insight":
        from defense_console.screens.students.insight import InsightScreen

        return InsightScreen()
    if place == "rehearsal":
        from defense_console.screens.students.rehearsal import RehearsalScreen

        return RehearsalScreen(id)
    if place == "rehearsed":
        from defense_console.screens.students.rehearsed import RehearsedScreen

        return RehearsedScreen(id)
    if place == "live":
        from defense_console.screens.live.screen import LiveScreen

        return LiveScreen(id)
    if place == "brief":
        from defense_console.screens.before.brief import BriefScreen

        return BriefScreen(id)
    if place == "waiting":
        from defense_console.screens.before.waiting import WaitingScreen

        return WaitingScreen(id)
    if place == "revisions":
        from defense_console.screens.uploads.revisions import RevisionsScreen

        return RevisionsScreen(id)
    from defense_console.screens.verdict.screen import VerdictScreen

    return VerdictScreen(id)


def place_shown(screen: Screen[Any]) -> tuple[Place | None, str]:
    """Where a screen is: its place and its defense; (None, "") for dialogs and for what lies over a place."""
    if isinstance(screen, ConsoleScreen):
        context = screen.PLACE or screen.CONTEXT
        if context in get_args(Place):
            return cast(Place, context), screen.place_id
    return None, ""
