"""The folder of an import: its files, who works on it, and what its disk says."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attendance.errors import Conflict, NotFound, OutOfSpace, ServiceUnavailable
from attendance.services import Services

DETAILS, CSV, ZIP, REPORT, LOCK = "details.json", "students.csv", "photos.zip", "report.jsonl", "lock"


def import_folder(services: Services, import_id: str) -> Path:
    """Raises NotFound where the id cannot be one."""
    if not re.fullmatch(r"[0-9a-f]{32}", import_id):
        raise NotFound("There is no such import.")
    return services.settings.data / "imports" / import_id


def import_folders(services: Services) -> list[Path]:
    """Of all imports that are stored here."""
    root = services.settings.data / "imports"
    return sorted(folder for folder in root.iterdir() if folder.is_dir()) if root.is_dir() else []


def read_details(folder: Path) -> dict[str, Any] | None:
    """None where the import was not begun to its end, or is gone."""
    try:
        details: dict[str, Any] = json.loads((folder / DETAILS).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    return details


def remove_imports_of(services: Services, user_id: str) -> None:
    """All that this user began; a request that is at one at this moment finds it gone."""
    for folder in import_folders(services):
        if (read_details(folder) or {}).get("user_id") == user_id:
            shutil.rmtree(folder, ignore_errors=True)


def began_at(folder: Path, details: dict[str, Any]) -> datetime:
    """When the import was begun."""
    if "began_at" in details:
        return datetime.fromisoformat(details["began_at"])
    return datetime.fromtimestamp((folder / DETAILS).stat().st_mtime, UTC)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Alone with the import. Raises Conflict, and FileNotFoundError where it is gone."""
    descriptor = os.open(folder / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as busy:
        raise Conflict("This import is going on in another window.") from busy
    finally:
        os.close(descriptor)


@contextmanager
def plain_folder_errors() -> Iterator[None]:
    """Raises OutOfSpace, ServiceUnavailable."""
    try:
        yield
    except OSError as failed:
        if failed.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise OutOfSpace("The disk has no room for these files.") from failed
        raise ServiceUnavailable("The folder for imports cannot be written to.") from failed
