"""The comment bank: its file is read strictly, the mentor's own sentences join it, the likeliest come first."""

from __future__ import annotations

from pathlib import Path

import pytest

from defense_console.exchange.curricula.comments import check_comments, read_comments
from defense_console.exchange.curricula.reading import check, load_shipped
from defense_console.model.comments import Comment, offered, uses_of
from defense_console.model.curriculum import Criterion, Text
from defense_console.resources import data_folder

SHIPPED = load_shipped()
GOOD = '[[comments]]\nrating = "met"\nfr = "Bien."\nen = "Good."\n'


def faults(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "comments.toml"
    file.write_text(text, encoding="utf-8")
    return [f"{p.place}: {p.text_id.format(**p.parameters)}" for p in check_comments(file)]


def test_the_shipped_bank_is_right_and_serves_every_aspect_and_rating() -> None:
    found, problems = read_comments(data_folder() / "comments.toml", SHIPPED.values())
    assert problems == ()
    assert {c.aspect for c in found} == {"complete", "relevant", "presentable", "oral", None}
    assert {c.rating for c in found if c.aspect is None} == {"met", "to_improve", "not_met", "not_observed"}


def test_a_folder_and_a_file_are_checked_alike(tmp_path: Path) -> None:
    assert faults(tmp_path, GOOD) == []
    assert faults(tmp_path, GOOD + "fr = 3\n") != []
    assert [p.file for p in check_comments(tmp_path)] == ["comments.toml"]
    assert check_comments(tmp_path / "nowhere") == ()
    assert all(p.file != "comments.toml" for p in check(tmp_path))  # it is no curriculum


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "comments: is missing"),
        ('[[comments]]\nfr = "Bien."\n', "comments[0].en: the English text is missing"),
        (GOOD + 'project = "IRP-P99"\n', "comments[0].project: no curriculum has “IRP-P99”"),
        (GOOD + 'criterion = "ORAL-9"\n', "comments[0].criterion: no curriculum has “ORAL-9”"),
        (GOOD + 'aspect = "x"\n',
         "comments[0].aspect: one of complete, relevant, presentable, oral, any is expected, not “x”"),
        (GOOD + 'aspect = "oral"\nproject = "IRP-P2"\n',
         "comments[0].project: a sentence is about one of criterion, aspect and project, or about everything"),
        (GOOD + 'raiting = "met"\n', "comments[0].raiting: unknown key; did you mean “rating”?"),
        (GOOD + GOOD, "comments[1].fr: “Bien.” stands already at comments[0].fr"),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_place(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in faults(tmp_path, text)


def test_the_likeliest_sentence_comes_first() -> None:
    def comment(name: str, rating: str | None = "met", **about: str) -> Comment:
        return Comment(Text(name, name), rating, **about)  # type: ignore[arg-type]

    everything, used, other = comment("everything"), comment("used"), comment("other", "not_met", criterion="C1")
    free, project = comment("free", None), comment("project", project="P1")
    aspect, criterion = comment("aspect", aspect="complete"), comment("criterion", criterion="C1")
    elsewhere = comment("elsewhere", project="P2"), comment("elsewhere too", criterion="C2")
    bank = (everything, used, other, free, project, aspect, criterion, *elsewhere)
    uses = uses_of(bank, ["used", " used, and more", "not used"])
    assert uses[used] == 2
    typed = Comment(Text("Bien : l'idée", "Good"))
    assert uses_of([typed], ["Bien : l'idée", "Bien\N{NO-BREAK SPACE}: l’idée vaut", "Good"])[typed] == 3
    one = Criterion("C1", "complete", Text("c", "c"))
    order = (criterion, aspect, project, used, everything, free, other)
    assert offered(bank, one, "P1", "met", uses) == order
    assert offered(bank, one, "P1", None, uses) == (other, criterion, aspect, project, used, everything, free)
