"""Words for the values of the model: one table for each, by the value as the log has it.

Screens, reports and the command line use these tables, so that the same thing has the same word everywhere. The words
are message ids and are translated when they are shown. Glyphs and colours are in the widgets that draw them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from defense_console.model.errors import N_

RATINGS: Final[Mapping[str, str]] = {
    "met": N_("met"),
    "to_improve": N_("to improve"),
    "not_met": N_("not met"),
    "not_observed": N_("not observed"),
}
PHASES: Final[Mapping[str, str]] = {
    "presentation": N_("presentation"),
    "discussion": N_("discussion"),
    "debriefing": N_("debriefing"),
}
SESSIONS: Final[Mapping[str, str]] = {
    "planned": N_("planned"),
    "waiting": N_("waiting room open"),
    "live": N_("live"),
    "held": N_("held"),
    "cancelled": N_("cancelled"),
    "late_cancelled": N_("cancelled late"),
    "no_show": N_("student absent"),
    "aborted": N_("broken off"),
}
OUTCOMES: Final[Mapping[str, str]] = {
    "validated": N_("validated"),
    "conditional": N_("conditional"),
    "rework": N_("to rework"),
}
PROJECT_STATES: Final[Mapping[str, str]] = {
    "unknown": N_("before the first known defense"),
    "locked": N_("locked"),
    "open": N_("open"),
    "in_defense": N_("in defense"),
    "revision_pending": N_("documents to revise"),
    "validated": N_("validated"),
    "to_repass": N_("to repass"),
}
ROW_STATES: Final[Mapping[str, str]] = {
    "requested": N_("requested"),
    "received": N_("received"),
    "under_review": N_("under review"),
    "accepted": N_("accepted"),
    "re_requested": N_("requested again"),
    "waived": N_("given up"),
    "withdrawn": N_("withdrawn"),
    "expired": N_("expired"),
}
QUESTIONS: Final[Mapping[str, str]] = {
    "open": N_("to ask"),
    "asked": N_("asked"),
    "answered": N_("answered"),
    "dropped": N_("dropped"),
}
SEVERITIES: Final[Mapping[str, str]] = {"required": N_("required"), "advice": N_("advice")}
VERIFICATIONS: Final[Mapping[str, str]] = {
    "by_me": N_("verified by me"),
    "by_other": N_("verified by someone else"),
    "self_certified": N_("certified by the student"),
    "needs_defense": N_("needs a defense"),
}
PAUSES: Final[Mapping[str, str]] = {
    "technical": N_("technical problem"),
    "student": N_("the student"),
    "mentor": N_("the mentor"),
}
CANCELLERS: Final[Mapping[str, str]] = {
    "student": N_("the student"),
    "mentor": N_("the mentor"),
    "other": N_("someone else"),
    "school": N_("the school"),
}
PACES: Final[Mapping[str, str]] = {"on_track": N_("on track"), "slow": N_("slow"), "at_risk": N_("at risk")}
BLOCKED: Final[Mapping[str, str]] = {"no": N_("no"), "a_little": N_("a little"), "yes": N_("yes")}
LEARNING: Final[Mapping[str, str]] = {
    "planning": N_("Planning"),
    "searching": N_("Searching"),
    "asking": N_("Asking"),
    "checking": N_("Checking"),
}
ALERT_RESULTS: Final[Mapping[str, str]] = {
    "helped": N_("it helped"),
    "did_not_help": N_("it did not help"),
    "not_founded": N_("it was not founded"),
}
STUDENT_SESSIONS: Final[Mapping[str, str]] = {
    "planned": N_("planned"),
    "running": N_("going on"),
    "held": N_("held"),
    "missed": N_("student absent"),
    "excused": N_("cancelled"),
    "holiday": N_("holiday"),
}
GAP_ANSWERS: Final[Mapping[str, str]] = {
    "counted": N_("the time counted"),
    "pause": N_("it was a pause"),
    "ended": N_("the defense ended then"),
}
SECTIONS: Final[Mapping[str, str]] = {"strength": N_("Strength"), "improvement": N_("To improve")}
FIELDS: Final[Mapping[str, str]] = {
    "note": N_("private note"),
    "question": N_("parked question"),
    "strength": N_("strength"),
    "improvement": N_("area for improvement"),
    "goal": N_("next goal"),
    "reason": N_("reason for the outcome"),
    "criterion": N_("shared note"),
    "skill": N_("comment"),
    "edit": N_("changed text"),
    "report": N_("text of the report"),
    "row/title": N_("name of a document"),
    "row/reason": N_("why a document is to revise"),
    "row/expected": N_("what is expected of a document"),
    "row/verifier": N_("who verifies a document"),
    "ask/amend": N_("why the verdict is amended"),
    "ask/contest": N_("what the student contests"),
    "ask/uphold": N_("why the verdict stands"),
    "ask/next_attempt": N_("date of the next attempt"),
    "ask/abort": N_("why the defense is broken off"),
    "ask/absent": N_("why the student is declared absent"),
    "ask/cancel": N_("why the defense is cancelled"),
    "ask/close": N_("why the defense is closed"),
    "ask/date": N_("another date"),
    "ask/date_reason": N_("why another date"),
    "ask/document": N_("name of a document"),
    "ask/files": N_("where the documents are"),
    "ask/saved": N_("where a file is saved"),
    "ask/again": N_("what a new version must show"),
    "ask/waive": N_("why a document is given up"),
    "ask/withdraw": N_("why a request is withdrawn"),
    "ask/give_back": N_("why a defense is given back"),
    "ask/hand_over": N_("what the next mentor has to know"),
    "ask/hand_over_note": N_("what the next mentor has to know"),
    "ask/settle": N_("why a rating counts"),
    "ask/student": N_("student of a new defense"),
    "ask/student_id": N_("id of a new student"),
    "ask/project": N_("project of a new defense"),
    "ask/name": N_("name of a student"),
    "ask/email": N_("e-mail address of a student"),
    "ask/zone": N_("time zone of a student"),
    "promise": N_("what I promise"),
    "ask/weekly": N_("when the weekly session is"),
    "ask/session": N_("another time of a session"),
    "ask/session_reason": N_("why a session is not held"),
    "ask/away": N_("until when the student is away"),
    "ask/path_start": N_("when a path begins"),
    "ask/path_weeks": N_("weeks of each project"),
    "ask/settled": N_("who assessed a project"),
    "ask/learning": N_("how a student learns"),
    "ask/resource": N_("a resource for a student"),
    "ask/estimate": N_("how far a project is"),
    "ask/goal_text": N_("text of a goal"),
    "ask/answer": N_("answer to a question"),
    "ask/alert_facts": N_("facts of an alert"),
    "ask/alert_done": N_("what I did, of an alert"),
    "ask/alert_asked": N_("what I ask, of an alert"),
    "ask/alert_closing": N_("what would close an alert"),
    "ask/alert_answer": N_("the school's answer to an alert"),
    "ask/praise": N_("praise of a student"),
    "ask/goal_date": N_("new date of a goal"),
    "ask/goal_reason": N_("why a goal is moved or dropped"),
}
"""Of text fields: by the first part of their key, those of a document to revise by the last one as well, those of a
dialog by the second."""
