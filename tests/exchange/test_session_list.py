"""The platform's list of sessions: what is read, what it changes, what it only tells."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from defense_console.cli import main
from defense_console.exchange import planning
from defense_console.exchange.appointments import ImportPlan
from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.data_file import data_file
from defense_console.exchange.platform import matching
from defense_console.exchange.platform.session_list import length_s
from defense_console.model.curriculum import canonical_json, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Defense
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from tests.exchange.consoles import ExchangeConsole

SHIPPED = load_shipped()
IRP = SHIPPED["IRP"]
NOW = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
ZOE = {"id": 1717, "displayableName": "Zoé Fictive", "avatar": "x"}


def session(**fields: Any) -> dict[str, Any]:
    return {
        "id": 9001,
        "type": "presentation",
        "sessionDate": "2027-01-05T14:00:00+01:00",
        "recipient": ZOE,
        "projectId": "IRP-P4",
        "projectTitle": "whatever",
        "projectLevel": 2,
        "status": "pending",
        "somethingNew": [1, {}],
    } | fields


class Console(ExchangeConsole):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder, NOW)

    def take(self, *sessions: Any) -> ImportPlan:
        taken = self.desk.take(data_file(io.BytesIO(json.dumps(list(sessions)).encode())))
        assert taken.plan is not None
        return taken.plan

    def defense(self, student: str = "1717", project: str = "IRP-P4") -> Defense:
        return self.desk.logs.log(DEFENSE, str(defense_id(student, project, 1))).state

    def decide(self, *whats: ev.DefenseWhat) -> None:
        for what in whats:
            self.desk.logs.decide(DEFENSE, str(defense_id("1717", "IRP-P4", 1)), [what], self.stamp())

    def hold(self, minutes: int) -> None:
        self.store.pin(curriculum_hash(IRP), canonical_json(IRP))
        self.now = NOW + timedelta(days=1, hours=5)
        self.decide(ev.RoomOpened(), ev.Started(curriculum_hash(IRP)), ev.Noted("Belle reprise.", self.stamp()))
        self.decide(ev.Rated("ORAL-2", "met"))
        self.now += timedelta(minutes=minutes)
        self.decide(ev.Finished())


@pytest.fixture
def console(tmp_path: Path) -> Iterator[Console]:
    found = Console(tmp_path / "store")
    yield found
    found.store.close()


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("PT1H02M", 3720), ("PT28M40S", 1720), ("PT0S", 0), ("pt90m", 5400), ("PT1.5S", 1), ("P1DT1H", 90_000),
     ("P1D", 86_400), ("PT", None), ("P", None), ("", None), ("1H", None), ("PT-5M", None), ("PT5", None),
     ("P1DT", None), ("28:40", None)],
)  # fmt: skip
def test_durations_hours_included(text: str, seconds: int | None) -> None:
    assert length_s(text) == seconds


@given(st.integers(0, 99), st.integers(0, 59), st.integers(0, 59))
def test_every_duration_comes_back(hours: int, minutes: int, seconds: int) -> None:
    assert length_s(f"PT{hours}H{minutes}M{seconds}S") == 3600 * hours + 60 * minutes + seconds


# --- what it changes ---------------------------------------------------------------------------------------------


def test_a_pending_session_registers_the_student_and_plans_the_defense(console: Console) -> None:
    console.take(session())

    student = console.store.student("1717")
    assert student is not None
    assert student.name == "Zoé Fictive"
    assert console.defense().planned_at == "2027-01-05T13:00:00.000Z"


def test_twice_is_once_and_a_moved_session_is_a_new_date(console: Console) -> None:
    console.take(session())
    before = console.lines()
    assert console.take(session()).empty
    assert console.lines() == before

    console.take(session(sessionDate="2027-01-06T14:00:00+01:00"))
    assert console.defense().planned_at == "2027-01-06T13:00:00.000Z"


@pytest.mark.parametrize(
    "fields", [{"projectId": 42, "projectTitle": "{fr}"}, {"projectId": None, "projectTitle": "{en}"}]
)
def test_a_project_is_found_by_its_title(console: Console, fields: dict[str, Any]) -> None:
    project = IRP.project("IRP-P4")
    assert project is not None
    title = fields["projectTitle"].format(fr=project.title.fr, en=project.title.en).upper()

    console.take(session(**{**fields, "projectTitle": title}))

    assert console.defense().project == "IRP-P4"


def test_what_is_not_matched_is_listed_and_does_not_stand_in_the_way(console: Console) -> None:
    console.take(session())
    plan = console.take(
        session(id=1, projectId=42, projectTitle="Another path"),
        session(id=2, recipient={"id": 5}),
        session(id=3, recipient={"id": 6, "displayableName": "ZOE fictive"}),
        session(id=4, projectId="IRP-P5"),
        session(id=5, type="mentoring"),
    )

    assert [one.reason for one in plan.asked.unmatched] == [
        matching.UNKNOWN_PROJECT, matching.NO_NAME, matching.NAMESAKE
    ]  # fmt: skip
    assert plan.asked.others == 1
    assert console.defense(project="IRP-P5").session == "planned"
    assert console.store.student("6") is None


def test_two_pending_sessions_of_one_project_are_told(console: Console) -> None:
    plan = console.take(session(), session(id=2, sessionDate="2027-01-08T10:00:00Z"))

    assert plan.empty
    assert [one.reason for one in plan.left_out] == [planning.TWO_EVENTS] * 2
    assert console.lines() == 0


# --- what it only tells ------------------------------------------------------------------------------------------


def test_notes_and_ratings_are_never_touched_and_differences_are_told(console: Console) -> None:
    console.take(session())
    console.hold(minutes=30)
    before, log = console.defense(), console.lines()
    details = {"effectiveDuration": "PT1H02M", "billedDuration": "PT45M", "waitingDurations": []}

    plan = console.take(session(status="marked student as absent", durationDetails=details))

    assert [(d.aspect, d.theirs, d.ours) for d in plan.differences] == [
        ("status", "marked student as absent", "completed"), ("length", "3720", "1800")
    ]  # fmt: skip
    assert (console.defense(), console.lines()) == (before, log)
    assert [note.text for note in before.notes] == ["Belle reprise."]
    agreed = console.take(session(status="completed", durationDetails={"effectiveDuration": "PT30M20S"}))
    assert agreed.differences == ()


@pytest.mark.parametrize("status", ["canceled", "late canceled", "LATE_CANCELLED", "marked student as absent"])
def test_what_the_platform_says_of_a_planned_defense_is_proposed_not_done(console: Console, status: str) -> None:
    console.take(session())

    plan = console.take(session(status=status))

    assert plan.empty
    assert [one.aspect for one in plan.differences] == ["status"]
    assert console.defense().session == "planned"


def test_sessions_that_were_over_before_the_console_are_counted(console: Console) -> None:
    plan = console.take(
        session(status="completed", sessionDate="2026-05-05T14:00:00Z"), session(id=2, projectId="IRP-P5")
    )

    assert plan.past == 1
    assert [one.key[1] for one in plan.appointments] == ["IRP-P5"]


def test_a_bad_entry_refuses_the_whole_list(console: Console) -> None:
    with pytest.raises(BadFile) as caught:
        console.take(session(), session(id=None, status="gone", sessionDate="soon"), "text")

    assert caught.value.entries
    assert [(bad.line, bad.column) for bad in caught.value.lines] == [
        (2, "id"), (2, "sessionDate"), (2, "status"), (3, "")
    ]  # fmt: skip
    assert console.lines() == 0


def test_the_command_tells_all_of_it(tmp_path: Path) -> None:
    soon = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    file = tmp_path / "sessions.json"
    listed = [session(sessionDate=soon), session(id=2, projectId="?", projectTitle="[/x]"), session(id=3, type="other")]
    file.write_text(json.dumps(listed), encoding="utf-8")

    result = CliRunner().invoke(main, ["import", str(file), "--store", str(tmp_path / "store")])

    assert result.exit_code == 0
    assert "1 student registered." in result.stdout
    assert "IRP-P4, Zoé Fictive: planned for" in result.stdout
    assert "“[/x]” (Zoé Fictive): no project has this id or title" in result.stdout
    assert "1 session is no defense." in result.stdout
