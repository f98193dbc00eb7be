"""What keeps the text of a question until the answer is in the record."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from defense_console.desk.logs.ledger import Ledger
from defense_console.model.errors import ConsoleError
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


class Typed:
    """Keeps what is typed in questions that are about no defense yet, as long as the console runs.

    Args:
        ledger: Says whether the store can be written.
        whose: Whom the questions are about, in words.
        kept: Where the texts are kept, by field.
    """

    def __init__(self, ledger: Ledger, whose: str, kept: dict[str, Draft]) -> None:
        self.whose = whose
        self._ledger = ledger
        self._kept = kept

    @property
    def drafts(self) -> Mapping[str, Draft]:
        """What was typed and never became an answer, by field."""
        return MappingProxyType(self._kept)

    @property
    def read_only(self) -> ConsoleError | None:
        """Why nothing can be recorded, None when it can."""
        return self._ledger.read_only

    @property
    def holder(self) -> Lease | None:
        """No other console holds what is not there yet."""
        return None

    def text(self, field: str) -> str:
        """What was typed in a field, "" for nothing."""
        return self._kept[field].text if field in self._kept else ""

    def touch(self, field: str) -> None:
        """A text here becomes no event, so that its first keystroke needs no stamp."""

    def type_text(self, field: str, text: str, cursor: int = 0) -> None:
        """Keep a text; an empty one is forgotten."""
        self._kept.pop(field, None)
        if text:
            self._kept[field] = Draft(text, self._ledger.now(), cursor)

    def set_aside(self, field: str, text: str) -> None:
        """Nobody takes over what is not there yet."""

    def answered(self) -> None:
        """Forget every text: the answers are in the record."""
        self._kept.clear()
