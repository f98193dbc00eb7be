"""The section that tells the jury how the documents to revise went: each request, what came, what was decided."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from defense_console.model.defense import revision
from defense_console.model.defense.state import Decision, Delivery, Revision, Round
from defense_console.model.errors import N_
from defense_console.reports.content.sheet import Sheet
from defense_console.reports.content.value import Origin, Paragraph, Section, section_if
from defense_console.words.values import ROW_STATES

KEY = "rounds"


def rounds(sheet: Sheet) -> tuple[Section, ...]:
    """Every round of every document that was ever asked for: those asked for now, then those dropped meanwhile."""
    _ = sheet.words
    paragraphs: list[Paragraph] = []
    for asked in (*sheet.defense.revisions, *sheet.defense.no_longer_asked):
        title = revision.row_title(asked.request, sheet.project, sheet.language) or _("A document without a name")
        origin: Origin = "edited" if asked.request.title else "generated"
        paragraphs.append(Paragraph(KEY, title, origin, shape="heading"))
        for each in asked.rounds:
            paragraphs.extend(_round(sheet, asked, each))
    return section_if(KEY, _("Documents received and decided"), paragraphs)


def _round(sheet: Sheet, asked: Revision, each: Round) -> Iterator[Paragraph]:
    """One request of a document: when and in which words, what came, what was decided."""
    _ = sheet.words
    places = {"at": sheet.instant(each.requested_at), "due": sheet.instant(each.due_at)}
    yield Paragraph(KEY, _("requested {at}, due {due}", **places), label=_("Round {n}", n=each.n), shape="item")
    request = msgspec.structs.replace(asked.request, expected=each.expected)
    expected = revision.row_expected(request, sheet.project, sheet.language, sheet.curriculum.oral)
    if expected:
        yield Paragraph(KEY, expected, "edited" if each.expected else "generated", _("Expected"), "item", 1)
    for delivery in asked.deliveries:
        if delivery.round == each.n:
            yield from _delivery(sheet, asked, delivery)
    for decision in asked.decisions:
        if decision.round == each.n:
            yield Paragraph(KEY, _decision(sheet, decision), label=_("Decision"), shape="item", depth=1)
            if decision.reason:
                yield Paragraph(KEY, decision.reason, "edited", _("Reason of the decision"), "item", 2)


def _decision(sheet: Sheet, decision: Decision) -> str:
    """What was decided and when; of a document that a version of the verdict dropped, by which one."""
    _ = sheet.words
    at = sheet.instant(decision.at)
    if decision.kind == "dropped":
        return _("dropped in version {n} of the verdict, {at}", n=decision.version, at=at)
    return _("{state}, {at}", state=sheet.word(ROW_STATES, decision.kind), at=at)


def _delivery(sheet: Sheet, asked: Revision, delivery: Delivery) -> Iterator[Paragraph]:
    """A version that came, file by file, or that the mentor only declared."""
    _ = sheet.words
    same = revision.same_as(delivery, revision.versions_of(asked, sheet.defense))
    if not delivery.files:
        text = N_("version {n}, {at}, declared, without a file")
    elif same is not None:
        text = N_("version {n}, {at}, every byte is that of version {same}")
    else:
        text = N_("version {n}, {at}")
    text = _(text, n=delivery.version, at=sheet.instant(delivery.at), same=same)
    yield Paragraph(KEY, text, label=_("Received"), shape="item", depth=1)
    for file in delivery.files:
        size = _.ngettext("{n} byte", "{n} bytes", file.size)
        yield Paragraph(KEY, f"{file.name} · {size} · SHA-256 {file.sha256}", shape="item", depth=2)
