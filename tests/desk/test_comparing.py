from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from defense_console.desk.uploads.comparing import ComparingStopped, Interrupt, compare, file_facts, reading_limits
from defense_console.model.comparison import Counts, FileFacts, ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.settings import Settings
from tests.uploads.builders import BUILDERS, LINES, sample, write

CHANGED = (LINES[0], "The budget is 120 euros", *LINES[2:])


def limits(**given: int) -> ReadingLimits:
    """Those of the settings, but for these."""
    return reading_limits(msgspec.structs.replace(Settings(), **given))


@pytest.mark.parametrize("kind", BUILDERS)
def test_two_versions_of_every_kind(kind: str, tmp_path: Path) -> None:
    old = write(tmp_path, "one", sample(kind))
    new = write(tmp_path, "two", BUILDERS[kind](CHANGED))
    parts: list[float] = []
    found = compare(old, new, f"plan.{kind}", progress=parts.append)
    assert (found.status, found.why_no_text) == ("changed", None)
    assert found.difference is not None
    assert found.difference.counts == Counts(changed=1)
    (line,) = (line for line in found.difference.lines if line.kind == "changed")
    assert line.old is not None
    assert line.new is not None
    assert (line.old.text.count("100"), line.new.text.count("120")) == (1, 1)
    assert found.old == FileFacts(old.stat().st_size, file_facts(old).sha256)
    assert parts == sorted(parts)
    assert parts[-1] == 1.0
    assert not found.same_text


def test_the_same_bytes_are_unchanged_whatever_they_are(tmp_path: Path) -> None:
    found = compare(write(tmp_path, "one", b"\0\1"), write(tmp_path, "two", b"\0\1"), "picture.png")
    assert (found.status, found.difference, found.why_no_text, found.same_text) == ("unchanged", None, None, True)


def test_other_bytes_with_the_same_text_are_told_apart(tmp_path: Path) -> None:
    found = compare(write(tmp_path, "one", b"a\nb\n"), write(tmp_path, "two", b"a\r\nb\r\n"), "notes.txt")
    assert found.status == "changed"
    assert found.same_text


def test_a_first_version_and_a_missing_one(tmp_path: Path) -> None:
    file = write(tmp_path, "one", b"a")
    new, missing = compare(None, file, "a.txt"), compare(file, None, "a.txt")
    assert (new.status, new.old, new.new and new.new.size) == ("new", None, 1)
    assert (missing.status, missing.new, missing.old and missing.old.size) == ("missing", None, 1)
    assert "first version" in str(new.why_no_text)
    assert "did not come" in str(missing.why_no_text)
    with pytest.raises(ConsoleError, match="no version"):
        compare(None, None, "a.txt")
    with pytest.raises(ConsoleError, match=r"gone: cannot be read"):
        compare(file, tmp_path / "gone", "a.txt")


def test_what_cannot_be_read_is_still_compared_by_size_and_hash(tmp_path: Path) -> None:
    whole = sample("docx")
    found = compare(write(tmp_path, "one", whole), write(tmp_path, "two", whole[:-200]), "plan.docx")
    assert found.status == "changed"
    assert found.new is not None
    assert found.new.size == len(whole) - 200
    assert "no readable DOCX document" in str(found.why_no_text)
    other = compare(write(tmp_path, "one", b"a"), write(tmp_path, "two", b"b"), "picture.png")
    assert "no reader for “picture.png”" in str(other.why_no_text)


def test_a_document_in_another_format_is_compared_by_its_text(tmp_path: Path) -> None:
    old, new = write(tmp_path, "one", sample("txt")), write(tmp_path, "two", sample("pdf"))
    assert compare(old, new, "plan.pdf", old_name="plan.txt").same_text


def test_a_reader_that_takes_too_long_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _instead(monkeypatch, "import sys; sys.stdin.readline(); print('{\"type\":\"told\",\"part\":0.5}', flush=True); "
                          "import threading; threading.Event().wait()")  # fmt: skip
    old, new = write(tmp_path, "one", b"a"), write(tmp_path, "two", b"b")
    found = compare(old, new, "a.txt", limits=limits(compare_max_s=1))
    assert "took longer than 1 seconds and was ended; compare_max_s in the settings" in str(found.why_no_text)


@pytest.mark.parametrize("code", ["import os; os._exit(9)", "print('no json')", "import os; os.abort()"])
def test_a_reader_that_crashes_takes_nothing_with_it(
    code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _instead(monkeypatch, code)
    found = compare(write(tmp_path, "one", b"a"), write(tmp_path, "two", b"b"), "a.txt")
    assert "ended without an answer" in str(found.why_no_text)
    assert found.status == "changed"


def test_a_comparison_stops_when_it_is_asked_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _instead(monkeypatch, "import sys; sys.stdin.readline(); print('{\"type\":\"told\",\"part\":0.5}', flush=True); "
                          "import threading; threading.Event().wait()")  # fmt: skip
    interrupt, reading = Interrupt(), threading.Event()

    def ask() -> None:
        reading.wait(30)
        interrupt.ask()

    thread = threading.Thread(target=ask)
    thread.start()

    def progress(part: float) -> None:
        if part > 0.5:
            reading.set()

    with pytest.raises(ComparingStopped):
        compare(write(tmp_path, "one", b"a"), write(tmp_path, "two", b"b"), "a.txt", progress=progress,
                interrupt=interrupt)  # fmt: skip
    thread.join()
    with pytest.raises(ComparingStopped):
        compare(tmp_path / "one", tmp_path / "two", "a.txt", interrupt=interrupt)


def test_no_module_comes_from_the_folder_the_console_runs_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("msgspec.py", "difflib.py", "resource.py"):
        write(tmp_path, name, b"raise SystemExit")
    monkeypatch.chdir(tmp_path)
    found = compare(write(tmp_path, "one", b"a b"), write(tmp_path, "two", b"a c"), "a.txt")
    assert found.difference is not None


def _instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Another program in place of the reader."""
    popen = subprocess.Popen

    def start(_arguments: list[str], **given: int) -> subprocess.Popen[bytes]:
        return popen([sys.executable, "-c", code], **given)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(subprocess, "Popen", start)


def test_what_a_reader_prints_does_not_reach_the_answers(tmp_path: Path) -> None:
    """odfpy prints; the answers stay lines of JSON."""
    request = {"old": "", "old_name": "a.txt", "new": "", "new_name": "a.txt", "limits": msgspec.to_builtins(limits())}
    code = (
        "import defense_console.uploads.comparing.reading as r\n"
        "def noisy(request, say):\n    print('noise', flush=True)\n    say(r.Advanced(1.0))\n"
        "r.answer_comparison = noisy\nr.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], input=json.dumps(request).encode() + b"\n",
                          capture_output=True, check=True, timeout=60)  # fmt: skip
    assert done.stdout == b'{"type":"told","part":1.0}\n'


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit of memory")
def test_memory_is_limited(tmp_path: Path) -> None:
    big = "\n".join(f"line {n} of an invented list" for n in range(400_000)).encode()
    old, new = write(tmp_path, "one", big), write(tmp_path, "two", big + b"x")
    found = compare(old, new, "a.txt", limits=limits(compare_max_memory_mb=120, compare_max_characters=10**9))
    assert found.status == "changed"
    assert "memory" in str(found.why_no_text)
