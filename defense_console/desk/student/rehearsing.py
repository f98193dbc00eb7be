"""Rehearsals: begun, found by computing their ids, reported to the student, compared with the defense afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from defense_console.desk.defense.brief import BriefDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import rubric
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import REHEARSAL, in_force
from defense_console.model.defense.summary import rehearsal_id
from defense_console.model.student.readiness import Rehearsed
from defense_console.words.translation import Translator
from defense_console.words.values import RATINGS


class ReportPart(msgspec.Struct, frozen=True):
    """A part of the short report: its title and its lines."""

    title: str
    lines: tuple[str, ...]


def rehearsals_of(ledger: Ledger, student_id: str, project_id: str) -> dict[str, Defense]:
    """Return the rehearsals of a student at a project, by id: ids are computed until one is missing."""
    found: dict[str, Defense] = {}
    while True:
        id = str(rehearsal_id(student_id, project_id, len(found) + 1))
        stream = REHEARSAL.stream(id)
        if not ledger.is_open(stream) and ledger.store.last(stream) is None:
            return found
        found[id] = ledger.state(REHEARSAL, id)


def last_rehearsal(ledger: Ledger, student_id: str, project_id: str) -> tuple[str, Defense] | None:
    """Return the last rehearsal that is over and its id, None for none."""
    held = [each for each in rehearsals_of(ledger, student_id, project_id).items() if each[1].session == "held"]
    return held[-1] if held else None


def not_met(defense: Defense) -> tuple[str, ...]:
    """Return the criteria that were not met, in the order in which they were rated."""
    return tuple(id for id, rating in defense.all_ratings.items() if rating == "not_met")


class RehearsalsDesk:
    """The rehearsals of students."""

    def __init__(self, ledger: Ledger, leases: Leases) -> None:
        self._ledger = ledger
        self._leases = leases

    def begin(self, student_id: str, curriculum: Curriculum, project: Project, language: str) -> str:
        """Begin a rehearsal, or continue the one that is running or was half begun. Returns: its id.

        Raises:
            ConsoleError: The store cannot be written.
        """
        known = rehearsals_of(self._ledger, student_id, project.id)
        not_over = [id for id, each in known.items() if each.session in ("planned", "waiting", "live")]
        if not not_over:
            number, now = len(known) + 1, self._ledger.now().wall
            not_over = [str(rehearsal_id(student_id, project.id, number))]
            first = ev.Planned(student_id, curriculum.code, project.id, number, now, language=language)
            self._ledger.begin(REHEARSAL, not_over[-1], first)
        desk = BriefDesk(self._ledger, not_over[-1], self._leases, REHEARSAL)
        if desk.defense.session == "planned":
            desk.open_room()
        if desk.defense.session == "waiting":
            desk.start()
        return not_over[-1]

    def latest(self, student_id: str, project_id: str) -> str | None:
        """Return the id of the last rehearsal that is over, None for none."""
        last = last_rehearsal(self._ledger, student_id, project_id)
        return last[0] if last is not None else None

    def report(self, id: str, _: Translator) -> tuple[ReportPart, ...]:
        """Return the short report for the student: shared words only."""
        return tuple(_report(self._ledger.state(REHEARSAL, id), self._ledger, _))

    def compared(self, id: str, defenses: Iterator[Defense], _: Translator) -> tuple[ReportPart, ...]:
        """Return how the first defense that was held after it differs: time, criteria, questions; empty before one."""
        rehearsal = self._ledger.state(REHEARSAL, id)
        later = sorted(
            (d for d in defenses if d.project == rehearsal.project and d.session == "held"
             and d.planned_at >= rehearsal.planned_at),
            key=lambda each: each.planned_at,
        )  # fmt: skip
        return tuple(_compared(rehearsal, later[0], self._ledger, _)) if later else ()


def rehearsed(rehearsal: Defense, day: date) -> Rehearsed:
    """Return a rehearsal as readiness shows it."""
    spoken = rubric.speaking(rehearsal.timeline)
    if spoken is None:
        return Rehearsed(day, 0, None, not_met(rehearsal))
    phase, took_ms = spoken
    return Rehearsed(day, took_ms // 1000, (phase.min_s or 0, phase.max_s or 0), not_met(rehearsal))


def _criteria(defense: Defense, ledger: Ledger, language: str) -> dict[str, str]:
    curriculum = in_force(defense, ledger.curricula)
    project = curriculum.project(defense.project) if curriculum is not None else None
    if curriculum is None or project is None:
        return {}
    return {criterion.id: criterion.text.in_(language) for criterion in curriculum.criteria_of(project)}


def _speaking(defense: Defense, _: Translator) -> str:
    spoken = rubric.speaking(defense.timeline)
    if spoken is None:
        return "—"
    phase, took_ms = spoken
    low, high = (phase.min_s or 0) // 60, (phase.max_s or 0) // 60
    return _("{length}, window {low}–{high}", length=_.duration_text(took_ms // 1000), low=low, high=high)


def _report(defense: Defense, ledger: Ledger, _: Translator) -> Iterator[ReportPart]:
    yield ReportPart(_("Speaking time"), (_speaking(defense, _),))
    words = _criteria(defense, ledger, _.language)
    notes = {note.criterion: note.text for note in defense.notes if not note.private}
    seen = []
    for criterion, rating in defense.all_ratings.items():
        if rating in ("not_met", "to_improve"):
            text = _("{rating}: {criterion}", rating=_(RATINGS[rating]), criterion=words.get(criterion, criterion))
            seen.append(f"{text} — {notes[criterion]}" if criterion in notes else text)
    parts = (
        (_("To work on"), seen),
        (_("Strengths"), [line.text for line in defense.strengths]),
        (_("To improve"), [line.text for line in defense.improvements]),
        (_("Questions that may come"), [q.text for q in defense.questions if q.state != "dropped"]),
    )
    yield from (ReportPart(title, tuple(lines)) for title, lines in parts if lines)


def _compared(rehearsal: Defense, defense: Defense, ledger: Ledger, _: Translator) -> Iterator[ReportPart]:
    before, after = _speaking(rehearsal, _), _speaking(defense, _)
    yield ReportPart(_("Speaking time"), (_("rehearsal: {time}", time=before), _("defense: {time}", time=after)))
    words = _criteria(defense, ledger, _.language)
    changed = []
    for criterion, rating in defense.all_ratings.items():
        earlier = rehearsal.all_ratings.get(criterion)
        if earlier is not None and earlier != rating:
            changed.append(_("{criterion}: {before}, then {after}", criterion=words.get(criterion, criterion),
                             before=_(RATINGS[earlier]), after=_(RATINGS[rating])))  # fmt: skip
    if changed:
        yield ReportPart(_("Criteria that changed"), tuple(changed))
    asked = {q.text.casefold().strip() for q in rehearsal.questions}
    again = tuple(q.text for q in defense.questions if q.text.casefold().strip() in asked)
    if again:
        yield ReportPart(_("Questions that came again"), again)
