from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.model.curriculum import Project
from defense_console.uploads.matching import (
    KnownUploads,
    MatchedFiles,
    Offered,
    UploadFinding,
    candidates_of,
    is_one_document,
    match_files,
)

SHIPPED = load_shipped()


def project(id: str) -> Project:
    found = SHIPPED[id.partition("-")[0]].project(id)
    assert found is not None
    return found


P1 = project("IRP-P1")
"""1 plan_apprentissage (pdf) · 2 capture_presentation_communaute (png, pdf) · 3 tableau_de_bord_veille (url, pdf)."""
KNOWN = KnownUploads(candidates_of(P1, {"r9": "Carte mentale"}), "Zoé Martin", 2026, 11)


def matched(*places: str, size: int = 9, source: str = "", known: KnownUploads = KNOWN) -> MatchedFiles:
    archive = source.endswith(".zip")
    return match_files(source or places[0], archive, [Offered(place, size) for place in places], known)


def kinds(findings: Sequence[UploadFinding]) -> list[str]:
    return [finding.kind for finding in findings]


@pytest.mark.parametrize(
    ("place", "key", "found"),
    [
        ("Martin_Zoé_1_plan_apprentissage_102026.pdf", 1, []),
        ("Martin_Zoe_2_capture__102026.png", 2, []),
        ("Martin_Zoé_3_112026.txt", 3, []),
        ("Martin_Zoé_9_plan_102026.pdf", None, ["unknown_number", "unmatched"]),
        ("Martin_Zoé_9_plan_apprentissage_102026.pdf", 1, ["unknown_number", "by_title"]),
        ("Martin_Zoé_plan_apprentissage_102026.pdf", 1, ["missing_number", "by_title"]),
        ("Martin_Zoé_1_plan_102026.docx", 1, ["wrong_extension"]),
        ("Martin_Zoé_1_plan_102026", 1, ["wrong_extension"]),
        ("Durand_Paul_1_plan_102026.pdf", 1, ["other_student"]),
        ("Martin_Zoé_1_plan_122026.pdf", 1, ["future_date"]),
        ("Martin_Zoé_1_plan_012027.pdf", 1, ["future_date"]),
        ("plan d'apprentissage daté.pdf", 1, ["other_pattern", "by_title"]),
        ("Dated learning plan v2.pdf", 1, ["other_pattern", "by_title"]),
        ("tableau_de_bord_veille.pdf", 3, ["other_pattern", "by_title"]),
        ("ma carte mentale.svg", "r9", ["other_pattern", "by_title"]),
        ("P3_01_lienGithub", None, ["other_pattern", "unmatched"]),
        ("rapport.pdf", None, ["other_pattern", "unmatched"]),
    ],
)
def test_a_file_is_matched_and_told_of(place: str, key: int | str | None, found: list[str]) -> None:
    [file] = matched(place).files

    assert file.key == key
    assert kinds(file.findings) == found


def test_an_empty_file_is_told() -> None:
    [file] = matched("Martin_Zoé_1_plan_102026.pdf", size=0).files
    assert kinds(file.findings) == ["empty_file"]


def test_a_number_twice_is_told_on_both() -> None:
    found = matched("Martin_Zoé_1_a_102026.pdf", "Martin_Zoé_1_b_102026.pdf", "Martin_Zoé_2_c_102026.png", source="x")

    assert [file.key for file in found.files] == [1, 1, 2]
    assert [kinds(file.findings) for file in found.files] == [["number_twice"], ["number_twice"], []]
    assert found.files[0].findings[0].parameters == {"n": 1, "count": 2}


def test_the_files_of_a_folder_belong_to_what_the_folder_is_named_for() -> None:
    found = matched(
        "top/Martin_Zoé_1_plan_102026/a.html",
        "top/Martin_Zoé_1_plan_102026/img/b.png",
        "top/Martin_Zoé_2_capture_102026.png",
        source="Prenez_en_main_martin_zoé.zip",
    )
    assert [file.key for file in found.files] == [1, 1, 2]
    assert [file.name for file in found.files] == [
        "Martin_Zoé_1_plan_102026/a.html",
        "Martin_Zoé_1_plan_102026/img/b.png",
        "Martin_Zoé_2_capture_102026.png",
    ]
    assert not [finding for file in found.files for finding in file.findings]
    assert found.findings == ()


def test_an_archive_named_as_one_deliverable_holds_its_files() -> None:
    found = matched("a.html", "b.css", source="Martin_Zoé_1_plan_102026.zip")

    assert [file.key for file in found.files] == [1, 1]
    assert found.findings == ()


def test_an_archive_is_told_of_by_its_name() -> None:
    file = "Martin_Zoé_1_plan_102026.pdf"
    assert matched(file, source="Titre_du_projet_martin_zoé.zip").findings == ()
    (odd,) = matched(file, source="rendu.zip").findings
    assert (odd.kind, odd.parameters) == ("archive_pattern", {"name": "rendu.zip"})
    assert kinds(matched(file, source="Titre_durand_paul.zip").findings) == ["other_student"]
    assert kinds(match_files("Titre_martin_zoé.zip", True, [], KNOWN).findings) == ["no_file"]


def test_what_is_expected_and_did_not_come_is_told() -> None:
    known = KnownUploads(KNOWN.candidates, KNOWN.student, 2026, 11, (1, 2, 3))
    found = matched("Martin_Zoé_1_a_102026.pdf", "Martin_Zoé_2_c_102026.png", source="rendu", known=known)

    assert [(f.kind, f.parameters) for f in found.findings] == [("missing_document", {"n": 3})]
    assert matched("Martin_Zoé_1_a_102026.pdf", known=known).findings == (), "one file is sent for itself"


def test_an_archive_may_be_a_deliverable() -> None:
    takes = next(p for c in SHIPPED.values() for p in c.projects for d in p.deliverables if "zip" in d.formats)
    n = next(d.n for d in takes.deliverables if "zip" in d.formats)

    assert is_one_document(f"Martin_Zoé_{n}_code_102026.zip", takes)
    assert not is_one_document(f"Martin_Zoé_{n}_code.zip", takes)
    assert not is_one_document("Martin_Zoé_1_plan_102026.zip", P1)


@pytest.mark.parametrize("id", [p.id for c in SHIPPED.values() for p in c.projects])
def test_every_shipped_deliverable_is_recognised_by_its_own_name_and_by_its_titles(id: str) -> None:
    shipped = project(id)
    known = KnownUploads(candidates_of(shipped, {}), "Zoé Martin", 2026, 11)
    for deliverable in shipped.deliverables:
        extension = next((f for f in deliverable.formats if f != "url"), "txt")
        name = deliverable.filename.replace("Nom_Prénom", "Martin_Zoé").replace("mmaaaa", "102026")
        [file] = matched(f"{name}.{extension}", known=known).files
        assert (file.key, file.findings) == (deliverable.n, ())
        for title in (deliverable.slug, deliverable.title.fr, deliverable.title.en):
            [file] = matched(f"{title.replace('/', ' ')}.{extension}", known=known).files
            assert file.key == deliverable.n, title


@given(st.lists(st.text(min_size=1, max_size=30), max_size=5), st.text(max_size=20), st.booleans())
def test_no_name_stops_anything(places: list[str], source: str, archive: bool) -> None:
    found = match_files(source, archive, [Offered(place, len(place) - 1) for place in places], KNOWN)

    assert [file.place for file in found.files] == places
    for file in found.files:
        assert (file.key is None) == ("unmatched" in kinds(file.findings))
