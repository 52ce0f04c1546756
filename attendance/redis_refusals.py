"""How Redis says that it does not let us in, which its client mixes with the ways of not answering at all."""

from __future__ import annotations

_WORDS = (
    "WRONGPASS",
    "invalid username-password",
    "NOAUTH",
    "Authentication required",
    "without any password configured",
    "NOPERM",
    "DB index is out of range",
)


def is_refusal(error: Exception) -> bool:
    """Whether the user, the password or the number of the database is wrong, so that trying again does not help."""
    return any(word in str(error) for word in _WORDS)
