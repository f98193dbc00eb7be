"""Reads the machine's clocks into a Stamp: the only place that knows what time it is.

| field | Linux | macOS | Windows |
|---|---|---|---|
| boot_ms, counts suspend | CLOCK_BOOTTIME | CLOCK_MONOTONIC | GetTickCount64 |
| awake_ms, stops in suspend | time.monotonic() | CLOCK_UPTIME_RAW | QueryUnbiasedInterruptTime |
| boot_id | /proc/sys/kernel/random/boot_id | kern.bootsessionuuid | start of the machine, whole seconds |

Source: product.md §4; clock_gettime(2) of Linux and macOS; Microsoft, "Windows Time".
"""

from __future__ import annotations

import ctypes
import os
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol

from defense_console.model.clock import iso
from defense_console.model.events import Stamp

_PLATFORM: Final[str] = str(sys.platform)
"""As a plain text, so that the type checker reads every branch whatever machine it runs on."""
_BOOT_ID_FILE: Final = Path("/proc/sys/kernel/random/boot_id")
_NS_PER_MS: Final = 1_000_000
_MACOS_UPTIME_RAW: Final = 8
"""CLOCK_UPTIME_RAW of macOS stops in suspend, while its CLOCK_MONOTONIC goes on. Source: <time.h> of macOS."""


class Clocks(Protocol):
    """Something that tells the time; tests inject their own."""

    def __call__(self) -> Stamp:
        """One reading of all clocks."""
        ...


def read() -> Stamp:
    """One reading of the machine's clocks, as near to each other as can be."""
    boot_ms, awake_ms = _boot_and_awake_ms()
    return Stamp(iso(datetime.now(UTC)), boot_ms, awake_ms, boot_id())


def host() -> str:
    """The name of this machine, for leases."""
    return socket.gethostname()


def process_start(pid: int) -> str | None:
    """When a process started, in the system's own words, comparable only with itself; None when there is none.

    With the pid it names one process for good: pids are used again, pairs are not within one boot.
    """
    if _PLATFORM == "linux":
        return _linux_process_start(pid)
    if _PLATFORM == "win32":
        return _windows_process_start(pid)
    return _ps_process_start(pid)


def is_alive(pid: int, started: str) -> bool:
    """Whether the process with this pid and start, as `process_start` told it, is still there."""
    return process_start(pid) == started


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Names this boot of the machine; a stamp's `boot_ms` compares only with stamps of the same boot."""
    if _PLATFORM == "linux":
        return _linux_boot_id()
    if _PLATFORM == "darwin":
        # A session id of the kernel; kern.boottime would move whenever the wall clock is set.
        return _sysctl("kern.bootsessionuuid") or _boot_second()
    return _boot_second()


def _boot_and_awake_ms() -> tuple[int, int]:
    if _PLATFORM == "linux":
        # Inside a container without CLOCK_BOOTTIME (some sandboxes) suspend cannot be seen, but time still counts.
        try:
            boot_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        except (AttributeError, OSError):
            boot_ns = time.monotonic_ns()
        return boot_ns // _NS_PER_MS, time.monotonic_ns() // _NS_PER_MS
    if _PLATFORM == "win32":
        return _windows_boot_and_awake_ms()
    boot_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return boot_ns // _NS_PER_MS, _macos_awake_ns() // _NS_PER_MS


def _macos_awake_ns() -> int:
    try:
        return time.clock_gettime_ns(_MACOS_UPTIME_RAW)
    except OSError:  # another Unix
        return time.monotonic_ns()


def _boot_second() -> str:
    """The start of the machine by the wall clock, rounded: a stand-in where the system gives no id.

    Rounded to ten seconds, and kept for the life of the process. After the wall clock was set it names another boot,
    which costs precision only: times are then measured by the wall clock and flagged.
    """
    started_s = time.time() - _boot_and_awake_ms()[0] / 1000
    return f"boot-{round(started_s / 10) * 10}"


# --- Linux -----------------------------------------------------------------------------------------------------------


def _linux_boot_id() -> str:
    try:
        return _BOOT_ID_FILE.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return _boot_second()


def _linux_process_start(pid: int) -> str | None:
    """Field 22 of /proc/<pid>/stat, clock ticks since boot. Source: proc_pid_stat(5)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except OSError:
        return None
    # The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
    fields = stat.rpartition(b")")[2].split()
    if len(fields) < 20 or fields[0] in (b"Z", b"X"):  # ended, only not yet buried by its parent
        return None
    return fields[19].decode("ascii")


# --- macOS and other Unix --------------------------------------------------------------------------------------------


def _output(*arguments: str) -> str | None:
    """What a system tool prints, None when it fails; in one language and zone, so that it can be compared."""
    environ = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=5, env=environ, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


def _sysctl(name: str) -> str | None:
    return _output("/usr/sbin/sysctl", "-n", name)


def _ps_process_start(pid: int) -> str | None:
    return _output("/bin/ps", "-o", "lstart=", "-p", str(pid))


# --- Windows ---------------------------------------------------------------------------------------------------------


def _windows_boot_and_awake_ms() -> tuple[int, int]:
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.GetTickCount64.restype = ctypes.c_ulonglong
    unbiased = ctypes.c_ulonglong()
    kernel.QueryUnbiasedInterruptTime(ctypes.byref(unbiased))  # units of 100 ns
    return int(kernel.GetTickCount64()), unbiased.value // 10_000


def _windows_process_start(pid: int) -> str | None:
    """The creation time of a process, in 100 ns since 1601. Source: Microsoft, GetProcessTimes."""
    query_limited_information, still_active = 0x1000, 259
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
    kernel.OpenProcess.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(kernel.OpenProcess(query_limited_information, False, pid))
    if not handle:
        return None
    try:
        code = ctypes.c_ulong()
        times = [ctypes.c_ulonglong() for _ in range(4)]
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        if code.value != still_active or not kernel.GetProcessTimes(handle, *map(ctypes.byref, times)):
            return None
        return str(times[0].value)
    finally:
        kernel.CloseHandle(handle)
