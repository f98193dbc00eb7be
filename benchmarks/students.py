"""What opening the list of students costs beside opening the queue, with a simulated year of thirty students.

Run: python -m benchmarks students [ROUNDS]. The year is played into a store in a temporary folder, which takes about a
minute; then each opening is done on a new desk. Times are of the processor, the middle one of the rounds.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from statistics import median
from time import process_time

from defense_console.desk.desk import Desk
from defense_console.store.sqlite.store import TinyStore
from tests.desk.consoles import Twin
from tests.played_year import Played
from tests.simulated_year import YEAR_DAYS, YEAR_START, year
from tests.ui.conftest import Room


def queue(desk: Desk) -> None:
    """What the queue reads before it is drawn, its cards included."""
    for each in desk.agenda.entries():
        desk.agenda.card(each)
    desk.agenda.search.closed("")


def students(desk: Desk) -> None:
    """What the list of students reads before it is drawn."""
    desk.students.rows()
    desk.outlooks.at_once()


def forecasts(desk: Desk) -> None:
    """What a thread computes afterwards."""
    compute = desk.outlooks.computing()
    if compute is not None:
        desk.outlooks.take(compute())


def proposals(desk: Desk) -> None:
    """What opening the alerts asks of the rules."""
    desk.outlooks.proposals()


def insight(desk: Desk) -> None:
    """What opening insight reads: every log with a verdict."""
    desk.insight.insight()


def main() -> None:
    """Play the year, then print what each opening takes."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    with tempfile.TemporaryDirectory() as folder:
        room = Room(Path(folder) / "store")
        with closing(TinyStore.open(room.folder, create=True)):
            pass
        room.machine.wall = datetime.combine(YEAR_START - timedelta(days=121), time(15), UTC)
        twin = Twin(room)
        played = Played(twin.desk, room.machine, twin.settle)
        played.play(year(7), YEAR_START + timedelta(days=YEAR_DAYS))
        twin.kill()
        print(f"{played.sessions} sessions, {played.defenses} defenses")
        steps: tuple[Callable[[Desk], None], ...] = (queue, students, forecasts, proposals, insight)
        taken: dict[str, list[float]] = {step.__name__: [] for step in steps}
        for _round in range(rounds):
            desk = room.open_desk(lambda _answer: None)
            desk.outlooks.rules  # noqa: B018 — read once for all
            for step in steps:
                before = process_time()
                step(desk)
                taken[step.__name__].append((process_time() - before) * 1000)
            desk.close()
    for name, times in taken.items():
        print(f"{name:>10} {median(times):7.1f} ms")


if __name__ == "__main__":
    main()
