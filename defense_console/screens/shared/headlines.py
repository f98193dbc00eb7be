"""What the header says on the screens about one defense."""

from __future__ import annotations

from defense_console.desk.defense.base import DefenseDesk
from defense_console.widgets.frame.header_line import Headline
from defense_console.words.translation import _, language


def headline_of(desk: DefenseDesk, screen: str, more: str = "") -> Headline:
    """Return the name of the screen, who defends what, and the attempt unless there is `more` to say."""
    project = desk.project
    more = more or _("attempt {n}", n=desk.defense.attempt)
    return Headline(screen, desk.student.name, project.id, project.title.in_(language()), more)
