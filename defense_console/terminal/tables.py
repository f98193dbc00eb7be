"""What the commands print for people: the queue, a defense, its log; user text made visible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from defense_console.model.text import cells, one_line, shortened, visible
from defense_console.terminal.opening import short_ids
from defense_console.words.translation import (
    _,
    clock_text,
    date_time,
    duration_text,
    in_words,
    language,
    when,
)
from defense_console.words.values import OUTCOMES, PHASES, ROW_STATES, SESSIONS

if TYPE_CHECKING:
    from defense_console.desk.defense.base import DefenseDesk
    from defense_console.model.defense.state import Defense
    from defense_console.model.log.envelope import Stamp
    from defense_console.model.queue.agenda import Entry

_NAME = 28
"""Widest name in a table, in columns."""


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield rows as columns two blanks apart; the last column stays as long as it is."""
    if not rows:
        return
    widths = [max(cells(row[n]) for row in rows) for n in range(len(rows[0]))]
    for row in rows:
        padded = (text + " " * (width - cells(text)) for text, width in zip(row[:-1], widths, strict=False))
        yield "  ".join((*padded, row[-1])).rstrip()


def queue_lines(entries: Sequence[Entry], now: str, zone: str) -> Iterator[str]:
    """Yield the pending defenses, one a line, in the order given."""
    if not entries:
        yield _("Nothing is pending.")
        return
    shorts = short_ids([entry.summary.id for entry in entries])
    rows = []
    for entry in entries:
        summary = entry.summary
        rows.append(
            (
                shorts[summary.id],
                when(entry.next_at, zone, now),
                in_words(entry.next_at, zone, now, due=entry.is_due),
                shortened(entry.student_name or summary.student_id, _NAME),
                one_line(summary.project),
                _("attempt {n}", n=summary.attempt),
                _waits_for(entry.waiting_for),
                _(entry.text_id, **entry.parameters),
            )
        )
    yield from aligned(rows)


def _waits_for(who: str | None) -> str:
    return {"mentor": _("for me"), "student": _("for the student")}.get(who or "", "—")


# --- one defense -------------------------------------------------------------------------------------------------


def defense_lines(desk: DefenseDesk, now: Stamp, zone: str) -> Iterator[str]:
    """Yield one defense as it is known now."""
    from defense_console.model.defense import rubric

    defense, project = desk.defense, desk.project
    yield one_line(f"{project.id} · {project.title.in_(language())}")
    yield from aligned(
        [
            (_("Student"), one_line(desk.student.name)),
            (_("Id"), desk.id),
            (_("Attempt"), str(defense.attempt)),
            (_("Planned"), f"{date_time(defense.planned_at, zone)} ({when(defense.planned_at, zone, now.wall)})"),
            (_("Session"), _session(defense, now)),
            (_("Verdict"), _verdict(defense)),
            (_("Rated"), "{0.rated}/{0.total}".format(rubric.counts(defense, desk.curriculum, project))),
        ]
    )
    yield from titled(_("Documents to revise"), _documents(desk, zone))
    yield from titled(_("Strengths"), [visible(line.text) for line in defense.strengths])
    yield from titled(_("Areas for improvement"), [visible(line.text) for line in defense.improvements])
    yield from titled(_("Next goal"), [visible(defense.goal)] if defense.goal else [])
    yield from titled(_("Notes"), [_note(n.at_s, n.criterion, n.text, n.private) for n in defense.notes])
    yield from titled(_("Questions"), [f"{clock_text(q.at_s)} {visible(q.text)}" for q in defense.questions])


def titled(title: str, lines: Sequence[str]) -> Iterator[str]:
    """Yield lines under a title, nothing when there are none."""
    if lines:
        yield ""
        yield title
        for line in lines:
            yield "  " + line.replace("\n", "\n    ")


def _session(defense: Defense, now: Stamp) -> str:
    word = _(SESSIONS[defense.session])
    line = defense.timeline
    if line.state == "idle":
        return word
    phase = ", " + _(PHASES.get(line.phase or "", line.phase or "")) if defense.session == "live" else ""
    elapsed, plan = clock_text(line.elapsed_ms(now) // 1000), clock_text(line.plan_ms // 1000)
    times = _("{elapsed} of {plan}", elapsed=elapsed, plan=plan)
    paused_s = line.paused_ms(now) // 1000
    pause = ", " + _("paused for {length}", length=duration_text(paused_s)) if paused_s else ""
    return f"{word}{phase} — {times}{pause}"


def _verdict(defense: Defense) -> str:
    if defense.versions:
        version = defense.versions[-1]
        words = {"signed": _("signed, not released"), "released": _("released")}
        state = words.get(version.state, version.state)
        return f"{_(OUTCOMES[version.outcome])} — {state}"
    if defense.outcome is not None:
        return f"{_(OUTCOMES[defense.outcome])} — {_('draft')}"
    return "—"


def _documents(desk: DefenseDesk, zone: str) -> list[str]:
    from defense_console.model.defense import revision

    return [
        f"{one_line(revision.row_title(r.request, desk.project, language()))} — {_(ROW_STATES[r.state])}"
        + (", " + _("due {at}", at=date_time(r.due_at, zone)) if r.state in revision.AWAITED else "")
        for r in desk.defense.revisions
    ]


def _note(at_s: int, criterion: str | None, text: str, private: bool) -> str:
    marks = " ".join(mark for mark in (criterion or "", _("private") if private else "") if mark)
    return f"{clock_text(at_s)} {marks + ': ' if marks else ''}{visible(text)}"


def log_lines(desk: DefenseDesk, zone: str) -> Iterator[str]:
    """Yield the log, one event a line; cancelled actions say so."""
    from defense_console.desk.defense.wording import cancelled_actions, describe, requests_of

    events = desk.events
    cancelled, requests = cancelled_actions(events), requests_of(events)
    rows = []
    for event in events:
        text = one_line(describe(event, desk.curriculum, language(), desk.project, requests, zone))
        mark = _("(undone)") + " " if event.seq in cancelled else ""
        rows.append((str(event.seq), date_time(event.at.wall, zone), one_line(event.author), mark + text))
    yield from aligned(rows)
