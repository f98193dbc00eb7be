"""Every statement that the store of a school runs, in one place, so that a test can read them all.

They stay within what PostgreSQL 15 to 18 and the engines that speak its protocol have in common: no sequences,
triggers, advisory locks, `SKIP LOCKED` or integer division. Each is correct at READ COMMITTED and at SERIALIZABLE.
`school` is the first column of every key. Instants are the server's.
"""

from __future__ import annotations

from typing import Final

# --- sessions and transactions -----------------------------------------------------------------------------------

SETTINGS: Final = """
SELECT set_config('statement_timeout', %s, false), set_config('idle_in_transaction_session_timeout', %s, false),
    set_config('lock_timeout', %s, false), set_config('synchronous_commit', 'on', false)
"""
"""What is said to be saved is on the disk, and on that of the standby that the server waits for, however it is set."""
BEGIN: Final = "BEGIN"
VIEW: Final = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"
LONG_VIEW: Final = "SELECT set_config('idle_in_transaction_session_timeout', '0', true)"
"""A view locks nothing and marks nothing, so whoever reads from it may pause, as a pipe does."""
COMMIT: Final = "COMMIT"
ROLLBACK: Final = "ROLLBACK"
SAVEPOINT: Final = "SAVEPOINT inner_block"
RELEASE: Final = "RELEASE SAVEPOINT inner_block"
ROLLBACK_TO: Final = "ROLLBACK TO SAVEPOINT inner_block"
READ_ONLY: Final = "SELECT current_setting('transaction_read_only')"

# --- schools -----------------------------------------------------------------------------------------------------

SCHEMA: Final = "SELECT version_num FROM defense_console_schema"
SCHOOL_ID: Final = "SELECT id FROM school WHERE school = %s"
ADD_SCHOOL: Final = "INSERT INTO school (school, id, made) VALUES (%s, %s, clock_timestamp()) ON CONFLICT DO NOTHING"
WHO: Final = """
SELECT current_user::text, p.kind FROM school AS s
LEFT JOIN person AS p ON p.school = s.school AND p.role_name = current_user WHERE s.school = %s
"""
"""The account, and what it is in this school; nothing for its owner."""

# --- who wrote ---------------------------------------------------------------------------------------------------

MARK: Final = """
INSERT INTO writer (school, writer, writes, changed) VALUES (%s, %s, 1, clock_timestamp())
ON CONFLICT (school, writer) DO UPDATE SET writes = writer.writes + 1, changed = clock_timestamp()
"""
"""The last statement before a commit, so that `changed` is at most as old as a session may wait and commit."""
LOOK: Final = """
SELECT now(), w.writer, w.writes FROM school AS s
LEFT JOIN writer AS w ON w.school = s.school AND w.writer <> %(own)s AND w.changed > %(since)s
WHERE s.school = %(school)s
"""
FORGET_WRITERS: Final = "DELETE FROM writer WHERE school = %s AND changed < clock_timestamp() - interval '2 days'"

# --- logs --------------------------------------------------------------------------------------------------------

LAST: Final = """
SELECT l.seq, l.hash, e.seq, coalesce(e.body, p.body), e.action FROM log AS l
LEFT JOIN event AS e ON e.school = l.school AND e.stream = l.stream AND e.seq = l.seq
LEFT JOIN private_line AS p ON p.school = e.school AND p.stream = e.stream AND p.seq = e.seq
WHERE l.school = %s AND l.stream = %s
"""
LINES: Final = """
SELECT e.seq, coalesce(e.body, p.body), e.hash, e.action FROM event AS e
LEFT JOIN private_line AS p ON p.school = e.school AND p.stream = e.stream AND p.seq = e.seq
WHERE e.school = %s AND e.stream = %s AND e.seq BETWEEN %s AND %s ORDER BY e.seq
"""
WHOLE_LOGS: Final = """
SELECT l.stream, l.seq, l.hash, e.seq, coalesce(e.body, p.body), e.hash, e.action, e.private_to = current_user
FROM log AS l LEFT JOIN event AS e ON e.school = l.school AND e.stream = l.stream
LEFT JOIN private_line AS p ON p.school = e.school AND p.stream = e.stream AND p.seq = e.seq
WHERE l.school = %s AND l.stream = ANY(%s) ORDER BY l.stream, e.seq
"""
"""A text that is private to somebody else is not there; its line is."""
SIZE: Final = """
SELECT count(*), coalesce(sum(seq), 0)::bigint FROM log WHERE school = %s AND left(stream, length(%s)) = %s
"""
WITHHELD: Final = """
SELECT count(*) FROM event AS e
LEFT JOIN private_line AS p ON p.school = e.school AND p.stream = e.stream AND p.seq = e.seq
WHERE e.school = %s AND left(e.stream, length(%s)) = %s AND e.body IS NULL AND p.body IS NULL
"""
BEGIN_LOG: Final = """
INSERT INTO log (school, stream, subject, defense, student, seq, hash, waiting, row_seq, row_version, changed)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0, 0, clock_timestamp()) ON CONFLICT DO NOTHING
"""
ADD_PUPIL: Final = """
INSERT INTO pupil (school, student, role_name) VALUES (%s, %s, current_user) ON CONFLICT DO NOTHING
"""
OWN_PUPIL: Final = """
INSERT INTO grants (school, role_name, student)
SELECT school, role_name, student FROM pupil WHERE school = %s AND student = %s AND role_name = current_user
ON CONFLICT DO NOTHING
"""
"""Who registers a student first has them; a student of somebody else stays theirs."""
GO_ON: Final = """
UPDATE log SET seq = %(seq)s, hash = %(hash)s, waiting = waiting OR %(waiting)s, changed = clock_timestamp()
WHERE school = %(school)s AND stream = %(stream)s AND seq = %(after)s AND hash = %(after_hash)s
"""
"""Compare and set: of two writers that saw the same end, one changes the row and the other one changes none."""
ADD_LINE: Final = """
INSERT INTO event (school, stream, seq, body, hash, author, action, role_name, private_to, received)
VALUES (%(school)s, %(stream)s, %(seq)s, %(shared)s, %(hash)s, %(author)s, %(action)s, current_user,
    CASE WHEN %(private)s THEN current_user END, clock_timestamp())
"""
ADD_PRIVATE: Final = """
INSERT INTO private_line (school, stream, seq, private_to, body)
VALUES (%(school)s, %(stream)s, %(seq)s, current_user, %(body)s)
"""
STANDINGS: Final = """
SELECT seq, role_name = current_user, private_to IS NOT NULL FROM event WHERE school = %s AND stream = %s
"""
HIDE: Final = """
INSERT INTO private_line (school, stream, seq, private_to, body)
SELECT e.school, e.stream, e.seq, n.role_name, e.body FROM event AS e
JOIN event AS n ON n.school = e.school AND n.stream = e.stream AND n.seq = %(note)s
WHERE e.school = %(school)s AND e.stream = %(stream)s AND e.seq = %(seq)s
"""
"""The text of a note is private to who wrote the note, whoever made it so."""
HIDDEN: Final = """
UPDATE event SET body = NULL, private_to = n.role_name FROM event AS n
WHERE n.school = event.school AND n.stream = event.stream AND n.seq = %(note)s
AND event.school = %(school)s AND event.stream = %(stream)s AND event.seq = %(seq)s
"""
SHOW: Final = """
UPDATE event SET body = p.body, private_to = NULL FROM private_line AS p
WHERE p.school = event.school AND p.stream = event.stream AND p.seq = event.seq AND p.private_to = current_user
AND event.school = %(school)s AND event.stream = %(stream)s AND event.seq = %(seq)s
"""
SHOWN: Final = """
DELETE FROM private_line
WHERE school = %(school)s AND stream = %(stream)s AND seq = %(seq)s AND private_to = current_user
"""
BESIDE: Final = "INSERT INTO beside (school, stream) VALUES (%s, %s) ON CONFLICT DO NOTHING"
"""A row for each log that has private texts: they go with it."""
STREAMS: Final = "SELECT stream FROM log WHERE school = %s AND left(stream, length(%s)) = %s"
HAS_LOGS: Final = "SELECT 1 FROM log WHERE school = %s LIMIT 1"
ORPHANS: Final = """
SELECT DISTINCT e.stream FROM event AS e LEFT JOIN log AS l ON l.school = e.school AND l.stream = e.stream
WHERE e.school = %s AND l.stream IS NULL
"""

# --- rows next to logs -------------------------------------------------------------------------------------------

PUT_ROW: Final = """
UPDATE log SET row_seq = %(seq)s, row_version = %(version)s, waiting = %(waiting)s, body = %(body)s,
    released = %(released)s
WHERE school = %(school)s AND stream = %(stream)s AND seq = %(seq)s
"""
WAITING: Final = """
SELECT stream, seq, row_seq, row_version, body FROM log WHERE school = %s AND subject = 'defense' AND waiting
"""
WAITING_ENDS: Final = """
SELECT stream, hash, row_seq, row_version FROM log WHERE school = %s AND subject = 'defense' AND waiting
"""
"""What their rows are computed from: one with the same end and version says the same."""
SOME_ENDS: Final = "SELECT stream, hash, row_seq, row_version FROM log WHERE school = %s AND stream = ANY(%s)"
CLOSED: Final = "SELECT body FROM log WHERE school = %s AND subject = 'defense' AND NOT waiting"
FOUND: Final = """
SELECT stream, seq, row_seq, row_version, body FROM log WHERE school = %s AND defense BETWEEN %s AND %s
"""
DEFENSES: Final = """
SELECT stream, seq, row_seq, row_version, body FROM log WHERE school = %s AND defense = ANY(%s)
"""
ALL_STUDENTS: Final = """
SELECT stream, seq, row_seq, row_version, body FROM log WHERE school = %s AND subject = 'student'
"""
SOME_ROWS: Final = """
SELECT stream, seq, row_seq, row_version, body FROM log WHERE school = %s AND stream = ANY(%s)
"""

# --- what has no place in a log yet ------------------------------------------------------------------------------

DRAFTS: Final = """
SELECT stream, CASE WHEN role_name = current_user THEN '' ELSE role_name END, field, body FROM draft WHERE school = %s
"""
PUT_DRAFT: Final = """
INSERT INTO draft (school, stream, role_name, field, body) VALUES (%s, %s, current_user, %s, %s)
ON CONFLICT (school, stream, role_name, field) DO UPDATE SET body = excluded.body
"""
DROP_DRAFT: Final = """
DELETE FROM draft WHERE school = %s AND stream = %s AND role_name = current_user AND field = %s
"""
ASIDES: Final = """
SELECT stream, CASE WHEN role_name = current_user THEN '' ELSE role_name END, name, body FROM aside WHERE school = %s
"""
PUT_ASIDE: Final = """
INSERT INTO aside (school, stream, role_name, name, body) VALUES (%s, %s, current_user, %s, %s)
ON CONFLICT (school, stream, role_name, name) DO UPDATE SET body = excluded.body
"""
DROP_ASIDE: Final = """
DELETE FROM aside WHERE school = %s AND stream = %s AND role_name = current_user AND name = %s
"""

# --- leases and who lives ----------------------------------------------------------------------------------------

LEASES: Final = """
SELECT a.stream, a.body, a.holder,
    extract(epoch FROM l.seen + %(fresh)s * interval '1 second' - clock_timestamp())::double precision
FROM lease AS a LEFT JOIN living AS l ON l.school = a.school AND l.name = a.holder
WHERE a.school = %(school)s
"""
PUT_LEASE: Final = """
INSERT INTO lease (school, stream, holder, body, role_name)
VALUES (%(school)s, %(stream)s, %(holder)s, %(body)s, current_user)
ON CONFLICT (school, stream) DO UPDATE
SET holder = excluded.holder, body = excluded.body, role_name = excluded.role_name
WHERE %(any)s OR lease.holder = ANY(%(over)s)
"""
DROP_LEASE: Final = """
DELETE FROM lease WHERE school = %(school)s AND stream = %(stream)s AND (%(any)s OR holder = ANY(%(over)s))
"""
LIVES: Final = """
INSERT INTO living (school, name, seen) VALUES (%s, %s, clock_timestamp())
ON CONFLICT (school, name) DO UPDATE SET seen = clock_timestamp()
"""
STILL_LIVES: Final = "UPDATE living SET seen = clock_timestamp() WHERE school = %s AND name = %s"
IS_LIVING: Final = """
SELECT 1 FROM living WHERE school = %s AND name = %s AND seen > clock_timestamp() - %s * interval '1 second'
"""
GONE: Final = "DELETE FROM living WHERE school = %s AND name = ANY(%s)"

# --- curricula and facts -----------------------------------------------------------------------------------------

CURRICULUM: Final = "SELECT body FROM curriculum WHERE school = %s AND hash = %s"
CURRICULA: Final = "SELECT hash, body FROM curriculum WHERE school = %s"
PIN: Final = "INSERT INTO curriculum (school, hash, body) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
FACT: Final = "SELECT value FROM fact WHERE school = %s AND name = %s"
PUT_FACT: Final = """
INSERT INTO fact (school, name, value) VALUES (%s, %s, %s)
ON CONFLICT (school, name) DO UPDATE SET value = excluded.value
"""

# --- claims --------------------------------------------------------------------------------------------------------

ADD_CLAIM: Final = """
INSERT INTO claim (school, stream, state, holder, apart, preferred, fence, note, since, student)
VALUES (%(school)s, %(stream)s, 'offered', '', %(apart)s, %(first)s, 0, '', clock_timestamp(),
    coalesce((SELECT l.student FROM log AS l WHERE l.school = %(school)s AND l.stream = %(stream)s), ''))
ON CONFLICT DO NOTHING
"""
OFFER: Final = """
INSERT INTO offer (school, stream, apart, preferred, fence, offered, student)
SELECT school, stream, apart, preferred, fence, clock_timestamp(), student FROM claim WHERE school = %s AND stream = %s
"""
NEXT_OFFERED: Final = """
SELECT stream, fence FROM offer
WHERE school = %(school)s AND apart <> %(holder)s AND (preferred = '' OR preferred = %(holder)s
    OR offered < clock_timestamp() - %(first_days)s * interval '1 day')
ORDER BY offered, stream LIMIT %(among)s
"""
TAKE: Final = """
DELETE FROM offer WHERE school = %(school)s AND stream = %(stream)s AND (preferred = '' OR preferred = %(holder)s
    OR offered < clock_timestamp() - %(first_days)s * interval '1 day')
"""
"""Of all who saw it offered, one removes the row; whether it still is that offer, the fence of the claim says."""
CHANGE_CLAIM: Final = """
UPDATE claim SET state = %(state)s, holder = %(holder)s, fence = fence + 1, note = %(note)s, since = clock_timestamp(),
    asked = NULL
WHERE school = %(school)s AND stream = %(stream)s AND fence = %(fence)s AND (apart = '' OR apart <> %(holder)s)
"""
"""Compare and set: a fence belongs to one state, so nothing else need be compared."""
EXPIRE: Final = """
UPDATE claim SET state = 'offered', holder = '', fence = fence + 1, note = '', since = clock_timestamp(), asked = NULL
WHERE school = %(school)s AND stream = %(stream)s AND fence = %(fence)s AND state = 'claimed'
    AND asked < clock_timestamp() - %(answer_days)s * interval '1 day'
    AND %(starts)s::timestamptz > clock_timestamp() + %(answer_days)s * interval '1 day'
"""
ASK: Final = """
UPDATE claim SET asked = clock_timestamp()
WHERE school = %(school)s AND stream = %(stream)s AND fence = %(fence)s AND state = 'claimed' AND asked IS NULL
    AND since < clock_timestamp() - %(claim_days)s * interval '1 day'
"""
KEEP: Final = """
UPDATE claim SET since = clock_timestamp(), asked = NULL
WHERE school = %(school)s AND stream = %(stream)s AND fence = %(fence)s AND holder = %(holder)s
"""
RECORD_CLAIM: Final = """
INSERT INTO claim_change (school, stream, fence, what, holder, note, author, at)
VALUES (%(school)s, %(stream)s, %(fence)s, %(what)s, %(holder)s, %(note)s, current_user, clock_timestamp())
"""
CLAIM_OF: Final = """
SELECT stream, state, holder, fence, note, since, apart, preferred, asked FROM claim WHERE school = %s AND stream = %s
"""
CLAIMS_OF: Final = """
SELECT stream, state, holder, fence, note, since, apart, preferred, asked FROM claim WHERE school = %s AND holder = %s
"""
CLAIMS: Final = """
SELECT stream, state, holder, fence, note, since, apart, preferred, asked FROM claim AS c
WHERE school = %s AND EXISTS (
    SELECT 1 FROM log AS l WHERE l.school = c.school AND l.stream = c.stream AND l.subject = 'defense' AND l.waiting)
"""
"""Those of defenses that are pending: the claims of closed ones are history."""
FENCED: Final = "SELECT holder, fence FROM claim WHERE school = %s AND stream = %s FOR UPDATE"
"""Nobody hands a defense over between this look and the commit of what is written under its claim."""

# --- documents -----------------------------------------------------------------------------------------------------

BEGIN_UPLOAD: Final = "INSERT INTO upload (school, copy, begun) VALUES (%s, %s, clock_timestamp())"
"""A copy without a hash is half-made."""
ADD_PART: Final = """
INSERT INTO upload_part (school, copy, part, body) SELECT school, copy, %(part)s::bigint, %(body)s::bytea FROM upload
WHERE school = %(school)s AND copy = %(copy)s AND sha256 IS NULL
"""
"""Only to a half-made copy: what is whole never changes."""
NAME_UPLOAD: Final = "UPDATE upload SET sha256 = %s, size = %s WHERE school = %s AND copy = %s AND sha256 IS NULL"
UPLOAD: Final = "SELECT copy, size FROM upload WHERE school = %s AND sha256 = %s ORDER BY begun DESC"
UPLOADS: Final = "SELECT copy, sha256, size FROM upload WHERE school = %s AND sha256 IS NOT NULL"
PART: Final = "SELECT body FROM upload_part WHERE school = %s AND copy = %s AND part = %s"
DROP_COPY: Final = "DELETE FROM upload WHERE school = %s AND copy = %s"
DROP_HALF_MADE: Final = "DELETE FROM upload WHERE school = %s AND copy = %s AND sha256 IS NULL"
DROP_UPLOAD: Final = "DELETE FROM upload WHERE school = %s AND sha256 = %s"
FORSAKEN: Final = """
SELECT copy FROM upload WHERE school = %s AND sha256 IS NULL AND begun < clock_timestamp() - interval '1 day'
"""
NAME_OF_UPLOAD: Final = "INSERT INTO upload_of (school, stream, sha256) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
UPLOADS_OF: Final = "SELECT stream, sha256 FROM upload_of WHERE school = %s AND stream = ANY(%s)"
FORGET_UPLOADS: Final = """
DELETE FROM upload WHERE school = %(school)s
AND sha256 IN (SELECT o.sha256 FROM upload_of AS o WHERE o.school = %(school)s AND o.stream = ANY(%(streams)s))
AND sha256 NOT IN (SELECT o.sha256 FROM upload_of AS o WHERE o.school = %(school)s AND o.stream <> ALL(%(streams)s))
"""
"""What only these logs name. The parts go with it."""
FORGET_UPLOADS_OF: Final = "DELETE FROM upload_of WHERE school = %(school)s AND stream = ANY(%(streams)s)"

# --- people and rights ---------------------------------------------------------------------------------------------

PEOPLE: Final = """
SELECT role_name, kind, name FROM person WHERE school = %(school)s
UNION SELECT role_name, kind, name FROM colleague WHERE school = %(school)s
"""
PERSON_OF: Final = """
SELECT kind FROM person WHERE school = %(school)s AND role_name = %(role)s
UNION SELECT kind FROM colleague WHERE school = %(school)s AND role_name = %(role)s
"""
"""The owner sees every person; a person sees themselves, and the others in the same school."""
ELSEWHERE: Final = "SELECT 1 FROM person WHERE school <> %s AND role_name = %s AND kind <> 'gone' LIMIT 1"
ADD_PERSON: Final = """
INSERT INTO person (school, role_name, kind, name, since) VALUES (%s, %s, %s, %s, clock_timestamp())
ON CONFLICT (school, role_name) DO UPDATE SET kind = excluded.kind, name = excluded.name, since = excluded.since
"""
PERSON_GONE: Final = "UPDATE person SET kind = 'gone' WHERE school = %s AND role_name = %s"
ADOPT_LINES: Final = """
UPDATE event SET role_name = %(role)s, private_to = CASE WHEN private_to = '' THEN %(role)s ELSE private_to END
WHERE school = %(school)s AND author = %(name)s AND role_name = ''
"""
ADOPT_TEXTS: Final = """
UPDATE private_line SET private_to = %(role)s FROM event AS e
WHERE e.school = private_line.school AND e.stream = private_line.stream AND e.seq = private_line.seq
AND private_line.school = %(school)s AND private_line.private_to = '' AND e.author = %(name)s
"""
"""What was written before there were rights belongs to who has the name that it was written under."""
GIVEN: Final = "SELECT role_name, student FROM grants WHERE school = %s"
GIVE: Final = "INSERT INTO grants (school, role_name, student) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
TAKE_BACK: Final = "DELETE FROM grants WHERE school = %s AND role_name = %s AND student = %s"
TAKE_BACK_ALL: Final = "DELETE FROM grants WHERE school = %s AND role_name = %s"
OWN_MENTORS: Final = "SELECT student, role_name FROM pupil WHERE school = %s AND role_name <> ''"
"""Who registered each student, or was given them: for a mentor only their own."""
NEW_PUPIL: Final = """
UPDATE pupil SET role_name = %(role)s, given_by = current_user
WHERE school = %(school)s AND student = %(student)s AND role_name = %(before)s
"""
NOBODYS_PUPIL: Final = """
UPDATE pupil SET role_name = %(role)s, given_by = current_user
WHERE school = %(school)s AND student = %(student)s AND role_name NOT IN (
    SELECT p.role_name FROM person AS p WHERE p.school = %(school)s AND p.kind = 'mentor'
    UNION SELECT c.role_name FROM colleague AS c WHERE c.school = %(school)s AND c.kind = 'mentor')
"""
"""Whom no mentor follows, but who registered them by an import, is theirs who is given them."""
ASK_READING: Final = """
INSERT INTO second_reader (school, stream, role_name, student, asked_by, since)
VALUES (%s, %s, %s, %s, current_user, clock_timestamp())
"""
READING_DONE: Final = """
UPDATE second_reader SET done = clock_timestamp()
WHERE school = %s AND stream = %s AND role_name = current_user AND done IS NULL
"""
END_READING: Final = "DELETE FROM second_reader WHERE school = %s AND stream = %s AND role_name = %s"
END_READINGS: Final = "DELETE FROM second_reader WHERE school = %s AND role_name = %s"
READINGS_ASKED: Final = """
SELECT stream, role_name, since, done FROM second_reader WHERE school = %s ORDER BY since, stream, role_name
"""
NO_PUPIL: Final = "UPDATE pupil SET role_name = '' WHERE school = %s AND role_name = %s AND student = %s"
NO_PUPILS: Final = "UPDATE pupil SET role_name = '' WHERE school = %s AND role_name = %s"
STUDENT_THERE: Final = "SELECT 1 FROM log WHERE school = %s AND student = %s LIMIT 1"
RECORD_READING: Final = "INSERT INTO reading (school, role_name, student, id) VALUES (%s, current_user, %s, %s)"
READINGS: Final = "SELECT role_name, student, at FROM reading WHERE school = %s ORDER BY at"
ROLE: Final = """
SELECT r.rolsuper OR r.rolbypassrls, (
    SELECT min(o.rolname::text) FROM pg_roles AS o
    WHERE o.oid <> r.oid AND pg_has_role(r.oid, o.oid, 'MEMBER')
    AND (o.rolname = current_user OR o.rolname::text IN (SELECT p.role_name FROM person AS p)))
FROM pg_roles AS r WHERE r.rolname = %s
"""
"""Whether an account is beyond all rights, and as whom of this database it could act besides itself."""
SCHEMA_NAME: Final = "SELECT current_schema()"
NEW_ROLE: Final = 'CREATE ROLE "person" LOGIN'
USE_SCHEMA: Final = 'GRANT USAGE ON SCHEMA "schema" TO "person"'
_READ: Final = (
    "school, event, private_line, draft, aside, lease, living, curriculum, fact, writer, claim, offer, claim_change, "
    "person, colleague, pupil, grants, reading, beside, upload, upload_part, upload_of, second_reader, "
    "defense_console_schema"
)
_ENDS: Final = "(seq, hash, waiting, changed, row_seq, row_version, body, released)"
_UPLOADS: Final = 'GRANT INSERT (school, copy, begun), UPDATE (sha256, size), DELETE ON upload TO "person"'
_WRITE: Final = (
    'GRANT SELECT ON log TO "person"',
    'GRANT INSERT ON log, event, private_line, draft, aside, beside, claim, offer, pupil, grants TO "person"',
    'GRANT INSERT ON claim_change, lease, living, curriculum, fact, writer, upload_part, upload_of TO "person"',
    'GRANT INSERT ON second_reader TO "person"',
    _UPLOADS,
    f'GRANT UPDATE {_ENDS} ON log TO "person"',
    'GRANT UPDATE (body, private_to) ON event TO "person"',
    'GRANT UPDATE (state, holder, fence, note, since, asked) ON claim TO "person"',
    'GRANT UPDATE (role_name, given_by) ON pupil TO "person"',
    'GRANT UPDATE (done) ON second_reader TO "person"',
    'GRANT UPDATE ON draft, aside, lease, living, fact, writer TO "person"',
    'GRANT DELETE ON private_line, draft, aside, lease, living, writer, offer, grants, second_reader TO "person"',
)
GRANTS: Final = {
    "mentor": (f'GRANT SELECT ON {_READ} TO "person"', *_WRITE),
    "administrator": (
        f'GRANT SELECT ON {_READ} TO "person"',
        *_WRITE,
        'GRANT DELETE ON log, event, beside, claim, claim_change, grants, pupil, reading, upload_of TO "person"',
    ),
    "service": (
        f'GRANT SELECT ON {_READ} TO "person"',
        'GRANT SELECT ON log TO "person"',
        'GRANT INSERT ON event, lease, living, writer, upload_part, upload_of TO "person"',
        _UPLOADS,
        f'GRANT UPDATE {_ENDS} ON log TO "person"',
        'GRANT UPDATE ON lease, living, writer TO "person"',
        'GRANT DELETE ON lease, living, writer TO "person"',
    ),
    "access": (
        f'GRANT SELECT ON {_READ} TO "person"',
        'GRANT SELECT ON log TO "person"',
        'GRANT INSERT (school, role_name, student, id) ON reading TO "person"',
    ),
}
"""What an account of each kind may do with tables; which rows, the policies say."""
NO_RIGHTS: Final = f'REVOKE ALL ON {_READ}, log FROM "person"'

# --- forgetting ----------------------------------------------------------------------------------------------------

OF_STUDENT: Final = "SELECT stream FROM log WHERE school = %s AND student = %s"
FORGET: Final = (
    FORGET_UPLOADS,
    FORGET_UPLOADS_OF,
    "DELETE FROM beside WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM lease WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM offer WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM claim_change WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM second_reader WHERE school = %(school)s AND student = %(student)s",
    "DELETE FROM claim WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM event WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM log WHERE school = %(school)s AND stream = ANY(%(streams)s)",
    "DELETE FROM grants WHERE school = %(school)s AND student = %(student)s",
    "DELETE FROM pupil WHERE school = %(school)s AND student = %(student)s",
    "DELETE FROM reading WHERE school = %(school)s AND student = %(student)s",
)
"""Private texts go with `beside`: nobody need see them to remove them. What is seen through a log goes before it."""
