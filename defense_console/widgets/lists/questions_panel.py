"""QuestionsPanel: the parked questions and what became of each."""

from __future__ import annotations

from collections.abc import Mapping

from textual.content import Content

from defense_console.model.defense.state import Defense, QuestionState
from defense_console.safe_text import content
from defense_console.widgets.lists.panel import Item, ScrollingPanel
from defense_console.words.translation import _, clock_text
from defense_console.words.values import QUESTIONS

GLYPHS: Mapping[QuestionState, str] = {"open": "?", "asked": "›", "answered": "✓", "dropped": "–"}


class QuestionsPanel(ScrollingPanel):
    """The parked questions, in a panel that scrolls."""

    def show_defense(self, defense: Defense) -> None:
        """Show the questions of a defense."""
        items = []
        for question in defense.questions:
            done = question.state in ("answered", "dropped")
            head = (f"{clock_text(question.at_s)} {_(QUESTIONS[question.state])}", "$text-muted")
            text = content(question.text).stylize("$text-muted") if done else content(question.text)
            glyph = Content(f"{GLYPHS[question.state]} ")
            items.append(Item(Content.assemble(head, "\n", text), str(question.seq), glyph))
        left = sum(1 for q in defense.questions if q.state in ("open", "asked"))
        heading = Content.assemble((_("Questions"), "bold"), f" {left}/{len(items)}")
        empty = Item(Content(_("{key:live.question} parks a question for later")).stylize("$text-muted"))
        self.panel.show(heading, items or (empty,))
