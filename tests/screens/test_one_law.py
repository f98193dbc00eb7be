"""The law is asked once: what a screen says of a key before it is pressed is what the desk answers when it is."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from defense_console.desk.defense.brief import BriefDesk
from defense_console.desk.defense.countdowns import Countdowns
from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.defense.revisions import RevisionsDesk
from defense_console.desk.defense.second_reading import ReadingDesk
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.one_log import TO_COME, LogDesk
from defense_console.desk.queue import AgendaDesk
from defense_console.desk.student.student import StudentDesk
from defense_console.desk.team import Team
from defense_console.keys.keymap import Context, commands_for, meant_by
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent as Event
from defense_console.model.defense.kinds import DefenseWhat
from defense_console.model.defense.state import Defense, RatingValue, ReceivedFile, Request
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import Summary, defense_id, summarize
from defense_console.model.defense.timeline import later
from defense_console.model.errors import ConsoleError
from defense_console.model.log.chain import StoredLine
from defense_console.model.log.envelope import What, encode_event
from defense_console.model.log.subject import Subject
from defense_console.model.student import kinds as ev_student
from defense_console.model.student.alerts import RuleReason
from defense_console.model.student.kinds import StudentEvent, StudentRegistered
from defense_console.model.student.subject import STUDENT
from defense_console.screens.before.wishes import BRIEF, WAITING, OnBrief
from defense_console.screens.live.wishes import CLOCK, LIVE, OnLive
from defense_console.screens.queue.wishes import QUEUE, OnQueue
from defense_console.screens.shared.refused import WISHES as ASIDE
from defense_console.screens.shared.refused import OnAside
from defense_console.screens.shared.wishes import Asks, Seen, Wishes, refused
from defense_console.screens.students.alerts import ALERTS, OnAlerts
from defense_console.screens.students.deeds import NOTHING_DONE, NOTHING_UNDONE
from defense_console.screens.students.readiness import READINESS, OnReadiness
from defense_console.screens.students.wishes import (
    CHECK_IN,
    CHOICES_OF,
    ON_A_STUDENT,
    STUDENTS,
    OnStudent,
    OnStudents,
)
from defense_console.screens.uploads.wishes import DOCUMENTS, OnDocuments
from defense_console.screens.verdict.second_reading import READING
from defense_console.screens.verdict.wishes import REPORT, VERDICT, OnReport, OnVerdict
from defense_console.settings import Settings
from defense_console.store.base import Append, Draft, Job, Lease, Store
from defense_console.store.recorder import Recorder
from tests.model.builders import START, shipped, two_documents
from tests.store.memory import MemoryStore
from tests.test_wiring import every_screen, only_records, shown_by
from tests.ui.conftest import Machine

PROJECT = "IRP-P2"
ID = str(defense_id("s1", PROJECT, 1))
MISSED = two_documents(PROJECT)
FILE = ReceivedFile("plan.pdf", 12, "ab" * 32)


class Recorded(Exception):
    """What was tried would have been recorded."""


class Shelf(MemoryStore):
    """A store in memory that counts what is read of it."""

    asked = 0

    def read_log(self, stream: str) -> tuple[StoredLine, ...]:
        self.asked += 1
        return super().read_log(stream)

    def summaries_by_ids(self, ids: Sequence[str]) -> tuple[Summary, ...]:
        self.asked += 1
        return super().summaries_by_ids(ids)

    def all_drafts(self) -> dict[str, dict[str, Draft]]:
        self.asked += 1
        return super().all_drafts()

    def all_asides(self) -> dict[str, dict[str, bytes]]:
        self.asked += 1
        return super().all_asides()

    def curriculum(self, hash: str) -> bytes | None:
        self.asked += 1
        return super().curriculum(hash)


class Silent:
    """A recorder that takes everything and answers nothing."""

    spool_folder = None

    def submit(self, job: object) -> None:
        pass

    def unsaved(self) -> tuple[()]:
        return ()


W = TypeVar("W", bound=What)
S = TypeVar("S")


class Trial(Ledger):
    """A ledger that can be told to stop at the append."""

    trying = False

    def act(self, subject: Subject[W, S], id: str, *whats: W, **rows: Any) -> S:
        if not self.trying:
            return super().act(subject, id, *whats, **rows)
        if (reason := self.refusal(subject, id, *whats)) is not None:
            raise reason
        raise Recorded

    def begin(self, subject: Subject[W, S], id: str, first: W) -> S:
        if self.trying:
            raise Recorded
        return super().begin(subject, id, first)


@dataclass
class Table:
    """A mentor's desk with one defense on it, and a machine whose clock the test moves."""

    ledger: Trial
    leases: Leases
    machine: Machine
    rows: dict[str, Lease]
    written: list[Job]

    def __post_init__(self) -> None:
        self.brief = BriefDesk(self.ledger, ID, self.leases)
        self.live = LiveDesk(self.ledger, ID, self.leases)
        countdowns = Countdowns(0, self.ledger.now)
        self.verdict = VerdictDesk(self.ledger, ID, self.leases, countdowns)
        self.revisions = RevisionsDesk(self.ledger, ID, self.leases, countdowns)
        self.agenda = AgendaDesk(self.ledger, self.leases, Team(self.ledger, "UTC", 0))
        self.student = StudentDesk(self.ledger, "s1", self.leases, Settings(zone="UTC"))

    @property
    def defense(self) -> Defense:
        return self.brief.defense

    def criteria(self) -> list[str]:
        return [c.id for c in self.brief.curriculum.criteria_of(self.brief.project)]

    def rate(self, *missed: str) -> None:
        for criterion in self.criteria():
            self.live.rate(criterion, "not_met" if criterion in missed else "met")

    def held_elsewhere(self) -> None:
        for job in self.written:  # a write on its way is known better than the row
            self.leases.written(job)
        now = self.machine.read()
        for stream in (self.brief.stream, self.student.stream):
            self.rows[stream] = Lease("other", "elsewhere", 1, "start-1", now.boot_id, now, now.wall)
        self.leases.look()
        assert self.brief.read_only is not None
        assert self.student.read_only is not None

    def let_go(self) -> None:
        self.rows.clear()
        self.leases.look()


def new_table() -> Table:
    machine = Machine(wall=START)
    at = machine.read()
    planned = ev.Planned("s1", "IRP", PROJECT, 1, later(at.wall, 900), language="fr")
    shelf, rows, jobs = Shelf(), dict[str, Lease](), list[Job]()
    shelf.append(Append(DEFENSE.stream(ID), 0, (encode_event(Event(1, 1, at, "Mentor Test", planned)),)))
    registered = StudentRegistered("s1", "Ada")
    shelf.append(Append(STUDENT.stream("s1"), 0, (encode_event(StudentEvent(1, 1, at, "Mentor Test", registered)),)))
    ledger = Trial(cast(Store, shelf), cast(Recorder, Silent()), machine.read, "Mentor Test", shipped())
    leases = Leases(lambda: dict(rows), jobs.append, machine.read, lambda _pid: "start-1", "UTC")
    return Table(ledger, leases, machine, rows, jobs)


# --- what each key does --------------------------------------------------------------------------------------------

Deed = Callable[[Table, Any], object]


def lifted(table: Table, seen: OnVerdict) -> object:
    """`Enter` on the verdict screen."""
    if seen.panel == "documents":
        row = next(row.request for row in table.verdict.rows() if row.request.id == seen.key)
        return table.verdict.set_row(replace_expected(row))
    if seen.panel != "guards":
        return written(table.verdict, seen.key)
    guard = table.verdict.guards()[int(seen.key.partition("/")[2])]
    field = {"not_observed": f"criterion/{guard.parameters.get('criterion')}", "speaking_time": "criterion/ORAL-1"}
    if guard.id in ("strength", "improvement", "reason", *field):
        return written(table.verdict, field.get(guard.id, guard.id))
    return None


def replace_expected(row: Request) -> Request:
    return msgspec.structs.replace(row, expected="more")


def written(desk: LogDesk[Any, Any], field: str) -> object:
    """A text is written in a field, and finished."""
    return desk.commit(field, desk.held_text(field) + " and more")


def signed_or_released(table: Table, seen: OnVerdict) -> object:
    return table.verdict.release() if table.defense.signed is not None else table.verdict.sign()


def amended_or_dropped(table: Table, seen: OnVerdict) -> object:
    return table.verdict.drop_amendment() if table.defense.amendment else table.verdict.amend("because")


def contested_or_upheld(table: Table, seen: OnVerdict) -> object:
    desk = table.verdict
    return desk.contest("because") if table.defense.contested is None else desk.uphold("because")


def proposal_signed(table: Table, seen: OnDocuments) -> object:
    if table.defense.signed is not None or table.revisions.proposal() not in ("validated", None):
        return None  # the key goes to the verdict
    return table.revisions.sign_proposal()


def due_moved(table: Table, seen: OnVerdict, by_s: int) -> object:
    if seen.panel != "documents" or not seen.key:  # a key on no document: what the desk says of any is said
        return table.verdict.keep("", kept=True)
    return table.verdict.move_due(seen.key, by_s)


def dropped(table: Table, seen: OnAside) -> object:
    if table.ledger.trying and table.brief.read_only is None:
        raise Recorded  # it is no event
    table.brief.give_up(seen.key)
    return None


def ticked(table: Table, seen: OnBrief) -> object:
    if seen.panel == "checks":
        return table.brief.tick(seen.key)
    n = int(seen.key)
    return table.brief.declare(n, not table.defense.declared.get(n, False))


def made_private(table: Table, seen: OnLive) -> object:
    note = next(note for note in table.defense.notes if note.seq == seen.note)
    return table.live.set_private(note.seq, not note.private)


def received(table: Table, seen: object) -> object:
    desk = table.brief
    return desk.act(ev.DeliverableReceived(desk.project.deliverables[0].n, (FILE,)))


def room_opened(table: Table, seen: OnBrief) -> object:
    return table.brief.open_room() if table.defense.session not in ("waiting", "live") else None


def finished(table: Table, seen: OnLive) -> object:
    return table.live.finish() if table.defense.session == "live" else None


def settled(table: Table, seen: OnStudent, *, kept: bool) -> object:
    desk, (kind, number) = table.student, (seen.key.partition("/")[0], int(seen.key.partition("/")[2]))
    match kind:
        case "goal":
            return desk.keep_goal(number) if kept else desk.drop_goal(number, "because")
        case "promise":
            return desk.settle_promise(number, kept=kept)
    return desk.answer_question(number, "so") if kept else desk.drop_question(number)


def goal_moved(table: Table, seen: OnStudent) -> object:
    number = int(seen.key.partition("/")[2])
    goal = next((goal for goal in table.student.student.goals if goal.seq == number), None)
    return table.student.move_goal(number, "" if goal is not None and goal.due else "today")


def edited(table: Table, seen: OnStudent) -> object:
    desk, (kind, number) = table.student, (seen.key.partition("/")[0], int(seen.key.partition("/")[2]))
    if kind == "goal":
        return desk.reword_goal(number, "more")
    return desk.answer_question(number, "so") if kind == "question" else written(desk, seen.key)


def estimated(table: Table, by: int) -> object:
    desk, project = table.student, table.student.running_project
    assert project is not None
    return desk.estimate(project.id, desk.percent(project) + by)


def answered(table: Table, seen: OnStudent, place: int) -> object:
    desk = table.student
    if desk.student.running is None:
        assert desk.planned_today is not None
        return desk.excuse_session(desk.planned_today.day)
    if seen.key in CHOICES_OF:
        return desk.act(CHOICES_OF[seen.key][place])
    return goal_moved(table, seen) if place == 1 else settled(table, seen, kept=place == 0)


ABOUT_A_STUDENT: Mapping[str, Deed] = {
    "edit.undo": lambda t, _: t.student.undo(),
    "edit.redo": lambda t, _: t.student.redo(),
    "student.goal": lambda t, _: written(t.student, "goal"),
    "student.note": lambda t, _: written(t.student, "note"),
    "student.edit": edited,
    "queue.student": lambda t, _: t.student.change(name="Ada B"),
}
ABOUT_A_DEFENSE: Mapping[str, Deed] = {
    "edit.undo": lambda t, _: t.brief.undo(),
    "edit.redo": lambda t, _: t.brief.redo(),
    "live.note": lambda t, _: written(t.brief, "note"),
    "live.recording": lambda t, _: t.brief.recording(),
    "documents.receive": received,
    "defense.reschedule": lambda t, _: t.brief.reschedule(later(t.machine.read().wall, 86_400), "because"),
    "defense.close": lambda t, _: t.brief.close("because"),
    "clock.toggle": lambda t, _: t.live.toggle(),
    "clock.next_phase": lambda t, _: t.live.next_phase(),
    "clock.more": lambda t, _: t.live.move_target(60),
    "clock.less": lambda t, _: t.live.move_target(-60),
}


def read_again(rating: RatingValue) -> Deed:
    """What a second assessor does with a criterion."""
    return lambda _table, seen: seen.desk.act(seen.desk.rating(seen.key, rating, "a reason"))


DEEDS: Mapping[Context, Mapping[str, Deed]] = {
    "reading": {
        "live.rate_met": read_again("met"),
        "live.rate_to_improve": read_again("to_improve"),
        "live.rate_not_met": read_again("not_met"),
        "live.rate_not_observed": read_again("not_observed"),
        "reading.finish": lambda _, s: s.desk.act(ev.ReadingClosed(s.desk.me)),
    },
    "queue": {
        "queue.student": lambda t, _: t.student.change(name="Ada B"),
        "queue.park": lambda t, _: t.agenda.park(ID),
        "live.note": ABOUT_A_DEFENSE["live.note"],
        "defense.reschedule": ABOUT_A_DEFENSE["defense.reschedule"],
        "defense.close": ABOUT_A_DEFENSE["defense.close"],
        "edit.undo": lambda t, _: t.agenda.undo(),
    },
    "brief": {
        **ABOUT_A_DEFENSE,
        "brief.open_room": room_opened,
        "brief.tick": ticked,
        "brief.cancel": lambda t, _: t.brief.cancel("student"),
    },
    "waiting": {
        **ABOUT_A_DEFENSE,
        "waiting.start": lambda t, _: t.brief.start(),
        "waiting.absent": lambda t, _: t.brief.no_show("because"),
        "waiting.cancel": lambda t, _: t.brief.cancel("student"),
        "brief.tick": ticked,
    },
    "live": {
        **ABOUT_A_DEFENSE,
        "clock.pause_reason": lambda t, _: t.live.explain_pause("student"),
        "clock.gap_to_pause": lambda t, _: t.live.gap_to_pause(),
        "live.cycle": lambda t, s: t.live.cycle(s.criterion),
        "live.rate_met": lambda t, s: t.live.rate(s.criterion, "met"),
        "live.rate_to_improve": lambda t, s: t.live.rate(s.criterion, "to_improve"),
        "live.rate_not_met": lambda t, s: t.live.rate(s.criterion, "not_met"),
        "live.rate_not_observed": lambda t, s: t.live.rate(s.criterion, "not_observed"),
        "live.clear": lambda t, s: t.live.rate(s.criterion, None),
        "live.note_criterion": lambda t, s: written(t.live, f"criterion/{s.criterion}"),
        "live.bank": lambda t, s: written(t.live, f"criterion/{s.criterion}"),
        "live.edit_note": lambda t, s: written(t.live, f"edit/{s.note}"),
        "live.private": made_private,
        "live.question": lambda t, _: written(t.live, "question"),
        "live.question_state": lambda t, s: t.live.move_question(s.question),
        "live.edit_question": lambda t, s: written(t.live, f"edit/{s.question}"),
        "live.strength": lambda t, _: written(t.live, "strength"),
        "live.improvement": lambda t, _: written(t.live, "improvement"),
        "live.document": lambda t, _: t.verdict.add_row(None, "a plan"),
        "live.finish": finished,
        "live.abort": lambda t, _: t.live.abort("because"),
    },
    "verdict": {
        **ABOUT_A_DEFENSE,
        "live.finish": lambda t, _: t.live.finish(),
        "verdict.validated": lambda t, _: t.verdict.choose("validated"),
        "verdict.conditional": lambda t, _: t.verdict.choose("conditional"),
        "verdict.rework": lambda t, _: t.verdict.choose("rework"),
        "verdict.comment": lambda t, s: written(t.verdict, "skill/B1.1"),
        "verdict.strength": lambda t, _: written(t.verdict, "strength"),
        "verdict.improvement": lambda t, _: written(t.verdict, "improvement"),
        "verdict.reason": lambda t, _: written(t.verdict, "reason"),
        "verdict.goal": lambda t, _: written(t.verdict, "goal"),
        "verdict.keep": lambda t, s: t.verdict.keep(s.key, False),
        "verdict.edit_row": lifted,
        "verdict.add_row": lambda t, _: t.verdict.add_row(None, "a plan"),
        "verdict.due_later": lambda t, s: due_moved(t, s, 43_200),
        "verdict.due_earlier": lambda t, s: due_moved(t, s, -43_200),
        "verdict.reopen": lambda t, _: t.verdict.reopen(),
        "verdict.sign": signed_or_released,
        "verdict.amend": amended_or_dropped,
        "verdict.contest": contested_or_upheld,
        "verdict.next_attempt": lambda t, _: t.verdict.plan_next_attempt(later(t.machine.read().wall, 864_000)),
        "report.message": lambda t, _: t.verdict.message("en"),
    },
    "revisions": {
        **ABOUT_A_DEFENSE,
        "revisions.accept": lambda t, s: t.revisions.accept(s.key),
        "revisions.again": lambda t, s: t.revisions.request_again(s.key, "more"),
        "revisions.expire": lambda t, s: t.revisions.expire(s.key),
        "revisions.waive": lambda t, s: t.revisions.waive(s.key, "because"),
        "revisions.withdraw": lambda t, s: t.revisions.withdraw(s.key, "because"),
        "revisions.declare": lambda t, s: t.revisions.declare(s.key),
        "revisions.later": lambda t, s: t.revisions.extend(s.key, 43_200),
        "revisions.earlier": lambda t, s: t.revisions.extend(s.key, -43_200),
        "revisions.complete": lambda t, _: t.revisions.complete_reception(),
        "revisions.sign": proposal_signed,
        "report.message": lambda t, _: t.verdict.message("en"),
    },
    "preview": {
        **ABOUT_A_DEFENSE,
        "preview.edit": lambda t, s: written(t.verdict, t.verdict.field_to_edit(s.language, s.key)),
        "preview.generated": lambda t, s: t.verdict.take_generated(s.language, s.key),
        "report.message": lambda t, _: t.verdict.message("en"),
    },
    "students": ABOUT_A_STUDENT,
    "student": {
        **ABOUT_A_STUDENT,
        "student.question": lambda t, _: written(t.student, "question"),
        "student.kept": lambda t, s: settled(t, s, kept=True),
        "student.dropped": lambda t, s: settled(t, s, kept=False),
        "student.moved": goal_moved,
        "student.earlier": lambda t, s: t.student.answer_question(int(s.key.partition("/")[2]), "so"),
        "student.learning": lambda t, _: t.student.note_learning("asking", 1, "more"),
        "student.resource": lambda t, _: t.student.point_to("a book"),
        "student.estimate": lambda t, _: estimated(t, 0),
        "student.away": lambda t, _: (
            t.student.come_back() if t.student.student.standing.away else t.student.go_away(t.student.today)
        ),
    },
    "check_in": {
        **ABOUT_A_STUDENT,
        "student.question": lambda t, _: written(t.student, "question"),
        "check_in.start": lambda t, _: t.student.act(t.student.starting),
        "check_in.first": lambda t, s: answered(t, s, 0),
        "check_in.second": lambda t, s: answered(t, s, 1),
        "check_in.third": lambda t, s: answered(t, s, 2),
        "check_in.more": lambda t, _: estimated(t, 10),
        "check_in.less": lambda t, _: estimated(t, -10),
        "check_in.promise": lambda t, _: written(t.student, "promise"),
        "check_in.close": lambda t, _: t.student.end_session(),
    },
    "alerts": {
        "edit.undo": lambda t, _: t.student.undo(),
        "edit.redo": lambda t, _: t.student.redo(),
        "alerts.raise": lambda t, _: t.student.raise_alert(ev_student.AlertRaised("a", "b", "c", "d")),
        "alerts.praise": lambda t, _: t.student.raise_alert(ev_student.AlertRaised("a", kudos=True)),
        "alerts.later": lambda t, s: t.student.put_off(s.reasons, "2030-01-01"),
        "alerts.unfounded": lambda t, s: t.student.put_off(s.reasons),
        "alerts.answered": lambda t, s: t.student.acknowledge_alert(s.alert.seq, "so"),
        "alerts.close": lambda t, s: t.student.close_alert(s.alert.seq, "helped"),
    },
    "readiness": {
        **ABOUT_A_STUDENT,
        "readiness.met": lambda t, s: t.student.rate_self(s.project, s.key, "met"),
        "readiness.to_improve": lambda t, s: t.student.rate_self(s.project, s.key, "to_improve"),
        "readiness.not_met": lambda t, s: t.student.rate_self(s.project, s.key, "not_met"),
        "readiness.clear": lambda t, s: t.student.rate_self(s.project, s.key, None),
    },
    "aside": {
        "aside.keep": lambda t, s: t.brief.take_up(s.key),
        "aside.drop": dropped,
    },
}
"""What a key does at the desk, by context and command: an answer to its question is “because”.

A key without an action of its own has no row: it records what it wishes."""

SHOWS = frozenset({
    "queue.open", "queue.brief", "queue.search", "queue.order", "queue.next_waiting", "queue.filter", "queue.new",
    "queue.students", "queue.offer", "queue.hand_over", "student.hand_over", "queue.second_reading",
    "documents.open", "students.open",
    "students.search",
    "students.order", "student.check_in",
    "student.reports", "check_in.copy", "students.alerts", "students.insight", "student.readiness", "alerts.copy",
    "alerts.save", "alerts.open", "alerts.tighten", "insight.save", "student.rehearse", "readiness.rehearsed",
    "rehearsed.copy", "rehearsed.save", "timeline.replay",
    "live.details", "live.next_unrated", "live.role", "live.timeline", "live.verdict", "live.audience",
    "verdict.preview", "verdict.revisions", "revisions.compare", "revisions.open_file", "revisions.next",
    "revisions.verdict", "preview.copy", "preview.copy_next", "preview.save", "preview.reader",
    "preview.version", "preview.language",
})  # fmt: skip
"""Commands that record nothing on the defense."""
CHANGES_NOTHING_TWICE = frozenset({
    "live.rate_met", "live.rate_to_improve", "live.rate_not_met", "live.rate_not_observed", "live.clear",
    "verdict.validated", "verdict.conditional", "verdict.rework", "clock.pause_reason",
})  # fmt: skip
"""What is so already is not recorded again: where the law refuses it, the desk has nothing to refuse."""
PLACES = ("console.", "move.", "panel.", "queue.tab_", "students.tab_", "difference.", "replay.")
"""Beginnings of the ids of others, which go somewhere or are about no defense at all."""


def test_every_command_is_known_to_record_something_or_nothing() -> None:
    without = {
        f"add {id!r} to DEEDS[{context!r}] in {__file__}, or to SHOWS there when it records nothing"
        for screen in every_screen()
        if not screen.__subclasses__()
        for context in shown_by(screen)
        for each in commands_for(context)
        if not only_records(screen, each, context)
        and not (id := meant_by(each, context)).startswith(PLACES)
        and id not in SHOWS
        and id not in DEEDS.get(screen.CONTEXT, {})
    }
    assert not without, "\n".join(sorted(without))


WISHES: Mapping[Context, Wishes[Any]] = {
    "queue": QUEUE, "brief": BRIEF, "waiting": WAITING, "audience": CLOCK, "live": LIVE, "verdict": VERDICT,
    "revisions": DOCUMENTS, "preview": REPORT, "aside": ASIDE, "students": STUDENTS, "student": ON_A_STUDENT,
    "check_in": CHECK_IN, "alerts": ALERTS, "readiness": READINESS, "reading": READING,
}  # fmt: skip


def deed_of(context: Context, id: str) -> Deed | None:
    """What a key does; None where it only goes somewhere."""
    found, wish = DEEDS.get(context, {}).get(id), WISHES[context].get(id)
    if found is not None or wish is None or id in SHOWS or id.startswith(PLACES):
        return found

    def recorded(table: Table, seen: Any) -> object:
        whats = wish(seen)
        assert TO_COME not in json.dumps(msgspec.to_builtins(whats), ensure_ascii=False), f"{id} asks: write its action"
        return seen.record(*whats)

    return recorded


# --- what can be in focus ------------------------------------------------------------------------------------------


def views(table: Table) -> Iterator[tuple[Context, Wishes[Any], Asks]]:
    """Every screen with every kind of line under its cursor."""
    defense = table.defense
    yield "queue", QUEUE, OnQueue(table.agenda)
    yield "queue", QUEUE, OnQueue(table.agenda, summarize(ID, defense))
    check = table.brief.curriculum.checks[0].id
    for panel, key in (("", ""), ("path", ""), ("checks", check), ("deliverables", "1")):
        yield "brief", BRIEF, OnBrief(table.brief, panel, key)
    yield "waiting", WAITING, OnBrief(table.brief)
    yield "waiting", WAITING, OnBrief(table.brief, "checks", check)
    yield "audience", CLOCK, OnLive(table.live)
    yield "live", LIVE, OnLive(table.live)
    notes: list[int | None] = [*(note.seq for note in defense.notes[:2]), *(line.seq for line in defense.lines[:1])]
    for note in notes or [None]:
        question = defense.questions[0].seq if defense.questions else None
        yield "live", LIVE, OnLive(table.live, "", "", MISSED, note, question, MISSED)
    skill = "skill/B1.1"
    rows = [("documents", row.request.id) for row in table.verdict.rows()[:2]]
    guards = [("guards", f"guard/{n}") for n, _guard in enumerate(table.verdict.guards())]
    texts = [("texts", f"edit/{line.seq}") for line in defense.lines[:1]]
    for panel, key in (("", ""), ("documents", ""), ("texts", "reason"), ("skills", skill), *rows, *guards, *texts):
        yield "verdict", VERDICT, OnVerdict(table.verdict, panel, key)
    yield "revisions", DOCUMENTS, OnDocuments(table.revisions)
    for revision in defense.revisions:
        yield "revisions", DOCUMENTS, OnDocuments(table.revisions, "documents", revision.request.id)
    for field in ("", skill, "strength", "improvement", "remarks", "goal", "outcome"):
        yield "preview", REPORT, OnReport(table.verdict, "report", field, "fr")
    yield "preview", REPORT, OnReport(table.verdict, "report", "remarks", "fr", 1)
    yield "reading", READING, Seen(ReadingDesk(table.ledger, ID, table.leases), "rubric", MISSED)
    for key in ("", *(aside.key for aside in table.brief.aside)):
        yield "aside", ASIDE, OnAside(table.brief, "aside", key)


def student_views(table: Table) -> Iterator[tuple[Context, Wishes[Any], Asks]]:
    """The screens of a student with every kind of line under the cursor."""
    student = table.student.student
    yield "students", STUDENTS, OnStudents(table.agenda, student)
    yield "students", STUDENTS, OnStudents(table.agenda, student, undoes=table.student, redoes=table.student)
    keys = [f"goal/{each.seq}" for each in student.goals] + [f"promise/{each.seq}" for each in student.promises]
    keys += [f"question/{each.seq}" for each in student.questions] + [f"edit/{each.seq}" for each in student.notes]
    for key in (*keys, "goal/999", "pace", "blocked"):
        yield "student", ON_A_STUDENT, OnStudent(table.student, "goals", key)
        yield "check_in", CHECK_IN, OnStudent(table.student, "today", key)
    yield "alerts", ALERTS, OnAlerts()
    yield "alerts", ALERTS, OnAlerts(table.student)
    yield "alerts", ALERTS, OnAlerts(table.student, undoes=table.student, redoes=table.student)
    yield "alerts", ALERTS, OnAlerts(table.student, (RuleReason("missed", 2, 2),))
    for alert in student.alerts:
        yield "alerts", ALERTS, OnAlerts(table.student, (), alert)
    for panel, key, project in (("", "", ""), ("", "", PROJECT), ("criteria", MISSED, PROJECT)):
        yield "readiness", READINESS, OnReadiness(table.student, panel, key, project)


Views = Callable[[Table], Iterator[tuple[Context, Wishes[Any], Asks]]]


def compare(table: Table, views: Views = views) -> int:
    """Ask about every command in every view, and press each. Returns: how many were refused."""
    before, aside, stopped, student = table.defense, table.brief.aside, 0, table.student.student
    for context, wishes, seen in views(table):
        for each in commands_for(context):
            id = meant_by(each, context)
            deed = deed_of(context, id)
            asked = refused(wishes, id, lambda seen=seen: seen)  # type: ignore[misc]
            stopped += asked is not None
            if deed is None or (asked is not None and only_the_screen_knows(asked)):
                continue
            told = pressed(table, deed, seen, really=asked is not None)
            if told is None and id in CHANGES_NOTHING_TWICE and asked is not None:
                told = pressed(table, lambda t, s, id=id, wishes=wishes: t.brief.act(*wishes[id](s)), seen, really=True)  # type: ignore[misc]
            assert sentence(told) == sentence(asked), f"{context}: {id} on {seen}"
    assert table.defense is before
    assert table.student.student is student
    assert table.brief.aside == aside
    return stopped


def only_the_screen_knows(reason: ConsoleError) -> bool:
    """Whether nothing is under the cursor that the desk could be asked about."""
    return reason.id in {
        NOTHING_DONE,
        NOTHING_UNDONE,
        "No defense is selected.",
        "Choose a goal, a promise or a question first: {key:panel.next} goes there.",
        "{key:student.moved} gives a goal another day: {key:panel.next} goes to the goals.",
        "There is nothing to edit here.",
        "No project is under way: {key:queue.student} plans the path.",
        "The session has not started: {key:check_in.start} starts it.",
        "Choose what is answered first: {key:panel.next} goes there.",
        "No session is planned today that could be called off.",
        "Choose a proposal first: {key:panel.next} goes there.",
        "Choose an alert that is raised: {key:panel.next} goes there.",
        "Choose a criterion first: {key:panel.next} goes there.",
        "Choose a question first: {key:panel.next} goes to the questions.",
        "No student is selected.",
        "{key:brief.tick} ticks a check or a deliverable: {key:panel.next} goes there.",
        "{key:brief.tick} ticks a check: {key:panel.next} goes there.",
        "This skill was acquired before: {key:live.details} opens it.",
        "There is no note yet: {key:live.note} writes one.",
        "No question is parked: {key:live.question} parks one.",
        "Strengths and improvements are always shared.",
        "Choose a document to revise first: {key:panel.next} goes there.",
        "Choose a document first: {key:panel.next} goes to the documents.",
        "A released version stays as it is: {key:preview.version} goes back to the present one.",
        "Everything is settled.",
    }


def pressed(table: Table, deed: Deed, seen: Asks, *, really: bool) -> ConsoleError | None:
    """Why the desk refuses what a key does; what should be recorded is only tried, what should be refused is done."""
    table.ledger.trying = not really
    try:
        deed(table, seen)
    except Recorded:
        return None
    except ConsoleError as error:
        return error
    finally:
        table.ledger.trying = False
    return None


def sentence(error: ConsoleError | None) -> str | None:
    return str(error) if error is not None else None


# --- the histories -------------------------------------------------------------------------------------------------


def whole_history(t: Table) -> Iterator[None]:
    """A defense with everything that can become of one; yields in every state."""
    second = t.brief
    yield
    second.reschedule(later(t.machine.read().wall, 600), "later")
    yield
    second.open_room()
    yield
    second.cancel("student")
    yield
    second.reschedule(later(t.machine.read().wall, 600))
    second.open_room()
    t.machine.pass_time(1500)
    second.no_show()
    yield
    second.undo()
    written(second, "note")
    second.start()
    yield
    t.live.pause("technical")
    written(t.live, "question")
    written(t.live, f"criterion/{MISSED}")
    yield
    t.live.resume()
    t.live.rate(MISSED, "not_met")
    t.live.undo()
    yield
    t.machine.pass_time(900)
    t.live.next_phase()
    t.live.recording()
    t.live.next_phase()
    t.ledger.act(DEFENSE, ID, ev.Suspended(t.machine.read(), 5_000))
    yield
    t.rate(MISSED)
    t.live.finish()
    yield
    t.held_elsewhere()
    yield
    t.let_go()
    t.verdict.choose("conditional")
    written(t.verdict, "strength")
    yield
    t.verdict.sign()
    yield
    t.verdict.undo()
    written(t.verdict, "report/fr/remarks")
    t.verdict.sign()
    t.verdict.release()
    yield
    first, other = (each.request.id for each in t.defense.revisions)
    t.revisions.act(ev.RowReceived(first, (FILE,)))
    t.revisions.declare(other)
    yield
    t.revisions.review(first)
    t.revisions.accept(other)
    yield
    t.revisions.request_again(first, "more")
    t.machine.pass_time(200_000)
    yield
    t.revisions.expire(first)
    yield
    t.revisions.act(ev.RowReceived(first, (FILE,)))
    t.revisions.accept(first)
    t.revisions.complete_reception()
    yield
    t.revisions.sign_proposal()
    yield
    t.verdict.release()
    yield
    t.verdict.contest("unfair")
    yield
    t.verdict.amend("a slip")
    yield
    t.verdict.choose("rework")
    written(t.verdict, "improvement")
    written(t.verdict, "reason")
    t.verdict.sign()
    t.verdict.release()
    yield
    t.verdict.plan_next_attempt(later(t.machine.read().wall, 864_000))
    yield


def student_history(t: Table) -> Iterator[None]:
    """A student with everything that can become of one; yields in every state."""
    desk = t.student
    yield
    desk.plan_weekly(f"{START:%A} {START:%H:%M}, UTC")
    desk.plan_path("IRP", desk.today, {"IRP-P1": 4})
    yield
    for text in ("mock-up v2 tomorrow", "read on", "call them when P1 is done"):
        desk.set_goal(text)
    written(desk, "note")
    written(desk, "promise")
    written(desk, "question")
    yield
    desk.undo()
    yield
    desk.redo()
    first, second, third = desk.student.goals
    desk.keep_goal(first.seq)
    yield
    desk.act(desk.starting)
    yield
    desk.answer("slow", "yes")
    desk.move_goal(second.seq, "in 2 weeks")
    desk.drop_goal(third.seq, "no time")
    desk.estimate("IRP-P1", 100)
    desk.settle_promise(desk.student.promises[0].seq)
    desk.answer_question(desk.student.questions[0].seq, "so")
    yield
    desk.end_session()
    yield
    desk.go_away(desk.today)
    yield
    desk.raise_alert(ev_student.AlertRaised("two missed", "called", "call them", "a session"))
    yield
    desk.acknowledge_alert(desk.student.alerts[0].seq, "we call")
    yield
    desk.close_alert(desk.student.alerts[0].seq, "helped")
    yield
    t.held_elsewhere()
    yield
    t.let_go()
    desk.come_back()
    yield


def test_nor_does_a_key_on_a_student() -> None:
    table = new_table()
    refusals = [compare(table, student_views) for _state in student_history(table)]
    assert len(refusals) == 14
    assert min(refusals) > 10, "a comparison in which nothing is refused proves little"
    assert table.student.student.sessions[0].blocked == "yes"


def test_no_key_says_another_thing_before_it_is_pressed_than_after() -> None:
    table = new_table()
    refusals = [compare(table) for _state in whole_history(table)]
    assert len(refusals) == 25
    assert min(refusals) > 100, "a comparison in which nothing is refused proves little"
    assert table.defense.versions[-1].outcome == "rework"


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_nor_after_whatever_else_is_pressed(data: st.DataObject) -> None:
    table = new_table()
    start = data.draw(st.integers(0, 24), "how far the history goes")
    for _state in zip(range(start + 1), whole_history(table), strict=False):
        pass
    for _press in range(5):
        context, id, seen = data.draw(st.sampled_from(list(acting(table))), "the key")
        table.machine.pass_time(data.draw(st.sampled_from([1, 40_000]), "seconds"))
        with suppress(ConsoleError):  # time may have gone by since
            press = deed_of(context, id)
            assert press is not None
            press(table, seen)
        compare(table)


def acting(table: Table) -> Iterator[tuple[Context, str, Asks]]:
    """The keys that act now, each with the line under the cursor."""
    for context, wishes, seen in views(table):
        for each in commands_for(context):
            id = meant_by(each, context)
            if deed_of(context, id) is not None and refused(wishes, id, lambda seen=seen: seen) is None:  # type: ignore[misc]
                yield context, id, seen


@pytest.mark.parametrize("state", [0, 8, 11, 14, 24])
@pytest.mark.parametrize("reason", ["store", "log", "lease"])
def test_where_nothing_can_be_written_no_key_that_records_acts(state: int, reason: str) -> None:
    table = new_table()
    for _state in zip(range(state + 1), whole_history(table), strict=False):
        pass
    before = {id for _context, id, _seen in acting(table)}
    why = ConsoleError("The disk is full.")
    if reason == "store":
        table.ledger.read_only = why
    elif reason == "log":
        table.ledger.log(DEFENSE, ID).unread = table.ledger.log(STUDENT, "s1").unread = why
    else:
        table.held_elsewhere()
    compare(table)
    after = {id for _context, id, _seen in acting(table)}
    goes_elsewhere = {"report.message", "live.finish", "brief.open_room", "revisions.sign", "verdict.edit_row"}
    assert after <= before & goes_elsewhere


def test_asking_reads_nothing_from_the_store() -> None:
    table = new_table()
    shelf = cast(Shelf, table.ledger.store)
    for _state in whole_history(table):
        list(acting(table))  # whether there is a next attempt is asked of the store once
        before = shelf.asked
        list(acting(table))
        assert shelf.asked == before


def test_the_queue_answers_from_the_row_as_from_the_log() -> None:
    table = new_table()
    for _state in whole_history(table):
        row = summarize(ID, table.defense)
        elsewhere = new_table()  # a console that has not opened the log
        for what in (ev.Parked(True), elsewhere.agenda.noting):
            assert sentence(elsewhere.agenda.refusal(row, what)) == sentence(table.ledger.refusal(DEFENSE, ID, what))
        assert not elsewhere.ledger.is_open(DEFENSE.stream(ID))


def test_what_another_console_kept_out_of_the_record_is_asked_of_the_same_law() -> None:
    table = new_table()
    for _state in zip(range(12), whole_history(table), strict=False):
        pass
    at, base = table.machine.read(), table.defense.seq + 1
    kept: tuple[DefenseWhat, ...] = (
        ev.Noted("kept", at),
        ev.Rated("nowhere", "met"),
        table.verdict.signing,
        ev.NoteEdited(base, "a change"),
    )
    tail = [Event(base + n, base + n, at, "Mentor Test", what) for n, what in enumerate(kept)]
    table.ledger.aside.add(DEFENSE.stream(ID), base, tail)
    assert len(table.brief.aside) == len(kept)
    compare(table)
    acts = [s.key for c, id, s in acting(table) if id == "aside.keep" and isinstance(s, Seen)]
    assert len(acts) == 1
