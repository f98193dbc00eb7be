"""Taking in what a student sends: it is looked at first, then taken, all of it or nothing.

Looking reads every byte and changes nothing. Taking writes the bytes into the vault and only then one action into the
log. So the log never names a document that is not there, and after a kill between the two the files are taken again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from defense_console.desk.defense.base import DefenseDesk
from defense_console.desk.logs.leases import Leases
from defense_console.desk.logs.ledger import Ledger
from defense_console.desk.uploads.incoming import FileChange, Incoming, IncomingFile, ReadFile, SourceRead, places_of
from defense_console.model.defense.kinds import DefenseWhat, DeliverableReceived, RowReceived
from defense_console.model.defense.revision import AWAITED, TAKES_FILES, row_title, same_as
from defense_console.model.defense.state import Defense, Delivery, ReceivedFile, Revision
from defense_console.model.defense.timeline import instant
from defense_console.model.errors import ConsoleError
from defense_console.store.vault import Vault
from defense_console.uploads.matching import (
    Key,
    KnownUploads,
    Offered,
    candidates_of,
    is_one_document,
    match_files,
)
from defense_console.uploads.opening.kinds import HEAD_BYTES, in_place_of_document
from defense_console.uploads.opening.limits import Limits
from defense_console.uploads.opening.sources import Source, SourceFile, opened
from defense_console.words.translation import language, zone_of

Progress = Callable[[int, int], None]
"""Called on the thread that reads, with how many bytes were read and how many there are. May raise to stop."""


class Intake(DefenseDesk):
    """What comes in for one defense. `read` and `keep` may be called on any thread, the others on the desk's."""

    def __init__(
        self, ledger: Ledger, defense_id: str, leases: Leases, vault: Vault, limits: Limits, zone: str
    ) -> None:
        super().__init__(ledger, defense_id, leases)
        self.vault = vault
        self._limits = limits
        self._zone = zone
        self._project = self.project  # read here, on the desk's thread

    # --- looking ---------------------------------------------------------------------------------------------------

    def look(self, path: Path, chosen: Sequence[tuple[str, Key]] = (), progress: Progress | None = None) -> Incoming:
        """Read everything and say what it would be; nothing is changed.

        Args:
            chosen: What the mentor says that files are, see `places_of`.
        """
        incoming = self.judge(self.read(path, progress))
        return self.judge(incoming.reading, places_of(incoming, chosen)) if chosen else incoming

    def read(self, path: Path, progress: Progress | None = None) -> SourceRead:
        """Read every byte of a source, keeping none."""
        plain = is_one_document(path.name, self._project)
        with opened(path, self._limits, plain=plain) as source:
            counter = _Counter(source, progress)
            files = tuple(_read(file, counter) for file in source.files)
            return SourceRead(path, source.name, source.kind, plain, files)

    def judge(self, reading: SourceRead, chosen: Mapping[str, Key] | None = None) -> Incoming:
        """Return what these files would be, and what to know of them.

        Args:
            chosen: What the mentor says that a file is, by its path inside the source: a deliverable's number, or a row
                with a free title.

        Raises:
            ConsoleError: There is no such document.
        """
        chosen = chosen or {}
        titled = {r.request.id: r.request.title for r in self._taking() if r.request.deliverable is None}
        candidates = candidates_of(self.project, titled)
        for said in chosen.values():
            if said not in {candidate.key for candidate in candidates}:
                raise ConsoleError("This project has no deliverable {n}.", n=said)
        now = instant(self.ledger.now().wall).astimezone(zone_of(self._zone))
        known = KnownUploads(candidates, self.student.name, now.year, now.month, self._expected(now))
        offered = [Offered(file.place, file.size, file.in_place) for file in reading.files]
        matched = match_files(reading.name, reading.kind == "archive", offered, known, chosen)
        keys = [match.key for match in matched.files]
        groups: dict[Key, list[tuple[str, ReadFile]]] = {}
        for key, match, file in zip(keys, matched.files, reading.files, strict=True):
            if key is not None:
                groups.setdefault(key, []).append((match.name, file))
        same = {key for key, files in groups.items() if self._is_there(key, files)}
        before = {key: self._before(key) for key in groups}
        unchanged = {
            key
            for key, files in groups.items()
            if key not in same and (old := before[key]) is not None and old.hashes == _hashes(files)
        }
        again = {
            key: version
            for key, files in groups.items()
            if key not in same and key not in unchanged
            and (version := same_as(self._as_delivery(key, files), self._deliveries(key))) is not None
        }  # fmt: skip
        files = tuple(
            IncomingFile(
                place=match.place,
                name=match.name,
                key=key,
                deliverable=key if isinstance(key, int) else None,
                version=None if key is None else self._version(key, key in same),
                size=file.size,
                sha256=file.sha256,
                change=None if key is None else self._change(key, match.name, file, before[key], len(groups[key])),
                same_as=None if key is None else self._same_as(key, file, before[key]),
                findings=match.findings,
            )
            for key, match, file in zip(keys, matched.files, reading.files, strict=True)
        )
        return Incoming(reading, files, matched.findings, frozenset(same), frozenset(unchanged), again)

    def choices(self) -> tuple[tuple[Key, str], ...]:
        """Return what files can be said to be: keys and titles, in the order of the brief."""
        numbered = [(d.n, f"{d.n}. {d.title.in_(language())}") for d in self.project.deliverables]
        titled = [
            (r.request.id, row_title(r.request, self.project, language()))
            for r in self._taking()
            if r.request.deliverable is None
        ]
        return (*numbered, *titled)

    # --- taking ----------------------------------------------------------------------------------------------------

    def take(self, incoming: Incoming, progress: Progress | None = None) -> Defense:
        """Keep the files, then record that they came.

        Returns:
            The defense after it, unchanged when this very delivery was taken before.

        Raises:
            ConsoleError: It is not legal now, nothing of it could be matched, a file has changed since it was looked
                at, or it cannot be written; nothing was changed.
        """
        self.require(incoming)
        self.keep(incoming, progress)
        return self.record(incoming)

    def require(self, incoming: Incoming) -> None:
        """Check that it can be taken."""
        if (reason := self.waits(incoming)) is not None:
            raise reason
        if not any(file.key is not None for file in incoming.files):
            raise ConsoleError("None of these files could be matched to a deliverable: say which one they are.")
        if (reason := self.refusal(*self._whats(incoming))) is not None:
            raise reason

    def waits(self, incoming: Incoming) -> ConsoleError | None:
        """Return why nothing can be taken in now, None when it can: it may be later."""
        return self.read_only_for(*self._whats(incoming))

    def keep(self, incoming: Incoming, progress: Progress | None = None) -> None:
        """Write the files that are taken into the vault, all of them or none."""
        reading = incoming.reading
        wanted = {f.place: f.sha256 for f in incoming.files if f.key is not None and f.key not in incoming.known}
        if not wanted:
            return
        with opened(reading.path, self._limits, plain=reading.plain) as source, self.vault.taking() as taking:
            counter = _Counter(source, progress)
            for file in source.files:
                if file.place in wanted and taking.add(counter.chunks(file)).sha256 == wanted[file.place]:
                    del wanted[file.place]
            if wanted:
                raise ConsoleError(
                    "{file} has changed since it was looked at; nothing was taken in.", file=next(iter(wanted))
                )

    def record(self, incoming: Incoming) -> Defense:
        """Record in one action that the files came."""
        whats = self._whats(incoming)
        return self.act(*whats) if whats else self.defense

    def _whats(self, incoming: Incoming) -> tuple[DefenseWhat, ...]:
        return tuple(self._what(key, incoming.files_of(key)) for key in incoming.keys)

    def _what(self, key: Key, files: Sequence[IncomingFile]) -> DefenseWhat:
        received = tuple(ReceivedFile(file.name, file.size, file.sha256) for file in files)
        row = self._row_of(key)
        if row is not None:
            return RowReceived(row.request.id, received)
        if isinstance(key, str):
            raise ConsoleError("This document is not asked for.")
        return DeliverableReceived(key, received)

    # --- what is known ---------------------------------------------------------------------------------------------

    def _taking(self) -> tuple[Revision, ...]:
        """Return the documents asked for by the verdict in force that take another version, those awaited first."""
        released = self.defense.released
        if released is None or released.outcome != "conditional":
            return ()
        rows = (r for r in self.defense.revisions if r.state in TAKES_FILES)
        return tuple(sorted(rows, key=lambda r: r.state not in AWAITED))

    def _row_of(self, key: Key) -> Revision | None:
        return next((r for r in self._taking() if key in (r.request.deliverable, r.request.id)), None)

    def _expected(self, now: datetime) -> tuple[Key, ...]:
        """Return the deliverables that should come now: those awaited, or before any verdict those that never came."""
        if self.defense.released is not None:
            return tuple(
                r.request.deliverable
                for r in self._taking()
                if r.state in AWAITED and r.request.deliverable is not None
            )
        return tuple(d.n for d in self.project.deliverables if d.n not in self.defense.deliveries)

    def _deliveries(self, key: Key) -> tuple[Delivery, ...]:
        if isinstance(key, int):
            return self.defense.deliveries.get(key, ())
        row = self._row_of(key)
        return row.deliveries if row is not None else ()

    def _before(self, key: Key) -> Delivery | None:
        """Return the version to compare with: the one that was asked to change, else the latest with files."""
        row = self._row_of(key)
        if row is not None and row.state in AWAITED:
            return row.before
        return next((delivery for delivery in reversed(self._deliveries(key)) if delivery.files), None)

    def _is_there(self, key: Key, files: Sequence[tuple[str, ReadFile]]) -> bool:
        """Return whether the latest version is this very delivery; what is asked for again is always received again."""
        row = self._row_of(key)
        if row is not None and row.state in AWAITED:
            return False
        deliveries = self._deliveries(key)
        return bool(deliveries) and deliveries[-1].hashes == _hashes(files)

    def _as_delivery(self, key: Key, files: Sequence[tuple[str, ReadFile]]) -> Delivery:
        received = tuple(ReceivedFile(name, file.size, file.sha256) for name, file in files)
        return Delivery(self._version(key, there=False), "", received)

    def _same_as(self, key: Key, file: ReadFile, before: Delivery | None) -> int | None:
        """Return the number of the latest earlier version that has this very file, where the one before has not."""
        if before is None or file.sha256 in before.hashes:
            return None
        return next((each.version for each in reversed(self._deliveries(key)) if file.sha256 in each.hashes), None)

    def _change(self, key: Key, name: str, file: ReadFile, before: Delivery | None, together: int) -> FileChange:
        """Compare a file with the version before: the same bytes, other ones, or those of an earlier version."""
        if before is None:
            return "new"
        if file.sha256 in before.hashes:
            return "unchanged"
        if self._same_as(key, file, before) is not None:
            return "again"
        same_name = any(old.name == name for old in before.files)
        return "changed" if same_name or (together == 1 and len(before.files) == 1) else "new"

    def _version(self, key: Key, there: bool) -> int:
        deliveries = self._deliveries(key)
        latest = deliveries[-1].version if deliveries else 0
        return latest if there else latest + 1


def _hashes(files: Sequence[tuple[str, ReadFile]]) -> tuple[str, ...]:
    return tuple(sorted(file.sha256 for _name, file in files))


# --- reading ---------------------------------------------------------------------------------------------------------


class _Counter:
    """Counts what is read of a source, and says how far it is."""

    def __init__(self, source: Source, progress: Progress | None) -> None:
        self._total = sum(file.told_bytes for file in source.files)
        self._read = 0
        self._progress = progress

    def chunks(self, file: SourceFile) -> Iterator[bytes]:
        """Yield the bytes of a file, counted."""
        for chunk in file.chunks():
            self._read += len(chunk)
            if self._progress is not None:
                self._progress(self._read, self._total)
            yield chunk


def _read(file: SourceFile, counter: _Counter) -> ReadFile:
    digest, size, head = hashlib.sha256(), 0, b""
    for chunk in counter.chunks(file):
        digest.update(chunk)
        size += len(chunk)
        if len(head) < HEAD_BYTES:
            head += chunk[: HEAD_BYTES - len(head)]
    in_place = in_place_of_document(file.place.rpartition("/")[2], head)
    return ReadFile(file.place, size, digest.hexdigest(), in_place)
