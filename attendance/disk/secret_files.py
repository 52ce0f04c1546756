"""Secrets that are made on first use and stored in a file that only the owner reads."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from attendance.disk.files import FULL
from attendance.errors import OutOfSpace, SettingsError
from attendance.model import new_id


def site_secret(data: Path) -> str:
    """The secret of the site whose data folder this is: it signs sessions, and keys what is derived from it."""
    return secret_from(data / "secret-key")


def derived_key(data: Path, purpose: str) -> bytes:
    """32 bytes that follow from the site's secret, and tell nothing of it or of those for other purposes."""
    return hmac.digest(site_secret(data).encode(), purpose.encode(), hashlib.sha256)


def webhook_secret(data: Path, webhook_id: str) -> str:
    """What events to a webhook that an admin added are signed with: 64 hexadecimal digits, stored nowhere."""
    return derived_key(data, f"webhook {webhook_id}").hex()


def secret_from(path: Path) -> str:
    """The secret in this file; made with mode 0600 where there is none. Of several processes, one makes it.

    Raises SettingsError where the file is empty or cannot be used, OutOfSpace where the disk is full.
    """
    while True:
        try:
            secret = path.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            _make_plainly(path)  # and read it, unless another process used it up meanwhile
            continue
        except OSError as wrong:
            raise _unusable(path, wrong) from wrong
        if not secret:
            raise SettingsError("The file %(path)s is empty; remove it and start again.", path=path)
        return secret


def _make_plainly(path: Path) -> None:
    try:
        _make(path)
    except OSError as wrong:
        if wrong.errno in FULL:
            raise OutOfSpace("The disk is full: there is no room left for %(path)s.", path=path) from wrong
        raise _unusable(path, wrong) from wrong


def _unusable(path: Path, wrong: OSError) -> SettingsError:
    return SettingsError("The file %(path)s cannot be used: %(reason)s.", path=path, reason=wrong.strerror)


def _make(path: Path) -> None:
    """A link appears whole or not at all, and never in place of another's."""
    draft = path.with_name(f".{path.name}-{new_id()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass  # another process was first
    finally:
        draft.unlink(missing_ok=True)
