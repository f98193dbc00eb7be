"""From common.toml to the values of the model: the oral grid, the rules with their numbers, the pre-flight checks.

Hours and seconds in the file, seconds in the model; `data/README.md` describes the form.
"""

from __future__ import annotations

from typing import Final, cast, get_args

import msgspec

from defense_console.exchange.curricula.strict_table import Once, Table
from defense_console.model.curriculum import Aspect, AspectWord, Check, Criterion, Effect, Policy, Rules
from defense_console.model.errors import N_

ASPECTS: Final[tuple[str, ...]] = get_args(Aspect)
ORAL_EFFECTS: Final = ("remark", "decides")
KINDS: Final = ("slides",)
DURATIONS: Final = {
    "student_due_h": ("student_due_s", 3600),
    "mentor_due_h": ("mentor_due_s", 3600),
    "due_step_h": ("due_step_s", 3600),
    "late_cancel_h": ("late_cancel_s", 3600),
    "today_ahead_h": ("today_ahead_s", 3600),
    "warn_s": ("warn_s", 1),
    "danger_s": ("danger_s", 1),
}
"""Durations of the rules: key in the file → field of the model, and how many seconds the key's unit has."""
OPENS_NEXT: Final = ("validated", "conditional")

_MOST: Final = 9_999


class Shared(msgspec.Struct, frozen=True):
    """What common.toml holds and every curriculum takes over."""

    oral: tuple[Criterion, ...]
    rules: Rules
    checks: tuple[Check, ...]
    aspects: tuple[AspectWord, ...]


def read_common(table: Table) -> Shared:
    """Return the whole of common.toml."""
    table.text("status")
    shared = Shared(
        aspects=table.one("aspects", _read_aspects, required=True) or (),
        oral=_read_oral_grid(table),
        rules=table.one("rules", lambda found: read_rules(found, None), required=True) or Rules(),
        checks=table.each("checks", lambda item: Check(item.identifier("id"), item.pair()), required=True, id=Once()),
    )
    table.done()
    return shared


def _read_aspects(words: Table) -> tuple[AspectWord, ...]:
    return tuple(AspectWord(cast(Aspect, aspect), words.words(aspect)) for aspect in ASPECTS)


def _read_oral_grid(table: Table) -> tuple[Criterion, ...]:
    from_clock: list[str] = []

    def read(item: Table) -> Criterion:
        criterion = Criterion(
            id=item.identifier("id"),
            aspect="oral",
            label=item.words_or_none("label"),
            text=item.pair(),
            effect=cast(Effect, item.choice("effect", ORAL_EFFECTS)),
            from_clock=item.flag("from_clock", default=False),
            evidence_kind=item.choice("evidence_kind", KINDS) if item.has("evidence_kind") else None,
        )
        if criterion.from_clock and from_clock:
            item.note("from_clock", N_("only one criterion can be rated from the clock"))
        from_clock.extend([criterion.id] * criterion.from_clock)
        return criterion

    return table.each("oral", read, none=N_("at least one criterion is expected"), id=Once())


def read_rules(table: Table, base: Rules | None) -> Rules:
    """Return the rules; `base` fills in what the table does not say, and without it every key is required."""
    faults = len(table.notes.problems)
    durations = {
        field: table.number(key, 0, _MOST, getattr(base, field) // unit_s if base else None) * unit_s
        for key, (field, unit_s) in DURATIONS.items()
    }
    known = base.policy if base else None
    policy = table.one("policy", lambda found: _read_policy(found, known), required=base is None)
    rules = msgspec.structs.replace(
        base or Rules(),
        **durations,
        no_show_share=table.share("no_show_share", base.no_show_share if base else None),
        ask_gap_plans=table.number("ask_gap_plans", 1, 100, base.ask_gap_plans if base else None),
        opens_next_on=_read_opens_next(table, base),
    )
    if policy is not None:
        rules = msgspec.structs.replace(rules, policy=policy)
    if len(table.notes.problems) == faults and rules.danger_s > rules.warn_s:
        table.note("danger_s", N_("{danger} s is more than warn_s, {warn} s"), danger=rules.danger_s, warn=rules.warn_s)
    return rules


def _read_opens_next(table: Table, base: Rules | None) -> tuple[str, ...]:
    outcomes = table.choices("opens_next_on", OPENS_NEXT, required=base is None)
    return base.opens_next_on if base is not None and not table.has("opens_next_on") else outcomes


def _read_policy(table: Table, base: Policy | None) -> Policy:
    return Policy(
        conditional_misses=table.number("conditional_misses", 0, 100, base.conditional_misses if base else None),
        acquired_share=table.share("acquired_share", base.acquired_share if base else None),
        partial_share=table.share("partial_share", base.partial_share if base else None),
        max_conditional_documents=table.number(
            "max_conditional_documents", 0, 100, base.max_conditional_documents if base else None
        ),
    )
