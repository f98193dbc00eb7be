"""The live screen by keyboard: what is seen, and what is stored."""

from __future__ import annotations

import contextlib

import msgspec
import pytest
from textual import events
from textual.pilot import Pilot

from defense_console.model.defense import kinds as ev
from defense_console.model.defense import revision
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.errors import ConsoleError
from defense_console.screens.before.brief import BriefScreen
from defense_console.store.base import Append, FullDisk, Lease
from defense_console.store.sqlite.store import TinyStore
from defense_console.widgets.lists.rubric_list import RubricList
from defense_console.words.translation import error_text
from tests.ui.conftest import SHIPPED, Room, do_from_palette, hides, plain_text, shows, type_text, until

SIZE = (120, 40)


def started(room: Room, name: str = "Ada Example", project: str = "IRP-P2") -> str:
    room.student("s1", name)
    id = room.plan("s1", project)
    room.live(id)
    return id


def rubric_of(project_id: str) -> list[str]:
    project = SHIPPED["IRP"].project(project_id)
    assert project is not None
    return [c.id for c in SHIPPED["IRP"].criteria_of(project)]


def focused(pilot: Pilot[None]) -> str | None:
    rubric = next(iter(pilot.app.screen.query(RubricList)), None)
    return rubric.criterion.id if rubric is not None and rubric.criterion is not None else None


async def test_the_clock_shows_what_is_left_and_the_end(room: Room) -> None:
    id = started(room)
    room.machine.pass_time(754)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "PRESENTATION 1/3", "12:34 of 15:00", "in the window until 20:00", "on time", "ends 14:31")


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(60, "too early to end"), (790, "soon over"), (880, "last seconds"), (905, "overtime"),
     (1205, "out of the window")],
)  # fmt: skip
async def test_every_state_of_the_clock_has_its_word(room: Room, seconds: int, said: str) -> None:
    id = started(room)
    room.machine.pass_time(seconds)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, said)


async def test_rating_goes_on_to_the_next_unrated_and_is_stored(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        await pilot.press("v", "R", "quotation_mark", "apostrophe")
        await shows(pilot, "Rubric 4/12", "✓ met", "~ to improve", "✗ not met", "∅ not observed")
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    order = [c.id for c in SHIPPED["IRP"].criteria_of(project)]
    assert [room.defense(id).ratings.get(c) for c in order[:4]] == ["met", "to_improve", "not_met", "not_observed"]


async def test_space_cycles_and_stays_and_backspace_clears(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("space", "space", "space")
        await shows(pilot, "✗ not met", "Rubric 1/12")
        await pilot.press("space")
        await shows(pilot, "Rubric 0/12")
        await pilot.press("v", "k", "backspace")
        await shows(pilot, "Rubric 0/12")
    assert room.defense(id).ratings == {}


async def test_moving_and_scrolling_rate_nothing(room: Room) -> None:
    id = started(room)
    before = len(room.events(id))
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await pilot.press(*("j", "down", "k", "up", "pagedown", "pageup", "home", "end") * 2)
        await shows(pilot, "Rubric 0/12")
    assert len(room.events(id)) == before


async def test_the_criterion_of_the_clock_is_skipped_and_marked(room: Room) -> None:
    id = started(room)
    room.machine.pass_time(15 * 60)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("g")
        await shows(pilot, "project's window. ◷", "DISCUSSION 2/3", "Rubric 1/12")
        await pilot.press(*"vvvvvvvvvvv")
        await shows(pilot, "Rubric 12/12", "Every criterion is rated.")
    defense = room.defense(id)
    assert "ORAL-1" not in defense.ratings
    assert len(defense.ratings) == 11


async def test_a_note_is_private_until_p_and_bears_its_first_keystroke(room: Room) -> None:
    id = started(room)
    room.machine.pass_time(60)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("n")
        await shows(pilot, "WRITING", "Private note")
        await type_text(pilot, "vrx q")
        await until(pilot, lambda: room.drafts(id) == {"note": "vrx q"}, "the draft is not saved")
        room.machine.pass_time(30)
        await pilot.press("enter")
        await shows(pilot, "Note kept at 01:00", "Rubric 0/12")
        await hides(pilot, "WRITING")
        await pilot.press("p")
        await shows(pilot, "shared")
        await until(pilot, lambda: room.drafts(id) == {}, "the draft is still there")
    note = room.defense(id).notes[0]
    assert (note.text, note.at_s, note.private) == ("vrx q", 60, False)


async def test_escape_leaves_and_keeps_the_text(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("c", *"seen", "escape")
        await shows(pilot, "seen", "Note kept")
        await pilot.press("v")
        await shows(pilot, "Rubric 1/12")
    note = room.defense(id).notes[0]
    assert (note.text, note.private) == ("seen", False)
    assert note.criterion is not None


async def test_f3_and_f4_while_writing_keep_the_focus_and_commit_first(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("n", *"one", "f3")
        await shows(pilot, "PAUSED", "WRITING")
        await pilot.press(*"two", "f4")
        await shows(pilot, "DISCUSSION", "WRITING")
        await pilot.press(*"!", "escape")
        await shows(pilot, "onetwo!")
    kinds = [type(event.what) for event in room.events(id)[3:]]
    assert kinds == [ev.Noted, ev.Paused, ev.NoteEdited, ev.PhaseEntered, ev.NoteEdited]
    assert [note.text for note in room.defense(id).notes] == ["onetwo!"]


async def test_f2_commits_one_note_and_begins_the_next(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("n", *"one", "f2")
        await shows(pilot, "one", "WRITING")
        await pilot.press(*"two", "enter")
        await hides(pilot, "WRITING")
    assert [note.text for note in room.defense(id).notes] == ["one", "two"]


async def test_only_t_resumes(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("t")
        await shows(pilot, "PAUSED")
        await pilot.press("v", "j", "space", "g", "plus", "n", "escape", "q", "escape", "escape")
        await pilot.pause()
        assert room.defense(id).timeline.state == "paused"
        await pilot.press("enter")
        await shows(pilot, "PAUSED")
        await pilot.press("t")
        await hides(pilot, "PAUSED")
    assert room.defense(id).timeline.state == "running"


async def test_a_pause_needs_no_reason_and_takes_one_afterwards(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("comma")
        await shows(pilot, "The clock was not paused in this sitting.")
        await pilot.press("t")
        await shows(pilot, "The clock is paused; “,” says why.")
        await until(pilot, lambda: room.defense(id).timeline.state == "paused")
        await pilot.press("comma")
        await shows(pilot, "Why was the clock paused?", "1  technical problem", "PAUSED")
        await pilot.press("escape", "t", "comma", "ampersand")
        await shows(pilot, "Paused: technical problem.")
        await pilot.press("l")
        await shows(pilot, "Reason of the pause of line 4: technical problem")
        await pilot.press("escape", "u")
        await until(pilot, lambda: [p.reason for p in room.defense(id).pauses] == [None])
    assert room.defense(id).timeline.state == "running"


async def test_g_in_the_last_phase_says_that_f_finishes(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("g", "g")
        await shows(pilot, "DEBRIEFING 3/3")
        await pilot.press("g")
        await shows(pilot, "f finishes")
        await shows(pilot, "Documents 0", "No suggestion yet")
    assert room.defense(id).session == "live"


async def test_the_keys_beside_the_clock_follow_the_clock(room: Room) -> None:
    app = room.app(started(room))
    async with app.run_test(size=(120, 40)) as pilot:
        await until(
            pilot, lambda: plain_text(app).count("g discussion") == 2
        )  # beside the clock, and in the row of keys
        await pilot.press("g", "t")
        await until(pilot, lambda: plain_text(app).count("g debriefing") == 2)
        await shows(pilot, "t resume  g debriefing")


async def test_a_minute_more_moves_the_target_not_the_window(room: Room) -> None:
    id = started(room)
    room.machine.pass_time(660)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("plus")
        await shows(pilot, "11:00 of 16:00", "until 20:00")
        await pilot.press("minus", "minus")
        await shows(pilot, "11:00 of 14:00")


async def test_undo_and_redo_say_what(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("v")
        await shows(pilot, "Rubric 1/12")
        await pilot.press("u")
        await shows(pilot, "Undone:", "Rubric 0/12")
        await pilot.press("y")
        await shows(pilot, "Done again:", "Rubric 1/12")


async def test_a_question_is_parked_and_moves_on(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("q", *"why", "enter", "tab", "tab")
        await shows(pilot, "Questions 1 of 1")
        await pilot.press("space")
        await shows(pilot, "asked")
        await pilot.press("space")
        await shows(pilot, "answered", "Questions 0 of 1")
    assert room.defense(id).questions[0].state == "answered"
    assert room.defense(id).ratings == {}


async def test_enter_edits_the_chosen_question_and_no_other(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("q", *"why", "enter", "q", *"how", "enter", "tab", "tab", "up")
        await shows(pilot, "Enter edit")
        await pilot.press("enter")
        await shows(pilot, "WRITING", "why")
        await pilot.press(*" now", "enter")
        await shows(pilot, "why now", "Questions 2 of 2")
        await pilot.press("down", "space")
        await shows(pilot, "asked")
    assert [(q.text, q.state) for q in room.defense(id).questions] == [("why now", "open"), ("how", "asked")]


async def test_without_a_question_enter_in_its_panel_says_so(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("tab", "tab", "enter")
        await shows(pilot, "No question is parked: q parks one.")
        await hides(pilot, "WRITING")


async def go_to(pilot: Pilot[None], criterion: str) -> None:
    """Move the cursor of the rubric to a criterion by its arrows."""
    order = rubric_of("IRP-P2")
    await until(pilot, lambda: focused(pilot))
    by = order.index(criterion) - order.index(focused(pilot) or "")
    await pilot.press(*["down" if by > 0 else "up"] * abs(by))
    await until(pilot, lambda: focused(pilot) == criterion)


def rows_of(room: Room, id: str) -> list[tuple[int | None, tuple[str, ...], bool]]:
    """What the verdict would ask for: document, criteria, kept."""
    project = SHIPPED["IRP"].project("IRP-P2")
    assert project is not None
    found = revision.rows(room.defense(id), SHIPPED["IRP"], project)
    return [(row.request.deliverable, row.request.criteria, row.kept) for row in found]


@pytest.mark.parametrize("key", ["d", "f8"])
async def test_a_document_is_asked_for_from_the_focused_criterion(room: Room, key: str) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await go_to(pilot, "IRP-P2-B1.2-1")
        await pilot.press(key)
        await shows(pilot, "To revise: 3.")
    assert rows_of(room, id) == [(3, ("IRP-P2-B1.2-1",), True)]


async def test_a_document_already_asked_for_gains_the_criterion_and_is_kept(room: Room) -> None:
    id = started(room)
    room.add(id, ev.Rated("IRP-P2-B1.1-1", "not_met"), ev.RowKept("d2", False))  # proved by the documents 1 and 2
    async with room.app(id).run_test(size=SIZE) as pilot:
        await go_to(pilot, "IRP-P2-B1.1-3")
        await pilot.press("d")
        await shows(pilot, "To revise: 2.")
    asked = [(1, ("IRP-P2-B1.1-1",), True), (2, ("IRP-P2-B1.1-1", "IRP-P2-B1.1-3"), True)]
    assert rows_of(room, id) == asked


async def test_the_slides_are_offered_for_the_criterion_on_slides(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await go_to(pilot, "ORAL-6")
        await pilot.press("d")
        await shows(pilot, "To revise: 4.")
    assert rows_of(room, id) == [(4, ("ORAL-6",), True)]


async def test_a_suspend_is_told_and_z_makes_it_a_pause(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "00:00 of 15:00")
        app.desk.tick()
        room.machine.pass_time(192, asleep=True)
        await shows(pilot, "The machine slept for 3 min 12 s", "03:12 of 15:00")
        await pilot.press("z")
        await shows(pilot, "00:00 of 15:00")
        await hides(pilot, "slept")
    assert room.defense(id).timeline.paused_ms() == 192_000


async def test_an_overlong_gap_is_asked_about_and_escape_postpones(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        app.desk.tick()
        room.machine.pass_time(3 * 3600, asleep=True)
        await shows(pilot, "The machine slept for 3 h", "What was this time?", "1  the time counted")
        await pilot.press("escape")
        await hides(pilot, "What was this time?")
        assert room.defense(id).timeline.elapsed_ms(room.machine.read()) == 3 * 3600 * 1000
        await shows(pilot, "z makes them a pause")
        await pilot.press("z")
        await shows(pilot, "00:00 of 15:00")


async def test_after_a_kill_the_half_typed_note_and_the_second_are_there(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("v", "n", *"half")
        await until(pilot, lambda: room.drafts(id) == {"note": "half"}, "the draft is not saved")
        kept = (room.drafts(id), len(room.events(id)))
    room.machine.pass_time(125)
    assert (room.drafts(id), len(room.events(id))) == kept
    async with room.app().run_test(size=SIZE) as pilot:
        await shows(pilot, "02:05 of 15:00", "half", "WRITING", "Rubric 1/12")
        await pilot.press("!", "enter")
        await shows(pilot, "Note kept at 00:00")
    assert room.defense(id).notes[0].text == "half!"


async def test_after_a_restart_the_cursor_is_where_the_mentor_was(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "j", "v", "v", "x", "u")
        await shows(pilot, "Rubric 2/12")
    order = rubric_of("IRP-P2")
    async with room.app(id).run_test(size=SIZE) as pilot:  # rated 3 and 4, the rating of 5 taken back
        await until(pilot, lambda: focused(pilot) == order[5])
        await pilot.press("j", "j", "c", *"seen")
        await until(pilot, lambda: room.drafts(id) == {f"criterion/{order[7]}": "seen"})
    async with room.app(id).run_test(size=SIZE) as pilot:  # a half-typed note is on another criterion
        await until(pilot, lambda: focused(pilot) == order[7])
        await pilot.press("enter")
        await until(pilot, lambda: len(room.defense(id).notes) == 1)
    async with room.app(id).run_test(size=SIZE) as pilot:  # and stays its place once it is kept
        await until(pilot, lambda: focused(pilot) == order[7])
        await pilot.press("x")
        await shows(pilot, "Rubric 3/12")
    assert room.defense(id).ratings[order[7]] == "not_met"


async def test_the_bank_offers_the_mentors_own_sentences_first_and_copies_them(room: Room) -> None:
    own = room.folder.parent / "comments.toml"
    entry = '[[comments]]\nrating = "met"\naspect = "complete"\n'
    own.write_text(entry + 'fr = "À moi."\nen = "My [own] words."\n', "utf-8")
    room.settings = msgspec.structs.replace(room.settings, file=str(own.with_name("settings.toml")))
    id = started(room)
    first = rubric_of("IRP-P2")[0]
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("v", "k", "b")
        named = first.removeprefix("IRP-P2-")
        await shows(pilot, f"Comment on {named}", "1  My [own] words.", "Every part that was asked for is there.")
        await pilot.press("1", *" Yes", "enter")
        await until(pilot, lambda: [n.text for n in room.defense(id).notes] == ["My [own] words. Yes"])
    own.write_text("[[comments]]\n", "utf-8")
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("b")
        await shows(pilot, "Your own comments are left out", "comments[0].fr", "Every part that was asked for")


async def test_the_sentence_used_most_comes_first(room: Room) -> None:
    id = started(room)
    sentence = "The choice is justified and its limits are named."
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("v", "k", "b")
        await shows(pilot, f"4  {sentence}")
        await pilot.press("4", "enter", "b")
        await shows(pilot, f"2  {sentence}")


async def test_f_goes_to_the_verdict_and_the_session_is_held(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("g", "g", "f")
        await until(pilot, lambda: room.defense(id).session == "held")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "VerdictScreen")


async def test_a_phase_left_below_its_window_says_how_to_go_back(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        room.machine.pass_time(61)
        await pilot.press("g")
        await shows(pilot, "Now: discussion; the one before was too short, u goes back to it.")
        await pilot.press("u")
        await shows(pilot, "PRESENTATION 1/3")
        room.machine.pass_time(14 * 60)
        await pilot.press("g")
        await shows(pilot, "Now: discussion.")


@pytest.mark.parametrize("key", ["d", "enter"])
async def test_no_key_acts_on_a_criterion_that_is_not_seen(room: Room, key: str) -> None:
    id = started(room)
    room.add(id, ev.PhaseEntered("discussion"), ev.PhaseEntered("debriefing"))
    before = len(room.events(id))
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await shows(pilot, "Documents 0")
        await pilot.press("shift+tab")
        await shows(pilot, "─ Documents 0")
        await pilot.press(key)
        await shows(pilot, "━ Rubric", "Here is the rubric: press the key again.")
        assert len(room.events(id)) == before
        await pilot.press(key)
        await hides(pilot, "Here is the rubric")


async def test_what_undo_took_back_is_named_by_its_words(room: Room) -> None:
    id = started(room)
    room.add(id, ev.QuestionParked("Why three [managers]?", room.machine.read()))
    async with room.app(id).run_test(size=(80, 24)) as pilot:
        await pilot.press("tab", "tab", "space")
        await until(pilot, lambda: room.defense(id).questions[0].state == "asked")
        await pilot.press("u")
        await shows(pilot, "Undone: “Why three [managers]?”: asked")
        await pilot.press("n", "o", "k", "enter", "p", "u")
        await shows(pilot, "Undone: “ok” made shared")
        await until(pilot, lambda: room.defense(id).notes[0].private)
        await pilot.press("q", "w", "enter")
        await shows(pilot, "Question parked.")


async def test_what_is_not_seen_is_not_rated(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=(60, 20)) as pilot:
        await pilot.press("tab", "v")
        await shows(pilot, "Here is the rubric")
        assert room.defense(id).ratings == {}
        await pilot.press("v")
        await until(pilot, lambda: len(room.defense(id).ratings) == 1)


async def test_quitting_asks_and_says_that_the_clock_counts(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("n", *"kept", "ctrl+q")
        await shows(pilot, "Leave the console?", "keeps counting")
        await pilot.press("enter")
        await hides(pilot, "Leave the console?")
        assert app.is_running
        await pilot.press("ctrl+q", "o")
        await until(pilot, lambda: not app.is_running or app.return_code == 0)
    assert room.drafts(id) == {"note": "kept"}


@pytest.mark.parametrize(
    ("keys", "notes", "rated", "timer", "last"),
    [
        (["n", *"abc", "enter", "v"], ["abc"], 1, "running", ev.Rated),
        (["n", *"ab", "backspace", *"c", "escape", "v", "v"], ["ac"], 2, "running", ev.Rated),
        (["n", *"ab", "f3", *"cd", "tab", "v"], ["abcd"], 1, "paused", ev.Rated),
        (["c", *"vrxo", "f2", *"t", "enter", "x", "u"], ["vrxo", "t"], 0, "running", ev.Undone),
    ],
)
async def test_keys_in_one_burst_go_where_one_after_the_other_would(
    room: Room, keys: list[str], notes: list[str], rated: int, timer: str, last: type
) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        for key in keys:
            app.post_message(events.Key(key, key if len(key) == 1 else None))

        def stored() -> tuple[object, ...]:
            """What the keys have left in the store, the last of them too: what is drawn is not there yet."""
            defense, last = room.defense(id), room.events(id)[-1].what
            texts = [note.text for note in defense.notes]
            return texts, len(defense.ratings), defense.timeline.state, type(last), room.drafts(id)

        wanted: tuple[object, ...] = (notes, rated, timer, last, {})
        with contextlib.suppress(AssertionError):
            await until(pilot, lambda: stored() == wanted)
        assert stored() == wanted
        await shows(pilot, f"Rubric {rated}/12")


async def test_a_question_and_its_answer_in_one_burst(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        for key in ("ctrl+q", "o"):
            app.post_message(events.Key(key, key if len(key) == 1 else None))
        await until(pilot, lambda: not app.is_running or app.return_code == 0)


async def test_a_failed_write_is_red_and_said_until_it_succeeds(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    id = started(room)
    broken = True
    append = TinyStore.append

    def fail(store: TinyStore, job: Append) -> tuple[int, str]:
        if broken:
            raise FullDisk("The disk is full.")
        return append(store, job)

    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")
        monkeypatch.setattr(TinyStore, "append", fail)
        await pilot.press("v", "v")
        await shows(pilot, "NOT SAVED: 2 actions", "Rubric 2/12", "The disk is full.")
        broken = False
        await hides(pilot, "NOT SAVED")
        await shows(pilot, "✓ saved")
    assert len(room.defense(id).ratings) == 2


async def test_without_colour_every_state_is_still_told(room: Room) -> None:
    room.settings = msgspec.structs.replace(room.settings, no_color=True)
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("v", "x")
        await shows(pilot, "✓ met", "✗ not met", "Rubric 2/12")
        assert app.no_color


async def test_a_defense_held_by_another_console_is_read_only(room: Room) -> None:
    id = started(room)
    store = TinyStore.open(room.folder)
    store.write_lease(DEFENSE.stream(id), Lease("other", "elsewhere", 4242, "then", "boot-9", room.machine.read()))
    store.close()
    before = len(room.events(id))
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "Read only: another console is writing here (elsewhere, last seen 2026-11-24 14:")
        await pilot.press("v", "n", "g", "t", "q")
        await shows(pilot, "Rubric 0/12")
    assert len(room.events(id)) == before


async def test_f9_while_writing_keeps_the_text_and_escape_comes_back_to_the_same_criterion(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await pilot.press("j", "j", "n", *"kept", "f9")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "VerdictScreen")
        await pilot.press("escape")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "LiveScreen")
        await shows(pilot, "kept", "› ◦              Causes that training")
    assert [note.text for note in room.defense(id).notes] == ["kept"]


async def test_the_language_changes_in_place_and_the_half_written_text_stays(room: Room) -> None:
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.press("n", *"half")
        await shows(pilot, "Private note")
        app.switch_language()
        await shows(pilot, "PRÉSENTATION 1/3", "Note privée", "half", "Grille 0/12")
        await pilot.press("!", "enter", "escape")
        await shows(pilot, "Aujourd’hui 1")
    assert [note.text for note in room.defense(id).notes] == ["half!"]


async def test_keys_of_the_settings_replace_those_of_the_table(room: Room) -> None:
    room.settings = msgspec.structs.replace(room.settings, keys={"live.rate_met": ("F6",)})
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "F6 met")
        await pilot.press("v", "1", "f6")
        await shows(pilot, "Rubric 1/12")
    assert list(room.defense(id).ratings.values()) == ["met"]


async def test_messages_name_the_keys_of_the_settings(room: Room) -> None:
    keys = {"live.finish": ("F6",), "live.question": ("F7",), "clock.toggle": ("k",), "move.up": ("up",)}
    room.settings = msgspec.structs.replace(room.settings, keys=keys)
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "F7 parks a question", "n writes a note", "c writes one")
        await pilot.press("k")
        await shows(pilot, "PAUSED 00:00, k resumes")
        await pilot.press("g", "g", "g")
        await shows(pilot, "This is the last phase: F6 finishes the defense.")
        await pilot.press("h")
        await shows(pilot, "in the last one, F6 finishes.")


async def test_a_refusal_of_the_model_names_the_keys_of_the_settings(room: Room) -> None:
    room.settings = msgspec.structs.replace(room.settings, keys={"live.finish": ("F6",)})
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE):
        with pytest.raises(ConsoleError) as refused:
            app.desk.verdict(id).sign()
    assert error_text(refused.value) == ("The defense is not finished: F6 finishes it, then the verdict is signed.")


@pytest.mark.parametrize(
    ("place", "rated"),
    [
        ("defense_console.desk.defense.live.LiveDesk.rate", 1),
        ("defense_console.screens.live.screen.LiveScreen.redraw", 2),
    ],
    ids=["in what it does", "in drawing it"],
)
async def test_a_fault_in_a_command_does_not_end_the_console(
    room: Room, monkeypatch: pytest.MonkeyPatch, place: str, rated: int
) -> None:
    room.expects_faults = True
    id = started(room)
    app = room.app(id)
    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "Rubric 0/12")

        def broken(*_: object) -> None:
            raise ZeroDivisionError("a student's name must not be printed")

        monkeypatch.setattr(place, broken)
        await pilot.press("v")
        await shows(pilot, "A fault in the console", "ZeroDivisionError")
        assert "must not be printed" not in plain_text(app)
        monkeypatch.undo()
        await pilot.press("v")
        await shows(pilot, f"Rubric {rated}/12")


async def test_a_start_taken_back_leads_to_the_waiting_room(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "00:00 of 15:00")
        await pilot.press("u")
        await shows(pilot, "WAITED")
        await pilot.press("y")
        await shows(pilot, "PRESENTATION 1/3")
    assert room.defense(id).session == "live"


async def test_a_command_is_found_by_its_name_and_an_abort_leads_to_the_brief(room: Room) -> None:
    id = started(room)
    async with room.app(id).run_test(size=SIZE) as pilot:
        await shows(pilot, "00:00 of 15:00")
        await do_from_palette(pilot, "abort", "Break the defense off for a technical reason.")
        await shows(pilot, "Break the defense off?")
        await type_text(pilot, "no network")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).session == "aborted")
        await shows(pilot, "When does the defense", "The defense is broken off")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(pilot.app.screen, BriefScreen))
        await shows(pilot, "The defense is broken off; u takes it back.")
        await pilot.press("u")
        await shows(pilot, "PRESENTATION 1/3")
    assert room.defense(id).session == "live"


async def test_a_text_left_in_a_dialog_is_there_again_and_the_clock_obeys_over_it(room: Room) -> None:
    id = started(room)
    room.student("s2", "Bob Example")
    other = room.plan("s2")
    room.live(other)
    app = room.app(id)

    async def ask_abort() -> None:
        await do_from_palette(pilot, "abort", "Break the defense off for a technical reason.")
        await shows(pilot, "Break the defense off?")

    async with app.run_test(size=SIZE) as pilot:
        await shows(pilot, "PRESENTATION 1/3")
        await ask_abort()
        await type_text(pilot, "no netw")
        await pilot.press("f3")
        await until(pilot, lambda: room.defense(id).timeline.state == "paused")
        await pilot.press("f4")
        await until(pilot, lambda: room.defense(id).timeline.phase == "discussion")
        await shows(pilot, "Break the defense off?", "no netw")
        await pilot.press("escape")
        await hides(pilot, "Break the defense off?")
        app.go("live", other)
        await shows(pilot, "Bob Example")
        await ask_abort()
        assert "no netw" not in plain_text(app)
        await pilot.press("escape")
        app.go("live", id)
        await shows(pilot, "Ada Example")
        await ask_abort()
        await shows(pilot, "no netw")
        await type_text(pilot, "ork")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).sittings[-1].reason == "no network")
