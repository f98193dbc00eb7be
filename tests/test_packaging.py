"""A wheel built from the sdist, installed in a new virtual environment, is the same console."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

import defense_console
from hatch_build import CustomBuildHook

ROOT = Path(__file__).parent.parent

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("packaging")]


def run(*line: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a command without what the checkout lends to Python."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV", "PYTHONHOME"}}
    environment |= {"PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(
        [str(part) for part in line], cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=300
    )


def build(target: str, source: Path, into: Path) -> Path:
    """Build an sdist or a wheel with the backend that is installed."""
    done = run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, cwd=source)
    assert done.returncode == 0, done.stderr
    (built,) = (path for path in into.iterdir() if path.is_file())
    return built


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("sdist", ROOT, tmp_path_factory.mktemp("sdist"))


@pytest.fixture(scope="module")
def unpacked(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("unpacked")
    shutil.unpack_archive(sdist, folder)
    (inside,) = folder.iterdir()
    return inside


@pytest.fixture(scope="module")
def wheel(unpacked: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("wheel", unpacked, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of a new environment with the wheel, which borrows the libraries it needs from ours."""
    folder = tmp_path_factory.mktemp("new")
    venv.create(folder, with_pip=False)
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    own = run(programs / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder)
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (Path(own.stdout.strip()) / "borrowed.pth").write_text("\n".join(borrowed), "utf-8")
    pip = (sys.executable, "-m", "pip", "--python", programs / "python")
    done = run(*pip, "install", "--quiet", "--no-index", "--no-deps", "--ignore-installed", wheel, cwd=folder)
    assert done.returncode == 0, done.stderr
    return programs


def imports(path: Path) -> Iterator[str]:
    """Names of the modules that a file imports, in any function too."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def files_of(folder: str) -> set[str]:
    """Files of a folder of the checkout that every distribution carries, as paths from the checkout."""
    found = (path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file())
    return {path.as_posix() for path in found if "__pycache__" not in path.parts and not path.name.startswith(".")}


def test_sdist_carries_data_tests_and_hook(unpacked: Path) -> None:
    missing = {name for name in files_of("data") | files_of("tests") if not (unpacked / name).is_file()}

    assert not {name for name in missing if name.endswith((".py", ".toml", ".md"))}
    assert (unpacked / "hatch_build.py").is_file()
    assert (unpacked / "LICENSE").is_file()
    assert (unpacked / "defense_console/words/locales/fr/LC_MESSAGES/defense_console.mo").is_file()


def test_wheel_carries_data_catalogues_and_style(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())

    assert {f"defense_console/{name}" for name in files_of("data")} <= inside
    assert {name for name in files_of("defense_console") if not name.endswith((".mo", ".pyc", ".part"))} <= inside
    assert "defense_console/words/locales/fr/LC_MESSAGES/defense_console.mo" in inside
    assert "defense_console/py.typed" in inside
    assert not [name for name in inside if name.startswith(("data/", "tests/")) or "__pycache__" in name]


def test_editable_install_has_no_copy_of_the_data() -> None:
    def files_added(version: str) -> dict[str, str]:
        data: dict[str, Any] = {"artifacts": [], "force_include": {}}
        anything: Any = None
        CustomBuildHook(str(ROOT), {}, anything, anything, "", "wheel").initialize(version, data)
        assert "/defense_console/words/locales/fr/LC_MESSAGES/defense_console.mo" in data["artifacts"]
        return dict(data["force_include"])

    assert files_added("editable") == {}
    assert list(files_added("standard").values()) == ["defense_console/data"]


def test_every_library_that_is_imported_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    declared = {*project["dependencies"], *extras["documents"], *extras["plots"], *extras["school"], *extras["web"]}
    names = {re.split(r"[^\w-]", each)[0].lower() for each in declared}
    imported = {name.partition(".")[0] for path in ROOT.glob("defense_console/**/*.py") for name in imports(path)}
    brought = packages_distributions()
    foreign = imported - set(sys.stdlib_module_names) - {"defense_console"}
    assert "textual" in foreign
    # Textual draws with rich.
    assert not {name for name in foreign - {"rich"} if not names & {each.lower() for each in brought.get(name, ())}}


def test_installed_wheel_is_the_same_console(installed: Path) -> None:
    done = run(installed / "defense-console", "--version", cwd=installed)
    assert done.returncode == 0, done.stderr
    assert defense_console.__version__ in done.stdout

    done = run(installed / "defense-console", "--lang", "fr", "curricula", "list", cwd=installed)
    assert done.returncode == 0, done.stderr
    assert all(code in done.stdout for code in ("IRP", "FE", "PN"))

    code = "import defense_console.resources as r, defense_console.app; print(r.data_folder())"
    done = run(installed / "python", "-c", code, cwd=installed)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed.parent)
