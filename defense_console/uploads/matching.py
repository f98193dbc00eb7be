"""Which deliverable a file is, and what a mentor should know about it. Findings are shown; they never stop anything.

Pure: names and sizes in, values out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Final, Literal

import msgspec

from defense_console.model.curriculum import Project
from defense_console.model.errors import N_, ConsoleError
from defense_console.uploads.names import (
    FileName,
    extension_of,
    parse_archive_name,
    parse_file_name,
    same_person,
    words_of,
)
from defense_console.uploads.opening.kinds import KIND_NAMES, InPlace, InPlaceKind, bundle_of

UploadFindingKind = Literal[
    "missing_number",
    "number_twice",
    "unknown_number",
    "wrong_extension",
    "other_student",
    "future_date",
    "empty_file",
    "other_pattern",
    "archive_pattern",
    "by_title",
    "unmatched",
    "missing_document",
    "no_file",
    "bundle",
    InPlaceKind,
]
Key = int | str
"""What a file can be matched to: the number of a deliverable, or the row of a document with a free title."""

_TEXTS: Final[Mapping[UploadFindingKind, str]] = {
    "missing_number": N_("The number of the deliverable is missing from the name."),
    "number_twice": N_("{count} files have the number {n}."),
    "unknown_number": N_("The brief has no deliverable {n}."),
    "wrong_extension": N_("The brief asks for {formats}, this is {extension}."),
    "other_student": N_("It is named for {found}, not for {student}."),
    "future_date": N_("Its date, {month}/{year}, lies in the future."),
    "empty_file": N_("The file is empty."),
    "other_pattern": N_("The name does not follow the school’s pattern."),
    "archive_pattern": N_("The name of the archive, {name}, does not follow the school’s pattern."),
    "by_title": N_("It was recognised by its title."),
    "unmatched": N_("It could not be matched to a deliverable."),
    "missing_document": N_("Deliverable {n} is not among these files."),
    "no_file": N_("There is no file in it."),
    "bundle": N_("{name} is a document of Apple {program} in several files: ask for a PDF (File, Export)."),
    "archive_inside": N_("This is an archive, and its files are not looked at: ask for the documents themselves, or "
                         "unpack it and receive the folder."),
    "other_archive": N_("This is {what}, which is not opened here: ask for a ZIP, or unpack it and receive the "
                        "folder."),
    "part_of_archive": N_("This is one of several parts of an archive: ask for one ZIP that holds everything."),
    "link_only": N_("This is a link and no document: ask for the document."),
    "shortcut": N_("This is a shortcut to a document on the student’s machine and does not hold it: ask for the "
                   "document."),
    "google_document": N_("This only points to a Google document and does not hold it: ask for a PDF (File, "
                          "Download)."),
    "iwork_document": N_("This is a document of Apple {what}, which other programs do not open: ask for a PDF (File, "
                         "Export)."),
    "unfinished": N_("This is an unfinished download: ask for the document again."),
    "not_downloaded": N_("The document was still in iCloud when it was sent and is not here: ask for it again."),
    "other_content": N_("This is {what} under another name: ask for the document again."),
    "web_page": N_("This is a web page under the name of a document, as a failed download leaves: ask for it again."),
}  # fmt: skip
_LINK_TO: Final = N_("This is a link to {what} and no document: ask for the document.")
_ASKED_FOR: Final = frozenset({"archive_inside", "other_archive", "link_only", "iwork_document"})
"""What a brief may ask for by its ending."""
_OF_A_LINK: Final = frozenset({"url", "webloc", "txt", "html"})
"""Files that hold the link where a brief asks for one."""
_SAME: Final[Mapping[str, str]] = {"jpeg": "jpg", "htm": "html", "tif": "tiff", "mpeg": "mpg"}


class UploadFinding(msgspec.Struct, frozen=True):
    """Something to know: its kind, its English message id, the values of its places."""

    kind: UploadFindingKind
    text_id: str
    parameters: Mapping[str, object] = {}


class Candidate(msgspec.Struct, frozen=True):
    """What a file can be: its key, its titles in any language, the formats asked for (empty: any)."""

    key: Key
    titles: tuple[str, ...]
    formats: tuple[str, ...] = ()


class Offered(msgspec.Struct, frozen=True):
    """A file that came: its path inside the source, its size in bytes, what it is where it is no document."""

    place: str
    size: int
    in_place: InPlace | None = None


class Match(msgspec.Struct, frozen=True):
    """What is known of a file: its path below the folder that holds everything, what it belongs to, what to know."""

    place: str
    name: str
    key: Key | None
    findings: tuple[UploadFinding, ...]


class KnownUploads(msgspec.Struct, frozen=True):
    """What files are compared with.

    Attributes:
        candidates: what they can be.
        student: whole name of the student.
        year, month: now, in the mentor's zone.
        expected: keys that should be among them.
    """

    candidates: tuple[Candidate, ...]
    student: str
    year: int
    month: int
    expected: Collection[Key] = ()


def candidates_of(project: Project, titled: Mapping[str, str]) -> tuple[Candidate, ...]:
    """Return what a file can be: deliverables of the brief, then the documents asked for by a free title."""
    return tuple(Candidate(d.n, (d.slug, d.title.fr, d.title.en), d.formats) for d in project.deliverables) + tuple(
        Candidate(row, (title,)) for row, title in titled.items()
    )


def is_one_document(name: str, project: Project) -> bool:
    """Return whether an archive is a deliverable by itself: by its name, and by the formats of the brief."""
    named = parse_file_name(name)
    deliverable = project.deliverable(named.number) if named is not None and named.number is not None else None
    return deliverable is not None and extension_of(name) in deliverable.formats


def match_files(
    source: str, archive: bool, offered: Sequence[Offered], known: KnownUploads, chosen: Mapping[str, Key] | None = None
) -> MatchedFiles:
    """Match every file, and say what is odd.

    Args:
        source: Name of what was given: the file, the folder or the archive.
        archive: Whether it is one, so that its name follows the pattern of archives.
        offered: Its files, in order.
        known: What they are compared with.
        chosen: What the mentor says that a file is, by its path.

    Returns:
        The files in the same order, and the findings on the whole.
    """
    chosen = chosen or {}
    wrapper = _wrapper(offered)
    alone = len(offered) == 1 and offered[0].place == source
    named = {file.place: _named(file.place, "" if alone else source) for file in offered}
    twice = Counter(name.number for name, own in named.values() if name is not None and own)
    files = tuple(_match(file, wrapper, *named[file.place], twice, known, chosen.get(file.place)) for file in offered)
    findings: list[UploadFinding] = []
    if archive and all(name is None or own for name, own in named.values()):
        findings += _archive_findings(source, known)
    bundles = dict(found for file in offered if (found := bundle_of(file.place)) is not None)
    findings += [_finding("bundle", name=name, program=program) for name, program in bundles.items()]
    if not files:
        findings.append(_finding("no_file"))
    elif not alone:
        there = {file.key for file in files}
        findings += [
            _finding("missing_document", n=key) for key in known.expected if key not in there and isinstance(key, int)
        ]
    return MatchedFiles(files, tuple(findings))


class MatchedFiles(msgspec.Struct, frozen=True):
    """Every file with what it is, and what to know of the whole."""

    files: tuple[Match, ...]
    findings: tuple[UploadFinding, ...]


def _finding(kind: UploadFindingKind, **parameters: object) -> UploadFinding:
    return UploadFinding(kind, _TEXTS[kind], parameters)


def _wrapper(offered: Sequence[Offered]) -> str:
    """Return the folder that holds everything, unless it is itself named as a deliverable; "" for none."""
    tops = {file.place.partition("/")[::2] for file in offered}
    folders = {top for top, _rest in tops}
    folder = next(iter(folders)) if len(folders) == 1 and all(rest for _top, rest in tops) else ""
    return f"{folder}/" if folder and parse_file_name(folder) is None else ""


def _named(place: str, source: str) -> tuple[FileName | None, bool]:
    """Return the nearest name that follows the pattern, of the file or of a folder, and whether it is the file's."""
    *folders, name = place.split("/")
    for part, own in ((name, True), *((folder, False) for folder in (*reversed(folders), source))):
        found = parse_file_name(part)
        if found is not None:
            return found, own
    return None, False


def _match(
    file: Offered, wrapper: str, named: FileName | None, own: bool, twice: Counter[int | None], known: KnownUploads,
    chosen: Key | None,
) -> Match:  # fmt: skip
    findings: list[UploadFinding] = []
    extension = extension_of(file.place.rpartition("/")[2])
    by_number = next((c for c in known.candidates if named is not None and c.key == named.number), None)
    found = next((c for c in known.candidates if c.key == chosen), by_number) if chosen is not None else by_number
    if named is None:
        findings.append(_finding("other_pattern"))
    elif named.number is None:
        findings.append(_finding("missing_number"))
    elif by_number is None:
        findings.append(_finding("unknown_number", n=named.number))
    elif own and twice[named.number] > 1:
        findings.append(_finding("number_twice", n=named.number, count=twice[named.number]))
    if found is None:
        stem = file.place.rpartition("/")[2].removesuffix(f".{extension}")
        found = _by_title(named.label if named is not None and named.label else stem, extension, known.candidates)
        findings.append(_finding("by_title" if found is not None else "unmatched"))
    alone = own or named is None or chosen is not None
    if found is not None and alone and not _fits(extension, found.formats):
        formats = ", ".join(found.formats)
        findings.append(_finding("wrong_extension", formats=formats, extension=extension or "–"))
    if file.in_place is not None and not _is_asked_for(file.in_place, extension, found):
        findings.append(_of_kind(file.in_place))
    if named is not None:
        findings += _of_name(named, known)
    if file.size == 0:
        findings.append(_finding("empty_file"))
    key = None if found is None else found.key
    return Match(file.place, file.place.removeprefix(wrapper), key, tuple(findings))


def _is_asked_for(held: InPlace, extension: str, found: Candidate | None) -> bool:
    """Return whether a brief asks for just this: a ZIP, a link."""
    if found is None or not found.formats or held.kind not in _ASKED_FOR:
        return False
    return _fits(extension, found.formats) and (held.kind != "other_archive" or extension != "zip")


def _of_kind(held: InPlace) -> UploadFinding:
    if held.kind in ("other_archive", "other_content"):
        return _finding(held.kind, what=ConsoleError(KIND_NAMES[held.what]))  # type: ignore[index]
    if held.kind == "link_only" and held.what:
        return UploadFinding(held.kind, _LINK_TO, {"what": held.what})
    return _finding(held.kind, what=held.what) if held.what else _finding(held.kind)


def _of_name(named: FileName, known: KnownUploads) -> list[UploadFinding]:
    findings = _of_person(named.surname, named.given, known)
    if (named.year, named.month) > (known.year, known.month):
        findings.append(_finding("future_date", month=f"{named.month:02}", year=named.year))
    return findings


def _of_person(surname: str, given: str, known: KnownUploads) -> list[UploadFinding]:
    if same_person(surname, given, known.student):
        return []
    return [_finding("other_student", found=f"{given} {surname}", student=known.student)]


def _archive_findings(source: str, known: KnownUploads) -> list[UploadFinding]:
    named = parse_archive_name(source)
    if named is None:
        return [_finding("archive_pattern", name=source)]
    return _of_person(named.surname, named.given, known)


def _fits(extension: str, formats: Collection[str]) -> bool:
    extension = _SAME.get(extension, extension)
    return not formats or extension in formats or ("url" in formats and extension in _OF_A_LINK)


def _by_title(text: str, extension: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the one candidate whose title is in a text, with the most words; of several, the extension decides."""
    words = set(words_of(text))
    found: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        titles = (set(words_of(title)) for title in candidate.titles)
        most = max((len(title) for title in titles if title and title <= words), default=0)
        if most:
            found.setdefault(most, []).append(candidate)
    best = found[max(found)] if found else []
    if len(best) > 1:
        best = [candidate for candidate in best if _fits(extension, candidate.formats)]
    return best[0] if len(best) == 1 else None
