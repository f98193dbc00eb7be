"""Claims: which mentor is responsible for a defense that was offered."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0002"
down_revision: Final = "0001"

TABLES: Final = (
    """
    CREATE TABLE claim (
        school text NOT NULL,
        stream text NOT NULL,
        state text NOT NULL,
        holder text NOT NULL,
        apart text NOT NULL,
        fence bigint NOT NULL,
        note text NOT NULL,
        offered timestamptz NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (school, stream)
    )
    """,
    "CREATE INDEX claim_by_state ON claim (school, state, offered)",
    "CREATE INDEX claim_by_holder ON claim (school, holder)",
)


def upgrade() -> None:
    """Make the table."""
    for statement in TABLES:
        op.execute(statement)
