"""The first tables: logs, what stands next to them, and who wrote last."""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0001"
down_revision: Final = None

TABLES: Final = (
    """
    CREATE TABLE school (
        school text PRIMARY KEY,
        id text NOT NULL,
        made timestamptz NOT NULL
    )
    """,
    """
    CREATE TABLE log (
        school text NOT NULL,
        stream text NOT NULL,
        subject text NOT NULL,
        defense uuid,
        seq bigint NOT NULL,
        hash text NOT NULL,
        waiting boolean NOT NULL,
        row_seq bigint NOT NULL,
        row_version integer NOT NULL,
        body bytea,
        changed timestamptz NOT NULL,
        PRIMARY KEY (school, stream)
    )
    """,
    "CREATE INDEX log_by_waiting ON log (school, subject, waiting)",
    "CREATE INDEX log_by_defense ON log (school, defense)",
    """
    CREATE TABLE event (
        school text NOT NULL,
        stream text NOT NULL,
        seq bigint NOT NULL,
        body bytea NOT NULL,
        hash text NOT NULL,
        author text NOT NULL,
        received timestamptz NOT NULL,
        PRIMARY KEY (school, stream, seq)
    )
    """,
    """
    CREATE TABLE draft (
        school text NOT NULL,
        stream text NOT NULL,
        field text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (school, stream, field)
    )
    """,
    """
    CREATE TABLE aside (
        school text NOT NULL,
        stream text NOT NULL,
        name text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (school, stream, name)
    )
    """,
    """
    CREATE TABLE lease (
        school text NOT NULL,
        stream text NOT NULL,
        holder text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (school, stream)
    )
    """,
    """
    CREATE TABLE living (
        school text NOT NULL,
        name text NOT NULL,
        seen timestamptz NOT NULL,
        PRIMARY KEY (school, name)
    )
    """,
    """
    CREATE TABLE curriculum (
        school text NOT NULL,
        hash text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (school, hash)
    )
    """,
    """
    CREATE TABLE fact (
        school text NOT NULL,
        name text NOT NULL,
        value text NOT NULL,
        PRIMARY KEY (school, name)
    )
    """,
    """
    CREATE TABLE writer (
        school text NOT NULL,
        writer text NOT NULL,
        writes bigint NOT NULL,
        changed timestamptz NOT NULL,
        PRIMARY KEY (school, writer)
    )
    """,
)


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES:
        op.execute(statement)
