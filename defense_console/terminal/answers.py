"""What is asked most often: the console itself, the queue, one defense, its log, the keys.

`quick.py` gives these answers without click, `cli.py` with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from defense_console.terminal.words import say_all, say_json
from defense_console.words.translation import _, language

if TYPE_CHECKING:
    from defense_console.terminal.session import Session


def open_it(session: Session) -> int:
    """Open the console. Returns: its exit code."""
    from defense_console.terminal.opening import open_console

    settings = session.settings
    return open_console(session.place(), settings, session.shipped)


def show_queue(session: Session, as_json: bool = False) -> None:
    """List the queue."""
    from defense_console import clocks
    from defense_console.desk.lines import lines_of
    from defense_console.model.queue.agenda import TABS, queue

    now, zone = clocks.read().wall, session.settings.zone
    with session.store_of(create=True) as store:
        pending = store.pending()
        students = {each.id: each for each in store.students_by_ids(sorted({row.student_id for row in pending}))}
        entries = queue(lines_of(pending, students, session.shipped, now, zone))
        if not as_json:
            from defense_console.terminal.tables import queue_lines

            say_all(queue_lines(entries, now, zone))
            return
        say_json(
            [
                {
                    "id": e.summary.id,
                    "student": {"id": e.summary.student_id, "name": e.student_name},
                    "curriculum": e.summary.curriculum,
                    "project": e.summary.project,
                    "attempt": e.summary.attempt,
                    "planned_at": e.summary.planned_at,
                    "session": e.summary.session,
                    "waiting_for": e.waiting_for,
                    "tabs": [tab for tab in TABS if tab in e.tabs],
                }
                for e in entries
            ]
        )


def show_defense(session: Session, defense: str, as_json: bool = False) -> None:
    """Show one defense."""
    from defense_console.terminal.opening import whole_id

    with session.desk() as (store, desk):
        brief = desk.brief(whole_id(store, defense))
        if not as_json:
            from defense_console.terminal.tables import defense_lines

            say_all(defense_lines(brief, desk.now(), session.settings.zone))
            return
        from defense_console.exchange.whole_store.shown import Labels, Saved, document

        found, last = brief.defense, store.read_log(brief.stream)[-1]
        labels = Labels(brief.id, found.student_id, brief.student.name, language())
        saved = Saved(last.seq, found.at.wall, last.hash)
        say_json(document(labels, found, brief.curriculum, desk.now(), saved))


def show_log(session: Session, defense: str, as_json: bool = False) -> None:
    """Show the log."""
    from defense_console.terminal.opening import whole_id

    with session.desk() as (store, desk):
        id = whole_id(store, defense)
        if not as_json:
            from defense_console.terminal.tables import log_lines

            say_all(log_lines(desk.brief(id), session.settings.zone))
            return
        import msgspec

        from defense_console.model.defense.subject import DEFENSE

        lines = store.read_log(DEFENSE.stream(id))
        withheld = {"what": {"kind": "withheld"}}
        say_json(
            [
                {"seq": line.seq, **withheld, "hash": line.hash}
                if line.withheld
                else {**msgspec.json.decode(line.body), "hash": line.hash}
                for line in lines
            ]
        )


def show_keys(session: Session, as_json: bool = False) -> None:
    """List command ids, keys and labels."""
    from defense_console.keys.keymap import COMMANDS, check_keymap, shown_keys
    from defense_console.terminal.tables import aligned

    settings = session.settings
    check_keymap(settings)
    if as_json:
        say_json(
            [
                {
                    "id": c.id,
                    "keys": list(shown_keys(c, settings, language())),
                    "label": _(c.label),
                    "contexts": sorted(c.contexts),
                }
                for c in COMMANDS
            ]
        )
        return
    say_all(aligned([(c.id, " ".join(shown_keys(c, settings, language())), _(c.label)) for c in COMMANDS]))
