"""What a word processor document has and its library has no word for: shades, borders, fields, dates of parts."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from docx.table import Table, _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

_NOT_XML = re.compile("[\ufffe\uffff]")
"""What visible text may hold and XML may not. Source: XML 1.0 §2.2."""
_EARLIEST: Final = 1980
"""No part of an archive can be older. Source: APPNOTE 4.4.6."""


def xml_text(text: str) -> str:
    """Return a text that XML can hold: a character that it cannot hold becomes its code point."""
    return _NOT_XML.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


def add_run(paragraph: Paragraph, text: str, color: str = "", *, bold: bool = False, size: float = 0) -> Run:
    """Add a text at the end of a paragraph; `color` is RRGGBB, `size` in points, "" and 0 are the style's."""
    from docx.shared import Pt, RGBColor

    made = paragraph.add_run(xml_text(text))
    if color:
        made.font.color.rgb = RGBColor.from_string(color)
    if size:
        made.font.size = Pt(size)
    if bold:
        made.bold = True
    return made


def _element(name: str, **attributes: str) -> Any:
    from docx.oxml.ns import qn
    from docx.oxml.parser import OxmlElement

    made = OxmlElement(f"w:{name}")
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def page_number(paragraph: Paragraph, field: str, color: str, size: float) -> None:
    """Add a number that the word processor counts: PAGE or NUMPAGES."""
    counted = _element("fldSimple", instr=field)
    counted.append(add_run(paragraph, "1", color, size=size)._r)
    paragraph._p.append(counted)


def shade(cell: _Cell, fill: str, edge: str) -> None:
    """Give a cell a ground and a thick edge on its left, both RRGGBB."""
    borders = _element("tcBorders")
    borders.append(_element("left", val="single", sz="36", space="0", color=edge))
    properties = cell._tc.get_or_add_tcPr()
    properties.append(borders)
    properties.append(_element("shd", val="clear", color="auto", fill=fill))


def rule_rows(table: Table, color: str) -> None:
    """Draw a line under every row, RRGGBB; no row is torn, and the first is repeated on every page."""
    borders = _element("tblBorders")
    for edge in ("bottom", "insideH"):
        borders.append(_element(edge, val="single", sz="4", space="0", color=color))
    _set_before(table, borders, ("shd", "tblLayout", "tblCellMar", "tblLook"))
    for row in table.rows:
        row._tr.get_or_add_trPr().append(_element("cantSplit"))
    table.rows[0]._tr.get_or_add_trPr().append(_element("tblHeader"))


def pad(table: Table, **edges_cm: float) -> None:
    """Set how far texts stay from the edges of their cells, in centimetres; in order: top, left, bottom, right."""
    from docx.shared import Cm

    margins = _element("tblCellMar")
    for edge, width in edges_cm.items():
        margins.append(_element(edge, w=str(Cm(width).twips), type="dxa"))
    _set_before(table, margins, ("tblLook",))


def _set_before(table: Table, made: Any, later: Sequence[str]) -> None:
    """Add a property of a table before the first of those that follow it: word processors refuse another order."""
    from docx.oxml.ns import qn

    properties = table._tbl.tblPr
    found = (properties.find(qn(f"w:{name}")) for name in later)
    following = next((each for each in found if each is not None), None)
    if following is None:
        properties.append(made)
    else:
        following.addprevious(made)


def set_widths(table: Table, widths_cm: Sequence[float]) -> None:
    """Give columns fixed widths, in centimetres."""
    from docx.shared import Cm

    table.autofit = False
    for column, width in zip(table.columns, widths_cm, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def set_run_language(properties: object, tag: str) -> None:
    """Set the language that a text is checked and read in, such as `fr-FR`, on the run properties of a style."""
    from docx.oxml.ns import qn
    from docx.oxml.text.font import CT_RPr

    if isinstance(properties, CT_RPr):
        for old in properties.findall(qn("w:lang")):
            properties.remove(old)
        properties.append(_element("lang", val=tag))


def packed(data: bytes, at: datetime) -> bytes:
    """Return the same archive with its parts in the same order, all of one date."""
    made = io.BytesIO()
    moment = (max(_EARLIEST, at.year), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            part = zipfile.ZipInfo(name, moment)
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    return made.getvalue()
