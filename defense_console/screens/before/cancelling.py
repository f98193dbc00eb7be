"""Cancelling a defense: a dialog asks by whom, another why."""

from __future__ import annotations

from typing import get_args

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.brief import BriefDesk
from defense_console.model.defense.state import CancelledBy
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import Ask, record_answer
from defense_console.screens.shared.dialogs import Choose
from defense_console.words.translation import _
from defense_console.words.values import CANCELLERS

_CANCELLERS: tuple[CancelledBy, ...] = get_args(CancelledBy)


async def cancel(screen: ConsoleScreen, desk: BriefDesk) -> str | None:
    """Ask, then cancel. Returns: what to say of it; None when the mentor went back, or it was refused."""
    late = _("late: by the student, shortly before the start")
    options = []
    for by in _CANCELLERS:
        who = _(CANCELLERS[by])
        options.append(f"{who} ({late})" if desk.cancel_is_late(by) else who)
    answer = await screen.app.push_screen_wait(Choose(_("Who cancels the defense?"), options, whose=desk.whose))
    if answer is None:
        return None
    by = _CANCELLERS[answer]
    question = Ask(desk, Asked.CANCEL, _("Why is it cancelled?"), placeholder=_("may stay empty"), required=False)
    if await record_answer(screen, question, lambda reason: desk.cancel(by, reason)) is None:
        return None
    was_late = desk.defense.session == "late_cancelled"
    return _("Cancelled, and it counts as late.") if was_late else _("Cancelled.")
