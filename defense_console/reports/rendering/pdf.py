"""A report as PDF, laid out by typst.

User text reaches typst only as JSON, never as markup. The fonts are those the compiler carries, so that every machine
draws the same page, and the document's date is the release's: two runs give the same bytes. A character without a
glyph, or for private use, becomes its code point and is listed at the end. The file is PDF/A-2a and PDF/UA-1: it can
be kept for years and read aloud.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import msgspec

from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_, ConsoleError
from defense_console.reports.content.value import Report
from defense_console.reports.rendering.layout import page
from defense_console.words.translation import translator

if TYPE_CHECKING:
    from typst import Compiler

_UNDRAWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed|the codepoint `"((?:[^"\\]|\\.)*)"`')
"""What the compiler says of a text it has no glyph for, once it must not draw an empty box, and of a character that
means nothing outside its font (a private use one), which PDF/A refuses."""
_ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.DOTALL)
"""How it quotes a text. Source: Rust, `str::escape_debug`."""
_REFUSED: Final = N_("The PDF could not be made; the other formats hold the same text. Its compiler says: “{problem}”")
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


@lru_cache(maxsize=1)
def _compiler() -> tuple[Compiler, bytes]:
    """Return the compiler with its own fonts, and the template, which it forgets after each run."""
    import typst

    template = (files("defense_console.reports.rendering") / "templates" / "report.typ").read_bytes()
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(template, font_paths=fonts), template


def render(report: Report) -> bytes:
    """Return the report as a PDF file; the same report gives the same bytes.

    Raises:
        ConsoleError: The compiler refused it for another reason than a character it cannot draw.
    """
    import typst

    at = instant(report.dated_at or "1970-01-01T00:00:00Z").astimezone(UTC).replace(microsecond=0)
    missing: frozenset[str] = frozenset()
    compiler, template = _compiler()
    while True:
        try:
            made = compiler.compile(
                template,
                format="pdf",
                sys_inputs={"page": msgspec.json.encode(_data(report, at, missing)).decode()},
                pdf_standards=["a-2a", "ua-1"],
                timestamp=at,
            )
        except typst.TypstError as error:
            found = _undrawn(f"{error.message}\n{error.diagnostic}") - missing
            if not found:
                raise ConsoleError(_REFUSED, problem=error.message) from None
            missing |= found
            continue
        if not isinstance(made, bytes):
            raise ConsoleError(_REFUSED, problem=type(made).__name__)
        return made


def _undrawn(said: str) -> frozenset[str]:
    """Return the characters beyond ASCII of every piece of text that the compiler could not draw."""
    pieces = (_ESCAPED.sub(_unescaped, text or code) for text, code in _UNDRAWN.findall(said))
    return frozenset(character for piece in pieces for character in piece if character > "\x7f")


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else _SIMPLE.get(found[2], found[2])


def _data(report: Report, at: datetime, missing: frozenset[str]) -> dict[str, Any]:
    """Return what the template reads: the page, every character without a glyph replaced by its code point."""
    _ = translator(report.language)
    data: dict[str, Any] = msgspec.to_builtins(page(report))
    data["date"] = {part: getattr(at, part) for part in ("year", "month", "day", "hour", "minute", "second")}
    counted: Counter[str] = Counter()
    data = _drawn(data, missing, counted)
    data["missing_title"] = _("Characters that could not be drawn")
    data["missing_text"] = _("They stand in the text as their code points.")
    data["missing"] = [
        f"{code_point(c)} {unicodedata.name(c, '')} · {_.ngettext('{n} time', '{n} times', n)}"
        for c, n in sorted(counted.items())
    ]
    return data


def code_point(character: str) -> str:
    """Return how a character without a glyph is written: its number in the Unicode standard."""
    return f"U+{ord(character):04X}"


def _drawn(value: Any, missing: frozenset[str], counted: Counter[str]) -> Any:
    """Return the same with every text made drawable; what could not be is counted."""
    if isinstance(value, dict):
        return {key: _drawn(inner, missing, counted) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_drawn(inner, missing, counted) for inner in value]
    if not isinstance(value, str):
        return value
    counted.update(character for character in value if character in missing)
    text = "".join(f"⟨{code_point(c)}⟩" if c in missing else c for c in value)
    return "\n".join(_indented(line) for line in text.split("\n"))


def _indented(line: str) -> str:
    """Return a line whose first spaces stay: a paragraph drops ordinary ones."""
    bare = line.lstrip(" ")
    return "\N{NO-BREAK SPACE}" * (len(line) - len(bare)) + bare
