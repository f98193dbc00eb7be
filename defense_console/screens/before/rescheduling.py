"""What follows a defense that is not held as planned: another date, typed as one would say it, or its end."""

from __future__ import annotations

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.brief import BriefDesk
from defense_console.desk.typed.answers import KeepsTexts
from defense_console.desk.typed.moment import typed_moment
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import Ask, AskLine, answer_to, ask_until, record_answer
from defense_console.screens.shared.dialogs import Choose, Confirm
from defense_console.words.translation import _, date_time, weekday, when
from defense_console.words.values import SESSIONS


async def ask_date(screen: ConsoleScreen, desk: BriefDesk, said: str = "") -> bool:
    """Ask for another start and store it.

    Args:
        screen: Where the dialog opens.
        desk: Of the defense.
        said: What was done just before; said again when the mentor postpones the date.

    Returns:
        Whether the defense has another start now.
    """
    now_at = date_time(desk.defense.planned_at, screen.zone)
    details = _("Now: {date}. Write it like 03/04 14:00, tomorrow 14:00, monday 9:30 or in 2 days.", date=now_at)
    if said:
        details = "\n".join((said, details))
    question = _("When does the defense of {student} start?", student=desk.student.name)
    start = await ask_moment(screen, desk, Asked.DATE, question, details, desk.defense.planned_at)
    if start is None:
        if said:
            screen.tell(said)
        return False
    understood = f"{weekday(start, screen.zone)} {date_time(start, screen.zone)}"
    why = Ask(
        desk,
        Asked.DATE_REASON,
        _("Why another date?"),
        _("New start: {date}.", date=understood),
        placeholder=_("may stay empty"),
        required=False,
    )
    reason = await answer_to(screen, why)
    if reason is None:
        if said:
            screen.tell(said)
        return False
    shown = when(start, screen.zone, screen.desk.now().wall)
    if screen.attempt(lambda: desk.reschedule(start, reason)) is None:
        return False
    screen.tell(_("The defense starts {when}; {key:edit.undo} takes it back.", when=shown))
    return True


def ask_date_on_brief(screen: ConsoleScreen, defense_id: str, said: str) -> None:
    """Go to the brief of a defense that was not held, and ask for its date there. Args: said: what was done."""
    screen.console_app.go("brief", defense_id)
    brief = screen.app.screen
    if isinstance(brief, ConsoleScreen):
        desk = screen.desk.brief(defense_id)
        brief.call_after_refresh(lambda: brief.begin(ask_date(brief, desk, said)))


async def ask_what_follows(screen: ConsoleScreen, desk: BriefDesk) -> bool:
    """Ask whether a defense that was not held gets a new date or is closed. Returns: whether it was settled."""
    sitting = desk.defense.sitting
    details = " · ".join(filter(None, (_(SESSIONS[sitting.session]), sitting.reason)))
    options = (_("a new date"), _("close it"))
    question = Choose(_("The defense was not held. What follows?"), options, details, _("later"), desk.whose)
    choice = await screen.app.push_screen_wait(question)
    if choice is None:
        return False
    return await (ask_date, ask_close)[choice](screen, desk)


async def ask_close(screen: ConsoleScreen, desk: BriefDesk) -> bool:
    """Ask why a defense that was not held gets no other date, and close it. Returns: whether it is closed."""
    details = _("It gets no other date. A new date opens it again.")
    why = Ask(desk, Asked.CLOSE, _("Why is the defense closed?"), details)
    if await record_answer(screen, why, desk.close) is None:
        return False
    screen.tell(_("Closed; {key:edit.undo} takes it back."))
    return True


async def ask_moment(
    screen: ConsoleScreen, texts: KeepsTexts, field: Asked, question: str, details: str, before: str
) -> str | None:
    """Ask for an instant, until what is typed is one; a past one only after a question.

    Args:
        screen: Where the dialogs open; called from one of its workers.
        texts: Where what is typed is kept until the instant is in the record; asked again, it is still there.
        field: Key of its draft.
        question: What it is for.
        details: How it may be written.
        before: The instant it replaces or follows, ISO 8601 UTC: its time of day is kept where none is typed.

    Returns:
        ISO 8601 UTC, or None when the mentor went back.
    """
    start = await ask_until(
        screen,
        lambda problem: AskLine(texts, field, question, problem or details),
        lambda typed: typed_moment(typed, screen.zone, screen.desk.now().wall, before),
    )
    now = screen.desk.now().wall
    if start is None or start > now:
        return start
    past = _("{when} has already passed. Take it all the same?", when=when(start, screen.zone, now))
    return start if await screen.app.push_screen_wait(Confirm(past, whose=texts.whose)) else None
