"""What a student reads on their own page: what comes next, what is asked for, what was released, what is held.

Only what a mentor has released or the student has sent is in it. Private notes, drafts, questions, estimates, alerts
and learning notes are not: nothing here reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import msgspec

from defense_console.desk.desk import Desk
from defense_console.desk.student.student import StudentDesk
from defense_console.model.curriculum import Rules
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.revision import TO_REVIEW, asked, row_title
from defense_console.model.defense.state import Contest, Defense, Delivery, OutcomeValue
from defense_console.model.defense.subject import DEFENSE, curriculum_of
from defense_console.model.defense.timeline import Timeline, instant
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.queue.path import ProjectStatus
from defense_console.model.student.state import Goal
from defense_console.reports.content.value import Report
from defense_console.reports.names import expected_names
from defense_console.store.base import StoreError
from defense_console.uploads.matching import Key
from defense_console.words.translation import Translator, translator, zone_of
from defense_console.words.values import PHASES


class NextDate(msgspec.Struct, frozen=True):
    """What comes next.

    Attributes:
        title: What it is, in words.
        at: Its start, ISO 8601 UTC.
        live: The clock of a defense that is going on, None for what is still to come.
        rules: When that clock warns.
    """

    title: str
    at: str
    live: Timeline | None = None
    rules: Rules = msgspec.field(default_factory=Rules)


class Asked(msgspec.Struct, frozen=True):
    """A document that is to be sent, or that may be sent again.

    Attributes:
        defense_id: Of the defense it belongs to.
        key: What it is received as.
        why: Reasons with their labels.
        until: In words; "" where there is no deadline of its own.
        due_at: ISO 8601 UTC, "" likewise.
        names: Names the file may have.
        come: How many versions have come; 0 for one that is awaited, otherwise another one may still be sent.
    """

    defense_id: str
    key: Key
    title: str
    why: tuple[tuple[str, str], ...]
    expected: str
    until: str
    due_at: str
    names: tuple[str, ...]
    come: int = 0


class Sent(msgspec.Struct, frozen=True):
    """A file that came in: for which document, when (ISO 8601 UTC), and what it is."""

    document: str
    at: str
    name: str
    size: int
    sha256: str


class Released(msgspec.Struct, frozen=True):
    """A verdict in force, and whether the student contests it."""

    defense_id: str
    title: str
    outcome: OutcomeValue
    at: str
    version: int
    assessor: str
    contest: Contest | None


class Held(msgspec.Struct, frozen=True):
    """What is held about the student: how much of each kind. Texts of private notes are not in it."""

    name: str
    email: str
    zone: str
    defenses: int
    rehearsals: int
    sessions: int
    files: int
    bytes: int
    events: int
    since: str


class OwnPage(msgspec.Struct, frozen=True):
    """A student's own page at one moment.

    Attributes:
        zone: IANA name of the student's zone, the mentor's where theirs is not known.
        asked: What is awaited, documents after a verdict first; then what may be sent again.
        goals: Open promises, the next due first.
    """

    name: str
    zone: str
    now: str
    next: NextDate | None
    asked: tuple[Asked, ...]
    sent: tuple[Sent, ...]
    released: tuple[Released, ...]
    path: tuple[tuple[str, ProjectStatus], ...]
    goals: tuple[Goal, ...]
    held: Held


def own_page(desk: Desk, student_id: str, language: str) -> OwnPage:
    """Return a student's page.

    Raises:
        ConsoleError: There is no such student.
    """
    if desk.student(student_id) is None:
        raise ConsoleError("There is no student {id} here.", id=student_id)
    follow, words, now = desk.follow(student_id), translator(language), desk.now()
    student, defenses = follow.student, follow.defenses
    zone = _zone(student.timezone, desk.settings.zone)
    sent = tuple(_sent(follow, defenses, words))
    documents = (*_asked_again(desk, defenses, words), *_before_a_defense(follow, defenses, words))
    return OwnPage(
        name=student.name,
        zone=zone,
        now=now.wall,
        next=_next(follow, defenses, words, now),
        asked=tuple(sorted(documents, key=lambda each: each.come > 0)),
        sent=tuple(sorted(sent, key=lambda each: each.at, reverse=True)),
        released=tuple(_released(desk, follow, defenses, words)),
        path=tuple((_title(each.id, each.title.in_(words.language)), status) for each, status in follow.path),
        goals=tuple(sorted(student.open_goals, key=lambda goal: (not goal.due, goal.due))),
        held=_held(follow, defenses, sent),
    )


def own_report(desk: Desk, student_id: str, defense_id: str, language: str) -> Report:
    """Return the report of a verdict in force, as its student reads it.

    Raises:
        ConsoleError: It is not this student's, or nothing was released.
    """
    defense = _own(desk, student_id, defense_id)
    released = defense.released
    if released is None:
        raise ConsoleError("Nothing was released here yet.")
    return desk.verdict(defense_id).report("student", language, released.version)


def contest(desk: Desk, student_id: str, defense_id: str, reason: str) -> None:
    """Record that the student does not agree with a verdict in force.

    Raises:
        StoreError: A console writes on this defense now: later it may be recorded.
        ConsoleError: It is not this student's, or it cannot be contested.
    """
    _own(desk, student_id, defense_id)
    verdict, what = desk.verdict(defense_id), ev.Contested(reason.strip())
    if (refused := desk.ledger.refusal(DEFENSE, defense_id, what)) is not None:
        raise refused
    if (held := verdict.read_only_for(what)) is not None:
        raise StoreError(held.id, **held.parameters)
    verdict.contest(reason)


def clock_words(next_date: NextDate, words: Translator, zone: str, now: Stamp) -> tuple[str, str]:
    """Return what the clock of a page says: how long it is, and until when or from when."""
    _ = words
    live = next_date.live
    if live is None or live.current is None:
        soon = instant(next_date.at) - instant(now.wall)
        if timedelta() < soon < timedelta(hours=1):
            return _("in {length}", length=_.clock_text(int(soon.total_seconds()))), _said(words, next_date.at, zone)
        return _.in_words(next_date.at, zone, now.wall), _said(words, next_date.at, zone)
    left_s = live.left_ms(now) // 1000
    phase = _(PHASES.get(live.current.id, live.current.id))
    if live.state == "paused":
        line = _("{phase}, paused", phase=phase)
    elif left_s < 0:
        line = _("{phase}, {time} over", phase=phase, time=_.clock_text(-left_s))
    else:
        line = _("{phase}, {time} left", phase=phase, time=_.clock_text(left_s))
    ends = instant(now.wall) + timedelta(milliseconds=live.ends_in_ms(now))
    return line, _("planned end {time}", time=_.time_of_day(ends, zone))


def _said(words: Translator, at: str, zone: str) -> str:
    _ = words
    return _("{day} {date} {time} ({zone})", day=_.weekday(at, zone), date=_.date_text(at, zone),
             time=_.time_of_day(at, zone), zone=zone)  # fmt: skip


def _zone(theirs: str, mine: str) -> str:
    try:
        zone_of(theirs or mine)
    except ConsoleError:
        return mine
    return theirs or mine


def _title(id: str, title: str) -> str:
    return f"{id} — {title}"


def _own(desk: Desk, student_id: str, defense_id: str) -> Defense:
    defense = desk.follow(student_id).defenses.get(defense_id)
    if defense is None:
        raise ConsoleError("There is no such page.")
    return defense


def _project_title(follow: StudentDesk, defense: Defense, words: Translator) -> str:
    curriculum = curriculum_of(defense, follow.ledger.curricula)
    project = curriculum.project(defense.project)
    return _title(defense.project, "" if project is None else project.title.in_(words.language))


def _next(follow: StudentDesk, defenses: Mapping[str, Defense], words: Translator, now: Stamp) -> NextDate | None:
    _ = words
    found = list[NextDate]()
    for defense in defenses.values():
        title = _("Defense of {project}", project=_project_title(follow, defense, words))
        rules = curriculum_of(defense, follow.ledger.curricula).rules
        if defense.session == "live":
            return NextDate(title, defense.planned_at, defense.timeline, rules)
        if defense.session == "waiting" or (
            defense.session == "planned" and instant(defense.planned_at) > instant(now.wall) - timedelta(hours=1)
        ):
            found.append(NextDate(title, defense.planned_at))
    session = follow.overview().line.next
    if session is not None and session.state == "planned":
        found.append(NextDate(_("Weekly session"), session.at))
    return min(found, key=lambda each: each.at, default=None)


def _asked_again(desk: Desk, defenses: Mapping[str, Defense], words: Translator) -> Iterator[Asked]:
    """Yield what the verdicts in force ask for, then what has come for them and is not settled."""
    for id, defense in defenses.items():
        verdict = desk.verdict(id)
        for each in verdict.asked_of_student(words.language):
            yield Asked(
                id, each.key, each.title, each.why, each.expected, each.until, each.due_at, each.names
            )  # fmt: skip
        for row in asked(defense):
            if row.state in TO_REVIEW:
                key = row.request.deliverable or row.request.id
                title = row_title(row.request, verdict.project, words.language)
                yield Asked(id, key, title, (), "", "", "", (), len(row.deliveries))


def _before_a_defense(follow: StudentDesk, defenses: Mapping[str, Defense], words: Translator) -> Iterator[Asked]:
    """Yield the deliverables of a defense to come."""
    _ = words
    for id, defense in defenses.items():
        project = curriculum_of(defense, follow.ledger.curricula).project(defense.project)
        if defense.session not in ("planned", "waiting") or defense.released is not None or project is None:
            continue
        until = _("before the defense of {project}", project=defense.project)
        for each in project.deliverables:
            title, names = f"{each.n}. {each.title.in_(words.language)}", expected_names(each, follow.student.name)
            come = len(defense.deliveries.get(each.n, ()))
            yield Asked(id, each.n, title, (), "", "" if come else until, "", names, come)


def _sent(follow: StudentDesk, defenses: Mapping[str, Defense], words: Translator) -> Iterator[Sent]:
    for defense in defenses.values():
        project = curriculum_of(defense, follow.ledger.curricula).project(defense.project)
        for n, deliveries in defense.deliveries.items():
            found = project.deliverable(n) if project is not None else None
            title = f"{n}. {found.title.in_(words.language)}" if found is not None else str(n)
            yield from _files(f"{defense.project} · {title}", deliveries)
        for row in (*defense.revisions, *defense.no_longer_asked):
            if row.request.deliverable is None and project is not None:
                yield from _files(row_title(row.request, project, words.language), row.deliveries)


def _files(document: str, deliveries: Iterable[Delivery]) -> Iterator[Sent]:
    for delivery in deliveries:
        for file in delivery.files:
            yield Sent(document, delivery.at, file.name, file.size, file.sha256)


def _released(
    desk: Desk, follow: StudentDesk, defenses: Mapping[str, Defense], words: Translator
) -> Iterator[Released]:
    for id, defense in reversed(tuple(defenses.items())):
        version = defense.released
        if version is None or version.released_at is None:
            continue
        contests = [each for each in defense.contests if each.version == version.version]
        yield Released(
            id, _project_title(follow, defense, words), version.outcome, version.released_at, version.version,
            desk.verdict(id).assessor, contests[-1] if contests else None,
        )  # fmt: skip


def _held(follow: StudentDesk, defenses: Mapping[str, Defense], sent: Iterable[Sent]) -> Held:
    student, files = follow.student, tuple(sent)
    logs = [follow.events, *(follow.ledger.log(DEFENSE, id).events for id in defenses)]
    return Held(
        name=student.name,
        email=student.email,
        zone=student.timezone,
        defenses=len(defenses),
        rehearsals=len(follow.rehearsals),
        sessions=sum(bool(session.ended_at) for session in student.sessions),
        files=len(files),
        bytes=sum(file.size for file in files),
        events=sum(map(len, logs)),
        since=min((events[0].at.wall for events in logs if events), default=""),
    )
