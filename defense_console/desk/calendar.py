"""The mentor's calendar: defenses and deadlines go out to it, planned defenses come in from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from defense_console.desk.direct_logs import DirectLogs
from defense_console.exchange.calendar_writing import Appointment, CalendarForm, write_calendar
from defense_console.model.curriculum import Curriculum
from defense_console.model.events import Stamp
from defense_console.store.base import Store


class CalendarDesk:
    """Calendars in and out of one store.

    Args:
        store: Written to directly; no console needs to wait here.
        clocks: Reads the machine's clocks.
        author: Name of the mentor.
        shipped: Curricula by code.
    """

    def __init__(
        self, store: Store, clocks: Callable[[], Stamp], author: str, shipped: Mapping[str, Curriculum]
    ) -> None:
        self.store = store
        self.logs = DirectLogs(store, clocks, author)
        self.shipped = shipped

    # --- out -----------------------------------------------------------------------------------------------------

    def export(self, form: CalendarForm) -> bytes:
        """Every sitting of every defense and what is due, as iCalendar; see `exchange/calendar_writing.py`."""
        return write_calendar(self._appointments(), form)

    def _appointments(self) -> Iterator[Appointment]:
        names = {student.id: student.name for student in self.store.students()}
        for id in self.logs.ids():
            events = tuple(self.logs.events(id))
            defense = self.logs.fold(events)
            name = names.get(defense.student_id, "")
            yield Appointment(id, events, defense, name, self.shipped.get(defense.curriculum))
