"""Texts that break what is careless, and a store with such a text in every field a person can fill."""

from __future__ import annotations

from collections.abc import Callable

from defense_console.model.curriculum import Criterion
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.state import RatingValue, ReceivedFile, Request
from defense_console.settings import Settings
from tests.ui.conftest import SHIPPED, Room

TEXTS = {
    "closing tag": "[/foo]",
    "tag": "[red]x[/red] [bold",
    "link": "[@click=app.quit]x[/] [link=x]y[/link]",
    "backslash": "C:\\dir\\[x] \\",
    "emoji": "👩‍🚀 🇫🇷 ❤\ufe0f 👍🏽",
    "combining": "e\u0301toile n\u0303 Z\u0351\u036b\u0343",
    "right to left": "שלום مرحبا \u202eabc\u202c \u2067x\u2069",
    "escapes": "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x00 \x9b2J \x7f",
    "long word": "x" * 200,
    "wide": "日本語" * 20,
    "words": "word " * 10 + "end",
    "lines": "one\ntwo\r\nthree\rfour\n\nfive\u2028six",
    "places": "{0} {name} {} %s ${x} \\N",
    "tab": "a\tb",
}
ALL = " ".join(TEXTS.values())
"""All of them in one text of several hundred characters."""

Say = Callable[[str], str]


def marking(text: str) -> Say:
    """The text between two marks that name the field, so that neither end can be lost unseen."""
    return lambda field: f"§{field}§{text}§"


SAID = ("private-note", "shared-note", "criterion-note", "private-criterion-note", "strength", "improvement")
ROWS = ("row-title", "row-reason", "row-expected", "verifier", "advice-title", "advice-expected")
TEXTS_OF_VERDICT = ("strength", "improvement", "goal", "reason", "comment")


class Scene:
    """Four defenses of one student: planned again after an absence, live, drafted, and amended after a contest.

    Args:
        room: Where they are stored.
        say: The text of a field by the field's name.
    """

    def __init__(self, room: Room, say: Say) -> None:
        self.room = room
        self.say = say
        room.settings = Settings(name=say("author"), zone="Europe/Paris")
        room.student("s1", say("name"), " ".join(say("email").splitlines()))
        self.planned = self._planned()
        self.drafted = self._drafted()
        self.amended = self._amended()
        self.live = self._live()

    def _planned(self) -> str:
        room, say = self.room, self.say
        id = room.plan("s1", "IRP-P2", in_min=12)
        at = room.machine.read()
        room.add(id, ev.RoomOpened(), ev.NoShow(say("no-show")))
        room.add(id, ev.Rescheduled("2026-11-24T14:00:00.000Z", say("moved")))
        room.add(id, ev.Noted(say("private-note"), at), ev.Noted(say("shared-note"), at, private=False))
        return id

    def _live(self) -> str:
        id = self.room.plan("s1", "IRP-P3", in_min=1)
        self.room.live(id)
        self.room.add(id, *self._said(self.missed("IRP-P3").id))
        return id

    def _said(self, criterion: str) -> tuple[ev.DefenseWhat, ...]:
        say, at = self.say, self.room.machine.read()
        return (
            ev.Noted(say("private-note"), at),
            ev.Noted(say("shared-note"), at, private=False),
            ev.Noted(say("criterion-note"), at, criterion, private=False),
            ev.Noted(say("private-criterion-note"), at, criterion),
            ev.QuestionParked(say("question"), at),
            ev.LineAdded("strength", say("strength")),
            ev.LineAdded("improvement", say("improvement")),
        )

    def _held(self, project_id: str) -> str:
        room = self.room
        id = room.plan("s1", project_id, in_min=1)
        room.live(id)
        missed = self.missed(project_id).id
        room.add(id, *self._said(missed))
        project = SHIPPED["IRP"].project(project_id)
        assert project is not None
        for criterion in SHIPPED["IRP"].criteria_of(project):
            value: RatingValue = "not_met" if criterion.id == missed else "met"
            room.add(id, ev.Rated(criterion.id, value))
        room.machine.pass_time(900)
        room.add(id, *(ev.PhaseEntered(phase.id) for phase in project.phases[1:]))
        room.add(id, ev.Finished(), ev.OutcomeChosen("conditional"), ev.GoalSet(self.say("goal")))
        room.add(id, ev.ReasonGiven(self.say("reason")), ev.SkillCommented(project.skills[0].ref, self.say("comment")))
        return id

    @staticmethod
    def missed(project_id: str) -> Criterion:
        """The criterion that is not met: one that two documents or one prove, and that does not decide alone."""
        project = SHIPPED["IRP"].project(project_id)
        assert project is not None
        return next(c for s in project.skills for c in s.criteria if c.evidence and not c.blocking)

    def place_of_missed(self, project_id: str) -> int:
        """How many criteria stand before it."""
        project = SHIPPED["IRP"].project(project_id)
        assert project is not None
        return list(SHIPPED["IRP"].criteria_of(project)).index(self.missed(project_id))

    def rows(self) -> tuple[Request, ...]:
        """Two documents to revise with a text in every field."""
        say = self.say
        return (
            Request("r90", None, say("row-title"), (), say("row-reason"), say("row-expected"), "required", 172_800,
                    "by_other", say("verifier")),
            Request("r91", None, say("advice-title"), (), "", say("advice-expected"), "advice"),
        )  # fmt: skip

    def _drafted(self) -> str:
        id = self._held("IRP-P4")
        self.room.add(id, *(ev.RowSet(row) for row in self.rows()))
        return id

    def _amended(self) -> str:
        id = self._held("IRP-P5")
        room, say = self.room, self.say
        room.add(id, ev.Signed(1, "conditional", "conditional", say("reason"), self.rows()), ev.Released(1))
        room.add(id, ev.RowReceived("r90", (ReceivedFile(say("file"), 1, "cd" * 32),)))
        room.add(id, ev.RowWaived("r90", say("waived")), ev.Contested(say("contested")))
        room.add(id, ev.AmendmentOpened(say("amendment")))
        return id
