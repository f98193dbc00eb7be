"""What the panels of the brief say, as values; the waiting room shows some of them too."""

from __future__ import annotations

from pathlib import PurePath

from textual.content import Content

from defense_console.desk.defense.brief import BriefDesk
from defense_console.model.defense.summary import Summary
from defense_console.model.defense.timeline import Timeline, later
from defense_console.model.errors import N_
from defense_console.model.log.envelope import Stamp
from defense_console.safe_text import capital, cells, content, one_line, shortened
from defense_console.widgets.clock import phase_bar
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item
from defense_console.widgets.plots.path_strip import path_legend, path_strip
from defense_console.words.translation import (
    _,
    clock_text,
    date_text,
    in_words,
    language,
    ngettext,
    short_day,
    short_when,
    size_text,
    time_of_day,
    when,
)
from defense_console.words.values import OUTCOMES, PHASES, SESSIONS


def appointment(desk: BriefDesk, zone: str, now: str, width: int) -> Content:
    """Return in how long the defense starts and when it ends, and what else fits in so many cells."""
    defense, at = desk.defense, desk.defense.planned_at
    hour, away = time_of_day(at, zone), in_words(at, zone, now)
    if defense.session != "planned":
        first, rest = capital(_(SESSIONS[defense.session])), when(at, zone, now)
    else:
        late = at <= now
        first = _("was to start {away}", away=away) if late else _("starts {away}", away=away)
        day = short_day(at, zone)
        rest = _("at {time}", time=hour) if day == short_day(now, zone) else f"{day} {hour}"
    ends = _("ends {time}", time=time_of_day(later(at, desk.project.plan_s), zone))
    text = Content.assemble((first, "bold"), f", {rest}, {ends}")
    if defense.sitting.n > 1:
        text = text + Content("   " + _("sitting {n}", n=defense.sitting.n))
    for more in window_words(desk):
        if text.cell_length + 3 + cells(more) <= width:
            return text + Content.styled(f"   {more}", "$text-muted")
    return text


def window_words(desk: BriefDesk) -> tuple[str, ...]:
    """Return the window of the first phase that has one, long and short; empty without one."""
    phase = next((p for p in desk.project.phases if p.min_s is not None and p.max_s is not None), None)
    if phase is None or phase.min_s is None or phase.max_s is None:
        return ()
    minutes = f"{phase.min_s // 60}–{phase.max_s // 60}"
    return (_("window of the {phase} {minutes} min", phase=_phase(phase.id), minutes=minutes),
            _("window {minutes} min", minutes=minutes))  # fmt: skip


def plan_bar(desk: BriefDesk, zone: str, now: Stamp, width: int) -> tuple[Content, Content]:
    """Return the bar of the plan with nothing passed, and the names under it; from now on once its hour has passed."""
    start = max(desk.defense.planned_at, now.wall)
    end = later(start, desk.project.plan_s)
    plan = Timeline(phases=desk.project.phases)
    return phase_bar.between(time_of_day(start, zone), time_of_day(end, zone), plan, now, width)


def path_items(desk: BriefDesk, zone: str, legend: bool) -> tuple[Item, ...]:
    """Return the student's path as a strip, what its marks mean, and what was before this defense."""
    items = [Item(path_strip(desk.path, desk.defense.project))]
    if not legend:
        return (*items, *previous_items(desk, zone))
    items.append(Item(path_legend(desk.path)))
    last = last_outcome(desk, zone)
    items.append(Item(content(last if last else _("No outcome is known before this defense."))))
    return (*items, *previous_items(desk, zone))


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
        Item(
            content(check.text.in_(language())),
            check.id,
            Content(mark("ticked" if check.id in done else "unticked") + " "),
        )
        for check in desk.curriculum.checks
    )


def deliverable_items(desk: BriefDesk, zone: str, now: str) -> tuple[Item, ...]:
    """Return the deliverables as declared, keyed by their number; at the right what was kept, and when."""
    items = []
    for deliverable in desk.project.deliverables:
        received = desk.defense.declared.get(deliverable.n)
        name = {True: "ticked", False: "crossed", None: "unticked"}[received]
        title = content(f"{deliverable.n} {deliverable.title.in_(language())}")
        end = Content.styled(_("missing"), "$text-warning")
        if received:
            end = Content.styled(_kept(desk, deliverable.n, zone, now) or _("received"), "$text-muted")
        items.append(Item(title, str(deliverable.n), Content(mark(name) + " "), end))
    return tuple(items)


def _kept(desk: BriefDesk, n: int, zone: str, now: str) -> str:
    """Return what was kept of the latest version of a deliverable, `pdf 48 kB, Mon 23`; "" for no files."""
    latest = desk.latest(n)
    if latest is None:
        return ""
    kind = one_line(PurePath(latest.files[0].name).suffix[1:].lower())
    what = kind if len(latest.files) == 1 and kind else ngettext("{n} file", "{n} files", len(latest.files))
    size = size_text(sum(file.size for file in latest.files))
    version = _("version {n}", n=latest.version) + ", " if latest.version > 1 else ""
    return f"{version}{shortened(what, 8)} {size}, {short_when(latest.at, zone, now)}"


def scenario_items(desk: BriefDesk) -> tuple[Item, ...]:
    """What the student was asked to do."""
    return (Item(content(desk.project.scenario.in_(language()))),)


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
    lines += [Content(mark("open") + " ") + content(question.in_(language())) for question in desk.project.questions]
    return Content("\n").join(lines)


def question_items(desk: BriefDesk) -> tuple[Item, ...]:
    """The questions of the project, then those the mentor has parked."""
    items = [Item(content(text.in_(language())), mark=Content(mark("open") + " ")) for text in desk.project.questions]
    items += [Item(content(q.text), f"edit/{q.seq}", Content(mark("note") + " ")) for q in desk.defense.questions]
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
        items.append(Item(Content(_("This is the first attempt.")).stylize("$text-muted")))
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
