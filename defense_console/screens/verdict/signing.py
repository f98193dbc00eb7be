"""Signing on the verdict screen: the question, the countdown it announces, the release."""

from __future__ import annotations

from textual import work
from textual.content import Content

from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.verdict import panels
from defense_console.screens.verdict.row_editor import RowEditing
from defense_console.words.translation import N_, _, duration_text


def announcement(screen: ConsoleScreen) -> Content:
    """Who signs, since that name stands under the message to the student, and what happens after the signature."""
    settings = screen.desk.settings
    text = N_("Signed by {name}. It is released {time} after the signature; until then {key:edit.undo} takes it back.")
    return content(_(text, name=settings.name or "?", time=duration_text(settings.release_countdown_s)))


class Signing(RowEditing):
    """The part of the verdict screen that signs and releases."""

    @work(exclusive=True, group="dialog")
    async def action_verdict_sign(self) -> None:
        """Sign after a question; when signed, release."""
        if not self.keep_text():
            return
        if self.defense.signed is not None:
            await self._release()
            return
        if await self.app.push_screen_wait(self._sign_question()) and self.attempt(self.verdict.sign) is not None:
            self.tell(_("Signed."))

    def _sign_question(self) -> Confirm:
        desk, defense = self.verdict, self.defense
        assert defense.outcome is not None  # a guard
        lines = [content(panels.outcome_words(desk, defense.outcome, self.zone)).stylize("bold")]
        if defense.outcome == "conditional":
            lines += [content(f"• {title}") for title in panels.kept_titles(desk)]
        lines += [content("! " + _(g.text_id, **dict(g.parameters))).stylize("$text-warning")
                  for g in desk.guards() if not g.hard]  # fmt: skip
        lines.append(announcement(self))
        question = _("Sign the verdict of {student}?", student=desk.student.name)
        return Confirm(question, Content("\n").join(lines), yes=_("sign"))

    async def _release(self) -> None:
        """Release now; while the countdown runs only after a question, since F9 may have been pressed twice."""
        if self.verdict.countdown_s() is not None:
            question = Confirm(_("Release now?"), _("The signature cannot be taken back afterwards."), yes=_("release"))
            if not await self.app.push_screen_wait(question):
                return
        if self.defense.signed is not None and self.attempt(self.verdict.release) is not None:
            self.tell(_("Released."))
