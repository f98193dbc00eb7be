"""Curricula from TOML files: the shipped ones, one's own, and what is wrong with them, all in one pass."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Final

from defense_console.exchange.curricula.form import read_curriculum
from defense_console.exchange.curricula.rules_form import Shared, read_common
from defense_console.exchange.curricula.strict_table import FileFault, Notes, Table
from defense_console.model.curriculum import Curriculum
from defense_console.model.errors import N_, ConsoleError, system_reason, toml_fault
from defense_console.resources import data_folder

COMMON: Final = "common.toml"
COMMENTS: Final = "comments.toml"
RULES: Final = "rules.toml"
_NO_CURRICULA: Final = (COMMON, COMMENTS, RULES)
_LARGEST_BYTES: Final = 4_000_000
"""A curriculum of ten projects takes 50 kB; a file a hundred times as large is a mistake, not a curriculum."""


class CurriculaError(ConsoleError):
    """Curricula that do not validate.

    Attributes:
        problems: All that was found, file by file.
    """

    def __init__(self, problems: tuple[FileFault, ...]) -> None:
        first = problems[0]
        where = f"{first.file}: {first.place}" if first.place else first.file
        super().__init__(
            N_("The curricula have {count} faults; the first one: {where}: {what}"),
            count=len(problems),
            where=where,
            what=first.text_id.format(**first.parameters),
        )
        self.problems = problems


def load_shipped() -> dict[str, Curriculum]:
    """Return the curricula that come with the console, by code."""
    return load(data_folder())


def load(path: Path) -> dict[str, Curriculum]:
    """Return the curricula of a file or folder, by code, in order of the file names.

    Raises:
        CurriculaError: anything `check` would report.
    """
    curricula, problems = _read(path)
    if problems:
        raise CurriculaError(problems)
    return curricula


def check(path: Path) -> tuple[FileFault, ...]:
    """Return every fault that one pass finds.

    Args:
        path: A curriculum, a common.toml, a folder of curricula, or a folder such as the shipped `data/`. The common
            file is the one next to the curricula or in the folder above; without one, the shipped one is used.

    Returns:
        Faults in the order of the files, then of their places; empty when all is well.
    """
    return _read(path)[1]


def _read(path: Path) -> tuple[dict[str, Curriculum], tuple[FileFault, ...]]:
    given = Notes(str(path))
    files, common_file = _files(path, given)
    common_notes = Notes(str(common_file) if common_file.parent != path else common_file.name)
    common = _read_common(common_file, common_notes)
    found = [*given.problems, *common_notes.problems]
    curricula: dict[str, Curriculum] = {}
    homes: dict[str, str] = {}
    for file in files:
        notes = Notes(file.name)
        table = parse_file(file, notes)
        if table is not None:
            curriculum = read_curriculum(table, common)
            _note_twins(table, curriculum, homes)
            curricula[curriculum.code] = curriculum
        found += notes.problems
    return curricula, tuple(found)


def _files(path: Path, given: Notes) -> tuple[list[Path], Path]:
    """Return the curricula of a path, in order, and the common file that goes with them."""
    folder = path.parent
    files: list[Path] = []
    try:
        if path.is_dir():
            folder = path / "curricula" if (path / "curricula").is_dir() else path
            found = (file for file in folder.glob("*.toml") if file.name not in _NO_CURRICULA)
            files = sorted(file for file in found if file.name[0] != ".")
            if not files:
                given.add("", N_("there is no curriculum (*.toml) in this folder"))
        elif path.is_file():
            files = [path] if path.name not in _NO_CURRICULA else []
        elif path.exists():
            given.add("", N_("is neither a file nor a folder"))
        else:
            given.add("", N_("there is no such file or folder"))
        for common_file in (folder / COMMON, folder.parent / COMMON):
            if common_file.is_file():
                return files, common_file
    except OSError as error:
        given.add("", N_("cannot be read: {reason}"), reason=system_reason(error))
    return files, data_folder() / COMMON


def _read_common(file: Path, notes: Notes) -> Shared:
    """Return the common part; the shipped one where the file is not TOML, so that the curricula are read too."""
    table = parse_file(file, notes)
    if table is not None:
        return read_common(table)
    shipped = data_folder() / COMMON
    if shipped == file or (table := parse_file(shipped, Notes(COMMON))) is None:
        raise CurriculaError(tuple(notes.problems))
    return read_common(table)


def _note_twins(table: Table, curriculum: Curriculum, homes: dict[str, str]) -> None:
    """Note what another file has taken: defenses are found by the id of their project."""
    ids = [(f"projects[{i}].id", project.id) for i, project in enumerate(curriculum.projects)]
    for place, value in [("code", curriculum.code), *ids]:
        home = homes.setdefault(f"{place.rpartition('.')[2]} {value}", table.notes.file)
        if value and home != table.notes.file:
            table.note(place, N_("{value} stands already in {file}"), value=value, file=home)


def parse_file(file: Path, notes: Notes) -> Table | None:
    """Return a TOML file as a table, or None with the reason noted: not there, too large, not UTF-8, not TOML."""
    content = read_bytes(file, notes)
    return parse_bytes(content, notes) if content is not None else None


def read_bytes(file: Path, notes: Notes) -> bytes | None:
    """Return what is in a file, or None with the reason noted: not there, too large, not to be read."""
    try:
        if not file.is_file():
            notes.add("", N_("is not a file"))
            return None
        if file.stat().st_size > _LARGEST_BYTES:
            notes.add("", N_("is larger than {most} MB, which no curriculum is"), most=_LARGEST_BYTES // 1_000_000)
            return None
        return file.read_bytes()
    except OSError as error:
        notes.add("", N_("cannot be read: {reason}"), reason=system_reason(error))
    return None


def parse_bytes(content: bytes, notes: Notes) -> Table | None:
    """Return the bytes of a TOML file as a table, or None with the reason noted: not UTF-8, not TOML."""
    try:
        text = content.decode("utf-8-sig")
        return Table(tomllib.loads(text), "", notes)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        notes.add("", N_("line {line} is not UTF-8: save the file in that encoding"), line=line)
    except tomllib.TOMLDecodeError as error:
        fault = toml_fault(error, text)
        notes.add("", fault.id, **fault.parameters)
    except (RecursionError, ValueError):  # brackets or digits by the thousand
        notes.add("", N_("is not TOML that can be read"))
    return None
