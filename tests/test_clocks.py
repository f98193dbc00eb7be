from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from defense_console import clocks
from defense_console.model.clock import between_ms, instant


def test_a_reading_is_near_the_clocks_it_reads() -> None:
    before = datetime.now(UTC)
    stamp = clocks.read()
    after = datetime.now(UTC)
    assert int(before.timestamp() * 1000) <= int(instant(stamp.wall).timestamp() * 1000) <= after.timestamp() * 1000
    assert stamp.wall.endswith("Z")
    assert len(stamp.wall) == len("2026-11-24T13:00:00.000Z")
    assert stamp.boot_id == clocks.boot_id() != ""


def test_readings_of_one_boot_never_go_back() -> None:
    first, second = clocks.read(), clocks.read()
    assert first.boot_id == second.boot_id
    assert between_ms(first, second) >= 0
    assert second.awake_ms >= first.awake_ms


@pytest.mark.skipif(sys.platform != "linux", reason="CLOCK_BOOTTIME is Linux's")
def test_linux_counts_suspend(monkeypatch: pytest.MonkeyPatch) -> None:
    readings = {time.CLOCK_BOOTTIME: 9_000_999_999}
    monkeypatch.setattr(time, "clock_gettime_ns", readings.__getitem__)
    monkeypatch.setattr(time, "monotonic_ns", lambda: 4_000_000_000)
    stamp = clocks.read()
    assert (stamp.boot_ms, stamp.awake_ms) == (9_000, 4_000)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_without_a_boot_id_file_the_start_of_the_machine_names_the_boot(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert clocks._linux_boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    monkeypatch.setattr(clocks, "_BOOT_ID_FILE", tmp_path / "none")
    assert clocks._linux_boot_id().startswith("boot-")


def test_a_process_is_known_by_its_start() -> None:
    started = clocks.process_start(os.getpid())
    assert started
    assert clocks.is_alive(os.getpid(), started)
    assert not clocks.is_alive(os.getpid(), started + "0")


def test_an_ended_process_is_not_alive_even_before_it_is_buried() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = clocks.process_start(child.pid)
    assert started
    assert clocks.is_alive(child.pid, started)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and its pid still taken
    assert not clocks.is_alive(child.pid, started)
    child.communicate()
    assert not clocks.is_alive(child.pid, started)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_program_name_with_blanks_and_parentheses_does_not_shift_the_fields(tmp_path: Path) -> None:
    name = tmp_path / "a) S 1 (b"
    name.symlink_to(sys.executable)
    child = subprocess.Popen([name, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = clocks.process_start(child.pid)
        assert started is not None
        uptime_ticks = float(Path("/proc/uptime").read_text("ascii").split()[0]) * os.sysconf("SC_CLK_TCK")
        assert 0 < int(started) <= uptime_ticks + 1
    finally:
        child.kill()
        child.communicate()


def test_a_pid_that_was_never_given_has_no_start() -> None:
    assert clocks.process_start(2**22 + 1) is None
