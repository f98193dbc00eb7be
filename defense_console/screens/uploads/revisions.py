"""The documents to revise after a conditional verdict: what came, what changed, what the mentor decides of each."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.defense.asked import Asked
from defense_console.model.defense import revision
from defense_console.model.defense.state import Revision
from defense_console.safe_text import content, shortened
from defense_console.screens.shared.asking import Ask, record_answer
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.panel_screen import DefensePanels
from defense_console.screens.shared.wishes import needs
from defense_console.screens.uploads import looking, panels
from defense_console.screens.uploads.receiving import ask_receive
from defense_console.screens.uploads.wishes import DOCUMENTS, NONE_CHOSEN, OnDocuments
from defense_console.screens.verdict.signing import announcement
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Panel
from defense_console.words.translation import _, duration_text, language

if TYPE_CHECKING:
    from textual.worker import Worker

    from defense_console.desk.defense.revisions import RevisionsDesk


class RevisionsScreen(DefensePanels):
    """Everything about the documents of one conditional verdict.

    Args:
        defense_id: Whole id.
    """

    CONTEXT = "revisions"
    WISHES = DOCUMENTS
    FIRST_FOCUS = ("documents",)

    def __init__(self, defense_id: str) -> None:
        super().__init__(defense_id)
        self._drawn: tuple[int, tuple[bool, ...]] = (0, ())

    @cached_property
    def revisions(self) -> RevisionsDesk:
        """The use cases of this screen."""
        return self.desk.revisions(self.defense_id)

    @property
    def texts(self) -> RevisionsDesk:
        """Where texts are kept."""
        return self.revisions

    # --- drawing -------------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """Who has to act, and until when."""
        yield QuietText(id="revisions-turn")

    def compose_body(self) -> ComposeResult:
        """The documents, and next to them the versions of the chosen one and of the verdict."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="documents", classes="panel rest")
            with Vertical(classes="column"):
                yield Panel(id="received")
                yield Panel(id="versions", classes="panel rest")

    @property
    def headline(self) -> Headline:
        """Whose documents they are."""
        return headline_of(self.revisions, _("Documents to revise"))

    def redraw(self) -> None:
        """Show the state as it is now."""
        desk, now = self.revisions, self.desk.now().wall
        self._show_turn()
        self.panel("documents").show(
            _("Documents to revise"), panels.document_items(desk, self.zone, now), panels.count_line(desk),
            self.hints_of("revisions.compare", "revisions.accept", "revisions.again"),
        )  # fmt: skip
        self._show_received()
        versions = panels.version_items(desk.defense.versions, self.zone)
        self.panel("versions").show(_("Verdict"), versions, hints=self.hints_of("revisions.verdict"))
        self.keep_focus()

    def second(self) -> None:
        """The time that is left moves; a countdown may have released the verdict, a due date may have passed."""
        now = self.desk.now().wall
        late = tuple(revision.row_overdue(each, now) for each in self.defense.revisions)
        state = (self.defense.seq, late)
        if state != self._drawn:
            self._drawn = state
            self.update()
        else:
            self._show_turn()

    def _show_turn(self) -> None:
        turn = panels.whose_turn(self.revisions, self.zone, self.desk.now().wall)
        self.query_one("#revisions-turn", QuietText).show(turn)

    def _show_received(self) -> None:
        each = next((r for r in self.defense.revisions if r.request.id == self.panel("documents").key), None)
        heading = _("Versions of {document}", document=panels.title_of(each, self.revisions)) if each else ""
        items = panels.delivery_items(each, self.revisions, self.zone, self.desk.now().wall)
        self.panel("received").show(heading, items, hints=self.hints_of("revisions.open_file", "documents.receive"))

    def on_panel_chosen(self) -> None:
        """The versions shown are those of the document the cursor is on."""
        self._show_received()
        self.show_mode()

    # --- what can be done ----------------------------------------------------------------------------------------

    def chosen(self) -> Revision | None:
        """The document the cursor is on, or in whose versions it is; None on a version of the verdict."""
        key = self._chosen_key()
        return next((each for each in self.defense.revisions if each.request.id == key), None)

    @property
    def _chosen(self) -> Revision:
        """The document that a key acts on: without one it is refused before."""
        return needs(self.chosen(), NONE_CHOSEN)

    def _chosen_key(self) -> str:
        return "" if self.at_cursor()[0] == "versions" else self.panel("documents").key

    def seen(self) -> OnDocuments:
        """The desk, the panel in use, and the document that is chosen."""
        return OnDocuments(self.revisions, self.at_cursor()[0], self._chosen_key())

    # --- one document ----------------------------------------------------------------------------------------------

    async def action_revisions_accept(self) -> None:
        """Settle it. Content that was there before is accepted only after a question."""
        each = self._chosen
        title = panels.title_of(each, self.revisions)
        if revision.change_of(each, self.defense) in ("unchanged", "again"):
            change = panels.change_line(each, self.defense) or Content("")
            question = Confirm(_("Accept {document} all the same?", document=title), change, yes=_("accept"))
            if not await self.app.push_screen_wait(question):
                return
        if self.attempt(lambda: self.revisions.accept(each.request.id)) is not None:
            self.tell(_("Accepted: {document}.", document=shortened(title, 40)))
            self._go_on()

    def _go_on(self) -> None:
        """The cursor goes on to the next document that waits for a look."""
        waiting = [r.request.id for r in self.defense.revisions if r.state in revision.TO_REVIEW]
        if waiting:
            self.panel("documents").choose(waiting[0])

    async def action_revisions_again(self) -> None:
        """Ask for it again, in words of one's own; the words of the round before are offered."""
        each = self._chosen
        desk = self.revisions
        before = revision.row_expected(each.request, desk.project, language(), desk.curriculum.oral)
        given = duration_text(desk.curriculum.rules.student_due_s)
        details = _("A new round: the student gets {time} from now, no new defense.", time=given)
        field, question = Asked.AGAIN.of(each.request.id), _("What must the new version show?")
        ask = Ask(desk, field, question, details, before)
        if await record_answer(self, ask, lambda answer: desk.request_again(each.request.id, answer)) is not None:
            self.tell(_("Asked for again: round {n}.", n=desk.revision(each.request.id).round))
            self._go_on()

    async def action_revisions_waive(self) -> None:
        """Give it up, for a reason."""
        await self._with_reason(Asked.WAIVE, _("Why is this document given up?"), self.revisions.waive)

    async def action_revisions_withdraw(self) -> None:
        """Withdraw the request, for a reason."""
        await self._with_reason(Asked.WITHDRAW, _("Why is the request withdrawn?"), self.revisions.withdraw)

    async def _with_reason(self, asked: Asked, question: str, decide: Callable[[str, str], object]) -> None:
        each = self._chosen
        details = content(panels.title_of(each, self.revisions))
        ask = Ask(self.revisions, asked.of(each.request.id), question, details)
        await record_answer(self, ask, lambda reason: decide(each.request.id, reason))

    async def action_revisions_expire(self) -> None:
        """Close it because nothing came in time; the verdict stays as it is until it is signed anew."""
        each = self._chosen
        title = panels.title_of(each, self.revisions)
        details = _("A rework is then proposed. Nothing is decided until a new version of the verdict is signed.")
        question = Confirm(_("Close {document} as expired?", document=title), details, yes=_("close"))
        if await self.app.push_screen_wait(question):
            self.attempt(lambda: self.revisions.expire(each.request.id))

    def action_revisions_next(self) -> None:
        """Go to the next document that waits for a look."""
        keys = [each.request.id for each in self.defense.revisions]
        here = keys.index(self.panel("documents").key) if self.panel("documents").key in keys else -1
        turned = [*self.defense.revisions[here + 1 :], *self.defense.revisions[: here + 1]]
        following = next((each for each in turned if each.state in revision.TO_REVIEW), None)
        if following is None:
            self.tell(_("No document waits for a look."))
        else:
            self.panel("documents").choose(following.request.id)
            self.focus_panel("documents")

    async def action_revisions_declare(self) -> None:
        """Record that it came by another way; it is asked before, since what was received is never undone."""
        each = self._chosen
        title = panels.title_of(each, self.revisions)
        question = Confirm(_("Declare {document} received?", document=title),
                           _("It came by another way: there is no file to compare or to open."),
                           yes=_("received"))  # fmt: skip
        agreed = await self.app.push_screen_wait(question)
        if agreed and self.attempt(lambda: self.revisions.declare(each.request.id)) is not None:
            self.tell(_("Declared received, without a file."))

    def _extend(self, sign: int) -> None:
        each, step_s = self._chosen, self.curriculum.rules.due_step_s
        self.attempt(lambda: self.revisions.extend(each.request.id, sign * step_s))

    def action_revisions_later(self) -> None:
        """Give the student more time for the document."""
        self._extend(1)

    def action_revisions_earlier(self) -> None:
        """Give the student less time for the document."""
        self._extend(-1)

    # --- all of them -----------------------------------------------------------------------------------------------

    def action_revisions_complete(self) -> None:
        """Nothing more is to come."""
        if self.attempt(self.revisions.complete_reception) is not None:
            self.tell(_("Reception complete: your own time runs from now."))

    async def action_revisions_sign(self) -> None:
        """Sign what is proposed, and go to the verdict, where the countdown runs."""
        desk = self.revisions
        if desk.proposal() != "validated":
            self.action_revisions_verdict()
            return
        lines = [panels.whose_turn(desk, self.zone, self.desk.now().wall), announcement(self)]
        number = len(desk.defense.versions) + 1
        question = _("Sign version {n} of the verdict of {student}?", n=number, student=desk.student.name)
        if not await self.app.push_screen_wait(Confirm(question, Content("\n").join(lines), yes=_("sign"))):
            return
        if self.attempt(desk.sign_proposal) is not None:
            self.console_app.go("verdict", self.defense_id)

    def action_documents_receive(self) -> Worker[None]:
        """Take in what the student sent."""
        return ask_receive(self, self.defense_id)

    def action_revisions_verdict(self) -> None:
        """Open the verdict itself."""
        self.console_app.go("verdict", self.defense_id)

    # --- other screens -------------------------------------------------------------------------------------------

    def action_console_back(self) -> None:
        """Back to the queue."""
        self.console_app.home()

    async def action_revisions_compare(self) -> None:
        """Show what changed in the document; on a version of the verdict, its report as it was released."""
        panel = self.focused_panel
        if panel is not None and panel.id == "versions":
            self._preview(int(panel.key))
        else:
            await looking.compare_files(self, self.revisions, self._chosen)

    async def action_revisions_open_file(self) -> None:
        """Open the file itself in the system's viewer."""
        await looking.open_file(self, self.revisions, self._chosen)

    def action_verdict_preview(self) -> None:
        """Show the report as it reads now."""
        self._preview(None)

    def _preview(self, version: int | None) -> None:
        from defense_console.screens.verdict.preview import PreviewScreen

        self.app.push_screen(PreviewScreen(self.defense_id, version))

    def action_report_message(self) -> None:
        """Copy the message for the student."""
        from defense_console.screens.verdict.preview import PreviewScreen

        self.app.push_screen(PreviewScreen(self.defense_id, message=True))
