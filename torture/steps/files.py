"""Steps that keep the files: where a store may lie, who may read it, what is on the disk, who has it alone."""

from __future__ import annotations

from torture.steps.mutant import BACKUPS, DISK, DOCTOR, POWER, TINY, VAULT, Mutant

_PLACE, _VAULT, _HOLDING = (
    "store/sqlite/opening/place.py",
    "store/sqlite/folder_vault.py",
    "store/sqlite/opening/holding.py",
)
_HEADERS = "store/sqlite/opening/headers.py"
_NO_STORE = "tests/test_hostile_stores.py::test_what_is_no_store_is_refused_in_one_sentence_and_left_as_it_is"
_ALONE = "nothing_is_put_back_under_an_open_store_nor_opened_meanwhile"

MUTANTS = (
    # --- what is refused
    Mutant(
        "a symbolic link is refused", _PLACE, "        refuse_other(folder)\n", "", TINY + "a_symbolic_link_is_refused"
    ),
    Mutant(
        "copies follow no link",
        "store/sqlite/copies/backups.py",
        "        if self.folder.is_symlink():",
        "        if False:",
        BACKUPS + "the_folder_of_copies_must_not_be_a_link",
    ),
    Mutant(
        "documents follow no link",
        _VAULT,
        "    if path.is_symlink():",
        "    if False:",
        VAULT + "links_are_refused",
    ),
    Mutant(
        "a network file system is refused",
        _PLACE,
        "        refuse_network(folder)\n        path",
        "        path",
        TINY + "a_network_file_system_is_refused",
    ),
    Mutant(
        "of two mounts the one that covers counts",
        "store/sqlite/opening/network.py",
        "len(mount.parts) >= found",
        "len(mount.parts) > found",
        TINY + "the_longest_mount_tells_the_file_system",
    ),
    Mutant(
        "the rest of a lost store begins no new one",
        _PLACE,
        "            _refuse_orphans(folder)\n",
        "",
        TINY + "the_rest_of_a_lost_store_is_not_played_into_a_new_one",
    ),
    Mutant(
        "no new store beside copies of one that is gone",
        _PLACE,
        "if any(path.suffix == Path(FILE).suffix for path in (folder / BACKUPS).iterdir()):",
        "if False:",
        BACKUPS + "an_upgrade_drops_no_copy_and_a_store_that_is_gone_is_not_begun_anew_beside_its_copies",
    ),
    Mutant(
        "an emptied store file is damage",
        _HEADERS,
        "        if not path.stat().st_size:",
        "        if False:",
        TINY + "a_file_emptied_while_the_console_runs_is_not_begun_anew",
    ),
    Mutant(
        "somebody else's file is not touched",
        _HEADERS,
        'if not header.startswith(MAGIC) or header[68:72] != APPLICATION_ID.to_bytes(4, "big"):',
        "if False:",
        TINY + "what_a_crash_left_of_somebody_elses_database_is_not_touched",
    ),
    Mutant(
        "another program's database is not repaired away",
        _HEADERS,
        "if names and not names.intersection(TABLES):",
        "if False:",
        _NO_STORE,
    ),
    Mutant(
        "what is no plain file is not waited for",
        _PLACE,
        "        if path.exists() and not path.is_file():\n",
        "        if False:\n",
        _NO_STORE,
    ),
    Mutant(
        "the header is read once in a process",
        _HEADERS,
        "_checked.add(_key(path))",
        "pass",
        "tests/store/test_two_connections.py::test_a_visitor_does_not_delete_the_log_under_a_running_console",
    ),
    Mutant(
        "rights are looked at before anything is written",
        _PLACE,
        "            check_rights(folder, path)\n",
        "",
        TINY + "a_folder_that_cannot_be_written_is_refused",
    ),
    # --- who may read
    Mutant(
        "rights of others are taken away",
        _PLACE,
        "            _restrict_all(folder, path)\n",
        "            pass\n",
        TINY + "only_the_mentor_may_read",
    ),
    Mutant(
        "a folder with other things keeps its rights",
        _PLACE,
        "if holds_only_ours(folder) and folder",
        "if folder",
        TINY + "a_folder_with_other_things_keeps_its_rights",
    ),
    Mutant(
        "a new store is private from its first byte",
        _PLACE,
        "os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600",
        "os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666",
        DISK + "every_new_file_is_private_from_its_first_byte",
    ),
    Mutant(
        "a copy is private from its first byte",
        "store/sqlite/copies/backups.py",
        "os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600",
        "os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666",
        DISK + "every_new_file_is_private_from_its_first_byte",
    ),
    Mutant(
        "a spool file is private from its first byte",
        "store/unsaved/spool.py",
        "os.O_APPEND | NOT_FOLLOWED, 0o600",
        "os.O_APPEND | NOT_FOLLOWED, 0o666",
        DISK + "every_new_file_is_private_from_its_first_byte",
    ),
    Mutant(
        "what is set aside is private from its first byte",
        "store/unsaved/spool_files.py",
        "os.O_WRONLY | NOT_FOLLOWED, 0o600",
        "os.O_WRONLY | NOT_FOLLOWED, 0o666",
        DISK + "every_new_file_is_private_from_its_first_byte",
    ),
    Mutant(
        "what a repair keeps is private from its first byte",
        "store/sqlite/copies/replacing.py",
        "os.O_WRONLY, 0o600",
        "os.O_WRONLY, 0o666",
        DISK + "every_new_file_is_private_from_its_first_byte",
    ),
    Mutant(
        "a document is private from its first byte",
        _VAULT,
        "os.O_WRONLY | _NOT_FOLLOWED, 0o600",
        "os.O_WRONLY | _NOT_FOLLOWED, 0o666",
        VAULT + "only_the_mentor_may_read",
    ),
    Mutant(
        "doctor tells rights that are too wide",
        "store/sqlite/damage/diagnosis.py",
        "        if mode & ~wanted:",
        "        if False:",
        DOCTOR + "rights_space_and_leftovers_are_told",
    ),
    # --- what is on the disk
    Mutant(
        "a store is whole before it gets its name",
        _PLACE,
        "        RowStorage(new).close()\n        _name(new, path)",
        "        _name(new, path)\n        RowStorage(new).close()",
        DISK + "a_store_is_whole_before_it_gets_its_name",
    ),
    Mutant(
        "of two that make a store at once the first counts",
        _PLACE,
        "        os.link(new, path)",
        "        new.replace(path)",
        TINY + "of_two_consoles_that_make_a_store_at_once_both_use_the_first",
    ),
    Mutant("fsync of the folders above a new one", _PLACE, "        sync_folder(place.parent)", "        pass", POWER),
    Mutant(
        "a folder is synced by its handle",
        _PLACE,
        "    handle = os.open(folder, os.O_RDONLY)\n    try:\n        os.fsync(handle)",
        "    handle = os.open(folder, os.O_RDONLY)\n    try:\n        pass",
        DISK + "a_copy_is_on_the_disk_before_it_gets_its_name_and_so_is_the_name",
    ),
    Mutant("fsync of a document", _VAULT, "                os.fsync(file.fileno())", "                pass", POWER),
    Mutant("fsync of the folder of a document", _VAULT, "            sync_folder(folder)", "            pass", POWER),
    Mutant("fsync above the folder of a document", _VAULT, "folders.add(target.parent.parent)", "pass", POWER),
    Mutant(
        "fsync of the folder of the vault", _VAULT, "            sync_folder(self.folder)", "            pass", POWER
    ),
    Mutant(
        "first the vault, then the log",
        "desk/uploads/intake.py",
        "        self.keep(incoming, progress)\n        return self.record(incoming)",
        "        defense = self.record(incoming)\n        self.keep(incoming, progress)\n        return defense",
        "tests/test_receive.py::test_what_goes_wrong_while_it_is_kept_leaves_nothing",
    ),
    Mutant(
        "hash of a document when it is read",
        _VAULT,
        "if digest.hexdigest() != sha256:",
        "if False:",
        VAULT + "a_damaged_copy_is_replaced_and_told",
    ),
    Mutant(
        "a document that is missing is told",
        _VAULT,
        "            if not path.exists():\n                raise",
        "            if False:\n                raise",
        VAULT + "a_missing_file_is_told",
    ),
    Mutant(
        "what another console receives now is not swept",
        _VAULT,
        "                fcntl.flock(lock, fcntl.LOCK_EX)\n",
        "",
        VAULT + "what_a_killed_console_left_is_swept_and_what_another_writes_is_not",
    ),
    Mutant(
        "what goes wrong while receiving leaves nothing",
        _VAULT,
        "            shutil.rmtree(new, ignore_errors=True)\n            if lock",
        "            if lock",
        VAULT + "what_goes_wrong_leaves_nothing",
    ),
    # --- who has it alone
    Mutant(
        "what replaces a store has it alone",
        _HOLDING,
        "(fcntl.LOCK_EX if alone else fcntl.LOCK_SH)",
        "fcntl.LOCK_SH",
        BACKUPS + _ALONE,
    ),
    Mutant(
        "every opening shares the store",
        "store/sqlite/store.py",
        "held = share(folder)",
        "held = Held(-1)",
        BACKUPS + _ALONE,
    ),
    Mutant(
        "a store that is being replaced is not opened",
        _HOLDING,
        "    except BlockingIOError:\n        os.close(handle)",
        "    except BlockingIOError:\n        return Held(handle)",
        BACKUPS + _ALONE,
    ),
)
