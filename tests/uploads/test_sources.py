from __future__ import annotations

import io
import os
import socket
import stat
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.errors import ConsoleError
from defense_console.uploads.opening.limits import Limits, RefusedSource
from defense_console.uploads.opening.places import is_junk, safe_place
from defense_console.uploads.opening.sources import opened
from tests.examples import examples
from tests.uploads.hostile import DEFLATED, HOSTILE, LIMITS, Entry, archive


def read(path: Path, limits: Limits = LIMITS, *, plain: bool = False) -> dict[str, bytes]:
    """Every file of a source."""
    with opened(path, limits, plain=plain) as source:
        return {file.place: b"".join(file.chunks()) for file in source.files}


def sent(folder: Path, data: bytes, name: str = "sent.zip") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


# --- archives ----------------------------------------------------------------------------------------------------


def test_there_are_enough_hostile_archives() -> None:
    assert len(HOSTILE) >= 60


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_archive_is_refused_with_its_place(tmp_path: Path, name: str) -> None:
    hostile = HOSTILE[name]

    with pytest.raises(RefusedSource) as caught:
        read(sent(tmp_path, hostile.make()), hostile.limits)

    assert caught.value.entry == hostile.entry
    assert hostile.reason in str(caught.value)
    assert str(caught.value).endswith("Nothing was taken in.")
    assert [path.name for path in tmp_path.iterdir()] == ["sent.zip"]


def test_a_sound_archive_gives_its_files(tmp_path: Path) -> None:
    files = {"a.pdf": b"one", "sub/b.txt": b"two" * 100_000, "sub/deep/c.csv": b""}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as out:
        out.mkdir("sub")
        for name, data in files.items():
            out.writestr(name, data)
    path = sent(tmp_path, stream.getvalue())

    assert read(path) == files
    with opened(path, LIMITS) as source:
        assert (source.kind, source.name) == ("archive", "sent.zip")
    assert read(path, plain=True) == {"sent.zip": stream.getvalue()}


def test_what_systems_leave_is_passed_over(tmp_path: Path) -> None:
    left = (b"__MACOSX/", b"__MACOSX/._a.pdf", b"sub/.DS_Store", b"Thumbs.db", b"._a.pdf", b"~$a.docx", b"desktop.ini")
    path = sent(tmp_path, archive(Entry(b"a.pdf"), *(Entry(name, b"") for name in left)))

    assert list(read(path)) == ["a.pdf"]


CASES = Path(__file__).parent.parent / "data" / "cases" / "zip"


@pytest.mark.parametrize(
    ("name", "places"),
    [
        ("bsdtar_dot.zip", ["Livrables/Spécimen_Chloé_4_Guide_112026.txt",
                            "Livrables/Spécimen_Chloé_1_Storyboard_112026.txt", "Livrables/vide.txt"]),
        ("z01_backslash_folder.zip", ["Projet/Specimen_Chloe_1_Rapport_112026.txt"]),
        ("z02_backslash_file.zip", ["Projet/Specimen_Chloe_1_Rapport_112026.txt"]),
        ("z03_dosdir_noslash.zip", ["Projet/Specimen_Chloe_1_Rapport_112026.txt"]),
        ("z04_00_cp850.zip", ["João_1_Rapport_112026.txt"]),
        ("z_nested.zip", ["rendu P3.zip", "LOeuvre_Anaïs_3_plan_evaluation_112026.pdf"]),
    ],
)  # fmt: skip
def test_archives_of_ordinary_programs_are_read(name: str, places: list[str]) -> None:
    assert list(read(CASES / name)) == places


def test_an_archive_that_was_cut_lists_nothing_of_what_is_inside_its_documents() -> None:
    with pytest.raises(RefusedSource, match="The end of the archive is missing") as caught:
        read(CASES / "z_broken.zip")
    assert caught.value.entry == "z_broken.zip"


FOLDER = stat.S_IFDIR | 0o755


@pytest.mark.parametrize(
    ("entries", "places"),
    [
        ([Entry(b"./", b"", mode=FOLDER), Entry(b"./a.pdf")], ["a.pdf"]),
        ([Entry(b".\\", b""), Entry(b".\\b\\a.pdf")], ["b/a.pdf"]),
        ([Entry(b"a\\b/c.pdf")], ["a/b/c.pdf"]),
        ([Entry(b"a", b"", mode=FOLDER), Entry(b"a/b.pdf")], ["a/b.pdf"]),
        ([Entry(b"a", b""), Entry(b"a/b.pdf")], ["a/b.pdf"]),
        ([Entry(b"a/", b"", mode=stat.S_IFREG | 0o644), Entry(b"a/b.pdf")], ["a/b.pdf"]),
        ([Entry(b"a", b"", mode=FOLDER)], []),
        ([Entry(b"Rapport.pdf"), Entry(b"rapport.PDF")], ["Rapport.pdf", "rapport.PDF"]),
        ([Entry(b"....pdf"), Entry(b".x"), Entry(b"a..b")], ["....pdf", ".x", "a..b"]),
        ([Entry("é".encode() * 255)], ["é" * 255]),
        ([Entry(b"Icon\r", b""), Entry(b"a.pdf")], ["a.pdf"]),
        ([Entry(b".~lock.a.odt#", b""), Entry(b"$RECYCLE.BIN/x"), Entry(b"a.odt")], ["a.odt"]),
        ([], []),
    ],
)
def test_odd_but_sound_entries_are_read(tmp_path: Path, entries: list[Entry], places: list[str]) -> None:
    assert list(read(sent(tmp_path, archive(*entries)))) == places


def test_what_is_around_an_archive_does_not_matter(tmp_path: Path) -> None:
    """A comment, bytes that a mail gateway adds at the end, the mark of an archive made in parts, the 64-bit form."""
    one = Entry(b"a.pdf")
    for data in (archive(one, comment=b"x" * 500), archive(one) + b"\r\n"):
        assert read(sent(tmp_path, data)) == {"a.pdf": b"text"}
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out, out.open("a.pdf", "w", force_zip64=True) as file:
        file.write(b"text")
    assert read(sent(tmp_path, stream.getvalue())) == {"a.pdf": b"text"}


def test_a_way_of_packing_that_is_not_read_is_refused_with_what_to_ask(tmp_path: Path) -> None:
    with pytest.raises(RefusedSource, match="ask for an ordinary ZIP"):
        read(sent(tmp_path, archive(Entry(b"a.pdf", method=9))))


def unflagged(names: list[str], page: str) -> bytes:
    return archive(*(Entry(name.encode(page), flags=0) for name in names))


@pytest.mark.parametrize("page", ["cp850", "cp437", "cp1252", "utf-8"])
@pytest.mark.parametrize("name", ["Zoé_é", "Noël à Besançon", "Élève_Müller", "PROJET RÉVISÉ", "Rémi_ça", "dossier où"])
def test_a_name_without_a_code_page_is_read_as_meant(tmp_path: Path, name: str, page: str) -> None:
    if page == "cp437" and not set(name) <= set(bytes(range(256)).decode("cp437")):
        pytest.skip("this code page does not have the letters")
    assert list(read(sent(tmp_path, unflagged([name], page)))) == [name]


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("cp850", ["João_1_Rapport", "Gonçalves_Conceição", "São Luís"]),
        ("cp1252", ["l’œuvre d’Anaïs", "Œuvre", "prix en €"]),
        ("cp852", ["Dvořák_Jiří", "Čeněk_příloha", "Růžena"]),
        ("cp866", ["Иванов_Пётр", "отчёт"]),
        ("cp1251", ["Иванов_Пётр", "отчёт"]),
        ("cp932", ["田中_レポート_1.pdf", "プレゼンテーション.pptx"]),
        ("cp936", ["王小明_报告.docx", "项目计划.pdf"]),
    ],
)
def test_the_names_of_an_archive_are_judged_together(tmp_path: Path, page: str, names: list[str]) -> None:
    assert list(read(sent(tmp_path, unflagged(names, page)))) == names


@pytest.mark.parametrize(
    ("raw", "flags", "place"),
    [
        ("Zoé_é.pdf".encode("cp437"), 0, "Zoé_é.pdf"),
        ("À_Ê_Œuvre.pdf".replace("Œ", "O").encode("cp850"), 0, "À_Ê_Ouvre.pdf"),
        ("Rémi_ça.pdf".encode("cp1252"), 0, "Rémi_ça.pdf"),
        ("Zoé.pdf".encode(), 0, "Zoé.pdf"),
        ("Zoe\u0301.pdf".encode(), 0x800, "Zoé.pdf"),
        (b"plain.pdf", 0, "plain.pdf"),
    ],
)
def test_names_without_the_utf8_flag_are_read_as_meant(tmp_path: Path, raw: bytes, flags: int, place: str) -> None:
    assert list(read(sent(tmp_path, archive(Entry(raw, flags=flags))))) == [place]


def test_an_archive_in_an_archive_is_one_file(tmp_path: Path) -> None:
    inner = archive(Entry(b"../evil.txt"))

    assert read(sent(tmp_path, archive(Entry(b"inner.zip", inner)))) == {"inner.zip": inner}


def test_files_are_read_in_pieces(tmp_path: Path) -> None:
    data = os.urandom(3_000_000)
    with opened(sent(tmp_path, archive(Entry(b"a", data, DEFLATED))), LIMITS) as source:
        pieces = list(source.files[0].chunks())

    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 1 << 20


@examples(100)
@given(st.data())
def test_an_archive_changed_anywhere_is_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    whole = bytearray(archive(Entry(b"a.pdf", b"p" * 200, DEFLATED), Entry("é.txt".encode(), b"text"), comment=b"c"))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    path = sent(tmp_path_factory.mktemp("any"), bytes(whole))

    with suppress(RefusedSource):
        read(path)


# --- files and folders -------------------------------------------------------------------------------------------


def test_a_file_is_a_source_of_one(tmp_path: Path) -> None:
    path = sent(tmp_path, b"text", "Zoe\u0301.pdf")

    assert read(path) == {"Zoé.pdf": b"text"}


def test_documents_that_are_archives_inside_stay_whole(tmp_path: Path) -> None:
    data = archive(Entry(b"[Content_Types].xml"))
    assert read(sent(tmp_path, data, "a.docx")) == {"a.docx": data}


def test_a_folder_gives_its_files(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "b.txt").write_bytes(b"two")
    (tmp_path / "a.pdf").write_bytes(b"one")
    (tmp_path / ".DS_Store").write_bytes(b"junk")

    assert read(tmp_path) == {"a.pdf": b"one", "sub/b.txt": b"two"}


def _link(folder: Path) -> None:
    (folder / "odd").symlink_to("/etc/passwd")


def _linked_folder(folder: Path) -> None:
    (folder / "odd").symlink_to("/etc")


def _dangling(folder: Path) -> None:
    (folder / "odd").symlink_to("nowhere")


def _pipe(folder: Path) -> None:
    os.mkfifo(folder / "odd")


def _socket(folder: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(folder)  # the path of a socket is short
        try:
            listening.bind("odd")
        finally:
            os.chdir(here)


def _device_name(folder: Path) -> None:
    (folder / "odd").mkdir()
    (folder / "odd" / "NUL.txt").write_bytes(b"")


@pytest.mark.parametrize(
    ("make", "entry", "reason"),
    [
        (_link, "odd", "link or a device"),
        (_linked_folder, "odd", "link or a device"),
        (_dangling, "odd", "link or a device"),
        (_pipe, "odd", "link or a device"),
        (_socket, "odd", "link or a device"),
        (_device_name, "odd/NUL.txt", "device on Windows"),
    ],
)
def test_a_folder_with_something_else_than_files_is_refused(
    tmp_path: Path, make: object, entry: str, reason: str
) -> None:
    (tmp_path / "a.pdf").write_bytes(b"one")
    assert callable(make)
    make(tmp_path)

    with pytest.raises(RefusedSource, match=reason) as caught:
        read(tmp_path)
    assert caught.value.entry == entry


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"one")
    with opened(tmp_path, LIMITS) as source:
        path.unlink()
        path.symlink_to("/etc/passwd")
        with pytest.raises(RefusedSource, match="link or a device"):
            list(source.files[0].chunks())


def test_a_folder_and_a_file_keep_to_the_limits(tmp_path: Path) -> None:
    small = Limits(max_mb=1, max_files=2, max_ratio=1)
    for n in range(2):
        (tmp_path / f"{n}.bin").write_bytes(bytes(600_000))
    with pytest.raises(RefusedSource, match="more than 1 MB") as caught:
        read(tmp_path, small)
    assert caught.value.entry == "1.bin"

    (tmp_path / "2.bin").write_bytes(b"")
    with pytest.raises(RefusedSource, match="more than 2 files"):
        read(tmp_path, small)
    with pytest.raises(RefusedSource, match="more than 1 MB"):
        read(sent(tmp_path, bytes(1_000_001), "large.bin"), small)


def test_a_name_with_backslashes_in_a_folder_is_a_path_as_in_an_archive(tmp_path: Path) -> None:
    (tmp_path / "Projet\\a.pdf").write_bytes(b"one")
    assert read(tmp_path) == {"Projet/a.pdf": b"one"}
    (tmp_path / "Projet").mkdir()
    (tmp_path / "Projet" / "a.pdf").write_bytes(b"two")
    with pytest.raises(RefusedSource, match="two of this name"):
        read(tmp_path)


def test_a_name_that_is_not_text_is_refused(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.pdf")).write_bytes(b"")
    except OSError:
        pytest.skip("this file system only takes names that are text")
    with pytest.raises(RefusedSource, match="not text"):
        read(tmp_path)


@pytest.mark.parametrize("kind", ["nothing", "pipe", "nul", "user"])
def test_a_path_that_cannot_be_opened_says_why(tmp_path: Path, kind: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = {"nul": Path("a\0b"), "user": Path("~nobody-of-this-name/a")}.get(kind, tmp_path / kind)
    with pytest.raises(ConsoleError):
        read(path)


# --- paths -------------------------------------------------------------------------------------------------------


@given(st.text(max_size=60))
def test_a_path_that_is_taken_stays_below_its_folder(raw: str) -> None:
    try:
        place = safe_place(raw)
    except RefusedSource:
        return
    assert safe_place(place) == place
    assert os.path.normpath(place) == place
    assert not place.startswith(("/", ".."))
    is_junk(place)
