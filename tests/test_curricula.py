"""The shipped curricula, and what is said about a file that does not validate."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import msgspec
import pytest

from defense_console.exchange.curricula import reading
from defense_console.exchange.curricula import shipped as kept
from defense_console.exchange.curricula.reading import CurriculaError, check, load, load_shipped
from defense_console.exchange.curricula.strict_table import FileFault
from defense_console.model.curriculum import Curriculum, Rules, curriculum_hash
from defense_console.resources import data_folder

SMALL = """\
code = "TST"
title.fr = "Essai"
title.en = "Trial"
status = "invented"

[[blocks]]
ref = "B1"
fr = "Bloc"
en = "Block"

[[projects]]
id = "TST-P1"
n = 1
status = "invented"
title.fr = "Projet un"
title.en = "Project one"
scenario.fr = "Faites."
scenario.en = "Do."
phases = [
    { phase = "presentation", target_min = 15, window_min = [10, 20] },
    { phase = "discussion", target_min = 10 },
]

[[projects.deliverables]]
n = 1
slug = "note"
fr = "Note"
en = "Note"
formats = ["pdf"]
filename = "Nom_1"

[[projects.skills]]
ref = "C1"
block = "B1"
fr = "Savoir"
en = "Know"

[[projects.skills.criteria]]
id = "TST-P1-1"
aspect = "complete"
fr = "Oui."
en = "Yes."
evidence = [1]
blocking = true
"""

CRITERION = "projects[0].skills[0].criteria[0]"


def said(problems: tuple[FileFault, ...]) -> list[str]:
    """The faults as lines, with the places of their messages filled."""
    return [f"{p.file}: {p.place}: {p.text_id.format(**p.parameters)}".replace(": : ", ": ") for p in problems]


def faults(folder: Path, text: str) -> list[str]:
    """What is said about a curriculum of this text, without the name of the file."""
    file = folder / "tst.toml"
    file.write_text(text, encoding="utf-8")
    return [line.removeprefix("tst.toml: ") for line in said(check(file))]


@pytest.fixture(scope="module")
def shipped() -> dict[str, Curriculum]:
    return load_shipped()


# --- what is shipped --------------------------------------------------------------------------------------------------


def test_all_projects_are_there(shipped: dict[str, Curriculum]) -> None:
    projects = [project for curriculum in shipped.values() for project in curriculum.projects]
    criteria = [criterion for project in projects for skill in project.skills for criterion in skill.criteria]

    assert {code: len(curriculum.projects) for code, curriculum in shipped.items()} == {"FE": 9, "IRP": 8, "PN": 8}
    assert len(projects) == 25
    assert sum(len(project.deliverables) for project in projects) == 80
    assert len(criteria) == 144
    assert all(any(c.blocking for skill in project.skills for c in skill.criteria) for project in projects)


def test_minutes_become_seconds(shipped: dict[str, Curriculum]) -> None:
    project = shipped["IRP"].project("IRP-P2")

    assert project is not None
    assert [(p.id, p.target_s, p.min_s, p.max_s) for p in project.phases] == [
        ("presentation", 900, 600, 1200),
        ("discussion", 600, None, None),
        ("debriefing", 300, None, None),
    ]
    assert project.plan_s == 1800
    assert len(list(shipped["IRP"].criteria_of(project))) == 6 + 6
    assert project.role is not None
    assert project.role.title.fr == "DRH commanditaire"


def test_oral_grid_acts_as_the_rules_say(shipped: dict[str, Curriculum]) -> None:
    for curriculum in shipped.values():
        assert {c.id: c.effect for c in curriculum.oral} == {
            "ORAL-1": "remark",
            "ORAL-2": "remark",
            "ORAL-3": "decides",
            "ORAL-4": "decides",
            "ORAL-5": "remark",
            "ORAL-6": "remark",
        }
        assert [c.id for c in curriculum.oral if c.from_clock] == ["ORAL-1"]
        assert all(c.aspect == "oral" and c.label for c in curriculum.oral)


def test_rules_and_checks_come_from_the_common_file(shipped: dict[str, Curriculum]) -> None:
    for curriculum in shipped.values():
        assert curriculum.rules == Rules()
        assert [c.id for c in curriculum.checks] == ["documents", "camera", "recording", "screen"]
        assert {word.aspect: word.text.fr for word in curriculum.aspects}["relevant"] == "pertinent"


def test_what_is_proposed_is_said_in_each_file(shipped: dict[str, Curriculum]) -> None:
    for file in (data_folder() / "curricula").glob("*.toml"):
        assert re.search(r"^# NOT OFFICIAL\..*^# Found: .*^# Proposed: ", file.read_text("utf-8"), re.M | re.S), file
    for curriculum in shipped.values():
        assert "proposed" in curriculum.status
        assert all("proposed" in project.status for project in curriculum.projects)
    certification = shipped["IRP"].certification
    assert certification is not None
    assert (certification.code, certification.level_eqf, certification.verified) == ("RNCP34050", 6, False)


def test_pinned_form_reads_back(shipped: dict[str, Curriculum]) -> None:
    for curriculum in shipped.values():
        again = msgspec.json.decode(msgspec.json.encode(curriculum), type=Curriculum)
        assert again == curriculum
        assert curriculum_hash(again) == curriculum_hash(curriculum)


# --- one fault at a time ----------------------------------------------------------------------------------------------


def test_small_curriculum_is_right(tmp_path: Path) -> None:
    assert faults(tmp_path, SMALL) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "evidence = [1]",
            "evidence = [9]",
            "projects[0].skills[0].criteria[0].evidence[0]: no deliverable 9 in TST-P1",
        ),
        (
            "evidence = [1]",
            "evidence = [1, 1]",
            f"{CRITERION}.evidence[1]: 1 stands already at {CRITERION}.evidence[0]",
        ),
        (
            "evidence = [1]",
            "evidence = true",
            "projects[0].skills[0].criteria[0].evidence: a list is expected, not true",
        ),
        (
            "blocking = true",
            "bloking = true",
            "projects[0].skills[0].criteria[0].bloking: unknown key; did you mean “blocking”?",
        ),
        (
            "blocking = true",
            'blocking = "yes"',
            "projects[0].skills[0].criteria[0].blocking: true or false is expected, not “yes”",
        ),
        ('status = "invented"\n\n', 'status = "invented"\nzzz = 1\n\n', "zzz: unknown key; known here: "),
        ('en = "Yes."\n', "", "projects[0].skills[0].criteria[0].en: the English text is missing"),
        ('fr = "Oui."', 'fr = "  "', "projects[0].skills[0].criteria[0].fr: the French text is missing"),
        ('title.fr = "Projet un"\n', "", "projects[0].title.fr: the French text is missing"),
        (
            'scenario.fr = "Faites."\nscenario.en = "Do."',
            'scenario = "Do."',
            "projects[0].scenario: scenario.fr and scenario.en are expected, not “Do.”",
        ),
        (
            '"complete"',
            '"compleat"',
            f"{CRITERION}.aspect: one of complete, relevant, presentable is expected, not “compleat”",
        ),
        (
            "window_min = [10, 20]",
            "window_min = [16, 20]",
            "projects[0].phases[0].window_min: the target, 15 min, is not inside the window from 16 to 20 min",
        ),
        (
            "window_min = [10, 20]",
            "window_min = [10, 14]",
            "projects[0].phases[0].window_min: the target, 15 min, is not inside the window from 10 to 14 min",
        ),
        (
            "window_min = [10, 20]",
            "window_min = [20, 10]",
            "projects[0].phases[0].window_min: the target, 15 min, is not inside the window from 20 to 10 min",
        ),
        (
            "window_min = [10, 20]",
            "window_min = [10]",
            "projects[0].phases[0].window_min: a list of two whole numbers is expected, not [10]",
        ),
        (
            "target_min = 10",
            "target_min = 10.5",
            "projects[0].phases[1].target_min: a whole number from 1 to 1440 is expected, not 10.5",
        ),
        (
            "target_min = 10 ",
            "target_min = true ",
            "projects[0].phases[1].target_min: a whole number from 1 to 1440 is expected, not true",
        ),
        (
            '"discussion"',
            '"presentation"',
            "projects[0].phases[1].phase: presentation stands already at projects[0].phases[0].phase",
        ),
        (
            '{ phase = "presentation", target_min = 15, window_min = [10, 20] },',
            "",
            "projects[0].phases: there is no phase “presentation”, whose length is the speaking time",
        ),
        (
            "n = 1\nstatus",
            "n = 2\nstatus",
            "projects[0].n: projects are numbered in order from 1: 1 is expected, not 2",
        ),
        ('id = "TST-P1"', 'id = "a b"', "projects[0].id: letters, digits, “.”, “-” and “_” are expected, at most 64, "),
        ('id = "TST-P1"\n', "", "projects[0].id: is missing"),
        ('block = "B1"', 'block = "B7"', "projects[0].skills[0].block: no block B7 in this curriculum"),
        ('ref = "C1"', 'ref = "ORAL"', "projects[0].skills[0].ref: ORAL is the name of the oral grid"),
        (
            'id = "TST-P1-1"',
            'id = "ORAL-3"',
            "projects[0].skills[0].criteria[0].id: ORAL-3 is a criterion of the oral grid",
        ),
        ('formats = ["pdf"]', "formats = [3]", "projects[0].deliverables[0].formats[0]: a text is expected, not 3"),
        ("[[blocks]]", "[rules]\nwarn_s = 10\n\n[[blocks]]", "rules.danger_s: 30 s is more than warn_s, 10 s"),
        (
            "[[blocks]]",
            "[rules]\nno_show_share = [3, 2]\n\n[[blocks]]",
            "rules.no_show_share: a fraction from 0 to 1 is expected, such as [1, 3], not [3, 2]",
        ),
        (
            "[[blocks]]",
            '[rules]\nopens_next_on = ["validated", "rework"]\n\n[[blocks]]',
            "rules.opens_next_on[1]: one of validated, conditional is expected, not “rework”",
        ),
    ],
)
def test_fault_is_told_with_its_place(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert old in SMALL
    found = faults(tmp_path, SMALL.replace(old, new, 1))

    assert len(found) == 1, found
    assert found[0] == expected or (expected.endswith(" ") and found[0].startswith(expected)), found


def test_empty_lists_are_told(tmp_path: Path) -> None:
    head, _, rest = SMALL.partition("[[projects.skills]]")
    assert faults(tmp_path, head + "[[projects.questions]]\nfr = 'a'\nen = 'b'\n") == ["projects[0].skills: is missing"]
    assert faults(tmp_path, head.replace("phases = [", "skills = []\nphases = [")) == [
        "projects[0].skills: at least one skill is expected"
    ]
    without = rest.partition("[[projects.skills.criteria]]")[0]
    assert faults(tmp_path, f"{head}[[projects.skills]]{without}criteria = []\n") == [
        "projects[0].skills[0].criteria: at least one criterion is expected"
    ]
    assert faults(tmp_path, SMALL.partition("[[projects]]")[0].replace("[[blocks]]", "projects = []\n[[blocks]]")) == [
        "projects: at least one project is expected"
    ]


def test_rules_of_a_curriculum_change_only_what_they_name(tmp_path: Path) -> None:
    file = tmp_path / "tst.toml"
    own = "[rules]\nstudent_due_h = 72\n[rules.policy]\nmax_conditional_documents = 3\n\n"
    file.write_text(SMALL.replace("[[blocks]]", own + "[[blocks]]"))

    rules = load(file)["TST"].rules
    policy = msgspec.structs.replace(Rules().policy, max_conditional_documents=3)
    assert rules == msgspec.structs.replace(Rules(), student_due_s=72 * 3600, policy=policy)


# --- several faults, several files ------------------------------------------------------------------------------------


def test_every_fault_in_one_pass_project_by_project(tmp_path: Path) -> None:
    project = SMALL[SMALL.index("[[projects]]") :]
    twin = project.replace("evidence = [1]", "evidence = [4]").replace('en = "Do."', "en = 3")
    broken = SMALL.replace('ref = "B1"\n', "").replace("evidence = [1]", "evidence = [1, 8]") + "\n" + twin

    assert faults(tmp_path, broken) == [
        "blocks[0].ref: is missing",
        "projects[0].skills[0].block: no block B1 in this curriculum",
        "projects[0].skills[0].criteria[0].evidence[1]: no deliverable 8 in TST-P1",
        "projects[1].scenario.en: a text is expected, not 3",
        "projects[1].skills[0].block: no block B1 in this curriculum",
        "projects[1].skills[0].criteria[0].evidence[0]: no deliverable 4 in TST-P1",
        "projects[1].id: TST-P1 stands already at projects[0].id",
        "projects[1].n: projects are numbered in order from 1: 2 is expected, not 1",
    ]


def test_issue_example_on_the_shipped_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(data_folder(), data)
    irp = data / "curricula" / "irp.toml"
    text = irp.read_text("utf-8")
    start = text.index('id = "IRP-P4-')
    irp.write_text(text[:start] + re.sub(r"evidence = \[\d+", "evidence = [9", text[start:], count=1), encoding="utf-8")

    expected = "irp.toml: projects[3].skills[0].criteria[0].evidence[0]: no deliverable 9 in IRP-P4"
    assert said(check(data)) == [expected]
    assert said(check(data / "curricula")) == [expected]
    assert said(check(irp)) == [expected]
    assert said(check(data / "curricula" / "fe.toml")) == []


def test_syntax_error_does_not_stop_the_other_files(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text('code = "A"\ntitle = = 3\n')
    (tmp_path / "b.toml").write_bytes(b'code = "B"\nstatus = "caf\xe9"\n')
    (tmp_path / "c.toml").write_text(SMALL.replace("[9]", "[1]").replace("evidence = [1]", "evidence = [2]"))
    (tmp_path / "d.toml").mkdir()
    (tmp_path / "e.toml").write_text('code = "E\n')
    (tmp_path / "f.toml").write_text("[" * 5000)

    found = said(check(tmp_path))
    assert found[0].startswith("a.toml: line 2, column 9 is not TOML: ")
    assert found[1] == "b.toml: line 2 is not UTF-8: save the file in that encoding"
    assert found[2] == "c.toml: projects[0].skills[0].criteria[0].evidence[0]: no deliverable 2 in TST-P1"
    assert found[3] == "d.toml: is not a file"
    assert found[4].startswith("e.toml: line 1, column 10 is not TOML: ")
    assert found[5].startswith("f.toml: ")
    assert len(found) == 6


def test_two_files_with_the_same_ids(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(SMALL)
    (tmp_path / "b.toml").write_text(SMALL)

    assert said(check(tmp_path)) == [
        "b.toml: code: TST stands already in a.toml",
        "b.toml: projects[0].id: TST-P1 stands already in a.toml",
    ]


def test_common_file_beside_or_above_is_read_too(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "tst.toml").write_text(SMALL)
    common = (data_folder() / "common.toml").read_text("utf-8")
    broken = common.replace('effect = "decides"', 'effect = "decide"', 1).replace("danger_s = 30", "danger = 30")
    (tmp_path / "common.toml").write_text(broken, encoding="utf-8")

    expected = [
        "oral[2].effect: one of remark, decides is expected, not “decide”",
        "rules.danger_s: is missing",
        "rules.danger: unknown key; did you mean “danger_s”?",
    ]
    assert said(check(tmp_path / "common.toml")) == [f"{tmp_path / 'common.toml'}: {line}" for line in expected]
    assert said(check(own)) == [f"{tmp_path / 'common.toml'}: {line}" for line in expected]

    (tmp_path / "common.toml").write_text("=", encoding="utf-8")
    found = said(check(own))
    assert len(found) == 1
    assert "line 1, column 1 is not TOML" in found[0]


def test_paths_without_curricula(tmp_path: Path) -> None:
    assert said(check(tmp_path)) == [f"{tmp_path}: there is no curriculum (*.toml) in this folder"]
    assert said(check(tmp_path / "x.toml")) == [f"{tmp_path / 'x.toml'}: there is no such file or folder"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert said(check(tmp_path / "pipe")) == [f"{tmp_path / 'pipe'}: is neither a file nor a folder"]


def test_loading_a_broken_curriculum_says_the_first_fault_and_how_many(tmp_path: Path) -> None:
    file = tmp_path / "tst.toml"
    file.write_text(SMALL.replace("evidence = [1]", "evidence = [9]").replace('en = "Yes."', ""))

    with pytest.raises(
        CurriculaError, match=r"2 faults.*tst\.toml: projects\[0\].*en: the English text is missing"
    ) as e:
        load(file)
    assert len(e.value.problems) == 2


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "tst.toml"
    file.write_bytes(b"\xef\xbb\xbf" + SMALL.replace("\n", "\r\n").encode())

    assert check(file) == ()


@pytest.mark.parametrize("value", ["1" * 5000, "0x" + "f" * 5000, "1979-05-27", "nan", '{ a = "b" }', '"\\u001b[2J"'])
def test_strange_values_are_only_faults(tmp_path: Path, value: str) -> None:
    found = faults(tmp_path, SMALL.replace("n = 1\nstatus", f"n = {value}\nstatus", 1))

    assert len(found) == 1
    assert len(found[0]) < 200


def test_the_shipped_curricula_are_kept_and_read_anew_when_a_file_or_what_is_kept_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(data_folder(), data)
    monkeypatch.setattr(kept, "data_folder", lambda: data)
    monkeypatch.setattr("sys.pycache_prefix", str(tmp_path / "compiled"))
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    wanted, parsed = load_shipped(), list[Path]()

    def noted(path: Path) -> dict[str, Curriculum]:
        parsed.append(path)
        return load(path)

    monkeypatch.setattr(reading, "load", noted)

    assert [kept.shipped(), kept.shipped()] == [wanted] * 2
    assert len(parsed) == 1

    file = next((tmp_path / "compiled").rglob("*.json"))
    file.write_bytes(file.read_bytes().replace(b'"PN"', b'"QN"'))
    assert kept.shipped() == wanted
    assert len(parsed) == 2

    (data / "curricula" / "tst.toml").write_text(SMALL, encoding="utf-8")
    assert "TST" in kept.shipped()
    (data / "curricula" / "tst.toml").write_text("code =", encoding="utf-8")
    with pytest.raises(CurriculaError):
        kept.shipped()
