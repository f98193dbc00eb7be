"""Who may come in: people with a password or a one-time link, and students with a link to their own page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

import msgspec

from defense_console.model.errors import ConsoleError, system_reason
from defense_console.model.log.instants import instant, iso
from defense_console.settings import SETTINGS_VARIABLE
from defense_console.store.durable_files import make_folder
from defense_console.surroundings import SPOOL_VARIABLE
from defense_console.web.kept import Kept, hashed, secret

Role = Literal["mentor", "administrator"]
ROLES: Final[tuple[Role, ...]] = ("mentor", "administrator")
SESSION: Final = timedelta(hours=16)
"""A day at work; then one signs in again."""
LINK: Final = timedelta(minutes=30)
"""A one-time link is opened soon, or not at all."""
STUDENT_LINK_DAYS: Final = 90
SHORTEST_PASSWORD: Final = 12
_LONGEST_PASSWORD: Final = 1_000


class Person(msgspec.Struct, frozen=True):
    """Somebody who may sign in.

    Attributes:
        name: As they type it.
        role: What they see: a mentor has the console, an administrator the page of the school.
        address: Of the school, as this person's own account opens it; "" for the store that is served.
        password: Its Argon2 hash, "" for none.
    """

    name: str
    role: Role = "mentor"
    address: str = ""
    password: str = ""


class Link(msgspec.Struct, frozen=True):
    """A one-time link: for whom, and until when (ISO 8601 UTC)."""

    name: str
    expires: str


class StudentLink(msgspec.Struct, frozen=True):
    """The link of a student's page: whose, from when and until when (ISO 8601 UTC)."""

    student: str
    made: str
    expires: str


class People:
    """Everybody who may come in, kept in a folder of `serve`.

    Args:
        folder: Where the records are.
        now: The clock.
        only_one: It is a mentor's own store, which nobody else opens.
    """

    def __init__(self, folder: Path, now: Callable[[], datetime], only_one: bool) -> None:
        self._now = now
        self._only_one = only_one
        self._people = Kept(folder / "people", Person)
        self._links = Kept(folder / "links", Link)
        self._sessions = Kept(folder / "sessions", Link)
        self._students = Kept(folder / "students", StudentLink)

    # --- accounts ------------------------------------------------------------------------------------------------

    def all(self) -> tuple[Person, ...]:
        """Return everybody, by name."""
        return tuple(person for _name, person in self._people.all())

    def find(self, name: str) -> Person | None:
        """Return who has a name."""
        return self._people.get(name)

    def change(self, name: str, role: Role | None = None, address: str | None = None) -> Person:
        """Return the account of a name, made or changed as asked; what is None stays.

        Raises:
            ConsoleError: The store has its mentor already, or the name is none.
        """
        others = [person.name for person in self.all() if person.name != name]
        if self._only_one and others:
            raise ConsoleError(
                "This store belongs to one mentor, “{name}”. Several people need a school’s store.", name=others[0]
            )
        found = self.find(name) or Person(name)
        person = Person(
            name, found.role if role is None else role, found.address if address is None else address, found.password
        )
        if self._only_one and (person.role != "mentor" or person.address):
            raise ConsoleError("A store in a folder has one mentor: roles and addresses belong to a school’s store.")
        self._people.put(name, person)
        return person

    def set_password(self, name: str, password: str) -> None:
        """Give somebody a password; who was signed in with the old one is signed out.

        Raises:
            ConsoleError: It is too short.
        """
        from argon2 import PasswordHasher

        if not SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
            raise ConsoleError("A password has at least {n} characters.", n=SHORTEST_PASSWORD)
        person = self.change(name)
        self._people.put(name, msgspec.structs.replace(person, password=PasswordHasher().hash(password)))
        self.sign_out_everywhere(name)

    def remove(self, name: str) -> bool:
        """Take somebody's account away, with every link and session; return whether there was one."""
        there = self._people.drop(name)
        self.sign_out_everywhere(name)
        return there

    def sign_out_everywhere(self, name: str) -> None:
        """End every session and every link of somebody."""
        for kept in (self._links, self._sessions):
            for key, each in tuple(kept.all()):
                if each.name == name:
                    kept.drop(key)

    # --- coming in -----------------------------------------------------------------------------------------------

    def new_link(self, name: str) -> str:
        """Return the secret of a one-time link for somebody who has an account.

        Raises:
            ConsoleError: There is no such account.
        """
        if self.find(name) is None:
            raise ConsoleError("There is nobody called “{name}” here.", name=name)
        self._links.put(hashed(token := secret()), Link(name, self._in(LINK)))
        return token

    def by_link(self, token: str) -> Person | None:
        """Return who a one-time link is for and use it up; None for one that is used, late or invented."""
        link = self._links.take(hashed(token))
        return self.find(link.name) if link is not None and self._valid(link.expires) else None

    def by_password(self, name: str, password: str) -> Person | None:
        """Return who signs in; takes its time, also for a name that nobody has."""
        from argon2 import PasswordHasher
        from argon2.exceptions import InvalidHashError, VerificationError

        person, hasher = self.find(name), PasswordHasher()
        if person is None or not person.password:
            hasher.hash(password[:_LONGEST_PASSWORD])  # who measures must not learn which names there are
            return None
        try:
            hasher.verify(person.password, password[: _LONGEST_PASSWORD + 1])
        except (VerificationError, InvalidHashError):
            return None
        return person

    def new_session(self, person: Person) -> str:
        """Return the secret of a session, for the cookie."""
        self._sessions.put(hashed(token := secret()), Link(person.name, self._in(SESSION)))
        return token

    def by_session(self, token: str) -> Person | None:
        """Return whose session it is; None for one that has ended or was invented."""
        session = self._sessions.get(hashed(token)) if token else None
        return self.find(session.name) if session is not None and self._valid(session.expires) else None

    def end_session(self, token: str) -> None:
        """Sign out whoever has this token."""
        self._sessions.drop(hashed(token))

    # --- students ------------------------------------------------------------------------------------------------

    def new_student_link(self, student: str, days: int = STUDENT_LINK_DAYS) -> str:
        """Return the secret of a link to a student's page."""
        made = self._now()
        link = StudentLink(student, iso(made), iso(made + timedelta(days=days)))
        self._students.put(hashed(token := secret()), link)
        return token

    def student_of(self, token: str) -> StudentLink | None:
        """Return whose page a link opens; None for one that is late, taken back or invented."""
        link = self._students.get(hashed(token))
        return link if link is not None and self._valid(link.expires) else None

    def student_links(self) -> tuple[StudentLink, ...]:
        """Return every link that still opens a page."""
        return tuple(link for _key, link in self._students.all() if self._valid(link.expires))

    def take_back(self, student: str) -> int:
        """Take back every link of a student; return how many there were."""
        found = [key for key, link in tuple(self._students.all()) if link.student == student]
        return sum(self._students.drop(key) for key in found)

    def sweep(self) -> None:
        """Keep nothing that is too late."""
        for links in (self._links, self._sessions):
            for key, each in tuple(links.all()):
                if not self._valid(each.expires):
                    links.drop(key)
        for key, page in tuple(self._students.all()):
            if not self._valid(page.expires):
                self._students.drop(key)

    def _in(self, length: timedelta) -> str:
        return iso(self._now() + length)

    def _valid(self, expires: str) -> bool:
        return self._now() < instant(expires)


def address_of(person: Person, served: str) -> str:
    """Return the store that somebody's console opens: the school by their own account, else the one served."""
    return person.address or served


def environment_of(person: Person, folder: Path) -> dict[str, str]:
    """Return what somebody's console finds in its environment, so that people of a school share nothing but its store.

    Their settings, which the console asks for at their first start, and what could not be saved yet are in a folder of
    their own. So is the file with the password of their account, where somebody has put one there.

    Args:
        person: Who; the mentor of a store in a folder keeps what they have.
        folder: Where `serve` keeps what belongs to it.

    Raises:
        ConsoleError: The folder cannot be made.
    """
    if not person.address:
        return {}
    own = folder / "consoles" / person.name
    settings, passwords = own / "settings.toml", own / "pgpass"
    try:
        make_folder(own)
        settings.touch(0o600)
    except OSError as error:
        raise ConsoleError("{file}: {reason}", file=str(own), reason=system_reason(error)) from error
    found = {SETTINGS_VARIABLE: str(settings), SPOOL_VARIABLE: str(own / "spool")}
    return found | ({"PGPASSFILE": str(passwords)} if passwords.exists() else {})
