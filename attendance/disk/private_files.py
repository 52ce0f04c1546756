"""Keeps what lies on this disk to the user that the programs run as: files 0600, folders 0700."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)


def keep_all_private(data: Path) -> None:
    """What this process and its children make from now on is private, and what lies in the folder becomes so.

    Left alone are links; and where the folder is also a home or holds the program, the program, its Python, and folders
    whose names begin with a dot.
    """
    os.umask(0o077)
    open_still = [] if keep_private(data) else [str(data)]
    open_still += _whole(str(data))
    if open_still:
        _log.warning(
            "Others may read %s (%d files and folders in all), which belongs to another user. "
            "Give it to the user that Rollcall runs as: chown -R USER %s",
            open_still[0],
            len(open_still),
            data,
        )


def keep_private(path: Path) -> bool:
    """Whether nobody else can read or change it now; what is not there is private."""
    try:
        return _is_private_now(str(path), path.lstat().st_mode)
    except FileNotFoundError:
        return True


def keep_database_private(path: Path) -> None:
    """The file of SQLite and those that it puts beside it, without opening them."""
    for ending in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):  # whoever opens it next says what is wrong
            keep_private(path.with_name(path.name + ending))


def _is_private_now(path: str, mode: int) -> bool:
    if stat.S_ISLNK(mode):
        return True
    wanted = 0o700 if stat.S_ISDIR(mode) else 0o600
    if stat.S_IMODE(mode) != wanted:
        try:
            os.chmod(path, wanted)  # noqa: PTH101 - a Path for each of many files takes longer than the rest
        except PermissionError:
            return not mode & 0o077
    return True


def _whole(data: str) -> Iterator[str]:
    """Makes all in it private, and gives what cannot be."""
    kept = {os.path.realpath(sys.prefix), str(Path(__file__).resolve().parents[1])}
    for entry in _entries(data):
        is_folder = entry.is_dir(follow_symlinks=False)
        place = os.path.realpath(entry.path)
        if not is_folder or not (entry.name.startswith(".") or any(f"{one}/".startswith(f"{place}/") for one in kept)):
            yield from _entry(entry)


def _entry(entry: os.DirEntry[str]) -> Iterator[str]:
    """A folder comes before what is in it, which can be listed only then."""
    with suppress(FileNotFoundError):  # another process has just removed it
        if not _is_private_now(entry.path, entry.stat(follow_symlinks=False).st_mode):
            yield entry.path
        if entry.is_dir(follow_symlinks=False):
            for inner in _entries(entry.path):
                yield from _entry(inner)


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            yield from found
    except (FileNotFoundError, PermissionError):  # removed meanwhile, or another user's
        return
