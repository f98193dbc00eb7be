"""Readiness for a defense: facts, no score; the student's own rating beside the mentor's."""

from __future__ import annotations

from typing import Any, Final

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content

from defense_console.desk.student.outlook_words import readiness_sentences
from defense_console.desk.student.student import StudentDesk
from defense_console.model.curriculum import Criterion
from defense_console.model.errors import ConsoleError
from defense_console.model.student import kinds as ev
from defense_console.model.student.state import SelfRating
from defense_console.safe_text import content, line
from defense_console.screens.shared.wishes import ON_A_LOG, Seen, Whats, Wishes, needs, reads
from defense_console.screens.students.on_student import StudentPanels
from defense_console.screens.students.wishes import NO_PROJECT, ON_A_STUDENT
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import N_, _, language, translator
from defense_console.words.values import RATINGS

NO_CRITERION: Final = N_("Choose a criterion first: {key:panel.next} goes there.")
NOT_REHEARSED: Final = N_("Nothing was rehearsed yet: {key:student.rehearse} rehearses.")
WORD_CELLS = 14


class OnReadiness(Seen[StudentDesk], frozen=True):
    """The screen. Attributes: project: that is prepared, "" for none; last: id of its last rehearsal."""

    project: str = ""
    last: str | None = None


def _rates(rating: SelfRating | None) -> Any:
    def wish(seen: OnReadiness) -> Whats:
        needs(seen.project, NO_PROJECT)
        if seen.panel != "criteria":
            raise ConsoleError(NO_CRITERION)
        return (ev.SelfRated(seen.project, needs(seen.key, NO_CRITERION), rating),)

    return wish


READINESS: Final[Wishes[OnReadiness]] = {
    **ON_A_LOG,
    "readiness.met": _rates("met"),
    "readiness.to_improve": _rates("to_improve"),
    "readiness.not_met": _rates("not_met"),
    "readiness.clear": _rates(None),
    "student.rehearse": ON_A_STUDENT["student.rehearse"],
    "readiness.rehearsed": lambda seen: reads(seen.last, NOT_REHEARSED),
}


class ReadinessScreen(StudentPanels):
    """What speaks for and against the next defense, and how the student sees each criterion."""

    CONTEXT = "readiness"
    WISHES = READINESS
    FIRST_FOCUS = ("criteria",)

    @property
    def project_id(self) -> str:
        """The project that is prepared, "" for none."""
        project = self.texts.running_project
        return project.id if project is not None else ""

    def compose_body(self) -> ComposeResult:
        """Criteria at the left, facts at the right."""
        with VerticalScroll(id="sheet", can_focus=False):
            with Vertical(classes="column"):
                yield Panel(id="facts")
            with Vertical(classes="column"):
                yield Panel(id="criteria", classes="panel rest")

    @property
    def headline(self) -> Headline:
        """Who prepares what."""
        return Headline(_("Readiness"), self.student.name, self.project_id)

    def seen(self) -> OnReadiness:
        """The desk, the project, and where the cursor is."""
        project = self.project_id
        last = self.desk.rehearsals.latest(self.student_id, project) if project else None
        return OnReadiness(self.texts, *self.at_cursor(), project, last)

    def redraw(self) -> None:
        """Read the facts anew: they come from the logs."""
        project = self.project_id
        if not project:
            none = Item(Content.styled(_("no project is under way: {key:console.back} goes back"), "$text-muted"))
            self.panel("facts").show(_("Facts"), (none,))
            self.panel("criteria").show(_("As the student sees it"), ())
            return
        found = self.desk.outlooks.readiness(self.student_id, project)
        said = readiness_sentences(found, self.texts.project_titles(project), translator(language()))
        none = Item(Content.styled(_("nothing is known yet"), "$text-muted"))
        self.panel("facts").show(_("Facts, no score"), [Item(content(each)) for each in said] or (none,))
        items = [self._criterion(each) for each in self.texts.criteria_of(project)]
        keys = self.hints_of("readiness.met", "readiness.to_improve", "readiness.not_met")
        rated = len(self.student.self_ratings.keys() & {each.key for each in items})
        self.panel("criteria").show(_("As the student sees it"), items, f"{rated}/{len(items)}", keys)
        self.keep_focus()

    def _criterion(self, criterion: Criterion) -> Item:
        rating = self.student.self_ratings.get(criterion.id)
        word = _(RATINGS[rating]) if rating is not None else ""
        sign = Content(f"{mark(rating or 'not_rated')} {word.ljust(WORD_CELLS)}")
        return Item(line(criterion.text.in_(language())), criterion.id, sign)

    async def on_panel_chosen(self) -> None:
        """Keys depend on where the cursor is."""
        self.show_mode()

    def action_readiness_rehearsed(self) -> None:
        """Show the report of the last rehearsal."""
        self.console_app.go("rehearsed", self.seen().last or "")

    def _rate(self, rating: SelfRating | None) -> None:
        panel = self.panel("criteria")
        if self.attempt(lambda: self.texts.rate_self(self.project_id, panel.key, rating)) is not None:
            panel.move(1)

    def action_readiness_met(self) -> None:
        """Met, and on."""
        self._rate("met")

    def action_readiness_to_improve(self) -> None:
        """Rate the criterion to improve, and go on."""
        self._rate("to_improve")

    def action_readiness_not_met(self) -> None:
        """Rate the criterion not met, and go on."""
        self._rate("not_met")

    def action_readiness_clear(self) -> None:
        """Take the student's own rating of a criterion away."""
        self._rate(None)
