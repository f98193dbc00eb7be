"""What the keys of the live screen do."""

from __future__ import annotations

from typing import get_args

from textual import work
from textual.content import Content

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.base import DefenseDesk
from defense_console.keys.keymap import command, keys_of
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import PauseReason, RatingValue
from defense_console.safe_text import shortened
from defense_console.screens.live import words as live_words
from defense_console.screens.live.view import LiveView
from defense_console.screens.shared.asking import Ask, answer_to
from defense_console.screens.shared.dialogs import Choose, Sheet
from defense_console.widgets.clock.words import phase_word, read_clock
from defense_console.widgets.lists.notes_panel import NotesPanel
from defense_console.widgets.lists.questions_panel import QuestionsPanel
from defense_console.words.translation import N_, _, clock_text, error_text, language
from defense_console.words.values import PAUSES

PAUSE_REASONS: tuple[PauseReason, ...] = get_args(PauseReason)


class LiveScreen(LiveView):
    """The commands of a running defense; what it shows is in `live_view`."""

    @property
    def texts(self) -> DefenseDesk:
        """Texts belong to the running defense."""
        return self.live

    # --- moving ------------------------------------------------------------------------------------------------------

    def action_move_down(self) -> None:
        """One line down."""
        self._move(1)

    def action_move_up(self) -> None:
        """One line up."""
        self._move(-1)

    def _move(self, by: int) -> None:
        if self.pane == "notes":
            self.query_one(NotesPanel).panel.move(by)
        elif self.pane == "questions":
            self.query_one(QuestionsPanel).panel.move(by)
        elif self.pane == "documents":
            self.query_one("#live-documents").scroll_relative(y=by, animate=False)
        else:
            self.rubric_list.move(by)

    def action_panel_next(self) -> None:
        """The next pane."""
        self._turn(1)

    def action_panel_previous(self) -> None:
        """The pane before."""
        self._turn(-1)

    def _turn(self, by: int) -> None:
        panes = self.panes()
        self.show_pane(panes[(panes.index(self.pane) + by) % len(panes)])

    def action_console_back(self) -> None:
        """First back to the rubric, then to the queue, or to the verdict once it is over; the clock goes on."""
        if self.pane != "rubric":
            self.show_pane("rubric")
        elif self.live.defense.session == "held":
            self.console_app.go("verdict", self.defense_id)
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
        self._go_on(criterion)

    def _go_on(self, after: str | None) -> None:
        live = self.live
        following = rubric.next_unrated(live.defense, live.curriculum, live.project, after)
        if following is not None:
            self.rubric_list.go_to_criterion(following)
        else:
            self.tell(_("Every criterion is rated."))

    def action_live_rate_met(self) -> None:
        """Met, and on."""
        self._rate("met")

    def action_live_rate_to_improve(self) -> None:
        """To improve, and on."""
        self._rate("to_improve")

    def action_live_rate_not_met(self) -> None:
        """Not met, and on."""
        self._rate("not_met")

    def action_live_rate_not_observed(self) -> None:
        """Not observed, and on; signing will want a note that says why."""
        self._rate("not_observed")

    def action_live_cycle(self) -> None:
        """The next rating, and stay."""
        criterion = self._seen_criterion()
        if criterion is not None:
            self.attempt(lambda: self.live.cycle(criterion))

    def action_live_clear(self) -> None:
        """No rating."""
        criterion = self._seen_criterion()
        if criterion is not None:
            self.attempt(lambda: self.live.rate(criterion, None))

    def action_live_next_unrated(self) -> None:
        """The next criterion without a rating."""
        if self.pane != "rubric":
            self.show_pane("rubric")
        criterion = self.rubric_list.criterion
        self._go_on(criterion.id if criterion is not None else None)

    def action_live_details(self) -> None:
        """The focused criterion in full."""
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

    @work(exclusive=True, group="dialog")
    async def action_clock_pause_reason(self) -> None:
        """Why the clock was paused; it stays paused, or goes on running."""
        options = [_(PAUSES[reason]) for reason in PAUSE_REASONS]
        choice = await self.app.push_screen_wait(Choose(_("Why was the clock paused?"), options))
        if choice is not None:
            reason = PAUSE_REASONS[choice]
            if self.attempt(lambda: self.live.explain_pause(reason)) is not None:
                self.tell(_("Paused: {reason}.", reason=_(PAUSES[reason])))

    def action_clock_next_phase(self) -> None:
        """The next phase; one that ended below its window may have been a slip of the finger."""
        before = read_clock(self.live.defense.timeline, self.live.curriculum.rules, self.desk.now(), self.zone)
        defense = self.attempt(self.live.next_phase)
        if defense is not None:
            slip = N_("Now: {phase}; the one before was too short, {key:edit.undo} goes back to it.")
            text = slip if before.state == "early" else N_("Now: {phase}.")
            self.tell(_(text, phase=phase_word(defense.timeline.phase)))

    def action_clock_more(self) -> None:
        """One minute more for this phase."""
        self._move_target(60)

    def action_clock_less(self) -> None:
        """One minute less for this phase."""
        self._move_target(-60)

    def _move_target(self, by_s: int) -> None:
        defense = self.attempt(lambda: self.live.move_target(by_s))
        phase = defense.timeline.current if defense is not None else None
        if phase is not None:
            self.tell(_("{phase}: {time} planned.", phase=phase_word(phase.id), time=clock_text(phase.target_s)))

    def action_clock_gap_to_pause(self) -> None:
        """The last gap was a pause."""
        if self.attempt(self.live.gap_to_pause) is not None:
            self.tell(_("The gap is a pause now."))

    def action_live_recording(self) -> None:
        """The recording starts now."""
        if self.attempt(self.live.recording) is not None:
            self.tell(_("Recording: notes also bear the recording's time from now on."))

    def action_live_finish(self) -> None:
        """The defense ends; the verdict is next."""
        if self.live.defense.session != "live" or self.attempt(self.live.finish) is not None:
            self.console_app.go("verdict", self.defense_id)

    def action_live_verdict(self) -> None:
        """The verdict, while the defense goes on."""
        self.console_app.go("verdict", self.defense_id)

    @work(exclusive=True, group="dialog")
    async def action_live_abort(self) -> None:
        """Break off, after a question."""
        details = _("Say what happened. A new date opens the next sitting.")
        reason = await answer_to(self, Ask(self.live, Asked.ABORT, _("Break the defense off?"), details))
        if reason is not None and self.attempt(lambda: self.live.abort(reason)) is not None:
            self.console_app.go("brief", self.defense_id)

    # --- undo --------------------------------------------------------------------------------------------------------

    def action_edit_undo(self) -> None:
        """Take back, and say what; without the start there is only the waiting room."""
        action = self.live.defense.undo[-1]
        if self.attempt(self.live.undo) is not None:
            self.tell(_("Undone: {what}", what=shortened(self.describe_action(action), 80)))
            if self.live.defense.session == "waiting":
                self.console_app.go("waiting", self.defense_id)

    def action_edit_redo(self) -> None:
        """Do again, and say what."""
        action = self.live.defense.redo[-1]
        if self.attempt(self.live.redo) is not None:
            self.tell(_("Done again: {what}", what=shortened(self.describe_action(action), 80)))

    # --- texts -------------------------------------------------------------------------------------------------------

    def field_label(self, field: str) -> str | Content:
        """What is being written, and who will read it."""
        kind, _separator, rest = field.partition("/")
        if kind == "criterion":
            names = live_words.criterion_names(self.live.curriculum, self.live.project, language())
            return _("Shared note on {criterion}", criterion=names.get(rest, rest))
        labels = {
            "note": N_("Private note"),
            "question": N_("Question to park"),
            "strength": N_("Strength"),
            "improvement": N_("To improve"),
            "edit": N_("Edit"),
        }
        return _(labels.get(kind, "Edit"))

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
            self.query_one(NotesPanel).choose(seq)
        else:
            self.tell(_("Question parked.") if field == "question" else _("Kept."))

    def action_live_note(self) -> None:
        """A note on the defense."""
        self.write("note")

    def action_live_note_criterion(self) -> None:
        """A note on the focused criterion."""
        criterion = self.rubric_list.criterion
        if criterion is not None:
            self.write(f"criterion/{criterion.id}")

    def action_live_question(self) -> None:
        """A question for later."""
        self.write("question")

    def action_live_strength(self) -> None:
        """A strength."""
        self.write("strength")

    def action_live_improvement(self) -> None:
        """Something to improve."""
        self.write("improvement")

    def action_live_edit_note(self) -> None:
        """The focused note again."""
        chosen = self.query_one(NotesPanel).chosen
        if chosen is not None:
            self.write(f"edit/{chosen}")

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

    def action_live_edit_question(self) -> None:
        """The focused question again."""
        chosen = self.query_one(QuestionsPanel).chosen
        if chosen is not None:
            self.write(f"edit/{chosen}")

    @work(exclusive=True, group="dialog")
    async def action_live_bank(self) -> None:
        """Insert a sentence of the bank into a note on the focused criterion."""
        criterion = self.rubric_list.criterion
        if criterion is None:
            return
        rating = rubric.rating_of(self.live.defense, criterion.id)
        bank = self.desk.comments
        sentences = [c.text.in_(language()) for c in bank.offer(criterion, self.live.project.id, rating)]
        details = error_text(bank.problem) if bank.problem is not None else ""
        names = live_words.criterion_names(self.live.curriculum, self.live.project, language())
        title = _("Comment on {criterion}", criterion=names.get(criterion.id, criterion.id))
        choice = await self.app.push_screen_wait(Choose(title, sentences, details))
        if choice is not None:
            self.write(f"criterion/{criterion.id}")
            self.writer.insert(sentences[choice])

    # --- documents ---------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="dialog")
    async def action_live_document(self) -> None:
        """Ask for a document, from the focused criterion: its evidence, or one with a title of its own."""
        if not self._rubric_is_seen():
            return
        criterion = self.rubric_list.criterion
        project, tongue = self.live.project, language()
        evidence = revision.evidence_of(criterion, project) if criterion is not None else ()
        choices = [d for n in evidence if (d := project.deliverable(n)) is not None][:8]
        choice = 0
        if len(choices) != 1:
            options = [*(d.title.in_(tongue) for d in choices), _("another document")]
            question = Choose(_("Which document is to be revised?"), options)
            answer = await self.app.push_screen_wait(question) if choices else 0
            if answer is None:
                return
            choice = answer
        verdict, id = self.desk.verdict(self.defense_id), criterion.id if criterion is not None else None
        if choice < len(choices):
            number = choices[choice].n
            row = self.attempt(lambda: verdict.ask_for(number, id))
            if row is not None:
                self._say_asked(revision.row_title(row, project, tongue))
            return
        title = await answer_to(self, Ask(verdict, Asked.DOCUMENT, _("Which document is to be revised?")))
        criteria = (id,) if id is not None and not evidence else ()
        if title and self.attempt(lambda: verdict.add_row(None, title, criteria)) is not None:
            self._say_asked(title)

    def _say_asked(self, document: str) -> None:
        self.tell(_("To revise: {document}", document=shortened(document, 60)))

    # --- views -------------------------------------------------------------------------------------------------------

    def action_live_audience(self) -> None:
        """Only the clock."""
        from defense_console.screens.live.audience import AudienceScreen

        self.app.push_screen(AudienceScreen(self.defense_id))

    def action_live_role(self) -> None:
        """The role card."""
        keys = keys_of(command("live.role"), self.desk.settings)
        self.app.push_screen(Sheet(_("My role"), live_words.role_sheet(self.live), closing=keys))
