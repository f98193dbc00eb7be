"""The safety steps that `make torture` takes away one at a time; each names what must go red without it.

A step is listed here when its proof is an experiment: a kill, a fault below SQLite, a power cut, two processes, a
damaged file, a full disk, bytes that must be gone. A step that a plain test of one function guards is left to
`make mutants`.

A step is pinned by a short piece of source that stands once in its file, so that a change around it breaks nothing.
"""

from __future__ import annotations

from typing import Final

import msgspec

DAMAGE: Final = "damage"
FAULTS: Final = "faults"
FULL: Final = "full_disk"
POWER: Final = "power_cut"
TWO: Final = "two_consoles"

ALONE: Final = "tests/store/test_backups.py::test_nothing_is_put_back_under_an_open_store_nor_opened_meanwhile"
BACKUPS: Final = "tests/store/test_backups.py::test_"
DISK: Final = "tests/store/test_on_the_disk.py::test_"
FORGET: Final = "tests/test_forget.py::test_"
HALF_MADE: Final = "tests/store/test_half_made.py::test_"
KEEPING: Final = "tests/store/test_keeping_aside.py::test_"
LEASES: Final = "tests/desk/test_leases.py::test_"
NO_SPACE: Final = "tests/store/test_full_disk.py::test_"
OPENING: Final = "tests/test_opening.py::test_"
REPAIR: Final = "tests/store/test_repairing.py::test_"
SEARCHES: Final = "tests/store/test_search_index.py::test_"
SPOOL: Final = "tests/store/test_spool.py::test_"
TINY: Final = "tests/store/test_tiny.py::test_"


class Mutant(msgspec.Struct, frozen=True):
    """One step taken away.

    Attributes:
        step: what is taken away.
        file: from the root of the repository.
        old: source text that stands once in the file.
        new: what stands in its place.
        proof: what must go red: an experiment (`power_cut`) or one test (`tests/…::test_…`).
    """

    step: str
    file: str
    old: str
    new: str
    proof: str


MUTANTS: Final = (
    # --- what SQLite is asked for, and one action as one transaction
    Mutant(
        "each commit is synced",
        "defense_console/store/sqlite/pragmas.py",
        "synchronous = FULL",
        "synchronous = NORMAL",
        POWER,
    ),
    Mutant(
        "a write takes the lock before it looks",
        "defense_console/store/sqlite/engine.py",
        "BEGIN IMMEDIATE",
        "BEGIN",
        "tests/store/test_rows.py::test_a_transaction_that_would_meet_another_does_not_begin",
    ),
    Mutant(
        "nothing is written after SQLite gave the transaction up",
        "defense_console/store/sqlite/engine.py",
        "self._depth and not self._connection.in_transaction",
        "False",
        "tests/store/test_rows.py::test_nothing_is_written_after_the_engine_gave_the_transaction_up",
    ),
    Mutant(
        "an action and its summary are one transaction",
        "defense_console/store/sqlite/store.py",
        "with self._rows.together() if job.stream in self._new else self._transaction():",
        "if True:",
        TINY + "an_action_is_one_transaction",
    ),
    Mutant(
        "other lines at the same place are a conflict",
        "defense_console/store/log_rules.py",
        "if not lines or not same:",
        "if not lines:",
        TWO,
    ),
    Mutant(
        "a log and its summary are read in one view",
        "defense_console/store/sqlite/store.py",
        "with self._rows.reading():\n            lines",
        "if True:\n            lines",
        TINY + "a_log_that_grows_while_it_is_read_is_not_taken_for_cut",
    ),
    # --- damaged, moved and mixed files
    Mutant(
        "verify follows the hash chain",
        "defense_console/store/checking.py",
        "next_hash(head, body) != hash",
        "False",
        DAMAGE,
    ),
    Mutant(
        "a log whose end is gone is refused",
        "defense_console/store/sqlite/store.py",
        "verifying.refuse_cut(self._rows, stream, lines[-1] if lines else None)",
        "pass",
        DAMAGE,
    ),
    Mutant(
        "a file that was moved or replaced takes no write",
        "defense_console/store/sqlite/engine.py",
        "self._unmoved.check()",
        "pass",
        TINY + "a_file_that_is_no_longer_in_its_place_takes_no_write_until_it_is_back",
    ),
    Mutant(
        "a file whose write-ahead log was removed takes no write",
        "defense_console/store/sqlite/opening/unmoved.py",
        "(self._file, self._log) if",
        "(self._file,) if",
        TINY + "what_was_saved_before_its_log_was_removed_is_in_the_file_and_no_more_is_taken",
    ),
    Mutant(
        "a write-ahead log is not read with a file that it was not left by",
        "defense_console/store/sqlite/store.py",
        "refuse_mixture(path)",
        "pass",
        "tests/store/test_leftover_log.py::test_the_log_of_a_later_state_is_not_read_with_an_earlier_file",
    ),
    Mutant(
        "a repair reads a copy of what it keeps",
        "defense_console/store/sqlite/damage/repairing.py",
        "Salvage(work / place.FILE)",
        "Salvage(aside / place.FILE)",
        REPAIR + "what_a_crash_left_in_the_write_ahead_log_is_kept_and_read",
    ),
    Mutant(
        "the log of a file that is gone is put over the last copy",
        "defense_console/store/sqlite/damage/repairing.py",
        "if sound and (work",
        "if False and (work",
        REPAIR + "what_the_log_of_a_removed_file_holds_is_put_over_the_last_copy",
    ),
    Mutant(
        "a repair keeps no half action",
        "defense_console/store/sqlite/damage/salvage.py",
        "if lines and not self._is_whole(",
        "if False and not self._is_whole(",
        REPAIR + "a_hole_no_copy_fills_ends_the_log_at_a_whole_action",
    ),
    # --- two processes
    Mutant(
        "of two consoles that make a store at once the first counts",
        "defense_console/store/sqlite/opening/place.py",
        "os.link(new, path)",
        "new.replace(path)",
        TINY + "of_two_consoles_that_make_a_store_at_once_both_use_the_first",
    ),
    Mutant(
        "a visitor does not drop the locks of a running console",
        "defense_console/store/sqlite/opening/headers.py",
        "_checked.add(_key(path))",
        "pass",
        "tests/store/test_two_connections.py::test_a_visitor_does_not_delete_the_log_under_a_running_console",
    ),
    Mutant(
        "who replaces a store has it alone",
        "defense_console/store/sqlite/opening/holding.py",
        "(fcntl.LOCK_EX if alone else fcntl.LOCK_SH)",
        "fcntl.LOCK_SH",
        ALONE,
    ),
    Mutant(
        "every opening shares the store", "defense_console/store/sqlite/store.py", "share(folder)", "Held(-1)", ALONE
    ),
    Mutant(
        "what another console receives now is not swept",
        "defense_console/store/work_folder.py",
        "fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))",
        "pass",
        "tests/store/test_vault.py::test_what_a_killed_console_left_is_swept_and_what_another_writes_is_not",
    ),
    Mutant(
        "the spool of a console that lives is not taken",
        "defense_console/store/unsaved/spool_files.py",
        "yield handle if lock(handle) and _is_ours(path, handle) else None",
        "yield handle",
        SPOOL + "the_file_of_a_console_that_lives_and_of_another_store_are_not_touched",
    ),
    Mutant(
        "a copy is one view of a store that is written meanwhile",
        "defense_console/store/sqlite/copies/backups.py",
        "reading.backup(",
        "(lambda *_args, **_options: target.write_bytes(source.read_bytes()))(",
        BACKUPS + "a_copy_made_while_another_connection_writes_holds_whole_actions_only",
    ),
    Mutant(
        "a console holds its name while it lives",
        "defense_console/desk/logs/leases.py",
        "named=self._names.hold_name(self.me.name)",
        "named=False",
        LEASES + "two_consoles_that_do_not_see_each_other_do_not_both_write",
    ),
    Mutant(
        "a process that cannot be seen is not taken for gone",
        "defense_console/desk/logs/leases.py",
        "if same_namespace(lease.process_start, me.process_start):",
        "if True:",
        LEASES + "a_process_that_cannot_be_seen_is_not_taken_for_gone",
    ),
    # --- on the disk before it gets its name, or goes
    Mutant(
        "a store is whole before it gets its name",
        "defense_console/store/sqlite/opening/place.py",
        "RowStorage(new).close()\n        _name(new, path)",
        "_name(new, path)\n        RowStorage(new).close()",
        DISK + "a_store_is_whole_before_it_gets_its_name",
    ),
    Mutant(
        "the folders above a new one are synced",
        "defense_console/store/durable_files.py",
        "sync_folder(place.parent)",
        "pass",
        POWER,
    ),
    Mutant(
        "a document is synced", "defense_console/store/sqlite/folder_vault.py", "os.fsync(file.fileno())", "pass", POWER
    ),
    Mutant(
        "the folder of a document is synced",
        "defense_console/store/sqlite/folder_vault.py",
        "sync_folder(folder)",
        "pass",
        POWER,
    ),
    Mutant(
        "the folder above that of a document is synced",
        "defense_console/store/sqlite/folder_vault.py",
        "folders.add(target.parent.parent)",
        "pass",
        POWER,
    ),
    Mutant(
        "a copy is synced before it gets its name",
        "defense_console/store/sqlite/copies/backups.py",
        "sync_path(new)\n",
        "pass\n",
        DISK + "a_copy_is_on_the_disk_before_it_gets_its_name_and_so_is_the_name",
    ),
    Mutant(
        "the old write-ahead log goes before another file gets the name",
        "defense_console/store/sqlite/copies/replacing.py",
        "(folder / (FILE + end)).unlink(missing_ok=True)",
        "pass",
        BACKUPS + "the_write_ahead_log_of_a_damaged_store_is_not_replayed_into_the_copy",
    ),
    Mutant(
        "the old write-ahead log is gone from the disk before that",
        "defense_console/store/sqlite/copies/replacing.py",
        "sync_folder(folder)\n    new.replace(",
        "new.replace(",
        DISK + "the_old_log_is_gone_from_the_disk_before_another_file_gets_the_name",
    ),
    Mutant(
        "what a repair keeps is synced",
        "defense_console/store/sqlite/copies/replacing.py",
        "os.fsync(target.fileno())",
        "pass",
        DISK + "what_a_repair_keeps_is_on_the_disk_before_anything_is_replaced",
    ),
    # --- what could not be written
    Mutant(
        "a failed write is tried again",
        "defense_console/store/recorder.py",
        "self._stuck.add(at_fault)",
        "self._done(job)",
        FAULTS,
    ),
    Mutant(
        "what fails is in the spool before it is said to fail",
        "defense_console/store/recorder.py",
        "self._keep()\n        self._answer(",
        "self._answer(",
        SPOOL + "what_fails_is_spooled_before_it_is_told_and_so_is_what_comes_after",
    ),
    Mutant(
        "what waits at the end is in the spool",
        "defense_console/store/recorder.py",
        "self._keep_all()\n            self._settle()",
        "self._settle()",
        SPOOL + "what_waits_when_the_thread_ends_is_spooled",
    ),
    Mutant(
        "what waits for a disk that hangs is in the spool",
        "defense_console/store/recorder.py",
        "self._keep_all()  # the disk",
        "pass  # the disk",
        SPOOL + "a_store_that_hangs_spools_what_waits_when_the_console_closes",
    ),
    Mutant("the spool is synced", "defense_console/store/unsaved/spool.py", "sync_file(self._handle)", "pass", POWER),
    Mutant(
        "the spool's folder is synced",
        "defense_console/store/unsaved/spool.py",
        "sync_folder(self.folder)",
        "pass",
        POWER,
    ),
    Mutant(
        "the folders above the spool's are synced",
        "defense_console/store/unsaved/spool.py",
        "make_folder(self.folder)",
        "self.folder.mkdir(parents=True, exist_ok=True)",
        POWER,
    ),
    Mutant(
        "half a line is taken back",
        "defense_console/store/unsaved/spool.py",
        "os.ftruncate(self._handle, self._length)",
        "pass",
        SPOOL + "a_write_that_fails_half_way_leaves_no_half_line",
    ),
    Mutant(
        "a spool that goes is emptied on the disk first",
        "defense_console/store/unsaved/spool_files.py",
        "os.ftruncate(handle, 0)",
        "pass",
        DISK + "a_spool_that_goes_is_emptied_on_the_disk_first",
    ),
    Mutant(
        "a spool file of another account is not replayed",
        "defense_console/store/unsaved/spool_files.py",
        "if status.st_uid != os.getuid():\n        return ConsoleError",
        "if False:\n        return ConsoleError",
        SPOOL + "a_file_of_another_account_is_not_replayed_and_is_told",
    ),
    Mutant(
        "a spooled append names what it follows",
        "defense_console/store/unsaved/replay.py",
        "job.previous is not None or self._version < FOLLOWS",
        "True",
        SPOOL + "an_append_that_does_not_name_what_it_follows_is_not_recorded_by_itself",
    ),
    Mutant(
        "a draft that became an event goes when that is replayed",
        "defense_console/store/unsaved/replay.py",
        "self._store.save_draft(job.stream, field, None)",
        "pass",
        SPOOL + "it_is_written_once_wherever_the_console_died",
    ),
    Mutant(
        "a refused tail that is not all kept aside stays whole",
        "defense_console/store/unsaved/replay.py",
        " | {id(job) for job in self._kept if job.stream in streams}",
        "",
        KEEPING + "a_replay_cut_at_each_of_its_steps_loses_nothing_and_asks_about_nothing_twice",
    ),
    Mutant(
        "what is kept aside and its mark are one transaction",
        "defense_console/store/unsaved/keeping_aside.py",
        "with store.transaction():\n            before",
        "if True:\n            before",
        KEEPING + "a_replay_cut_at_each_of_its_steps_loses_nothing_and_asks_about_nothing_twice",
    ),
    Mutant(
        "what is refused is kept aside before the desk hears of it",
        "defense_console/store/recorder.py",
        "self._in_space(lambda store: tails.keep(store, tail, again=spooled))",
        "pass",
        KEEPING + "a_console_killed_before_its_desk_hears_of_the_refusal_loses_nothing",
    ),
    # --- the disk is full
    Mutant(
        "a store on a full disk is read",
        "defense_console/store/sqlite/opening/reading.py",
        "return read_store(folder, reason)",
        "raise reason",
        FULL,
    ),
    Mutant(
        "what a crash left in the write-ahead log is read too",
        "defense_console/store/sqlite/opening/reading.py",
        "if log.exists() and log.stat().st_size:",
        "if False:",
        NO_SPACE + "what_a_crash_left_in_the_write_ahead_log_is_read_too",
    ),
    Mutant(
        "the reserve is given back at opening",
        "defense_console/store/sqlite/opening/reading.py",
        "Reserve(folder).free()",
        "False",
        NO_SPACE + "a_store_opens_on_a_full_disk_whatever_is_left",
    ),
    Mutant(
        "the write-ahead log begins again in the space it has",
        "defense_console/store/sqlite/opening/reserve.py",
        "isinstance(store, TinyStore) and store.reclaim()",
        "False",
        NO_SPACE + "a_defense_goes_on_when_the_disk_is_full",
    ),
    # --- no byte of a forgotten student
    Mutant(
        "forgotten rows leave no byte in a page",
        "defense_console/store/sqlite/forgetting.py",
        'connection.execute("VACUUM")',
        "pass",
        FORGET + "no_byte_is_left_in_any_file_and_others_keep_everything",
    ),
    Mutant(
        "the index for searches goes with the file that it is of",
        "defense_console/store/sqlite/copies/replacing.py",
        "remove_index(folder)  # it is",
        "pass  # it is",
        FORGET + "no_byte_is_left_in_any_file_and_others_keep_everything",
    ),
    Mutant(
        "what a search must look at again names no forgotten student",
        "defense_console/store/sqlite/forgetting.py",
        "rows.clear(CHANGED)",
        "pass",
        FORGET + "no_byte_is_left_in_any_file_and_others_keep_everything",
    ),
    Mutant(
        "an index of another history is made again",
        "defense_console/store/sqlite/search/searching.py",
        "if number and (there is None or there.hash != index.fact(_HASH)):",
        "if False:",
        SEARCHES + "a_store_put_back_to_an_earlier_state_has_another_index",
    ),
    Mutant(
        "a student is forgotten in the copies too",
        "defense_console/desk/upkeep/forgetting.py",
        "forget_in_copy(path, known.id, lambda: self._remove(only_here))",
        "pass",
        FORGET + "no_byte_is_left_in_any_file_and_others_keep_everything",
    ),
    Mutant(
        "a student is forgotten in what kills left half made",
        "defense_console/desk/upkeep/forgetting.py",
        "half_made.sweep(alone=True)",
        "pass",
        FORGET + "what_kills_left_half_made_goes_too",
    ),
    Mutant(
        "opening sweeps what kills left half made",
        "defense_console/store/sqlite/store.py",
        "HalfMade(folder, [backups.folder]).sweep()",
        "pass",
        HALF_MADE + "opening_sweeps_what_kills_left",
    ),
    Mutant(
        "a half-made copy is swept where a kill left it",
        "defense_console/store/sqlite/opening/half_made.py",
        '(_WORK, ".defenses-new-*", f"{FILE}.new-*")',
        '(".defenses-new-*",)',
        HALF_MADE + "forget_leaves_nothing_of_the_student_in_any_of_them",
    ),
    Mutant(
        "forgetting removes documents only when every file is built anew",
        "defense_console/desk/upkeep/forgetting.py",
        "forget_in_store(self._folder, known.id, lambda: self._forget_beside(known, identity))",
        "self._forget_beside(known, identity); forget_in_store(self._folder, known.id)",
        FORGET + "a_disk_that_fills_up_meanwhile_takes_nothing_away_and_what_remains_is_told",
    ),
    # --- the end of a console
    Mutant(
        "a dialog's text is saved while it is typed",
        "defense_console/screens/shared/asking.py",
        "DraftClock(self, self._save_draft)",
        "DraftClock(self, lambda: None)",
        "tests/test_terminal.py::test_a_reason_half_typed_in_a_dialog_outlives_a_kill_and_is_there_when_it_is_asked_again",
    ),
    Mutant(
        "a terminal that is gone ends the console",
        "defense_console/screens/shared/ending.py",
        "threading.Thread(target=watch,",
        "threading.Thread(target=int,",
        OPENING + "a_terminal_that_goes_without_a_signal_ends_the_console_too",
    ),
    Mutant(
        "a thread saves what hangs",
        "defense_console/screens/shared/ending.py",
        "here.run(save)",
        "True",
        OPENING + "a_signal_saves_and_ends_where_the_loop_stands_still",
    ),
)
