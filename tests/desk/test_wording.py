"""Every kind of event has words, in both languages, with the mentor's text unchanged in them."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
import pytest

from defense_console.desk.defense.wording import cancelled_actions, describe
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent, DefenseWhat
from defense_console.model.log.envelope import Stamp

AT = Stamp("2026-11-24T13:00:00.000Z", 1_000_000, 1_000_000, "boot")
HOSTILE = "[/foo] {x} \x1b[31m\u202eabc\nline"
VALUES: dict[object, tuple[object, ...]] = {
    str: (HOSTILE,),
    int: (3, -60),
    bool: (True, False),
    type(None): (None,),
    Stamp: (AT,),
}
"""Values of the fields of a kind, by type. A Literal gives each of its values, a struct is made of its own fields."""
BY_NAME: dict[str, tuple[object, ...]] = {"planned_at": (AT.wall,), "start": (AT.wall,)}
"""Those that a text alone does not make."""


def values(name: str, kind: Any) -> tuple[object, ...]:
    """Return values for a field: together they hold everything that it can say."""
    origin, parts = get_origin(kind), get_args(kind)
    if name in BY_NAME:
        return BY_NAME[name]
    if kind in VALUES:
        return VALUES[kind]
    if origin is Literal:
        return parts
    if origin in (Union, UnionType):
        return tuple(value for part in parts for value in values(name, part))
    if origin is tuple:
        return ((), *((value,) for value in values(name, parts[0])))
    if origin is dict:
        return ({},)
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return tuple(made(kind))
    raise AssertionError(f"{name}: add a value for {kind} to VALUES in {__file__}")


def made(kind: type[Any]) -> Iterator[Any]:
    """Make values of a struct that hold each value of each of its fields at least once."""
    types = get_type_hints(kind)
    fields = {name: values(name, types[name]) for name in kind.__struct_fields__}
    for n in range(max(map(len, fields.values()), default=1)):
        yield kind(**{name: every[n % len(every)] for name, every in fields.items()})


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("kind", get_args(DefenseWhat), ids=lambda kind: kind.__name__)
def test_every_kind_has_words_and_keeps_the_text(kind: type[DefenseWhat], language: str) -> None:
    for what in made(kind):
        words = describe(DefenseEvent(7, 7, AT, "A mentor", what), None, language)
        assert words
        assert words != kind.__name__, "write its sentence in defense_console/desk/defense/wording.py"
        codes = [value for value in msgspec.structs.astuple(what) if isinstance(value, str) and "_" in value]
        assert not any(code in words for code in codes), "write its words in defense_console/words/values.py"
        if isinstance(what, ev.Signed):
            continue  # its reason has a line of its own: `ReasonGiven`
        texts = [getattr(what, name, "") for name in ("text", "reason", "expected")]
        assert all(text in words for text in texts if text == HOSTILE)


def test_what_was_undone_is_known_and_what_undid_it_is_not() -> None:
    planned = ev.Planned("s1", "IRP", "IRP-P2", 1, AT.wall)
    whats: tuple[DefenseWhat, ...] = (planned, ev.RoomOpened(), ev.Undone(2))
    log = [DefenseEvent(n, n, AT, "", what) for n, what in enumerate(whats, 1)]
    assert cancelled_actions(log) == {2}
    assert cancelled_actions([*log, DefenseEvent(4, 4, AT, "", ev.Redone(2))]) == frozenset()
