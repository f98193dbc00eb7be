"""The words of a comparison: places in a document, sizes, what was counted, what a status means for the mentor."""

from __future__ import annotations

from typing import Final

from textual.content import Content

from defense_console.model.comparison import Comparison, Counts, FileFacts, Place
from defense_console.safe_text import content
from defense_console.words.translation import _, error_text, language, ngettext

HASH_SHOWN: Final = 12
"""Characters of a SHA-256 that are shown: enough to tell two files apart."""
_STEP: Final = 1000


def place_words(place: Place) -> str:
    """Where a line stands, short enough for the margin."""
    if place.kind == "cell":
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


def alarm_words(comparison: Comparison, requested: bool) -> tuple[str, str] | None:
    """What must not be missed: a heading in capitals and a sentence; None when what was asked for was done.

    Args:
        comparison: What was compared.
        requested: A new version of this document was asked for.
    """
    if not requested:
        return None
    if comparison.status == "missing":
        return _("MISSING ALTHOUGH REQUESTED"), _("No new version of this document came.")
    if comparison.status == "unchanged":
        return (_("UNCHANGED ALTHOUGH REQUESTED"),
                _("This is the very file that was there before: every byte is the same."))  # fmt: skip
    if comparison.same_text:
        return (_("TEXT UNCHANGED ALTHOUGH REQUESTED"),
                _("The file is another one, its readable text is the same. Only what is not text may differ: layout, "
                  "pictures, formulas."))  # fmt: skip
    return None


def calm_words(comparison: Comparison) -> Content:
    """What there is to say when there are no lines to show and nothing was asked for."""
    if comparison.status == "unchanged":
        return Content(_("Unchanged: every byte is the same."))
    if comparison.same_text:
        return Content(_("The file is another one, its readable text is the same. Only what is not text may differ: "
                         "layout, pictures, formulas."))  # fmt: skip
    heading = {"new": _("First version."), "missing": _("Missing.")}.get(
        comparison.status, _("Changed: the files differ. Their text cannot be compared.")
    )
    why = comparison.why_no_text
    return Content.assemble((heading, "bold"), "\n\n", content(error_text(why)) if why else "")
