"""What a report is written from: the defense, its curriculum, the reader, the language, the version it is about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from defense_console.model.curriculum import Curriculum, Project, Skill
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import SETTLED, Defense, Note, OutcomeValue, RatingValue, Request, Version
from defense_console.model.defense.state import Revision as Asked
from defense_console.model.errors import N_
from defense_console.reports.content.value import Passage, Reader, VerdictStage
from defense_console.words.translation import Translator, zone_of
from defense_console.words.values import RATINGS

STATUSES: Final[Mapping[str, str]] = {
    "acquired": N_("Acquired"),
    "partial": N_("Partly acquired"),
    "not_acquired": N_("Not acquired"),
    "not_assessed": N_("Not assessed"),
    "unrated": N_("Not rated yet"),
}
VERSIONS: Final[Mapping[str, str]] = {
    "draft": N_("draft"),
    "signed": N_("signed, not released"),
    "released": N_("released"),
    "superseded": N_("superseded"),
}


def utc_offset(at: str, zone: str) -> str:
    """Return the offset of a zone at an instant, such as UTC+02:00."""
    digits = datetime.fromisoformat(at).astimezone(zone_of(zone)).strftime("%z")
    return f"UTC{digits[:3]}:{digits[3:5]}"


class Document(msgspec.Struct, frozen=True):
    """A document to revise as a report shows it. `asked` is None while the request is not released."""

    request: Request
    asked: Asked | None = None


class ReportSource(msgspec.Struct, frozen=True):
    """Everything the sections are written from.

    Attributes:
        standing: Of the version it is about: `none` before there is anything to decide, `draft`, `signed`, `released`.
        version: That version, None for `none` and `draft`.
        outcome: Its outcome, None while none is chosen.
        reason: Why it is another outcome than the suggested one, in the mentor's words.
        zone: IANA name of the time zone in which instants are shown.
    """

    defense: Defense
    curriculum: Curriculum
    project: Project
    reader: Reader
    words: Translator
    zone: str
    standing: VerdictStage
    version: Version | None
    outcome: OutcomeValue | None
    reason: str

    @property
    def language(self) -> str:
        """Return the language of the report: "fr" or "en"; never the process's own."""
        return self.words.language

    def word(self, table: Mapping[str, str], key: str) -> str:
        """Return the word for a value; a value without one is shown as it is."""
        _ = self.words
        return _(table[key]) if key in table else key

    def rated(self, criterion: str) -> str:
        """Return the word for a criterion's rating."""
        return self.rating_word(rubric.rating_of(self.defense, criterion))

    def rating_word(self, rating: RatingValue | None) -> str:
        """Return the word for a rating, or for none."""
        _ = self.words
        return _("not rated") if rating is None else self.word(RATINGS, rating)

    def instant(self, at: str) -> str:
        """Return an instant in the report's zone, with its offset and, except for the jury, as people call the zone."""
        local = self.words.date_time(at, self.zone)
        offset = utc_offset(at, self.zone)
        if self.zone in ("UTC", "Etc/UTC"):
            return f"{local} UTC"
        zone = self.words.zone_text(self.zone)
        return f"{local} ({offset})" if self.reader == "jury" else f"{local} ({zone}, {offset})"

    def skill_title(self, skill: Skill) -> str:
        """Return the reference and the name of a skill."""
        return f"{skill.ref} — {skill.title.in_(self.language)}"

    def document_title(self, request: Request) -> str:
        """Return the name of a document to revise."""
        _ = self.words
        return revision.row_title(request, self.project, self.language) or _("A document without a name")

    def expected(self, request: Request) -> Passage | None:
        """Return what must change in a document, None where nothing says so."""
        _ = self.words
        text = revision.row_expected(request, self.project, self.language, self.curriculum.oral)
        return Passage(text, _("Expected"), "edited" if request.expected else "generated") if text else None

    def edited(self, key: str) -> str:
        """Return the mentor's own words for a generated paragraph in this language, "" without any."""
        found = self.defense.edited.get((key, self.language))
        return "" if found is None else found.text

    def shared_notes(self) -> tuple[Note, ...]:
        """Return the notes that are not private, in order. Nothing else in this package reads notes."""
        return tuple(note for note in self.defense.notes if not note.private)

    def notes_on(self, criterion: str) -> tuple[Note, ...]:
        """Return the shared notes on a criterion."""
        return tuple(note for note in self.shared_notes() if note.criterion == criterion)

    def offset(self, note: Note) -> str:
        """Return when a note was written: what the clock showed, and the sitting where there are several."""
        _ = self.words
        clock = _.clock_text(note.at_s)
        if len(self.defense.sittings) > 1:
            clock = _("sitting {n}, {clock}", n=note.sitting, clock=clock)
        return clock

    def documents(self) -> tuple[Document, ...]:
        """Return documents to revise that this reader sees: the student only what is required of them.

        A draft shows the rows kept while it is conditional; a released verdict what became of each request.
        """
        found = self._all_documents()
        if self.reader == "student":
            found = tuple(d for d in found if d.request.severity == "required")
        return found

    def dropped(self) -> tuple[Asked, ...]:
        """Return what an earlier condition asked for and the one in force does not, as far as this reader knew of it.

        A deliverable that is asked for in another row is asked for.
        """
        if self.standing != "released" or self.outcome != "conditional":
            return ()
        still = {r.request.deliverable for r in self.defense.revisions} - {None}
        return tuple(
            r
            for r in self.defense.no_longer_asked
            if r.dropped is not None
            and r.request.deliverable not in still
            and (r.request.severity == "required" or self.reader != "student")
        )

    def _all_documents(self) -> tuple[Document, ...]:
        defense = self.defense
        if self.standing == "released":
            asked = tuple(Document(r.request, r) for r in defense.revisions)
            if self.outcome == "conditional" or self.reader == "jury":
                return asked
            return tuple(d for d in asked if d.asked is not None and over(d.asked))
        if self.standing == "signed" and self.version is not None and self.version.outcome == "conditional":
            return tuple(Document(row) for row in self.version.rows)
        if self.standing == "draft" and self.outcome == "conditional":
            return tuple(
                Document(row) for row in revision.kept_rows(revision.rows(defense, self.curriculum, self.project))
            )
        return tuple(Document(r.request, r) for r in defense.revisions if over(r))


def over(asked: Asked) -> bool:
    """Return whether the mentor has decided: nothing is awaited or to be read."""
    return asked.state in SETTLED or asked.state == "expired"


def standing(defense: Defense) -> tuple[VerdictStage, Version | None, OutcomeValue | None, str]:
    """Return the version of the verdict that a report made now is about.

    A version being drafted counts once its outcome is chosen; until then the one before it is shown.

    Returns:
        Its state, the version if there is one, its outcome, the mentor's reason for another outcome.
    """
    latest = defense.versions[-1] if defense.versions else None
    if latest is not None and latest.state == "signed":
        return "signed", latest, latest.outcome, latest.reason
    if defense.drafting is not None and (latest is None or defense.outcome is not None):
        return "draft", None, defense.outcome, defense.reason
    if latest is not None:
        return "released", latest, latest.outcome, latest.reason
    return "none", None, None, ""
