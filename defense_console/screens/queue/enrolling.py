"""A new student or a defense typed in the console: one answer a line."""

from __future__ import annotations

from defense_console.desk.defense.asked import Asked
from defense_console.desk.typed.answers import Typed
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.student.state import Student
from defense_console.safe_text import shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.before.rescheduling import ask_moment
from defense_console.screens.shared.asking import AskLine, answer_to, ask_until
from defense_console.screens.shared.dialogs import Choose
from defense_console.words.translation import N_, _, language, when

MOST_FOUND = 8
"""Students that are offered: with the new one as many as a choice has digits."""
NAME_CELLS = 40


async def add(screen: ConsoleScreen) -> str | None:
    """Ask for a student, a project and a date; what is known already is not asked again.

    Returns:
        Id of the defense that was planned; None when only a student was registered, or the mentor went back.
    """
    enrolment = screen.desk.enrolment
    student = await add_student(screen)
    if student is None:
        return None
    name = shortened(student.name, NAME_CELLS)
    texts = enrolment.typed(name, student.id)
    found = await _ask_project(screen, texts, student)
    if found is None:
        return None
    curriculum, project = found
    before = enrolment.attempts(student.id, project.id)
    if (reason := enrolment.no_plan(before)) is not None:
        screen.refuse(reason)
        return None
    question = _("When does {student} defend {project}?", student=name, project=project.id)
    details = _("Write it like 03/04 14:00, tomorrow 14:00, monday 9:30 or in 2 days.")
    start = await ask_moment(screen, texts, Asked.DATE, question, details, screen.desk.now().wall)
    if start is None:
        return None
    id = screen.attempt(lambda: enrolment.plan(student.id, curriculum, project, start))
    if id is None:
        return None
    texts.drop_text(Asked.PROJECT, Asked.DATE)
    at = when(start, screen.zone, screen.desk.now().wall)
    text = N_("{student} defends {project}, {when}; {key:edit.undo} takes it back.")
    screen.tell(_(text, student=name, project=project.id, when=at))
    return id


async def add_student(screen: ConsoleScreen) -> Student | None:
    """Ask who it is; a name that nobody has begins a new student. Returns: None when the mentor went back.

    Once a student is known the answer is used: it is not offered again, where the next name would be typed behind it.
    """
    student = await _ask_student(screen)
    if student is not None:
        screen.desk.enrolment.typed().drop_text(Asked.STUDENT)
    return student


async def _ask_student(screen: ConsoleScreen) -> Student | None:
    enrolment = screen.desk.enrolment
    texts = enrolment.typed()
    details = _("A name or an id; a name that nobody has begins a new student.")
    typed = await answer_to(screen, AskLine(texts, Asked.STUDENT, _("Which student?"), details))
    if not typed:
        return None
    found = enrolment.students(typed)[:MOST_FOUND]
    if found:
        options = [f"{shortened(each.name, NAME_CELLS)} · {shortened(each.id, 20)}" for each in found]
        options.append(_("a new student, “{name}”", name=shortened(typed, NAME_CELLS)))
        choice = await screen.app.push_screen_wait(Choose(_("Which student?"), options, whose=""))
        if choice is None:
            return None
        if choice < len(found):
            return found[choice]
    return await _register(screen, typed)


async def _register(screen: ConsoleScreen, name: str) -> Student | None:
    """Ask for the school's id of a new student until it is a free one."""
    enrolment = screen.desk.enrolment
    texts = enrolment.typed(shortened(name, NAME_CELLS))
    details = _("As the school writes it, so that a list of the school finds the same student.")
    offered = enrolment.free_id(name)
    field = Asked.STUDENT_ID.of(offered)  # what was typed for one new student is not offered for another
    student = await ask_until(
        screen,
        lambda problem: AskLine(texts, field, _("Which id has this student?"), problem or details, offered),
        lambda id: enrolment.register(id, name),
    )
    if student is not None:
        texts.drop_text(field)
        screen.tell(_("New student: {name}.", name=shortened(name, NAME_CELLS)))
    return student


async def _ask_project(screen: ConsoleScreen, texts: Typed, student: Student) -> tuple[Curriculum, Project] | None:
    """Ask for a project until one is meant; an empty answer plans none."""
    enrolment, problem = screen.desk.enrolment, ""
    name = shortened(student.name, NAME_CELLS)
    details = _("Its id, like {ids}; an empty answer plans no defense.", ids=", ".join(enrolment.project_ids))
    while True:
        question = _("Which project does {student} defend?", student=name)
        typed = await answer_to(screen, AskLine(texts, Asked.PROJECT, question, problem or details, required=False))
        if not typed:
            return None
        found = enrolment.projects(typed)
        if len(found) == 1:
            return found[0]
        if 1 < len(found) <= MOST_FOUND:
            options = [f"{project.id} {project.title.in_(language())}" for _curriculum, project in found]
            choice = await screen.app.push_screen_wait(Choose(question, options, whose=texts.whose))
            if choice is not None:
                return found[choice]
        problem = _("“{text}” is no project. {details}", text=shortened(typed, NAME_CELLS), details=details)
