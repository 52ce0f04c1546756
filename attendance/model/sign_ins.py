"""Ways of signing in beside the password: accounts of the school's sign-on, passkeys, and the own face."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignOnAccount:
    """Who is whom at the school's sign-on: `subject` is its own name of a user, within its `issuer`."""

    id: str
    issuer: str
    subject: str
    user_id: str
    linked_at: datetime


def sign_on_account_id(issuer: str, subject: str) -> str:
    """Short, however long the two are."""
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey (WebAuthn credential) of a user. `credential_id` and `public_key` are base64url, as the browser says.

    `sign_count` is what its authenticator last said: one that counts never says less, unless the key was copied.
    """

    id: str
    user_id: str
    name: str
    credential_id: str
    public_key: str
    sign_count: int
    made_at: datetime
    used_at: datetime | None = None


def passkey_id(credential_id: str) -> str:
    """Short, however long an authenticator makes its own."""
    return hashlib.sha256(credential_id.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class FaceLogin:
    """A user who switched on signing in with their face, agreed to `text_version` of what is said of it.

    `vector` is of `engine` and of the pictures that were taken when it was switched on, which are not stored. It is
    compared with whoever types this user's address, and with nobody else, and used for nothing else.
    """

    user_id: str
    engine: str
    vector: tuple[float, ...]
    agreed_at: datetime
    text_version: str = ""
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedOn:
    """What the school's sign-on says of who comes; checked. An address that it has not verified is empty."""

    issuer: str
    subject: str
    name: str
    email: str
    groups: frozenset[str]
    student_id: str = ""
