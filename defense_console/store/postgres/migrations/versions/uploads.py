"""Documents that students upload: their contents in parts, and which log names them."""

from __future__ import annotations

from typing import Any, Final

from alembic import op

from defense_console.store.vault import named_in

revision: Final = "0005"
down_revision: Final = "0003"

TABLES: Final = (
    # A copy of a document. Without a hash it is half-made. Whoever may not see a copy makes another one, so a hash may
    # be there twice.
    """
    CREATE TABLE upload (
        school text NOT NULL,
        copy uuid NOT NULL,
        sha256 text,
        size bigint,
        role_name text NOT NULL DEFAULT current_user,
        begun timestamptz NOT NULL,
        PRIMARY KEY (school, copy)
    )
    """,
    "CREATE INDEX upload_by_content ON upload (school, sha256)",
    """
    CREATE TABLE upload_part (
        school text NOT NULL,
        copy uuid NOT NULL,
        part bigint NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (school, copy, part),
        FOREIGN KEY (school, copy) REFERENCES upload (school, copy) ON DELETE CASCADE
    )
    """,
    # Who may read a log may read the documents that it names.
    """
    CREATE TABLE upload_of (
        school text NOT NULL,
        stream text NOT NULL,
        sha256 text NOT NULL,
        PRIMARY KEY (school, stream, sha256)
    )
    """,
    "CREATE INDEX upload_of_by_content ON upload_of (school, sha256)",
)
LINES: Final = "SELECT school, stream, body FROM event WHERE body IS NOT NULL"
NAME: Final = "INSERT INTO upload_of (school, stream, sha256) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"


def upgrade() -> None:
    """Make the tables, and note which documents the logs name that are there."""
    for statement in TABLES:
        op.execute(statement)
    connection: Any = op.get_bind().connection.driver_connection
    for school, stream, body in connection.execute(LINES.encode()):
        for sha256 in named_in(body):
            connection.execute(NAME.encode(), (school, stream, sha256))
