"""What the panels of the verdict screen say, as values; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from textual.content import Content

from defense_console.desk.defense.verdict import VerdictDesk
from defense_console.keys.keymap import command, commands_for, shown_keys
from defense_console.model.curriculum import ORAL, Criterion
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.revision import Row
from defense_console.model.defense.signing import Guard
from defense_console.model.defense.state import Defense, Line, Note, OutcomeValue, Revision, Version
from defense_console.model.defense.timeline import instant
from defense_console.reports.content import message as messages
from defense_console.reports.content.report import fields
from defense_console.safe_text import capital, cells, content, shortened
from defense_console.screens.shared.criteria import short_id
from defense_console.screens.shared.row_reasons import reason_texts
from defense_console.settings import Settings
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item
from defense_console.widgets.lists.rubric_list import named, rating_mark, rating_words
from defense_console.words.consequences import Consequence, consequence
from defense_console.words.translation import (
    N_,
    _,
    clock_text,
    date_time,
    duration_text,
    language,
    translator,
    when,
)
from defense_console.words.values import OUTCOMES, ROW_STATES, SEVERITIES, VERIFICATIONS

OUTCOME_ORDER: tuple[OutcomeValue, ...] = ("validated", "conditional", "rework")
OUTCOME_COMMANDS = {"validated": "verdict.validated", "conditional": "verdict.conditional", "rework": "verdict.rework"}
SKILL_STATES = {
    "acquired": ("met", N_("acquired"), "$text-success"),
    "partial": ("to_improve", N_("partly acquired"), "$text-warning"),
    "not_acquired": ("not_met", N_("not acquired"), "$text-error"),
    "not_assessed": ("not_observed", N_("not assessed"), "$text-muted"),
    "unrated": ("not_rated", N_("not all rated"), "$text-muted"),
}
"""Mark, word and colour of a skill."""
LABEL = 40
"""Cells of the name of a field that the student will read, at most."""


def shown_key(id: str, settings: Settings) -> str:
    """The key of a command as it is shown, "" without one."""
    keys = shown_keys(command(id), settings, language())
    return keys[0] if keys else ""


def _labels(*labels: str) -> list[Content]:
    """Return labels as marks of one width."""
    width = max(map(cells, labels)) + 2
    return [Content.styled(label + " " * (width - cells(label)), "$text-muted") for label in labels]


def _muted(text: str) -> Content:
    return content(text).stylize("$text-muted")


# --- outcome -----------------------------------------------------------------------------------------------------


def shown_in_force(defense: Defense) -> Version | None:
    """Return the version that is signed, or released with no other one drafted; None while a verdict is drafted."""
    return defense.signed or (defense.released if defense.drafting is None else None)


def outcome_words(desk: VerdictDesk, outcome: OutcomeValue, zone: str) -> Consequence:
    """An outcome and what follows, with the instant the documents are due once released, the time given before."""
    words = translator(language())
    if dues := [r.due_at for r in desk.defense.required_revisions if r.state in ("requested", "re_requested")]:
        return consequence(outcome, words, due=date_time(max(dues), zone))
    kept = [r.due_after_s for r in revision.kept_rows(desk.rows()) if r.severity == "required"]
    return consequence(outcome, words, after_s=max(kept, default=desk.curriculum.rules.student_due_s))


def outcome_items(desk: VerdictDesk, settings: Settings, zone: str, width: int) -> tuple[Item, ...]:
    """The suggestion, the three outcomes with what happens next, the reason; no outcome is chosen by the console.

    While it is drafted, what happens next is said shorter where it would take a second line of so many cells: the
    documents say until when.
    """
    defense = desk.defense
    version = shown_in_force(defense)
    chosen = version.outcome if version is not None else defense.outcome
    drafted = defense.amendment if version is None else None
    suggested, because, *again = _labels(_("suggested"), _("reason"), *([_("new version")] if drafted else []))
    items = [Item(content(drafted or ""), mark=each) for each in again]
    items.append(Item(_suggestion(desk, version), mark=suggested))
    found = [outcome_words(desk, outcome, zone) for outcome in OUTCOME_ORDER]
    widest = max(cells(each.outcome) for each in found)
    for outcome, words in zip(OUTCOME_ORDER, found, strict=True):
        key = "" if version is not None else shown_key(OUTCOME_COMMANDS[outcome], settings) + " "
        style = "bold" if outcome == chosen else "$text-muted" if chosen is not None else ""
        name = words.outcome + " " * (widest - cells(words.outcome) + 2)
        head = Content.assemble(
            mark("chosen" if outcome == chosen else "unchosen"), " ", (key, "bold $text-accent"), (name, style)
        )
        follows = words.next
        if version is None and head.cell_length + 2 + cells(follows) > width:
            follows = consequence(outcome, translator(language())).next
        text = content(follows).stylize(style if outcome == chosen else "$text-muted")
        items.append(Item(text, "" if version is not None else outcome, head))
    items.append(Item(_reason(defense, version), mark=because))
    return tuple(items)


def _suggestion(desk: VerdictDesk, version: Version | None) -> Content:
    """What the rubric suggests and why; of a version what was suggested when it was signed."""
    if version is not None:
        return content(capital(_(OUTCOMES[version.suggested])) if version.suggested else "–")
    found = desk.suggestion()
    why = _(found.text_id, **dict(found.parameters))
    if found.outcome is None:
        return content(_("none yet: {reason}", reason=why))
    return content(_("{outcome}: {reason}", outcome=capital(_(OUTCOMES[found.outcome])), reason=why))


def _reason(defense: Defense, version: Version | None) -> Content:
    text = version.reason if version is not None else defense.reason
    if text:
        return content(text)
    return _muted("–" if version is not None else _("none yet: {key:verdict.reason} writes it"))


# --- documents ---------------------------------------------------------------------------------------------------


def kept_document_items(desk: VerdictDesk) -> tuple[Item, ...]:
    """One item per document to revise, keyed by its row id."""
    found = desk.rows()
    if not found:
        hint = N_("none: no criterion not met is proved by a document; {key:verdict.add_row} adds one")
        return (Item(_muted(_(hint))),)
    return tuple(_document(row, desk) for row in found)


def _document(row: Row, desk: VerdictDesk) -> Item:
    request, project, tongue = row.request, desk.project, language()
    title = content(revision.row_title(request, project, tongue) or _("a document without a name"))
    box = Content(mark("ticked" if row.kept else "unticked") + " ")
    if not row.kept:
        return Item(title.stylize("$text-muted"), request.id, box, _muted(_("dropped")))
    severity = _(SEVERITIES["required"]) if request.severity == "required" else _("advice, never blocks")
    why, expected, due, checked = _labels(_("why"), _("expected"), _("due"), _("checked"))
    rows = [(why, text) for text in reason_texts(request, desk.defense, project)]
    if wanted := revision.row_expected(request, project, tongue):
        rows.append((expected, content(wanted)))
    else:
        rows.append((expected, Content.styled("! " + _("nothing says what is expected"), "$text-warning")))
    until = _("{length} after release", length=duration_text(request.due_after_s))
    rows.append((due, content(f"{until}, {severity}")))
    if request.verification != "by_me":
        by = _(VERIFICATIONS[request.verification])
        if request.verification == "by_other" and request.verifier:
            by = _("verified by {name}", name=request.verifier)
        rows.append((checked, content(by)))
    return Item(title.stylize("bold"), request.id, box, rows=tuple(rows))


def kept_titles(desk: VerdictDesk) -> tuple[str, ...]:
    """Names of the documents that are kept, in order."""
    kept = revision.kept_rows(desk.rows())
    return tuple(revision.row_title(request, desk.project, language()) for request in kept)


def released_items(desk: VerdictDesk, zone: str, now: str) -> tuple[Item, ...]:
    """The documents of the released verdict and how each stands; an overdue one says so."""
    items = []
    for each in desk.defense.revisions:
        title = revision.row_title(each.request, desk.project, language()) or _("a document without a name")
        items.append(_standing(each, content(title), zone, now))
    return tuple(items) or (Item(_muted(_("No document is asked for."))),)


def _standing(each: Revision, title: Content, zone: str, now: str) -> Item:
    terms = [_(ROW_STATES[each.state]), _(SEVERITIES[each.request.severity])]
    if each.round > 1:
        terms.append(_("round {n}", n=each.round))
    due = Content()
    if each.state in revision.AWAITED:
        due = content(_("due {when}", when=when(each.due_at, zone, now)))
        if each.state in ("requested", "re_requested") and instant(each.due_at) < instant(now):
            due = Content.styled(f"! {_('overdue')}, {due.plain}", "bold $text-error")
    return Item(title.stylize("bold"), end=due, rows=((Content("  "), _muted(", ".join(terms))),))


# --- skills and texts --------------------------------------------------------------------------------------------


def skill_items(desk: VerdictDesk, settings: Settings, in_full: bool) -> tuple[Item, ...]:
    """One item per skill, keyed `skill/<ref>`: its status, and the comment or the key that writes one.

    Args:
        desk: The verdict.
        settings: For the key.
        in_full: With every rating and note, where no other panel shows those of the chosen skill.
    """
    items = []
    for result in rubric.skill_results(desk.defense, desk.curriculum, desk.project):
        name, word, style = SKILL_STATES[result.status]
        oral = result.ref == ORAL
        title = result.title.in_(language()) if oral else f"{result.ref} {result.title.in_(language())}"
        end = _muted(_("remarks only")) if oral and result.status == "acquired" else Content.styled(_(word), style)
        rows = [(Content("  "), _comment(desk, result.ref, settings))]
        rows += _ratings(desk, result.ref) if in_full else ()
        head = Content.styled(f"{mark(name)} ", style)
        items.append(Item(content(title).stylize("bold"), f"skill/{result.ref}", head, end, tuple(rows)))
    return tuple(items)


def _comment(desk: VerdictDesk, ref: str, settings: Settings) -> Content:
    if comment := desk.defense.skill_comments.get(ref, ""):
        return content(comment)
    key = "" if shown_in_force(desk.defense) is not None else f"   {shown_key('verdict.comment', settings)}"
    return Content.assemble((_("no comment"), "$text-muted"), (key, "$text-accent"))


def _criteria(desk: VerdictDesk, ref: str) -> tuple[Criterion, ...]:
    skills = desk.curriculum.skills_of(desk.project)
    return next((skill.criteria for skill in skills if skill.ref == ref), ())


def _ratings(desk: VerdictDesk, ref: str) -> Iterator[tuple[Content, Content]]:
    """Yield a row for each criterion of a skill: its mark and short name, its rating, what was noted."""
    for criterion in _criteria(desk, ref):
        rating = rubric.rating_of(desk.defense, criterion.id)
        short = short_id(criterion.id, desk.project)
        notes = [
            _("{at} “{text}”", at=clock_text(note.at_s), text=note.text) for note in _shared_notes(desk, criterion)
        ]
        text = content(", ".join([rating_words(rating).plain.partition(" ")[2], *notes]))
        yield Content.styled(f"  {rating_mark(rating)} {short}  ", "$text-muted"), text


def rated_items(desk: VerdictDesk, ref: str) -> tuple[Item, ...]:
    """The criteria of a skill with their ratings, each with what was noted on it."""
    items = []
    ratings = [rating_words(rubric.rating_of(desk.defense, c.id)) for c in _criteria(desk, ref)]
    width = max((each.cell_length for each in ratings), default=0) + 2
    for criterion, rating in zip(_criteria(desk, ref), ratings, strict=True):
        notes = _shared_notes(desk, criterion)
        rows = tuple((_muted(f"{mark('note')} {clock_text(note.at_s)}  "), content(note.text)) for note in notes)
        text = content(named(criterion, language()))
        items.append(Item(text, mark=rating.extend_right(width - rating.cell_length), rows=rows))
    return tuple(items)


def _shared_notes(desk: VerdictDesk, criterion: Criterion) -> tuple[Note, ...]:
    """Return the notes on a criterion that the student may read: what is private stays on the live screen."""
    return tuple(note for note in desk.defense.notes if note.criterion == criterion.id and not note.private)


def text_items(defense: Defense) -> tuple[Item, ...]:
    """Strengths, improvements and next goal, each keyed by the field that writes it."""
    strength, improve, goal = _labels(_("strength"), _("improve"), _("goal"))
    items = [*_lines(defense.strengths, "strength", strength), *_lines(defense.improvements, "improvement", improve)]
    items.append(Item(content(defense.goal) if defense.goal else _muted(_("none yet")), "goal", goal))
    return tuple(items)


def _lines(lines: Sequence[Line], field: str, label: Content) -> Iterator[Item]:
    """Yield the lines of a kind under one label; without any the field that writes the first."""
    if not lines:
        yield Item(_muted(_("none yet")), field, label)
    for place, each in enumerate(lines):
        head = label if place == 0 else Content(" " * label.cell_length)
        yield Item(content(each.text), f"edit/{each.seq}", head)


# --- guards ------------------------------------------------------------------------------------------------------


def guard_items(desk: VerdictDesk, guards: Sequence[Guard], settings: Settings) -> tuple[Item, ...]:
    """What stops the signature, then what is only mentioned, each with the key that lifts it; then what is settled.

    The first two are keyed `guard/<place>`.
    """
    items = []
    for place, guard in enumerate(guards):
        name, style = ("not_met", "bold $text-error") if guard.hard else ("to_improve", "bold $text-warning")
        end = Content.styled(lift_key(guard, settings), "$text-accent")
        items.append(Item(guard_words(guard), f"guard/{place}", Content.styled(f"{mark(name)} ", style), end))
    done = Content.styled(f"  {mark('met')} ", "$text-success")
    items += [Item(_muted(text), mark=done) for text in _settled(desk, {guard.id for guard in guards})]
    return tuple(items)


def guard_words(guard: Guard) -> Content:
    """What is missing, in a sentence."""
    return content(_(guard.text_id, **dict(guard.parameters)))


def _settled(desk: VerdictDesk, open_ids: set[str]) -> Iterator[str]:
    """Yield what does not stop the signature any more."""
    defense = desk.defense
    if "rated" not in open_ids:
        found = rubric.counts(defense, desk.curriculum, desk.project)
        yield _("{n} of {total} criteria rated", n=found.rated, total=found.total)
    if defense.outcome is not None and "reason" not in open_ids:
        as_suggested = defense.outcome == desk.suggestion().outcome
        yield _("the outcome is the one suggested") if as_suggested else _("the reason is written")
    if defense.improvements:
        yield _("something to improve is written")
    if defense.strengths:
        yield _("a strength is written")


def lift_key(guard: Guard, settings: Settings) -> str:
    """The key of the command that lifts a guard.

    The guard about the outcome names all three: the console must not seem to prefer one. A command of the live screen
    is not named by its key, which may mean something else here: Enter on the guard's line leads there.
    """
    if guard.lift in OUTCOME_COMMANDS.values():
        return " ".join(shown_key(OUTCOME_COMMANDS[outcome], settings) for outcome in OUTCOME_ORDER)
    here = next((c for c in commands_for("verdict") if guard.lift in (c.id, dict(c.acts_as).get("verdict"))), None)
    return shown_key(here.id if here is not None else "verdict.edit_row", settings)


# --- what the student will read ----------------------------------------------------------------------------------


def student_items(desk: VerdictDesk, tongue: str) -> tuple[Item, ...]:
    """The report for the student as it reads now; once released and nothing newer is drafted, the message."""
    if desk.no_message is None and desk.defense.drafting is None:
        return tuple(Item(content(text)) for text in messages.text(desk.message(tongue)).split("\n") if text)
    report = desk.report("student", tongue)
    found = fields(report)
    titles = [shortened(field.title, LABEL) for field in found]
    width = max(map(cells, titles), default=0) + 2
    items = [Item(content(capital(report.verdict.label)).stylize("bold"))]
    for title, field in zip(titles, found, strict=True):
        label = Content.styled(title + " " * (width - cells(title)), "$text-muted")
        items.append(Item(content(field.text), mark=label))
    return tuple(items)
