"""The two themes of the console; style sheets use their variables only.

Each colour keeps 4.5:1 on the four backgrounds (the frame 3:1 on the first three), in true colour and on 256, and falls
on one ANSI colour on 16: `tests/test_look.py` computes it. `docs/look.md` says what each role is for.

On 16 colours two roles fall elsewhere: the shade of a cursor without focus on the background, because the ANSI grey is
too light for what is written on it, and warnings of the light theme on black, because no ANSI yellow is seen on white.
There the veil over what a question covers is thinner too, since half way to white nothing is read, and the keys are
grey under it as above it.
"""

from __future__ import annotations

from collections.abc import Mapping

from textual.theme import Theme

ROLES = ("primary", "accent", "success", "warning", "error", "writing")
"""Hues with one meaning each."""


def _theme(name: str, dark: bool, colours: Mapping[str, str], veil: str = "50%") -> Theme:
    """Return a theme in which the toolkit derives no tint of its own from these colours.

    Args:
        name: As the settings name it, after `console-`.
        dark: Whether it is a dark one.
        colours: Of every role.
        veil: How much of the background lies over what a question covers.
    """
    texts = {f"text-{role}": colours[role] for role in ROLES}
    frame = {
        "frame": colours["frame"],
        "blur": colours["blur"],
        "writing": colours["writing"],
        "veil": f"{colours['background']} {veil}",
        "text-muted": colours["muted"],
        "text-disabled": colours["disabled"],
        "border": colours["primary"],
        "footer-background": colours["panel"],
        "footer-key-foreground": colours["accent"],
        "block-cursor-foreground": colours["background"],
        "block-cursor-background": colours["primary"],
        "block-cursor-blurred-background": colours["blur"],
        "block-cursor-blurred-foreground": colours["foreground"],
        "scrollbar": colours["frame"],
        "scrollbar-hover": colours["frame"],
        "scrollbar-active": colours["primary"],
        "scrollbar-background": colours["background"],
        "scrollbar-background-hover": colours["background"],
        "scrollbar-background-active": colours["background"],
    }
    return Theme(
        name=name,
        dark=dark,
        primary=colours["primary"],
        secondary=colours["primary"],
        accent=colours["accent"],
        success=colours["success"],
        warning=colours["warning"],
        error=colours["error"],
        foreground=colours["foreground"],
        background=colours["background"],
        surface=colours["surface"],
        panel=colours["panel"],
        boost=colours["panel"],
        variables=texts | frame,
    )


DARK_COLOURS: Mapping[str, str] = {
    "background": "#141518",
    "surface": "#1c1d21",
    "panel": "#26282c",
    "blur": "#33353b",
    "foreground": "#e6e7ea",
    "muted": "#b0b4bc",
    "disabled": "#9da1a9",
    "frame": "#70747d",
    "primary": "#6aa6ff",
    "accent": "#6fdbe8",
    "success": "#72e08a",
    "warning": "#f0c742",
    "error": "#ff8f8a",
    "writing": "#f09af0",
}
LIGHT_COLOURS: Mapping[str, str] = {
    "background": "#f8f8f6",
    "surface": "#ffffff",
    "panel": "#e6e7ea",
    "blur": "#d9dbdf",
    "foreground": "#1b1d21",
    "muted": "#4d5158",
    "disabled": "#585c64",
    "frame": "#787c85",
    "primary": "#0a45b8",
    "accent": "#00606b",
    "success": "#12660f",
    "warning": "#6e4500",
    "error": "#a81a14",
    "writing": "#862090",
}
DARK = _theme("console-dark", True, DARK_COLOURS)
LIGHT = _theme("console-light", False, LIGHT_COLOURS)
THEMES = (DARK, LIGHT)

DARK_ON_SIXTEEN: Mapping[str, str] = {**DARK_COLOURS, "blur": DARK_COLOURS["surface"]}
LIGHT_ON_SIXTEEN: Mapping[str, str] = {
    **LIGHT_COLOURS,
    "warning": LIGHT_COLOURS["foreground"],
    "accent": LIGHT_COLOURS["muted"],
}


def themes_on(colour_system: str | None) -> tuple[Theme, Theme]:
    """Return both themes for a terminal. Args: colour_system: as rich names it; "standard" has 16 colours."""
    if colour_system != "standard":
        return THEMES
    return _theme(DARK.name, True, DARK_ON_SIXTEEN), _theme(LIGHT.name, False, LIGHT_ON_SIXTEEN, "25%")
