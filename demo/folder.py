"""The demonstration's own data folder: made anew each time, and never in place of anything else."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.errors import Conflict, InvalidInput, ServiceUnavailable

MARKER = ".rollcall-demo"


@contextmanager
def fresh_folder(path: Path) -> Iterator[Path]:
    """The empty folder, held while the body runs so that no other demonstration empties it.

    Raises InvalidInput where it holds what is not a demonstration's, Conflict where one runs in it now.
    """
    try:
        if path.exists() and not path.is_dir():
            raise InvalidInput(f"{path} is no folder; name another with --data.")
        if path.is_dir() and any(path.iterdir()) and not (path / MARKER).is_file():
            raise InvalidInput(f"{path} holds something that is not the demo's; name another folder with --data.")
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(path / MARKER, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as wrong:
        raise ServiceUnavailable(f"{path} cannot be used: {wrong.strerror}.") from wrong
    try:
        _hold(descriptor, path)
        _empty(path)
        yield path
    finally:
        os.close(descriptor)


def _hold(descriptor: int, path: Path) -> None:
    """The lock ends with this process, however it ends."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        raise Conflict(f"Another demo runs in {path}; end it, or name another folder with --data.") from held


def _empty(path: Path) -> None:
    for entry in path.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        elif entry.name != MARKER:
            entry.unlink()
