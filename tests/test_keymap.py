from __future__ import annotations

import subprocess
import sys
from typing import get_args

import pytest
from textual.binding import Binding
from textual.keys import key_to_character

from defense_console.keys.keymap import (
    COMMANDS,
    CONTEXTS,
    Context,
    action_of,
    acts_while_writing,
    check_keymap,
    command,
    commands_for,
    display_key,
    footer_of,
    keys_of,
    shown_keys,
)
from defense_console.keys.sentences import key_in_force, key_table_markdown
from defense_console.model.errors import ConsoleError
from defense_console.screens.host import MOVES
from defense_console.settings import Settings
from defense_console.words.key_names import FORBIDDEN_CHARACTERS, character_of, name_of, parse_key
from tests.messages import collect, places

# What is promised, context by context, as a mentor reads it: the key, then the action it must reach.
PROMISED: dict[Context, str] = {
    "queue": (
        "j=move_down k=move_up ↓=move_down ↑=move_up Enter=queue_open /=queue_search 1=queue_tab_today "
        "&=queue_tab_today "
        '2=queue_tab_mentor é=queue_tab_mentor É=queue_tab_mentor 3=queue_tab_student "=queue_tab_student '
        "4=queue_tab_overdue '=queue_tab_overdue 5=queue_tab_all (=queue_tab_all o=queue_order w=queue_next_waiting "
        "p=queue_park b=queue_brief n=live_note u=edit_undo F2=live_note h=console_help ?=console_help F1=console_help "
        "Ctrl+L=console_redraw Ctrl+P=console_palette Ctrl+Q=console_quit s=queue_students i=queue_new"
    ),
    "brief": (
        "t=brief_open_room Space=brief_tick x=brief_cancel d=documents_receive n=live_note F2=live_note "
        "Esc=console_back"
    ),
    "waiting": (
        "t=waiting_start F3=waiting_start Space=brief_tick x=waiting_absent c=waiting_cancel a=live_audience "
        "e=live_recording m=live_role n=live_note F2=live_note"
    ),
    "live": (
        "Space=live_cycle v=live_rate_met 1=live_rate_met &=live_rate_met r=live_rate_to_improve "
        "2=live_rate_to_improve é=live_rate_to_improve É=live_rate_to_improve x=live_rate_not_met "
        '3=live_rate_not_met "=live_rate_not_met '
        "o=live_rate_not_observed 4=live_rate_not_observed '=live_rate_not_observed Backspace=live_clear 5=live_clear "
        "(=live_clear ↓=move_down ↑=move_up j=move_down k=move_up w=live_next_unrated Tab=panel_next "
        "Enter=live_details "
        "u=edit_undo y=edit_redo m=live_role e=live_recording l=live_timeline h=console_help ?=console_help "
        "F1=console_help t=clock_toggle g=clock_next_phase +=clock_more ==clock_more -=clock_less n=live_note "
        "c=live_note_criterion p=live_private q=live_question b=live_bank s=live_strength i=live_improvement "
        "d=live_document a=live_audience z=clock_gap_to_pause f=live_finish F2=live_note F3=clock_toggle "
        "F4=clock_next_phase F8=live_document F9=live_verdict"
    ),
    "live.questions": "Space=live_question_state v=live_rate_met",
    "live.notes": "Enter=live_edit_note p=live_private",
    "verdict": (
        "v=verdict_validated 1=verdict_validated &=verdict_validated r=verdict_conditional 2=verdict_conditional "
        'é=verdict_conditional É=verdict_conditional x=verdict_rework 3=verdict_rework "=verdict_rework '
        "c=verdict_comment s=verdict_strength i=verdict_improvement m=verdict_reason g=verdict_goal Space=verdict_keep "
        "Enter=verdict_edit_row d=verdict_add_row +=verdict_due_later -=verdict_due_earlier p=verdict_preview "
        "t=verdict_reopen u=edit_undo y=edit_redo F9=verdict_sign F8=verdict_add_row F3=clock_toggle "
        "F4=clock_next_phase f=live_finish F2=live_note Esc=console_back"
    ),
    "preview": "c=preview_copy w=preview_copy_next Esc=console_back",
    "students": (
        "j=move_down k=move_up ↓=move_down ↑=move_up Enter=students_open c=student_check_in g=student_goal "
        "n=student_note 1=students_tab_week 2=students_tab_mine 3=students_tab_drifting 4=students_tab_away "
        "5=students_tab_all /=students_search o=students_order i=queue_new Esc=console_back F2=student_note"
    ),
    "student": (
        "c=student_check_in g=student_goal v=student_kept r=student_moved x=student_dropped q=student_question "
        "l=student_learning f=student_resource e=student_estimate n=student_note b=student_away p=student_reports "
        "m=queue_student u=edit_undo y=edit_redo"
    ),
    "check_in": (
        "t=check_in_start v=check_in_first r=check_in_second x=check_in_third +=check_in_more -=check_in_less "
        "n=student_note g=student_goal F9=check_in_close w=check_in_copy u=edit_undo y=edit_redo"
    ),
    "audience": (
        "t=clock_toggle g=clock_next_phase +=clock_more ==clock_more -=clock_less F3=clock_toggle F4=clock_next_phase "
        "Ctrl+L=console_redraw a=live_audience"
    ),
}
WRITING_KEYS = {"F2", "F3", "F4", "F7", "F8", "F9", "Ctrl+L", "Ctrl+P", "Ctrl+Q"}


def _actions(context: Context) -> dict[str, str]:
    return {display_key(k): action_of(each, context) for each in commands_for(context) for k in keys_of(each)}


@pytest.mark.parametrize("context", PROMISED)
def test_every_promised_key_does_what_is_promised(context: Context) -> None:
    # The last equals sign parts them, since `=` is a key itself.
    promised = {pair.rpartition("=")[0]: pair.rpartition("=")[2] for pair in PROMISED[context].split()}
    actions = _actions(context)
    assert {key: actions.get(key) for key in promised} == promised


def test_the_audience_view_has_no_other_key() -> None:
    shown = {key for each in commands_for("audience") for key in shown_keys(each)}
    assert shown == {"t", "g", "+", "=", "-", "F3", "F4", "Ctrl+L", "a"}


@pytest.mark.parametrize("context", CONTEXTS)
def test_no_key_is_bound_twice_in_a_context(context: Context) -> None:
    bound: dict[str, list[str]] = {}
    for each in commands_for(context):
        for key in each.keys:
            bound.setdefault(key, []).append(each.id)
    twice = {key: ids for key, ids in bound.items() if len(ids) > 1}
    assert not twice, f"{context}: {twice}; docs/keys.md shows which keys are free there"


def test_ids_are_unique_and_contexts_known() -> None:
    assert len({each.id for each in COMMANDS}) == len(COMMANDS)
    assert {context for each in COMMANDS for context in each.contexts} <= set(get_args(Context))
    for each in COMMANDS:
        for _, stands_for in each.acts_as:
            command(stands_for)


def test_both_cases_are_bound() -> None:
    keys = {key for each in COMMANDS for key in each.keys}
    letters = {key for key in keys if len(key) == 1 and key.isalpha()}
    assert "é" in letters
    for each in COMMANDS:
        own = {key for key in each.keys if len(key) == 1 and key.isalpha()}
        assert {key.swapcase() for key in own} == own, each.id


def test_forbidden_keys_are_never_used() -> None:
    used = {key for each in COMMANDS for key in each.keys}
    assert not {key for key in used if (character_of(key) or "") in set(FORBIDDEN_CHARACTERS)}
    assert not used & {"ctrl+s", "ctrl+c", "ctrl+z", "ctrl+h", "ctrl+i", "ctrl+j", "ctrl+m"}
    assert [each.id for each in COMMANDS if "ctrl+q" in each.keys] == ["console.quit"]


def test_only_keys_that_a_text_field_leaves_alone_act_while_writing() -> None:
    assert {key for each in COMMANDS if each.writing for key in shown_keys(each)} == WRITING_KEYS
    assert acts_while_writing("clock_toggle", "live")
    assert not acts_while_writing("clock_more", "live")
    assert not acts_while_writing("live_rate_met", "live")


def test_names_are_those_of_the_toolkit() -> None:
    for character in "aé&\"'(/?:+=-_!;.*$ù%1":
        (binding,) = Binding.make_bindings([(character, "noop", "")])
        assert name_of(character) == binding.key
    assert (name_of(","), name_of(" ")) == ("comma", "space"), "the two that no binding takes as typed"
    for key in {key for each in COMMANDS for key in each.keys if "+" not in key}:
        shown = key_to_character(key)
        if shown is not None and shown.isprintable():
            assert character_of(key) == shown, key
    for each in COMMANDS:
        made = list(Binding.make_bindings([(",".join(each.keys) or "f20", "noop", "")]))
        assert {binding.key for binding in made} >= set(each.keys)


def test_a_remap_replaces_every_key_of_the_command() -> None:
    settings = Settings(keys={"live.question": ("k", "F6")})
    assert keys_of(command("live.question"), settings) == ("k", "K", "f6")
    assert keys_of(command("live.note"), settings) == ("n", "N")


def test_a_freed_key_can_be_given_to_another() -> None:
    check_keymap(Settings(keys={"live.note": ("q",), "live.question": ("&", "F6"), "live.rate_met": ("v",)}))


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ({"live.notte": ("k",)}, "did you mean “live.note”?"),
        ({"zzz": ("k",)}, "there is no command “zzz”"),
        ({"live.question": ("V",)}, "“v” is both live.rate_met and live.question in “Live defense”"),
        ({"live.question": ("F1",)}, "“F1” is both"),
        ({"live.question": ("[",)}, "the key “[” cannot be used"),
        ({"live.question": ("ctrl+s",)}, "the key “ctrl+s” cannot be used"),
        ({"live.question": ("ctrl+q",)}, "the key “ctrl+q” cannot be used"),
        ({"live.question": ("alt+q",)}, "the key “alt+q” cannot be used"),
        ({"live.question": ("escape",)}, "the key “escape” cannot be used"),
        ({"live.question": ("F55",)}, "did you mean “f5”?"),
        ({"anywhere.note": ("k",)}, "would be typed into the text"),
    ],
)
def test_a_remap_that_cannot_work_is_refused_with_the_reason(keys: dict[str, tuple[str, ...]], reason: str) -> None:
    with pytest.raises(ConsoleError) as caught:
        check_keymap(Settings(keys=keys, file="settings.toml"))
    assert reason in str(caught.value)
    assert str(caught.value).startswith("settings.toml: keys")


def test_a_command_may_keep_its_reserved_key() -> None:
    settings = Settings(keys={"console.back": ("escape", "F6"), "console.quit": ("ctrl+q",)})
    check_keymap(settings)
    assert keys_of(command("console.back"), settings) == ("escape", "f6")


def test_single_keys_off_leaves_named_keys_and_a_way_out_of_the_audience_view() -> None:
    settings = Settings(single_keys="off")
    assert keys_of(command("live.rate_met"), settings) == ()
    assert keys_of(command("clock.more"), settings) == ()
    assert keys_of(command("live.cycle"), settings) == ("space",)
    assert keys_of(command("console.help"), settings) == ("f1",)
    assert keys_of(command("move.down"), settings) == ("down",)
    assert keys_of(command("live.audience"), settings) == ("a", "A")


@pytest.mark.parametrize("context", [context for context in CONTEXTS if context != "audience"])
def test_the_footer_begins_with_help_and_its_labels_are_short(context: Context) -> None:
    hints = footer_of(context)
    assert hints[0].id == "console.help"
    assert all(len(hint.label) <= 12 for hint in hints)


def test_keys_are_shown_as_they_are_printed() -> None:
    assert [display_key(key) for key in ("ampersand", "f2", "enter", "ctrl+l", "shift+tab", "space", "backspace")] == [
        "&", "F2", "Enter", "Ctrl+L", "Shift+Tab", "Space", "Backspace",
    ]  # fmt: skip
    assert display_key("space", "fr") == "Espace"
    assert shown_keys(command("queue.tab_mentor")) == ("2", "é")


def test_a_character_or_a_name_is_the_same_key() -> None:
    assert parse_key("&") == parse_key("ampersand") == "ampersand"
    assert parse_key("É") == "é"
    assert parse_key(" F6 ") == "f6"
    with pytest.raises(ConsoleError):
        parse_key("")


def test_the_documented_table_names_every_command() -> None:
    for language in ("en", "fr"):
        table = key_table_markdown(language)
        assert all(f"`{each.id}`" in table for each in COMMANDS)


def test_the_table_is_read_without_the_toolkit() -> None:
    code = (
        "import sys, defense_console.keys.sentences as k; k.key_table_markdown(); "
        "print({'textual', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_sentence_names_the_key_in_force() -> None:
    remapped = Settings(keys={"live.finish": ("F6",), "clock.toggle": ()})
    assert key_in_force("live.finish") == "f"
    assert key_in_force("live.finish", settings=remapped) == "F6"
    assert key_in_force("clock.toggle", settings=remapped) == "F3"  # the key that does it from a text field
    without = key_in_force("live.finish", "fr", Settings(single_keys="off"))
    assert without.replace("\N{NO-BREAK SPACE}", " ") == "« terminer » (palette)"
    assert "in the last one, F6 finishes" in key_table_markdown("en", remapped)


@pytest.mark.xdist_group("messages")
def test_every_key_a_message_names_is_a_commands() -> None:
    named = {place.partition(":")[2] for id in collect()[0] for place in places(id) if place.startswith("key:")}
    assert len(named) > 10
    assert named <= {each.id for each in COMMANDS}


def test_a_modifier_is_named_in_the_language() -> None:
    assert display_key("shift+tab", "fr") == "Maj+Tab"
    assert display_key("ctrl+shift+f2") == "Ctrl+Shift+F2"


def test_no_command_depends_on_a_key_that_browsers_take() -> None:
    """Those that have no other key are in the palette, which lists all but moving and itself."""
    taken = {"ctrl+w", "ctrl+t", "ctrl+n", "ctrl+q", "ctrl+tab", "ctrl+shift+tab", "f5", "f11", "f12", "alt+f4"}
    left = [c.id for c in COMMANDS if c.keys and taken.issuperset(c.keys)]
    assert "console.quit" in left
    assert not [id for id in left if id.startswith(MOVES)]
