"""Reports of the demo cohort: real curricula, every state of a defense, every reader, both languages."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import msgspec
import pytest
from rich.cells import cell_len

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.demo import cohort
from defense_console.model.curriculum import Curriculum
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import Defense
from defense_console.reports.content import report as reports
from defense_console.reports.content.value import READERS, DocumentRow, Passage, Reader, Report, SkillRow, walk
from defense_console.reports.rendering import markdown, plain

NOW = "2026-10-24T12:00:00.000Z"
"""The day before Paris leaves summer time."""
LANGUAGES = ("fr", "en")


@pytest.fixture(scope="module")
def defenses() -> tuple[tuple[Defense, Curriculum], ...]:
    shipped = load_shipped()
    states = [played.log.state for played in cohort(NOW, shipped).defenses]
    made = tuple((defense, defense.pinned or shipped[defense.curriculum]) for defense in states)
    assert made
    return made


def build(defense: Defense, curriculum: Curriculum, reader: Reader, language: str) -> Report:
    return reports.build(
        defense, curriculum, student="Someone", language=language, reader=reader, zone="Europe/Paris", record_hash="0f"
    )


def everyone(
    defenses: tuple[tuple[Defense, Curriculum], ...],
) -> Iterator[tuple[Defense, Curriculum, Report]]:
    for (defense, curriculum), reader, language in itertools.product(defenses, READERS, LANGUAGES):
        yield defense, curriculum, build(defense, curriculum, reader, language)


def passages(report: Report) -> list[Passage]:
    return [p for s in report.sections for part in s.parts for _depth, p in walk(part.whole)]


def said(report: Report) -> list[str]:
    return [p.text for p in passages(report)]


def test_every_state_has_a_report_in_every_rendering(defenses: tuple[tuple[Defense, Curriculum], ...]) -> None:
    for _, _, report in everyone(defenses):
        text = plain.render(report)
        assert all(cell_len(line) <= plain.WIDTH for line in text.split("\n"))
        assert markdown.render(report).startswith("# ")
        places = {char for part in (text, report.notice) for char in part if char in "{}"}
        assert not places, "a place of a sentence was left open"


def test_shared_notes_are_told_once_and_private_ones_never(defenses: tuple[tuple[Defense, Curriculum], ...]) -> None:
    shared = private = 0
    for defense, _, report in everyone(defenses):
        whole = msgspec.json.encode(report).decode()
        # Questions, lines and rows may hold the same words as a note; the cohort has none that do.
        for note in defense.notes:
            private += note.private
            shared += not note.private
            assert (note.text in said(report)) is not note.private
            assert not note.private or note.text not in whole
    assert shared
    assert private


def test_what_the_mentor_wrote_is_there_as_written(defenses: tuple[tuple[Defense, Curriculum], ...]) -> None:
    for defense, _, report in everyone(defenses):
        edited = {p.text for p in passages(report) if p.origin == "edited"}
        texts = {line.text for line in defense.lines} | set(defense.skill_comments.values())
        assert texts | ({defense.goal} if defense.goal else set()) <= edited
        assert (report.reader == "student") or {q.text for q in defense.questions} <= edited
        reasons = {v.reason for v in defense.versions if v.reason}
        assert reasons <= edited if report.reader == "jury" else not reasons & edited


def test_skills_stand_in_order_with_their_status(defenses: tuple[tuple[Defense, Curriculum], ...]) -> None:
    for defense, curriculum, report in everyone(defenses):
        project = curriculum.project(defense.project)
        assert project is not None
        skills = next(s for s in report.sections if s.id == "skills")
        assert [row.title for row in skills.parts] == [
            f"{s.ref} — {s.title.in_(report.language)}" for s in project.skills
        ]
        if report.language == "en":
            statuses = [row.status.text for row in skills.parts if isinstance(row, SkillRow)]
            words = {"acquired": "Acquired", "partial": "Partly acquired", "not_acquired": "Not acquired",
                     "not_assessed": "Not assessed", "unrated": "Not rated yet"}  # fmt: skip
            results = rubric.skill_results(defense, curriculum, project)
            assert statuses == [words[r.status] for r in results[: len(project.skills)]]


def test_a_released_condition_tells_each_document_and_its_end(
    defenses: tuple[tuple[Defense, Curriculum], ...],
) -> None:
    asked = 0
    for defense, curriculum, report in everyone(defenses):
        project = curriculum.project(defense.project)
        assert project is not None
        if defense.released is None or defense.released.outcome != "conditional" or report.notice:
            continue
        documents = next(s for s in report.sections if s.id == "documents")
        rows = {row.title: row for row in documents.parts if isinstance(row, DocumentRow)}
        for each in defense.required_revisions:
            asked += 1
            row = rows[revision.row_title(each.request, project, report.language)]
            assert row.expected is not None
            assert row.state is not None
            assert row.expected.text == revision.row_expected(each.request, project, report.language)
            assert (row.due is not None) is (each.state in revision.AWAITED)
            assert row.due is None or "UTC+0" in row.due.text
    assert asked


def test_only_a_released_verdict_carries_its_hash(defenses: tuple[tuple[Defense, Curriculum], ...]) -> None:
    seen = set()
    for defense, _, report in everyone(defenses):
        released = bool(defense.versions) and defense.versions[-1].state == "released" and not report.notice
        assert (report.record_hash is not None) is released
        seen.add(released)
    assert seen == {True, False}


def test_the_french_report_says_nothing_in_english(defenses: tuple[tuple[Defense, Curriculum], ...]) -> None:
    """Words that are the same in both languages aside, no title and no label is shared."""
    same = {"Date", "Questions", "Verdict", "Document", "Discussion", "Version 1", "Version 2"}

    def words(report: Report) -> set[str]:
        labels = {p.label for p in passages(report) if p.origin == "generated"}
        return {s.title for s in report.sections} | {f.label for f in report.facts} | labels - {""}

    for defense, curriculum in defenses:
        french, english = (words(build(defense, curriculum, "jury", language)) for language in LANGUAGES)
        shared = {word for word in french & english if " · " not in word and "–" not in word}
        assert shared <= same


def test_a_student_reads_no_id_of_a_criterion_and_no_empty_comment(
    defenses: tuple[tuple[Defense, Curriculum], ...],
) -> None:
    met = 0
    for defense, curriculum, report in everyone(defenses):
        ids = [c.id for c in curriculum.criteria_of(rubric.project_of(defense, curriculum))]
        if report.reader == "student":
            text = plain.render(report)
            assert not [id for id in ids if id in text]
            assert "Europe/Paris" not in text
        for row in (row for section in report.sections for row in section.parts if isinstance(row, SkillRow)):
            if row.status.tone in ("acquired", "not_assessed"):
                met += 1
                assert len(row.whole) > 1, "a status alone leaves an empty cell"
                assert row.passages or row.unsaid[-1].text, "what a mentor may rewrite stays as it was"
    assert met
