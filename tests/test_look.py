"""The look as numbers: contrast of every role, what terminals with fewer colours show, the width of marks."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import pytest
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from textual.theme import Theme

from defense_console.widgets.frame.marks import MARKS
from defense_console.widgets.frame.themes import (
    DARK_COLOURS,
    DARK_ON_SIXTEEN,
    LIGHT_COLOURS,
    LIGHT_ON_SIXTEEN,
    THEMES,
    themes_on,
)

THEMES_BY_NAME = {"dark": DARK_COLOURS, "light": LIGHT_COLOURS}
ON_SIXTEEN = {"dark": DARK_ON_SIXTEEN, "light": LIGHT_ON_SIXTEEN}
BACKGROUNDS = ("background", "surface", "panel", "blur")
TEXTS = ("foreground", "muted", "disabled", "primary", "accent", "success", "warning", "error", "writing")
BLACK, WHITE, GREYS = {0}, {15}, {7, 8}
SIXTEEN: Mapping[str, Mapping[str, set[int]]] = {
    "dark": {**dict.fromkeys(BACKGROUNDS, BLACK), "foreground": WHITE | {7}, "primary": {4, 12}, "accent": {6, 14},
             "success": {2, 10}, "warning": {3, 11}, "error": {1, 9}, "writing": {5, 13}},
    "light": {**dict.fromkeys(BACKGROUNDS, WHITE), "foreground": BLACK, "primary": {4, 12}, "accent": GREYS,
              "success": {2, 10}, "warning": BLACK, "error": {1, 9}, "writing": {5, 13}},
}  # fmt: skip
"""The ANSI colours each role may fall on; a bright one is the same hue."""
BOX_DRAWING = {"column", "heading", "passed_time", "planned_time", "over_time", "phase_end", "busy"}


def _luminance(colour: ColorTriplet) -> float:
    """Relative luminance. Source: WCAG 2.2."""
    parts = [part / 255 for part in colour]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: ColorTriplet, other: ColorTriplet) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _shown(colour: str, system: ColorSystem) -> ColorTriplet:
    return Color.parse(colour).downgrade(system).get_truecolor()


@pytest.mark.parametrize("system", [ColorSystem.TRUECOLOR, ColorSystem.EIGHT_BIT], ids=["true colour", "256"])
@pytest.mark.parametrize("name", THEMES_BY_NAME)
def test_every_role_is_readable_on_every_background(name: str, system: ColorSystem) -> None:
    colours = THEMES_BY_NAME[name]
    behind = {place: _shown(colours[place], system) for place in BACKGROUNDS}
    weak = [
        f"{role} on {place}: {ratio:.2f}"
        for role in (*TEXTS, "frame")
        for place in (BACKGROUNDS if role != "frame" else BACKGROUNDS[:3])
        if (ratio := _contrast(_shown(colours[role], system), behind[place])) < (3 if role == "frame" else 4.5)
    ]
    assert weak == []


@pytest.mark.parametrize("name", THEMES_BY_NAME)
def test_on_sixteen_colours_each_role_keeps_its_hue(name: str) -> None:
    fell = {role: Color.parse(colour).downgrade(ColorSystem.STANDARD).number
            for role, colour in ON_SIXTEEN[name].items()}  # fmt: skip
    assert {role: fell[role] for role, allowed in SIXTEEN[name].items() if fell[role] not in allowed} == {}


def test_a_terminal_of_sixteen_colours_gets_themes_of_its_own_under_the_same_names() -> None:
    assert [theme.name for theme in themes_on("standard")] == [theme.name for theme in THEMES]
    assert themes_on("standard") != THEMES
    assert themes_on("truecolor") == themes_on("256") == themes_on(None) == THEMES


@pytest.mark.parametrize("theme", [*THEMES, *themes_on("standard")], ids=lambda theme: f"{theme.name} {theme.warning}")
def test_the_toolkit_tints_no_text_colour(theme: Theme) -> None:
    variables = theme.to_color_system().generate() | theme.variables  # as the application puts them together
    for role in ("primary", "accent", "success", "warning", "error"):
        assert variables[f"text-{role}"] == getattr(theme, role)


def test_marks_take_one_cell_each_in_every_terminal() -> None:
    wide = {
        name: mark
        for name, (mark, _plain) in MARKS.items()
        for character in mark
        if unicodedata.east_asian_width(character) not in ("N", "Na") and name not in BOX_DRAWING
    }
    assert wide == {}


def test_the_plain_form_is_ascii_of_the_same_width() -> None:
    assert [name for name, (_mark, plain) in MARKS.items() if not plain.isascii()] == []
    assert [name for name, (mark, plain) in MARKS.items() if len(mark) != len(plain)] == []
