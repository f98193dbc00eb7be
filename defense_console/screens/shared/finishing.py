"""Ending a defense: at once in its last phase, before it only after a question."""

from __future__ import annotations

from collections.abc import Callable

from defense_console.desk.defense.live import LiveDesk
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Confirm
from defense_console.widgets.clock.words import phase_word
from defense_console.words.translation import _


def finish(screen: ConsoleScreen, live: LiveDesk, then: Callable[[], None] = lambda: None) -> None:
    """End the defense. Args: then: what is done once it has ended."""
    if live.ends_early:
        screen.begin(_ask(screen, live, then))
    else:
        _end(screen, live, then)


async def _ask(screen: ConsoleScreen, live: LiveDesk, then: Callable[[], None]) -> None:
    question = _("Finish the defense in the phase “{phase}”?", phase=phase_word(live.defense.timeline.phase))
    details = _("It is not the last phase: {key:clock.next_phase} goes to the next one.")
    if await screen.app.push_screen_wait(Confirm(question, details, yes=_("finish"), whose=live.whose)):
        _end(screen, live, then)


def _end(screen: ConsoleScreen, live: LiveDesk, then: Callable[[], None]) -> None:
    if screen.attempt(live.finish) is not None:
        then()
