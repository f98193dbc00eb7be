"""What changed between two versions of one document: read in the background, shown as large as the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from textual import work
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from defense_console.desk.uploads.comparing import ComparingStopped, Interrupt
from defense_console.keys.keymap import Command
from defense_console.model.comparison import Comparison, ComparisonProgress, FileFacts
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import cells, content, one_line, shortened
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.uploads.difference_words import (
    calm_words,
    counts_words,
    difference_alarm,
    document_place_words,
    facts_words,
    fold_words,
)
from defense_console.widgets.clock.phase_bar import strip
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.marks import mark
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.difference_view import DifferenceView
from defense_console.words.translation import _, date_time, error_text

Compute = Callable[[ComparisonProgress, Interrupt], Comparison]
"""Compares; called on a thread of its own, told how to say how far it is, and how it is stopped."""
BAR_CELLS = 30


@dataclass(frozen=True)
class VersionLabel:
    """How a version is called on the screen.

    Attributes:
        name: Its file name, or what the mentor calls it: user text.
        at: When it was received, ISO 8601 UTC; empty when unknown.
    """

    name: str
    at: str = ""


@dataclass(frozen=True)
class ComparedDocument:
    """What the screen is about, before anything is compared.

    Attributes:
        document: Title of the document, user text.
        old: The version before; None when there is none.
        new: The version after; None when it did not come.
        student: Whose document it is, user text.
        requested: A new version was asked for, so that an unchanged one is told as loudly as can be.
        again: Number of an earlier version that has the very same file; None when none has.
    """

    document: str
    old: VersionLabel | None
    new: VersionLabel | None
    student: str = ""
    requested: bool = False
    again: int | None = None


class DifferenceScreen(ConsoleScreen):
    """One comparison, full screen.

    Args:
        subject: What is compared, in words.
        compute: Compares.
    """

    CONTEXT = "difference"
    DEFAULT_CSS = """
    DifferenceScreen {
        #difference-band { height: auto; padding: 0 1; text-wrap: nowrap; text-overflow: ellipsis; }
        #difference-alarm {
            display: none; height: auto; padding: 0 1; text-align: center; max-width: 120;
            border: heavy $error; color: $foreground;
            &.-shown { display: block; }
        }
        #difference-said { height: 1fr; padding: 1 2; max-width: 104; }
        DifferenceView { display: none; }
        &.-lines { DifferenceView { display: block; } #difference-said { display: none; } }
    }
    """

    @dataclass
    class Progressed(Message):
        """The comparison is so far, in whole percent."""

        percent: int

    @dataclass
    class Ended(Message):
        """There is a comparison, or the reason why there is none."""

        found: Comparison | ConsoleError

    def __init__(self, subject: ComparedDocument, compute: Compute) -> None:
        super().__init__()
        self.subject = subject
        self._compute = compute
        self._interrupt = Interrupt()
        self._percent = 0
        self._found: Comparison | ConsoleError | None = None
        self._reached = (0, 0)

    def compose_band(self) -> ComposeResult:
        """Which versions are compared."""
        yield QuietText(id="difference-band")

    def compose_body(self) -> ComposeResult:
        """The block that cannot be missed, the lines or what is said in their place."""
        yield Static(id="difference-alarm", markup=False)
        yield QuietText(id="difference-said")
        yield DifferenceView(document_place_words, fold_words)

    def on_mount(self) -> None:
        """Begin to compare."""
        super().on_mount()
        self._run_apart()

    def on_unmount(self) -> None:
        """Nobody waits for it any longer."""
        self._interrupt.ask()

    @property
    def headline(self) -> Headline:
        """Which document of whom."""
        return Headline(_("What changed"), self.subject.document, self.subject.student)

    # --- comparing ---------------------------------------------------------------------------------------------------

    @work(thread=True, exclusive=True, group="difference", exit_on_error=False)
    def _run_apart(self) -> None:
        told = 0

        def progress(part: float) -> None:
            nonlocal told
            percent = int(100 * part)
            if percent > told:
                told = percent
                self.post_message(self.Progressed(percent))

        try:
            found: Comparison | ConsoleError = self._compute(progress, self._interrupt)
        except ComparingStopped:
            return
        except ConsoleError as error:
            found = error
        except Exception as error:  # told like every fault of a command; the defense goes on
            self.app.call_from_thread(self.console_app.note_fault, error)
            found = ConsoleError("The versions could not be compared: a fault in the console.")
        self.post_message(self.Ended(found))

    def on_difference_screen_progressed(self, event: Progressed) -> None:
        """Show how far it is; the clock of a live defense is not touched."""
        self._percent = event.percent
        self._say()

    def on_difference_screen_ended(self, event: Ended) -> None:
        """Show what was found."""
        self._found = event.found
        view = self.query_one(DifferenceView)
        if self._lines_found:
            self.add_class("-lines")
            view.focus()
            if isinstance(self._found, Comparison) and self._found.difference is not None:
                self.call_after_refresh(view.show, self._found.difference.lines)
        self.update()

    @property
    def _lines_found(self) -> bool:
        """Whether there are lines to show: something changed, and it can be read."""
        found = self._found
        return isinstance(found, Comparison) and found.difference is not None and not found.no_lines

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Versions, block and words; the lines draw themselves."""
        files = Content(shortened(self._files(), self.row_width)).stylize("$text-muted")
        rows = [self._versions(self.row_width)] if self.has_class("-short") else [self._versions(self.row_width), files]
        self.query_one("#difference-band", QuietText).show(Content("\n").join(row for row in rows if row.plain))
        self._name_lines()
        alarm = self._alarm()
        block = self.query_one("#difference-alarm", Static)
        block.set_class(alarm is not None, "-shown")
        if alarm is not None:
            heading = Content(f" {mark('same')} {alarm[0]} ").stylize("bold reverse $text-error")
            block.update(Content.assemble(heading, "\n", content(alarm[1])))
        self._say()

    def _alarm(self) -> tuple[str, str] | None:
        found, subject = self._found, self.subject
        return difference_alarm(found, subject.requested, subject.again) if isinstance(found, Comparison) else None

    def _versions(self, width: int) -> Content:
        def named(version: VersionLabel | None) -> str:
            if version is None:
                return _("none")
            return f"{version.name} ({date_time(version.at, self.zone)})" if version.at else version.name

        old, new = one_line(named(self.subject.old)), one_line(named(self.subject.new))
        if cells(old) + cells(new) + 3 <= width:
            return Content(f"{old} {mark('becomes')} {new}")
        new = f"{mark('becomes')} {shortened(new, width - 2)}"
        return Content(f"{shortened(old, width)}\n{new}")  # what was received when must be read

    def _files(self) -> str:
        def told(facts: FileFacts | None) -> str:
            return facts_words(facts) or _("none")

        found = self._found
        return f"{told(found.old)} {mark('becomes')} {told(found.new)}" if isinstance(found, Comparison) else ""

    def _name_lines(self) -> None:
        """Write into the frame of the lines what was counted, and which change one reads."""
        found = self._found
        if not isinstance(found, Comparison) or found.difference is None or not self._lines_found:
            return
        text, (change, of) = Content(counts_words(found.difference.counts)), self._reached
        if found.difference.coarse:
            roughly = _("long or repetitive: some parts are compared roughly")
            text = text + Content(f", {roughly}").stylize("$text-warning")
        hints = self.hints_of("difference.next", "difference.previous", "difference.layout")
        count = " " + _("change {n} of {of}", n=change, of=of) if of else ""
        self.query_one(DifferenceView).name_frame(text, count, hints)

    def _say(self) -> None:
        """What stands in place of the lines."""
        said = self.query_one("#difference-said", QuietText)
        if self._found is None:
            full = BAR_CELLS * self._percent // 100
            said.show(Content.assemble(_("Reading and comparing; the clock goes on. {key:console.back} stops."), "\n\n",
                                       strip(full, BAR_CELLS), f" {self._percent:>3} %"))  # fmt: skip
        elif isinstance(self._found, ConsoleError):
            said.show(content(error_text(self._found)))
        elif self._alarm() is not None:
            why = self._found.why_no_text
            said.show(content(error_text(why)) if why is not None and self._found.status != "missing" else Content(""))
        elif not self._lines_found:
            said.show(calm_words(self._found, self.subject.again))

    def on_difference_view_reached(self, event: DifferenceView.Reached) -> None:
        """Say which change it is."""
        self._reached = (event.change, event.of)
        self._name_lines()

    # --- commands ----------------------------------------------------------------------------------------------------

    def refusal(self, command: Command) -> ConsoleError | None:
        """Return why a command cannot act now: without lines there is nowhere to go."""
        moves = command.id.startswith("difference.")
        return ConsoleError("There are no lines to show.") if moves and not self._lines_found else None

    def action_move_down(self) -> None:
        """Go to the next row."""
        self.query_one(DifferenceView).scroll_rows(1)

    def action_move_up(self) -> None:
        """Go to the row before."""
        self.query_one(DifferenceView).scroll_rows(-1)

    def action_difference_next(self) -> None:
        """Go to the next change."""
        if not self.query_one(DifferenceView).step(1):
            self.tell(_("That was the last change."))

    def action_difference_previous(self) -> None:
        """Go to the change before."""
        if not self.query_one(DifferenceView).step(-1):
            self.tell(_("That was the first change."))

    def action_difference_layout(self) -> None:
        """Switch to the other layout."""
        self.query_one(DifferenceView).switch_layout()
