"""The formats a report can be written in, each rendered by a module of its own that is loaded when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from defense_console.reports.content.value import Report

FORMATS: Final = ("md", "txt", "html", "pdf", "docx")
"""Names of the formats, also the ends of file names."""
BINARY: Final = frozenset({"pdf", "docx"})
"""Those that a terminal cannot show."""


def rendered(report: Report, form: str) -> bytes:
    """Return a report as the bytes of a file; the same report gives the same bytes on every run.

    Args:
        report: The report.
        form: One of `FORMATS`.

    Raises:
        ValueError: There is no such format.
    """
    match form:
        case "md":
            from defense_console.reports.rendering import markdown

            return markdown.render(report).encode()
        case "txt":
            from defense_console.reports.rendering import plain

            return plain.render(report).encode()
        case "html":
            from defense_console.reports.rendering import html

            return html.render(report).encode()
        case "pdf":
            from defense_console.reports.rendering import pdf

            return pdf.render(report)
        case "docx":
            from defense_console.reports.rendering import docx

            return docx.render(report)
    raise ValueError(form)
