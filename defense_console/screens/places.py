"""Which screen shows a defense where it stands; each is loaded when it is first shown."""

from __future__ import annotations

from typing import Any

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


def screen_for(place: Place, defense_id: str) -> ConsoleScreen:
    """A new screen. Args: place: which; defense_id: of which defense, "" for the queue."""
    if place == "queue":
        from defense_console.screens.queue.screen import QueueScreen

        return QueueScreen()
    if place == "live":
        from defense_console.screens.live.screen import LiveScreen

        return LiveScreen(defense_id)
    if place == "brief":
        from defense_console.screens.before.brief import BriefScreen

        return BriefScreen(defense_id)
    if place == "waiting":
        from defense_console.screens.before.waiting import WaitingScreen

        return WaitingScreen(defense_id)
    if place == "revisions":
        from defense_console.screens.uploads.revisions import RevisionsScreen

        return RevisionsScreen(defense_id)
    from defense_console.screens.verdict.screen import VerdictScreen

    return VerdictScreen(defense_id)


def place_shown(screen: Screen[Any]) -> tuple[Place | None, str]:
    """Where a screen is: its place and its defense; (None, "") for dialogs and for what lies over a place."""
    if isinstance(screen, ConsoleScreen):
        context = screen.CONTEXT
        if context in ("queue", "brief", "waiting", "live", "verdict", "revisions"):
            return context, screen.place_id
    return None, ""
