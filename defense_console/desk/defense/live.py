"""During the defense: clock, rubric, notes, questions; and coming back after a crash."""

from __future__ import annotations

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.leases import Leases, last_sign
from defense_console.desk.logs.ledger import Ledger
from defense_console.model.defense import kinds as ev
from defense_console.model.defense import timeline as clock
from defense_console.model.defense.rubric import next_unrated
from defense_console.model.defense.state import Defense, QuestionState, RatingValue
from defense_console.model.defense.subject import DEFENSE, Defenses
from defense_console.model.defense.timeline import Gap, GapAnswer, Pause, PauseReason
from defense_console.model.log.envelope import Stamp
from defense_console.model.log.kinds import numbered
from defense_console.model.log.undo import settle

BRIEF_MS = 1_000
"""A console that was gone for less than this was not gone: the defense goes on where a console left it."""
STEPPED_MS = 500
"""A wall clock set by more than this is recorded."""

CYCLE: dict[RatingValue | None, RatingValue | None] = {
    None: "met",
    "met": "to_improve",
    "to_improve": "not_met",
    "not_met": None,
    "not_observed": None,
}
QUESTION_CYCLE: dict[QuestionState, QuestionState] = {
    "open": "asked",
    "asked": "answered",
    "answered": "dropped",
    "dropped": "open",
}


def toggling(defense: Defense) -> ev.Paused | ev.Resumed:
    """Return what stops the clock when it runs, and lets it run again when it is paused."""
    return ev.Resumed() if defense.timeline.state == "paused" else ev.Paused()


def advancing(defense: Defense) -> ev.PhaseEntered:
    """Return what enters the next phase; after the last one the law refuses it."""
    following = defense.timeline.next_phase
    return ev.PhaseEntered(following.id if following is not None else "")


class LiveDesk(DefenseDesk):
    """What the mentor does while the clock runs."""

    def __init__(self, ledger: Ledger, defense_id: str, leases: Leases, subject: Defenses = DEFENSE) -> None:
        super().__init__(ledger, defense_id, leases, subject)
        self._last_tick: Stamp | None = None
        self._follows = self.read_only is not None
        if not self._follows:
            self._come_back()

    def _come_back(self) -> bool:
        """Record the time during which the defense was live and no console wrote; it counts until the mentor decides.

        Returns:
            Whether there was such a gap. Everything that happened in it, a suspend for instance, is part of it.
        """
        lease = self.leases.left_by_another(self.stream)
        if lease is None or self.defense.session != "live":
            return False
        now = self.ledger.now()
        last = last_sign(lease, self.defense.at, now)
        gone = not 0 <= clock.between_ms(last, now) < BRIEF_MS or last.boot_id != now.boot_id
        if gone:
            self.act(ev.Recovered(last, now, "counted"))
        self.leases.hold(self.stream)
        return gone

    @property
    def question(self) -> Gap | None:
        """Return the latest gap that the mentor still has to explain, None without one. Until then it counts."""
        if self.read_only is not None or self.defense.session != "live":
            return None
        limit_ms = self.curriculum.rules.ask_gap_plans * self.defense.timeline.plan_ms
        return next((gap for gap in reversed(self.gaps) if gap.doubtful(limit_ms)), None)

    def answer(self, answer: GapAnswer) -> Defense:
        """Say what the gap in `question` was: it counted, it was a pause, or the defense ended then."""
        gap = self.question
        if gap is None:
            return self.defense
        return self.act(ev.GapPaused(gap.seq) if answer == "pause" else ev.Recovered(gap.since, gap.until, answer))

    def tick(self) -> Defense:
        """Renew the lease and record a suspend or a stepped clock, once a second. The clock itself does not change."""
        now, last = self.ledger.now(), self._last_tick
        self._last_tick = now
        followed, self._follows = self._follows, self.read_only is not None
        if followed and not self._follows and self._come_back():
            last = None  # who held it is gone: this console goes on where that one was
        defense = self.defense
        if self._follows or defense.session != "live":
            return defense
        self.leases.hold(self.stream)
        if last is None:
            return defense
        slept_ms = clock.suspended_ms(last, now)
        if slept_ms > clock.SUSPENDED_MS:
            defense = self.act(ev.Suspended(last, slept_ms))
        stepped_ms = clock.wall_step_ms(last, now)
        if abs(stepped_ms) > STEPPED_MS:
            defense = self.act(ev.ClockStepped(stepped_ms))
        return defense

    # --- the clock -----------------------------------------------------------------------------------------------

    def pause(self, reason: PauseReason | None = None) -> Defense:
        """Stop the clock."""
        return self.act(ev.Paused(reason))

    @property
    def last_pause(self) -> Pause | None:
        """Return the latest pause of this sitting, going on or over; None without one."""
        return next((p for p in reversed(self.defense.pauses) if p.sitting == self.defense.sitting.n), None)

    def explain_pause(self, reason: PauseReason) -> Defense:
        """Say why the clock was paused; the same reason again changes nothing.

        Raises:
            ConsoleError: It was not paused in this sitting.
        """
        pause = self.last_pause
        if pause is not None and pause.reason == reason:
            return self.defense
        return self.act(self.explaining_pause(reason))

    def explaining_pause(self, reason: PauseReason) -> ev.PauseExplained:
        """Return what says why the clock was paused last."""
        return ev.PauseExplained(self.last_pause.seq if self.last_pause is not None else 0, reason)

    def resume(self) -> Defense:
        """Let the clock run again."""
        return self.act(ev.Resumed())

    def toggle(self) -> Defense:
        """Pause when running, resume when paused."""
        return self.act(toggling(self.defense))

    def next_phase(self) -> Defense:
        """Enter the next phase."""
        return self.act(advancing(self.defense))

    def moving_target(self, by_s: int) -> ev.TargetMoved:
        """Return what moves the target of the current phase by so many seconds."""
        return ev.TargetMoved(self.defense.timeline.phase or "", by_s)

    def move_target(self, by_s: int) -> Defense:
        """Move the target of the current phase by so many seconds."""
        return self.act(self.moving_target(by_s))

    def recording(self) -> Defense:
        """Record that the jury's recording starts now."""
        return self.act(ev.RecordingStarted())

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Return the gaps of this sitting, in order."""
        return tuple(gap for gap in self.defense.gaps if gap.sitting == self.defense.sitting.n)

    @property
    def last_gap(self) -> Gap | None:
        """Return the gap that can become a pause: the one that is asked about, else the latest that counts; or None."""
        return self.question or next((gap for gap in reversed(self.gaps) if not gap.paused), None)

    @property
    def pausing_gap(self) -> ev.GapPaused:
        """Return what turns that gap into a pause; without one the law refuses it."""
        return ev.GapPaused(self.last_gap.seq if self.last_gap is not None else 0)

    def gap_to_pause(self) -> Defense:
        """Turn that gap into a pause."""
        return self.act(self.pausing_gap)

    @property
    def ends_early(self) -> bool:
        """Return whether phases would be left out if the defense ended now."""
        return self.defense.session == "live" and self.defense.timeline.next_phase is not None

    def finish(self) -> Defense:
        """Finish the defense: on to the verdict."""
        return self.act(ev.Finished())

    def abort(self, reason: str = "") -> Defense:
        """Break the defense off for a technical reason."""
        return self.act(ev.Aborted(reason.strip()))

    # --- rubric and questions ------------------------------------------------------------------------------------

    def rate(self, criterion: str, rating: RatingValue | None) -> Defense:
        """Rate a criterion; None clears it. The same rating again changes nothing."""
        defense = self.defense
        if defense.ratings.get(criterion) == rating and criterion not in defense.acquired:
            return defense
        return self.act(ev.Rated(criterion, rating))

    def cycle(self, criterion: str) -> Defense:
        """Give a criterion the next rating: met, to improve, not met, none."""
        return self.rate(criterion, CYCLE[self.defense.ratings.get(criterion)])

    @property
    def place(self) -> str | None:
        """Return the criterion the mentor was at, read from the texts being typed and from the log.

        The criterion of a half-typed note; else that of the latest note on one, or the next unrated after the latest
        rating, whichever came last. Moving the cursor is no decision and leaves no trace.

        Returns:
            Its id, or None when the rubric holds no criterion.
        """
        defense, curriculum, project = self.defense, self.curriculum, self.project
        order = [criterion.id for criterion in curriculum.criteria_of(project)]
        typed = [(draft.first.wall, self._criterion_of(field)) for field, draft in self.drafts.items()]
        if here := [(wall, id) for wall, id in typed if id in order]:
            return max(here)[1]
        last = None
        for event in reversed(settle(self.events)[0]):
            match event.what:
                case ev.Noted(criterion=str() as id) | ev.Rated(criterion=id, rating=None) if id in order:
                    return id
                case ev.Rated(criterion=id) if id in order:
                    last = id
                    break
        return next_unrated(defense, curriculum, project, last) or last or next(iter(order), None)

    def _criterion_of(self, field: str) -> str:
        """Return the criterion a text field is about, "" for none."""
        kind, _, rest = field.partition("/")
        if kind == "edit":
            return next((note.criterion or "" for note in self.defense.notes if str(note.seq) == rest), "")
        return rest if kind == "criterion" else ""

    def set_private(self, note: int, private: bool) -> Defense:
        """Make a note private or shared."""
        found = numbered(self.defense.notes, note)
        if found is None or found.private == private:
            return self.act(ev.NotePrivacySet(note, private))
        return self.act(*ev.turned(found))

    def move_question(self, question: int) -> Defense:
        """Move a parked question on: open, asked, answered, dropped."""
        states: dict[int, QuestionState] = {q.seq: q.state for q in self.defense.questions}
        state = states.get(question, "open")
        return self.act(ev.QuestionMoved(question, QUESTION_CYCLE[state]))
