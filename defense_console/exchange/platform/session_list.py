"""The list of sessions of the school's platform, saved by the mentor as a JSON file; nothing is fetched.

The fields are those that mentors' own tools found, since there is no contract: unknown fields are ignored, and each
needed value is looked for under every name it was seen with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from defense_console.exchange.bad_file import BadFile, BadLine
from defense_console.exchange.moments import EXPECTED, moment
from defense_console.exchange.platform.words import PLATFORM_WORDS, PlatformWord, platform_word
from defense_console.model.curriculum import Curriculum
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.text import searchable

_TYPES: Final = frozenset({"presentation", "defense"})
_LISTS: Final = ("sessions", "items", "results", "data", "content")
"""Names under which a saved answer may hold its list."""
_MARKS: Final = frozenset({"sessionDate", "recipient"})
"""Fields no other file of the console has."""
_LENGTH: Final = re.compile(
    r"P(?:(\d{1,4})D)?(?:T(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:[.,]\d{1,9})?S)?)?", re.IGNORECASE
)
_OBJECT: Final = N_("an object with the fields of a session")


class PlatformSession(msgspec.Struct, frozen=True):
    """A defense as the platform lists it.

    Attributes:
        entry: number in the list, from 1.
        id: the platform's own.
        planned_at: ISO 8601 UTC.
        student_id, student_name: who defends; the name is "" when it is not said.
        project: id of one of ours, None when neither its id nor its title is known.
        project_title: as written, else its id as written.
        word: the platform's word for its state.
        effective_s: how long it took, whole seconds; None when it is not said.
    """

    entry: int
    id: str
    planned_at: str
    student_id: str
    student_name: str
    project: str | None
    project_title: str
    word: PlatformWord
    effective_s: int | None


class SessionList(msgspec.Struct, frozen=True):
    """The defenses of a list in its order, and how many of its sessions are none."""

    sessions: tuple[PlatformSession, ...]
    others: int


def is_session_list(document: object) -> bool:
    """Return whether a JSON document is a list of sessions, by its fields."""
    entries = _entries(document)
    return entries is not None and any(isinstance(entry, dict) and _MARKS & entry.keys() for entry in entries)


def read_sessions(document: object, shipped: Mapping[str, Curriculum], zone: str) -> SessionList:
    """Return the defenses of a list.

    Raises:
        BadFile: Every entry that is no session, or says something that cannot be read.
    """
    reader = _SessionReader(_projects(shipped), zone)
    for number, entry in enumerate(_entries(document) or (), 1):
        reader.take(number, entry)
    if reader.bad:
        raise BadFile(reader.bad, entries=True)
    return SessionList(tuple(reader.sessions), reader.others)


def length_s(text: str) -> int | None:
    """Return the whole seconds of an ISO 8601 duration in days, hours, minutes and seconds: `PT1H02M` is 3,720.

    Returns:
        None when it is none; a part of a second is left out.
    """
    match = _LENGTH.fullmatch(text.strip())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + seconds


def _entries(document: object) -> list[object] | None:
    """Return the list of a document: the document itself, or its part under a name for lists."""
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        return next((document[name] for name in _LISTS if isinstance(document.get(name), list)), None)
    return None


def _projects(shipped: Mapping[str, Curriculum]) -> dict[str, frozenset[str]]:
    """Return ids of projects by what a list may call them: their id, or their title in either language."""
    found: dict[str, set[str]] = {}
    for curriculum in shipped.values():
        for project in curriculum.projects:
            for name in (project.id, project.title.fr, project.title.en):
                found.setdefault(searchable(name), set()).add(project.id)
    return {name: frozenset(ids) for name, ids in found.items()}


class _SessionReader:
    """Checks one entry after the other and collects what is wrong."""

    def __init__(self, projects: Mapping[str, frozenset[str]], zone: str) -> None:
        self.projects = projects
        self.zone = zone
        self.bad: list[BadLine] = []
        self.sessions: list[PlatformSession] = []
        self.others = 0
        self._entry = 0
        self._ids: dict[str, int] = {}

    def take(self, number: int, entry: object) -> None:
        """Check one entry; sessions of other types are counted."""
        self._entry = number
        if not isinstance(entry, dict):
            self._wrong("", json.dumps(entry)[:60], _OBJECT)
            return
        kind = entry.get("type")
        if isinstance(kind, str) and kind.strip().lower() not in _TYPES:
            self.others += 1
            return
        before = len(self.bad)
        if not isinstance(kind, str):
            self._wrong("type", kind, N_("one of {words}"), words="presentation, defense")
        session = self._session(entry)
        if len(self.bad) == before and session is not None:
            self.sessions.append(session)

    def _wrong(self, field: str, found: object, expected: str, **parameters: object) -> None:
        text = "" if found is None else found if isinstance(found, str) else json.dumps(found, default=str)
        self.bad.append(BadLine(self._entry, field, text, expected, parameters))

    def _session(self, entry: Mapping[str, Any]) -> PlatformSession | None:
        recipient = entry.get("recipient")
        if not isinstance(recipient, dict):
            self._wrong("recipient", recipient, N_("an object with the student's id"))
            recipient = {"id": "?"}
        id, student_id = self._id("id", entry.get("id")), self._id("recipient.id", recipient.get("id"))
        planned_at, word = self._planned_at(entry.get("sessionDate")), self._word(entry.get("status"))
        effective_s = self._effective_s(entry.get("durationDetails"))
        if id and self._ids.setdefault(id, self._entry) != self._entry:
            self._wrong("id", id, N_("each session once: it stands in entry {line} too"), line=self._ids[id])
        if planned_at is None or word is None:
            return None
        project, title = self._project(entry)
        name = _name(recipient)
        return PlatformSession(self._entry, id, planned_at, student_id, name, project, title, word, effective_s)

    def _id(self, field: str, value: object) -> str:
        """Return an id, which may be written as a number."""
        text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
        if isinstance(text, str) and text.strip() and text.isprintable():
            return text.strip()
        self._wrong(field, value, N_("an id"))
        return ""

    def _planned_at(self, value: object) -> str | None:
        try:
            if not isinstance(value, str):
                raise ConsoleError(EXPECTED)
            return moment(value.strip(), self.zone)
        except ConsoleError as error:
            self._wrong("sessionDate", value, error.id, **error.parameters)
            return None

    def _word(self, value: object) -> PlatformWord | None:
        word = platform_word(value) if isinstance(value, str) else None
        if word is None:
            self._wrong("status", value, N_("one of {words}"), words=", ".join(PLATFORM_WORDS))
        return word

    def _effective_s(self, details: object) -> int | None:
        if details is None:
            return None
        if not isinstance(details, dict):
            self._wrong("durationDetails", details, N_("an object, or nothing"))
            return None
        found: int | None = None
        for name in ("billedDuration", "effectiveDuration"):
            value = details.get(name)
            found = length_s(value) if isinstance(value, str) else None
            if value is not None and found is None:
                self._wrong(f"durationDetails.{name}", value, N_("a length such as PT1H02M"))
        return found

    def _project(self, entry: Mapping[str, Any]) -> tuple[str | None, str]:
        """Return the project by its id, else by its title when only one has it; and what the list calls it."""
        names = [entry.get("projectId"), entry.get("projectTitle")]
        written = [str(name).strip() for name in names if isinstance(name, str | int) and str(name).strip()]
        for name in written:
            ids = self.projects.get(searchable(name), frozenset())
            if len(ids) == 1:
                return next(iter(ids)), written[-1]
        return None, written[-1] if written else ""


def _name(recipient: Mapping[str, Any]) -> str:
    """Return the student's name under the names seen for it, "" without one."""
    whole = recipient.get("displayableName") or recipient.get("displayName") or recipient.get("name")
    if isinstance(whole, str) and whole.strip():
        return whole.strip()
    parts: Iterable[object] = (recipient.get("firstName"), recipient.get("lastName"))
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
