"""What a kind of event needs and what it changes: functions that are registered next to the kind."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from operator import attrgetter
from typing import Any, Generic, Protocol, Self, TypeVar

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Event, What

C = TypeVar("C")
F = TypeVar("F")
W = TypeVar("W", bound=What)


def require(condition: bool, id: str, **parameters: object) -> None:
    """Refuse with a sentence unless the condition holds."""
    if not condition:
        raise ConsoleError(id, **parameters)


class Numbered(Protocol):
    """What an event made."""

    @property
    def seq(self) -> int:
        """The number of the event."""


N = TypeVar("N", bound=Numbered)


def numbered(made: Sequence[N], seq: int) -> N | None:
    """Return what the event with this number made, None where it is gone: they are in the order of their numbers."""
    place = bisect_left(made, seq, key=attrgetter("seq"))
    return made[place] if place < len(made) and made[place].seq == seq else None


class Laws(Generic[C]):
    """What each kind needs, given a case. A kind without a law is always legal."""

    def __init__(self) -> None:
        self._laws: dict[type[What], Callable[[C, Any], None]] = {}

    def __call__(self, kind: type[W]) -> Callable[[Callable[[C, W], None]], Callable[[C, W], None]]:
        """Register a function as the law of `kind`."""

        def register(law: Callable[[C, W], None]) -> Callable[[C, W], None]:
            self._laws[kind] = law
            return law

        return register

    def by_case(self, kind: type[What], law: Callable[[C], None]) -> None:
        """Register the law of a kind that looks at the case alone."""
        self._laws[kind] = lambda case, _what: law(case)

    def ask(self, case: C, what: What) -> None:
        """Refuse an event that is not legal in this case."""
        law = self._laws.get(type(what))
        if law is not None:
            law(case, what)


class Working(msgspec.Struct):
    """Base of the values that a log is folded into, event by event; what they hold is frozen but for collections."""

    def copy(self) -> Self:
        """Return one that goes on by itself."""
        twin = copy(self)
        for name in self.__struct_fields__:
            if type(value := getattr(self, name)) in (dict, list, set):
                setattr(twin, name, value.copy())
        return twin


class Effects(Generic[F]):
    """What each kind changes in a state that is being folded. A kind without an effect changes nothing but the log."""

    def __init__(self) -> None:
        self._effects: dict[type[What], Callable[[F, Event[What], Any], None]] = {}

    def __call__(
        self, kind: type[W]
    ) -> Callable[[Callable[[F, Event[What], W], None]], Callable[[F, Event[What], W], None]]:
        """Register a function as the effect of `kind`."""

        def register(effect: Callable[[F, Event[What], W], None]) -> Callable[[F, Event[What], W], None]:
            self._effects[kind] = effect
            return effect

        return register

    def apply(self, state: F, event: Event[What]) -> None:
        """Change the state by an event."""
        effect = self._effects.get(type(event.what))
        if effect is not None:
            effect(state, event, event.what)

    def apply_all(self, state: F, events: Iterable[Event[What]]) -> None:
        """Change the state by events, one after the other."""
        known = self._effects.get
        for event in events:
            what = event.what
            if (effect := known(type(what))) is not None:
                effect(state, event, what)
