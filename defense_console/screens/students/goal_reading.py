"""While a goal is typed, the message row says how it is understood: nothing is guessed behind the mentor."""

from __future__ import annotations

from defense_console.desk.student.student import StudentDesk
from defense_console.model.errors import ConsoleError
from defense_console.safe_text import content, one_line
from defense_console.screens.shared.writing import WritingScreen
from defense_console.widgets.frame.message_line import MessageLine
from defense_console.widgets.frame.writer import Writer
from defense_console.words.translation import _, error_text, language, translator


class ReadsGoals(WritingScreen):
    """A screen on which a student's next goal is written."""

    @property
    def texts(self) -> StudentDesk:
        """The desk that keeps the texts."""
        raise NotImplementedError

    def can_write(self, field: str) -> bool:
        """Whether this screen writes a field."""
        return field.partition("/")[0] in ("note", "edit", "question", "goal", "promise")

    def show_standing(self) -> None:
        """Say how the goal that is being written is understood."""
        if not (self.query(Writer) and self.writer.field_key == "goal" and self.writer.text.strip()):
            super().show_standing()
            return
        try:
            read = self.texts.typed(self.writer.text).understood(translator(language()))
            said = content(_("read as: {goal}", goal=one_line(read)))
        except ConsoleError as error:
            said = content(error_text(error)).stylize_before("$text-warning")
        self.query_one(MessageLine).show_standing(said)

    def on_writer_touched(self, event: Writer.Touched) -> None:
        """Read the goal again at each key."""
        if self.writer.field_key == "goal":
            self.show_standing()
