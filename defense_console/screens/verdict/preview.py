"""The report as it will read, for each reader and in both languages; copied and edited field by field."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from defense_console.model.defense.state import Defense
from defense_console.reports.content.report import fields
from defense_console.reports.content.value import READERS, Reader, Report, ReportField
from defense_console.safe_text import content
from defense_console.screens.shared.copying import copy_message, copy_out
from defense_console.screens.shared.writing import WritingScreen
from defense_console.screens.verdict.wishes import REPORT, OnReport
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import N_, _, language, translator

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk

READER_WORDS = {"student": N_("the student"), "mentor": N_("the student's mentor"), "jury": N_("the jury")}


class PreviewScreen(WritingScreen):
    """The report, one item per field; a field the mentor wrote anew says so, with a changed proposal beside it.

    Args:
        defense_id: Whole id.
        version: Number of a version of the verdict that was released, whose report is read as it was; None is now.
    """

    CONTEXT = "preview"
    WISHES = REPORT
    DEFAULT_CSS = """
    PreviewScreen {
        .head { height: auto; padding: 0 1; background: $panel; margin: 0 0 1 0; }
        .head Static { height: auto; width: 1fr; }
        #sheet { height: 1fr; }
        &.-flat .head, &.-short .head { margin: 0; }
    }
    """

    def __init__(self, defense_id: str, version: int | None = None) -> None:
        super().__init__()
        self.defense_id = defense_id
        self._version = version
        self._reader: Reader = "student"
        self._tongue = ""
        self._copied: str | None = None

    @cached_property
    def verdict(self) -> VerdictDesk:
        """The use cases behind the report."""
        return self.desk.verdict(self.defense_id)

    def compose_body(self) -> ComposeResult:
        """Head and report."""
        with Vertical(classes="head"):
            yield Static(id="preview-title", markup=False)
            yield Static(id="preview-reader", markup=False)
        with VerticalScroll(id="sheet", can_focus=False):
            yield Panel(id="report")

    @property
    def texts(self) -> VerdictDesk:
        """Where texts are kept."""
        return self.verdict

    def on_mount(self) -> None:
        """The report is written in the defense's language until another one is asked for."""
        self._tongue = self.verdict.defense.language or language()
        super().on_mount()
        self.set_focus(self.query_one("#report", Panel))
        self.resume_text(_("This text was being written when the console ended."))

    def redraw(self) -> None:
        """Show the report as it reads now."""
        report = self._report()
        self.query_one("#preview-title", Static).update(content(report.title).stylize("bold"))
        tongue = {"fr": _("in French"), "en": _("in English")}[self._tongue]
        head = Content.assemble(_("For {reader}", reader=_(READER_WORDS[self._reader])), " · ", tongue)
        if self._version is not None:
            head = head + Content(" · " + _("as released in version {n}", n=self._version)).stylize("bold")
        if report.notice:
            head = head + Content(" · ") + content(report.notice).stylize("$text-warning")
        self.query_one("#preview-reader", Static).update(head)
        colon = translator(self._tongue)
        facts = [content(colon("{label}:", label=fact.label) + f" {fact.text}") for fact in report.facts]
        panel = self.query_one("#report", Panel)
        items = [Item(fact.stylize("$text-muted")) for fact in facts] + [Item(Content(""))]
        for field in fields(report):
            items.append(Item(Content("\n").join(self._field_lines(field)), field.key))
        panel.show("", items)

    def _field_lines(self, field: ReportField) -> Iterator[Content]:
        """Title and text; of an edited field also that it is, and what the console would write now if that changed."""
        title = content(field.title).stylize("bold $text-accent")
        if (field.key, self._tongue) in self.defense.edited:
            title = title + Content(" · ") + Content(_("edited")).stylize("$text-warning")
        yield title
        yield content(field.text)
        changed = self.verdict.changed_generated(self._tongue, field.key) if self._version is None else None
        if changed is not None:
            yield Content(_("The generated text has changed since; not in the report:")).stylize("$text-warning")
            yield content(changed or "–").stylize("$text-muted")
        yield Content("")

    @property
    def defense(self) -> Defense:
        """The defense as it is now."""
        return self.verdict.defense

    def _report(self) -> Report:
        return self.verdict.report(self._reader, self._tongue, self._version)

    @property
    def released(self) -> tuple[int, ...]:
        """Numbers of the versions that were released, in order."""
        return tuple(v.version for v in self.defense.versions if v.released_at is not None)

    # --- commands ------------------------------------------------------------------------------------------------

    def seen(self) -> OnReport:
        """The desk, and what is read."""
        return OnReport(self.verdict, "report", self.query_one("#report", Panel).key, self._tongue, self._version)

    def can_write(self, field: str) -> bool:
        """The texts of the report."""
        return field.startswith("report/")

    def action_move_down(self) -> None:
        """The next field."""
        self.query_one("#report", Panel).move(1)

    def action_move_up(self) -> None:
        """The field before; from the first one the head of the report."""
        if not self.query_one("#report", Panel).move(-1):
            self.query_one("#sheet").scroll_home(animate=False)

    def action_preview_reader(self) -> None:
        """The next reader."""
        self._reader = READERS[(READERS.index(self._reader) + 1) % len(READERS)]
        self._copied = None

    def action_preview_language(self) -> None:
        """The other language."""
        self._tongue = "en" if self._tongue == "fr" else "fr"

    def action_preview_version(self) -> None:
        """The report as it was released: the first version, the next one, then the present state again."""
        turns = (None, *self.released)
        self._version = turns[(turns.index(self._version) + 1) % len(turns)] if self._version in turns else None

    def action_preview_edit(self) -> None:
        """Write the focused field anew, or where it was written."""
        self.write(self.verdict.field_to_edit(self._tongue, self.query_one("#report", Panel).key))

    def action_preview_generated(self) -> None:
        """The generated text again."""
        self.attempt(lambda: self.verdict.take_generated(self._tongue, self.query_one("#report", Panel).key))

    def field_label(self, field: str) -> str | Content:
        """What is being written, as the report calls it."""
        key = field.partition("/")[2].partition("/")[2] if field.startswith("report/") else field
        found = next((each.title for each in fields(self._report()) if each.key == key), None)
        return content(found) if found is not None else _("Edit")

    def after_writing(self) -> None:
        """Back to the report."""
        if not self.writer.field_key:
            self.set_focus(self.query_one("#report", Panel))

    def action_preview_copy(self) -> None:
        """Copy the focused field."""
        self._copy(self.query_one("#report", Panel).key)

    def action_preview_copy_next(self) -> None:
        """Copy the field after the one copied last; the first one when none was."""
        panel = self.query_one("#report", Panel)
        keys = panel.keys
        if not keys:
            return
        if self._copied == keys[-1]:
            self.tell(_("That was the last field."))
            return
        key = keys[keys.index(self._copied) + 1] if self._copied in keys else keys[0]
        panel.choose(key)
        self._copy(key)

    def _copy(self, key: str) -> None:
        field = next((field for field in fields(self._report()) if field.key == key), None)
        if field is not None:
            self._copied = key
            copy_out(self, field.title, field.text)

    def action_report_message(self) -> None:
        """Copy the message for the student."""
        copy_message(self, self.verdict, self._tongue)
