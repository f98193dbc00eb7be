"""Every statement is read by PostgreSQL's own parser and compared with a list of what is not written here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pglast
import pytest
from pglast import ast as nodes
from pglast.enums import ConstrType, LockWaitPolicy
from pglast.visitors import Visitor

import defense_console
from defense_console.store.postgres import statements
from defense_console.store.postgres.migrations.upgrading import HEAD, KNOWN
from defense_console.store.postgres.migrations.versions import (
    claims,
    expiring_claims,
    first_tables,
    rights,
    team,
    uploads,
)

PLACE = re.compile(r"%\((\w+)\)s|%s")
FUNCTIONS = re.compile(r"(nextval|setval|currval|lastval|pg_.*advisory.*|pg_notify|div|dblink.*)")
TYPES = {"serial", "bigserial", "smallserial", "json", "jsonb", "money"}
WRITTEN = {
    name: text for name, text in vars(statements).items() if name[0] != "_" and name.isupper() and isinstance(text, str)
}
GROUPS = {name: group for name, group in vars(statements).items() if name.isupper() and not isinstance(group, str)}
SEVERAL = {
    f"{name} {n}": text
    for name, group in GROUPS.items()
    for n, text in enumerate(group if isinstance(group, tuple) else [one for each in group.values() for one in each])
}
STEPS: tuple[Any, ...] = (first_tables, claims, expiring_claims, rights, uploads, team)
MADE = {f"{step.revision} {n}": text for step in STEPS for n, text in enumerate(step.TABLES)}
RIGHTS = (*rights.RIGHTS, *uploads.RIGHTS, *team.RIGHTS)
CHANGES = (*expiring_claims.CHANGES, *rights.COLUMNS, *rights.AFTERWARDS, *team.CHANGES, *RIGHTS)
CHANGED = {f"changed {n}": text for n, text in enumerate(CHANGES)}
MOVED = {name: getattr(rights, name) for name in ("GRANTED", "LINES", "LOGS", "ACTION", "BESIDE", "HIDE", "HIDDEN")}
NAMED = {"named lines": uploads.LINES, "names": uploads.NAME}
EVERY = WRITTEN | SEVERAL | MADE | CHANGED | MOVED | NAMED


def parsed(statement: str) -> Any:
    numbers: dict[str, int] = {}

    def number(place: re.Match[str]) -> str:
        return f"${numbers.setdefault(place[1] or f' {place.start()}', len(numbers) + 1)}"

    return pglast.parse_sql(PLACE.sub(number, statement))


class Denied(Visitor):
    """Collects what a statement has that none of ours may have."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit(self, _ancestors: Any, node: Any) -> None:
        match node:
            case nodes.CreateSeqStmt() | nodes.AlterSeqStmt():
                self.found.append("sequence")
            case nodes.CreateTrigStmt() | nodes.CreateEventTrigStmt() | nodes.CreateFunctionStmt() | nodes.DoStmt():
                self.found.append("trigger")
            case nodes.RuleStmt() | nodes.ListenStmt() | nodes.NotifyStmt() | nodes.LockStmt():
                self.found.append(type(node).__name__)
            case nodes.Constraint(contype=ConstrType.CONSTR_IDENTITY):
                self.found.append("sequence")
            case nodes.LockingClause(waitPolicy=policy) if policy != LockWaitPolicy.LockWaitBlock:
                self.found.append("lock that is skipped")
            case nodes.FuncCall(funcname=(*_, last)) if FUNCTIONS.fullmatch(last.sval):
                self.found.append(last.sval)
            case nodes.TypeName(names=(*_, last)) if last.sval in TYPES:
                self.found.append(last.sval)
            case nodes.A_Expr(name=(operator,)) if operator.sval in ("/", "%"):
                self.found.append("division")


def denied(statement: str) -> list[str]:
    visitor = Denied()
    visitor(parsed(statement))
    return visitor.found


@pytest.mark.parametrize("name", EVERY)
def test_no_statement_needs_what_only_one_engine_has(name: str) -> None:
    assert denied(EVERY[name]) == []


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE SEQUENCE s",
        "CREATE TABLE t (n bigserial)",
        "CREATE TABLE t (n bigint GENERATED ALWAYS AS IDENTITY)",
        "CREATE TABLE t (body jsonb)",
        "CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION f()",
        "INSERT INTO t VALUES (nextval('s'))",
        "SELECT pg_advisory_xact_lock(%s)",
        "SELECT pg_catalog.pg_try_advisory_lock(1)",
        "SELECT 1 FROM t WHERE n = %s FOR UPDATE SKIP LOCKED",
        "SELECT 1 FROM t FOR UPDATE NOWAIT",
        "SELECT count(*) / 2 FROM t",
        "SELECT %s FROM t WHERE n % 2 = 1",
        "LISTEN changes",
        "LOCK TABLE t",
    ],
)
def test_what_is_denied_is_seen(statement: str) -> None:
    assert denied(statement)


def keys(statement: str) -> Iterator[list[str]]:
    """The columns of each key and index that a statement makes."""
    made: Any = parsed(statement)[0].stmt
    if hasattr(made, "indexParams"):
        yield [each.name for each in made.indexParams]
        return
    for part in made.tableElts:
        if getattr(part, "contype", None) == ConstrType.CONSTR_PRIMARY:
            yield [each.sval for each in part.keys]
        elif {ConstrType.CONSTR_PRIMARY, ConstrType.CONSTR_UNIQUE}.intersection(
            each.contype for each in getattr(part, "constraints", None) or ()
        ):
            yield [part.colname]


@pytest.mark.parametrize("name", MADE)
def test_the_school_is_first_in_every_key(name: str) -> None:
    found = list(keys(MADE[name]))
    assert found
    assert all(key[0] == "school" for key in found)


class Tables(Visitor):
    """Collects the tables that a statement names, and whether it compares a school."""

    def __init__(self) -> None:
        super().__init__()
        self.named = False
        self.school = False

    def visit(self, _ancestors: Any, node: Any) -> None:
        match node:
            case nodes.RangeVar():
                self.named = True
            case nodes.ColumnRef(fields=(*_, nodes.String(sval="school"))):
                self.school = True
            case nodes.ResTarget(name="school"):
                self.school = True


OF_THE_SERVER = {"SCHEMA", "ROLE", "NO_RIGHTS"}


@pytest.mark.parametrize(
    "name", [*sorted(WRITTEN.keys() - OF_THE_SERVER), *(f"FORGET {n}" for n in range(len(statements.FORGET)))]
)
def test_no_statement_reads_or_writes_another_school(name: str) -> None:
    visitor = Tables()
    visitor(parsed(EVERY[name]))
    assert visitor.school == visitor.named


def test_every_table_has_rights_and_they_hold_for_its_owner() -> None:
    """A table that somebody adds later and gives no rights would be everybody's."""
    tables = {
        made.stmt.relation.relname for name in MADE for made in parsed(MADE[name]) if hasattr(made.stmt, "tableElts")
    }
    assert tables == {*rights.PROTECTED, *uploads.PROTECTED, *team.PROTECTED}
    for table in tables:
        for what in ("ENABLE", "FORCE"):
            assert f"ALTER TABLE {table} {what} ROW LEVEL SECURITY" in RIGHTS


def test_rights_go_by_the_account_and_by_no_setting() -> None:
    policies = [statement for statement in RIGHTS if "POLICY" in statement]
    assert len(policies) > 50
    assert not [statement for statement in policies if "current_setting" in statement or "session_user" in statement]


def test_no_statement_stands_anywhere_else() -> None:
    """Every other text in the engine is a sentence, a name or a docstring."""
    statement = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|WITH|SET|BEGIN|COMMIT|LOCK|TRUNCATE)\b")
    engine = Path(defense_console.__file__).parent / "store" / "postgres"
    others = [path for path in engine.rglob("*.py") if path.name != "statements.py" and path.parent.name != "versions"]
    assert others
    wrong = [
        f"{path.name}:{node.lineno}"
        for path in others
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and statement.match(node.value)
        if node.value not in ("COMMIT",)  # what the server says
    ]
    assert not wrong


def test_the_console_knows_every_step() -> None:
    steps = sorted(path.stem for path in Path(first_tables.__file__).parent.glob("*.py") if path.stem != "__init__")
    assert steps == sorted(step.__name__.rpartition(".")[2] for step in STEPS)
    assert list(KNOWN) == [step.revision for step in STEPS]
    assert KNOWN[-1] == HEAD
