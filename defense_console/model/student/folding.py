"""The fold's working value: mutable, filled event by event, then frozen into a Student."""

from __future__ import annotations

from defense_console.model.log.kinds import Effects, Working


class StudentFolding(Working):
    """A student while their log is being folded. Fields as in `Student`."""

    id: str = ""
    name: str = ""
    email: str = ""
    timezone: str = ""


applies = Effects[StudentFolding]()
"""Registers what a kind of event does to a student."""
