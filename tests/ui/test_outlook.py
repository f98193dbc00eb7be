"""Shows forecasts in the list, the curve, an alert from proposal to the school's answer, readiness, and insight."""

from __future__ import annotations

from contextlib import closing
from email import message_from_bytes
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.model.student import kinds as ev
from defense_console.model.student.kinds import StudentWhat
from defense_console.model.student.subject import STUDENT
from defense_console.resources import data_folder
from defense_console.store.sqlite.store import TinyStore
from tests.ui.conftest import SHIPPED, Room, hides, plain_text, shows, type_text, until

INES = "demo-ines"


@pytest.fixture(autouse=True)
def demo(room: Room) -> None:
    with closing(TinyStore.open(room.folder)) as store:
        desk = ExchangeDesk(store, room.machine.read, "Mentor Test", "Europe/Paris", SHIPPED)
        desk.fill_demo(room.machine.read().wall)


def recorded(room: Room, kind: type[StudentWhat]) -> list[StudentWhat]:
    with closing(room.connect()) as store:
        return [event.what for event in room.logs(store).events(STUDENT, INES) if isinstance(event.what, kind)]


async def to_ines(pilot: Pilot[None]) -> None:
    await pilot.press("s", "slash", *"inès", "enter", "enter")
    await shows(pilot, "Inès Gabarit")


async def test_the_list_shows_forecasts_that_a_thread_computed(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s")
        await shows(pilot, "May 27", "Jan 27", "early", "▁")
        await pilot.press("slash", *"inès", "enter", "enter")
        await shows(pilot, "between December and March 2027 (8 in 10)", "Progress", "░░")


async def test_an_alert_from_the_proposal_to_the_answer_of_the_school(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path)
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_ines(pilot)
        await pilot.press("a")
        await shows(pilot, "2 sessions missed in a row, since 2026-11-11", "The planned end is agreed again.")
        await pilot.press("a")
        await shows(pilot, "Choose an alert that is raised")
        await pilot.press("v")
        await shows(pilot, "Facts, with their dates")
        await pilot.press("enter")
        await shows(pilot, "What did you do?")
        await type_text(pilot, "called [twice]")
        await pilot.press("escape")
        await shows(pilot, "called [twice]")  # a draft, in the text at the right
        await pilot.press("v", "enter")
        await shows(pilot, "What did you do?", "called [twice]")
        await pilot.press("enter")
        await shows(pilot, "What do you ask?")
        await type_text(pilot, "call her")
        await pilot.press("enter")
        await shows(pilot, "What would close it?")
        await pilot.press("enter")
        await shows(pilot, "Raise this alert?", "The console sends nothing")
        await pilot.press("y")
        await shows(pilot, "raised on 2026-11-24, answer due in 7 days", "no rule speaks; what you saw")
        await until(pilot, lambda: recorded(room, ev.AlertRaised))
        (raised,) = recorded(room, ev.AlertRaised)
        assert isinstance(raised, ev.AlertRaised)
        assert (raised.done, raised.asked, raised.rule, raised.also) == (
            "called [twice]",
            "call her",
            "late",
            {"missed": 2},
        )
        await pilot.press("w")
        await shows(pilot, "Save the alert as")
        await pilot.press("1")
        await shows(pilot, "Where is it saved?")
        await pilot.press("enter")
        await shows(pilot, "Saved:")
        (file,) = tmp_path.glob("*.eml")
        mail = message_from_bytes(file.read_bytes())
        assert mail["To"] is None, "the mentor says to whom"
        assert b"called [twice]" in (mail.get_payload(decode=True) or b"")
        await pilot.press("a")
        await shows(pilot, "What did the school answer?")
        await type_text(pilot, "we call")
        await pilot.press("enter")
        await shows(pilot, "the school answered on 2026-11-24")
        await pilot.press("f", "1")
        await shows(pilot, "none is raised", "founded 2 of 2", "The alert is closed; u takes it back.")
        await until(pilot, lambda: recorded(room, ev.AlertClosed) == [ev.AlertClosed(raised_seq(room), "helped")])


def raised_seq(room: Room) -> int:
    with closing(room.connect()) as store:
        events = room.logs(store).events(STUDENT, INES)
    return next(event.seq for event in events if isinstance(event.what, ev.AlertRaised))


async def test_a_proposal_is_put_off_and_taken_back(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "a")
        await shows(pilot, "Inès Gabarit")
        await pilot.press("r")
        await shows(pilot, "none: no rule speaks", "Put off; u takes it back.")
        await until(pilot, lambda: len(recorded(room, ev.ProposalPutOff)) == 2)
        assert {each.until for each in recorded(room, ev.ProposalPutOff)} == {"2026-12-01"}  # type: ignore[union-attr]
        await pilot.press("u")
        await shows(pilot, "Undone: Proposal put off", "Inès Gabarit", "Proposed 1")
        await pilot.press("u")
        await shows(pilot, "Nothing was done here that can be taken back")
        await pilot.press("y")
        await shows(pilot, "Done again: Proposal put off", "none: no rule speaks")


async def test_a_list_takes_back_only_what_it_did_itself(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("s", "5", "u")
        await shows(pilot, "Nothing was done here that can be taken back")
        await pilot.press("slash", *"inès", "enter", "m", "1")
        await type_text(pilot, " Junior")
        await pilot.press("enter")
        await shows(pilot, "Changed: Inès Gabarit Junior; u takes it back.")
        await pilot.press("escape", "home", "u")
        await shows(pilot, "Undone: ", "Inès Gabarit Junior", "; y does it again")
        await pilot.press("y")
        await shows(pilot, "Done again: ")


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_a_rule_is_tightened_after_a_look_at_what_it_would_have_changed(
    room: Room, tmp_path: Path, size: tuple[int, int]
) -> None:
    file = tmp_path / "rules.toml"
    shipped = (data_folder() / "rules.toml").read_text("utf-8").replace("judged_from = 8", "judged_from = 2")
    file.write_text(shipped, encoding="utf-8")
    room.settings = msgspec.structs.replace(room.settings, file=str(tmp_path / "settings.toml"))
    room.follow(INES, *[ev.ProposalPutOff("missed", measured=2)] * 4)
    room.follow(INES, *[ev.AlertRaised("facts", "a", "b", "c", "missed", measured=3)] * 2)
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "a")
        await shows(pilot, "Alerts")
        await pilot.press("t")
        await shows(pilot, "Choose a rule that proposes a tighter threshold")
        await pilot.press("shift+tab")
        await shows(pilot, "proposed: from 3 on, now from 2")
        await pilot.press("t")
        await shows(pilot, "Tighten this rule?", "from 3 on, now from 2", "These 5 proposals would not have come")
        await pilot.press("n")
        await shows(pilot, "proposed: from 3 on, now from 2")
        assert file.read_text("utf-8") == shipped
        await pilot.press("t", "y")
        await shows(pilot, "Tightened at once")
        await hides(pilot, "proposed: from 3 on")
    assert file.read_text("utf-8") == shipped.replace("at_least = 2\n", "at_least = 3\n", 1)


async def test_the_student_rates_what_is_prepared(room: Room) -> None:
    app = room.app()
    async with app.run_test(size=(120, 40)) as pilot:
        await to_ines(pilot)
        await pilot.press("d")
        await shows(pilot, "Facts, no score", "documents came in", "As the student sees it 0/")
        await pilot.press("v", "x")
        await shows(pilot, "As the student sees it 2/")
        await until(pilot, lambda: len(recorded(room, ev.SelfRated)) == 2)
        await pilot.press("u")
        await shows(pilot, "As the student sees it 1/")


@pytest.mark.parametrize("size", [(60, 20), (120, 40)])
async def test_insight_shows_counts_and_saves_them(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int]
) -> None:
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path)
    app = room.app()
    async with app.run_test(size=size) as pilot:
        await pilot.press("s", "v")
        await shows(pilot, "Outcomes by month", "6 of 7")
        assert "%" not in plain_text(app)
        await pilot.press("w")
        await shows(pilot, "7 drawings written.")
        assert len(list(tmp_path.glob("*.svg"))) == 7
        assert len(list(tmp_path.glob("*.csv"))) == 1
