"""What searches look at: a row for each log, and the words of each defense."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0004"
down_revision: Final = "0003"

TABLES: Final = (
    """
    CREATE TABLE searched (
        school text NOT NULL,
        stream text NOT NULL,
        seq bigint NOT NULL,
        student text NOT NULL,
        name text NOT NULL,
        project text NOT NULL,
        curriculum text NOT NULL,
        fact text NOT NULL,
        planned_at text NOT NULL,
        pending boolean NOT NULL,
        PRIMARY KEY (school, stream)
    )
    """,
    "CREATE INDEX searched_by_student ON searched (school, student)",
    """
    CREATE TABLE word (
        school text NOT NULL,
        word bytea NOT NULL,
        stream text NOT NULL,
        PRIMARY KEY (school, word, stream)
    )
    """,
    "CREATE INDEX word_by_stream ON word (school, stream)",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES:
        op.execute(statement)
