"""What kills leave half-made: the one list of where it lies and what it is called, and how it goes.

This console makes everything half-made in work folders (`work_folder.py`), which say whether their writer lives. The
other names are those of earlier consoles.

| folder | names | from |
|---|---|---|
| the store's | `.new-*`, `.console-*` (that a console lives), `defenses.db.new-*`, `defenses.db.reserve-*`, `damaged-*/work` | a first opening, `restore`, `doctor --repair`, `forget`, the reserve |
| of its copies | `.new-*`, `.defenses-new-*`, `defenses.db.new-*` | `backup`, the daily copy, `forget` |
| of documents | `.new-*` | a reception, an import |
| of the spool | `.new-*`, `.*.spool.*`, `.*.aside.*`, `.*.damaged.*` | what is replayed, `forget` |
| of `backup -o` | as of copies, and `documents/.new-*` | `backup -o` |
| the system's, for temporary files | `defense-console-work-*` | reading a store that cannot be written |

Documents copied for the system's viewer have rules of their own: see `desk/uploads/viewer.py`.
"""  # noqa: E501 — a table

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from defense_console.store.base import Store
from defense_console.store.sqlite.opening.holding import NAME_FILES
from defense_console.store.sqlite.opening.place import BACKUPS, DAMAGED_FOLDER, FILE, UPLOADS_FOLDER
from defense_console.store.work_folder import FORSAKEN_S, WORK_PREFIX, is_left, remove_left

COPIED_TO: Final = "copied_to"
"""The store's own note of the folders that `backup -o` wrote to."""
TEMPORARY: Final = "defense-console-work-"
"""How work folders among the system's temporary files begin."""
_WORK: Final = WORK_PREFIX + "*"
_OF_STORE: Final = (_WORK, NAME_FILES + "*", f"{FILE}.new-*", f"{FILE}.reserve-*", f"{DAMAGED_FOLDER}*/work")
_OF_COPIES: Final = (_WORK, ".defenses-new-*", f"{FILE}.new-*")
_OF_DOCUMENTS: Final = (_WORK,)
_OF_SPOOL: Final = (_WORK, ".*.spool.*", ".*.aside.*", ".*.damaged.*")


class HalfMade:
    """What kills left of one store.

    Args:
        copies: Folders of its copies; the one in the store's folder is always looked at.
        spool: The folder of the spool; None leaves it out.
        elsewhere: Folders that `backup -o` wrote to.
    """

    def __init__(
        self, store: Path, copies: Iterable[Path] = (), spool: Path | None = None, elsewhere: Iterable[Path] = ()
    ) -> None:
        self._places: list[tuple[Path, Sequence[str]]] = [
            (store, _OF_STORE),
            (store / UPLOADS_FOLDER, _OF_DOCUMENTS),
            *((folder, _OF_COPIES) for folder in dict.fromkeys((store / BACKUPS, *copies))),
            (Path(tempfile.gettempdir()), (TEMPORARY + "*",)),
        ]
        if spool is not None:
            self._places.append((spool, _OF_SPOOL))
        for folder in elsewhere:
            self._places += [(folder, _OF_COPIES), (folder / UPLOADS_FOLDER, _OF_DOCUMENTS)]

    def left(self) -> tuple[Path, ...]:
        """Return everything that has no living writer, sorted; of earlier consoles also what may have one."""
        found = (path for path in self._found() if not path.name.startswith(NAME_FILES))  # nothing is in these
        return tuple(sorted(path for path in found if not _is_work(path) or is_left(path)))

    def sweep(self, *, alone: bool = False) -> None:
        """Remove what has no living writer. What cannot be removed stays.

        Args:
            alone: Nobody else uses the store, so that nothing of an earlier console has a writer either.
        """
        for path in self._found():
            if _is_work(path):
                remove_left(path)
            elif alone or not path.name.startswith(".") or _is_old(path):
                _remove(path)  # what begins with a stop may be written while others have the store open

    def _found(self) -> Iterator[Path]:
        for folder, patterns in self._places:
            if folder.is_symlink():
                continue
            for pattern in patterns:
                with suppress(OSError):
                    yield from sorted(folder.glob(pattern))


def _is_work(path: Path) -> bool:
    return path.name.startswith((WORK_PREFIX, NAME_FILES, TEMPORARY))


def _is_old(path: Path) -> bool:
    with suppress(OSError):
        return time.time() - path.lstat().st_mtime >= FORSAKEN_S
    return False


def _remove(path: Path) -> None:
    with suppress(OSError):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink()


def copied_to(store: Store) -> list[Path]:
    """Return the folders that `backup -o` wrote to, the first first."""
    return [Path(folder) for folder in json.loads(store.meta(COPIED_TO) or "[]")]


def note_copied_to(store: Store, folder: Path) -> None:
    """Note such a folder.

    Raises:
        StoreError: It cannot be written.
    """
    known = [str(each) for each in copied_to(store)]
    whole = os.path.realpath(folder)
    if whole not in known:
        store.set_meta(COPIED_TO, json.dumps([*known, whole]))
