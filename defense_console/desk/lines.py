"""Lines of the queue, made from rows alone: the queue and the command `list` show the same ones.

`lines_of` makes them. `Lines` keeps them for the queue, and says in a school who has each defense.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

import msgspec

from defense_console.model.curriculum import Curriculum, Rules
from defense_console.model.defense.state import NOT_HELD
from defense_console.model.defense.summary import Summary
from defense_console.model.errors import N_
from defense_console.model.queue.agenda import Entry, Place, Tab, entry
from defense_console.model.student.state import Student
from defense_console.model.student.subject import STUDENT
from defense_console.model.text import searchable
from defense_console.words.translation import LANGUAGES, language, translator, zone_of
from defense_console.words.values import OUTCOMES, SESSIONS

if TYPE_CHECKING:
    from defense_console.desk.logs.ledger import Ledger
    from defense_console.desk.team import Team
    from defense_console.store.claiming import Claim


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


class _Made(msgspec.Struct):
    """A line that is kept. Attributes: in_team: as a school lists it; in_team_of: what that was made of."""

    line: Entry
    in_team: Entry
    in_team_of: tuple[object, ...] = ()


class Lines:
    """The lines of the queue as they are in this minute: what a key or a write did not change is not made again.

    Args:
        ledger: The logs.
        team: Who has which defense, and the mentor's zone.
        length_min: Tells how many minutes a defense takes.
    """

    def __init__(self, ledger: Ledger, team: Team, length_min: Callable[[Summary], int]) -> None:
        self._ledger = ledger
        self._team = team
        self._length_min = length_min
        self._made: dict[str, _Made] = {}
        self._made_in = ("", "")
        """Minute and zone of these lines."""

    def whole(self, found: Iterable[Summary]) -> tuple[Entry, ...]:
        """Return the lines of defenses with what they wait for, whoever has them, in the order given."""
        return tuple(each.line for each in self._kept(found))

    def named(self, found: Iterable[Summary]) -> tuple[Entry, ...]:
        """Return the lines of defenses in the order given, in a school as this mentor sees them."""
        kept = self._kept(found)
        if not self._team.shared:
            return tuple(each.line for each in kept)
        return tuple(self._in_team(each) if each.line.summary.pending else each.line for each in kept)

    def _kept(self, found: Iterable[Summary]) -> Sequence[_Made]:
        summaries = tuple(found)
        students = self._ledger.snapshot.students({summary.student_id for summary in summaries})
        followed = self._ledger.unacknowledged(STUDENT)
        students.update(followed)
        now, zone = self._ledger.now().wall, self._team.zone
        if self._made_in != (now[:16], zone):
            self._made_in, self._made = (now[:16], zone), {}
        made = self._made
        new = [each for each in summaries if not _is_line_of(made.get(each.id), each, students)]
        for line in lines_of(new, students, self._ledger.curricula.shipped, now, zone):
            made[line.summary.id] = _Made(line, line)
        return [made[each.id] for each in summaries]

    def _in_team(self, made: _Made) -> Entry:
        """Return the line as a school lists it: who has it, and whether I am asked to keep it; the same while it is."""
        summary, team = made.line.summary, self._team
        why = team.place(summary), team.claim(summary.id), team.asked(summary.id)
        if made.in_team_of != (made_of := (*why, language(), team.known)):
            made.in_team, made.in_team_of = self._line_in_team(made.line, *why), made_of
        return made.in_team

    def _line_in_team(self, found: Entry, place: Place, claim: Claim | None, until: str) -> Entry:
        replace, team, known = msgspec.structs.replace, self._team, self._team.known
        if until:
            tabs = found.tabs | {"mentor"}
            return replace(found, tabs=tabs, waiting_for="mentor", text_id=N_("keep it?"), parameters={}, next_at=until)
        if place == "mine":
            return found
        own = known.name_of(team.own_mentor(found.summary))
        parameters: dict[str, object] = {"mentor": own}
        if claim is None:
            text_id = N_("followed by {mentor}") if own else N_("nobody follows this student")
            text_id = N_("a second reading is asked of you") if team.asked_to_read(found.summary) else text_id
        elif claim.holder:
            text_id = N_("with {holder}")
            parameters |= {"holder": known.name_of(claim.holder), "since": claim.since}
        else:
            text_id, parameters = N_("to take"), {"since": claim.since, "length": self._length_min(found.summary)}
        everything = known.administers
        name = team.student_words(found.summary) if place == "to_take" and not everything else found.student_name
        places: frozenset[Tab] = frozenset({place, "team"} if everything else {place})
        return replace(found, tabs=places, waiting_for=None, text_id=text_id, parameters=parameters, student_name=name)


def _is_line_of(made: _Made | None, summary: Summary, students: Mapping[str, Student]) -> bool:
    """Return whether a line that was made in this minute still says what is known of a defense."""
    student = students.get(summary.student_id)
    name = summary.student_id if student is None else student.name
    return made is not None and made.line.summary == summary and made.line.student_name == name
