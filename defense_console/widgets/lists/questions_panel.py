"""QuestionsPanel: the parked questions and what became of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.content import Content

from defense_console.model.defense.state import Defense, QuestionState
from defense_console.safe_text import content
from defense_console.widgets.frame.hint_bar import Hint
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import _
from defense_console.words.values import QUESTIONS

MARKS: Mapping[QuestionState, str] = {"open": "open", "asked": "my_turn", "answered": "met", "dropped": "parked"}


def questions_left(defense: Defense) -> int:
    """Return how many parked questions have no answer yet."""
    return sum(question.state in ("open", "asked") for question in defense.questions)


class QuestionsPanel(Panel):
    """The parked questions, the answered and dropped ones muted."""

    def show_defense(self, defense: Defense, title: Content, hints: Sequence[Hint]) -> None:
        """Show the questions of a defense."""
        items = self.worded(defense.questions, lambda: _items(defense))
        empty = Item(Content.styled(_("none yet: {key:live.question} parks a question"), "$text-muted"))
        self.show(title, items or (empty,), hints=hints)


def _items(defense: Defense) -> tuple[Item, ...]:
    items = []
    for question in defense.questions:
        done = question.state in ("answered", "dropped")
        text = content(question.text)
        state = Content.styled(_(QUESTIONS[question.state]) if question.state != "open" else "", "$text-muted")
        shown = text.stylize("$text-muted") if done else text
        items.append(Item(shown, str(question.seq), Content(f"{mark(MARKS[question.state])} "), state))
    return tuple(items)
