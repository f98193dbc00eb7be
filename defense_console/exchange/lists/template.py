"""An example of a list, to be filled in with a spreadsheet. The people in it are invented."""

from __future__ import annotations

import csv
import io
from typing import Final

from defense_console.exchange.bad_file import BOM
from defense_console.exchange.lists.headings import LIST_COLUMNS

_FRENCH: Final = (
    "N° étudiant", "Nom complet", "Courriel", "Fuseau horaire", "Parcours", "Projet", "Tentative",
    "Date de soutenance", "Durée (min)", "Langue",
)  # fmt: skip
_ROWS: Final = (
    ("s-101", "Ada Exemple", "ada@example.org", "Europe/Paris", "IRP", "IRP-P2", "1", "{date} 14:00", "30", "fr"),
    ("s-102", "Zoé Fictive", "", "", "IRP", "IRP-P3", "1", "{date} 15:00", "", ""),
)  # fmt: skip
_DATES: Final = {"fr": "01/12/2027", "en": "2027-12-01"}


def template_csv(language: str) -> bytes:
    """Return the example, as spreadsheets in Europe open it: `;` between cells, and a byte order mark."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(_FRENCH if language == "fr" else LIST_COLUMNS)
    writer.writerows([cell.format(date=_DATES[language]) for cell in row] for row in _ROWS)
    return BOM + text.getvalue().encode()
