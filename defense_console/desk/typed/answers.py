"""What keeps the text of a question until the answer is in the record."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from defense_console.desk.logs.ledger import Ledger
from defense_console.model.errors import ConsoleError
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Draft, Lease


class KeepsTexts(Protocol):
    """Keeps what is typed until the answer is in the record: the desk of a defense, mostly."""

    @property
    def whose(self) -> str:
        """Whom it is about, in words."""
        ...

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """Texts being typed, by field."""
        ...

    @property
    def read_only(self) -> ConsoleError | None:
        """Why nothing may be recorded, None when it may."""
        ...

    @property
    def holder(self) -> Lease | None:
        """Which other console may write instead, None for none."""
        ...

    @property
    def not_mine(self) -> ConsoleError | None:
        """Which other mentor of a school is responsible, None when nobody else is."""
        ...

    def text(self, field: str) -> str:
        """What a field shows when it is opened."""
        ...

    def touch(self, field: str) -> None:
        """Take note of a keystroke."""
        ...

    def type_text(self, field: str, text: str, cursor: int = 0) -> None:
        """Keep a text being typed."""
        ...

    def set_aside(self, field: str, text: str) -> None:
        """Keep a text that cannot be recorded any more."""
        ...

    def drop_text(self, field: str, /) -> None:
        """Forget a text: the answer is in the record."""
        ...


class Typed:
    """Keeps what is typed in questions that no open log answers: of a student, or of one who is not known yet.

    A text is a draft like every other: it is in the store, so that the next console finds it.

    Args:
        ledger: Keeps the drafts.
        whose: Whom the questions are about, in words.
        student_id: Of the student they are about; "" for nobody yet.

    Raises:
        StoreError: What was typed before cannot be read.
    """

    def __init__(self, ledger: Ledger, whose: str, student_id: str = "") -> None:
        self.whose = whose
        self._ledger = ledger
        self._stream = STUDENT.stream(student_id)
        self._drafts = ledger.drafts(self._stream)

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """What was typed and never became an answer, by field."""
        return MappingProxyType(self._drafts)

    @property
    def read_only(self) -> ConsoleError | None:
        """Why nothing can be recorded, None when it can."""
        return self._ledger.read_only

    @property
    def holder(self) -> Lease | None:
        """No other console holds what is not there yet."""
        return None

    @property
    def not_mine(self) -> ConsoleError | None:
        """Nobody else is responsible for it."""
        return None

    def text(self, field: str) -> str:
        """What was typed in a field, "" for nothing."""
        draft = self.drafts.get(field)
        return draft.text if draft is not None else ""

    def touch(self, field: str) -> None:
        """A text here becomes no event, so that its first keystroke needs no stamp."""

    def type_text(self, field: str, text: str, cursor: int = 0) -> None:
        """Keep a text; an empty one is forgotten."""
        old = self._drafts.get(field)
        if text == (old.text if old is not None else ""):
            return
        self._drafts.pop(field, None)
        draft = Draft(text, old.first if old is not None else self._ledger.now(), cursor) if text else None
        if draft is not None:
            self._drafts[field] = draft
        self._ledger.save_draft(self._stream, field, draft)

    def set_aside(self, field: str, text: str) -> None:
        """Nobody takes over what is not there yet."""

    def drop_text(self, *fields: str) -> None:
        """Forget these texts: the answers are in the record."""
        for field in fields:
            self.type_text(field, "")
