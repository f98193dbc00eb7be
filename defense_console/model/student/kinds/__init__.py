"""The kinds of event of a student, by subject: each kind with its law and its effect under it."""

from defense_console.model.log.envelope import Event
from defense_console.model.log.every_log import EveryLogWhat
from defense_console.model.student.kinds.alerts import *  # noqa: F403
from defense_console.model.student.kinds.alerts import AlertsWhat
from defense_console.model.student.kinds.goals import *  # noqa: F403
from defense_console.model.student.kinds.goals import GoalsWhat
from defense_console.model.student.kinds.learning import *  # noqa: F403
from defense_console.model.student.kinds.learning import LearningWhat
from defense_console.model.student.kinds.notes import *  # noqa: F403
from defense_console.model.student.kinds.notes import NotesWhat
from defense_console.model.student.kinds.progress import *  # noqa: F403
from defense_console.model.student.kinds.progress import ProgressWhat
from defense_console.model.student.kinds.questions import *  # noqa: F403
from defense_console.model.student.kinds.questions import QuestionsWhat
from defense_console.model.student.kinds.registration import *  # noqa: F403
from defense_console.model.student.kinds.registration import RegistrationWhat
from defense_console.model.student.kinds.sessions import *  # noqa: F403
from defense_console.model.student.kinds.sessions import SessionsWhat

StudentWhat = (
    RegistrationWhat
    | SessionsWhat
    | GoalsWhat
    | NotesWhat
    | ProgressWhat
    | QuestionsWhat
    | LearningWhat
    | AlertsWhat
    | EveryLogWhat
)
StudentEvent = Event[StudentWhat]
"""One line of a student's log."""
