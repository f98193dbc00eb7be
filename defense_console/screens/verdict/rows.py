"""Documents to revise on a draft verdict: adding one, and editing what is asked of one."""

from __future__ import annotations

import msgspec

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.defense import revision
from defense_console.model.defense.revision import Row
from defense_console.model.defense.state import Request, Severity, Verification
from defense_console.screens.shared.asking import AskLine, answer_to
from defense_console.screens.shared.dialogs import CHOICES, Choose
from defense_console.screens.shared.panel_screen import DefensePanels
from defense_console.words.translation import _, language
from defense_console.words.values import SEVERITIES, VERIFICATIONS

_VERIFICATIONS: tuple[Verification, ...] = ("by_me", "by_other", "self_certified", "needs_defense")
_OTHER: dict[Severity, Severity] = {"required": "advice", "advice": "required"}


def row_of(desk: VerdictDesk, row_id: str) -> Row | None:
    """The document with this id, None when it is not asked for any more."""
    return next((row for row in desk.rows() if row.request.id == row_id), None)


async def add_row(screen: DefensePanels, desk: VerdictDesk) -> None:
    """Ask for one more document: one of the project's, or another one by its name."""
    taken = {row.request.deliverable for row in desk.rows()}
    free = [d for d in desk.project.deliverables if d.n not in taken][: len(CHOICES) - 1]
    options = [d.title.in_(language()) for d in free]  # without their own numbers: the list numbers them
    answer = await screen.app.push_screen_wait(
        Choose(_("Which document is to revise?"), [*options, _("another document, by its name")])
    )
    if answer is None:
        return
    if answer < len(free):
        _add(screen, desk, free[answer].n, "")
        return
    title = await answer_to(screen, AskLine(desk, Asked.DOCUMENT, _("Which document?"), placeholder=_("its name")))
    if title:
        _add(screen, desk, None, title)


def _add(screen: DefensePanels, desk: VerdictDesk, deliverable: int | None, title: str) -> None:
    """Add a document, put the cursor on it, and write what is expected of it."""
    known = {row.request.id for row in desk.rows()}
    if screen.attempt(lambda: desk.add_row(deliverable, title)) is None:
        return
    added = next((row.request.id for row in desk.rows() if row.request.id not in known), None)
    if added is not None:
        screen.panel("documents").choose(added)
        screen.focus_panel("documents")
        screen.write(f"row/{added}/expected")


async def edit_row(screen: DefensePanels, desk: VerdictDesk, row_id: str) -> None:
    """Change one thing about a document, chosen from a numbered list."""
    row = row_of(desk, row_id)
    if row is None:
        return
    request, project, tongue = row.request, desk.project, language()
    title = revision.row_title(request, project, tongue) or _("a document without a name")
    options = [
        _("document: {value}", value=title),
        _("why: {value}", value=request.reason or _("the criteria and what was observed")),
        _("expected: {value}", value=revision.row_expected(request, project, tongue) or "–"),
        _("severity: {value}, change it", value=_(SEVERITIES[request.severity])),
        _("verification: {value}", value=_(VERIFICATIONS[request.verification])),
    ]
    match await screen.app.push_screen_wait(Choose(_("What changes?"), options)):
        case 0:
            await _change_document(screen, desk, request)
        case 1:
            screen.write(f"row/{row_id}/reason")
        case 2:
            screen.write(f"row/{row_id}/expected")
        case 3:
            _set(screen, desk, request, severity=_OTHER[request.severity])
        case 4:
            await _change_verification(screen, desk, request)


def _set(screen: DefensePanels, desk: VerdictDesk, request: Request, **changes: object) -> None:
    changed = msgspec.structs.replace(request, **changes)
    if changed != request:
        screen.attempt(lambda: desk.set_row(changed))


async def _change_document(screen: DefensePanels, desk: VerdictDesk, request: Request) -> None:
    """A pre-filled row keeps its deliverable and may get another name; an added one may be any document."""
    found = () if request.proposed else desk.project.deliverables[: len(CHOICES) - 1]
    options = [d.title.in_(language()) for d in found]
    question = Choose(_("Which document is to revise?"), [*options, _("another document, by its name")])
    answer = 0 if request.proposed else await screen.app.push_screen_wait(question)
    if answer is not None and answer < len(found):
        _set(screen, desk, request, deliverable=found[answer].n, title="")
    elif answer is not None:
        screen.write(f"row/{request.id}/title")


async def _change_verification(screen: DefensePanels, desk: VerdictDesk, request: Request) -> None:
    options = [_(VERIFICATIONS[each]) for each in _VERIFICATIONS]
    answer = await screen.app.push_screen_wait(Choose(_("How is the new version verified?"), options))
    if answer is None:
        return
    _set(screen, desk, request, verification=_VERIFICATIONS[answer])
    if _VERIFICATIONS[answer] == "by_other":
        screen.write(f"row/{request.id}/verifier")
