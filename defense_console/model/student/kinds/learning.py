"""How the student learns: what the mentor sees of planning, searching, asking and checking."""

from __future__ import annotations

from defense_console.model.log.envelope import Event, What
from defense_console.model.log.kinds import require
from defense_console.model.student.folding import StudentFolding, applies
from defense_console.model.student.legal_context import Case, checks, has_text
from defense_console.model.student.state import Learning, LearningSkill


class LearningNoted(What, frozen=True, tag="learning_noted"):
    """A skill of learning at −1, 0 or +1, with what was seen."""

    skill: LearningSkill
    level: int
    text: str


@checks(LearningNoted)
def _check_learning_noted(_case: Case, what: LearningNoted) -> None:
    require(-1 <= what.level <= 1, "A learning skill is noted from −1 to +1.")
    has_text(what.text)


@applies(LearningNoted)
def _apply_learning_noted(state: StudentFolding, event: Event[What], what: LearningNoted) -> None:
    state.learning[event.seq] = Learning(event.seq, event.at.wall, what.skill, what.level, what.text)


LearningWhat = LearningNoted
