"""A document made of parts in one ZIP: OOXML in both of its forms, and OpenDocument.

Only the names of elements count, not their namespaces: the strict form of OOXML has other ones for the same elements.
Source: ECMA-376, part 2 (packages) and part 1, annex A.
"""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO, Final
from urllib.parse import unquote
from xml.etree import ElementTree

Element = ElementTree.Element
_TYPES: Final = "[Content_Types].xml"


@dataclass(frozen=True)
class Relation:
    """What a part refers to.

    Attributes:
        id: The name it is referred to by.
        kind: Last word of its type: `hyperlink`, `diagramData`.
        target: Name of a part, or an address where `external`.
        external: Whether it lies outside of the document.
    """

    id: str
    kind: str
    target: str
    external: bool


class Package:
    """The parts of one document.

    Args:
        stream: The whole document. `checks.check_zipped` has looked at it.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(stream)
        self._names = {name.casefold(): name for name in self._zip.namelist() if not name.endswith("/")}

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all parts, in the order of the archive."""
        return tuple(self._names.values())

    def has(self, name: str) -> bool:
        """Return whether there is such a part; capitals do not count."""
        return name.casefold() in self._names

    def read(self, name: str) -> bytes:
        """Return the bytes of a part."""
        return self._zip.read(self._names[name.casefold()])

    def xml(self, name: str) -> Element:
        """Return the root of an XML part."""
        return ElementTree.fromstring(self.read(name))

    def relations(self, name: str = "") -> tuple[Relation, ...]:
        """Return what a part refers to, or the whole package for ""; empty where it refers to nothing."""
        folder, _slash, base = name.rpartition("/")
        place = posixpath.join(folder, "_rels", f"{base}.rels")
        if not self.has(place):
            return ()
        return tuple(_relation(each, folder) for each in self.xml(place) if local(each) == "Relationship")

    def related(self, name: str, *kinds: str) -> Iterator[str]:
        """Yield the names of the parts that a part refers to with one of these kinds, and that are there."""
        for relation in self.relations(name):
            if not relation.external and relation.kind in kinds and self.has(relation.target):
                yield self._names[relation.target.casefold()]

    @property
    def main(self) -> str:
        """Return the name of the part that the package is about.

        Raises:
            KeyError: There is none.
        """
        for name in self.related("", "officeDocument"):
            return name
        raise KeyError(_TYPES)

    def type_of(self, name: str) -> str:
        """Return the content type of a part, in small letters; "" where none is declared."""
        by_name, by_ending = self._types
        return by_name.get(name.casefold()) or by_ending.get(name.rpartition(".")[2].casefold(), "")

    @cached_property
    def _types(self) -> tuple[dict[str, str], dict[str, str]]:
        found = self.xml(_TYPES) if self.has(_TYPES) else ()
        by_name = {each.get("PartName", "").lstrip("/").casefold(): _type(each) for each in found}
        by_ending = {each.get("Extension", "").casefold(): _type(each) for each in found}
        return by_name, by_ending


def _type(declared: Element) -> str:
    return declared.get("ContentType", "").casefold()


def _relation(each: Element, folder: str) -> Relation:
    external = each.get("TargetMode") == "External"
    target = each.get("Target", "")
    if not external:
        target = posixpath.normpath(posixpath.join("/", folder, unquote(target))).lstrip("/")
    return Relation(each.get("Id", ""), each.get("Type", "").rpartition("/")[2], target, external)


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its name without a namespace, "" without it."""
    return next((value for key, value in element.items() if key.rpartition("}")[2] == name), "")
