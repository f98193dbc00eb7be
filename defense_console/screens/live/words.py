"""What the live screen says, as values; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from textual.content import Content

from defense_console.desk.defense.wording import describe, requests_of
from defense_console.model.curriculum import Criterion
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.revision import Row
from defense_console.model.defense.state import Defense
from defense_console.model.defense.timeline import Gap, between_ms
from defense_console.model.log.envelope import Stamp
from defense_console.model.queue.agenda import Entry
from defense_console.safe_text import cells, content, line, shortened
from defense_console.screens.shared.criteria import criterion_name, quoted
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item
from defense_console.widgets.lists.questions_panel import questions_left
from defense_console.widgets.lists.rubric_list import named, rating_words
from defense_console.words.translation import N_, _, clock_text, duration_text, language, ngettext, short_when
from defense_console.words.values import OUTCOMES, QUESTIONS

if TYPE_CHECKING:
    from defense_console.desk.defense.live import LiveDesk
    from defense_console.desk.defense.verdict import VerdictDesk


Pane = Literal["rubric", "notes", "questions", "documents"]
PANES: tuple[Pane, ...] = ("rubric", "notes", "questions", "documents")
PANEL_NAMES = {"rubric": N_("Rubric"), "notes": N_("Notes"), "questions": N_("Questions"), "documents": N_("Documents")}
FIELDS = {
    "note": N_("Private note"),
    "question": N_("Question to park"),
    "strength": N_("Strength"),
    "improvement": N_("To improve"),
}


def field_words(live: LiveDesk, field: str) -> str:
    """What is written in a field, and who will read it."""
    kind, _separator, rest = field.partition("/")
    if kind == "criterion":
        return _("Shared note on {criterion}", criterion=quoted(live, rest))
    return _(FIELDS.get(kind, N_("Edit")))


def written_here(field: str) -> bool:
    """Whether a draft's field is one of the live screen's."""
    return field.partition("/")[0] in ("note", "criterion", "question", "strength", "improvement", "edit")


def about_a_line(what: ev.DefenseWhat, events: Iterable[ev.DefenseEvent]) -> str:
    """What was changed about a note or a question, named by its words: its number means nothing during a call.

    Returns:
        "" for everything else.
    """
    said = {e.seq: shortened(e.what.text, 40) for e in events if isinstance(e.what, ev.Noted | ev.QuestionParked)}
    match what:
        case ev.NotePrivacySet(note=n, private=private) if n in said:
            return _("“{text}” made private", text=said[n]) if private else _("“{text}” made shared", text=said[n])
        case ev.QuestionMoved(question=n, state=state) if n in said:
            return _("“{text}”: {state}", text=said[n], state=_(QUESTIONS[state]))
    return ""


def outlook(desk: VerdictDesk, rows: Sequence[Row]) -> tuple[str, tuple[tuple[str, bool], ...]]:
    """Return the suggestion in one sentence, and each document to revise with whether it is kept."""
    found = desk.suggestion()
    reason = _(found.text_id, **dict(found.parameters))
    if found.outcome is None:
        sentence = _("No suggestion yet: {reason}.", reason=reason)
    else:
        sentence = _("Suggested: {outcome} — {reason}.", outcome=_(OUTCOMES[found.outcome]), reason=reason)
    documents = tuple(
        (revision.row_title(row.request, desk.project, language()) or _("a document without a name"), row.kept)
        for row in rows
    )
    return sentence, documents


def gap_line(live: LiveDesk, now: Stamp, shown_s: int) -> str:
    """A gap to be decided, else the latest gap that counted, for a while after it; "" otherwise."""
    gap = live.last_gap
    if gap is None:
        return ""
    length = duration_text(abs(gap.gap_ms) // 1000)
    if gap == live.question:
        return "? " + _(
            "{length} are missing and count until you say what they were: {key:clock.gap_to_pause} makes them a pause.",
            length=length,
        )
    if not 0 <= between_ms(gap.until, now) <= 1000 * shown_s or gap.gap_ms < 1000:
        return ""
    if gap.asleep:
        text = N_("The machine slept for {length}: that time counted. {key:clock.gap_to_pause} makes it a pause.")
    elif gap.rebooted:
        text = N_(
            "The machine was restarted: {length} counted, by its wall clock. "
            "{key:clock.gap_to_pause} makes them a pause."
        )
    else:
        text = N_("The console was away for {length}: that time counted. {key:clock.gap_to_pause} makes it a pause.")
    return _(text, length=length)


def gap_question(gap: Gap) -> str:
    """What the dialog about a gap asks: what happened, how long it was."""
    length = duration_text(abs(gap.gap_ms) // 1000)
    if gap.gap_ms < 0:
        return _("The clock of this machine went back by {length}. What was this time?", length=length)
    if gap.asleep:
        return _("The machine slept for {length}. What was this time?", length=length)
    if gap.rebooted:
        return _(
            "The machine was restarted: {length} are missing, by its wall clock. What was this time?", length=length
        )
    return _("The console was away for {length}. What was this time?", length=length)


def all_rated(live: LiveDesk) -> str:
    """Return that nothing is left to rate; where a criterion waits for the clock, which one and until when."""
    criteria = tuple(live.curriculum.criteria_of(live.project))
    ratings = live.defense.all_ratings
    waiting = next((c for c in criteria if c.from_clock and c.id not in ratings), None)
    if waiting is None:
        return _("Every criterion is rated.")
    number = rubric.count(criteria, ratings)
    text = N_("{rated}/{total} rated; the clock rates {criterion} once the presentation is over.")
    name = criterion_name(waiting, live.project, language())
    return _(text, rated=number.rated, total=number.total, criterion=name)


def pane_titles(live: LiveDesk, panes: Sequence[Pane], documents: int) -> dict[Pane, Content]:
    """Return the name of each pane with what it holds."""
    defense = live.defense
    number = rubric.counts(defense, live.curriculum, live.project)
    asked = len(defense.questions)
    counts = {
        "rubric": f"{number.rated}/{number.total}",
        "notes": str(len(defense.notes) + len(defense.lines)),
        "questions": _("{left} of {all}", left=questions_left(defense), all=asked) if asked else "0",
        "documents": str(documents),
    }
    return {
        pane: Content.assemble((_(PANEL_NAMES[pane]), "bold"), (f" {counts[pane]}", "$text-muted")) for pane in panes
    }


def recording_words(live: LiveDesk) -> tuple[str, str]:
    """Return how long the recording has run, and only that it runs; "" without one."""
    if live.defense.recording is None:
        return "", ""
    return _("recording {time}", time=clock_text(max(0, recorded_s(live, live.defense)))), _("recording")


def next_defense(entries: Iterable[Entry], here: str, zone: str, now: str) -> tuple[str, str]:
    """Return when the next defense starts, with its student and without; "" without one.

    Args:
        entries: What is pending.
        here: Id of the defense that is shown.
        zone: Of the mentor.
        now: The present instant.
    """
    later = [e for e in entries if e.summary.session in ("planned", "waiting") and e.summary.planned_at > now]
    following = min((e for e in later if e.summary.id != here), key=lambda e: e.summary.planned_at, default=None)
    if following is None:
        return "", ""
    short = _("next {when}", when=short_when(following.summary.planned_at, zone, now))
    return f"{short} {shortened(following.student_name, 24)}", short


def action_words(live: LiveDesk, action: int, zone: str) -> str:
    """Return what an action of the log did, in words; "" for none."""
    event = next((event for event in live.events if event.seq == action), None)
    if event is None:
        return ""
    if said := about_a_line(event.what, live.events):
        return said
    return describe(event, live.curriculum, language(), live.project, requests_of(live.events), zone)


def recorded_s(live: LiveDesk, defense: Defense) -> int:
    """Return how long the recording has run; 0 without one."""
    if defense.recording is None:
        return 0
    return defense.timeline.since_ms(defense.recording, live.ledger.now()) // 1000


# --- sheets to read ------------------------------------------------------------------------------------------------


def criterion_sheet(live: LiveDesk, criterion: Criterion) -> Content:
    """A criterion in full: rating, evidence, notes."""
    tongue, project, defense = language(), live.project, live.defense
    parts = [Content(criterion.text.in_(tongue)), Content("")]
    state = rating_words(rubric.rating_of(defense, criterion.id))
    if criterion.id in defense.clock_ratings and criterion.id not in defense.ratings:
        state += Content(" · " + _("from the clock"))
    if criterion.id in defense.acquired:
        state += Content(" · " + _("carried over from the attempt before"))
    parts.append(state)
    if criterion.blocking:
        parts.append(
            Content.styled(f"{mark('blocking')} " + _("blocking: alone it leads to a rework"), "$text-warning")
        )
    names = [f"{d.n}. {d.title.in_(tongue)}" for n in criterion.evidence if (d := project.deliverable(n)) is not None]
    if names:
        parts += [Content(""), Content.assemble((_("Proved by"), "bold"))]
        for name, n in zip(names, criterion.evidence, strict=False):
            received = _("received") if defense.declared.get(n) else _("not received")
            parts.append(content(f"  {name} · {received}"))
    notes = [note for note in defense.notes if note.criterion == criterion.id]
    if notes:
        parts += [Content(""), Content.assemble((_("Notes"), "bold"))]
        for note in notes:
            private = _("private") if note.private else _("shared")
            parts.append(content(f"  {clock_text(note.at_s)} · {private} · {note.text}"))
    return Content("\n").join([*parts, *_earlier(live, criterion)])


def card_title(live: LiveDesk, criterion: Criterion, just_rated: bool) -> Content:
    """Return the title of a criterion's card: its short name, its rating, whether it was rated with the last key."""
    name = criterion_name(criterion, live.project, language())
    rating = rating_words(rubric.rating_of(live.defense, criterion.id))
    by_clock = criterion.id in live.defense.clock_ratings and criterion.id not in live.defense.ratings
    more = [_("from the clock")] if by_clock else []
    more += [_("just rated")] if just_rated else []
    return Content.assemble((f"{name} · ", "bold"), rating, ("".join(f" · {each}" for each in more), "bold"))


def card_items(live: LiveDesk, criterion: Criterion) -> tuple[Item, ...]:
    """Return what the card of a criterion says: its words, how it is looked at, what proves it, the notes on it."""
    tongue, project, defense = language(), live.project, live.defense
    flag = f"{mark('blocking')} " if criterion.blocking else ""
    items = [Item(content(flag + named(criterion, tongue)).stylize("bold"))]
    proofs = [d for n in revision.evidence_of(criterion, project) if (d := project.deliverable(n)) is not None]
    terms = [(_("looked at as"), live.curriculum.aspect_text(criterion.aspect).in_(tongue))]
    if proofs:
        terms.append((_("proved by"), ", ".join(f"{d.n}. {d.title.in_(tongue)}" for d in proofs)))
        asked = ngettext("asks for document {list}", "asks for documents {list}", len(proofs))
        terms.append((_("if not met"), asked.format(list=", ".join(str(d.n) for d in proofs))))
    width = max(cells(term) for term, _words in terms) + 2
    items += [Item(content(words), mark=Content.styled(term.ljust(width), "$text-muted")) for term, words in terms]
    notes = [note for note in defense.notes if note.criterion == criterion.id]
    for note in notes:
        items.append(
            Item(content(note.text), mark=Content.styled(f"{mark('note')} {clock_text(note.at_s)}  ", "$text-muted"))
        )
    if not notes:
        items.append(Item(Content.styled(_("no note yet: {key:live.note_criterion} writes one"), "$text-muted")))
    return tuple(items)


def asked_documents(rows: Iterable[Row]) -> Mapping[str, str]:
    """Return, by criterion, the numbers of the documents that are asked for because of it; `+` for one without."""
    asked: dict[str, str] = {}
    for row in rows:
        if row.kept:
            for criterion in row.request.criteria:
                before = [asked[criterion]] if criterion in asked else []
                asked[criterion] = ",".join([*before, str(row.request.deliverable or "+")])
    return asked


def _earlier(live: LiveDesk, criterion: Criterion) -> Iterator[Content]:
    """What was seen of a criterion in the attempt before: its rating, its notes, what was asked of its documents."""
    before = live.earlier
    if before is None:
        return
    title = _("Attempt {n}", n=before.attempt)
    yield Content("")
    yield Content.assemble((title, "bold"), " · ", rating_words(rubric.rating_of(before, criterion.id)))
    for note in before.notes:
        if note.criterion == criterion.id:
            private = _("private") if note.private else _("shared")
            yield content(f"  {clock_text(note.at_s)} · {private} · {note.text}")


def role_sheet(live: LiveDesk) -> Content:
    """The role the mentor plays, the scenario, and questions to ask."""
    tongue, project = language(), live.project
    parts = []
    if project.role is not None:
        title = project.role.title.in_(tongue)
        parts.append(Content.assemble((project.role.name, "bold"), f", {title}" if title else ""))
    parts += [Content(""), line(project.scenario.in_(tongue))]
    if project.questions:
        parts += [Content(""), Content.assemble((_("Questions to ask"), "bold"))]
        parts += [content(f"– {question.in_(tongue)}") for question in project.questions]
    return Content("\n").join(parts)
