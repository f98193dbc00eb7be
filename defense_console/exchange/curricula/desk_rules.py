"""The numbers of the mentor's desk from rules.toml, and what is wrong in it, each fault with its line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, cast

import msgspec

from defense_console.exchange.curricula.reading import RULES, parse_bytes, read_bytes
from defense_console.exchange.curricula.strict_table import FileFault, Notes, Once, Table
from defense_console.model.errors import N_, ConsoleError
from defense_console.model.student.alerts import MEASURES, AlertRule, AlertRules, Measure
from defense_console.model.student.forecast import ForecastRules
from defense_console.model.student.readiness import ReadinessRules
from defense_console.resources import data_folder
from defense_console.settings import change_file, edit_toml

_LATE: Final = "checkins_with_a_late_end"
_MOST: Final = 9_999


class DeskRules(msgspec.Struct, frozen=True):
    """All numbers of the mentor's desk."""

    forecast: ForecastRules
    readiness: ReadinessRules
    alerts: AlertRules


def load_desk_rules(file: Path | None = None) -> DeskRules:
    """Return the rules of a file, the shipped one by default.

    Raises:
        ConsoleError: The first fault with its line, and how many there are.
    """
    path = file or data_folder() / RULES
    return _sound(path.name, *read_desk_rules(path))


def _sound(name: str, rules: DeskRules | None, faults: tuple[FileFault, ...]) -> DeskRules:
    if rules is None:
        first = faults[0]
        raise ConsoleError(
            N_("{file} has {count} faults; the first one: {what}"),
            file=name,
            count=len(faults),
            what=ConsoleError(first.text_id, **first.parameters),
        )
    return rules


def write_threshold(file: Path, rule: AlertRule, at_least: int) -> None:
    """Change from which value on a rule speaks, in the mentor's own file; comments and order stay as they are.

    Without a file, the shipped one with the change is written.

    Args:
        file: The mentor's own rules.toml.
        rule: As the mentor saw it when they agreed.
        at_least: The new value.

    Raises:
        ConsoleError: The file has a fault, says something else of this rule by now, or cannot be written.
    """
    change_file(file, lambda data: _with_threshold(file, data, rule, at_least))


def _with_threshold(file: Path, data: bytes, rule: AlertRule, at_least: int) -> bytes:
    """Return the bytes of a rules.toml in which a rule has another threshold."""
    import tomlkit

    data = data or (data_folder() / RULES).read_bytes()
    before = _sound(file.name, *_read(data, Notes(file.name)))
    if rule not in before.alerts.rules:
        text = N_("{file} was changed meanwhile and is left as it is: look at the rule again.")
        raise ConsoleError(text, file=str(file))
    place = before.alerts.rules.index(rule)
    rules = (*before.alerts.rules[:place], msgspec.structs.replace(rule, at_least=at_least))
    rules += before.alerts.rules[place + 1 :]
    wanted = msgspec.structs.replace(before, alerts=msgspec.structs.replace(before.alerts, rules=rules))

    def edited(text: str) -> str:
        document: Any = tomlkit.parse(text)
        document["alerts"]["rules"][place]["at_least"] = at_least
        return tomlkit.dumps(document)

    return edit_toml(file, data, edited, lambda written: _read(written, Notes(file.name))[0] == wanted)


def check_desk_rules(path: Path) -> tuple[FileFault, ...]:
    """Return every fault of a rules.toml, or of the one in a folder; none when there is none."""
    file = path / RULES if path.is_dir() else path
    return read_desk_rules(file)[1] if file.name == RULES and file.is_file() else ()


def read_desk_rules(file: Path) -> tuple[DeskRules | None, tuple[FileFault, ...]]:
    """Return the rules of a file, None with faults, and every fault that one pass finds."""
    notes = Notes(file.name)
    content = read_bytes(file, notes)
    return _read(content, notes) if content is not None else (None, tuple(notes.problems))


def _read(content: bytes, notes: Notes) -> tuple[DeskRules | None, tuple[FileFault, ...]]:
    table = parse_bytes(content, notes)
    if table is None:
        return None, tuple(notes.problems)
    table.text("status")
    forecast = table.one("forecast", _read_forecast, required=True)
    readiness = table.one("readiness", _read_readiness, required=True)
    alerts = table.one("alerts", _read_alerts, required=True)
    table.done()
    if notes.problems or forecast is None or readiness is None or alerts is None:
        lines = content.decode("utf-8-sig").splitlines()
        return None, tuple(_with_line(fault, lines) for fault in notes.problems)
    return DeskRules(forecast, readiness, alerts), ()


def _read_forecast(table: Table) -> ForecastRules:
    return ForecastRules(
        mean=table.decimal("mean", -2, 2),
        between=table.decimal("between", 0, 2),
        within=table.decimal("within", 0, 2),
        prior_students=table.number("prior_students", 1, 100),
        range_percent=table.number("range_percent", 1, 99),
        least_finished=table.number("least_finished", 1, 100),
        stretch_from=table.number("stretch_from", 2, _MOST),
        learn_from_latest=table.number("learn_from_latest", 2, _MOST),
        draws=table.number("draws", 40, 4_000),
    )


def _read_readiness(table: Table) -> ReadinessRules:
    return ReadinessRules(table.number("base_rate_from", 1, _MOST), table.number("most_often", 0, 100))


def _read_alerts(table: Table) -> AlertRules:
    return AlertRules(
        rules=table.each("rules", _read_rule, required=True, id=Once()),
        answer_days=table.number("answer_days", 1, _MOST),
        a_week=table.number("a_week", 0, _MOST),
        later_days=table.number("later_days", 1, _MOST),
        raised_days=table.number("raised_days", 1, _MOST),
        not_founded_days=table.number("not_founded_days", 1, _MOST),
        judged_from=table.number("judged_from", 1, _MOST),
        precise_percent=table.number("precise_percent", 1, 100),
    )


def _read_rule(table: Table) -> AlertRule:
    measure = table.choice("measure", MEASURES)
    return AlertRule(
        id=table.identifier("id"),
        measure=cast(Measure, measure),
        at_least=table.number("at_least", 1, _MOST),
        below_percent=table.number("below_percent", 1, 100) if measure == _LATE else 0,
    )


_HEADER: Final = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]")


def _with_line(fault: FileFault, lines: list[str]) -> FileFault:
    """Return a fault whose sentence begins with the line of its place: of the key, or else of its table."""
    table, _dot, key = fault.place.rpartition(".")
    here, counts, line = "", dict[str, int](), 1
    for number, text in enumerate(lines, 1):
        if header := _HEADER.match(text):
            here = header[2]
            if header[1] == "[[":
                counts[here] = counts.get(here, -1) + 1
                here = f"{here}[{counts[here]}]"
        if (header and here in (fault.place, table)) or (
            here == table and re.match(rf"\s*{re.escape(key)}\s*[=.]", text)
        ):
            line = number
    what = ConsoleError(fault.text_id, **fault.parameters)
    return FileFault(fault.file, fault.place, N_("line {line}: {what}"), {"line": line, "what": what})
