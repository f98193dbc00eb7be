"""A defense played again: clock, rubric and what was recorded, scrubbed or at one to sixty times its speed."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.defense.replay import SPEEDS, Replay
from defense_console.desk.defense.wording import describe, requests_of
from defense_console.keys.table import Context
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import Defense
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.headlines import headline_of
from defense_console.widgets.clock.panel import Around, ClockPanel
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.lists.rubric_list import RubricList
from defense_console.words.translation import _, clock_text, language

STEP_MS = 10_000
LATEST = 8
"""So many of the latest events are shown."""


class ReplayScreen(ConsoleScreen):
    """The latest sitting of a defense, from its start to its end.

    Args:
        log: The defense, or a rehearsal.
        replay: Its replay.
    """

    CONTEXT: ClassVar[Context] = "replay"
    DEFAULT_CSS = """
    ReplayScreen {
        #replay-side { height: auto; }
        #replay-events { height: auto; max-height: 11; }
        &.-wide, &.-broad {
            #body { layout: horizontal; }
            #replay-rubric { width: 3fr; }
            #replay-side { width: 2fr; height: 1fr; }
            #replay-events { max-height: 100%; }
        }
    }
    """

    def __init__(self, log: DefenseDesk, replay: Replay) -> None:
        super().__init__()
        self.defense_id = log.id
        self._log = log
        self._replay = replay
        self._position = 0
        self._speed = 0
        self._playing = False

    def compose_band(self) -> ComposeResult:
        """The clock, as it was."""
        yield ClockPanel(id="replay-clock")

    def compose_body(self) -> ComposeResult:
        """The rubric, as it was, and what was recorded until then."""
        yield RubricList(id="replay-rubric")
        with Vertical(id="replay-side"):
            yield Panel(id="replay-events")

    @property
    def stream(self) -> str:
        """The log that is played."""
        return self._log.stream

    @property
    def headline(self) -> Headline:
        """Whose defense is played."""
        return headline_of(self._log, _("Replay"))

    @property
    def position_s(self) -> int:
        """Seconds since the start of the defense."""
        return self._position // 1000

    def on_mount(self) -> None:
        """The rubric has the focus."""
        super().on_mount()
        self.set_focus(self.query_one(RubricList))

    def redraw(self) -> None:
        """Show the moment."""
        moment, log = self._replay.at(self._position), self._log
        curriculum, project = log.curriculum, log.project
        timeline, clock = moment.defense.timeline, self.query_one(ClockPanel)
        clock.show_clock(timeline, moment.now, curriculum.rules, self.zone, Around())
        rubric_list, known = self.query_one(RubricList), self.shown(moment.defense)
        rubric_list.show_defense(known, curriculum, project, language(), {})
        rubric_list.name_frame(_("Rubric"), f"{len(known.all_ratings)}")
        events = self.listed(log.events[: moment.seq])
        rows = requests_of(log.events)
        items = [
            Item(content(describe(event, curriculum, language(), project, rows, self.zone)), "",
                 Content.styled(f"{event.seq:>3}  ", "$text-muted"))
            for event in reversed(events[-LATEST:])
        ]  # fmt: skip
        if moment.recording_s is not None:
            place = _("recording {at}", at=clock_text(moment.recording_s))
            items.insert(0, Item(Content.styled(place, "$text-accent")))
        self.query_one("#replay-events", Panel).show(_("Until then"), items, self._place_words())

    def shown(self, known: Defense) -> Defense:
        """Return the defense whose ratings are shown, of what was known at a moment."""
        return known

    def listed(self, events: tuple[DefenseEvent, ...]) -> tuple[DefenseEvent, ...]:
        """Return the events that are listed, of those until a moment."""
        return events

    def _place_words(self) -> str:
        whole = clock_text(self._replay.length_ms // 1000)
        place = _("{at} of {whole}", at=clock_text(self.position_s), whole=whole)
        speed = f"×{SPEEDS[self._speed]}"
        return f"{place} {speed} {_('playing')}" if self._playing else f"{place} {speed}"

    def second(self) -> None:
        """Go on, as fast as it is played."""
        if self._playing:
            self._go(self._position + SPEEDS[self._speed] * 1000)
            self._playing = self._position < self._replay.length_ms
            self.update()

    def _go(self, position_ms: int) -> None:
        self._position = min(max(0, position_ms), self._replay.length_ms)

    # --- commands ----------------------------------------------------------------------------------------------------

    def action_replay_toggle(self) -> None:
        """Play or stop; from the end it begins again."""
        if not self._playing and self._position >= self._replay.length_ms:
            self._position = 0
        self._playing = not self._playing

    def action_replay_forward(self) -> None:
        """Go ten seconds on."""
        self._go(self._position + STEP_MS)

    def action_replay_back(self) -> None:
        """Go ten seconds back."""
        self._go(self._position - STEP_MS)

    def action_replay_faster(self) -> None:
        """Play at the next speed."""
        self._speed = min(self._speed + 1, len(SPEEDS) - 1)

    def action_replay_slower(self) -> None:
        """Play at the speed before."""
        self._speed = max(self._speed - 1, 0)

    def action_move_down(self) -> None:
        """Go to the next thing that was recorded."""
        self._go(self._replay.next_event(self._position))

    def action_move_up(self) -> None:
        """Go to the one before."""
        self._go(self._replay.next_event(self._position, -1))

    def action_move_first(self) -> None:
        """Go to the start of the defense."""
        self._go(0)

    def action_move_last(self) -> None:
        """Go to the end of the defense."""
        self._go(self._replay.length_ms)
