"""Documents to revise on the verdict screen: keep, drop, add, edit, move the due date."""

from __future__ import annotations

import msgspec
from textual import work
from textual.content import Content

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.model.defense import revision
from defense_console.model.defense.revision import Row
from defense_console.model.defense.state import Request, Severity, Verification
from defense_console.safe_text import content, shortened
from defense_console.screens.shared.asking import Ask, answer_to
from defense_console.screens.shared.dialogs import CHOICES, Choose
from defense_console.screens.shared.panel_screen import PanelScreen
from defense_console.words.translation import _, language
from defense_console.words.values import SEVERITIES, VERIFICATIONS

_VERIFICATIONS: tuple[Verification, ...] = ("by_me", "by_other", "self_certified", "needs_defense")
_OTHER: dict[Severity, Severity] = {"required": "advice", "advice": "required"}


class RowEditing(PanelScreen):
    """The part of the verdict screen that changes documents to revise; its panel is `documents`."""

    @property
    def verdict(self) -> VerdictDesk:
        """The use cases of the screen."""
        raise NotImplementedError

    def _row(self, row_id: str) -> Row | None:
        return next((row for row in self.verdict.rows() if row.request.id == row_id), None)

    def show_row(self, row_id: str) -> None:
        """Put the cursor on a document."""
        self.panel("documents").choose(row_id)
        self.focus_panel("documents")

    def field_label(self, field: str) -> str | Content:
        """A text of a document names the document: several are on the screen, and none is marked while one types."""
        label = super().field_label(field)
        kind, _slash, rest = field.partition("/")
        row = self._row(rest.partition("/")[0]) if kind == "row" else None
        title = revision.row_title(row.request, self.verdict.project, language()) if row is not None else ""
        return Content.assemble(label, content(f" · {shortened(title, 24)}")) if title else label

    # --- one key -------------------------------------------------------------------------------------------------

    def action_verdict_keep(self) -> None:
        """Keep or drop the document."""
        row = self._row(self.panel("documents").key)
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

    # --- add -----------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="dialog")
    async def action_verdict_add_row(self) -> None:
        """Ask for one more document: one of the project's, or another one by its name."""
        if not self.keep_text():
            return
        taken = {row.request.deliverable for row in self.verdict.rows()}
        free = [d for d in self.verdict.project.deliverables if d.n not in taken][: len(CHOICES) - 1]
        options = [d.title.in_(language()) for d in free]  # without their own numbers: the list numbers them
        answer = await self.app.push_screen_wait(
            Choose(_("Which document is to revise?"), [*options, _("another document, by its name")])
        )
        if answer is None:
            return
        if answer < len(free):
            self._add(free[answer].n, "")
            return
        title = await answer_to(
            self, Ask(self.verdict, Asked.DOCUMENT, _("Which document?"), placeholder=_("its name"))
        )
        if title:
            self._add(None, title)

    def _add(self, deliverable: int | None, title: str) -> None:
        known = {row.request.id for row in self.verdict.rows()}
        if self.attempt(lambda: self.verdict.add_row(deliverable, title)) is None:
            return
        added = next((row.request.id for row in self.verdict.rows() if row.request.id not in known), None)
        if added is not None:
            self.show_row(added)
            self.write(f"row/{added}/expected")

    # --- edit ----------------------------------------------------------------------------------------------------

    @work(exclusive=True, group="dialog")
    async def edit_row(self, row_id: str) -> None:
        """Change one thing about a document, chosen from a numbered list."""
        row = self._row(row_id)
        if row is None or not self.keep_text():
            return
        request, project, tongue = row.request, self.verdict.project, language()
        title = revision.row_title(request, project, tongue) or _("a document without a name")
        options = [
            _("document: {value}", value=title),
            _("why: {value}", value=request.reason or _("the criteria and what was observed")),
            _("expected: {value}", value=revision.row_expected(request, project, tongue) or "–"),
            _("severity: {value}, change it", value=_(SEVERITIES[request.severity])),
            _("verification: {value}", value=_(VERIFICATIONS[request.verification])),
        ]
        answer = await self.app.push_screen_wait(Choose(_("What changes?"), options))
        match answer:
            case 0:
                await self._change_document(request)
            case 1:
                self.write(f"row/{row_id}/reason")
            case 2:
                self.write(f"row/{row_id}/expected")
            case 3:
                self._set(request, severity=_OTHER[request.severity])
            case 4:
                await self._change_verification(request)

    def _set(self, request: Request, **changes: object) -> None:
        changed = msgspec.structs.replace(request, **changes)
        if changed != request:
            self.attempt(lambda: self.verdict.set_row(changed))

    async def _change_document(self, request: Request) -> None:
        """A pre-filled row keeps its deliverable and may get another name; an added one may be any document."""
        if request.id.startswith("d"):
            self.write(f"row/{request.id}/title")
            return
        found = self.verdict.project.deliverables[: len(CHOICES) - 1]
        options = [d.title.in_(language()) for d in found]
        answer = await self.app.push_screen_wait(
            Choose(_("Which document is to revise?"), [*options, _("another document, by its name")])
        )
        if answer is None:
            return
        if answer < len(found):
            self._set(request, deliverable=found[answer].n, title="")
        else:
            self.write(f"row/{request.id}/title")

    async def _change_verification(self, request: Request) -> None:
        options = [_(VERIFICATIONS[each]) for each in _VERIFICATIONS]
        answer = await self.app.push_screen_wait(Choose(_("How is the new version verified?"), options))
        if answer is None:
            return
        self._set(request, verification=_VERIFICATIONS[answer])
        if _VERIFICATIONS[answer] == "by_other":
            self.write(f"row/{request.id}/verifier")
