"""The report and the message of a defense, and the paragraphs of the report that a mentor rewrites."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.one_log import TO_COME
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.state import Defense, Version
from defense_console.model.defense.subject import DEFENSE, Defenses
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.words.translation import zone_of

if TYPE_CHECKING:
    from defense_console.reports.content import message as messages
    from defense_console.reports.content.value import Reader, Report

_REPORT = "report/"
"""Field keys of rewritten paragraphs: `report/<language>/<the report's key of the field>`."""


def paragraph_field(language: str, key: str) -> str:
    """Return the key of the text field in which a generated paragraph is rewritten."""
    return f"{_REPORT}{language}/{key}"


class ReportingDesk(DefenseDesk):
    """What the mentor reads before it goes out; `zone` is the IANA name of the mentor's time zone."""

    def __init__(
        self, ledger: Ledger, id: str, leases: Leases, *, zone: str = "UTC", subject: Defenses = DEFENSE
    ) -> None:
        super().__init__(ledger, id, leases, subject)
        self._zone = zone

    def report(self, reader: Reader, language: str, version: int | None = None) -> Report:
        """Return the report for one reader in one language, as it reads now or as it read when a version was released.

        Args:
            version: Number of a version of the verdict that was released; None is now.

        Raises:
            ConsoleError: This version was never released.
        """
        defense, superseded_by = (self.defense, None) if version is None else self._as_released(version)
        released = defense.released
        record = self.ledger.store.read_log(self.stream) if released is not None else ()
        hash = next((line.hash for line in record if released and line.seq == released.released_seq), None)
        from defense_console.reports.content import report as reports

        return reports.build(
            defense,
            self.curriculum,
            student=self.student.name,
            language=language,
            reader=reader,
            zone=self._zone_of(reader),
            assessor=self._assessor(defense),
            record_hash=hash,
            previous=self.previous,
            superseded_by=superseded_by,
        )

    def asked_of_student(self, language: str) -> tuple[messages.AskedDocument, ...]:
        """Return the documents that the verdict in force awaits, in the words in which it was released.

        What is drafted since then is not in it; what has come in since then is.
        """
        released = self.defense.released
        if released is None:
            return ()
        then, _later = self._as_released(released.version)
        now = self.defense
        shown = msgspec.structs.replace(
            then, revisions=now.revisions, reception_completed_at=now.reception_completed_at
        )  # fmt: skip
        from defense_console.reports.content import message as messages

        to = messages.Recipient(self.student.name, "", self._zone_of("student"))
        return messages.build(self.id, shown, self.curriculum, to=to, language=language, zone=self._zone).asked

    def message(self, language: str) -> messages.Message:
        """Return the message for the student about the verdict in force.

        Raises:
            ConsoleError: No verdict is released.
        """
        student, defense = self.student, self.defense
        later = [summary for summary in self.attempts if summary.attempt > defense.attempt]
        from defense_console.reports.content import message as messages

        return messages.build(
            self.id,
            defense,
            self.curriculum,
            to=messages.Recipient(student.name, student.email, self._zone_of("student")),
            language=language,
            zone=self._zone,
            signature=self.ledger.signature,
            next_attempt=later[0] if later else None,
        )

    @property
    def no_message(self) -> ConsoleError | None:
        """Return why there is no message for the student, None when there is one."""
        from defense_console.reports.content import message as messages

        return messages.missing(self.defense)

    @property
    def assessor(self) -> str:
        """Return who signed the verdict in force, or would sign now."""
        return self._assessor(self.defense)

    def _assessor(self, defense: Defense) -> str:
        """Return who signed the latest version of the verdict; while one is drafted, the mentor at this console."""
        if defense.drafting is not None or not defense.versions:
            return self.ledger.signature
        n = defense.versions[-1].version
        signed = (e.author for e in self.events if isinstance(e.what, ev.Signed) and e.what.version == n)
        found = next(reversed(tuple(signed)), self.ledger.author)
        return self.ledger.signature if found == self.ledger.author else found

    def _zone_of(self, reader: Reader) -> str:
        """Return the zone of the times a reader sees: the student's own where it is known, else the mentor's."""
        theirs = self.student.timezone
        if reader != "student" or not theirs:
            return self._zone
        try:
            zone_of(theirs)
        except ConsoleError:  # imported elsewhere, unknown to this machine: the report says which zone it uses
            return self._zone
        return theirs

    def _as_released(self, version: int) -> tuple[Defense, Version | None]:
        """Return the defense as it was when a version was released, and the version that has replaced it."""
        found = {v.version: v for v in self.defense.versions if v.released_seq is not None}
        if version not in found:
            known = ", ".join(map(str, found)) or "–"
            text = N_("Version {n} of the verdict was not released; released are: {known}.")
            raise ConsoleError(text, n=version, known=known)
        last = max(found.values(), key=lambda v: v.version)
        defense = self.ledger.state_at(DEFENSE, self.id, found[version].released_seq or 0)
        return defense, last if last.version != version else None

    # --- paragraphs in the mentor's own words --------------------------------------------------------------------

    def generated(self, language: str, key: str) -> str:
        """Return what the console would write into a field now, without the mentor's own words."""
        defense = msgspec.structs.replace(self.defense, edited={})
        zone = self._zone_of("student")  # the text the preview shows for the student is the one that is edited
        from defense_console.reports.content import report as reports

        report = reports.build(defense, self.curriculum, student="", language=language, reader="student", zone=zone)
        return reports.bodies(report).get(key, "")

    def changed_generated(self, language: str, key: str) -> str | None:
        """Return the generated text of an edited field when it is no longer the one that was edited; None otherwise."""
        edited = self.defense.edited.get((key, language))
        if edited is None:
            return None
        now = self.generated(language, key)
        return None if edited.proposal == _hash(now) else now

    def field_to_edit(self, language: str, key: str) -> str:
        """Return the field in which to edit a part of the report: where the mentor wrote it, else one of its own.

        Raises:
            ConsoleError: It is not written by hand, or holds several texts.
        """
        defense = self.defense
        kind, _slash, skill = key.partition("/")
        if (key, language) in defense.edited:
            return paragraph_field(language, key)
        if kind == "skill":
            return key if defense.skill_comments.get(skill) else paragraph_field(language, key)
        if key == "goal":
            return "goal"
        if key in ("strength", "improvement"):
            lines = defense.strengths if key == "strength" else defense.improvements
            if len(lines) > 1:
                raise ConsoleError("There are several lines here: edit each on the verdict screen.")
            if lines:
                return f"edit/{lines[0].seq}"
        if key in ("improvement", "remarks"):
            return paragraph_field(language, key)
        raise ConsoleError("This part of the report is not written by hand.")

    def take_generated(self, language: str, key: str) -> Defense:
        """Put the generated text in force again.

        Raises:
            ConsoleError: The mentor has not rewritten this field, or the verdict is not being drafted.
        """
        return self.act(ev.ParagraphEdited(key, language, "", _hash(self.generated(language, key))))

    def held_text(self, field: str) -> str:
        """Return the paragraph in the mentor's words; if it was never edited, in the console's."""
        if (paragraph := _paragraph(field)) is None:
            return super().held_text(field)
        language, key = paragraph
        edited = self.defense.edited.get((key, language))
        return self.generated(language, key) if edited is None else edited.text

    def another_text(self, field: str) -> DefenseWhat:
        """Return the event that a text becomes which the field does not hold; a paragraph's proposal is left out."""
        if (paragraph := _paragraph(field)) is None:
            return super().another_text(field)
        language, key = paragraph
        return ev.ParagraphEdited(key, language, TO_COME, "")

    def meant(self, field: str, text: str, first: Stamp) -> DefenseWhat | None:
        """Return what finishing a paragraph means. Text that equals what the console would write is no edit."""
        if (paragraph := _paragraph(field)) is None:
            return super().meant(field, text, first)
        language, key = paragraph
        edited, proposal, text = self.defense.edited.get((key, language)), self.generated(language, key), text.strip()
        if text == proposal.strip():
            text = ""
        if text == ("" if edited is None else edited.text):
            return None
        return ev.ParagraphEdited(key, language, text, _hash(proposal))


def _paragraph(field: str) -> tuple[str, str] | None:
    """Return the language and the key of the paragraph that a text field edits, None for another field."""
    if not field.startswith(_REPORT):
        return None
    language, _slash, key = field.removeprefix(_REPORT).partition("/")
    return language, key


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
