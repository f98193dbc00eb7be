"""Network file systems, where the engine cannot keep its promises and no store may lie.

Source: SQLite, "Write-Ahead Logging" (network file systems); proc(5), `/proc/pid/mounts`.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from defense_console.model.errors import N_
from defense_console.store.base import NetworkStore

_NETWORK = re.compile(
    r"nfs\d?|cifs|smb\d?|smbfs|9p|afs|ncpfs|coda|ceph|lustre|gpfs|beegfs|glusterfs|pvfs2|davfs|ocfs2|vboxsf|"
    r"fuse\.(sshfs|rclone|s3fs|gcsfuse|glusterfs\w*|ceph\w*|davfs2?|smbnetfs|curlftpfs|gvfsd-fuse|onedriver|google-drive-ocamlfuse)"
)
_MOUNTS = Path("/proc/self/mounts")


def refuse_network(folder: Path) -> None:
    """Refuse a folder on a network file system."""
    kind = network_kind(folder)
    if kind is not None:
        raise NetworkStore(
            N_(
                "{place} is on a network file system ({kind}), where what was saved could be lost. "
                "Choose a folder on a disk of this machine."
            ),
            place=folder,
            kind=kind,
        )


def network_kind(folder: Path, mounts: str | None = None) -> str | None:
    """Return the network file system a folder is on; None for a local one, or where the system does not say.

    Args:
        mounts: Lines as in `/proc/self/mounts`, which is read when this is None.
    """
    if mounts is None:
        try:
            mounts = _MOUNTS.read_text("utf-8", "surrogateescape")
        except OSError:
            return None
    place = Path(os.path.realpath(folder))
    found, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        mount = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[1]))
        # Of two mounts on one place, the later one covers the earlier.
        if place.is_relative_to(mount) and len(mount.parts) >= found:
            found, kind = len(mount.parts), fields[2]
    return kind if _NETWORK.fullmatch(kind) else None
