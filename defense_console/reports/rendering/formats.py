"""The formats a report can be written in, each rendered by a module of its own that is loaded when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from defense_console.reports.content.value import Report

_MODULES: Final = {"md": "markdown", "txt": "plain", "html": "html", "pdf": "pdf", "docx": "docx"}
FORMATS: Final = tuple(_MODULES)
"""Names of the formats, also the ends of file names."""
BINARY: Final = frozenset({"pdf", "docx"})
"""Those that a terminal cannot show."""


def rendered(report: Report, form: str) -> bytes:
    """Return a report as the bytes of a file; the same report gives the same bytes on every run.

    Raises:
        KeyError: `form` is none of `FORMATS`.
    """
    made: str | bytes = import_module(f"defense_console.reports.rendering.{_MODULES[form]}").render(report)
    return made.encode() if isinstance(made, str) else made
