"""The address of a school: which database, and which of the schools in it. Nothing here loads a driver."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode

import msgspec

from defense_console.model.errors import N_, ConsoleError

SCHEMES: Final = ("postgresql://", "postgres://")
SCHOOL: Final = "school"
"""Parameter of the address that names the school, and the name of a school that it does not name."""
_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_SECRETS: Final = frozenset({"password", "sslpassword"})


class Address(msgspec.Struct, frozen=True):
    """Where a school is: the address without its parameter `school`, as libpq reads it, and the school's name."""

    url: str
    school: str

    def __str__(self) -> str:
        """Return the address as it is typed; it never holds a password."""
        return f"{self.url}{'&' if '?' in self.url else '?'}{SCHOOL}={self.school}"


def names_a_school(text: str) -> bool:
    """Return whether this is the address of a database, not the path of a folder."""
    return text.startswith(SCHEMES)


def address(text: str, environ: Mapping[str, str] | None = None) -> Address:
    """Read an address as it is typed.

    Raises:
        ConsoleError: It holds a password, or the environment does; or the name of the school is none.
    """
    environ = os.environ if environ is None else environ
    place, _mark, query = text.partition("?")
    rest = place.partition("://")[2]
    user = rest.partition("/")[0].rpartition("@")[0]
    given = parse_qsl(query, keep_blank_values=True)
    if ":" in user or _SECRETS.intersection(name for name, _value in given):
        raise ConsoleError(
            N_("No password belongs in the address of a store, where others can read it: write it into the file that "
               "PGPASSFILE names, or into a service file.")
        )  # fmt: skip
    if environ.get("PGPASSWORD"):
        raise ConsoleError(
            N_("PGPASSWORD is set, where other programs can read it: write the password into the file that PGPASSFILE "
               "names, or into a service file.")
        )  # fmt: skip
    school = dict(given).get(SCHOOL, SCHOOL)
    if not _NAME.fullmatch(school):
        raise ConsoleError(
            N_("“{name}” is no name of a school: it has letters, digits, “.”, “_” and “-”, at most 64."), name=school
        )
    others = urlencode([pair for pair in given if pair[0] != SCHOOL], quote_via=quote)
    return Address(place + (f"?{others}" if others else ""), school)
