"""Write the documents of the demo cohort, `data/demo/fr` and `data/demo/en`: invented, small, and the same each time.

Run it from the project's folder: `python -m tests.exchange.make_demo_documents`.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

FOLDER = Path(__file__).parent.parent.parent / "data" / "demo"
INVENTED = {"fr": "Document inventé pour la démonstration.", "en": "Invented document for the demo."}

NOTE = {
    "fr": (
        "Note de synthèse : les inscriptions d'une école imaginaire",
        "Dario Maquette",
        "Les inscriptions baissent au printemps.",
        "Les abandons viennent surtout du deuxième mois.",
        "Il faut rappeler les inscrits plus tôt.",
    ),
    "en": (
        "Summary note: the enrolments of an imaginary school",
        "Dario Maquette",
        "Enrolments fall in spring.",
        "Most students who drop out do so in the second month.",
        "Enrolled students should be called earlier.",
    ),
}
REVISED = {
    "fr": (
        *NOTE["fr"][:2],
        "Les inscriptions baissent au printemps : 42 en février, 27 en mai.",
        "Les abandons viennent surtout du deuxième mois : 9 sur 14.",
        "Il faut rappeler les inscrits plus tôt.",
        "Limite : une seule année, et 11 lignes sans date.",
    ),
    "en": (
        *NOTE["en"][:2],
        "Enrolments fall in spring: 42 in February, 27 in May.",
        "Most students who drop out do so in the second month: 9 of 14.",
        "Enrolled students should be called earlier.",
        "Limits: a single year, and 11 rows without a date.",
    ),
}
STORYBOARD = {
    "fr": (
        "Storyboard : accueillir un nouveau collègue",
        "Chloé Spécimen",
        "Écran 1. Le bureau vide, une question.",
        "Écran 2. Trois personnages se présentent.",
        "Écran 7. Quatre idées : accès, badge, horaires, repas.",
    ),
    "en": (
        "Storyboard: welcoming a new colleague",
        "Chloé Spécimen",
        "Screen 1. The empty desk, a question.",
        "Screen 2. Three characters introduce themselves.",
        "Screen 7. Four ideas: access, badge, hours, meals.",
    ),
}
SHEETS = {
    "fr": (
        "Trois fiches d'activité",
        "Kenza Témoin",
        "Fiche 1. Trier douze cartes en équipe.",
        "Fiche 2. Jouer l'appel d'un client.",
        "Fiche 3. Écrire la règle commune.",
    ),
    "en": (
        "Three activity sheets",
        "Kenza Témoin",
        "Sheet 1. Sort twelve cards as a team.",
        "Sheet 2. Act out a customer's call.",
        "Sheet 3. Write the common rule.",
    ),
}
COMPLETE = {
    "fr": (
        *SHEETS["fr"][:2],
        "Fiche 1. Trier douze cartes en équipe. Durée : 20 min. Matériel : un jeu de cartes.",
        "Fiche 2. Jouer l'appel d'un client. Durée : 15 min. Matériel : deux téléphones.",
        "Fiche 3. Écrire la règle commune. Durée : 10 min. Matériel : un tableau.",
    ),
    "en": (
        *SHEETS["en"][:2],
        "Sheet 1. Sort twelve cards as a team. Time: 20 min. Materials: a set of cards.",
        "Sheet 2. Act out a customer's call. Time: 15 min. Materials: two telephones.",
        "Sheet 3. Write the common rule. Time: 10 min. Materials: a board.",
    ),
}
WORKBOOK: dict[str, tuple[tuple[str | int, ...], ...]] = {
    "fr": (("mois", "inscrits", "abandons"), ("février", 42, 5), ("mars", 38, 9), ("mai", 27, 3)),
    "en": (("month", "enrolled", "dropped out"), ("February", 42, 5), ("March", 38, 9), ("May", 27, 3)),
}
NAMES = {
    "fr": ("2_note_synthese", "2_note_synthese_v2", "1_fiches", "1_fiches_v2", "1_classeur_nettoye", "4_charte"),
    "en": ("2_summary_note", "2_summary_note_v2", "1_sheets", "1_sheets_v2", "1_cleaned_workbook", "4_guide"),
}
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
OOXML = "http://schemas.openxmlformats.org"
TYPES = f'{OOXML}/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/>'
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


def pdf(lines: Sequence[str]) -> bytes:
    """Return a page of text; the first line is its title."""
    rows = [line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)") for line in lines]
    text = b"BT /F1 16 Tf 60 770 Td 0 Tw (" + rows[0] + b") Tj /F1 11 Tf 0 -14 Td"
    text += b"".join(b" 0 -20 Td (" + row + b") Tj" for row in rows[1:]) + b" ET"
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(text), text),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    )
    out, places = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n", []
    for n, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (n, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end


def packed(parts: Mapping[str, str], main: str, kind: str) -> bytes:
    """Return an Office document. Args: parts: XML by name; main: name of the first part; kind: its content type."""
    prefix = "application/vnd.openxmlformats-officedocument."
    whole = {
        "[Content_Types].xml": f'<Types xmlns="{TYPES}<Default Extension="rels" ContentType="{RELATIONS}"/>'
        f'<Override PartName="/{main}" ContentType="{prefix}{kind}.main+xml"/>'
        + "".join(
            f'<Override PartName="/{name}" ContentType="{prefix}spreadsheetml.worksheet+xml"/>'
            for name in parts
            if "/worksheets/" in name
        )
        + "</Types>",
        "_rels/.rels": relation("officeDocument", main),
        **parts,
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:  # nothing is compressed: libraries do that with other bytes
        for name, text in whole.items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            out.writestr(info, XML + text)
    return stream.getvalue()


def relation(kind: str, target: str) -> str:
    """Return the part that leads to another one."""
    return (
        f'<Relationships xmlns="{OOXML}/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="{OOXML}/officeDocument/2006/relationships/{kind}" Target="{target}"/></Relationships>'
    )


def docx(lines: Sequence[str]) -> bytes:
    """Return a text document, a paragraph for each line."""
    body = "".join(f'<w:p><w:r><w:t xml:space="preserve">{escape(line)}</w:t></w:r></w:p>' for line in lines)
    text = f'<w:document xmlns:w="{OOXML}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    return packed({"word/document.xml": text}, "word/document.xml", "wordprocessingml.document")


def xlsx(rows: Sequence[Sequence[str | int]]) -> bytes:
    """Return a workbook with one sheet."""
    cells = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>" if isinstance(cell, int) else f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    main = f'xmlns="{OOXML}/spreadsheetml/2006/main" xmlns:r="{OOXML}/officeDocument/2006/relationships"'
    parts = {
        "xl/workbook.xml": f'<workbook {main}><sheets><sheet name="1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relation("worksheet", "worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>",
    }
    return packed(parts, "xl/workbook.xml", "spreadsheetml.sheet")


def png(colours: Sequence[tuple[int, int, int]], width: int = 40, height: int = 60) -> bytes:
    """Return a picture with a band of each colour."""
    row = b"\0" + b"".join(bytes([n]) * width for n in range(len(colours)))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    size = struct.pack(">IIBBBBB", width * len(colours), height, 8, 3, 0, 0, 0)
    picture = chunk(b"IHDR", size) + chunk(b"PLTE", b"".join(map(bytes, colours)))
    picture += chunk(b"IDAT", zlib.compress(row * height, 0)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + picture


def documents(language: str) -> dict[str, bytes]:
    """Return the documents in one language by their names."""
    last = (INVENTED[language],)
    note, revised, sheets, complete, workbook, guide = NAMES[language]
    return {
        f"Maquette_Dario_{workbook}.xlsx": xlsx((*WORKBOOK[language], last)),
        f"Maquette_Dario_{note}.pdf": pdf(NOTE[language] + last),
        f"Maquette_Dario_{revised}.pdf": pdf(REVISED[language] + last),
        "Specimen_Chloe_1_storyboard.docx": docx(STORYBOARD[language] + last),
        f"Specimen_Chloe_{guide}.png": png(((22, 58, 95), (111, 219, 232), (248, 248, 246), (240, 199, 66))),
        f"Temoin_Kenza_{sheets}.docx": docx(SHEETS[language] + last),
        f"Temoin_Kenza_{complete}.docx": docx(COMPLETE[language] + last),
    }


if __name__ == "__main__":
    for each in NAMES:
        (FOLDER / each).mkdir(exist_ok=True)
        for name, body in documents(each).items():
            (FOLDER / each / name).write_bytes(body)
