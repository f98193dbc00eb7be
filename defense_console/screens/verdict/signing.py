"""Signing a verdict: the question, the countdown it announces, the release."""

from __future__ import annotations

from textual.content import Content

from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.safe_text import content
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Confirm
from defense_console.screens.shared.first_start import ask_name
from defense_console.screens.verdict import panels
from defense_console.words.translation import N_, _, duration_text


def announcement(screen: ConsoleScreen) -> Content:
    """Who signs, since that name stands under the message to the student, and what happens after the signature."""
    settings = screen.desk.settings
    text = N_("Signed by {name}. It is released {time} after the signature; until then {key:edit.undo} takes it back.")
    return content(_(text, name=settings.name or "?", time=duration_text(settings.release_countdown_s)))


async def sign_or_release(screen: ConsoleScreen, desk: VerdictDesk) -> None:
    """Sign after a question; when signed, release."""
    if desk.defense.signed is not None:
        await _release(screen, desk)
        return
    if screen.desk.settings.unnamed and not await ask_name(screen):
        return
    if await screen.app.push_screen_wait(_question(screen, desk)) and screen.attempt(desk.sign) is not None:
        screen.tell(_("Signed."))


def _question(screen: ConsoleScreen, desk: VerdictDesk) -> Confirm:
    defense = desk.defense
    assert defense.outcome is not None  # a guard
    lines = [content(panels.outcome_words(desk, defense.outcome, screen.zone).label).stylize("bold")]
    if defense.outcome == "conditional":
        lines += [content(f"• {title}") for title in panels.kept_titles(desk)]
    lines += [content("! " + _(g.text_id, **dict(g.parameters))).stylize("$text-warning")
              for g in desk.guards() if not g.hard]  # fmt: skip
    lines.append(announcement(screen))
    question = _("Sign the verdict of {student}?", student=desk.student.name)
    return Confirm(question, Content("\n").join(lines), yes=_("sign"))


async def _release(screen: ConsoleScreen, desk: VerdictDesk) -> None:
    """Release now; while the countdown runs only after a question, since the key may have been pressed twice."""
    if desk.countdown_s() is not None:
        question = Confirm(_("Release now?"), _("The signature cannot be taken back afterwards."), yes=_("release"))
        if not await screen.app.push_screen_wait(question):
            return
    if desk.defense.signed is not None and screen.attempt(desk.release) is not None:
        screen.tell(_("Released."))
