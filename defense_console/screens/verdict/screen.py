"""The verdict: outcome, documents to revise, texts, what is left to settle, signature and release."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from defense_console.keys.keymap import Command
from defense_console.model.defense import revision
from defense_console.model.defense.legal_context import SESSION_REFUSALS
from defense_console.model.defense.signing import Guard
from defense_console.model.defense.state import OutcomeValue
from defense_console.safe_text import content, shortened
from defense_console.screens.shared.copying import copy_message
from defense_console.screens.shared.finishing import finish
from defense_console.screens.shared.panel_screen import PanelScreen
from defense_console.screens.verdict import after_release, panels, rows
from defense_console.screens.verdict.signing import sign_or_release
from defense_console.screens.verdict.wishes import VERDICT, guard_at, lifting_field
from defense_console.widgets.clock.words import read_clock
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.lists.panel import Panel
from defense_console.words.translation import N_, _, clock_text, language, when

if TYPE_CHECKING:
    from defense_console.desk.defense.live import LiveDesk
    from defense_console.desk.defense.verdict import VerdictDesk


class VerdictScreen(PanelScreen):
    """Everything the mentor decides about one defense.

    Args:
        defense_id: Whole id.
    """

    CONTEXT = "verdict"
    WISHES = VERDICT
    FIRST_FOCUS = ("documents", "skills")

    def __init__(self, defense_id: str) -> None:
        super().__init__(defense_id)
        self._was_signed = False

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

    def compose_body(self) -> ComposeResult:
        """Header, two columns of panels (one below the other where the width is small), the strip for texts."""
        with Vertical(classes="head"):
            yield Static(id="verdict-title", markup=False)
            yield Static(id="verdict-clock", markup=False)
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="outcome")
                yield Panel(id="documents")
            with Vertical(classes="column"):
                yield Panel(id="guards")
                yield Panel(id="texts")
                yield Panel(id="skills")

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk, settings, now = self.verdict, self.desk.settings, self.desk.now().wall
        defense = desk.defense
        guards = desk.guards() if defense.drafting is not None and defense.signed is None else ()
        self._show_head()
        self.panel("outcome").show(_("Outcome"), panels.outcome_items(desk, settings, self.zone))
        outcome = defense.signed.outcome if defense.signed is not None else defense.outcome
        further = defense.drafting == "round" or (defense.signed is not None and not defense.signed.amendment)
        settled = (defense.drafting is None and defense.signed is None) or (further and outcome != "conditional")
        items = panels.released_items(desk, self.zone, now) if settled else panels.kept_document_items(desk)
        self.panel("documents").show(_("Documents to revise"), items)
        self.panel("texts").show(_("Strengths, improvements, next goal"), panels.text_items(defense))
        self.panel("skills").show(_("Skills"), panels.skill_items(desk))
        drafting = defense.drafting is not None and defense.signed is None
        self.panel("guards").display = drafting
        if drafting:
            self.panel("guards").show(_("Before signing"), panels.guard_items(guards, settings))
        self.keep_focus()

    def second(self) -> None:
        """The clock and the countdown move; a release that has just happened is told."""
        if self.defense.signed is None and self._was_signed:
            self.update()
        else:
            self._show_head()

    def _show_head(self) -> None:
        defense, width = self.defense, max(20, self.size.width - 4)
        project = self.verdict.project
        title = _("Verdict · {student}", student=self.verdict.student.name)
        place = _("{project} · attempt {n}", project=project.id, n=defense.attempt)
        text = Content.assemble((shortened(title, width - len(place) - 3), "bold"), " · ", content(place))
        self.query_one("#verdict-title", Static).update(text)
        line = self._state_line()
        clock_line = self.query_one("#verdict-clock", Static)
        clock_line.display = bool(line.plain)
        clock_line.update(line)
        self._was_signed = defense.signed is not None

    def _state_line(self) -> Content:
        """The clock while live, the countdown while signed, else what is left to settle or what is in force.

        What must be known of other consoles comes before all but the clock, and stands below that one.
        """
        defense = self.defense
        standing = content(self.standing_line()).stylize("bold $text-warning")
        if defense.session == "live":
            read = read_clock(defense.timeline, self.verdict.curriculum.rules, self.desk.now(), self.zone)
            words = _("{phase} {left} · {word} · ends {time}", phase=read.phase, left=read.left, word=read.sentence,
                      time=read.ends)  # fmt: skip
            clock = Content.assemble((f"{read.glyph} ", read.style), (words, "bold"))
            return Content("\n").join([clock, standing]) if standing.plain else clock
        if standing.plain:
            return standing
        if defense.signed is not None:
            return self._signed_line()
        if defense.contested is not None and not defense.amendment:
            text = N_(
                "! Contested: {reason} — {key:verdict.contest} upholds the verdict, {key:verdict.amend} amends it."
            )
            said = shortened(defense.contested, max(20, 2 * self.size.width - len(_(text, reason="")) - 8))
            return content(_(text, reason=said)).stylize("bold $text-warning")
        if defense.drafting is None and defense.released is not None:
            at = self._when(defense.released.released_at)
            return content(_("✓ Verdict {n} released {when}.", n=defense.released.version, when=at))
        if defense.drafting is None:
            return content("! " + _(SESSION_REFUSALS[defense.session])).stylize("$text-warning")
        if defense.amendment:
            return content(_("A new version is being drafted: {reason}", reason=defense.amendment))
        left = panels.to_settle(self.verdict.guards())
        return content(f"✗ {left}").stylize("$text-warning") if left else Content("")

    def _when(self, at: str | None) -> str:
        return when(at, self.zone, self.desk.now().wall) if at else "–"

    def _signed_line(self) -> Content:
        left_s = self.verdict.countdown_s()
        if left_s is None:
            text = _(
                "● Signed, not released: {key:verdict.sign} releases it, {key:edit.undo} takes the signature back."
            )
        else:
            text = _("● Signed. Released in {time}: {key:edit.undo} takes the signature back.", time=clock_text(left_s))
        return Content(text).stylize("bold $text-warning")

    def label(self, command: Command) -> str:
        """Once signed, the key that signs releases."""
        if command.id == "verdict.sign" and self.defense.signed is not None:
            return _("release")
        if command.id == "verdict.amend" and self.defense.amendment:
            return _("drop draft")
        return super().label(command)

    def hints(self) -> tuple[Hint, ...]:
        """Where nothing stops the signature, or the release, its key comes first."""

        def place(hint: Hint) -> tuple[bool, bool]:
            return hint.command != "console.help", hint.command != "verdict.sign" or not hint.enabled

        hints = super().hints()
        return hints if self.writing else tuple(sorted(hints, key=place))

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
        if outcome != suggested and not self.defense.reason:
            self.tell(_("Not what is suggested: {key:verdict.reason} writes the reason."))

    def action_verdict_validated(self) -> None:
        """Validated."""
        self._choose("validated")

    def action_verdict_conditional(self) -> None:
        """Conditional."""
        self._choose("conditional")

    def action_verdict_rework(self) -> None:
        """To rework."""
        self._choose("rework")

    def action_edit_undo(self) -> None:
        """Take the last action back."""
        signed = self.defense.signed
        if self.attempt(self.verdict.undo) is not None and signed is not None and self.defense.signed is None:
            self.tell(_("The signature is taken back: nothing was released."))
        if self.defense.session == "waiting":
            self.console_app.go("waiting", self.defense_id)

    def can_write(self, field: str) -> bool:
        """Every text but those of the report."""
        return not field.startswith("report/")

    def field_label(self, field: str) -> str | Content:
        """A text of a document names the document: several are on the screen, and none is marked while one types."""
        label = super().field_label(field)
        kind, _slash, rest = field.partition("/")
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
        """More time."""
        self._move_due(1)

    def action_verdict_due_earlier(self) -> None:
        """Less time."""
        self._move_due(-1)

    async def action_verdict_add_row(self) -> None:
        """One more document."""
        await rows.add_row(self, self.verdict)

    # --- texts ---------------------------------------------------------------------------------------------------

    def action_verdict_strength(self) -> None:
        """A strength."""
        self.write("strength")

    def action_verdict_improvement(self) -> None:
        """Something to improve."""
        self.write("improvement")

    def action_verdict_reason(self) -> None:
        """Why this outcome."""
        self.write("reason")

    def action_verdict_goal(self) -> None:
        """The student's next goal."""
        self.write("goal")

    def action_verdict_comment(self) -> None:
        """The comment of the focused skill, of the first one when the cursor is elsewhere."""
        panel = self.panel("skills")
        if panel.key:
            self.focus_panel("skills")
            self.write(panel.key)

    async def action_verdict_edit_row(self) -> None:
        """Edit what the cursor is on: a document, a text, a comment; or do what lifts a guard."""
        panel, key = self.at_cursor()
        if panel == "documents":
            await rows.edit_row(self, self.verdict, key)
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
            lift = panels.lift_words(guard.lift, self.desk.settings)
            self.tell(f"{_(guard.text_id, **dict(guard.parameters))} → {lift}")

    # --- signing, and what follows -------------------------------------------------------------------------------

    async def action_verdict_sign(self) -> None:
        """Sign; when signed, release."""
        await sign_or_release(self, self.verdict)

    def action_verdict_revisions(self) -> None:
        """The documents to revise."""
        self.console_app.go("revisions", self.defense_id)

    async def action_verdict_amend(self) -> None:
        """A new version, or none after all."""
        await after_release.amend(self, self.verdict)

    async def action_verdict_contest(self) -> None:
        """The student contests; when contested, the verdict is upheld."""
        await after_release.contest(self, self.verdict)

    async def action_verdict_next_attempt(self) -> None:
        """The next attempt."""
        await after_release.plan_next_attempt(self, self.verdict)

    # --- clock, while live ---------------------------------------------------------------------------------------

    def action_clock_toggle(self) -> None:
        """Pause, or go on."""
        self.attempt(self.live.toggle)

    def action_clock_next_phase(self) -> None:
        """The next phase."""
        self.attempt(self.live.next_phase)

    def action_live_finish(self) -> None:
        """The defense is over."""
        finish(self, self.live)

    def action_verdict_reopen(self) -> None:
        """The defense goes on."""
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
        """The report as it will read."""
        from defense_console.screens.verdict.preview import PreviewScreen

        self.app.push_screen(PreviewScreen(self.defense_id))

    def action_report_message(self) -> None:
        """Copy the message for the student."""
        copy_message(self, self.verdict, self.defense.language or language())
