"""People and rights: who may read and write which row, by the database role of the account and by nothing else.

Every policy asks for `current_user`. No setting that a client can set is looked at. The policies hold for the owner of
the tables too (FORCE); only who administers the server itself is beyond them. docs/school.md has the table of rights.

A text that only its author reads is in a table of its own, so that a row is either seen or not: `private_line` for
lines of a log, `draft` and `aside` for what has no place there yet. `beside` has a row for each log that has such
texts; when it is removed they go with it, and nobody need see them for that.
"""

from __future__ import annotations

from typing import Any, Final

from alembic import op
from psycopg.sql import Identifier

from defense_console.model.privacy import glance

revision: Final = "0004"
down_revision: Final = "0003"

TABLES: Final = (
    """
    CREATE TABLE person (
        school text NOT NULL,
        role_name text NOT NULL,
        kind text NOT NULL CHECK (kind IN ('mentor', 'administrator', 'service', 'access', 'gone')),
        name text NOT NULL,
        since timestamptz NOT NULL,
        PRIMARY KEY (school, role_name)
    )
    """,
    # Who registered a student first. It stays: so nobody gets a student by registering them again.
    """
    CREATE TABLE pupil (
        school text NOT NULL,
        student text NOT NULL,
        role_name text NOT NULL,
        PRIMARY KEY (school, student)
    )
    """,
    """
    CREATE TABLE grants (
        school text NOT NULL,
        role_name text NOT NULL,
        student text NOT NULL,
        PRIMARY KEY (school, role_name, student)
    )
    """,
    """
    CREATE TABLE reading (
        school text NOT NULL,
        role_name text NOT NULL,
        student text NOT NULL,
        id uuid NOT NULL,
        at timestamptz NOT NULL DEFAULT clock_timestamp(),
        PRIMARY KEY (school, student, role_name, id)
    )
    """,
    """
    CREATE TABLE beside (
        school text NOT NULL,
        stream text NOT NULL,
        PRIMARY KEY (school, stream)
    )
    """,
    """
    CREATE TABLE private_line (
        school text NOT NULL,
        stream text NOT NULL,
        seq bigint NOT NULL,
        private_to text NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (school, stream, seq),
        FOREIGN KEY (school, stream) REFERENCES beside (school, stream) ON DELETE CASCADE
    )
    """,
    "CREATE INDEX log_by_student ON log (school, student)",
    "CREATE INDEX claim_by_student ON claim (school, student)",
)

COLUMNS: Final = (
    "ALTER TABLE log ADD COLUMN student text NOT NULL DEFAULT ''",
    "ALTER TABLE log ADD COLUMN released boolean NOT NULL DEFAULT false",
    "ALTER TABLE claim ADD COLUMN student text NOT NULL DEFAULT ''",
    "ALTER TABLE offer ADD COLUMN student text NOT NULL DEFAULT ''",
    "ALTER TABLE event ADD COLUMN action bigint NOT NULL DEFAULT 0",
    "ALTER TABLE event ADD COLUMN role_name text NOT NULL DEFAULT ''",
    "ALTER TABLE event ADD COLUMN private_to text",
    "ALTER TABLE event ALTER COLUMN body DROP NOT NULL",
    "ALTER TABLE lease ADD COLUMN role_name text NOT NULL DEFAULT ''",
    "ALTER TABLE draft ADD COLUMN role_name text NOT NULL DEFAULT current_user",
    "ALTER TABLE draft DROP CONSTRAINT draft_pkey",
    "ALTER TABLE draft ADD PRIMARY KEY (school, stream, role_name, field)",
    "ALTER TABLE aside ADD COLUMN role_name text NOT NULL DEFAULT current_user",
    "ALTER TABLE aside DROP CONSTRAINT aside_pkey",
    "ALTER TABLE aside ADD PRIMARY KEY (school, stream, role_name, name)",
)

GRANTED: Final = """
SELECT DISTINCT grantee::text FROM information_schema.role_table_grants
WHERE table_schema = current_schema() AND table_name = 'event' AND grantee <> current_user
"""
NO_RIGHTS: Final = (
    "REVOKE ALL ON school, log, event, draft, aside, lease, living, curriculum, fact, writer, claim, offer, "
    'claim_change, defense_console_schema FROM "person"'
)
"""Rights for whole tables, as they were given before: they are more than anybody has now."""
LINES: Final = "SELECT school, stream, seq, body FROM event WHERE body IS NOT NULL ORDER BY school, stream, seq"
LOGS: Final = "UPDATE log SET student = %(student)s WHERE school = %(school)s AND stream = %(stream)s"
ACTION: Final = """
UPDATE event SET action = %(action)s WHERE school = %(school)s AND stream = %(stream)s AND seq = %(seq)s
"""
BESIDE: Final = "INSERT INTO beside (school, stream) VALUES (%(school)s, %(stream)s) ON CONFLICT DO NOTHING"
HIDE: Final = """
INSERT INTO private_line (school, stream, seq, private_to, body)
SELECT school, stream, seq, '', body FROM event
WHERE school = %(school)s AND stream = %(stream)s AND seq = %(seq)s
"""
HIDDEN: Final = """
UPDATE event SET private_to = '', body = NULL
WHERE school = %(school)s AND stream = %(stream)s AND seq = %(seq)s
"""
"""What is known of lines from before: whose they are is not, so what was private is nobody's until a person of that
name is added."""

AFTERWARDS: Final = (
    "INSERT INTO beside (school, stream) SELECT school, stream FROM draft ON CONFLICT DO NOTHING",
    "INSERT INTO beside (school, stream) SELECT school, stream FROM aside ON CONFLICT DO NOTHING",
    """
    UPDATE claim SET student = l.student FROM log AS l WHERE l.school = claim.school AND l.stream = claim.stream
    """,
    """
    UPDATE offer SET student = l.student FROM log AS l WHERE l.school = offer.school AND l.stream = offer.stream
    """,
    "ALTER TABLE draft ADD FOREIGN KEY (school, stream) REFERENCES beside (school, stream) ON DELETE CASCADE",
    "ALTER TABLE aside ADD FOREIGN KEY (school, stream) REFERENCES beside (school, stream) ON DELETE CASCADE",
    "ALTER TABLE event ADD CHECK ((body IS NULL) = (private_to IS NOT NULL))",
)

# --- who may do what ---------------------------------------------------------------------------------------------


def _in(*kinds: str) -> str:
    """Return that the row is of a school in which the account is one of these."""
    named = ", ".join(f"'{kind}'" for kind in kinds)
    return f"school IN (SELECT me.school FROM person AS me WHERE me.role_name = current_user AND me.kind IN ({named}))"


# One row of another table is asked for with `(SELECT true …)`. For `EXISTS` the server would read the whole table; at
# SERIALIZABLE every change of it would then be in the way. `IS TRUE` keeps it from the index by student.
MEMBER: Final = _in("mentor", "administrator", "service", "access")
WRITER: Final = _in("mentor", "administrator")
ADMINISTRATOR: Final = _in("administrator")
PAGES: Final = _in("service")
OF_STUDENT: Final = " OR ".join(
    f'position(\'"kind":"{kind}"\'::bytea in body) > 0' for kind in ("contested", "deliverable_received", "received")
)
"""What a student does on their page, by the canonical bytes of an event: no text in them has a quote without `\\`."""
OWN_STUDENT: Final = f"""
{_in("mentor")} AND (school, student) IN (SELECT g.school, g.student FROM grants AS g WHERE g.role_name = current_user)
"""
HELD: Final = f"""
{_in("mentor")} AND (
    SELECT true FROM claim AS c WHERE c.school = log.school AND c.stream = log.stream
    AND (c.student = log.student AND c.student <> '') IS TRUE AND c.state = 'claimed' AND c.holder = current_user)
"""
OFFERED: Final = f"""
{_in("mentor")} AND (
    SELECT true FROM offer AS o WHERE o.school = log.school AND o.stream = log.stream AND o.student = log.student
    AND o.student <> '')
"""
"""A claim names the student too: one on a log of somebody else's student gives nothing."""
WHOSE_DEFENSE_IS_HELD: Final = f"""
{_in("mentor")} AND subject = 'student' AND (
    SELECT true FROM claim AS c WHERE c.school = log.school AND c.student = log.student AND c.student <> ''
    AND c.state = 'claimed' AND c.holder = current_user LIMIT 1)
"""
"""Who assesses somebody knows who that is, and reads what is known of them."""
MAY_OFFER: Final = f"""
{_in("administrator")} OR {_in("mentor")} AND (student = '' OR (school, student) IN (
    SELECT g.school, g.student FROM grants AS g WHERE g.role_name = current_user))
"""
MAY_MOVE: Final = """
(state = 'offered' OR holder = current_user OR asked < clock_timestamp() - interval '1 day'
    OR (asked IS NULL AND since < clock_timestamp() - interval '14 days'))
"""
"""What its holder was asked about and did not answer, any mentor offers again, and asks."""
IS_OFFERED: Final = """
(SELECT true FROM claim AS c WHERE c.school = offer.school AND c.stream = offer.stream
    AND c.student = offer.student AND c.state = 'offered')
"""
REGISTERED: Final = """
(school, student) IN (SELECT p.school, p.student FROM pupil AS p WHERE p.role_name = current_user)
"""
BEING_READ: Final = f"""
{_in("access")} AND (school, student) IN (
    SELECT r.school, r.student FROM reading AS r
    WHERE r.role_name = current_user AND r.at < now() AND r.at > now() - interval '1 hour')
"""
"""The reading was recorded, and committed, before this transaction began."""


def of_log(table: str, more: str = "") -> str:
    """Return that the account reads the log of the row."""
    return f"(SELECT true FROM log AS l WHERE l.school = {table}.school AND l.stream = {table}.stream{more})"


def writable(table: str) -> str:
    """Return that the account may write the log: their student's, one that they hold, or as administrator."""
    allowed = """ AND ((l.school, l.student) IN (SELECT g.school, g.student FROM grants AS g
            WHERE g.role_name = current_user)
        OR (SELECT true FROM claim AS c WHERE c.school = l.school AND c.stream = l.stream AND c.state = 'claimed'
            AND (c.student = l.student AND c.student <> '') IS TRUE AND c.holder = current_user))"""
    return f"{ADMINISTRATOR} OR {_in('mentor')} AND {of_log(table, allowed)}"


def _access(table: str) -> str:
    return f"{_in('access')} AND {of_log(table)}"


_ME: Final = "role_name = current_user"
_OWNED: Final = (
    "school", "log", "event", "lease", "living", "curriculum", "fact", "writer", "claim", "offer", "claim_change",
    "person", "pupil",
    "grants", "reading", "beside",
)  # fmt: skip
"""Tables of which the owner sees every row: no private text is in them."""

POLICIES: Final = (
    ("person", "own", "SELECT", _ME, ""),
    ("school", "members", "SELECT", MEMBER, ""),
    ("log", "administrators", "SELECT", ADMINISTRATOR, ""),
    ("log", "own_students", "SELECT", OWN_STUDENT, ""),
    ("log", "held", "SELECT", HELD, ""),
    ("log", "student_of_held", "SELECT", WHOSE_DEFENSE_IS_HELD, ""),
    ("log", "offered", "SELECT", OFFERED, ""),
    ("log", "shown", "SELECT", PAGES, ""),
    ("log", "being_read", "SELECT", BEING_READ, ""),
    ("log", "begun", "INSERT", "", f"{ADMINISTRATOR} OR {OWN_STUDENT}"),
    ("log", "gone_on", "UPDATE", f"{ADMINISTRATOR} OR {OWN_STUDENT} OR {HELD} OR {PAGES}", ""),
    ("log", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("event", "of_log", "SELECT", of_log("event"), ""),
    ("event", "appended", "INSERT", "", f"{_ME} AND ({writable('event')})"),
    ("event", "sent", "INSERT", "", f"{_ME} AND {PAGES} AND ({OF_STUDENT})"),
    ("event", "turned", "UPDATE", f"(private_to IS NULL OR private_to = current_user) AND ({writable('event')})",
     writable("event")),
    ("event", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("private_line", "own", "SELECT", "private_to = current_user", ""),
    ("private_line", "being_read", "SELECT", _access("private_line"), ""),
    ("private_line", "hidden", "INSERT", "", writable("private_line")),
    ("private_line", "shown", "DELETE", "private_to = current_user", ""),
    ("draft", "own", "ALL", _ME, ""),
    ("draft", "being_read", "SELECT", _access("draft"), ""),
    ("aside", "own", "ALL", _ME, ""),
    ("aside", "being_read", "SELECT", _access("aside"), ""),
    ("beside", "begun", "INSERT", "", WRITER),
    ("beside", "looked_at", "SELECT", ADMINISTRATOR, ""),
    ("beside", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("lease", "of_log", "SELECT", f"{_ME} OR {of_log('lease')}", ""),
    ("lease", "taken", "INSERT", "", f"{_ME} AND ({WRITER} OR {PAGES})"),
    ("lease", "kept", "UPDATE", f"{_ME} OR {of_log('lease')}", _ME),
    ("lease", "freed", "DELETE", f"{_ME} OR {of_log('lease')}", ""),
    ("living", "members", "ALL", MEMBER, ""),
    ("curriculum", "members", "ALL", MEMBER, ""),
    ("fact", "members", "ALL", MEMBER, ""),
    ("writer", "members", "ALL", MEMBER, ""),
    ("claim", "members", "SELECT", f"{WRITER} OR {PAGES}", ""),
    ("claim", "offered", "INSERT", "", MAY_OFFER),
    ("claim", "moved", "UPDATE", f"{ADMINISTRATOR} OR {WRITER} AND {MAY_MOVE}", "apart = '' OR apart <> holder"),
    ("claim", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("claim_change", "members", "SELECT", WRITER, ""),
    ("claim_change", "recorded", "INSERT", "", f"author = current_user AND {WRITER}"),
    ("claim_change", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("offer", "members", "SELECT", WRITER, ""),
    ("offer", "made", "INSERT", "", f"{WRITER} AND {IS_OFFERED}"),
    ("offer", "taken", "DELETE", WRITER, ""),
    ("pupil", "own", "SELECT", f"{_ME} OR {ADMINISTRATOR}", ""),
    ("pupil", "registered", "INSERT", "", f"{_ME} AND {WRITER}"),
    ("pupil", "taken", "UPDATE", ADMINISTRATOR, ""),
    ("pupil", "forgotten", "DELETE", ADMINISTRATOR, ""),
    ("grants", "own", "SELECT", f"{_ME} OR {ADMINISTRATOR}", ""),
    ("grants", "registered", "INSERT", "", f"{_ME} AND {WRITER} AND {REGISTERED}"),
    ("grants", "given", "INSERT", "", ADMINISTRATOR),
    ("grants", "taken", "DELETE", ADMINISTRATOR, ""),
    ("reading", "recorded", "INSERT", "", f"{_ME} AND {_in('access')}"),
    ("reading", "looked_at", "SELECT", f"{_ME} OR {ADMINISTRATOR}", ""),
    ("reading", "forgotten", "DELETE", ADMINISTRATOR, ""),
)  # fmt: skip
"""Table, name, for what, which rows are seen, which rows may be left behind ("" is the same)."""


def policy(table: str, name: str, what: str, using: str, check: str) -> str:
    """Return the statement of a row of `POLICIES`."""
    seen = f" USING ({using})" if using else ""
    left = f" WITH CHECK ({check})" if check else ""
    return f"CREATE POLICY {name} ON {table} FOR {what}{seen}{left}"


PROTECTED: Final = (*_OWNED, "private_line", "draft", "aside")
RIGHTS: Final = (
    *(f"ALTER TABLE {table} {what} ROW LEVEL SECURITY" for table in PROTECTED for what in ("ENABLE", "FORCE")),
    *(f"CREATE POLICY owner ON {table} TO CURRENT_USER USING (true) WITH CHECK (true)" for table in _OWNED),
    # To give what was private before there were rights to its author: see `people.py`.
    "CREATE POLICY of_nobody ON private_line TO CURRENT_USER USING (private_to = '') WITH CHECK (true)",
    *(policy(*each) for each in POLICIES),
    # The names of the others in one's own schools: a policy of `person` cannot ask `person`.
    """
    CREATE VIEW colleague AS SELECT p.school, p.role_name, p.kind, p.name, p.since FROM person AS p
    WHERE p.school IN (SELECT me.school FROM person AS me WHERE me.role_name = current_user)
    """,
)


def upgrade() -> None:
    """Make the tables, hide what is private in what is there, then let the rights hold."""
    for statement in COLUMNS + TABLES:
        op.execute(statement)
    connection: Any = op.get_bind().connection.driver_connection
    for (account,) in connection.execute(GRANTED.encode()).fetchall():
        named = "PUBLIC" if account == "PUBLIC" else Identifier(account).as_string()
        connection.execute(NO_RIGHTS.replace('"person"', named).replace("%", "%%").encode())
    for school, stream, seq, body in connection.execute(LINES.encode()).fetchall():
        seen = glance(body)
        place = {"school": school, "stream": stream, "seq": seq, "action": seen.action}
        connection.execute(ACTION.encode(), place)
        if seq == 1:
            connection.execute(LOGS.encode(), {**place, "student": seen.student})
        if seen.private:
            for hide in (BESIDE, HIDE, HIDDEN):
                connection.execute(hide.encode(), place)
    for statement in AFTERWARDS + RIGHTS:
        op.execute(statement)
