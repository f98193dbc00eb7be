"""Forgetting a student in what `serve` keeps: links, files that wait, readings."""

from __future__ import annotations

from pathlib import Path

from defense_console.web.people import People
from defense_console.web.readings import Readings
from defense_console.web.receipts import Receipts


def forget_student(folder: Path, people: People, readings: Readings, student: str) -> None:
    """Remove everything about a student.

    Raises:
        ConsoleError: Something cannot be removed.
        OSError: Likewise.
    """
    people.take_back(student)
    receipts = Receipts(folder)
    for receipt in receipts.all():
        if receipt.student == student:
            receipts.drop(receipt)
    readings.forget(student)
