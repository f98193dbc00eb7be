"""Runs every experiment, three at a time, and prints what each of them found.

    python -m torture [NAME ...]

The exit code is 1 when anything was lost anywhere. LONG=1 makes every experiment longer.
"""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from torture.figures import LONG
from torture.strace import ROOT

EXPERIMENTS = (
    "fuzz",
    "mutants",
    "byte_storms",
    "kill_nine",
    "kill_commands",
    "soak",
    "timers",
    "faults",
    "two_consoles",
    "school",
    "failover",
    "full_disk",
    "damage",
    "power_cut",
)
"""The slowest first, so that they end together; the killer of consoles mostly waits."""
AT_A_TIME = 3
IN_REAL_TIME = "kill_nine"
"""The one that measures milliseconds: the others give way to it, so that it times the console and not their load."""
GIVE_WAY = 10


def run(name: str) -> tuple[str, subprocess.CompletedProcess[str], float]:
    """One experiment in a process of its own: its name, how it ended, how long it took in seconds."""
    began = time.monotonic()
    command = [sys.executable, "-m", f"torture.{name}"]
    if name != IN_REAL_TIME and (nice := shutil.which("nice")) is not None:
        command = [nice, "-n", str(GIVE_WAY), *command]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return name, done, time.monotonic() - began


def main(names: Sequence[str]) -> int:
    """Run the experiments and print their figures in order of their ends."""
    began = time.monotonic()
    failed = []
    system = f"{platform.system()} {platform.release()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC · {system} · {'long' if LONG else 'bounded'} run", flush=True)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for name, done, seconds in pool.map(run, names or EXPERIMENTS):
            print(f"[{name} {seconds:.0f} s] {done.stdout.strip()}", flush=True)
            if done.returncode:
                failed.append(name)
                print(done.stderr.strip()[-4000:], flush=True)
    ended = "nothing was lost" if not failed else f"FAILED: {', '.join(failed)}"
    print(f"{ended}; {time.monotonic() - began:.0f} s in all", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
