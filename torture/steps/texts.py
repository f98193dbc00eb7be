"""Steps that keep a text while somebody types it, in a field or in a dialog."""

from __future__ import annotations

from torture.steps.mutant import Mutant

_ASKED = "tests/ui/test_asking.py::test_"
_ASKING = "screens/shared/asking.py"

MUTANTS = (
    Mutant(
        "a text is saved while it is typed",
        "widgets/frame/writer.py",
        "        if self._soon is None:\n            self._soon",
        "        self.stop()\n        if True:\n            self._soon",
        "tests/ui/test_drafts.py::test_a_text_typed_without_a_rest_is_saved_while_the_keys_go_on",
    ),
    Mutant(
        "a dialog's text is saved while it is typed",
        _ASKING,
        "DraftClock(self, self._save_draft)",
        "DraftClock(self, lambda: None)",
        _ASKED + "a_reason_is_a_draft_while_it_is_typed_and_goes_with_its_event",
    ),
    Mutant(
        "a dialog's draft goes in the transaction of its answer",
        "desk/defense/base.py",
        "        gone = tuple(dict.fromkeys((*drop_drafts, *settled)))",
        "        gone = tuple(drop_drafts)",
        _ASKED + "a_reason_is_a_draft_while_it_is_typed_and_goes_with_its_event",
    ),
    Mutant(
        "Esc keeps what a dialog holds",
        _ASKING,
        "        self.flush()\n        self.answer(text",
        "        self.answer(text",
        _ASKED + "escape_keeps_what_was_typed_this_moment",
    ),
    Mutant(
        "a dialog gives again what was typed in it",
        _ASKING,
        "        if self._field_key in self.texts.drafts:\n",
        "        if False:\n",
        _ASKED + "escape_keeps_the_text_until_the_same_is_asked_again_and_no_other_question_shows_it",
    ),
    Mutant(
        "the end of the console saves what a dialog holds",
        "screens/host.py",
        "            if isinstance(screen, ConsoleScreen | Dialog):\n                with",
        "            if isinstance(screen, ConsoleScreen):\n                with",
        _ASKED + "a_signal_saves_what_a_dialog_holds_this_moment",
    ),
    Mutant(
        "a dialog whose defense is taken over keeps its text aside",
        _ASKING,
        "        self.texts.set_aside(self._field_key, typed)\n",
        "",
        _ASKED + "what_was_typed_after_the_last_draft_is_kept_aside_as_a_note",
    ),
    Mutant(
        "no text is begun in a dialog where nothing can be written",
        _ASKING,
        "    if (reason := question.texts.read_only) is not None:\n",
        "    if (reason := question.texts.read_only) is not None and False:\n",
        _ASKED + "no_text_is_begun_in_a_dialog_where_nothing_can_be_written",
    ),
    Mutant(
        "a dialog's text does not open by itself",
        "screens/shared/writing.py",
        "            if self.can_write(field) and not is_asked(field)\n",
        "            if self.can_write(field)\n",
        _ASKED + "the_verdict_screen_does_not_open_the_text_of_a_dialog_by_itself",
    ),
    Mutant(
        "what a dialog asks of one document is kept apart from what it asks of another",
        "desk/defense/asked.py",
        '        return f"{self}/{row}"',
        "        return str(self)",
        _ASKED + "what_is_asked_again_of_one_document_is_not_offered_for_another",
    ),
    Mutant(
        "the date of a planned attempt is no draft any more",
        "desk/defense/verdict.py",
        "        self.drop_text(Asked.NEXT_ATTEMPT)",
        "        pass",
        _ASKED + "the_date_of_the_next_attempt_goes_once_that_attempt_is_planned",
    ),
    Mutant(
        "a key waits for the one before it",
        "screens/shared/key_order.py",
        "        if number != self._key_number or number == self._key_back:\n            return\n",
        "        await self._settle(number, 0)\n        return\n",
        "tests/ui/test_key_order.py::test_a_key_waits_for_the_one_before_it_however_slow_the_machine_is",
    ),
    Mutant(
        "leaving says what is not saved",
        "screens/host.py",
        "loss = loss_sentence(self.desk.saved)",
        'loss = ""',
        "tests/ui/test_not_saved.py::test_leaving_asks_and_says_what_it_means_and_the_next_console_saves_it",
    ),
)
