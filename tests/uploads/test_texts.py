from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from defense_console.model.comparison import DocumentPlace, Paragraph, ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing.texts import kind_of, read_text
from tests.uploads import builders
from tests.uploads.builders import LINES, sample, with_part, write

LIMITS = ReadingLimits(
    megabytes=10, unpacked_megabytes=50, pages=50, characters=100_000, seconds=60, memory_megabytes=1024
)


def limits(**given: int) -> ReadingLimits:
    """Generous ones, but for those given."""
    return msgspec.structs.replace(LIMITS, **given)


def read(folder: Path, name: str, data: bytes, most: ReadingLimits = LIMITS) -> list[tuple[str, DocumentPlace]]:
    return [(each.text, each.place) for each in read_text(write(folder, name, data), name, most)]


def refused(folder: Path, name: str, data: bytes, most: ReadingLimits = LIMITS) -> str:
    with pytest.raises(ConsoleError) as caught:
        read(folder, name, data, most)
    return str(caught.value)


# --- what is read -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "mark"),
    [("utf-8", b""), ("utf-8-sig", b""), ("utf-16", b""), ("utf-16-le", b""), ("utf-16-be", b""), ("utf-32", b""),
     ("cp1252", b"")],
)  # fmt: skip
def test_plain_text_in_the_encodings_people_save_it_in(encoding: str, mark: bytes, tmp_path: Path) -> None:
    text = "Première ligne à l’œil nu\r\nsecond line of plain text\r\n\r\nfourth"
    assert read(tmp_path, "notes.md", mark + text.encode(encoding)) == [
        ("Première ligne à l’œil nu", DocumentPlace("line", 1)),
        ("second line of plain text", DocumentPlace("line", 2)),
        ("", DocumentPlace("line", 3)), ("fourth", DocumentPlace("line", 4)),
    ]  # fmt: skip


def test_html_is_what_a_reader_sees(tmp_path: Path) -> None:
    page = """<!doctype html><html><head><title>T</title><style>p{}</style></head><body><h1>Goal &amp; plan</h1>
    <p>One <b>bold</b> word<br>next line</p><script>alert("no")</script><p hidden>secret</p>
    <div style="display:none"><p>gone</p></div><ul><li>first</li><li>second</li></ul>
    <table><tr><td>Rent</td><td>100</td></tr></table></body></html>"""
    assert [text for text, _place in read(tmp_path, "page.htm", page.encode())] == [
        "Goal & plan", "One bold word", "next line", "first", "second", "Rent | 100",
    ]  # fmt: skip
    latin = '<meta charset="iso-8859-15"><p>10 € déjà</p>'.encode("iso-8859-15")
    assert read(tmp_path, "old.html", latin) == [("10 € déjà", DocumentPlace("line", 1))]


def test_a_docx_in_its_order_with_header_and_footer(tmp_path: Path) -> None:
    assert read(tmp_path, "plan.docx", sample("docx")) == [
        ("Invented school", DocumentPlace("header", 1)),
        *((line, DocumentPlace("paragraph", n)) for n, line in enumerate(LINES, 1)),
        ("Rent | 100", DocumentPlace("table", 1, 1)),
        ("Version 1", DocumentPlace("footer", 1)),
    ]


def test_a_docx_with_tracked_changes_reads_as_if_accepted(tmp_path: Path) -> None:
    def track(xml: bytes) -> bytes:
        return xml.replace(
            b"The budget is 100 euros</w:t></w:r>",
            b'The budget is </w:t></w:r><w:del w:id="1" w:author="x"><w:r><w:delText>100</w:delText></w:r></w:del>'
            b'<w:ins w:id="2" w:author="x"><w:r><w:t>120</w:t></w:r></w:ins><w:r><w:t xml:space="preserve"> euros</w:t>'
            b"</w:r>",
        ).replace(
            b"<w:sectPr", b"<w:sdt><w:sdtContent><w:p><w:r><w:t>In a content control</w:t></w:r></w:p></w:sdtContent>"
            b"</w:sdt><w:sectPr", 1)  # fmt: skip

    tracked = with_part(sample("docx"), "word/document.xml", track)
    texts = [text for text, _place in read(tmp_path, "plan.docx", tracked)]
    assert "The budget is 120 euros" in texts
    assert "In a content control" in texts
    assert not [text for text in texts if "100 euros" in text]


def test_an_odt_with_its_table(tmp_path: Path) -> None:
    assert read(tmp_path, "plan.odt", sample("odt")) == [
        *((line, DocumentPlace("paragraph", n)) for n, line in enumerate(LINES, 1)),
        ("Rent | 100", DocumentPlace("table", 1, 1)),
    ]  # fmt: skip


def test_a_pptx_slide_by_slide_with_notes(tmp_path: Path) -> None:
    assert read(tmp_path, "talk.pptx", sample("pptx")) == [
        *((line, DocumentPlace("slide", 1)) for line in LINES), ("Say hello", DocumentPlace("slide_notes", 1)),
    ]  # fmt: skip


def test_an_xlsx_row_by_row_with_addresses(tmp_path: Path) -> None:
    found = read_text(write(tmp_path, "costs.xlsx", sample("xlsx")), "costs.xlsx", LIMITS)
    assert [(row.text, row.place.name) for row in found] == [
        (f"{LINES[0]} | 1 | 0.25", "Costs!A1"), (f"{LINES[1]} | 2 | 0.5", "Costs!A2"),
        (f"{LINES[2]} | 3 | 0.75", "Costs!A3"),
    ]  # fmt: skip
    assert [cell.column for cell in found[0].cells] == ["A", "B", "C"]


def test_a_pdf_page_by_page_with_lines_that_run_on_put_together(tmp_path: Path) -> None:
    long = "An invented sentence that is long enough to be broken over several lines of a page " * 4
    data = builders.pdf([*LINES, long.strip() + "."])
    assert read(tmp_path, "report.pdf", data) == [
        *((line, DocumentPlace("page", 1)) for line in LINES), (long.strip() + ".", DocumentPlace("page", 1)),
    ]  # fmt: skip


def test_a_pdf_that_only_restrains_printing_is_read(tmp_path: Path) -> None:
    data = builders.pdf(password="", owner_password="invented")
    assert [text for text, _place in read(tmp_path, "report.pdf", data)] == list(LINES)


def test_the_ending_tells_the_kind() -> None:
    assert [kind_of(name) for name in ("A.DOCX", "b.Md", "c.tar.gz", "README", ".pdf")] == [
        "docx", "txt", None, None, "pdf",
    ]  # fmt: skip


# --- what is refused --------------------------------------------------------------------------------------------------


def test_protected_documents_say_so(tmp_path: Path) -> None:
    sentence = "The document is protected by a password."
    assert refused(tmp_path, "report.pdf", builders.pdf(password="invented")) == sentence
    assert refused(tmp_path, "plan.docx", builders.compound("EncryptedPackage")) == sentence
    sealed = with_part(sample("odt"), "META-INF/manifest.xml", lambda xml: xml + b"<!-- encryption-data -->")
    assert refused(tmp_path, "plan.odt", sealed) == sentence


@pytest.mark.parametrize("kind", ["docx", "odt", "pptx", "xlsx"])
def test_a_document_that_unpacks_to_too_much_is_not_opened(kind: str, tmp_path: Path) -> None:
    small = limits(unpacked_megabytes=1)
    bomb = with_part(sample(kind), "filler.bin", lambda _nothing: bytes(2_000_000))
    assert len(bomb) < 100_000
    sentence = "The document unpacks to more than 1 MB; compare_max_unpacked_mb in the settings allows no more."
    assert refused(tmp_path, f"bomb.{kind}", bomb, small) == sentence


def test_a_directory_that_lies_about_sizes_is_found_out(tmp_path: Path) -> None:
    bomb = with_part(sample("docx"), "filler.bin", lambda _nothing: bytes(2_000_000))
    # The size in the archive's directory and in the part's own header, made small.
    lying = bomb.replace((2_000_000).to_bytes(4, "little"), (20).to_bytes(4, "little"))
    assert lying != bomb
    assert "damaged" in refused(tmp_path, "bomb.docx", lying)


@pytest.mark.parametrize(
    ("kind", "part"),
    [("docx", "word/document.xml"), ("odt", "content.xml"), ("pptx", "ppt/presentation.xml"),
     ("xlsx", "xl/workbook.xml")],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_declared_entities_are_refused_before_a_reader_sees_them(
    kind: str, part: str, encoding: str, tmp_path: Path
) -> None:
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    xml = f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l11;</x>'
    bomb = with_part(sample(kind), part, lambda _xml: xml.encode(encoding))
    assert "declares XML entities" in refused(tmp_path, f"bomb.{kind}", bomb)


def test_half_an_odt_is_not_taken_for_a_whole_one(tmp_path: Path) -> None:
    cut = with_part(sample("odt"), "content.xml", lambda xml: xml[: xml.index(b"Risks")])
    assert "damaged" in refused(tmp_path, "plan.odt", cut)


def test_limits_are_told_with_their_number(tmp_path: Path) -> None:
    assert "compare_max_pages in the settings allows 0" in refused(tmp_path, "a.pdf", sample("pdf"), limits(pages=0))
    assert "longer than 20 characters" in refused(tmp_path, "a.txt", sample("txt"), limits(characters=20))
    assert "larger than 0 MB" in refused(tmp_path, "a.txt", b"x", limits(megabytes=0))
    assert refused(tmp_path, "a.txt", b"") == "The file is empty."


def test_what_holds_no_text_is_not_said_to_be_unchanged(tmp_path: Path) -> None:
    assert "holds no text" in refused(tmp_path, "scan.pdf", builders.pdf([""]))
    assert "holds no text" in refused(tmp_path, "empty.html", b"<p> </p>")
    assert "zero bytes" in refused(tmp_path, "picture.txt", bytes(range(256)) * 4)
    assert "no reader for “picture.png”" in refused(tmp_path, "picture.png", b"x")


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for package, name in (("pypdf", "report.pdf"), ("openpyxl", "costs.xlsx")):
        for loaded in [each for each in sys.modules if each == package or each.startswith(f"{package}.")]:
            monkeypatch.setitem(sys.modules, loaded, None)
        monkeypatch.setitem(sys.modules, package, None)
        kind = name.rpartition(".")[2]
        assert f"is read with {package}, which is not installed" in refused(tmp_path, name, sample(kind))


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    with pytest.raises(ConsoleError, match="no such file"):
        read_text(tmp_path / "gone.txt", "gone.txt", LIMITS)


def test_paragraphs_are_one_line_each(tmp_path: Path) -> None:
    for kind in builders.BUILDERS:
        found: tuple[Paragraph, ...] = read_text(write(tmp_path, f"a.{kind}", sample(kind)), f"a.{kind}", LIMITS)
        assert not [each for each in found if "\n" in each.text or "\r" in each.text]
