"""TinyDB's own test suite, from the source distribution of the installed version, over our classes.

The distribution is fetched once with pip and kept in a cache folder; without it and offline the test is skipped.
"""

from __future__ import annotations

import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
VERSION = importlib.metadata.version("tinydb")
CACHE = Path(os.environ.get("DEFENSE_CONSOLE_TEST_CACHE", Path(tempfile.gettempdir()) / "defense-console-tests"))
FETCH_TIMEOUT_S = 120

MATCH_CLASS_NAMES = {"test_repr", "test_table_repr"}
"""They compare `repr` with the names of TinyDB's classes; ours have names of their own."""

CONFTEST = '''
"""TinyDB's fixtures, and the classes that its tests use, replaced by rows in a file and rows in memory."""

import pytest
import tinydb
from tinydb.middlewares import CachingMiddleware
from tinydb.storages import JSONStorage, MemoryStorage

from defense_console.store.sqlite.engine import RowStorage
from defense_console.store.sqlite.rows import RowDatabase

made = []


class FileRows(RowStorage):
    def __init__(self, path, **_options_of_json):
        super().__init__(path)


class MemoryRows(RowStorage):
    def __init__(self):
        super().__init__(":memory:")


class Database(RowDatabase):
    default_storage_class = FileRows

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        made.append(type(self.storage))


def database(*args, storage=FileRows, **kwargs):
    """Ours on ours; a storage that a test has made itself belongs to TinyDB."""
    ours = isinstance(storage, type) and issubclass(storage, RowStorage)
    return (Database if ours else tinydb.TinyDB)(*args, storage=storage, **kwargs)


def pytest_collection_finish(session):
    for item in session.items:
        if item.module.__name__.rpartition(".")[2] == "test_tinydb":
            item.module.TinyDB = database
            item.module.MemoryStorage = MemoryRows
            item.module.JSONStorage = FileRows


def pytest_sessionfinish(session):
    print(f"\\nours: {made.count(FileRows)} files, {made.count(MemoryRows)} in memory")


@pytest.fixture(params=["memory", "json"])
def db(request, tmp_path):
    db_ = Database(tmp_path / "test.db") if request.param == "json" else Database(storage=MemoryRows)
    db_.drop_tables()
    db_.insert_multiple({"int": 1, "char": c} for c in "abc")
    yield db_


@pytest.fixture
def storage():
    return CachingMiddleware(MemoryStorage)()
'''


def fetch() -> Path:
    """The source distribution of the installed TinyDB, from the cache or fetched now."""
    wanted = CACHE / f"tinydb-{VERSION}.tar.gz"
    if not wanted.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        # In a folder of its own first, so that a download that was cut is never taken for the whole.
        with tempfile.TemporaryDirectory(dir=CACHE) as folder:
            command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            command += ["--no-binary", "tinydb", "--no-deps", "--dest", folder, f"tinydb=={VERSION}"]
            try:
                done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, check=False)
                reason = done.stderr.strip().rpartition("\n")[2]
            except subprocess.TimeoutExpired:
                reason = f"nothing within {FETCH_TIMEOUT_S} s"
            found = Path(folder) / wanted.name
            if not found.exists():
                notice = f"TinyDB's own tests were not run: its source distribution cannot be fetched ({reason})"
                warnings.warn(notice, stacklevel=1)
                pytest.skip(notice)
            found.replace(wanted)
    return wanted


@pytest.mark.slow
def test_tinydbs_own_tests_pass_over_rows(tmp_path: Path) -> None:
    shutil.unpack_archive(fetch(), tmp_path)
    suite = tmp_path / f"tinydb-{VERSION}" / "tests"
    (suite / "conftest.py").write_text(CONFTEST)
    # Away from its own `tinydb` folder, so that the installed one is tested.
    suite = suite.rename(tmp_path / "tests")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-s",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:randomly",
        "-rf",
        "tests",
    ]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
        check=False,
    )
    failed = set(re.findall(r"^FAILED tests/\w+\.py::(\w+)", done.stdout, re.MULTILINE))
    passed = re.search(r"(\d+) passed", done.stdout)
    ours = re.search(r"ours: (\d+) files, (\d+) in memory", done.stdout)
    assert passed is not None, done.stdout + done.stderr
    assert ours is not None, done.stdout + done.stderr
    assert failed <= MATCH_CLASS_NAMES, done.stdout
    assert int(passed[1]) >= 200, done.stdout
    assert min(int(ours[1]), int(ours[2])) >= 50, "our classes were not the ones tested"
