"""The contract of every vault over a school, at both isolation levels; and what only a server can do to documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from uuid import UUID

import msgspec
import psycopg
import pytest

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile
from defense_console.store.base import Append, StoreError, Unreachable
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.migrations.versions import uploads
from defense_console.store.postgres.people import People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.postgres.vault import PostgresVault
from defense_console.store.vault import PIECE, Vault
from tests.store import logs
from tests.store.postgres.conftest import Account, AtSerializable, NewServer
from tests.store.postgres.servers import Isolation, OwnServer, as_role, schema_of_its_own, url
from tests.store.vault_contract import LARGE, VaultContract, keep, sha256
from tests.waiting import wait_for

pytestmark = pytest.mark.xdist_group("postgres")


class SchoolVault(PostgresVault):
    """A vault whose tables a test looks into."""

    def __init__(self, server: Server, looks: Server | None = None) -> None:
        super().__init__(server)
        self.server = server
        self.looks = looks or server

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement on the rows of this school."""
        with self.looks.connection() as connection:
            done = connection.execute(statement.encode(), (self.server.school,))
            return done.fetchall() if done.description else []


ROWS = """
SELECT coalesce(u.sha256, 'half-made'), count(p.part), u.size FROM upload AS u
LEFT JOIN upload_part AS p ON p.school = u.school AND p.copy = u.copy WHERE u.school = %s
GROUP BY u.copy, u.sha256, u.size
"""


def rows_of(vault: Vault) -> list[str]:
    assert isinstance(vault, SchoolVault)
    rows = vault.ask(ROWS)
    assert all(size is None or parts == -(-int(str(size)) // PIECE) for _name, parts, size in rows)
    return sorted(str(row[0]) for row in rows)


class OverPostgres(VaultContract):
    @pytest.fixture
    def vault(self, server: Server) -> SchoolVault:
        return SchoolVault(server)

    @staticmethod
    def rows(vault: Vault) -> list[str]:
        return rows_of(vault)

    @staticmethod
    def damage(vault: Vault, sha256: str) -> None:
        assert isinstance(vault, SchoolVault)
        changed = f"""
        UPDATE upload_part AS p SET body = set_byte(body, length(body) - 1, 63) WHERE school = %s AND copy IN
        (SELECT copy FROM upload WHERE sha256 = '{sha256}')
        AND part = (SELECT max(part) FROM upload_part AS q WHERE q.copy = p.copy)
        """
        vault.ask(changed)


class TestReadCommitted(OverPostgres):
    pass


class TestSerializable(AtSerializable, OverPostgres):
    pass


class TestAsAdministrator(TestSerializable):
    """The same with the account of an administrator, who has rights and is not the owner of the tables."""

    @pytest.fixture
    def vault(self, server: Server, new_server: NewServer, account: Account) -> SchoolVault:
        People(PostgresStore(server)).add(role := account("administrator"), "administrator", "Office")
        return SchoolVault(new_server(as_role(server.address, role)), looks=server)


@pytest.fixture
def vault(server: Server) -> SchoolVault:
    return SchoolVault(server)


def age(vault: SchoolVault, hours: int) -> None:
    vault.ask(f"UPDATE upload SET begun = begun - {hours} * interval '1 hour' WHERE school = %s")


def test_a_server_that_goes_away_in_the_middle_leaves_nothing_half_and_the_mentor_tries_again(
    own_server: OwnServer, new_server: NewServer
) -> None:
    vault = SchoolVault(new_server(Address(own_server.base, "documents")))

    def cut_off() -> Iterator[bytes]:
        yield LARGE
        own_server.stop()
        yield LARGE

    try:
        with pytest.raises(Unreachable, match=r"does not answer.*None of these"), vault.taking() as taking:  # noqa: PT012
            taking.add([b"whole"])
            taking.add(cut_off())
        with pytest.raises(Unreachable), vault.taking():
            pass
        with pytest.raises(Unreachable):
            vault.holds(sha256(b"whole"))
        with pytest.raises(Unreachable):
            vault.verify()
    finally:
        own_server.start()
    wait_for(lambda: answers(vault), "it answers again")
    assert rows_of(vault) == ["half-made"] * 2, "nothing can be found by its hash"
    assert vault.verify() == ()
    keep(vault, b"whole", LARGE)
    assert b"".join(vault.chunks(sha256(LARGE))) == LARGE
    age(vault, 25)
    keep(vault, b"more")
    assert rows_of(vault) == sorted(map(sha256, (b"whole", LARGE, b"more")))


def answers(vault: Vault) -> bool:
    with suppress(Unreachable):
        return not vault.holds(sha256(b"never"))
    return False


def test_what_a_killed_console_left_is_collected_after_a_day_and_who_is_slower_hears_of_it(vault: SchoolVault) -> None:
    other = SchoolVault(vault.server)
    with pytest.raises(StoreError, match="more than a day"), vault.taking() as taking:  # noqa: PT012
        taking.add([LARGE])
        age(vault, 23)
        keep(other, b"another's")
        assert rows_of(vault) == sorted(["half-made", sha256(b"another's")]), "its writer lives"
        age(vault, 2)
        keep(other, b"one more")
        assert "half-made" not in rows_of(vault)
        taking.add([b"text"])
    assert rows_of(vault) == sorted([sha256(b"another's"), sha256(b"one more")]), "all of them, or none"

    def slow() -> Iterator[bytes]:
        yield LARGE
        age(vault, 25)
        keep(other, b"third")
        yield LARGE

    with pytest.raises(StoreError, match="more than a day"), vault.taking() as taking:
        taking.add(slow())
    assert sha256(b"another's") in rows_of(vault), "what is whole is kept, however old"


def test_what_is_whole_never_changes(vault: SchoolVault) -> None:
    keep(vault, b"text")
    [(copy,)] = vault.ask("SELECT copy FROM upload WHERE school = %s")
    assert isinstance(copy, UUID)
    with pytest.raises(StoreError):
        vault.write(copy, 1, b"more")
    vault.drop(copy)
    assert b"".join(vault.chunks(sha256(b"text"))) == b"text"


def test_another_school_has_its_own_documents(vault: SchoolVault, new_server: NewServer) -> None:
    other = SchoolVault(new_server(msgspec.structs.replace(vault.server.address, school="other")))
    keep(vault, b"text")
    assert not other.holds(sha256(b"text"))
    keep(other, b"text")
    other.remove(sha256(b"text"))
    assert b"".join(vault.chunks(sha256(b"text"))) == b"text"


def received(n: int, *files: bytes) -> Append:
    """The first events of a defense whose student has sent some files."""
    what = ev.DeliverableReceived(1, tuple(ReceivedFile("a.pdf", len(file), sha256(file)) for file in files))
    first = logs.first(n)
    return msgspec.structs.replace(first, lines=(*first.lines, logs.event(2, what)))


@pytest.mark.parametrize("isolation", ["read committed", "serializable"])
def test_the_documents_of_a_student_are_removed_and_those_of_others_stay(
    vault: SchoolVault, isolation: Isolation
) -> None:
    store = PostgresStore(vault.server)
    keep(store.vault, b"template", b"hers", b"his", b"of nobody yet")
    store.append(received(1, b"template", b"hers"))
    store.append(received(2, b"template", b"his", b"hers" * 2))
    named = vault.ask("SELECT stream, sha256 FROM upload_of WHERE school = %s")
    assert store.verify_all() == ()

    store.forget("nobody else's", [logs.stream(1)])

    assert rows_of(vault) == sorted(map(sha256, (b"template", b"his", b"of nobody yet")))
    left = vault.ask("SELECT stream, sha256 FROM upload_of WHERE school = %s")
    assert {row for row in named if row[0] != logs.stream(1)} == {*left}
    assert len(left) == 3
    assert store.verify_all() == ()
    vault.ask(f"UPDATE upload_of SET sha256 = '{'0' * 64}' WHERE sha256 = '{sha256(b'his')}' AND school = %s")
    assert [problem.stream for problem in store.verify_all()] == [logs.stream(2)] * 2, "one too few, one too many"
    vault.ask(f"UPDATE upload_of SET sha256 = '{sha256(b'his')}' WHERE sha256 = '{'0' * 64}' AND school = %s")
    store.forget("nobody else's", [logs.stream(2)])
    assert rows_of(vault) == [sha256(b"of nobody yet")]


BEFORE_UPLOADS = (
    *(
        f"DROP POLICY {name}"
        for name in ("handed ON grants", "handed_away ON grants", "handed_on ON pupil", "not_ones_own ON claim")
    ),
    "DROP TABLE second_reader CASCADE",
    "ALTER TABLE pupil DROP COLUMN given_by CASCADE",
    "DROP TABLE upload_part, upload_of, upload CASCADE",
)
"""Takes back the steps of the tables from the one that made those of documents on."""


def test_what_the_logs_of_an_earlier_console_name_is_known(base: str, new_server: NewServer) -> None:
    with schema_of_its_own(base) as schema:
        school = Address(url(base, schema), "earlier")
        server = new_server(school)
        store = PostgresStore(server)
        store.append(received(1, b"hers"))
        store.append(received(2, b"his"))
        vault = SchoolVault(server)
        named = vault.ask("SELECT stream, sha256 FROM upload_of WHERE school = %s")
        assert len(named) == 2
        server.close()
        with psycopg.connect(school.url, autocommit=True) as connection:
            for statement in BEFORE_UPLOADS:
                connection.execute(statement.encode())
            connection.execute(f"UPDATE defense_console_schema SET version_num = '{uploads.down_revision}'".encode())
        vault = SchoolVault(new_server(school))
        assert sorted(vault.ask("SELECT stream, sha256 FROM upload_of WHERE school = %s"), key=str) == sorted(
            named, key=str
        )
        vault.server.close()
