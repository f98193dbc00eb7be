"""The live screen: clock, rubric, notes, parked questions, what the student will be told, and what its keys do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partialmethod
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.logs.one_log import LogDesk
from defense_console.keys.keymap import Command, Context, command, keys_of
from defense_console.model.curriculum import Criterion
from defense_console.model.defense import rubric
from defense_console.model.defense.revision import Row
from defense_console.model.defense.state import Defense, RatingValue
from defense_console.safe_text import shortened
from defense_console.screens.live import flows
from defense_console.screens.live import words as live_words
from defense_console.screens.live.wishes import LIVE, OnLive
from defense_console.screens.live.words import PANES, Pane
from defense_console.screens.shared.criteria import criterion_names
from defense_console.screens.shared.dialogs import Sheet
from defense_console.screens.shared.finishing import finish
from defense_console.screens.shared.writing import WritingScreen
from defense_console.widgets.clock.panel import Around, ClockPanel
from defense_console.widgets.clock.words import phase_word, read_clock
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.hint_bar import Hint, hint_words
from defense_console.widgets.lists.documents_panel import DocumentsPanel
from defense_console.widgets.lists.line_list import LineList
from defense_console.widgets.lists.notes_panel import NotesPanel
from defense_console.widgets.lists.panel import Panel
from defense_console.widgets.lists.questions_panel import QuestionsPanel
from defense_console.widgets.lists.rubric_list import RubricList
from defense_console.words.translation import N_, _, clock_text, language

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk

ABOUT_JUST_RATED = frozenset({"live.note_criterion", "live.document", "anywhere.document", "edit.undo"})
"""Commands after which the criterion just rated is still the one that is meant."""
CONTEXTS: Mapping[Pane, Context] = {"notes": "live.notes", "questions": "live.questions"}
GAP_SHOWN_S = 600
"""A gap is told in its line for so long; its key works on it afterwards too."""


class LiveScreen(WritingScreen):
    """One running defense.

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
        self._following = ("", "")
        self._clock_keys = Content("")
        self._just_rated: str | None = None
        self._on_card: Criterion | None = None
        self._asked: set[int] = set()

    # --- what is on it -----------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """Compose the clock."""
        yield ClockPanel(id="live-clock")

    def compose_body(self) -> ComposeResult:
        """The rubric, and beside or below it the focused criterion, notes, questions, documents."""
        yield RubricList(id="live-rubric")
        with Vertical(id="live-side"):
            yield Panel(id="live-card")
            yield NotesPanel(id="live-notes")
            yield QuestionsPanel(id="live-questions")
            yield DocumentsPanel(id="live-documents")

    @property
    def headline(self) -> Headline:
        """Who defends what."""
        live, project = self.live, self.live.project
        attempt = _("attempt {n}", n=live.defense.attempt)
        return Headline("", live.student.name, project.id, project.title.in_(language()), attempt)

    def writing_region(self) -> Region:
        """A text is written in the card, where it is shown."""
        card = self.query_one("#live-card").region
        return card if card.area else super().writing_region()

    @property
    def live(self) -> LiveDesk:
        """The use cases."""
        return self.desk.live(self.defense_id)

    @property
    def texts(self) -> LiveDesk:
        """Texts belong to the running defense."""
        return self.live

    @property
    def context(self) -> Context:
        """The pane in use decides what Space and Enter do."""
        return CONTEXTS.get(self.pane, "live")

    @property
    def rubric_list(self) -> RubricList:
        """Return the rubric, as the widget that shows it."""
        return self.query_one(RubricList)

    def on_mount(self) -> None:
        """Begin where the mentor was; a text left half-written is there again."""
        self._look_ahead()
        self.attempt(self.live.tick)  # the lease is this console's from the first moment
        live = self.live
        # Nothing is drawn before the screen is mounted, and a rubric that is not drawn has no rows to go to.
        self.rubric_list.show_defense(live.defense, live.curriculum, live.project, language(), {})
        if (place := live.place) is not None:
            self.rubric_list.go_to_criterion(place)
        self.show_pane("rubric")
        super().on_mount()
        self.resume_text(_("This text was being written when the console ended."))

    def can_write(self, field: str) -> bool:
        """Whether a text is one of this screen's."""
        return live_words.written_here(field)

    def on_screen_resume(self) -> None:
        """The verdict or the queue was shown meanwhile; the base class draws."""
        self._look_ahead()

    # --- panes -------------------------------------------------------------------------------------------------------

    def panes(self) -> tuple[Pane, ...]:
        """The panes there are: documents from the last phase on."""
        return PANES if self.last_phase else PANES[:-1]

    def show_pane(self, pane: Pane) -> None:
        """Go to a pane; on a narrow screen it takes the place of the others."""
        self.pane = pane
        for name in PANES:
            self.set_class(name == pane, f"-pane-{name}")
        target = self.query_one(f"#live-{pane}")
        self.set_focus(target if target.can_focus and pane != "documents" else None, scroll_visible=False)
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
        """Show the defense as it is now: rubric, panels, card, clock, keys."""
        live = self.live
        defense, curriculum, project = live.defense, live.curriculum, live.project
        self._drawn_seq = defense.seq
        rows = (verdict := self.desk.outcome_of(self.live)).rows()
        self.rubric_list.show_defense(defense, curriculum, project, language(), live_words.asked_documents(rows))
        self.set_class(self.last_phase, "-last-phase")
        if self.pane not in self.panes():
            self.show_pane("rubric")
        titles = live_words.pane_titles(live, self.panes(), sum(row.kept for row in rows))
        self._draw_panes(titles, verdict, rows)
        self._draw_card()
        self._clock_keys = hint_words(self.hints_of("clock.toggle", "clock.next_phase", "clock.more", "clock.less"))
        self._draw_clock(defense)

    def _draw_panes(self, titles: Mapping[Pane, Content], verdict: VerdictDesk, rows: Sequence[Row]) -> None:
        """Draw the frames and what is in them; where one pane hides the others, its rule names them all."""
        live = self.live
        shown = dict(titles)
        if not self.wide:
            others = Content("  ").join(
                title.stylize("$text-muted") for pane, title in titles.items() if pane != self.pane
            )
            shown[self.pane] = Content("  ").join([titles[self.pane], others]) if others.plain else titles[self.pane]
        self.rubric_list.name_frame(shown["rubric"], hints=self.hints_of("live.next_unrated", "panel.next"))
        names = criterion_names(live.curriculum, live.project, language())
        self.query_one(NotesPanel).show_defense(live.defense, names, shown["notes"], self.hints_of("live.note"))
        self.query_one(QuestionsPanel).show_defense(live.defense, shown["questions"], self.hints_of("live.question"))
        if self.last_phase:
            self.query_one(DocumentsPanel).show_rows(shown["documents"], *live_words.outlook(verdict, rows))

    def preview(self) -> None:
        """Draw the card, and say which keys act on its criterion."""
        self._draw_card()
        self.show_mode()

    def _draw_card(self) -> None:
        """The card of the criterion that a note is about: just rated, else focused."""
        card, criterion = self.query_one("#live-card", Panel), self._meant()
        self._on_card = criterion
        if criterion is None:
            card.show("", ())
            return
        keys = self.hints_of("live.note_criterion", "live.document", "live.details")
        title = live_words.card_title(self.live, criterion, criterion.id == self._just_rated)
        card.show(title, live_words.card_items(self.live, criterion), hints=keys)

    def _draw_clock(self, defense: Defense) -> None:
        live, rules = self.live, self.live.curriculum.rules
        around = Around(*self._following, *live_words.recording_words(live), self._clock_keys)
        self.query_one(ClockPanel).show_clock(defense.timeline, self.desk.now(), rules, self.zone, around)

    def standing_line(self) -> str:
        """What the mentor should know while no key says something else: read only, a gap."""
        return super().standing_line() or live_words.gap_line(self.live, self.desk.now(), GAP_SHOWN_S)

    def _look_ahead(self) -> None:
        """When the next defense starts; read when the screen is shown, not every second."""
        entries, now = self.desk.agenda.entries(), self.desk.now().wall
        self._following = live_words.next_defense(entries, self.defense_id, self.zone, now)

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """The card shows the focused criterion."""
        event.stop()
        if event.line_list is self.rubric_list and self._meant() is not self._on_card:
            self.preview_soon()

    def second(self) -> None:
        """Draw the clock; the rest only when something happened."""
        defense = self.live.defense
        if defense.seq != self._drawn_seq:
            self.update()
        else:
            self._draw_clock(defense)
        question = self.live.question
        if question is not None and question.seq not in self._asked and self.app.screen is self:
            self._asked.add(question.seq)
            self.begin(flows.ask_about_gap(self, self.live, self.action_live_verdict))

    def until_edge_ms(self) -> int:
        """The clock of the phase changes when its own second is full, not the wall's."""
        timeline = self.live.defense.timeline
        if timeline.state != "running":
            return super().until_edge_ms()
        return 1000 - timeline.elapsed_ms(self.desk.now(), timeline.phase) % 1000

    # --- keys --------------------------------------------------------------------------------------------------------

    def seen(self) -> OnLive:
        """The desk, and the cursors of the panes."""
        criterion, meant = self.rubric_list.criterion, self._meant()
        return OnLive(
            self.live,
            criterion=criterion.id if criterion is not None else None,
            meant=meant.id if meant is not None else None,
            note=self.query_one(NotesPanel).chosen,
            question=self.query_one(QuestionsPanel).chosen,
        )

    async def on_key(self, event: events.Key) -> None:
        """Any key but those for what was just rated ends that; the keys of a text are no keys of the rubric."""
        if self._just_rated is not None and not self.writing:
            command = self.command_at(event.key)
            if command is None or command.id not in ABOUT_JUST_RATED:
                self._just_rated = None
                self.preview_soon()

    def _meant(self) -> Criterion | None:
        """The criterion a note or a document is about: the one just rated, else the focused one."""
        if self._just_rated is None:
            return self.rubric_list.criterion
        just = next((c for c in self.live.curriculum.criteria_of(self.live.project) if c.id == self._just_rated), None)
        return just if just is not None else self.rubric_list.criterion

    def label(self, command: Command) -> str:
        """The clock's key says what it does now."""
        if command.id in ("clock.toggle", "anywhere.toggle") and self.live.defense.timeline.state == "paused":
            return _("resume")
        if command.id in ("clock.next_phase", "anywhere.next_phase"):
            following = self.live.defense.timeline.next_phase
            return phase_word(following.id) if following is not None else super().label(command)
        return super().label(command)

    def hints(self) -> tuple[Hint, ...]:
        """In the last phase the way out takes the place of the next phase."""
        finish = self.hint_of(command("live.finish")) if self.last_phase else None
        if finish is None:
            return super().hints()
        hints = [hint for hint in super().hints() if hint != finish]
        return tuple(finish if hint.command == "clock.next_phase" else hint for hint in hints)

    # --- moving ------------------------------------------------------------------------------------------------------

    def _move(self, by: int) -> None:
        """Move the cursor of the pane by so many lines."""
        lines = self.query_one(f"#live-{self.pane}", LineList)
        if self.pane == "documents":
            lines.scroll_relative(y=by, animate=False)
        else:
            lines.move(by)

    action_move_down = partialmethod(_move, 1)
    action_move_up = partialmethod(_move, -1)

    def _turn(self, by: int) -> None:
        """Go on by so many panes."""
        panes = self.panes()
        self.show_pane(panes[(panes.index(self.pane) + by) % len(panes)])

    action_panel_next = partialmethod(_turn, 1)
    action_panel_previous = partialmethod(_turn, -1)

    def action_console_back(self) -> None:
        """First back to the rubric, then to the queue, or to the verdict once it is over; the clock goes on."""
        if self.pane != "rubric":
            self.show_pane("rubric")
        elif self.live.defense.session == "held":
            self.action_live_verdict()
        else:
            super().action_console_back()

    # --- the rubric --------------------------------------------------------------------------------------------------

    def _rubric_is_seen(self) -> bool:
        """Whether the focused criterion is on the screen; otherwise it is shown, and the key has done nothing else."""
        if self.pane == "rubric" or self.wide:
            return True
        self.show_pane("rubric")
        self.tell(_("Here is the rubric: press the key again."))
        return False

    def _seen_criterion(self) -> str | None:
        """The focused criterion, when it is on the screen: what is not seen is not rated."""
        if not self._rubric_is_seen():
            return None
        criterion = self.rubric_list.criterion
        return criterion.id if criterion is not None else None

    def _rate(self, rating: RatingValue) -> None:
        criterion = self._seen_criterion()
        if criterion is None or self.attempt(lambda: self.live.rate(criterion, rating)) is None:
            return
        self._just_rated = criterion
        self._go_on(criterion)

    def _go_on(self, after: str | None) -> None:
        live = self.live
        following = rubric.next_unrated(live.defense, live.curriculum, live.project, after)
        if following is not None:
            self.rubric_list.go_to_criterion(following)
        else:
            self.tell(live_words.all_rated(live))

    action_live_rate_met = partialmethod(_rate, "met")
    action_live_rate_to_improve = partialmethod(_rate, "to_improve")
    action_live_rate_not_met = partialmethod(_rate, "not_met")
    action_live_rate_not_observed = partialmethod(_rate, "not_observed")

    def action_live_cycle(self) -> None:
        """Give the criterion the next rating, and stay on it."""
        criterion = self._seen_criterion()
        if criterion is not None:
            self.attempt(lambda: self.live.cycle(criterion))

    def action_live_clear(self) -> None:
        """Take the rating of the criterion away."""
        criterion = self._seen_criterion()
        if criterion is not None:
            self.attempt(lambda: self.live.rate(criterion, None))

    def action_live_next_unrated(self) -> None:
        """Go to the next criterion without a rating."""
        if self.pane != "rubric":
            self.show_pane("rubric")
        criterion = self.rubric_list.criterion
        self._go_on(criterion.id if criterion is not None else None)

    def action_live_details(self) -> None:
        """Show the focused criterion in full."""
        if not self._rubric_is_seen():
            return
        criterion = self.rubric_list.criterion
        if criterion is None:
            self.rubric_list.open_skill()
        else:
            name = criterion.label.in_(language()) if criterion.label is not None else ""
            title = " · ".join(part for part in (criterion.id, name) if part)
            self.app.push_screen(Sheet(title, live_words.criterion_sheet(self.live, criterion)))

    # --- the clock ---------------------------------------------------------------------------------------------------

    def action_clock_toggle(self) -> None:
        """Pause, or resume."""
        defense = self.attempt(self.live.toggle)
        if defense is None:
            return
        paused = defense.timeline.state == "paused"
        self.tell(_("The clock is paused; “{key:clock.pause_reason}” says why.") if paused else _("The clock runs."))

    async def action_clock_pause_reason(self) -> None:
        """Ask why the clock was paused."""
        await flows.explain_pause(self, self.live)

    def action_clock_next_phase(self) -> None:
        """Enter the next phase; one that ended below its window may have been a slip of the finger."""
        before = read_clock(self.live.defense.timeline, self.live.curriculum.rules, self.desk.now(), self.zone)
        defense = self.attempt(self.live.next_phase)
        if defense is not None:
            slip = N_("Now: {phase}; the one before was too short, {key:edit.undo} goes back to it.")
            text = slip if before.state == "early" else N_("Now: {phase}.")
            self.tell(_(text, phase=phase_word(defense.timeline.phase)))

    def _move_target(self, by_s: int) -> None:
        """Give this phase more time, or less."""
        defense = self.attempt(lambda: self.live.move_target(by_s))
        phase = defense.timeline.current if defense is not None else None
        if phase is not None:
            self.tell(_("{phase}: {time} planned.", phase=phase_word(phase.id), time=clock_text(phase.target_s)))

    action_clock_more = partialmethod(_move_target, 60)
    action_clock_less = partialmethod(_move_target, -60)

    def action_clock_gap_to_pause(self) -> None:
        """Make the last gap a pause."""
        if self.attempt(self.live.gap_to_pause) is not None:
            self.tell(_("The gap is a pause now."))

    def action_live_recording(self) -> None:
        """Record that the recording starts now."""
        if self.attempt(self.live.recording) is not None:
            self.tell(_("Recording: notes also bear the recording's time from now on."))

    def action_live_finish(self) -> None:
        """End the defense; the verdict is next."""
        if self.live.defense.session == "live":
            finish(self, self.live, self.action_live_verdict)
        else:
            self.action_live_verdict()

    def action_live_verdict(self) -> None:
        """Open the verdict, while the defense goes on."""
        self.console_app.go("verdict", self.defense_id)

    async def action_live_abort(self) -> None:
        """Break the defense off: a dialog asks why."""
        await flows.abort(self, self.live)

    # --- undo --------------------------------------------------------------------------------------------------------

    def action_edit_undo(self) -> None:
        """Take back; without the start there is only the waiting room."""
        if self.take_back(self.live) and self.live.defense.session == "waiting":
            self.console_app.go("waiting", self.defense_id)

    def deed_words(self, desk: LogDesk[Any, Any], action: int) -> str:
        """What an action did; notes and questions are named by their words."""
        return live_words.action_words(self.live, action, self.zone)

    # --- texts -------------------------------------------------------------------------------------------------------

    def field_label(self, field: str) -> str:
        """What is being written, and who will read it."""
        return live_words.field_words(self.live, field)

    def text_kept(self, field: str, known: int) -> None:
        """Say that it is kept, and who reads it."""
        defense = self.live.defense
        if defense.seq == known:
            return
        notes = {note.seq: note for note in defense.notes}
        seq = int(field.partition("/")[2]) if field.startswith("edit/") else defense.seq
        if (note := notes.get(seq)) is not None:
            private = N_("Note kept at {time}, private: {key:live.private} shares it.")
            shared = N_("Note kept at {time}, shared: {key:live.private} makes it private.")
            self.tell(_(private if note.private else shared, time=clock_text(note.at_s)))
            self.query_one(NotesPanel).choose(str(seq))
        else:
            self.tell(_("Question parked.") if field == "question" else _("Kept."))

    action_live_note = partialmethod(WritingScreen.write, "note")
    action_live_question = partialmethod(WritingScreen.write, "question")
    action_live_strength = partialmethod(WritingScreen.write, "strength")
    action_live_improvement = partialmethod(WritingScreen.write, "improvement")

    def action_live_note_criterion(self) -> None:
        """Write a note on the criterion just rated, or on the focused one."""
        if (criterion := self._meant()) is not None:
            self.write(f"criterion/{criterion.id}")

    def _edit(self, panel: type[NotesPanel | QuestionsPanel]) -> None:
        """Write the text under the cursor of a panel again."""
        if (chosen := self.query_one(panel).chosen) is not None:
            self.write(f"edit/{chosen}")

    action_live_edit_note = partialmethod(_edit, NotesPanel)
    action_live_edit_question = partialmethod(_edit, QuestionsPanel)

    def action_live_private(self) -> None:
        """Private or shared."""
        chosen = self.query_one(NotesPanel).chosen
        note = next((note for note in self.live.defense.notes if note.seq == chosen), None)
        if note is not None and self.attempt(lambda: self.live.set_private(note.seq, not note.private)) is not None:
            text = N_("Shared: “{text}”") if note.private else N_("Private: “{text}”")
            self.tell(_(text, text=shortened(note.text, 40)))

    def action_live_question_state(self) -> None:
        """Open, asked, answered, dropped."""
        chosen = self.query_one(QuestionsPanel).chosen
        if chosen is not None:
            self.attempt(lambda: self.live.move_question(chosen))

    async def action_live_bank(self) -> None:
        """Insert a sentence of the bank into a note on the focused criterion."""
        if (criterion := self.rubric_list.criterion) is not None:
            await flows.insert_comment(self, self.live, criterion)

    # --- documents ---------------------------------------------------------------------------------------------------

    async def action_live_document(self) -> None:
        """Ask for a document, from the criterion just rated or the focused one."""
        if self._rubric_is_seen():
            await flows.ask_for_document(self, self.desk.outcome_of(self.live), self._meant())

    # --- views -------------------------------------------------------------------------------------------------------

    def action_live_audience(self) -> None:
        """Only the clock."""
        from defense_console.screens.live.audience import AudienceScreen

        self.app.push_screen(AudienceScreen(self.live))

    def action_live_role(self) -> None:
        """Show the role card."""
        keys = keys_of(command("live.role"), self.desk.settings)
        self.app.push_screen(Sheet(_("My role"), live_words.role_sheet(self.live), closing=keys))
