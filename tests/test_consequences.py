"""What an outcome says of what happens next, and that these sentences have one home."""

from __future__ import annotations

import pytest

from defense_console.model.defense.state import OutcomeValue
from defense_console.words.consequences import consequence
from defense_console.words.translation import translator
from tests.messages import collect

EN = translator("en")


@pytest.mark.parametrize(("outcome", "label"), [
    ("validated", "Validated — the next project opens"),
    ("rework", "To rework — a new defense"),
    ("conditional", "Conditional — documents only, no new defense"),
])  # fmt: skip
def test_the_label_of_an_outcome_says_what_happens_next(outcome: OutcomeValue, label: str) -> None:
    assert consequence(outcome, EN).label == label
    assert " — ".join(consequence(outcome, EN)) == label


def test_a_condition_says_until_when() -> None:
    released = consequence("conditional", EN, due="2026-11-26 14:00", first="2026-11-25 14:00")
    assert released.next == "documents only, no new defense, until 2026-11-26 14:00 (the first: 2026-11-25 14:00)"
    assert consequence("conditional", EN, due="2026-11-26 14:00").next.endswith(", until 2026-11-26 14:00")
    assert consequence("conditional", EN, after_s=172_800).next.endswith(", until 48 h after release")


@pytest.mark.parametrize("sentence", ["next project opens", "documents only", "documents to revise, no new defense"])
def test_the_sentences_have_one_home(sentence: str) -> None:
    homes = {file for message in collect()[0].values() if sentence in message.id for file in message.files}
    assert homes <= {"defense_console/words/consequences.py", "defense_console/reports/content/message.py"}
