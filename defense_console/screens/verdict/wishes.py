"""What the keys of the verdict and of the preview of its report would record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, cast

from defense_console.desk.defense.live import advancing, toggling
from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.desk.logs.one_log import TO_COME
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.signing import Guard
from defense_console.model.defense.state import OutcomeValue
from defense_console.model.errors import ConsoleError
from defense_console.screens.shared.wishes import (
    ON_A_DEFENSE,
    Seen,
    Whats,
    Wishes,
    needs,
    reads,
    records,
    unless,
    writes,
)

OnVerdict = Seen[VerdictDesk]


class OnReport(Seen[VerdictDesk], frozen=True):
    """The preview; its keys are those of the report's fields.

    Attributes:
        language: Of the report, "fr" or "en".
        version: Number of the released version that is read, None for the report as it is now.
        message: The message is read, not the report.
    """

    language: str = "en"
    version: int | None = None
    message: bool = False


# --- documents, and what the cursor is on ---------------------------------------------------------------------------


def _row(seen: OnVerdict) -> str:
    """The document under the cursor; where none could be changed anyhow, the law's own reason comes first."""
    if seen.panel == "documents" and seen.key:
        return seen.key
    without = ConsoleError("Choose a document to revise first: {key:panel.next} goes there.")
    raise seen.refusal(ev.RowKept("", True)) or without


def _moves_due(sign: int) -> Callable[[OnVerdict], Whats]:
    def wish(seen: OnVerdict) -> Whats:
        row = _row(seen)
        return (seen.desk.moving_due(row, sign * seen.desk.curriculum.rules.due_step_s),)

    return wish


def lifting_field(guard: Guard, desk: VerdictDesk) -> str:
    """The text field that lifts a guard, "" where no text does."""
    if guard.id == "not_observed":
        return f"criterion/{guard.parameters['criterion']}"
    if guard.id == "speaking_time":
        clocked = next((c.id for c in desk.curriculum.oral if c.from_clock), None)
        return f"criterion/{clocked}" if clocked else "note"
    return guard.id if guard.id in ("strength", "improvement", "reason") else ""


def guard_at(key: str, desk: VerdictDesk) -> Guard | None:
    """The guard on a line of the panel of guards. Args: key: of the line, `guard/<place>`."""
    guards, place = desk.guards(), int(key.partition("/")[2])
    return guards[place] if place < len(guards) else None


def _edits(seen: OnVerdict) -> Whats:
    key = needs(seen.key, "There is nothing to edit here.")
    if seen.panel == "guards":
        guard = guard_at(key, seen.desk)
        field = lifting_field(guard, seen.desk) if guard is not None else ""
        return (seen.desk.another_text(field),) if field else ()
    if seen.panel == "documents":
        return (ev.RowKept(key, True),)
    if seen.panel == "outcome":
        return (ev.OutcomeChosen(cast(OutcomeValue, key)),)
    return (seen.desk.another_text(key),)


def _comments(seen: OnVerdict) -> Whats:
    """Where the cursor is on no skill, the first one is meant."""
    skill = next((skill.ref for skill in seen.desk.curriculum.skills_of(seen.desk.project)), "")
    return (seen.desk.another_text(f"skill/{skill}"),)


# --- signing and after ----------------------------------------------------------------------------------------------


def _signs(seen: OnVerdict) -> Whats:
    """Once signed, the key releases."""
    return (seen.desk.releasing if seen.desk.defense.signed is not None else seen.desk.signing,)


def _amends(seen: OnVerdict) -> Whats:
    return (ev.AmendmentDropped() if seen.desk.defense.amendment else ev.AmendmentOpened(TO_COME),)


def _contests(seen: OnVerdict) -> Whats:
    return (ev.Contested(TO_COME) if seen.desk.defense.contested is None else ev.ContestResolved(TO_COME),)


def _shows_documents(seen: OnVerdict) -> Whats:
    return reads(seen.desk.defense.revisions, "Nothing is asked for: no conditional verdict is in force.")


VERDICT: Final[Wishes[OnVerdict]] = {
    **ON_A_DEFENSE,
    "clock.toggle": lambda seen: (toggling(seen.desk.defense),),
    "clock.next_phase": lambda seen: (advancing(seen.desk.defense),),
    "live.finish": records(ev.Finished()),
    "verdict.validated": records(ev.OutcomeChosen("validated")),
    "verdict.conditional": records(ev.OutcomeChosen("conditional")),
    "verdict.rework": records(ev.OutcomeChosen("rework")),
    "verdict.comment": _comments,
    "verdict.strength": writes("strength"),
    "verdict.improvement": writes("improvement"),
    "verdict.reason": writes("reason"),
    "verdict.goal": writes("goal"),
    "verdict.keep": lambda seen: (ev.RowKept(_row(seen), True),),
    "verdict.due_later": _moves_due(1),
    "verdict.due_earlier": _moves_due(-1),
    "verdict.add_row": lambda seen: (seen.desk.adding(None, TO_COME),),
    "verdict.edit_row": _edits,
    "verdict.reopen": records(ev.Reopened()),
    "verdict.sign": _signs,
    "verdict.revisions": _shows_documents,
    "verdict.amend": _amends,
    "verdict.contest": _contests,
    "verdict.next_attempt": lambda seen: unless(seen.desk.no_next_attempt),
    "report.message": lambda seen: unless(seen.desk.no_message),
}


# --- the report -----------------------------------------------------------------------------------------------------


def _present(seen: OnReport) -> str:
    """The field under the cursor, of the report as it is now."""
    if seen.message:
        raise ConsoleError("The message is made from the verdict: {key:preview.reader} shows the report.")
    if seen.version is not None:
        raise ConsoleError("A released version stays as it is: {key:preview.version} goes back to the present one.")
    return seen.key


def _rewrites(seen: OnReport) -> Whats:
    field = seen.desk.field_to_edit(seen.language, _present(seen))
    return (seen.desk.another_text(field),)


def _copies(seen: OnReport) -> Whats:
    return reads(seen.key, "There is no field to copy.")


def _shows_version(seen: OnReport) -> Whats:
    released = tuple(v.version for v in seen.desk.defense.versions if v.released_at is not None)
    return reads(released, "No version of the verdict was released yet.")


REPORT: Final[Wishes[OnReport]] = {
    **ON_A_DEFENSE,
    "preview.copy": _copies,
    "preview.copy_next": _copies,
    "preview.edit": _rewrites,
    "preview.generated": lambda seen: (ev.ParagraphEdited(_present(seen), seen.language, "", ""),),
    "preview.version": _shows_version,
    "report.message": lambda seen: unless(seen.desk.no_message),
}
