"""The codes of links by which people set their own password: how they are made, written, typed and compared."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from datetime import timedelta

INVITATION_LASTS = timedelta(days=14)
PASSWORD_LINK_LASTS = timedelta(hours=1)
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another when copied by hand
_LENGTH, _GROUP = 16, 4


def code_of(key: bytes, link_id: str, session_key: str) -> str:
    """79 bits in four groups: the same for the same link, so that a mail that is sent twice says the same.

    The user's session key is replaced with their password, and every link of before is worth nothing then.
    """
    number = int.from_bytes(hmac.digest(key, f"{link_id} {session_key}".encode(), hashlib.sha256))
    letters = []
    for _ in range(_LENGTH):
        number, letter = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[letter])
    return grouped("".join(letters))


def typed(code: str) -> str:
    """As it was made, however somebody typed it."""
    plain = unicodedata.normalize("NFKC", code).casefold()
    return grouped("".join(sign for sign in plain if sign in _LETTERS)[: 2 * _LENGTH])


def grouped(letters: str) -> str:
    """With a hyphen between each four."""
    return "-".join(letters[start : start + _GROUP] for start in range(0, len(letters), _GROUP))


def hash_of(code: str) -> str:
    """What is stored of a code."""
    return hashlib.sha256(code.encode()).hexdigest()
