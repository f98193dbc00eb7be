"""What was looked at before it is taken, as values: the files, what each would be, what the mentor says of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.uploads.matching import Key, UploadFinding
from defense_console.uploads.names import composed
from defense_console.uploads.opening.kinds import InPlace, bundle_of
from defense_console.uploads.opening.sources import SourceKind

FileChange = Literal["new", "changed", "unchanged", "again"]


class ReadFile(msgspec.Struct, frozen=True):
    """A file as it was read.

    Attributes:
        place: path inside the source.
        in_place: what it is where it is no document.
    """

    place: str
    size: int
    sha256: str
    in_place: InPlace | None = None


class SourceRead(msgspec.Struct, frozen=True):
    """A source as it was read."""

    path: Path
    name: str
    kind: SourceKind
    plain: bool
    files: tuple[ReadFile, ...]


class IncomingFile(msgspec.Struct, frozen=True):
    """A file, and what it would be.

    Attributes:
        place: path inside the source.
        name: the same below the folder that holds everything; the name it is received under.
        key: what it belongs to, None when it could not be matched: it is then not taken.
        deliverable: number of the deliverable, None for a document asked for by a free title.
        version: number of the version it would be part of, from 1; None when it is not taken.
        change: compared with the version before, `again` where it is a file of an earlier one; None when it is not
            taken.
        same_as: number of that earlier version, else None.
    """

    place: str
    name: str
    key: Key | None
    deliverable: int | None
    version: int | None
    size: int
    sha256: str
    change: FileChange | None
    same_as: int | None
    findings: tuple[UploadFinding, ...]


class Incoming(msgspec.Struct, frozen=True):
    """What was looked at.

    Attributes:
        known: keys whose latest version is this very delivery already: taking it again changes nothing.
        unchanged: keys asked for that come back with the same content.
        again: keys whose files are those of an earlier version, and its number.
    """

    reading: SourceRead
    files: tuple[IncomingFile, ...]
    findings: tuple[UploadFinding, ...]
    known: frozenset[Key]
    unchanged: frozenset[Key]
    again: Mapping[Key, int]

    @property
    def keys(self) -> tuple[Key, ...]:
        """Return what would be received, in the order of its first file."""
        found = dict.fromkeys(file.key for file in self.files if file.key is not None)
        return tuple(key for key in found if key not in self.known)

    @property
    def unmatched(self) -> tuple[IncomingFile, ...]:
        """Return the files that are not taken unless the mentor says what they are."""
        return tuple(file for file in self.files if file.key is None)

    @property
    def unmatched_groups(self) -> tuple[tuple[IncomingFile, ...], ...]:
        """Return the same, those of one document in several files together."""
        groups: dict[str, list[IncomingFile]] = {}
        for file in self.unmatched:
            bundle = bundle_of(file.place)
            groups.setdefault(file.place if bundle is None else bundle[0], []).append(file)
        return tuple(map(tuple, groups.values()))

    def files_of(self, key: Key) -> tuple[IncomingFile, ...]:
        """Return the files of one document."""
        return tuple(file for file in self.files if file.key == key)


def places_of(incoming: Incoming, said: Sequence[tuple[str, Key]]) -> dict[str, Key]:
    """Return which files the mentor speaks of.

    Args:
        said: Names and what they are. A name is a file's path or its last part, and may have `*` and `?`; "" is the one
            file that could not be matched.

    Returns:
        What each file is, by its path inside the source; what is said last counts.

    Raises:
        ConsoleError: No file has this name, or it is not clear which one is meant.
    """
    found: dict[str, Key] = {}
    for name, key in said:
        meant = [file.place for file in incoming.files if _has_name(file, name)] if name else [_only_one(incoming)]
        if not meant:
            raise ConsoleError("There is no file {name} in what came.", name=name)
        found.update(dict.fromkeys(meant, key))
    return found


def _has_name(file: IncomingFile, name: str) -> bool:
    names = (file.place, file.name, file.place.rpartition("/")[2])
    return any(fnmatchcase(each.casefold(), composed(name).casefold()) or each == composed(name) for each in names)


def _only_one(incoming: Incoming) -> str:
    """Return the path of the only file that could not be matched, or of the only one that came."""
    open_ones = incoming.unmatched or (incoming.files if len(incoming.files) == 1 else ())
    if len(open_ones) == 1:
        return open_ones[0].place
    names = ", ".join(file.name for file in open_ones)
    if not names:
        raise ConsoleError("Every file could be matched: name the one that is meant, as in NAME=N.")
    raise ConsoleError("Several files could not be matched: {names}. Say which one each is, as in NAME=N.", names=names)
