"""What follows a released verdict: an amendment, a contest, the next attempt."""

from __future__ import annotations

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.errors import N_
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.before.rescheduling import ask_moment
from defense_console.screens.shared.asking import Ask, record_answer
from defense_console.screens.shared.dialogs import Confirm
from defense_console.words.translation import _


async def amend(screen: ConsoleScreen, desk: VerdictDesk) -> None:
    """Draft a new version, for a reason; one that is being drafted is dropped, after a question."""
    n = len(desk.defense.versions)
    if desk.defense.amendment:
        details = _("What was judged since it was begun is as it was before; version {n} stands.", n=n)
        question = Confirm(_("Drop the new version?"), details, yes=_("drop it"))
        if await screen.app.push_screen_wait(question) and screen.attempt(desk.drop_amendment) is not None:
            screen.tell(_("The new version is dropped."))
        return
    text = N_("The student reads this reason, in the message and in the report. "
              "Version {n} stays in force until the new one is released.")  # fmt: skip
    why = Ask(desk, Asked.AMEND, _("Why is the verdict amended?"), _(text, n=n))
    if await record_answer(screen, why, desk.amend) is not None:
        screen.tell(_("A new version is drafted: choose its outcome, then sign."))


async def contest(screen: ConsoleScreen, desk: VerdictDesk) -> None:
    """The student contests the verdict; when it is contested already, it is upheld for a reason."""
    said = desk.defense.contested
    if said is None:
        details = _("The verdict stays in force, and waits for you until you uphold or amend it.")
        theirs = Ask(desk, Asked.CONTEST, _("What does the student contest?"), details)
        if await record_answer(screen, theirs, desk.contest) is not None:
            screen.tell(_("Contested: {key:verdict.contest} upholds it, {key:verdict.amend} amends it."))
        return
    details = _("The student said: {reason}. To change the verdict instead, amend it.", reason=said)
    mine = Ask(desk, Asked.UPHOLD, _("Why does the verdict stand?"), details)
    if await record_answer(screen, mine, desk.uphold) is not None:
        screen.tell(_("Upheld."))


async def plan_next_attempt(screen: ConsoleScreen, desk: VerdictDesk) -> None:
    """Plan the next attempt: what was acquired is carried over, the rest is seen again."""
    start = await ask_moment(
        screen,
        desk,
        Asked.NEXT_ATTEMPT,
        _("When does attempt {n} of {student} start?", n=desk.defense.attempt + 1, student=desk.student.name),
        _("What was acquired is carried over. Write it like 03/04 14:00, monday 9:30 or in 7 days."),
        desk.defense.planned_at,
    )
    if start is None:
        return
    planned = screen.attempt(lambda: desk.plan_next_attempt(start))
    if planned is not None:
        screen.console_app.go("brief", planned)
