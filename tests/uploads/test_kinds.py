"""What came in place of a document is named for what it is, with what to ask."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.uploads.comparing.checks import OLE
from defense_console.uploads.matching import Candidate, KnownUploads, Offered, match_files
from defense_console.uploads.opening.kinds import InPlace, bundle_of, in_place_of_document

URL = b"[InternetShortcut]\r\nURL=https://example.org/a\r\n"
WEBLOC = b'<?xml version="1.0"?><plist><dict><key>URL</key><string>https://example.org/a</string></dict></plist>'
TAR = bytes(257) + b"ustar\x0000" + bytes(200)


@pytest.mark.parametrize(
    ("name", "head", "found"),
    [
        ("rendu.zip", b"PK\3\4", InPlace("archive_inside")),
        ("rendu.ZIP", b"", InPlace("archive_inside")),
        ("rendu.rar", b"Rar!\x1a\x07\x01\0", InPlace("other_archive", "rar")),
        ("rendu.zip", b"Rar!\x1a\x07\0", InPlace("other_archive", "rar")),
        ("rapport", b"Rar!\x1a\x07\0", InPlace("other_archive", "rar")),
        ("rendu.7z", b"7z\xbc\xaf\x27\x1c", InPlace("other_archive", "7z")),
        ("rendu.tar.gz", b"\x1f\x8b\x08", InPlace("other_archive", "gzip")),
        ("rendu.tar", TAR, InPlace("other_archive", "tar")),
        ("rendu.7z", b"", InPlace("other_archive", "7z")),
        ("rendu.z01", b"PK", InPlace("part_of_archive")),
        ("rendu.part2.rar", b"Rar!\x1a\x07\0", InPlace("part_of_archive")),
        ("rendu.7z.002", b"", InPlace("part_of_archive")),
        ("lien.url", URL, InPlace("link_only", "https://example.org/a")),
        ("lien.txt", URL, InPlace("link_only", "https://example.org/a")),
        ("lien.webloc", WEBLOC, InPlace("link_only", "https://example.org/a")),
        ("lien.webloc", b"bplist00\xd1", InPlace("link_only")),
        ("rapport.docx.lnk", b"L\0\0\0\x01\x14\x02\0", InPlace("shortcut")),
        ("rapport.docx", b"L\0\0\0\x01\x14\x02\0", InPlace("shortcut")),
        ("rapport.desktop", b"[Desktop Entry]", InPlace("shortcut")),
        ("rapport.gdoc", b'{"url": "https://docs.google.com/x"}', InPlace("google_document")),
        ("notes.gsheet", b"{}", InPlace("google_document")),
        ("diapos.gslides", b"{}", InPlace("google_document")),
        ("rapport.pages", b"PK\3\4", InPlace("iwork_document", "Pages")),
        ("diapos.key", b"PK\3\4", InPlace("iwork_document", "Keynote")),
        ("budget.numbers", b"PK\3\4", InPlace("iwork_document", "Numbers")),
        ("server.key", b"-----BEGIN PRIVATE KEY-----", None),
        ("rapport.pdf.crdownload", b"%PDF-", InPlace("unfinished")),
        ("rapport.docx.part", b"PK\3\4", InPlace("unfinished")),
        (".rapport.pages.icloud", b"bplist00", InPlace("not_downloaded")),
        ("rapport.pdf", b"\n<!DOCTYPE html><html>", InPlace("web_page")),
        ("rapport.docx", b"\xef\xbb\xbf<html lang=fr>", InPlace("web_page")),
        ("rapport.docx", b"%PDF-1.7", InPlace("other_content", "pdf")),
        ("rapport.pdf", b"PK\3\4", InPlace("other_content", "zip")),
        ("rapport.docx", OLE, InPlace("other_content", "office")),
        ("index.html", b"<!doctype html>", None),
        ("rapport.pdf", b"%PDF-1.4", None),
        ("rapport.docx", b"PK\3\4", None),
        ("rapport.doc", OLE, None),
        ("notes.txt", b"plain", None),
        ("README", b"", None),
        (".zip", b"", None),
    ],
)
def test_a_file_is_named_for_what_it_is(name: str, head: bytes, found: InPlace | None) -> None:
    assert in_place_of_document(name, head) == found


@given(st.text(max_size=20), st.binary(max_size=40))
def test_any_name_and_any_bytes_have_an_answer(name: str, head: bytes) -> None:
    in_place_of_document(name, head)
    bundle_of(name)


def test_a_folder_may_be_one_document() -> None:
    assert bundle_of("Livrables/Plan.pages/Index/Document.iwa") == ("Livrables/Plan.pages", "Pages")
    assert bundle_of("Plan.key/preview.jpg") == ("Plan.key", "Keynote")
    assert bundle_of("Plan.pages") is None
    assert bundle_of(".pages/a") is None
    assert bundle_of("pages/a.pdf") is None


CANDIDATES = (Candidate(1, ("a",), ("pdf",)), Candidate(2, ("b",), ("url", "pdf")), Candidate(3, ("c",), ("zip",)))
KNOWN = KnownUploads(CANDIDATES,
              "Zoé Martin", 2026, 11)  # fmt: skip


@pytest.mark.parametrize(
    ("name", "held", "key", "found"),
    [
        ("x.zip", InPlace("archive_inside"), None, ["archive_inside"]),
        ("x.zip", InPlace("archive_inside"), 1, ["archive_inside"]),
        ("x.zip", InPlace("archive_inside"), 3, []),
        ("x.zip", InPlace("other_archive", "rar"), 3, ["other_archive"]),
        ("x.url", InPlace("link_only", "https://example.org"), 1, ["link_only"]),
        ("x.url", InPlace("link_only"), 2, []),
        ("x.gdoc", InPlace("google_document"), 2, ["google_document"]),
    ],
)
def test_what_a_brief_asks_for_is_not_told(name: str, held: InPlace, key: int | None, found: list[str]) -> None:
    chosen = {} if key is None else {name: key}
    [match] = match_files(name, False, [Offered(name, 9, held)], KNOWN, chosen).files

    assert match.key == key
    assert [finding.kind for finding in match.findings if finding.kind in held.kind] == found


def test_what_the_mentor_says_is_checked_as_a_name_is() -> None:
    places = ["one.docx", "two.pdf", "Martin_Zoé_1_a_112026.pdf", "Martin_Zoé_9_a_112026/one.docx"]
    chosen = {"one.docx": 1, places[2]: 2, places[3]: 1}
    found = match_files("sent", False, [Offered(place, 9) for place in places], KNOWN, chosen)

    assert [file.key for file in found.files] == [1, None, 2, 1]
    assert [[finding.kind for finding in file.findings] for file in found.files] == [
        ["other_pattern", "wrong_extension"], ["other_pattern", "unmatched"], [], ["unknown_number", "wrong_extension"],
    ]  # fmt: skip
