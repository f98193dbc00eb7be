"""What a kind of event needs and what it changes: functions that are registered next to the kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from defense_console.model.log.envelope import Event, What

C = TypeVar("C")
F = TypeVar("F")
W = TypeVar("W", bound=What)


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
