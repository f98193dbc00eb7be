"""The two themes of the console; style sheets use their variables only."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="console-dark",
    primary="#7aa2d6",
    secondary="#4f6f9c",
    accent="#e0b15e",
    warning="#e8b04b",
    error="#e5707a",
    success="#7cc48a",
    foreground="#e4e6ea",
    background="#14161a",
    surface="#1a1d23",
    panel="#252a33",
    dark=True,
    variables={
        "footer-background": "#252a33",
        "footer-key-foreground": "#e0b15e",
        "border": "#7aa2d6",
        "text-muted": "#a3abb8",
        "text-disabled": "#7b8494",
    },
)
LIGHT = Theme(
    name="console-light",
    primary="#2d5d9b",
    secondary="#5a7fae",
    accent="#8a5a00",
    warning="#9a6200",
    error="#b3261e",
    success="#1f6f3a",
    foreground="#1c1f24",
    background="#f7f7f5",
    surface="#ffffff",
    panel="#e4e6ea",
    dark=False,
    variables={
        "footer-background": "#e4e6ea",
        "footer-key-foreground": "#8a5a00",
        "border": "#2d5d9b",
        "text-muted": "#555c66",
        "text-disabled": "#7d848e",
    },
)
THEMES = (DARK, LIGHT)
