"""What the live screen shows: clock, rubric, notes, parked questions, and what the student will be told."""

from __future__ import annotations

from typing import Literal

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.defense.wording import describe, requests_of
from defense_console.keys.keymap import Command, Context, command
from defense_console.model.defense import rubric
from defense_console.model.defense.state import Defense, GapAnswer
from defense_console.safe_text import cells, line, shortened
from defense_console.screens.live import words as live_words
from defense_console.screens.live.wishes import LIVE, OnLive
from defense_console.screens.shared.dialogs import Choose
from defense_console.screens.shared.writing import WritingScreen
from defense_console.widgets.clock.panel import ClockPanel
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.writer import Writer
from defense_console.widgets.lists.documents_panel import DocumentsPanel
from defense_console.widgets.lists.notes_panel import NotesPanel
from defense_console.widgets.lists.questions_panel import QuestionsPanel
from defense_console.widgets.lists.rubric_list import RubricList
from defense_console.words.translation import N_, _, clock_text, language, time_of_day
from defense_console.words.values import GAP_ANSWERS

Pane = Literal["rubric", "notes", "questions", "documents"]
PANES: tuple[Pane, ...] = ("rubric", "notes", "questions", "documents")
NAMES = {"rubric": N_("Rubric"), "notes": N_("Notes"), "questions": N_("Questions"), "documents": N_("Documents")}
ANSWERS: tuple[GapAnswer, ...] = ("counted", "pause", "ended")
GAP_SHOWN_S = 600
"""A gap is told in its line for so long; `z` works on it afterwards too."""


class LiveView(WritingScreen):
    """One running defense, drawn; what its keys do is in `live_screen`.

    Args:
        defense_id: Whole id.
    """

    CONTEXT = "live"
    WISHES = LIVE

    def __init__(self, defense_id: str) -> None:
        super().__init__()
        self.defense_id = defense_id
        self.pane: Pane = "rubric"
        self._drawn_seq = -1
        self._following = ""
        self._asked: set[int] = set()

    # --- what is on it -----------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """Clock above, rubric and side panels below, the strip for texts under them."""
        yield Static(id="live-header", markup=False)
        yield ClockPanel(id="live-clock")
        yield Static(id="live-notice", markup=False)
        yield Static(id="live-panes", markup=False)
        with Horizontal(id="live-body"):
            yield RubricList(id="live-rubric")
            with Vertical(id="live-side"):
                yield NotesPanel(id="live-notes")
                yield QuestionsPanel(id="live-questions")
                yield DocumentsPanel(id="live-documents")
        yield Writer()

    @property
    def live(self) -> LiveDesk:
        """The use cases."""
        return self.desk.live(self.defense_id)

    @property
    def context(self) -> Context:
        """The pane in use decides what Space and Enter do."""
        if self.pane == "notes":
            return "live.notes"
        return "live.questions" if self.pane == "questions" else "live"

    @property
    def rubric_list(self) -> RubricList:
        """The rubric."""
        return self.query_one(RubricList)

    def on_mount(self) -> None:
        """Begin where the mentor was; a text left half-written is there again."""
        self._look_ahead()
        self.attempt(self.live.tick)  # the lease is this console's from the first moment
        live = self.live
        # Nothing is drawn before the screen is mounted, and a rubric that is not drawn has no rows to go to.
        self.rubric_list.show_defense(live.defense, live.curriculum, live.project, language())
        if (place := live.place) is not None:
            self.rubric_list.go_to_criterion(place)
        self.show_pane("rubric")
        super().on_mount()
        self.resume_text(_("This text was being written when the console ended."))

    def can_write(self, field: str) -> bool:
        """Whether a text is one of this screen's."""
        return live_words.written_here(field)

    def on_screen_resume(self) -> None:
        """The verdict or the queue was shown meanwhile."""
        self._look_ahead()
        super().on_screen_resume()

    # --- panes -------------------------------------------------------------------------------------------------------

    @property
    def wide(self) -> bool:
        """Whether every pane is seen at once."""
        return self.has_class("-wide")

    def panes(self) -> tuple[Pane, ...]:
        """The panes there are: documents from the last phase on."""
        return PANES if self.last_phase else PANES[:-1]

    def show_pane(self, pane: Pane) -> None:
        """Go to a pane; on a narrow screen it takes the place of the others."""
        self.pane = pane
        for name in PANES:
            self.set_class(name == pane, f"-pane-{name}")
        target = {
            "rubric": self.rubric_list,
            "notes": self.query_one(NotesPanel).panel,
            "questions": self.query_one(QuestionsPanel).panel,
        }.get(pane)
        self.set_focus(target if target is not None and target.can_focus else None, scroll_visible=False)
        self.update()

    def after_writing(self) -> None:
        """Back to the pane one came from."""
        self.show_pane(self.pane)

    @property
    def last_phase(self) -> bool:
        """The outcome is told in the last phase, before the defense ends."""
        timeline = self.live.defense.timeline
        return timeline.state != "idle" and timeline.next_phase is None

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Everything."""
        live = self.live
        defense, curriculum, project = live.defense, live.curriculum, live.project
        self._drawn_seq = defense.seq
        names = live_words.criterion_names(curriculum, project, language())
        self.rubric_list.show_defense(defense, curriculum, project, language())
        self.query_one(NotesPanel).show_defense(defense, names)
        self.query_one(QuestionsPanel).show_defense(defense)
        self.set_class(self.last_phase, "-last-phase")
        if self.last_phase:
            self.query_one(DocumentsPanel).show_rows(*live_words.outlook(self.desk.verdict(self.defense_id)))
        if self.pane not in self.panes():
            self.show_pane("rubric")
        self._draw_header(defense)
        self._draw_panes(defense)
        self._draw_clock(defense)
        self._draw_notice(defense)

    def _draw_header(self, defense: Defense) -> None:
        live = self.live
        number = rubric.counts(defense, live.curriculum, live.project)
        right = "  " + _("{rated}/{total} rated", rated=number.rated, total=number.total)
        if defense.recording is not None:
            since = clock_text(max(0, recorded_s(live, defense)))
            right = "  " + _("● recording {time}", time=since) + right
        width = max(20, self.size.width - 2)
        attempt = _("attempt {n}", n=defense.attempt) if defense.attempt > 1 else ""
        parts = (live.student.name, project_title(live), attempt)
        left = shortened(" · ".join(part for part in parts if part), width - cells(right))
        gap = " " * max(0, width - cells(left) - cells(right))
        self.query_one("#live-header", Static).update(Content.assemble((left, "bold"), gap, (right, "$text-muted")))

    def _draw_panes(self, defense: Defense) -> None:
        live = self.live
        number = rubric.counts(defense, live.curriculum, live.project)
        left = sum(1 for q in defense.questions if q.state in ("open", "asked"))
        numbers = {
            "rubric": f"{number.rated}/{number.total}",
            "notes": str(len(defense.notes) + len(defense.lines)),
            "questions": str(left),
            "documents": str(self.query_one(DocumentsPanel).kept),
        }
        parts: list[Content | str | tuple[str, str]] = []
        for pane in self.panes():
            text = f" {_(NAMES[pane])} {numbers[pane]} ".replace("  ", " ")
            parts += [(f"[{text.strip()}]", "bold $text-accent") if pane == self.pane else (text, "$text-muted"), " "]
        tabs, hint = Content.assemble(*parts), Content.styled(_("{key:panel.next}: next"), "$text-muted")
        fits = tabs.cell_length + hint.cell_length <= self.size.width - 2
        self.query_one("#live-panes", Static).update(tabs + hint if fits else tabs)

    def _draw_clock(self, defense: Defense) -> None:
        self.query_one(ClockPanel).show_clock(
            defense.timeline, self.desk.now(), self.live.curriculum.rules, self.zone, self._following
        )

    def _draw_notice(self, defense: Defense) -> None:
        """One line about what the mentor should know: read-only, a gap to decide, a gap that counted."""
        live = self.live
        text = self.standing_line()
        if not text:
            text = live_words.gap_line(live, self.desk.now(), GAP_SHOWN_S)
        notice = self.query_one("#live-notice", Static)
        notice.update(line(text))
        notice.display = bool(text)

    def _look_ahead(self) -> None:
        """When the next defense starts; read when the screen is shown, not every second."""
        now = self.desk.now().wall
        later = [
            entry
            for entry in self.desk.agenda.entries()
            if entry.summary.id != self.defense_id
            and entry.summary.session in ("planned", "waiting")
            and entry.summary.planned_at > now
        ]
        following = min(later, key=lambda entry: entry.summary.planned_at, default=None)
        self._following = "" if following is None else _("next {when}", when=self._when(following.summary.planned_at))

    def _when(self, planned_at: str) -> str:
        return live_words.short_when(planned_at, self.zone, self.desk.now().wall)

    def second(self) -> None:
        """Draw the clock; the rest only when something happened."""
        defense = self.live.defense
        if defense.seq != self._drawn_seq:
            self.update()
        else:
            self._draw_clock(defense)
            if defense.recording is not None:
                self._draw_header(defense)
        question = self.live.question
        if question is not None and question.seq not in self._asked and self.app.screen is self:
            self._asked.add(question.seq)
            self.ask_about_gap()

    def until_edge_ms(self) -> int:
        """The clock of the phase changes when its own second is full, not the wall's."""
        timeline = self.live.defense.timeline
        if timeline.state != "running":
            return super().until_edge_ms()
        return 1000 - timeline.elapsed_ms(self.desk.now(), timeline.phase) % 1000

    @work(exclusive=True, group="dialog")
    async def ask_about_gap(self) -> None:
        """Ask what a gap was; postponed, it counts and `z` is still there."""
        gap = self.live.question
        if gap is None:
            return
        options = [_(GAP_ANSWERS[answer]) for answer in ANSWERS]
        details = _("Last sign of life at {time}.", time=time_of_day(gap.since.wall, self.zone))
        question = Choose(live_words.gap_question(gap), options, details, back=_("later: it counts"))
        choice = await self.app.push_screen_wait(question)
        if choice is not None:
            self.attempt(lambda: self.live.answer(ANSWERS[choice]))
        if self.live.defense.session == "held":
            self.console_app.go("verdict", self.defense_id)

    # --- keys --------------------------------------------------------------------------------------------------------

    def seen(self) -> OnLive:
        """The desk, and the cursors of the panes."""
        criterion = self.rubric_list.criterion
        return OnLive(
            self.live,
            criterion=criterion.id if criterion is not None else None,
            note=self.query_one(NotesPanel).chosen,
            question=self.query_one(QuestionsPanel).chosen,
        )

    def label(self, command: Command) -> str:
        """The clock's key says what it does now."""
        if command.id in ("clock.toggle", "anywhere.toggle") and self.live.defense.timeline.state == "paused":
            return _("resume")
        return super().label(command)

    def hints(self) -> tuple[Hint, ...]:
        """In the last phase the way out takes the place of the next phase."""
        finish = self.hint_of(command("live.finish")) if self.last_phase else None
        if finish is None:
            return super().hints()
        hints = [hint for hint in super().hints() if hint != finish]
        return tuple(finish if hint.command == "clock.next_phase" else hint for hint in hints)

    def describe_action(self, action: int) -> str:
        """What an action of the log did, in words."""
        live = self.live
        event = next((event for event in live.events if event.seq == action), None)
        if event is None:
            return ""
        if said := live_words.about_a_line(event.what, live.events):
            return said
        return describe(event, live.curriculum, language(), live.project, requests_of(live.events), self.zone)


def project_title(live: LiveDesk) -> str:
    """Id and title of the project."""
    return f"{live.project.id} {live.project.title.in_(language())}"


def recorded_s(live: LiveDesk, defense: Defense) -> int:
    """How long the recording has run; 0 without one."""
    if defense.recording is None:
        return 0
    return defense.timeline.since_ms(defense.recording, live.ledger.now()) // 1000
