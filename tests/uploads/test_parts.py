"""No text goes unseen: what holds text is read, what was not read is named, and the rest is said by its kind."""

from __future__ import annotations

from pathlib import Path

import pytest
import typst

from defense_console.model.comparison import Comparison, Difference, PartDifference
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing.reading import (
    Compared,
    ComparisonAnswer,
    ComparisonRequest,
    NotCompared,
    Portion,
    answer_comparison,
)
from tests.uploads import builders, office
from tests.uploads.builders import sample, with_part, write
from tests.uploads.office import READ, Make, added, in_body, paragraph
from tests.uploads.test_texts import LIMITS

CASES = Path(__file__).parent.parent / "data" / "cases" / "documents"


def compared(old: Path, new: Path, name: str) -> Comparison:
    """The comparison as the process makes it, without a process."""
    answers: list[ComparisonAnswer] = []
    answer_comparison(ComparisonRequest(bytes(old), name, bytes(new), name, LIMITS), answers.append)
    last = answers[-1]
    if isinstance(last, NotCompared):
        return Comparison(name, "changed", why_no_text=ConsoleError(last.id, **last.parameters))
    assert isinstance(last, Compared)
    lines = tuple(line for answer in answers if isinstance(answer, Portion) for line in answer.lines)
    return Comparison(name, "changed", difference=Difference(lines, last.counts, last.coarse, last.parts))


def versions(folder: Path, ending: str, old: bytes, new: bytes) -> Comparison:
    return compared(write(folder, f"old.{ending}", old), write(folder, f"new.{ending}", new), f"plan.{ending}")


def shown(found: Comparison) -> tuple[str, str]:
    """What went and what came, as text."""
    assert found.difference is not None, found.why_no_text
    lines = [line for line in found.difference.lines if line.kind not in ("equal", "folded")]
    return (
        " ".join(line.old.text for line in lines if line.old),
        " ".join(line.new.text for line in lines if line.new),
    )


def differs(found: Comparison) -> tuple[PartDifference, ...]:
    """What differs besides the text, which does not."""
    assert found.difference is not None, found.why_no_text
    assert found.no_lines, found.difference.lines
    return found.difference.parts


@pytest.mark.parametrize("name", ["d16_smartart_{}.docx", "p02_smartart_{}.pptx"])
def test_a_diagram_that_changed_is_a_change_of_the_text(name: str) -> None:
    old, new = shown(compared(CASES / name.format("a"), CASES / name.format("b"), name))
    assert (old, new) == ("Étape 42", "Étape 57")


def test_a_pdf_that_only_restrains_is_read_and_one_with_a_password_says_so() -> None:
    name = "f03_aes256_permissions_only_{}.pdf"
    assert shown(compared(CASES / name.format("a"), CASES / name.format("b"), name)) == ("Version un", "Version deux")
    name = "f05_aes256_password_{}.pdf"
    found = compared(CASES / name.format("a"), CASES / name.format("b"), name)
    assert str(found.why_no_text) == "The document is protected by a password."


@pytest.mark.parametrize("place", READ)
def test_a_word_is_seen_wherever_it_is(place: str, tmp_path: Path) -> None:
    ending, make = READ[place]
    old, new = shown(versions(tmp_path, ending, make("42"), make("57")))
    if place != "docx, symbol":
        assert ("42" in old, "57" in old, "42" in new, "57" in new) == (True, False, False, True), (old, new)


@pytest.mark.parametrize("place", READ)
def test_the_same_word_is_no_change(place: str, tmp_path: Path) -> None:
    ending, make = READ[place]
    found = versions(tmp_path, ending, make("42"), make("42"))
    assert found.same_text
    assert {part.kind for part in differs(found)} <= {"properties", "layout"}


def ole(word: str) -> bytes:
    return added(
        sample("docx"), "word/document.xml", "word/embeddings/oleObject1.bin", builders.compound(word), "oleObject"
    )


def broken_inside(word: str) -> bytes:
    return added(sample("docx"), "word/document.xml", "word/embeddings/a.xlsx", f"no workbook {word}", "package")


def unknown_part(word: str) -> bytes:
    xml = f'<x:future xmlns:x="x"><x:said>{word}</x:said></x:future>'
    return added(sample("docx"), "word/document.xml", "word/future1.xml", xml, "future")


def unknown_element(word: str) -> bytes:
    return in_body(paragraph(f"<x:future xmlns:x='x'>{word}</x:future>"))


def slide_master(word: str) -> bytes:
    shape = f"<p:sp><p:txBody><a:p><a:r><a:t>School {word}</a:t></a:r></a:p></p:txBody></p:sp></p:spTree>".encode()
    name = "ppt/slideMasters/slideMaster1.xml"
    return with_part(sample("pptx"), name, lambda xml: xml.replace(b"</p:spTree>", shape))


def odt_ole(word: str) -> bytes:
    return with_part(sample("odt"), "Object 2", lambda _none: builders.compound(word))


def attached_program(word: str) -> bytes:
    return office.pdf_with(lambda writer: writer.add_attachment("model.sav", word.encode()))


@pytest.mark.parametrize(
    ("ending", "make", "name"),
    [
        ("docx", ole, "word/embeddings/oleObject1.bin"),
        ("docx", broken_inside, "word/embeddings/a.xlsx"),
        ("docx", unknown_part, "word/future1.xml"),
        ("docx", unknown_element, "word/document.xml"),
        ("pptx", slide_master, "ppt/slideMasters/slideMaster1.xml"),
        ("odt", odt_ole, "Object 2"),
        ("pdf", attached_program, "model.sav"),
        ("html", lambda word: office.html(f"<p hidden>Later {word}</p>"), ""),
    ],
)  # fmt: skip
def test_what_was_not_read_is_named_and_not_called_unchanged(
    ending: str, make: Make, name: str, tmp_path: Path
) -> None:
    found = versions(tmp_path, ending, make("42"), make("57"))
    assert differs(found)[0] == PartDifference("unread", name)
    assert not found.same_text
    assert found.no_lines


def scanned(word: str) -> bytes:
    """A second page that is a picture of one colour."""
    pixel = ", ".join([word, "9", "9"] * 4)
    image = f'#image(bytes(({pixel})), format: (encoding: "rgb8", width: 2, height: 2), width: 4cm)'
    data: bytes = typst.compile(f"Plan\n#pagebreak()\n{image}".encode())
    return data


def test_a_page_that_is_a_picture_is_named(tmp_path: Path) -> None:
    found = versions(tmp_path, "pdf", scanned("42"), scanned("57"))
    assert differs(found) == (PartDifference("page", "2"),)
    assert not found.same_text


def picture(word: str) -> bytes:
    return added(sample("docx"), "word/document.xml", "word/media/image1.png", word, "image")


def macros(word: str) -> bytes:
    return added(sample("docx"), "word/document.xml", "word/vbaProject.bin", word, "vbaProject")


def film(word: str) -> bytes:
    return added(sample("pptx"), "ppt/slides/slide1.xml", "ppt/media/media1.mp4", word, "video")


def style(word: str) -> bytes:
    return with_part(
        sample("docx"), "word/styles.xml", lambda xml: xml.replace(b'w:val="22"', f'w:val="{word}"'.encode())
    )


def bold(word: str) -> bytes:
    return in_body(f'<w:p xmlns:w="{office.W}"><w:pPr><w:jc w:val="{word}"/></w:pPr><w:r><w:t>Same</w:t></w:r></w:p>')


def title(word: str) -> bytes:
    more = f"<dc:x>{word}</dc:x></cp:coreProperties>".encode()
    return with_part(sample("docx"), "docProps/core.xml", lambda xml: xml.replace(b"</cp:coreProperties>", more))


def computed(word: str) -> bytes:
    cell = f'<c r="F9"><f>B1*{word}</f><v>7</v></c></row></sheetData>'.encode()
    return with_part(sample("xlsx"), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"</row></sheetData>", cell))


def width(word: str) -> bytes:
    cols = f'<cols><col min="1" max="1" width="{word}"/></cols><sheetData>'.encode()
    return with_part(sample("xlsx"), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", cols))


def markup(word: str) -> bytes:
    return office.html(f'<p class="c{word}">x</p><script>go({word})</script>')


def drawn(word: str) -> bytes:
    from pypdf import PdfWriter, Transformation

    def change(writer: PdfWriter) -> None:
        writer.pages[0].add_transformation(Transformation().translate(int(word), 0))

    return office.pdf_with(change)


@pytest.mark.parametrize(
    ("ending", "make", "part"),
    [
        ("docx", picture, PartDifference("picture", "word/media/image1.png")),
        ("docx", macros, PartDifference("macros", "word/vbaProject.bin")),
        ("pptx", film, PartDifference("media", "ppt/media/media1.mp4")),
        ("docx", style, PartDifference("layout", "word/styles.xml")),
        ("docx", bold, PartDifference("layout", "word/document.xml")),
        ("docx", title, PartDifference("properties", "docProps/core.xml")),
        ("xlsx", computed, PartDifference("formulas", "xl/worksheets/sheet1.xml")),
        ("xlsx", width, PartDifference("layout", "xl/worksheets/sheet1.xml")),
        ("pdf", drawn, PartDifference("drawn", "1")),
        ("html", markup, PartDifference("markup")),
        ("txt", lambda word: b"one\ntwo" if word == "42" else b"one\r\ntwo\r\n", PartDifference("encoding")),
    ],
)  # fmt: skip
def test_what_is_no_text_is_said_by_its_kind(ending: str, make: Make, part: PartDifference, tmp_path: Path) -> None:
    found = versions(tmp_path, ending, make("42"), make("57"))
    assert differs(found) == (part,)
    assert found.same_text


def test_an_older_format_under_a_new_name_is_named(tmp_path: Path) -> None:
    for stream, ending, old in (("WordDocument", "docx", "DOC"), ("Workbook", "xlsx", "XLS"),
                                ("PowerPoint Document", "pptx", "PPT")):  # fmt: skip
        found = versions(tmp_path, ending, builders.compound(stream), sample(ending))
        assert str(found.why_no_text) == (
            f"This is a document of the older format {old} under another name: ask for it as {ending.upper()}."
        )
