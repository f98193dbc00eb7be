"""The sections every reader gets, and those the student's own mentor gets too. Source: product.md §6, domain.md §2.3.

The console writes only where the mentor wrote nothing, and repeats the mentor's text without touching it.
"""

from __future__ import annotations

from collections.abc import Iterator

from defense_console.model.curriculum import ORAL, Criterion, Phase, Skill
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import Note, Request, Verification
from defense_console.model.errors import N_
from defense_console.reports.content.sheet import STATUSES, Document, Sheet
from defense_console.reports.content.value import Paragraph, Section, section_if
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
    results = {r.ref: r for r in rubric.skill_results(sheet.defense, sheet.curriculum, sheet.project)}
    paragraphs: list[Paragraph] = []
    for skill in sheet.project.skills:
        key = f"skill/{skill.ref}"
        status = results[skill.ref].status
        paragraphs.append(Paragraph(key, f"{skill.ref} — {skill.title.in_(sheet.language)}", shape="heading"))
        paragraphs.append(Paragraph(key, sheet.word(STATUSES, status), part="status", tone=status))
        paragraphs.extend(_comment(sheet, skill, key))
    return section_if("skills", _("Skills"), paragraphs)


def _comment(sheet: Sheet, skill: Skill, key: str, spoken: bool = False) -> Iterator[Paragraph]:
    """The mentor's comment as written; without one, what was noted and rated, criterion by criterion.

    `spoken`: a sentence tells of the speaking time already, so its criterion adds nothing but its notes.
    """
    if written := sheet.edited(key) or sheet.defense.skill_comments.get(skill.ref):
        yield Paragraph(key, written, "edited")
        return
    for criterion in skill.criteria:
        yield from _told(sheet, criterion, key, silent=spoken and criterion.from_clock)


def _told(sheet: Sheet, criterion: Criterion, key: str, silent: bool) -> Iterator[Paragraph]:
    """What a criterion adds to a generated comment: nothing when it is met and nothing was noted."""
    _ = sheet.words
    depth = 0
    rating = rubric.rating_of(sheet.defense, criterion.id)
    if not silent and (rating == "to_improve" or rating == "not_met"):
        label = _("To improve") if rating == "to_improve" else _("Not met")
        yield Paragraph(key, criterion.text.in_(sheet.language), label=label, shape="item")
        depth = 1
    for note in sheet.notes_on(criterion.id):
        yield Paragraph(key, note.text, "edited", shape="item", depth=depth)


def _quoted_in_comment(sheet: Sheet) -> frozenset[str]:
    """Criteria whose notes are told in a generated comment already."""
    skills = sheet.curriculum.skills_of(sheet.project)
    return frozenset(c.id for s in skills if not sheet.defense.skill_comments.get(s.ref) for c in s.criteria)


# --- deliverables and defense ------------------------------------------------------------------------------------


def deliverables(sheet: Sheet) -> tuple[Section, ...]:
    """Strengths, then areas for improvement; these are read from the rubric when the mentor wrote none."""
    _ = sheet.words
    strengths = [_line("strength", line.text) for line in sheet.defense.strengths]
    improvements = [_line("improvement", line.text) for line in sheet.defense.improvements]
    if own := sheet.edited("improvement"):
        improvements = [Paragraph("improvement", own, "edited")]
    elif not improvements:
        improvements = [
            Paragraph("improvement", criterion.text.in_(sheet.language), shape="item")
            for skill in sheet.project.skills
            for criterion in skill.criteria
            if rubric.rating_of(sheet.defense, criterion.id) == "to_improve"
        ]
    paragraphs: list[Paragraph] = []
    if strengths:
        paragraphs += [Paragraph("strength", _("Strengths"), shape="heading"), *strengths]
    if improvements:
        paragraphs += [Paragraph("improvement", _("Areas for improvement"), shape="heading"), *improvements]
    return section_if("deliverables", _("Deliverables"), paragraphs)


def _line(key: str, text: str) -> Paragraph:
    return Paragraph(key, text, "edited", shape="item")


def remarks(sheet: Sheet) -> tuple[Section, ...]:
    """Remarks on the defense itself, in the mentor's words, or generated.

    Generated, they tell the speaking time, what the oral grid says, and the shared notes on the whole.
    """
    _ = sheet.words
    key = "remarks"
    if own := sheet.edited(key):
        return section_if("defense", _("Defense: remarks"), [Paragraph(key, own, "edited")])
    paragraphs: list[Paragraph] = []
    spoken = speaking_time(sheet)
    if spoken:
        paragraphs.append(Paragraph(key, spoken))
    oral = Skill(ORAL, sheet.project.title, sheet.curriculum.oral)
    paragraphs.extend(_comment(sheet, oral, key, spoken=bool(spoken)))
    whole = [note for note in sheet.shared_notes() if note.criterion is None]
    paragraphs += [_line(key, note.text) for note in whole]
    return section_if("defense", _("Defense: remarks"), paragraphs)


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
    return section_if("notes", _("Shared notes"), [_note(sheet, note) for note in left])


def _note(sheet: Sheet, note: Note) -> Paragraph:
    label = f"{note.criterion} · {sheet.offset(note)}" if note.criterion else sheet.offset(note)
    return Paragraph("notes", note.text, "edited", label=label, shape="item")


# --- documents to revise, goal, questions ------------------------------------------------------------------------


def documents(sheet: Sheet) -> tuple[Section, ...]:
    """Documents to revise: reason, what is expected, until when, what became of it; then those dropped."""
    _ = sheet.words
    paragraphs: list[Paragraph] = []
    for document in sheet.documents():
        paragraphs.extend(_document(sheet, document))
    for asked in sheet.dropped():
        paragraphs += [
            _title(sheet, asked.request),
            Paragraph("documents", _("no longer asked for"), label=_("State"), shape="item"),
        ]
    return section_if("documents", _("Documents to revise"), paragraphs)


def _document(sheet: Sheet, document: Document) -> Iterator[Paragraph]:
    _ = sheet.words
    key, row = "documents", document.request
    yield _title(sheet, row)
    if row.severity == "advice":
        yield Paragraph(key, _("Advice: nothing depends on it."), shape="item")
    yield from _reasons(sheet, document, key)
    expected = revision.row_expected(row, sheet.project, sheet.language, sheet.curriculum.oral)
    if expected:
        yield Paragraph(key, expected, "edited" if row.expected else "generated", _("Expected"), "item", 0, "expected")
    yield Paragraph(key, due_text(sheet, document), label=_("Due"), shape="item", part="due")
    if row.verification in _VERIFIED:
        name = row.verifier or _("someone else")
        yield Paragraph(key, _(_VERIFIED[row.verification], name=name), shape="item")
    if document.asked is not None:
        yield from _state(sheet, document, key)


def _title(sheet: Sheet, row: Request) -> Paragraph:
    _ = sheet.words
    title = revision.row_title(row, sheet.project, sheet.language) or _("A document without a name")
    return Paragraph("documents", title, "edited" if row.title else "generated", shape="heading")


def _reasons(sheet: Sheet, document: Document, key: str) -> Iterator[Paragraph]:
    """The mentor's reason as written; without one, each criterion and what was observed on it, with the minute."""
    _ = sheet.words
    row = document.request
    if row.reason:
        yield Paragraph(key, row.reason, "edited", _("Reason"), "item", 0, "reason")
        return
    for reason in revision.row_reasons(row, sheet.defense, sheet.project, sheet.language):
        label = _("Reason, criterion {criterion}", criterion=reason.criterion)
        yield Paragraph(key, reason.text, label=label, shape="item", part="reason")
        for seen in reason.observed:
            at = _("observed at {clock}", clock=_.clock_text(seen.at_s))
            yield Paragraph(key, seen.text, "edited", at, "item", 1, "reason")


def due_text(sheet: Sheet, document: Document) -> str:
    """Until when: an instant once the request is released, a time after the release before."""
    _ = sheet.words
    if document.asked is not None:
        return sheet.instant(document.asked.due_at)
    return _("{length} after the release", length=_.duration_text(document.request.due_after_s))


def _state(sheet: Sheet, document: Document, key: str) -> Iterator[Paragraph]:
    _ = sheet.words
    asked = document.asked
    if asked is None:
        return
    if asked.dropped is not None:
        yield Paragraph(key, _("no longer asked for"), label=_("State"), shape="item")
        return
    state = sheet.word(ROW_STATES, asked.state)
    if asked.round > 1:
        state = _("{state}, round {n}", state=state, n=asked.round)
    yield Paragraph(key, state, label=_("State"), shape="item")
    if sheet.reader == "student":
        return
    if asked.decision_reason:
        yield Paragraph(key, asked.decision_reason, "edited", _("Reason of the decision"), "item")


def goal(sheet: Sheet) -> tuple[Section, ...]:
    """The student's next goal, when the mentor wrote one."""
    _ = sheet.words
    text = sheet.defense.goal
    return section_if("goal", _("Next goal"), [Paragraph("goal", text, "edited")] if text else ())


def questions(sheet: Sheet) -> tuple[Section, ...]:
    """The parked questions with what became of them."""
    _ = sheet.words
    paragraphs = [
        Paragraph("questions", q.text, "edited", f"{_.clock_text(q.at_s)} · {sheet.word(QUESTIONS, q.state)}", "item")
        for q in sheet.defense.questions
    ]
    return section_if("questions", _("Questions"), paragraphs)
