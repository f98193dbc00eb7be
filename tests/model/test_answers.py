"""Earlier answers are found by criterion and ranked by the days until something came in."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.student.answers import Answered, FoundAgain, found_again
from tests.examples import examples

DAY = date(2026, 11, 24)
CRITERION = "IRP-P2-B1.2-1"


def answered(answer: str, *after: int, criterion: str = CRITERION, project: str = "IRP-P2") -> Answered:
    return Answered(project, criterion, "why?", answer, DAY, tuple(DAY + timedelta(days=n) for n in after))


def test_the_answer_that_unblocked_soonest_comes_first() -> None:
    known = [answered("slow", 9), answered("never", -3), answered("fast", 5, 2, -1), answered("Slow ", 4),
             answered("other", 1, criterion="x")]  # fmt: skip
    found = found_again(known, "IRP-P2", CRITERION)
    assert [each.answer for each in found.answers] == ["fast", "Slow ", "never"]
    assert (found.days, found.unblocked, found.of) == (4, 3, 4)
    assert answered("x", 0).unblocked_days is None, "what came on the day may have come before"


def test_without_a_criterion_the_project_is_meant_and_without_both_nothing() -> None:
    known = [answered("a", criterion=""), answered("b", project="IRP-P3")]
    assert [each.answer for each in found_again(known, "IRP-P2", "").answers] == ["a"]
    assert found_again(known, "", "") == FoundAgain(())


ANY = st.builds(answered, st.sampled_from(["a", "A ", "b"]), st.integers(-5, 30), st.integers(-5, 30))


@given(st.lists(ANY, max_size=6), st.randoms(use_true_random=False))
@examples(60)
def test_the_order_in_which_they_are_known_changes_nothing(known: list[Answered], order: object) -> None:
    found = found_again(known, "IRP-P2", CRITERION)
    days = [each.unblocked_days for each in found.answers]
    assert days == sorted(days, key=lambda n: (n is None, n or 0))
    shuffled = known[:]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    again = found_again(shuffled, "IRP-P2", CRITERION)
    assert [each.unblocked_days for each in again.answers] == days
    assert (again.unblocked, again.of) == (found.unblocked, found.of)
