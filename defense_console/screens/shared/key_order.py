"""Keys one after the other: a key reaches the screen only when the one before it has been handled completely.

The toolkit hands every key to whatever has the focus at that moment, and the widget handles it later. When a machine is
slow, or keys come in one burst, `n` would still be on its way while the letters after it are taken for commands. Here
a key waits until a marker that follows its predecessor through the same queues has come back to the app.
"""

from __future__ import annotations

from collections import deque
from functools import partial

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import ModalScreen

LOOK_S, LOOKS = 0.25, 20
"""How often, and how many times at most, one looks whether a marker that is not back yet was lost.

Each look is taken by the loop that hands on the keys: a machine that stands still for a minute takes one of them.
"""
SETTLE_S, SETTLE_TRIES = 0.01, 40
"""How often, and how many times at most, one looks whether a dialog that a key opens is there."""


class KeyDone(Message):
    """Follows a key through the queues; back at the app, the key has been handled."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


class OrderedKeys(App[None], inherit_bindings=False):
    """An app in which no key is lost, and none reaches the wrong field."""

    def __init__(self) -> None:
        super().__init__()
        self._typed: deque[events.Event] = deque()
        self._key_number = 0
        self._key_back = 0
        self._key_on_its_way = False
        self._target: DOMNode | None = None
        """What the key on its way was given to."""
        self._looks = 0
        """How many more times one looks whether it has been handled."""
        self._looking = False

    @property
    def keys_waiting(self) -> int:
        """How many keys and pasted texts wait for the one before them."""
        return len(self._typed)

    @property
    def waiting_key(self) -> str:
        """The key that waits and comes next, "" when none does."""
        following = self._typed[0] if self._typed else None
        return following.key if isinstance(following, events.Key) else ""

    async def on_event(self, event: events.Event) -> None:
        """Keys and pasted text wait for their turn; everything else is handled at once."""
        if not isinstance(event, (events.Key, events.Paste)) or event.is_forwarded:
            await super().on_event(event)
            return
        self._typed.append(event)
        if not self._key_on_its_way:
            await self._give_next_key()

    async def _give_next_key(self) -> None:
        while self._typed:
            event = self._typed.popleft()
            target = self.focused or self.screen
            self._key_on_its_way = True
            self._key_number += 1
            number = self._key_number
            await super().on_event(event)
            if target.post_message(KeyDone(number)):
                self._look_after(target, LOOKS)
                return
            self._key_on_its_way = False

    async def on_key_done(self, event: KeyDone) -> None:
        """The key has been handled; a dialog it opens is waited for."""
        event.stop()
        if event.number == self._key_number:
            self._key_back = event.number
            await self._settle(event.number, SETTLE_TRIES)

    async def _settle(self, number: int, tries: int) -> None:
        if number != self._key_number or not self._key_on_its_way:
            return
        if tries and not self._screen_is_ready():
            self.set_timer(SETTLE_S, partial(self._settle, number, tries - 1))
            return
        self._key_on_its_way = False
        await self._give_next_key()

    def _screen_is_ready(self) -> bool:
        """Whether the screen in front is drawn and no flow is about to put a dialog over it."""
        if not self.screen.is_mounted:
            return False
        flows = (worker for worker in self.workers if worker.group == "dialog" and not worker.is_finished)
        return isinstance(self.screen, ModalScreen) or not any(flows)

    def _look_after(self, target: DOMNode, looks: int) -> None:
        """Look soon whether the key has been handled. Many quick keys share one such look."""
        self._target, self._looks = target, looks
        if not self._looking:
            self._looking = True
            self.set_timer(LOOK_S, self._look)

    async def _look(self) -> None:
        """A marker goes with its widget, and then another one follows; one that is only slow is waited for.

        Time tells nothing: given up too early, `n` would be on its way while the letters after it become commands.
        """
        self._looking = False
        number, target, looks = self._key_number, self._target, self._looks
        if target is None or number == self._key_back:
            return
        if looks and target.is_attached and target.is_running and target.screen is self.screen:
            self._look_after(target, looks - 1)
        elif looks and self.screen.post_message(KeyDone(number)):
            self._look_after(self.screen, looks - 1)
        else:
            await self._settle(number, 0)
