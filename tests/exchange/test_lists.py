"""Lists as people have them: headings, separators, encodings, workbooks; what is read, skipped and shown."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from defense_console.cli import main
from defense_console.exchange.appointments import ImportWishes
from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.data_file import data_file
from defense_console.exchange.lists.headings import LIST_COLUMNS
from defense_console.exchange.lists.rows import read_list
from defense_console.exchange.lists.table import csv_table, table_of
from defense_console.exchange.lists.template import template_csv
from defense_console.exchange.lists.understood import Understood
from defense_console.exchange.lists.workbook import Workbook
from defense_console.exchange.same_id import KnownIds, comparable
from defense_console.model.defense.summary import defense_id
from defense_console.model.errors import ConsoleError
from tests.examples import examples
from tests.exchange.workbooks import HEAD, ods, ods_cell, ods_row, with_part, xlsx

DATA = Path(__file__).parent.parent / "data"
CASES = DATA / "cases" / "csv"
SHIPPED = load_shipped()


def read(data: bytes, *, known: tuple[str, ...] = (), sheet: str | None = None) -> ImportWishes:
    file = data_file(io.BytesIO(data))
    if file.kind == "workbook":
        book = Workbook(file.data)
        name = book.only(sheet)
        return read_list(table_of(book.lines(name)), False, SHIPPED, "Europe/Paris", known, name)
    return read_list(csv_table(file.data), False, SHIPPED, "Europe/Paris", known, assumed=file.assumed)


def understood(data: bytes, **options: Any) -> Understood:
    found = read(data, **options).understood
    assert found is not None
    return found


def refused(data: bytes, **options: Any) -> tuple[BadLine, ...]:
    with pytest.raises(BadFile) as caught:
        read(data, **options)
    return caught.value.lines


def rows(data: bytes, **options: Any) -> list[tuple[object, ...]]:
    """Each row as it is read: id, name, project, attempt, start, slot."""
    return [
        (one.student_id, one.student_name, one.project, one.attempt, one.planned_at[:16], one.duration_min)
        for one in understood(data, **options).rows
    ]


# --- the small inputs --------------------------------------------------------------------------------------------

LEA_P2 = ("s-101", "Léa Exemple", "IRP-P2", 1, "2026-12-01T13:00", 30)
NOEL_P3 = ("s-102", "Noël Inventé", "IRP-P3", 1, "2026-12-01T14:00", None)
ZOE_P1 = ("lab-1", "Zoé Fictive", "IRP-P1", 1, "2027-01-08T13:00", 30)
ZOE_P2 = ("lab-1", "Zoé Fictive", "IRP-P2", 1, "2027-01-08T13:00", 30)
READ: dict[str, list[tuple[object, ...]]] = {
    "c06_bom_fr_seconds.csv": [LEA_P2, NOEL_P3],
    "c07_bom_fr_h.csv": [LEA_P2, NOEL_P3],
    "c09_total_line.csv": [LEA_P2, NOEL_P3],
    "c13_headers_caps.csv": [(*LEA_P2[:-1], None)],
    "c32_spaces_nbsp.csv": [LEA_P2],
    "c42_french_headers_utf8.csv": [("101", *LEA_P2[1:])],
    "c54_cell_short.csv": [(*LEA_P2[:-1], None)],
    "v01_ok.csv": [ZOE_P1],
    "v06_trailing_empty_columns.csv": [ZOE_P1],
    "v10e_zwsp_id.csv": [ZOE_P1, ZOE_P2],
    "v10f_nfd_id.csv": [("é-1", *ZOE_P1[1:]), ("é-1", *ZOE_P2[1:])],
    "v10g_bom_id.csv": [ZOE_P1, ZOE_P2],
    "x01.ods": [LEA_P2],
    "x01.xlsx": [LEA_P2],
}
NOT_READ = {
    "c36_date_no_time.csv": ("2026-12-01", "2026-12-01 14:00"),
    "c43_fr_date_no_time.csv": ("01/12/2026", "01/12/2026 14:00"),
}


@pytest.mark.parametrize("name", READ)
def test_what_is_read_of_a_file(name: str) -> None:
    assert rows((CASES / name).read_bytes()) == READ[name]


@pytest.mark.parametrize("name", NOT_READ)
def test_a_day_without_a_time_is_refused_with_its_place_and_what_to_write(name: str) -> None:
    [bad] = refused((CASES / name).read_bytes())
    found, example = NOT_READ[name]
    assert (bad.line, bad.column, bad.found, bad.parameters) == (2, "planned_at", found, {"example": example})


def test_every_small_input_is_tried() -> None:
    assert {path.name for path in CASES.iterdir()} == READ.keys() | NOT_READ.keys()


# --- headings ----------------------------------------------------------------------------------------------------

ROW = {"student_id": "s1", "student_name": "Zoé Fictive", "email": "zoe@example.org", "timezone": "Europe/Paris",
       "curriculum": "IRP", "project": "IRP-P2", "attempt": "1", "planned_at": "08/01/2027 14:00",
       "duration_min": "30", "language": "fr"}  # fmt: skip
ZOE = ("s1", "Zoé Fictive", "IRP-P2", 1, "2027-01-08T13:00", 30)


def table(*changes: dict[str, str], heads: dict[str, str] | None = None, separator: str = ";") -> bytes:
    """A list of rows that differ from `ROW`, under these headings."""
    columns = list(heads or dict(zip(ROW, ROW, strict=True)))
    lines = [separator.join((heads or {}).get(column, column) for column in columns)]
    lines += [separator.join((ROW | change).get(column, "") for column in columns) for change in changes or ({},)]
    return ("\r\n".join(lines) + "\r\n").encode()


FRENCH = {"student_id": "N° Étudiant", "student_name": "NOM ET PRÉNOM", "email": "Courriel",
          "timezone": "Fuseau horaire",
          "curriculum": "Parcours", "project": "Projet", "attempt": "Tentative", "planned_at": "Date de soutenance",
          "duration_min": "Durée (min)", "language": "Langue"}  # fmt: skip
ENGLISH = {"student_id": "Student number", "student_name": "Full Name", "email": "E-mail", "timezone": "Time zone",
           "curriculum": "CURRICULUM", "project": "Project", "attempt": "attempt", "planned_at": "Date and time",
           "duration_min": "Duration", "language": "Language"}  # fmt: skip


@pytest.mark.parametrize("heads", [FRENCH, ENGLISH], ids=["French", "English"])
@pytest.mark.parametrize(
    "written",
    [str, str.upper, str.lower, lambda text: f"\N{NO-BREAK SPACE} {text} ", lambda text: text.replace(" ", "_")],
)
@pytest.mark.parametrize("turned", [False, True])
def test_headings_in_both_languages_in_any_order_case_and_spacing(
    heads: dict[str, str], written: Callable[[str], str], turned: bool
) -> None:
    items = [(column, written(head)) for column, head in heads.items()]
    assert rows(table(heads=dict(reversed(items) if turned else items))) == [ZOE]


def test_a_name_and_a_start_in_two_columns_are_put_together() -> None:
    data = "Matricule;NOM;Prénom;Parcours;Projet;Tentative;Heure;Date\ns1;Fictive;Zoé;irp;p2;1;14h00;08/01/2027\n"
    assert rows(data.encode()) == [(*ZOE[:-1], None)]
    both = "Étudiant;" + data.replace("\ns1", "\nx;s1")
    found = understood(both.encode())
    assert (found.rows[0].student_name, found.unread) == ("Zoé Fictive", ("Étudiant",))


def test_a_heading_of_another_table_is_not_read_and_that_is_shown() -> None:
    data = table(heads={**FRENCH, "phone": "Téléphone", "notes": "Remarques du jury"})
    found = understood(data)
    assert found.unread == ("Téléphone", "Remarques du jury")
    assert ("N° Étudiant", "student_id") in found.matched


@pytest.mark.parametrize(
    ("heads", "column"),
    [
        ({**FRENCH, "email": "Couriel"}, "Couriel"),
        ({**FRENCH, "x": "E-mail"}, "E-mail"),
        ({name: head for name, head in FRENCH.items() if name != "project"}, "project"),
    ],
    ids=["misspelt", "twice", "missing"],
)
def test_headings_that_may_mean_something_else_are_refused(heads: dict[str, str], column: str) -> None:
    assert [(bad.line, bad.column) for bad in refused(table(heads=heads))] == [(1, column)]


# --- text files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("said", [False, True])
@pytest.mark.parametrize(
    "encoded",
    [
        str.encode,
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
        lambda text: text.replace("\r\n", "\n").encode(),
        lambda text: text.replace("\r\n", "\r").encode(),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "utf-16-be bom", "lf", "cr"],
)
def test_separators_and_encodings(separator: str, said: bool, encoded: Callable[[str], bytes]) -> None:
    text = (f"sep={separator}\r\n" if said else "") + table(separator=separator).decode()
    assert rows(encoded(text)) == [ZOE]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    data = b"sep=;\r\n" + table({"student_name": '"Zo\xe9;\n""Fictive"""'}, {"student_id": "s2", "attempt": "x"})
    assert [(bad.line, bad.column) for bad in refused(data)] == [(5, "attempt")]
    assert understood(table({"student_name": '"a;\nb"'})).rows[0].student_name == "a;\nb"


def test_the_separator_is_the_one_that_gives_the_headings() -> None:
    data = table(heads={**FRENCH, "phone": '"a,b,c,d,e,f,g,h,i,j,k,l"'})
    assert rows(data) == [ZOE]


def test_the_plain_csv_of_excel_is_read_and_its_encoding_is_named() -> None:
    name = "Zoé d’Œuvre"
    found = understood(table({"student_name": name}).decode().encode("cp1252"))
    assert ([row.student_name for row in found.rows], found.assumed) == ([name], "Windows-1252")
    found = understood(table({"student_name": name}))
    assert ([row.student_name for row in found.rows], found.assumed) == ([name], "")


@pytest.mark.parametrize(
    "wrong", [b"\x81", b"\xe9\x01", "é".encode() + b"\xe9", "’".encode() + b"\xe9"],
    ids=["undefined in Windows-1252", "no text", "UTF-8 damaged in one name", "UTF-8 damaged at a sign"],
)  # fmt: skip
def test_text_of_another_encoding_is_refused_with_what_to_do(wrong: bytes) -> None:
    [bad] = refused(table({"student_name": "NAME"}).replace(b"NAME", wrong))
    assert bad.line == 2
    assert "CSV UTF-8" in bad.expected
    [bad] = refused(b"\xef\xbb\xbf" + table().decode().encode("cp1252"))
    assert (bad.line, bad.found) == (2, "0xe9")


# --- lines that are no rows --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["Total;2;;;;;;;;", ";;;;;;;;Total : 2;", "TOTAL;;;;;2;;;60;", "Sous-total;1,5;;;;;;;;",
             "Moyenne;30;;;;;;;;", "Total général : 2 soutenances"],
)  # fmt: skip
def test_totals_are_left_out_and_that_is_shown(line: str) -> None:
    data = table() + f"{line}\r\n".encode() + table({"student_id": "s2"}).split(b"\r\n", 1)[1]
    found = understood(data)
    assert [one.student_id for one in found.rows] == ["s1", "s2"]
    assert [(one.line, one.text[:5].lower()) for one in found.skipped] == [(3, line.strip(";")[:5].lower())]


@pytest.mark.parametrize(
    "change",
    [
        {"student_id": "Total", "student_name": "Zoé Total"},
        {"student_id": "total-1"},
        {"student_id": "Somme", "student_name": "12"},
    ],
)
def test_a_student_called_total_is_a_row(change: dict[str, str]) -> None:
    assert [one.student_id for one in understood(table(change)).rows] == [change["student_id"]]


@pytest.mark.parametrize("line", ["Fait à Lyon", "Total;Zoé", "* dates provisoires;;;;;;;;;", "x;;;;;;;;;"])
def test_what_is_not_clearly_a_total_is_refused(line: str) -> None:
    if line == "Total;Zoé":
        assert [one.student_id for one in understood(table() + f"{line}\r\n".encode()).rows] == ["s1", "Total"]
    else:
        assert {bad.line for bad in refused(table() + f"{line}\r\n".encode())} == {3}


def test_a_title_above_the_headings_and_blank_lines_are_left_out() -> None:
    data = b"Soutenances de;janvier 2027;;\r\n;;;\r\n" + table() + b";;;;;;;;;\r\n\r\n;\r\n"
    found = understood(data)
    assert [(one.line, one.text) for one in found.skipped] == [
        (1, "Soutenances de janvier 2027"),
        (2, ""),
        (5, ""),
        (6, ""),
        (7, ""),
    ]
    assert [one.line for one in found.rows] == [4]


# --- what people write in cells ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written", ["IRP-P2", "irp-p2", "Irp_p2", "P2", "p2", "2", "Projet 2", "IRP P2\N{ZERO WIDTH SPACE}"]
)
def test_a_project_in_the_ways_people_write_it(written: str) -> None:
    assert rows(table({"project": written, "curriculum": " irp\N{NO-BREAK SPACE}"})) == [ZOE]


def test_a_project_by_its_title() -> None:
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    assert rows(table({"project": project.title.fr.upper(), "curriculum": SHIPPED["IRP"].title.fr})) == [ZOE]


def test_a_list_needs_neither_curriculum_nor_attempt_where_the_project_says_both() -> None:
    heads = {name: head for name, head in FRENCH.items() if name not in ("curriculum", "attempt")}
    assert rows(table({"project": "fe-p2"}, heads=heads)) == [(*ZOE[:2], "FE-P2", 0, *ZOE[4:])]
    for written in ("P2", "2", "XX-P1"):
        assert [bad.column for bad in refused(table({"project": written}, heads=heads))] == ["Projet"]
    assert [bad.column for bad in refused(table({}, {"planned_at": "2027-02-08T14:00"}, heads=heads))] == ["Projet"]


@pytest.mark.parametrize("written", ["P99", "FE-P2", "22", ""])
def test_a_project_of_another_curriculum_is_refused(written: str) -> None:
    assert [bad.column for bad in refused(table({"project": written}))] == ["project"]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("30", 30), ("30,0", 30), ("45 min", 45), ("0:30", 30), ("1h30", 90), ("1 h", 60), ("30’", 30), ("", None)],
)
def test_a_length_in_the_ways_people_write_it(written: str, minutes: int | None) -> None:
    assert rows(table({"duration_min": written})) == [(*ZOE[:-1], minutes)]


@pytest.mark.parametrize("written", ["0:00", "30 s", "1,5", "-30", "25 h", "half an hour", "50%"])
def test_other_lengths_are_refused(written: str) -> None:
    assert [bad.column for bad in refused(table({"duration_min": written}))] == ["duration_min"]


@pytest.mark.parametrize(("written", "language"), [("FR", "fr"), ("Français", "fr"), ("English", "en"), ("", None)])
def test_a_language_in_the_ways_people_write_it(written: str, language: str | None) -> None:
    assert read(table({"language": written})).wishes[0].language == language


# --- ids that look the same --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        "é-1",
        "e\u0301-1",
        "\ufeffé-1",
        "é\u200b-1",
        "é-\u00ad1",
        "é-1\u2060",
        "\N{NO-BREAK SPACE}é-1\u200e",
        "é\ufe0f-1",
        "é-1\u200f",
        "\u061cé-1",
        "é\U000e0067-1",
    ],
)
def test_ids_that_differ_by_nothing_visible_are_one(written: str) -> None:
    found = understood(table({"student_id": written}, {"student_id": "é-1", "project": "P3"}))
    assert {one.student_id for one in found.rows} == {"é-1"}
    assert [(one.written, one.id) for one in found.ids] == ([(written.strip(), "é-1")] if written != "é-1" else [])


def test_an_id_of_the_store_keeps_its_bytes() -> None:
    old = "e\u0301-1\u200b"
    found = understood(table({"student_id": "é-1"}), known=(old,))
    assert [one.student_id for one in found.rows] == [old]
    assert [(one.written, one.id) for one in found.ids] == [("é-1", old)]
    assert rows(table({"student_id": old}), known=(old,))[0][0] == old


def test_an_id_that_looks_like_two_of_the_store_is_refused_unless_it_is_one_of_them() -> None:
    known = ("é-1\u200b", "é\u200b-1")
    assert rows(table({"student_id": known[0]}), known=known)[0][0] == known[0]
    [bad] = refused(table({"student_id": "é-1"}), known=known)
    assert (bad.column, bad.parameters["ids"]) == ("student_id", "é-1⟨U+200B⟩, é⟨U+200B⟩-1")


@pytest.mark.parametrize("written", ["\u200b", "\ufeff\u2060"])
def test_an_id_of_nothing_visible_is_no_id(written: str) -> None:
    assert [bad.column for bad in refused(table({"student_id": written}))] == ["student_id"]


@given(st.text(max_size=12))
@examples(100)
def test_the_form_in_which_ids_are_compared_is_its_own_form(id: str) -> None:
    assert comparable(comparable(id)) == comparable(id)
    assert KnownIds([id]).read(id) == id


# --- workbooks ---------------------------------------------------------------------------------------------------

START = datetime(2027, 1, 8, 14, 0)  # noqa: DTZ001 — a spreadsheet knows no zones
CELLS: tuple[object, ...] = (101, "Fictive", "Zoé", "IRP", "P2", 1, START, 30)
READ_CELLS = ("101", "Zoé Fictive", "IRP-P2", 1, "2027-01-08T13:00", 30)


def test_dates_times_lengths_and_numbers_as_real_cells() -> None:
    halves = [
        (*CELLS[:6], START.replace(hour=hour, minute=minute), time(0, 45)) for hour, minute in ((8, 20), (23, 59))
    ]
    data = xlsx({"A": [HEAD, CELLS, *((102 + n, *row[1:]) for n, row in enumerate(halves))]})
    assert [row[4:] for row in rows(data)] == [
        ("2027-01-08T13:00", 30), ("2027-01-08T07:20", 45), ("2027-01-08T22:59", 45),
    ]  # fmt: skip
    split = (*HEAD[:6], "Date", "Heure")
    assert rows(xlsx({"A": [split, (*CELLS[:6], date(2027, 1, 8), time(14, 0))]})) == [(*READ_CELLS[:-1], None)]
    assert rows(xlsx({"A": [(*HEAD, "x"), (*CELLS[:7], timedelta(hours=1, minutes=30))]})) == [(*READ_CELLS[:-1], 90)]


def test_a_workbook_that_counts_its_days_from_1904() -> None:
    def mac(book: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    assert rows(xlsx({"A": [HEAD, CELLS]}, mac)) == [READ_CELLS]


@pytest.mark.parametrize(
    ("change", "column", "found"),
    [
        ({6: date(2027, 1, 8)}, "Date de soutenance", "2027-01-08"),
        ({6: 46395.583}, "Date de soutenance", "46395.583"),
        ({0: date(2027, 1, 2)}, "N° étudiant", "2027-01-02"),
        ({5: 1.5}, "Tentative", "1.5"),
        ({7: 0.3}, "Durée", "0.3"),
        ({7: True}, "Durée", "True"),
        ({7: "#N/A"}, "Durée", "#N/A"),
        ({7: "=1/0"}, "Durée", "=1/0"),
    ],
    ids=["no time", "a bare number", "an id made a date", "half an attempt", "percent", "yes", "error", "not computed"],
)
def test_cells_that_say_something_else_are_refused_with_their_place(
    change: dict[int, object], column: str, found: str
) -> None:
    cells = tuple(change.get(n, cell) for n, cell in enumerate(CELLS))
    [bad] = refused(xlsx({"A": [HEAD, cells]}))
    assert (bad.line, bad.column, bad.found) == (2, column, found)


def test_a_cell_merged_over_several_rows_stands_in_each_of_them() -> None:
    second = (102, "Exemple", "Ada", None, None, 1, START, 30)
    data = xlsx(
        {"A": [HEAD, CELLS, second]}, lambda book: (book["A"].merge_cells("D2:D3"), book["A"].merge_cells("E2:E3"))
    )
    assert [row[2] for row in rows(data)] == ["IRP-P2", "IRP-P2"]


def test_titles_notes_and_a_list_that_does_not_begin_in_the_first_cell() -> None:
    lines: list[list[object]] = [
        [],
        [None, "Soutenances"],
        [],
        [None, *HEAD],
        [None, *CELLS],
        [None, "Total", None, None, None, None, 1],
    ]
    found = understood(xlsx({"A": lines}, lambda book: book["A"].merge_cells("B2:H2")))
    assert [(one.line, one.student_id) for one in found.rows] == [(5, "101")]
    assert [(one.line, one.text) for one in found.skipped] == [(1, ""), (2, "Soutenances"), (3, ""), (6, "Total 1")]


def test_hidden_and_empty_sheets_are_no_choice_unless_they_are_named() -> None:
    def hide(book: Any) -> None:
        book["Hidden"].sheet_state = "hidden"

    data = xlsx({"Feuil1": [], "Soutenances": [HEAD, CELLS], "Hidden": [HEAD, (9, *CELLS[1:])]}, hide)
    assert understood(data).sheet == "Soutenances"
    assert rows(data, sheet="hidden")[0][0] == "9"
    with pytest.raises(ConsoleError, match="no sheet “Feuil9”; there are: Feuil1, Soutenances, Hidden"):
        read(data, sheet="Feuil9")


def test_a_cell_in_the_last_corner_does_not_end_the_process() -> None:
    far = xlsx({"A": [HEAD, CELLS]}, lambda book: book["A"].cell(1_048_576, 16_384, "x"))
    [bad] = refused(far)
    assert bad.line == 0
    assert "at most" in bad.expected
    wide = openpyxl.styles.Font(bold=True)
    styled = xlsx({"A": [HEAD, CELLS]}, lambda book: setattr(book["A"].cell(1_048_576, 16_384), "font", wide))
    assert rows(styled) == [READ_CELLS]


def test_a_workbook_that_unpacks_to_very_much_is_refused() -> None:
    data = with_part(xlsx({"A": [HEAD, CELLS]}), "docProps/app.xml", lambda text: text + " " * (65 << 20))
    assert len(data) < 1 << 20
    [bad] = refused(data)
    assert "at most" in bad.expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ((DATA / "lists" / "password.xlsx").read_bytes(), "without a password"),
        ((DATA / "lists" / "old.xls").read_bytes(), "old .xls"),
        (xlsx({"A": [HEAD, CELLS]})[:900], "can be opened"),
        (with_part(xlsx({"A": [HEAD, CELLS]}), "xl/worksheets/sheet1.xml", lambda text: text[:-30]), "can be opened"),
        (ods({"A": ods_row(*HEAD)}, "<manifest:encryption-data/>"), "without a password"),
        (ods({"A": ods_row("<table:broken")}), "can be opened"),
        (ods({"A": ""}), "a header"),
        (xlsx({"A": []}), "a header"),
    ],
    ids=["password", "xls", "cut", "cut part", "ods password", "broken ods", "empty ods", "empty xlsx"],
)
def test_workbooks_that_cannot_be_read_are_refused_for_what_they_are(data: bytes, expected: str) -> None:
    [bad] = refused(data)
    assert expected in bad.expected


def cells_of_ods(**changes: str) -> list[str]:
    start = ods_cell(office_value_type="date", office_date_value="2027-01-08T14:00:00")
    length = ods_cell(office_value_type="float", office_value="30")
    cells = dict(zip(HEAD, ("101", "Fictive", "Zoé", "IRP", "P2", "1", start, length), strict=True))
    return list((cells | changes).values())


def test_what_libreoffice_leaves_out_by_repeating_cells_and_rows() -> None:
    empty = '<table:table-cell table:number-columns-repeated="16370"/>'
    same = ods_cell("P2", office_value_type="string", table_number_columns_repeated=1)
    data = ods({
        "A": ods_row(*HEAD, empty) + ods_row(*cells_of_ods(Projet=same), empty)
        + ods_row(empty, repeated=3) + ods_row(*cells_of_ods(**{"N° étudiant": "102", "Projet": "P3"}))
        + ods_row(empty, repeated=1_048_570),
        "B": ods_row(empty, repeated=1_048_576),
    })  # fmt: skip
    assert rows(data) == [READ_CELLS, ("102", READ_CELLS[1], "IRP-P3", *READ_CELLS[3:])]
    assert [one.line for one in understood(data).rows] == [2, 6]


def test_errors_merged_and_repeated_rows_of_ods() -> None:
    error = ods_cell("#DIV/0!", office_value_type="string", office_string_value="", calcext_value_type="error")
    lines = ods_row(*HEAD) + ods_row(*cells_of_ods(Durée=error), repeated=2)
    assert [(bad.line, bad.column, bad.found) for bad in refused(ods({"A": lines}))] == [
        (2, "Durée", "#DIV/0!"), (3, "Durée", "#DIV/0!"),
    ]  # fmt: skip
    spanned = ods_cell("IRP", office_value_type="string", table_number_rows_spanned=2)
    second = cells_of_ods(**{"N° étudiant": "102", "Parcours": "<table:covered-table-cell/>"})
    assert len(rows(ods({"A": ods_row(*HEAD) + ods_row(*cells_of_ods(Parcours=spanned)) + ods_row(*second)}))) == 2
    far = ods({"A": ods_row(*HEAD) + ods_row(*cells_of_ods(), repeated=900_000)})
    assert "at most" in refused(far)[0].expected


@given(st.data())
@examples(60)
def test_a_damaged_workbook_is_read_or_refused(draw: st.DataObject) -> None:
    data = bytearray(draw.draw(st.sampled_from([(CASES / "x01.xlsx").read_bytes(), (CASES / "x01.ods").read_bytes()])))
    for _ in range(draw.draw(st.integers(1, 5))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(4, len(data)))
    with suppress(ConsoleError):
        assert read(bytes(data[:cut])).wishes


# --- the command -------------------------------------------------------------------------------------------------

Cli = Callable[..., Result]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    settings = tmp_path / "settings.toml"
    settings.write_text('zone = "Europe/Paris"\n', encoding="utf-8")
    monkeypatch.setenv("DEFENSE_CONSOLE_SETTINGS", str(settings))

    def invoke(*arguments: object) -> Result:
        return CliRunner().invoke(main, ["import", *map(str, arguments), "--store", str(tmp_path / "store")])

    return invoke


def exported(tmp_path: Path) -> str:
    return CliRunner().invoke(main, ["export", "--store", str(tmp_path / "store")]).stdout


def test_the_dry_run_names_the_encoding(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "plain.csv"
    file.write_bytes(table().decode().encode("cp1252"))
    shown = cli("--dry-run", file).stdout
    assert "The file is not UTF-8; it is read as Windows-1252." in shown
    assert "Zoé Fictive" in shown


def test_a_dry_run_shows_the_columns_the_first_rows_and_what_was_left_out(cli: Cli) -> None:
    shown = cli("--dry-run", CASES / "c42_french_headers_utf8.csv").stdout
    assert "N° étudiant         → student_id\n" in shown
    assert "line 2: 101 · Léa Exemple · IRP-P2 · attempt 1 · 2026-12-01 14:00 · 30 min\n" in shown
    assert "line 4 is no row and was left out: “Total 2”" in cli("--dry-run", CASES / "c09_total_line.csv").stdout
    assert "1 blank line was left out." in cli("--dry-run", CASES / "v06_trailing_empty_columns.csv").stdout
    assert "Sheet: Sheet\n" in cli("--dry-run", CASES / "x01.xlsx").stdout


def test_what_is_read_otherwise_is_said_without_a_terminal_too(cli: Cli, tmp_path: Path) -> None:
    done = cli(CASES / "v10e_zwsp_id.csv")
    assert "line 2: the id “lab-1⟨U+200B⟩” looks like “lab-1” and is read as it.\n" in done.stdout
    assert "→" not in done.stdout
    assert exported(tmp_path).count('"student/lab-1"') == 1


def test_an_old_id_keeps_its_stream_and_its_defenses(cli: Cli, tmp_path: Path) -> None:
    """A store written before ids were compared keeps its bytes, and so does a whole store that is taken in."""
    old, copy = "lab-1\u200b", tmp_path / "copy"
    assert cli(CASES / "v01_ok.csv").exit_code == 0
    lines = exported(tmp_path)
    assert "lab-1" in lines
    first = defense_id("lab-1", "IRP-P1", 1)
    assert f"defense/{first}" in lines
    (tmp_path / "all").write_text(lines, encoding="utf-8")
    again = CliRunner().invoke(main, ["import", str(tmp_path / "all"), "--store", str(copy)])
    assert again.exit_code == 0
    (tmp_path / "more.csv").write_bytes(
        table({"student_id": old, "student_name": "Zoé Fictive", "email": "z@lab.invalid"})
    )
    assert "looks like “lab-1”" in cli(tmp_path / "more.csv").stdout
    assert f"defense/{defense_id('lab-1', 'IRP-P2', 1)}" in exported(tmp_path)


def test_several_sheets_are_named_in_the_refusal_and_one_is_chosen(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(xlsx({"Session 1": [HEAD, CELLS], "Session 2": [HEAD, (102, *CELLS[1:])]}))
    refused = cli(file)
    assert refused.exit_code == 2
    assert "Session 1, Session 2" in refused.stderr
    assert "--sheet NAME" in refused.stderr
    assert cli(file, "--sheet", "Session 2").exit_code == 0
    assert "student/102" in exported(tmp_path)
    assert "student/101" not in exported(tmp_path)
    assert cli(CASES / "v01_ok.csv", "--sheet", "x").exit_code == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_example_can_be_imported_and_replaces_nothing(cli: Cli, tmp_path: Path, language: str) -> None:
    file = tmp_path / "example.csv"
    assert cli("--template", file, "--lang", language).exit_code == 0
    assert file.read_bytes() == template_csv(language)
    assert cli("--template", file).exit_code == 2
    assert cli("--template", tmp_path / "x.xlsx").exit_code == 2
    assert cli(file).exit_code == 0
    assert "IRP-P3" in exported(tmp_path)


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_columns_are_in_the_help_and_in_the_documentation(cli: Cli, language: str) -> None:
    from defense_console.exchange.lists.headings import HEADINGS

    shown = " ".join(cli("--help", "--lang", language).stdout.split())
    page = (DATA.parent.parent / "docs" / "exchange.md").read_text(encoding="utf-8")
    for column in LIST_COLUMNS:
        assert f"`{column}`" in page
    for heading in (heading for headings in HEADINGS.values() for heading in headings):
        assert heading in shown
        assert heading in page


@pytest.mark.parametrize(
    ("options", "typed", "code", "taken"),
    [
        ((), "y\n", 0, True),
        ((), "O\n", 0, True),
        ((), "\n", 2, False),
        ((), "n\n", 2, False),
        (("--yes",), "", 0, True),
    ],
)
def test_in_a_terminal_the_list_is_shown_and_asked_about_first(
    tmp_path: Path, options: tuple[str, ...], typed: str, code: int, taken: bool
) -> None:
    shown = in_a_terminal(tmp_path, typed, code, *options, str(CASES / "c42_french_headers_utf8.csv"))
    assert ("Import this? (y/n)" in shown) == (not options)
    assert ("→ planned_at" in shown) == (not options)
    assert ("student/101" in exported(tmp_path)) == taken


def test_in_a_terminal_the_sheet_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "list.xlsx"
    file.write_bytes(xlsx({"Session 1": [HEAD, CELLS], "Session 2": [HEAD, (102, *CELLS[1:])]}))
    shown = in_a_terminal(tmp_path, "7\n2\ny\n", 0, str(file))
    assert "2  Session 2" in shown
    assert "student/102" in exported(tmp_path)


def in_a_terminal(tmp_path: Path, typed: str, code: int, *arguments: str) -> str:
    """Import in a terminal, and return what it shows."""
    command = [sys.executable, "-m", "defense_console", "import", *arguments, "--lang", "en"]
    master, slave = pty.openpty()
    process = subprocess.Popen([*command, "--store", str(tmp_path / "store")], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    os.write(master, typed.encode())
    shown = b""
    try:
        while piece := os.read(master, 65_536):
            shown += piece
    except OSError:  # how the end of a terminal reads
        pass
    os.close(master)
    assert process.wait() == code, shown.decode()
    return shown.decode()
