"""What was looked at, in words: for the question before it is taken, and for the command line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from defense_console.desk.uploads.intake import FileChange, Incoming, IncomingFile
from defense_console.model.errors import N_
from defense_console.uploads.matching import Finding
from defense_console.words.translation import _, ngettext, size_text

_CHANGES: Final[Mapping[FileChange, str]] = {
    "new": N_("new"),
    "changed": N_("changed"),
    "unchanged": N_("unchanged"),
}


def finding_text(finding: Finding) -> str:
    """A finding as a sentence; user text in it is as it came, and made safe by whoever shows it."""
    return _(finding.text_id, **finding.parameters)


def incoming_lines(incoming: Incoming) -> Iterator[str]:
    """Every file with what it would be, its findings under it; then what to know of the whole.

    What came back unchanged although a change was asked for stands first.
    """
    for key in incoming.keys:
        if key in incoming.unchanged:
            name = incoming.files_of(key)[0].name
            yield _("‼ {name}: asked for again, and not a byte has changed.", name=name)
    for file in incoming.files:
        yield _file_line(file, file.key in incoming.known)
        for finding in file.findings:
            yield f"    ! {finding_text(finding)}"
    for finding in incoming.findings:
        yield f"! {finding_text(finding)}"


def _file_line(file: IncomingFile, known: bool) -> str:
    size = size_text(file.size)
    if file.version is None or file.change is None:
        return _("{name} · {size} · not taken", name=file.name, size=size)
    if known:
        return _("{name} · {size} · version {n}, already received", name=file.name, size=size, n=file.version)
    change = _(_CHANGES[file.change])
    return _("{name} · {size} · version {n}, {change}", name=file.name, size=size, n=file.version, change=change)


def taken_text(incoming: Incoming) -> str:
    """What was done when it was taken."""
    files = sum(len(incoming.files_of(key)) for key in incoming.keys)
    if not files:
        return _("These files were received before; nothing was changed.")
    return ngettext("{n} file taken in.", "{n} files taken in.", files)
