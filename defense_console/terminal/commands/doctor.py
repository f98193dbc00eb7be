"""`doctor`: what is wrong with the store and what belongs to it, and mending what can be mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from defense_console import clocks
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line, visible
from defense_console.terminal.base import Session, shared
from defense_console.terminal.worded import WordedCommand
from defense_console.terminal.words import OK, REFUSED, say_all, say_json, say_note, sentence
from defense_console.words.translation import _, date_time, ngettext

if TYPE_CHECKING:
    from defense_console.store.sqlite.damage.findings import Finding
    from defense_console.store.sqlite.damage.repairing import Repaired, RepairedLog


@click.command(
    "doctor", cls=WordedCommand, help=N_("Say what is wrong with the store; with --repair, mend what can be.")
)
@click.option("--repair", "mend", is_flag=True, help=N_("Mend what can be mended; what is there now is kept."))
@click.option("--json", "as_json", is_flag=True, help=N_("Print one JSON document."))
@shared
@click.pass_obj
def doctor(session: Session, mend: bool, as_json: bool) -> int:
    """Examine and mend; the exit code is 2 while something is wrong."""
    from defense_console.desk.upkeep.doctor import Doctor
    from defense_console.terminal.opening import backups_of, spool_folder
    from defense_console.terminal.progress import watched

    settings = session.settings
    backups, spool = backups_of(session.folder(), settings), spool_folder(settings)
    physician = Doctor(backups, clocks.read(), clocks.process_start, session.shipped, spool, watched)
    found = physician.examine()
    rebuilt, left = None, found
    if mend and any(each.repairable for each in found):
        mended = physician.repair(found)
        rebuilt, left = mended.rebuilt, mended.left
        if mended.notice is not None:
            say_note(sentence(mended.notice))
    if as_json:
        say_json(
            {
                "sound": not left,
                "found": [_shape(each, settings.zone) for each in found],
                "rebuilt": _rebuilt_shape(rebuilt),
                "left": [_shape(each, settings.zone) for each in left],
            }
        )
    else:
        say_all(_lines(found, rebuilt, left, mend, settings.zone))
    return REFUSED if left else OK


def _lines(
    found: tuple[Finding, ...], rebuilt: Repaired | None, left: tuple[Finding, ...], mend: bool, zone: str
) -> Iterator[str]:
    yield from _found_lines(found, zone)
    if rebuilt is not None:
        yield ""
        yield _("The store was built again. What was there before is kept: {path}", path=one_line(str(rebuilt.aside)))
        yield from (_log_text(log) for log in rebuilt.logs)
    if mend and found and left:
        yield ""
        yield _("Still wrong:")
        yield from _found_lines(left, zone)
    elif rebuilt is not None and any(log.lost or not log.lines for log in rebuilt.logs):
        yield ""
        yield _("The store is sound now, but not everything could be saved: the lines above say what is missing.")
    elif not left:
        yield _("Everything is sound.") if not found else _("Everything is sound now.")


def _found_lines(found: tuple[Finding, ...], zone: str) -> Iterator[str]:
    last = ""
    for each in found:
        yield _("{name}: {text}", name=visible(each.where), text=_said(each.problem, zone))
        remedy = _said(each.remedy, zone)
        if remedy != last:
            yield f"  → {remedy}"
        last = remedy


def _said(error: ConsoleError, zone: str) -> str:
    """Return what was found, with the instant of a copy as the mentor's own."""
    at = error.parameters.get("at")
    places = error.parameters if at is None else error.parameters | {"at": date_time(str(at), zone)}
    return sentence(ConsoleError(error.id, **places))


def _log_text(log: RepairedLog) -> str:
    stream = visible(log.stream)
    if not log.lines:
        return _("{stream}: nothing could be saved.", stream=stream)
    if log.lost:
        return ngettext(
            "{stream}: {lines} lines saved, {helped} from copies; {n} not proven is only in the kept file.",
            "{stream}: {lines} lines saved, {helped} from copies; {n} not proven are only in the kept file.",
            log.lost,
            stream=stream,
            lines=log.lines,
            helped=log.helped,
        )
    return _(
        "{stream}: all {lines} lines saved, {helped} from copies.", stream=stream, lines=log.lines, helped=log.helped
    )


def _shape(each: Finding, zone: str) -> dict[str, Any]:
    return {
        "kind": each.kind,
        "where": each.where,
        "text": _said(each.problem, zone),
        "remedy": _said(each.remedy, zone),
        "repairable": each.repairable,
    }


def _rebuilt_shape(rebuilt: Repaired | None) -> dict[str, Any] | None:
    if rebuilt is None:
        return None
    logs = [{"log": log.stream, "lines": log.lines, "helped": log.helped, "lost": log.lost} for log in rebuilt.logs]
    return {"kept": str(rebuilt.aside), "logs": logs}
