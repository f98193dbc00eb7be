"""The kinds of event of a student, by subject: each kind with its effect under it."""

from defense_console.model.log.envelope import Event
from defense_console.model.log.every_log import EveryLogWhat
from defense_console.model.student.kinds.registration import *  # noqa: F403
from defense_console.model.student.kinds.registration import RegistrationWhat

StudentWhat = RegistrationWhat | EveryLogWhat
StudentEvent = Event[StudentWhat]
"""One line of a student's log."""
