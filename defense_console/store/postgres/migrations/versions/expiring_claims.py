"""Claims that are offered to one mentor first, that expire, and whose changes are kept."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0003"
down_revision: Final = "0002"

CHANGES: Final = (
    "ALTER TABLE claim ADD COLUMN preferred text NOT NULL DEFAULT ''",
    "ALTER TABLE claim ADD COLUMN asked timestamptz",
    "ALTER TABLE offer ADD COLUMN preferred text NOT NULL DEFAULT ''",
)
TABLES: Final = (
    """
    CREATE TABLE claim_change (
        school text NOT NULL,
        stream text NOT NULL,
        fence bigint NOT NULL,
        what text NOT NULL,
        holder text NOT NULL,
        note text NOT NULL,
        author text NOT NULL,
        at timestamptz NOT NULL,
        PRIMARY KEY (school, stream, fence)
    )
    """,
)


def upgrade() -> None:
    """Change the tables, and make one more."""
    for statement in (*CHANGES, *TABLES):
        op.execute(statement)
