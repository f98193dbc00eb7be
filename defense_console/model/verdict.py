"""Sign guards and the signature: what must hold before a verdict goes out. Source: product.md §2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from defense_console.model import revision, rubric
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import Defense
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.events import OutcomeValue, Request, Signed


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


def suggestion(defense: Defense, curriculum: Curriculum) -> rubric.Suggestion:
    """The outcome suggested for the version being drafted.

    A settled revision round proposes validated, an expired document proposes rework; otherwise the rules of the rubric
    on the ratings and the documents now kept.
    """
    if defense.drafting == "round":
        if defense.any_expired:
            return rubric.Suggestion("rework", 0, N_("a required document was closed as expired"))
        return rubric.Suggestion("validated", 0, N_("every required document is settled"))
    project = _project(defense, curriculum)
    found = revision.rows(defense, curriculum, project)
    chosen = bool(defense.kept or defense.set_rows)
    kept = revision.documents_kept(found) if chosen else None
    return rubric.suggest(rubric.all_ratings(defense), curriculum, project, kept)


def guards(defense: Defense, curriculum: Curriculum) -> tuple[Guard, ...]:
    """All that stops the signature, then all that is only told, in the order in which a mentor would settle it."""
    project = _project(defense, curriculum)
    hard = (
        *_session_guards(defense),
        *_rating_guards(defense, curriculum, project),
        *_outcome_guards(defense, curriculum),
        *_row_guards(defense, curriculum, project),
    )
    return (*hard, *_soft_guards(defense, curriculum, project))


def _project(defense: Defense, curriculum: Curriculum) -> Project:
    found = curriculum.project(defense.project)
    if found is None:
        raise ConsoleError(
            "The curriculum {code} has no project {project}.", code=curriculum.code, project=defense.project
        )
    return found


def _session_guards(defense: Defense) -> Iterator[Guard]:
    if defense.session != "held":
        yield Guard("held", N_("The defense is not finished."), "live.finish")


def _rating_guards(defense: Defense, curriculum: Curriculum, project: Project) -> Iterator[Guard]:
    if defense.drafting == "round":
        return
    criteria = tuple(curriculum.criteria_of(project))
    ratings = rubric.all_ratings(defense)
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
    suggested = suggestion(defense, curriculum).outcome
    if defense.outcome != suggested and not defense.reason.strip():
        yield Guard("reason", N_("The outcome is not the one suggested: it needs a reason."), "verdict.reason")
    if defense.outcome == "rework" and not defense.improvements:
        yield Guard("improvement", N_("A rework needs at least one thing to improve."), "verdict.improvement")


def _row_guards(defense: Defense, curriculum: Curriculum, project: Project) -> Iterator[Guard]:
    if defense.outcome != "conditional":
        return
    kept = revision.kept_rows(revision.rows(defense, curriculum, project))
    if not any(row.severity == "required" for row in kept):
        yield Guard("rows", N_("A condition needs at least one required document."), "verdict.add_row")
    for row in kept:
        places = {"document": revision.row_title(row, project, "fr") or row.id}
        if not revision.row_title(row, project, "fr").strip():
            yield Guard("row_document", N_("A document to revise has no name."), "verdict.edit_row")
        if not revision.row_expected(row, project, "fr").strip():
            text = N_("“{document}” does not say what is expected.")
            yield Guard("row_expected", text, "verdict.edit_row", parameters=places)
        if row.due_after_s <= 0:
            yield Guard("row_due", N_("“{document}” has no due date."), "verdict.due_later", parameters=places)


def _soft_guards(defense: Defense, curriculum: Curriculum, project: Project) -> Iterator[Guard]:
    if not defense.strengths:
        yield Guard("strength", N_("No strength is written yet."), "verdict.strength", hard=False)
    outside = any(v == "to_improve" for k, v in defense.clock_ratings.items() if _is_clock(curriculum, k))
    if outside and not _mentions_time(defense, curriculum):
        text = N_("The speaking time is outside its window and no note mentions it.")
        yield Guard("speaking_time", text, "live.note", hard=False)
    comments = [(ref, _plain(text)) for ref, text in defense.skill_comments.items()]
    for i, (ref, text) in enumerate(comments):
        if any(text == other for _, other in comments[:i]):
            same = N_("The comment of {skill} repeats another one.")
            yield Guard("comment", same, "verdict.comment", hard=False, parameters={"skill": ref})


def _is_clock(curriculum: Curriculum, criterion: str) -> bool:
    return any(c.from_clock and c.id == criterion for c in curriculum.oral)


def _mentions_time(defense: Defense, curriculum: Curriculum) -> bool:
    """A text counts as a mention when it is a note on the clock's criterion, or says "minute" or "temps"/"time"."""
    clock_ids = {c.id for c in curriculum.oral if c.from_clock}
    if any(note.criterion in clock_ids for note in defense.notes):
        return True
    texts = (
        *(line.text for line in defense.lines),
        *defense.skill_comments.values(),
        *(note.text for note in defense.notes if not note.private),
    )
    words = ("temps", "minute", "time", "durée", "long", "court", "short")
    return any(word in text.lower() for text in texts for word in words)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def signed_event(defense: Defense, curriculum: Curriculum) -> Signed:
    """The signature of the draft as it stands: rows, suggestion and what the clock rated are written down in it.

    Raises:
        ConsoleError: No outcome is chosen.
    """
    outcome: OutcomeValue | None = defense.outcome
    if outcome is None:
        raise ConsoleError("Choose an outcome first: v, r or x.")
    project = _project(defense, curriculum)
    rows: tuple[Request, ...] = ()
    if outcome == "conditional":
        rows = revision.kept_rows(revision.rows(defense, curriculum, project))
    return Signed(
        version=len(defense.versions) + 1,
        outcome=outcome,
        suggested=suggestion(defense, curriculum).outcome,
        reason=defense.reason,
        rows=rows,
        clock_ratings=dict(defense.clock_ratings),
    )
