"""The terminal as the toolkit drives it on POSIX systems, with its input read by `terminal_input` first."""

from __future__ import annotations

import os
import select
import threading
import time
from collections.abc import Callable
from typing import Any

from textual.drivers.linux_driver import LinuxDriver

from defense_console.screens.shared.input_events import InputLost, OddInput
from defense_console.screens.shared.terminal_input import TerminalInput


class _InputGate(threading.Event):
    """Says that the input ends. The toolkit's loop asks it before each look at the input: there the loop waits.

    Left alone, that loop looks ten times a second, which is a third of what a console at rest takes.

    Args:
        wait: Called with each question; on the loop's thread it returns once there is something to read.
    """

    def __init__(self, wait: Callable[[], None]) -> None:
        super().__init__()
        self._wait_for_input = wait
        self.woken, self._waking = os.pipe()
        """Can be read from the moment the input ends."""

    def set(self) -> None:
        """Say that the input ends, and wake the loop."""
        super().set()
        os.write(self._waking, b"!")

    def clear(self) -> None:
        """Say that input may begin again."""
        super().clear()
        while select.select([self.woken], [], [], 0)[0]:
            os.read(self.woken, 1)

    def is_set(self) -> bool:
        """Return whether the input ends, on the loop's thread as soon as there is something to do."""
        self._wait_for_input()
        return self.ends

    @property
    def ends(self) -> bool:
        """Whether the input ends, at once."""
        return super().is_set()

    def close(self) -> None:
        """Free the pipe."""
        os.close(self.woken)
        os.close(self._waking)


class ConsoleDriver(LinuxDriver):
    """Reads the terminal, and gives the toolkit's parser what it can read, through a pipe. Nothing polls."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._gate = self.exit_event = _InputGate(self._wait_for_input)

    @property
    def fileno(self) -> int:
        """The terminal; for the parser's thread, what was let through."""
        return self._let_through[0] if threading.get_ident() == self._parser_thread else self._terminal

    @fileno.setter
    def fileno(self, terminal: int) -> None:
        self._terminal = terminal
        self._let_through = (-1, -1)
        """Both ends of the pipe."""
        self._parser_thread: int | None = None

    def run_input_thread(self) -> None:
        """Read keys until the console ends. A failure ends the console with a sentence, never in silence."""
        self._let_through, self._parser_thread = os.pipe(), threading.get_ident()
        self._source, self._warned = TerminalInput(), False
        self._read_from = [self._let_through[0], self._gate.woken, self._terminal]
        try:
            super().run_input_thread()
        except Exception as error:
            if not self._gate.ends:
                self.process_message(InputLost(error))
        finally:
            self._parser_thread = None
            for end in self._let_through:
                os.close(end)

    def _wait_for_input(self) -> None:
        """On the parser's thread: wait for what it can read, or for the end. It has read what came before by then."""
        while threading.get_ident() == self._parser_thread:
            due = self._source.deadline
            wait_s = None if due is None else max(0.0, due - time.monotonic())
            # What is there is read before time is up for what is missing: a machine that stood still loses nothing.
            ready = select.select(self._read_from, [], [], wait_s)[0]
            if ready and ready[0] != self._terminal:
                return
            if ready:
                data = os.read(self._terminal, 4096)
                if not data:  # the terminal is gone; whoever waits for the hang-up ends the console
                    self._read_from.remove(self._terminal)
                self._let_pass(self._source.feed(data, time.monotonic()))
            else:
                self._let_pass(self._source.tick(time.monotonic()))

    def _let_pass(self, passed: bytes) -> None:
        while passed:
            passed = passed[os.write(self._let_through[1], passed) :]
        if self._source.saw_latin_1 and not self._warned:
            self._warned = True
            self.process_message(OddInput())

    def close(self) -> None:
        """Free what the driver holds."""
        super().close()
        self._gate.close()
