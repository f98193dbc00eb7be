"""A report as one HTML file: nothing to load, nothing to run, readable on a screen, on paper and aloud.

Text is data: everything is escaped by the template engine, and only what `layout` made visible reaches it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from defense_console.reports.content.value import Report
from defense_console.reports.rendering.layout import page

if TYPE_CHECKING:
    from jinja2 import Template


@lru_cache(maxsize=1)
def _template() -> Template:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("defense_console.reports.rendering"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html")


def render(report: Report) -> str:
    """Return the report as a whole HTML document, ending with a line break."""
    return _template().render(page=page(report)) + "\n"
