"""What is not saved, in words: who decided what, and when, for a mentor who must write it down elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from defense_console.desk.defense.wording import describe, requests_of
from defense_console.desk.exchange import clipboard
from defense_console.desk.exchange.clipboard import Copied
from defense_console.desk.logs.ledger import Ledger, SaveState
from defense_console.desk.student.wording import describe_student
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.subject import DEFENSE, REHEARSAL, Defenses, curriculum_of
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event
from defense_console.model.student.subject import STUDENT
from defense_console.model.subjects import subject_of
from defense_console.store.base import Append, Job, SaveAside, SaveDraft, Store
from defense_console.words.translation import N_, Translator, _, ngettext, translator
from defense_console.words.values import FIELDS

if TYPE_CHECKING:
    from defense_console.store.unsaved.replay import Replayed


_NAMED = 4
"""So many defenses are named in a line."""


def replayed_sentences(done: Replayed) -> tuple[str, ...]:
    """Return what to say after the spool was looked at; nothing when there was nothing in it."""
    found: list[str] = []
    if done.written:
        found.append(
            ngettext(
                "{n} action that could not be saved before is saved now.",
                "{n} actions that could not be saved before are saved now.",
                done.written,
            )
        )
    if done.filed:
        found.append(
            ngettext(
                "{n} action of a defense or a student that is not here could not be saved; it is kept in {place}.",
                "{n} actions of a defense or a student that is not here could not be saved; they are kept in {place}.",
                done.filed,
                place=done.file,
            )
        )
    if done.damaged:
        found.append(
            ngettext(
                "{n} line of a spool file is damaged; the file is kept in {place}.",
                "{n} lines of a spool file are damaged; the file is kept in {place}.",
                done.damaged,
                place=done.file,
            )
        )
    found += [_("{place} was left as it is. {problem}", place=path, problem=why) for path, why in done.foreign]
    if done.error is not None:
        text = N_("What could not be saved before waits in {place}: {problem}")
        found.append(_(text, place=done.file, problem=done.error))
    return tuple(found)


def aside_sentence(store: Store) -> tuple[str, ...]:
    """Return which logs have decisions that are not in the record because another console wrote first; () for none."""
    kept = {stream: len(rows) for stream, rows in store.all_asides().items()}
    names = sorted(_short_name(store, stream) for stream in kept)
    if not names:
        return ()
    return (
        ngettext(
            "{n} decision is not in the record: another console wrote first. To choose, open {names}.",
            "{n} decisions are not in the record: another console wrote first. To choose, open {names}.",
            sum(kept.values()),
            names=", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else ""),
        ),
    )


def _short_name(store: Store, stream: str) -> str:
    subject, id = subject_of(stream), subject_of(stream).id_of(stream)
    summary = next(iter(store.summaries_by_ids([id])), None) if subject is DEFENSE else None
    student_id = id if summary is None else summary.student_id
    if subject is REHEARSAL:
        first = subject.decode(store.read_log(stream)[0].body).what
        student_id = str(getattr(first, "student_id", id))
    student = store.student(student_id)
    name = student_id if student is None else student.name
    return name if summary is None else f"{name} ({summary.project})"


def loss_sentence(saved: SaveState) -> str:
    """Return what leaving now would mean, in the console's language; empty when all is saved or soon will be."""
    if saved.state != "failed":
        return ""
    if saved.unsaved:
        text = ngettext("{n} action is not saved.", "{n} actions are not saved.", saved.unsaved)
    else:
        text = _("The text being typed is not saved.")
    if saved.spool is None:
        return text + " " + _("It is in memory only and would be lost: copy it first.")
    kept = _("It is in {place} and is saved when the store is opened again.", place=saved.spool.parent)
    return text + " " + kept


def unsaved_text(ledger: Ledger, language: str, zone: str) -> str:
    """Return everything that is not in the store, as a text to keep.

    Returns:
        One paragraph for each defense or student, an action a line, oldest first, and of a text being typed what it is
        now; empty when everything is saved.
    """
    _ = translator(language)
    paragraphs: dict[str, list[str]] = {}
    for job in _last_drafts(ledger.recorder.unsaved()):
        if isinstance(job, Append):
            paragraphs.setdefault(job.stream, []).extend(_events(job.stream, job.lines, ledger, _, language, zone))
        elif isinstance(job, SaveAside) and job.event is not None:
            lines = _events(job.stream, [job.event], ledger, _, language, zone)
            refused = _(N_("Not saved because another console wrote first:"))
            paragraphs.setdefault(job.stream, []).extend([refused, *lines])
        elif isinstance(job, SaveDraft) and job.draft is not None:
            typed = _("being typed ({field}): {text}", field=_field(job.field, _), text=job.draft.text)
            paragraphs.setdefault(job.stream, []).append(_line(_, job.draft.first.wall, "", typed, zone))
    return "\n\n".join("\n".join([_title(stream, ledger, _), *lines]) for stream, lines in paragraphs.items())


def _last_drafts(jobs: Sequence[Job]) -> list[Job]:
    """Return the jobs without the rows that a later one replaces, or whose text a later action holds."""
    kept: list[Job] = []
    replaced: set[tuple[str, str, str]] = set()
    for job in reversed(jobs):
        row = None
        match job:
            case SaveDraft(stream=stream, field=field):
                row = ("draft", stream, field)
            case SaveAside(stream=stream, key=key):
                row = ("aside", stream, key)
            case Append(stream=stream, drop_drafts=fields, drop_aside=keys):
                replaced.update(("draft", stream, field) for field in fields)
                replaced.update(("aside", stream, key) for key in keys)
        if row in replaced:
            continue
        if row is not None:
            replaced.add(row)
        kept.append(job)
    return kept[::-1]


def unsaved_counts(jobs: Sequence[Job]) -> tuple[int, int]:
    """Return how many actions and how many texts being typed are among the jobs; a lease is neither."""
    left = _last_drafts(jobs)
    actions = sum(isinstance(job, Append) or (isinstance(job, SaveAside) and job.event is not None) for job in left)
    return actions, sum(isinstance(job, SaveDraft) and job.draft is not None for job in left)


def _field(key: str, _: Translator) -> str:
    """Return a text field in words, with the id of the criterion or of the skill it is about."""
    kind, _slash, rest = key.partition("/")
    places = {"row": f"row/{rest.rpartition('/')[2]}", "ask": f"ask/{rest.partition('/')[0]}"}
    word = FIELDS.get(places.get(kind, kind))
    if word is None:
        return key
    return f"{_(word)}, {rest}" if kind in ("criterion", "skill") else _(word)


def copy_unsaved(text: str, folder: Path | None) -> Copied:
    """Copy a text every way; the file lies with the spool, whose folder may not be there yet."""
    if folder is not None:
        with suppress(OSError):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return clipboard.copy(text, folder)


def _title(stream: str, ledger: Ledger, _: Translator) -> str:
    subject = subject_of(stream)
    id = subject.id_of(stream)
    if not isinstance(subject, Defenses):
        return _("Student {id}", id=id or "?")
    try:
        defense = ledger.state(subject, id)
        student = ledger.snapshot.student(defense.student_id)
    except ConsoleError:
        return _("Defense {id}", id=id)
    name = student.name if student is not None else defense.student_id
    return _(
        "{project}, attempt {n}: {student} ({id})", project=defense.project, n=defense.attempt, student=name, id=id
    )


def _events(
    stream: str, bodies: Sequence[bytes], ledger: Ledger, _: Translator, language: str, zone: str
) -> Iterator[str]:
    subject = subject_of(stream)
    events: Sequence[Event[Any]] = [subject.decode(body) for body in bodies]
    if not isinstance(subject, Defenses):
        student: Sequence[Event[Any]] = events
        with suppress(ConsoleError):
            student = ledger.log(STUDENT, STUDENT.id_of(stream)).events
        for event in events:
            yield _line(_, event.at.wall, event.author, describe_student(event, language, zone, student), zone)
        return
    curriculum = project = None
    known: Sequence[DefenseEvent] = events
    try:
        log = ledger.log(subject, subject.id_of(stream))
        curriculum = curriculum_of(log.log.state, ledger.curricula)
        project = curriculum.project(log.log.state.project)
        known = log.events
    except ConsoleError:
        pass  # the words are poorer, the text is still there
    rows = requests_of(known)
    for event in events:
        yield _line(_, event.at.wall, event.author, describe(event, curriculum, language, project, rows, zone), zone)


def _line(_: Translator, at: str, author: str, text: str, zone: str) -> str:
    return "  ".join(part for part in ("-", _.date_time(at, zone), author, text) if part)
