"""What the keys of the brief and of the waiting room would record."""

from __future__ import annotations

from typing import Final

from defense_console.desk.defense.brief import BriefDesk
from defense_console.desk.logs.one_log import TO_COME
from defense_console.model.defense import kinds as ev
from defense_console.model.errors import ConsoleError
from defense_console.screens.shared.wishes import ON_A_DEFENSE, Seen, Whats, Wishes, reads, records

OnBrief = Seen[BriefDesk]


def _opens_room(seen: OnBrief) -> Whats:
    """A room that is open, and a defense that is live, are only gone back to."""
    return () if seen.desk.defense.session in ("waiting", "live") else (ev.RoomOpened(),)


def _ticks(seen: OnBrief) -> Whats:
    if seen.panel == "checks" and seen.key:
        return (ev.CheckTicked(seen.key, True),)
    if seen.panel == "deliverables" and seen.key:
        return (ev.DeliverableDeclared(int(seen.key), True),)
    raise ConsoleError("{key:brief.tick} ticks a check or a deliverable: {key:panel.next} goes there.")


def _opens_document(seen: OnBrief) -> Whats:
    version = seen.desk.latest(int(seen.key)) if seen.panel == "deliverables" and seen.key else None
    return reads(
        version, "{key:documents.open} shows a document that was received: {key:panel.next} goes to the deliverables."
    )


def _ticks_check(seen: OnBrief) -> Whats:
    if seen.panel == "checks" and seen.key:
        return (ev.CheckTicked(seen.key, True),)
    raise ConsoleError("{key:brief.tick} ticks a check: {key:panel.next} goes there.")


CANCELS: Final = records(ev.Cancelled("other", late=False))
BRIEF: Final[Wishes[OnBrief]] = {
    **ON_A_DEFENSE,
    "brief.open_room": _opens_room,
    "brief.tick": _ticks,
    "brief.cancel": CANCELS,
    "documents.open": _opens_document,
}
WAITING: Final[Wishes[OnBrief]] = {
    **ON_A_DEFENSE,
    # Of another curriculum than the first one there is no question here: the desk pins the same again.
    "waiting.start": lambda seen: (ev.Started(seen.desk.defense.curriculum_hash or ""),),
    "waiting.absent": records(ev.NoShow(TO_COME)),
    "waiting.cancel": CANCELS,
    "brief.tick": _ticks_check,
    "live.role": lambda seen: reads(seen.desk.project.role, "This project has no role to play."),
}
