"""Mutants: each safety step of `torture/steps.py` is taken away once, and its proof must go red.

A mutant is one change of source text in a copy of the package, and names the experiment or the one test that must catch
it there. A mutant that nothing catches is a loss: a step without proof.

    python -m torture.mutants [WORD ...]

tries the steps whose name holds one of the words.
"""

from __future__ import annotations

import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Literal

from torture.figures import Figures, show, table
from torture.steps import MUTANTS, Mutant
from torture.strace import ROOT

COPIED: Final = (
    "defense_console", "torture", "tests", "data", "docs", "pyproject.toml", "hatch_build.py", "README.md"
)  # fmt: skip
PYTEST: Final = ("-q", "-p", "no:cacheprovider", "-p", "pytest_asyncio.plugin", "-o", "addopts=")
"""Without the plugins that are made for the whole suite: loading them takes three times as long as most proofs do."""
AT_A_TIME: Final = 3
TIMEOUT_S: Final = 240.0

Result = Literal["caught", "NOT CAUGHT", "no such step", "not tried here"]
"""The last one is for a proof that this machine skips, such as one that must mount a small disk."""


class Workplace:
    """A copy of everything that an experiment or a test needs, in which one mutant at a time is tried.

    Args:
        folder: Where the copy lies.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", "__snapshots__"))
            else:
                shutil.copy(source, folder / name)
        # Compiled once, and again where the text differs: a mutant may be as long and as old as what it replaces.
        compileall.compile_dir(folder, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)

    @contextmanager
    def without(self, mutant: Mutant) -> Iterator[bool]:
        """Take the step away meanwhile; False when its text does not stand there once, so the list is out of date."""
        file = self.folder / mutant.file
        text = file.read_text("utf-8")
        file.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        try:
            yield text.count(mutant.old) == 1
        finally:
            file.write_text(text, "utf-8")

    def run(self, *proofs: str) -> subprocess.CompletedProcess[str]:
        """Run one experiment, or one test, or all of several tests.

        Raises:
            subprocess.TimeoutExpired: It hangs.
        """
        command = [sys.executable, "-m", f"torture.{proofs[0]}"]
        if is_test(proofs[0]):
            command = [sys.executable, "-m", "pytest", *PYTEST, *proofs]
            command += ["-x"] if len(proofs) == 1 else []
        environment = {
            **os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1", "TORTURE_QUICK": "1",
            "LONG": "", "TEST_PATIENCE_S": "8", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }  # fmt: skip
        return subprocess.run(
            command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )

    def tried(self, mutant: Mutant) -> Result:
        """Return whether the proof of a mutant goes red."""
        with self.without(mutant) as is_there:
            if not is_there:
                return "no such step"
            try:
                done = self.run(mutant.proof)
            except subprocess.TimeoutExpired:
                return "caught"  # it hangs, where it ended before
        if done.returncode == 1:
            return "caught"
        return "not tried here" if was_skipped(mutant.proof, done.stdout) else "NOT CAUGHT"


def is_test(proof: str) -> bool:
    """Return whether a proof is a test; otherwise it is an experiment."""
    return proof.startswith("tests/")


def was_skipped(proof: str, printed: str) -> bool:
    """Return whether a proof that ended well has tried nothing."""
    last = printed.strip().rpartition("\n")[2]
    return " skipped" in last and " passed" not in last if is_test(proof) else "skipped:" in printed


def fail_anyway(place: Workplace, proofs: Sequence[str]) -> list[str]:
    """Return a sentence for each proof that fails without any mutant, which would prove nothing."""
    if not proofs:
        return []
    done = place.run(*proofs)
    if done.returncode in (0, 5):
        return []
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.M) or [*proofs[:1], done.stdout[-400:]]
    return [f"{proof} fails without a mutant" for proof in failed]


def main() -> int:
    """Try every mutant; print the figures and the table."""
    words = sys.argv[1:]
    wanted = [mutant for mutant in MUTANTS if not words or any(word in mutant.step for word in words)]
    proofs = sorted({mutant.proof for mutant in wanted})
    alone = [[proof] for proof in proofs if not is_test(proof)]
    with ExitStack() as stack, ThreadPoolExecutor(AT_A_TIME) as pool:
        free: SimpleQueue[Workplace] = SimpleQueue()
        for _ in range(AT_A_TIME):
            free.put(Workplace(Path(stack.enter_context(tempfile.TemporaryDirectory()))))

        def in_turn(what: Mutant | list[str]) -> Result | list[str]:
            place = free.get()
            try:
                if not isinstance(what, Mutant):
                    return fail_anyway(place, what)
                at = time.monotonic()
                result = place.tried(what)
                print(f"{what.step}: {result} {time.monotonic() - at:.0f} s", file=sys.stderr, flush=True)
                return result
            finally:
                free.put(place)

        ended = list(pool.map(in_turn, [[proof for proof in proofs if is_test(proof)], *alone, *wanted]))
    losses = [sentence for each in ended if isinstance(each, list) for sentence in each]
    results = {mutant.step: result for mutant, result in zip(wanted, ended[-len(wanted) :], strict=True)}
    losses += [f"{step}: {result}" for step, result in results.items() if result in ("NOT CAUGHT", "no such step")]
    counted = [result for result in results.values() if result != "not tried here"]
    figures = [f"{counted.count('caught')} of {len(counted)} caught"]
    if skipped := len(results) - len(counted):
        figures.append(f"{skipped} not tried here")
    code = show(Figures("mutants", tuple(figures), tuple(losses)))
    table(
        (mutant.step, mutant.proof if results[mutant.step] == "caught" else str(results[mutant.step]))
        for mutant in wanted
    )
    return code


if __name__ == "__main__":
    sys.exit(main())
