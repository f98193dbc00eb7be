"""The sections only the jury gets: times of every sitting, every criterion with its evidence, reasons, record."""

from __future__ import annotations

from collections.abc import Iterator

from defense_console.model.curriculum import Criterion, Phase
from defense_console.model.defense import rubric
from defense_console.model.defense.reading import Reading, Settled
from defense_console.model.defense.state import Contest, Note, Sitting, Version
from defense_console.model.defense.timeline import Gap, Pause, Timeline
from defense_console.reports.content.sections import window_text
from defense_console.reports.content.sheet import VERSIONS, ReportSource
from defense_console.reports.content.value import Part, Passage, Section, section_if
from defense_console.words.values import OUTCOMES, PAUSES, PHASES, RATINGS, SESSIONS

# --- times -------------------------------------------------------------------------------------------------------


def sittings(sheet: ReportSource) -> tuple[Section, ...]:
    """Return every sitting: when it was, how long each phase ran and paused, each stretch of the clock, the gaps."""
    _ = sheet.words
    parts = []
    for sitting in sheet.defense.sittings:
        title = _("Sitting {n} — {session}", n=sitting.n, session=sheet.word(SESSIONS, sitting.session))
        gaps = (_gap(sheet, gap) for gap in sheet.defense.gaps if gap.sitting == sitting.n)
        parts.append(Part("sittings", title, (*_sitting(sheet, sitting), *gaps)))
    return section_if("sittings", _("Times"), parts)


def _sitting(sheet: ReportSource, sitting: Sitting) -> Iterator[Passage]:
    _ = sheet.words
    line = sitting.timeline
    yield Passage(sheet.instant(sitting.planned_at), _("Planned"))
    if sitting.reason:
        yield Passage(sitting.reason, _("Reason"), "edited")
    if sitting.room_opened is not None:
        yield Passage(sheet.instant(sitting.room_opened.wall), _("Waiting room"))
    if line.started_at is None:
        return
    yield Passage(sheet.instant(line.started_at.wall), _("Started"))
    if line.ended_at is not None:
        yield Passage(sheet.instant(line.ended_at.wall), _("Ended"))
    for phase in line.phases:
        yield Passage(_phase_times(sheet, line, phase), _phase_name(sheet, phase.id))
    length, paused = _.duration_text(line.elapsed_ms() // 1000), _.duration_text(line.paused_ms() // 1000)
    yield Passage(_("{length}, pauses {paused}", length=length, paused=paused), _("In all"))
    if line.by_wall:
        yield Passage(_("Part of it was measured with the wall clock."))
    if line.spans:
        yield Passage(_("Timeline, real time since the start"), below=tuple(_stretches(sheet, sitting)))


def _phase_name(sheet: ReportSource, id: str) -> str:
    name = sheet.word(PHASES, id)
    return name[:1].upper() + name[1:]


def _phase_times(sheet: ReportSource, line: Timeline, phase: Phase) -> str:
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


def _stretches(sheet: ReportSource, sitting: Sitting) -> Iterator[Passage]:
    """Yield what the clock did, in real time since the start, pauses in; why it stopped, where that was said."""
    _ = sheet.words
    line = sitting.timeline
    pauses = {line.place_ms(p.at): p for p in sheet.defense.pauses if p.sitting == sitting.n}
    pause: Pause | None = None
    for phase, running, start_ms, end_ms in _merged(line):
        # A pause that goes on into the next phase keeps its reason; one that a gap became has none.
        pause = None if running else pauses.get(start_ms, pause)
        name = sheet.word(PHASES, phase)
        text = _("{phase}, running", phase=name) if running else _("{phase}, paused", phase=name)
        if pause is not None and pause.reason is not None:
            text = f"{text} ({sheet.word(PAUSES, pause.reason)})"
        yield Passage(text, f"{_.clock_text(start_ms // 1000)}–{_.clock_text(end_ms // 1000)}")


def _merged(line: Timeline) -> list[tuple[str, bool, int, int]]:
    """Return spans of one phase and state that touch each other as one: marks in between are the machine's affair."""
    found: list[tuple[str, bool, int, int]] = []
    for span in line.spans:
        if found and found[-1][:2] == (span.phase, span.running) and found[-1][3] == span.start_ms:
            found[-1] = (span.phase, span.running, found[-1][2], span.end_ms)
        else:
            found.append((span.phase, span.running, span.start_ms, span.end_ms))
    return found


def _gap(sheet: ReportSource, gap: Gap) -> Passage:
    _ = sheet.words
    places = {"length": _.duration_text(abs(gap.gap_ms) // 1000), "at": sheet.instant(gap.until.wall)}
    if gap.gap_ms < 0:
        return Passage(_("{at}: the machine's clock went back by {length}; the time before it counted", **places))
    if gap.paused:
        return Passage(_("{at}: {length} without the console, a pause", **places))
    return Passage(_("{at}: {length} without the console, counted", **places))


# --- criteria and their evidence ---------------------------------------------------------------------------------


def criteria(sheet: ReportSource) -> tuple[Section, ...]:
    """Return every criterion with its rating and its evidence: documents, notes with both offsets."""
    _ = sheet.words
    skills = sheet.curriculum.skills_of(sheet.project)
    parts = [
        Part("criteria", sheet.skill_title(skill), tuple(_criterion(sheet, each) for each in skill.criteria))
        for skill in skills
    ]
    known = {criterion.id for skill in skills for criterion in skill.criteria}
    if rest := [n for n in sheet.shared_notes() if n.criterion not in known]:
        parts.append(Part("criteria", _("Notes on the whole defense"), tuple(_note(sheet, note) for note in rest)))
    return section_if("criteria", _("Criteria and evidence"), parts)


def _criterion(sheet: ReportSource, criterion: Criterion) -> Passage:
    _ = sheet.words
    rating = rubric.rating_of(sheet.defense, criterion.id)
    marks = [sheet.rated(criterion.id)]
    if criterion.blocking or criterion.effect == "decides":
        marks.append(_("decides alone"))
    if criterion.id not in sheet.defense.ratings and rating is not None:
        marks.append(_("from the clock"))
    if criterion.id in sheet.defense.acquired:
        marks.append(_("acquired at an earlier attempt"))
    documents = (Passage(_document_line(sheet, n), _("Document")) for n in criterion.evidence)
    notes = (_note(sheet, note) for note in sheet.notes_on(criterion.id))
    label = " · ".join((criterion.id, *marks))
    return Passage(criterion.text.in_(sheet.language), label, below=(*documents, *notes))


def _document_line(sheet: ReportSource, n: int) -> str:
    _ = sheet.words
    found = sheet.project.deliverable(n)
    name = str(n) if found is None else f"{n}. {found.title.in_(sheet.language)}"
    received = sheet.defense.declared.get(n)
    if received is None:
        return name
    return _("{document}, received", document=name) if received else _("{document}, not received", document=name)


def _note(sheet: ReportSource, note: Note) -> Passage:
    """Return a note with what the clock showed and its place in the recording, which does not pause."""
    _ = sheet.words
    recorded = _("no recording") if note.rec_s is None else _("recording {clock}", clock=_.clock_text(note.rec_s))
    return Passage(note.text, f"{sheet.offset(note)} · {recorded}", "edited")


# --- the verdict and the record ----------------------------------------------------------------------------------


def verdicts(sheet: ReportSource) -> tuple[Section, ...]:
    """Return every version of the verdict: what was suggested, what was decided, why it was another."""
    _ = sheet.words
    defense = sheet.defense
    told = [_version(sheet, version) for version in defense.versions]
    if sheet.standing == "draft":
        outcome = _("not decided yet") if sheet.outcome is None else sheet.word(OUTCOMES, sheet.outcome)
        told.append(Passage(outcome, _("Draft"), below=_because(sheet, sheet.reason)))
    if defense.amendment:
        told.append(Passage(defense.amendment, _("Reason of the new version"), "edited"))
    told += [_contest(sheet, contest) for contest in defense.contests]
    return section_if("verdicts", _("Verdict"), [Part("verdicts", "", tuple(told))])


def _contest(sheet: ReportSource, contest: Contest) -> Passage:
    """Return what the student said, and what the mentor answered."""
    _ = sheet.words
    answer = Passage(_("Not answered yet"))
    if contest.resolution is not None and contest.resolved_at is not None:
        at = sheet.instant(contest.resolved_at)
        label = _("Upheld, {at}", at=at) if contest.resolution == "upheld" else _("Amended, {at}", at=at)
        answer = Passage(contest.answer, label, "edited")
    label = _("Version {n} contested by the student, {at}", n=contest.version, at=sheet.instant(contest.at))
    return Passage(contest.reason, label, "edited", below=(answer,))


def second_readings(sheet: ReportSource) -> tuple[Section, ...]:
    """Return each second reading that is finished: how often both agreed, every difference and how it was settled."""
    _ = sheet.words
    parts = [
        Part("second_reading", _("Read by {reader}, {at}", reader=each.reader, at=sheet.instant(each.closed_at)),
             tuple(_differences(sheet, each)))
        for each in sheet.defense.readings
        if each.closed_at is not None
    ]  # fmt: skip
    return section_if("second_reading", _("Second reading"), parts)


def _differences(sheet: ReportSource, reading: Reading) -> Iterator[Passage]:
    _ = sheet.words
    known = tuple(sheet.curriculum.criteria_of(sheet.project))
    differs = [each for each in known if reading.first.get(each.id) != reading.ratings.get(each.id)]
    yield Passage(_("both rated {n} of {total} the same", n=len(known) - len(differs), total=len(known)))
    for criterion in differs:
        first, second = (sheet.rating_word(each.get(criterion.id)) for each in (reading.first, reading.ratings))
        ratings = _("first: {first}, second: {second}", first=first, second=second)
        settled = _settled(sheet, reading.settled.get(criterion.id))
        yield Passage(criterion.text.in_(sheet.language), f"{criterion.id} · {ratings}", below=settled)


def _settled(sheet: ReportSource, settled: Settled | None) -> tuple[Passage, ...]:
    _ = sheet.words
    if settled is None:
        return ()
    rating = sheet.word(RATINGS, settled.rating)
    return (Passage(settled.reason, _("Settled by {name}: {rating}", name=settled.by, rating=rating), "edited"),)


def _because(sheet: ReportSource, reason: str) -> tuple[Passage, ...]:
    _ = sheet.words
    return (Passage(reason, _("Reason for this outcome"), "edited"),) if reason else ()


def _version(sheet: ReportSource, version: Version) -> Passage:
    _ = sheet.words
    suggested = _("no suggestion") if version.suggested is None else sheet.word(OUTCOMES, version.suggested)
    below = [Passage(suggested, _("Suggested")), *_because(sheet, version.reason)]
    if version.amendment:
        below.append(Passage(version.amendment, _("Reason of the new version"), "edited"))
    below.append(Passage(sheet.instant(version.signed_at), _("Signed")))
    if version.released_at is not None:
        below.append(Passage(sheet.instant(version.released_at), _("Released")))
    text = f"{sheet.word(OUTCOMES, version.outcome)} · {sheet.word(VERSIONS, version.state)}"
    return Passage(text, _("Version {n}", n=version.version), below=tuple(below))


def record(sheet: ReportSource, record_hash: str | None) -> tuple[Section, ...]:
    """Return what this report was made from, to be compared with the log."""
    _ = sheet.words
    defense = sheet.defense
    told = [Passage(str(defense.seq), _("Events in the record"))]
    if defense.curriculum_hash is not None:
        told.append(Passage(defense.curriculum_hash, _("Hash of the curriculum")))
    if record_hash is not None:
        told.append(Passage(record_hash, _("Hash of the release")))
    else:
        told.append(Passage(_("This is a draft: no hash stands for it.")))
    return section_if("record", _("Record"), [Part("record", "", tuple(told))])
