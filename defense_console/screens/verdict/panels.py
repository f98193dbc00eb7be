"""What the panels of the verdict screen say, as values; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence

from textual.content import Content

from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.keys.keymap import command, commands_for, shown_keys
from defense_console.model.curriculum import ORAL
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.revision import Row
from defense_console.model.defense.signing import Guard
from defense_console.model.defense.state import Defense, OutcomeValue, Revision, Version
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import N_
from defense_console.safe_text import content
from defense_console.screens.shared.row_reasons import reason_lines
from defense_console.settings import Settings
from defense_console.widgets.lists.panel import Item
from defense_console.words.consequences import consequence
from defense_console.words.translation import (
    _,
    date_time,
    duration_text,
    language,
    ngettext,
    translator,
    when,
)
from defense_console.words.values import OUTCOMES, ROW_STATES, SEVERITIES, VERIFICATIONS

OUTCOME_ORDER: tuple[OutcomeValue, ...] = ("validated", "conditional", "rework")
OUTCOME_COMMANDS = {"validated": "verdict.validated", "conditional": "verdict.conditional", "rework": "verdict.rework"}
SKILL_STATES = {
    "acquired": ("✓", N_("acquired"), "$text-success"),
    "partial": ("◐", N_("partly acquired"), "$text-warning"),
    "not_acquired": ("✗", N_("not acquired"), "$text-error"),
    "not_assessed": ("–", N_("not assessed"), "$text-muted"),
    "unrated": ("…", N_("not all rated"), "$text-muted"),
}

_LIFTED_ON_THE_LINE = {
    "live.next_unrated": N_("{key:verdict.edit_row} on this line opens the rubric"),
    "live.note_criterion": N_("{key:verdict.edit_row} on this line writes it"),
}
"""What Enter on a guard does, by the command of another screen that lifts it."""


def shown_key(id: str, settings: Settings) -> str:
    """The key of a command as it is shown, "" without one."""
    keys = shown_keys(command(id), settings, language())
    return keys[0] if keys else ""


# --- outcome -----------------------------------------------------------------------------------------------------


def shown_in_force(defense: Defense) -> Version | None:
    """Return the version that is signed, or released with no other one drafted; None while a verdict is drafted."""
    return defense.signed or (defense.released if defense.drafting is None else None)


def outcome_words(desk: VerdictDesk, outcome: OutcomeValue, zone: str) -> str:
    """The label of an outcome, with the instant the documents are due once released, the time given before."""
    words = translator(language())
    if dues := [r.due_at for r in desk.defense.required_revisions if r.state in ("requested", "re_requested")]:
        return consequence(outcome, words, due=date_time(max(dues), zone)).label
    kept = [r.due_after_s for r in revision.kept_rows(desk.rows()) if r.severity == "required"]
    return consequence(outcome, words, after_s=max(kept, default=desk.curriculum.rules.student_due_s)).label


def outcome_items(desk: VerdictDesk, settings: Settings, zone: str) -> tuple[Item, ...]:
    """The suggestion and its reason, then the three outcomes with what happens next; none chosen by the console."""
    defense = desk.defense
    version = shown_in_force(defense)
    chosen = version.outcome if version is not None else defense.outcome
    items = [] if version is not None else [Item(_suggestion(desk), mark=Content("→ "))]
    for outcome in OUTCOME_ORDER:
        mark = "(●) " if outcome == chosen else "( ) "
        key = "" if version is not None else shown_key(OUTCOME_COMMANDS[outcome], settings) + "  "
        text = content(outcome_words(desk, outcome, zone))
        style = "bold" if outcome == chosen else "$text-muted" if chosen is not None else ""
        items.append(Item(Content.assemble((key, "bold $text-accent"), text.stylize(style)), mark=Content(mark)))
    return tuple(items)


def _suggestion(desk: VerdictDesk) -> Content:
    found = desk.suggestion()
    why = _(found.text_id, **dict(found.parameters))
    if found.outcome is None:
        return content(_("No suggestion yet: {reason}.", reason=why))
    return content(_("Suggested: {outcome} — {reason}.", outcome=_(OUTCOMES[found.outcome]), reason=why))


# --- documents ---------------------------------------------------------------------------------------------------


def kept_document_items(desk: VerdictDesk) -> tuple[Item, ...]:
    """One item per document to revise, keyed by its row id."""
    found = desk.rows()
    if not found:
        hint = N_("No document to revise: none of the criteria not met is proved by one, and none was added.")
        return (Item(Content(_(hint)).stylize("$text-muted")),)
    return tuple(Item(_document(row, desk), row.request.id, Content("[✓] " if row.kept else "[ ] ")) for row in found)


def _document(row: Row, desk: VerdictDesk) -> Content:
    request, project, tongue = row.request, desk.project, language()
    title = revision.row_title(request, project, tongue) or _("a document without a name")
    if not row.kept:
        return Content.assemble(content(title).stylize("strike $text-muted"), (" · " + _("dropped"), "$text-muted"))
    verification = _(VERIFICATIONS[request.verification])
    if request.verification == "by_other" and request.verifier:
        verification = _("verified by {name}", name=request.verifier)
    terms = (
        _(SEVERITIES[request.severity]),
        _("due {length} after release", length=duration_text(request.due_after_s)),
        verification,
    )
    parts = [content(title).stylize("bold"), content(" · ".join(terms)).stylize("$text-muted")]
    parts.extend(reason_lines(row.request, desk.defense, project))
    expected = revision.row_expected(request, project, tongue)
    if expected:
        parts.append(Content.assemble((_("Expected:") + " ", "$text-accent"), content(expected)))
    else:
        parts.append(Content("! " + _("nothing says what is expected")).stylize("$text-warning"))
    return Content("\n").join(parts)


def kept_titles(desk: VerdictDesk) -> tuple[str, ...]:
    """Names of the documents that are kept, in order."""
    kept = revision.kept_rows(desk.rows())
    return tuple(revision.row_title(request, desk.project, language()) for request in kept)


def released_items(desk: VerdictDesk, zone: str, now: str) -> tuple[Item, ...]:
    """The documents of the released verdict and how each stands; an overdue one says so."""
    items = []
    for each in desk.defense.revisions:
        title = revision.row_title(each.request, desk.project, language()) or _("a document without a name")
        items.append(Item(Content("\n").join([content(title).stylize("bold"), _standing(each, zone, now)])))
    if not items:
        items.append(Item(Content(_("No document is asked for.")).stylize("$text-muted")))
    return tuple(items)


def _standing(each: Revision, zone: str, now: str) -> Content:
    terms = [_(ROW_STATES[each.state]), _(SEVERITIES[each.request.severity])]
    if each.round > 1:
        terms.append(_("round {n}", n=each.round))
    if each.state in revision.AWAITED:
        terms.append(_("due {when}", when=when(each.due_at, zone, now)))
    text = content(" · ".join(terms)).stylize("$text-muted")
    if each.state in ("requested", "re_requested") and instant(each.due_at) < instant(now):
        return Content.assemble(("! " + _("overdue") + " · ", "bold $text-error"), text)
    return text


# --- skills and texts --------------------------------------------------------------------------------------------


def skill_items(desk: VerdictDesk) -> tuple[Item, ...]:
    """One item per skill, keyed `skill/<ref>`: its status, and the comment or the hint that writes one."""
    defense, items = desk.defense, []
    for result in rubric.skill_results(defense, desk.curriculum, desk.project):
        glyph, word, style = SKILL_STATES[result.status]
        name = result.title.in_(language()) if result.ref == ORAL else f"{result.ref} {result.title.in_(language())}"
        parts = [Content.assemble(content(name).stylize("bold"), (f" · {_(word)}", style))]
        comment = defense.skill_comments.get(result.ref, "")
        parts.append(content(comment) if comment else Content(_("no comment")).stylize("$text-muted"))
        items.append(Item(Content("\n").join(parts), f"skill/{result.ref}", Content(f"{glyph} ").stylize(style)))
    return tuple(items)


def text_items(defense: Defense) -> tuple[Item, ...]:
    """Strengths, improvements, reason and next goal, keyed by the field that edits each.

    Once signed and after the release, the reason is the one of that version.
    """
    items = [Item(content(line.text), f"edit/{line.seq}", Content("+ ")) for line in defense.strengths]
    items += [Item(content(line.text), f"edit/{line.seq}", Content("→ ")) for line in defense.improvements]
    version = shown_in_force(defense)
    reason = version.reason if version is not None else defense.reason
    fixed = ((_("Reason for the outcome:"), reason, "reason"), (_("Next goal:"), defense.goal, "goal"))
    for label, text, field in fixed:
        shown = content(text) if text else Content("–").stylize("$text-muted")
        items.append(Item(Content.assemble((label + " ", "$text-accent"), shown), field))
    hint = _("{key:verdict.strength} writes a strength, {key:verdict.improvement} something to improve")
    if not defense.lines:
        items.insert(0, Item(Content(hint).stylize("$text-muted")))
    return tuple(items)


# --- guards ------------------------------------------------------------------------------------------------------


def guard_items(guards: Sequence[Guard], settings: Settings) -> tuple[Item, ...]:
    """What stops the signature, then what is only told, each with the key that lifts it; keyed `guard/<place>`."""
    items = []
    for place, guard in enumerate(guards):
        mark = Content("✗ ").stylize("bold $text-error") if guard.hard else Content("· ").stylize("$text-warning")
        text = content(_(guard.text_id, **dict(guard.parameters)))
        lift = content(f" → {lift_words(guard.lift, settings)}").stylize("$text-muted")
        items.append(Item(text + lift, f"guard/{place}", mark))
    if not any(guard.hard for guard in guards):
        ready = _("Nothing stops the signature: {key:verdict.sign} signs.")
        items.insert(0, Item(Content(ready), mark=Content("✓ ").stylize("bold $text-success")))
    return tuple(items)


def lift_words(id: str, settings: Settings) -> str:
    """The key and the word of the command that lifts a guard.

    The guard about the outcome names all three keys: the console must not seem to prefer one. A command of the live
    screen is not named by its key, which may mean something else here: Enter on the guard's line leads there.
    """
    if id in OUTCOME_COMMANDS.values():
        return " ".join(shown_key(OUTCOME_COMMANDS[outcome], settings) for outcome in OUTCOME_ORDER)
    here = next((c for c in commands_for("verdict") if id in (c.id, dict(c.acts_as).get("verdict"))), None)
    if here is None:
        return _(_LIFTED_ON_THE_LINE[id])
    keys = shown_keys(here, settings, language())
    return f"{keys[0]} {_(here.label)}" if keys else _(here.label)


def to_settle(guards: Sequence[Guard]) -> str:
    """How many points are left before the signature, "" when there are none."""
    left = sum(guard.hard for guard in guards)
    return ngettext("{n} point to settle before signing", "{n} points to settle before signing", left) if left else ""
