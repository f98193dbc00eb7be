"""Jobs as earlier consoles wrote them into files: their files are read as long as there are any.

Version 1 had the row next to a log as `summary` or `student`, and a decision kept aside as a draft whose field began
with `aside/`.
"""

from __future__ import annotations

from typing import Any

import msgspec

from defense_console.model.log.refused import ASIDE_PREFIX
from defense_console.store.base import Append, Draft, SaveAside, SaveDraft, SpooledJob


class _Fields(msgspec.Struct):
    summary: dict[str, Any] | None = None
    student: dict[str, Any] | None = None
    drafts: tuple[tuple[str, Draft], ...] = ()


class _Entry(msgspec.Struct):
    job: _Fields


def brought_up(job: SpooledJob, body: bytes) -> SpooledJob:
    """Return a job as this console writes it.

    Args:
        body: The line it was read from, with the fields that jobs no longer have.

    Raises:
        MsgspecError: These fields cannot be read.
    """
    match job:
        case SaveDraft(stream=stream, field=field, draft=draft) if field.startswith(ASIDE_PREFIX):
            return SaveAside(stream, _key(field), None if draft is None else draft.text.encode())
        case Append():
            earlier = msgspec.json.decode(body, type=_Entry).job
            asides = tuple(_key(field) for field in job.drop_drafts if field.startswith(ASIDE_PREFIX))
            return msgspec.structs.replace(
                job,
                row=job.row or earlier.summary or earlier.student,
                drop_drafts=tuple(field for field in job.drop_drafts if not field.startswith(ASIDE_PREFIX)),
                drop_aside=job.drop_aside + asides,
                aside=job.aside + tuple((_key(field), draft.text.encode()) for field, draft in earlier.drafts),
            )
    return job


def _key(field: str) -> str:
    return field.removeprefix(ASIDE_PREFIX)
