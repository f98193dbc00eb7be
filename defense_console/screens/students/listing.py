"""The mentor's students: who has a session this week, who waits, who slips away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partialmethod

from textual.app import ComposeResult

from defense_console.desk.student.board import BoardRow, StudentOrder, StudentTab, counts, in_tab, ordered
from defense_console.desk.student.outlook import Computed
from defense_console.desk.student.student import StudentDesk
from defense_console.safe_text import line, shortened
from defense_console.screens.console import Place
from defense_console.screens.shared.searched_list import SearchedList
from defense_console.screens.shared.wishes import needs
from defense_console.screens.students import words
from defense_console.screens.students.deeds import NOTHING_DONE, NOTHING_UNDONE, Deeds
from defense_console.screens.students.goal_reading import ReadsGoals
from defense_console.screens.students.wishes import NOBODY, STUDENTS, OnStudents
from defense_console.widgets.frame.header_line import Headline
from defense_console.widgets.lists.column_table import ColumnTable
from defense_console.widgets.lists.line_list import LineList
from defense_console.words.translation import _, local_day


class StudentsScreen(SearchedList[StudentDesk], ReadsGoals):
    """All students, one line each; nothing is read from a log."""

    CONTEXT = "students"
    WISHES = STUDENTS
    TABS = words.TAB_LABELS
    ORDERS = words.ORDER_LABELS
    NONE_SELECTED = NOBODY

    def __init__(self) -> None:
        super().__init__()
        self.tab: StudentTab | None = "week"
        self.order: StudentOrder = "mine"
        self._rows: tuple[BoardRow, ...] = ()
        self._deeds = Deeds()
        self._first_drawing = True
        self._computing = False
        self._left: tuple[int, str, int] | None = None
        """Place and id of the student who was opened, and the number of their last event then."""

    # --- what is on it -----------------------------------------------------------------------------------------------

    def compose_body(self) -> ComposeResult:
        """The list."""
        yield ColumnTable(id="students-table")

    @property
    def headline(self) -> Headline:
        """Whose students they are."""
        return Headline(name=_("Students"), title=self.desk.settings.name)

    @property
    def table(self) -> ColumnTable:
        """The list."""
        return self.query_one(ColumnTable)

    def field_label(self, field: str) -> str:
        """Whose text it is."""
        name = shortened(self.texts.whose, 24)
        if field == "goal":
            return _("Next goal of {student}", student=name)
        return _("Private note on {student}", student=name)

    def text_kept(self, field: str, known: int) -> None:
        """Say that it is kept, and where it is taken back."""
        if self.texts.state.seq != known:
            self._deeds.did(self.texts)
            self.tell(_("Goal kept.") if field == "goal" else _("Note kept, private."))

    # --- drawing -----------------------------------------------------------------------------------------------------

    def redraw(self) -> None:
        """Read every student's row and show those of the tab."""
        self._rows = self.desk.students.rows()
        counted = counts(self._rows)
        if self._first_drawing:
            self._first_drawing = False
            self.tab = next((tab for tab, _long, _short in words.TAB_LABELS if counted[tab]), None)
        search = self.field.value
        now = self.desk.now().wall
        today = local_day(now, self.zone)
        ahead = self.desk.outlooks.at_once()
        behind = {id: each.behind for id, each in ahead.items()}
        shown = ordered(in_tab(self._rows, self.tab, search), self.order, behind)
        rows = [words.table_row(row, ahead.get(row.line.student.id), self.zone, now, today) for row in shown]
        self.table.show_rows(words.columns(), rows, words.empty(search, self.tab if self._rows else None))
        self._stay_in_place()
        name = _("Found “{text}”", text=shortened(search.strip(), 30)) if search.strip() else self.tab_title
        keys = self.hints_of("students.open", "student.check_in", "student.goal")
        self.table.name_frame(line(name), str(len(rows) or ""), keys)
        self.show_search()
        self.show_tabs(counted)
        self._compute_missing()

    def _stay_in_place(self) -> None:
        """Keep the cursor in its place when the student who was opened has moved in the list by what was done there.

        So the next one who waits is under it. While the list is shown the cursor goes along with its student.
        """
        left, self._left, now = self._left, None, self.seen().selected
        if left is not None and now is not None and now.id == left[1] and now.seq != left[2]:
            self.table.go_to(left[0])

    def _compute_missing(self) -> None:
        """Have forecasts computed on a thread: the list does not wait for them."""
        compute = self.desk.outlooks.computing() if not self._computing else None
        if compute is not None:
            self._computing = True
            self.run_worker(self._computed(compute), group="forecast")

    async def _computed(self, compute: Callable[[], Computed]) -> None:
        try:
            self.desk.outlooks.take(await asyncio.to_thread(compute))
        except Exception as error:  # without a forecast the list is still a list
            self.console_app.note_fault(error)
            return
        self._computing = False
        self.update()

    def second(self) -> None:
        """Once a minute everything is drawn anew: a session begins, a day ends."""
        if self.is_due():
            self.update()

    def on_line_list_moved(self, event: LineList.Moved) -> None:
        """Another student is selected."""
        event.stop()
        self.preview_soon()

    def preview(self) -> None:
        """Only the keys may have changed."""
        self.show_mode()

    # --- searching ---------------------------------------------------------------------------------------------------

    def action_students_search(self) -> None:
        """Search as one types."""
        self.begin_search()

    def widen(self) -> None:
        """Seek among all students."""
        self.tab = None

    def action_console_back(self) -> None:
        """First the search is taken away, then one goes back to the queue."""
        if self.field.value:
            self.field.value = ""
            self.update()
        else:
            super().action_console_back()

    # --- commands ----------------------------------------------------------------------------------------------------

    def action_edit_undo(self) -> None:
        """Take back what was done from the list."""
        self.take_back(needs(self._deeds.to_undo, NOTHING_DONE))

    def action_edit_redo(self) -> None:
        """Do again what was taken back from the list."""
        self.bring_back(needs(self._deeds.to_redo, NOTHING_UNDONE))

    def seen(self) -> OnStudents:
        """The list, and the student under the cursor."""
        chosen = self.table.chosen
        row = next((row for row in self._rows if row.line.student.id == chosen), None)
        selected = row.line.student if row is not None else None
        return OnStudents(self.desk.agenda, selected, self._deeds.to_undo, self._deeds.to_redo)

    @property
    def _chosen_id(self) -> str:
        return self.table.chosen or ""  # without a line under the cursor these commands are refused

    def _open(self, place: Place) -> None:
        if (student := self.seen().selected) is not None:
            self.console_app.go(place, student.id)
            self._left = self.table.row, student.id, student.seq

    def action_students_open(self) -> None:
        """The selected student."""
        self._open("student")

    def action_student_check_in(self) -> None:
        """The check-in of the selected student."""
        self._open("check_in")

    def action_student_goal(self) -> None:
        """A goal of the selected student."""
        self.write_on(self.desk.follow(self._chosen_id), "goal")

    def action_student_note(self) -> None:
        """A private note on the selected student."""
        self.write_on(self.desk.follow(self._chosen_id), "note")

    action_students_tab_week = partialmethod(SearchedList.show_tab, "week")
    action_students_tab_mine = partialmethod(SearchedList.show_tab, "mine")
    action_students_tab_drifting = partialmethod(SearchedList.show_tab, "drifting")
    action_students_tab_away = partialmethod(SearchedList.show_tab, "away")
    action_students_tab_all = partialmethod(SearchedList.show_tab, None)

    action_students_order = SearchedList.next_order

    def action_students_alerts(self) -> None:
        """What is proposed and raised, of all students."""
        self.console_app.go("alerts", "")

    def action_students_insight(self) -> None:
        """What my defenses say together."""
        self.console_app.go("insight", "")

    async def action_queue_new(self) -> None:
        """A student, and a defense where one is planned."""
        from defense_console.screens.queue.enrolling import add_student

        student = await add_student(self)
        if student is not None:
            self.show_tab(None)
            self.update()
            self.table.choose(student.id)

    async def action_queue_student(self) -> None:
        """Change the selected student."""
        from defense_console.screens.students.changing import change_student

        desk = self.desk.follow(self._chosen_id)
        if await change_student(self, desk):
            self._deeds.did(desk)
