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
    set_config('synchronous_commit', 'on', false)
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
SELECT l.seq, e.body, l.hash FROM log AS l
LEFT JOIN event AS e ON e.school = l.school AND e.stream = l.stream AND e.seq = l.seq
WHERE l.school = %s AND l.stream = %s
"""
LINES: Final = """
SELECT seq, body, hash FROM event WHERE school = %s AND stream = %s AND seq BETWEEN %s AND %s ORDER BY seq
"""
WHOLE_LOGS: Final = """
SELECT l.stream, l.seq, l.hash, e.seq, e.body, e.hash FROM log AS l
LEFT JOIN event AS e ON e.school = l.school AND e.stream = l.stream
WHERE l.school = %s AND l.stream = ANY(%s) ORDER BY l.stream, e.seq
"""
SIZE: Final = """
SELECT count(*), coalesce(sum(seq), 0)::bigint FROM log WHERE school = %s AND left(stream, length(%s)) = %s
"""
BEGIN_LOG: Final = """
INSERT INTO log (school, stream, subject, defense, seq, hash, waiting, row_seq, row_version, changed)
VALUES (%s, %s, %s, %s, %s, %s, %s, 0, 0, clock_timestamp()) ON CONFLICT DO NOTHING
"""
GO_ON: Final = """
UPDATE log SET seq = %(seq)s, hash = %(hash)s, waiting = waiting OR %(waiting)s, changed = clock_timestamp()
WHERE school = %(school)s AND stream = %(stream)s AND seq = %(after)s AND hash = %(after_hash)s
"""
"""Compare and set: of two writers that saw the same end, one changes the row and the other one changes none."""
ADD_LINE: Final = """
INSERT INTO event (school, stream, seq, body, hash, author, received)
VALUES (%s, %s, %s, %s, %s, %s, clock_timestamp())
"""
STREAMS: Final = "SELECT stream FROM log WHERE school = %s AND left(stream, length(%s)) = %s"
HAS_LOGS: Final = "SELECT 1 FROM log WHERE school = %s LIMIT 1"
ORPHANS: Final = """
SELECT DISTINCT e.stream FROM event AS e LEFT JOIN log AS l ON l.school = e.school AND l.stream = e.stream
WHERE e.school = %s AND l.stream IS NULL
"""

# --- rows next to logs -------------------------------------------------------------------------------------------

PUT_ROW: Final = """
UPDATE log SET row_seq = %(seq)s, row_version = %(version)s, waiting = %(waiting)s, body = %(body)s
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

DRAFTS: Final = "SELECT stream, field, body FROM draft WHERE school = %s"
PUT_DRAFT: Final = """
INSERT INTO draft (school, stream, field, body) VALUES (%s, %s, %s, %s)
ON CONFLICT (school, stream, field) DO UPDATE SET body = excluded.body
"""
DROP_DRAFT: Final = "DELETE FROM draft WHERE school = %s AND stream = %s AND field = %s"
ASIDES: Final = "SELECT stream, name, body FROM aside WHERE school = %s"
PUT_ASIDE: Final = """
INSERT INTO aside (school, stream, name, body) VALUES (%s, %s, %s, %s)
ON CONFLICT (school, stream, name) DO UPDATE SET body = excluded.body
"""
DROP_ASIDE: Final = "DELETE FROM aside WHERE school = %s AND stream = %s AND name = %s"

# --- leases and who lives ----------------------------------------------------------------------------------------

LEASES: Final = """
SELECT a.stream, a.body, a.holder,
    extract(epoch FROM l.seen + %(fresh)s * interval '1 second' - clock_timestamp())::double precision
FROM lease AS a LEFT JOIN living AS l ON l.school = a.school AND l.name = a.holder
WHERE a.school = %(school)s
"""
PUT_LEASE: Final = """
INSERT INTO lease (school, stream, holder, body) VALUES (%(school)s, %(stream)s, %(holder)s, %(body)s)
ON CONFLICT (school, stream) DO UPDATE SET holder = excluded.holder, body = excluded.body
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

ACCOUNT: Final = "SELECT current_user"
ADD_CLAIM: Final = """
INSERT INTO claim (school, stream, state, holder, apart, preferred, fence, note, since)
VALUES (%s, %s, 'offered', '', %s, %s, 0, '', clock_timestamp()) ON CONFLICT DO NOTHING
"""
OFFER: Final = """
INSERT INTO offer (school, stream, apart, preferred, fence, offered)
SELECT school, stream, apart, preferred, fence, clock_timestamp() FROM claim WHERE school = %s AND stream = %s
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
FENCED: Final = """
SELECT 1 FROM claim WHERE school = %s AND stream = %s AND state = 'claimed' AND fence = %s FOR UPDATE
"""
"""Nobody hands a defense over between this look and the commit of what is written under its claim."""
