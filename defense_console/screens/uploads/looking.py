"""Looking at what a student sent: what changed in it, and the file itself in the system's viewer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from defense_console.desk.uploads.comparing import reading_limits
from defense_console.model.defense import revision
from defense_console.model.defense.state import Defense, ReceivedFile, Revision
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Choose
from defense_console.screens.uploads import panels
from defense_console.screens.uploads.viewing import view
from defense_console.words.translation import _

if TYPE_CHECKING:
    from defense_console.desk.defense.revisions import RevisionsDesk


async def compare_files(screen: ConsoleScreen, desk: RevisionsDesk, each: Revision) -> None:
    """Show what changed since the version before; of several files one is chosen. A look begins the review."""
    from defense_console.screens.uploads.difference import DifferenceScreen, Subject, VersionLabel

    if each.answer is None:
        return
    pairs = revision.file_pairs(each.before, each.answer)
    place: int | None = 0  # a single one is not asked for
    if len(pairs) > 1:
        names = [_pair_words(pair) for pair in pairs]
        place = await screen.app.push_screen_wait(Choose(_("Which file?"), names))
    if place is None or not pairs:
        return
    old, new = pairs[place]
    before_at = each.before.at if each.before is not None else ""
    subject = Subject(
        document=panels.title_of(each, desk),
        old=VersionLabel(old.name, before_at) if old is not None else None,
        new=VersionLabel(new.name, each.answer.at) if new is not None else None,
        student=desk.student.name,
        requested=True,
        again=None if new is None else _again(each, new, desk.defense),
    )
    limits = reading_limits(screen.desk.settings)
    compute = screen.attempt(lambda: desk.comparing((old, new), screen.desk.vault, limits))
    if compute is not None:
        _begin_review(screen, desk, each)
        screen.app.push_screen(DifferenceScreen(subject, compute))


async def open_file(screen: ConsoleScreen, desk: RevisionsDesk, each: Revision) -> None:
    """Show the file itself in the system's viewer. A look begins the review."""
    if each.answer is not None and await view(screen, each.answer.files):
        _begin_review(screen, desk, each)


def _again(each: Revision, file: ReceivedFile, defense: Defense) -> int | None:
    """Return the number of the latest earlier version that had this very file."""
    answer, known = each.answer, revision.versions_of(each, defense)
    earlier = (version for version in reversed(known) if answer is not None and version.version < answer.version)
    return next((version.version for version in earlier if file.sha256 in version.hashes), None)


def _begin_review(screen: ConsoleScreen, desk: RevisionsDesk, each: Revision) -> None:
    if each.state == "received" and desk.read_only is None:
        screen.attempt(lambda: desk.review(each.request.id))


def _pair_words(pair: revision.FilePair) -> str:
    old, new = pair
    if new is None:
        return _("{name} (no longer there)", name=old.name if old is not None else "")
    return new.name if old is not None else _("{name} (new)", name=new.name)
