"""Ids that nobody can guess."""

from __future__ import annotations

import re
import secrets

_ID = re.compile(r"[0-9a-f]{32}")


def new_id() -> str:
    """A 32-character id that nobody can guess, safe in addresses, keys and file names."""
    return secrets.token_hex(16)


def is_id(text: str) -> bool:
    """Whether it could be one of ours: nothing else becomes part of a path or a key."""
    return _ID.fullmatch(text) is not None
