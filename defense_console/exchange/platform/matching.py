"""Which student and project a session of the platform is about: the list says it, or the session is not matched."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from defense_console.exchange.appointments import ImportOrigin, ImportWishes, LeftOut, StudentRow, Target, Wish
from defense_console.exchange.lists.understood import ReadId, Understood
from defense_console.exchange.platform.session_list import PlatformSession, SessionList
from defense_console.exchange.same_id import KnownIds
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.student.state import Student
from defense_console.model.text import searchable

_NAME: Final = "session/"
"""What the name of a session's link begins with: the platform's ids are not those of a calendar."""

UNKNOWN_PROJECT: Final = N_("no project has this id or title")
NO_NAME: Final = N_("the student is not known, and the list does not say their name")
NAMESAKE: Final = N_("a student of this name is known under another id: {id}")


def match_sessions(found: SessionList, people: Mapping[str, Student]) -> ImportWishes:
    """Return what a list asks for."""
    names = {searchable(person.name): person.id for person in people.values()}
    wishes: list[Wish] = []
    unmatched: list[LeftOut] = []
    new: dict[str, StudentRow] = {}
    readable, ids = KnownIds(people), dict[str, ReadId]()
    for written in found.sessions:
        try:
            session = msgspec.structs.replace(written, student_id=readable.read(written.student_id))
        except ConsoleError as error:
            unmatched.append(LeftOut(_wish(written), error.id, parameters=error.parameters))
            continue
        id, namesake = session.student_id, names.get(searchable(session.student_name))
        if id != written.student_id:
            ids.setdefault(written.student_id, ReadId(session.entry, written.student_id, id))
        known = id in people
        if session.project is None:
            unmatched.append(LeftOut(_wish(session), UNKNOWN_PROJECT))
        elif not known and not session.student_name:
            unmatched.append(LeftOut(_wish(session), NO_NAME))
        elif not known and namesake is not None:
            unmatched.append(LeftOut(_wish(session), NAMESAKE, parameters={"id": namesake}))
        else:
            wishes.append(_wish(session))
            if not known:
                new.setdefault(id, StudentRow(session.entry, id, session.student_name))
    understood = Understood(ids=tuple(ids.values()))
    return ImportWishes(
        "sessions", tuple(wishes), tuple(new.values()), True, tuple(unmatched), found.others, understood
    )


def _wish(session: PlatformSession) -> Wish:
    return Wish(
        line=session.entry,
        target=Target(session.student_id, session.project) if session.project is not None else None,
        planned_at=session.planned_at,
        origin=ImportOrigin(_NAME + session.id, session.planned_at),
        session=session,
        title=session.project_title,
    )
