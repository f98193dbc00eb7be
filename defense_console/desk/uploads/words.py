"""What was looked at, in words: for the question before it is taken, and for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from defense_console.desk.uploads.incoming import FileChange, Incoming, IncomingFile
from defense_console.model.errors import N_, ConsoleError
from defense_console.uploads.matching import Key, UploadFinding
from defense_console.uploads.opening.kinds import bundle_of
from defense_console.words.translation import _, error_text, ngettext, size_text

_CHANGES: Final[Mapping[FileChange, str]] = {
    "new": N_("new"),
    "changed": N_("changed"),
    "unchanged": N_("unchanged"),
}


def finding_text(finding: UploadFinding) -> str:
    """Return a finding as a sentence; user text in it is as it came, and is made safe where it is shown."""
    return error_text(ConsoleError(finding.text_id, **finding.parameters))


_NAMES_SHOWN: Final = 3
"""Files of one alarm that are named; the others are counted."""


@dataclass(frozen=True)
class IncomingLine:
    """A line about what was looked at: what cannot be missed, a document, one of its files, what to know of it."""

    kind: Literal["alarm", "document", "file", "finding"]
    text: str


def incoming_lines(incoming: Incoming, titles: Mapping[Key, str]) -> Iterator[IncomingLine]:
    """Yield every document with the files that would be received for it, then those that would not, then the findings.

    What came back unchanged and what is named for somebody else comes first.

    Args:
        titles: Title of each document, as `Intake.choices` gives them.
    """
    yield from (IncomingLine("alarm", f"‼ {text}") for text in _alarms(incoming))
    for key in (*titles, None):
        files = [file for file in incoming.files if file.key == key]
        if files:
            yield IncomingLine("document", _("No deliverable") if key is None else titles[key])
        for file in files:
            yield IncomingLine("file", "  " + _file_line(file, file.key in incoming.known))
            for finding in file.findings:
                if finding.kind != "other_student":  # it is among the alarms
                    yield IncomingLine("finding", f"    ! {finding_text(finding)}")
    for finding in incoming.findings:
        yield IncomingLine("finding", f"! {finding_text(finding)}")


def group_lines(incoming: Incoming, group: Sequence[IncomingFile]) -> Iterator[str]:
    """Yield name and size of a file, then what to know of it; or of a document in several files, by their folder."""
    bundle = bundle_of(group[0].place)
    if bundle is None:
        yield file_line(group[0])
        findings = group[0].findings
    else:
        size = size_text(sum(file.size for file in group))
        yield ngettext(
            "{name} · {n} file · {size}", "{name} · {n} files · {size}", len(group), name=bundle[0], size=size
        )
        findings = tuple(each for each in incoming.findings if each.parameters.get("name") == bundle[0])
    yield from (f"  ! {finding_text(finding)}" for finding in findings)


def _alarms(incoming: Incoming) -> Iterator[str]:
    for key in incoming.keys:
        name = incoming.files_of(key)[0].name
        if key in incoming.unchanged:
            yield _("{name}: asked for again, and not a byte has changed.", name=name)
        elif key in incoming.again:
            yield _("{name}: this is version {n} again, not a byte has changed.", name=name, n=incoming.again[key])
    others: dict[str, list[str]] = {}
    for file in incoming.files:
        for finding in file.findings:
            if finding.kind == "other_student":
                others.setdefault(finding_text(finding), []).append(file.name)
    for text, names in others.items():
        more = f" … (+{len(names) - _NAMES_SHOWN})" if len(names) > _NAMES_SHOWN else ""
        yield _("{name}: {finding}", name=", ".join(names[:_NAMES_SHOWN]) + more, finding=text)


def file_line(file: IncomingFile) -> str:
    """Return the name and the size of a file."""
    return f"{file.name} · {size_text(file.size)}"


def _file_line(file: IncomingFile, known: bool) -> str:
    if file.version is None or file.change is None:
        return _("{file} · not taken", file=file_line(file))
    if known:
        return _("{file} · version {n}, already received", file=file_line(file), n=file.version)
    change = _("version {n} again", n=file.same_as) if file.same_as is not None else _(_CHANGES[file.change])
    return _("{file} · version {n}, {change}", file=file_line(file), n=file.version, change=change)


def taken_text(incoming: Incoming) -> str:
    """Return what was done when it was taken."""
    files = sum(len(incoming.files_of(key)) for key in incoming.keys)
    if not files:
        return _("These files were received before; nothing was changed.")
    return ngettext("{n} file taken in.", "{n} files taken in.", files)
