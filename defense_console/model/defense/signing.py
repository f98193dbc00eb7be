"""Sign guards and the signature: what must hold before a verdict goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import Defense
from defense_console.model.errors import N_
from defense_console.model.text import searchable


class Guard(msgspec.Struct, frozen=True):
    """Something to settle before signing.

    Attributes:
        id: stable name of the guard.
        text_id, parameters: what is missing, as a message.
        lift: id of the command that lifts it.
        hard: it stops the signature; a soft one is only told.
    """

    id: str
    text_id: str
    lift: str
    hard: bool = True
    parameters: Mapping[str, object] = {}


def guards(defense: Defense, curriculum: Curriculum, language: str | None = None) -> tuple[Guard, ...]:
    """Return all that stops the signature, then what is only said, in the order in which a mentor would settle it.

    Args:
        defense: The defense.
        curriculum: The pinned one, or the shipped one before the first start.
        language: Of the titles of documents in the parameters; None names a deliverable by its number alone.

    Raises:
        ConsoleError: The curriculum does not have the project.
    """
    project = rubric.project_of(defense, curriculum)
    hard = (
        *_session_guards(defense),
        *_rating_guards(defense, curriculum, project),
        *_outcome_guards(defense, curriculum),
        *_row_guards(defense, curriculum, project, language),
    )
    return (*hard, *_soft_guards(defense, curriculum, project))


def _session_guards(defense: Defense) -> Iterator[Guard]:
    if defense.session != "held":
        yield Guard("held", N_("The defense is not finished."), "live.finish")


def _rating_guards(defense: Defense, curriculum: Curriculum, project: Project) -> Iterator[Guard]:
    if defense.drafting == "round":
        return
    criteria = tuple(curriculum.criteria_of(project))
    ratings = defense.all_ratings
    found = rubric.count(criteria, ratings)
    if found.rated < found.total:
        places = {"missing": found.total - found.rated}
        yield Guard("rated", N_("Criteria without a rating: {missing}."), "live.next_unrated", parameters=places)
    noted = {note.criterion for note in defense.notes}
    for criterion in criteria:
        if ratings.get(criterion.id) == "not_observed" and criterion.id not in noted:
            yield Guard(
                "not_observed",
                N_("{criterion} was not observed: a note must say why."),
                "live.note_criterion",
                parameters={"criterion": criterion.id},
            )


def _outcome_guards(defense: Defense, curriculum: Curriculum) -> Iterator[Guard]:
    if defense.outcome is None:
        yield Guard("outcome", N_("No outcome is chosen."), "verdict.validated")
        return
    suggested = rubric.suggestion(defense, curriculum).outcome
    if defense.outcome != suggested and not defense.reason.strip():
        yield Guard("reason", N_("The outcome is not the one suggested: it needs a reason."), "verdict.reason")
    if defense.outcome == "rework" and not defense.improvements:
        yield Guard("improvement", N_("A rework needs at least one thing to improve."), "verdict.improvement")


def _row_guards(defense: Defense, curriculum: Curriculum, project: Project, language: str | None) -> Iterator[Guard]:
    if defense.outcome != "conditional":
        return
    kept = revision.kept_rows(revision.rows(defense, curriculum, project))
    if not any(row.severity == "required" for row in kept):
        yield Guard("rows", N_("A condition needs at least one required document."), "verdict.add_row")
    for row in kept:
        title = revision.row_title(row, project, language or "en").strip()
        by_number = row.deliverable is not None and language is None
        places = {"row": row.id, "document": (f"{row.deliverable}" if by_number else title) or row.id}
        if not title:
            text = N_("A document to revise has no name.")
            yield Guard("row_document", text, "verdict.edit_row", parameters=places)
        if not revision.row_expected(row, project, "en", curriculum.oral).strip():
            numbered = N_("Document {document} does not say what is expected.")
            text = numbered if by_number else N_("“{document}” does not say what is expected.")
            yield Guard("row_expected", text, "verdict.edit_row", parameters=places)
        if row.due_after_s <= 0:
            numbered = N_("Document {document} has no due date.")
            text = numbered if by_number else N_("“{document}” has no due date.")
            yield Guard("row_due", text, "verdict.due_later", parameters=places)


def _soft_guards(defense: Defense, curriculum: Curriculum, project: Project) -> Iterator[Guard]:
    if not defense.strengths:
        yield Guard("strength", N_("No strength is written yet."), "verdict.strength", hard=False)
    if _outside_window(defense) and not _mentions_time(defense, curriculum):
        text = N_("The speaking time is outside its window and no note mentions it.")
        yield Guard("speaking_time", text, "live.note", hard=False)
    seen: set[str] = set()
    for skill in curriculum.skills_of(project):
        comment = searchable(defense.skill_comments.get(skill.ref, ""))
        if comment and comment in seen:
            same = N_("The comment of {skill} repeats another one.")
            yield Guard("comment", same, "verdict.comment", hard=False, parameters={"skill": skill.ref})
        seen.add(comment)


def _outside_window(defense: Defense) -> bool:
    """Return whether the phase with a window took less or more than it allows, however the mentor rated that."""
    spoken = rubric.speaking(defense.timeline)
    return spoken is not None and not 1000 * (spoken[0].min_s or 0) <= spoken[1] <= 1000 * (spoken[0].max_s or 0)


_TIME: Final = re.compile(r"\b(temps|minutes?|mn|min|durees?|chrono\w*|time|timing|duration|length)\b")
"""Words, in either language and as `searchable` writes them, without which nobody speaks of the speaking time."""


def _mentions_time(defense: Defense, curriculum: Curriculum) -> bool:
    """Return whether anything that the student reads mentions it: a note on its criterion, or words for it."""
    clock_ids = {c.id for c in curriculum.oral if c.from_clock}
    shared = [note for note in defense.notes if not note.private]
    if any(note.criterion in clock_ids for note in shared):
        return True
    texts = (
        *(line.text for line in defense.lines),
        *defense.skill_comments.values(),
        *(note.text for note in shared),
    )
    return any(_TIME.search(searchable(text)) for text in texts)
