"""Claims: a defense is taken by one mentor, and what is written under an earlier claim is refused and kept."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from defense_console.model.log.instants import iso
from defense_console.store.base import Ack, Append, Conflict, Refused
from defense_console.store.claiming import ANSWER_DAYS, CLAIM_DAYS, FIRST_DAYS, UNCLAIMED, Claim
from defense_console.store.postgres.claims import PostgresClaims
from defense_console.store.postgres.server import Server
from defense_console.store.postgres.store import PostgresStore
from defense_console.store.recorder import Recorder
from defense_console.store.unsaved.spool import Spool
from tests.store import logs
from tests.store.postgres.servers import Isolation, claims_of
from tests.store.test_recorder import Answers

pytestmark = pytest.mark.xdist_group("postgres")
NOW = datetime.now(UTC)


@pytest.fixture(params=["read committed", "serializable"])
def isolation(request: pytest.FixtureRequest) -> Isolation:
    found: Isolation = request.param
    return found


@pytest.fixture
def claims(server: Server) -> PostgresClaims:
    return claims_of(server, "one")


def under(claim: Claim, job: Append) -> Append:
    return msgspec.structs.replace(job, fence=claim.fence)


def test_of_many_who_take_each_has_others(server: Server, claims: PostgresClaims) -> None:
    for n in range(30):
        claims.offer(logs.stream(n))

    def take(n: int) -> list[str]:
        own, taken = claims_of(server, f"mentor {n}"), list[str]()
        while (claim := own.take_next()) is not None:
            taken.append(claim.stream)
        assert [each.stream for each in own.held_by(f"mentor {n}")] == sorted(taken)
        return taken

    with ThreadPoolExecutor(5) as mentors:
        taken = Counter(stream for each in mentors.map(take, range(5)) for stream in each)
    assert taken == Counter(logs.stream(n) for n in range(30))


def test_the_students_own_mentor_never_takes_it(server: Server, claims: PostgresClaims) -> None:
    own = claims_of(server, "own")
    offered = claims.offer(logs.stream(), apart="own")
    assert own.take_next() is None
    with pytest.raises(Conflict):
        own.take(offered)
    claim = claims.take_next()
    assert claim is not None
    assert claims.of(logs.stream()) == claim
    with pytest.raises(Conflict):
        claims.hand_over(claim, "own", "")
    assert claims.of(logs.stream()) == claim


def test_what_is_given_back_is_offered_again_and_the_earlier_claim_is_void(
    server: Server, claims: PostgresClaims
) -> None:
    two = claims_of(server, "two")
    claim = claims.take(claims.offer(logs.stream()))
    back = claims.give_back(claim, "ill")
    assert claims.of(logs.stream()) == back
    assert (back.state, back.holder, back.fence, back.note) == ("offered", "", 2, "ill")
    with pytest.raises(Conflict, match="no longer yours"):
        claims.give_back(claim, "")
    with pytest.raises(Conflict, match="no longer yours"):
        claims.hand_over(claim, "two", "")
    later = two.take_next()
    assert later is not None
    assert (later.holder, later.fence) == ("two", 3)
    assert claims.of(logs.stream(2)) is None


def test_it_is_offered_to_one_first_and_expires_only_after_its_holder_was_asked(
    server: Server, claims: PostgresClaims
) -> None:
    store, soon, far = PostgresStore(server), iso(NOW + timedelta(hours=20)), iso(NOW + timedelta(days=9))
    two = claims_of(server, "two")

    def days_ago(table: str, column: str, days: int) -> None:
        statement = f"UPDATE {table} SET {column} = clock_timestamp() - interval '{days} days' WHERE school = %s"
        store.transactions.write(lambda: store.transactions.execute(statement, (server.school,)))

    offered = claims.offer(logs.stream(), first="two")
    assert claims.take_next() is None
    with pytest.raises(Conflict):
        claims.take(offered)
    days_ago("offer", "offered", FIRST_DAYS)
    claim = claims.take(offered)
    with pytest.raises(Conflict):
        two.ask(claim)
    days_ago("claim", "since", CLAIM_DAYS)
    asked = two.ask(claim)
    assert asked.asked
    with pytest.raises(Conflict):
        two.expire(asked, far)
    assert claims.keep(asked).asked == ""
    days_ago("claim", "since", CLAIM_DAYS)
    asked = two.ask(claim)
    days_ago("claim", "asked", ANSWER_DAYS)
    with pytest.raises(Conflict):
        two.expire(asked, soon)
    assert two.expire(asked, far).state == "offered"
    assert two.take_next() is not None


def test_what_is_written_under_an_earlier_claim_is_refused(server: Server, claims: PostgresClaims) -> None:
    store = PostgresStore(server)
    store.append(logs.first())
    with pytest.raises(Conflict):
        store.append(msgspec.structs.replace(logs.more(1, 1, "x"), fence=1))
    claim = claims.take(claims.offer(logs.stream()))
    written = store.append(under(claim, logs.more(1, 1, "x")))
    later = claims.hand_over(claim, "two", "P2 is the weak point")
    assert store.append(under(claim, logs.more(1, 1, "x"))) == written, "it is there already"
    with pytest.raises(Conflict, match="no longer yours"):
        store.append(under(claim, logs.more(1, 2, "stale")))
    store.append(under(later, logs.more(1, 2, "y")))
    assert len(store.read_log(logs.stream())) == 3


def test_who_knows_of_no_claim_writes_only_where_nobody_else_has_one(server: Server, claims: PostgresClaims) -> None:
    store = PostgresStore(server)

    def unclaimed(step: int) -> Append:
        return msgspec.structs.replace(logs.more(1, step, f"step {step}"), fence=UNCLAIMED)

    store.append(logs.first())
    store.append(unclaimed(1))
    offered = claims.offer(logs.stream())
    with pytest.raises(Conflict, match="no longer yours"):
        store.append(unclaimed(2))
    mine = claims_of(server, store.claims.me).take(offered)
    store.append(unclaimed(2))
    claims.hand_over(mine, "two", "")
    with pytest.raises(Conflict, match="no longer yours"):
        store.append(unclaimed(3))


def test_a_claim_does_not_change_under_what_is_being_written(server: Server, claims: PostgresClaims) -> None:
    store, other = PostgresStore(server), claims_of(server, "administrator")
    store.append(logs.first())
    claim = claims.take(claims.offer(logs.stream()))
    with ThreadPoolExecutor(1) as administrator:
        with store.transaction():
            store.append(under(claim, logs.more(1, 1, "signed")))
            handing = administrator.submit(other.hand_over, claim, "two", "")
            with pytest.raises(TimeoutError):
                handing.result(timeout=0.1)
        assert handing.result(timeout=10).fence == claim.fence + 1
    assert len(store.read_log(logs.stream())) == 2


def test_what_is_refused_is_kept_for_the_mentor(server: Server, claims: PostgresClaims, tmp_path: Path) -> None:
    store, answers = PostgresStore(server), Answers()
    store.append(logs.first())
    claim = claims.take(claims.offer(logs.stream()))
    claims.give_back(claim, "")
    recorder = Recorder(store.another, answers, spool=Spool(tmp_path, store.identity), keeps_aside=True)
    recorder.start()
    recorder.submit(under(claim, logs.more(1, 1, "written under a claim that is gone")))
    recorder.submit(logs.more(1, 1, "of the console that has it now"))
    answers.wait(lambda all: len(all) == 2)
    assert recorder.close(5)
    assert [type(answer) for answer in answers.all] == [Refused, Ack]
    (kept,) = store.all_asides()[logs.stream()].values()
    assert b"written under a claim that is gone" in kept
