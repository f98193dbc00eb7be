"""Looking at what a student sent: what changed in it, and the file itself in the system's viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import work

from defense_console.desk.uploads.comparing import reading_limits
from defense_console.model.defense import revision
from defense_console.model.defense.state import ReceivedFile, Revision
from defense_console.model.errors import N_
from defense_console.screens.shared.dialogs import Choose
from defense_console.screens.shared.panel_screen import PanelScreen
from defense_console.screens.uploads import panels
from defense_console.screens.uploads.viewing import view
from defense_console.words.translation import _

if TYPE_CHECKING:
    from defense_console.desk.defense.revisions import RevisionsDesk


class Looking(PanelScreen):
    """The part of the revisions screen that shows documents. A look at what was received begins its review."""

    @property
    def revisions(self) -> RevisionsDesk:
        """The use cases of the screen."""
        raise NotImplementedError

    def chosen(self) -> Revision | None:
        """The document the cursor is on."""
        raise NotImplementedError

    @work(exclusive=True, group="dialog")
    async def compare_files(self) -> None:
        """What changed since the version before; of several files one is chosen."""
        from defense_console.screens.uploads.difference import DifferenceScreen, Subject, VersionLabel

        each = self.chosen()
        if each is None or each.answer is None:
            return
        pairs = revision.file_pairs(each.before, each.answer)
        place = await self._choose(_("Which file?"), [_pair_words(pair) for pair in pairs])
        if place is None:
            return
        old, new = pairs[place]
        before_at = each.before.at if each.before is not None else ""
        subject = Subject(
            document=panels.title_of(each, self.revisions),
            old=VersionLabel(old.name, before_at) if old is not None else None,
            new=VersionLabel(new.name, each.answer.at) if new is not None else None,
            student=self.revisions.student.name,
            requested=True,
            again=None if new is None else self._again(each, new),
        )
        limits = reading_limits(self.desk.settings)
        compute = self.attempt(lambda: self.revisions.comparing(pairs[place], self.desk.vault, limits))
        if compute is not None:
            self._begin_review(each)
            self.app.push_screen(DifferenceScreen(subject, compute))

    @work(exclusive=True, group="dialog")
    async def action_revisions_open_file(self) -> None:
        """The file itself, in the system's viewer."""
        each = self.chosen()
        if each is not None and each.answer is not None and await view(self, each.answer.files):
            self._begin_review(each)

    def _again(self, each: Revision, file: ReceivedFile) -> int | None:
        """Return the number of the latest earlier version that had this very file."""
        answer, known = each.answer, revision.versions_of(each, self.defense)
        earlier = (version for version in reversed(known) if answer is not None and version.version < answer.version)
        return next((version.version for version in earlier if file.sha256 in version.hashes), None)

    def _begin_review(self, each: Revision) -> None:
        if each.state == "received" and self.revisions.read_only is None:
            self.attempt(lambda: self.revisions.review(each.request.id))

    async def _choose(self, question: str, options: list[str]) -> int | None:
        """The place of the one that is meant; a single one is not asked for."""
        if len(options) < 2:
            return 0 if options else None
        return await self.app.push_screen_wait(Choose(question, options))


def _pair_words(pair: revision.FilePair) -> str:
    old, new = pair
    if new is None:
        return _(N_("{name} (no longer there)"), name=old.name if old is not None else "")
    return new.name if old is not None else _(N_("{name} (new)"), name=new.name)
