"""HTML shows every text as typed, loads and runs nothing, and no text changes its structure."""

from __future__ import annotations

import itertools
from html.parser import HTMLParser

import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Request
from defense_console.model.text import one_line, visible
from defense_console.reports.content.value import READERS, Reader
from defense_console.reports.rendering.html import render
from tests.reports import scene
from tests.reports.hostile import TEXTS, marking

VOID = {"meta", "br"}


class Page(HTMLParser):
    """What a browser would show, and the elements with their attributes; style sheets aside."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.shown = ""
        self.structure: list[tuple[str, tuple[tuple[str, str | None], ...]]] = []
        self.open: list[str] = []
        self.feed(html)
        self.close()
        assert not self.open, "an element was never closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.structure.append((tag, tuple(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.shown += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")


def shows(page: Page, text: str) -> bool:
    return visible(text) in page.shown or one_line(text) in page.shown


@pytest.mark.parametrize(("reader", "language"), itertools.product(READERS, ("fr", "en")))
def test_hostile_text_in_every_field_is_shown_and_changes_no_structure(reader: Reader, language: str) -> None:
    structure = Page(render(scene.report(scene.everything(str), reader, language))).structure
    told = [*scene.EVERYBODY, *(scene.MENTOR if reader != "student" else ())]
    told += [*(scene.JURY if reader == "jury" else ()), "student"]
    lost: list[str] = []
    for text in TEXTS:
        for marked in marking(text):
            html = render(scene.report(scene.everything(marked), reader, language, student=marked("student")))
            page = Page(html)
            assert page.structure == structure, text
            lost += [f"{name}: {text!r}" for name in told if not shows(page, marked(name))]
            assert not any(f"§{name}§" in html for name in scene.NOBODY)
    assert not lost


def test_nothing_is_loaded_and_nothing_runs() -> None:
    page = Page(render(scene.report(scene.everything(lambda name: name), "jury", "fr")))
    tags = {tag for tag, _ in page.structure}
    attributes = {name for _, attrs in page.structure for name, _ in attrs}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "a", "base", "svg"}
    assert not {name for name in attributes if name.startswith("on")} | attributes & {"src", "href", "style"}
    policy = dict(next(attrs for tag, attrs in page.structure if ("http-equiv", "Content-Security-Policy") in attrs))
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"


@pytest.mark.parametrize("language", ["fr", "en"])
def test_headings_go_down_one_step_and_tables_name_their_cells(language: str) -> None:
    page = Page(render(scene.report(scene.everything(lambda name: name), "jury", language)))
    levels = [int(tag[1]) for tag, _ in page.structure if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below <= above + 1 for above, below in itertools.pairwise(levels))
    heads = [dict(attrs)["scope"] for tag, attrs in page.structure if tag == "th"]
    assert heads[:3] == ["col"] * 3
    assert heads.count("col") == 7
    assert heads.count("row") == 2 + 4  # two skills, four documents
    assert ("html", (("lang", language),)) in page.structure


def test_the_signs_of_a_page_are_french_and_the_words_of_the_mentor_as_typed() -> None:
    rows = (Request("d2", 2, "", (), "l'un : ou", "l'autre : ou"),)
    log = scene.conditional().add(ev.SkillCommented("A1", "l'idée : bien"))
    shown = Page(render(scene.report(scene.released(scene.signed(log, rows))))).shown
    assert "Temps de parole respecté\N{NO-BREAK SPACE}: 15 min 40 s (fenêtre 10–20)." in shown
    assert all(typed in shown for typed in ("l'un : ou", "l'autre : ou", "l'idée : bien"))


def test_a_draft_says_so_on_every_page_and_a_released_verdict_does_not() -> None:
    draft = render(scene.report(scene.conditional(), language="en", record_hash=None))
    released = render(scene.report(scene.released(scene.signed(scene.conditional())), language="en"))
    assert '<div class="stamp" aria-hidden="true">Draft</div>' in draft
    assert "Draft: the verdict is not released, nothing here is final." in draft
    assert 'class="stamp"' not in released
    assert "Draft" not in released
    assert scene.HASH in released
    assert scene.HASH not in draft


@pytest.mark.parametrize(("language", "box"), [
    ("en", "Conditional Documents only, no new defense, until 2026-10-25 13:30"),
    ("fr", "Validé sous condition Documents seulement, jusqu’au 25/10/2026 13:30"),
])  # fmt: skip
def test_the_verdict_stands_with_its_consequence(language: str, box: str) -> None:
    log = scene.conditional()
    row = next(iter(scene.everything(str).defense.versions[0].rows))
    page = Page(render(scene.report(scene.released(scene.signed(log, (row,))), language=language)))
    assert box in " ".join(page.shown.split())
