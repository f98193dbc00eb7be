"""What the terminal's driver tells the console about its input."""

from __future__ import annotations

from dataclasses import dataclass

from textual.message import Message


@dataclass
class OddInput(Message):
    """The terminal sent something that is not UTF-8. Sent once."""


@dataclass
class InputLost(Message):
    """No key can be read any more.

    Attributes:
        error: Why.
    """

    error: BaseException


@dataclass
class ShownAgain(Message):
    """Another page of a browser shows this console from now on."""
