"""Brings the tables of a database up to what this console knows, by Alembic and plain SQL.

Alembic is loaded only when there is something to do.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import psycopg

HEAD: Final = "0006"
"""The latest step in `versions/`."""
KNOWN: Final = ("0001", "0002", "0003", "0004", "0005", "0006")
"""Every step that this console knows, oldest first."""
_ONE_AT_A_TIME = threading.Lock()
"""Alembic works on globals."""
_VERSION_TABLE: Final = "defense_console_schema"


def bring_up(connect: Callable[[], psycopg.Connection[Any]]) -> None:
    """Take every step that the database has not taken, all of them in one transaction.

    Args:
        connect: Opens a connection; it is closed at the end.

    Raises:
        psycopg.Error: A step could not be taken; also when another console takes it at this moment.
    """
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext, MigrationStep
    from alembic.script import ScriptDirectory
    from sqlalchemy import create_engine
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.pool import NullPool

    script = ScriptDirectory(str(Path(__file__).parent))

    def steps(current: tuple[str, ...], _context: MigrationContext) -> list[MigrationStep]:
        taken = current[0] if current else "base"
        missing = reversed(list(script.iterate_revisions("head", taken)))
        return [MigrationStep.upgrade_from_script(script.revision_map, each) for each in missing]

    engine = create_engine("postgresql+psycopg://", creator=connect, poolclass=NullPool)
    try:
        with _ONE_AT_A_TIME, engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"fn": steps, "version_table": _VERSION_TABLE})
            with context.begin_transaction(), Operations.context(context):
                context.run_migrations()
    except DBAPIError as error:
        raise error.orig if isinstance(error.orig, psycopg.Error) else error from error
