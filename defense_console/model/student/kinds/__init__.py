"""The kinds of event of a student, by subject: each kind with its effect under it. Source: product.md §2."""

import msgspec

from defense_console.model.log.envelope import Event
from defense_console.model.student.kinds.registration import *  # noqa: F403
from defense_console.model.student.kinds.registration import RegistrationWhat

StudentWhat = RegistrationWhat
StudentEvent = Event[StudentWhat]
"""One line of a student's log."""

_decoder = msgspec.json.Decoder(StudentEvent)


def decode_student_event(line: bytes | str) -> StudentEvent:
    """The student event of a stored line.

    Raises:
        msgspec.DecodeError: The line is not JSON, or not an event of a known kind.
    """
    return _decoder.decode(line)
