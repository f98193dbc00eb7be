from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.uploads.names import (
    ArchiveName,
    FileName,
    extension_of,
    parse_archive_name,
    parse_file_name,
    same_person,
    words_of,
)

PEOPLE = st.from_regex(r"[A-ZÉÈ][a-zéèçï]{0,8}(?:[ '’\-][A-ZÉ][a-zéèï]{0,8}){0,2}", fullmatch=True)
LABELS = st.from_regex(r"[a-zé]{1,8}(?:_[a-zé]{1,8}){0,3}", fullmatch=True)


@pytest.mark.parametrize(
    ("name", "number", "label", "date"),
    [
        ("Dupont_Jean_1_code_012022", 1, "code", (1, 2022)),
        ("Dupont_Jean_1_code_012022.zip", 1, "code", (1, 2022)),
        ("Dupont_Jean_02_plan_de_cours__122026.PDF", 2, "plan_de_cours", (12, 2026)),
        ("Vuillemin_Ethan_1_092024.pdf", 1, "", (9, 2024)),
        ("Le Goff_Anne-Lise_3_analyse_062026.docx", 3, "analyse", (6, 2026)),
        ("D’Arc_Zoé_12_a_062026.tar.gz", 12, "a", (6, 2026)),
        ("Dupont_Jean_code_012022.pdf", None, "code", (1, 2022)),
        ("Dupont_Jean_123_code_012022.pdf", None, "123_code", (1, 2022)),
    ],
)
def test_names_of_the_school(name: str, number: int | None, label: str, date: tuple[int, int]) -> None:
    found = parse_file_name(name)
    assert found is not None
    assert (found.number, found.label, (found.month, found.year)) == (number, label, date)


@pytest.mark.parametrize(
    "name",
    [
        "P3_01_lienGithub",
        "Projet_07_Nom_Prenom",
        "rapport.pdf",
        "",
        "Dupont_Jean_012022.pdf",
        "Dupont_Jean_1_code_132022.pdf",
        "Dupont_Jean_1_code_001999.pdf",
        "Dupont_Jean_1_code.pdf",
        "Dupont_J3an_1_code_012022.pdf",
        "Dupont_Jean_1_co\nde_012022.pdf",
        "Dupont_Jean_1_code_012022.pdf\n",
    ],
)
def test_other_names_are_told_apart(name: str) -> None:
    assert parse_file_name(name) is None


@given(PEOPLE, PEOPLE, st.integers(1, 99), LABELS, st.integers(1, 12), st.integers(2000, 2099), st.booleans())
def test_what_the_pattern_puts_together_is_read_back(
    surname: str, given: str, number: int, label: str, month: int, year: int, twice: bool
) -> None:
    name = f"{surname}_{given}_{number}_{label}{'__' if twice else '_'}{month:02}{year}.pdf"
    expected = FileName(surname, given, number, label, month, year)

    assert parse_file_name(name) == expected
    assert parse_file_name(unicodedata.normalize("NFD", name)) == expected


@given(st.text(max_size=200))
def test_any_name_is_read_or_refused(name: str) -> None:
    found = parse_file_name(name)
    assert found is None or (1 <= found.month <= 12 and (found.number is not None or found.label))
    assert extension_of(name) == extension_of(name).lower()
    parse_archive_name(name)


def test_archives() -> None:
    expected = ArchiveName("Titre_du_projet", "dupont", "jean")
    assert parse_archive_name("Titre_du_projet_dupont_jean.zip") == expected
    assert parse_archive_name("Titre_du_projet_dupont_jean") == expected
    assert parse_archive_name("dupont_jean.zip") is None
    assert parse_archive_name("Projet_3_x.zip") is None


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.PDF", "pdf"), ("a.b.docx", "docx"), ("a", ""), (".bashrc", ""), ("a.", ""), ("a.b c", ""), ("", "")],
)
def test_extensions(name: str, extension: str) -> None:
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("surname", "given", "known", "same"),
    [
        ("Martin", "Zoe", "Zoé Martin", True),
        ("MARTIN", "Zoé", "Martin Zoé Louise", True),
        ("Le Goff", "Anne-Lise", "Anne Lise Le Goff", True),
        ("Martin", "Zoé", "Zoé Bernard", False),
        ("Durand", "Paul", "Zoé Martin", False),
        ("Durand", "Paul", "", True),
    ],
)
def test_whose_file_it_is(surname: str, given: str, known: str, same: bool) -> None:
    assert same_person(surname, given, known) is same


def test_words_are_comparable() -> None:
    assert words_of("Rapport d'analyse des BESOINS_déf") == ("rapport", "d", "analyse", "des", "besoins", "def")
