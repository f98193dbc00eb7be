"""PDF shows every text as typed or as its code point, obeys none, is the same on every machine, and can be kept."""

from __future__ import annotations

import io
import itertools
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.data_file import data_file
from defense_console.exchange.lists.rows import read_list
from defense_console.exchange.lists.table import csv_table
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Request
from defense_console.model.text import one_line, visible
from defense_console.reports.content.value import Report
from defense_console.reports.rendering import pdf
from tests.reports import scene
from tests.reports.hostile import TEXTS

ROOT = Path(__file__).parent.parent.parent
INJECTIONS = (
    '#read("/etc/passwd")', '#import "@preview/cetz:0.3.0": *', "$x^2$", "*bold* _it_", "`raw` ```typ #panic()```",
    "#panic()", "= A title", "@reference <label>", "// a comment", "/* one */", "\\u{41}\\", "#{ 1 + 1 }",
    "[#lorem(9)]",
    "~a~ -- --- ...", '"quoted" \'single\'', "#sys.inputs", "- item", "+ item", "/ term: x", "https://invalid.example/#a",
)  # fmt: skip
RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


def squeezed(text: str) -> str:
    """Without what wrapping moves; a letter and its mark as the one glyph they may be drawn with."""
    return unicodedata.normalize("NFC", re.sub(r"\s", "", text))


def drawn(text: str, missing: frozenset[str] = frozenset()) -> str:
    return "".join(f"⟨{pdf.code_point(c)}⟩" if c in missing else c for c in text)


class Read:
    """What a reader of the file finds in it; the foot of each page aside."""

    def __init__(self, report: Report) -> None:
        self.bytes = pdf.render(report)
        self.reader = PdfReader(io.BytesIO(self.bytes))
        self.pages = [page.extract_text() for page in self.reader.pages]
        self.text = "\n".join(page.rpartition(report.imprint.split(" ", 1)[0])[0] or page for page in self.pages)
        self.missing = frozenset(chr(int(code, 16)) for code in re.findall(r"• U\+([0-9A-F]{4,6}) ", self.text))

    def shows(self, text: str) -> bool:
        whole = squeezed(self.text)
        for shown in (visible(text), one_line(text)):
            wanted = squeezed(drawn(shown, self.missing))
            if wanted in whole:
                return True
        return False


def numbered(texts: tuple[str, ...], from_: int) -> scene.Say:
    """Gives each field another of the texts, in order; the same field always the same one."""
    given: dict[str, str] = {}
    source = itertools.islice(itertools.cycle(texts), from_, None)
    return lambda name: given.setdefault(name, f"§{name}§{next(source)}§")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("texts", [TEXTS, INJECTIONS], ids=["hostile", "typst"])
def test_every_text_is_shown_as_typed(texts: tuple[str, ...], language: str) -> None:
    told = (*scene.EVERYBODY, *scene.MENTOR, *scene.JURY)
    lost: list[str] = []
    for from_ in range(0, len(texts), 8):
        say = numbered(texts, from_)
        read = Read(scene.report(scene.everything(say), "jury", language, student=say("student")))
        for name in (*told, "student"):
            wanted = squeezed(drawn(visible(say(name)), read.missing))
            if RIGHT_TO_LEFT.search(wanted) or len(wanted) > 500:
                # extraction gives the visual order, and a table's header stands between two pages of one cell
                if left := Counter(wanted) - Counter(squeezed(read.text)):
                    lost.append(f"{say(name)}: {left}")
            elif not read.shows(say(name)):
                lost.append(say(name))
        assert not any(f"§{name}§" in read.text for name in scene.NOBODY)
    assert not lost


def test_a_character_without_a_glyph_is_listed_and_never_dropped() -> None:
    log = scene.held().add(ev.GoalSet("日本 and 日, 👩"))
    read = Read(scene.report(log, language="en", record_hash=None))
    assert "⟨U+65E5⟩⟨U+672C⟩ and ⟨U+65E5⟩, ⟨U+1F469⟩" in read.text
    last = read.text[read.text.index("Characters that could not be drawn") :]
    for line in (
        "U+65E5 CJK UNIFIED IDEOGRAPH-65E5 · 2 times",
        "U+672C CJK UNIFIED IDEOGRAPH-672C · 1 time",
        "U+1F469 WOMAN · 1 time",
    ):
        assert line in last
    assert read.missing == set("日本👩")
    assert "could not be drawn" not in Read(scene.report(scene.held(), language="en")).text


@pytest.mark.parametrize("character", ["\ue001", "\uf0b7", "\uf8ff", "\U000f0000", "\U0010fffd", "\ufdd0", "\ufffe"])
def test_a_character_without_a_meaning_of_its_own_does_not_stop_the_page(character: str) -> None:
    log = scene.held().add(ev.GoalSet(f"before{character}behind"))
    read = Read(scene.report(log, language="en", student=f"Ada {character}", record_hash=None))
    shown = f"⟨{pdf.code_point(character)}⟩"
    assert f"before{shown}behind" in read.text or f"before{character}behind" in read.text
    assert squeezed(f"Ada {shown}") in squeezed(read.text) or f"Ada {character}" in read.text


def test_the_small_input_is_imported_and_each_of_its_names_makes_a_page() -> None:
    file = data_file(io.BytesIO((ROOT / "tests" / "data" / "cases" / "report" / "pua.csv").read_bytes()))
    names = [row.name for row in read_list(csv_table(file.data), False, load_shipped(), "Europe/Paris").students]
    assert len(names) == 10
    log = scene.held().add(ev.GoalSet("\n".join(names)))
    read = Read(scene.report(log, language="en", student=" + ".join(names), record_hash=None))
    for name in names:
        label = name.rpartition(" ")[0]
        assert squeezed(read.text).count(squeezed(label)) >= 2


def test_a_row_is_torn_only_where_it_is_longer_than_a_page() -> None:
    lengths = [*range(40, 200, 20), 4000]
    rows = tuple(
        Request(f"r{n}", None, f"Document {n}", (), f"§{n}a " + "why " * words + f"§{n}b", "x")
        for n, words in enumerate(lengths)
    )
    pages = Read(scene.report(scene.released(scene.signed(scene.conditional(), rows)), language="en")).pages
    begun, ended = (
        [next(n for n, page in enumerate(pages) if f"§{row}{part}" in page) for row in range(9)] for part in "ab"
    )
    assert begun[:-1] == ended[:-1]
    assert begun[-1] < ended[-1]
    assert len(set(begun)) > 2


def test_no_private_note_stands_anywhere_in_the_file() -> None:
    read = Read(scene.report(scene.everything(lambda name: f"<{name}>"), "jury", "en"))
    size = read.reader.trailer["/Size"]
    assert isinstance(size, int)
    objects = [read.reader.get_object(n) for n in range(1, size)]
    streams = [each.get_data() for each in objects if isinstance(each, StreamObject)]
    assert len(streams) > 5
    assert "<goal>" in read.text
    for name in scene.NOBODY:
        assert f"<{name}>" not in read.text
        for form in (name.encode(), name.encode("utf-16-be")):
            assert form not in read.bytes
            assert not any(form in stream for stream in streams)


PROGRAM = """
import hashlib
from tests.reports import scene
from defense_console.reports.rendering.formats import rendered
report = scene.report(scene.everything(lambda name: name + " 日"), "jury", "fr", student="Zoé")
print(hashlib.sha256(rendered(report, "{form}")).hexdigest())
"""


@pytest.mark.parametrize("form", ["html", "pdf", "docx"])
def test_two_processes_in_two_time_zones_make_the_same_bytes(form: str) -> None:
    made = set()
    for zone, seed in (("Pacific/Auckland", "1"), ("America/Montreal", "2")):
        own = {"TZ": zone, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT), "SOURCE_DATE_EPOCH": seed}
        line = [sys.executable, "-c", PROGRAM.format(form=form)]
        done = subprocess.run(line, capture_output=True, text=True, check=True, env={**os.environ, **own})
        made.add(done.stdout)
    assert len(made) == 1
    assert re.fullmatch(r"[0-9a-f]{64}\n", made.pop())


def test_the_file_is_dated_by_the_release_and_carries_its_own_fonts() -> None:
    read = Read(scene.report(scene.released(scene.signed(scene.conditional())), "student", "fr"))
    assert read.reader.metadata is not None
    assert read.reader.metadata.creation_date is not None
    assert read.reader.metadata.creation_date.isoformat().startswith("2026-10-23T12:30:00")
    assert read.reader.metadata.title == "Soutenance — A project (fr) — Student"
    fonts = {font for page in read.reader.pages for font in _fonts(page)}
    assert {font.partition("+")[2].split("-")[0] for font in fonts} <= {"LibertinusSerif", "DejaVuSansMono"}
    xmp = read.reader.xmp_metadata
    assert xmp is not None
    kept = xmp.stream.get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in kept
    assert b"<pdfuaid:part>1</pdfuaid:part>" in kept


def _fonts(page: object) -> list[str]:
    assert isinstance(page, PageObject)
    resources = page["/Resources"].get_object()
    assert isinstance(resources, DictionaryObject)
    found = resources["/Font"].get_object()
    assert isinstance(found, DictionaryObject)
    fonts = [font.get_object() for font in found.values()]
    return [str(font["/BaseFont"])[1:] for font in fonts if isinstance(font, DictionaryObject)]


def test_every_page_has_its_number_its_version_and_the_hash_and_a_draft_says_so() -> None:
    released = Read(scene.report(scene.everything(lambda name: name * 3), "jury", "en"))
    count = len(released.pages)
    assert count > 1
    draft = Read(scene.report(scene.conditional(), "jury", "en", record_hash=None))
    for n, page in enumerate(draft.pages, 1):
        assert "DRAFT" in page
        assert f"{n}/{len(draft.pages)}" in page
        assert "Draft, as known 2026-10-23 14:30" in page
        assert scene.HASH not in page
    final = Read(scene.report(scene.released(scene.signed(scene.conditional())), "student", "en"))
    for page in final.pages:
        assert "DRAFT" not in page
        assert "Version 1, released 2026-10-23 14:30 (Paris time, UTC+02:00)" in page
        assert scene.HASH in squeezed(page)


@pytest.mark.parametrize("lines", [1, 5, 7, 14])
def test_no_page_begins_in_the_middle_of_an_item(lines: int) -> None:
    log = scene.conditional()
    log.add(*(ev.LineAdded("strength", f"strength {n}") for n in range(lines)))
    read = Read(scene.report(scene.released(scene.signed(log)), "jury"))
    assert len(read.pages) > 1
    assert [page.split("\n")[0] for page in read.pages[1:] if page.startswith("–")] == []
