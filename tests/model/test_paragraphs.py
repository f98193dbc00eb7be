"""Edited paragraphs fold to the last text of each field and language, whatever was undone before."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import Edited
from tests.model.builders import Log

EDITS = st.builds(
    ev.ParagraphEdited,
    st.sampled_from(["remarks", "improvement", "skill/B1.1"]),
    st.sampled_from(["fr", "en"]),
    st.sampled_from(["", "a", "b [/x]"]),
    st.sampled_from(["0" * 64, "1" * 64]),
)


@given(st.lists(st.one_of(EDITS, st.just("undo")), max_size=12))
def test_the_last_text_of_a_field_counts(steps: list[ev.ParagraphEdited | str]) -> None:
    log, kept = Log("IRP-P2").held(), list[ev.ParagraphEdited]()
    for step in steps:
        if isinstance(step, ev.ParagraphEdited):
            log.add(step)
            kept.append(step)
        elif kept:
            log.undo()
            kept.pop()
    last = {(edit.field, edit.language): edit for edit in kept}
    expected = {key: Edited(edit.text, edit.proposal) for key, edit in last.items() if edit.text}
    assert dict(log.defense.edited) == expected
