"""The kinds of event of a student, by subject: each kind with its effect under it. Source: product.md §2."""

from defense_console.model.log.envelope import Event
from defense_console.model.log.lease import LeaseTaken as LeaseTaken
from defense_console.model.log.undo import UndoWhat
from defense_console.model.student.kinds.registration import *  # noqa: F403
from defense_console.model.student.kinds.registration import RegistrationWhat

StudentWhat = RegistrationWhat | UndoWhat | LeaseTaken
StudentEvent = Event[StudentWhat]
"""One line of a student's log."""
