"""Office documents that hold one word at an unusual place; the word is the only thing that differs between versions."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from io import BytesIO

from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from pypdf import PdfReader, PdfWriter
from pypdf.annotations import FreeText, Link
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, RectangleObject, TextStringObject

from tests.uploads import builders
from tests.uploads.builders import sample, with_part

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
A = "http://schemas.openxmlformats.org/drawingml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
Make = Callable[[str], bytes]


def added(
    data: bytes, owner: str, name: str, body: str | bytes, kind: str, declared: str = "", *, external: bool = False
) -> bytes:
    """A document with one more part, to which `owner` refers."""
    folder, _slash, base = owner.rpartition("/")
    mode = ' TargetMode="External"' if external else ""
    target = name if external else f"/{name}"
    relation = f'<Relationship Id="rIdNew" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/></Relationships>'.encode()

    def relate(xml: bytes) -> bytes:
        xml = xml or b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
        if xml.rstrip().endswith(b"/>"):
            xml = xml.rstrip()[:-2] + b"></Relationships>"
        return xml.replace(b"</Relationships>", relation)

    data = with_part(data, f"{folder}/_rels/{base}.rels", relate)
    if external:
        return data
    if declared:
        override = f'<Override PartName="/{name}" ContentType="{declared}"/></Types>'.encode()
        data = with_part(data, "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", override))
    return with_part(data, name, lambda _none: body.encode() if isinstance(body, str) else body)


def in_body(xml: str) -> bytes:
    """A DOCX with more at the end of its text."""
    return with_part(sample("docx"), "word/document.xml", lambda body: body.replace(
        b"<w:sectPr", xml.encode() + b"<w:sectPr", 1))  # fmt: skip


def paragraph(inner: str) -> str:
    return f'<w:p xmlns:w="{W}"><w:r>{inner}</w:r></w:p>'


def on_slide(xml: str) -> bytes:
    """A PPTX with one more shape on its slide."""
    return with_part(sample("pptx"), "ppt/slides/slide1.xml", lambda body: body.replace(
        b"</p:spTree>", xml.encode() + b"</p:spTree>"))  # fmt: skip


def diagram(word: str) -> str:
    return (f'<dgm:dataModel xmlns:dgm="x/diagram" xmlns:a="{A}"><dgm:ptLst><dgm:pt modelId="1"><dgm:t><a:bodyPr/>'
            f"<a:p><a:r><a:t>Step {word}</a:t></a:r></a:p></dgm:t></dgm:pt></dgm:ptLst></dgm:dataModel>")  # fmt: skip


def chart(word: str) -> str:
    return (f'<c:chartSpace xmlns:c="x/chart" xmlns:a="{A}"><c:chart><c:title><c:tx><c:rich><a:p><a:r><a:t>Costs</a:t>'
            "</a:r></a:p></c:rich></c:tx></c:title><c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:f>S!$A$1</c:f>"
            f"<c:strCache><c:pt><c:v>Rent</c:v></c:pt></c:strCache></c:strRef></c:tx><c:val><c:numRef><c:numCache>"
            f"<c:formatCode>0.00</c:formatCode><c:pt><c:v>{word}</c:v></c:pt></c:numCache></c:numRef></c:val></c:ser>"
            "</c:barChart></c:plotArea></c:chart></c:chartSpace>")  # fmt: skip


def comments(word: str) -> str:
    said = f'<w:comment w:id="0"><w:p><w:r><w:t>Seen {word}</w:t></w:r></w:p></w:comment>'
    return f'<w:comments xmlns:w="{W}">{said}</w:comments>'


def notes(word: str) -> str:
    note = '<w:endnote w:id="{0}"{1}><w:p><w:r><w:t>{2}</w:t></w:r></w:p></w:endnote>'
    separator = note.format(0, ' w:type="separator"', "")
    return f'<w:endnotes xmlns:w="{W}">{separator}{note.format(1, "", "Source " + word)}</w:endnotes>'


def text_box(word: str) -> str:
    box = f"<w:txbxContent><w:p><w:r><w:t>Box {word}</w:t></w:r></w:p></w:txbxContent>"
    return paragraph(
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice>'
        f"<w:drawing><wp:anchor xmlns:wp='x/wp'><wp:positionH><wp:posOffset>12345</wp:posOffset></wp:positionH>{box}"
        f"</wp:anchor></w:drawing></mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent>"
    )


def equation(word: str) -> str:
    return (f'<w:p xmlns:w="{W}"><m:oMath xmlns:m="x/math"><m:f><m:num><m:r><m:t>{word}</m:t></m:r></m:num><m:den>'
            "<m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath></w:p>")  # fmt: skip


def table_cell(word: str) -> str:
    """A text in a table in a table, the cell in a content control."""

    def table(inner: str) -> str:
        return f"<w:tbl><w:tr><w:sdt><w:sdtContent><w:tc>{inner}</w:tc></w:sdtContent></w:sdt></w:tr></w:tbl>"

    return f'<w:sdt xmlns:w="{W}"><w:sdtContent>{table(table(paragraph(f"<w:t>{word}</w:t>")))}</w:sdtContent></w:sdt>'


def picture_words(word: str) -> str:
    return paragraph(f"<w:drawing><wp:inline xmlns:wp='x/wp'><wp:docPr id='1' name='P' descr='A plan with {word}'/>"
                     "</wp:inline></w:drawing>")  # fmt: skip


def word_art(word: str) -> str:
    return paragraph(f"<w:pict><v:shape xmlns:v='x/vml'><v:textpath string='DRAFT {word}'/></v:shape></w:pict>")


def symbol(word: str) -> str:
    return paragraph(f"<w:sym w:font='Wingdings' w:char='F0{word}'/>")


def smart_slide(word: str) -> bytes:
    return added(sample("pptx"), "ppt/slides/slide1.xml", "ppt/diagrams/data1.xml", diagram(word), "diagramData")


def real_chart(word: str) -> bytes:
    presentation = Presentation()
    slide = presentation.slides.add_slide(presentation.slide_layouts[5])
    data = CategoryChartData()  # type: ignore[no-untyped-call]
    data.categories = ["Rent", "Food"]
    data.add_series("Costs", (1.0, float(word)))  # type: ignore[no-untyped-call]
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(4), Inches(3), data)
    stream = BytesIO()
    presentation.save(stream)
    return stream.getvalue()


def slide_shape(word: str) -> bytes:
    """A shape in a group, for newer programs only."""
    shape = (f'<p:sp><p:nvSpPr><p:cNvPr id="9" name="s"/></p:nvSpPr><p:txBody><a:p><a:r><a:t>Deep {word}</a:t></a:r>'
             '<a:fld type="slidenum"><a:t>7</a:t></a:fld></a:p></p:txBody></p:sp>')  # fmt: skip
    return on_slide(
        f'<mc:AlternateContent xmlns:mc="x/mc"><mc:Choice Requires="x"><p:grpSp>{shape}</p:grpSp></mc:Choice>'
        f"<mc:Fallback>{shape}</mc:Fallback></mc:AlternateContent>"
    )


def slide_comment(word: str) -> bytes:
    xml = f'<p:cmLst xmlns:p="x/p"><p:cm><p:text>Seen {word}</p:text></p:cm></p:cmLst>'
    return added(sample("pptx"), "ppt/slides/slide1.xml", "ppt/comments/comment1.xml", xml, "comments")


def workbook(change: Callable[[Workbook], None]) -> bytes:
    stream = BytesIO()
    book = load_workbook(BytesIO(sample("xlsx")))
    change(book)
    book.save(stream)
    return stream.getvalue()


def cell_comment(word: str) -> bytes:
    def change(book: Workbook) -> None:
        book.active["A1"].comment = Comment(f"Seen {word}", "x")

    return workbook(change)


def sheet_header(word: str) -> bytes:
    def change(book: Workbook) -> None:
        book.active.oddHeader.left.text = f"Budget {word}"

    return workbook(change)


def sheet_chart(word: str) -> bytes:
    def change(book: Workbook) -> None:
        sheet = book.active
        found = BarChart()
        found.title = f"Costs {word}"
        found.add_data(Reference(sheet, min_col=2, min_row=1, max_row=3))
        sheet.add_chart(found, "E5")

    return workbook(change)


def uncomputed(word: str) -> bytes:
    def change(book: Workbook) -> None:
        book.active["D2"] = f"=B2*{word}"

    return workbook(change)


def sheet_box(word: str) -> bytes:
    xml = (f'<xdr:wsDr xmlns:xdr="x/xdr" xmlns:a="{A}"><xdr:twoCellAnchor><xdr:from><xdr:col>1</xdr:col></xdr:from>'
           f"<xdr:sp><xdr:txBody><a:p><a:r><a:t>Box {word}</a:t></a:r></a:p></xdr:txBody></xdr:sp></xdr:twoCellAnchor>"
           "</xdr:wsDr>")  # fmt: skip
    declared = "application/vnd.openxmlformats-officedocument.drawing+xml"
    return added(sample("xlsx"), "xl/worksheets/sheet1.xml", "xl/drawings/drawing1.xml", xml, "drawing", declared)


def in_content(kind: str, xml: str) -> bytes:
    """An OpenDocument file with more at the end of its text."""
    return with_part(sample(kind), "content.xml", lambda body: body.replace(
        b"</office:text>", xml.encode() + b"</office:text>"))  # fmt: skip


def odt_object(word: str) -> bytes:
    xml = ('<office:document-content xmlns:office="x:office" xmlns:text="x:text" xmlns:chart="x:chart"><office:body>'
           f"<office:chart><chart:title><text:p>Costs {word}</text:p></chart:title></office:chart></office:body>"
           "</office:document-content>")  # fmt: skip
    return with_part(sample("odt"), "Object 1/content.xml", lambda _none: xml.encode())


ODF = "urn:oasis:names:tc:opendocument:xmlns"
_ODF_BODY = (f'<office:document-content xmlns:office="{ODF}:office:1.0" xmlns:text="{ODF}:text:1.0" '
             f'xmlns:draw="{ODF}:drawing:1.0" xmlns:table="{ODF}:table:1.0" xmlns:presentation="{ODF}:presentation:1.0"'
             "><office:body>{}</office:body></office:document-content>")  # fmt: skip


def opendocument(body: str) -> bytes:
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument")
        out.writestr("content.xml", _ODF_BODY.replace("{}", body))
    return stream.getvalue()


def ods(word: str) -> bytes:
    return opendocument(
        '<office:spreadsheet><table:table table:name="Costs"><table:table-row><table:table-cell '
        'table:number-columns-repeated="2"/><table:table-cell><text:p>Rent</text:p></table:table-cell><table:table-cell>'
        f"<text:p>{word}</text:p></table:table-cell></table:table-row><table:table-row "
        'table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row></table:table></office:spreadsheet>"
    )


def odp(word: str) -> bytes:
    return opendocument(
        "<office:presentation><draw:page><draw:frame><draw:text-box><text:p>Plan</text:p></draw:text-box></draw:frame>"
        f"<presentation:notes><draw:frame><draw:text-box><text:p>Say {word}</text:p></draw:text-box></draw:frame>"
        "</presentation:notes></draw:page></office:presentation>"
    )


def strict(data: bytes) -> bytes:
    """The same document in the strict form of OOXML, which has other namespaces."""
    stream = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            if name.endswith((".xml", ".rels")):
                body = re.sub(rb"http://schemas\.openxmlformats\.org/(officeDocument|\w+ml)/2006/",
                              rb"http://purl.oclc.org/ooxml/\1/", body)  # fmt: skip
            new.writestr(name, body)
    return stream.getvalue()


def pdf_with(change: Callable[[PdfWriter], object]) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(sample("pdf"))))
    change(writer)
    stream = BytesIO()
    writer.write(stream)
    return stream.getvalue()


def pdf_comment(word: str) -> bytes:
    note = FreeText(text=f"Seen {word}", rect=(50, 50, 200, 100))
    return pdf_with(lambda writer: writer.add_annotation(0, note))


def pdf_link(word: str) -> bytes:
    link = Link(rect=(50, 50, 200, 100), url=f"https://example.org/{word}")
    return pdf_with(lambda writer: writer.add_annotation(0, link))


def pdf_field(word: str) -> bytes:
    field = DictionaryObject({
        NameObject("/Subtype"): NameObject("/Widget"), NameObject("/FT"): NameObject("/Tx"),
        NameObject("/V"): TextStringObject(f"Answer {word}"), NameObject("/Rect"): RectangleObject((0, 0, 9, 9)),
    })  # fmt: skip

    def change(writer: PdfWriter) -> None:
        writer.pages[0][NameObject("/Annots")] = ArrayObject([field])

    return pdf_with(change)


def pdf_attachment(word: str) -> bytes:
    return pdf_with(lambda writer: writer.add_attachment("costs.csv", f"Rent;{word}".encode()))


def html(inner: str) -> bytes:
    return builders.html().replace(b"</body>", f"{inner}</body>".encode())


READ: Mapping[str, tuple[str, Make]] = {
    "docx, diagram": ("docx", lambda w: added(sample("docx"), "word/document.xml", "word/diagrams/data1.xml",
                                              diagram(w), "diagramData")),
    "docx, chart": ("docx", lambda w: added(sample("docx"), "word/document.xml", "word/charts/chart1.xml", chart(w),
                                            "chart")),
    "docx, comment": ("docx", lambda w: added(sample("docx"), "word/document.xml", "word/comments.xml", comments(w),
                                              "comments")),
    "docx, endnote": ("docx", lambda w: added(sample("docx"), "word/document.xml", "word/endnotes.xml", notes(w),
                                              "endnotes")),
    "docx, text box": ("docx", lambda w: in_body(text_box(w))),
    "docx, equation": ("docx", lambda w: in_body(equation(w))),
    "docx, cell in a cell": ("docx", lambda w: in_body(table_cell(w))),
    "docx, words for a picture": ("docx", lambda w: in_body(picture_words(w))),
    "docx, letters as a drawing": ("docx", lambda w: in_body(word_art(w))),
    "docx, symbol": ("docx", lambda w: in_body(symbol(w))),
    "docx, link": ("docx", lambda w: added(sample("docx"), "word/document.xml", f"https://example.org/{w}", "",
                                           "hyperlink", external=True)),
    "docx, link in a header": ("docx", lambda w: added(sample("docx"), "word/header1.xml", f"https://example.org/{w}",
                                                       "", "hyperlink", external=True)),
    "docx, workbook inside": ("docx", lambda w: added(sample("docx"), "word/document.xml", "word/embeddings/a.xlsx",
                                                      builders.xlsx(("Rent", w)), "package")),
    "docx, page inside": ("docx", lambda w: added(sample("docx"), "word/document.xml", "word/afchunk1.html",
                                                  builders.html((w,)), "aFChunk")),
    "docx, strict": ("docx", lambda w: strict(builders.docx(("One", w)))),
    "docm": ("docm", lambda w: builders.docx(("One", w))),
    "pptx, diagram": ("pptx", smart_slide),
    "pptx, chart": ("pptx", real_chart),
    "pptx, shape for newer programs": ("pptx", slide_shape),
    "pptx, comment": ("pptx", slide_comment),
    "pptx, strict": ("pptx", lambda w: strict(builders.pptx(("One", w)))),
    "xlsx, comment": ("xlsx", cell_comment),
    "xlsx, header": ("xlsx", sheet_header),
    "xlsx, chart": ("xlsx", sheet_chart),
    "xlsx, text box": ("xlsx", sheet_box),
    "xlsx, formula without a value": ("xlsx", uncomputed),
    "xlsx, strict": ("xlsx", lambda w: strict(builders.xlsx(("One", w)))),
    "odt, comment": ("odt", lambda w: in_content("odt", f"<text:p>x<office:annotation><text:p>Seen {w}</text:p>"
                                                        "</office:annotation></text:p>")),
    "odt, text box": ("odt", lambda w: in_content(
        "odt", f'<text:p>x<draw:frame xmlns:draw="x:draw"><draw:text-box><text:p>Box {w}</text:p></draw:text-box>'
               "</draw:frame></text:p>")),
    "odt, note": ("odt", lambda w: in_content(
        "odt", "<text:p>x<text:note><text:note-citation>1</text:note-citation><text:note-body>"
               f"<text:p>Source {w}</text:p></text:note-body></text:note></text:p>")),
    "odt, link": ("odt", lambda w: in_content(
        "odt", f'<text:p>see <text:a xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="https://example.org/{w}">'
               "here</text:a></text:p>")),
    "odt, chart": ("odt", odt_object),
    "ods": ("ods", ods),
    "odp, notes": ("odp", odp),
    "pdf, comment": ("pdf", pdf_comment),
    "pdf, link": ("pdf", pdf_link),
    "pdf, field": ("pdf", pdf_field),
    "pdf, attachment": ("pdf", pdf_attachment),
    "html, words for a picture": ("html", lambda w: html(f'<img src="a.png" alt="A plan with {w}">')),
    "html, link": ("html", lambda w: html(f'<p><a href="https://example.org/{w}">here</a></p>')),
    "html, choices": ("html", lambda w: html(f"<select><option>One</option><option>{w}</option></select>")),
    "html, drawing": ("html", lambda w: html(f"<svg><text>{w}</text></svg>")),
}  # fmt: skip
"""Place of the word → ending of the document, and what makes it."""
