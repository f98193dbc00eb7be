"""What a mutant is, and the names of the proofs that the lists of mutants give."""

from __future__ import annotations

from typing import Final

import msgspec

POWER: Final = "power_cut"
FAULTS: Final = "faults"
FULL: Final = "full_disk"
DAMAGE: Final = "damage"

BACKUPS: Final = "tests/store/test_backups.py::test_"
NO_SPACE: Final = "tests/store/test_full_disk.py::test_"
DISK: Final = "tests/store/test_on_the_disk.py::test_"
DOCTOR: Final = "tests/test_doctor.py::test_"
FORGET: Final = "tests/test_forget.py::test_"
KEPT_ASIDE: Final = "tests/desk/test_kept_aside.py::test_"
LEASES: Final = "tests/desk/test_leases.py::test_"
OPENING: Final = "tests/test_opening.py::test_"
PRIVACY: Final = "tests/test_privacy.py::test_"
RECORDER: Final = "tests/store/test_recorder.py::test_"
REPAIR: Final = "tests/store/test_repairing.py::test_"
ROWS: Final = "tests/store/test_rows.py::test_"
SCHEMA: Final = "tests/store/test_schema.py::test_"
SPOOL: Final = "tests/store/test_spool.py::test_"
TINY: Final = "tests/store/test_tiny.py::test_"
VAULT: Final = "tests/store/test_vault.py::test_"


class Mutant(msgspec.Struct, frozen=True):
    """One step taken away.

    Attributes:
        step: what is taken away.
        file: below `defense_console`.
        old, new: source text, and what stands in its place; only its first occurrence is changed.
        proof: what must go red: an experiment (`power_cut`) or one test (`tests/…::test_…`).
    """

    step: str
    file: str
    old: str
    new: str
    proof: str
