"""What the terminal's driver tells the console about its input."""

from __future__ import annotations

from textual.message import Message


class OddInput(Message):
    """The terminal sent something that is not UTF-8. Sent once."""


class InputLost(Message):
    """No key can be read any more.

    Attributes:
        error: Why.
    """

    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.error = error


class ShownAgain(Message):
    """Another page of a browser shows this console from now on."""
