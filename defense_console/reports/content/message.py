"""The message that says to a student what follows from a released verdict. Made here, sent by the mentor, never by us.

What, why, what is expected, until when where the student lives, which file names, and what happens next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from defense_console.model.curriculum import Curriculum, Project
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import NOT_HELD, SETTLED, Defense, Revision, Version
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import ConsoleError
from defense_console.model.text import one_line, visible
from defense_console.reports.content.sheet import utc_offset
from defense_console.reports.names import expected_names, first_name
from defense_console.reports.rendering.plain import capital, labelled
from defense_console.words.translation import Translator, translator
from defense_console.words.values import OUTCOMES, RATINGS

_DOMAIN = "defense-console.invalid"
"""Right of the @ of a message's id: a domain that never exists. Source: RFC 2606 §2."""


class AskedDocument(msgspec.Struct, frozen=True):
    """A document the student is asked for.

    Attributes:
        title: Its name.
        why: Reasons and what was observed, in order, each with its label; empty when what is expected is the reason.
        expected: What must change.
        until: Until when, in the student's zone, and in the mentor's too where that differs.
        names: Names the file may have; empty for a document outside the brief.
        key: What it is received as: the deliverable's number, or the id of a row with a free title.
        due_at: Until when, ISO 8601 UTC.
    """

    title: str
    why: tuple[tuple[str, str], ...]
    expected: str
    until: str
    names: tuple[str, ...]
    key: int | str
    due_at: str


class Message(msgspec.Struct, frozen=True):
    """A message in one language, for one student. Every text is one of ours or as it was typed.

    Attributes:
        id: Whole id of the defense.
        to_name, to_address: The student; the address is "" where none is known.
        subject: One line.
        replaces: Which earlier verdict this one replaces; "" for a first one.
        why: Why it was changed, in the mentor's words; "" where they were not written for the student.
        opening: What was decided.
        asked: The documents, in order; only after a conditional verdict.
        points: What else is told, one item each: what to work on before a new defense, documents settled already.
        points_label: What introduces them.
        closing: What happens next, in sentences.
        signature: The mentor's name, "" where none is known.
    """

    language: str
    id: str
    to_name: str
    to_address: str
    subject: str
    replaces: str
    why: str
    opening: str
    asked: tuple[AskedDocument, ...]
    points: tuple[str, ...]
    points_label: str
    closing: tuple[str, ...]
    signature: str


class Recipient(msgspec.Struct, frozen=True):
    """A student as a message addresses them; `zone` is "" where only the mentor's is known."""

    name: str
    address: str
    zone: str


class _Letter(msgspec.Struct, frozen=True):
    """What the parts of a message are written from."""

    defense: Defense
    curriculum: Curriculum
    project: Project
    words: Translator
    to: Recipient
    zone: str
    next_attempt: Summary | None

    @property
    def amended(self) -> bool:
        """Return whether the verdict in force changes an earlier one, rather than follow the documents it asked for."""
        return self.defense.released is not None and bool(self.defense.released.amendment)


def missing(defense: Defense) -> ConsoleError | None:
    """Return why there is no message to send, None when there is one."""
    if defense.released is None:
        return ConsoleError("The verdict is not released yet: there is nothing to tell the student.")
    if defense.signed is not None:
        return ConsoleError("A newer verdict is signed and not released yet: release it, then tell the student.")
    return None


def build(
    defense_id: str,
    defense: Defense,
    curriculum: Curriculum,
    *,
    to: Recipient,
    language: str,
    zone: str,
    signature: str = "",
    next_attempt: Summary | None = None,
) -> Message:
    """Return the message for the verdict in force, after the last event.

    Raises:
        ConsoleError: No verdict is released yet, a newer one is signed only, or the curriculum has no such project.
    """
    project = rubric.project_of(defense, curriculum)
    if (reason := missing(defense)) is not None:
        raise reason
    released = defense.released
    assert released is not None  # otherwise the message is missing
    _ = translator(language)
    letter = _Letter(defense, curriculum, project, _, to, zone, next_attempt)
    title = f"{project.id} — {project.title.in_(_.language)}"
    subjects = {
        "validated": _("Your defense of {project}: validated", project=title),
        "conditional": _("Your defense of {project}: documents to revise", project=title),
        "rework": _("Your defense of {project}: to rework", project=title),
    }
    subject = subjects[released.outcome]
    opening, points_label, points, closing = _parts(letter, released.outcome)
    return Message(
        language=_.language,
        id=defense_id,
        to_name=to.name,
        to_address=to.address,
        subject=_("{subject} (new version)", subject=subject) if letter.amended else subject,
        replaces=_replaces(letter, released),
        why=released.amendment if released.amendment_for_student else "",
        opening=opening,
        asked=tuple(_asked(letter, row) for row in _awaited(defense)),
        points=points,
        points_label=points_label,
        closing=(*closing, *_goal(letter)),
        signature=signature,
    )


def _replaces(letter: _Letter, version: Version) -> str:
    """Return which verdict an amended one replaces; one that follows a condition says so in its opening."""
    _ = letter.words
    before = next((v for v in letter.defense.versions if v.version == version.version - 1), None)
    if before is None or before.released_at is None or not version.amendment:
        return ""
    return _(
        "I have changed my decision on your defense: version {n}, below, replaces version {old} of {day} ({outcome}).",
        n=version.version,
        old=before.version,
        day=_.date_text(before.released_at, letter.to.zone or letter.zone),
        outcome=_(OUTCOMES[before.outcome]),
    )


def _awaited(defense: Defense) -> tuple[Revision, ...]:
    """Return the documents that the student still owes: what a condition in force requires, while any can come."""
    if defense.reception_completed_at is not None:
        return ()
    return tuple(row for row in revision.asked(defense) if row.state in revision.AWAITED)


def _not_come(defense: Defense) -> tuple[Revision, ...]:
    """Return the required documents that did not come: expired, or missing when the reception was declared complete."""
    awaited = _awaited(defense)
    missing = (*revision.AWAITED, "expired")
    return tuple(row for row in revision.asked(defense) if row.state in missing and row not in awaited)


def _parts(letter: _Letter, outcome: str) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Return the opening, what introduces the points, the points, and what happens next."""
    if outcome == "validated":
        return _validated(letter)
    return _conditional(letter) if outcome == "conditional" else _rework(letter)


def _validated(letter: _Letter) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    _ = letter.words
    following = next((p for p in letter.curriculum.projects if p.n == letter.project.n + 1), None)
    if following is None:
        closing = _("This was the last project of your path.")
    else:
        title = f"{following.id} — {following.title.in_(_.language)}"
        closing = _("The next project opens: {project}.", project=title)
    if letter.defense.all_settled and not letter.amended:
        return _("The documents I asked for are settled: your project is validated."), "", (), (closing,)
    return _("Your project is validated."), "", (), (closing,)


def _conditional(letter: _Letter) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    _ = letter.words
    awaited, missing = _awaited(letter.defense), _titles(letter, _not_come(letter.defense))
    settled = _titles(letter, (row for row in letter.defense.required_revisions if row.state in SETTLED))
    label, points = (_("Not received"), missing) if missing else (_("Settled already"), settled)
    label = labelled(label, _) if points else ""
    if not awaited:
        return _nothing_awaited(letter, bool(missing)), label, points, _decision(letter, bool(missing))
    opening = _.ngettext(
        "Your project is validated on condition: {n} document is to be revised. There is no new defense.",
        "Your project is validated on condition: {n} documents are to be revised. There is no new defense.",
        len(awaited),
    )
    length = _.duration_text(letter.curriculum.rules.mentor_due_s)
    upload = _.ngettext(
        "Upload the new version where you uploaded the first one, under the name above, and tell me.",
        "Upload the new versions where you uploaded the first ones, under the names above, and tell me.",
        len(awaited),
    )
    if not all(row.request.deliverable for row in awaited):
        upload = _("Upload them where you uploaded the others, and tell me.")
    return (
        opening,
        label,
        points,
        (
            upload,
            _("Once I have received everything, I have {length} to look at it.", length=length),
            _("I then decide what follows from what was not received.")
            if missing
            else _("When everything is accepted, your project is validated."),
            _("What is not there in time can lead to a new defense."),
        ),
    )


def _titles(letter: _Letter, rows: Iterable[Revision]) -> tuple[str, ...]:
    return tuple(revision.row_title(row.request, letter.project, letter.words.language) for row in rows)


def _nothing_awaited(letter: _Letter, missing: bool) -> str:
    _ = letter.words
    if missing:
        return _("Your project is validated on condition, and not every document that was required has been received.")
    return _("Your project is validated on condition, and no new document is asked of you now.")


def _decision(letter: _Letter, missing: bool) -> tuple[str, ...]:
    """Return until when the mentor decides, and between what where something is missing."""
    _ = letter.words
    due_at = revision.mentor_due(letter.defense, letter.curriculum.rules)
    if due_at is None:
        return ()
    due = _local(letter, due_at)
    if missing:
        return (_("I decide by {due} what follows: your project is validated, or a new defense is needed.", due=due),)
    return (_("I have until {due} to look at what I received.", due=due),)


def _rework(letter: _Letter) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    """Return what to work on: the mentor's areas for improvement and the criteria that were not met."""
    _ = letter.words
    points = [line.text for line in letter.defense.improvements]
    points += [
        f"{labelled(capital(_(RATINGS['not_met'])), _)} {criterion.text.in_(_.language)}"
        for criterion in letter.curriculum.criteria_of(letter.project)
        if rubric.rating_of(letter.defense, criterion.id) == "not_met"
    ]
    opening = _("Your project is to rework: a new defense is needed.")
    if letter.defense.any_expired and not letter.amended:
        opening = _("A document I asked for did not come in time: your project is to rework, a new defense is needed.")
    closing = (_("What you have acquired stays acquired: the new defense opens on what was missing."), *_date(letter))
    return opening, labelled(_("To work on"), _), tuple(points), closing


def _date(letter: _Letter) -> Iterator[str]:
    """Yield when the new defense is; nothing once it has taken place."""
    _ = letter.words
    following = letter.next_attempt
    if following is None or following.session in NOT_HELD:
        yield _("When you are ready, book the date of the new defense.")
    elif following.session in ("planned", "waiting"):
        yield _("The new defense is planned for {at}.", at=_local(letter, following.planned_at))


def _goal(letter: _Letter) -> Iterator[str]:
    _ = letter.words
    if letter.defense.goal:
        yield f"{labelled(_('Next goal'), _)} {letter.defense.goal}"


def _asked(letter: _Letter, row: Revision) -> AskedDocument:
    _ = letter.words
    request, project = row.request, letter.project
    deliverable = project.deliverable(request.deliverable) if request.deliverable is not None else None
    return AskedDocument(
        title=revision.row_title(request, project, _.language) or _("A document without a name"),
        why=tuple(_why(letter, row)),
        expected=revision.row_expected(request, project, _.language, letter.curriculum.oral),
        until=_local(letter, row.due_at),
        names=() if deliverable is None else expected_names(deliverable, letter.to.name),
        key=request.id if deliverable is None else deliverable.n,
        due_at=row.due_at,
    )


def _why(letter: _Letter, row: Revision) -> Iterator[tuple[str, str]]:
    """Yield the mentor's reason, else what was observed, with each criterion that the expectation does not quote."""
    _ = letter.words
    if row.request.reason:
        yield _("Why"), row.request.reason
        return
    for reason in revision.row_reasons(row.request, letter.defense, letter.project, _.language):
        if row.request.expected:
            rating = rubric.rating_of(letter.defense, reason.criterion)
            yield capital(_(RATINGS[rating]) if rating else _("not rated")), reason.text
        yield from ((_("Why"), seen.text) for seen in reason.observed)


def _local(letter: _Letter, at: str) -> str:
    """Return an instant where the student lives, with the day's name; the mentor's own too where it differs."""
    theirs = letter.to.zone or letter.zone
    text = _instant(letter.words, at, theirs)
    if utc_offset(at, theirs) == utc_offset(at, letter.zone):
        return text
    _ = letter.words
    return _("{student}; for me {mentor}", student=text, mentor=_instant(_, at, letter.zone))


def _instant(words: Translator, at: str, zone: str) -> str:
    _ = words
    return _(
        "{day} {date} {time} ({zone}, {offset})",
        day=_.weekday(at, zone),
        date=_.date_text(at, zone),
        time=_.time_of_day(at, zone),
        zone=words.zone_text(zone),
        offset=utc_offset(at, zone),
    )


# --- renderings --------------------------------------------------------------------------------------------------


def text(message: Message) -> str:
    """Return the message as it is pasted: no line is broken, control characters are seen. Ends with a line break."""
    _ = translator(message.language)
    parts = [_("Hello {name},", name=first_name(one_line(message.to_name)))]
    if message.replaces:
        why = [f"{labelled(_('Why'), _)} {_hung(message.why)}"] if message.why else []
        parts.append("\n".join([visible(message.replaces), *why]))
    parts.append(visible(message.opening))
    parts += ["\n".join(_asked_lines(asked, _)) for asked in message.asked]
    if message.points:
        parts.append("\n".join([message.points_label, *(f"- {_hung(point)}" for point in message.points)]))
    parts += [_hung(sentence) for sentence in message.closing]
    if message.signature:
        parts.append(f"{_('Kind regards,')}\n{one_line(message.signature)}")
    return "\n\n".join(parts) + "\n"


def _asked_lines(asked: AskedDocument, words: Translator) -> Iterator[str]:
    _ = words
    yield f"• {one_line(asked.title)}"
    for label, why in asked.why:
        yield f"  {labelled(label, _)} {_hung(why)}"
    if asked.expected:
        yield f"  {labelled(_('Expected'), _)} {_hung(asked.expected)}"
    yield f"  {labelled(_('Until'), _)} {asked.until}"
    if asked.names:
        names = f" {_('or')} ".join(one_line(name) for name in asked.names)
        yield f"  {labelled(_('File name'), _)} {names}"
        if "mmaaaa" in names:
            yield f"  {_('(mmaaaa: month and year in which you began the project)')}"


def _hung(text: str) -> str:
    """Return a text with its further lines indented, so that none of them passes for one of ours."""
    return visible(text).rstrip("\n").replace("\n", "\n  ")


def eml(message: Message, now: str, sender: str = "") -> bytes:
    """Return the message as a draft, see `draft_mail`; its id depends on defense and text only.

    Raises:
        ConsoleError: An address does not fit into a header.
    """
    to = (message.to_name, message.to_address)
    return draft_mail(
        message.subject, text(message), message.language, now, message.id, to, (message.signature, sender)
    )


def draft_mail(
    subject: str,
    body: str,
    language: str,
    now: str,
    id: str,
    to: tuple[str, str] = ("", ""),
    sender: tuple[str, str] = ("", ""),
) -> bytes:
    """Return a draft that any mail program opens (RFC 5322), with UTF-8 text and CRLF line ends.

    Args:
        id: What it is about; with the text it makes the message's id, so that the same message is known again.
        to, sender: Name and address; an empty address leaves the header out.

    Raises:
        ConsoleError: An address does not fit into a header.
    """
    from email.charset import QP, Charset
    from email.message import Message as Mail
    from email.policy import compat32
    from email.utils import format_datetime

    quoted = Charset("utf-8")
    quoted.body_encoding = QP
    # Its lines are folded already: the id of a message is one word, and would go to a line of its own.
    mail = Mail(policy=compat32.clone(linesep="\r\n", max_line_length=None))
    for header, (name, address) in (("From", sender), ("To", to)):
        if address:
            mail[header] = _address(header, one_line(name), address)
    mail["Subject"] = _header("Subject", one_line(subject))
    mail["Date"] = format_datetime(datetime.fromisoformat(now))
    digest = hashlib.sha256(f"{subject}\n{body}".encode()).hexdigest()[:16]
    mail["Message-ID"] = f"<{id}.{digest}@{_DOMAIN}>"
    mail["X-Unsent"] = "1"  # Outlook opens it as a draft instead of a received message
    mail["MIME-Version"] = "1.0"
    mail["Content-Language"] = language
    mail.set_payload(body, quoted)
    return mail.as_bytes()


def _header(name: str, value: str) -> str:
    """Return the value of a header line, folded.

    A text beyond ASCII becomes encoded words only: between one and a plain word `email.message.EmailMessage` loses the
    space where it folds the line.
    """
    from email.header import Header

    return Header(value, "us-ascii" if value.isascii() else "utf-8", header_name=name).encode(linesep="\r\n")


def _address(header: str, name: str, address: str) -> str:
    from email.errors import MessageError
    from email.headerregistry import Address
    from email.utils import formataddr

    try:
        bare = Address(addr_spec=address).addr_spec
    except (MessageError, ValueError, IndexError):
        raise ConsoleError("“{address}” is not an e-mail address.", address=address) from None
    return formataddr((name, bare)) if name.isascii() else f"{_header(header, name)} <{bare}>"
