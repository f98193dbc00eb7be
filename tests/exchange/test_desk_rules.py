"""rules.toml: the numbers of the mentor's desk are read strictly, and each fault is said with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from defense_console.exchange.curricula.desk_rules import check_desk_rules, load_desk_rules, write_threshold
from defense_console.exchange.curricula.reading import RULES, check
from defense_console.model.errors import ConsoleError
from defense_console.resources import data_folder

SHIPPED = (data_folder() / RULES).read_text("utf-8")


def line_of(text: str) -> int:
    return SHIPPED[: SHIPPED.index(text)].count("\n") + 1


def faults(folder: Path, text: str) -> list[str]:
    (folder / RULES).write_text(text, encoding="utf-8")
    return [f"{each.place}: {each.text_id.format(**each.parameters)}" for each in check_desk_rules(folder)]


def test_the_shipped_rules_are_those_of_the_product() -> None:
    rules = load_desk_rules()
    assert (rules.forecast.mean, rules.forecast.between, rules.forecast.within) == (0.15, 0.35, 0.45)
    assert {rule.id: rule.at_least for rule in rules.alerts.rules} == {
        "missed": 2, "unseen": 21, "no-output": 21, "late": 2, "reworks": 2, "goals": 3, "not-back": 2,
    }  # fmt: skip
    assert check_desk_rules(data_folder()) == check(data_folder()) == ()


@pytest.mark.parametrize(("old", "new", "place", "said"), [
    ('measure = "days_without_output"', 'measure = "log_ins"', "alerts.rules[2].measure", "one of sessions_missed"),
    ('id = "goals"', 'id = "late"', "alerts.rules[5].id", "late stands already at alerts.rules[3].id"),
    ("at_least = 3", "at_leest = 3", "alerts.rules[5].at_leest", "unknown key; did you mean “at_least”?"),
    ("mean = 0.15", 'mean = "much"', "forecast.mean", "a number from -2 to 2 is expected, not “much”"),
    ("between = 0.35", "between = nan", "forecast.between", "a number from 0 to 2 is expected, not null"),
    ("within = 0.45", "within = true", "forecast.within", "a number from 0 to 2 is expected, not true"),
    ("draws = 400 ", "draws = 4000000 ", "forecast.draws", "a whole number from 40 to 4000 is expected"),
    ("a_week = 3 ", "a_week = -1 ", "alerts.a_week", "a whole number from 0 to 9999 is expected, not -1"),
])  # fmt: skip
def test_a_fault_is_said_with_its_place_and_line(tmp_path: Path, old: str, new: str, place: str, said: str) -> None:
    found = faults(tmp_path, SHIPPED.replace(old, new, 1))
    assert any(each.startswith(f"{place}: line {line_of(old)}: {said}") for each in found)


def test_what_is_missing_is_said_at_the_line_of_its_table(tmp_path: Path) -> None:
    text = SHIPPED.replace("below_percent = 20\n", "")
    header = line_of('id = "late"') - 1
    assert faults(tmp_path, text) == [f"alerts.rules[3].below_percent: line {header}: is missing"]
    assert faults(tmp_path, SHIPPED[: SHIPPED.index("[alerts]")]) == ["alerts: line 1: is missing"]
    elsewhere = SHIPPED.replace('id = "goals"\n', 'id = "goals"\nbelow_percent = 20\n')
    assert [each.split(":")[0] for each in faults(tmp_path, elsewhere)] == ["alerts.rules[5].below_percent"]


def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path: Path) -> None:
    assert faults(tmp_path, "") != []
    assert len(faults(tmp_path, "[forecast\n")) == 1
    (tmp_path / RULES).write_bytes(b"\xff\xfe")
    assert len(check_desk_rules(tmp_path)) == 1
    assert check_desk_rules(tmp_path / "nowhere") == ()
    (tmp_path / RULES).write_text(SHIPPED.replace("a_week = 3 ", "a_wek = 3 "), encoding="utf-8")
    with pytest.raises(ConsoleError, match=r"rules.toml has 2 faults; the first one: line \d+: "):
        load_desk_rules(tmp_path / RULES)
    with pytest.raises(ConsoleError, match="is not a file"):
        load_desk_rules(tmp_path / "nowhere.toml")


MISSED = load_desk_rules().alerts.rules[0]
OWN = SHIPPED.replace("a_week = 3 ", "a_week = 5 ").replace("at_least = 2\n", "at_least = 2  # mine: [two]\n", 1)


@pytest.mark.parametrize("form", [
    lambda text: text.encode(),
    lambda text: text.replace("\n", "\r\n").encode("utf-8-sig"),
    lambda text: text.replace("[[alerts.rules]]\nid", "# of the first rule\n[[alerts.rules]]\n  id", 1).encode(),
])  # fmt: skip
def test_one_number_of_the_mentors_file_is_changed_and_nothing_else(
    tmp_path: Path, form: Callable[[str], bytes]
) -> None:
    target = tmp_path / "elsewhere.toml"
    target.write_bytes(form(OWN))
    target.chmod(0o640)
    file = tmp_path / RULES
    file.symlink_to(target)
    write_threshold(file, MISSED, 3)
    assert target.read_bytes() == form(OWN).replace(b"at_least = 2  # mine", b"at_least = 3  # mine", 1)
    assert (file.is_symlink(), target.stat().st_mode & 0o777) == (True, 0o640)
    assert sorted(tmp_path.iterdir()) == [target, file], "nothing else is left there"
    file.unlink()
    write_threshold(file, MISSED, 4)
    assert file.read_bytes() == SHIPPED.replace("at_least = 2\n", "at_least = 4\n", 1).encode(), "the shipped ones"


@pytest.mark.parametrize(("text", "said"), [
    (OWN.replace("at_least = 2  #", "at_least = 4  #"), "was changed meanwhile and is left as it is"),
    (OWN.replace('id = "missed"', 'id = "absent"'), "was changed meanwhile and is left as it is"),
    (OWN.replace("a_week", "a_wek"), "rules.toml has 2 faults"),
    ("[alerts", "rules.toml has 1 faults"),
])  # fmt: skip
def test_what_was_edited_meanwhile_is_not_written_over(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / RULES
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConsoleError) as refused:
        write_threshold(file, MISSED, 3)
    assert said in str(refused.value)
    assert file.read_text("utf-8") == text
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ConsoleError, match="cannot be written: "):
        write_threshold(tmp_path / "file" / RULES, MISSED, 3)
    (tmp_path / RULES).symlink_to(tmp_path / RULES)
    with pytest.raises(ConsoleError, match="cannot be written: "):
        write_threshold(tmp_path / RULES, MISSED, 3)
