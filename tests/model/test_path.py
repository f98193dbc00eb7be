"""Where the projects of a student stand, from the defenses known."""

from __future__ import annotations

import itertools

import msgspec

from defense_console.model.curriculum import Rules
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.summary import Summary, defense_id, summarize
from defense_console.model.queue.path import ProjectStatus, glyph, path
from defense_console.safe_text import cells
from tests.model.builders import Log, conditional, ids, shipped

IRP = shipped()["IRP"]


def summary(log: Log) -> Summary:
    return summarize(str(defense_id("s1", log.project_id, log.attempt)), log.defense)


def strip(*logs: Log, rules: Rules | None = None) -> list[ProjectStatus]:
    curriculum = msgspec.structs.replace(IRP, rules=rules or IRP.rules)
    return [status for _, status in path(curriculum, [summary(log) for log in logs])]


def validated(project_id: str) -> Log:
    return Log(project_id).held().released("validated")


def rework(project_id: str) -> Log:
    return Log(project_id).held(*ids(project_id, blocking=True)).released("rework")


def test_without_any_defense_the_first_project_is_open() -> None:
    assert strip() == ["open", *["locked"] * 7]


def test_what_lies_before_the_first_known_defense_is_unknown_and_counts_as_passed() -> None:
    assert strip(validated("IRP-P4")) == ["unknown"] * 3 + ["validated", "open"] + ["locked"] * 3


def test_a_project_goes_through_its_defense() -> None:
    log = Log("IRP-P1")
    seen = [strip(log)[:2]]
    for what in (ev.RoomOpened(), ev.Started("00"), ev.Finished(), None, ev.Released(1)):
        seen.append(strip(log.at(log.seconds + 600).add(what) if what else log.signed("validated"))[:2])
    assert [first for first, _ in seen] == ["open", *["in_defense"] * 4, "validated"]
    assert [second for _, second in seen] == ["locked"] * 5 + ["open"], "opens on release only"


def test_the_next_project_opens_on_validated_alone_unless_the_rules_say_more() -> None:
    assert strip(conditional())[1:4] == ["revision_pending", "locked", "locked"]
    assert strip(rework("IRP-P2"))[1:4] == ["to_repass", "locked", "locked"]
    rules = Rules(opens_next_on=("validated", "conditional"))
    assert strip(conditional(), rules=rules)[1:4] == ["revision_pending", "open", "locked"]
    assert strip(rework("IRP-P2"), rules=rules)[1:4] == ["to_repass", "locked", "locked"]
    assert strip(validated("IRP-P2"), rules=Rules(opens_next_on=()))[1:4] == ["validated", "locked", "locked"]


def test_a_settled_condition_opens_the_next_project_when_its_new_version_is_released() -> None:
    log = conditional()
    for id in ("d1", "d2"):
        log.add(ev.RowWaived(id, "seen live"))
    assert strip(log)[1:3] == ["revision_pending", "locked"]
    log.signed("validated")
    assert strip(log)[1:3] == ["revision_pending", "locked"]
    assert strip(log.add(ev.Released(2)))[1:3] == ["validated", "open"]


def test_a_project_with_a_defense_is_at_least_open() -> None:
    assert strip(rework("IRP-P1"), Log("IRP-P3"))[:4] == ["to_repass", "locked", "open", "locked"]
    cancelled = Log("IRP-P3").add(ev.Cancelled("student", False))
    assert strip(rework("IRP-P1"), cancelled)[:4] == ["to_repass", "locked", "open", "locked"]


def test_a_second_attempt_counts_from_its_start() -> None:
    first, second = rework("IRP-P1"), Log("IRP-P1", attempt=2)
    assert strip(first, second)[0] == "to_repass"
    assert strip(first, second.started())[0] == "in_defense"
    assert strip(first, second.at(1800).add(ev.Finished()).released("validated"))[:2] == ["validated", "open"]
    assert strip(first, Log("IRP-P1", attempt=2).add(ev.RoomOpened()).add(ev.NoShow("ill")))[0] == "to_repass"


def test_the_order_of_the_defenses_does_not_matter() -> None:
    logs = (validated("IRP-P1"), rework("IRP-P2"), Log("IRP-P2", attempt=2).started())
    assert {tuple(strip(*some)) for some in itertools.permutations(logs)} == {
        ("validated", "in_defense", *["locked"] * 6)
    }


def test_other_curricula_do_not_count() -> None:
    assert strip(validated("PN-P1")) == strip()
    twin = msgspec.structs.replace(summary(validated("IRP-P3")), curriculum="PN")
    assert [status for _, status in path(IRP, [twin])] == strip()


def test_every_status_has_its_own_glyph_of_one_cell() -> None:
    every: tuple[ProjectStatus, ...] = (
        "unknown", "locked", "open", "in_defense", "revision_pending", "validated", "to_repass",
    )  # fmt: skip
    glyphs = [glyph(status) for status in every]
    assert len(set(glyphs)) == len(every)
    assert all(cells(sign) == 1 for sign in glyphs)
    assert glyph("unknown") == "·"
