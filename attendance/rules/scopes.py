"""What a personal access token may be narrowed to. A scope gives no right that its user has not."""

from __future__ import annotations

from collections.abc import Collection

READ, WRITE = "read", "write"
SUBJECTS = (
    "students",
    "courses",
    "lectures",
    "recordings",
    "marks",
    "devices",
    "users",
    "imports",
    "unknowns",
    "notices",
    "visits",
)
SCOPES = (*(f"{subject}:{way}" for subject in SUBJECTS for way in (READ, WRITE)), "audit:read")
"""In the order in which people choose them."""


def allows(scopes: Collection[str], wanted: str) -> bool:
    """Whether a token with these scopes may do what wants that one; who may change may read."""
    subject, _, way = wanted.partition(":")
    return wanted in scopes or (way == READ and f"{subject}:{WRITE}" in scopes)
