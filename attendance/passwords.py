"""Passwords: what is accepted, and how they are stored (Argon2id, RFC 9106)."""

from __future__ import annotations

import secrets
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from attendance.errors import InvalidInput

SHORTEST, LONGEST = 10, 256
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that are mistaken for another when read aloud or copied by hand
_COMMON_WORDS = """
    1234567890 0123456789 12345678910 123456789a a123456789 1q2w3e4r5t 1qaz2wsx3edc q1w2e3r4t5 qwertyuiop asdfghjkl1
    qwerty1234 qwerty12345 qwerty123456 password12 password123 password1234 password12345 passw0rd123 p@ssw0rd123
    administrator admin12345 admin123456 letmein123 letmein1234 iloveyou12 iloveyou123 welcome123 welcome1234
    changeme123 abcdefghij abcd123456 abc1234567 abcde12345 1111111111 0000000000 1234512345 0987654321 9876543210
    1122334455 football123 baseball123 sunshine123 princess123 rollcall123 rollcall1234 attendance attendance1
"""
_VERY_COMMON = frozenset(_COMMON_WORDS.split())
_HASHER = PasswordHasher()


def check_password(password: str, email: str) -> None:
    """Raises InvalidInput, with the rule that is broken in one sentence."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise InvalidInput("The password needs at least %(least)s characters.", least=SHORTEST, field="password")
    if len(plain) > LONGEST:
        raise InvalidInput("The password may have at most %(most)s characters.", most=LONGEST, field="password")
    if plain.casefold() == _plain(email).casefold():
        raise InvalidInput("The password must not be the email address.", field="password")
    if plain.casefold() in _VERY_COMMON or len(set(plain)) == 1:
        raise InvalidInput("This password is one of the first that others would try.", field="password")


def hash_password(password: str) -> str:
    """The hash to store, with its salt and cost inside."""
    return _HASHER.hash(_plain(password))


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. None, for an account that does not exist, takes as long and is never right."""
    if len(password) > 4 * LONGEST:
        password = ""
    try:
        return _HASHER.verify(password_hash or _nobodys(), _plain(password)) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made at a lower cost than hashes are made today."""
    return _HASHER.check_needs_rehash(password_hash)


def made_up_password() -> str:
    """A one-time password that can be read aloud: 79 bits in four groups."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))


@cache
def _nobodys() -> str:
    """Of no password; made where one is first looked for, since each start of a program would pay for it."""
    return _HASHER.hash(secrets.token_hex(16))


def _plain(text: str) -> str:
    """The same password typed on another system is the same (NFKC, as NIST SP 800-63B asks)."""
    return unicodedata.normalize("NFKC", text)
