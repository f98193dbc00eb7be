"""The school's naming pattern for files and archives. It is recognised, never required.

The naming convention in force since 2022: `Nom_Prénom_n°_livrable_mmaaaa` for a file,
`Titre_du_projet_nom_prénom` for an archive.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

import msgspec

_NAME: Final = r"[^\W\d_]+(?:[ '’\-][^\W\d_]+)*"
_FILE: Final = re.compile(
    rf"(?P<surname>{_NAME})_(?P<given>{_NAME})_"
    r"(?:(?P<number>[0-9]{1,2})_)?(?:(?P<label>.+?)_{1,2})?"
    r"(?P<month>0[1-9]|1[0-2])(?P<year>20[0-9]{2})(?:\.[A-Za-z0-9.]{1,8})?"
)
"""One underscore or two before the date. The number and the label may be missing: the mentor is told, nothing stops."""
_ARCHIVE: Final = re.compile(rf"(?P<title>.+)_(?P<surname>{_NAME})_(?P<given>{_NAME})(?:\.[Zz][Ii][Pp])?")
_EXTENSION: Final = re.compile(r"(?<=[^.])\.(?P<extension>[A-Za-z0-9]{1,8})")
_WORDS: Final = re.compile(r"[^\W_]+")


class FileName(msgspec.Struct, frozen=True):
    """A file's name as the school asks for it.

    Attributes:
        surname, given: as written.
        number: of the deliverable, None when it is missing.
        label: name of the deliverable as written, "" when it is missing.
        month, year: when the project started.
    """

    surname: str
    given: str
    number: int | None
    label: str
    month: int
    year: int


class ArchiveName(msgspec.Struct, frozen=True):
    """An archive's name as the school asks for it."""

    title: str
    surname: str
    given: str


def composed(name: str) -> str:
    """Return the name in NFC: macOS writes accents apart from their letters, which makes another name of the same."""
    return unicodedata.normalize("NFC", name)


def parse_file_name(name: str) -> FileName | None:
    """Read a file's name, without its folders; None when it does not follow the pattern."""
    found = _FILE.fullmatch(composed(name))
    if found is None or (found["number"] is None and found["label"] is None):
        return None
    return FileName(
        surname=found["surname"],
        given=found["given"],
        number=None if found["number"] is None else int(found["number"]),
        label=(found["label"] or "").strip("_"),
        month=int(found["month"]),
        year=int(found["year"]),
    )


def parse_archive_name(name: str) -> ArchiveName | None:
    """Read an archive's name, with or without `.zip`; None when it does not follow the pattern."""
    found = _ARCHIVE.fullmatch(composed(name))
    return None if found is None else ArchiveName(found["title"], found["surname"], found["given"])


def extension_of(name: str) -> str:
    """Return what follows the last dot of a name, in small letters; "" for none (`.bashrc` has none)."""
    found = _EXTENSION.search(name, max(0, name.rfind(".") - 1))
    return found["extension"].lower() if found is not None and found.end() == len(name) else ""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a name or a title, comparable: without accents, in small letters, in order."""
    apart = unicodedata.normalize("NFKD", text)
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return tuple(_WORDS.findall(bare.casefold()))


def same_person(surname: str, given: str, known: str) -> bool:
    """Return whether a file's names may be those of a student: a second given name or another order does not matter.

    Returns:
        True also when nothing is known of the student's name.
    """
    written, expected = {*words_of(surname), *words_of(given)}, {*words_of(known)}
    return not expected or written <= expected or expected <= written
