"""Passkeys: made by their owner, used to sign in, and removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from attendance.changes import AddPasskey, RemovePasskey, SavePasskey
from attendance.committing import commit, read_again
from attendance.errors import Conflict, NotFound, ServiceUnavailable, SignInRefused
from attendance.model import AuditEntry, Passkey, User, passkey_id
from attendance.ports import Passkeys, PasskeySite
from attendance.sentences import no_passkey
from attendance.services import Services
from attendance.use_cases.names import clean_name
from attendance.use_cases.people.accounts import named

MOST_PASSKEYS = 20
SIGNED_IN, ADDED, REMOVED = "signin.passkey", "passkey.added", "passkey.removed"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser is asked with, and the challenge that its answer must hold."""

    options: str
    challenge: str


def site_of(address: str, name: str) -> PasskeySite | None:
    """By the address of the site; None where it has no name, because a passkey is for none that is a number."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if not host or host.replace(".", "").isdigit() or ":" in host:
        return None
    return PasskeySite(host, f"{parts.scheme}://{parts.netloc}", name)


def ask_to_make(services: Services, user: User, site: PasskeySite) -> Asked:
    """Raises Conflict (they have as many as one may)."""
    there = services.store.passkeys(user.id)
    _check_number(there)
    challenge = _passkeys(services).new_challenge()
    return Asked(_passkeys(services).options_to_make(site, user, challenge, there), challenge)


def add_passkey(
    services: Services, user: User, site: PasskeySite, *, answer: str, challenge: str, name: str
) -> Passkey:
    """Raises SignInRefused, AlreadyExists, Conflict, InvalidInput (name)."""
    name = clean_name(name)
    _check_number(services.store.passkeys(user.id))
    made = _passkeys(services).made(answer, site, challenge)
    passkey = Passkey(
        id=passkey_id(made.credential_id),
        user_id=user.id,
        name=name,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        made_at=services.now(),
    )
    commit(services, AddPasskey(passkey), AuditEntry(services.now(), user.id, ADDED, named(user), name))
    return passkey


def remove_passkey(services: Services, user: User, its_id: str) -> None:
    """One of the own. Raises NotFound."""
    passkey = services.store.passkey(its_id)
    if passkey is None or passkey.user_id != user.id:
        raise no_passkey()
    entry = AuditEntry(services.now(), user.id, REMOVED, named(user), passkey.name)
    commit(services, RemovePasskey(user.id, its_id), entry)


def ask_to_sign(services: Services, site: PasskeySite) -> Asked:
    """Whoever it is."""
    challenge = _passkeys(services).new_challenge()
    return Asked(_passkeys(services).options_to_sign(site, challenge), challenge)


@read_again
def sign_in_with(services: Services, site: PasskeySite, *, answer: str, challenge: str) -> User:
    """Whose passkey it is. Raises SignInRefused."""
    said = _passkeys(services).claimed(answer)
    passkey = services.store.passkey(passkey_id(said.credential_id))
    if passkey is None or said.user_id != passkey.user_id:
        raise _unknown()
    count = _passkeys(services).signed(answer, passkey, site, challenge)
    try:
        user = services.store.user(passkey.user_id)
    except NotFound:
        raise _unknown() from None
    used = replace(passkey, sign_count=count, used_at=services.now())
    entry = AuditEntry(services.now(), user.id, SIGNED_IN, named(user), passkey.name)
    try:
        commit(services, SavePasskey(used, passkey), entry)
    except NotFound:
        raise _unknown() from None
    return user


def _passkeys(services: Services) -> Passkeys:
    if services.passkeys is None:
        raise ServiceUnavailable("Passkeys cannot be used here.")
    return services.passkeys


def _check_number(there: Sequence[Passkey]) -> None:
    if len(there) >= MOST_PASSKEYS:
        raise Conflict("You have %(most)s passkeys, which is the most. Remove one first.", most=MOST_PASSKEYS)


def _unknown() -> SignInRefused:
    return SignInRefused("This passkey is not known here any more. Sign in another way.")
