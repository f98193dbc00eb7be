"""What the lines of the live screen say, as values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from textual.content import Content

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.defense.wording import describe, requests_of
from defense_console.model.defense import rubric
from defense_console.model.defense.state import Defense
from defense_console.model.queue.agenda import Entry
from defense_console.safe_text import shortened
from defense_console.screens.live.words import about_a_line
from defense_console.screens.shared.criteria import criterion_name
from defense_console.widgets.lists.questions_panel import questions_left
from defense_console.words.translation import N_, _, clock_text, language, short_when

Pane = Literal["rubric", "notes", "questions", "documents"]
PANES: tuple[Pane, ...] = ("rubric", "notes", "questions", "documents")
PANEL_NAMES = {"rubric": N_("Rubric"), "notes": N_("Notes"), "questions": N_("Questions"), "documents": N_("Documents")}


def all_rated(live: LiveDesk) -> str:
    """That nothing is left to rate; where a criterion waits for the clock, which one and until when."""
    criteria = tuple(live.curriculum.criteria_of(live.project))
    ratings = live.defense.all_ratings
    waiting = next((c for c in criteria if c.from_clock and c.id not in ratings), None)
    if waiting is None:
        return _("Every criterion is rated.")
    number = rubric.count(criteria, ratings)
    text = N_("{rated}/{total} rated; the clock rates {criterion} once the presentation is over.")
    name = criterion_name(waiting, live.project, language())
    return _(text, rated=number.rated, total=number.total, criterion=name)


def pane_titles(live: LiveDesk, panes: Sequence[Pane], documents: int) -> dict[Pane, Content]:
    """Return the name of each pane with what it holds."""
    defense = live.defense
    number = rubric.counts(defense, live.curriculum, live.project)
    asked = len(defense.questions)
    counts = {
        "rubric": f"{number.rated}/{number.total}",
        "notes": str(len(defense.notes) + len(defense.lines)),
        "questions": _("{left} of {all}", left=questions_left(defense), all=asked) if asked else "0",
        "documents": str(documents),
    }
    return {
        pane: Content.assemble((_(PANEL_NAMES[pane]), "bold"), (f" {counts[pane]}", "$text-muted")) for pane in panes
    }


def recording_words(live: LiveDesk) -> tuple[str, str]:
    """Return how long the recording has run, and only that it runs; "" without one."""
    if live.defense.recording is None:
        return "", ""
    return _("recording {time}", time=clock_text(max(0, recorded_s(live, live.defense)))), _("recording")


def next_defense(entries: Iterable[Entry], here: str, zone: str, now: str) -> tuple[str, str]:
    """Return when the next defense starts, with its student and without; "" without one.

    Args:
        entries: What is pending.
        here: Id of the defense that is shown.
        zone: Of the mentor.
        now: The present instant.
    """
    later = [e for e in entries if e.summary.session in ("planned", "waiting") and e.summary.planned_at > now]
    following = min((e for e in later if e.summary.id != here), key=lambda e: e.summary.planned_at, default=None)
    if following is None:
        return "", ""
    short = _("next {when}", when=short_when(following.summary.planned_at, zone, now))
    return f"{short} {shortened(following.student_name, 24)}", short


def action_words(live: LiveDesk, action: int, zone: str) -> str:
    """What an action of the log did, in words; "" for none."""
    event = next((event for event in live.events if event.seq == action), None)
    if event is None:
        return ""
    if said := about_a_line(event.what, live.events):
        return said
    return describe(event, live.curriculum, language(), live.project, requests_of(live.events), zone)


def recorded_s(live: LiveDesk, defense: Defense) -> int:
    """How long the recording has run; 0 without one."""
    if defense.recording is None:
        return 0
    return defense.timeline.since_ms(defense.recording, live.ledger.now()) // 1000
