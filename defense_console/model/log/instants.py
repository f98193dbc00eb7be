"""Instants as every log writes them, and days of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta


def instant(wall: str) -> datetime:
    """The aware UTC instant of an ISO 8601 text as the log holds it (`…Z`)."""
    return datetime.fromisoformat(wall).astimezone(UTC)


def iso(moment: datetime) -> str:
    """ISO 8601 UTC with milliseconds and Z: the one form of an instant in the log."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def later(wall: str, seconds: int) -> str:
    """The instant so many real seconds after `wall`, whatever local clocks do in between."""
    return iso(instant(wall) + timedelta(seconds=seconds))


def day_of(text: str) -> date | None:
    """Return the day that a log writes as `2026-11-24`, None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None
