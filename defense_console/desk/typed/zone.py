"""A time zone as it is typed."""

from __future__ import annotations

from functools import cache
from zoneinfo import available_timezones

from defense_console.desk.typed.completed import Completed, completed
from defense_console.model.text import searchable


def complete_zone(text: str) -> Completed:
    """Complete the name of a zone, `Europe/Par`; a city alone, `paris`, finds its zone too."""
    sought = searchable(text.replace(" ", "_"))
    begins = tuple(name for name in _names() if searchable(name).startswith(sought))
    found = begins or tuple(name for name in _names() if searchable(name.rpartition("/")[2]).startswith(sought))
    return completed("", found) if found else Completed(text, exists=False)


@cache
def _names() -> tuple[str, ...]:
    """Return the zones that are places, and UTC, sorted."""
    return tuple(sorted(name for name in available_timezones() if "/" in name or name == "UTC"))
