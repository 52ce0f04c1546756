"""Whether a disk is full: what a full one refuses comes under many names."""

from __future__ import annotations

import errno
import os
from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
"""What a system calls a write that found no room."""

_A_FILE_AT_LEAST = 64 * 1024  # what SQLite wants beside its file before it opens it: 32 kB, and some


def is_full(folder: Path) -> bool:
    """Whether this user could not make one more small file there. False where the folder cannot be asked."""
    try:
        disk = os.statvfs(folder)
    except OSError:
        return False
    has_files = disk.f_files == 0 or disk.f_favail > 0  # some file systems do not count them
    return disk.f_bavail * disk.f_frsize < _A_FILE_AT_LEAST or not has_files
