"""Every message of the package, found in its source: what the French catalogue must hold."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter

from jinja2 import Environment, nodes

PACKAGE = Path(__file__).parent.parent / "defense_console"
CATALOGUE = PACKAGE / "words" / "locales" / "fr" / "LC_MESSAGES" / "defense_console.po"

# Where the message stands among the arguments of a call. Errors are added by name, see `_error_names`.
MARKERS = {"_": 0, "N_": 0, "ngettext": 0, "require": 1, "needs": 1, "reads": 1}
PLURALS = ("ngettext",)


@dataclass
class Message:
    """An English sentence, its plural if it has one, and the files it stands in."""

    id: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)


def places(sentence: str) -> set[str]:
    """The names of a sentence's `{places}`; a key with the command it belongs to, without French forms as `:de`."""
    found = ((name, spec) for _, name, spec, _ in Formatter().parse(sentence) if name is not None)
    return {f"{name}:{spec}" if name == "key" and spec else name for name, spec in found}


def sources(package: Path = PACKAGE) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package, by its path from the project's folder."""
    for path in sorted(package.rglob("*.py")):
        yield path.relative_to(package.parent).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


@cache
def collect(package: Path = PACKAGE) -> tuple[dict[str, Message], list[str]]:
    """The messages by their English sentence, and the calls whose message no extraction could find."""
    modules = list(sources(package))
    markers = MARKERS | dict.fromkeys(_error_names(modules), 0)
    messages: dict[str, Message] = {}
    hidden: list[str] = []
    for file, module in modules:
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            name = _called(call)
            if name not in markers or len(call.args) <= markers[name]:
                continue
            given = call.args[markers[name] :][: 2 if name in PLURALS else 1]
            if any(isinstance(node, ast.JoinedStr | ast.BinOp) for node in given):
                hidden.append(f"{file}:{call.lineno}: {name}() of a sentence put together")
            texts = [text for node in given for text in _literals(node)]
            if name in PLURALS and len(texts) == 2:
                found = messages.setdefault(texts[0], Message(texts[0]))
                found.plural = texts[1]
                found.files.add(file)
            elif name not in PLURALS:
                for text in texts:
                    messages.setdefault(text, Message(text)).files.add(file)
    for file, name, texts in _in_templates(package):
        if len(texts) != (2 if name in PLURALS else 1):
            hidden.append(f"{file}: {name}() of a sentence put together")
            continue
        found = messages.setdefault(texts[0], Message(texts[0]))
        found.plural = texts[1] if name in PLURALS else found.plural
        found.files.add(file)
    messages.pop("", None)
    return messages, hidden


def _in_templates(package: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Every call of a template that says a sentence: its file, what is called, the texts given."""
    for path in sorted(package.rglob("templates/*.html")):
        tree = Environment().parse(path.read_text(encoding="utf-8"))
        for call in tree.find_all(nodes.Call):
            if isinstance(call.node, nodes.Name) and call.node.name in ("_", "ngettext"):
                given = call.args[: 2 if call.node.name in PLURALS else 1]
                texts = [node.value for node in given if isinstance(node, nodes.Const)]
                yield path.relative_to(package.parent).as_posix(), call.node.name, texts


def _called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _literals(node: ast.expr) -> Iterator[str]:
    """The sentences an argument may be: a literal, or either branch of a choice between literals."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)


def _error_names(modules: list[tuple[str, ast.Module]]) -> set[str]:
    """ConsoleError and every class made from it, however far down."""
    classes = {
        node.name: {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        for _, module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    }
    names = {"ConsoleError"}
    while more := {name for name, bases in classes.items() if bases & names} - names:
        names |= more
    return names
