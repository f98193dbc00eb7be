"""RubricList: every criterion of a defense by skill, with its rating.

In a later attempt a skill that was acquired before is folded into one line, which can be opened again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from textual.content import Content

from defense_console.model.curriculum import Criterion, Curriculum, Project, Skill
from defense_console.model.defense.rubric import count
from defense_console.model.defense.state import Defense, RatingValue
from defense_console.safe_text import cells, line, shortened
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.line_list import GUTTER, LineList, heading
from defense_console.words import values as words
from defense_console.words.translation import N_, _

RATING_STYLES: Mapping[RatingValue | None, tuple[str, str]] = {
    None: (N_("not rated"), "$text-muted"),
    "met": (words.RATINGS["met"], "$text-success"),
    "to_improve": (words.RATINGS["to_improve"], "$text-warning"),
    "not_met": (words.RATINGS["not_met"], "$text-error"),
    "not_observed": (words.RATINGS["not_observed"], "$text-muted"),
}
"""Word and colour of a rating. The mark says it too, so that the colour never says it alone."""
WORD = 13
"""Cells of the word of a rating."""
NARROW = 60
"""Below so many cells a rating is a mark alone."""


def rating_mark(rating: RatingValue | None) -> str:
    """Return the mark of a rating."""
    return mark(rating or "not_rated")


def rating_words(rating: RatingValue | None) -> Content:
    """Return mark and word of a rating in its colour."""
    word, style = RATING_STYLES[rating]
    return Content.styled(f"{rating_mark(rating)} {_(word)}", style)


def named(criterion: Criterion, language: str) -> str:
    """Return the sentence of a criterion, after its name where it has one."""
    text = criterion.text.in_(language)
    return _("{name}: {text}", name=criterion.label.in_(language), text=text) if criterion.label else text


class RubricList(LineList):
    """The rubric. Nothing but a key given to the desk changes a rating: moving and scrolling do not.

    When all sentences fit in the height, they are all shown in full; else each has one line, and a card shows the
    focused one in full: the cursor moves no row. A row is a criterion, or a skill that is folded because all of it was
    carried over from the attempt before.
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._skills: tuple[Skill, ...] = ()
        self._rows: tuple[Criterion | Skill, ...] = ()
        self._opened: set[str] = set()
        self._ratings: Mapping[str, RatingValue] = {}
        self._own: Mapping[str, RatingValue] = {}
        self._acquired: frozenset[str] = frozenset()
        self._notes: Counter[str | None] = Counter()
        self._language = "en"
        self._documents: Mapping[str, str] = {}
        self._shown: object = None
        """What is shown, all of it, to know when nothing is to draw."""
        self._laid: list[tuple[int, int, str]] = []
        """Every line: its row or -1 with the place of the skill, its number within the row, its text."""
        self._laid_for: tuple[int, int] = (-1, -1)

    def show_defense(
        self, defense: Defense, curriculum: Curriculum, project: Project, language: str, documents: Mapping[str, str]
    ) -> None:
        """Show the ratings of a defense; the cursor stays on its criterion.

        Args:
            defense: With the ratings.
            curriculum: In force for it.
            project: Of it.
            language: "fr" or "en".
            documents: By criterion, the numbers of the documents that are asked for because of it.
        """
        shown = (
            curriculum.skills_of(project), language, documents, defense.all_ratings, defense.ratings, defense.acquired,
            Counter(note.criterion for note in defense.notes),
        )  # fmt: skip
        if shown == self._shown:
            return
        self._shown = shown
        self._skills, self._language, self._documents, self._ratings, self._own, self._acquired, self._notes = shown
        self._fold()

    def _fold(self) -> None:
        """Make the rows; the cursor stays on what it was on."""
        here = self._rows[self.row] if self._rows else None
        rows: list[Criterion | Skill] = []
        for skill in self._skills:
            rows.extend([skill] if self._folded(skill) else skill.criteria)
        self._rows = tuple(rows)
        self._laid_for = (-1, -1)
        if here is not None and self.row_of_item(here) not in (None, self.row):
            self.go_to(self.row_of_item(here) or 0)
        self.relayout()

    def _folded(self, skill: Skill) -> bool:
        return skill.ref not in self._opened and all(c.id in self._acquired for c in skill.criteria)

    def row_of_item(self, item: Criterion | Skill) -> int | None:
        """The row of a criterion or of a folded skill, None when it has none now."""
        return next((row for row, each in enumerate(self._rows) if each == item), None)

    def open_skill(self) -> bool:
        """Open the folded skill the cursor is on, and go to its first criterion. Returns: whether there was one."""
        here = self._rows[self.row] if self._rows else None
        if not isinstance(here, Skill):
            return False
        self._opened.add(here.ref)
        self._fold()
        self.go_to_criterion(here.criteria[0].id)
        return True

    @property
    def criterion(self) -> Criterion | None:
        """The focused criterion, None before a defense is shown and on a folded skill."""
        here = self._rows[self.row] if self._rows else None
        return here if isinstance(here, Criterion) else None

    def go_to_criterion(self, criterion_id: str) -> None:
        """Focus a criterion, opening its skill where that is folded; an unknown one changes nothing."""
        for skill in self._skills:
            found = next((c for c in skill.criteria if c.id == criterion_id), None)
            if found is not None:
                if self._folded(skill):
                    self._opened.add(skill.ref)
                    self._fold()
                self.go_to(self.row_of_item(found) or 0)

    # --- lines -------------------------------------------------------------------------------------------------------

    def row_count(self) -> int:
        """One row per criterion, one per folded skill."""
        return len(self._rows)

    def line_count(self) -> int:
        """Headings and criteria."""
        self._lay()
        return len(self._laid)

    def row_of(self, line: int) -> int:
        """The criterion of a line."""
        self._lay()
        return self._laid[line][0]

    def lines_of(self, row: int) -> range:
        """The criterion's lines, with its skill's heading when it is the first of it."""
        self._lay()
        lines = [i for i, (owner, _part, _text) in enumerate(self._laid) if owner == row]
        above = lines[0] - 1
        return range(above if above >= 0 and self._laid[above][0] < 0 else lines[0], lines[-1] + 1)

    def _text_width(self) -> int:
        return max(10, self.view.width - self._indent())

    @property
    def _narrow(self) -> bool:
        return self.view.width < NARROW

    def _indent(self) -> int:
        """Cells before the sentence: cursor and mark, and the word where it leaves the sentence room."""
        return GUTTER + 2 + (0 if self._narrow else WORD)

    def _lay(self) -> None:
        state = (self.view.width, self.size.height)
        if state == self._laid_for:
            return
        self._laid_for = state
        width = self._text_width()
        full = [[""] if isinstance(each, Skill) else self._wrapped(each, width - cells(self._end(each)))
                for each in self._rows]  # fmt: skip
        all_fit = len(self._skills) + sum(map(len, full)) <= self.size.height
        self._laid, row = [], 0
        for place, skill in enumerate(self._skills):
            if self._folded(skill):
                self._laid.append((row, 0, ""))
                row += 1
                continue
            self._laid.append((-1 - place, 0, ""))
            for criterion in skill.criteria:
                room = width - cells(self._end(criterion))
                shown = full[row] if all_fit else [shortened(" ".join(full[row]), room)]
                self._laid.extend((row, part, text) for part, text in enumerate(shown))
                row += 1

    def _wrapped(self, criterion: Criterion, width: int) -> list[str]:
        flag = mark("blocking") + " " if criterion.blocking else ""
        text = line(flag + named(criterion, self._language))
        # A rubric that is hidden has no width, and is laid out all the same.
        return [part.plain.rstrip() for part in text.wrap(max(1, width))] or [""]

    def draw(self, line: int, width: int, chosen: bool) -> Content:
        """A heading, or a line of a criterion."""
        row, part, text = self._laid[line]
        if row < 0:
            return self._heading(self._skills[-1 - row], width)
        criterion = self._rows[row]
        if isinstance(criterion, Skill):
            return self._heading(criterion, width, folded=True)
        if part:
            return Content(" " * self._indent() + text)
        rating = self._ratings.get(criterion.id)
        word, style = RATING_STYLES[rating]
        end = self._end(criterion)
        gap = " " * max(0, self._text_width() - cells(text) - cells(end)) if end else ""
        word = "" if self._narrow else shortened(_(word) if rating else "", WORD - 1).ljust(WORD)
        head = f"{rating_mark(rating)} {word}"
        return Content.assemble(" " * GUTTER, (head, style), text, gap, (end, "$text-muted"))

    def _end(self, criterion: Criterion) -> str:
        """Return the marks at the end of a criterion's first line: from the clock, carried, documents, notes."""
        marks = []
        if criterion.from_clock or (criterion.id in self._ratings and criterion.id not in self._own):
            marks.append(mark("from_clock"))
        if criterion.id in self._acquired:
            marks.append(mark("carried"))
        if documents := self._documents.get(criterion.id):
            marks.append(mark("document") + documents)
        if number := self._notes[criterion.id]:
            marks.append(f"{mark('note')}{number}")
        return "".join(f" {each}" for each in marks)

    def _heading(self, skill: Skill, width: int, folded: bool = False) -> Content:
        """Title, a rule, the count; a folded skill has the place of a row, and says that it was acquired before."""
        number = count(skill.criteria, self._ratings)
        end = f" {number.rated}/{number.total}"
        if folded:
            end = f" {mark('met')} {_('acquired before')} {mark('carried')}" + end
        title = skill.title.in_(self._language)
        title = title if skill.ref == "ORAL" else f"{skill.ref} {title}"
        before = " " * GUTTER if folded else ""
        return heading(before + title, end, width, "$text-muted" if folded else "bold")
