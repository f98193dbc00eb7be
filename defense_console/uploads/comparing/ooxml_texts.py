"""Readers of DOCX and PPTX: the main flow in its order, then every other part that holds text.

The parts are walked here. The usual libraries read the main flow only: they do not see diagrams (SmartArt), charts,
comments and documents inside the document, and they do not open the strict form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import BinaryIO, Final

from defense_console.model.comparison import DocumentPlace, Paragraph, PlaceKind
from defense_console.uploads.comparing.blocks import TextBlock, blocks, is_left_out
from defense_console.uploads.comparing.packages import Element, Package, attribute, local
from defense_console.uploads.comparing.readers import Work, check_count, links

EXTRAS: Final[Mapping[str, PlaceKind]] = {
    "comments": "comment", "threadedComment": "comment", "diagramData": "diagram", "chart": "chart", "chartEx": "chart",
    "chartUserShapes": "drawing", "drawing": "drawing",
}  # fmt: skip
"""Kind of a relation → what the part holds that it leads to."""


def read_docx(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read DOCX: headers, text, notes, footers, then all else; tracked changes count as accepted."""
    package = Package(stream)
    main = package.main
    root = package.xml(main)
    sections = list(_sections(root))
    found = Found(package, work)
    yield from found.note(_ends(package, sections, "header"))
    yield from found.note(_placed(blocks(root)))
    for part in package.related(main, "footnotes", "endnotes"):
        notes = [note for note in package.xml(part) if not attribute(note, "type")]  # others draw the line above them
        for n, note in enumerate(notes, 1):
            yield from found.note(_all_as(blocks(note), "footnote", n))
    yield from found.note(_ends(package, sections, "footer"))
    for part in (main, *package.related(main, "header", "footer", "footnotes", "endnotes")):
        yield from found.extras(part)
    yield from found.links()


def read_pptx(stream: BinaryIO, work: Work) -> Iterator[Paragraph]:
    """Read PPTX: slide by slide the text of shapes, diagrams, charts and comments, then the speaker's notes."""
    package = Package(stream)
    main = package.main
    by_id = {relation.id: relation.target for relation in package.relations(main)}
    listed = [by_id.get(_reference(each), "") for each in package.xml(main).iter() if local(each) == "sldId"]
    slides = [slide for slide in listed if package.has(slide)]
    check_count(len(slides), work.limits)
    found = Found(package, work)
    for n, slide in enumerate(slides, 1):
        yield from found.note(_all_as(blocks(package.xml(slide)), "slide", n))
        yield from found.extras(slide, DocumentPlace("slide", n))
        for notes in package.related(slide, "notesSlide"):
            yield from found.note(_all_as(blocks(package.xml(notes)), "slide_notes", n))
        work.progress(n / len(slides))
    yield from found.extras(main)
    yield from found.links()


class Found:
    """What was read of a package so far, and the parts that are still to be read."""

    def __init__(self, package: Package, work: Work) -> None:
        self._package = package
        self._work = work
        self._texts: list[str] = []
        self._addresses: list[str] = []
        self._seen: set[str] = set()
        self._numbers: dict[PlaceKind, int] = {}

    def note(self, paragraphs: Iterator[Paragraph]) -> Iterator[Paragraph]:
        """Yield the same paragraphs, and remember their text."""
        for paragraph in paragraphs:
            self._texts.append(paragraph.text)
            yield paragraph

    def extras(self, name: str, place: DocumentPlace | None = None) -> Iterator[Paragraph]:
        """Yield the text of the parts that a part refers to and that are not read yet.

        Args:
            name: The part.
            place: Where they are; numbered by their kind when None.
        """
        for relation in self._package.relations(name):
            part = relation.target
            if relation.external:
                self._addresses += [part] * (relation.kind == "hyperlink")
            elif part not in self._seen and self._package.has(part):
                self._seen.add(part)
                yield from self.note(self._extra(part, relation.kind, place))

    def _extra(self, part: str, relation: str, place: DocumentPlace | None) -> Iterator[Paragraph]:
        kind = EXTRAS.get(relation)
        if kind is not None:
            for block in blocks(self._package.xml(part)):
                yield Paragraph(block.text, place or self._next(kind))
            yield from self.extras(part, place)
        elif not part.endswith((".xml", ".rels")):
            yield from self._work.attached(part, partial(self._package.read, part))

    def _next(self, kind: PlaceKind) -> DocumentPlace:
        self._numbers[kind] = self._numbers.get(kind, 0) + 1
        return DocumentPlace(kind, self._numbers[kind])

    def links(self) -> Iterator[Paragraph]:
        """Yield the addresses that links lead to and the text does not show."""
        return links(iter(self._addresses), self._texts)


def _placed(found: Iterator[TextBlock]) -> Iterator[Paragraph]:
    for block in found:
        yield Paragraph(block.text, DocumentPlace(block.kind, block.n, block.m))


def _all_as(found: Iterator[TextBlock], kind: PlaceKind, n: int) -> Iterator[Paragraph]:
    for block in found:
        yield Paragraph(block.text, DocumentPlace(kind, n))


def _sections(element: Element) -> Iterator[Element]:
    """Yield the sections of a text; the last is the text's own, the others end in a paragraph."""
    for child in element:
        if local(child) == "sectPr":
            yield child
        elif local(child) == "pPr" or not is_left_out(child):
            yield from _sections(child)


def _ends(package: Package, sections: list[Element], kind: PlaceKind) -> Iterator[Paragraph]:
    """Yield the headers or footers, each once, by the first section that shows it."""
    by_id = {relation.id: relation.target for relation in package.relations(package.main)}
    seen: set[str] = set()
    for n, section in enumerate(sections, 1):
        for reference in section:
            part = by_id.get(_reference(reference), "") if local(reference) == f"{kind}Reference" else ""
            if part not in seen and package.has(part):
                seen.add(part)
                yield from _all_as(blocks(package.xml(part)), kind, n)


def _reference(element: Element) -> str:
    """Return the id of the relation that an element names; it may have another `id` of its own."""
    return next((value for key, value in element.items() if key.endswith("relationships}id")), "")
