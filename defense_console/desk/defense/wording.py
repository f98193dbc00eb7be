"""Events and states in words, for the timeline, the `log` command and every screen. Pure: no terminal library.

User text goes into the sentences unchanged: where a sentence is shown, it is made safe.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from defense_console.desk.logs.wording import every_log_sentence, with_reason
from defense_console.model.curriculum import Criterion, Curriculum, Project
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.defense.state import Request
from defense_console.model.errors import N_
from defense_console.model.log.undo import settle
from defense_console.words.translation import Translator, translator
from defense_console.words.values import CANCELLERS, GAP_ANSWERS, OUTCOMES, PAUSES, PHASES, QUESTIONS, RATINGS, SECTIONS


def cancelled_actions(events: Sequence[DefenseEvent]) -> frozenset[int]:
    """Return the numbers of the events that no longer apply because their action was undone."""
    kept = {event.seq for event in settle(events)[0]}
    return frozenset(
        event.seq for event in events if event.seq not in kept and not isinstance(event.what, ev.Undone | ev.Redone)
    )


def requests_of(events: Sequence[DefenseEvent]) -> Mapping[str, Request]:
    """Return the documents to revise that a log names, by row id, as they were last written."""
    found: dict[str, Request] = {}
    for event in events:
        match event.what:
            case ev.RowSet(row=row):
                found[row.id] = row
            case ev.Signed(rows=rows):
                found.update((row.id, row) for row in rows)
    return found


_NO_ROWS: Mapping[str, Request] = MappingProxyType({})


def describe(
    event: DefenseEvent,
    curriculum: Curriculum | None,
    language: str,
    project: Project | None = None,
    rows: Mapping[str, Request] = _NO_ROWS,
    zone: str = "UTC",
) -> str:
    """Return what an event says, as a sentence.

    Args:
        curriculum: For the sentences of criteria and skills; None shows their ids only.
        project: For the titles of deliverables; None shows their numbers only.
        rows: See `requests_of`: for the titles of documents that the mentor added.
        zone: IANA name of the zone dates are read in.

    Returns:
        One sentence, user text in it unchanged; never empty.
    """
    words = _Words(translator(language), curriculum, project, rows, zone)
    for part in (_appointment, _clock, _system, _said, _verdict, _second_reading, _documents):
        found = part(event.what, words)
        if found is not None:
            return found
    return type(event.what).__name__  # a kind without words is still shown rather than hidden


_PARTS: Final[Mapping[str, str]] = {"remarks": N_("Defense: remarks"), "improvement": N_("Areas for improvement")}
_TONGUES: Final[Mapping[str, str]] = {"fr": N_("French"), "en": N_("English")}


class _Words(msgspec.Struct, frozen=True):
    """What the sentences are made with."""

    _: Translator
    curriculum: Curriculum | None
    project: Project | None
    rows: Mapping[str, Request]
    zone: str

    def moment(self, at: str) -> str:
        """Return a date and time in the zone of the reader."""
        return self._.date_time(at, self.zone)

    def table(self, table: Mapping[str, str], key: str) -> str:
        """Return the word for a value; a value without one is shown as it is."""
        return self._(table[key]) if key in table else key

    def with_reason(self, sentence: str, reason: str) -> str:
        """Return the sentence, and the reason behind it when there is one."""
        return with_reason(self._, sentence, reason)

    def criterion(self, id: str) -> str:
        """Return the id and sentence of a criterion."""
        found = self._criterion(id)
        return id if found is None else f"{id} ({found.text.in_(self._.language).rstrip('.')})"

    def _criterion(self, id: str) -> Criterion | None:
        if self.curriculum is None:
            return None
        every = (c for p in self.curriculum.projects for skill in p.skills for c in skill.criteria)
        return next((c for c in (*self.curriculum.oral, *every) if c.id == id), None)

    def document(self, request: Request) -> str:
        """Return the title of a document to revise."""
        return request.title or self.deliverable(request.deliverable)

    def deliverable(self, n: int | None) -> str:
        """Return the number and title of a deliverable."""
        if n is None:
            return self._("a document without a name")
        found = self.project.deliverable(n) if self.project else None
        return str(n) if found is None else f"{n}. {found.title.in_(self._.language)}"

    def check(self, id: str) -> str:
        """Return what is checked before the call; its id where the curriculum is not known."""
        checks = self.curriculum.checks if self.curriculum is not None else ()
        found = next((check.text.in_(self._.language) for check in checks if check.id == id), id)
        return found.removesuffix(".")

    def part(self, field: str) -> str:
        """Return a part of the report by its field key."""
        kind, _slash, skill = field.partition("/")
        return skill if kind == "skill" else self.table(_PARTS, field)

    def row(self, id: str) -> str:
        """Return a document to revise by its row id, which names the deliverable of a pre-filled one."""
        if id in self.rows:
            return self.document(self.rows[id])
        return self.deliverable(int(id[1:])) if id[:1] == "d" and id[1:].isdecimal() else f"({id})"


def _appointment(what: DefenseWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.Planned(project=project, attempt=attempt, planned_at=at):
            text = N_("Planned: {project}, attempt {attempt}, {at}")
            return _(text, project=project, attempt=attempt, at=words.moment(at))
        case ev.Rescheduled(planned_at=at, reason=reason):
            return words.with_reason(_("New date {at}", at=words.moment(at)), reason)
        case ev.DetailsChanged():
            return _("Slot or language changed")
        case ev.Parked(parked=parked):
            return _("Put at the end of the queue") if parked else _("Taken back from the end of the queue")
        case ev.DeliverableDeclared(deliverable=n, received=received):
            text = N_("Deliverable received: {document}") if received else N_("Deliverable missing: {document}")
            return _(text, document=words.deliverable(n))
        case ev.CheckTicked(check=check, done=done):
            said = words.check(check)
            return _("Check done: {check}", check=said) if done else _("Check not done: {check}", check=said)
        case ev.RoomOpened():
            return _("Waiting room opened")
        case ev.NoShow(reason=reason):
            return words.with_reason(_("The student was absent"), reason)
        case ev.Cancelled(by=by, late=late, reason=reason):
            text = N_("Cancelled late by {who}") if late else N_("Cancelled by {who}")
            return words.with_reason(_(text, who=words.table(CANCELLERS, by)), reason)
        case ev.Aborted(reason=reason):
            return words.with_reason(_("Broken off"), reason)
        case ev.DefenseClosed(reason=reason):
            return words.with_reason(_("Closed without another date"), reason)
    return None


def _clock(what: DefenseWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.Started():
            return _("The student is here: the defense starts")
        case ev.Paused(reason=reason):
            return words.with_reason(_("Clock paused"), words.table(PAUSES, reason) if reason else "")
        case ev.PauseExplained(pause=n, reason=reason):
            return _("Reason of the pause of line {n}: {reason}", n=n, reason=words.table(PAUSES, reason))
        case ev.Resumed():
            return _("Clock resumed")
        case ev.PhaseEntered(phase=phase):
            return _("Phase: {phase}", phase=words.table(PHASES, phase))
        case ev.TargetMoved(phase=phase, by_s=by_s):
            text = N_("Target of {phase}: {length} more") if by_s >= 0 else N_("Target of {phase}: {length} less")
            return _(text, phase=words.table(PHASES, phase), length=_.duration_text(by_s))
        case ev.RecordingStarted():
            return _("Recording started")
        case ev.Finished():
            return _("The defense is over")
        case ev.Reopened():
            return _("The defense goes on; the time since its end is a pause")
        case ev.GapPaused(gap=gap):
            return _("The gap of line {n} becomes a pause", n=gap)
    return None


def _system(what: DefenseWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.Suspended(gap_ms=gap_ms):
            return _("The machine slept {length}; the time counted", length=_.duration_text(gap_ms // 1000))
        case ev.ClockStepped(by_ms=by_ms):
            return _(
                "The machine's clock was set by {sign}{length}; the timer did not move",
                sign="+" if by_ms >= 0 else "\N{MINUS SIGN}",
                length=_.duration_text(by_ms // 1000 if by_ms >= 0 else -(-by_ms // 1000)),
            )
        case ev.Recovered(answer=answer):
            return _("Time without the console: {answer}", answer=words.table(GAP_ANSWERS, answer))
        case ev.CalendarLinked():
            return _("Found in the calendar")
    return every_log_sentence(what, _)


def _said(what: DefenseWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.Rated(criterion=id, rating=None):
            return _("{criterion}: rating cleared", criterion=words.criterion(id))
        case ev.Rated(criterion=id, rating=str() as rating):
            return _("{criterion}: {rating}", criterion=words.criterion(id), rating=words.table(RATINGS, rating))
        case ev.Noted(text=text, criterion=None, private=private):
            return _("Private note: {text}", text=text) if private else _("Shared note: {text}", text=text)
        case ev.Noted(text=text, criterion=str() as id, private=private):
            marked = N_("Private note on {criterion}: {text}") if private else N_("Shared note on {criterion}: {text}")
            return _(marked, criterion=id, text=text)
        case ev.NoteEdited(note=n, text=text):
            return _edited(words, N_("Note of line {n} now reads: {text}"), N_("Note of line {n} withdrawn"), n, text)
        case ev.NotePrivacySet(note=n, private=private):
            return _("Note of line {n} made private", n=n) if private else _("Note of line {n} made shared", n=n)
        case ev.QuestionParked(text=text):
            return _("Question parked: {text}", text=text)
        case ev.QuestionMoved(question=n, state=state):
            return _("Question of line {n}: {state}", n=n, state=words.table(QUESTIONS, state))
        case ev.QuestionEdited(question=n, text=text):
            now, gone = N_("Question of line {n} now reads: {text}"), N_("Question of line {n} withdrawn")
            return _edited(words, now, gone, n, text)
        case ev.LineAdded(section=section, text=text):
            return _("{section}: {text}", section=words.table(SECTIONS, section), text=text)
        case ev.LineEdited(line=n, text=text):
            return _edited(words, N_("Text of line {n} now reads: {text}"), N_("Text of line {n} withdrawn"), n, text)
        case ev.SkillCommented(skill=skill, text=text):
            if not text:
                return _("Comment of {skill} withdrawn", skill=skill)
            return _("Comment of {skill}: {text}", skill=skill, text=text)
        case ev.GoalSet(text=text):
            return _("Next goal: {text}", text=text) if text else _("Next goal withdrawn")
    return None


def _edited(words: _Words, now: str, gone: str, n: int, text: str) -> str:
    return words._(now if text else gone, n=n, text=text)


def _verdict(what: DefenseWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.OutcomeChosen(outcome=outcome):
            return _("Outcome chosen: {outcome}", outcome=words.table(OUTCOMES, outcome))
        case ev.ReasonGiven(text=text):
            return _("Reason for the outcome: {text}", text=text) if text else _("Reason for the outcome withdrawn")
        case ev.ParagraphEdited(field=field, language=tongue, text=text):
            places = {"language": words.table(_TONGUES, tongue), "part": words.part(field)}
            if not text:
                return _("Report in {language}, {part}: as generated again", **places)
            return _("Report in {language}, {part}: {text}", text=text, **places)
        case ev.RowSet(row=row):
            return _(
                "Document to revise: {document}, due {length} after release",
                document=words.document(row),
                length=_.duration_text(row.due_after_s),
            )
        case ev.RowKept(row=id, kept=kept):
            text = N_("Document kept: {document}") if kept else N_("Document dropped: {document}")
            return _(text, document=words.row(id))
        case ev.Signed(version=version, outcome=outcome):
            return _("Verdict {version} signed: {outcome}", version=version, outcome=words.table(OUTCOMES, outcome))
        case ev.Released(version=version):
            return _("Verdict {version} released", version=version)
        case ev.AmendmentOpened(reason=reason):
            return words.with_reason(_("A new version of the verdict is drafted"), reason)
        case ev.AmendmentDropped():
            return _("The new version of the verdict is dropped")
        case ev.Contested(reason=reason):
            return words.with_reason(_("The student contests the verdict"), reason)
        case ev.ContestResolved(reason=reason):
            return words.with_reason(_("The contested verdict is upheld"), reason)
    return None


def _second_reading(what: DefenseWhat, words: _Words) -> str | None:
    """The ratings themselves are not said: the first assessor reads the timeline while the second one rates."""
    _ = words._
    match what:
        case ev.ReadingBegun(reader=reader):
            return _("Second reading by {reader} begun", reader=reader)
        case ev.ReadingRated(reader=reader, criterion=id):
            return _("Second reading by {reader}: {criterion} rated", reader=reader, criterion=words.criterion(id))
        case ev.ReadingClosed(reader=reader):
            return _("Second reading by {reader} finished", reader=reader)
        case ev.ReadingSettled(criterion=id, rating=rating, reason=reason):
            places = {"criterion": words.criterion(id), "rating": words.table(RATINGS, rating)}
            return words.with_reason(_("Difference settled, {criterion}: {rating}", **places), reason)
    return None


def _documents(what: DefenseWhat, words: _Words) -> str | None:
    _ = words._
    match what:
        case ev.DeliverableReceived(deliverable=n, files=files):
            names = ", ".join(file.name for file in files)
            return words.with_reason(_("Files received: {document}", document=words.deliverable(n)), names)
        case ev.RowReceived(row=id, files=files):
            names = ", ".join(file.name for file in files)
            return words.with_reason(_("Document received: {document}", document=words.row(id)), names)
        case ev.ReviewStarted(row=id):
            return _("Document under review: {document}", document=words.row(id))
        case ev.RowAccepted(row=id):
            return _("Document accepted: {document}", document=words.row(id))
        case ev.RowRequestedAgain(row=id, expected=expected):
            return words.with_reason(_("Document requested again: {document}", document=words.row(id)), expected)
        case ev.RowWaived(row=id, reason=reason):
            return words.with_reason(_("Document given up: {document}", document=words.row(id)), reason)
        case ev.RowWithdrawn(row=id, reason=reason):
            return words.with_reason(_("Request withdrawn: {document}", document=words.row(id)), reason)
        case ev.RowExtended(row=id, by_s=by_s):
            text = N_("{length} more for {document}") if by_s >= 0 else N_("{length} less for {document}")
            return _(text, document=words.row(id), length=_.duration_text(by_s))
        case ev.RowExpired(row=id):
            return _("Document closed, nothing came in time: {document}", document=words.row(id))
        case ev.ReceptionCompleted():
            return _("Reception declared complete")
    return None
