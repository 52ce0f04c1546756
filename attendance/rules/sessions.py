"""How long logins last."""

from __future__ import annotations

from datetime import datetime, timedelta


def session_end(created_at: datetime, seen_at: datetime, *, idle: timedelta, most: timedelta) -> datetime:
    """A login ends when nobody has come for so long, and at the latest so long after it began."""
    return min(seen_at + idle, created_at + most)
