"""The comment bank from its files, the shipped one and the mentor's own, and what is wrong in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, cast

from defense_console.exchange.curricula.reading import COMMENTS, CurriculaError, load, load_shipped, parse_file
from defense_console.exchange.curricula.rules_form import ASPECTS
from defense_console.exchange.curricula.strict_table import FileFault, Notes, Once, Table, excerpt
from defense_console.model.comments import Comment
from defense_console.model.curriculum import Aspect, Curriculum
from defense_console.model.defense.state import RatingValue
from defense_console.model.errors import N_

ANY: Final = "any"
COMMENT_RATINGS: Final = ("met", "to_improve", "not_met", "not_observed", ANY)
_ABOUT: Final = ("criterion", "aspect", "project")


def check_comments(path: Path) -> tuple[FileFault, ...]:
    """Return every fault of a comments.toml, or of the one in a folder; none when there is none.

    It may name what the shipped curricula and those of the folder hold. Where the folder's own curricula have faults
    of their own, names are not looked up.
    """
    file = path / COMMENTS if path.is_dir() else path
    if file.name != COMMENTS or not file.is_file():
        return ()
    try:
        curricula = [*load_shipped().values(), *(load(path).values() if path.is_dir() else ())]
    except CurriculaError:
        curricula = None
    return read_comments(file, curricula)[1]


def read_comments(
    file: Path, curricula: Iterable[Curriculum] | None
) -> tuple[tuple[Comment, ...], tuple[FileFault, ...]]:
    """Return the sentences of a file, and every fault that one pass finds.

    Args:
        file: A comments.toml.
        curricula: Whose criteria and projects it may name; None takes any.

    Returns:
        Sentences and faults, each in the order of the file; the sentences are to be used only without faults.
    """
    notes = Notes(file.name)
    table = parse_file(file, notes)
    if table is None:
        return (), tuple(notes.problems)
    ids = None if curricula is None else _ids(curricula)
    table.text_or_none("status")
    once = Once(), Once()
    found = table.each("comments", lambda entry: _read(entry, ids, once), required=True)
    table.done()
    return found, tuple(notes.problems)


def _ids(curricula: Iterable[Curriculum]) -> dict[str, set[str]]:
    """Return the ids of all criteria and of all projects."""
    known = tuple(curricula)
    return {
        "criterion": {c.id for each in known for project in each.projects for c in each.criteria_of(project)},
        "project": {project.id for each in known for project in each.projects},
    }


def _read(table: Table, ids: dict[str, set[str]] | None, once: tuple[Once, Once]) -> Comment:
    text = table.pair()
    rating = table.choice("rating", COMMENT_RATINGS, default=ANY)
    named = [key for key in _ABOUT if table.has(key)]
    if len(named) > 1:
        table.note(named[1], N_("a sentence is about one of criterion, aspect and project, or about everything"))
    about = {key: table.text_or_none(key) or "" for key in ("criterion", "project")}
    for key, value in about.items():
        if value and ids is not None and value not in ids[key]:
            table.note(key, N_("no curriculum has {found}"), found=excerpt(value))
    aspect = table.choice("aspect", (*ASPECTS, ANY), default=ANY).replace(ANY, "")
    where = "·".join((aspect, *about.values()))
    for one, language, value in zip(once, ("fr", "en"), (text.fr, text.en), strict=True):
        one.check(table, language, f"{excerpt(value)} {where}".strip("· ") if value else "")
    return Comment(
        text,
        None if rating in ("", ANY) else cast(RatingValue, rating),
        about["criterion"],
        cast(Aspect, aspect) if aspect else None,
        about["project"],
    )
