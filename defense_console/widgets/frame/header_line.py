"""HeaderLine: the first row of every screen: what is shown, whether everything is saved, the local time."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from textual.content import Content

from defense_console.safe_text import cells, one_line, shortened
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.quiet_text import QuietText

GAP = 3
"""Cells between two texts at the right end."""
LEAST_LEFT = 16
"""Cells that what is shown keeps, whatever stands at the right end."""


class Headline(msgspec.Struct, frozen=True):
    """What a screen is about.

    Attributes:
        screen: Name of the screen, "" on the live screen.
        name: The student, or another name in bold.
        project: Its id.
        title: Of the project.
        more: The attempt.
    """

    screen: str = ""
    name: str = ""
    project: str = ""
    title: str = ""
    more: str = ""


class HeaderEnd(msgspec.Struct, frozen=True):
    """What stands at the right end of the header.

    Attributes:
        live: Whose defense or rehearsal is live elsewhere, the time left there in words, and as short as it can be.
        key: That goes there.
        saved: Whether everything is saved: words, and the time in more words; alarm: nothing is saved now.
        time: Local time; day: the date before it, where there is room.
    """

    live: tuple[str, str, str] = ("", "", "")
    saved: str = ""
    saved_at: str = ""
    alarm: bool = False
    time: str = ""
    day: str = ""
    key: str = ""


class HeaderLine(QuietText):
    """One row that never wraps: what does not fit is left out, the least needed first."""

    DEFAULT_CSS = """
    HeaderLine { height: 1; padding: 0 1; background: $panel; text-wrap: nowrap; }
    """

    _shown: tuple[Headline, HeaderEnd, int] | None = None

    def show_header(self, headline: Headline, aside: HeaderEnd, width: int) -> None:
        """Draw the row. Args: width: cells of it, without its padding."""
        if self._shown == (headline, aside, width):
            return  # it is asked for once a second
        self._shown = (headline, aside, width)
        *least, last = (
            _right(HeaderEnd(("", left_there, ""), aside.saved, "", aside.alarm, aside.time))
            for left_there in (*aside.live[1:], "")
        )
        left, right = next(
            (found for found in _tries(headline, aside) if found[0].cell_length + GAP + found[1].cell_length <= width),
            (Content(""), next((each for each in least if each.cell_length + GAP + LEAST_LEFT <= width), last)),
        )
        if not left.plain:
            left = _shortest(headline, max(0, width - right.cell_length - GAP))
        self.show(left + Content(" " * max(1, width - left.cell_length - right.cell_length)) + right)


def _tries(headline: Headline, aside: HeaderEnd) -> Iterator[tuple[Content, Content]]:
    """Yield both ends, from everything to the least."""
    lefts = [
        _left(headline, headline.title, headline.more),
        _left(headline, headline.title, ""),
        _left(headline, "", headline.more),
        _left(headline, "", ""),
    ]
    live, at = (one_line(aside.live[0]), *aside.live[1:]), aside.saved_at
    short = (shortened(live[0], 9), *live[1:]) if live[0] else live
    rights = [
        HeaderEnd(live, aside.saved, at, aside.alarm, aside.time, aside.day, aside.key),
        HeaderEnd(live, aside.saved, at, aside.alarm, aside.time, key=aside.key),
        HeaderEnd(short, aside.saved, at if not live[0] else "", aside.alarm, aside.time),
        HeaderEnd(("", *live[1:]), aside.saved, "", aside.alarm, aside.time),
    ]
    yield lefts[0], _right(rights[0])
    for right in rights[1:3]:
        for left in lefts:
            yield left, _right(right)
    for left in lefts[2:]:
        yield left, _right(rights[3])


def _left(headline: Headline, title: str, more: str) -> Content:
    project = one_line(f"{headline.project} {title}").strip()
    screen = f"{headline.screen}  " if headline.screen and headline.name else headline.screen
    parts = [(f" · {part}" if headline.project else f"  {part}", "") for part in (project, more) if part]
    name = (shortened(headline.name, 60), "bold")
    return Content.assemble((screen, "$text-muted" if headline.name else "bold"), name, *parts)


def _shortest(headline: Headline, width: int) -> Content:
    """Return the name, cut, with the project where that leaves something of the name."""
    project = f" · {headline.project}" if headline.project and width - cells(headline.project) >= LEAST_LEFT else ""
    name = shortened(headline.name or headline.screen, max(1, width - cells(project)))
    return Content.assemble((name, "bold"), project)


def _right(aside: HeaderEnd) -> Content:
    texts: list[Content] = []
    name, left, _clock = aside.live
    if name or left:
        words = " ".join(part for part in (name, left) if part)
        key = f" {aside.key}" if aside.key else ""
        texts.append(Content.assemble((f"{mark('live')} {words}", "bold $text-error"), (key, "$text-accent")))
    if aside.alarm:
        texts.append(Content.styled(f" {mark('refused')} {aside.saved} ", "bold reverse $text-error"))
    elif aside.saved:
        texts.append(Content.styled(" ".join(p for p in (aside.saved, aside.saved_at) if p), "$text-muted"))
    if aside.time:
        texts.append(Content.assemble((f"{aside.day} " if aside.day else "", "$text-muted"), (aside.time, "bold")))
    return Content(" " * GAP).join(texts)
