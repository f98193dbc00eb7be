"""What every screen about one defense can do: read it, undo, redo, type texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import chain

from defense_console.desk.defense.asked import settled_by
from defense_console.desk.defense.texts import text_event, text_now
from defense_console.desk.logs.attempts import defenses_of
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.refused import NOTHING_MOVES, Move
from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import revision
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat, Redone, Undone
from defense_console.model.defense.state import Defense, Request
from defense_console.model.defense.subject import DEFENSE, curriculum_of
from defense_console.model.defense.summary import Summary, summarize
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.refused import Aside
from defense_console.model.queue.path import ProjectStatus, path
from defense_console.model.student.state import Student
from defense_console.store.base import Draft, Lease
from defense_console.words.translation import _

TO_COME = "…"
"""Stands for words that the mentor has not written yet, where the law is asked before they are."""


class DefenseDesk:
    """One defense on the desk. Every method that changes something returns the defense after it.

    Args:
        ledger: The logs.
        defense_id: Whole id of the defense.
        leases: Who writes on what; None for a desk that is alone with its store.
    """

    def __init__(self, ledger: Ledger, defense_id: str, leases: Leases | None = None) -> None:
        self.ledger = ledger
        self.id = defense_id
        self.leases = leases
        self.stream = DEFENSE.stream(defense_id)
        self._drafts = ledger.drafts(self.stream)
        self._first: dict[str, Stamp] = {}

    # --- reading -------------------------------------------------------------------------------------------------

    @property
    def defense(self) -> Defense:
        """The defense as it is known now; what is still on its way to the disk counts."""
        return self.ledger.state(DEFENSE, self.id)

    @property
    def events(self) -> tuple[DefenseEvent, ...]:
        """The whole log, cancelled actions included."""
        return self.ledger.log(DEFENSE, self.id).events

    @property
    def curriculum(self) -> Curriculum:
        """The pinned curriculum, or the shipped one before the first start."""
        return curriculum_of(self.defense, self.ledger.curricula)

    @property
    def project(self) -> Project:
        """The project of this defense.

        Raises:
            ConsoleError: The curriculum no longer has it.
        """
        defense = self.defense
        found = curriculum_of(defense, self.ledger.curricula).project(defense.project)
        if found is None:
            raise ConsoleError(
                "The curriculum {code} has no project {project}.", code=defense.curriculum, project=defense.project
            )
        return found

    @property
    def student(self) -> Student:
        """Who defends."""
        student_id = self.defense.student_id
        found = self.ledger.snapshot.student(student_id)
        return found if found is not None else Student(student_id, student_id, "", "", 0)

    @property
    def whose(self) -> str:
        """Who defends what, in words: student, project, attempt."""
        defense = self.defense
        return _("{student} · {project} · attempt {n}",
                 student=self.student.name, project=defense.project, n=defense.attempt)  # fmt: skip

    @property
    def summary(self) -> Summary:
        """The row of the queue."""
        return summarize(self.id, self.defense)

    @property
    def others(self) -> tuple[Summary, ...]:
        """Every defense of this student on this curriculum, by project then attempt; found by computing their ids."""
        defense = self.defense
        shipped = self.ledger.curricula.shipped.get(defense.curriculum, self.curriculum)
        own = {defense.project: defense.attempt}
        wanted = {(defense.student_id, project.id): own.get(project.id, 0) for project in shipped.projects}
        return tuple(chain.from_iterable(defenses_of(self._summaries, wanted).values()))

    @property
    def attempts(self) -> tuple[Summary, ...]:
        """Every attempt at this project, the first one first."""
        defense = self.defense
        project = (defense.student_id, defense.project)
        return defenses_of(self._summaries, {project: defense.attempt})[project]

    def _summaries(self, ids: Collection[str]) -> dict[str, Summary]:
        """Summaries by id; what is on its way to the store counts."""
        now = self.ledger.unacknowledged(DEFENSE) | {self.id: self.defense}
        found = self.ledger.snapshot.summaries([id for id in ids if id not in now])
        return found | {id: summarize(id, now[id]) for id in ids if id in now}

    @property
    def previous(self) -> tuple[Summary, ...]:
        """Earlier attempts at this project, the first one first."""
        return tuple(summary for summary in self.attempts if summary.attempt < self.defense.attempt)

    @property
    def earlier(self) -> Defense | None:
        """The attempt before this one as it ended, None when it is not known."""
        previous = self.previous
        return self.ledger.state(DEFENSE, previous[-1].id) if previous else None

    @property
    def path(self) -> tuple[tuple[Project, ProjectStatus], ...]:
        """The student's path: every project of the curriculum and where it stands."""
        shipped = self.ledger.curricula.shipped.get(self.defense.curriculum, self.curriculum)
        return path(shipped, self.others)

    # --- who writes ----------------------------------------------------------------------------------------------

    @property
    def read_only(self) -> ConsoleError | None:
        """Why nothing may be changed, None when it may: another console may take the defense over at any time."""
        if (unread := self.ledger.unread(self.stream)) is not None:
            return unread
        return None if self.leases is None else self.leases.read_only(self.stream)

    @property
    def holder(self) -> Lease | None:
        """The lease of another console that holds the defense, None when there is none."""
        return None if self.leases is None else self.leases.holder(self.stream)

    def _hold(self) -> None:
        """Who writes holds the defense."""
        if self.leases is not None:
            self.leases.hold(self.stream)

    @property
    def no_take_over(self) -> ConsoleError | None:
        """Why the defense cannot be taken over, None when another console holds it."""
        if self.holder is None:
            return ConsoleError("No other console holds this defense.")
        return self.ledger.read_only

    # --- the law, undo -------------------------------------------------------------------------------------------

    def refusal(self, *whats: DefenseWhat) -> ConsoleError | None:
        """Return why `act` would refuse one action now, None when it would record it.

        Footer, palette, help and the keys ask this, so it costs no reading of the store.
        """
        return self.read_only or self.ledger.refusal(DEFENSE, self.id, *whats)

    def act(self, *whats: DefenseWhat, drop_drafts: tuple[str, ...] = (), aside: Move = NOTHING_MOVES) -> Defense:
        """One action on this defense; see `Ledger.act`. What was typed for a question that it answers goes with it.

        Raises:
            ConsoleError: Read-only, or not legal now.
        """
        if (reason := self.read_only) is not None:
            raise reason
        settled = (field for what in whats for field in settled_by(what) if field in self._drafts)
        gone = tuple(dict.fromkeys((*drop_drafts, *settled)))
        defense = self.ledger.act(DEFENSE, self.id, *whats, drop_drafts=gone, aside=aside)
        for field in gone:
            self._drafts.pop(field, None)
        self._hold()
        return defense

    @property
    def undoing(self) -> Undone:
        """What cancels the latest action."""
        return Undone(next(reversed(self.defense.undo), 0))

    @property
    def redoing(self) -> Redone:
        """What brings back the action cancelled last."""
        return Redone(next(reversed(self.defense.redo), 0))

    def undo(self) -> Defense:
        """Cancel the latest action.

        Raises:
            ConsoleError: There is nothing to undo.
        """
        return self.act(self.undoing)

    def redo(self) -> Defense:
        """Bring back the action cancelled last.

        Raises:
            ConsoleError: There is nothing to redo.
        """
        return self.act(self.redoing)

    # --- texts ---------------------------------------------------------------------------------------------------

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """Texts being typed, by field key; found again after a restart."""
        return self._drafts

    def text_refusal(self, field: str) -> ConsoleError | None:
        """Return why a text in a field could not be kept now, None when it can: no text is begun in vain."""
        try:
            return self.refusal(self.another_text(field))
        except ConsoleError as error:
            return error

    def another_text(self, field: str) -> DefenseWhat:
        """The event that a text becomes which the field does not hold.

        Raises:
            ConsoleError: The field does not exist, or what it edits is gone.
        """
        text = text_now(self.defense, field, self._row) + TO_COME
        what = text_event(self.defense, field, text, self.ledger.now(), self._row)
        assert what is not None  # it is neither empty nor what the field holds
        return what

    def text(self, field: str) -> str:
        """What a field shows when it is opened: the draft if there is one, else what the log holds."""
        draft = self._drafts.get(field)
        return draft.text if draft is not None else self.held_text(field)

    def held_text(self, field: str) -> str:
        """What a field shows when nothing is being typed in it."""
        return text_now(self.defense, field, self._row)

    def meant(self, field: str, text: str, first: Stamp) -> DefenseWhat | None:
        """The event that a finished text becomes; None when it changes nothing."""
        return text_event(self.defense, field, text, first, self._row)

    def touch(self, field: str) -> None:
        """Stamp a text with its first keystroke. Call it on every keystroke: it costs nothing."""
        if field not in self._first and field not in self._drafts:
            self._first[field] = self.ledger.now()

    def type_text(self, field: str, text: str, cursor: int = 0) -> None:
        """Save a text being typed as a draft. Call it early enough for the draft to be on the disk 300 ms after a key.

        Args:
            field: Key of the field.
            text: All of it; an emptied one of a new text drops the draft.
            cursor: Place of the cursor, in characters.
        """
        if self.read_only is not None:
            return
        self.touch(field)
        if text == self.held_text(field):
            self.drop_text(field)
            return
        old = self._drafts.get(field)
        draft = Draft(text, old.first if old else self._first[field], cursor)
        if draft != old:
            self._first.pop(field, None)  # the draft holds it from now on
            self._drafts[field] = draft
            self._hold()
            self.ledger.save_draft(self.stream, field, draft)

    def commit(self, field: str, text: str) -> Defense:
        """A text is finished: it becomes an event, and its draft goes in the same transaction.

        Returns:
            The defense; unchanged when there was nothing to tell (a new text left empty, a text left as it was).

        Raises:
            ConsoleError: It is not legal now; the draft stays.
        """
        self.touch(field)
        draft = self._drafts.get(field)
        first = draft.first if draft is not None else self._first[field]
        what = self.meant(field, text, first)
        if what is None:
            self.drop_text(field)
            return self.defense
        defense = self.act(what, drop_drafts=(field,) if draft is not None else ())
        self._first.pop(field, None)
        return defense

    def drop_text(self, field: str) -> None:
        """What was typed in a field is of no use any more: its draft goes."""
        self._first.pop(field, None)
        if self._drafts.pop(field, None) is not None:
            self.ledger.save_draft(self.stream, field, None)

    def set_aside(self, field: str, text: str) -> None:
        """Another console took the defense over while a text was typed here: keep what its draft does not hold.

        The draft itself goes on in the other console, so what was typed since is kept aside; what a dialog held, as a
        private note.
        """
        self.touch(field)
        draft = self._drafts.get(field)
        if draft is not None and draft.text == text:
            return
        what = self.meant(field, text, draft.first if draft is not None else self._first[field])
        if what is not None:
            seq = self.defense.seq + 1
            event = DefenseEvent(seq, seq, self.ledger.now(), self.ledger.author, what)
            self.ledger.aside.add(self.stream, seq, (event,))

    # --- what another console kept out of the record -----------------------------------------------------------------

    @property
    def aside(self) -> tuple[Aside, ...]:
        """What was decided and is not in the record because another console was first, oldest first."""
        return self.ledger.aside.of(self.stream)

    def take_up(self, key: str) -> Defense:
        """Record one of them after all, from now on.

        Raises:
            ConsoleError: Read-only, not legal now, or it cannot be carried over; it stays aside.
        """
        stream, seq, aside = self.stream, self.defense.seq + 1, self.ledger.aside
        what, move = self.taking_up(key), aside.move(stream, key, seq)
        defense = self.act(what, aside=move)
        aside.taken_up(stream, move)
        return defense

    def taking_up(self, key: str) -> DefenseWhat:
        """What would record one of them.

        Raises:
            ConsoleError: It cannot be carried over.
        """
        wanted: DefenseWhat = self.ledger.aside.wanted(self.stream, key, self.defense.seq + 1)
        return wanted

    def give_up(self, key: str) -> None:
        """Give one of them up for good.

        Raises:
            ConsoleError: Read-only.
        """
        if (reason := self.read_only) is not None:
            raise reason
        self.ledger.aside.drop(self.stream, key)

    def _row(self, row_id: str) -> Request | None:
        defense = self.defense
        rows = revision.rows(defense, self.curriculum, self.project)
        return next((row.request for row in rows if row.request.id == row_id), None)
