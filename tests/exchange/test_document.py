"""The JSON document of a defense beside its log: what it tells of the rounds is what the events say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from defense_console.exchange.whole_store.shown import Labels, Saved, document
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import signed_event
from defense_console.model.defense.state import ReceivedFile
from tests.model.builders import Log, conditional

H = 3600
DECIDED = {
    ev.RowAccepted: "accepted",
    ev.RowRequestedAgain: "re_requested",
    ev.RowWaived: "waived",
    ev.RowWithdrawn: "withdrawn",
    ev.RowExpired: "expired",
}


def file(content: str) -> ReceivedFile:
    return ReceivedFile("note.pdf", len(content), content.rjust(64, "0"))


def shown(log: Log) -> dict[str, Any]:
    subject = Labels("id", "s1", "Student", "en")
    return document(subject, log.defense, log.curriculum, log.stamp(), Saved(len(log.events), log.stamp().wall, ""))


def amended(log: Log, reason: str, *whats: ev.DefenseWhat) -> Log:
    log.add(ev.AmendmentOpened(reason)).add(*whats, ev.OutcomeChosen("conditional"))
    return log.add(signed_event(log.defense, log.curriculum)).add(ev.Released(len(log.defense.versions)))


def revised() -> Log:
    """Two rounds of one document, which a second version of the verdict drops and a third one asks for again."""
    log = conditional().at(5 * H)
    log.add(ev.RowReceived("d1", (file("b"),)), ev.RowAccepted("d1", (file("b").sha256,)))
    log.at(6 * H).add(ev.RowReceived("d1", (file("c"),)), ev.RowExtended("d1", H))
    log.at(7 * H).add(ev.RowRequestedAgain("d1", "the dates", 24 * H)).at(8 * H).add(ev.RowReceived("d1"))
    log.at(9 * H).add(ev.RowReceived("d2", (file("d"),)), ev.RowWaived("d2", "seen"))
    amended(log.at(10 * H), "misread", ev.RowKept("d1", kept=False))
    return log


def decisions(log: Log, row: str) -> Iterator[tuple[str, str, str, int | None]]:
    """What the log says was decided on a row: read from its events alone."""
    asked, dropped, reason = False, False, ""
    for event in log.events:
        what = event.what
        if isinstance(what, ev.AmendmentOpened):
            reason = what.reason
        elif isinstance(what, ev.Signed):
            asks = any(each.id == row for each in what.rows)
            dropped, asked = asked and not asks, asks
        elif isinstance(what, ev.Released) and dropped:
            yield "dropped", event.at.wall, reason, what.version
        elif type(what) in DECIDED and getattr(what, "row", None) == row:
            yield DECIDED[type(what)], event.at.wall, getattr(what, "reason", ""), None


def agrees(log: Log, told: dict[str, Any]) -> None:
    """What a document tells of its rounds is what the log says, in the same order."""
    id = told["id"]
    found = [(d["kind"], d["at"], d["reason"], d["verdict"]) for r in told["rounds"] for d in r["decisions"]]
    assert found == list(decisions(log, id))
    came = [e for e in log.events if isinstance(e.what, ev.RowReceived) and e.what.row == id]
    versions = [version for r in told["rounds"] for version in r["versions"]]
    assert versions == [each["version"] for each in told["received"]]
    assert [each["at"] for each in told["received"]] == [e.at.wall for e in came]
    assert [[f["sha256"] for f in each["files"]] for each in told["received"]] == [
        [f.sha256 for f in e.what.files] for e in came if isinstance(e.what, ev.RowReceived)
    ]
    again = [e for e in log.events if isinstance(e.what, ev.RowRequestedAgain) and e.what.row == id]
    assert {e.at.wall for e in again} <= {r["requested_at"] for r in told["rounds"]}
    assert told["rounds"][-1]["n"] == told["round"] == len(told["rounds"])


def test_every_round_is_told_as_the_log_has_it_also_of_a_document_that_was_dropped() -> None:
    log = revised()
    now = shown(log)
    assert [d["id"] for d in now["documents_to_revise"]] == ["d2"]
    dropped = now["documents_no_longer_asked"]
    assert [d["id"] for d in dropped] == ["d1"]
    assert dropped[0]["dropped"] == {"verdict": 2, "at": log.stamp().wall, "reason": "misread"}
    assert [r["versions"] for r in dropped[0]["rounds"]] == [[1, 2], [3]]
    assert [r["expected"] for r in dropped[0]["rounds"]][1] == "the dates"
    for told in (*now["documents_to_revise"], *dropped):
        agrees(log, told)


def test_a_document_asked_for_again_tells_all_its_rounds_where_it_is_asked_for() -> None:
    log = revised().at(30 * H)
    amended(log, "read again", ev.RowKept("d1", kept=True))
    now = shown(log)
    assert now["documents_no_longer_asked"] == []
    first = now["documents_to_revise"][0]
    assert (first["id"], len(first["rounds"]), first["waiting_for"]) == ("d1", 3, "student")
    agrees(log, first)


def test_nobody_has_to_act_on_a_document_once_the_verdict_in_force_is_no_condition() -> None:
    log = conditional().at(5 * H)
    assert {d["waiting_for"] for d in shown(log)["documents_to_revise"]} == {"student"}
    log.add(ev.AmendmentOpened("copied")).released("rework")
    owed = [(d["waiting_for"], d["student_due_at"], d["mentor_due_at"]) for d in shown(log)["documents_to_revise"]]
    assert owed == [(None, None, None)] * 2
