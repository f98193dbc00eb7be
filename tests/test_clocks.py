from __future__ import annotations

import ctypes
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from defense_console import clocks
from defense_console.model.defense.timeline import between_ms, instant, suspended_ms


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
    assert clocks.Linux().boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    assert clocks.is_certain(clocks.Linux().boot_id())
    monkeypatch.setattr(clocks.Linux, "BOOT_ID", tmp_path / "none")
    assert clocks.Linux().boot_id() == ""


def test_a_process_is_known_by_its_start() -> None:
    started = clocks.process_start(os.getpid())
    assert started
    assert clocks.process_start(os.getpid()) == started


def test_an_ended_process_is_not_alive_even_before_it_is_buried() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = clocks.process_start(child.pid)
    assert started
    assert clocks.process_start(child.pid) == started
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # ended, and its pid still taken
    assert clocks.process_start(child.pid) is None
    child.communicate()
    assert clocks.process_start(child.pid) is None


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_program_name_with_blanks_and_parentheses_does_not_shift_the_fields(tmp_path: Path) -> None:
    name = tmp_path / "a) S 1 (b"
    name.symlink_to(sys.executable)
    child = subprocess.Popen([name, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        started = clocks.process_start(child.pid)
        assert started is not None
        uptime_ticks = float(Path("/proc/uptime").read_text("ascii").split()[0]) * os.sysconf("SC_CLK_TCK")
        ticks, _blank, namespace = started.partition(" ")
        assert 0 < int(ticks) <= uptime_ticks + 1
        assert re.fullmatch(r"pid:\[\d+\]", namespace), "what is seen here is seen in one namespace"
    finally:
        child.kill()
        child.communicate()


def test_a_pid_that_was_never_given_has_no_start() -> None:
    assert clocks.process_start(2**22 + 1) is None


# --- the systems this test does not run on, by fakes of what they answer ----------------------------------------------


@pytest.fixture
def running_on(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Makes the module believe that it runs on another system."""

    def forget() -> None:
        clocks.platform.cache_clear()
        clocks.boot_id.cache_clear()

    def pretend(name: str) -> None:
        monkeypatch.setattr(sys, "platform", name)
        forget()

    yield pretend
    monkeypatch.undo()
    forget()


def pointed_to(place: Any) -> Any:
    """What a pointer of ctypes points to."""
    return ctypes.cast(place, ctypes.POINTER(ctypes.c_ulonglong)).contents


class FakeKernel:
    """kernel32, as far as it is asked: a machine that slept, and one process that runs."""

    CREATED = 133_000_000_000_000_000

    def __init__(self, ticks_ms: int, unbiased_100ns: int, exit_code: int = 259) -> None:
        self.ticks_ms, self.unbiased, self.exit_code = ticks_ms, unbiased_100ns, exit_code
        self.open_handles = 0
        self.GetTickCount64 = FakeCall(lambda: self.ticks_ms)
        self.OpenProcess = FakeCall(self._open)
        self.QueryUnbiasedInterruptTime = FakeCall(self._awake)
        self.GetExitCodeProcess = FakeCall(self._exit)
        self.GetProcessTimes = FakeCall(self._times)
        self.CloseHandle = FakeCall(self._close)

    def _open(self, _access: int, _inherit: bool, pid: int) -> int:
        self.open_handles += pid == 4242
        return 77 if pid == 4242 else 0

    def _awake(self, place: Any) -> int:
        pointed_to(place).value = self.unbiased
        return 1

    def _exit(self, _handle: Any, place: Any) -> int:
        pointed_to(place).value = self.exit_code
        return 1

    def _times(self, _handle: Any, created: Any, *_rest: Any) -> int:
        pointed_to(created).value = self.CREATED
        return 1

    def _close(self, _handle: Any) -> int:
        self.open_handles -= 1
        return 1


class FakeCall:
    """A function of a library, whose type of answer can be set."""

    restype: object = None

    def __init__(self, answer: Callable[..., int]) -> None:
        self._answer = answer

    def __call__(self, *arguments: Any) -> int:
        return self._answer(*arguments)


def windows(
    monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None], kernel: FakeKernel, wall_s: float
) -> None:
    monkeypatch.setattr(ctypes, "WinDLL", {"kernel32": kernel}.__getitem__, raising=False)
    monkeypatch.setattr(time, "time", lambda: wall_s)
    running_on("win32")


def test_windows_counts_suspend_and_knows_a_process_by_its_creation(
    monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None]
) -> None:
    kernel = FakeKernel(ticks_ms=9_000_000, unbiased_100ns=5_400_000 * 10_000)
    windows(monkeypatch, running_on, kernel, 1_800_000_004.0)
    first = clocks.read()
    kernel.ticks_ms += 3_600_000
    kernel.unbiased += 1_000 * 10_000
    second = clocks.read()
    assert (first.boot_ms, first.awake_ms) == (9_000_000, 5_400_000)
    assert suspended_ms(first, second) == 3_599_000
    assert clocks.process_start(4242) == str(kernel.CREATED)
    assert clocks.process_start(4243) is None
    kernel.exit_code = 0
    assert clocks.process_start(4242) is None
    assert kernel.open_handles == 0


def test_windows_names_a_boot_by_the_start_of_the_machine_and_says_that_this_is_not_certain(
    monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None]
) -> None:
    windows(monkeypatch, running_on, FakeKernel(9_000_000, 0), 1_800_000_004.0)
    first = clocks.boot_id()
    windows(monkeypatch, running_on, FakeKernel(9_060_000, 0), 1_800_000_064.2)
    assert clocks.boot_id() == first
    windows(monkeypatch, running_on, FakeKernel(9_060_000, 0), 1_800_007_264.0)
    assert clocks.boot_id() != first
    assert not clocks.is_certain(first)


def macos(
    monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None], readings: dict[int, int], tools: dict[str, str]
) -> None:
    def read_ns(clock: int) -> int:
        if clock not in readings:
            raise OSError(22, "Invalid argument")
        return readings[clock]

    def run(arguments: tuple[str, ...], **_options: object) -> subprocess.CompletedProcess[str]:
        if arguments[-1] not in tools:
            raise subprocess.CalledProcessError(1, arguments)
        return subprocess.CompletedProcess(arguments, 0, tools[arguments[-1]] + "\n", "")

    monkeypatch.setattr(time, "clock_gettime_ns", read_ns)
    monkeypatch.setattr(subprocess, "run", run)
    running_on("darwin")


def test_macos_counts_suspend_and_names_its_boot(
    monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None]
) -> None:
    readings = {time.CLOCK_MONOTONIC: 9_000_999_999, 8: 4_000_000_000}
    tools = {"kern.bootsessionuuid": "0F1E2D3C-0000-4000-8000-ABCDEF012345", "4242": "Tue Nov 24 13:00:00 2026"}
    macos(monkeypatch, running_on, readings, tools)
    stamp = clocks.read()
    assert (stamp.boot_ms, stamp.awake_ms) == (9_000, 4_000)
    assert stamp.boot_id == "0F1E2D3C-0000-4000-8000-ABCDEF012345"
    assert clocks.is_certain(stamp.boot_id)
    assert clocks.process_start(4242) == "Tue Nov 24 13:00:00 2026"
    assert clocks.process_start(4243) is None


def test_an_old_macos_names_its_boot_by_the_second_it_started(
    monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None]
) -> None:
    tools = {"kern.boottime": "{ sec = 1799991000, usec = 123456 } Tue Nov 24 10:30:00 2026"}
    macos(monkeypatch, running_on, {time.CLOCK_MONOTONIC: 9_000_000_000}, tools)
    stamp = clocks.read()
    assert stamp.boot_id == "started-1799991000"
    assert not clocks.is_certain(stamp.boot_id)
    assert stamp.awake_ms == stamp.boot_ms == 9_000


def test_another_unix_still_counts_time(monkeypatch: pytest.MonkeyPatch, running_on: Callable[[str], None]) -> None:
    monkeypatch.setattr(time, "monotonic_ns", lambda: 7_000_000_000)
    running_on("freebsd14")
    stamp = clocks.read()
    assert (stamp.boot_ms, stamp.awake_ms) == (7_000, 7_000)
    assert not clocks.is_certain(stamp.boot_id)
