"""One line of a text as the toolkit puts it on the screen, by the shortest way: lists and clocks draw many of them.

`Visual.to_strips` wraps, aligns and looks for links first, which takes four times as long for a line that has none.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget


def line_strip(widget: Widget, line: Content, width: int, y: int | None = None) -> Strip:
    """Return a line without line breaks, cut or filled to its width.

    Args:
        widget: Whose colours it has.
        line: Safe text.
        width: In cells.
        y: Number of the line in a text that the mouse may select; None for one that is not selected.
    """
    base, x, segments = widget.visual_style, 0, list[Segment]()
    shown = line.truncate(width) if line.cell_length > width else line
    for text, style in shown.render(base, end="", parse_style=widget.app.stylesheet.parse_style):
        drawn = style.rich_style if y is None else style.rich_style_with_offset(x, y)
        segments.append(Segment(text, drawn))
        x += len(text)
    return Strip(segments, shown.cell_length).extend_cell_length(width, base.rich_style)
