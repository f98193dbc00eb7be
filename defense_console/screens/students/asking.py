"""What the keys of a student ask: why, until when, how far; each answer is a draft until it is in the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, get_args

import msgspec

from defense_console.desk.student.asked import Asked
from defense_console.desk.student.progress import STEP
from defense_console.desk.typed.goal import typed_due
from defense_console.model.curriculum import Skill
from defense_console.model.errors import ConsoleError
from defense_console.model.student import state as values
from defense_console.safe_text import shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import Ask, AskLine, answer_to, ask_until, record_answer
from defense_console.screens.shared.dialogs import CHOICES, Choose, Confirm
from defense_console.screens.shared.one_of_many import choose_one
from defense_console.screens.students.on_student import StudentPanels
from defense_console.screens.students.panels import date_of, level_text
from defense_console.words.translation import N_, _, language, ngettext, short_when
from defense_console.words.values import LEARNING, OUTCOMES, SESSIONS

TEXT_CELLS: Final = 40
ANSWER_CELLS: Final = 44
LATE: Final = 2
"""Place of *cancelled late* among the answers."""
LEVELS: Final = (1, 0, -1)
SKILLS: Final[tuple[values.LearningSkill, ...]] = get_args(values.LearningSkill)


async def settle(screen: StudentPanels, *, kept: bool) -> None:
    """Settle what is under the cursor: a goal, a promise of the mentor, a question."""
    desk = screen.texts
    if (goal := screen.focused_goal()) is not None:
        if not kept:
            await drop_goal(screen, goal)
        elif screen.attempt(lambda: desk.keep_goal(goal.seq)) is not None:
            screen.tell(_("Kept: {text}; {key:edit.undo} takes it back.", text=shortened(goal.text, TEXT_CELLS)))
    elif (promise := screen.focused_promise()) is not None:
        if screen.attempt(lambda: desk.settle_promise(promise.seq, kept=kept)) is not None:
            said = N_("My promise is kept: {text}; {key:edit.undo} takes it back.")
            given_up = N_("My promise is given up: {text}; {key:edit.undo} takes it back.")
            screen.tell(_(said if kept else given_up, text=shortened(promise.text, TEXT_CELLS)))
    elif (question := screen.focused_question()) is not None:
        if kept:
            await answer_question(screen, question)
        elif screen.attempt(lambda: desk.drop_question(question.seq)) is not None:
            screen.tell(_("Question dropped; {key:edit.undo} takes it back."))


async def move_goal(screen: StudentPanels, goal: values.Goal) -> bool:
    """Ask for another day of a goal, until what is typed is one, then why. Returns: whether it is moved."""
    desk = screen.texts
    now = _("Now: {day}.", day=date_of(goal.due)) + " " if goal.due else ""
    details = now + _("Write it like friday, 15/12, in 2 weeks or end of month; nothing for a goal without a day.")
    title = _("When is “{goal}” due?", goal=shortened(goal.text, TEXT_CELLS))

    def another(typed: str) -> str:
        due = typed_due(typed, screen.zone, screen.desk.now().wall)
        if due == goal.due:
            raise ConsoleError("The goal has this date already.")
        return due

    def when(problem: str) -> AskLine:
        return AskLine(desk, Asked.GOAL_DATE.of(goal.seq), title, problem or details, required=False)

    day = await ask_until(screen, when, another)
    if day is None:
        return False
    said = _("New day: {day}.", day=date_of(day)) if day else _("Without a day from now on.")
    why = Ask(desk, Asked.GOAL_REASON.of(goal.seq), _("Why is it moved?"), said,
              placeholder=_("may stay empty"), required=False)  # fmt: skip
    if await record_answer(screen, why, lambda reason: desk.move_goal(goal.seq, day, reason)) is None:
        return False
    screen.tell(_("Moved: {text}; {key:edit.undo} takes it back.", text=shortened(goal.text, TEXT_CELLS)))
    return True


async def drop_goal(screen: StudentPanels, goal: values.Goal) -> bool:
    """Ask why a goal is dropped. Returns: whether it is."""
    desk, title = screen.texts, _("Why is “{goal}” dropped?", goal=shortened(goal.text, TEXT_CELLS))
    why = Ask(desk, Asked.GOAL_REASON.of(goal.seq), title)
    if await record_answer(screen, why, lambda reason: desk.drop_goal(goal.seq, reason)) is None:
        return False
    screen.tell(_("Dropped: {text}; {key:edit.undo} takes it back.", text=shortened(goal.text, TEXT_CELLS)))
    return True


async def call_off(screen: StudentPanels) -> None:
    """Ask what became of the session of today that is not held, and why; or when it takes place instead."""
    desk, planned = screen.texts, screen.texts.planned_today
    if planned is None:
        return
    options = (
        _("the student is absent"),
        _("cancelled by the student"),
        _("cancelled late by the student"),
        _("cancelled by me"),
        _("another time"),
    )
    choice = await screen.app.push_screen_wait(Choose(_("The session is not held. What happened?"), options))
    if choice is None:
        return
    if choice == len(options) - 1:
        await _move_session(screen, planned.day)
        return
    asked = Ask(desk, Asked.SESSION_REASON, _("Why?"), options[choice], placeholder=_("may stay empty"), required=False)
    by: tuple[values.ExcusedBy, ...] = ("student", "student", "student", "mentor")

    def note(reason: str) -> values.Student:
        if choice == 0:
            return desk.miss_session(planned.day, reason)
        return desk.excuse_session(planned.day, by[choice], reason, late=choice == LATE)

    if await record_answer(screen, asked, note) is not None:
        screen.tell(_("Noted: {what}; {key:edit.undo} takes it back.", what=options[choice]))


async def _move_session(screen: StudentPanels, day: str) -> None:
    desk = screen.texts
    details = _("Write it like 03/04 14:00, tomorrow 14:00, monday 9:30 or in 2 days.")

    def when(problem: str) -> AskLine:
        return AskLine(desk, Asked.SESSION, _("When is it instead?"), problem or details)

    if await ask_until(screen, when, lambda typed: desk.move_session(day, typed)) is not None:
        screen.update()
        screen.tell(_("The session is moved; {key:edit.undo} takes it back."))


async def reword_goal(screen: StudentPanels, goal: values.Goal) -> None:
    """Ask for other words of a goal; its day and its condition stay."""
    title = _("How does the goal read?")
    text = await answer_to(screen, AskLine(screen.texts, Asked.GOAL_TEXT.of(goal.seq), title, initial=goal.text))
    if text is not None and text != goal.text:
        screen.attempt(lambda: screen.texts.reword_goal(goal.seq, text, goal.condition))


async def answer_question(screen: StudentPanels, question: values.StudentQuestion) -> None:
    """Ask for the answer to a question."""
    desk, what = screen.texts, _("What is the answer?")
    asked = Ask(desk, Asked.ANSWER.of(question.seq), what, question.text, initial=question.answer)
    if await record_answer(screen, asked, lambda text: desk.answer_question(question.seq, text)) is not None:
        screen.tell(_("Answered; {key:edit.undo} takes it back."))


async def answer_as_before(screen: StudentPanels, question: values.StudentQuestion) -> None:
    """Offer what others were answered at the same criterion, the answer that unblocked soonest first."""
    found = screen.desk.outlooks.found_again(screen.student_id, question.project, question.criterion)
    if not found.answers:
        screen.tell(_("There is no earlier answer on this criterion."))
        return
    offered = found.answers[: len(CHOICES)]
    options = [f"{shortened(each.answer, ANSWER_CELLS)} · {_unblocked(each.unblocked_days)}" for each in offered]
    outcome = _("{words}, {n} of {of}", words=_unblocked(found.days), n=found.unblocked, of=found.of)
    details = f"{question.text}\n{outcome}"
    choice = await screen.app.push_screen_wait(Choose(_("Which answer?"), options, details))
    if choice is not None:
        await answer_question(screen, msgspec.structs.replace(question, answer=offered[choice].answer))


def _unblocked(days: int | None) -> str:
    if days is None:
        return _("nothing came in since")
    return ngettext("unblocked in {n} day", "unblocked in {n} days", days)


async def note_learning(screen: StudentPanels) -> None:
    """Ask for a skill of learning, a level, and what was seen."""
    options = [_(LEARNING[skill]) for skill in SKILLS]
    choice = await screen.app.push_screen_wait(Choose(_("Which skill of learning?"), options))
    if choice is None:
        return
    skill = SKILLS[choice]
    words = (_("better than before"), _("as before"), _("worse than before"))
    levels = [f"{level_text(level)}  {word}" for level, word in zip(LEVELS, words, strict=True)]
    level = await screen.app.push_screen_wait(Choose(_(LEARNING[skill]), levels))
    if level is None:
        return
    desk, rated = screen.texts, LEVELS[level]
    asked = Ask(desk, Asked.LEARNING, _("What did you see?"), _(LEARNING[skill]))
    await record_answer(screen, asked, lambda seen: desk.note_learning(skill, rated, seen))


async def point_to(screen: StudentPanels) -> None:
    """Offer what others were pointed to for what the student has to work on, or ask for a title, a link and a skill."""
    found = screen.desk.outlooks.resources(screen.student_id)
    offered = found.known[: len(CHOICES) - 1]
    if offered:
        options = [f"{shortened(each.title, ANSWER_CELLS)} · {each.skill}" for each in offered]
        details = _("Others were pointed to these, for skills that are still to work on here.")
        question = Choose(_("Which resource?"), [*options, _("another one")], details)
        choice = await screen.app.push_screen_wait(question)
        if choice is None:
            return
        if choice < len(offered):
            chosen = offered[choice]
            screen.attempt(lambda: screen.texts.point_to(chosen.title, chosen.link, chosen.skill))
            return
    details = _("Its title, then its link where it has one.")
    text = await answer_to(screen, AskLine(screen.texts, Asked.RESOURCE, _("Which resource?"), details))
    skill = await _skill_served(screen, found.skills) if text is not None else None
    if text is not None and skill is not None:
        title, link = split_link(text)
        screen.attempt(lambda: screen.texts.point_to(title, link, skill))


async def _skill_served(screen: StudentPanels, skills: Sequence[Skill]) -> str | None:
    """Ask which skill a resource serves, "" for none; nothing is asked where the student has none to work on."""
    if not skills:
        return ""
    offered = skills[: len(CHOICES) - 1]
    options = [f"{each.ref} {shortened(each.title.in_(language()), ANSWER_CELLS)}" for each in offered]
    choice = await screen.app.push_screen_wait(Choose(_("What is it for?"), [*options, _("something else")]))
    return None if choice is None else "" if choice == len(offered) else offered[choice].ref


def split_link(text: str) -> tuple[str, str]:
    """Return a title and the link at its end; a link alone is its own title."""
    words = text.split()
    if not words or not words[-1].startswith(("http://", "https://")):
        return " ".join(words), ""
    return " ".join(words[:-1]) or words[-1], words[-1]


async def estimate(screen: StudentPanels) -> None:
    """Ask how far the running project is, until what is typed is an estimate."""
    desk, project = screen.texts, screen.texts.running_project
    if project is None:
        return
    before = str(desk.percent(project))
    computed = _("Computed from uploads, criteria and goals: {n} %.", n=desk.computed_percent(project))

    def how_far(problem: str) -> AskLine:
        title = _("How far is {project}, in percent?", project=project.id)
        return AskLine(desk, Asked.ESTIMATE, title, problem or computed, before)

    def use(typed: str) -> int:
        desk.estimate(project.id, percent_of(typed))
        return percent_of(typed)

    percent = await ask_until(screen, how_far, use)
    if percent is not None:
        screen.update()
        screen.tell(_("{project} is at {n} %; {key:edit.undo} takes it back.", project=project.id, n=percent))


def percent_of(typed: str) -> int:
    """Return a number of percent as typed.

    Raises:
        ConsoleError: It is no number.
    """
    text = typed.replace("%", "").strip()
    if not (text.isdecimal() and text.isascii() and len(text) <= 3):
        raise ConsoleError("An estimate goes from 0 to 100 in steps of {step}.", step=STEP)
    return int(text)


async def go_away(screen: StudentPanels) -> None:
    """Ask until when the student is away; one who is away is here again, after a question."""
    desk = screen.texts
    if screen.student.standing.away is not None:
        if await screen.app.push_screen_wait(Confirm(_("Is the student here again?"), yes=_("here again"))):
            screen.attempt(desk.come_back)
        return
    details = _("The last day, like friday, 15/12 or in 2 weeks; nothing where nobody knows.")

    def until_when(problem: str) -> AskLine:
        return AskLine(desk, Asked.AWAY, _("Until when is the student away?"), problem or details, required=False)

    def leave(typed: str) -> str:
        last = typed_due(typed, screen.zone, screen.desk.now().wall)
        desk.go_away(desk.today, last)
        return last

    until = await ask_until(screen, until_when, leave)
    if until is not None:
        screen.update()
        text = _("Away until {day}; {key:edit.undo} takes it back.", day=date_of(until)) if until else ""
        screen.tell(text or _("Away; {key:student.away} says when they are here again."))


async def open_report(screen: StudentPanels) -> None:
    """Ask which defense of the student is opened: its report where one is written, else where it stands."""
    now = screen.desk.now().wall
    found = sorted(screen.texts.summaries, key=lambda each: each.planned_at, reverse=True)[: len(CHOICES)]
    if not found:
        screen.tell(_("No defense of this student is known yet."))
        return
    options = []
    for each in found:
        state = _(OUTCOMES[each.outcome]) if each.outcome and each.signed else _(SESSIONS[each.session])
        attempt = _("attempt {n}", n=each.attempt)
        options.append(f"{each.project} · {attempt} · {state} · {short_when(each.planned_at, screen.zone, now)}")
    choice = await screen.app.push_screen_wait(Choose(_("Which defense?"), options))
    if choice is None:
        return
    chosen = found[choice]
    if chosen.session != "held":
        screen.console_app.go_on(chosen)
        return
    from defense_console.screens.verdict.preview import PreviewScreen

    screen.app.push_screen(PreviewScreen(chosen.id))


async def hand_over(screen: StudentPanels) -> None:
    """Ask who follows the student from now on and what they have to know, then give the student to them."""
    desk = screen.texts
    people = desk.handing_over.people
    if not people:
        screen.refuse(ConsoleError("There is no other mentor in this school."))
        return
    whom = _("Who follows {student} from now on?", student=desk.whose)
    details = _("The student is theirs then. Your private notes stay yours.")
    to = await choose_one(screen, whom, people, lambda each: each.called, details)
    if to is None:
        return
    ask = Ask(desk, Asked.HAND_OVER, _("What does {mentor} have to know?", mentor=to.called),
              _("What is open, from the log: change it. Every mentor of the student reads it."),
              initial=desk.handing_over.note, required=False)  # fmt: skip
    if await record_answer(screen, ask, lambda note: desk.handing_over.give(to, note)) is None:
        return
    below = next((each for each in reversed(screen.app.screen_stack[:-1]) if isinstance(each, ConsoleScreen)), screen)
    below.tell(_("{student} is followed by {mentor} now.", student=desk.whose, mentor=to.called))
    screen.action_console_back()
