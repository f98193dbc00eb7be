"""The demo cohort: a pure function of now, in every state, legal from the first event to the last."""

from __future__ import annotations

import copy
import io
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from defense_console import clocks
from defense_console.desk.exchange.files import ExchangeDesk
from defense_console.desk.uploads.comparing import reading_limits
from defense_console.desk.uploads.viewer import open_document
from defense_console.exchange import demo
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.data_file import data_file
from defense_console.exchange.demo import Cohort, cohort, load_script
from defense_console.exchange.whole_store.files import received_files
from defense_console.model.defense.fold import fold
from defense_console.model.defense.legal import check_legal
from defense_console.model.defense.summary import Summary, defense_id, summarize
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.model.queue.agenda import entry
from defense_console.resources import data_folder
from defense_console.settings import Settings
from defense_console.store.base import DEMO
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.store import TinyStore
from defense_console.terminal.opening import reading_desk
from defense_console.uploads.comparing.texts import read_text
from defense_console.words.translation import LANGUAGES, Language, zone_of
from tests.exchange.make_demo_documents import INVENTED, documents

SHIPPED = load_shipped()
NOW = "2026-11-24T10:00:00.000Z"


@pytest.fixture(scope="module")
def made() -> Cohort:
    return cohort(NOW, SHIPPED)


def summaries(made: Cohort) -> list[Summary]:
    found = []
    for played in made.defenses:
        d = played.log.state
        found.append(summarize(str(defense_id(d.student_id, d.project, d.attempt)), d))
    return found


def test_it_is_a_pure_function_of_now(made: Cohort) -> None:
    assert cohort(NOW, load_shipped()) == made
    assert cohort("2027-03-28T01:30:00.000Z", SHIPPED) != made


def test_every_event_was_legal_where_it_stands_and_none_lies_ahead(made: Cohort) -> None:
    for played in made.defenses:
        pinned = SHIPPED[played.log.state.curriculum]
        for n, event in enumerate(played.log.events):
            before = fold(played.log.events[:n], pinned) if n else None
            check_legal(before, event.what, event.at, pinned)
            assert instant(event.at.wall) <= instant(NOW)
            assert event.seq == n + 1
        assert fold(played.log.events, pinned) == played.log.state


def test_defenses_are_planned_on_a_whole_minute_and_are_in_the_same_states(made: Cohort) -> None:
    odd = cohort("2026-11-24T13:00:37.512Z", SHIPPED)
    for played, as_before in zip(odd.defenses, made.defenses, strict=True):
        now, before = played.log.state, as_before.log.state
        assert now.planned_at.endswith(":00.000Z")
        assert [type(event.what) for event in played.log.events] == [type(event.what) for event in as_before.log.events]
        assert now.session == before.session


def test_the_cohort_is_in_every_state(made: Cohort) -> None:
    found = summaries(made)
    zone, rules = zone_of("Europe/Paris"), SHIPPED["IRP"].rules
    entries = {s.id: entry(s, "", NOW, zone, rules) for s in found}

    def some(**fields: object) -> list[Summary]:
        return [s for s in found if all(getattr(s, name) == value for name, value in fields.items())]

    in_12_min = [s for s in some(session="planned") if instant(s.planned_at) - instant(NOW) == demo.offset("+12m")]
    assert len(in_12_min) == 1
    assert len(some(session="live")) == 1
    assert some(in_force="conditional", rows_received=0, all_settled=False)
    assert some(in_force="conditional", rows_received=1)
    assert some(in_force="conditional", all_settled=True)
    assert [s for s in some(in_force="conditional") if "overdue" in entries[s.id].tabs]
    assert some(attempt=2, session="planned")
    assert some(session="no_show", pending=True)
    assert some(verdict_state="signed")
    assert some(in_force="validated", pending=False)
    assert some(in_force="rework", pending=False)
    assert some(session="held", verdict_state=None, pending=True)
    assert some(session="late_cancelled")
    assert {s.curriculum for s in found} == {"IRP", "FE", "PN"}
    assert {e.waiting_for for e in entries.values()} == {"mentor", "student", None}


def test_the_second_attempt_carries_what_was_acquired(made: Cohort) -> None:
    (second,) = [p.log.state for p in made.defenses if p.log.state.attempt == 2]

    assert second.acquired
    assert "IRP-P6-B3.2-1" not in second.ratings  # what was missing is rated anew
    assert set(second.ratings) == second.acquired


def test_the_interrupted_defense_leaves_a_draft_and_a_sign_of_life(made: Cohort) -> None:
    (live,) = [p for p in made.defenses if p.log.state.session == "live"]

    assert live.typing is not None
    assert live.typing.text
    assert live.lease is not None
    assert all(instant(event.at.wall) <= instant(live.lease.wall) for event in live.log.events)


def test_people_are_plainly_invented(made: Cohort) -> None:
    script = load_script()

    assert 10 <= len(script["students"]) <= 14
    assert all(student["email"].endswith("@example.org") for student in script["students"])


def test_a_script_that_runs_ahead_is_refused() -> None:
    script = copy.deepcopy(load_script())
    script["defenses"][1]["steps"][0]["at"] = "+1m"

    with pytest.raises(ConsoleError, match="ahead"):
        cohort(NOW, SHIPPED, script)


def test_an_illegal_step_is_refused() -> None:
    script = copy.deepcopy(load_script())
    script["defenses"][1]["steps"].append({"kind": "resumed", "at": "-60m"})

    with pytest.raises(ConsoleError, match="waiting room is not open"):
        cohort(NOW, SHIPPED, script)


def test_a_store_is_filled_once_and_any_other_is_refused(tmp_path: Path) -> None:
    mine, shown = TinyStore.open(tmp_path / "mine"), TinyStore.open(tmp_path / "demo")
    desks = [ExchangeDesk(store, clocks.read, "Mentor", "UTC", SHIPPED) for store in (mine, shown)]
    row = "student_id,student_name,curriculum,project,attempt,planned_at\ns1,Ada,IRP,IRP-P2,1,2027-01-05T10:00\n"
    desks[0].take(data_file(io.BytesIO(row.encode())))

    with pytest.raises(ConsoleError, match="empty"):
        desks[0].fill_demo(NOW)
    assert desks[1].fill_demo(NOW)
    before = b"".join(desks[1].export())
    assert not desks[1].fill_demo("2027-01-01T00:00:00.000Z")

    assert b"".join(desks[1].export()) == before
    assert shown.meta(DEMO) == NOW
    assert shown.verify_all() == ()
    for store in (mine, shown):
        store.close()


# --- its languages and its documents -----------------------------------------------------------------------------


def texts(value: object) -> Iterator[tuple[str, str]]:
    """Every text of the script that is in both languages."""
    if isinstance(value, dict):
        if value.keys() == {"fr", "en"}:
            yield value["fr"], value["en"]
        else:
            for each in value.values():
                yield from texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts(each)


WRITTEN = frozenset(
    [
        "text",
        "reason",
        "language",
        "documents",
        "when",
        "title",
        "missed",
        "excused",
        "facts",
        "done",
        "asked",
        "closing",
        "answer",
    ],
)


def written(value: object) -> Iterator[str]:
    """Every text that somebody wrote, in a script."""
    if isinstance(value, dict):
        for key, each in value.items():
            if key in WRITTEN:
                yield str(each)
            if key in ("notes", "promises"):
                yield from map(str, each)
            yield from written(each)
    elif isinstance(value, list):
        for each in value:
            yield from written(each)


def test_the_cohort_is_in_one_language_throughout() -> None:
    script = load_script()
    pairs = list(texts(script))
    exported = {language: cohort(NOW, SHIPPED, language=language) for language in LANGUAGES}
    bodies = {
        language: "".join(msgspec.json.encode([p.log.events, p.typing]).decode() for p in made.defenses)
        + "".join(msgspec.json.encode(log.events).decode() for log in made.students)
        for language, made in exported.items()
    }
    assert len(pairs) > 40
    for fr, en in pairs:
        assert msgspec.json.encode(fr).decode()[1:-1] in bodies["fr"]
        assert msgspec.json.encode(en).decode()[1:-1] in bodies["en"]
        assert fr == "fr" or fr not in bodies["en"]
    kinds = {
        language: [[type(event.what) for event in played.log.events] for played in made.defenses]
        for language, made in exported.items()
    }
    assert kinds["fr"] == kinds["en"]


def test_no_text_is_in_one_language_only() -> None:
    script = load_script()
    both = set(map(str, ({"fr": fr, "en": en} for fr, en in texts(script))))
    alone = [text for text in written(script) if text not in both and not text.startswith("[")]
    assert alone == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_document_of_the_demo_is_there_and_opens(tmp_path: Path, language: Language) -> None:
    store, vault = TinyStore.open(tmp_path), FolderVault(tmp_path)
    ExchangeDesk(store, clocks.read, "Mentor", "UTC", SHIPPED).fill_demo(NOW, language, vault)
    desk = reading_desk(store, Settings(), SHIPPED)
    opened, start = list[Path](), list[str]()
    for played in cohort(NOW, SHIPPED, language=language).defenses:
        for event in played.log.events:
            for file in received_files([event]):
                opened.append(open_document(desk.vault, file, start.append))
                assert opened[-1].stat().st_size == file.size
    assert {path.suffix for path in opened} == {".pdf", ".docx", ".xlsx", ".png"}
    assert vault.verify() == ()
    limits = reading_limits(Settings())
    for path in opened:
        if path.suffix != ".png":
            text = "".join(paragraph.text for paragraph in read_text(path, path.name, limits))
            assert INVENTED[language] in text
    store.close()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_documents_are_what_their_program_writes(language: Language) -> None:
    folder = data_folder() / "demo" / language
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == documents(language)
