"""How much one reception may hold, by the mentor's settings. It is counted while reading: headers are never trusted."""

from __future__ import annotations

import msgspec

from defense_console.model.errors import N_, ConsoleError

MB = 1_000_000
"""Bytes of a megabyte, as settings count them."""
SMALL = MB
"""Bytes below which a ratio says nothing: a short file of blanks packs as well as a bomb."""


class Limits(msgspec.Struct, frozen=True):
    """What one reception may hold at most.

    Attributes:
        max_mb: megabytes, as it comes and unpacked.
        max_files: files and folders.
        max_ratio: bytes unpacked from one byte of an archive.
    """

    max_mb: int
    max_files: int
    max_ratio: int


class RefusedSource(ConsoleError):
    """What came is not taken in, nothing of it, because of this entry.

    Args:
        entry: Path inside what was given, or its own name, as it came.
        reason: A whole sentence.
    """

    def __init__(self, entry: str, reason: ConsoleError) -> None:
        super().__init__(N_("{entry}: {reason} Nothing was taken in."), entry=entry, reason=reason)
        self.entry = entry
        self.reason = reason


class Meter:
    """Counts what is read from one source, over all its files.

    Args:
        limits: What it may hold.
        packed_bytes: Size of the archive it comes from, None where nothing is unpacked.
    """

    def __init__(self, limits: Limits, packed_bytes: int | None = None) -> None:
        self._limits = limits
        self._packed = packed_bytes
        self._bytes = 0
        self._entries = 0

    def entry(self, entry: str) -> None:
        """Count one more file or folder."""
        self._entries += 1
        if self._entries > self._limits.max_files:
            reason = ConsoleError(
                "There are more than {n} files and folders; max_files in the settings allows no more.",
                n=self._limits.max_files,
            )
            raise RefusedSource(entry, reason)

    def read(self, entry: str, size: int, so_far: int, packed: int | None = None) -> None:
        """Count bytes that were read.

        Args:
            entry: Of which file.
            size: How many.
            so_far: How many of this file, these included.
            packed: How many bytes of the archive this file takes.

        Raises:
            RefusedSource: They are too many, or unpack from too few.
        """
        self._bytes += size
        if self._bytes > self._limits.max_mb * MB:
            raise RefusedSource(entry, too_large(self._limits))
        if self._swollen(so_far, packed) or self._swollen(self._bytes, self._packed):
            reason = ConsoleError(
                "It unpacks to more than {ratio} times its size, as an archive made to fill a disk does; "
                "max_ratio in the settings allows no more.",
                ratio=self._limits.max_ratio,
            )
            raise RefusedSource(entry, reason)

    def _swollen(self, unpacked: int, packed: int | None) -> bool:
        return packed is not None and unpacked > SMALL and unpacked > self._limits.max_ratio * packed


def too_large(limits: Limits) -> ConsoleError:
    """Return the reason when there are too many bytes."""
    return ConsoleError("There are more than {mb} MB; max_archive_mb in the settings allows no more.", mb=limits.max_mb)
