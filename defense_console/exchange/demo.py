"""The demo cohort: from its script and an instant to logs, a pure function; every event is legal where it comes.

Nothing of the machine goes in: the same instant and language give the same bytes everywhere.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from defense_console.model.curriculum import Curricula, Curriculum, Project, canonical_json, curriculum_hash
from defense_console.model.defense import kinds as ev
from defense_console.model.defense.attempts import carried_from
from defense_console.model.defense.kinds import DefenseWhat, signed_event
from defense_console.model.defense.state import Defense, RatingValue, ReceivedFile
from defense_console.model.defense.subject import DEFENSE
from defense_console.model.defense.summary import defense_id
from defense_console.model.defense.timeline import instant, iso
from defense_console.model.errors import ConsoleError
from defense_console.model.log.action import Log, append_action
from defense_console.model.log.envelope import Stamp
from defense_console.model.student import kinds as ev_student
from defense_console.model.student.check_in import CheckIn, check_in_events
from defense_console.model.student.kinds import StudentRegistered, StudentWhat
from defense_console.model.student.state import FollowedStudent, WeeklyPlan
from defense_console.model.student.subject import STUDENT
from defense_console.model.student.weekly import start_of
from defense_console.resources import data_folder
from defense_console.words.translation import LANGUAGES, Language, zone_of

REGISTERED_BEFORE: Final = timedelta(days=30)
"""Students are registered so long before the cohort is made."""
PLANNED_BEFORE: Final = timedelta(days=7)
"""A defense is planned so long before its start."""
EPOCH_BEFORE: Final = timedelta(days=60)
"""The invented machine was started so long before the cohort is made."""
TYPING: Final = timedelta(seconds=7)
"""Time between the first keystroke of a note and Enter."""
EARLIER_BOOT_ID: Final = "demo-before"
FOLLOWED_BEFORE: Final = timedelta(days=70)
"""So long before are those registered whom the mentor has met week after week."""
BOOT_ID: Final = "demo"
"""No real boot: a console that takes the live defense over measures by the wall clock."""

_OFFSET: Final = re.compile(r"([+-]?)(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?")


class ScriptLine(msgspec.Struct, frozen=True):
    """One line of a script: the kind of an event or a short form, when, and the other fields."""

    kind: str
    at: timedelta
    fields: Mapping[str, Any]


class Typing(msgspec.Struct, frozen=True):
    """A text that was being typed: its field key and the stamp of its first keystroke."""

    field: str
    text: str
    first: Stamp


class DemoDefense(msgspec.Struct, frozen=True):
    """A defense of the cohort.

    Attributes:
        log: all of it.
        typing: a draft, or None.
        lease: the last sign of life of the console that ran it, or None.
    """

    log: Log[DefenseWhat, Defense]
    typing: Typing | None
    lease: Stamp | None


class Cohort(msgspec.Struct, frozen=True):
    """Everything the demo store holds.

    Attributes:
        students: the log of each student.
        defenses: in the order of the script, an attempt after the one before.
        curricula: canonical JSON of the pinned ones, by hash.
        host: name of the machine that ran the interrupted defense; no real one.
        documents: what the students sent, by SHA-256 in hexadecimal.
    """

    students: tuple[Log[StudentWhat, FollowedStudent], ...]
    defenses: tuple[DemoDefense, ...]
    curricula: dict[str, bytes]
    host: str
    documents: dict[str, bytes]


def load_script() -> dict[str, Any]:
    """Return the script of the cohort: its defenses and, in a file of their own, the weeks with the mentor."""
    script: dict[str, Any] = {}
    for name in ("cohort.toml", "weeks.toml"):
        script |= tomllib.loads((data_folder() / "demo" / name).read_text(encoding="utf-8"))
    return script


def cohort(
    now: str, shipped: Mapping[str, Curriculum], script: Mapping[str, Any] | None = None, language: Language = "fr"
) -> Cohort:
    """Return the cohort as it is at `now`.

    Args:
        script: Another one than `load_script` gives.
        language: What mentor and students write in.

    Raises:
        ConsoleError: The script asks for an illegal event, or for one that lies ahead.
    """
    script = _in_language(load_script() if script is None else script, language)
    documents = _Documents(language)
    clock, curricula = _Clock(instant(now), script["mentor"]), Curricula(shipped, lambda _hash: None)
    weeks = {entry["student"]: entry for entry in script.get("followed", ())}
    students = tuple(_followed(clock, entry, weeks.get(entry["id"]), curricula) for entry in script["students"])
    made: dict[tuple[str, str, int], DemoDefense] = {}
    for entry in script["defenses"]:
        key = (entry["student"], entry["project"], entry.get("attempt", 1))
        before = made.get((key[0], key[1], key[2] - 1))
        made[key] = _Play(clock, entry, curricula, documents, before.log.state if before else None).played()
    pinned = [d.log.state.pinned for d in made.values() if d.log.state.pinned is not None]
    bodies = {curriculum_hash(c): canonical_json(c) for c in pinned}
    return Cohort(students, tuple(made.values()), dict(sorted(bodies.items())), script["host"], documents.sent)


def offset(text: str) -> timedelta:
    """Return a length such as `+15m40s`, `-2d4h`, `-90m`."""
    match = _OFFSET.fullmatch(text)
    if match is None or not any(match.groups()[1:]):
        raise ConsoleError("The demo script has a time that cannot be read: {text}", text=text)
    sign, days, hours, minutes, seconds = match.groups()
    length = timedelta(days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(seconds or 0))
    return -length if sign == "-" else length


def _in_language(value: Any, language: Language) -> Any:
    """Return a script with every text that is written in both languages in one of them."""
    if isinstance(value, dict):
        if value.keys() == set(LANGUAGES):
            return value[language]
        return {key: _in_language(each, language) for key, each in value.items()}
    return [_in_language(each, language) for each in value] if isinstance(value, list) else value


class _Documents:
    """The documents of the cohort. Attributes: sent: the bytes of those that were named, by SHA-256."""

    def __init__(self, language: Language) -> None:
        self._folder = data_folder() / "demo" / language
        self.sent: dict[str, bytes] = {}

    def received(self, name: str) -> ReceivedFile:
        body = (self._folder / name).read_bytes()
        sha256 = hashlib.sha256(body).hexdigest()
        self.sent[sha256] = body
        return ReceivedFile(name, len(body), sha256)


class _Clock:
    """The invented clocks of the machine the cohort was recorded on."""

    def __init__(self, now: datetime, author: str) -> None:
        self.now = now
        self.author = author

    def stamp(self, moment: datetime) -> Stamp:
        boot_id, epoch = BOOT_ID, self.now - EPOCH_BEFORE
        if moment < epoch:
            boot_id, epoch = EARLIER_BOOT_ID, epoch - EPOCH_BEFORE
        boot_ms = (moment - epoch) // timedelta(milliseconds=1)
        return Stamp(iso(moment), boot_ms, boot_ms, boot_id)


def _followed(
    clock: _Clock, entry: Mapping[str, str], weeks: Mapping[str, Any] | None, curricula: Curricula
) -> Log[StudentWhat, FollowedStudent]:
    """Return the log of a student: the registration, and the weeks with the mentor where the script has some."""
    log: Log[StudentWhat, FollowedStudent] = Log.empty(STUDENT, entry["id"])
    what = StudentRegistered(entry["id"], entry["name"], entry["email"], entry["timezone"])
    before = REGISTERED_BEFORE if weeks is None else FOLLOWED_BEFORE
    log = append_action(log, [what], clock.stamp(clock.now - before), clock.author, curricula).after
    return log if weeks is None else _Weeks(clock, weeks, curricula).played(log)


def _soon(now: datetime, minutes: int) -> str:
    """Return the time of day so many minutes later, to five minutes; the last one of the day at most."""
    later = now + timedelta(minutes=minutes)
    later = later.replace(minute=later.minute // 5 * 5)
    return f"{later:%H:%M}" if later.date() == now.date() else "23:55"


class _Weeks:
    """Plays the weeks of one student: a plan, then one session after the other."""

    def __init__(self, clock: _Clock, entry: Mapping[str, Any], curricula: Curricula) -> None:
        self.clock = clock
        self.entry = entry
        self.curricula = curricula
        zone = entry["zone"]
        time = entry["time"] if "time" in entry else _soon(clock.now.astimezone(zone_of(zone)), entry["today_in_min"])
        first = clock.now.astimezone(zone_of(zone)).date() - timedelta(days=entry["begun_days_ago"])
        self.plan = WeeklyPlan(first.isoformat(), time, zone, length_min=entry["length_min"])

    def played(self, log: Log[StudentWhat, FollowedStudent]) -> Log[StudentWhat, FollowedStudent]:
        """Return the log with everything that lies behind."""
        begun = start_of(self.plan, self._day(0)) - timedelta(days=2)
        plan = self.plan
        log = self._with(log, begun, ev_student.WeeklyPlanned(plan.starts, plan.time, plan.zone, 1, plan.length_min))
        path = self.entry["path"]
        log = self._with(log, begun, *self._path(path))
        for number, said in enumerate(self.entry["sessions"]):
            start = start_of(self.plan, self._day(number))
            if start + timedelta(minutes=plan.length_min) > self.clock.now:
                break
            log = self._session(log, self._day(number), start, said)
            for n, line in enumerate(said.get("then", ()), 1):
                after = start + timedelta(minutes=self.plan.length_min + 5 * n)
                log = self._with(log, min(after, self.clock.now), self._event(log.state, line))
        return log

    def _path(self, path: Mapping[str, Any]) -> Iterator[StudentWhat]:
        """Yield the plan of the path, and what somebody else decided before the first session."""
        today = self.clock.now.astimezone(zone_of(self.plan.zone)).date()
        ago = path.get("begun_days_ago")
        start = self.plan.starts if ago is None else (today - timedelta(days=ago)).isoformat()
        yield ev_student.PathPlanned(path["curriculum"], start, path["weeks"])
        for project, days in path.get("settled_days_ago", {}).items():
            on = (today - timedelta(days=days)).isoformat()
            yield ev_student.ProjectSettled(project, "validated", on, path["by"])

    @staticmethod
    def _event(student: FollowedStudent, line: Mapping[str, Any]) -> StudentWhat:
        """Return an event from its kind and fields; what it is about is named by its place, from 1."""
        made = {"question": student.questions, "alert": student.alerts}
        fields = {name: made[name][n - 1].seq if name in made else n for name, n in line.items()}
        what: StudentWhat = msgspec.convert(fields, StudentWhat)
        return what

    def _day(self, number: int) -> date:
        return date.fromisoformat(self.plan.starts) + timedelta(weeks=number)

    def _session(
        self, log: Log[StudentWhat, FollowedStudent], day: date, start: datetime, said: Mapping[str, Any]
    ) -> Log[StudentWhat, FollowedStudent]:
        name = day.isoformat()
        if "missed" in said:
            return self._with(log, start + timedelta(minutes=15), ev_student.SessionMissed(name, said["missed"]))
        if "excused" in said:
            what = ev_student.SessionExcused(name, "student", False, said["excused"])
            return self._with(log, start - timedelta(days=1), what)
        goals = log.state.goals
        end = start + timedelta(minutes=self.plan.length_min - 3)
        check_in = CheckIn(
            said.get("pace"),
            said.get("blocked"),
            kept=tuple(goals[n - 1].seq for n in said.get("kept", ())),
            moved={
                goals[each["goal"] - 1].seq: (self._due(day, each), each["reason"]) for each in said.get("moved", ())
            },
            dropped={goals[each["goal"] - 1].seq: each["reason"] for each in said.get("dropped", ())},
            estimates=said.get("estimates", {}),
            notes=tuple(said.get("notes", ())),
            goals=tuple(
                ev_student.GoalPromised(each["text"], self._due(day, each), each.get("when", ""))
                for each in said.get("goals", ())
            ),
            promises=tuple(said.get("promises", ())),
        )
        return self._with(
            log, end, *check_in_events(log.state, check_in, name, iso(start), iso(end), self.clock.stamp(end))
        )

    @staticmethod
    def _due(day: date, each: Mapping[str, Any]) -> str:
        return (day + timedelta(days=each["in_days"])).isoformat() if "in_days" in each else ""

    def _with(
        self, log: Log[StudentWhat, FollowedStudent], moment: datetime, *whats: StudentWhat
    ) -> Log[StudentWhat, FollowedStudent]:
        return append_action(log, whats, self.clock.stamp(moment), self.clock.author, self.curricula).after


Making = Callable[[Defense], DefenseWhat]
"""Makes an event from the defense as it is then: a signature, a release."""


class _Play:
    """Plays the script of one defense."""

    def __init__(
        self,
        clock: _Clock,
        entry: Mapping[str, Any],
        curricula: Curricula,
        documents: _Documents,
        before: Defense | None,
    ) -> None:
        self.clock = clock
        self.entry = entry
        self.planned = (clock.now + offset(entry["planned"])).replace(second=0, microsecond=0)
        self.before = before
        self.curricula = curricula
        self.documents = documents
        pinned = before.pinned if before is not None else None
        self.curriculum = pinned or curricula.shipped[entry["project"].partition("-")[0]]
        project = self.curriculum.project(entry["project"])
        if project is None:
            raise ConsoleError("There is no project {project}.", project=entry["project"])
        self.project: Project = project

    def played(self) -> DemoDefense:
        """Return the log, action after action."""
        timed = [pair for entry in self.entry["steps"] for pair in self._expanded(entry)]
        planned = self._planned()
        known = min(self.planned - PLANNED_BEFORE, self.clock.now - timedelta(hours=1))
        id = str(defense_id(planned.student_id, planned.project, planned.attempt))
        log = self._with(Log.empty(DEFENSE, id), planned, known)
        for at, made in sorted(timed, key=lambda pair: pair[0]):
            moment = self.planned + at
            if moment > self.clock.now:
                raise ConsoleError("The demo script runs ahead of its instant: {project}", project=self.project.id)
            what = made(log.state) if callable(made) else made
            if isinstance(what, ev.Noted | ev.QuestionParked):
                what = msgspec.structs.replace(what, first=self.clock.stamp(moment - TYPING))
            log = self._with(log, what, moment)
        return DemoDefense(log, self._typing(), self._lease())

    def _with(self, log: Log[DefenseWhat, Defense], what: DefenseWhat, moment: datetime) -> Log[DefenseWhat, Defense]:
        return append_action(log, [what], self.clock.stamp(moment), self.clock.author, self.curricula).after

    def _planned(self) -> ev.Planned:
        return ev.Planned(
            student_id=self.entry["student"],
            curriculum=self.curriculum.code,
            project=self.project.id,
            attempt=self.entry.get("attempt", 1),
            planned_at=iso(self.planned),
            duration_min=self.entry.get("duration_min"),
            language=self.entry.get("language"),
            carried=carried_from(self.before) if self.before is not None else None,
        )

    def _typing(self) -> Typing | None:
        draft = self.entry.get("draft")
        if draft is None:
            return None
        return Typing(draft["field"], draft["text"], self.clock.stamp(self.clock.now + offset(draft["at"])))

    def _lease(self) -> Stamp | None:
        lease = self.entry.get("lease")
        return None if lease is None else self.clock.stamp(self.clock.now + offset(lease))

    # --- short forms ---------------------------------------------------------------------------------------------

    def _expanded(self, entry: Mapping[str, Any]) -> Sequence[tuple[timedelta, DefenseWhat | Making]]:
        """Return the events of a line of the script, each with its time from the planned start."""
        fields = {name: value for name, value in entry.items() if name not in ("kind", "at")}
        step = ScriptLine(entry["kind"], offset(entry["at"]), fields)
        match step.kind:
            case "prepare":
                return [(step.at, what) for what in self._prepare(fields)]
            case "hold":
                return self._hold(step)
            case "rate":
                return self._rate(step)
            case "sign":
                return [(step.at, lambda defense: signed_event(defense, self.curriculum))]
            case "release":
                return [(step.at, lambda defense: ev.Released(len(defense.versions)))]
            case "started":
                return [(step.at, ev.Started(curriculum_hash(self.curriculum)))]
        return [(step.at, self._event(step))]

    def _event(self, step: ScriptLine) -> DefenseWhat:
        """Return an event from its kind and fields; the stamp of a first keystroke is filled in when it is played."""
        fields: dict[str, Any] = {"kind": step.kind, **step.fields}
        if step.kind in ("noted", "question_parked"):
            fields["first"] = _NO_STAMP
        if names := fields.pop("documents", ()):
            files = [self.documents.received(name) for name in names]
            if step.kind == "accepted":
                fields["sha256"] = [file.sha256 for file in files]
            else:
                fields["files"] = msgspec.to_builtins(files)
        what: DefenseWhat = msgspec.convert(fields, DefenseWhat)
        return what

    def _prepare(self, fields: Mapping[str, Any]) -> Iterator[DefenseWhat]:
        for deliverable in self.project.deliverables:
            if deliverable.n in fields.get("deliverables", [deliverable.n]):
                yield ev.DeliverableDeclared(deliverable.n, True)
        checks = self.curriculum.checks
        for check in checks[: fields.get("checks", len(checks))]:
            yield ev.CheckTicked(check.id, True)

    def _hold(self, step: ScriptLine) -> list[tuple[timedelta, DefenseWhat | Making]]:
        start = step.at
        found: list[tuple[timedelta, DefenseWhat | Making]] = [
            (start - timedelta(minutes=6), ev.RoomOpened()),
            (start - timedelta(seconds=20), ev.RecordingStarted()),
            (start, ev.Started(curriculum_hash(self.curriculum))),
        ]
        end = start + offset(step.fields[self.project.phases[0].id])
        for phase in self.project.phases[1:]:
            found.append((end, ev.PhaseEntered(phase.id)))
            end += offset(step.fields[phase.id])
        return [*found, (end, ev.Finished())]

    def _rate(self, step: ScriptLine) -> list[tuple[timedelta, DefenseWhat | Making]]:
        ratings: Mapping[str, RatingValue] = self.entry.get("ratings", {})
        criteria = [c.id for c in self.curriculum.criteria_of(self.project) if not c.from_clock]
        chosen = criteria[: step.fields.get("count", len(criteria))]
        pace = timedelta(seconds=step.fields["every_s"])
        return [(step.at + n * pace, ev.Rated(id, ratings.get(id, "met"))) for n, id in enumerate(chosen)]


_NO_STAMP: Final = {"wall": "", "boot_ms": 0, "awake_ms": 0, "boot_id": ""}
