"""DOCX holds every text as typed in real headings, lists and tables, and no text adds a part of its own."""

from __future__ import annotations

import io
import itertools
import zipfile
from datetime import datetime

import docx
import pytest
from docx.document import Document
from docx.table import Table

from defense_console.model.text import one_line, visible
from defense_console.reports.content.value import READERS, Reader, Report
from defense_console.reports.rendering.docx import render
from tests.reports import scene
from tests.reports.hostile import TEXTS, marking


def opened(report: Report) -> Document:
    return docx.Document(io.BytesIO(render(report)))


def everything(document: Document) -> tuple[str, list[str]]:
    """All texts, one paragraph a line, and what each paragraph is: its style, and whether it stands in a table."""
    texts: list[str] = []
    structure: list[str] = []
    for part in document.iter_inner_content():
        if not isinstance(part, Table):
            texts.append(part.text)
            structure.append(str(part.style.name if part.style else ""))
            continue
        for row in part.rows:
            for cell in row.cells:
                texts += [p.text for p in cell.paragraphs]
                structure += [f"cell: {p.style.name if p.style else ''}" for p in cell.paragraphs]
    return "\n".join(texts), structure


@pytest.mark.parametrize(("reader", "language"), itertools.product(READERS, ("fr", "en")))
def test_hostile_text_in_every_field_is_held_and_changes_no_structure(reader: Reader, language: str) -> None:
    structure = everything(opened(scene.report(scene.everything(str), reader, language)))[1]
    told = [*scene.EVERYBODY, *(scene.MENTOR if reader != "student" else ())]
    told += [*(scene.JURY if reader == "jury" else ()), "student"]
    lost: list[str] = []
    # Each file takes a while; the six together hold all texts.
    for text in (*TEXTS, "\ufffe", "_x000D_")[READERS.index(reader) + 3 * (language == "fr") :: 6]:
        marked = marking(text)[language == "fr"]
        report = scene.report(scene.everything(marked), reader, language, student=marked("student"))
        whole, found = everything(opened(report))
        assert found == structure, text
        wanted = {name: marked(name).replace("\ufffe", "⟨U+FFFE⟩") for name in told}
        lost += [n for n, typed in wanted.items() if visible(typed) not in whole and one_line(typed) not in whole]
        assert not any(f"§{name}§" in whole for name in scene.NOBODY)
    assert not lost


def test_headings_lists_and_tables_are_real() -> None:
    document = opened(scene.report(scene.everything(lambda name: name), "jury", "en"))
    styles = [p.style.name for p in document.paragraphs if p.style]
    assert styles.count("Heading 1") == 1
    assert [p.text for p in document.paragraphs if p.style and p.style.name == "Heading 2"] == [
        "Skills", "Deliverables", "Defense: remarks", "Shared notes", "Documents to revise", "Next goal", "Questions",
        "Documents received and decided", "Verdict", "Criteria and evidence", "Times", "Record",
    ]  # fmt: skip
    assert {"Heading 3", "List Bullet", "List Bullet 2"} <= set(styles)
    notice, facts, box, skills, documents = document.tables
    assert [cell.text for cell in skills.rows[0].cells] == ["Skill", "Status", "Comment"]
    assert [row.cells[1].text for row in skills.rows][1:] == ["Acquired", "Partly acquired"]
    assert [cell.text for cell in documents.rows[0].cells] == ["Document", "Reason", "Expected", "Due"]
    due = {row.cells[0].text.split("\n")[0]: row.cells[3].text for row in documents.rows[1:]}
    assert due["2. Deliverable 2 (en)"] == "received, 2026-10-23 14:50 (UTC+02:00)"
    assert due["row-title"] == "2026-10-25 13:50 (UTC+01:00)"
    tables = document.element.body.xpath("./w:tbl")
    repeated = [bool(table.xpath("./w:tr[1]/w:trPr/w:tblHeader")) for table in tables]
    assert repeated == [False, False, False, True, True], "a page break repeats the heads of the two tables"
    assert all(row.xpath("./w:trPr/w:cantSplit") for table in tables[3:] for row in table.xpath("./w:tr"))
    heads = [p for p in document.paragraphs if p.text.startswith(("Version 1:", "Round 1:"))]
    assert len(heads) == 5
    assert all(p.paragraph_format.keep_with_next for p in heads), "a page break tears no item from what is below it"
    padded = [bool(table.xpath("./w:tblPr/w:tblCellMar[w:top and w:bottom]")) for table in tables]
    assert padded == [True, False, True, True, True], "no text touches a rule or the edge of a box"
    assert box.rows[0].cells[0].text.split("\n")[:2] == ["Verdict", "Conditional"]
    assert facts.rows[0].cells[0].text == "Curriculum:"
    assert notice.rows[0].cells[0].text == "The student contests this verdict."


def test_properties_and_parts_are_dated_by_the_release() -> None:
    report = scene.report(scene.released(scene.signed(scene.conditional())), "student", "fr")
    data = render(report)
    properties = docx.Document(io.BytesIO(data)).core_properties
    assert properties.created == properties.modified == datetime.fromisoformat("2026-10-23T12:30:00+00:00")
    assert properties.title == "Soutenance — A project (fr) — Student"
    assert properties.language == "fr"
    assert properties.author == ""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {part.date_time for part in archive.infolist()} == {(2026, 10, 23, 12, 30, 0)}
        assert b"python-docx" not in archive.read("docProps/core.xml")


def test_no_private_note_stands_in_any_part() -> None:
    data = render(scene.report(scene.everything(lambda name: f"<{name}>"), "jury"))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    assert any(b"&lt;goal&gt;" in part for part in parts)
    for name in scene.NOBODY:
        assert not any(f"&lt;{name}&gt;".encode() in part for part in parts)


def test_a_draft_says_so_on_every_page_and_a_release_carries_its_hash() -> None:
    draft = opened(scene.report(scene.conditional(), language="en", record_hash=None)).sections[0]
    released = opened(scene.report(scene.released(scene.signed(scene.conditional())), language="en")).sections[0]
    assert [p.text for p in draft.header.paragraphs] == ["DRAFT"]
    assert [p.text for p in released.header.paragraphs] == [""]
    assert scene.HASH in released.footer.paragraphs[1].text
    assert len(draft.footer.paragraphs) == 1
    assert "NUMPAGES" in released.footer.part.element.xml
