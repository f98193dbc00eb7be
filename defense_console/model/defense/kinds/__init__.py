"""The kinds of event of a defense, by subject: each kind with its law and its effect under it.

An event is a decision of a mentor, or a fact the system saw. Everyone but the kinds themselves finds them here.
"""

from defense_console.model.defense.kinds.appointment import *  # noqa: F403
from defense_console.model.defense.kinds.appointment import AppointmentWhat
from defense_console.model.defense.kinds.clock import *  # noqa: F403
from defense_console.model.defense.kinds.clock import ClockWhat
from defense_console.model.defense.kinds.observations import *  # noqa: F403
from defense_console.model.defense.kinds.observations import ObservationsWhat
from defense_console.model.defense.kinds.revisions import *  # noqa: F403
from defense_console.model.defense.kinds.revisions import RevisionsWhat
from defense_console.model.defense.kinds.second_reading import *  # noqa: F403
from defense_console.model.defense.kinds.second_reading import SecondReadingWhat
from defense_console.model.defense.kinds.verdict import *  # noqa: F403
from defense_console.model.defense.kinds.verdict import VerdictWhat
from defense_console.model.log.envelope import Event
from defense_console.model.log.every_log import EveryLogWhat
from defense_console.model.log.every_log import LeaseTaken as LeaseTaken
from defense_console.model.log.undo import Redone as Redone
from defense_console.model.log.undo import Undone as Undone

DefenseWhat = (
    AppointmentWhat | ClockWhat | ObservationsWhat | VerdictWhat | RevisionsWhat | SecondReadingWhat | EveryLogWhat
)
DefenseEvent = Event[DefenseWhat]
"""One line of a defense's log."""
