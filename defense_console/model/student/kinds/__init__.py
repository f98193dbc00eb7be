"""The kinds of event of a student, by subject: each kind with its effect under it."""

from defense_console.model.log.envelope import Event
from defense_console.model.log.undo import UndoWhat
from defense_console.model.student.kinds.registration import *  # noqa: F403
from defense_console.model.student.kinds.registration import RegistrationWhat

StudentWhat = RegistrationWhat | UndoWhat
StudentEvent = Event[StudentWhat]
"""One line of a student's log."""
