"""The section that shows the jury how the documents to revise went: each request, what came, what was decided."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from defense_console.model.defense import revision
from defense_console.model.defense.state import Decision, Delivery, Revision, Round
from defense_console.model.errors import N_
from defense_console.reports.content.sheet import ReportSource
from defense_console.reports.content.value import Part, Passage, Section, section_if
from defense_console.words.values import ROW_STATES


def rounds(sheet: ReportSource) -> tuple[Section, ...]:
    """Return every round of every document ever asked for: those asked for now, then those dropped."""
    _ = sheet.words
    parts = [
        Part("rounds", sheet.document_title(asked.request), tuple(_round(sheet, asked, each) for each in asked.rounds))
        for asked in (*sheet.defense.revisions, *sheet.defense.no_longer_asked)
    ]
    return section_if("rounds", _("Documents received and decided"), parts)


def _round(sheet: ReportSource, asked: Revision, each: Round) -> Passage:
    """Return one request of a document: when and in which words, what came, what was decided."""
    _ = sheet.words
    expected = sheet.expected(msgspec.structs.replace(asked.request, expected=each.expected))
    below = [] if expected is None else [expected]
    below += [_delivery(sheet, asked, delivery) for delivery in asked.deliveries if delivery.round == each.n]
    for decision in asked.decisions:
        if decision.round == each.n:
            why = Passage(decision.reason, _("Reason of the decision"), "edited")
            below.append(Passage(_decision(sheet, decision), _("Decision"), below=(why,) if decision.reason else ()))
    text = _("requested {at}, due {due}", at=sheet.instant(each.requested_at), due=sheet.instant(each.due_at))
    return Passage(text, _("Round {n}", n=each.n), below=tuple(below))


def _decision(sheet: ReportSource, decision: Decision) -> str:
    """Return what was decided and when; of a document that a version of the verdict dropped, by which one."""
    _ = sheet.words
    at = sheet.instant(decision.at)
    if decision.kind == "dropped":
        return _("dropped in version {n} of the verdict, {at}", n=decision.version, at=at)
    return _("{state}, {at}", state=sheet.word(ROW_STATES, decision.kind), at=at)


def _delivery(sheet: ReportSource, asked: Revision, delivery: Delivery) -> Passage:
    """Return a version that came, file by file, or that the mentor only declared."""
    _ = sheet.words
    same = revision.same_as(delivery, revision.versions_of(asked, sheet.defense))
    if not delivery.files:
        text = N_("version {n}, {at}, declared, without a file")
    elif same is not None and same == delivery.version - 1:
        text = N_("version {n}, {at}, unchanged")
    elif same is not None:
        text = N_("version {n}, {at}, every byte is that of version {same}")
    else:
        text = N_("version {n}, {at}")
    files: Iterator[Passage] = (
        Passage(f"{file.name} · {_.ngettext('{n} byte', '{n} bytes', file.size)} · SHA-256 {file.sha256}")
        for file in delivery.files
    )
    text = _(text, n=delivery.version, at=sheet.instant(delivery.at), same=same)
    return Passage(text, _("Received"), below=tuple(files))
