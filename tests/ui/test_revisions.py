"""The revisions screen: what came, what changed, what is decided of each document, and the verdict it leads to."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from textual.pilot import Pilot

from defense_console.app import ConsoleApp
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import ReceivedFile, Request
from defense_console.model.defense.summary import defense_id
from defense_console.screens.before.brief import BriefScreen
from defense_console.screens.live.screen import LiveScreen
from defense_console.screens.uploads.revisions import RevisionsScreen
from defense_console.screens.verdict.screen import VerdictScreen
from defense_console.widgets.lists.panel import Panel
from tests.ui.conftest import SHIPPED, Room, hides, plain_text, shows, type_text, until
from tests.ui.test_verdict import HOSTILE, MISSED, held, rate_all


def file(content: str, name: str = "Demo_Ada_1_note_112026.pdf") -> ReceivedFile:
    """A file whose hash stands for its content."""
    return ReceivedFile(name, 1200, content.rjust(64, "0"))


def conditional(room: Room, name: str = "Ada Byron") -> str:
    """A released condition on the documents 1 and 2, whose first versions came before the defense."""
    id = held(room, MISSED, name=name)
    for n in (1, 2):
        room.add(id, ev.DeliverableReceived(n, (file(f"{n}a"),)))
    room.add(id, ev.OutcomeChosen("conditional"), ev.LineAdded("strength", "Clear"))
    rows = tuple(Request(f"d{n}", n, criteria=(MISSED,)) for n in (1, 2))
    room.add(id, ev.Signed(1, "conditional", "conditional", rows=rows), ev.Released(1))
    room.machine.pass_time(3600)
    return id


def documents(app: ConsoleApp) -> str:
    """Key of the document the cursor is on."""
    return app.screen.query_one("#documents", Panel).key


async def test_the_queue_opens_the_documents_of_a_condition_and_says_who_has_time(room: Room) -> None:
    conditional(room)
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "enter")
        await until(pilot, lambda: isinstance(app.screen, RevisionsScreen))
        await shows(pilot, "Documents to revise 0 of 2 settled", "The student has time until", "in 47 h", "requested")
        await pilot.press("v")
        await shows(pilot, "Nothing has been received: d takes files in, Space declares it received.")


async def test_what_came_back_unchanged_cannot_be_missed_and_is_accepted_only_after_a_question(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowReceived("d1", (file("1b"),)), ev.RowReceived("d2", (file("2a", "again.pdf"),)))
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "You decide until", "changed since version 1", "UNCHANGED although requested", "version 1")
        await pilot.press("v")
        await until(pilot, lambda: room.defense(id).revisions[0].state == "accepted")
        await until(pilot, lambda: documents(app) == "d2", "the cursor goes on to what waits")
        await pilot.press("v")
        await shows(pilot, "Accept", "all the same?")
        await pilot.press("escape")
        await hides(pilot, "all the same?")
        assert room.defense(id).revisions[1].state == "received"


async def test_an_earlier_version_is_said_to_be_that_one_and_is_accepted_only_after_a_question(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowReceived("d1", (file("1b"),)), ev.RowRequestedAgain("d1", "the dates", 3600))
    room.add(id, ev.RowReceived("d1", (file("1a", "final.pdf"),)))
    app = room.app(id)
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "VERSION 1 AGAIN: every byte is the same")
        await pilot.press("v")
        await shows(pilot, "Accept", "all the same?", "VERSION 1 AGAIN")


async def test_a_document_is_asked_for_again_with_new_words(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowReceived("d1", (file("1a"),)))
    app = room.app(id)
    async with app.run_test(size=(80, 24)) as pilot:
        await shows(pilot, "UNCHANGED")
        await pilot.press("r")
        await shows(pilot, "What must the new version show?", "48 h")
        await pilot.press(*["backspace"] * 90)
        await type_text(pilot, "the figures of 2025")
        await pilot.press("enter")
        await shows(pilot, "round 2", "requested again", "the figures of 2025")
    again = room.defense(id).revisions[0]
    assert (again.round, again.state, again.request.expected) == (2, "re_requested", "the figures of 2025")


@pytest.mark.parametrize(("key", "state"), [("o", "waived"), ("'", "waived"), ("backspace", "withdrawn")])
async def test_giving_up_and_withdrawing_need_a_reason(room: Room, key: str, state: str) -> None:
    id = conditional(room)
    app = room.app(id)
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "requested")
        await pilot.press("apostrophe" if key == "'" else key)
        await shows(pilot, "Why is")
        await pilot.press("enter")
        assert room.defense(id).revisions[0].state == "requested", "an empty reason is none"
        await type_text(pilot, "seen live")
        await pilot.press("enter")
        await shows(pilot, "Decision: seen live")
        assert room.defense(id).revisions[0].state == state
        await pilot.press("u")
        await hides(pilot, "Decision: seen live")


async def test_time_can_be_given_and_a_deadline_decides_nothing(room: Room) -> None:
    id = conditional(room)
    app = room.app(id)
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "requested")
        before = room.defense(id).revisions[0].due_at
        await pilot.press("plus")
        await until(pilot, lambda: room.defense(id).revisions[0].due_at > before)
        await pilot.press("x")
        await shows(pilot, "The student still has time")
        room.machine.pass_time(4 * 24 * 3600)
        await shows(pilot, "OVERDUE")
        assert {r.state for r in room.defense(id).revisions} == {"requested"}
        await pilot.press("x", "y")
        await shows(pilot, "to rework is proposed")
        assert room.defense(id).released is not None
        assert room.defense(id).released.outcome == "conditional"  # type: ignore[union-attr]


async def test_when_all_is_settled_one_key_signs_the_next_version_and_the_next_project_opens(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowReceived("d1", (file("1b"),)), ev.RowReceived("d2", (file("2b"),)))
    app = room.app(id)
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "You decide until")
        await pilot.press("f9")
        await shows(pilot, "Not every required document is settled yet.")
        await pilot.press("v", "v")
        await shows(pilot, "validated is proposed, IRP-P3 opens")
        await pilot.press("f9")
        await shows(pilot, "Sign version 2 of the verdict of Ada Byron?", "Signed by Mentor Test.")
        await pilot.press("enter")
        assert len(room.defense(id).versions) == 1, "Enter goes back"
        await pilot.press("f9", "y")
        await until(pilot, lambda: isinstance(app.screen, VerdictScreen))
        await shows(pilot, "Released in 01:00")
        room.machine.pass_time(61)
        await shows(pilot, "Verdict 2 released")
        await until(pilot, lambda: room.defense(id).closed)
        await pilot.press("u")
        await shows(pilot, "nothing to undo")
    versions = room.defense(id).versions
    assert [(v.outcome, v.state) for v in versions] == [("conditional", "superseded"), ("validated", "released")]
    desk = room.open_desk(lambda _answer: None)
    assert {p.id: s for p, s in desk.brief(id).path}["IRP-P3"] == "open"
    desk.close()


async def test_the_signature_of_the_second_version_is_taken_back_with_all_it_did(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowWaived("d1", "seen"), ev.RowWaived("d2", "seen"))
    app = room.app(id)
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "validated is proposed")
        await pilot.press("f9", "y")
        await shows(pilot, "Released in")
        await pilot.press("u")
        await shows(pilot, "The signature is taken back")
    assert (len(room.defense(id).versions), room.defense(id).outcome) == (1, None)


async def test_hostile_words_are_shown_as_typed(room: Room) -> None:
    id = conditional(room, name=HOSTILE)
    room.add(id, ev.RowReceived("d1", (file("1b", "[/foo] [red]x.pdf"),)), ev.RowWaived("d2", HOSTILE))
    app = room.app(id)
    async with app.run_test(size=(160, 50)) as pilot:
        await shows(pilot, "[/foo] [red]x.pdf", "Decision: [/foo] [red]x C:\\dir\\[x] ⟨U+202E⟩abc")


# --- amended, contested, a next attempt ------------------------------------------------------------------------------


async def test_a_released_verdict_is_contested_upheld_and_amended(room: Room) -> None:
    id = held(room)
    room.add(id, ev.OutcomeChosen("validated"), ev.Signed(1, "validated", "validated"), ev.Released(1))
    app = room.app(id)
    async with app.run_test(size=(100, 30)) as pilot:
        await shows(pilot, "Verdict 1 released", "amend")
        await pilot.press("o")
        await shows(pilot, "What does the student contest?")
        await type_text(pilot, "the budget")
        await pilot.press("enter")
        await shows(pilot, "Contested: o upholds it")
        assert room.defense(id).contested == "the budget"
        await pilot.press("o")
        await shows(pilot, "The student said: the budget")
        await type_text(pilot, "read again")
        await pilot.press("enter")
        await until(pilot, lambda: room.defense(id).contested is None)
        await pilot.press("e")
        await type_text(pilot, "a criterion was misread")
        await pilot.press("enter")
        await shows(pilot, "new version", "a criterion was misread")
        await pilot.press("v", "f9", "y")
        await shows(pilot, "Released in")
        await pilot.press("f9", "y")
        await shows(pilot, "Verdict 2 released")
    assert [v.state for v in room.defense(id).versions] == ["superseded", "released"]
    assert room.defense(id).versions[1].amendment == "a criterion was misread"


async def test_a_rework_plans_the_next_attempt_which_opens_on_what_was_missing(room: Room) -> None:
    id = held(room, "IRP-P2-B1.2-1", "IRP-P2-B1.2-2", "ORAL-3")
    room.add(id, ev.Noted("no figure at all", room.machine.read(), "IRP-P2-B1.2-1", private=False))
    room.add(id, ev.LineAdded("improvement", "the figures"), ev.OutcomeChosen("rework"))
    room.add(id, ev.Signed(1, "rework", "rework"), ev.Released(1))
    app = room.app(id)
    second = str(defense_id("s1", "IRP-P2", 2))
    async with app.run_test(size=(120, 40)) as pilot:
        await shows(pilot, "Verdict 1 released", "next attempt")
        await pilot.press("w")
        await shows(pilot, "When does attempt 2 of Ada Byron start?")
        await type_text(pilot, "in 1 day")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BriefScreen))
        await shows(pilot, "attempt 2", "carried over from the attempt before", "Attempt 1")
        await pilot.press("t")
        await shows(pilot, "Open the waiting room all the same?")  # it is planned for tomorrow
        await pilot.press("y")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, LiveScreen))
        await shows(pilot, "acquired before")
        screen = app.screen
        assert isinstance(screen, LiveScreen)
        focused = screen.rubric_list.criterion
        assert focused is not None
        assert focused.id not in room.defense(second).acquired
        folded = [s for s in SHIPPED["IRP"].project("IRP-P2").skills if s.ref == "B1.1"]  # type: ignore[union-attr]
        assert folded
        assert folded[0].criteria[0].text.en not in plain_text(app)
        screen.rubric_list.go_to_criterion("IRP-P2-B1.2-1")
        await pilot.press("enter")
        await shows(pilot, "Attempt 1 · ✗ not met", "no figure at all")
        await pilot.press("escape", "k", "k", "k", "k", "k")
        await pilot.press("v")
        await shows(pilot, "This skill was acquired before: Enter opens it.")
        await pilot.press("enter")
        await shows(pilot, folded[0].criteria[0].text.en[:40])


# --- the whole story -------------------------------------------------------------------------------------------------

GUIDE, ANALYSIS = "Byron_Ada_1_guide_112026.txt", "Byron_Ada_2_rapport_112026.txt"
ROUNDS = (
    {GUIDE: "Question 1\n", ANALYSIS: "Three needs\n"},
    {GUIDE: "Question 1\nQuestion 2, to learners\n", ANALYSIS: "Three needs\n"},
    {GUIDE: "Question 1\nQuestion 2, to learners\n", ANALYSIS: "Three needs, with the figures of 2025\n"},
)


async def take_in(pilot: Pilot[None], path: Path, files: dict[str, str], announced: str) -> None:
    """Take an archive in from the screen that is shown."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    await pilot.press("d")
    await shows(pilot, "Where are the documents of Ada Byron?")
    await type_text(pilot, path.name)
    await pilot.press("enter")
    await shows(pilot, "Take these documents in?", announced)
    await pilot.press("y")
    await hides(pilot, "Take these documents in?")


async def test_a_condition_is_settled_in_two_rounds_without_a_second_defense(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    room.student("s1", "Ada Byron")
    id = room.plan(in_min=1)
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await take_in(pilot, tmp_path / "first.zip", ROUNDS[0], "version 1, new")
        await shows(pilot, "Deliverables 2 of 4")
    room.live(id)
    rate_all(room, id, MISSED)
    for phase, minutes in (("discussion", 15), ("debriefing", 10)):
        room.machine.pass_time(60 * minutes)
        room.add(id, ev.PhaseEntered(phase))
    room.machine.pass_time(300)
    room.add(id, ev.Finished(), ev.LineAdded("strength", "Clear inquiry"))
    app = room.app(id)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("r", "f9", "y")
        await shows(pilot, "Released in")
        await pilot.press("f9", "y")
        await shows(pilot, "Verdict 1 released")
        await pilot.press("b")
        await shows(pilot, "0 of 2 settled", "The student has time until")
        room.machine.pass_time(3600)
        await take_in(pilot, tmp_path / "second.zip", ROUNDS[1], GUIDE)
        await shows(pilot, "changed since version 1", "UNCHANGED although requested", "You decide until")
        await pilot.press("enter")
        await shows(pilot, "Question 2, to learners")
        await pilot.press("escape")
        await shows(pilot, "under review")
        await pilot.press("v")
        await until(pilot, lambda: documents(app) == "d2")
        await pilot.press("r")
        await shows(pilot, "What must the new version show?")
        await type_text(pilot, " With figures.")
        await pilot.press("enter")
        await shows(pilot, "round 2", "1 of 2 settled", "The student has time until")
        await take_in(pilot, tmp_path / "third.zip", ROUNDS[2], ANALYSIS)
        await pilot.press("w", "v")
        await shows(pilot, "2 of 2 settled", "validated is proposed, IRP-P3 opens")
        await pilot.press("f9", "y")
        await shows(pilot, "Released in")
        await pilot.press("f9", "y")
        await shows(pilot, "Verdict 2 released")
    defense = room.defense(id)
    outcomes = [(v.outcome, v.state) for v in defense.versions]
    assert outcomes == [("conditional", "superseded"), ("validated", "released")]
    assert [(r.state, r.round) for r in defense.revisions] == [("accepted", 1), ("accepted", 2)]
    assert [[d.version for d in defense.deliveries[n]] for n in (1, 2)] == [[1, 2], [1, 2, 3]]
    assert defense.closed


async def test_the_file_received_opens_in_the_viewer_which_begins_its_review(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    opened: list[str] = []
    monkeypatch.setattr("defense_console.screens.uploads.viewing.viewer", lambda: opened.append)
    id = conditional(room)
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await take_in(pilot, tmp_path / "second.zip", {GUIDE: "Question 1\n"}, GUIDE)
        await pilot.press("e")
        await shows(pilot, f"{GUIDE} opens in the system’s viewer", "under review")
    [copy] = opened
    assert Path(copy).read_text(encoding="utf-8") == "Question 1\n"


async def test_every_released_version_is_read_as_it_was(room: Room) -> None:
    id = conditional(room)
    room.add(id, ev.RowWaived("d1", "seen"), ev.RowWaived("d2", "seen"), ev.OutcomeChosen("validated"))
    room.add(id, ev.Signed(2, "validated", "validated"), ev.Released(2))
    app = room.app(id)
    async with app.run_test(size=(100, 40)) as pilot:
        await shows(pilot, "Verdict 2 released")
        await pilot.press("p")
        await shows(pilot, "Verdict : Validé")
        await pilot.press("v")
        await shows(pilot, "as released in version 1", "Verdict : Validé sous condition")
        await pilot.press("e")
        await shows(pilot, "A released version stays as it is: v goes back")
        await pilot.press("v")
        await shows(pilot, "as released in version 2", "Verdict : Validé")
        await pilot.press("v")
        await hides(pilot, "as released in version")
        await pilot.press("escape", "b", "tab")
        await pilot.press("down", "enter")
        await shows(pilot, "as released in version 1")


async def test_declaring_a_document_received_is_asked_and_rows_become_overdue_by_themselves(room: Room) -> None:
    id = conditional(room)
    app = room.app(id)
    async with app.run_test(size=(100, 40)) as pilot:
        await shows(pilot, "The student has time until")
        room.machine.pass_time(49 * 3600)
        await shows(pilot, "The student had time until", "! overdue, due")
        await pilot.press("space")
        await shows(pilot, "received?", "there is no file to compare")
        await pilot.press("enter")
        await hides(pilot, "there is no file to compare")
        assert room.defense(id).revisions[0].state == "requested"
        await pilot.press("space", "y")
        await until(pilot, lambda: room.defense(id).revisions[0].state == "received")


async def test_an_amendment_can_be_dropped_and_a_signed_validation_asks_for_nothing(room: Room) -> None:
    id = conditional(room)
    app = room.app(id)
    async with app.run_test(size=(100, 40)) as pilot:
        await pilot.press("g", "e")
        await shows(pilot, "Why is the verdict amended?")
        await type_text(pilot, "in doubt")
        await pilot.press("enter")
        await shows(pilot, "new version", "in doubt")
        await pilot.press("v", "e")
        await shows(pilot, "Drop the new version?")
        await pilot.press("y")
        await until(pilot, lambda: not room.defense(id).amendment)
        assert room.defense(id).outcome is None
        room.add(id, ev.RowWaived("d1", "seen"), ev.RowWaived("d2", "seen"))
    async with room.app(id).run_test(size=(100, 40)) as pilot:
        await shows(pilot, "validated is proposed")
        await pilot.press("f9", "y")
        await shows(pilot, "Released in", "given up")
        await hides(pilot, "due 48 h after release")
