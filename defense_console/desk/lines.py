"""Lines of the queue, made from rows alone: the queue and the command `list` show the same ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from defense_console.model.curriculum import Curriculum, Rules
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.defense.summary import Summary
from defense_console.model.queue.agenda import Entry, entry
from defense_console.model.student.state import Student
from defense_console.model.text import searchable
from defense_console.words.translation import LANGUAGES, translator, zone_of
from defense_console.words.values import OUTCOMES, SESSIONS


def lines_of(
    summaries: Iterable[Summary],
    students: Mapping[str, Student],
    shipped: Mapping[str, Curriculum],
    now: str,
    zone_name: str,
) -> tuple[Entry, ...]:
    """Return the lines of defenses as they are now, in the order given.

    Args:
        students: By id; of one that is not among them the id is shown.
    """
    zone, unknown = zone_of(zone_name), Rules()
    rules = {code: curriculum.rules for code, curriculum in shipped.items()}
    titles = {(code, project.id): project.title for code, each in shipped.items() for project in each.projects}
    found = list[Entry]()
    for summary in summaries:
        student, code = students.get(summary.student_id), summary.curriculum
        name = summary.student_id if student is None else student.name
        title = titles.get((code, summary.project))
        found.append(entry(summary, name, now, zone, rules.get(code, unknown), title, outcome_words))
    return tuple(found)


@cache
def outcome_words(name: str) -> str:
    """Return what a search calls an outcome, or a session that was not held: its words in every language, folded."""
    text = SESSIONS[name] if name in NOT_HELD else OUTCOMES[name]
    return searchable(" ".join(translator(each)(text) for each in LANGUAGES))


def all_outcome_words() -> dict[str, str]:
    """Return the words of every outcome and of every session that was not held, by its name."""
    return {name: outcome_words(name) for name in (*OUTCOMES, *NOT_HELD)}
