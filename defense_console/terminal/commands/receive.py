"""`receive`: documents of a student taken in from a file, a folder or an archive."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import one_line
from defense_console.terminal.base import Session, shared
from defense_console.terminal.worded import WordedCommand
from defense_console.terminal.words import say, say_all, say_json
from defense_console.words.translation import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from defense_console.desk.uploads.incoming import Incoming
    from defense_console.uploads.matching import UploadFinding


@click.command("receive", cls=WordedCommand, help=N_("Take in documents: a file, a folder or a ZIP archive."))
@click.option("--dry-run", is_flag=True, help=N_("Check everything and change nothing."))
@click.option(
    "--deliverable",
    "said",
    multiple=True,
    metavar="[NAME=]N",
    help=N_("Which deliverable the unmatched file is, or the file NAME, where * and ? may be used."),
)
@click.option("--json", "as_json", is_flag=True, help=N_("Print one JSON document."))
@click.argument("defense", metavar="ID")
@click.argument("path", metavar="PATH")
@shared
@click.pass_obj
def receive(session: Session, defense: str, path: str, dry_run: bool, said: tuple[str, ...], as_json: bool) -> None:
    """Look at what came, then take it; what is refused leaves the store as it was."""
    from defense_console.desk.uploads.words import incoming_lines, taken_text
    from defense_console.terminal.opening import whole_id

    if not path.strip():  # it would read as the folder one is in
        raise ConsoleError("{name} is missing.", name="PATH")
    with session.desk() if dry_run else session.writing_desk() as (store, desk):
        intake = desk.intake(whole_id(store, defense))
        incoming = intake.look(Path(path), [_said(each) for each in said])
        whose, titles = intake.whose, dict(intake.choices())
        if not dry_run:
            intake.take(incoming)
    if as_json:
        say_json(shape(incoming, taken=bool(incoming.keys) and not dry_run))
        return
    say(one_line(whose))
    say_all(one_line(line.text) for line in incoming_lines(incoming, titles))
    say(_("Nothing was changed: this was only a look.") if dry_run else taken_text(incoming))


def _said(text: str) -> tuple[str, int | str]:
    """Return the name and the deliverable of one `--deliverable`; a document with a free title is named by its row."""
    name, _sign, number = text.rpartition("=")
    return name, int(number) if number.isdecimal() else number


def shape(incoming: Incoming, taken: bool) -> dict[str, Any]:
    """Return what `--json` prints; see docs/json.md."""
    return {
        "taken": taken,
        "files": [
            {
                "name": file.name,
                "deliverable": file.deliverable,
                "row": file.key if isinstance(file.key, str) else None,
                "version": file.version,
                "size": file.size,
                "sha256": file.sha256,
                "change": file.change,
                "same_as": file.same_as,
                "findings": _findings(file.findings),
            }
            for file in incoming.files
        ],
        "findings": _findings(incoming.findings),
    }


def _findings(findings: Sequence[UploadFinding]) -> list[dict[str, str]]:
    from defense_console.desk.uploads.words import finding_text

    return [{"kind": finding.kind, "text": finding_text(finding)} for finding in findings]
