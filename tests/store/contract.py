"""What every engine promises: one suite over each of them. An engine joins with a fixture; see `test_contract.py`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import strategies as st

from defense_console.model.log.chain import chain, first_hash
from defense_console.model.log.subject import beside
from defense_console.model.queue.filtering import Keeps
from defense_console.model.queue.searching import MOST, Wanted
from defense_console.store.base import (
    Append,
    Conflict,
    Draft,
    Job,
    SaveAside,
    SaveDraft,
    Size,
    Store,
    WriteLease,
    write_job,
)
from tests.store import logs

Connect = Callable[[], Store]
"""Opens the same store once more, as another console or another thread does."""
NewStore = Callable[[], Connect]
"""Makes another empty store; what opens it is returned."""
STREAMS = st.sampled_from([1, 2])
JOBS: st.SearchStrategy[list[Job]] = st.lists(
    st.one_of(
        st.builds(logs.first, STREAMS),
        st.builds(logs.more, STREAMS, st.integers(0, 3), st.sampled_from("abc")),
        st.builds(SaveDraft, st.just(logs.stream()), st.sampled_from("fg"), st.sampled_from([None, logs.DRAFT])),
        st.builds(SaveAside, st.just(logs.stream()), st.sampled_from("kl"), st.sampled_from([None, b"{}"])),
        st.builds(
            WriteLease,
            st.sampled_from([logs.stream(), "student/s1"]),
            st.sampled_from([None, logs.lease("a"), logs.lease("b"), logs.lease("")]),
            st.sampled_from([None, ("a",), ("b",)]),
        ),
    ),
    max_size=12,
)


def assert_alike(one: Store, other: Store, jobs: list[Job]) -> None:
    """Two empty stores of different engines give the same answers to the same jobs, and hold the same afterwards."""
    assert [_answer(one, job) for job in jobs] == [_answer(other, job) for job in jobs]
    assert _everything(one) == _everything(other)


def _answer(store: Store, job: Job) -> object:
    """What a store answers to a job."""
    try:
        return write_job(store, job)
    except Conflict as conflict:
        return conflict.parameters


def _everything(store: Store) -> object:
    """Everything a store holds."""
    logs_of_all = {stream: store.read_log(stream) for stream in store.streams()}
    found = [store.search(Wanted(text, {}, OUTCOMES, PARIS)) for text in SEARCHES]
    rows = (
        found,
        store.pending(),
        store.closed(),
        store.students(),
        store.all_drafts(),
        store.all_asides(),
        store.leases(),
    )
    return logs_of_all, rows, store.curricula()


SEARCHES = ("", "s1", "1", "p2 ir", "2026-03", "10/3", "2/3/20", "2026 p2", "valid", logs.defense(1)[:5])
OUTCOMES = {"validated": "validee validated"}
PARIS = ZoneInfo("Europe/Paris")


def closed_at(n: int, planned_at: str) -> Append:
    """The first action of a closed defense that was planned at an instant."""
    summary = msgspec.structs.replace(logs.summary(n, pending=False), planned_at=planned_at)
    return msgspec.structs.replace(logs.first(n), row=beside(summary))


def closed_ids(store: Store) -> list[str]:
    return [each.id for each in store.closed()]


class Contract:
    """The suite. A subclass gives the fixture `new_store`."""

    SEARCHES_NOTES = True
    """Whether a search looks at notes."""

    @pytest.fixture
    def new_store(self) -> NewStore:
        raise NotImplementedError

    @pytest.fixture
    def connect(self, new_store: NewStore) -> Connect:
        return new_store()

    @pytest.fixture
    def store(self, connect: Connect) -> Store:
        return connect()

    # --- appends -----------------------------------------------------------------------------------------------------

    def test_lines_come_back_byte_for_byte_with_the_chain(self, store: Store) -> None:
        lines = (logs.event(1, logs.PLANNED), logs.note(2, 'é [x] \x1b \u2028 "q" \U0001f600'))
        seq, hash = store.append(Append(logs.stream(), 0, lines, row=beside(logs.summary())))
        read = store.read_log(logs.stream())
        assert tuple(line.body for line in read) == lines
        assert [line.seq for line in read] == [1, 2]
        expected = hashlib.sha256(logs.stream().encode()).hexdigest()
        for line in read:
            expected = hashlib.sha256(expected.encode() + line.body).hexdigest()
            assert line.hash == expected
        assert (seq, hash) == (2, expected) == (2, chain(first_hash(logs.stream()), lines))
        assert store.last(logs.stream()) == read[-1]

    def test_a_log_that_is_not_there_is_empty(self, store: Store) -> None:
        assert store.read_log(logs.stream()) == ()
        assert store.last(logs.stream()) is None

    def test_what_an_action_changes_changes_with_its_lines(self, store: Store) -> None:
        store.append(logs.first())
        store.save_draft(logs.stream(), "note", logs.DRAFT)
        store.save_draft(logs.stream(), "goal", logs.DRAFT)
        store.save_aside(logs.stream(), "2/2-a", b"{}")
        store.save_aside(logs.stream(), "2/3-b", b"{}")
        job = msgspec.structs.replace(
            logs.more(1, 1, "a", "b"), drop_drafts=("note",), pin=("h", b"{}"), drop_aside=("2/2-a",),
            aside=(("4/3-c", b"[]"),),
        )  # fmt: skip
        assert store.append(job)[0] == 3
        assert store.all_drafts().get(logs.stream(), {}) == {"goal": logs.DRAFT}
        assert store.all_asides().get(logs.stream(), {}) == {"2/3-b": b"{}", "4/3-c": b"[]"}
        assert store.curricula() == {"h": b"{}"}
        assert [summary.seq for summary in store.pending()] == [3]

    def test_an_append_that_is_there_already_is_acknowledged_and_written_once(self, store: Store) -> None:
        answer = store.append(logs.first())
        assert store.append(logs.first()) == answer
        later = store.append(logs.more(1, 1, "x", "y"))
        assert store.append(logs.first()) == answer
        assert store.append(logs.more(1, 1, "x", "y")) == later
        assert len(store.read_log(logs.stream())) == 3
        assert [summary.seq for summary in store.pending()] == [3]

    def test_what_is_acknowledged_again_changes_nothing_next_to_the_log(self, store: Store) -> None:
        store.append(logs.first())
        job = msgspec.structs.replace(logs.more(1, 1, "x"), drop_drafts=("note",), drop_aside=("2/2-a",))
        store.append(job)
        store.save_draft(logs.stream(), "note", logs.DRAFT)
        store.save_aside(logs.stream(), "2/2-a", b"{}")
        store.append(job)
        assert store.all_drafts().get(logs.stream(), {}) == {"note": logs.DRAFT}
        assert store.all_asides().get(logs.stream(), {}) == {"2/2-a": b"{}"}

    @pytest.mark.parametrize(
        "job",
        [
            logs.more(1, 1, "other"),
            logs.more(1, 1, "x", "y", "z"),
            logs.more(1, 3, "a hole before it"),
            logs.more(1, 1),
            Append(logs.stream(), 2, (logs.note(3),), previous="0" * 64),
            Append(logs.stream(), 0, (logs.event(1, logs.PLANNED),), previous="0" * 64),
        ],
        ids=["other bytes", "longer", "hole", "nothing to add", "other history", "other first history"],
    )
    def test_another_writer_was_first(self, store: Store, job: Append) -> None:
        store.append(logs.first())
        store.append(logs.more(1, 1, "x"))
        store.save_draft(logs.stream(), "note", logs.DRAFT)
        before = store.read_log(logs.stream())
        with pytest.raises(Conflict):
            store.append(msgspec.structs.replace(job, drop_drafts=("note",)))
        assert store.read_log(logs.stream()) == before
        assert store.all_drafts().get(logs.stream(), {}) == {"note": logs.DRAFT}

    def test_the_hash_before_is_accepted_when_it_is_right(self, store: Store) -> None:
        _, head = store.append(msgspec.structs.replace(logs.first(), previous=first_hash(logs.stream())))
        job = msgspec.structs.replace(logs.more(1, 1, "x"), previous=head)
        assert store.append(job) == store.append(job)

    def test_of_two_writers_the_first_one_counts(self, connect: Connect) -> None:
        one, other = connect(), connect()
        one.append(logs.first())
        other.append(logs.more(1, 1, "first"))
        with pytest.raises(Conflict):
            one.append(logs.more(1, 1, "second"))
        assert [line.body for line in one.read_log(logs.stream())][1:] == [logs.note(2, "first")]

    def test_several_actions_in_one_transaction_are_all_or_nothing(self, connect: Connect) -> None:
        store, other = connect(), connect()

        def act() -> None:
            with store.transaction():
                store.append(logs.student())
                store.append(logs.first())
                store.set_meta("demo", "yes")
                store.save_aside(logs.stream(), "2/2-a", b"{}")
                assert not store.is_empty()
                assert other.is_empty(), "nobody else sees half of it"
                store.append(logs.more(2, 5, "x"))

        with pytest.raises(Conflict):
            act()
        for each in (store, other):
            assert each.is_empty()
            assert each.meta("demo") is None
            assert each.students() == ()
            assert each.all_asides() == {}

    def test_a_transaction_within_a_transaction_can_fail_alone(self, store: Store) -> None:
        def refused() -> None:
            with store.transaction():
                store.set_meta("two", "2")
                store.append(logs.more(1, 1, "x"))

        with store.transaction():
            store.set_meta("one", "1")
            with pytest.raises(Conflict):
                refused()
            store.set_meta("three", "3")
        assert [store.meta(key) for key in ("one", "two", "three")] == ["1", None, "3"]

    def test_a_whole_store_is_read_log_by_log_as_it_was_when_the_view_began(self, connect: Connect) -> None:
        store, other = connect(), connect()
        for n in (2, 1):
            store.append(logs.first(n))
        store.append(logs.more(2, 1, "a note"))
        store.append(logs.student())
        with store.reading():
            assert (store.size(), store.size("student/")) == (Size(3, 4), Size(1, 1))
            other.append(logs.more(1, 1, "meanwhile"))
            other.append(logs.first(3))
            found = dict(store.logs("defense/"))
            assert list(found) == list(store.streams("defense/")) == sorted((logs.stream(1), logs.stream(2)))
            assert (len(found[logs.stream(1)]), len(found[logs.stream(2)])) == (1, 2)
            assert store.size() == Size(3, 4)
        assert {name: len(lines) for name, lines in store.logs("defense/")} == {
            logs.stream(1): 2, logs.stream(2): 2, logs.stream(3): 1,
        }  # fmt: skip
        assert dict(store.logs("defense/"))[logs.stream(2)] == store.read_log(logs.stream(2))
        assert store.size().lines == 6

    def test_streams_are_logs_only(self, store: Store) -> None:
        assert store.is_empty()
        store.set_meta("demo", "1")
        assert store.is_empty()
        store.append(logs.student())
        store.append(logs.first())
        assert not store.is_empty()
        assert store.streams() == (logs.stream(), "student/s1")
        assert store.streams("student/") == ("student/s1",)
        assert store.streams("d") == (logs.stream(),)
        assert store.streams("pend") == ()

    # --- defenses and students ---------------------------------------------------------------------------------------

    def test_summaries_move_between_pending_and_closed(self, store: Store) -> None:
        for n in (1, 2, 3):
            store.append(logs.first(n))
        assert [each.id for each in store.pending()] == sorted(logs.defense(n) for n in (1, 2, 3))
        store.append(msgspec.structs.replace(logs.more(2, 1, "end"), row=beside(logs.summary(2, pending=False))))
        assert closed_ids(store) == [logs.defense(2)]
        assert logs.defense(2) not in {each.id for each in store.pending()}
        (closed,) = store.summaries_by_ids([logs.defense(2)])
        assert (closed.seq, closed.pending) == (2, False)
        assert closed.hash == store.read_log(logs.stream(2))[-1].hash
        store.append(logs.more(2, 2, "contested"))
        assert closed_ids(store) == []
        assert len(store.pending()) == 3

    def test_a_summary_that_lags_behind_its_log_is_folded_again(self, store: Store) -> None:
        store.append(logs.first())
        head = store.append(msgspec.structs.replace(logs.more(1, 1, "x"), row=None))
        assert [(each.seq, each.hash, each.notes) for each in store.pending()] == [(*head, 1)]

    def test_a_summary_of_an_earlier_version_is_folded_again(self, store: Store) -> None:
        earlier = {**beside(logs.summary()), "version": 0, "notes": 7}
        store.append(msgspec.structs.replace(logs.first(), row=earlier))
        later = {**beside(logs.summary(2)), "version": 99, "notes": 7}
        store.append(msgspec.structs.replace(logs.first(2), row=later))
        notes = {each.id: each.notes for each in store.pending()}
        assert notes == {logs.defense(1): 0, logs.defense(2): 7}, "a later console knows better"

    def test_the_closed_ones_are_given_the_latest_first(self, store: Store) -> None:
        for n, day in ((1, 10), (2, 30), (3, 20), (4, 20)):
            store.append(closed_at(n, f"2026-03-{day}T10:00:00.000Z"))
        store.append(logs.first(5))
        same = sorted((logs.defense(3), logs.defense(4)), reverse=True)
        assert closed_ids(store) == [logs.defense(2), *same, logs.defense(1)]
        looked_at = store.closed()[0]
        assert (looked_at.student_id, looked_at.project, looked_at.curriculum) == ("s1", "IRP-P2", "irp")

    def test_what_another_console_closes_or_registers_is_seen_by_the_next_search(self, connect: Connect) -> None:
        store, other = connect(), connect()
        store.append(closed_at(1, "2026-03-10T10:00:00.000Z"))
        store.append(logs.student("s2", "Tom Demo"))
        assert (len(store.closed()), len(store.students())) == (1, 1)
        other.append(closed_at(2, "2026-03-11T10:00:00.000Z"))
        other.append(logs.student("s1", "Lina Demo"))
        assert closed_ids(store) == [logs.defense(2), logs.defense(1)]
        assert [student.name for student in store.students()] == ["Lina Demo", "Tom Demo"]

    def test_a_search_finds_parts_of_names_and_beginnings_of_all_else(self, store: Store) -> None:
        store.append(logs.student("s1", "Éléonore Zazie-Dœuf 17"))
        for n in range(1, 6):
            job = closed_at(n, f"2026-03-{n:02}T23:30:00.000Z")
            store.append(job if n < 5 else logs.first(n))
        bare, titles = logs.defense(2).replace("-", ""), {"IRP-P2": "irp-p2 le passeport numerique irp"}
        found = {"": 4, "e": 4, "zi": 4, "azi": 4, "azie-doe": 4, "ELEO 17": 4, "17 zzz": 0, "numér": 4, "p2 irp": 4}
        found |= {bare[:4]: 1, bare[:3] + "g": 0, logs.defense(2)[:13]: 1, "----": 0, "s1": 0}
        found |= {
            "2026-03": 4,
            "2026": 4,
            "3/3/20": 1,
            "03/03": 1,
            "05/03": 1,
            "10/3": 0,
            "2026-03-05 azie": 1,
            "1/1": 0,
        }
        for text, total in found.items():
            answer = store.search(Wanted(text, titles, OUTCOMES, PARIS))
            assert (text, answer.total, len(answer.closed)) == (text, total, total)
            assert answer.pending == ({logs.defense(5)} if total == 4 and text else set()), text
        day = ("2026-03-02T23:00:00.000Z", "2026-03-03T23:00:00.000Z")
        for keeps, total in ((Keeps("irp", "", ""), 4), (Keeps("pn", "", ""), 0), (Keeps("", *day), 1)):
            for text in ("", "azie"):
                assert store.search(Wanted(text, keeps=keeps)).total == total
        late = store.search(Wanted("")).closed
        assert [each.id for each in late] == [logs.defense(n) for n in (4, 3, 2, 1)]

    def test_a_search_knows_what_anybody_wrote_before(self, connect: Connect) -> None:
        store, other = connect(), connect()

        def total(text: str) -> int:
            return store.search(Wanted(text)).total

        store.append(closed_at(1, "2026-03-10T10:00:00.000Z"))
        assert (total("s1"), total("lina"), total("budget")) == (1, 0, 0)
        other.append(logs.student("s1", "Lina Demo"))
        assert (total("s1"), total("lina")) == (0, 1)
        other.append(msgspec.structs.replace(logs.more(1, 1, "the budget"), row=None))
        assert store.search(Wanted("budg")).pending == ({logs.defense(1)} if self.SEARCHES_NOTES else set())
        assert total("lina") == 0, "its row says that it waits again"
        with closing(other), other.transaction():
            for n in range(2, MOST + 5):
                other.append(closed_at(n, "2026-03-11T10:00:00.000Z"))
        found = store.search(Wanted("lina"))
        assert (found.total, len(found.closed)) == (MOST + 3, MOST)
        assert found.closed == tuple(sorted(found.closed, key=lambda each: each.id, reverse=True))

    def test_summaries_by_ids_keep_the_order_asked_for(self, store: Store) -> None:
        for n in (1, 2):
            store.append(logs.first(n))
        wanted = [logs.defense(2), "nonsense", logs.defense(9), logs.defense(1)]
        assert [each.id for each in store.summaries_by_ids(wanted)] == [logs.defense(2), logs.defense(1)]

    def test_a_prefix_finds_pending_and_closed(self, store: Store) -> None:
        with store.transaction():
            for n in range(1, 30):
                store.append(logs.first(n, pending=n % 2 == 0))
        bare = {n: logs.defense(n).replace("-", "") for n in range(1, 30)}
        for n, digits in bare.items():
            id = logs.defense(n)
            for prefix in (id, id.upper(), digits, id[:4], id[:15], id[:16], id[:18], id[:20]):
                begun = prefix.lower().replace("-", "")
                alike = sorted(logs.defense(m) for m in bare if bare[m].startswith(begun))
                assert [each.id for each in store.find(prefix)] == alike
        assert store.find(logs.defense(1)[:3]) == store.find("xyzw") == store.find("") == store.find("0" * 33) == ()

    def test_those_with_something_in_a_day_are_found(self, store: Store) -> None:
        store.append(logs.student("s1", 'Ada "plans" "running" Demo'))
        store.append(logs.student("s2", "Tom Demo"))
        store.append(logs.student("s3", "Zoé Demo"))
        assert store.of_the_day() == ()
        store.append(logs.weekly("s2", 1))
        assert store.of_the_day() == ("s2",)
        store.append(logs.session("s3", 1))
        assert store.of_the_day() == ("s2", "s3")
        store.append(logs.alerted("s1", 1))
        assert store.of_the_day() == ("s1", "s2", "s3")

    def test_students_are_folded(self, store: Store) -> None:
        store.append(logs.student("s2", "Tom Demo"))
        store.append(msgspec.structs.replace(logs.student("s1", "[x] Lina Demo"), row=None))
        found = [(each.id, each.name, each.seq) for each in store.students()]
        assert found == [("s1", "[x] Lina Demo", 1), ("s2", "Tom Demo", 1)]
        assert [each.id for each in store.students_by_ids(["s2", "nobody", "s1"])] == ["s2", "s1"]
        assert store.student("s1") == store.students()[0]
        assert store.student("nobody") is None

    # --- the rest ----------------------------------------------------------------------------------------------------

    def test_drafts_are_overwritten_and_dropped(self, store: Store) -> None:
        newer = Draft("half a sentence", logs.STAMP, 15)
        for stream, field, draft in (("b", "note", logs.DRAFT), ("b", "note", newer), ("b", "goal", logs.DRAFT),
                                     ("a", "note", logs.DRAFT)):  # fmt: skip
            store.save_draft(f"defense/{stream}", field, draft)
        assert store.all_drafts().get("defense/b", {}) == {"goal": logs.DRAFT, "note": newer}
        assert list(store.all_drafts().get("defense/b", {})) == ["goal", "note"]
        assert list(store.all_drafts()) == ["defense/a", "defense/b"]
        store.save_draft("defense/b", "note", None)
        store.save_draft("defense/b", "never there", None)
        assert store.all_drafts().get("defense/b", {}) == {"goal": logs.DRAFT}

    def test_decisions_kept_aside_are_no_drafts(self, store: Store) -> None:
        for stream, key, event in (("b", "3/4-b", b"{}"), ("b", "3/4-b", '"é"'.encode()), ("b", "3/3-a", b"{}"),
                                   ("a", "1/1-c", b"{}")):  # fmt: skip
            store.save_aside(f"defense/{stream}", key, event)
        assert store.all_asides().get("defense/b", {}) == {"3/3-a": b"{}", "3/4-b": '"é"'.encode()}
        assert list(store.all_asides().get("defense/b", {})) == ["3/3-a", "3/4-b"]
        assert list(store.all_asides()) == ["defense/a", "defense/b"]
        store.save_aside("defense/b", "3/4-b", None)
        store.save_aside("defense/b", "never there", None)
        assert store.all_asides().get("defense/b", {}) == {"3/3-a": b"{}"}
        assert store.all_drafts() == {}

    def test_a_name_is_held_until_its_store_is_closed(self, connect: Connect) -> None:
        store, other = connect(), connect()
        assert not other.name_held("console-1")
        if store.hold_name("console-1"):
            assert other.name_held("console-1")
            assert not other.name_held("console-2")
        store.close()
        assert not other.name_held("console-1")

    @pytest.mark.parametrize("stream", [logs.stream(), "student/s1"])
    def test_a_lease_is_overwritten_by_those_who_may(self, store: Store, stream: str) -> None:
        store.write_lease(stream, logs.lease("one"))
        store.write_lease(stream, logs.lease("two"), over=("two",))
        assert store.leases() == {stream: logs.lease("one")}, "a late sign of life takes nothing over"
        store.write_lease(stream, None, over=("two",))
        assert store.leases() == {stream: logs.lease("one")}
        store.write_lease(stream, logs.lease("two"), over=("one", "two"))
        store.write_lease(stream, logs.lease(""), over=("two",))
        store.write_lease(stream, logs.lease("three"), over=())
        assert store.leases() == {stream: logs.lease("three")}, "a freed one is anybody's"
        store.write_lease(stream, None)
        assert store.leases() == {}

    def test_each_log_has_its_own_lease(self, store: Store) -> None:
        held = {logs.stream(1): logs.lease("one"), logs.stream(2): logs.lease("two"), "student/s1": logs.lease("three")}
        for stream, lease in held.items():
            store.write_lease(stream, lease)
        assert store.leases() == held
        store.write_lease("student/s1", None)
        assert store.leases().keys() == held.keys() - {"student/s1"}

    def test_a_curriculum_once_pinned_stays(self, store: Store) -> None:
        body = '{"é":1}'.encode()
        name = hashlib.sha256(body).hexdigest()
        store.pin(name, body)
        store.pin(name, b"another")
        assert store.curriculum(name) == body
        assert store.curricula() == {name: body}
        assert store.curriculum("0" * 64) is None

    def test_facts_are_overwritten(self, store: Store) -> None:
        store.set_meta("demo", "1")
        store.set_meta("demo", "2")
        assert (store.meta("demo"), store.meta("other")) == ("2", None)

    # --- several of them on one store --------------------------------------------------------------------------------

    def test_every_object_on_a_store_has_its_identity(self, connect: Connect) -> None:
        one, other = connect(), connect()
        assert one.identity == other.identity
        assert one.identity.id
        assert one.read_only is None

    def test_what_others_write_is_told_to_every_subscriber_once(self, connect: Connect) -> None:
        store, other = connect(), connect()
        store.append(logs.first())
        first, second = store.subscribe(), store.subscribe()
        store.set_meta("own", "writes")
        assert (first(), second()) == (False, False)
        other.append(logs.more(1, 1, "x"))
        assert (first(), first(), second()) == (True, False, True)
        assert [each.seq for each in store.pending()] == [2]
        other.write_lease(logs.stream(), logs.lease())
        other.save_draft(logs.stream(), "note", logs.DRAFT)
        assert (first(), second()) == (True, True)
        assert (first(), second()) == (False, False)
        with closing(other):
            assert store.leases() == {logs.stream(): logs.lease()}
        assert store.all_drafts().get(logs.stream(), {}) == {"note": logs.DRAFT}
