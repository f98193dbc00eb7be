"""Documents that students upload: their contents in parts, and which log names them."""

from __future__ import annotations

from typing import Any, Final

from alembic import op

from defense_console.store.postgres.migrations.versions.rights import (
    ADMINISTRATOR,
    PAGES,
    WRITER,
    of_log,
    policy,
    writable,
)
from defense_console.store.vault import named_in

revision: Final = "0005"
down_revision: Final = "0004"

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

COPY: Final = "(SELECT true FROM upload AS u WHERE u.school = upload_part.school AND u.copy = upload_part.copy{})"
NAMED: Final = """
(SELECT true FROM upload_of AS o WHERE o.school = upload.school AND o.sha256 = upload.sha256 LIMIT 1)
"""
"""A log that the account reads names it."""
_MINE: Final = "role_name = current_user"
POLICIES: Final = (
    ("upload", "own", "SELECT", _MINE, ""),
    ("upload", "named", "SELECT", NAMED, ""),
    ("upload", "begun", "INSERT", "", f"{_MINE} AND ({WRITER} OR {PAGES})"),
    ("upload", "finished", "UPDATE", f"{_MINE} AND sha256 IS NULL", _MINE),
    ("upload", "half_made", "DELETE", f"{_MINE} AND sha256 IS NULL", ""),
    ("upload", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("upload_part", "of_copy", "SELECT", COPY.format(""), ""),
    ("upload_part", "written", "INSERT", "", COPY.format(f" AND u.{_MINE} AND u.sha256 IS NULL")),
    ("upload_of", "of_log", "SELECT", of_log("upload_of"), ""),
    ("upload_of", "appended", "INSERT", "", f"{writable('upload_of')} OR {PAGES}"),
    ("upload_of", "forgotten", "DELETE", ADMINISTRATOR, ""),
)
"""As `rights.POLICIES`. What is whole nobody changes, and only who forgets removes it."""
PROTECTED: Final = ("upload", "upload_part", "upload_of")
RIGHTS: Final = (
    *(f"ALTER TABLE {table} {what} ROW LEVEL SECURITY" for table in PROTECTED for what in ("ENABLE", "FORCE")),
    *(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)" for table in PROTECTED),
    *(policy(*each) for each in POLICIES),
)


def upgrade() -> None:
    """Make the tables, and note which documents the logs name that are there."""
    for statement in TABLES:
        op.execute(statement)
    connection: Any = op.get_bind().connection.driver_connection
    for school, stream, body in connection.execute(LINES.encode()):
        for sha256 in named_in(body):
            connection.execute(NAME.encode(), (school, stream, sha256))
    for statement in RIGHTS:
        op.execute(statement)
