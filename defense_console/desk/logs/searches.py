"""Asks the store what a search finds, on a thread of its own, so that no key and no clock waits for the answer.

While one search is being answered, only the latest of those that come is kept: nobody waits for an earlier text.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.queue.searching import Wanted
from defense_console.store.base import NotFound, Searched, Store, StoreError


class Searches:
    """The thread that asks. It begins with the first search.

    Args:
        open_store: Opens the store for it; called on the thread, again after a failure.
        deliver: Takes the answers, on the thread. It must hand them to the thread that waits and return at once.
    """

    def __init__(self, open_store: Callable[[], Store], deliver: Callable[[Searched], None]) -> None:
        self._open_store = open_store
        self._deliver = deliver
        self._store: Store | None = None
        self._wanted: Wanted | None = None
        self._ending = False
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def ask(self, wanted: Wanted) -> None:
        """Ask for an answer; returns at once."""
        with self._changed:
            self._wanted = wanted
            if self._thread is None and not self._ending:
                self._thread = threading.Thread(target=self._run, name="searches", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self, timeout_s: float) -> None:
        """End the thread, and close its store; an answer that takes longer is not waited for."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            answer = self._answer(wanted)
            with suppress(Exception):
                self._deliver(answer)
        self._let_go()

    def _next(self) -> Wanted | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ending or self._wanted is not None)
            wanted, self._wanted = self._wanted, None
            return None if self._ending else wanted

    def _answer(self, wanted: Wanted) -> Searched:
        try:
            if self._store is None:
                self._store = self._open_store()
            return self._store.search(wanted)
        except ConsoleError as error:
            problem = error
        except Exception as error:  # a fault must not end the thread: the next key asks again
            problem = StoreError(N_("The store does not answer: {reason}."), reason=type(error).__name__)
        self._let_go()
        return NotFound(wanted, problem)

    def _let_go(self) -> None:
        if self._store is not None:
            with suppress(Exception):
                self._store.close()
            self._store = None
