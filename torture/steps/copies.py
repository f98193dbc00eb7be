"""Steps that keep the copies: each is checked, nothing is replaced without one, a repair adds nothing of its own."""

from __future__ import annotations

from torture.steps.mutant import BACKUPS, DISK, DOCTOR, NO_SPACE, REPAIR, SCHEMA, Mutant

_BACKUPS, _RESTORING, _REPLACING = (
    "store/sqlite/copies/backups.py",
    "store/sqlite/copies/restoring.py",
    "store/sqlite/copies/replacing.py",
)
_REPAIRING, _SALVAGE, _READING = (
    "store/sqlite/damage/repairing.py",
    "store/sqlite/damage/salvage.py",
    "store/sqlite/opening/reading.py",
)
_ON_DISK = DISK + "a_copy_is_on_the_disk_before_it_gets_its_name_and_so_is_the_name"
_REPLACED = DISK + "the_old_log_is_gone_from_the_disk_before_another_file_gets_the_name"
_ASIDE = DISK + "what_a_repair_keeps_is_on_the_disk_before_anything_is_replaced"

MUTANTS = (
    # --- making one
    Mutant(
        "a copy is one view of the store",
        _BACKUPS,
        "        reading.backup(writing)  #",
        "        target.write_bytes(source.read_bytes())  #",
        BACKUPS + "a_copy_made_while_another_connection_writes_holds_whole_actions_only",
    ),
    Mutant(
        "a copy needs no file beside it",
        _BACKUPS,
        '            writing.execute("PRAGMA journal_mode = DELETE").fetchall()',
        "            pass",
        BACKUPS + "a_copy_is_one_file_for_its_owner_alone_and_named_by_its_instant",
    ),
    Mutant(
        "a copy is checked before it gets its name",
        _BACKUPS,
        "            if (fault := fault_of(new)) is not None:",
        "            fault = None\n            if fault is not None:",
        BACKUPS + "a_store_that_is_not_sound_is_not_copied_and_the_copies_before_stay",
    ),
    Mutant("fsync of a copy", _BACKUPS, "                sync_path(new)\n", "", _ON_DISK),
    Mutant("fsync of the folder of copies", _BACKUPS, "                place.sync_folder(self.folder)\n", "", _ON_DISK),
    Mutant(
        "copies are counted by days",
        _BACKUPS,
        "else day[:-1]",
        "else []",
        BACKUPS + "many_copies_of_one_day_push_out_no_day_before",
    ),
    Mutant(
        "copies before a restoration are counted apart",
        _BACKUPS,
        "by_reason.setdefault(backup.reason, [])",
        'by_reason.setdefault("", [])',
        BACKUPS + "many_copies_of_one_day_push_out_no_day_before",
    ),
    Mutant(
        "an upgrade drops no copy",
        "store/sqlite/opening/upgrading.py",
        "Backups(backups.store, backups.folder, kept=0, now=backups.now)",
        "Backups(backups.store, backups.folder, kept=1, now=backups.now)",
        SCHEMA + "the_copy_goes_where_all_copies_go_and_pushes_none_of_them_out",
    ),
    Mutant(
        "a copy before an upgrade is made beside the store where the others cannot be written",
        "store/sqlite/opening/upgrading.py",
        "            if self._usual.folder == self._beside.folder:",
        "            if True:",
        SCHEMA + "where_that_folder_cannot_be_written_it_lies_beside_the_store_and_this_is_told",
    ),
    Mutant(
        "a damaged copy is never taken",
        _BACKUPS,
        "                if fault_of(backup.path) is None:",
        "                if True:",
        BACKUPS + "of_a_folder_the_last_sound_copy_is_taken",
    ),
    Mutant(
        "a link is no copy",
        _BACKUPS,
        "if match is None or path.is_symlink() or not path.is_file():",
        "if match is None or not path.is_file():",
        BACKUPS + "a_link_is_no_copy_and_is_not_put_back",
    ),
    # --- putting one back
    Mutant(
        "nothing is put back under an open store",
        _RESTORING,
        "    with alone(backups.store), taken_over",
        "    with taken_over",
        BACKUPS + "nothing_is_put_back_under_an_open_store_nor_opened_meanwhile",
    ),
    Mutant(
        "a copy is checked before it is put back",
        _RESTORING,
        "        if fault is not None:",
        "        if False:",
        BACKUPS + "what_is_no_sound_copy_is_refused_and_nothing_changes",
    ),
    Mutant(
        "a copy of what is replaced",
        _RESTORING,
        'kept = keep(backups, at, "restore")',
        "kept = None",
        BACKUPS + "a_copy_put_back_keeps_what_it_replaces",
    ),
    Mutant(
        "a damaged store is kept byte by byte",
        _RESTORING,
        "            return set_aside(backups.store, at)",
        "            return None",
        BACKUPS + "a_damaged_store_is_kept_byte_by_byte",
    ),
    Mutant(
        "no link is put back",
        _RESTORING,
        "    if source.is_symlink():",
        "    if False:",
        BACKUPS + "a_link_is_no_copy_and_is_not_put_back",
    ),
    Mutant(
        "the old write-ahead log goes before the new file",
        _REPLACING,
        "        (folder / (FILE + end)).unlink(missing_ok=True)",
        "        pass",
        BACKUPS + "the_write_ahead_log_of_a_damaged_store_is_not_replayed_into_the_copy",
    ),
    Mutant(
        "the old write-ahead log is gone from the disk",
        _REPLACING,
        "    sync_folder(folder)\n    new.replace(folder / FILE)",
        "    new.replace(folder / FILE)",
        _REPLACED,
    ),
    Mutant(
        "fsync of the name of what replaces",
        _REPLACING,
        "    new.replace(folder / FILE)\n    sync_folder(folder)",
        "    new.replace(folder / FILE)",
        _REPLACED,
    ),
    Mutant(
        "fsync of what is kept", _REPLACING, "                os.fsync(target.fileno())", "                pass", _ASIDE
    ),
    Mutant("fsync of the folder of what is kept", _REPLACING, "    sync_folder(aside)\n", "", _ASIDE),
    Mutant(
        "fsync of the name of what is kept",
        _REPLACING,
        "    sync_folder(aside)\n    sync_folder(folder)\n",
        "    sync_folder(aside)\n",
        _ASIDE,
    ),
    # --- repairing
    Mutant(
        "nothing is repaired under an open console",
        _REPAIRING,
        "    with alone(folder), place.explained(folder):",
        "    with place.explained(folder):",
        DOCTOR + "nothing_is_repaired_under_an_open_console",
    ),
    Mutant(
        "a repair reads a copy of what it keeps",
        _REPAIRING,
        "Salvage(work / place.FILE)",
        "Salvage(aside / place.FILE)",
        REPAIR + "what_a_crash_left_in_the_write_ahead_log_is_kept_and_read",
    ),
    Mutant(
        "the log of a file that is gone is put over the last copy",
        _REPAIRING,
        "        if sound and (work / (place.FILE + WAL)).exists() and not _is_database(work / place.FILE):",
        "        if False:",
        REPAIR + "what_the_log_of_a_removed_file_holds_is_put_over_the_last_copy",
    ),
    Mutant(
        "without anything to read nothing is replaced",
        _REPAIRING,
        "    if not streams:\n",
        "    if False:\n",
        REPAIR + "without_anything_to_read_the_store_is_left_as_it_is",
    ),
    Mutant(
        "copies of an undone history add no end",
        _REPAIRING,
        "same += int(backup.at > since and not backup.doubtful)",
        "same += 1",
        REPAIR + "an_undone_history_never_comes_back",
    ),
    Mutant(
        "a copy of the future is not the newest",
        _BACKUPS,
        "(not backup.doubtful, backup.at)",
        "backup.at",
        BACKUPS + "a_copy_of_the_future_is_not_taken_for_the_last_and_pushes_none_out",
    ),
    Mutant(
        "a copy of the future is of no known history",
        _REPAIRING,
        " and not backup.doubtful",
        "",
        BACKUPS + "what_was_undone_by_a_restoration_does_not_come_back_from_a_copy_of_the_future",
    ),
    Mutant(
        "a log is not read with a file that did not leave it",
        "store/sqlite/store.py",
        "            refuse_mixture(path)\n",
        "",
        "tests/store/test_leftover_log.py::test_the_log_of_a_later_state_is_not_read_with_an_earlier_file",
    ),
    Mutant(
        "a store notes from when it was restored",
        _RESTORING,
        "            _note(new, at)\n",
        "",
        REPAIR + "an_undone_history_never_comes_back",
    ),
    Mutant(
        "a line counts by its hash",
        _SALVAGE,
        "if next_hash(head, line[0]) == line[1])",
        "if line)",
        REPAIR + "what_is_found_is_mended_and_the_damaged_file_is_kept",
    ),
    Mutant(
        "a line counts by its number",
        _SALVAGE,
        'if _number(line[0], "seq") == seq]',
        "]",
        REPAIR + "a_line_that_tells_another_number_ends_the_log_before_it",
    ),
    Mutant(
        "of two lines that follow the one that is followed counts",
        _SALVAGE,
        "return next(followed, found[0] if found else None)",
        "return found[0] if found else None",
        REPAIR + "of_two_lines_that_follow_the_one_that_is_followed_counts",
    ),
    Mutant(
        "no half action is kept",
        _SALVAGE,
        "if lines and not self._is_whole(Told(len(lines), lines[-1][1])):",
        "if False:",
        REPAIR + "a_hole_no_copy_fills_ends_the_log_at_a_whole_action",
    ),
    Mutant(
        "an end is one that the history went over",
        _SALVAGE,
        "        while lines and (len(lines), lines[-1][1]) not in self._anchors:\n            lines.pop()\n",
        "",
        REPAIR + "an_undone_history_never_comes_back",
    ),
    Mutant(
        "what was written and is gone is told from the last copy",
        "store/sqlite/damage/diagnosis.py",
        "            if here < told.seq:",
        "            if False:",
        REPAIR + "a_store_behind_its_copy_is_told_and_mended",
    ),
    # --- reading what cannot be written
    Mutant(
        "a full disk is read",
        _READING,
        "    return read_store(folder, reason)",
        "    raise reason",
        NO_SPACE + "a_store_opens_on_a_full_disk_whatever_is_left",
    ),
    Mutant(
        "what a crash left in the write-ahead log is read too",
        _READING,
        "        if log.exists() and log.stat().st_size:",
        "        if False:",
        NO_SPACE + "what_a_crash_left_in_the_write_ahead_log_is_read_too",
    ),
    Mutant(
        "a copy in memory is taken while nobody writes",
        _READING,
        "            held.enter_context(alone(path.parent))",
        "            pass",
        NO_SPACE + "a_copy_is_never_taken_while_somebody_writes",
    ),
)
