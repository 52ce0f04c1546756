"""Ids that nobody can guess."""

from __future__ import annotations

import secrets


def new_id() -> str:
    """A 32-character id that nobody can guess, safe in addresses, keys and file names."""
    return secrets.token_hex(16)
