"""One log on the desk, whatever it is about: read it, write on it, undo, redo, type texts, settle what was refused."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Reversible
from typing import Final, Generic, Protocol, TypeVar, cast

from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.logs.refused import NOTHING_MOVES, Move
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, Stamp, What
from defense_console.model.log.every_log import LeaseTaken
from defense_console.model.log.refused import Aside
from defense_console.model.log.subject import Subject
from defense_console.model.log.undo import Redone, Undone
from defense_console.store.base import Draft, Lease

TO_COME: Final = "…"
"""In the place of words that the mentor has not written yet, to ask the law."""


class Folded(Protocol):
    """What every log folds to has: the number of its last event, and what can be undone and redone."""

    @property
    def seq(self) -> int:
        """Return the number of the last event."""

    @property
    def undo(self) -> Reversible[int]:
        """Return the actions that can be undone, the next one last."""

    @property
    def redo(self) -> Reversible[int]:
        """Return the actions that can be redone, the next one last."""


W = TypeVar("W", bound=What)
S = TypeVar("S", bound=Folded)


class LogDesk(ABC, Generic[W, S]):
    """One log on the desk. Every method that changes something returns what the log folds to after it.

    Args:
        ledger: The logs.
        subject: What the log is about.
        id: Its whole id.
        leases: Who writes on what.
    """

    def __init__(self, ledger: Ledger, subject: Subject[W, S], id: str, leases: Leases) -> None:
        self.ledger = ledger
        self.subject = subject
        self.id = id
        self.leases = leases
        self.stream = subject.stream(id)
        self._drafts = ledger.drafts(self.stream)
        self._first: dict[str, Stamp] = {}

    @property
    def state(self) -> S:
        """What the log folds to now; what is still on its way to the disk counts."""
        return self.ledger.state(self.subject, self.id)

    @property
    def events(self) -> tuple[Event[W], ...]:
        """The whole log, cancelled actions included."""
        return self.ledger.log(self.subject, self.id).events

    # --- what each subject says of itself ----------------------------------------------------------------------------

    @property
    @abstractmethod
    def whose(self) -> str:
        """Return whom the log is about, in words."""

    @abstractmethod
    def said(self, event: Event[W], language: str) -> str:
        """Return what an event of the log says, as a sentence; user text in it is unchanged."""

    @abstractmethod
    def held_text(self, field: str) -> str:
        """Return what a field shows when nothing is being typed in it."""

    @abstractmethod
    def meant(self, field: str, text: str, first: Stamp) -> W | None:
        """Return the event that a finished text becomes; None when it changes nothing."""

    def fields_settled_by(self, what: W) -> tuple[str, ...]:
        """Return the fields whose texts an event settles: their drafts go with it."""
        return ()

    # --- who writes ----------------------------------------------------------------------------------------------

    @property
    def read_only(self) -> ConsoleError | None:
        """Return why nothing may be changed, None when it may: another console may take the log over at any time."""
        return self.ledger.unread(self.stream) or self.leases.read_only(self.stream)

    def read_only_for(self, *whats: W) -> ConsoleError | None:
        """Return why these may not be recorded; what the student does waits for no claim, only for who writes now."""
        if whats and all(what.of_student for what in whats):
            return self.ledger.unread(self.stream) or self.leases.elsewhere(self.stream)
        return self.read_only

    @property
    def holder(self) -> Lease | None:
        """Return the lease of another console that holds the log, None when there is none."""
        return self.leases.holder(self.stream)

    @property
    def not_mine(self) -> ConsoleError | None:
        """Return which other mentor of a school is responsible for it, None when nobody else is."""
        return self.leases.not_mine(self.stream)

    @property
    def no_take_over(self) -> ConsoleError | None:
        """Return why the log cannot be taken over, None when another console holds it."""
        if self.holder is None:
            return ConsoleError("No other console is writing here.")
        return self.ledger.read_only or self.not_mine

    def take_over(self) -> S:
        """Take the log from the console that holds it, which may only read it from then on.

        The event fences it: what that console still appends is refused by the store and kept aside there.

        Raises:
            ConsoleError: No other console holds it.
        """
        if (reason := self.no_take_over) is not None:
            raise reason
        self.ledger.reread(self.stream)
        self.ledger.reread_drafts(self.stream)
        self.leases.take_over(self.stream)
        me = self.leases.me
        return self.ledger.act(self.subject, self.id, cast(W, LeaseTaken(me.host, me.pid)))

    # --- the law, undo -------------------------------------------------------------------------------------------

    def refusal(self, *whats: W) -> ConsoleError | None:
        """Return why `act` would refuse one action now, None when it would record it.

        Footer, palette, help and the keys ask this, so it costs no reading of the store.
        """
        return self.read_only_for(*whats) or self.ledger.refusal(self.subject, self.id, *whats)

    def act(self, *whats: W, drop_drafts: tuple[str, ...] = (), aside: Move = NOTHING_MOVES) -> S:
        """Record one action; see `Ledger.act`. What was typed for a question that it answers goes with it.

        Raises:
            ConsoleError: Read-only, or not legal now.
        """
        self.ledger.log(self.subject, self.id)  # who had a closed defense is asked once it is open
        if (reason := self.read_only_for(*whats)) is not None:
            raise reason
        settled = (field for what in whats for field in self.fields_settled_by(what) if field in self._drafts)
        gone = tuple(dict.fromkeys((*drop_drafts, *settled)))
        state = self.ledger.act(self.subject, self.id, *whats, drop_drafts=gone, aside=aside)
        for field in gone:
            self._drafts.pop(field, None)
        self.leases.hold(self.stream)
        return state

    @property
    def undoing(self) -> W:
        """What cancels the latest action."""
        return cast(W, Undone(next(reversed(self.state.undo), 0)))

    @property
    def redoing(self) -> W:
        """What brings back the action cancelled last."""
        return cast(W, Redone(next(reversed(self.state.redo), 0)))

    def undo(self) -> S:
        """Cancel the latest action.

        Raises:
            ConsoleError: There is nothing to undo.
        """
        return self.act(self.undoing)

    def redo(self) -> S:
        """Bring back the action cancelled last.

        Raises:
            ConsoleError: There is nothing to redo.
        """
        return self.act(self.redoing)

    # --- texts ---------------------------------------------------------------------------------------------------

    def text_refusal(self, field: str) -> ConsoleError | None:
        """Return why a text in a field could not be kept now, None when it can: no text is begun in vain."""
        try:
            return self.refusal(self.another_text(field))
        except ConsoleError as error:
            return error

    def another_text(self, field: str) -> W:
        """Return the event that a text becomes which the field does not hold.

        Raises:
            ConsoleError: The field does not exist, or what it edits is gone.
        """
        what = self.meant(field, self.held_text(field) + TO_COME, self.ledger.now())
        assert what is not None  # it is neither empty nor what the field holds
        return what

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """Texts being typed, by field key; found again after a restart."""
        return self._drafts

    def text(self, field: str) -> str:
        """Return what a field shows when it is opened: the draft if there is one, else what the log holds."""
        draft = self._drafts.get(field)
        return draft.text if draft is not None else self.held_text(field)

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
            self.leases.hold(self.stream)
            self.ledger.save_draft(self.stream, field, draft)

    def commit(self, field: str, text: str) -> S:
        """Make an event of a finished text; its draft goes in the same transaction.

        Returns:
            What the log folds to; unchanged when the text changes nothing (left empty, or as it was).

        Raises:
            ConsoleError: It is not legal now; the draft stays.
        """
        self.touch(field)
        draft = self._drafts.get(field)
        first = draft.first if draft is not None else self._first[field]
        what = self.meant(field, text, first)
        if what is None:
            self.drop_text(field)
            return self.state
        state = self.act(what, drop_drafts=(field,) if draft is not None else ())
        self._first.pop(field, None)
        return state

    def drop_text(self, field: str) -> None:
        """Drop the draft of a field, since what was typed there is of no use any more."""
        self._first.pop(field, None)
        if self._drafts.pop(field, None) is not None:
            self.ledger.save_draft(self.stream, field, None)

    def set_aside(self, field: str, text: str) -> None:
        """Keep what a draft does not hold, since another console took the log over while a text was typed here.

        The draft itself goes on in the other console, so what was typed since is kept aside. What a dialog about a
        defense held is kept as a private note.
        """
        self.touch(field)
        draft = self._drafts.get(field)
        if draft is not None and draft.text == text:
            return
        what = self.meant(field, text, draft.first if draft is not None else self._first[field])
        if what is not None:
            seq = self.state.seq + 1
            event = Event(seq, seq, self.ledger.now(), self.ledger.author, what)
            self.ledger.aside.add(self.stream, seq, (event,))

    # --- what another console kept out of the record -----------------------------------------------------------------

    @property
    def aside(self) -> tuple[Aside, ...]:
        """What was decided and is not in the record because another console was first, oldest first."""
        return self.ledger.aside.of(self.stream)

    def take_up(self, key: str) -> S:
        """Record one of them after all, from now on.

        Raises:
            ConsoleError: Read-only, not legal now, or it cannot be carried over; it stays aside.
        """
        stream, seq, aside = self.stream, self.state.seq + 1, self.ledger.aside
        what, move = self.taking_up(key), aside.move(stream, key, seq)
        state = self.act(what, aside=move)
        aside.taken_up(stream, move)
        return state

    def taking_up(self, key: str) -> W:
        """What would record one of them.

        Raises:
            ConsoleError: It cannot be carried over.
        """
        wanted: W = self.ledger.aside.wanted(self.stream, key, self.state.seq + 1)
        return wanted

    def give_up(self, key: str) -> None:
        """Give one of them up for good.

        Raises:
            ConsoleError: Read-only.
        """
        if (reason := self.read_only) is not None:
            raise reason
        self.ledger.aside.drop(self.stream, key)
