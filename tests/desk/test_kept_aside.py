"""Another console was first: both versions are kept, and the mentor chooses of each thing whether it is recorded."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.desk.defense.live import LiveDesk
from defense_console.desk.logs.refused import KeptAside
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.model.log.envelope import Stamp, encode_event
from defense_console.model.log.refused import decisions
from defense_console.store.base import Append, Job, SaveAside
from defense_console.store.snapshot import Snapshot
from defense_console.store.unsaved.keeping_aside import RefusedTails
from tests.desk.consoles import Twin
from tests.examples import examples
from tests.ui.conftest import Room
from tests.ui.test_live import started

ONE, TWO, THREE = "IRP-P2-B1.1-1", "IRP-P2-B1.1-2", "IRP-P2-B1.1-3"


@pytest.fixture
def twins(room: Room) -> Iterator[tuple[str, Twin, Twin]]:
    """A live defense and two consoles on it: the first one is slow, the second takes it over."""
    id = started(room)
    first, second = Twin(room), Twin(room)
    first.desk.live(id).tick()
    first.settle()
    second.desk.live(id)
    yield id, first, second
    for twin in (first, second):
        twin.kill()


def noted(desk: LiveDesk) -> list[str]:
    """The notes that are kept aside."""
    whats = [aside.event.what for aside in desk.aside]
    return [what.text for what in whats if isinstance(what, ev.Noted)]


def kinds(room: Room, id: str) -> list[str]:
    return [type(event.what).__name__ for event in room.events(id)]


def parted(twins: tuple[str, Twin, Twin]) -> tuple[LiveDesk, LiveDesk]:
    """The second console has taken over while the first one's decisions were not written yet."""
    id, first, second = twins
    second.desk.take_over(second.desk.brief(id))
    second.settle()
    mine = first.desk.live(id)
    first.settle()
    first.desk.tick([DEFENSE.stream(id)])
    return mine, second.desk.live(id)


def test_nothing_of_a_refused_tail_is_lost_and_the_record_is_the_other_consoles(
    room: Room, twins: tuple[str, Twin, Twin]
) -> None:
    id, first, second = twins
    mine = first.desk.live(id)
    mine.rate(ONE, "met")
    mine.commit("note", "he hesitated")
    mine.pause()
    mine, theirs = parted(twins)
    theirs.rate(TWO, "not_met")
    second.settle()
    first.desk.tick([DEFENSE.stream(id)])
    assert mine.defense.ratings == theirs.defense.ratings == {TWO: "not_met"}
    assert [type(aside.event.what) for aside in mine.aside] == [ev.Rated, ev.Noted, ev.Paused]
    assert mine.read_only is not None
    assert first.desk.saved.state == "saved"
    second.desk.tick([DEFENSE.stream(id)])
    assert theirs.aside == mine.aside


def test_what_is_kept_aside_is_found_again_after_a_restart_and_settled_row_by_row(
    room: Room, twins: tuple[str, Twin, Twin]
) -> None:
    id, first, _second = twins
    first.desk.live(id).rate(ONE, "met")
    first.desk.live(id).commit("note", "he hesitated")
    parted(twins)
    third = Twin(room)
    third.desk.live(id)
    third.desk.take_over(third.desk.brief(id))
    third.settle()
    live = third.desk.live(id)
    rated, noted = live.aside
    live.take_up(noted.key)
    live.give_up(rated.key)
    third.settle()
    third.kill()
    assert [note.text for note in room.defense(id).notes] == ["he hesitated"]
    assert room.defense(id).ratings == {}
    assert room.asides(id) == {}


def test_a_change_of_a_note_is_taken_up_after_the_note_and_never_changes_another_one(
    room: Room, twins: tuple[str, Twin, Twin]
) -> None:
    id, first, second = twins
    mine = first.desk.live(id)
    note = mine.commit("note", "mine").notes[-1].seq
    mine.commit(f"edit/{note}", "mine, changed")
    second.desk.take_over(second.desk.brief(id))
    theirs = second.desk.live(id)
    while theirs.defense.seq < note:  # so that their line has the number of my note
        theirs.commit("note", "theirs")
    second.settle()
    first.settle()
    second.desk.tick([DEFENSE.stream(id)])
    written, edited = theirs.aside
    with pytest.raises(ConsoleError, match="keep that first"):
        theirs.take_up(edited.key)
    theirs.take_up(written.key)
    second.settle()
    (edited,) = theirs.aside
    theirs.take_up(edited.key)
    second.settle()
    assert theirs.aside == ()
    texts = [note.text for note in room.defense(id).notes]
    assert texts == ["theirs"] * (len(texts) - 1) + ["mine, changed"]


def kept_note_and_its_change(room: Room, twins: tuple[str, Twin, Twin]) -> LiveDesk:
    """The second console has taken over, and a note of the first is kept aside with its change."""
    id, first, second = twins
    mine = first.desk.live(id)
    note = mine.commit("note", "mine").notes[-1].seq
    mine.commit(f"edit/{note}", "mine, changed")
    second.desk.take_over(second.desk.brief(id))
    second.settle()
    first.settle()
    second.desk.tick([DEFENSE.stream(id)])
    theirs = second.desk.live(id)
    theirs.commit("note", "theirs")
    second.settle()
    assert [type(aside.event.what) for aside in theirs.aside] == [ev.Noted, ev.NoteEdited]
    return theirs


def test_what_changes_a_row_that_is_taken_up_moves_with_it_in_the_store(
    room: Room, twins: tuple[str, Twin, Twin]
) -> None:
    id, _first, second = twins
    theirs = kept_note_and_its_change(room, twins)
    theirs.take_up(theirs.aside[0].key)
    room.add(room.plan("s2"), ev.DeliverableDeclared(1, True))
    second.desk.tick([DEFENSE.stream(id)])
    (edited,) = theirs.aside  # also before it is on the disk
    second.settle()
    assert list(room.asides(id)) == [edited.key]
    second.kill()
    third = Twin(room)
    live = third.desk.live(id)
    live.take_up(live.aside[0].key)
    third.settle()
    third.kill()
    assert [note.text for note in room.defense(id).notes] == ["theirs", "mine, changed"]
    assert room.asides(id) == {}


def test_what_is_taken_up_and_refused_again_waits_again_with_what_changes_it(
    room: Room, twins: tuple[str, Twin, Twin]
) -> None:
    id, _first, second = twins
    theirs = kept_note_and_its_change(room, twins)
    theirs.take_up(theirs.aside[0].key)
    room.add(id, ev.DeliverableDeclared(1, True))  # a third console is faster
    second.settle()
    assert sorted(aside.key for aside in theirs.aside) == list(room.asides(id))
    written, edited = theirs.aside
    with pytest.raises(ConsoleError, match="keep that first"):
        theirs.take_up(edited.key)
    theirs.take_up(written.key)
    second.settle()
    theirs.take_up(theirs.aside[0].key)
    second.settle()
    assert [note.text for note in room.defense(id).notes] == ["theirs", "mine, changed"]
    assert room.asides(id) == {}
    assert second.desk.saved.unsaved == 0


def test_a_document_asked_for_in_both_consoles_stays_two_documents(room: Room, twins: tuple[str, Twin, Twin]) -> None:
    id, first, second = twins
    first.desk.live(id).rate(ONE, "met")  # so that both rows are asked for by a line of the same number
    first.desk.verdict(id).add_row(None, "mine")
    second.desk.take_over(second.desk.brief(id))
    second.settle()
    theirs = second.desk.verdict(id)
    theirs.add_row(None, "theirs")
    second.settle()
    first.settle()
    second.desk.tick([DEFENSE.stream(id)])
    assert [aside.event.seq for aside in theirs.aside][-1] == theirs.defense.seq
    theirs.take_up(theirs.aside[-1].key)
    second.settle()
    titles = {row.request.title for row in theirs.rows()}
    assert {"mine", "theirs"} <= titles


def test_a_signature_is_not_carried_over(room: Room, twins: tuple[str, Twin, Twin]) -> None:
    id, first, _second = twins
    stamp = room.machine.read()
    mine = first.desk.live(id)
    mine.ledger.aside.add(
        f"defense/{id}", 4, (DefenseEvent(4, 4, stamp, "Mentor Test", ev.Signed(1, "validated", None)),)
    )
    (aside,) = mine.aside
    with pytest.raises(ConsoleError, match="sign again"):
        mine.take_up(aside.key)
    assert mine.aside == (aside,)


def test_what_was_typed_since_the_draft_is_kept_aside_when_the_defense_is_taken_over(
    room: Room, twins: tuple[str, Twin, Twin]
) -> None:
    id, first, _second = twins
    mine = first.desk.live(id)
    mine.type_text("note", "half a", 6)
    first.settle()
    mine, theirs = parted(twins)
    mine.set_aside("note", "half a")
    assert mine.aside == ()
    mine.set_aside("note", "half a thought")
    first.settle()
    assert noted(mine) == ["half a thought"]
    assert theirs.text("note") == "half a"


def test_what_the_system_saw_is_recorded_after_what_the_other_wrote(room: Room, twins: tuple[str, Twin, Twin]) -> None:
    id, first, second = twins
    mine = first.desk.live(id)
    mine.tick()
    room.machine.pass_time(400, asleep=True)
    mine.tick()
    room.add(id, ev.DeliverableDeclared(1, True))
    first.settle()
    assert kinds(room, id)[-2:] == ["DeliverableDeclared", "Suspended"]
    assert mine.aside == ()
    assert mine.defense.gaps[0].gap_ms == 400_000
    assert second.desk.live(id).defense.timeline.elapsed_ms(room.machine.read()) == 400_000


def test_going_on_between_two_refusals_of_one_tail_loses_nothing(room: Room) -> None:
    id = started(room)
    twin = Twin(room)
    live = twin.desk.live(id)
    live.rate(ONE, "met")
    live.rate(TWO, "met")
    room.add(id, ev.DeliverableDeclared(1, True))
    twin.recorder.write()
    refused = list(twin.answers)
    twin.answers.clear()
    twin.desk.acknowledge(refused.pop(0))
    live.rate(THREE, "not_met")
    for answer in refused:
        twin.desk.acknowledge(answer)
    twin.settle()
    assert room.defense(id).ratings == live.defense.ratings == {THREE: "not_met"}
    assert len(live.aside) == 2
    twin.kill()


def test_two_threads_of_writing_leave_every_word_in_the_record_or_aside(room: Room) -> None:
    """Both write at once without asking who holds it: the store decides, and every note is somewhere, once."""
    id = started(room)

    def write(name: str) -> None:
        twin = Twin(room)
        for n in range(20):
            twin.desk.ledger.act(DEFENSE, id, ev.Noted(f"{name} {n}", room.machine.read()))
            if n % 3 == 0:
                twin.settle()
        twin.settle()
        twin.kill()

    threads = [threading.Thread(target=write, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = Twin(room)
    live = reader.desk.live(id)
    texts = [note.text for note in live.defense.notes] + noted(live)
    assert sorted(texts) == sorted(f"{name} {n}" for name in ("one", "two") for n in range(20))
    assert room.connect().read_log(f"defense/{id}"), "its chain holds"
    reader.kill()


@examples(60)
@given(st.lists(st.sampled_from(["decide", "fact", "undo", "redo"]), max_size=14), st.integers(2, 9))
def test_of_a_tail_those_decisions_are_left_that_would_apply(steps: list[str], base: int) -> None:
    stamp, events, applied, cancelled = (
        Stamp("2026-11-24T13:00:00.000Z", 0, 0, "b"),
        list[DefenseEvent](),
        list[int](),
        [],
    )
    for seq, step in enumerate(steps, base):
        what: ev.DefenseWhat
        if step == "undo" and applied:
            what = ev.Undone(applied[-1])
            cancelled.append(applied.pop())
        elif step == "redo" and cancelled:
            what = ev.Redone(cancelled[-1])
            applied.append(cancelled.pop())
        elif step == "fact":
            what = ev.ClockStepped(700)
        else:
            what, cancelled = ev.Rated(ONE, "met"), []
            applied.append(seq)
        events.append(DefenseEvent(seq, seq, stamp, "m", what))
    assert [event.seq for event in decisions(events)] == sorted(applied)


def test_the_answer_to_an_earlier_write_does_not_bring_back_what_was_taken_up_meanwhile(room: Room) -> None:
    id = started(room)
    stream, store, submitted = DEFENSE.stream(id), room.connect(), list[Job]()
    reader = room.connect()
    snapshot = Snapshot(reader)
    aside = KeptAside(snapshot, submitted.append)
    event = DefenseEvent(9, 9, room.machine.read(), "Mentor Test", ev.Noted("he hesitated", room.machine.read()))
    aside.add(stream, 9, [event])
    (kept,) = aside.of(stream)
    (saved,) = submitted
    assert isinstance(saved, SaveAside)
    store.save_aside(stream, saved.key, saved.event)
    aside.taken_up(stream, aside.move(stream, kept.key, 12))
    aside.written(saved)  # late: its append, which drops it, is still on its way
    assert snapshot.refresh()
    aside.refresh()
    assert aside.of(stream) == (), "it would be recorded twice"
    refused = Append(stream, 11, (encode_event(event),), drop_aside=(kept.key,))
    RefusedTails().keep(store, [refused])
    aside.refused(refused)
    assert [left.key for left in aside.of(stream)] != [kept.key]
    assert len(aside.of(stream)) == 1, "refused again, it is kept once"
    store.close()
    reader.close()
