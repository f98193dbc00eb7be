"""What the panels of the brief say, as values; the waiting room shows some of them too."""

from __future__ import annotations

from textual.content import Content

from defense_console.desk.defense.brief import BriefDesk
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import N_
from defense_console.model.queue.path import ProjectStatus, glyph
from defense_console.safe_text import content
from defense_console.widgets.lists.panel import Item
from defense_console.words.translation import (
    _,
    clock_text,
    date_text,
    duration_text,
    in_words,
    language,
    ngettext,
    size_text,
    when,
)
from defense_console.words.values import OUTCOMES, PHASES, PROJECT_STATES, SESSIONS

PATH_STYLES: dict[ProjectStatus, str] = {
    "unknown": "$text-muted",
    "locked": "$text-muted",
    "open": "",
    "in_defense": "bold $text-accent",
    "revision_pending": "$text-warning",
    "validated": "$text-success",
    "to_repass": "$text-error",
}


def appointment(desk: BriefDesk, zone: str, now: str) -> Content:
    """When the defense is, how far away that is, and how long it takes."""
    defense = desk.defense
    length_s = 60 * defense.duration_min if defense.duration_min else desk.project.plan_s
    parts = [when(defense.planned_at, zone, now), in_words(defense.planned_at, zone, now), duration_text(length_s)]
    if defense.session != "planned":
        parts.append(_(SESSIONS[defense.session]))
    if defense.sitting.n > 1:
        parts.append(_("sitting {n}", n=defense.sitting.n))
    return content(" · ".join(parts))


def path_items(desk: BriefDesk, zone: str) -> tuple[Item, ...]:
    """The student's path as a strip, what its signs mean, and the last outcome before this defense."""
    path, here = desk.path, desk.defense.project
    strip: list[Content] = []
    for project, status in path:
        name = project.id.rpartition("-")[2]
        text = Content(f"{glyph(status)}{name}").stylize(PATH_STYLES[status])
        strip.append(Content("[") + text + Content("]") if project.id == here else text)
    used = [status for _project, status in path]
    shown = sorted(set(used), key=used.index)
    legend = " · ".join(f"{glyph(status)} {_(PROJECT_STATES[status])}" for status in shown)
    items = [Item(Content(" ").join(strip)), Item(Content(legend).stylize("$text-muted"))]
    last = last_outcome(desk, zone)
    items.append(Item(content(last if last else _("No outcome is known before this defense."))))
    return tuple(items)


def last_outcome(desk: BriefDesk, zone: str) -> str:
    """The latest outcome of this student on another defense, as a sentence; "" when none is known."""
    others = [s for s in desk.others if s.id != desk.id and s.outcome is not None and s.signed]
    if not others:
        return ""
    latest = max(others, key=lambda s: s.planned_at)
    assert latest.outcome is not None
    return _(
        "Last outcome: {project}, attempt {n}: {outcome}, on {day}.",
        project=latest.project,
        n=latest.attempt,
        outcome=_(OUTCOMES[latest.outcome]),
        day=date_text(latest.planned_at, zone),
    )


def check_items(desk: BriefDesk) -> tuple[Item, ...]:
    """The pre-flight checks, keyed by their id."""
    done = desk.defense.checks
    return tuple(
        Item(content(check.text.in_(language())), check.id, Content("[✓] " if check.id in done else "[ ] "))
        for check in desk.curriculum.checks
    )


def deliverable_items(desk: BriefDesk) -> tuple[Item, ...]:
    """The deliverables, received or missing as declared, keyed by their number."""
    items = []
    for deliverable in desk.project.deliverables:
        received = desk.defense.declared.get(deliverable.n)
        mark, word, style = {
            True: ("[✓] ", N_("received"), "$text-success"),
            False: ("[✗] ", N_("missing"), "$text-error"),
            None: ("[ ] ", N_("not declared"), "$text-muted"),
        }[received]
        title = content(f"{deliverable.n}. {deliverable.title.in_(language())}")
        told = Content(f" · {_(word)}").stylize(style)
        kept = _kept(desk, deliverable.n)
        items.append(Item(title + told + Content(kept).stylize("$text-muted"), str(deliverable.n), Content(mark)))
    return tuple(items)


def _kept(desk: BriefDesk, n: int) -> str:
    """The latest version of a deliverable whose files are kept, " · version 2, 3 files, 1.2 MB"; "" for none."""
    latest = desk.latest(n)
    if latest is None:
        return ""
    files = ngettext("{n} file", "{n} files", len(latest.files))
    size = size_text(sum(file.size for file in latest.files))
    return " · " + _("version {n}, {files}, {size}", n=latest.version, files=files, size=size)


def scenario_items(desk: BriefDesk) -> tuple[Item, ...]:
    """What the student was asked to do, and the phases of the defense."""
    project = desk.project
    phases = " · ".join(f"{_phase(p.id)} {p.target_s // 60} min" for p in project.phases)
    windowed = next((p for p in project.phases if p.min_s is not None and p.max_s is not None), None)
    items = [Item(content(project.scenario.in_(language()))), Item(content(phases).stylize("$text-muted"))]
    if windowed is not None and windowed.min_s is not None and windowed.max_s is not None:
        window = _("window {low}–{high} min", low=windowed.min_s // 60, high=windowed.max_s // 60)
        items[-1] = Item(content(f"{phases} · {window}").stylize("$text-muted"))
    return tuple(items)


def _phase(id: str) -> str:
    return _(PHASES.get(id, id))


def role_items(desk: BriefDesk) -> tuple[Item, ...]:
    """Whom the mentor plays until the debriefing; nothing when the project has no role."""
    role = desk.project.role
    if role is None:
        return (Item(Content(_("No role to play: you are yourself.")).stylize("$text-muted")),)
    lines = [Item(Content.assemble(content(role.name).stylize("bold"), ", ", content(role.title.in_(language()))))]
    text = N_("An invented character. You play it until the debriefing.")
    real = N_("You play it until the debriefing.")
    lines.append(Item(Content(_(text if role.invented else real)).stylize("$text-muted")))
    return tuple(lines)


def role_card(desk: BriefDesk) -> Content:
    """The role, the scenario it belongs to, and the questions to ask."""
    lines = [item.text for item in role_items(desk)]
    lines += [Content(""), content(desk.project.scenario.in_(language())), Content("")]
    lines += [Content("? ") + content(question.in_(language())) for question in desk.project.questions]
    return Content("\n").join(lines)


def question_items(desk: BriefDesk) -> tuple[Item, ...]:
    """The questions of the project, then those the mentor has parked."""
    items = [Item(content(text.in_(language())), mark=Content("? ")) for text in desk.project.questions]
    items += [Item(content(q.text), f"edit/{q.seq}", Content("q ")) for q in desk.defense.questions]
    return tuple(items)


def previous_items(desk: BriefDesk, zone: str) -> tuple[Item, ...]:
    """Earlier attempts at this project; the sittings of this one that were not held."""
    items = [Item(content(_previous(summary, zone))) for summary in desk.previous]
    for sitting in desk.defense.sittings[:-1]:
        text = _("Sitting {n}, {day}: {state}", n=sitting.n, day=date_text(sitting.planned_at, zone),
                 state=_(SESSIONS[sitting.session]))  # fmt: skip
        items.append(Item(content(f"{text} ({sitting.reason})" if sitting.reason else text)))
    acquired = len(desk.defense.acquired)
    if acquired:
        text = ngettext("{n} rating is carried over from the attempt before",
                        "{n} ratings are carried over from the attempt before", acquired)  # fmt: skip
        items.append(Item(Content(text)))
    if not items:
        items.append(Item(Content(_("none: this is the first")).stylize("$text-muted")))
    return tuple(items)


def _previous(summary: Summary, zone: str) -> str:
    outcome = _(OUTCOMES[summary.outcome]) if summary.outcome and summary.signed else _(SESSIONS[summary.session])
    day = date_text(summary.planned_at, zone)
    return _("Attempt {n}, {day}: {outcome}", n=summary.attempt, day=day, outcome=outcome)


def note_items(desk: BriefDesk) -> tuple[Item, ...]:
    """The notes on the defense, the newest first, keyed by the field that edits each."""
    notes = desk.defense.notes
    items = []
    for note in reversed(notes):
        marks = [clock_text(note.at_s)] if note.at_s else []
        marks += [note.criterion] if note.criterion else []
        marks.append(_("private") if note.private else _("shared"))
        lead = Content(" · ".join(marks) + "  ").stylize("$text-muted")
        items.append(Item(lead + content(note.text), f"edit/{note.seq}"))
    return tuple(items)
