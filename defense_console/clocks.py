"""Reads the machine's clocks into a Stamp: the only place that knows what time it is.

Each system answers the same three questions (`Platform`):

| question | Linux | macOS | Windows |
|---|---|---|---|
| boot_ms, counts suspend | CLOCK_BOOTTIME | CLOCK_MONOTONIC | GetTickCount64 |
| awake_ms, stops in suspend | time.monotonic() | CLOCK_UPTIME_RAW | QueryUnbiasedInterruptTime |
| boot_id | /proc/sys/kernel/random/boot_id | kern.bootsessionuuid, else kern.boottime | start of the machine |
| start of a process | /proc/PID/stat, namespace | ps | GetProcessTimes |

Source: clock_gettime(2) of Linux and macOS; sysctl(3) of macOS; Microsoft, "Windows Time".
"""

from __future__ import annotations

import os
import re
import sys
import time
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from defense_console.model.defense.timeline import iso
from defense_console.model.log.envelope import Stamp

_NS_PER_MS: Final = 1_000_000
_STAND_IN: Final = "started-"
_SPACE: Final = " pid:"


def read() -> Stamp:
    """Return one reading of the machine's clocks, as near to each other as can be."""
    boot_ms, awake_ms = platform().boot_and_awake_ms()
    return Stamp(iso(datetime.now(UTC)), boot_ms, awake_ms, boot_id())


def host() -> str:
    """Return the name of this machine, for leases."""
    import socket

    return socket.gethostname()


def process_start(pid: int) -> str | None:
    """Return when a process started, in the system's own words, comparable only with itself; None when there is none.

    With the pid it names one process for good: pids are used again, pairs are not within one boot. Where a system has
    namespaces of processes, the name of this process's own follows a blank.
    """
    return platform().process_start(pid)


def same_process(seen: str | None, noted: str) -> bool:
    """Return whether a process that is seen started when it was noted; earlier consoles named no namespace."""
    return seen is not None and (seen == noted or seen.partition(_SPACE)[0] == noted)


def same_namespace(one: str, other: str) -> bool:
    """Return whether two starts of processes were read in one namespace: what is not seen there is gone."""
    return bool(other) and one.partition(_SPACE)[1:] == other.partition(_SPACE)[1:]


@lru_cache(maxsize=1)
def boot_id() -> str:
    """Return the name of this boot; a stamp's `boot_ms` compares only with stamps of the same boot.

    Where the system has no name, the start of the machine by the wall clock is used, rounded to ten seconds. After that
    clock was set it names another boot, which costs precision only: times are then measured by the wall clock and
    flagged. Kept for the life of the process.
    """
    here = platform()
    if named := here.boot_id():
        return named
    started_s = time.time() - here.boot_and_awake_ms()[0] / 1000
    return f"{_STAND_IN}{round(started_s / 10) * 10}"


def is_certain(boot: str) -> bool:
    """Return whether a boot id is the system's own: two different ones are then two boots for certain."""
    return not boot.startswith(_STAND_IN)


@lru_cache(maxsize=1)
def platform() -> Platform:
    """Return the system this process runs on."""
    known: dict[str, type[Platform]] = {"linux": Linux, "darwin": MacOS, "win32": Windows}
    return known.get(sys.platform, Platform)()


# --- systems ---------------------------------------------------------------------------------------------------------


class Platform:
    """A system that nothing more is known of; suspend may stay unseen there, time still counts."""

    def boot_and_awake_ms(self) -> tuple[int, int]:
        """Return the milliseconds since the boot, with and without the time in suspend, read right after each other."""
        now_ms = time.monotonic_ns() // _NS_PER_MS
        return now_ms, now_ms

    def boot_id(self) -> str:
        """Return the system's name for this boot, "" where it has none."""
        return ""

    def process_start(self, pid: int) -> str | None:
        """Return when a process started, in the system's own words; None when there is none."""
        return _output("/bin/ps", "-o", "lstart=", "-p", str(pid))


def _output(*arguments: str) -> str | None:
    """Return what a system tool prints, None when it fails; in one language and zone, so that it can be compared."""
    import subprocess

    environ = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    try:
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=5, env=environ, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip() or None


class Linux(Platform):
    """Linux: the kernel names each boot."""

    BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
    NAMESPACE = Path("/proc/self/ns/pid")

    def boot_and_awake_ms(self) -> tuple[int, int]:
        """Read CLOCK_BOOTTIME, which counts suspend; in a sandbox without it suspend is not seen, time still counts."""
        try:
            boot_ns = time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        except (AttributeError, OSError):
            boot_ns = time.monotonic_ns()
        return boot_ns // _NS_PER_MS, time.monotonic_ns() // _NS_PER_MS

    def boot_id(self) -> str:
        """Return the kernel's own name."""
        try:
            return self.BOOT_ID.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return ""

    def process_start(self, pid: int) -> str | None:
        """Return the field 22 of /proc/<pid>/stat, clock ticks since boot. Source: proc_pid_stat(5)."""
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return None
        # The second field is the program's name in parentheses, which may itself hold blanks and parentheses.
        fields = stat.rpartition(b")")[2].split()
        if len(fields) < 20 or fields[0] in (b"Z", b"X"):  # ended, only not yet buried by its parent
            return None
        return fields[19].decode("ascii") + self._namespace()

    def _namespace(self) -> str:
        """Return the namespace in which processes are seen. Source: pid_namespaces(7), "The /proc/self/ns/pid link"."""
        try:
            return f" {self.NAMESPACE.readlink()}"
        except OSError:
            return ""


class MacOS(Platform):
    """macOS: its CLOCK_MONOTONIC goes on in suspend, unlike Linux's."""

    UPTIME_RAW = 8
    """CLOCK_UPTIME_RAW stops in suspend. Source: <time.h> of macOS."""

    def boot_and_awake_ms(self) -> tuple[int, int]:
        """Read both clocks of clock_gettime(2)."""
        boot_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC)
        try:
            awake_ns = time.clock_gettime_ns(self.UPTIME_RAW)
        except OSError:
            awake_ns = boot_ns
        return boot_ns // _NS_PER_MS, awake_ns // _NS_PER_MS

    def boot_id(self) -> str:
        """Return the kernel's session id; an old system has its start in seconds, which moves with the wall clock."""
        if named := _output("/usr/sbin/sysctl", "-n", "kern.bootsessionuuid"):
            return named
        started = re.search(r"\bsec = (\d+)", _output("/usr/sbin/sysctl", "-n", "kern.boottime") or "")
        return f"{_STAND_IN}{started[1]}" if started else ""


class Windows(Platform):
    """Windows: it has no name for a boot."""

    QUERY_LIMITED_INFORMATION = 0x1000
    STILL_ACTIVE = 259

    def __init__(self) -> None:
        import ctypes  # here and below: no other system needs it, and it takes its time to load

        self._kernel: Any = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined,unused-ignore]
        self._kernel.GetTickCount64.restype = ctypes.c_ulonglong
        self._kernel.OpenProcess.restype = ctypes.c_void_p

    def boot_and_awake_ms(self) -> tuple[int, int]:
        """Read the tick count, which counts suspend, and the unbiased interrupt time (in 100 ns), which does not."""
        import ctypes

        unbiased = ctypes.c_ulonglong()
        self._kernel.QueryUnbiasedInterruptTime(ctypes.byref(unbiased))
        return int(self._kernel.GetTickCount64()), unbiased.value // 10_000

    def process_start(self, pid: int) -> str | None:
        """Return the creation time of a process, in 100 ns since 1601. Source: Microsoft, GetProcessTimes."""
        import ctypes

        handle = ctypes.c_void_p(self._kernel.OpenProcess(self.QUERY_LIMITED_INFORMATION, False, pid))
        if not handle:
            return None
        try:
            code = ctypes.c_ulong()
            times = [ctypes.c_ulonglong() for _ in range(4)]
            self._kernel.GetExitCodeProcess(handle, ctypes.byref(code))
            if code.value != self.STILL_ACTIVE:
                return None
            if not self._kernel.GetProcessTimes(handle, *map(ctypes.byref, times)):
                return None
            return str(times[0].value)
        finally:
            self._kernel.CloseHandle(handle)
