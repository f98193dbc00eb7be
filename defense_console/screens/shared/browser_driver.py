"""The console in a browser: the toolkit's driver for it, which ends the console when nobody serves it any more.

`defense_console/web/processes.py` is at the other end of the two pipes. It lets keys, pastes and known reports through,
as `driver.py` does for a terminal.
"""

from __future__ import annotations

from contextlib import suppress

from textual.drivers.web_driver import WebDriver

from defense_console.screens.shared.input_events import InputLost, ShownAgain


class BrowserDriver(WebDriver):
    """Reads keys and sizes from one pipe and writes the screen into another."""

    def write(self, data: str) -> None:
        """Write to the screen; nobody reads it when the server is gone, and then the input ends too."""
        with suppress(BrokenPipeError):
            super().write(data)

    def write_meta(self, data: dict[str, object]) -> None:
        """Say something to the server, if it is there."""
        with suppress(BrokenPipeError):
            super().write_meta(data)

    def on_meta(self, packet_type: str, payload: dict[str, object]) -> None:
        """Do what the server asks for."""
        if packet_type == "shown_again":
            self.process_message(ShownAgain())
        else:
            super().on_meta(packet_type, payload)

    def run_input_thread(self) -> None:
        """Read keys until the console ends. A console that gets none any more ends in order."""
        super().run_input_thread()
        if not self.exit_event.is_set():
            self.process_message(InputLost(EOFError()))
