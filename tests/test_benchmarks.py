"""The benchmark leaves nothing behind, and the documents name commands that exist."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from benchmarks.__main__ import PARTS
from tests.waiting import wait_for

ROOT = Path(__file__).parent.parent
STARTS = """
import subprocess, sys
from benchmarks.driven import Driven, end_with_me
deaf = "import signal, time; signal.signal(signal.SIGHUP, signal.SIG_IGN); print(1, flush=True); time.sleep(300)"
command = [sys.executable, "-c", deaf]
with Driven(command) as driven, subprocess.Popen(command, preexec_fn=end_with_me, stdout=subprocess.PIPE) as other:
    driven.until("1")
    other.stdout.readline()
    print(driven.pid, other.pid, flush=True)
    driven.rest(300)
"""


def is_running(pid: int) -> bool:
    """Return whether a process is there and is no zombie."""
    try:
        return "(zombie)" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_killed_benchmark_leaves_no_program_running() -> None:
    with subprocess.Popen([sys.executable, "-c", STARTS], cwd=ROOT, stdout=subprocess.PIPE) as bench:
        assert bench.stdout is not None
        pids = [int(each) for each in bench.stdout.readline().split()]
        assert len(pids) == 2
        assert all(map(is_running, pids))
        os.kill(bench.pid, signal.SIGKILL)
    wait_for(lambda: not any(map(is_running, pids)), "a program outlived its benchmark")


def test_every_part_is_reached_by_the_one_command_and_the_documents_name_no_other() -> None:
    modules = {path.stem for path in (ROOT / "benchmarks").glob("*.py") if "def main(" in path.read_text()}
    assert modules == {*PARTS, "__main__"}
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for page in pages:
        text = page.read_text()
        assert "benchmarks/" not in text.replace("`benchmarks/`", ""), f"{page.name}: name the command"
        named = re.findall(r"python -m benchmarks (\w+)", text)
        assert {*named} <= {*PARTS, "PART"}, page.name
