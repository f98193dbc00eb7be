"""The sections only the jury gets: times of every sitting, every criterion with its evidence, reasons, record."""

from __future__ import annotations

from collections.abc import Iterator

from defense_console.model.curriculum import Criterion, Phase
from defense_console.model.defense import rubric
from defense_console.model.defense.state import Contest, Gap, Note, Pause, Sitting, Version
from defense_console.model.defense.timeline import Timeline
from defense_console.reports.content.sections import window_text
from defense_console.reports.content.sheet import VERSIONS, Sheet
from defense_console.reports.content.value import Paragraph, Section, section_if
from defense_console.words.values import OUTCOMES, PAUSES, PHASES, RATINGS, SESSIONS

# --- times -------------------------------------------------------------------------------------------------------


def sittings(sheet: Sheet) -> tuple[Section, ...]:
    """Every sitting: when, how long each phase ran and paused, then each stretch as the clock went."""
    _ = sheet.words
    paragraphs: list[Paragraph] = []
    for sitting in sheet.defense.sittings:
        paragraphs.extend(_sitting(sheet, sitting))
    paragraphs.extend(_gap(sheet, gap) for gap in sheet.defense.gaps)
    return section_if("sittings", _("Times"), paragraphs)


def _sitting(sheet: Sheet, sitting: Sitting) -> Iterator[Paragraph]:
    _ = sheet.words
    line = sitting.timeline
    session = sheet.word(SESSIONS, sitting.session)
    yield Paragraph("sittings", _("Sitting {n} — {session}", n=sitting.n, session=session), shape="heading")
    yield _row(_("Planned"), sheet.instant(sitting.planned_at))
    if sitting.reason:
        yield Paragraph("sittings", sitting.reason, "edited", _("Reason"), "item")
    if sitting.room_opened is not None:
        yield _row(_("Waiting room"), sheet.instant(sitting.room_opened.wall))
    if line.started_at is None:
        return
    yield _row(_("Started"), sheet.instant(line.started_at.wall))
    if line.ended_at is not None:
        yield _row(_("Ended"), sheet.instant(line.ended_at.wall))
    for phase in line.phases:
        yield _row(_phase_name(sheet, phase.id), _phase_times(sheet, line, phase))
    length, paused = line.elapsed_ms() // 1000, line.paused_ms() // 1000
    yield _row(
        _("In all"),
        _("{length}, pauses {paused}", length=_.duration_text(length), paused=_.duration_text(paused)),
    )
    if line.by_wall:
        yield Paragraph("sittings", _("Part of it was measured with the wall clock."), shape="item")
    yield from _stretches(sheet, sitting)


def _row(label: str, text: str, depth: int = 0) -> Paragraph:
    return Paragraph("sittings", text, label=label, shape="item", depth=depth)


def _phase_name(sheet: Sheet, id: str) -> str:
    name = sheet.word(PHASES, id)
    return name[:1].upper() + name[1:]


def _phase_times(sheet: Sheet, line: Timeline, phase: Phase) -> str:
    _ = sheet.words
    text = _(
        "{length}, pauses {paused} (target {target})",
        length=_.duration_text(line.elapsed_ms(phase=phase.id) // 1000),
        paused=_.duration_text(line.paused_ms(phase=phase.id) // 1000),
        target=_.duration_text(phase.target_s),
    )
    if phase.min_s is None or phase.max_s is None:
        return text
    return f"{text} · " + _("window {window}", window=window_text(sheet, phase))


def _stretches(sheet: Sheet, sitting: Sitting) -> Iterator[Paragraph]:
    """What the clock did, in real time since the start, pauses in; why it stopped, where that was said."""
    _ = sheet.words
    line = sitting.timeline
    if not line.spans:
        return
    yield Paragraph("sittings", _("Timeline, real time since the start"), shape="item")
    pauses = {line.place_ms(p.at): p for p in sheet.defense.pauses if p.sitting == sitting.n}
    pause: Pause | None = None
    for phase, running, start_ms, end_ms in _merged(line):
        # A pause that goes on into the next phase keeps its reason; one that a gap became has none.
        pause = None if running else pauses.get(start_ms, pause)
        name = sheet.word(PHASES, phase)
        text = _("{phase}: ran", phase=name) if running else _("{phase}: paused", phase=name)
        if pause is not None and pause.reason is not None:
            text = f"{text} ({sheet.word(PAUSES, pause.reason)})"
        yield _row(f"{_.clock_text(start_ms // 1000)}–{_.clock_text(end_ms // 1000)}", text, depth=1)


def _merged(line: Timeline) -> list[tuple[str, bool, int, int]]:
    """Spans of one phase and state that touch each other, as one: marks in between are the machine's affair."""
    found: list[tuple[str, bool, int, int]] = []
    for span in line.spans:
        if found and found[-1][:2] == (span.phase, span.running) and found[-1][3] == span.start_ms:
            found[-1] = (span.phase, span.running, found[-1][2], span.end_ms)
        else:
            found.append((span.phase, span.running, span.start_ms, span.end_ms))
    return found


def _gap(sheet: Sheet, gap: Gap) -> Paragraph:
    _ = sheet.words
    places = {"length": _.duration_text(abs(gap.gap_ms) // 1000), "at": sheet.instant(gap.until.wall)}
    if gap.gap_ms < 0:
        text = _("{at}: the machine's clock went back by {length}; the time before it counted", **places)
        return Paragraph("sittings", text, shape="item")
    if gap.paused:
        return Paragraph("sittings", _("{at}: {length} without the console, a pause", **places), shape="item")
    return Paragraph("sittings", _("{at}: {length} without the console, counted", **places), shape="item")


# --- criteria and their evidence ---------------------------------------------------------------------------------


def criteria(sheet: Sheet) -> tuple[Section, ...]:
    """Every criterion with its rating and its evidence: documents, notes with both offsets."""
    _ = sheet.words
    paragraphs: list[Paragraph] = []
    known: set[str] = set()
    for skill in sheet.curriculum.skills_of(sheet.project):
        paragraphs.append(Paragraph("criteria", f"{skill.ref} — {skill.title.in_(sheet.language)}", shape="heading"))
        for criterion in skill.criteria:
            known.add(criterion.id)
            paragraphs.extend(_criterion(sheet, criterion))
    rest = [n for n in sheet.shared_notes() if n.criterion not in known]
    if rest:
        paragraphs.append(Paragraph("criteria", _("Notes on the whole defense"), shape="heading"))
        paragraphs.extend(_evidence_note(sheet, note, 0) for note in rest)
    return section_if("criteria", _("Criteria and evidence"), paragraphs)


def _criterion(sheet: Sheet, criterion: Criterion) -> Iterator[Paragraph]:
    _ = sheet.words
    rating = rubric.rating_of(sheet.defense, criterion.id)
    marks = [_("not rated") if rating is None else sheet.word(RATINGS, rating)]
    if criterion.blocking or criterion.effect == "decides":
        marks.append(_("decides alone"))
    if criterion.id not in sheet.defense.ratings and rating is not None:
        marks.append(_("from the clock"))
    if criterion.id in sheet.defense.acquired:
        marks.append(_("acquired at an earlier attempt"))
    label = f"{criterion.id} · {' · '.join(marks)}"
    yield Paragraph("criteria", criterion.text.in_(sheet.language), label=label, shape="item")
    for n in criterion.evidence:
        yield Paragraph("criteria", _document_line(sheet, n), label=_("Document"), shape="item", depth=1)
    for note in sheet.notes_on(criterion.id):
        yield _evidence_note(sheet, note, 1)


def _document_line(sheet: Sheet, n: int) -> str:
    _ = sheet.words
    found = sheet.project.deliverable(n)
    name = str(n) if found is None else f"{n}. {found.title.in_(sheet.language)}"
    received = sheet.defense.declared.get(n)
    if received is None:
        return name
    return _("{document}, received", document=name) if received else _("{document}, not received", document=name)


def _evidence_note(sheet: Sheet, note: Note, depth: int) -> Paragraph:
    """A note with what the clock showed and its place in the recording, which does not pause."""
    _ = sheet.words
    recorded = _("no recording") if note.rec_s is None else _("recording {clock}", clock=_.clock_text(note.rec_s))
    return Paragraph("criteria", note.text, "edited", f"{sheet.offset(note)} · {recorded}", "item", depth)


# --- the verdict and the record ----------------------------------------------------------------------------------


def verdicts(sheet: Sheet) -> tuple[Section, ...]:
    """Every version of the verdict: what was suggested, what was decided, why it was another."""
    _ = sheet.words
    defense = sheet.defense
    paragraphs: list[Paragraph] = []
    for version in defense.versions:
        paragraphs.extend(_version(sheet, version))
    if sheet.standing == "draft":
        outcome = _("not decided yet") if sheet.outcome is None else sheet.word(OUTCOMES, sheet.outcome)
        paragraphs.append(_verdict(_("Draft"), outcome))
        if sheet.reason:
            paragraphs.append(Paragraph("verdicts", sheet.reason, "edited", _("Reason for this outcome"), "item", 1))
    if defense.amendment:
        paragraphs.append(Paragraph("verdicts", defense.amendment, "edited", _("Reason of the new version"), "item"))
    for contest in defense.contests:
        paragraphs.extend(_contest(sheet, contest))
    return section_if("verdicts", _("Verdict"), paragraphs)


def _contest(sheet: Sheet, contest: Contest) -> Iterator[Paragraph]:
    """What the student said, and what the mentor answered."""
    _ = sheet.words
    label = _("Version {n} contested by the student, {at}", n=contest.version, at=sheet.instant(contest.at))
    yield Paragraph("verdicts", contest.reason, "edited", label, "item")
    if contest.resolution is None or contest.resolved_at is None:
        yield Paragraph("verdicts", _("Not answered yet"), shape="item", depth=1)
        return
    at = sheet.instant(contest.resolved_at)
    label = _("Upheld, {at}", at=at) if contest.resolution == "upheld" else _("Amended, {at}", at=at)
    yield Paragraph("verdicts", contest.answer, "edited", label, "item", 1)


def _verdict(label: str, text: str, depth: int = 0) -> Paragraph:
    return Paragraph("verdicts", text, label=label, shape="item", depth=depth)


def _version(sheet: Sheet, version: Version) -> Iterator[Paragraph]:
    _ = sheet.words
    text = f"{sheet.word(OUTCOMES, version.outcome)} · {sheet.word(VERSIONS, version.state)}"
    yield _verdict(_("Version {n}", n=version.version), text)
    suggested = _("no suggestion") if version.suggested is None else sheet.word(OUTCOMES, version.suggested)
    yield _verdict(_("Suggested"), suggested, 1)
    if version.reason:
        yield Paragraph("verdicts", version.reason, "edited", _("Reason for this outcome"), "item", 1)
    if version.amendment:
        yield Paragraph("verdicts", version.amendment, "edited", _("Reason of the new version"), "item", 1)
    yield _verdict(_("Signed"), sheet.instant(version.signed_at), 1)
    if version.released_at is not None:
        yield _verdict(_("Released"), sheet.instant(version.released_at), 1)


def record(sheet: Sheet, record_hash: str | None) -> tuple[Section, ...]:
    """What this report was made from, to be compared with the log."""
    _ = sheet.words
    defense = sheet.defense
    paragraphs = [Paragraph("record", str(defense.seq), label=_("Events in the record"), shape="item")]
    if defense.curriculum_hash is not None:
        paragraphs.append(Paragraph("record", defense.curriculum_hash, label=_("Curriculum"), shape="item"))
    if record_hash is not None:
        paragraphs.append(Paragraph("record", record_hash, label=_("Hash of the release"), shape="item"))
    else:
        paragraphs.append(Paragraph("record", _("This is a draft: no hash stands for it."), shape="item"))
    return (Section("record", _("Record"), tuple(paragraphs)),)
