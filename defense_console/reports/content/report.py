"""Makes the report of a defense, for one reader in one language.

Student: shared notes, skills, strengths, improvements, documents, next goal. Mentor (the student's own): also questions
and advice. Jury: also times, every criterion with its evidence, reasons, the record. Private notes: nobody.
"""

from __future__ import annotations

from collections.abc import Sequence

from defense_console.model.curriculum import Curriculum
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import NOT_HELD, Defense, Version
from defense_console.model.defense.summary import Summary
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.model.text import visible
from defense_console.reports.content import jury, rounds, sections
from defense_console.reports.content.sheet import ReportSource, standing
from defense_console.reports.content.value import Fact, Reader, Report, ReportField, Section
from defense_console.reports.rendering.plain import unwrapped
from defense_console.words.consequences import Consequence, consequence
from defense_console.words.translation import translator
from defense_console.words.values import OUTCOMES, SESSIONS


def build(
    defense: Defense,
    curriculum: Curriculum,
    *,
    student: str,
    language: str,
    reader: Reader,
    zone: str = "UTC",
    assessor: str = "",
    record_hash: str | None = None,
    previous: Sequence[Summary] = (),
    superseded_by: Version | None = None,
) -> Report:
    """Return the report of a defense after its last event.

    Args:
        defense: The folded defense. For a superseded version the log is folded up to its release.
        curriculum: The pinned one, or the shipped one before the first start.
        student: The student's name.
        language: "fr" or "en".
        reader: Whom it is for.
        zone: IANA name of the time zone in which instants are shown.
        assessor: Who signed the verdict, or drafts it; "" where nobody is known.
        record_hash: Hash of the event that released the verdict; never on a draft.
        previous: Earlier attempts at the same project, in order.
        superseded_by: The version in force, when the defense was folded up to an earlier release.

    Raises:
        ConsoleError: The curriculum has no such project, or there is no such time zone.
    """
    project = rubric.project_of(defense, curriculum)
    state, version, outcome, reason = standing(defense)
    _ = translator(language)
    sheet = ReportSource(defense, curriculum, project, reader, _, zone, state, version, outcome, reason)
    released = version if state == "released" else None
    shown_hash = record_hash if released is not None else None
    verdict = _verdict(sheet)
    return Report(
        reader=reader,
        language=sheet.language,
        title=_("Defense — {project} — {student}", project=project.title.in_(sheet.language), student=student),
        notice=_notice(sheet, superseded_by),
        facts=_facts(sheet, student, assessor, verdict, previous),
        verdict=verdict,
        sections=_sections(sheet, shown_hash),
        released_at=None if released is None else released.released_at,
        record_hash=shown_hash,
        standing="superseded" if released is not None and superseded_by is not None else state,
        outcome=outcome,
        version=None if version is None else version.version,
        dated_at=defense.at.wall if released is None else released.released_at or released.signed_at,
        student=student,
        project=project.title.in_(sheet.language),
        imprint=_imprint(sheet),
    )


def fields(report: Report) -> tuple[ReportField, ...]:
    """Return what can be copied field by field, in the order of the report: key, title, plain text without wrapping.

    A field with a heading of its own (a skill, the strengths) is titled by it, the others by their section.
    """
    found: list[ReportField] = []
    for section in report.sections:
        for key, parts in section.by_key():
            own = key != section.id and bool(parts[0].title)
            lines: list[str] = []
            for part in parts:
                lines += [visible(part.title)] if part.title and not own else []
                lines += unwrapped(part.whole, report.language)
            found.append(ReportField(key, parts[0].title if own else section.title, "\n".join(lines)))
    return tuple(found)


def bodies(report: Report) -> dict[str, str]:
    """Return the text of each field without its heading and status: what a mentor may write in other words."""
    return {
        key: "\n".join(line for part in parts for line in unwrapped(part.passages, report.language))
        for section in report.sections
        for key, parts in section.by_key()
    }


def _sections(sheet: ReportSource, record_hash: str | None) -> tuple[Section, ...]:
    found = [
        *sections.replaced(sheet),
        *sections.skills(sheet),
        *sections.deliverables(sheet),
        *sections.remarks(sheet),
        *sections.notes(sheet),
        *sections.documents(sheet),
        *sections.goal(sheet),
    ]
    if sheet.reader != "student":
        found += sections.questions(sheet)
    if sheet.reader == "jury":
        found += rounds.rounds(sheet)
        found += jury.verdicts(sheet)
        found += jury.second_readings(sheet)
        found += jury.criteria(sheet)
        found += jury.sittings(sheet)
        found += jury.record(sheet, record_hash)
    return tuple(found)


# --- the head ----------------------------------------------------------------------------------------------------


def _notice(sheet: ReportSource, superseded_by: Version | None) -> str:
    """Return what a reader must know before reading on."""
    _ = sheet.words
    if sheet.standing == "released" and superseded_by is not None and superseded_by.released_at is not None:
        text = N_("Superseded: version {n} ({outcome}) has replaced this one since {at}.")
        outcome, at = sheet.word(OUTCOMES, superseded_by.outcome), sheet.instant(superseded_by.released_at)
        return _(text, n=superseded_by.version, outcome=outcome, at=at)
    match sheet.standing:
        case "none":
            return "" if sheet.defense.session in NOT_HELD else _("Draft: the defense has not been held yet.")
        case "signed":
            return _("Draft: the verdict is signed and not released yet.")
        case "draft" if sheet.defense.released is not None:
            released = sheet.defense.released
            outcome = sheet.word(OUTCOMES, released.outcome)
            text = N_("Draft of a new version: version {n} ({outcome}) still stands.")
            return _(text, n=released.version, outcome=outcome)
        case "draft":
            return _("Draft: the verdict is not released, nothing here is final.")
    return _("The student contests this verdict.") if sheet.defense.contested is not None else ""


def _imprint(sheet: ReportSource) -> str:
    """Return what distinguishes the printed pages of one report from those of another."""
    _ = sheet.words
    version, at = sheet.version, sheet.defense.at.wall
    if sheet.standing == "released" and version is not None and version.released_at is not None:
        return _("Version {n}, released {at}", n=version.version, at=sheet.instant(version.released_at))
    if sheet.standing == "none":
        return _("As known {at}", at=sheet.instant(at))
    return _("Draft, as known {at}", at=sheet.instant(at))


def _facts(
    sheet: ReportSource, student: str, assessor: str, verdict: Consequence, previous: Sequence[Summary]
) -> tuple[Fact, ...]:
    _ = sheet.words
    defense = sheet.defense
    started = defense.timeline.started_at
    facts = [
        Fact(_("Student"), student, "student"),
        Fact(_("Curriculum"), f"{sheet.curriculum.code} — {sheet.curriculum.title.in_(sheet.language)}", "curriculum"),
        Fact(_("Project"), f"{sheet.project.id} — {sheet.project.title.in_(sheet.language)}", "project"),
        Fact(_("Attempt"), str(defense.attempt), "attempt"),
        Fact(_("Date"), sheet.instant(defense.planned_at if started is None else started.wall), "date"),
        Fact(_("Verdict"), verdict.label, "verdict"),
    ]
    if assessor:
        facts.insert(-1, Fact(_("Assessed by"), assessor, "assessor"))
    if sheet.reader == "jury":
        facts.append(Fact(_("Time zone"), _zone(sheet), "zone"))
    if sheet.reader != "student":
        facts += [Fact(_("Attempt {n}", n=p.attempt), _attempt(sheet, p)) for p in previous]
    return tuple(facts)


def _zone(sheet: ReportSource) -> str:
    """Return the zone as people call it, and its exact name where that is another one."""
    said = sheet.words.zone_text(sheet.zone)
    return said if said == sheet.zone else f"{said} ({sheet.zone})"


def _attempt(sheet: ReportSource, previous: Summary) -> str:
    how = sheet.word(OUTCOMES, previous.outcome) if previous.outcome else sheet.word(SESSIONS, previous.session)
    return f"{how}, {sheet.words.date_text(previous.planned_at, sheet.zone)}"


def _verdict(sheet: ReportSource) -> Consequence:
    """Return the outcome and what happens next; without an outcome only the state of the session."""
    _ = sheet.words
    if sheet.outcome is None:
        undecided = sheet.standing == "draft"
        return Consequence(_("not decided yet") if undecided else sheet.word(SESSIONS, sheet.defense.session))
    if sheet.outcome != "conditional":
        return consequence(sheet.outcome, _)
    if sheet.standing != "released":
        required = [d.request.due_after_s for d in sheet.documents() if d.request.severity == "required"]
        return consequence(sheet.outcome, _, after_s=max(required, default=0))
    # Until the last due date of what is still awaited; the first one is named too where they differ.
    dues = [sheet.instant(due) for due in sorted(revision.student_dues(sheet.defense), key=instant)] or [""]
    return consequence(sheet.outcome, _, due=dues[-1], first=dues[0] if dues[0] != dues[-1] else "")
