"""A store that counts what it is asked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, cast

from defense_console.store.base import Store


def counted(store: Store, calls: Counter[str]) -> Store:
    """Return a store that counts the calls of each method in `calls`; a look for changes counts as `changed`."""
    return cast(Store, _Counting(store, calls))


class _Counting:
    def __init__(self, store: Store, calls: Counter[str]) -> None:
        self._store = store
        self._calls = calls

    def subscribe(self) -> Callable[[], bool]:
        changed = self._store.subscribe()

        def count() -> bool:
            self._calls["changed"] += 1
            return changed()

        return count

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._store, name)
        if not callable(found):
            return found

        def count(*args: Any, **options: Any) -> Any:
            self._calls[name] += 1
            return found(*args, **options)

        return count
