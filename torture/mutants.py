"""Mutants: each safety step of the storage code is taken away once, and something must go red.

A mutant is one change of source text in a copy of the package. The experiments and tests that are to catch it run on
that copy, one after the other, until one of them fails. A mutant that nothing catches is a loss: a step without proof.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec

from torture.figures import Figures, show, table
from torture.strace import ROOT

COPIED = ("defense_console", "torture", "tests", "data", "docs", "pyproject.toml", "hatch_build.py", "README.md")
AT_A_TIME = 2
TIMEOUT_S = 240.0


class Mutant(msgspec.Struct, frozen=True):
    """One step taken away.

    Attributes:
        step: what is taken away.
        file: below `defense_console`.
        old, new: source text, and what stands in its place; only its first occurrence is changed.
        caught_by: experiments (`power_cut`) and tests (`tests/…`), in the order in which they are tried.
    """

    step: str
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]


POWER, FAULTS, FULL, DAMAGE = ("power_cut",), ("faults",), ("full_disk",), ("damage",)
TINY, RECORDER, SPOOL = "tests/store/test_tiny.py", "tests/store/test_recorder.py", "tests/store/test_spool.py"
ASIDE = "tests/store/test_keeping_aside.py"
APPENDED = "if seq < job.expected or job.previous not in (None, head):"

MUTANTS = (
    Mutant("synchronous = FULL (NORMAL)", "store/pragmas.py", "synchronous = FULL", "synchronous = NORMAL", POWER),
    Mutant("synchronous = FULL (OFF)", "store/pragmas.py", "synchronous = FULL", "synchronous = OFF", POWER),
    Mutant(
        "transaction around append and summary",
        "store/tiny.py",
        "        with self._rows.transaction():\n            last = self._documents.last(job.stream)",
        "        if True:\n            last = self._documents.last(job.stream)",
        (*POWER, TINY),
    ),
    Mutant("draft goes with its event", "store/tiny.py", "if job.drop_drafts:", "if False:", POWER),
    Mutant("expected sequence", "store/tiny.py", APPENDED, "if job.previous not in (None, head):", (TINY,)),
    Mutant("previous hash", "store/tiny.py", APPENDED, "if seq < job.expected:", (TINY, RECORDER)),
    Mutant(
        "same lines again are one action",
        "store/tiny.py",
        "return self._again(job, seq)",
        "raise self._conflict(job, seq)",
        (TINY, RECORDER),
    ),
    Mutant(
        "other lines at that place are a conflict",
        "store/tiny.py",
        "if not lines or not same:",
        "if not lines:",
        (TINY, RECORDER),
    ),
    Mutant(
        "end of a log compared with its summary",
        "store/tiny.py",
        "            self._refuse_cut(job.stream, last)\n",
        "",
        (TINY,),
    ),
    Mutant("checksum of a row", "store/engine.py", "        if not row.sound:", "        if False:", (*DAMAGE, TINY)),
    Mutant(
        "hash chain when a log is read",
        "store/tiny.py",
        "if line.seq != seq or line.hash != head:",
        "if False:",
        (*DAMAGE, TINY),
    ),
    Mutant("hash chain in verify", "store/verifying.py", "next_hash(head, body) != hash", "False", DAMAGE),
    Mutant("a hole in verify", "store/verifying.py", "if row.id > seq + 1:", "if False:", (*DAMAGE, TINY)),
    Mutant("a symbolic link is refused", "store/place.py", "        refuse_links(folder)\n", "", (TINY,)),
    Mutant(
        "the header is read once in a process",
        "store/place.py",
        "_checked.add((status.st_dev, status.st_ino))",
        "pass",
        ("tests/store/test_two_connections.py",),
    ),
    Mutant(
        "fsync of the folders above a new one",
        "store/place.py",
        "        sync_folder(place.parent)",
        "        pass",
        POWER,
    ),
    Mutant(
        "fsync of a document",
        "store/vault.py",
        "                os.fsync(file.fileno())",
        "                pass",
        POWER,
    ),
    Mutant(
        "fsync of the folder of a document",
        "store/vault.py",
        "            sync_folder(folder)",
        "            pass",
        POWER,
    ),
    Mutant(
        "fsync above the folder of a document", "store/vault.py", "folders.add(target.parent.parent)", "pass", POWER
    ),
    Mutant(
        "fsync of the folder of the vault",
        "store/vault.py",
        "            sync_folder(self.folder)",
        "            pass",
        POWER,
    ),
    Mutant(
        "first the vault, then the log",
        "desk/intake.py",
        "        self.keep(incoming, progress)\n        return self.record(incoming)",
        "        defense = self.record(incoming)\n        self.keep(incoming, progress)\n        return defense",
        ("tests/test_receive.py", "tests/ui/test_receiving.py"),
    ),
    Mutant(
        "hash of a document when it is read",
        "store/vault.py",
        "if digest.hexdigest() != sha256:",
        "if False:",
        (*POWER, "tests/store/test_vault.py"),
    ),
    Mutant(
        "a failed write is tried again",
        "store/recorder.py",
        "        self._keep()\n        self._answer(Failed(",
        "        self._done(job)\n        self._keep()\n        self._answer(Failed(",
        (RECORDER, *FAULTS),
    ),
    Mutant(
        "what fails holds back what follows",
        "store/recorder.py",
        "        if self._all_stuck:\n            return None\n"
        "        return next((job for job in self._queue if lane(job) not in self._stuck), None)",
        "        return next((job for job in reversed(self._queue)), None)",
        (*FAULTS, RECORDER),
    ),
    Mutant(
        "a new connection after failures",
        "store/recorder.py",
        "self._failures_in_a_row % _REOPEN_AFTER == 0",
        "False",
        (RECORDER,),
    ),
    Mutant(
        "spool before the failure is told",
        "store/recorder.py",
        "        self._keep()\n        self._answer(Failed(",
        "        self._answer(Failed(",
        (*POWER, SPOOL),
    ),
    Mutant(
        "everything into the spool while it holds anything",
        "store/recorder.py",
        "if not (self._stuck or self._all_stuck or self._spool.holds):",
        "if not (self._stuck or self._all_stuck):",
        (SPOOL, *FAULTS),
    ),
    Mutant(
        "fsync of the spool", "store/spool.py", "                sync_file(self._handle)", "                pass", POWER
    ),
    Mutant(
        "fsync of the spool's folder",
        "store/spool.py",
        "            sync_folder(self.folder)",
        "            pass",
        POWER,
    ),
    Mutant(
        "the spool's folder is on the disk",
        "store/spool.py",
        "        make_folder(self.folder)",
        "        self.folder.mkdir(parents=True, exist_ok=True)",
        POWER,
    ),
    Mutant(
        "checksum of a spool line",
        "store/spool_files.py",
        "if found.sum == _checksum(bytes(found.body)):",
        "if True:",
        (SPOOL,),
    ),
    Mutant(
        "a spool goes only when it is in the store",
        "store/replay.py",
        "        if not stays:\n",
        "        if True:\n",
        (SPOOL,),
    ),
    Mutant(
        "what a replay is refused is kept aside",
        "store/replay.py",
        "            self._tails.keep(self._store, [job], again=True)\n",
        "",
        (SPOOL,),
    ),
    Mutant(
        "what has no defense here is kept in a file",
        "store/replay.py",
        "        if self._filed and not self._refused_before:\n",
        "        if False:\n",
        (SPOOL,),
    ),
    Mutant(
        "what is refused is kept aside before it is told",
        "store/recorder.py",
        "                self._in_reserve(lambda store: tails.keep(store, tail, again=spooled))\n",
        "",
        (ASIDE,),
    ),
    Mutant(
        "what was settled is not asked again",
        "store/keeping_aside.py",
        "                if draft is None or not settled:\n",
        "                if True:\n",
        (ASIDE,),
    ),
    Mutant(
        "no number is taken for one of the record by guess",
        "store/keeping_aside.py",
        "if job.previous in (None, there) else 1",
        "if True else 1",
        (ASIDE,),
    ),
    Mutant(
        "the reserve is given back",
        "store/reserve.py",
        "            self.file.unlink()",
        "            return False",
        ("tests/store/test_full_disk.py",),
    ),
    Mutant(
        "a full disk is read", "store/reading.py", "    return read_store(folder, reason)", "    raise reason", FULL
    ),
    Mutant(
        "the write-ahead log is used anew on a full disk",
        "store/recorder.py",
        "self._store is not None and self._store.reclaim()",
        "False",
        ("tests/store/test_full_disk.py",),
    ),
    Mutant(
        "a text is saved while it is typed",
        "widgets/writer.py",
        "        if self._soon is None:\n            self._soon",
        "        self._stop_soon()\n        if True:\n            self._soon",
        ("tests/ui/test_drafts.py",),
    ),
)


def copied(place: Path) -> None:
    """A copy of everything that an experiment or a test needs."""
    for name in COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, place / name, ignore=shutil.ignore_patterns("__pycache__", "__snapshots__"))
        else:
            shutil.copy(source, place / name)


def changed(place: Path, mutant: Mutant) -> bool:
    """Take the step away; False when its text is not there, so that a list that is out of date is told of."""
    file = place / "defense_console" / mutant.file
    text = file.read_text("utf-8")
    if mutant.old not in text:
        return False
    file.write_text(text.replace(mutant.old, mutant.new, 1), "utf-8")
    return True


def red(place: Path, proof: str) -> bool:
    """Whether an experiment or a test fails on a copy."""
    command = [sys.executable, "-m", f"torture.{proof}"]
    if proof.startswith("tests/"):
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", proof]
    environment = {
        **os.environ, "PYTHONPATH": str(place), "PYTHONDONTWRITEBYTECODE": "1", "TORTURE_QUICK": "1", "LONG": ""
    }  # fmt: skip
    try:
        done = subprocess.run(
            command, cwd=place, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
    except subprocess.TimeoutExpired:
        return True  # it hangs, where it ended before
    return done.returncode == 1


def tried(mutant: Mutant) -> str:
    """Which proof caught a mutant; "" when none did, "?" when there is no such step any more."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        copied(place)
        began = time.monotonic()
        proof = "?"
        if changed(place, mutant):
            proof = next((proof for proof in mutant.caught_by if red(place, proof)), "")
        print(f"{mutant.step}: {proof} {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        return proof


def sound(proofs: Sequence[str]) -> list[str]:
    """The proofs that fail without any mutant, which would prove nothing."""
    with tempfile.TemporaryDirectory() as name:
        copied(Path(name))
        return [proof for proof in proofs if red(Path(name), proof)]


def main() -> int:
    """Try every mutant; print the figures and the table."""
    began = time.monotonic()
    wanted = [mutant for mutant in MUTANTS if not sys.argv[1:] or any(word in mutant.step for word in sys.argv[1:])]
    losses = [f"{proof} fails without a mutant" for proof in sound(sorted({m.caught_by[0] for m in wanted}))]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        caught = list(pool.map(tried, wanted))
    for mutant, proof in zip(wanted, caught, strict=True):
        if proof == "?":
            losses.append(f"there is no such step any more: {mutant.step}")
        elif not proof:
            losses.append(f"nothing sees that this is gone: {mutant.step}")
    number = sum(proof not in ("", "?") for proof in caught)
    told = (f"{number} of {len(wanted)} caught", f"{time.monotonic() - began:.0f} s")
    code = show(Figures("mutants", told, tuple(losses)))
    table((mutant.step, proof or "NOT CAUGHT") for mutant, proof in zip(wanted, caught, strict=True))
    return code


if __name__ == "__main__":
    sys.exit(main())
