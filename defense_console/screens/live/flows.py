"""What the live screen asks the mentor: why a pause, what a gap was, which document, which sentence of the bank."""

from __future__ import annotations

from collections.abc import Callable
from typing import get_args

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.curriculum import Criterion
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.timeline import GapAnswer, PauseReason
from defense_console.safe_text import shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.live.words import gap_question
from defense_console.screens.shared.asking import Ask, AskLine, answer_to, record_answer
from defense_console.screens.shared.criteria import quoted
from defense_console.screens.shared.dialogs import Choose
from defense_console.screens.shared.writing import WritingScreen
from defense_console.words.translation import _, error_text, language, time_of_day
from defense_console.words.values import GAP_ANSWERS, PAUSES

_PAUSE_REASONS: tuple[PauseReason, ...] = get_args(PauseReason)
_GAP_ANSWERS: tuple[GapAnswer, ...] = ("counted", "pause", "ended")


async def ask_about_gap(screen: ConsoleScreen, live: LiveDesk, ended: Callable[[], None]) -> None:
    """Ask what a gap was; postponed, it counts and its key is still there. Args: ended: the defense is over then."""
    gap = live.question
    if gap is None:
        return
    options = [_(GAP_ANSWERS[answer]) for answer in _GAP_ANSWERS]
    details = _("Last sign of life at {time}.", time=time_of_day(gap.since.wall, screen.zone))
    question = Choose(gap_question(gap), options, details, back=_("later: it counts"))
    choice = await screen.app.push_screen_wait(question)
    if choice is not None:
        screen.attempt(lambda: live.answer(_GAP_ANSWERS[choice]))
    if live.defense.session == "held":
        ended()


async def explain_pause(screen: ConsoleScreen, live: LiveDesk) -> None:
    """Ask why the clock was paused; it stays paused, or goes on running."""
    options = [_(PAUSES[reason]) for reason in _PAUSE_REASONS]
    choice = await screen.app.push_screen_wait(Choose(_("Why was the clock paused?"), options))
    if choice is not None:
        reason = _PAUSE_REASONS[choice]
        if screen.attempt(lambda: live.explain_pause(reason)) is not None:
            screen.tell(_("Paused: {reason}.", reason=_(PAUSES[reason])))


async def abort(screen: ConsoleScreen, live: LiveDesk) -> None:
    """Break the defense off, for a reason."""
    from defense_console.screens.before.rescheduling import ask_date_on_brief

    details = _("Say what happened. A new date opens the next sitting.")
    why = Ask(live, Asked.ABORT, _("Break the defense off?"), details)
    if await record_answer(screen, why, live.abort) is not None:
        ask_date_on_brief(screen, live.id, _("The defense is broken off; {key:edit.undo} takes it back."))


async def insert_comment(screen: WritingScreen, live: LiveDesk, criterion: Criterion) -> None:
    """Insert a sentence of the bank into a note on a criterion."""
    rating = rubric.rating_of(live.defense, criterion.id)
    bank = screen.desk.comments
    sentences = [c.text.in_(language()) for c in bank.offer(criterion, live.project.id, rating)]
    details = error_text(bank.problem) if bank.problem is not None else ""
    title = _("Comment on {criterion}", criterion=quoted(live, criterion.id))
    choice = await screen.app.push_screen_wait(Choose(title, sentences, details))
    if choice is not None:
        screen.write(f"criterion/{criterion.id}")
        screen.writer.insert(sentences[choice])


async def ask_for_document(screen: ConsoleScreen, desk: VerdictDesk, criterion: Criterion | None) -> None:
    """Ask the student for a document because of a criterion: its evidence, or one with a title of its own."""
    project, tongue = desk.project, language()
    evidence = revision.evidence_of(criterion, project) if criterion is not None else ()
    choices = [d for n in evidence if (d := project.deliverable(n)) is not None][:8]
    words = criterion.text.in_(tongue) if criterion is not None else ""
    choice = 0  # the only one there is, or else the one with a title of its own
    if len(choices) > 1:
        options = [*(d.title.in_(tongue) for d in choices), _("another document")]
        answer = await screen.app.push_screen_wait(Choose(_("Which document is to be revised?"), options, words))
        if answer is None:
            return
        choice = answer
    id = criterion.id if criterion is not None else None
    if choice < len(choices):
        number = choices[choice].n
        row = screen.attempt(lambda: desk.ask_for(number, id))
        if row is not None:
            _say_asked(screen, revision.row_title(row, project, tongue))
        return
    title = await answer_to(screen, AskLine(desk, Asked.DOCUMENT, _("Which document is to be revised?"), words))
    criteria = (id,) if id is not None and not evidence else ()
    if title and screen.attempt(lambda: desk.add_row(None, title, criteria)) is not None:
        _say_asked(screen, title)


def _say_asked(screen: ConsoleScreen, document: str) -> None:
    screen.tell(_("To revise: {document}", document=shortened(document, 60)))
