"""What the student gets, as it will read: the report for each reader and the message, in both languages.

The report is copied and edited field by field, the message copied as a whole; both are saved as files.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.content import Content

from defense_console.model.defense.state import Defense
from defense_console.reports.content import message as messages
from defense_console.reports.content.report import fields
from defense_console.reports.content.value import READERS, Reader, Report, ReportField
from defense_console.safe_text import content, one_line
from defense_console.screens.shared.copying import copy_out
from defense_console.screens.shared.headlines import headline_of
from defense_console.screens.shared.writing import WritingScreen
from defense_console.screens.verdict.saving import save_message, save_report
from defense_console.screens.verdict.wishes import REPORT, OnReport
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.frame.quiet_text import QuietText
from defense_console.widgets.lists.panel import Item, Panel
from defense_console.words.translation import N_, _, language, translator

if TYPE_CHECKING:
    from defense_console.desk.defense.verdict import VerdictDesk

READER_WORDS = {"student": N_("the student"), "mentor": N_("the student's mentor"), "jury": N_("the jury")}


class PreviewScreen(WritingScreen):
    """The report, one item per field, or the message for the student.

    A field the mentor wrote in other words says so, with the console's present words under it.

    Args:
        defense_id: Whole id.
        version: Number of a version of the verdict that was released, whose report is read as it was; None is now.
        message: Begin with the message.
    """

    CONTEXT = "preview"
    WISHES = REPORT

    def __init__(self, defense_id: str, version: int | None = None, message: bool = False) -> None:
        super().__init__()
        self.defense_id = defense_id
        self._version = version
        self._message = message
        self._reader: Reader = "student"
        self._tongue = ""
        self._copied: str | None = None

    @cached_property
    def verdict(self) -> VerdictDesk:
        """The use cases behind the report."""
        return self.desk.verdict(self.defense_id)

    @property
    def texts(self) -> VerdictDesk:
        """Where texts are kept."""
        return self.verdict

    @property
    def defense(self) -> Defense:
        """The defense as it is now."""
        return self.verdict.defense

    # --- drawing -------------------------------------------------------------------------------------------------

    def compose_band(self) -> ComposeResult:
        """What to know before reading on."""
        yield QuietText(id="preview-line")

    def compose_body(self) -> ComposeResult:
        """Compose the text of the report."""
        yield Panel(id="report")

    @property
    def headline(self) -> Headline:
        """What is read, and whose it is."""
        return headline_of(self.verdict, _("Message") if self._message else _("Report"))

    @property
    def panel(self) -> Panel:
        """What is read."""
        return self.query_one("#report", Panel)

    def on_mount(self) -> None:
        """The report is written in the defense's language until another one is asked for."""
        self._tongue = self.defense.language or language()
        super().on_mount()
        self.set_focus(self.panel)
        self.resume_text(_("This text was being written when the console ended."))

    def redraw(self) -> None:
        """Show the text as it reads now."""
        if self._message:
            self._draw_message()
        else:
            self._draw_report()
        if self.focused is None:
            self.set_focus(self.panel)  # which takes no focus while it is empty

    def _draw_report(self) -> None:
        report = self._report()
        notice = content(report.notice).stylize("bold $text-warning") if report.notice else content(report.imprint)
        self.query_one("#preview-line", QuietText).show(notice)
        colon = translator(self._tongue)
        items = [Item(content(colon("{label}:", label=fact.label) + f" {fact.text}")) for fact in report.facts]
        for field in fields(report):
            items += [Item(Content("")), self._field_item(field)]
        released = _("as released in version {n}", n=self._version) if self._version is not None else ""
        title = _("For {reader}, {language}", reader=_(READER_WORDS[self._reader]), language=self._spoken)
        self.panel.show(title, items, released, self.hints_of("preview.copy", "preview.edit", "preview.save"))

    @property
    def _spoken(self) -> str:
        return {"fr": _("in French"), "en": _("in English")}[self._tongue]

    def _field_item(self, field: ReportField) -> Item:
        """Title and text; of an edited field also that it is, and what the console would write now if that changed."""
        rows = [content(field.text)]
        edited = (field.key, self._tongue) in self.defense.edited
        changed = self.verdict.changed_generated(self._tongue, field.key) if self._version is None else None
        if changed is not None:
            told = _("The generated text has changed since; not in the report:")
            rows += [Content.styled(told, "$text-warning"), content(changed or "–").stylize("$text-muted")]
        end = Content.styled(_("edited"), "$text-warning") if edited else Content()
        title = content(field.title).stylize("bold")
        return Item(title, field.key, end=end, rows=tuple((Content("  "), row) for row in rows))

    def _draw_message(self) -> None:
        message = self.verdict.message(self._tongue)
        address = one_line(message.to_address)
        to = _("To {address}", address=address) if address else _("No e-mail address is known")
        subject = _("Subject: {subject}", subject=message.subject)
        line = Content.assemble((to, "" if address else "$text-warning"), "   ", one_line(subject))
        self.query_one("#preview-line", QuietText).show(line.truncate(self.row_width, ellipsis=True))
        items: list[Item] = []
        for n, paragraph in enumerate(messages.text(message).rstrip("\n").split("\n\n")):
            items += [Item(Content(""))] if items else []
            items.append(Item(content(paragraph), f"message/{n}"))
        title = _("Message for the student, {language}", language=self._spoken)
        self.panel.show(title, items, hints=self.hints_of("preview.copy", "preview.save"))

    def _report(self) -> Report:
        return self.verdict.report(self._reader, self._tongue, self._version)

    @property
    def released(self) -> tuple[int, ...]:
        """Numbers of the versions that were released, in order."""
        return tuple(v.version for v in self.defense.versions if v.released_at is not None)

    # --- commands ------------------------------------------------------------------------------------------------

    def seen(self) -> OnReport:
        """The desk, and what is read."""
        return OnReport(self.verdict, "report", self.panel.key, self._tongue, self._version, self._message)

    def can_write(self, field: str) -> bool:
        """The texts of the report."""
        return field.startswith("report/")

    def action_move_down(self) -> None:
        """Go to the next field."""
        self.panel.move(1)

    def action_move_up(self) -> None:
        """Go to the field before; with the first one the head of the report is seen."""
        self.panel.move(-1)

    def action_preview_reader(self) -> None:
        """Show the report for the next reader; from the message, the report."""
        if not self._message:
            self._reader = READERS[(READERS.index(self._reader) + 1) % len(READERS)]
        self._message, self._copied = False, None

    def action_preview_language(self) -> None:
        """Show it in the other language."""
        self._tongue = "en" if self._tongue == "fr" else "fr"

    def action_preview_version(self) -> None:
        """Show the report as it was released: the first version, the next one, then the present state again."""
        turns = (None, *self.released)
        self._version = turns[(turns.index(self._version) + 1) % len(turns)] if self._version in turns else None
        self._message = False

    def action_preview_edit(self) -> None:
        """Write the focused field in other words, or where it was written."""
        self.write(self.verdict.field_to_edit(self._tongue, self.panel.key))

    def action_preview_generated(self) -> None:
        """Take the generated text again."""
        self.attempt(lambda: self.verdict.take_generated(self._tongue, self.panel.key))

    def field_label(self, field: str) -> str | Content:
        """What is being written, as the report calls it."""
        key = field.partition("/")[2].partition("/")[2] if field.startswith("report/") else field
        found = next((each.title for each in fields(self._report()) if each.key == key), None)
        return content(found) if found is not None else _("Edit")

    def after_writing(self) -> None:
        """Back to the report."""
        if not self.writer.field_key:
            self.set_focus(self.panel)

    # --- copying and saving --------------------------------------------------------------------------------------

    def action_preview_copy(self) -> None:
        """Copy the focused field, or the message."""
        self._copy(self.panel.key)

    def action_preview_copy_next(self) -> None:
        """Copy the field after the one copied last; the first one when none was. The message is one field."""
        keys = self.panel.keys
        if self._message or not keys:
            self._copy(self.panel.key)
            return
        if self._copied == keys[-1]:
            self.tell(_("That was the last field."))
            return
        key = keys[keys.index(self._copied) + 1] if self._copied in keys else keys[0]
        self.panel.choose(key)
        self._copy(key)

    def _copy(self, key: str) -> None:
        if self._message:
            copy_out(self, _("Message for the student"), messages.text(self.verdict.message(self._tongue)))
            return
        field = next((field for field in fields(self._report()) if field.key == key), None)
        if field is not None:
            self._copied = key
            copy_out(self, field.title, field.text)

    async def action_preview_save(self) -> None:
        """Save what is read as a file."""
        if self._message:
            await save_message(self, self.verdict, self._tongue)
        else:
            await save_report(self, self.verdict, self._report())

    def action_report_message(self) -> None:
        """Show the message for the student."""
        self._message, self._copied = True, None
