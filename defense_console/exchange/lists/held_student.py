"""A student as the store holds them, for comparing with what comes in: this package does not know the store."""

from __future__ import annotations

from typing import Protocol


class HeldStudent(Protocol):
    """What is known of a student."""

    @property
    def id(self) -> str:
        """The school's id."""
        ...

    @property
    def name(self) -> str:
        """The name as it was imported."""
        ...

    @property
    def email(self) -> str:
        """The address, "" when none is known."""
        ...

    @property
    def timezone(self) -> str:
        """IANA name of the student's zone, "" when none is known."""
        ...
