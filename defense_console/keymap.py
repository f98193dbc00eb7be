"""The one table of commands: bindings, footer, help, palette and the documented key table are all made from it.

A command's action on a screen is its id with underscores (`live.rate_met` → `action_live_rate_met`). Keys bear the
toolkit's names; nothing here loads the toolkit. Source: product.md §5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final, Literal, NoReturn

import msgspec

from defense_console.i18n import N_, translator
from defense_console.key_names import both_cases, display_key, is_single, parse_key
from defense_console.model.errors import ConsoleError
from defense_console.settings import Settings

__all__ = [
    "COMMANDS",
    "CONTEXTS",
    "Command",
    "Context",
    "action_of",
    "acts_while_writing",
    "check_keymap",
    "command",
    "commands_for",
    "context_title",
    "display_key",
    "footer_of",
    "keys_of",
    "shown_keys",
]

Context = Literal[
    "global", "queue", "brief", "waiting", "live", "live.questions", "live.notes",
    "verdict", "preview", "timeline", "difference", "help", "audience",
]  # fmt: skip

_TITLES: Final[Mapping[Context, str]] = {
    "global": N_("Everywhere"),
    "queue": N_("Queue"),
    "brief": N_("Brief"),
    "waiting": N_("Waiting room"),
    "live": N_("Live defense"),
    "live.questions": N_("Live defense: questions"),
    "live.notes": N_("Live defense: notes"),
    "verdict": N_("Verdict"),
    "preview": N_("Preview of the report"),
    "timeline": N_("Timeline"),
    "difference": N_("What changed"),
    "help": N_("Help"),
    "audience": N_("Audience view"),
}
CONTEXTS: Final[tuple[Context, ...]] = tuple(_TITLES)


class Command(msgspec.Struct, frozen=True):
    """Something a mentor can do by a key or from the palette.

    Attributes:
        id: What settings.toml remaps, `subject.verb`.
        keys: Default keys, both cases of letters included; empty for what only the palette offers.
        label: Message id, short enough for the footer.
        tooltip: Message id, a full sentence.
        contexts: Where it acts. `global` stands for every context but the audience view.
        writing: Also acts while a text field has the focus.
        footer: Place among the hints of the footer, the smallest first; None when it is not hinted.
        not_in: Panels of its context where it does not act, because the same key would surprise there.
        acts_as: Where this command is another key of the context's own command: context → that command's id.
        essential: Its keys stay even when single keys are switched off, since nothing else reaches it.
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


def _command(
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
    """A row of the table; `keys` are names parted by blanks, letters in one case."""
    named = tuple(name for key in keys.split() for name in both_cases(key))
    places = dict(acts_as or {})
    return Command(
        id, named, label, tooltip, frozenset((*contexts, *places)), writing, footer, frozenset(not_in),
        tuple(places.items()), essential,
    )  # fmt: skip


_c = _command

COMMANDS: Final[tuple[Command, ...]] = (
    # --- everywhere ------------------------------------------------------------------------------------------------
    _c("console.help", "h question_mark f1", N_("help"), N_("Show the keys of this screen."), "global", footer=0),
    _c("console.back", "escape", N_("back"), N_("Go one step back; the clock goes on and nothing is lost."), "global",
       footer=95),
    _c("console.redraw", "ctrl+l", N_("redraw"), N_("Draw the screen anew."), "global", "audience", writing=True),
    _c("console.palette", "ctrl+p", N_("palette"), N_("Search every command by its name."), "global", writing=True),
    _c("console.quit", "ctrl+q", N_("quit"), N_("Leave the console, after a question; a live clock keeps counting."),
       "global", writing=True),
    _c("console.language", "", N_("language"), N_("Switch between French and English."), "global"),
    _c("console.theme", "", N_("theme"), N_("Switch between the dark and the light theme."), "global"),
    _c("move.down", "down j", N_("down"), N_("Go to the next line."),
       "queue", "brief", "live", "verdict", "preview", "timeline", "difference", "help"),
    _c("move.up", "up k", N_("up"), N_("Go to the line before."),
       "queue", "brief", "live", "verdict", "preview", "timeline", "difference", "help"),
    _c("panel.next", "tab", N_("panel"), N_("Go to the next panel."), "brief", "live", "verdict"),
    _c("panel.previous", "shift+tab", N_("panel before"), N_("Go to the panel before."), "brief", "live", "verdict"),
    _c("edit.undo", "u", N_("undo"), N_("Take the last action back."),
       "queue", "brief", "waiting", "live", "verdict", footer=90),
    _c("edit.redo", "y", N_("redo"), N_("Do again what was taken back."), "brief", "waiting", "live", "verdict"),
    # --- also while writing ----------------------------------------------------------------------------------------
    _c("anywhere.note", "f2", N_("note"), N_("Write a note, also from a text field."), writing=True,
       acts_as={"queue": "live.note", "brief": "live.note", "waiting": "live.note", "live": "live.note",
                "verdict": "live.note"}),
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
    _c("queue.search", "slash colon", N_("search"), N_("Search students, projects and ids as you type."),
       "queue", footer=20),
    _c("queue.tab_today", "1 ampersand", N_("today"), N_("Show today's defenses and what starts within two hours."),
       "queue"),
    _c("queue.tab_mentor", "2 é", N_("waits for me"), N_("Show what waits for me."), "queue"),
    _c("queue.tab_student", "3 quotation_mark", N_("waits for the student"), N_("Show what waits for the student."),
       "queue"),
    _c("queue.tab_overdue", "4 apostrophe", N_("overdue"), N_("Show what is past its due date."), "queue"),
    _c("queue.tab_all", "5 left_parenthesis", N_("all pending"), N_("Show every pending defense."), "queue"),
    _c("queue.order", "o", N_("order"), N_("Sort the list in another order."), "queue", footer=60),
    _c("queue.next_waiting", "w", N_("next"), N_("Go to the next defense that waits for me."), "queue", footer=30),
    _c("queue.park", "p", N_("park"), N_("Move the defense to the end of the list, or back."), "queue", footer=70),
    _c("queue.brief", "b", N_("brief"), N_("Read the brief of the selected defense."), "queue", footer=40),
    # --- brief and waiting room ------------------------------------------------------------------------------------
    _c("brief.open_room", "t", N_("waiting room"), N_("Open the waiting room."), "brief", footer=10),
    _c("brief.tick", "space", N_("tick"), N_("Tick a check, or declare a document received or not."), "brief",
       footer=20),
    _c("documents.receive", "r", N_("receive"), N_("Take in documents: a ZIP, a folder or a file."), "brief",
       footer=30),
    _c("defense.reschedule", "", N_("reschedule"), N_("Give the defense another date."),
       "brief", "waiting"),
    _c("waiting.start", "t", N_("start"), N_("The student is here: the defense starts."), "waiting", footer=10),
    _c("waiting.absent", "x", N_("absent"), N_("The student did not come."), "waiting", footer=20),
    _c("waiting.cancel", "c", N_("cancel"), N_("The defense is cancelled: say by whom and why."), "waiting", footer=30),
    # --- live: the clock -------------------------------------------------------------------------------------------
    _c("clock.toggle", "t", N_("pause"), N_("Pause the clock, or let it run again."), "live", "audience", footer=10),
    _c("clock.next_phase", "g", N_("next phase"),
       N_("Go to the next phase; in the last one, {key:live.finish} finishes."), "live", "audience", footer=20),
    _c("clock.more", "plus equals_sign add", N_("+1 min"), N_("Give this phase one more minute."),
       "live", "audience"),
    _c("clock.less", "minus subtract", N_("-1 min"), N_("Take one minute from this phase."), "live", "audience"),
    _c("clock.gap_to_pause", "z", N_("gap → pause"), N_("Turn the last gap into a pause."), "live"),
    # --- live: the rubric ------------------------------------------------------------------------------------------
    _c("live.cycle", "space", N_("rate"), N_("Cycle the rating: met, to improve, not met, none."), "live", footer=36,
       not_in=("live.questions", "live.notes")),
    _c("live.rate_met", "v 1 ampersand", N_("met"), N_("Rate the criterion met and go to the next unrated."),
       "live", footer=33),
    _c("live.rate_to_improve", "r 2 é", N_("to improve"), N_("Rate the criterion to improve and go on."),
       "live", footer=34),
    _c("live.rate_not_met", "x 3 quotation_mark", N_("not met"), N_("Rate the criterion not met and go on."),
       "live", footer=35),
    _c("live.rate_not_observed", "o 4 apostrophe", N_("not observed"), N_("Rate the criterion not observed and go on."),
       "live"),
    _c("live.clear", "backspace 5 left_parenthesis", N_("clear"), N_("Clear the rating of the criterion."), "live"),
    _c("live.next_unrated", "w", N_("next unrated"), N_("Go to the next criterion without a rating."), "live"),
    _c("live.details", "enter", N_("details"), N_("Show the whole criterion, its evidence and its notes."), "live",
       not_in=("live.questions", "live.notes")),
    # --- live: notes, questions, documents -------------------------------------------------------------------------
    _c("live.note", "n", N_("note"), N_("Write a note on the defense, private unless {key:live.private} shares it."),
       "queue", "brief", "waiting", "live", footer=50),
    _c("live.note_criterion", "c", N_("note on it"),
       N_("Write a note on the focused criterion, shared unless {key:live.private} hides it."), "live", footer=51),
    _c("live.edit_note", "enter", N_("edit"), N_("Edit the focused note."), "live.notes", footer=31),
    _c("live.private", "p", N_("private"), N_("Make the focused note private or shared."), "live"),
    _c("live.question", "q", N_("question"), N_("Park a question for later."), "live"),
    _c("live.question_state", "space", N_("next state"), N_("Move the question on: open, asked, answered, dropped."),
       "live.questions", footer=30),
    _c("live.edit_question", "enter", N_("edit"), N_("Edit the focused question."), "live.questions", footer=31),
    _c("live.bank", "b", N_("bank"), N_("Insert a comment from the comment bank."), "live"),
    _c("live.strength", "s", N_("strength"), N_("Write a strength."), "live"),
    _c("live.improvement", "i", N_("to improve"), N_("Write something to improve."), "live"),
    _c("live.document", "d", N_("document"), N_("Ask for a document to revise, from the focused criterion."), "live",
       footer=60),
    # --- live: views and the end -----------------------------------------------------------------------------------
    _c("live.audience", "a", N_("audience"),
       N_("Show only the clock, for a shared screen; {key:live.audience} leaves."),
       "waiting", "live", "audience", essential=True, footer=70),
    _c("live.role", "m", N_("role"), N_("Show the card of the role I play."), "waiting", "live"),
    _c("live.recording", "e", N_("recording"), N_("The recording starts now."), "waiting", "live", footer=75),
    _c("live.timeline", "l", N_("timeline"), N_("Show everything recorded so far."),
       "brief", "waiting", "live", "verdict"),
    _c("live.verdict", "", N_("verdict"), N_("Open the verdict while the defense goes on."), "live"),
    _c("live.finish", "f", N_("finish"), N_("Finish the defense and go to the verdict."), "live", "verdict", footer=80),
    _c("live.abort", "", N_("abort"), N_("Break the defense off for a technical reason."), "live"),
    # --- verdict ---------------------------------------------------------------------------------------------------
    _c("verdict.validated", "v 1 ampersand", N_("validated"), N_("Validated: the next project opens."), "verdict",
       footer=10),
    _c("verdict.conditional", "r 2 é", N_("conditional"), N_("Conditional: documents to revise, no new defense."),
       "verdict", footer=11),
    _c("verdict.rework", "x 3 quotation_mark", N_("to rework"), N_("To rework: a new defense."), "verdict", footer=12),
    _c("verdict.comment", "c", N_("comment"), N_("Write the comment of the focused skill."), "verdict", footer=30),
    _c("verdict.strength", "s", N_("strength"), N_("Write a strength."), "verdict"),
    _c("verdict.improvement", "i", N_("to improve"), N_("Write something to improve."), "verdict"),
    _c("verdict.reason", "m", N_("reason"), N_("Write the reason of the outcome."), "verdict"),
    _c("verdict.goal", "g", N_("next goal"), N_("Write the student's next goal."), "verdict"),
    _c("verdict.keep", "space", N_("keep/drop"), N_("Keep or drop the focused document."), "verdict", footer=40),
    _c("verdict.edit_row", "enter", N_("edit"), N_("Edit the focused document or text."), "verdict"),
    _c("verdict.add_row", "d", N_("add"), N_("Add a document to revise."), "verdict", footer=41),
    _c("verdict.due_later", "plus equals_sign add", N_("due +12 h"), N_("Move the due date twelve hours later."),
       "verdict"),
    _c("verdict.due_earlier", "minus subtract", N_("due -12 h"), N_("Move the due date twelve hours earlier."),
       "verdict"),
    _c("verdict.preview", "p", N_("preview"), N_("Read the report as it will be sent."), "verdict", footer=20),
    _c("verdict.reopen", "t", N_("re-open"), N_("Re-open the defense; the time since its end counts as a pause."),
       "verdict"),
    _c("verdict.sign", "f9", N_("sign"), N_("Sign the verdict; once signed, release it now."), "verdict",
       writing=True, footer=15),
    _c("report.message", "o", N_("message"), N_("Copy the message for the student, once the verdict is released."),
       "verdict", "preview"),
    # --- preview ---------------------------------------------------------------------------------------------------
    _c("preview.copy", "c", N_("copy"), N_("Copy the focused field."), "preview", footer=10),
    _c("preview.copy_next", "w", N_("copy next"), N_("Copy the next field."), "preview", footer=20),
    _c("preview.reader", "r", N_("reader"), N_("Show the report of another reader: student, mentor, jury."),
       "preview", footer=30),
    _c("preview.language", "l", N_("language"), N_("Show the report in the other language."), "preview", footer=40),
    # --- what changed ----------------------------------------------------------------------------------------------
    _c("difference.next", "n w", N_("next change"), N_("Go to the next change."), "difference", footer=10),
    _c("difference.previous", "p b", N_("previous"), N_("Go to the change before."), "difference", footer=20),
    _c("difference.layout", "v", N_("layout"), N_("Show the versions side by side, or one below the other."),
       "difference", footer=30),
    _c("difference.page_down", "pagedown space", N_("page down"), N_("Go a screen further."), "difference"),
    _c("difference.page_up", "pageup", N_("page up"), N_("Go a screen back."), "difference"),
    _c("difference.top", "home", N_("top"), N_("Go to the beginning."), "difference"),
    _c("difference.bottom", "end", N_("bottom"), N_("Go to the end."), "difference"),
)  # fmt: skip

_BY_ID: Final[Mapping[str, Command]] = {each.id: each for each in COMMANDS}
_PARENTS: Final[Mapping[Context, Context]] = {"live.questions": "live", "live.notes": "live"}


def command(id: str) -> Command:
    """The command with this id.

    Raises:
        KeyError: there is none; ids typed by a user go through `check_keymap`.
    """
    return _BY_ID[id]


def context_title(context: Context, language: str = "en") -> str:
    """The heading of a context in help and documents."""
    _ = translator(language)
    return _(_TITLES[context])


def commands_for(context: Context) -> tuple[Command, ...]:
    """The commands that act in a context, in the table's order; a panel's own ones first, so that they win a key.

    The audience view has only its own; everywhere else the global ones are among them.
    """
    own = tuple(each for each in COMMANDS if context in each.contexts)
    if context in ("audience", "global"):
        return own
    parent = _PARENTS.get(context)
    if parent is None:
        return tuple(each for each in COMMANDS if context in each.contexts or "global" in each.contexts)
    return own + tuple(each for each in commands_for(parent) if context not in each.not_in)


def action_of(command: Command, context: Context) -> str:
    """The name of the action a screen gives to a command in a context: `live.rate_met` → `live_rate_met`."""
    context = _PARENTS.get(context, context) if context not in command.contexts else context
    return dict(command.acts_as).get(context, command.id).replace(".", "_")


def acts_while_writing(action: str, context: Context) -> bool:
    """Whether an action of this context may run while a text field has the focus; false for unknown actions."""
    return any(each.writing and action_of(each, context) == action for each in commands_for(context))


def keys_of(command: Command, settings: Settings | None = None) -> tuple[str, ...]:
    """The keys in force: those of the settings instead of the table's, single ones left out where they are off."""
    keys = command.keys
    if settings is None:
        return keys
    if command.id in settings.keys:
        keys = tuple(name for key in settings.keys[command.id] for name in both_cases(_key_for(command, key)))
    if settings.single_keys == "off" and not command.essential:
        keys = tuple(key for key in keys if not is_single(key))
    return keys


def _key_for(command: Command, typed: str) -> str:
    """A key of the settings by its name; a command may keep what it always had: Esc goes back, Ctrl+Q quits."""
    return typed.lower() if typed.lower() in command.keys else parse_key(typed)


def shown_keys(command: Command, settings: Settings | None = None, language: str = "en") -> tuple[str, ...]:
    """The keys in force as they are shown, each letter once; the first one is the footer's."""
    shown = (display_key(key, language) for key in keys_of(command, settings) if not (len(key) == 1 and key.isupper()))
    return tuple(dict.fromkeys(shown))


def footer_of(context: Context, settings: Settings | None = None) -> tuple[Command, ...]:
    """The commands hinted in the footer, help first; those without a key are left out, the bar shows what fits."""
    hinted = [each for each in commands_for(context) if each.footer is not None and keys_of(each, settings)]
    return tuple(sorted(hinted, key=lambda each: each.footer or 0))


def check_keymap(settings: Settings) -> None:
    """Refuse settings that name an unknown command, an unusable key, or one key twice in a context.

    Raises:
        ConsoleError: the first of them; says the file, the command and what to do.
    """
    for id, keys in settings.keys.items():
        if id not in _BY_ID:
            _refuse_unknown(settings, id)
        for key in keys:
            _check_key(settings, id, key)
    for context in CONTEXTS:
        _check_clashes(settings, context)


def _refuse_unknown(settings: Settings, id: str) -> NoReturn:
    near = get_close_matches(id, sorted(_BY_ID), 1)
    if near:
        raise ConsoleError(
            "{file}: keys: there is no command “{id}”; did you mean “{nearest}”?",
            file=settings.file, id=id, nearest=near[0],
        )  # fmt: skip
    raise ConsoleError("{file}: keys: there is no command “{id}”", file=settings.file, id=id)


def _check_key(settings: Settings, id: str, key: str) -> None:
    try:
        name = _key_for(_BY_ID[id], key)
    except ConsoleError as error:
        raise ConsoleError("{file}: keys.{id}: {problem}", file=settings.file, id=id, problem=error) from None
    if is_single(name) and _BY_ID[id].acts_as:
        raise ConsoleError(
            "{file}: keys.{id}: “{key}” would be typed into the text instead; choose a function key",
            file=settings.file, id=id, key=key,
        )  # fmt: skip


def _check_clashes(settings: Settings, context: Context) -> None:
    parent = _PARENTS.get(context)
    owners: dict[str, str] = {}
    for each in commands_for(context):
        # A panel may take a key of its screen; what the screen has twice is found on the screen itself.
        if parent is not None and context not in each.contexts:
            continue
        for key in keys_of(each, settings):
            first = owners.setdefault(key, each.id)
            if first != each.id:
                raise ConsoleError(
                    "{file}: keys: “{key}” is both {first} and {second} in “{context}”",
                    file=settings.file, key=display_key(key), first=first, second=each.id,
                    context=ConsoleError(_TITLES[context]),
                )  # fmt: skip
