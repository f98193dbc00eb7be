"""Small documents of every kind, made by the libraries that read them; all names and figures are invented."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path

import typst
from docx import Document
from odf import table as odt_table
from odf import text as odt_text
from odf.opendocument import OpenDocumentText
from openpyxl import Workbook
from pptx import Presentation
from pypdf import PdfReader, PdfWriter

from defense_console.uploads.comparing.checks import OLE

LINES = ("A plan for an invented project", "The budget is 100 euros", "Risks: élevés")


def txt(lines: Sequence[str] = LINES) -> bytes:
    return "\n".join(lines).encode()


def html(lines: Sequence[str] = LINES) -> bytes:
    return ("<html><body>" + "".join(f"<p>{line}</p>" for line in lines) + "</body></html>").encode()


def docx(lines: Sequence[str] = LINES) -> bytes:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    table = document.add_table(rows=1, cols=2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Rent", "100"
    document.sections[0].header.paragraphs[0].text = "Invented school"
    document.sections[0].footer.paragraphs[0].text = "Version 1"
    return _saved(document.save)


def odt(lines: Sequence[str] = LINES) -> bytes:
    document = OpenDocumentText()
    for line in lines:
        document.text.addElement(odt_text.P(text=line))
    table = odt_table.Table()
    row = odt_table.TableRow()
    for value in ("Rent", "100"):
        cell = odt_table.TableCell()
        cell.addElement(odt_text.P(text=value))
        row.addElement(cell)
    table.addElement(row)
    document.text.addElement(table)
    return _saved(document.write)


def pptx(lines: Sequence[str] = LINES) -> bytes:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[1])
    slide.shapes.title.text, slide.placeholders[1].text = lines[0], "\n".join(lines[1:])
    slide.notes_slide.notes_text_frame.text = "Say hello"
    return _saved(presentation.save)


def xlsx(lines: Sequence[str] = LINES) -> bytes:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "Costs"
    for n, line in enumerate(lines, 1):
        sheet.append([line, n, n / 4])
    return _saved(workbook.save)


def pdf(lines: Sequence[str] = LINES, password: str | None = None, **rights: str) -> bytes:
    source = "\n\n".join("#" + _typst_string(line) for line in lines)
    data: bytes = typst.compile(source.encode())
    if password is None:
        return data
    writer = PdfWriter(clone_from=PdfReader(BytesIO(data)))
    writer.encrypt(password, algorithm="RC4-128", **rights)  # type: ignore[arg-type]
    return _saved(writer.write)


def _typst_string(line: str) -> str:
    return '"' + line.replace("\\", "\\\\").replace('"', '\\"') + '"'


def compound(*names: str) -> bytes:
    """A file as Office wrote it before 2007, and as it stores an encrypted document: no more than its directory."""
    return OLE + bytes(504) + b"".join(name.encode("utf-16-le").ljust(128, b"\0") for name in ("Root Entry", *names))


def _saved(save: Callable[[BytesIO], object]) -> bytes:
    stream = BytesIO()
    save(stream)
    return stream.getvalue()


BUILDERS: Mapping[str, Callable[[Sequence[str]], bytes]] = {
    "txt": txt, "csv": txt, "html": html, "docx": docx, "odt": odt, "pptx": pptx, "xlsx": xlsx, "pdf": pdf,
}  # fmt: skip


@cache
def sample(kind: str) -> bytes:
    """The same small document each time."""
    return BUILDERS[kind](LINES)


def with_part(data: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A zipped document with one part changed, or added when it was not there."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            body = old.read(part)
            new.writestr(part.filename, change(body) if part.filename == name else body)
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return stream.getvalue()


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path
