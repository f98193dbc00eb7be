"""Steps between people and consoles: who holds a defense, what was refused, what is forgotten, how a console ends."""

from __future__ import annotations

from torture.steps.mutant import DISK, FORGET, KEPT_ASIDE, LEASES, OPENING, PRIVACY, Mutant

_LEASES, _DESK, _FORGETTING, _ENDING = (
    "desk/logs/leases.py",
    "desk/upkeep/forgetting.py",
    "store/sqlite/damage/forgetting.py",
    "screens/shared/ending.py",
)
_HERE = LEASES + "on_this_machine_the_process_and_the_boot_decide_at_once"
_ASIDE = "desk/logs/refused.py"
_LATE = LEASES + "a_late_heartbeat_does_not_take_back_what_was_taken_over"
_NO_BYTE = FORGET + "no_byte_is_left_in_any_file_and_others_keep_everything"
_ENDED = OPENING + "a_signal_ends_in_order_where_the_loop_goes_on"
_HANGS = OPENING + "a_signal_saves_and_ends_where_the_loop_stands_still"

MUTANTS = (
    # --- who holds a defense
    Mutant(
        "a defense another console holds is only read",
        _LEASES,
        "    if lease is None or not lease.holder or lease.holder == me.name:",
        "    if True:",
        _HERE,
    ),
    Mutant("a lease of another boot is void", _LEASES, "and is_certain(lease.boot_id):", "and False:", _HERE),
    Mutant("a boot that has no name does not void a lease", _LEASES, " and is_certain(lease.boot_id):", ":", _HERE),
    Mutant(
        "a lease of a process that is gone is void",
        _LEASES,
        "return process_start(lease.pid) == lease.process_start",
        "return True",
        _HERE,
    ),
    Mutant(
        "another process of the same number is another one",
        _LEASES,
        "return process_start(lease.pid) == lease.process_start",
        "return process_start(lease.pid) is not None",
        _HERE,
    ),
    Mutant(
        "a quarter of an hour of silence voids a lease",
        _LEASES,
        "return abs(clock.wall_ms(lease.last, now)) < VOID_MS",
        "return True",
        LEASES + "on_another_machine_a_quarter_of_an_hour_of_silence_decides",
    ),
    Mutant(
        "a heartbeat rewrites only rows it names",
        "store/sqlite/store.py",
        '            if over is not None and there is not None and there.holder not in ("", *over):\n'
        "                return\n",
        "",
        _LATE,
    ),
    Mutant(
        "a heartbeat names the rows it may rewrite",
        _LEASES,
        "job = WriteLease(defense_id, lease, tuple(sorted(allowed)))",
        "job = WriteLease(defense_id, lease)",
        _LATE,
    ),
    Mutant(
        "a takeover is in the log",
        "desk/desk.py",
        "return self.ledger.act(defense_id, LeaseTaken(me.host, me.pid))",
        "return self.ledger.defense(defense_id)",
        LEASES + "what_the_first_console_still_sends_after_a_takeover_is_refused_by_the_store",
    ),
    # --- what was refused
    Mutant(
        "a signature is not carried over",
        _ASIDE,
        "        if isinstance(what, BINDING):",
        "        if False:",
        KEPT_ASIDE + "a_signature_is_not_carried_over",
    ),
    Mutant(
        "a change is taken up only after what it changes",
        _ASIDE,
        "        if line >= aside.base:\n            raise",
        "        if False:\n            raise",
        KEPT_ASIDE + "a_change_of_a_note_is_taken_up_after_the_note_and_never_changes_another_one",
    ),
    Mutant(
        "a document asked for gets a new number",
        _ASIDE,
        "            return renamed(what, seq)  # the document",
        "            return what  # the document",
        KEPT_ASIDE + "a_document_asked_for_in_both_consoles_stays_two_documents",
    ),
    Mutant(
        "what changes a row that is taken up moves with it",
        _ASIDE,
        "if other.base == aside.base and other != aside and",
        "if False and",
        KEPT_ASIDE + "what_changes_a_row_that_is_taken_up_moves_with_it_in_the_store",
    ),
    Mutant(
        "the answer to an earlier write brings nothing back",
        _ASIDE,
        "        if self._writing.get((stream, field)) == done:\n            del self._writing[stream, field]",
        "        self._writing.pop((stream, field), None)",
        KEPT_ASIDE + "the_answer_to_an_earlier_write_does_not_bring_back_what_was_taken_up_meanwhile",
    ),
    # --- what is forgotten
    Mutant(
        "forgetting has the store alone",
        _DESK,
        "        with alone(self._folder):\n",
        "        if True:\n",
        FORGET + "a_look_and_every_refusal_change_nothing",
    ),
    Mutant(
        "a live defense is not forgotten",
        _DESK,
        '    if session == "live":',
        "    if False:",
        FORGET + "a_live_defense_is_refused",
    ),
    Mutant(
        "a signed verdict is released before it is forgotten",
        _DESK,
        "    if signed:",
        "    if False:",
        FORGET + "a_signed_verdict_that_waits_for_its_release_is_refused",
    ),
    Mutant(
        "what must be kept is not forgotten early",
        "terminal/commands/forget.py",
        "    if early_now and not early:",
        "    if False:",
        FORGET + "the_retention_of_the_settings_is_kept_unless_it_is_waived",
    ),
    Mutant(
        "forgetting is asked about",
        "terminal/commands/forget.py",
        "    if not yes and not _confirmed(known):",
        "    if False:",
        FORGET + "on_a_terminal_the_id_is_asked_for",
    ),
    Mutant(
        "the store itself is forgotten last",
        _DESK,
        "            left = []\n",
        "            left = []\n            forget_in_store(self._folder, known.id)\n",
        FORGET + "what_was_interrupted_is_done_again",
    ),
    Mutant("forgotten in the store", _DESK, "            forget_in_store(self._folder, known.id)\n", "", _NO_BYTE),
    Mutant(
        "forgotten in the copies",
        _DESK,
        "                    forget_in_copy(path, known.id)",
        "                    pass",
        _NO_BYTE,
    ),
    Mutant("forgotten documents", _DESK, "                vault.remove(sha256)", "                pass", _NO_BYTE),
    Mutant(
        "documents of others stay",
        _DESK,
        "documents = (named[True] | more) - named[False] - others",
        "documents = named[True] | more",
        _NO_BYTE,
    ),
    Mutant(
        "documents that copies of others name stay",
        _DESK,
        "- named[False] - others",
        "- named[False]",
        FORGET + "a_document_that_only_a_copy_of_anothers_log_names_stays",
    ),
    Mutant(
        "forgotten clipboard",
        _DESK,
        "                    (folder / FILE_NAME).unlink(missing_ok=True)",
        "                    pass",
        _NO_BYTE,
    ),
    Mutant(
        "forgotten in what was set aside",
        _DESK,
        "            forget_in_spool(self._spool, identity, known.streams)\n",
        "",
        FORGET + "what_kills_left_half_made_goes_too",
    ),
    Mutant(
        "forgotten in what the viewer was given",
        _DESK,
        "            sweep_copies()\n",
        "",
        FORGET + "a_copy_that_a_killed_console_left_for_the_viewer_goes_too",
    ),
    Mutant(
        "forgotten in what kills left half-made",
        _DESK,
        "            sweep(self._folder)\n",
        "",
        FORGET + "what_kills_left_half_made_goes_too",
    ),
    Mutant(
        "forgotten in copies left half-made",
        _DESK,
        "                each.sweep()\n",
        "                pass\n",
        FORGET + "what_kills_left_half_made_goes_too",
    ),
    Mutant(
        "damaged files that speak of the student are named",
        _DESK,
        "if self._speaks_of(path, known))",
        "if False)",
        FORGET + "damaged_files_that_speak_of_the_student_are_named",
    ),
    Mutant(
        "forgotten rows leave no byte in a page",
        _FORGETTING,
        '                connection.execute("VACUUM")\n',
        "",
        _NO_BYTE,
    ),
    Mutant(
        "forgotten drafts", _FORGETTING, '                rows.delete("drafts", id)', "                pass", _NO_BYTE
    ),
    Mutant("forgotten student", _FORGETTING, '            rows.delete("students", name_key(student))\n', "", _NO_BYTE),
    Mutant(
        "forgotten summaries and leases",
        _FORGETTING,
        "                        rows.delete(table, key)",
        "                        pass",
        _NO_BYTE,
    ),
    Mutant(
        "a damaged copy is not built anew",
        _FORGETTING,
        "        if fault_of(path) is not None:",
        "        if False:",
        FORGET + "damaged_files_that_speak_of_the_student_are_named",
    ),
    Mutant(
        "what was built anew is checked",
        _FORGETTING,
        "            if (fault := fault_of(new)) is not None:",
        "            fault = None\n            if fault is not None:",
        FORGET + "a_store_that_is_not_sound_is_not_built_anew",
    ),
    Mutant(
        "fsync of the name of a copy that was built anew",
        _FORGETTING,
        "            new.replace(path)\n            place.sync_folder(path.parent)",
        "            new.replace(path)",
        DISK + "what_was_built_anew_without_a_student_is_on_the_disk_before_it_gets_the_name",
    ),
    Mutant(
        "fsync of what was built anew",
        _FORGETTING,
        "            sync_path(new)\n",
        "",
        DISK + "what_was_built_anew_without_a_student_is_on_the_disk_before_it_gets_the_name",
    ),
    # --- how a console ends, and what a fault tells
    Mutant(
        "a signal ends in order",
        _ENDING,
        "            loop.call_soon_threadsafe(end)",
        "            pass",
        _ENDED,
    ),
    Mutant(
        "signals are handled by the interpreter",
        _ENDING,
        "before[number] = signal.signal(number, asked)",
        "pass",
        _ENDED,
    ),
    Mutant(
        "a terminal that is gone ends the console",
        _ENDING,
        '        threading.Thread(target=watch, name="hang-up", daemon=True).start()\n',
        "        pass\n",
        OPENING + "a_terminal_that_goes_without_a_signal_ends_the_console_too",
    ),
    Mutant(
        "a thread ends what hangs",
        _ENDING,
        '        threading.Thread(target=insist, name="ending", daemon=True).start()\n',
        "",
        _HANGS,
    ),
    Mutant(
        "a thread saves what hangs", _ENDING, "            saved = here.run(save)", "            saved = True", _HANGS
    ),
    Mutant(
        "what people typed acts on no terminal",
        "model/text.py",
        'return text.replace("\\r\\n", "\\n").translate(_VISIBLE)',
        "return text",
        "tests/model/test_text.py::test_what_acts_is_replaced_and_the_rest_is_as_typed",
    ),
    Mutant(
        "a fault of a thread tells no value",
        "terminal/faults.py",
        "    threading.excepthook = ",
        "    _ = ",
        PRIVACY + "faults_of_threads_and_finalizers_tell_no_value",
    ),
    Mutant(
        "a fault of a finalizer tells no value",
        "terminal/faults.py",
        "    sys.unraisablehook = ",
        "    _ = ",
        PRIVACY + "faults_of_threads_and_finalizers_tell_no_value",
    ),
    Mutant(
        "logs of libraries go nowhere",
        "terminal/faults.py",
        "    logging.getLogger().addHandler(nowhere)\n",
        "",
        PRIVACY + "logs_go_nowhere",
    ),
)
