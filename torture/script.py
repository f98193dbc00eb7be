"""What the subjects of the experiments write, known beforehand, and the check of what a store holds of it.

A script is a list of steps in a fixed order: actions of one to three events on several defenses, texts being typed and
committed, leases, documents. A store that was killed or cut must hold exactly what the first k steps leave behind, for
some k that is not before the last acknowledged step: a consistent prefix with nothing acknowledged missing.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from pathlib import Path

import msgspec

from defense_console.model.errors import ConsoleError
from defense_console.model.student.subject import STUDENT
from defense_console.store.base import Append, Draft, Job, SaveDraft, Store, WriteLease
from defense_console.store.sqlite.folder_vault import FolderVault
from defense_console.store.sqlite.store import TinyStore
from defense_console.store.unsaved.replay import replay
from tests.store import logs

DEFENSES = 3
NAMES_DOCUMENT = "document "
"""A note that begins so says that the document with this hash was received."""


class Step(msgspec.Struct, frozen=True):
    """One write, and the document that must be in the vault before it."""

    job: Job
    document: bytes | None = None


class Left(msgspec.Struct, frozen=True):
    """What a store holds: bodies of each log, drafts by stream and field, holders of leases."""

    logs: dict[str, tuple[bytes, ...]]
    drafts: dict[tuple[str, str], str]
    leases: dict[str, str]


def script(seed: int, count: int) -> list[Step]:
    """Steps of a scripted afternoon; the same ones for the same seed."""
    choice = random.Random(seed)
    steps = [Step(logs.student()), *(Step(logs.first(n)) for n in range(1, DEFENSES + 1))]
    known = dict.fromkeys(range(1, DEFENSES + 1), 1)
    typed: dict[int, str] = {}
    while len(steps) < count:
        n = choice.randint(1, DEFENSES)
        kind = choice.random()
        if kind < 0.25:
            typed[n] = typed.get(n, "") + choice.choice("abc ")
            steps.append(Step(SaveDraft(logs.stream(n), "note", Draft(typed[n], logs.STAMP, len(typed[n])))))
        elif kind < 0.35:
            steps.append(Step(WriteLease(logs.stream(n), logs.lease(f"holder {len(steps)}"))))
        elif kind < 0.5:
            document = f"document {len(steps)} of {seed}\n".encode() * choice.randint(1, 700)
            job = logs.more(n, known[n], NAMES_DOCUMENT + hashlib.sha256(document).hexdigest(), "it came")
            steps.append(Step(job, document))
            known[n] += 2
        else:
            texts = [f"{len(steps)}.{i} " + "é" * choice.randint(0, 900) for i in range(choice.randint(1, 3))]
            drop = ("note",) if typed.pop(n, None) is not None else ()
            job = msgspec.structs.replace(logs.more(n, known[n], *texts), drop_drafts=drop)
            steps.append(Step(job))
            known[n] += len(texts)
    jobs = logs.named(*(step.job for step in steps))
    return [Step(job, step.document) for job, step in zip(jobs, steps, strict=True)]


def states(steps: Sequence[Step]) -> list[Left]:
    """What a store holds after none of the steps, after the first, and so on."""
    bodies: dict[str, tuple[bytes, ...]] = {}
    drafts: dict[tuple[str, str], str] = {}
    leases: dict[str, str] = {}
    found = [Left({}, {}, {})]
    for step in steps:
        match step.job:
            case Append() as job:
                bodies[job.stream] = bodies.get(job.stream, ()) + job.lines
                for field in job.drop_drafts:
                    drafts.pop((job.stream, field), None)
            case SaveDraft(stream=stream, field=field, draft=draft) if draft is not None:
                drafts[stream, field] = draft.text
            case WriteLease(stream=stream, lease=lease) if lease is not None:
                leases[stream] = lease.holder
        found.append(Left(dict(bodies), dict(drafts), dict(leases)))
    return found


def left_in(store: Store) -> Left:
    """What a store holds.

    Raises:
        ConsoleError: It cannot be read.
    """
    return Left(
        {stream: tuple(line.body for line in store.read_log(stream)) for stream in store.streams()},
        {(s, f): draft.text for s, drafts in store.all_drafts().items() for f, draft in drafts.items()},
        {stream: lease.holder for stream, lease in store.leases().items()},
    )


def losses_in(folder: Path, known: Sequence[Left], acknowledged: int, spool: Path | None = None) -> list[str]:
    """Open a store after a fault and say what is wrong with it.

    Args:
        folder: The store.
        known: What `states` says of its script.
        acknowledged: How many steps were acknowledged, all of them before any other; -1 before the store was made.
        spool: Where what could not be saved waits, which then counts as well; leases are not kept there.

    Returns:
        Sentences, empty when nothing acknowledged is missing and the rest is a consistent prefix.
    """
    try:
        store = TinyStore.open(folder, create=False)
    except ConsoleError as error:
        return [f"does not open: {error}"] if acknowledged >= 0 else []
    try:
        replayed = None if spool is None else replay(spool, store, store.identity)
        left = left_in(store)
        problems = [f"verify: {problem.stream} {problem.seq} {problem.kind}" for problem in store.verify_all()]
        problems += _beside_the_log(store, left)
    except ConsoleError as error:
        return [f"cannot be read: {error}"]
    finally:
        store.close()
    if replayed is not None:
        # A line of the spool that was cut before it was synced is told as damaged and was never promised; what was
        # promised is looked for below.
        problems += [f"replayed: {replayed}"] if replayed.kept or replayed.filed or replayed.left else []
        left = msgspec.structs.replace(left, leases={})
        known = [msgspec.structs.replace(state, leases={}) for state in known]
    prefixes = [k for k, state in enumerate(known) if state == left]
    if not prefixes:
        problems.append("what is there is no prefix of what was written")
    elif prefixes[-1] < acknowledged:
        problems.append(f"acknowledged {acknowledged} steps, {prefixes[-1]} are there")
    return problems + _missing_documents(folder, left)


def _beside_the_log(store: Store, left: Left) -> list[str]:
    """The rows beside the logs tell of the same events as the logs."""
    found = [
        f"summary {summary.id} tells of {summary.seq} events"
        for summary in store.pending()
        if summary.seq != len(left.logs.get(f"defense/{summary.id}", ()))
    ]
    students = {STUDENT.stream(student.id) for student in store.students()}
    return found + [
        f"{stream} has no row" for stream in left.logs if stream.startswith(STUDENT.prefix) and stream not in students
    ]


def _missing_documents(folder: Path, left: Left) -> list[str]:
    vault, found = FolderVault(folder), []
    for bodies in left.logs.values():
        for body in bodies:
            text = msgspec.json.decode(body)["what"].get("text", "")
            if text.startswith(NAMES_DOCUMENT):
                try:
                    for _chunk in vault.chunks(text.removeprefix(NAMES_DOCUMENT)):
                        pass
                except ConsoleError as error:
                    found.append(f"the log names a document that is not there: {error}")
    return found
