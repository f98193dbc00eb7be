"""The terminal as the toolkit drives it on POSIX systems, with its input read by `terminal_input` first."""

from __future__ import annotations

import os
import select
import threading
import time

from textual.drivers.linux_driver import LinuxDriver

from defense_console.screens.shared.input_events import InputLost, OddInput
from defense_console.screens.shared.terminal_input import TerminalInput

POLL_S = 0.1
"""How often a reader looks whether the console ends."""


class ConsoleDriver(LinuxDriver):
    """Reads the terminal on a thread of its own and gives the toolkit's parser what it can read, through a pipe."""

    @property
    def fileno(self) -> int:
        """The terminal; for the parser's thread, what was let through."""
        return self._let_through if threading.get_ident() == self._parser_thread else self._terminal

    @fileno.setter
    def fileno(self, terminal: int) -> None:
        self._terminal = terminal
        self._let_through = -1
        self._parser_thread: int | None = None

    def run_input_thread(self) -> None:
        """Read keys until the console ends. A failure ends the console with a sentence, never in silence."""
        read_end, write_end = os.pipe()
        self._let_through, self._parser_thread = read_end, threading.get_ident()
        reader = threading.Thread(target=self._read_terminal, args=(write_end,), name="terminal", daemon=True)
        reader.start()
        try:
            super().run_input_thread()
        except Exception as error:
            self._lose(error)
        finally:
            self._parser_thread = None
            reader.join(timeout=1)
            os.close(read_end)
            if not reader.is_alive():
                os.close(write_end)

    def _read_terminal(self, write_end: int) -> None:
        try:
            self._let_keys_through(write_end)
        except Exception as error:
            self._lose(error)

    def _let_keys_through(self, write_end: int) -> None:
        source, warned = TerminalInput(), False
        while not self.exit_event.is_set():
            now = time.monotonic()
            wait_s = POLL_S if source.deadline is None else min(POLL_S, max(0.0, source.deadline - now))
            # What is there is read before time is up for what is missing: a machine that stood still loses nothing.
            if select.select([self._terminal], [], [], wait_s)[0]:
                data = os.read(self._terminal, 4096)
                if not data:
                    return  # the terminal is gone; whoever waits for the hang-up ends the console
                passed = source.feed(data, time.monotonic())
            else:
                passed = source.tick(time.monotonic())
            while passed:
                passed = passed[os.write(write_end, passed) :]
            if source.saw_latin_1 and not warned:
                warned = True
                self.process_message(OddInput())

    def _lose(self, error: BaseException) -> None:
        if not self.exit_event.is_set():
            self.process_message(InputLost(error))
