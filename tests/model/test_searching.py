"""What a search finds: the same among closed defenses and among pending ones."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.curriculum import Rules, Text
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.agenda import entry, matches
from defense_console.model.queue.searching import Searched, Wanted, note_words, searched
from defense_console.model.text import searchable
from tests.examples import examples
from tests.model.builders import START
from tests.model.test_agenda import PARIS

AT = START.isoformat()
NAMES = {"s1": "Ada Exemple", "s2": "Éva Démo", "s3": ""}
TITLES = {"IRP-P1": Text("Le passeport numérique", "The digital passport"), "PN-P1": Text("Écran", "Screen")}
FOLDED = {id: searchable(f"{id} {title.fr} {title.en} {id.partition('-')[0]}") for id, title in TITLES.items()}
OUTCOMES = {"validated": "validee validated"}


WORDS = [
    "ad",
    "éva",
    "DEMO",
    "numérique",
    "irp",
    "p1",
    "écran",
    "0004",
    "00",
    "x",
    "valid",
    "val",
    f"{START:%d/%m}",
    "2",
]


def closed(student: str, project: str, id: str = "0004faaa-0741-57d9-b00f-590333806298", notes: str = "") -> Searched:
    summary = Summary(id, student, project.partition("-")[0], project, 1, AT, "held", 1, in_force="validated")
    return searched(summary, NAMES.get(student), notes)


def finds(text: str, defense: Searched) -> bool:
    wanted = Wanted(text, FOLDED, OUTCOMES, PARIS)
    return wanted.finds(defense, wanted.ways([(defense.project, defense.curriculum)]))


@pytest.mark.parametrize(
    ("text", "found"),
    [("ADA passeport", True), ("eva", False), ("0004-faaa", True), ("004", False), ("irp screen", False), ("", True)],
)
def test_every_word_has_to_be_in_the_name_or_the_project_or_to_begin_the_id(text: str, found: bool) -> None:
    assert finds(text, closed("s1", "IRP-P1")) is found


def test_who_or_what_is_not_known_by_name_is_found_by_its_id() -> None:
    assert finds("s99 old-p7 old", closed("s99", "OLD-P7"))
    assert not finds("s98", closed("s99", "OLD-P7"))
    assert not finds("s1", closed("s1", "IRP-P1")), "who has a name goes by it"


@pytest.mark.parametrize(
    ("text", "found"),
    [("hesi", True), ("ésite", False), ("hes", False), ("accord", True), ("d'acc", True), ("c/d", True)],
)
def test_a_word_of_a_note_is_found_by_its_beginning(text: str, found: bool) -> None:
    notes = note_words(["Hésite (encore) d’accord, a/b", "puis c/d"])
    assert finds(text, closed("s1", "IRP-P1", notes=notes)) is found


@examples(100)
@given(
    text=st.lists(st.sampled_from(WORDS)).map(" ".join),
    student=st.sampled_from(sorted(NAMES)),
    project=st.sampled_from(sorted(TITLES)),
    id=st.uuids(version=5) | st.just(uuid.UUID("0004faaa-0741-57d9-b00f-590333806298")),
)
def test_what_is_closed_is_found_by_what_finds_it_while_it_is_pending(
    text: str, student: str, project: str, id: uuid.UUID
) -> None:
    summary = Summary(str(id), student, project.partition("-")[0], project, 1, AT, "held", 1, in_force="validated")
    shown = entry(summary, NAMES[student], AT, PARIS, Rules(), TITLES[project], OUTCOMES.__getitem__)
    assert finds(text, closed(student, project, str(id))) == matches(shown, text)
