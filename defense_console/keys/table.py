"""The one table of commands. `keymap.py` answers questions about it; footer, help and palette are made from it.

Keys are written by the names the toolkit gives them, but nothing here loads the toolkit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from defense_console.words.key_names import both_cases
from defense_console.words.translation import N_

Context = Literal[
    "global", "queue", "brief", "waiting", "live", "live.questions", "live.notes",
    "verdict", "revisions", "preview", "timeline", "difference", "aside", "help", "audience",
    "students", "student", "check_in", "alerts", "readiness", "insight",
]  # fmt: skip

TITLES: Final[Mapping[Context, str]] = {
    "global": N_("Everywhere"),
    "queue": N_("Queue"),
    "brief": N_("Brief"),
    "waiting": N_("Waiting room"),
    "live": N_("Live defense"),
    "live.questions": N_("Live defense: questions"),
    "live.notes": N_("Live defense: notes"),
    "verdict": N_("Verdict"),
    "revisions": N_("Documents to revise"),
    "preview": N_("Preview of the report"),
    "timeline": N_("Timeline"),
    "difference": N_("What changed"),
    "aside": N_("Not in the record"),
    "help": N_("Help"),
    "audience": N_("Audience view"),
    "students": N_("Students"),
    "student": N_("Student"),
    "check_in": N_("Check-in"),
    "alerts": N_("Alerts"),
    "readiness": N_("Readiness"),
    "insight": N_("Insight"),
}
CONTEXTS: Final[tuple[Context, ...]] = tuple(TITLES)


class Command(msgspec.Struct, frozen=True):
    """Something a mentor can do by a key or from the palette.

    Attributes:
        id: What settings.toml remaps, `subject.verb`.
        keys: Default keys, both cases of letters included; empty for what only the palette offers.
        label: Message id, short enough for the footer.
        tooltip: Message id, a full sentence.
        contexts: Where it acts. `global` means every context except the audience view.
        writing: Also acts while a text field has the focus.
        footer: Place among the hints of the footer, the smallest first; None when it is not hinted.
        not_in: Panels of its context where it does not act, because the same key would surprise there.
        acts_as: For each context in which this command only does what another one does: that other command's id.
        essential: Its keys stay even when single keys are switched off, since there is no other way to reach it.
    """

    id: str
    keys: tuple[str, ...]
    label: str
    tooltip: str
    contexts: frozenset[Context]
    writing: bool = False
    footer: int | None = None
    not_in: frozenset[Context] = frozenset()
    acts_as: tuple[tuple[Context, str], ...] = ()
    essential: bool = False


def _c(
    id: str,
    keys: str,
    label: str,
    tooltip: str,
    *contexts: Context,
    writing: bool = False,
    footer: int | None = None,
    not_in: Iterable[Context] = (),
    acts_as: Mapping[Context, str] | None = None,
    essential: bool = False,
) -> Command:
    """Return a row of the table; `keys` are names parted by blanks, letters in one case."""
    named = tuple(name for key in keys.split() for name in both_cases(key))
    places = dict(acts_as or {})
    return Command(
        id, named, label, tooltip, frozenset((*contexts, *places)), writing, footer, frozenset(not_in),
        tuple(places.items()), essential,
    )  # fmt: skip


WITH_LISTS: Final[tuple[Context, ...]] = (
    "queue", "brief", "waiting", "live", "verdict", "revisions", "preview", "timeline", "difference", "aside", "help",
    "students", "student", "check_in", "alerts", "readiness", "insight",
)  # fmt: skip
"""Where one moves through lists and texts."""

COMMANDS: Final[tuple[Command, ...]] = (
    # --- everywhere ------------------------------------------------------------------------------------------------
    _c("console.help", "h question_mark f1", N_("help"), N_("Show the keys of this screen."), "global", footer=0),
    _c("console.back", "escape", N_("back"), N_("Go one step back; the clock goes on and nothing is lost."), "global",
       footer=95),
    _c("console.redraw", "ctrl+l", N_("redraw"), N_("Draw the screen anew."), "global", "audience", writing=True),
    _c("console.palette", "ctrl+p", N_("palette"), N_("Search every command by its name."), "global", writing=True),
    _c("console.quit", "ctrl+q", N_("quit"), N_("Leave the console, after a question; a live clock keeps counting."),
       "global", writing=True),
    _c("console.copy_unsaved", "f7", N_("copy unsaved"),
       N_("Copy everything that is not saved, in words, to the clipboard and into a file."), "global", writing=True),
    _c("aside.keep", "enter", N_("keep"), N_("Record it now."), "aside", footer=10),
    _c("aside.drop", "x delete", N_("drop"), N_("Give it up for good, after a question."), "aside", footer=20),
    _c("console.language", "", N_("language"), N_("Switch between French and English."), "global"),
    _c("console.theme", "", N_("theme"), N_("Switch between the dark and the light theme."), "global"),
    _c("move.down", "down j", N_("down"), N_("Go to the next line."), *WITH_LISTS),
    _c("move.up", "up k", N_("up"), N_("Go to the line before."), *WITH_LISTS),
    _c("move.page_down", "pagedown", N_("page down"), N_("Go a screen further."), *WITH_LISTS),
    _c("move.page_up", "pageup", N_("page up"), N_("Go a screen back."), *WITH_LISTS),
    _c("move.first", "home", N_("top"), N_("Go to the beginning."), *WITH_LISTS),
    _c("move.last", "end", N_("bottom"), N_("Go to the end."), *WITH_LISTS),
    _c("panel.next", "tab", N_("panel"), N_("Go to the next panel."),
       "brief", "waiting", "live", "verdict", "revisions", "student", "check_in", "alerts", "readiness"),
    _c("panel.previous", "shift+tab", N_("panel before"), N_("Go to the panel before."),
       "brief", "waiting", "live", "verdict", "revisions", "student", "check_in", "alerts", "readiness"),
    _c("edit.undo", "u", N_("undo"), N_("Take the last action back."),
       "queue", "brief", "waiting", "live", "verdict", "revisions", "preview", "student", "check_in", "alerts",
       "readiness", footer=90),
    _c("edit.redo", "y", N_("redo"), N_("Do again what was taken back."),
       "brief", "waiting", "live", "verdict", "revisions", "preview", "student", "check_in", "alerts", "readiness"),
    # --- also while writing ----------------------------------------------------------------------------------------
    _c("anywhere.note", "f2", N_("note"), N_("Write a note, also from a text field."), writing=True,
       acts_as={"queue": "live.note", "brief": "live.note", "waiting": "live.note", "live": "live.note",
                "verdict": "live.note", "revisions": "live.note", "students": "student.note",
                "student": "student.note", "check_in": "student.note"}),
    _c("anywhere.toggle", "f3", N_("start/pause"), N_("Start, pause or resume the clock, also from a text field."),
       writing=True, acts_as={"waiting": "waiting.start", "live": "clock.toggle", "verdict": "clock.toggle",
                              "audience": "clock.toggle"}),
    _c("anywhere.next_phase", "f4", N_("next phase"), N_("Go to the next phase, also from a text field."),
       writing=True, acts_as={"live": "clock.next_phase", "verdict": "clock.next_phase",
                              "audience": "clock.next_phase"}),
    _c("anywhere.document", "f8", N_("document"), N_("Ask for a document to revise, also from a text field."),
       writing=True, acts_as={"live": "live.document", "verdict": "verdict.add_row"}),
    _c("anywhere.verdict", "f9", N_("verdict"), N_("Open the verdict, also from a text field."), writing=True,
       acts_as={"live": "live.verdict"}),
    # --- queue -----------------------------------------------------------------------------------------------------
    _c("queue.open", "enter", N_("open it"), N_("Open the selected defense where it stands."), "queue", footer=10),
    _c("queue.search", "slash colon", N_("search"),
       N_("Search students, projects, ids, outcomes and dates as you type."), "queue", footer=40),
    _c("queue.tab_today", "1 ampersand", N_("today"), N_("Show today's defenses and what starts within two hours."),
       "queue"),
    _c("queue.tab_mentor", "2 é", N_("waits for me"), N_("Show what waits for me."), "queue"),
    _c("queue.tab_student", "3 quotation_mark", N_("waits for the student"), N_("Show what waits for the student."),
       "queue"),
    _c("queue.tab_overdue", "4 apostrophe", N_("overdue"), N_("Show what is past its due date."), "queue"),
    _c("queue.tab_all", "5 left_parenthesis", N_("all pending"), N_("Show every pending defense."), "queue"),
    _c("queue.tab_closed", "6 minus", N_("closed"), N_("Show the closed defenses, the latest first."), "queue"),
    _c("queue.order", "o", N_("order"), N_("Sort the list in another order."), "queue", footer=60),
    _c("queue.next_waiting", "w", N_("next for me"), N_("Go to the next defense that waits for me."), "queue",
       footer=30),
    _c("queue.park", "p", N_("park"), N_("Move the defense to the end of the list, or back."), "queue", footer=70),
    _c("queue.new", "i", N_("new"), N_("Type in a new student, or a defense of one who is known."),
       "queue", "students", footer=55),
    _c("queue.student", "m", N_("change"),
       N_("Change the student: name, address, time zone, weekly session, path, what somebody else assessed."),
       "queue", "students", "student"),
    _c("queue.students", "s", N_("students"), N_("See all my students: sessions, goals, who needs me."), "queue",
       footer=35),
    _c("queue.filter", "f", N_("filter"), N_("Show one curriculum only, or one period."), "queue", footer=65),
    _c("queue.brief", "b", N_("brief"), N_("Read the brief of the selected defense."), "queue", footer=20),
    # --- brief and waiting room ------------------------------------------------------------------------------------
    _c("brief.open_room", "t", N_("waiting room"), N_("Open the waiting room."), "brief", footer=10),
    _c("brief.tick", "space", N_("tick"), N_("Tick a check, or declare a document received or not."), "brief",
       "waiting",       footer=20),
    _c("documents.receive", "d", N_("receive"), N_("Take in documents: a ZIP, a folder or a file."),
       "brief", "revisions", footer=14),
    _c("documents.open", "enter", N_("open it"), N_("Open the focused document with the system's viewer."), "brief"),
    _c("defense.reschedule", "", N_("reschedule"), N_("Give the defense another date."),
       "queue", "brief", "waiting"),
    _c("defense.close", "", N_("close"), N_("Close a defense that was not held: it gets no other date."),
       "queue", "brief"),
    _c("waiting.start", "t", N_("start"), N_("The student is here: the defense starts."), "waiting", footer=10),
    _c("waiting.absent", "x", N_("absent"), N_("The student did not come."), "waiting", footer=20),
    _c("brief.cancel", "x", N_("cancel"), N_("The defense is cancelled: say by whom and why."), "brief"),
    _c("waiting.cancel", "c", N_("cancel"), N_("The defense is cancelled: say by whom and why."), "waiting", footer=30),
    # --- live: the clock -------------------------------------------------------------------------------------------
    _c("clock.toggle", "t", N_("pause"), N_("Pause the clock, or let it run again."), "live", "audience", footer=40),
    _c("clock.pause_reason", "comma", N_("why"), N_("Say why the clock was paused: technical, student, mentor."),
       "live"),
    _c("clock.next_phase", "g", N_("next phase"),
       N_("Go to the next phase; in the last one, {key:live.finish} finishes."), "live", "audience", footer=20),
    _c("clock.more", "plus equals_sign add", N_("one minute more"), N_("Give this phase one more minute."),
       "live", "audience"),
    _c("clock.less", "minus subtract", N_("one minute less"), N_("Take one minute from this phase."),
       "live", "audience"),
    _c("clock.gap_to_pause", "z", N_("gap → pause"), N_("Turn the last gap into a pause."), "live"),
    # --- live: the rubric ------------------------------------------------------------------------------------------
    _c("live.cycle", "space", N_("rate"), N_("Cycle the rating: met, to improve, not met, none."), "live", footer=36,
       not_in=("live.questions", "live.notes")),
    _c("live.rate_met", "v 1 ampersand", N_("met"), N_("Rate the criterion met and go to the next unrated."),
       "live", footer=10),
    _c("live.rate_to_improve", "r 2 é", N_("to improve"), N_("Rate the criterion to improve and go on."),
       "live", footer=11),
    _c("live.rate_not_met", "x 3 quotation_mark", N_("not met"), N_("Rate the criterion not met and go on."),
       "live", footer=12),
    _c("live.rate_not_observed", "o 4 apostrophe", N_("not observed"), N_("Rate the criterion not observed and go on."),
       "live", footer=13),
    _c("live.clear", "backspace 5 left_parenthesis", N_("clear"), N_("Clear the rating of the criterion."), "live"),
    _c("live.next_unrated", "w", N_("next unrated"), N_("Go to the next criterion without a rating."), "live"),
    _c("live.details", "enter", N_("all"), N_("Show the whole criterion, its evidence and its notes."), "live",
       not_in=("live.questions", "live.notes")),
    # --- live: notes, questions, documents -------------------------------------------------------------------------
    _c("live.note", "n", N_("note"), N_("Write a note on the defense, private unless {key:live.private} shares it."),
       "queue", "brief", "waiting", "live", "revisions", footer=50),
    _c("live.note_criterion", "c", N_("note"),
       N_("Write a note on the focused criterion, shared unless {key:live.private} hides it."), "live", footer=46),
    _c("live.edit_note", "enter", N_("edit"), N_("Edit the focused note."), "live.notes", footer=31),
    _c("live.private", "p", N_("private"), N_("Make the focused note private or shared."), "live"),
    _c("live.question", "q", N_("park one"), N_("Park a question for later."), "live"),
    _c("live.question_state", "space", N_("next state"), N_("Move the question on: to ask, asked, answered, dropped."),
       "live.questions", footer=30),
    _c("live.edit_question", "enter", N_("edit"), N_("Edit the focused question."), "live.questions", footer=31),
    _c("live.bank", "b", N_("bank"), N_("Insert a comment from the comment bank."), "live"),
    _c("live.strength", "s", N_("strength"), N_("Write a strength."), "live"),
    _c("live.improvement", "i", N_("to improve"), N_("Write something to improve."), "live"),
    _c("live.document", "d", N_("document"), N_("Ask for a document to revise, from the focused criterion."), "live",
       footer=45),
    # --- live: views and the end -----------------------------------------------------------------------------------
    _c("live.audience", "a", N_("audience"),
       N_("Show only the clock, for a shared screen; {key:live.audience} leaves."),
       "waiting", "live", "audience", essential=True, footer=70),
    _c("live.role", "m", N_("role"), N_("Show the card of the role I play."), "waiting", "live"),
    _c("live.recording", "e", N_("recording"), N_("The recording starts now."), "waiting", "live", footer=75),
    _c("live.timeline", "l", N_("timeline"), N_("Show everything recorded so far."),
       "brief", "waiting", "live", "verdict", "revisions"),
    _c("live.verdict", "", N_("verdict"), N_("Open the verdict while the defense goes on."), "live"),
    _c("live.finish", "f", N_("finish"), N_("Finish the defense and go to the verdict."), "live", "verdict", footer=80),
    _c("live.abort", "", N_("abort"), N_("Break the defense off for a technical reason."), "live"),
    # --- verdict ---------------------------------------------------------------------------------------------------
    _c("verdict.validated", "v 1 ampersand", N_("validated"), N_("Decide: validated."), "verdict", footer=10),
    _c("verdict.conditional", "r 2 é", N_("conditional"), N_("Decide: conditional."), "verdict", footer=11),
    _c("verdict.rework", "x 3 quotation_mark", N_("to rework"), N_("Decide: to rework."), "verdict", footer=12),
    _c("verdict.comment", "c", N_("comment"), N_("Write the comment of the focused skill."), "verdict", footer=30),
    _c("verdict.strength", "s", N_("strength"), N_("Write a strength."), "verdict", footer=31),
    _c("verdict.improvement", "i", N_("to improve"), N_("Write something to improve."), "verdict",
       footer=32),
    _c("verdict.reason", "m", N_("reason"), N_("Write the reason of the outcome."), "verdict"),
    _c("verdict.goal", "g", N_("next goal"), N_("Write the student's next goal."), "verdict", footer=33),
    _c("verdict.keep", "space", N_("keep/drop"), N_("Keep or drop the focused document."), "verdict", footer=40),
    _c("verdict.edit_row", "enter", N_("edit"), N_("Edit the focused document or text, or choose the focused outcome."),
       "verdict"),
    _c("verdict.add_row", "d", N_("add"), N_("Add a document to revise."), "verdict", footer=41),
    _c("verdict.due_later", "plus equals_sign add", N_("due +12 h"), N_("Move the due date twelve hours later."),
       "verdict"),
    _c("verdict.due_earlier", "minus subtract", N_("due -12 h"), N_("Move the due date twelve hours earlier."),
       "verdict"),
    _c("verdict.preview", "p", N_("preview"), N_("Read the report as it will be sent."),
       "verdict", "revisions", footer=20),
    _c("verdict.reopen", "t", N_("re-open"), N_("Re-open the defense; the time since its end counts as a pause."),
       "verdict"),
    _c("verdict.sign", "f9", N_("sign"), N_("Sign the verdict; once signed, release it now."), "verdict",
       writing=True, footer=15),
    _c("report.message", "a", N_("message"),
       N_("Read the message for the student, once the verdict is released: copy it, save it."),
       "verdict", "preview", "revisions", footer=46),
    _c("verdict.revisions", "b", N_("documents"), N_("See the documents to revise: what came and what changed."),
       "verdict", footer=42),
    _c("verdict.amend", "e", N_("amend"), N_("Draft a new version of the released verdict, for a reason."), "verdict",
       footer=43),
    _c("verdict.contest", "o", N_("contested"), N_("The student contests the verdict; once contested, uphold it."),
       "verdict", footer=44),
    _c("verdict.next_attempt", "w", N_("next attempt"), N_("Plan the next attempt, which opens on what was missing."),
       "verdict", footer=45),
    # --- documents to revise ---------------------------------------------------------------------------------------
    _c("revisions.accept", "v 1 ampersand", N_("accept"), N_("Accept the document: it is settled."), "revisions",
       footer=12),
    _c("revisions.again", "r 2 é", N_("again"), N_("Ask for the document again: a new round, no new defense."),
       "revisions", footer=13),
    _c("revisions.expire", "x 3 quotation_mark", N_("expired"), N_("Close the document: nothing came in time."),
       "revisions", footer=60),
    _c("revisions.waive", "o 4 apostrophe", N_("give up"), N_("Give the document up, for a reason."), "revisions",
       footer=61),
    _c("revisions.withdraw", "backspace 5 left_parenthesis", N_("withdraw"),
       N_("Withdraw the request: it was a mistake."), "revisions"),
    _c("revisions.compare", "enter", N_("what changed"),
       N_("Read what changed in the document since the version before."), "revisions", footer=11),
    _c("revisions.open_file", "e", N_("open file"),
       N_("Open the file received with the system's viewer."), "revisions",
       footer=16),
    _c("revisions.declare", "space", N_("received"), N_("Declare the document received, without a file."), "revisions",
       footer=30),
    _c("revisions.next", "w", N_("next document"), N_("Go to the next document that waits for a look."), "revisions"),
    _c("revisions.later", "plus equals_sign add", N_("due +12 h"), N_("Move the due date twelve hours later."),
       "revisions"),
    _c("revisions.earlier", "minus subtract", N_("due -12 h"), N_("Move the due date twelve hours earlier."),
       "revisions"),
    _c("revisions.complete", "f", N_("complete"), N_("Nothing more is to come: my own time runs from here."),
       "revisions", footer=62),
    _c("revisions.sign", "f9", N_("sign"), N_("Sign what is proposed once every document is settled."), "revisions",
       footer=15),
    _c("revisions.verdict", "g", N_("verdict"), N_("Open the verdict these documents belong to."), "revisions",
       footer=63),
    # --- preview ---------------------------------------------------------------------------------------------------
    _c("preview.copy", "c", N_("copy"), N_("Copy the focused field."), "preview", footer=10),
    _c("preview.copy_next", "w", N_("copy next"), N_("Copy the next field."), "preview", footer=20),
    _c("preview.save", "x", N_("save"), N_("Save the report or the message that is read as a file."), "preview",
       footer=22),
    _c("preview.edit", "enter e", N_("edit"), N_("Write the focused field in my own words, in this language."),
       "preview", footer=25),
    _c("preview.generated", "g", N_("generated text"), N_("Take the generated text of the focused field back."),
       "preview"),
    _c("preview.reader", "r", N_("reader"), N_("Show the report of another reader: student, mentor, jury."),
       "preview", footer=30),
    _c("preview.version", "v", N_("version"),
       N_("Show the report as a version of the verdict was released, then as it is now."),
       "preview", footer=35),
    _c("preview.language", "l", N_("language"), N_("Show the report in the other language."), "preview", footer=40),
    # --- what changed ----------------------------------------------------------------------------------------------
    _c("difference.next", "n w", N_("next change"), N_("Go to the next change."), "difference", footer=10),
    _c("difference.previous", "p b", N_("previous"), N_("Go to the change before."), "difference", footer=20),
    _c("difference.layout", "v", N_("layout"), N_("Show the versions side by side, or one below the other."),
       "difference", footer=30),
    _c("difference.page_down", "space", N_("page down"), N_("Go a screen further."),
       acts_as={"difference": "move.page_down"}),
    # --- students --------------------------------------------------------------------------------------------------
    _c("students.open", "enter", N_("open"), N_("Open the selected student."), "students", footer=10),
    _c("students.search", "slash colon", N_("search"), N_("Search names, ids and curricula as you type."), "students",
       footer=40),
    _c("students.tab_week", "1 ampersand", N_("this week"),
       N_("Show who has a session or a goal due this week."), "students"),
    _c("students.tab_mine", "2 é", N_("needs me"),
       N_("Show who waits for me: a promise, a defense, a session of which I said nothing."), "students"),
    _c("students.tab_drifting", "3 quotation_mark", N_("drifting"),
       N_("Show who slips away: too long without a session, or several missed in a row."), "students"),
    _c("students.tab_away", "4 apostrophe", N_("away"), N_("Show who is away."), "students"),
    _c("students.tab_all", "5 left_parenthesis", N_("all"), N_("Show every student."), "students"),
    _c("students.order", "o", N_("order"),
       N_("Sort the students by what waits for me, by silence, or by name."), "students", footer=60),
    # --- one student -----------------------------------------------------------------------------------------------
    _c("student.check_in", "c", N_("check-in"), N_("Open the check-in of the weekly session."), "students", "student",
       footer=12),
    _c("student.goal", "g", N_("goal"),
       N_("Write the next goal in one line, with its day and what must come before."),
       "students", "student", "check_in", footer=20),
    _c("student.note", "n", N_("note"), N_("Write a private note on the student."), "students", "student", "check_in",
       footer=50),
    _c("student.kept", "v 1 ampersand", N_("kept"),
       N_("The focused goal or promise is kept, the focused question is answered."), "student", footer=22),
    _c("student.moved", "r 2 é", N_("moved"), N_("Give the focused goal another day."), "student", footer=23),
    _c("student.dropped", "x 3 quotation_mark", N_("dropped"), N_("Drop the focused goal, promise or question."),
       "student", footer=24),
    _c("student.question", "q", N_("question"), N_("Keep a question of the student."), "student", footer=26),
    _c("student.learning", "l", N_("learning"),
       N_("Note how the student learns: planning, searching, asking, checking."), "student", footer=28),
    _c("student.resource", "f", N_("resource"), N_("Point the student to something to read, watch or do."), "student"),
    _c("student.estimate", "e", N_("estimate"), N_("Estimate how far the running project is."), "student", footer=27),
    _c("student.away", "b", N_("away"), N_("The student is away until a day, or here again."), "student"),
    _c("student.reports", "p", N_("reports"), N_("Open one of the student's defenses: its report, or where it stands."),
       "student"),
    _c("student.edit", "enter", N_("edit"), N_("Write the focused text anew: goal, question, note."),
       "student", "check_in"),
    # --- check-in --------------------------------------------------------------------------------------------------
    _c("check_in.start", "t", N_("start"), N_("The student is here: the session starts."), "check_in", footer=10),
    _c("check_in.first", "v 1 ampersand", N_("kept"), N_("Answer kept, on track or not blocked, and go on."),
       "check_in", footer=11),
    _c("check_in.second", "r 2 é", N_("moved"), N_("Answer moved, slow or a little blocked, and go on."), "check_in",
       footer=12),
    _c("check_in.third", "x 3 quotation_mark", N_("dropped"),
       N_("Answer dropped, at risk or blocked, and go on; before the start: the session is not held."), "check_in",
       footer=13),
    _c("check_in.more", "plus equals_sign add", N_("10 % more"),
       N_("Estimate the running project ten percent further."), "check_in"),
    _c("check_in.less", "minus subtract", N_("10 % less"), N_("Estimate the running project ten percent less far."),
       "check_in"),
    _c("check_in.promise", "p", N_("I promise"), N_("Write what I promise to do for the student."), "check_in"),
    _c("check_in.copy", "w", N_("copy field"), N_("Copy the next field of the school's form."), "check_in", footer=60),
    _c("check_in.close", "f9", N_("close"), N_("The session is over."), "check_in", writing=True, footer=55),
    # --- what lies ahead of students -------------------------------------------------------------------------------
    _c("students.alerts", "a", N_("alerts"), N_("See which alerts are proposed and raised."), "students", "student",
       footer=70),
    _c("students.insight", "v", N_("insight"), N_("See what my defenses say together."), "students"),
    _c("student.readiness", "d", N_("readiness"),
       N_("See what speaks for and against the next defense: facts, no score."), "student"),
    _c("alerts.raise", "v 1 ampersand", N_("raise"),
       N_("Raise an alert: four lines, which you read before they leave."), "alerts", footer=10),
    _c("alerts.later", "r 2 é", N_("later"), N_("Put the proposal off for some days."), "alerts", footer=11),
    _c("alerts.unfounded", "x 3 quotation_mark", N_("not founded"), N_("The proposal is not founded."), "alerts",
       footer=12),
    _c("alerts.praise", "p", N_("praise"), N_("Tell the school something good of the student."), "alerts"),
    _c("alerts.answered", "a", N_("answered"), N_("The school answered this alert."), "alerts", footer=20),
    _c("alerts.close", "f", N_("close"), N_("This alert is over: it helped, it did not, or it was not founded."),
       "alerts", footer=21),
    _c("alerts.copy", "c", N_("copy"), N_("Copy the text of the alert."), "alerts", footer=30),
    _c("alerts.save", "w", N_("save"), N_("Save the text of the alert as a draft e-mail or plain text."), "alerts",
       footer=31),
    _c("alerts.open", "enter", N_("student"), N_("Open the student."), "alerts", footer=40),
    _c("readiness.met", "v 1 ampersand", N_("met"), N_("The student sees this criterion as met."), "readiness",
       footer=10),
    _c("readiness.to_improve", "r 2 é", N_("to improve"), N_("The student sees this criterion as to improve."),
       "readiness", footer=11),
    _c("readiness.not_met", "x 3 quotation_mark", N_("not met"), N_("The student sees this criterion as not met."),
       "readiness", footer=12),
    _c("readiness.clear", "backspace 5 left_parenthesis", N_("clear"), N_("The student has not rated this criterion."),
       "readiness", footer=13),
    _c("insight.save", "w", N_("save"), N_("Save the plots as drawings and all numbers as a table."), "insight",
       footer=10),
    # --- two consoles, last because rarely needed: help and palette follow this order -------------------------------
    _c("console.take_over", "f5", N_("take over"),
       N_("Write here although another console does, after a question; that one can then only read."),
       "brief", "waiting", "live", "verdict", "revisions", "student", "check_in"),
    _c("console.aside", "exclamation_mark", N_("not in the record"),
       N_("Choose what happens with what is not in the record because another console wrote first."),
       "brief", "waiting", "live", "verdict", "revisions", "student", "check_in"),
)  # fmt: skip
