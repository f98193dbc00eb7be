"""The words of a comparison: places in a document, sizes, what was counted, what a status means for the mentor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from textual.content import Content

from defense_console.model.comparison import Comparison, Counts, DocumentPlace, FileFacts, PartDifference, PartKind
from defense_console.model.errors import N_
from defense_console.safe_text import content
from defense_console.words.translation import _, error_text, language, ngettext

HASH_SHOWN: Final = 12
"""Characters of a SHA-256 that are shown: enough to tell two files apart."""
NAMES_SHOWN: Final = 3
"""Parts of one kind that are named; the others are counted."""
_STEP: Final = 1000
_KINDS: Final[Mapping[PartKind, str]] = {
    "formulas": N_("formulas"),
    "macros": N_("macros"),
    "layout": N_("layout"),
    "markup": N_("markup, styles or scripts"),
    "encoding": N_("line ends, blanks or the encoding"),
    "properties": N_("properties of the document"),
}


def document_place_words(place: DocumentPlace) -> str:
    """Where a line stands, short enough for the margin."""
    if place.kind in ("cell", "attachment"):
        return place.name
    if place.kind == "table":
        return _("table {n}, row {m}", n=place.n, m=place.m)
    words = {
        "line": _("line {n}", n=place.n),
        "paragraph": _("para. {n}", n=place.n),
        "page": _("page {n}", n=place.n),
        "slide": _("slide {n}", n=place.n),
        "slide_notes": _("notes {n}", n=place.n),
        "header": _("header {n}", n=place.n),
        "footer": _("footer {n}", n=place.n),
        "footnote": _("footnote {n}", n=place.n),
        "comment": _("comment {n}", n=place.n),
        "diagram": _("diagram {n}", n=place.n),
        "chart": _("chart {n}", n=place.n),
        "drawing": _("drawing {n}", n=place.n),
        "field": _("field {n}", n=place.n),
        "link": _("link {n}", n=place.n),
    }
    return words[place.kind]


def fold_words(n: int) -> str:
    """What a fold stands for."""
    return ngettext("… {n} line unchanged", "… {n} lines unchanged", n)


def size_words(size: int) -> str:
    """A size in bytes, three figures at least."""
    units = (_("B"), _("kB"), _("MB"), _("GB"))
    value, step = float(size), 0
    while value >= _STEP and step < len(units) - 1:
        value, step = value / _STEP, step + 1
    text = f"{value:.0f}" if step == 0 or value >= 100 else f"{value:.1f}"
    return f"{text.replace('.', ',') if language() == 'fr' else text} {units[step]}"


def facts_words(facts: FileFacts | None) -> str:
    """Size and beginning of the hash of a file; "" without one."""
    return f"{size_words(facts.size)} · SHA-256 {facts.sha256[:HASH_SHOWN]}…" if facts else ""


def counts_words(counts: Counts) -> str:
    """What was changed, added and removed; what did not happen is left out."""
    parts = (
        (counts.changed, ngettext("{n} line changed", "{n} lines changed", counts.changed)),
        (counts.added, ngettext("{n} added", "{n} added", counts.added)),
        (counts.removed, ngettext("{n} removed", "{n} removed", counts.removed)),
    )
    return ", ".join(text for n, text in parts if n)


def difference_alarm(comparison: Comparison, requested: bool, again: int | None = None) -> tuple[str, str] | None:
    """What must not be missed: a heading in capitals and a sentence; None when what was asked for was done.

    Args:
        comparison: What was compared.
        requested: A new version of this document was asked for.
        again: Number of the earlier version that this file comes from, byte for byte.
    """
    if not requested:
        return None
    if comparison.status == "missing":
        return _("MISSING ALTHOUGH REQUESTED"), _("No new version of this document came.")
    if comparison.status == "unchanged":
        return (_("UNCHANGED ALTHOUGH REQUESTED"),
                _("This is the very file that was there before: every byte is the same."))  # fmt: skip
    if again is not None:
        return (_("VERSION {n} AGAIN", n=again),
                _("This is the very file of version {n}: every byte is the same.", n=again))  # fmt: skip
    if comparison.same_text:
        return _("TEXT UNCHANGED ALTHOUGH REQUESTED"), same_text_words(comparison)
    if comparison.no_lines:
        return _("NOT ALL OF IT COULD BE COMPARED"), same_text_words(comparison)
    return None


def same_text_words(comparison: Comparison) -> str:
    """Say what differs where no line of the text that was read does."""
    difference = comparison.difference
    parts = difference.parts if difference is not None else ()
    unread = difference.unread if difference is not None else ()
    if unread:
        return _("The text that could be read is the same. Different, and not read: {parts}. Open both versions.",
                 parts=_parts_words(unread))  # fmt: skip
    if not parts:
        return _("The file is another one, its text is the same. Nothing else that can be compared differs.")
    return _("The file is another one, its text is the same. What differs: {parts}.", parts=_parts_words(parts))


def _parts_words(parts: Sequence[PartDifference]) -> str:
    """Name the parts that differ, those of a kind together."""
    names: dict[PartKind, list[str]] = {}
    for part in parts:
        names.setdefault(part.kind, []).append(part.name)
    return " · ".join(_kind_words(kind, names[kind]) for kind in names)


def _kind_words(kind: PartKind, names: Sequence[str]) -> str:
    n = len(names)
    listed = ", ".join(names[:NAMES_SHOWN]) + (f" … (+{n - NAMES_SHOWN})" if n > NAMES_SHOWN else "")
    match kind:
        case "unread" | "format":
            return listed or _("hidden text")
        case "page":
            return ngettext("page {pages}, a picture", "pages {pages}, pictures", n, pages=listed)
        case "drawn":
            return ngettext(
                "layout or pictures of page {pages}", "layout or pictures of pages {pages}", n, pages=listed
            )
        case "picture":
            return ngettext("{n} picture", "{n} pictures", n)
        case "media":
            return ngettext("{n} sound or film", "{n} sounds or films", n)
    return _(_KINDS[kind])


def calm_words(comparison: Comparison, again: int | None = None) -> Content:
    """What there is to say when there are no lines to show and nothing was asked for."""
    if comparison.status == "unchanged":
        return Content(_("Unchanged: every byte is the same."))
    if again is not None:
        return Content(_("This is the very file of version {n}: every byte is the same.", n=again))
    if comparison.no_lines:
        return content(same_text_words(comparison))
    heading = {"new": _("First version."), "missing": _("Missing.")}.get(
        comparison.status, _("Changed: the files differ. Their text cannot be compared.")
    )
    why = comparison.why_no_text
    return Content.assemble((heading, "bold"), "\n\n", content(error_text(why)) if why else "")
