"""The contract suite over PostgreSQL, at both isolation levels."""

from __future__ import annotations

import uuid
from contextlib import closing

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

from defense_console.store.base import Job
from defense_console.store.postgres.address import Address
from defense_console.store.postgres.people import People
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from tests.store.contract import JOBS, Connect, Contract, NewStore, assert_alike
from tests.store.memory import MemoryStore
from tests.store.postgres.conftest import Account, AtSerializable, NewServer
from tests.store.postgres.servers import as_role

pytestmark = pytest.mark.xdist_group("postgres")


class OverPostgres(Contract):
    SEARCHES_NOTES = False

    @pytest.fixture
    def new_store(self, address: Address, new_server: NewServer) -> NewStore:
        def new() -> Connect:
            server = new_server(msgspec.structs.replace(address, school=f"test-{uuid.uuid4().hex[:12]}"))
            return lambda: PostgresStore(server)

        return new


class TestReadCommitted(OverPostgres):
    pass


class TestSerializable(AtSerializable, OverPostgres):
    pass


class TestAsMentor(TestSerializable):
    """The same with the account of a mentor, who has students and rights, and is not the owner of the tables."""

    @pytest.fixture
    def new_store(self, address: Address, new_server: NewServer, account: Account) -> NewStore:
        mentor = account("mentor")

        def new() -> Connect:
            school = msgspec.structs.replace(address, school=f"test-{uuid.uuid4().hex[:12]}")
            People(PostgresStore(new_server(school))).add(mentor, "mentor", "Camille")
            server = new_server(as_role(school, mentor))
            return lambda: PostgresStore(server)

        return new


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(JOBS)
def test_a_server_answers_as_the_engine_in_memory(address: Address, jobs: list[Job]) -> None:
    school = msgspec.structs.replace(address, school=f"test-{uuid.uuid4().hex[:12]}")
    with closing(Server(school)) as server:
        assert_alike(PostgresStore(server), MemoryStore(), jobs)
