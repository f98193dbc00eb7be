"""Everything held about one person, to be read: each line of their log and of their defenses as a sentence.

The whole record, to the byte, is `ExchangeDesk.export_of`; this says the same in words. Source: GDPR article 15.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from defense_console.desk.defense.wording import describe, requests_of
from defense_console.desk.student.student import StudentDesk
from defense_console.desk.student.wording import describe_student
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE, REHEARSAL, Defenses, in_force
from defense_console.reports.content.value import Fact, Part, Passage, Report, Section
from defense_console.store.base import Draft
from defense_console.words.consequences import Consequence
from defense_console.words.translation import Translator, translator


def access_report(desk: StudentDesk, language: str, zone: str) -> Report:
    """Return what is held about a student, private notes and texts that are being typed included."""
    _ = translator(language)
    student, now = desk.student, desk.ledger.now().wall
    facts = (
        Fact(_("Student"), student.name, "student"),
        Fact(_("Id"), student.id),
        *((Fact(_("E-mail"), student.email),) if student.email else ()),
        *((Fact(_("Time zone"), student.timezone),) if student.timezone else ()),
        Fact(_("Written"), _.date_time(now, zone)),
    )
    own = [_said(_, e.at.wall, e.author, describe_student(e, language, zone, desk.events), zone) for e in desk.events]
    own += _typed(_, desk.drafts, zone)
    sections = [Section("student", _("Log of the student"), (Part("student", "", tuple(own)),))]
    sections += _defenses(desk, DEFENSE, desk.defenses, _, language, zone)
    sections += _defenses(desk, REHEARSAL, desk.rehearsals, _, language, zone)
    title = _("Everything held about {name}", name=student.name)
    return Report(
        "student",
        language,
        title,
        "",
        facts,
        Consequence(""),
        tuple(sections),
        dated_at=now,
        student=student.name,
        project=title,
        imprint=title,
        kind=_("Right of access"),
    )


def _defenses(
    desk: StudentDesk, subject: Defenses, found: Mapping[str, Defense], _: Translator, language: str, zone: str
) -> Iterator[Section]:
    ledger = desk.ledger
    for id, defense in found.items():
        events = ledger.log(subject, id).events
        curriculum = in_force(defense, ledger.curricula)
        project = curriculum.project(defense.project) if curriculum is not None else None
        rows = requests_of(events)
        said = [
            _said(_, e.at.wall, e.author, describe(e, curriculum, language, project, rows, zone), zone) for e in events
        ]
        said += _typed(_, ledger.drafts(subject.stream(id)), zone)
        title = (
            _("Defense of {project}, attempt {n}", project=defense.project, n=defense.attempt)
            if subject is DEFENSE
            else _("Rehearsal {n} of {project}", project=defense.project, n=defense.attempt)
        )
        yield Section(id, title, (Part(id, "", tuple(said)),))


def _said(_: Translator, at: str, author: str, sentence: str, zone: str) -> Passage:
    return Passage(sentence, label=f"{_.date_time(at, zone)}, {author}" if author else _.date_time(at, zone))


def _typed(_: Translator, drafts: Mapping[str, Draft], zone: str) -> list[Passage]:
    return [
        _said(_, draft.first.wall, "", _("being typed ({field}): {text}", field=field, text=draft.text), zone)
        for field, draft in drafts.items()
    ]
