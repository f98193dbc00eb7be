"""A second reading: the defense is played without its ratings and rated again; then the differences are settled."""

from __future__ import annotations

from functools import partialmethod
from typing import Final

from textual.content import Content

from defense_console.desk.defense.asked import Asked
from defense_console.desk.defense.replay import Replay
from defense_console.desk.defense.second_reading import Compared, ReadingDesk
from defense_console.desk.logs.one_log import TO_COME
from defense_console.model.curriculum import Criterion
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.kinds import DefenseEvent
from defense_console.model.defense.state import Defense, RatingValue
from defense_console.safe_text import content, line
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.asking import Ask, record_answer
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.replay import ReplayScreen
from defense_console.screens.shared.wishes import ON_A_LOG, Seen, Whats, Wishes, needs
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.widgets.lists.rubric_list import RubricList, rating_words
from defense_console.words.translation import _, language


def _rates(seen: Seen[ReadingDesk], rating: RatingValue) -> Whats:
    criterion = needs(seen.key, "No criterion is focused.")
    return (seen.desk.rating(criterion, rating, TO_COME),)


READING: Final[Wishes[Seen[ReadingDesk]]] = {
    **ON_A_LOG,
    "live.rate_met": lambda seen: _rates(seen, "met"),
    "live.rate_to_improve": lambda seen: _rates(seen, "to_improve"),
    "live.rate_not_met": lambda seen: _rates(seen, "not_met"),
    "live.rate_not_observed": lambda seen: _rates(seen, "not_observed"),
    "reading.finish": lambda seen: (ev.ReadingClosed(seen.desk.me),),
}


class ReadingScreen(ReplayScreen):
    """The rubric as the second assessor rates it, next to the clock of the call and what happened until then.

    Args:
        log: The second reading.
    """

    CONTEXT = "reading"
    WISHES = READING

    def __init__(self, log: ReadingDesk) -> None:
        super().__init__(log, Replay(log))
        self.desk_of_reading = log

    @property
    def headline(self) -> Headline:
        """Whose defense is read."""
        return headline_of(self.desk_of_reading, _("Second reading"))

    def seen(self) -> Seen[ReadingDesk]:
        """The reading, and the criterion under the cursor."""
        criterion = self._rubric.criterion
        return Seen(self.desk_of_reading, "rubric", criterion.id if criterion is not None else "")

    @property
    def _rubric(self) -> RubricList:
        return self.query_one(RubricList)

    def shown(self, known: Defense) -> Defense:
        """Return the defense with the ratings of the reader in the place of the first ones."""
        return self.desk_of_reading.shown(known)

    def listed(self, events: tuple[DefenseEvent, ...]) -> tuple[DefenseEvent, ...]:
        """What happened in the call."""
        return self.desk_of_reading.seen(events)

    def redraw(self) -> None:
        """Show the moment; once the reading is finished, both ratings of each criterion."""
        super().redraw()
        desk = self.desk_of_reading
        if desk.goes_on and desk.reading is not None:
            total = len(tuple(desk.curriculum.criteria_of(desk.project)))
            self._rubric.name_frame(_("Rubric"), f"{len(desk.reading.ratings)}/{total}")
        if compared := self.desk_of_reading.compared:
            same = sum(each.agreed for each in compared)
            items = tuple(_compared(each) for each in compared if not each.agreed)
            agreed = _("both rated {n} of {total} the same", n=same, total=len(compared))
            none = (Item(Content.styled(_("no difference"), "$text-success")),)
            self.query_one("#replay-events", Panel).show(_("Differences"), items or none, agreed)

    # --- commands ----------------------------------------------------------------------------------------------------

    def action_move_down(self) -> None:
        """Go to the next criterion."""
        self._rubric.move(1)

    def action_move_up(self) -> None:
        """Go to the one before."""
        self._rubric.move(-1)

    def action_move_first(self) -> None:
        """Go to the first criterion."""
        self._rubric.go_to(0)

    def action_move_last(self) -> None:
        """Go to the last one."""
        self._rubric.go_to(self._rubric.row_count() - 1)

    def _rate(self, rating: RatingValue) -> None:
        """Rate the criterion under the cursor and go on; afterwards ask why this rating counts."""
        desk, criterion = self.desk_of_reading, self._rubric.criterion
        if criterion is None:
            return
        if desk.goes_on:
            desk.act(desk.rating(criterion.id, rating))
            self._rubric.move(1)
        else:
            self.begin(self._settle(criterion, rating))

    action_live_rate_met = partialmethod(_rate, "met")
    action_live_rate_to_improve = partialmethod(_rate, "to_improve")
    action_live_rate_not_met = partialmethod(_rate, "not_met")
    action_live_rate_not_observed = partialmethod(_rate, "not_observed")

    async def _settle(self, criterion: Criterion, rating: RatingValue) -> None:
        """Ask why a rating counts, and record it."""
        desk, question = self.desk_of_reading, _("Why does this rating count?")
        ask = Ask(desk, Asked.SETTLE.of(criterion.id), question, line(criterion.text.in_(language())))
        await record_answer(self, ask, lambda reason: desk.act(desk.rating(criterion.id, rating, reason)))

    def action_reading_finish(self) -> None:
        """Finish the reading: everything is rated."""
        if self.attempt(lambda: self.desk_of_reading.act(ev.ReadingClosed(self.desk_of_reading.me))) is not None:
            self.tell(_("Finished: both ratings are shown now. Rate a criterion again to settle a difference."))


def _compared(each: Compared) -> Item:
    words = Content.assemble(rating_words(each.first), " → ", rating_words(each.second), "  ", line(each.criterion.id))
    if each.settled is None:
        return Item(words, each.criterion.id)
    settled = content(f"  {each.settled.reason} ({each.settled.by})")
    return Item(Content("\n").join([words, rating_words(each.settled.rating) + settled]), each.criterion.id)


def read_again(screen: ConsoleScreen, defense_id: str) -> None:
    """Begin the second reading of a defense, or go on with it; refuse where there is none."""
    desk = screen.desk.second_reading(defense_id)
    if (reason := desk.no_reading) is not None:
        screen.refuse(reason)
        return
    desk.begin()
    screen.app.push_screen(ReadingScreen(desk))
