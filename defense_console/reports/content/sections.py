"""The sections every reader gets, and those the student's own mentor gets too.

The console writes only where the mentor wrote nothing, and repeats the mentor's text without touching it.
"""

from __future__ import annotations

from collections.abc import Iterator

from defense_console.model.curriculum import ORAL, Criterion, Phase, Skill
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import Request, Verification
from defense_console.model.defense.state import Revision as Asked
from defense_console.model.errors import N_
from defense_console.model.text import french
from defense_console.reports.content.sheet import STATUSES, Document, ReportSource, over
from defense_console.reports.content.value import DocumentRow, Origin, Part, Passage, Section, SkillRow, section_if
from defense_console.reports.rendering.plain import capital
from defense_console.words.values import OUTCOMES, QUESTIONS, ROW_STATES

_VERIFIED: dict[Verification, str] = {
    "by_other": N_("Verified by {name}"),
    "self_certified": N_("Certified by the student"),
    "needs_defense": N_("Needs a new defense"),
}


# --- the version -------------------------------------------------------------------------------------------------


def replaced(sheet: ReportSource) -> tuple[Section, ...]:
    """Return which version of the verdict this one replaces, and why; nothing for the first one."""
    _ = sheet.words
    defense = sheet.defense
    n = len(defense.versions) + 1 if sheet.version is None else sheet.version.version
    old = next((v for v in defense.versions if v.version == n - 1), None)
    if sheet.standing == "none" or old is None or old.released_at is None:
        return ()
    places = {"outcome": sheet.word(OUTCOMES, old.outcome), "day": _.date_text(old.released_at, sheet.zone)}
    text = _("Version {n} replaces version {old} of {day} ({outcome}).", n=n, old=old.version, **places)
    told = [Passage(text, item=False)]
    told_of = defense if sheet.version is None else sheet.version
    amendment = told_of.amendment
    if amendment and (told_of.amendment_for_student or sheet.reader == "jury"):
        told.append(Passage(amendment, _("Why"), "edited", item=False))
    elif not amendment and defense.all_settled:
        told.append(Passage(_("Every document that was asked for is settled."), item=False))
    elif not amendment and defense.any_expired:
        told.append(Passage(_("A document that was asked for did not come in time."), item=False))
    return section_if("replaced", _("New version"), [Part("replaced", "", tuple(told))])


# --- skills ------------------------------------------------------------------------------------------------------


def skills(sheet: ReportSource) -> tuple[Section, ...]:
    """Return the status and the comment of each skill of the project, in order."""
    _ = sheet.words
    results = {r.ref: r.status for r in rubric.skill_results(sheet.defense, sheet.curriculum, sheet.project)}
    rows = [
        SkillRow(
            f"skill/{skill.ref}",
            sheet.skill_title(skill),
            comment := _comment(sheet, skill),
            _unsaid_passages(sheet, skill) or (() if comment else _nothing_short(sheet, results[skill.ref])),
            status=Passage(sheet.word(STATUSES, results[skill.ref]), item=False, tone=results[skill.ref]),
        )
        for skill in sheet.project.skills
    ]
    return section_if("skills", _("Skills"), rows)


def _edited(sheet: ReportSource, skill: Skill) -> str:
    """Return the mentor's own words for the generated comment of a skill; the remarks are that of the oral grid."""
    return sheet.edited("remarks" if skill.ref == ORAL else f"skill/{skill.ref}")


def _comment(sheet: ReportSource, skill: Skill) -> tuple[Passage, ...]:
    """Return the mentor's comment as written; without one, what was noted and rated, criterion by criterion."""
    if written := _edited(sheet, skill) or sheet.defense.skill_comments.get(skill.ref):
        return (Passage(written, origin="edited", item=False),)
    found: list[Passage] = []
    for criterion in skill.criteria:
        notes = _notes_on(sheet, criterion)
        found += [_rated(sheet, criterion, notes)] if _is_short(sheet, criterion) else notes
    return tuple(found)


def _unsaid(sheet: ReportSource, skill: Skill) -> tuple[Criterion, ...]:
    """Return the criteria not met or to improve that the mentor's own words do not quote."""
    written = _edited(sheet, skill) or sheet.defense.skill_comments.get(skill.ref, "")
    read = french(written) if sheet.language == "fr" else written
    short = (c for c in skill.criteria if written and _is_short(sheet, c))
    return tuple(criterion for criterion in short if criterion.text.in_(sheet.language) not in read)


def _unsaid_passages(sheet: ReportSource, skill: Skill) -> tuple[Passage, ...]:
    """Return the same with what was noted on them, unless the mentor's words were made from these notes."""
    edited = bool(_edited(sheet, skill))
    return tuple(_rated(sheet, c, () if edited else _notes_on(sheet, c)) for c in _unsaid(sheet, skill))


def _nothing_short(sheet: ReportSource, status: str) -> tuple[Passage, ...]:
    """Return why a skill has no comment: all of it is met, or nothing was observed; a draft still lacks ratings."""
    _ = sheet.words
    said = {"acquired": _("Everything observed is met."), "not_assessed": _("Nothing was observed.")}.get(status)
    return () if said is None else (Passage(said, item=False),)


def _is_short(sheet: ReportSource, criterion: Criterion) -> bool:
    """Return whether a criterion is not met or to improve; the clock's only without a sentence on the time."""
    spoken = speaking_time(sheet) if criterion.from_clock else ""
    told = bool(spoken) and spoken in (sheet.edited("remarks") or spoken)
    return not told and rubric.rating_of(sheet.defense, criterion.id) in ("to_improve", "not_met")


def _rated(sheet: ReportSource, criterion: Criterion, below: tuple[Passage, ...] = ()) -> Passage:
    """Return a criterion with its rating, without which it is never quoted."""
    return Passage(criterion.text.in_(sheet.language), capital(sheet.rated(criterion.id)), below=below)


def _notes_on(sheet: ReportSource, criterion: Criterion) -> tuple[Passage, ...]:
    return tuple(Passage(note.text, origin="edited") for note in sheet.notes_on(criterion.id))


# --- deliverables and defense ------------------------------------------------------------------------------------


def deliverables(sheet: ReportSource) -> tuple[Section, ...]:
    """Return strengths, then areas for improvement; these are read from the rubric when the mentor wrote none."""
    _ = sheet.words
    strengths = [Passage(line.text, origin="edited") for line in sheet.defense.strengths]
    improvements = [Passage(line.text, origin="edited") for line in sheet.defense.improvements]
    if own := sheet.edited("improvement"):
        improvements = [Passage(own, origin="edited", item=False)]
    elif not improvements:
        improvements = [
            _rated(sheet, criterion)
            for skill in sheet.project.skills
            for criterion in skill.criteria
            if rubric.rating_of(sheet.defense, criterion.id) == "to_improve"
        ]
    parts = (
        Part("strength", _("Strengths"), tuple(strengths)),
        Part("improvement", _("Areas for improvement"), tuple(improvements)),
    )
    return section_if("deliverables", _("Deliverables"), [part for part in parts if part.passages])


def remarks(sheet: ReportSource) -> tuple[Section, ...]:
    """Return remarks on the defense itself, in the mentor's words, or generated.

    Generated, they give the speaking time, what the oral grid says, and the shared notes on the whole.
    """
    _ = sheet.words
    oral = Skill(ORAL, sheet.project.title, sheet.curriculum.oral)
    found = list(_comment(sheet, oral))
    if not _edited(sheet, oral):
        spoken = speaking_time(sheet)
        found[:0] = [Passage(spoken, item=False)] if spoken else []
        found += [Passage(n.text, origin="edited") for n in sheet.shared_notes() if n.criterion is None]
    part = Part("remarks", "", tuple(found), _unsaid_passages(sheet, oral))
    return section_if("defense", _("Defense: remarks"), [part])


def window_text(sheet: ReportSource, phase: Phase) -> str:
    """Return `10–20`, in minutes; with units when they are not whole minutes."""
    low, high = phase.min_s or 0, phase.max_s or 0
    if low % 60 or high % 60:
        return f"{sheet.words.duration_text(low)}–{sheet.words.duration_text(high)}"
    return f"{low // 60}–{high // 60}"


def speaking_time(sheet: ReportSource) -> str:
    """Return the sentence on the speaking time, pauses out; "" before the presentation has ended or without a window.

    The seconds shown are always on the side the sentence says: a presentation too long by a moment is rounded up.
    """
    _ = sheet.words
    spoken = rubric.speaking(sheet.defense.timeline)
    if spoken is None:
        return ""
    phase, spoken_ms = spoken
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


def notes(sheet: ReportSource) -> tuple[Section, ...]:
    """Return the shared notes that no other section has."""
    _ = sheet.words
    told_of: set[str] = set()
    for skill in sheet.curriculum.skills_of(sheet.project):
        if not sheet.defense.skill_comments.get(skill.ref):
            told_of.update(criterion.id for criterion in skill.criteria)
        elif not _edited(sheet, skill):
            told_of.update(criterion.id for criterion in _unsaid(sheet, skill))
    left = [n for n in sheet.shared_notes() if n.criterion is not None and n.criterion not in told_of]
    skill_of = {each.id: skill for skill in sheet.curriculum.skills_of(sheet.project) for each in skill.criteria}

    def about(criterion: str) -> str:
        """Return the criterion's id; for the student, who knows no ids, its skill."""
        skill = skill_of.get(criterion) if sheet.reader == "student" else None
        return criterion if skill is None else skill.title.in_(sheet.language)

    told = tuple(Passage(n.text, f"{about(n.criterion or '')} · {sheet.offset(n)}", "edited") for n in left)
    return section_if("notes", _("Shared notes"), [Part("notes", "", told)])


# --- documents to revise, goal, questions ------------------------------------------------------------------------


def documents(sheet: ReportSource) -> tuple[Section, ...]:
    """Return documents to revise: reason, what is expected, until when, what became of it; then those dropped.

    Once none of them is awaited or to be read, neither the title nor a date says that there is something to do.
    """
    _ = sheet.words
    found = sheet.documents()
    rows = [_document(sheet, document) for document in found]
    for asked in sheet.dropped():
        by: Origin = "edited" if asked.request.title else "generated"
        title = sheet.document_title(asked.request)
        rows.append(DocumentRow("documents", title, (), titled_by=by, state=_state(sheet, asked)))
    ended = all(d.asked is not None and (over(d.asked) or not _in_force(sheet, d.asked)) for d in found)
    return section_if("documents", _("Documents asked for") if ended else _("Documents to revise"), rows)


def _document(sheet: ReportSource, document: Document) -> DocumentRow:
    _ = sheet.words
    row, asked = document.request, document.asked
    name = row.verifier or _("someone else")
    verified = (Passage(_(_VERIFIED[row.verification], name=name)),) if row.verification in _VERIFIED else ()
    due = _due(sheet, document)
    return DocumentRow(
        "documents",
        sheet.document_title(row),
        verified,
        titled_by="edited" if row.title else "generated",
        advice=Passage(_("Advice: nothing depends on it.")) if row.severity == "advice" else None,
        reasons=tuple(_reasons(sheet, row)),
        expected=sheet.expected(row),
        due=Passage(due, _("Due")) if due else None,
        state=None if asked is None else _state(sheet, asked),
    )


def _reasons(sheet: ReportSource, row: Request) -> Iterator[Passage]:
    """Yield the mentor's reason as written; else each criterion and what was observed on it, with the minute.

    A criterion whose sentence is what is expected is not quoted twice: its rating is said of its id. The student knows
    no ids: one criterion needs none, several are quoted.
    """
    _ = sheet.words
    if row.reason:
        yield Passage(row.reason, _("Reason"), "edited")
        return
    reasons = revision.row_reasons(row, sheet.defense, sheet.project, sheet.language)
    for reason in reasons:
        rating = sheet.rated(reason.criterion)
        label = _("Criterion {criterion}", criterion=reason.criterion)
        seen = tuple(
            Passage(each.text, _("observed at {clock}", clock=_.clock_text(each.at_s)), "edited")
            for each in reason.observed
        )
        if sheet.reader == "student":
            alone = len(reasons) == 1 and not row.expected
            label, rating = (_("Criterion"), rating) if alone else (capital(rating), reason.text)
        elif row.expected:
            label, rating = f"{label}, {rating}", reason.text
        yield Passage(rating, label, below=seen)


def _due(sheet: ReportSource, document: Document) -> str:
    """Return until when: an instant while the document is awaited, a time after the release before; "" once it came."""
    _ = sheet.words
    asked = document.asked
    if asked is None:
        return _("{length} after the release", length=_.duration_text(document.request.due_after_s))
    return sheet.instant(asked.due_at) if asked.state in revision.AWAITED and _in_force(sheet, asked) else ""


def _in_force(sheet: ReportSource, asked: Asked) -> bool:
    """Return whether the verdict of this report asks for it."""
    return sheet.outcome == "conditional" and asked.dropped is None


def _state(sheet: ReportSource, asked: Asked) -> Passage:
    """Return what became of a document, and when; why, for all but the student."""
    _ = sheet.words
    if asked.dropped is not None:
        return Passage(_("no longer asked for"), _("State"))
    state = sheet.word(ROW_STATES, asked.state)
    if asked.round > 1:
        state = _("{state}, round {n}", state=state, n=asked.round)
    since = asked.decided_at or (None if asked.answer is None else asked.answer.at)
    if since is not None:
        state = _("{state}, {at}", state=state, at=sheet.instant(since))
    why = Passage(asked.decision_reason, _("Reason of the decision"), "edited")
    told = bool(asked.decision_reason) and sheet.reader != "student"
    return Passage(state, _("State"), below=(why,) if told else ())


def goal(sheet: ReportSource) -> tuple[Section, ...]:
    """Return the student's next goal, when the mentor wrote one."""
    _ = sheet.words
    text = sheet.defense.goal
    told = (Passage(text, origin="edited", item=False),) if text else ()
    return section_if("goal", _("Next goal"), [Part("goal", "", told)])


def questions(sheet: ReportSource) -> tuple[Section, ...]:
    """Return the parked questions with what became of them."""
    _ = sheet.words
    told = tuple(
        Passage(q.text, f"{_.clock_text(q.at_s)} · {sheet.word(QUESTIONS, q.state)}", "edited")
        for q in sheet.defense.questions
    )
    return section_if("questions", _("Questions"), [Part("questions", "", told)])
