"""What a screen may ask of the application it runs in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from defense_console.desk.desk import Desk
from defense_console.model.defense.summary import Summary
from defense_console.words.translation import Language

Place = Literal[
    "queue", "brief", "waiting", "live", "verdict", "revisions", "students", "student", "check_in", "alerts",
    "readiness", "insight", "rehearsal", "rehearsed",
]  # fmt: skip
"""Screens that are about one defense or one student, and the two lists."""


class Console(Protocol):
    """What a screen may ask of the app it runs in."""

    desk: Desk

    @property
    def waiting_key(self) -> str:
        """The key that comes next, where one was hit faster than the one before it was answered; "" for none."""

    def shown_screens(self) -> Sequence[object]:
        """The screens that are seen, the top one last."""

    def go(self, place: Place, id: str) -> None:
        """Show the screen of a defense or a student; one that is already open comes back as it was left."""

    def go_on(self, summary: Summary) -> None:
        """Show the screen where a defense goes on."""

    def home(self) -> None:
        """Close everything above the queue."""

    def show_help(self) -> None:
        """Show the keys of the screen, and which of them do not act now."""

    def show_palette(self) -> None:
        """Search every command of the screen by name."""

    def ask_quit(self) -> None:
        """Leave the console, after a question."""

    def copy_unsaved(self) -> None:
        """Copy everything that is not saved, in words."""

    def note_fault(self, error: BaseException) -> None:
        """Remember where the console failed, and say so."""

    def speak(self, language: Language) -> None:
        """Show everything in a language from now on."""

    def keep_settings(self, changes: Mapping[str, str], kept: str = "") -> None:
        """Use other settings from now on, and keep them. Args: kept: what to say then, translated."""

    def switch_language(self) -> None:
        """Start the console anew in the other language, on the same screen."""

    def switch_theme(self) -> None:
        """Switch between the dark and the light theme."""
