"""The device's key in a file of its own that nobody else may read."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

from device_uploader.disk import Disk
from device_uploader.errors import SettingsWrong

KEY = re.compile(r"[A-Za-z0-9_-]{43,200}")


def read_key(path: Path) -> str:
    """Raises SettingsWrong: not there, open to others, or no key."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        text = path.read_text().strip()
    except FileNotFoundError as gone:
        command = f"python -m device_uploader pair CODE --server ADDRESS --key-file {path}"
        raise SettingsWrong(f"There is no key file {path}. Make it with: {command}") from gone
    except (OSError, UnicodeDecodeError) as wrong:
        raise SettingsWrong(f"The key file {path} cannot be read: {wrong}.") from wrong
    if mode & 0o077:
        raise SettingsWrong(f"Others can read the key file {path} (mode {mode:04o}). Make it private: chmod 600 {path}")
    if not KEY.fullmatch(text):
        raise SettingsWrong(f"The file {path} holds no device key. Pair the device again.")
    return text


def reserve(path: Path) -> None:
    """An empty private file, before a code is used up for a key that could not be kept. Raises SettingsWrong."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError as there:
        raise SettingsWrong(
            f"There is a key file {path} already. Remove it first if this device is to be paired again."
        ) from there
    except OSError as wrong:
        raise SettingsWrong(f"The key file {path} cannot be written: {wrong.strerror}.") from wrong


def write_key(path: Path, key: str) -> None:
    """Into the reserved file; both are on the disk before this returns."""
    disk = Disk()
    disk.write(path, f"{key}\n".encode())
    disk.sync(path.parent)
