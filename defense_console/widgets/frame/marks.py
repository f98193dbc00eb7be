"""Marks: one cell each, said by a word beside them; all of them in ASCII where a font lacks them.

No mark of a text has an ambiguous width in Unicode's table, none is an emoji: `tests/test_look.py` checks it.
"""

from __future__ import annotations

from collections.abc import Mapping

MARKS: Mapping[str, tuple[str, str]] = {
    # ratings
    "met": ("✓", "v"),
    "to_improve": ("~", "~"),
    "not_met": ("✗", "x"),
    "not_observed": ("∅", "o"),
    "not_rated": ("◦", "."),
    # criteria
    "blocking": ("⚑", "!"),
    "from_clock": ("◷", "@"),
    "note": ("✎", '"'),
    "carried": ("↺", "<"),
    "document": ("⊞", "d"),
    # documents that came back
    "same": ("!", "!"),
    "changed": ("~", "~"),
    "new": ("+", "+"),
    "becomes": ("▸", ">"),
    # what the log tells
    "system": ("⋄", "#"),
    "read_only": ("⊘", "%"),
    # defenses
    "my_turn": ("▸", ">"),
    "student_turn": ("▹", ")"),
    "live": ("◉", "*"),
    "room_open": ("◔", "%"),
    "to_decide": ("!", "!"),
    "parked": ("-", "-"),
    # clock
    "early": ("◔", "%"),
    "on_time": ("▸", ">"),
    "soon_over": ("◕", "@"),
    "over": ("!", "!"),
    "out": ("✗", "x"),
    "paused": ("||", "||"),
    # path
    "passed": ("✓", "v"),
    "conditional": ("~", "~"),
    "to_repass": ("✗", "x"),
    "now": ("◉", "*"),
    "open": ("◦", "."),
    "unknown": ("⋅", "-"),
    "locked": ("", ""),
    # answers
    "ticked": ("[✓]", "[x]"),
    "crossed": ("[✗]", "[-]"),
    "unticked": ("[ ]", "[ ]"),
    "chosen": ("(*)", "(*)"),
    "unchosen": ("( )", "( )"),
    "saved": ("✓", "v"),
    "refused": ("✗", "x"),
    # lines and blocks
    "cursor": ("›", ">"),
    "heading": ("╌", "-"),
    "passed_time": ("━", "="),
    "planned_time": ("─", "-"),
    "over_time": ("╍", "#"),
    "here": ("►", ">"),
    "phase_end": ("│", "|"),
    "busy": ("▬", "="),
    "curve_planned": (".", "."),
    "curve_likely": ("╌", "-"),
    "curve_range": ("░", ":"),
    "goal": ("⋄", "o"),
    "alert": ("⚑", "!"),
    "column": ("│", "|"),
}
"""Each mark in Unicode, and in ASCII."""
PLAIN = "plain"
_form = [0]


def use_glyphs(glyphs: str) -> None:
    """Draw the marks in ASCII from now on ("plain"), or in Unicode (any other word)."""
    _form[0] = 1 if glyphs == PLAIN else 0


def plain() -> bool:
    """Return whether everything is drawn in ASCII."""
    return _form[0] == 1


def mark(name: str) -> str:
    """Return a mark in the form in use."""
    return MARKS[name][_form[0]]
