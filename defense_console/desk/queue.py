"""The queue: what is pending, for whom it waits, what is found; parking, notes and new defenses from there."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any

import msgspec

from defense_console.desk.lines import Lines
from defense_console.desk.logs.attempts import defenses_of, projects_of
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.one_log import TO_COME
from defense_console.desk.searching import QueueSearch
from defense_console.desk.team import Team
from defense_console.model.curriculum import Check, Curriculum, Project
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.legal import sealed
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE, REHEARSAL, Defenses
from defense_console.model.defense.summary import Summary, summarize
from defense_console.model.errors import ConsoleError
from defense_console.model.log.subject import Subject
from defense_console.model.queue.agenda import Entry
from defense_console.model.queue.filtering import Filter
from defense_console.model.queue.path import ProjectStatus, path
from defense_console.model.student.kinds import StudentChanged
from defense_console.model.student.state import Standing, Student
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import StoreError
from defense_console.words.translation import _, language, local_day, zone_of

if TYPE_CHECKING:
    from defense_console.desk.logs.searches import Searches

MOST_CURRICULA = 4
"""A choice has nine digits, and periods take the others."""
READ_AT_ONCE = 500
"""Of so many pending defenses, what their cards say is read at once; of more, when the hand rests on one.

In a school that has more, those that are mine count."""
ANSWERED_BY_THE_ROW = (ev.Parked, ev.Noted)
"""Only a signature refuses them (a note of the queue is private), and the row of a defense says so."""


class Done(msgspec.Struct, frozen=True):
    """Something the queue did. Attributes: subject, id: on which log; action: its number, 0 for beginning a defense."""

    subject: Subject[Any, Any]
    id: str
    action: int


class GoingOn(msgspec.Struct, frozen=True):
    """A defense or a rehearsal that is live.

    Attributes:
        subject, id: Its log.
        number: Of the attempt, or of the rehearsal.
        since: Its start, ISO 8601 UTC.
    """

    subject: Defenses
    id: str
    student_id: str
    student_name: str
    project: str
    number: int
    since: str


class Card(msgspec.Struct, frozen=True):
    """What the queue shows next to its list of the selected defense; nothing of it is read from the log.

    Attributes:
        checks: the pre-flight checks, each with whether it is ticked.
        previous: the attempt before this one, None when it is not known.
        aside: how many decisions are kept aside.
        goal: the student's next goal and its day, "" each for none.
    """

    entry: Entry
    project: Project
    checks: tuple[tuple[Check, bool], ...]
    path: tuple[tuple[Project, ProjectStatus], ...]
    previous: Summary | None
    aside: int
    goal: tuple[str, str] = ("", "")


class AgendaDesk:
    """What the mentor does in the queue.

    Args:
        ledger: The logs.
        leases: Who writes on them.
        team: Who has which defense, and the mentor's zone.
        searches: Asks the store on a thread; None asks it at once.
    """

    def __init__(self, ledger: Ledger, leases: Leases, team: Team, searches: Searches | None = None) -> None:
        self.ledger = ledger
        self.team = team
        self._leases = leases
        self._seen = ledger.snapshot.generation
        self._read_at = -1
        self._listed: tuple[tuple[object, ...], tuple[Entry, ...]] = ((), ())
        """What was pending, behind what it was made of: there are several drawings in a second."""
        self._unreadable: set[str] = set()
        """Ids of summaries that could not be read: they are asked for again when somebody has written."""
        self._lines = Lines(ledger, team, self.length_min)
        self.search = QueueSearch(ledger, self, searches)
        self._done: list[Done] = []
        """What the queue did since it opened, the latest last: `u` goes no further back."""

    @property
    def zone(self) -> str:
        """IANA name of the mentor's zone."""
        return self.team.zone

    def entries(self) -> tuple[Entry, ...]:
        """Return every pending defense as it is now, also what is not on the disk yet; in no order."""
        snapshot, followed = self.ledger.snapshot, self.ledger.unacknowledged(STUDENT)
        made_of = (self.ledger.now().wall[:19], self.zone, language(), snapshot.generation, snapshot.answered,
                   snapshot.pending(), snapshot.claims(), snapshot.known(), self.unsaved(), followed)  # fmt: skip
        if self._listed[0] != made_of:
            self._listed = made_of, self.named(self._pending())
        return self._listed[1]

    def whole(self) -> tuple[Entry, ...]:
        """Return every pending defense of a school, with what it waits for, whoever has it; in no order."""
        return self._lines.whole(self._pending())

    def _pending(self) -> Collection[Summary]:
        pending, unsaved = self.ledger.snapshot.pending(), self.unsaved()
        return ({summary.id: summary for summary in pending} | unsaved).values() if unsaved else pending

    def card(self, entry: Entry) -> Card:
        """Return what to show of a line of the list.

        Raises:
            ConsoleError: Its curriculum is not here, or has no such project.
        """
        summary = entry.summary
        curriculum = self._curriculum(summary)
        project = curriculum.project(summary.project)
        if project is None:
            raise ConsoleError(
                "The curriculum {code} has no project {project}.", code=summary.curriculum, project=summary.project
            )
        shipped = self.ledger.curricula.shipped.get(summary.curriculum, curriculum)
        if self._read_at not in (-1, self.ledger.snapshot.generation):
            self._read_for_cards()
        others = defenses_of(self.find, projects_of(summary, shipped))
        attempts = others.get((summary.student_id, summary.project), ())
        before = [each for each in attempts if each.attempt < summary.attempt]
        student = self._student(summary.student_id)
        standing = student.standing if student is not None else Standing()
        return Card(
            entry,
            project,
            tuple((check, check.id in summary.ticked) for check in curriculum.checks),
            path(shipped, tuple(chain.from_iterable(others.values()))),
            before[-1] if before else None,
            len(self.ledger.aside.of(DEFENSE.stream(summary.id))),
            (standing.next_goal, standing.next_due),
        )

    def _curriculum(self, summary: Summary) -> Curriculum:
        """Return the pinned curriculum, or the shipped one before the first start."""
        if summary.pinned is None:
            found = self.ledger.curricula.shipped.get(summary.curriculum)
            problem = ConsoleError("There is no curriculum {code} here.", code=summary.curriculum)
        else:
            found = self.ledger.curricula.pinned(summary.pinned)
            text = "The curriculum this defense was started with is missing: {hash}."
            problem = ConsoleError(text, hash=summary.pinned)
        if found is None:
            raise problem
        return found

    def prepare_cards(self) -> None:
        """Read what the cards need, after the first of them was drawn; later they see to it themselves."""
        if self._read_at == -1:
            self._read_for_cards()

    def _read_for_cards(self) -> None:
        """Read what the cards of all pending defenses need at once, so that moving the cursor asks nothing."""
        self._read_at, self._unreadable = self.ledger.snapshot.generation, set()
        wanted: dict[tuple[str, str], int] = {}
        pending = self.ledger.snapshot.pending()
        if len(pending) > READ_AT_ONCE and self.team.shared:
            pending = tuple(each for each in pending if self.team.place(each) == "mine")
        if len(pending) > READ_AT_ONCE:
            return
        for summary in pending:
            if summary.pinned is not None:
                self.ledger.curricula.pinned(summary.pinned)
            shipped = self.ledger.curricula.shipped.get(summary.curriculum)
            for each, known in (projects_of(summary, shipped) if shipped is not None else {}).items():
                wanted[each] = max(known, wanted.get(each, 0))
        defenses_of(self.find, wanted)

    def find(self, ids: Collection[str]) -> dict[str, Summary]:
        """Return the summaries that can be read, by id; what is on its way to the store counts."""
        unsaved = self.unsaved()
        wanted = [id for id in ids if id not in self._unreadable and id not in unsaved]
        try:
            found = self.ledger.snapshot.summaries(wanted)
        except StoreError:
            found = {}
            for id in wanted:
                try:
                    found |= self.ledger.snapshot.summaries([id])
                except StoreError:
                    self._unreadable.add(id)
        return found | {id: unsaved[id] for id in ids if id in unsaved}

    def unsaved(self) -> dict[str, Summary]:
        """Return the summaries of the defenses whose last events are still on their way to the store, by id."""
        return {id: summarize(id, defense) for id, defense in self.ledger.unacknowledged(DEFENSE).items()}

    def entry(self, defense_id: str) -> Entry | None:
        """Return the line of a defense, in any tab; None when there is no such defense."""
        return next(iter(self.named(self.find([defense_id]).values())), None)

    def named(self, found: Iterable[Summary]) -> tuple[Entry, ...]:
        """Return the lines of defenses as they are now, with the names of the students, in the order given."""
        return self._lines.named(found)

    def of_day(self, day: date) -> tuple[Entry, ...]:
        """Return the defenses whose latest sitting is on a day of the mentor's, pending and closed; in no order."""
        starts = {each.id: each.planned_at for each in self.ledger.snapshot.closed()}
        starts |= {each.id: each.planned_at for each in self._pending()}
        return self.named(self.find([id for id, at in starts.items() if local_day(at, self.zone) == day]).values())

    def going_on(self, besides: str = "") -> tuple[GoingOn, ...]:
        """Return the defenses that are live, then the rehearsals.

        Args:
            besides: Id of one that is left out; those that come after it come first.
        """
        unsaved = self.unsaved()
        here = [each for each in self.ledger.snapshot.pending() if each.session == "live" and each.id not in unsaved]
        here += [each for each in unsaved.values() if each.session == "live"]
        live = [each for each in sorted(here, key=lambda each: each.id) if self.team.place(each) == "mine"]
        found = [
            GoingOn(DEFENSE, each.id, each.student_id, self._name_of(each.student_id), each.project, each.attempt,
                    each.planned_at)
            for each in live
        ]  # fmt: skip
        found += self.rehearsals()
        ids = [each.id for each in found]
        place = ids.index(besides) if besides in ids else 0
        return tuple(each for each in (*found[place:], *found[:place]) if each.id != besides)

    def rehearsals(self) -> tuple[GoingOn, ...]:
        """Return the rehearsals that go on, the latest first: each has a lease, also after its console is gone."""
        found = []
        for stream in {*self._leases.held, *self.ledger.snapshot.leases()}:
            id = stream.removeprefix(REHEARSAL.prefix)
            if stream == id or id in self._unreadable or not self._may_be_mine(stream):
                continue
            try:
                state = self.ledger.state(REHEARSAL, id)
            except ConsoleError:
                self._unreadable.add(id)
                continue
            if state.session == "live":
                name, student = self._name_of(state.student_id), state.student_id
                since = state.planned_at  # it is begun and started at once
                found.append(GoingOn(REHEARSAL, id, student, name, state.project, state.attempt, since))
        return tuple(sorted(found, key=lambda each: (each.since, each.id), reverse=True))

    def _may_be_mine(self, stream: str) -> bool:
        """Return whether a rehearsal may be this mentor's: in a school, one that is held on this machine."""
        return not self.team.shared or stream in self._leases.held or self._leases.was_here(stream)

    def _student(self, id: str) -> Student | None:
        on_its_way = self.ledger.unacknowledged(STUDENT)
        return on_its_way.get(id) or self.ledger.snapshot.student(id)

    def _name_of(self, student_id: str) -> str:
        student = self._student(student_id)
        return student_id if student is None else student.name

    def filtered(self, entries: Iterable[Entry], wanted: Filter) -> tuple[Entry, ...]:
        """Return the lines that a filter keeps, by their next date; in the order given."""
        keeps = wanted.at(self.ledger.now().wall, zone_of(self.zone)).keeps
        return tuple(each for each in entries if keeps(each.summary.curriculum, each.next_at))

    def left_s(self, id: str, subject: Defenses = DEFENSE) -> int | None:
        """Return the seconds a live one has left, negative beyond its end; None when its log cannot be read."""
        try:
            return self.ledger.state(subject, id).timeline.ends_in_ms(self.ledger.now()) // 1000
        except ConsoleError:
            return None

    def length_min(self, summary: Summary) -> int:
        """Return how many minutes a defense takes of the day: its slot, else its plan; 0 where that is not known."""
        project = self._project(summary)
        return summary.duration_min or (project.plan_s // 60 if project is not None else 0)

    def expected(self, summary: Summary) -> int:
        """Return how many deliverables the project of a defense has; 0 where that is not known."""
        project = self._project(summary)
        return len(project.deliverables) if project is not None else 0

    def _project(self, summary: Summary) -> Project | None:
        """Return the project as it is shipped."""
        curriculum = self.ledger.curricula.shipped.get(summary.curriculum)
        return curriculum.project(summary.project) if curriculum is not None else None

    def load_min(self, summary: Summary) -> int:
        """Return how many minutes of defenses I have in the week of a defense, without it."""
        return self.team.load_min((e.summary for e in self.entries() if e.mine), self.length_min, summary)

    def look_at_claims(self) -> None:
        """Ask the holders of old claims; see `Team.look`. Once a minute is enough."""
        self.team.look(self._pending())

    @property
    def curricula(self) -> tuple[str, ...]:
        """Codes of the curricula that the pending defenses are on, and of the shipped ones, in order; at most four."""
        pending = {summary.curriculum for summary in self.ledger.snapshot.pending()}
        return tuple(sorted({*self.ledger.curricula.shipped, *pending}))[:MOST_CURRICULA]

    def refresh(self) -> bool:
        """Return whether another console has written since this was last asked."""
        before, self._seen = self._seen, self.ledger.snapshot.generation
        return before != self._seen

    @property
    def no_new(self) -> ConsoleError | None:
        """Why no student and no defense can be typed in, None when they can."""
        return self.ledger.read_only

    def no_change(self, student_id: str) -> ConsoleError | None:
        """Why nothing can be changed about a student, None when it can; the footer asks, so that no log is read."""
        stream = STUDENT.stream(student_id)
        if (reason := self.ledger.read_only or self._leases.read_only(stream)) is not None:
            return reason
        return self.ledger.refusal(STUDENT, student_id, StudentChanged()) if self.ledger.is_open(stream) else None

    def park(self, defense_id: str) -> Defense:
        """Put a defense at the end of the queue, or take it back."""
        parked = self.ledger.state(DEFENSE, defense_id).parked
        defense = self._act(defense_id, ev.Parked(not parked))
        self._done.append(Done(DEFENSE, defense_id, defense.seq))
        return defense

    def did(self, defense_id: str) -> None:
        """Take note that the latest action on a defense was done from the queue, which can undo it too."""
        undo = self.ledger.state(DEFENSE, defense_id).undo
        if undo:
            self._done.append(Done(DEFENSE, defense_id, undo[-1]))

    def began(self, defense_id: str) -> None:
        """A defense was planned from the queue: the log keeps it, so taking it back closes it."""
        self._done.append(Done(DEFENSE, defense_id, 0))

    def changed(self, student_id: str, action: int) -> None:
        """A student was changed from the queue."""
        self._done.append(Done(STUDENT, student_id, action))

    def refusal(self, summary: Summary, *whats: ev.DefenseWhat) -> ConsoleError | None:
        """Return why a defense of the list would refuse one action now, None when it would record it.

        The footer asks it at every move of the cursor: no log is read for what the row can answer.
        """
        if (reason := self._leases.read_only(DEFENSE.stream(summary.id))) is not None:
            return reason
        from_the_row = all(isinstance(what, ANSWERED_BY_THE_ROW) for what in whats)
        if self.ledger.is_open(DEFENSE.stream(summary.id)) or not from_the_row:
            return self.ledger.refusal(DEFENSE, summary.id, *whats)
        signed = summary.verdict_state == "signed"
        return next((reason for what in whats if (reason := sealed(signed, what)) is not None), None)

    @property
    def noting(self) -> ev.Noted:
        """Return a note from the queue, before its words are known."""
        return ev.Noted(TO_COME, self.ledger.now())

    @property
    def no_undo(self) -> ConsoleError | None:
        """Return why the queue undoes nothing; None while its latest action is still the latest of its log."""
        if not self._done or not self._is_latest(self._done[-1]):
            return ConsoleError("The queue itself has nothing to undo; {key:edit.undo} inside a defense undoes there.")
        done = self._done[-1]
        read_only = self._leases.read_only(done.subject.stream(done.id))
        return read_only or self.ledger.refusal(done.subject, done.id, *_taking_back(done))

    def _is_latest(self, done: Done) -> bool:
        state = self.ledger.state(done.subject, done.id)
        return bool(state.seq == 1 if not done.action else state.undo[-1:] == (done.action,))

    def undo(self) -> Done:
        """Cancel the latest thing the queue itself did.

        Returns:
            What it was.

        Raises:
            ConsoleError: The queue did nothing since it opened, or the defense went on meanwhile.
        """
        if (reason := self.no_undo) is not None:
            raise reason
        done = self._done[-1]
        self.ledger.act(done.subject, done.id, *_taking_back(done))
        return self._done.pop()

    def _act(self, defense_id: str, what: ev.DefenseWhat) -> Defense:
        if (reason := self._leases.read_only(DEFENSE.stream(defense_id))) is not None:
            raise reason
        return self.ledger.act(DEFENSE, defense_id, what)


def _taking_back(done: Done) -> tuple[Any, ...]:
    """Return what cancels an action; the first event of a log stays, so that the defense it began is closed."""
    if done.action:
        return (ev.Undone(done.action),)
    reason = _("planned by mistake")
    return ev.Cancelled("mentor", late=False, reason=reason), ev.DefenseClosed(reason)
