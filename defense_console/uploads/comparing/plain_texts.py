"""Readers of plain text and HTML, on the standard library alone."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Final

from defense_console.model.comparison import DocumentPlace, Paragraph
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing.readers import links, one_blank

# The longer marks first: UTF-32 begins like UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED: Final = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w-]{1,40})", re.IGNORECASE)
_LINE_END: Final = re.compile(r"\r\n|\r|\n")


def decoded(data: bytes, declared: str | None = None) -> str:
    """Return the text of a file whose encoding nobody wrote down.

    Returns:
        By byte order mark, else UTF-8, else UTF-16 where every second byte is zero, else as declared, else
        Windows-1252, which is what French Windows programs write.

    Raises:
        ConsoleError: it is no text.
    """
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _readable(data.decode(encoding, errors="replace"))
    try:
        return _readable(data.decode("utf-8"))
    except (UnicodeDecodeError, ConsoleError):
        pass
    sample = data[:4096]
    for zeros, encoding in ((sample[1::2], "utf-16-le"), (sample[0::2], "utf-16-be")):
        if zeros and zeros.count(0) > 0.6 * len(zeros):
            return _readable(data.decode(encoding, errors="replace"))
    for encoding in filter(None, (declared, "cp1252")):
        try:
            return _readable(data.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    return _readable(data.decode("latin-1"))


def _readable(text: str) -> str:
    if "\0" in text:
        raise ConsoleError("This is no text: it holds zero bytes.")
    return text


def read_lines(data: bytes) -> Iterator[Paragraph]:
    """Read TXT, Markdown, CSV: line by line."""
    lines = _LINE_END.split(decoded(data))
    if lines and not lines[-1]:
        lines.pop()  # the end of the last line is no further line
    for n, text in enumerate(lines, 1):
        yield Paragraph(text, DocumentPlace("line", n))


def read_html(data: bytes) -> Iterator[Paragraph]:
    """Read HTML: the text a reader sees, one paragraph per block, then words for pictures and fields, and links.

    Scripts, styles and hidden parts are left out.
    """
    page = _page(data)
    yield from page.paragraphs
    yield from page.said
    yield from links(iter(page.addresses), [paragraph.text for paragraph in page.paragraphs])


def html_words(data: bytes) -> str:
    """Return all text of a page without blanks, also what is hidden, to find what `read_html` did not see."""
    return "".join("".join(_page(data).all_text).split())


def _page(data: bytes) -> _Page:
    found = _DECLARED.search(data[:4096])
    page = _Page()
    page.feed(decoded(data, found[1].decode("ascii") if found else None))
    page.close()
    page.end_block()
    return page


_CODE: Final = frozenset({"script", "style"})
_UNSEEN: Final = _CODE | {"template", "noscript", "head", "iframe", "object"}
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_INLINE: Final = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins", "kbd", "label",
     "mark", "q", "s", "samp", "small", "span", "strong", "sub", "sup", "time", "tspan", "tt", "u", "var", "wbr"}
)  # fmt: skip
_HIDDEN: Final = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SAID: Final = ("alt", "title", "aria-label", "placeholder")
"""Attributes that are read out or shown."""


class _Page(HTMLParser):
    """Collects visible text. Nothing is rendered: style sheets are not applied.

    Attributes:
        paragraphs: The blocks of text, in order.
        said: Words for pictures and fields.
        addresses: What links lead to.
        all_text: Every piece of text, also what is hidden.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.paragraphs: list[Paragraph] = []
        self.said: list[Paragraph] = []
        self.addresses: list[str] = []
        self.all_text: list[str] = []
        self._pieces: list[str] = []
        self._line = 1
        self._unseen: list[str] = []
        """Open elements from the outermost unseen one on; empty while text is visible."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a block, or something that is not seen."""
        if tag not in _INLINE:
            self._begin(tag)
        given = dict(attrs)
        self._note(tag, given)
        if tag in _VOID:
            return
        hidden = "hidden" in given or _HIDDEN.search(given.get("style") or "") is not None
        if self._unseen or tag in _UNSEEN or hidden:
            self._unseen.append(tag)

    def _note(self, tag: str, given: dict[str, str | None]) -> None:
        place = DocumentPlace("line", self.getpos()[0])
        self.said += [Paragraph(text, place) for name in _SAID if (text := one_blank(given.get(name) or ""))]
        if tag in ("a", "area"):
            self.addresses.append(given.get("href") or "")

    def _begin(self, tag: str) -> None:
        if tag in ("td", "th") and self._pieces:
            self._pieces.append(" | ")
        else:
            self.end_block()

    def handle_endtag(self, tag: str) -> None:
        """End a block; a closing tag that nothing opened is ignored."""
        if self._unseen:
            if tag in self._unseen:
                del self._unseen[len(self._unseen) - 1 - self._unseen[::-1].index(tag) :]
        elif tag not in _INLINE and tag not in ("td", "th"):
            self.end_block()

    def handle_data(self, data: str) -> None:
        """Keep visible text."""
        if not _CODE & {*self._unseen[-1:]}:
            self.all_text.append(data)
        if self._unseen:
            return
        if not self._pieces:
            before = len(data) - len(data.lstrip())
            self._line = self.getpos()[0] + data[:before].count("\n")
        self._pieces.append(data)

    def end_block(self) -> None:
        """Make one paragraph of what was collected, its blanks as a browser shows them."""
        text = one_blank("".join(self._pieces))
        self._pieces.clear()
        if text:
            self.paragraphs.append(Paragraph(text, DocumentPlace("line", self._line)))
