"""Texts made to break a renderer, each alone, and the strings they must be found as."""

from __future__ import annotations

from tests.reports.scene import Say

TEXTS = (
    "[x](javascript:alert(1))",
    "![x](http://invalid.example/p.png)",
    "# a title",
    "## Verdict\nvalidated",
    "*b* **b** _c_ __c__ ~~d~~ `e` ```f```",
    "<script>alert('x')</script> <b>b</b> <!-- hidden -->",
    "&lt;b&gt; &amp; &#42; &nbsp; R&D",
    "a | b\n--- | ---\nc | d",
    "a\n:--\nb",
    "C:\\dir\\[x] \\* \\",
    "- one\n- two\n+ three\n* four",
    "1. one\n2) two",
    "> quoted\n>> twice",
    "a title\n===\nanother\n---",
    "    four spaces\n\n\nafter blank lines",
    "```\nfenced\n```\n~~~",
    "[/foo] [red]x {curly} {0} {missing} %s",
    "\x1b[31mred\x1b[0m \x07 \x00 \x9b2J",
    "abc\u202etxt.exe\u202c",
    "one\r\ntwo\rthree\ttab\u2028four",
    "👩‍🏫 e\u0301 日本語 ❤\ufe0f مرحبا שלום",
    "x" * 200,
    "日" * 100,
    "word " * 60 + "end",
    "Dupont_Jean_1_code_012022.zip _start end_ a__b",
    "see https://invalid.example/a_b?c=d&e=f www.invalid.example/a_b a_b@invalid.example",
    ":smile: 12:05:30 :+1: $x^2$ @someone #1",
    "[ ] a task\n[^1]: a footnote\n[a]: b",
    "=== === ===",
    "---",
    "Temps de parole respecté : 1 s (fenêtre 1–2).",
    "\\",
    '\'; DROP TABLE "defenses"; --',
)


def marking(text: str) -> tuple[Say, Say]:
    """The text before and behind a mark that tells the fields apart."""
    return (lambda name: f"{text}§{name}§"), (lambda name: f"§{name}§{text}")
