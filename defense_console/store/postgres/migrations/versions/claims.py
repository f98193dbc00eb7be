"""Claims: which mentor is responsible for a defense that was offered."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

TABLES: Final = (
    # A change of a claim touches no index and finds room on its page: at SERIALIZABLE a new entry in an index is in the
    # way of all who have read that page of it.
    """
    CREATE TABLE claim (
        school text NOT NULL,
        stream text NOT NULL,
        state text NOT NULL,
        holder text NOT NULL,
        apart text NOT NULL,
        fence bigint NOT NULL,
        note text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (school, stream)
    ) WITH (fillfactor = 50)
    """,
    """
    CREATE TABLE offer (
        school text NOT NULL,
        stream text NOT NULL,
        apart text NOT NULL,
        fence bigint NOT NULL,
        offered timestamptz NOT NULL,
        PRIMARY KEY (school, stream)
    )
    """,
    "CREATE INDEX offer_by_age ON offer (school, offered)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES:
        op.execute(statement)
