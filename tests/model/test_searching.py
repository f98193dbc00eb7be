"""Which closed defenses a search finds: the same as among the pending ones, however many there are."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.curriculum import Rules, Text
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.agenda import entry, matches
from defense_console.model.queue.searching import Closed, Search
from tests.examples import examples
from tests.model.builders import START
from tests.model.test_agenda import PARIS

AT = START.isoformat()
NAMES = {"s1": "Ada Exemple", "s2": "Éva Démo", "s3": ""}
TITLES = {"IRP-P1": Text("Le passeport numérique", "The digital passport"), "PN-P1": Text("Écran", "Screen")}


def closed(student: str, project: str, id: str = "0004faaa-0741-57d9-b00f-590333806298") -> Closed:
    return Closed(id, student, project.partition("-")[0], project, AT)


def searched(text: str) -> Search:
    titles = {id: f"{id} {title.fr} {title.en} {id.partition('-')[0]}" for id, title in TITLES.items()}
    return Search(text, NAMES, titles)


@pytest.mark.parametrize(
    ("text", "found"),
    [("ADA passeport", True), ("eva", False), ("0004-faaa", True), ("004", False), ("irp screen", False), ("", True)],
)
def test_every_word_has_to_be_in_the_name_or_the_project_or_to_begin_the_id(text: str, found: bool) -> None:
    assert searched(text).finds(closed("s1", "IRP-P1")) is found


def test_who_or_what_is_not_known_by_name_is_found_by_its_id() -> None:
    assert searched("s99 old-p7 old").finds(closed("s99", "OLD-P7"))
    assert not searched("s98").finds(closed("s99", "OLD-P7"))
    assert not searched("s1").finds(closed("s1", "IRP-P1")), "who has a name goes by it"


@examples(100)
@given(
    text=st.lists(st.sampled_from(["ad", "éva", "DEMO", "numérique", "irp", "p1", "écran", "0004", "00", "x"])).map(
        " ".join
    ),
    student=st.sampled_from(sorted(NAMES)),
    project=st.sampled_from(sorted(TITLES)),
    id=st.uuids(version=5) | st.just(uuid.UUID("0004faaa-0741-57d9-b00f-590333806298")),
)
def test_what_is_closed_is_found_by_what_finds_it_while_it_is_pending(
    text: str, student: str, project: str, id: uuid.UUID
) -> None:
    summary = Summary(str(id), student, project.partition("-")[0], project, 1, AT, "held", 1)
    shown = entry(summary, NAMES[student], AT, PARIS, Rules(), TITLES[project])
    assert searched(text).finds(closed(student, project, str(id))) == matches(shown, text)
