"""Files that are whole or not there, whatever kills the process, and a folder that one server owns."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import stat
from pathlib import Path
from typing import IO, Any
from uuid import uuid4

from rekognition_local.errors import StartRefused

_UNFINISHED = ".new-"
_OURS = ("lock", "collections", "jobs", "downloads")


def write_json(path: Path, value: Any) -> None:
    """Write a file beside its place, then move it there; after a power cut it is the old one or the new one."""
    new = unfinished(path.parent)
    try:
        with new.open("w", encoding="utf-8") as file:
            json.dump(value, file, separators=(",", ":"))
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def read_json(path: Path) -> Any:
    """Read a file that `write_json` wrote.

    Raises
    ------
    StartRefused
        Where it is damaged, which this program does not do to it.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise StartRefused(f"{path} cannot be read: {error}.") from error


def unfinished(folder: Path) -> Path:
    """A name for what is being made; `sweep` removes what a kill left of it."""
    return folder / f"{_UNFINISHED}{uuid4().hex}"


def remove_folder(folder: Path) -> None:
    """Remove a folder at once: a kill midway leaves what `sweep` removes, never half of it."""
    leaving = unfinished(folder.parent)
    folder.rename(leaving)
    sync_folder(folder.parent)
    shutil.rmtree(leaving)


def sweep(folder: Path) -> None:
    """Remove what a killed process left unfinished in this folder."""
    for left in folder.glob(f"{_UNFINISHED}*"):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink()


def sync_folder(folder: Path) -> None:
    """Make a rename or removal in the folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def own_folder(folder: Path) -> IO[str]:
    """Make the folder and take its lock, which the system lets go of when the returned file or the process ends.

    What this process makes from then on is for its own user only, and so is all that lies there.

    Raises
    ------
    StartRefused
        Where another process has it, or nobody may write there.
    """
    os.umask(0o077)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = (folder / "lock").open("a")
    except OSError as error:
        raise StartRefused(f"The folder {folder} cannot be used: {error.strerror}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StartRefused(f"Another server uses the folder {folder}; stop it, or give --data another one.") from error
    try:
        keep_private(folder)
    except OSError as error:
        lock.close()
        raise StartRefused(f"The folder {folder} cannot be kept from others: {error.strerror}.") from error
    return lock


def keep_private(folder: Path) -> None:
    """What is ours there: files 0600, folders 0700, and links left alone. Raises OSError."""
    for path in (folder, *(path for name in _OURS for path in (folder / name, *(folder / name).rglob("*")))):
        if path.exists() and not path.is_symlink():
            wanted = 0o700 if path.is_dir() else 0o600
            if stat.S_IMODE(path.stat().st_mode) != wanted:
                path.chmod(wanted)
