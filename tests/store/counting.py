"""A store that counts what it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from defense_console.store.base import Store


class Counting:
    """A proxy that counts the calls of each method; a look for changes counts as `changed`.

    Args:
        store: The store that answers.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self.calls: Counter[str] = Counter()

    @classmethod
    def around(cls, store: Store) -> tuple[Store, Counter[str]]:
        """Return a store that counts, and its counts."""
        counting = cls(store)
        return cast(Store, counting), counting.calls

    def subscribe(self) -> Callable[[], bool]:
        changed = self._store.subscribe()

        def counted() -> bool:
            self.calls["changed"] += 1
            return changed()

        return counted

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def counted(*args: Any, **options: Any) -> Any:
            self.calls[name] += 1
            return found(*args, **options)

        return counted
