"""The sections every reader gets, and those the student's own mentor gets too. Source: product.md §6, domain.md §2.3.

The console writes only where the mentor wrote nothing, and repeats the mentor's text without touching it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec

from defense_console.model.curriculum import ORAL, Criterion, Phase, Skill
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.events import Request, Verification
from defense_console.model.defense.state import Revision as Asked
from defense_console.model.errors import N_
from defense_console.reports.content.sheet import STATUSES, Document, Sheet
from defense_console.reports.content.value import DocumentRow, Part, Passage, Section, SkillRow, section_if
from defense_console.words.values import QUESTIONS, ROW_STATES

_VERIFIED: dict[Verification, str] = {
    "by_other": N_("Verified by {name}"),
    "self_certified": N_("Certified by the student"),
    "needs_defense": N_("Needs a new defense"),
}


# --- skills ------------------------------------------------------------------------------------------------------


def skills(sheet: Sheet) -> tuple[Section, ...]:
    """Status and comment of each skill of the project, in order."""
    _ = sheet.words
    results = {r.ref: r.status for r in rubric.skill_results(sheet.defense, sheet.curriculum, sheet.project)}
    rows: list[Part] = []
    for skill in sheet.project.skills:
        key, status = f"skill/{skill.ref}", results[skill.ref]
        word = Passage(sheet.word(STATUSES, status), item=False, tone=status)
        rows.append(SkillRow(key, sheet.skill_title(skill), _comment(sheet, skill, key), word))
    return section_if("skills", _("Skills"), rows)


def _comment(sheet: Sheet, skill: Skill, key: str, spoken: bool = False) -> tuple[Passage, ...]:
    """The mentor's comment as written; without one, what was noted and rated, criterion by criterion.

    `spoken`: a sentence tells of the speaking time already, so its criterion adds nothing but its notes.
    """
    if written := sheet.edited(key) or sheet.defense.skill_comments.get(skill.ref):
        return (Passage(written, origin="edited", item=False),)
    told = (_told(sheet, criterion, silent=spoken and criterion.from_clock) for criterion in skill.criteria)
    return tuple(itertools.chain.from_iterable(told))


def _told(sheet: Sheet, criterion: Criterion, silent: bool) -> tuple[Passage, ...]:
    """What a criterion adds to a generated comment: nothing when it is met and nothing was noted."""
    _ = sheet.words
    rating = rubric.rating_of(sheet.defense, criterion.id)
    notes = tuple(Passage(note.text, origin="edited") for note in sheet.notes_on(criterion.id))
    if silent or rating not in ("to_improve", "not_met"):
        return notes
    label = _("To improve") if rating == "to_improve" else _("Not met")
    return (Passage(criterion.text.in_(sheet.language), label, below=notes),)


def _quoted_in_comment(sheet: Sheet) -> frozenset[str]:
    """Criteria whose notes are told in a generated comment already."""
    skills = sheet.curriculum.skills_of(sheet.project)
    return frozenset(c.id for s in skills if not sheet.defense.skill_comments.get(s.ref) for c in s.criteria)


# --- deliverables and defense ------------------------------------------------------------------------------------


def deliverables(sheet: Sheet) -> tuple[Section, ...]:
    """Strengths, then areas for improvement; these are read from the rubric when the mentor wrote none."""
    _ = sheet.words
    strengths = [Passage(line.text, origin="edited") for line in sheet.defense.strengths]
    improvements = [Passage(line.text, origin="edited") for line in sheet.defense.improvements]
    if own := sheet.edited("improvement"):
        improvements = [Passage(own, origin="edited", item=False)]
    elif not improvements:
        improvements = [
            Passage(criterion.text.in_(sheet.language))
            for skill in sheet.project.skills
            for criterion in skill.criteria
            if rubric.rating_of(sheet.defense, criterion.id) == "to_improve"
        ]
    parts = (
        Part("strength", _("Strengths"), tuple(strengths)),
        Part("improvement", _("Areas for improvement"), tuple(improvements)),
    )
    return section_if("deliverables", _("Deliverables"), [part for part in parts if part.passages])


def remarks(sheet: Sheet) -> tuple[Section, ...]:
    """Remarks on the defense itself, in the mentor's words, or generated.

    Generated, they tell the speaking time, what the oral grid says, and the shared notes on the whole.
    """
    _ = sheet.words
    key = "remarks"
    found: list[Passage] = []
    if own := sheet.edited(key):
        found.append(Passage(own, origin="edited", item=False))
    else:
        if spoken := speaking_time(sheet):
            found.append(Passage(spoken, item=False))
        oral = Skill(ORAL, sheet.project.title, sheet.curriculum.oral)
        found += _comment(sheet, oral, key, spoken=bool(spoken))
        found += [Passage(n.text, origin="edited") for n in sheet.shared_notes() if n.criterion is None]
    return section_if("defense", _("Defense: remarks"), [Part(key, "", tuple(found))])


def windowed(phases: tuple[Phase, ...]) -> Phase | None:
    """The phase whose length has consequences, None without one."""
    return next((p for p in phases if p.min_s is not None and p.max_s is not None), None)


def window_text(sheet: Sheet, phase: Phase) -> str:
    """`10–20`, in minutes; with units when they are not whole minutes."""
    low, high = phase.min_s or 0, phase.max_s or 0
    if low % 60 or high % 60:
        return f"{sheet.words.duration_text(low)}–{sheet.words.duration_text(high)}"
    return f"{low // 60}–{high // 60}"


def speaking_time(sheet: Sheet) -> str:
    """The sentence on the speaking time, pauses out; "" before the presentation has ended or without a window.

    The seconds shown are always on the side the sentence says: a presentation too long by a moment is rounded up.
    """
    _ = sheet.words
    line = sheet.defense.timeline
    phase = windowed(line.phases)
    if phase is None or line.state == "idle" or (line.phase == phase.id and line.state != "ended"):
        return ""
    spoken_ms = line.elapsed_ms(phase=phase.id)
    length, window = _.duration_text(spoken_ms // 1000), window_text(sheet, phase)
    if spoken_ms > 1000 * (phase.max_s or 0):
        length = _.duration_text(-(-spoken_ms // 1000))
        text = _("Speaking time too long: {length} (window {window}).", length=length, window=window)
    elif spoken_ms < 1000 * (phase.min_s or 0):
        text = _("Speaking time too short: {length} (window {window}).", length=length, window=window)
    else:
        text = _("Speaking time respected: {length} (window {window}).", length=length, window=window)
    # This sentence is the same in every school's form, character by character, and is searched for: plain spaces.
    return text.replace("\N{NO-BREAK SPACE}", " ")


def notes(sheet: Sheet) -> tuple[Section, ...]:
    """The shared notes that no other section tells."""
    _ = sheet.words
    quoted = _quoted_in_comment(sheet)
    left = [n for n in sheet.shared_notes() if n.criterion is not None and n.criterion not in quoted]
    told = tuple(Passage(n.text, f"{n.criterion} · {sheet.offset(n)}", "edited") for n in left)
    return section_if("notes", _("Shared notes"), [Part("notes", "", told)])


# --- documents to revise, goal, questions ------------------------------------------------------------------------


def documents(sheet: Sheet) -> tuple[Section, ...]:
    """Documents to revise: reason, what is expected, until when, what became of it; then those dropped."""
    _ = sheet.words
    rows = [_document(sheet, document) for document in sheet.documents()]
    for asked in sheet.dropped():
        gone = Passage(_("no longer asked for"), _("State"))
        rows.append(_row(sheet, asked.request, (gone,)))
    return section_if("documents", _("Documents to revise"), rows)


def _row(sheet: Sheet, row: Request, passages: tuple[Passage, ...]) -> DocumentRow:
    return DocumentRow("documents", sheet.document_title(row), passages, "edited" if row.title else "generated")


def _document(sheet: Sheet, document: Document) -> DocumentRow:
    _ = sheet.words
    row = document.request
    standing: list[Passage] = []
    if row.verification in _VERIFIED:
        name = row.verifier or _("someone else")
        standing.append(Passage(_(_VERIFIED[row.verification], name=name)))
    if document.asked is not None:
        standing += _state(sheet, document.asked)
    return msgspec.structs.replace(
        _row(sheet, row, tuple(standing)),
        advice=Passage(_("Advice: nothing depends on it.")) if row.severity == "advice" else None,
        reasons=tuple(_reasons(sheet, row)),
        expected=sheet.expected(row),
        due=Passage(_due(sheet, document), _("Due")),
    )


def _reasons(sheet: Sheet, row: Request) -> Iterator[Passage]:
    """The mentor's reason as written; without one, each criterion and what was observed on it, with the minute."""
    _ = sheet.words
    if row.reason:
        yield Passage(row.reason, _("Reason"), "edited")
        return
    for reason in revision.row_reasons(row, sheet.defense, sheet.project, sheet.language):
        label = _("Reason, criterion {criterion}", criterion=reason.criterion)
        seen = tuple(
            Passage(each.text, _("observed at {clock}", clock=_.clock_text(each.at_s)), "edited")
            for each in reason.observed
        )
        yield Passage(reason.text, label, below=seen)


def _due(sheet: Sheet, document: Document) -> str:
    """Until when: an instant once the request is released, a time after the release before."""
    _ = sheet.words
    if document.asked is not None:
        return sheet.instant(document.asked.due_at)
    return _("{length} after the release", length=_.duration_text(document.request.due_after_s))


def _state(sheet: Sheet, asked: Asked) -> Iterator[Passage]:
    _ = sheet.words
    if asked.dropped is not None:
        yield Passage(_("no longer asked for"), _("State"))
        return
    state = sheet.word(ROW_STATES, asked.state)
    if asked.round > 1:
        state = _("{state}, round {n}", state=state, n=asked.round)
    yield Passage(state, _("State"))
    if asked.decision_reason and sheet.reader != "student":
        yield Passage(asked.decision_reason, _("Reason of the decision"), "edited")


def goal(sheet: Sheet) -> tuple[Section, ...]:
    """The student's next goal, when the mentor wrote one."""
    _ = sheet.words
    text = sheet.defense.goal
    told = (Passage(text, origin="edited", item=False),) if text else ()
    return section_if("goal", _("Next goal"), [Part("goal", "", told)])


def questions(sheet: Sheet) -> tuple[Section, ...]:
    """The parked questions with what became of them."""
    _ = sheet.words
    told = tuple(
        Passage(q.text, f"{_.clock_text(q.at_s)} · {sheet.word(QUESTIONS, q.state)}", "edited")
        for q in sheet.defense.questions
    )
    return section_if("questions", _("Questions"), [Part("questions", "", told)])
