"""What the code promises about itself: sizes, who may import what, names that Textual keeps for itself, colours."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import pkgutil
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from types import SimpleNamespace

import pytest

import defense_console

PACKAGE = Path(defense_console.__file__).parent
SOURCES = sorted(PACKAGE.rglob("*.py"))
LIGHT = (
    "model",
    "words",
    "clocks",
    "settings",
    "resources",
    "store",
    "exchange",
    "reports",
    "uploads",
    "desk",
    "keys",
)
"""The layers up to `keys`, which a command without a screen loads."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def name(path: Path) -> str:
    return path.relative_to(PACKAGE.parent).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Dotted names of all that a module imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def imported_names(path: Path) -> Iterator[str]:
    """Dotted names of what a module imports from others by name; some of them are modules."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# --- sizes and names --------------------------------------------------------------------------------------------------


def test_few_modules_are_longer_than_500_lines() -> None:
    """A module is as long as its subject; what is much longer than the others has two."""
    long = {name(path): n for path in SOURCES if (n := len(path.read_text("utf-8").splitlines())) > 500}
    assert set(long) <= {
        "defense_console/model/defense/state.py",
        "defense_console/screens/base.py",
        "defense_console/screens/live/screen.py",
        "defense_console/store/postgres/store.py",
        "defense_console/store/sqlite/engine.py",
    }
    assert all(n < 600 for n in long.values())


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{name(path)}:{node.lineno} {node.name}": n
        for path in SOURCES
        for node in ast.walk(tree(path))
        if isinstance(node, Function) and (n := (node.end_lineno or 0) - node.lineno + 1) > 60
    }
    assert not long


def test_modules_are_named_for_what_they_hold() -> None:
    empty = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc"}
    assert not [name(path) for path in SOURCES if {*path.stem.split("_"), path.parent.name} & empty]


# --- who may know what ------------------------------------------------------------------------------------------------


def test_model_does_no_io_and_reads_no_clock() -> None:
    outside = {
        "os",
        "io",
        "pathlib",
        "time",
        "random",
        "socket",
        "sqlite3",
        "subprocess",
        "threading",
        "shutil",
        "tempfile",
    }
    allowed = (set(sys.stdlib_module_names) - outside) | {"msgspec", "dateutil"}
    wrong = [
        f"{name(path)}: {module}"
        for path in SOURCES
        if path.is_relative_to(PACKAGE / "model")
        for module in imported(path)
        if module.partition(".")[0] not in allowed and not module.startswith("defense_console.model")
    ]
    wrong += [
        f"{name(path)}:{node.lineno} .{node.attr}"
        for path in SOURCES
        if path.is_relative_to(PACKAGE / "model")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute)
        and node.attr in {"now", "utcnow", "today", "uuid4", "uuid1"}
        # `now` may be the name of an argument or a field; only the clocks of the standard library are meant.
        and isinstance(node.value, ast.Name)
        and node.value.id in {"datetime", "date", "uuid"}
    ]
    assert not wrong


def test_no_modules_import_each_other_in_a_circle() -> None:
    modules = {name(path).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path for path in SOURCES}
    needs = {
        dotted: {*imported(path), *imported_names(path)} & modules.keys() - {dotted} for dotted, path in modules.items()
    }
    tuple(TopologicalSorter(needs).static_order())  # raises with the circle, also of imports inside functions


def test_only_the_store_knows_its_engine() -> None:
    wrong = [
        f"{name(path)}: {module}"
        for path in SOURCES
        if not path.is_relative_to(PACKAGE / "store")
        for module in imported(path)
        if module.partition(".")[0] in {"tinydb", "sqlite3", "psycopg", "psycopg_pool", "alembic", "sqlalchemy"}
    ]
    assert not wrong


def light_modules() -> list[str]:
    """Dotted names of all modules up to the keymap that are there."""
    found = []
    for path in SOURCES:
        dotted = name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        if dotted.split(".")[1:2] and dotted.split(".")[1] in LIGHT:
            found.append(dotted)
    return found


def loads_a_screen(code: str) -> list[str]:
    """Modules of Textual and rich that a fresh interpreter has loaded after running `code`."""
    return loaded_of(code, "textual", "rich")


def loaded_of(code: str, *packages: str) -> list[str]:
    """Which of these packages and modules a fresh interpreter has loaded after running `code`."""
    wanted = set(packages)
    ending = (
        "\nimport sys\nfound = {*sys.modules, *(m.partition('.')[0] for m in sys.modules)}"
        f"\nprint('loaded:', *sorted(found & {wanted!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code + ending],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        encoding="utf-8",
        env={name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.rpartition("loaded:")[2].split()


def test_nothing_up_to_the_keymap_loads_a_screen() -> None:
    modules = light_modules()
    assert "defense_console.model.curriculum" in modules
    assert loads_a_screen("".join(f"import {module}\n" for module in modules)) == []


def test_the_check_sees_a_screen() -> None:
    assert loads_a_screen("import textual.content") == ["rich", "textual"]


OURS = tuple(name(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".") for path in SOURCES)
HEAVY = ("icalendar", "docx", "jinja2", "typst", "pypdf", "pptx", "openpyxl", "markdown_it")


@pytest.mark.skipif(sys.platform != "linux", reason="another system's clock needs more")
def test_the_queue_loads_nothing_that_another_screen_or_system_needs() -> None:
    opened = ("terminal.quick", "terminal.opening", "terminal.first_frame", "store.sqlite.opening.reading", "app")
    shown = "".join(f"import defense_console.{each}\n" for each in (*opened, "screens.queue.screen"))
    assert loaded_of(shown, *HEAVY, "click", "ctypes", "dateutil", "textual", "tomlkit") == ["textual"]
    loaded = loaded_of(shown, *OURS)
    assert len(loaded) <= 199, loaded


@pytest.mark.parametrize(
    ("arguments", "most"),
    [(["--version"], 2), (["--lang", "en", "keys"], 35), (["--store", "STORE", "--lang", "en", "list"], 118)],
)
def test_a_command_loads_no_more_modules_of_ours_than_it_needs(arguments: list[str], most: int, tmp_path: Path) -> None:
    given = [str(tmp_path) if each == "STORE" else each for each in arguments]
    code = f"import sys\nsys.argv[1:] = {given!r}\ntry:\n    from defense_console.__main__ import main\n    main()\n"
    code += "except SystemExit:\n    pass"
    loaded_of(code)  # the first run ever keeps the curricula that it has checked
    loaded = loaded_of(code, *OURS, "click")
    assert "click" not in loaded
    assert len(loaded) <= most, loaded


def test_the_collector_works_again_in_a_command_that_may_be_long() -> None:
    code = "import gc, sys\nsys.argv[1:] = ['curricula', 'list']\nfrom defense_console.__main__ import main\n"
    ended = "try:\n    main()\nexcept SystemExit:\n    assert gc.isenabled()"
    assert loaded_of(code + ended, "click", "textual", "rich") == ["click"]


# --- Textual's own names ----------------------------------------------------------------------------------------------


def private(names: Iterable[str]) -> set[str]:
    return {n for n in names if n.startswith("_") and not n.endswith("__")}


def names_set_by(body: ast.ClassDef | ast.Module) -> set[str]:
    """Names a class defines in its body or sets on `self`."""
    found: set[str] = set()
    for node in body.body:
        if isinstance(node, Function):
            found.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id for target in targets if isinstance(target, ast.Name)}
    for part in ast.walk(body):
        if isinstance(part, ast.Attribute) and isinstance(part.ctx, ast.Store) and isinstance(part.value, ast.Name):
            found |= {part.attr} if part.value.id == "self" else set()
    return found


@cache
def textual_names(base: type) -> frozenset[str]:
    """Private names of one of Textual's classes: what stands in it and what its methods set."""
    body = ast.parse(textwrap.dedent(inspect.getsource(base)))
    return frozenset(private({*vars(base), *names_set_by(body)}))


def from_textual(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.partition(".")[0] == "textual"]


def clashes(cls: type, body: ast.ClassDef) -> set[str]:
    """Private names of our class that Textual uses in one of its bases."""
    return private(names_set_by(body)) & {n for base in from_textual(cls) for n in textual_names(base)}


def classes_in(body: list[ast.stmt], owner: object) -> Iterator[tuple[type, ast.ClassDef]]:
    """The classes a module or a class defines, nested ones too, with their sources."""
    for node in body:
        cls = vars(owner).get(node.name) if isinstance(node, ast.ClassDef) else None
        if isinstance(node, ast.ClassDef) and isinstance(cls, type):
            yield cls, node
            yield from classes_in(node.body, cls)


@cache
def our_textual_classes() -> list[tuple[type, ast.ClassDef]]:
    found = []
    for info in pkgutil.walk_packages([str(PACKAGE)], "defense_console."):
        if not info.name.endswith("__main__"):
            module = importlib.import_module(info.name)
            found += [
                pair for pair in classes_in(tree(Path(inspect.getfile(module))).body, module) if from_textual(pair[0])
            ]
    return found


def test_no_name_of_ours_is_one_of_textuals_private_ones() -> None:
    classes = our_textual_classes()
    assert classes
    assert not {f"{cls.__module__}.{cls.__qualname__}": found for cls, body in classes if (found := clashes(cls, body))}


def test_no_message_has_a_field_that_textual_fills() -> None:
    from textual.message import Message

    assert not [cls for cls, body in our_textual_classes() if issubclass(cls, Message) and "time" in names_set_by(body)]


def test_a_clash_is_seen() -> None:
    from textual.widget import Widget

    class Trap(Widget):
        def __init__(self) -> None:
            super().__init__()
            self._running = 3  # type: ignore[assignment]
            self._own_name = 4

        def _render(self) -> str:  # type: ignore[override]
            return ""

    ((cls, body),) = classes_in(ast.parse(textwrap.dedent(inspect.getsource(Trap))).body, SimpleNamespace(Trap=Trap))
    assert cls is Trap
    assert clashes(Trap, body) == {"_running", "_render"}


def test_no_private_module_of_textual_is_imported() -> None:
    wrong = [
        f"{name(path)}: {module}"
        for path in SOURCES
        for module in imported(path)
        if module.partition(".")[0] in {"textual", "rich"} and any(part.startswith("_") for part in module.split("."))
    ]
    assert not wrong


# --- tests use public names ------------------------------------------------------------------------------------------

TESTS = sorted(Path(__file__).parent.rglob("*.py"))
OFFERED = {"_replace", "_exit"}
"""Names with an underscore that Python itself documents: of named tuples, and of `os`."""
PRIVATE = re.compile(r"_[a-z]\w*")
PRIVATE_IN_TEXT = re.compile(r"(?<=\w[.:])_[a-z]\w*")


def private_names_used(tree: ast.Module) -> Iterator[str]:
    """Private names of others: read, imported, patched, or written in a text that is a program or a path of names."""
    own = {"self", "cls"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and PRIVATE.fullmatch(node.attr):
            if not (isinstance(node.value, ast.Name) and node.value.id in own):
                yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names if PRIVATE.fullmatch(alias.name))
        elif isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in {"setattr", "object"}:
            texts = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            yield from (text for text in texts if PRIVATE.fullmatch(text))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from PRIVATE_IN_TEXT.findall(node.value)


def test_tests_use_public_names() -> None:
    used = {
        path.name: names
        for path in TESTS
        if path != Path(__file__) and (names := set(private_names_used(tree(path))) - OFFERED)
    }
    assert not used


def test_a_private_name_is_seen() -> None:
    code = """
        from a import _b
        c._d = self._own
        patch.object(e, "_f")
        setattr(g, "_h", 1)
        run("i.j:K._l")
        """
    assert set(private_names_used(ast.parse(textwrap.dedent(code)))) == {"_b", "_d", "_f", "_h", "_l"}


# --- style sheets -----------------------------------------------------------------------------------------------------

COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\b(?:rgb|hsl)a?\(", re.IGNORECASE)


def style_sheets() -> Iterator[tuple[str, str]]:
    """Every style sheet with its place: files, and the ones that stand in classes."""
    for path in sorted(PACKAGE.rglob("*.tcss")):
        yield name(path), path.read_text("utf-8")
    for path in SOURCES:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(node.value, ast.Constant):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if (
                isinstance(target, ast.Name)
                and target.id in {"CSS", "DEFAULT_CSS"}
                and isinstance(node.value.value, str)
            ):
                yield f"{name(path)}:{node.lineno}", node.value.value


def faults_of(sheet: str) -> list[str]:
    """Colours written out, and rules nested deeper than three."""
    sheet = re.sub(r"/\*.*?\*/", "", sheet, flags=re.DOTALL)
    # What follows a colon up to the semicolon is a value; a `#` before a brace is an id.
    values = re.findall(r":([^;{}]*)[;}]", sheet)
    depth = deepest = 0
    for character in sheet:
        depth += (character == "{") - (character == "}")
        deepest = max(deepest, depth)
    return [value.strip() for value in values if COLOUR.search(value)] + (
        ["nested deeper than 3"] if deepest > 3 else []
    )


def test_style_sheets_use_the_themes_colours() -> None:
    assert not {place: found for place, sheet in style_sheets() if (found := faults_of(sheet))}


def test_a_colour_written_out_is_seen() -> None:
    assert faults_of("#face { color: $text; &:hover { color: #Fa0; } }") == ["#Fa0"]
    assert faults_of("A { B { C { D { width: 1; } } } }") == ["nested deeper than 3"]
    assert faults_of("A:focus { /* #fff; */ background: $panel 10%; }") == []
