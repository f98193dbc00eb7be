"""What the queue asks in a school: take a defense, offer it or give it back, hand it over, keep it."""

from __future__ import annotations

from defense_console.desk.defense.asked import Asked
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.agenda import Entry
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import Ask, record_answer
from defense_console.screens.shared.dialogs import Choose, Confirm
from defense_console.words.translation import N_, _, date_time, duration_text, when


async def settles_who_has_it(screen: ConsoleScreen, entry: Entry) -> bool:
    """Ask about a defense that I may take, or that I took long ago. Returns: whether it was one."""
    if screen.desk.agenda.team.asked(entry.summary.id):
        await _ask_keep(screen, entry)
    elif "to_take" in entry.tabs:
        await _ask_take(screen, entry)
    else:
        return False
    return True


async def _ask_take(screen: ConsoleScreen, entry: Entry) -> None:
    """Ask whether to take a defense, with what the week holds already."""
    summary, agenda = entry.summary, screen.desk.agenda
    if (reason := agenda.team.no_take(summary)) is not None:
        screen.refuse(reason)
        return
    now = screen.desk.now().wall
    starts, length = when(summary.planned_at, screen.zone, now), agenda.length_min(summary)
    lines = [_("{project}, {when}, {length} min.", project=summary.project, when=starts, length=length)]
    lines.append(_("Attempt {n}, {student}.", n=summary.attempt, student=entry.student_name))
    if not agenda.team.known.administers:
        lines.append(_("You read who it is, and what is known of them, once the defense is yours."))
    claim = agenda.team.claim(summary.id)
    if claim is not None and claim.note:
        lines.append(_("Given back: {reason}", reason=claim.note))
    lines.append(_load_words(agenda.load_min(summary), length, agenda.team.capacity_min))
    if not await screen.app.push_screen_wait(Confirm(_("Take this defense?"), "\n".join(lines), whose="")):
        return
    if screen.attempt(lambda: agenda.team.take(summary)) is None:
        return
    mine = agenda.entry(summary.id) or entry
    screen.tell(_("The defense of {student} is yours.", student=mine.student_name))


def _load_words(load: int, length: int, capacity: int) -> str:
    """Return what the week of a defense comes to with it, next to what the mentor takes in a week."""
    total = duration_text((load + length) * 60)
    if not capacity:
        return _("Your week would have {total} of defenses.", total=total)
    text = N_("Your week would have {total} of defenses, of the {capacity} that you take.")
    if load + length > capacity:
        text = N_("Your week would have {total} of defenses, more than the {capacity} that you take.")
    return _(text, total=total, capacity=duration_text(capacity * 60))


async def ask_offer(screen: ConsoleScreen, entry: Entry) -> None:
    """Offer a defense to the other mentors, or give back one that was taken."""
    team, summary = screen.desk.agenda.team, entry.summary
    if team.claim(summary.id) is not None:
        await _ask_give_back(screen, entry)
        return
    question, apart = (
        _("Offer the defense of {student} to the other mentors?", student=entry.student_name),
        team.own_mentor(summary),
    )
    details = _("{mentor} follows this student, so another mentor assesses.", mentor=team.known.name_of(apart))
    if apart == team.me:
        details = _("You follow this student, so another mentor assesses.")
    if not await screen.app.push_screen_wait(Confirm(question, details if apart else "", yes=_("offer"), whose="")):
        return
    if screen.attempt(lambda: team.offer(summary, apart)) is None:
        return
    screen.tell(_("Offered to the other mentors."))


async def _ask_give_back(screen: ConsoleScreen, entry: Entry) -> None:
    team, summary = screen.desk.agenda.team, entry.summary
    if (refused := team.no_parting(summary)) is not None:
        screen.refuse(refused)
        return
    question = _("Why do you give the defense of {student} back?", student=entry.student_name)
    details = _("It is offered to the other mentors again; they read the reason.")
    ask = Ask(screen.desk.brief(summary.id), Asked.GIVE_BACK, question, details)
    if await record_answer(screen, ask, lambda reason: team.give_back(summary, reason)) is not None:
        screen.tell(_("Given back."))


async def ask_hand_over(screen: ConsoleScreen, entry: Entry) -> None:
    """Hand a defense over to another mentor, with a note."""
    from defense_console.screens.shared.one_of_many import choose_one

    team, summary = screen.desk.agenda.team, entry.summary
    people = team.successors(summary)
    if not people:
        screen.refuse(ConsoleError("There is no other mentor here who could take this defense."))
        return
    to = await choose_one(screen, _("Who takes the defense over?"), people, lambda each: each.called)
    if to is None:
        return
    what, details = _("What does {holder} have to know?", holder=to.called), _("What is open, from the log: change it.")
    ask = Ask(screen.desk.brief(summary.id), Asked.HAND_OVER_NOTE, what, details,
              initial=_open_now(screen, summary.student_id), required=False)  # fmt: skip
    if await record_answer(screen, ask, lambda note: team.hand_over(summary, to.role, note)) is not None:
        screen.tell(_("Handed over to {holder}.", holder=to.called))


def _open_now(screen: ConsoleScreen, student_id: str) -> str:
    """Return what is open; "" where nobody registered the student."""
    try:
        return screen.desk.follow(student_id).handing_over.note
    except ConsoleError:
        return ""


async def _ask_keep(screen: ConsoleScreen, entry: Entry) -> None:
    """Ask whether to keep a defense that was taken long ago."""
    team, summary = screen.desk.agenda.team, entry.summary
    until = date_time(team.asked(summary.id), screen.zone)
    details = _("Without an answer until {when}, it is offered to the other mentors again.", when=until)
    options = (_("keep it"), _("give it back"))
    choice = await screen.app.push_screen_wait(Choose(_("Do you keep this defense?"), options, details, whose=""))
    if choice == 0 and screen.attempt(lambda: team.keep(summary)) is not None:
        screen.tell(_("The defense stays yours."))
    elif choice == 1:
        await _ask_give_back(screen, entry)
