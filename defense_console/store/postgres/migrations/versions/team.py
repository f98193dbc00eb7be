"""Students that a mentor hands on, and second readings that somebody was asked for.

A policy cannot ask the table that it protects, nor one whose policies ask it. So who may hand a student on is asked of
`pupil`, and who may ask for a reading of `grants` and `claim`; neither asks `log`.
"""

from __future__ import annotations

from typing import Final

from alembic import op

revision: Final = "0006"
down_revision: Final = "0005"

CHANGES: Final = (
    # Whoever handed a student on sees that row afterwards: the server lets nobody change a row out of their own sight.
    "ALTER TABLE pupil ADD COLUMN given_by text NOT NULL DEFAULT ''",
)
TABLES: Final = (
    """
    CREATE TABLE second_reader (
        school text NOT NULL,
        stream text NOT NULL,
        role_name text NOT NULL,
        student text NOT NULL CHECK (student <> ''),
        asked_by text NOT NULL,
        since timestamptz NOT NULL,
        done timestamptz,
        PRIMARY KEY (school, stream, role_name)
    )
    """,
)


def _in(kind: str) -> str:
    return f"school IN (SELECT me.school FROM person AS me WHERE me.role_name = current_user AND me.kind = '{kind}')"


TO_A_MENTOR: Final = "(school, role_name) IN (SELECT c.school, c.role_name FROM colleague AS c WHERE c.kind = 'mentor')"
MINE: Final = "(school, student) IN (SELECT p.school, p.student FROM pupil AS p WHERE p.role_name = current_user)"
OWN_STUDENT: Final = """
(school, student) IN (SELECT g.school, g.student FROM grants AS g WHERE g.role_name = current_user)
"""
HELD: Final = """
(SELECT true FROM claim AS c WHERE c.school = second_reader.school AND c.stream = second_reader.stream
    AND c.student = second_reader.student AND c.state = 'claimed' AND c.holder = current_user)
"""
READS: Final = """
r.role_name = current_user AND (r.done IS NULL OR r.done > clock_timestamp() - interval '1 day')
"""
LOG_READ_AGAIN: Final = f"""
{_in("mentor")} AND subject = 'defense' AND (
    SELECT true FROM second_reader AS r WHERE r.school = log.school AND r.stream = log.stream
    AND r.student = log.student AND {READS})
"""
EVENT_READ_AGAIN: Final = f"""
role_name = current_user AND {_in("mentor")} AND (
    SELECT true FROM second_reader AS r JOIN log AS l ON l.school = r.school AND l.stream = r.stream
    AND l.student = r.student AND l.subject = 'defense'
    WHERE r.school = event.school AND r.stream = event.stream AND {READS})
"""
RIGHTS: Final = (
    "ALTER TABLE second_reader ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE second_reader FORCE ROW LEVEL SECURITY",
    "CREATE POLICY owner ON second_reader TO CURRENT_USER USING (true) WITH CHECK (true)",
    f"""
    CREATE POLICY concerned ON second_reader FOR SELECT
    USING (role_name = current_user OR asked_by = current_user OR {_in("administrator")})
    """,
    f"""
    CREATE POLICY asked ON second_reader FOR INSERT WITH CHECK (
        asked_by = current_user AND done IS NULL AND {TO_A_MENTOR}
        AND ({_in("administrator")} OR {_in("mentor")} AND ({OWN_STUDENT} OR {HELD})))
    """,
    """
    CREATE POLICY finished ON second_reader FOR UPDATE USING (role_name = current_user AND done IS NULL)
    WITH CHECK (role_name = current_user AND done <= clock_timestamp())
    """,
    f"""
    CREATE POLICY ended ON second_reader FOR DELETE USING (asked_by = current_user OR {_in("administrator")})
    """,
    f"CREATE POLICY read_again ON log FOR SELECT USING ({LOG_READ_AGAIN})",
    f"CREATE POLICY gone_on_again ON log FOR UPDATE USING ({LOG_READ_AGAIN})",
    f"CREATE POLICY read_again ON event FOR INSERT WITH CHECK ({EVENT_READ_AGAIN})",
    f"CREATE POLICY handed ON grants FOR INSERT WITH CHECK ({_in('mentor')} AND {MINE} AND {TO_A_MENTOR})",
    "CREATE POLICY handed_away ON grants FOR DELETE USING (role_name = current_user)",
    "CREATE POLICY handed ON pupil FOR SELECT USING (given_by = current_user)",
    f"""
    CREATE POLICY handed_on ON pupil FOR UPDATE USING ({_in("mentor")} AND role_name = current_user)
    WITH CHECK (given_by = current_user AND {TO_A_MENTOR})
    """,
    # Whoever follows a student never assesses them, whatever the claim says of the student's own mentor.
    f"""
    CREATE POLICY not_ones_own ON claim AS RESTRICTIVE FOR UPDATE USING (true)
    WITH CHECK (holder <> current_user OR NOT {OWN_STUDENT})
    """,
)
PROTECTED: Final = ("second_reader",)


def upgrade() -> None:
    """Change a table, make one more, and say who may do what."""
    for statement in (*CHANGES, *TABLES, *RIGHTS):
        op.execute(statement)
