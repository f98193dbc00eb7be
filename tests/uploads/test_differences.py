from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from defense_console.model.comparison import (
    Cell,
    Counts,
    Difference,
    DifferenceLine,
    DocumentPlace,
    Paragraph,
    Side,
    side_by_side,
    unified,
)
from defense_console.uploads.comparing import differences
from defense_console.uploads.comparing.differences import compare_texts, matching_blocks
from defense_console.uploads.comparing.marks import marks, paired


def text(*lines: str) -> tuple[Paragraph, ...]:
    return tuple(Paragraph(line, DocumentPlace("line", n)) for n, line in enumerate(lines, 1))


def told(difference: Difference) -> list[str]:
    """A comparison as one reads it: sign and text, marked words in brackets."""

    def marked(line: DifferenceLine, side: str) -> str:
        half: Side = getattr(line, side)
        found, at = "", 0
        for start, end in half.marks:
            found += f"{half.text[at:start]}[{half.text[start:end]}]"
            at = end
        return found + half.text[at:]

    out = []
    for line in difference.lines:
        if line.kind == "folded":
            out.append(f"… {line.n}")
        elif line.kind == "changed":
            out.append(f"~{marked(line, 'old')} → {marked(line, 'new')}")
        else:
            sign = {"equal": " ", "removed": "-", "added": "+"}[line.kind]
            out.append(sign + marked(line, "new" if line.new else "old"))
    return out


def test_words_are_marked_inside_a_changed_line() -> None:
    old = text("Goal", "The budget is 100 euros", "End")
    found = compare_texts(old, text("Goal", "The budget is 120 euros", "End"))
    assert told(found) == [" Goal", "~The budget is [100] euros → The budget is [120] euros", " End"]
    assert found.counts == Counts(changed=1)
    assert not found.coarse


def test_equal_runs_are_folded_but_for_their_edges() -> None:
    lines = [f"line {n}" for n in range(1, 21)]
    changed = [*lines[:9], "something else entirely", *lines[10:]]
    assert told(compare_texts(text(*lines), text(*changed))) == [
        "… 6", " line 7", " line 8", " line 9", "~[line 10] → [something else entirely]", " line 11", " line 12",
        " line 13", "… 7",
    ]  # fmt: skip
    assert told(compare_texts(text(*lines), text(*lines))) == ["… 20"]
    assert told(compare_texts((), ())) == []


def test_what_came_and_what_went_stand_alone() -> None:
    found = compare_texts(text("one apple", "two pears", "three"), text("one apple", "three", "four plums"))
    assert told(found) == [" one apple", "-two pears", " three", "+four plums"]
    assert found.counts == Counts(added=1, removed=1)


def test_like_lines_find_each_other_across_inserted_ones() -> None:
    old = text("Costs are 10 euros a month", "Risks are low today")
    new = text("A new first sentence", "Costs are 12 euros a month", "Risks are high today")
    assert told(compare_texts(old, new)) == [
        "+A new first sentence", "~Costs are [10] euros a month → Costs are [12] euros a month",
        "~Risks are [low] today → Risks are [high] today",
    ]  # fmt: skip


def test_a_row_of_a_spreadsheet_is_told_cell_by_cell() -> None:
    def row(n: int, **cells: str) -> Paragraph:
        held = tuple(Cell(column, text) for column, text in cells.items())
        return Paragraph(" | ".join(cells.values()), DocumentPlace("cell", name=f"Costs!{held[0].column}{n}"), held)

    old, new = (row(4, A="Rent", B="100", D="x"),), (row(5, A="Rent", B="120", C="new", D="x"),)
    found = compare_texts(old, new)
    assert [(line.kind, line.old and line.old.text, line.new and line.new.text) for line in found.lines] == [
        ("changed", "100", "120"), ("added", None, "new"),
    ]  # fmt: skip
    assert found.lines[0].old is not None
    assert found.lines[0].new is not None
    assert (found.lines[0].old.place.name, found.lines[0].new.place.name) == ("Costs!B4", "Costs!B5")
    whole = compare_texts((row(4, A="Rent", B="100"),), (row(4, A="Hall", B="120"),))
    assert told(whole) == ["~[Rent] | [100] → [Hall] | [120]"]


def test_unified_and_side_by_side_show_the_same_lines() -> None:
    found = compare_texts(text("a b c", "x", "end"), text("a b d", "y y y", "z z", "end"))
    below = [(line.kind, (line.new or line.old).text) for line in unified(found.lines) if line.new or line.old]  # type: ignore[union-attr]
    assert below == [("removed", "a b c"), ("removed", "x"), ("added", "a b d"), ("added", "y y y"), ("added", "z z"),
                     ("equal", "end")]  # fmt: skip
    beside = [(line.old and line.old.text, line.new and line.new.text) for line in side_by_side(found.lines)]
    assert beside == [("a b c", "a b d"), ("x", "y y y"), (None, "z z"), ("end", "end")]


LINES = st.lists(st.sampled_from(["", "a", "b", "a b", "b c d", "c", "é è", "x y z", "  "]), max_size=14)


@given(LINES, LINES)
def test_nothing_is_lost_and_nothing_invented(old: list[str], new: list[str]) -> None:
    found = compare_texts(text(*old), text(*new), context=99)
    olds = [line.old.text for line in found.lines if line.old]
    news = [line.new.text for line in found.lines if line.new]
    # With so much context only the beginning and the end can be folded, and what is folded is equal.
    head = sum(line.n for line in found.lines[:1] if line.kind == "folded")
    tail = sum(line.n for line in found.lines[1:] if line.kind == "folded")
    assert olds == old[head : len(old) - tail]
    assert news == new[head : len(new) - tail]
    assert old[:head] == new[:head]
    assert old[len(old) - tail :] == new[len(new) - tail :]
    assert (found.counts.total == 0) == (old == new)
    for layout in (unified, side_by_side):
        assert [line.old.text for line in layout(found.lines) if line.old and line.kind != "equal"] == [
            line.old.text for line in found.lines if line.old and line.kind != "equal"
        ]


@given(st.lists(st.integers(0, 6), max_size=30), st.lists(st.integers(0, 6), max_size=30))
def test_blocks_are_equal_in_order_and_apart(a: list[int], b: list[int]) -> None:
    blocks, coarse = matching_blocks(a, b)
    assert not coarse
    i = j = 0
    for x, y, n in blocks:
        assert n > 0
        assert x >= i
        assert y >= j
        assert a[x : x + n] == b[y : y + n]
        i, j = x + n, y + n


@given(st.text(alphabet="ab .é-", max_size=30), st.text(alphabet="ab .é-", max_size=30), st.booleans())
def test_what_is_not_marked_is_the_same_in_both(old: str, new: str, exact: bool) -> None:
    def rest(line: str, stretches: tuple[tuple[int, int], ...]) -> str:
        ends = [0, *(place for stretch in stretches for place in stretch), len(line)]
        assert ends == sorted(ends)
        return "".join(line[start:end] for start, end in zip(ends[::2], ends[1::2], strict=True))

    of_old, of_new = marks(old, new, exact)
    # A blank between two marked words is marked with them, so blanks may be in one rest only.
    assert rest(old, of_old).replace(" ", "") == rest(new, of_new).replace(" ", "")


@given(LINES, LINES)
def test_every_line_has_its_place_in_one_pair(old: list[str], new: list[str]) -> None:
    pairs = paired(text(*old), text(*new))
    assert [before.text for before, _after in pairs if before] == old
    assert [after.text for _before, after in pairs if after] == new


def test_repetition_is_told_coarsely_instead_of_taking_for_ever() -> None:
    old = text(*(["", "same"] * 1500))
    new = text("first", *(["same", "", ""] * 1200), "last")
    found = compare_texts(old, new)
    assert found.coarse
    assert found.counts.total >= 3000


def test_a_long_text_with_scattered_changes_is_compared_exactly() -> None:
    chance = random.Random(7)
    old = [f"{n};{chance.randrange(10**6)};invented name {chance.randrange(500)}" for n in range(10_000)]
    new = list(old)
    for n in sorted(chance.sample(range(10_000), 200)):
        new[n] = new[n].replace("invented", "changed")
    del new[5000:5010]
    found = compare_texts(text(*old), text(*new))
    assert not found.coarse
    assert (found.counts.added, found.counts.removed) == (0, 10)
    assert 190 <= found.counts.changed <= 200


def test_progress_ends_at_the_end() -> None:
    parts: list[float] = []
    compare_texts(text("a", "b", "c"), text("a", "x", "c"), progress=parts.append)
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert differences.CONTEXT >= 1
