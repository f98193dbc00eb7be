"""The verdict: outcome, documents to revise, texts, what is left to settle, signature and release."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Region

from defense_console.keys.keymap import Command, command
from defense_console.model.defense import revision
from defense_console.model.defense.signing import Guard
from defense_console.model.defense.state import OutcomeValue
from defense_console.safe_text import content, shortened
from defense_console.screens.shared.criteria import quoted
from defense_console.screens.shared.finishing import finish
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.panel_screen import DefensePanels
from defense_console.screens.verdict import after_release, panels, rows
from defense_console.screens.verdict.band import band_line
from defense_console.screens.verdict.signing import sign_or_release
from defense_console.screens.verdict.wishes import VERDICT, guard_at, lifting_field
from defense_console.widgets.clock.panel import Around, ClockPanel
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Panel
from defense_console.words.translation import _, language

if TYPE_CHECKING:
    from defense_console.desk.defense.live import LiveDesk
    from defense_console.desk.defense.verdict import VerdictDesk
    from defense_console.widgets.lists.panel import Item


ORDER = ("guards", "texts", "skills")
ORDER_BROAD = ("guards", "skills", "texts")
"""The second column from top to bottom; where it is broad, two columns filled row by row."""


class VerdictScreen(DefensePanels):
    """Everything the mentor decides about one defense.

    Args:
        defense_id: Whole id.
    """

    CONTEXT = "verdict"
    WISHES = VERDICT
    FIRST_FOCUS = ("documents", "outcome", "texts")

    def __init__(self, defense_id: str) -> None:
        super().__init__(defense_id)
        self._was_signed = False
        self._read: tuple[int, tuple[Item, ...]] | None = None
        """What the student will read, and the number of the event after which it reads so."""

    # --- the desk ------------------------------------------------------------------------------------------------

    @cached_property
    def verdict(self) -> VerdictDesk:
        """The use cases of this screen."""
        return self.desk.verdict(self.defense_id)

    @property
    def texts(self) -> VerdictDesk:
        """Where texts are kept."""
        return self.verdict

    @property
    def live(self) -> LiveDesk:
        """The clock, while it runs."""
        return self.desk.live(self.defense_id)

    # --- drawing -------------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """The clock while the defense is live; how the verdict stands, and what comes next."""
        yield ClockPanel(id="verdict-clock")
        yield QuietText(id="verdict-line")

    def compose_body(self) -> ComposeResult:
        """Two columns of panels, one below the other where the width is small, and what the student will read."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="outcome")
                yield Panel(id="documents")
            with Vertical(classes="column pair"):
                yield Panel(id="guards")
                yield Panel(id="texts")
                yield Panel(id="skills", classes="panel beside")
        yield Panel(id="reading")

    @property
    def headline(self) -> Headline:
        """Who is judged."""
        return headline_of(self.verdict, _("Verdict"))

    @property
    def spacious(self) -> bool:
        """Whether there is a panel across the screen."""
        return self.wide and self.has_class("-high")

    def redraw(self) -> None:
        """Show the state as it is now."""
        self._show_band()
        self._draw_decision()
        self._draw_words()
        self._draw_across()
        self.order_pair(ORDER_BROAD if self.has_class("-broad") else ORDER)
        self.keep_focus()

    def _draw_decision(self) -> None:
        """The outcome, the documents, and what is left to settle."""
        desk, settings, now, defense = self.verdict, self.desk.settings, self.desk.now().wall, self.defense
        drafting = defense.drafting is not None and defense.signed is None
        outcome, keys = self.panel("outcome"), self._outcome_keys() if drafting else ()
        items = panels.outcome_items(desk, settings, self.zone, outcome.size.width)
        outcome.show(_("Outcome"), items, hints=keys)
        chosen = defense.signed.outcome if defense.signed is not None else defense.outcome
        if chosen is not None and not outcome.has_focus:
            outcome.choose(chosen)
        further = defense.drafting == "round" or (defense.signed is not None and not defense.signed.amendment)
        if (defense.drafting is None and defense.signed is None) or (further and chosen != "conditional"):
            found, count, keys = panels.released_items(desk, self.zone, now), "", self.hints_of("verdict.revisions")
        else:
            found, kept = panels.kept_document_items(desk), sum(row.kept for row in desk.rows())
            count, keys = _("{n} kept", n=kept), self.hints_of("verdict.keep", "verdict.add_row", "verdict.due_later")
        self.panel("documents").show(_("Documents to revise"), found, count, keys)
        guards = self.panel("guards")
        guards.display = drafting
        if drafting:
            items = panels.guard_items(desk, desk.guards(), settings)
            guards.show(_("Before signing"), items, hints=self.hints_of("verdict.sign"))

    def _outcome_keys(self) -> tuple[Hint, ...]:
        found = self.hints_of(*panels.OUTCOME_COMMANDS.values())
        if not found:
            return ()
        return (Hint("", " ".join(hint.key for hint in found), _("choose"), any(hint.enabled for hint in found)),)

    def _draw_words(self) -> None:
        """What the mentor has written, and the skills."""
        keys = self.hints_of("verdict.strength", "verdict.improvement", "verdict.goal")
        self.panel("texts").show(_("In my words"), panels.text_items(self.defense), hints=keys)
        items = panels.skill_items(self.verdict, self.desk.settings, not self.spacious)
        self.panel("skills").show(_("Skills"), items, hints=self.hints_of("verdict.comment"))

    def _draw_across(self) -> None:
        """Across the screen what the student will read; from the skills, what was rated and noted on the chosen one."""
        across, (panel, key) = self.panel("reading"), self.at_cursor()
        across.display = self.spacious
        if not self.spacious:
            return
        if panel == "skills":
            ref = key.partition("/")[2]
            title = _("Ratings and notes, {skill}", skill=ref)
            across.show(title, panels.rated_items(self.verdict, ref), hints=self.hints_of("verdict.comment"))
            return
        seq = self.defense.seq
        if self._read is None or self._read[0] != seq:
            self._read = seq, panels.student_items(self.verdict, self.defense.language or language())
        released = panels.shown_in_force(self.defense) is not None and self.defense.signed is None
        keys = self.hints_of("report.message", "verdict.preview") if released else self.hints_of("verdict.preview")
        state = _("as released") if released else _("draft")
        across.show(_("What the student will read"), self._read[1], state, keys)

    def on_screen_resume(self) -> None:
        """What the student will read may depend on another defense; the base class draws."""
        self._read = None

    def show_mode(self) -> None:
        """The panel across the screen follows the cursor."""
        super().show_mode()
        if self.is_mounted and self.query("#reading") and not self.writing:
            self._draw_across()

    def on_panel_chosen(self) -> None:
        """Hints depend on where the cursor is."""
        self.show_mode()

    def writing_region(self) -> Region:
        """A text is written over what the student will read, so that what it is about stays in sight."""
        across = self.panel("reading")
        return across.region if across.display and across.region.area else super().writing_region()

    def second(self) -> None:
        """The clock and the countdown move; a release that has just happened is shown."""
        if self.defense.signed is None and self._was_signed:
            self.update()
        else:
            self._show_band()

    def until_edge_ms(self) -> int:
        """While live the clock of the phase changes when its own second is full."""
        timeline = self.defense.timeline
        if timeline.state != "running":
            return super().until_edge_ms()
        return 1000 - timeline.elapsed_ms(self.desk.now(), timeline.phase) % 1000

    def _show_band(self) -> None:
        desk, defense, now = self.verdict, self.defense, self.desk.now()
        clock = self.query_one(ClockPanel)
        clock.display = defense.session == "live"
        if clock.display:
            clock.show_clock(defense.timeline, now, self.curriculum.rules, self.zone, Around())
        line = band_line(desk, self.desk.settings, self.zone, now.wall, self.row_width)
        self.query_one("#verdict-line", QuietText).show(line)
        self._was_signed = defense.signed is not None

    def label(self, command: Command) -> str:
        """Once signed, the key that signs releases."""
        if command.id == "verdict.sign" and self.defense.signed is not None:
            return _("release")
        if command.id == "verdict.amend" and self.defense.amendment:
            return _("drop draft")
        return super().label(command)

    def hints(self) -> tuple[Hint, ...]:
        """The likeliest key first: the message once released, the signature, or what is to be settled before it."""
        hints = super().hints()
        if self.writing:
            return hints
        first = self._likeliest()
        found = {hint.command: hint for hint in hints}
        lead = [found.get(id) or self.hint_of(command(id)) for id in first]
        shown = [hint for hint in lead if hint is not None]
        return (*shown, *(hint for hint in hints if hint not in shown))

    def _likeliest(self) -> tuple[str, ...]:
        defense = self.defense
        if defense.signed is not None:
            return ("verdict.sign", "edit.undo")
        if defense.drafting is None:
            return ("report.message", "verdict.preview") if defense.released is not None else ()
        hard = [guard.lift for guard in self.verdict.guards() if guard.hard]
        if not hard:
            return ("verdict.sign",)
        return tuple(id for id in hard[:1] if id.startswith("verdict.") and id != "verdict.edit_row")

    # --- what can be done ----------------------------------------------------------------------------------------

    def stopped(self, command: Command) -> None:
        """Put the cursor on what stops the signature: its line names the key that lifts it."""
        if command.id != "verdict.sign" or self.defense.drafting is None or self.verdict.read_only is not None:
            return
        hard = next((place for place, guard in enumerate(self.verdict.guards()) if guard.hard), None)
        if hard is not None:
            self.panel("guards").choose(f"guard/{hard}")
            self.focus_panel("guards")

    def _choose(self, outcome: OutcomeValue) -> None:
        if self.attempt(lambda: self.verdict.choose(outcome)) is None:
            return
        suggested = self.verdict.suggestion().outcome
        self.panel("outcome").choose(outcome)
        if outcome != suggested and not self.defense.reason:
            self.tell(_("Not what is suggested: {key:verdict.reason} writes the reason."))

    def action_verdict_validated(self) -> None:
        """Choose *validated*."""
        self._choose("validated")

    def action_verdict_conditional(self) -> None:
        """Choose *conditional*."""
        self._choose("conditional")

    def action_verdict_rework(self) -> None:
        """Choose *to rework*."""
        self._choose("rework")

    def action_edit_undo(self) -> None:
        """Take the last action back."""
        signed = self.defense.signed
        if self.take_back(self.verdict) and signed is not None and self.defense.signed is None:
            self.tell(_("The signature is taken back: nothing was released."))
        if self.defense.session == "waiting":
            self.console_app.go("waiting", self.defense_id)

    def can_write(self, field: str) -> bool:
        """Every text but those of the report."""
        return not field.startswith("report/")

    def field_label(self, field: str) -> str | Content:
        """What a text is about is named: several things are on the screen, and none is marked while one types."""
        kind, _slash, rest = field.partition("/")
        if kind == "criterion":
            return content(_("Shared note on {criterion}", criterion=quoted(self.verdict, rest)))
        label = super().field_label(field)
        row = rows.row_of(self.verdict, rest.partition("/")[0]) if kind == "row" else None
        title = revision.row_title(row.request, self.verdict.project, language()) if row is not None else ""
        return Content.assemble(label, content(f" · {shortened(title, 24)}")) if title else label

    # --- documents -----------------------------------------------------------------------------------------------

    def action_verdict_keep(self) -> None:
        """Keep or drop the document."""
        row = rows.row_of(self.verdict, self.panel("documents").key)
        if row is not None:
            self.attempt(lambda: self.verdict.keep(row.request.id, not row.kept))

    def _move_due(self, sign: int) -> None:
        row, by_s = self.panel("documents").key, sign * self.curriculum.rules.due_step_s
        self.attempt(lambda: self.verdict.move_due(row, by_s))

    def action_verdict_due_later(self) -> None:
        """Give the student more time for the document."""
        self._move_due(1)

    def action_verdict_due_earlier(self) -> None:
        """Give the student less time for the document."""
        self._move_due(-1)

    async def action_verdict_add_row(self) -> None:
        """Ask for one more document."""
        await rows.add_row(self, self.verdict)

    # --- texts ---------------------------------------------------------------------------------------------------

    def action_verdict_strength(self) -> None:
        """Write a strength."""
        self.write("strength")

    def action_verdict_improvement(self) -> None:
        """Something to improve."""
        self.write("improvement")

    def action_verdict_reason(self) -> None:
        """Write why this outcome."""
        self.write("reason")

    def action_verdict_goal(self) -> None:
        """Write the student's next goal."""
        self.write("goal")

    def action_verdict_comment(self) -> None:
        """Write the comment of the focused skill, of the first one when the cursor is elsewhere."""
        panel = self.panel("skills")
        if panel.key:
            self.focus_panel("skills")
            self.write(panel.key)

    async def action_verdict_edit_row(self) -> None:
        """Edit what the cursor is on: a document, a text, a comment; choose an outcome; or do what lifts a guard."""
        panel, key = self.at_cursor()
        if panel == "documents":
            await rows.edit_row(self, self.verdict, key)
        elif panel == "outcome":
            self._choose(cast(OutcomeValue, key))
        elif panel != "guards":
            self.write(key)
        elif (guard := guard_at(key, self.verdict)) is not None:
            await self._lift(guard)

    async def _lift(self, guard: Guard) -> None:
        if field := lifting_field(guard, self.verdict):
            self.write(field)
        elif guard.id in ("rated", "held") and self.defense.session in ("live", "held"):
            self.console_app.go("live", self.defense_id)
        elif guard.id.startswith("row"):
            if not self.focus_panel("documents"):
                await rows.add_row(self, self.verdict)
        else:
            key = panels.lift_key(guard, self.desk.settings)
            self.tell(Content.assemble(panels.guard_words(guard), "  ", (key, "bold $text-accent")))

    # --- signing, and what follows -------------------------------------------------------------------------------

    async def action_verdict_sign(self) -> None:
        """Sign; when signed, release."""
        await sign_or_release(self, self.verdict)

    def action_verdict_revisions(self) -> None:
        """Open the documents to revise."""
        self.console_app.go("revisions", self.defense_id)

    async def action_verdict_amend(self) -> None:
        """Draft a new version, or drop it after all."""
        await after_release.amend(self, self.verdict)

    async def action_verdict_contest(self) -> None:
        """Record that the student contests; when contested, the verdict is upheld."""
        await after_release.contest(self, self.verdict)

    async def action_verdict_next_attempt(self) -> None:
        """Plan the next attempt: a dialog asks when."""
        await after_release.plan_next_attempt(self, self.verdict)

    # --- clock, while live ---------------------------------------------------------------------------------------

    def action_clock_toggle(self) -> None:
        """Pause, or go on."""
        self.attempt(self.live.toggle)

    def action_clock_next_phase(self) -> None:
        """Enter the next phase."""
        self.attempt(self.live.next_phase)

    def action_live_finish(self) -> None:
        """End the defense."""
        finish(self, self.live)

    def action_verdict_reopen(self) -> None:
        """Let the defense go on."""
        if self.attempt(self.verdict.reopen) is not None:
            self.console_app.go("live", self.defense_id)

    def action_console_back(self) -> None:
        """Back to the rubric while live, else to the queue."""
        if self.defense.session == "live":
            self.console_app.go("live", self.defense_id)
        else:
            self.console_app.home()

    # --- other screens -------------------------------------------------------------------------------------------

    def action_verdict_preview(self) -> None:
        """Show the report as it will read."""
        from defense_console.screens.verdict.preview import PreviewScreen

        self.app.push_screen(PreviewScreen(self.defense_id))

    def action_report_message(self) -> None:
        """Show the message for the student, to read, copy and save."""
        from defense_console.screens.verdict.preview import PreviewScreen

        self.app.push_screen(PreviewScreen(self.defense_id, message=True))
