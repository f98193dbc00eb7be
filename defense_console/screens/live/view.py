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
from defense_console.safe_text import cells, shortened
from defense_console.screens.live.words import about_a_line, criterion_names, short_when
from defense_console.words.translation import N_, _, clock_text, language

Pane = Literal["rubric", "notes", "questions", "documents"]
PANES: tuple[Pane, ...] = ("rubric", "notes", "questions", "documents")
PANEL_NAMES = {"rubric": N_("Rubric"), "notes": N_("Notes"), "questions": N_("Questions"), "documents": N_("Documents")}


def header_line(live: LiveDesk, width: int) -> Content:
    """Who defends what, the recording, and how much is rated, in so many cells."""
    defense = live.defense
    number = rubric.counts(defense, live.curriculum, live.project)
    right = "  " + _("{rated}/{total} rated", rated=number.rated, total=number.total)
    if defense.recording is not None:
        right = "  " + _("● recording {time}", time=clock_text(max(0, recorded_s(live, defense)))) + right
    attempt = _("attempt {n}", n=defense.attempt) if defense.attempt > 1 else ""
    parts = (live.student.name, f"{live.project.id} {live.project.title.in_(language())}", attempt)
    left = shortened(" · ".join(part for part in parts if part), width - cells(right))
    gap = " " * max(0, width - cells(left) - cells(right))
    return Content.assemble((left, "bold"), gap, (right, "$text-muted"))


def all_rated(live: LiveDesk) -> str:
    """That nothing is left to rate; where a criterion waits for the clock, which one and until when."""
    criteria = tuple(live.curriculum.criteria_of(live.project))
    ratings = live.defense.all_ratings
    waiting = next((c for c in criteria if c.from_clock and c.id not in ratings), None)
    if waiting is None:
        return _("Every criterion is rated.")
    number = rubric.count(criteria, ratings)
    text = N_("{rated}/{total} rated; the clock rates {criterion} once the presentation is over.")
    name = criterion_names(live.curriculum, live.project, language())[waiting.id]
    return _(text, rated=number.rated, total=number.total, criterion=name)


def panes_line(live: LiveDesk, panes: Sequence[Pane], shown: Pane, documents: int, width: int) -> Content:
    """The panes as tabs with what each holds, and the key that turns them where that fits.

    Args:
        live: The use cases.
        panes: The panes there are.
        shown: The one in use.
        documents: How many documents are kept.
        width: Cells of the line.
    """
    defense = live.defense
    number = rubric.counts(defense, live.curriculum, live.project)
    numbers = {
        "rubric": f"{number.rated}/{number.total}",
        "notes": str(len(defense.notes) + len(defense.lines)),
        "questions": str(sum(1 for q in defense.questions if q.state in ("open", "asked"))),
        "documents": str(documents),
    }
    parts: list[Content | str | tuple[str, str]] = []
    for pane in panes:
        text = f" {_(PANEL_NAMES[pane])} {numbers[pane]} ".replace("  ", " ")
        parts += [(f"[{text.strip()}]", "bold $text-accent") if pane == shown else (text, "$text-muted"), " "]
    tabs, hint = Content.assemble(*parts), Content.styled(_("{key:panel.next}: next"), "$text-muted")
    return tabs + hint if tabs.cell_length + hint.cell_length <= width else tabs


def next_defense(entries: Iterable[Entry], here: str, zone: str, now: str) -> str:
    """When the next defense starts, "" without one. Args: here: id of the one that is shown."""
    later = [e.summary for e in entries if e.summary.session in ("planned", "waiting") and e.summary.planned_at > now]
    following = min((s.planned_at for s in later if s.id != here), default=None)
    return "" if following is None else _("next {when}", when=short_when(following, zone, now))


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
