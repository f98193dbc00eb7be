"""What a colleague has to know who takes a student or a defense over: what is open, to be read and changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from defense_console.model.curriculum import Curricula
from defense_console.model.defense.revision import row_title
from defense_console.model.defense.rubric import project_of
from defense_console.model.defense.state import SETTLED, Defense
from defense_console.model.defense.subject import in_force
from defense_console.model.student.state import FollowedStudent
from defense_console.words.translation import Translator


def handover_note(
    student: FollowedStudent, defenses: Mapping[str, Defense], curricula: Curricula, _: Translator
) -> str:
    """Return one line for each kind of what is open; "" when nothing is.

    Args:
        defenses: Those of the student, by id.
        _: Of the language that it is written in.
    """
    goals = [f"{goal.text} ({_.date_text(goal.due)})" if goal.due else goal.text for goal in student.open_goals]
    parts = (
        (_("Goals"), goals),
        (_("Promised to the student"), [promise.text for promise in student.open_promises]),
        (_("Questions"), [question.text for question in student.questions if question.state == "open"]),
        (_("Documents"), list(_documents(defenses, curricula, _.language))),
    )
    lines = (_("{name}: {text}", name=name, text="; ".join(texts)) for name, texts in parts if texts)
    return "\n".join(lines)


def _documents(defenses: Mapping[str, Defense], curricula: Curricula, language: str) -> Iterator[str]:
    """Yield the documents to revise that are not settled, each with its project."""
    for defense in defenses.values():
        if (curriculum := in_force(defense, curricula)) is None:
            continue
        for row in defense.revisions:
            if row.state not in SETTLED and not row.dropped:
                title = row_title(row.request, project_of(defense, curriculum), language)
                yield f"{defense.project} {title}"
