"""Changing a student: who they are, the weekly session, the path, what somebody else assessed; one answer a line."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final, get_args

from defense_console.desk.student.asked import Asked
from defense_console.desk.student.student import StudentDesk
from defense_console.desk.typed.weekly import weekly_text
from defense_console.model.curriculum import Curriculum
from defense_console.model.errors import ConsoleError
from defense_console.model.student.state import FollowedStudent, SettledOutcome
from defense_console.safe_text import shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import AskLine, ask_until
from defense_console.screens.shared.completing import AskZone
from defense_console.screens.shared.dialogs import CHOICES, Choose
from defense_console.screens.students.panels import date_of
from defense_console.words.translation import _, language, translator
from defense_console.words.values import OUTCOMES

NAME_CELLS: Final = 40
DEFAULT_WEEKS: Final = "8"
SETTLED: Final[tuple[SettledOutcome, ...]] = get_args(SettledOutcome)


Flow = Callable[[ConsoleScreen, StudentDesk], Awaitable[bool]]
"""Asks for one thing and records it; returns whether it was recorded."""


async def change_student(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    """Ask what of a student has another value, and which. Returns: whether something was changed."""
    student = desk.student
    name = shortened(student.name, NAME_CELLS)
    plans, path = student.standing.plans, student.path
    weekly = weekly_text(plans[-1], translator(language())) if plans else ""
    planned = f"{path.curriculum}, {_('from {day}', day=date_of(path.start))}" if path is not None else ""
    flows: tuple[tuple[str, str, Flow], ...] = (
        (_("name"), student.name, _name),
        (_("e-mail address"), student.email, _email),
        (_("time zone"), student.timezone, _zone),
        (_("weekly session"), weekly, _weekly),
        (_("path"), planned, _path),
        (_("a project that somebody else assessed"), "", _settled),
    )
    options = [
        _("{name}: {text}", name=word, text=shortened(value, NAME_CELLS) or "–") if flow is not _settled else word
        for word, value, flow in flows
    ]
    question = Choose(_("What changes about {student}?", student=name), options, whose=name)
    if (reason := desk.read_only) is not None:
        screen.refuse(reason)
        return False
    choice = await screen.app.push_screen_wait(question)
    if choice is None or not await flows[choice][2](screen, desk):
        return False
    screen.update()
    name = shortened(desk.student.name, NAME_CELLS)
    screen.tell(_("Changed: {student}; {key:edit.undo} takes it back.", student=name))
    return True


async def _ask(
    screen: ConsoleScreen,
    desk: StudentDesk,
    field: str,
    question: str,
    details: str,
    do: Callable[[str], FollowedStudent | str],
    initial: str = "",
    required: bool = True,
    kind: type[AskLine] = AskLine,
) -> bool:
    """Ask until an answer can be used. Returns: whether it was."""
    asked = partial(kind, desk, field, question, initial=initial, required=required)
    return await ask_until(screen, lambda problem: asked(problem or details), do) is not None


async def _name(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    return await _ask(screen, desk, Asked.NAME, _("name"), "", lambda text: desk.change(name=text), desk.student.name)


async def _email(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    return await _ask(screen, desk, Asked.EMAIL, _("e-mail address"), "", lambda text: desk.change(email=text),
                      desk.student.email, required=False)  # fmt: skip


async def _zone(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    return await _ask(screen, desk, Asked.ZONE, _("time zone"), _("Write it like Europe/Paris."),
                      lambda text: desk.change(timezone=text), desk.student.timezone, required=False,
                      kind=AskZone)  # fmt: skip


async def _weekly(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    details = _("Write it like tuesday 18:00, every week, 45 min, Europe/Paris; nothing ends it today.")
    plans = desk.student.standing.plans

    def plan(text: str) -> FollowedStudent:
        return desk.plan_weekly(text) if text else desk.end_weekly(desk.today)

    return await _ask(screen, desk, Asked.WEEKLY, _("When is the weekly session?"), details, plan, required=not plans)


async def _path(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    """Ask for the curriculum, the first day and the weeks of each project."""
    shipped = desk.curricula[: len(CHOICES)]
    options = [f"{each.code} {each.title.in_(language())}" for each in shipped]
    choice = await screen.app.push_screen_wait(Choose(_("Which path?"), options, whose=desk.whose))
    if choice is None:
        return False
    curriculum, start = shipped[choice], [""]
    details = _("Write it like 01/09/2026, monday or today.")

    def begin(text: str) -> str:
        start[0] = desk.typed_day(text)
        return start[0]

    before = desk.student.path
    if not await _ask(screen, desk, Asked.PATH_START, _("When does the path begin?"), details, begin,
                      before.start if before is not None else ""):  # fmt: skip
        return False
    names = " ".join(project.id for project in curriculum.projects)
    details = _("Of each project in order, like 4 6 8, or one number for all: {projects}", projects=names)
    weeks = _weeks_before(desk.student, curriculum)

    def plan(text: str) -> FollowedStudent:
        return desk.plan_path(curriculum.code, start[0], weeks_of(text, curriculum))

    return await _ask(screen, desk, Asked.PATH_WEEKS, _("How many weeks?"), details, plan, weeks)


def _weeks_before(student: FollowedStudent, curriculum: Curriculum) -> str:
    if student.path is None or student.path.curriculum != curriculum.code:
        return DEFAULT_WEEKS
    return " ".join(str(student.path.weeks.get(project.id, DEFAULT_WEEKS)) for project in curriculum.projects)


def weeks_of(text: str, curriculum: Curriculum) -> dict[str, int]:
    """Return the weeks of each project as typed: one number for all, or one for each in order.

    Raises:
        ConsoleError: They are no numbers, or too many or too few.
    """
    typed, ids = text.replace(",", " ").split(), [project.id for project in curriculum.projects]
    if not typed or not all(each.isdecimal() and each.isascii() and len(each) <= 4 for each in typed):
        raise ConsoleError(
            "“{text}” is not a number of weeks: write numbers, such as 4 6 8.", text=shortened(text, NAME_CELLS)
        )
    if len(typed) not in (1, len(ids)):
        raise ConsoleError("The path has {n} projects, and {found} numbers are typed.", n=len(ids), found=len(typed))
    numbers = [int(each) for each in typed] * (len(ids) if len(typed) == 1 else 1)
    return dict(zip(ids, numbers, strict=True))


async def _settled(screen: ConsoleScreen, desk: StudentDesk) -> bool:
    """Ask for the project, how it ended, on which day, and who said so."""
    projects = [project for project, _status in desk.path][: len(CHOICES)]
    if not projects:
        screen.refuse(ConsoleError("No path is planned yet: plan it first."))
        return False
    options = [f"{project.id} {project.title.in_(language())}" for project in projects]
    choice = await screen.app.push_screen_wait(Choose(_("Which project?"), options, whose=desk.whose))
    if choice is None:
        return False
    outcomes = [_(OUTCOMES[each]) for each in SETTLED]
    outcome = await screen.app.push_screen_wait(Choose(projects[choice].id, outcomes, whose=desk.whose))
    if outcome is None:
        return False
    details = _("Write it like 15/12/2026, yesterday, or with the name: 15/12/2026, Zoé Exemple.")

    def settle(text: str) -> FollowedStudent:
        day, _comma, by = text.partition(",")
        who = by.strip() or _("another mentor")
        return desk.settle_project(projects[choice].id, SETTLED[outcome], desk.typed_day(day), who)

    return await _ask(screen, desk, Asked.SETTLED, _("On which day, and by whom?"), details, settle)
