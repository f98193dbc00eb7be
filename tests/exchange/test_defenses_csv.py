"""The table of defenses: what its cells say, what no spreadsheet may run, and what comes back of it."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from defense_console.cli import main
from defense_console.exchange.curricula.reading import load_shipped
from defense_console.exchange.demo import cohort
from defense_console.exchange.exported import ExportedDefense
from defense_console.exchange.lists.defenses_csv import CSV_HEADER, CsvForm, Separator, neutral, write_csv
from defense_console.exchange.platform.words import PLATFORM_WORDS, TO_PLATFORM, platform_word

NOW = "2026-11-24T10:00:00Z"
SHIPPED = load_shipped()
DEMO = {(p.log.state.student_id, p.log.state.project): p.log.state for p in cohort(NOW, SHIPPED).defenses}


def listed(student: str, project: str, name: str = "Zoé Œuvrée") -> ExportedDefense:
    return ExportedDefense("1", (), DEMO[student, project], name, SHIPPED["IRP"])


def rows(data: bytes, separator: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=separator, strict=True))


def one(found: ExportedDefense, zone: str = "Europe/Paris", separator: Separator = ";") -> dict[str, str]:
    return rows(b"".join(write_csv([found], CsvForm(zone, "fr", separator))), separator)[0]


def test_a_planned_defense_says_what_is_known_of_it() -> None:
    row = one(listed("demo-ada", "IRP-P2"))

    assert tuple(row) == CSV_HEADER
    assert row["planned_at"] == "2026-11-24T11:12:00+01:00"
    assert (row["session"], row["outcome"], row["speaking_s"]) == ("pending", "", "")
    assert row["duration_min"] == str(DEMO["demo-ada", "IRP-P2"].duration_min)
    planned = msgspec.structs.replace(DEMO["demo-ada", "IRP-P2"], duration_min=None)
    assert one(ExportedDefense("1", (), planned, "", SHIPPED["IRP"]))["duration_min"] == "30"  # the plan's length


def test_a_conditional_verdict_lists_its_documents_and_due_dates_with_their_offset() -> None:
    row = one(listed("demo-chloe", "IRP-P4"))

    assert (row["session"], row["outcome"], row["verdict_state"]) == ("completed", "conditional", "released")
    assert (row["speaking_s"], row["elapsed_s"]) == ("870", "1890")
    assert row["documents"].count("(requested)") == 2
    assert row["documents"].startswith("1. ")
    assert (row["documents_open"], row["student_due_at"]) == ("2", "2026-11-25T14:41:00+01:00")


@pytest.mark.parametrize("separator", [";", ","])
@pytest.mark.parametrize("name", ["Zoé; “Œuvrée”, d'Été", 'Ada "la, première"', "deux\nlignes", "名前"])
def test_accents_quotes_and_separators_come_back(name: str, separator: Separator) -> None:
    assert one(listed("demo-ada", "IRP-P2", name), separator=separator)["student_name"] == name


@pytest.mark.parametrize(
    "text", ["=1+1", "+33 6", "-1", "@sum", "\tx", "\rx", "＝1", "＋1", "－1", "＠x", "  =1", "\n=1"]
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert one(listed("demo-ada", "IRP-P2", text))["student_name"] == "'" + text


@given(st.text(min_size=1))
def test_no_cell_begins_with_a_formula(text: str) -> None:
    cell = neutral(text)

    assert cell.lstrip()[:1] not in tuple("=+-@＝＋－＠")
    assert cell[:1] not in ("\t", "\r")
    assert cell.removeprefix("'") == text.removeprefix("'")


def test_the_byte_order_mark_is_a_choice() -> None:
    with_bom, without = (b"".join(write_csv([], CsvForm("UTC", "en", bom=bom))) for bom in (True, False))

    assert with_bom == b"\xef\xbb\xbf" + without
    assert without.endswith(b"\r\n")


def test_every_session_has_the_platforms_word_and_every_word_comes_back() -> None:
    for word in TO_PLATFORM.values():
        assert platform_word(word.upper().replace(" ", "_")) == word
    assert platform_word("late-cancelled") == "late canceled"
    assert platform_word("done") is None
    assert set(TO_PLATFORM.values()) == set(PLATFORM_WORDS)


# --- the command -------------------------------------------------------------------------------------------------


def run(*arguments: str) -> tuple[int, bytes, str]:
    result = CliRunner().invoke(main, list(arguments))
    return result.exit_code, result.stdout_bytes, result.stderr


def test_the_command_writes_one_row_for_each_defense_twice_the_same(tmp_path: Path) -> None:
    store = str(tmp_path / "demo")
    assert run("demo", "--fill", "--store", store, "--now", NOW)[0] == 0

    code, data, _ = run("export", "--csv", "--store", store)
    again = run("export", "--csv", "--store", store)[1]
    assert (
        run("export", "--csv", "--separator", ",", "--no-bom", "-o", str(tmp_path / "t.csv"), "--store", store)[0] == 0
    )

    assert (code, data) == (0, again)
    found = rows(data)
    assert len(found) == len(cohort(NOW, SHIPPED).defenses)
    assert {row["student_name"] for row in found} >= {"Chloé Spécimen"}
    starts = [row["planned_at"] for row in found]
    assert starts == sorted(starts)
    other = (tmp_path / "t.csv").read_bytes()
    assert not other.startswith(b"\xef\xbb\xbf")
    assert rows(other, ",") == found


def test_options_of_the_table_need_the_table(tmp_path: Path) -> None:
    code, out, err = run("export", "--bom", "--store", str(tmp_path))

    assert (code, out) == (2, b"")
    assert "--csv" in err


def test_a_defense_without_curriculum_still_has_its_row() -> None:
    bare = ExportedDefense("1", (), msgspec.structs.replace(DEMO["demo-ada", "IRP-P2"], duration_min=None), "", None)

    assert (one(bare)["project"], one(bare)["project_title"], one(bare)["duration_min"]) == ("IRP-P2", "", "")
