"""Giving a defense another date: asked in a dialog, typed the way one says it."""

from __future__ import annotations

from textual.worker import Worker

from defense_console.desk.brief import BriefDesk
from defense_console.desk.typed_moment import typed_moment
from defense_console.i18n import _, date_time, error_text, when
from defense_console.model.errors import ConsoleError
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.dialogs import Ask, Confirm


def ask_date(screen: ConsoleScreen, desk: BriefDesk) -> Worker[None]:
    """Ask for another start and store it. Args: screen: where the dialog opens; desk: of the defense."""
    return screen.run_worker(_ask(screen, desk), exclusive=True, group="dialog")


async def _ask(screen: ConsoleScreen, desk: BriefDesk) -> None:
    typed, problem = "", ""
    while True:
        details = problem or _("Now: {date}. Write it like 03/04 14:00, tomorrow 14:00, monday 9:30 or in 2 days.",
                               date=date_time(desk.defense.planned_at, screen.zone))  # fmt: skip
        answer = await screen.app.push_screen_wait(
            Ask(_("When does the defense of {student} start?", student=desk.student.name), typed, details)
        )
        if answer is None:
            return
        typed = answer
        now = screen.desk.now().wall
        try:
            start = typed_moment(typed, screen.zone, now, desk.defense.planned_at)
        except ConsoleError as error:
            problem = error_text(error)
            continue
        break
    reason = await screen.app.push_screen_wait(
        Ask(_("Why another date?"), placeholder=_("may stay empty"), required=False)
    )
    if reason is None:
        return
    shown = when(start, screen.zone, now)
    if start <= now and not await screen.app.push_screen_wait(
        Confirm(_("{when} has already passed. Take it all the same?", when=shown))
    ):
        return
    if screen.attempt(lambda: desk.reschedule(start, reason)) is not None:
        screen.tell(_("The defense starts {when}.", when=shown))
