"""Documents to revise: pre-filled rows, their words, the two deadlines."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import Literal

import msgspec

from defense_console.model.curriculum import Criterion, Curriculum, Project, Rules
from defense_console.model.defense.state import (
    SETTLED,
    Defense,
    Delivery,
    ReceivedFile,
    Request,
    Revision,
    RowState,
)
from defense_console.model.defense.timeline import instant, later


class Row(msgspec.Struct, frozen=True):
    """A document to revise on the draft verdict: what is asked, and whether it is kept."""

    request: Request
    kept: bool


class Observation(msgspec.Struct, frozen=True):
    """What was observed: the text of a shared note and what the clock showed, in seconds."""

    text: str
    at_s: int


class Reason(msgspec.Struct, frozen=True):
    """Why a document is asked for: a criterion, its sentence, and what was observed on it."""

    criterion: str
    text: str
    observed: tuple[Observation, ...]


def evidence_of(criterion: Criterion, project: Project) -> tuple[int, ...]:
    """Return the numbers of the deliverables that prove a criterion: those it names, and those of the kind it names."""
    by_kind = (d.n for d in project.deliverables if d.kind is not None and d.kind == criterion.evidence_kind)
    return tuple(sorted({*criterion.evidence, *by_kind}))


def prefilled(defense: Defense, curriculum: Curriculum, project: Project) -> tuple[Request, ...]:
    """Return what the rubric asks for: one row per deliverable that proves a criterion not met, by number.

    The reasons of a row are these criteria. It is required, unless none of them counts for the outcome: a remark on the
    defense can only advise.
    """
    ratings = defense.all_ratings
    missed = [c for c in curriculum.criteria_of(project) if ratings.get(c.id) == "not_met"]
    reasons: dict[int, list[Criterion]] = {}
    for criterion in missed:
        for n in evidence_of(criterion, project):
            reasons.setdefault(n, []).append(criterion)
    return tuple(
        Request(
            f"d{n}",
            deliverable=n,
            criteria=tuple(c.id for c in criteria),
            severity="required" if any(c.effect == "counts" for c in criteria) else "advice",
            due_after_s=curriculum.rules.student_due_s,
        )
        for n, criteria in sorted(reasons.items())
    )


def rows(defense: Defense, curriculum: Curriculum, project: Project) -> tuple[Row, ...]:
    """Return the rows of the draft: what the rubric asks for, as the mentor changed it, and what the mentor added.

    A deliverable is asked for once: a row the mentor added and keeps takes over the reasons of the one the rubric
    proposes. A proposed row that the mentor wrote in, gave a criterion of the mentor's own, or kept expressly, stays
    when its criteria are met after all; another one goes.

    Returns:
        By number of the deliverable, then those with a free title, in the order they were added.
    """
    proposed = {request.deliverable: request for request in prefilled(defense, curriculum, project)}
    found: list[Row] = []
    taken: set[int | None] = set()
    for id, mine in defense.set_rows.items():
        kept = _is_kept(id, defense)
        request = proposed.get(mine.deliverable)
        if mine.proposed:
            if request is None and not (mine.criteria or _has_words(mine) or defense.kept.get(id, False)):
                continue
            row = msgspec.structs.replace(mine, criteria=_union(request.criteria if request else (), mine.criteria))
        elif request is not None and kept:
            row = msgspec.structs.replace(mine, criteria=_union(mine.criteria, request.criteria))
        else:
            found.append(Row(mine, kept))
            continue
        taken.add(mine.deliverable)
        found.append(Row(row, kept))
    found += [Row(r, _is_kept(r.id, defense)) for n, r in proposed.items() if n not in taken]
    return tuple(sorted(found, key=lambda row: (row.request.deliverable is None, row.request.deliverable or 0)))


def _is_kept(id: str, defense: Defense) -> bool:
    """Return whether a row is kept: until it is dropped; what a finished round settled, only when asked for again."""
    if defense.drafting == "round" and any(r.request.id == id and r.state in SETTLED for r in defense.revisions):
        return id in defense.rekept
    return defense.kept.get(id, True)


def _has_words(request: Request) -> bool:
    return any(text.strip() for text in (request.title, request.reason, request.expected, request.verifier))


def _union(some: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*some, *others)))


def row_title(request: Request, project: Project, language: str) -> str:
    """Return the document's name: the mentor's free title, else the deliverable's number and title; "" without."""
    deliverable = project.deliverable(request.deliverable) if request.deliverable is not None else None
    if request.title or deliverable is None:
        return request.title
    return f"{deliverable.n}. {deliverable.title.in_(language)}"


def criteria_of(request: Request, project: Project, oral: Sequence[Criterion] = ()) -> tuple[Criterion, ...]:
    """Return the criteria that are the reasons of a row, in the order of the rubric, the oral grid last."""
    every = (*(c for skill in project.skills for c in skill.criteria), *oral)
    return tuple(c for c in every if c.id in request.criteria)


def row_reasons(request: Request, defense: Defense, project: Project, language: str) -> tuple[Reason, ...]:
    """Return why a document is asked for: each criterion with the shared notes on it. Private notes are nobody's."""
    oral = defense.pinned.oral if defense.pinned else ()
    return tuple(
        Reason(
            c.id,
            c.text.in_(language),
            tuple(Observation(n.text, n.at_s) for n in defense.notes if n.criterion == c.id and not n.private),
        )
        for c in criteria_of(request, project, oral)
    )


def row_expected(request: Request, project: Project, language: str, oral: Sequence[Criterion] = ()) -> str:
    """Return what is expected: the mentor's words, else the sentences of the criteria; "" without both."""
    if request.expected.strip():
        return request.expected
    return " ".join(c.text.in_(language) for c in criteria_of(request, project, oral))


def kept_rows(found: Sequence[Row]) -> tuple[Request, ...]:
    """Return the requests that are kept."""
    return tuple(row.request for row in found if row.kept)


def documents_kept(found: Sequence[Row]) -> int:
    """Return how many documents the required rows now kept ask for; a free title counts as one of its own."""
    kept = (r for r in kept_rows(found) if r.severity == "required")
    return len({r.id if r.deliverable is None else str(r.deliverable) for r in kept})


# --- after release -----------------------------------------------------------------------------------------------


TO_REVIEW: frozenset[RowState] = frozenset({"received", "under_review"})
"""Row states in which the mentor has to look."""
AWAITED: frozenset[RowState] = frozenset({"requested", "re_requested"})
"""Row states in which the student owes a document."""
TAKES_FILES: frozenset[RowState] = AWAITED | TO_REVIEW | {"accepted", "expired"}
"""Row states in which files may come in; a version that comes late is the mentor's to decide."""


def asked(defense: Defense) -> tuple[Revision, ...]:
    """Return the documents required by the condition in force; empty when the verdict in force is not conditional."""
    released = defense.released
    return defense.required_revisions if released is not None and released.outcome == "conditional" else ()


def student_dues(defense: Defense) -> tuple[str, ...]:
    """Return when each required document still awaited is due, ISO 8601 UTC, in order of rows."""
    if defense.reception_completed_at is not None:
        return ()
    return tuple(r.due_at for r in asked(defense) if r.state in AWAITED)


def student_due(defense: Defense) -> str | None:
    """Return the earliest of them; None when nothing is owed."""
    return min(student_dues(defense), key=instant, default=None)


def mentor_due(defense: Defense, rules: Rules | None = None) -> str | None:
    """Return the instant by which the mentor decides.

    It runs from the moment the reception was declared complete, else, once none is awaited, from the last required
    document that was received, given up or closed; until the next version of the verdict is released.

    Returns:
        ISO 8601 UTC; None while documents are awaited, and where no condition is in force.
    """
    rows = asked(defense)
    rules = rules or (defense.pinned.rules if defense.pinned else None)
    if rules is None or not rows:
        return None
    if defense.reception_completed_at is not None:
        return later(defense.reception_completed_at, rules.mentor_due_s)
    if any(r.state in AWAITED for r in rows):
        return None
    return later(max((_mine_since(r) for r in rows), key=instant), rules.mentor_due_s)


def _mine_since(row: Revision) -> str:
    """Return when a document became the mentor's to decide on: received, else given up or closed."""
    return row.answer.at if row.answer is not None else row.decided_at or row.requested_at


Change = Literal["missing", "declared", "new", "unchanged", "again", "changed"]


def change_of(row: Revision, defense: Defense) -> Change:
    """Return what the latest version of this round is, compared with the one that was there when it was asked for.

    Returns:
        `missing` while nothing came · `declared` when it came without files · `new` when there was nothing to compare
        with · `unchanged` when every byte is the same, although a change was requested · `again` when every byte is
        that of another earlier version, see `same_as` · `changed`.
    """
    answer = row.answer
    if answer is None:
        return "missing"
    if not answer.files:
        return "declared"
    if row.before is None:
        return "new"
    if answer.hashes == row.before.hashes:
        return "unchanged"
    return "changed" if same_as(answer, versions_of(row, defense)) is None else "again"


def versions_of(row: Revision, defense: Defense) -> tuple[Delivery, ...]:
    """Return every version received of a document, in order, also those from before it was asked for."""
    n = row.request.deliverable
    return defense.deliveries.get(n, ()) if n is not None else row.deliveries


def same_as(delivery: Delivery, known: Sequence[Delivery]) -> int | None:
    """Return the number of the latest earlier version with the very same files, None without one or without files."""
    earlier = (each for each in reversed(known) if each.version < delivery.version)
    return next((each.version for each in earlier if each.files and each.hashes == delivery.hashes), None)


FilePair = tuple[ReceivedFile | None, ReceivedFile | None]
"""A file of the version before and the one it became; None where there is none."""


def file_pairs(before: Delivery | None, after: Delivery | None) -> tuple[FilePair, ...]:
    """Return which file of a version became which file of the next one.

    Files of one name belong together; of those that are left, the same bytes; then, one by one in order, those of one
    ending; the rest stays alone.
    """
    old = list(before.files) if before is not None else []
    new = list(after.files) if after is not None else []
    pairs: list[FilePair] = []
    for trait in (attrgetter("name"), attrgetter("sha256"), _ending):
        for file in tuple(new):
            found = next((other for other in old if trait(other) == trait(file)), None)
            if found is not None:
                old.remove(found)
                new.remove(file)
                pairs.append((found, file))
    return (*pairs, *((None, file) for file in new), *((file, None) for file in old))


def _ending(file: ReceivedFile) -> str:
    return file.name.rpartition(".")[2].casefold()


def row_overdue(row: Revision, now: str) -> bool:
    """Return whether the student owes this document since before `now`, required or advised."""
    return row.state in AWAITED and instant(row.due_at) < instant(now)
