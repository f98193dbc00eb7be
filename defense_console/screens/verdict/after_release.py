"""What the verdict screen does once a verdict is released: documents, amendment, contest, next attempt."""

from __future__ import annotations

from textual import work

from defense_console.desk.defense.asked import Asked
from defense_console.model.errors import N_
from defense_console.screens.before.rescheduling import ask_moment
from defense_console.screens.shared.asking import Ask, answer_to
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.verdict.signing import Signing
from defense_console.words.translation import _


class AfterRelease(Signing):
    """The part of the verdict screen that goes on from a released verdict."""

    def action_verdict_revisions(self) -> None:
        """The documents to revise."""
        self.console_app.go("revisions", self.defense_id)

    async def _reason(self, field: Asked, question: str, details: str) -> str | None:
        return await answer_to(self, Ask(self.verdict, field, question, details))

    @work(exclusive=True, group="dialog")
    async def action_verdict_amend(self) -> None:
        """Draft a new version, for a reason; the released one stands until the new one is released."""
        if self.defense.amendment:
            await self._drop_amendment()
            return
        text = N_("The student reads this reason, in the message and in the report. "
                  "Version {n} stays in force until the new one is released.")  # fmt: skip
        details = _(text, n=len(self.defense.versions))
        reason = await self._reason(Asked.AMEND, _("Why is the verdict amended?"), details)
        if reason and self.attempt(lambda: self.verdict.amend(reason)) is not None:
            self.tell(_("A new version is drafted: choose its outcome, then sign."))

    async def _drop_amendment(self) -> None:
        details = _("What was judged since it was begun is as it was before; version {n} stands.",
                    n=len(self.defense.versions))  # fmt: skip
        question = Confirm(_("Drop the new version?"), details, yes=_("drop it"))
        if await self.app.push_screen_wait(question) and self.attempt(self.verdict.drop_amendment) is not None:
            self.tell(_("The new version is dropped."))

    @work(exclusive=True, group="dialog")
    async def action_verdict_contest(self) -> None:
        """The student contests the verdict; when it is contested already, it is upheld for a reason."""
        said = self.defense.contested
        if said is None:
            details = _("The verdict stays in force, and waits for you until you uphold or amend it.")
            contest = await self._reason(Asked.CONTEST, _("What does the student contest?"), details)
            if contest and self.attempt(lambda: self.verdict.contest(contest)) is not None:
                self.tell(_("Contested: {key:verdict.contest} upholds it, {key:verdict.amend} amends it."))
            return
        text = N_("The student said: {reason}. To change the verdict instead, amend it.")
        reason = await self._reason(Asked.UPHOLD, _("Why does the verdict stand?"), _(text, reason=said))
        if reason and self.attempt(lambda: self.verdict.uphold(reason)) is not None:
            self.tell(_("Upheld."))

    @work(exclusive=True, group="dialog")
    async def action_verdict_next_attempt(self) -> None:
        """Plan the next attempt: what was acquired is carried over, the rest is seen again."""
        desk, number = self.verdict, self.defense.attempt + 1
        start = await ask_moment(
            self,
            desk,
            Asked.NEXT_ATTEMPT,
            _("When does attempt {n} of {student} start?", n=number, student=desk.student.name),
            _("What was acquired is carried over. Write it like 03/04 14:00, monday 9:30 or in 7 days."),
            desk.defense.planned_at,
        )
        if start is None:
            return
        planned = self.attempt(lambda: desk.plan_next_attempt(start))
        if planned is not None:
            self.console_app.go("brief", planned)
