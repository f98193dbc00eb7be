"""Saving the report or the message as a file: which form, where, and the line that says where it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.content import Content

from defense_console.desk.defense.asked import Asked
from defense_console.desk.exchange.saving import proposed_file, save
from defense_console.desk.logs.one_log import LogDesk
from defense_console.desk.typed.path import typed_path
from defense_console.model.errors import N_, ConsoleError
from defense_console.reports.content import message as messages
from defense_console.reports.content.value import Report
from defense_console.reports.rendering.formats import rendered
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import answer_to
from defense_console.screens.shared.completing import AskPath
from defense_console.screens.shared.dialogs import Choose, Confirm
from defense_console.words.translation import _, error_text

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk

REPORT_FORMS: Final[Mapping[str, str]] = {
    "md": N_("text with Markdown"),
    "html": N_("web page"),
    "pdf": N_("PDF"),
    "docx": N_("word processor document"),
}
MESSAGE_FORMS: Final[Mapping[str, str]] = {"eml": N_("draft e-mail"), "txt": N_("plain text")}


async def save_report(screen: ConsoleScreen, desk: VerdictDesk, report: Report) -> None:
    """Save the report that is read."""
    form = await form_of(screen, _("Save the report as"), REPORT_FORMS)
    if form is not None:
        version = f"v{report.version}" if report.version is not None else _("draft")
        words = (report.student, desk.project.id, _("report"), version, report.reader, report.language)
        await save_as(screen, desk, proposed_file(words, form), lambda: rendered(report, form))


async def save_message(screen: ConsoleScreen, desk: VerdictDesk, tongue: str) -> None:
    """Save the message for the student, as a mail program opens it or as plain text."""
    form = await form_of(screen, _("Save the message as"), MESSAGE_FORMS)
    if form is None:
        return
    message, now, sender = desk.message(tongue), screen.desk.now().wall, screen.desk.settings.email
    words = (message.to_name, desk.project.id, _("message"))

    def made() -> bytes:
        return messages.eml(message, now, sender) if form == "eml" else messages.text(message).encode()

    await save_as(screen, desk, proposed_file(words, form), made)


async def form_of(screen: ConsoleScreen, question: str, forms: Mapping[str, str]) -> str | None:
    """Ask in which form something is saved; None when the mentor goes back."""
    options = [f"{form}   {_(words)}" for form, words in forms.items()]
    choice = await screen.app.push_screen_wait(Choose(question, options))
    return None if choice is None else tuple(forms)[choice]


async def save_as(screen: ConsoleScreen, desk: LogDesk[Any, Any], proposed: Path, made: Callable[[], bytes]) -> None:
    """Ask where until it can be written there; what may not be written on is saved at the proposed place.

    What takes a while, a PDF above all, is made while the keys go on.
    """
    problem = ""
    while True:
        target = proposed if desk.read_only is not None else await _place(screen, desk, proposed, problem)
        if target is None:
            return
        try:
            await asyncio.to_thread(lambda file: save(file, [made()]), target)
        except ConsoleError as error:
            if desk.read_only is not None:
                raise
            problem = error_text(error)
            continue
        if desk.read_only is None:
            desk.drop_text(Asked.SAVED)
        screen.tell(Content(_("Saved: {file}", file=target)))
        return


async def _place(screen: ConsoleScreen, desk: LogDesk[Any, Any], proposed: Path, problem: str) -> Path | None:
    """Return where to write; None when the mentor went back. A file that is there is replaced only after a question."""
    while True:
        details = problem or _("A file that is there is replaced only after a question.")
        typed = await answer_to(screen, AskPath(desk, Asked.SAVED, _("Where is it saved?"), details, str(proposed)))
        if typed is None:
            return None
        try:
            target = typed_path(typed)
        except ConsoleError as error:
            problem = error_text(error)
            continue
        if target.is_dir():
            target /= proposed.name
        replaces = Confirm(_("Replace this file?"), str(target), yes=_("replace"))
        if not target.exists() or await screen.app.push_screen_wait(replaces):
            return target
