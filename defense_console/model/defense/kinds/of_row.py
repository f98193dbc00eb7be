"""What the kinds about a document to revise have in common: they name it by the event that asked for it."""

from __future__ import annotations

import re
from typing import Self

from msgspec.structs import replace

from defense_console.model.log.envelope import What

_ASKED_BY = re.compile(r"r(\d+)")


def asked_by(row: str) -> int:
    """Return the number of the event by which the mentor asked for a document, 0 where the rubric proposed it."""
    found = _ASKED_BY.fullmatch(row)
    return int(found[1]) if found else 0


class OfRow(What, frozen=True):
    """Base of the kinds about one document to revise. `row` is its id, see `Request.id`."""

    row: str

    def names(self) -> int:
        """Return the number of the event that asked for the document, 0 for one the rubric proposes."""
        return asked_by(self.row)

    def naming(self, number: int) -> Self:
        """Return the same decision about the document that another event asked for."""
        return replace(self, row=f"r{number}")
