"""What the panels of the revisions screen say, as values; nothing here changes anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from defense_console.model.defense import revision
from defense_console.model.defense.state import SETTLED, Defense, Delivery, Revision, RowState, Version
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.safe_text import content
from defense_console.screens.shared.row_reasons import reason_lines
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item
from defense_console.words.translation import _, date_text, date_time, in_words, language, size_text, when
from defense_console.words.values import OUTCOMES, ROW_STATES, SEVERITIES, VERIFICATIONS

if TYPE_CHECKING:
    from defense_console.desk.defense.revisions import RevisionsDesk

STATE_MARKS: dict[RowState, tuple[str, str]] = {
    "requested": ("student_turn", "$text-warning"),
    "re_requested": ("carried", "$text-warning"),
    "received": ("my_turn", "bold $text-primary"),
    "under_review": ("live", "bold $text-primary"),
    "accepted": ("met", "$text-success"),
    "waived": ("parked", "$text-muted"),
    "withdrawn": ("parked", "$text-muted"),
    "expired": ("not_met", "$text-error"),
}
"""Mark and colour of a state; its word always stands next to it."""


# --- the two deadlines -------------------------------------------------------------------------------------------


def whose_turn(desk: RevisionsDesk, zone: str, now: str) -> Content:
    """The one sentence that says who has to act and until when, in the mentor's zone and in the student's."""
    defense = desk.defense
    if defense.signed is not None:
        text = _("Verdict {n} is signed, not released.", n=defense.signed.version)
        return Content(f"{mark('my_turn')} {text}").stylize("bold $text-warning")
    if (proposed := desk.proposal()) is not None:
        return _proposed(desk, proposed)
    if desk.mentor_due is not None:
        return _until(_YOU, desk.mentor_due, desk, zone, now)
    if desk.student_due is not None:
        return _until(_STUDENT, desk.student_due, desk, zone, now)
    released = defense.released
    if released is not None and released.outcome != "conditional":
        places = {"n": released.version, "outcome": _(OUTCOMES[released.outcome])}
        text = _("Verdict {n}: {outcome}. Nothing is asked for any more.", **places)
        return content(f"{mark('met')} {text}")
    return Content(_("Nothing is owed: only advice was given."))


def _proposed(desk: RevisionsDesk, proposed: str) -> Content:
    if proposed != "validated":
        text = _("A required document was closed as expired: to rework is proposed.")
        return Content("! " + text).stylize("bold $text-error")
    following = desk.next_project
    if following is None:
        text = _("Every required document is settled: validated is proposed. It was the last project.")
    else:
        text = _("Every required document is settled: validated is proposed, {project} opens.", project=following.id)
    return content(f"{mark('met')} {text}").stylize("bold $text-success")


_YOU = (N_("You decide until {when}, {away}"), N_("You should have decided until {when}, {away}"))
_STUDENT = (N_("The student has time until {when}, {away}"), N_("The student had time until {when}, {away}"))


def _until(sentences: tuple[str, str], due: str, desk: RevisionsDesk, zone: str, now: str) -> Content:
    """“You decide until Friday 14:00, in 41 h · for the student 2026-11-27 08:00 (America/Montreal)”."""
    seconds = round((instant(due) - instant(now)).total_seconds())
    text = _(sentences[seconds < 0], when=when(due, zone, now), away=in_words(due, zone, now, due=True))
    theirs = desk.student.timezone
    if theirs and theirs != zone:
        text += " · " + _("for the student {when} ({zone})", when=date_time(due, theirs), zone=theirs)
    if seconds < 0:
        return content("! " + _("OVERDUE") + " · " + text).stylize("bold $text-error")
    return content(text).stylize("bold")


# --- documents -----------------------------------------------------------------------------------------------------


def document_items(desk: RevisionsDesk, zone: str, now: str) -> tuple[Item, ...]:
    """One item per document asked for, keyed by its row id: what is asked, what came, what changed."""
    rows = desk.defense.revisions
    return tuple(Item(_document(each, desk, zone, now), each.request.id, *_state(each)) for each in rows)


def _state(each: Revision) -> tuple[Content, Content]:
    """Return the mark of its state, and the word for the right end of its line."""
    name, style = STATE_MARKS[each.state]
    return Content.styled(f"{mark(name)} ", style), Content.styled(_(ROW_STATES[each.state]), style)


def title_of(each: Revision, desk: RevisionsDesk) -> str:
    """Name of the document."""
    return revision.row_title(each.request, desk.project, language()) or _("a document without a name")


def _document(each: Revision, desk: RevisionsDesk, zone: str, now: str) -> Content:
    parts = [content(title_of(each, desk)).stylize("bold"), _terms(each, zone, now)]
    change = change_line(each, desk.defense)
    if change is not None:
        parts.append(change)
    if each.answer is not None:
        parts.append(_delivered(each.answer, zone, now))
    expected = revision.row_expected(each.request, desk.project, language(), desk.curriculum.oral)
    if expected:
        parts.append(Content.assemble((_("Expected:") + " ", "$text-muted"), content(expected)))
    parts += reason_lines(each.request, desk.defense, desk.project)
    if each.decision_reason:
        parts.append(Content.assemble((_("Decision:") + " ", "$text-muted"), content(each.decision_reason)))
    return Content("\n").join(parts)


def _terms(each: Revision, zone: str, now: str) -> Content:
    """Weight, round, due date: what a queue of documents is read by."""
    parts = [Content(_(SEVERITIES[each.request.severity]))]
    if each.round > 1:
        parts.append(Content(_("round {n}", n=each.round)))
    if each.state in revision.AWAITED:
        due = _("due {when}", when=when(each.due_at, zone, now))
        late = revision.row_overdue(each, now)
        parts.append(Content("! " + _("overdue") + ", " + due).stylize("bold $text-error") if late else Content(due))
    if each.request.verification != "by_me":
        word = _(VERIFICATIONS[each.request.verification])
        named = each.request.verification == "by_other" and each.request.verifier
        parts.append(content(_("verified by {name}", name=each.request.verifier) if named else word))
    return Content(" · ").join(parts)


def change_line(each: Revision, defense: Defense) -> Content | None:
    """What changed against the version that was asked to change; None while nothing came in this round."""
    version = each.before.version if each.before is not None else 0
    match revision.change_of(each, defense):
        case "again":
            same = each.answer and revision.same_as(each.answer, revision.versions_of(each, defense))
            text = _("VERSION {n} AGAIN: every byte is the same", n=same)
            return _loud(text)
        case "unchanged":
            text = _("UNCHANGED although requested: every byte is that of version {n}", n=version)
            return _loud(text)
        case "changed":
            return Content(f"{mark('changed')} " + _("changed since version {n}", n=version)).stylize("$text-success")
        case "new":
            return Content(f"{mark('new')} " + _("new: there is no earlier version to compare with")).stylize(
                "$text-muted"
            )
        case "declared":
            return Content(f"{mark('over')} " + _("declared received, without a file")).stylize("$text-warning")
    return None


def _loud(text: str) -> Content:
    """What must not be missed."""
    return Content(f" {mark('same')} {text} ").stylize("bold reverse $text-error")


def _delivered(delivery: Delivery, zone: str, now: str) -> Content:
    files = ", ".join(f"{file.name} ({size_text(file.size)})" for file in delivery.files)
    head = _("Version {n}, {when}", n=delivery.version, when=when(delivery.at, zone, now))
    return content(_("{version}: {files}", version=head, files=files) if files else head).stylize("$text-muted")


# --- beside the documents ------------------------------------------------------------------------------------------


def delivery_items(each: Revision | None, desk: RevisionsDesk, zone: str, now: str) -> tuple[Item, ...]:
    """Every version of the chosen document, the newest first."""
    if each is None:
        return ()
    versions = revision.versions_of(each, desk.defense)
    if not versions:
        return (Item(Content(_("no version was taken in")).stylize("$text-muted")),)
    return tuple(Item(_delivered(delivery, zone, now)) for delivery in reversed(versions))


def count_line(desk: RevisionsDesk) -> str:
    """Return how many required documents are settled."""
    required = desk.defense.required_revisions
    settled = sum(1 for each in required if each.state in SETTLED)
    return _("{n} of {total} settled", n=settled, total=len(required))


def version_items(versions: tuple[Version, ...], zone: str) -> tuple[Item, ...]:
    """Every version of the verdict, the newest first, keyed by its number."""
    words = {
        "signed": N_("signed, not released"),
        "released": N_("in force"),
        "superseded": N_("superseded"),
        "draft": N_("draft"),
    }
    items = []
    for version in reversed(versions):
        at = date_text(version.released_at or version.signed_at, zone)
        outcome = _("Version {n}: {outcome}", n=version.version, outcome=_(OUTCOMES[version.outcome]))
        text = content(f"{outcome}, {_(words[version.state])}")
        if version.amendment:
            text = Content("\n").join([text, content(_("Why: {reason}", reason=version.amendment))])
        items.append(Item(text, f"{version.version}", end=Content.styled(at, "$text-muted")))
    return tuple(items)
