"""Personal access tokens: made, shown once, checked and revoked; and requests of programs that are done once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import timedelta

from attendance.changes import AddAccessToken, RevokeAccessToken
from attendance.committing import commit
from attendance.errors import Conflict, InvalidInput, NotFound
from attendance.model import AccessToken, AuditEntry, RepeatableRequest, User, new_id
from attendance.rules.scopes import SCOPES
from attendance.services import Services
from attendance.use_cases.names import clean_name
from attendance.use_cases.people.accounts import named

PREFIX = "rollcall_"
"""So that programs that look for secrets in code and logs know one of ours."""
MOST_DAYS = 366
MOST_TOKENS = 50
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a token was used: each request would be a write otherwise."""
KEEP_ANSWERS = timedelta(hours=24)
_BROKEN_OFF = timedelta(minutes=10)  # longer than any request takes


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token with its secret, shown once: only its hash is stored."""

    token: AccessToken
    secret: str


def make_token(services: Services, user_id: str, *, name: str, scopes: Collection[str], days: int) -> NewToken:
    """A token for the user, who makes it. Raises NotFound, InvalidInput, Conflict (too many are in use)."""
    user, now = services.store.user(user_id), services.now()
    if not scopes or not set(scopes) <= set(SCOPES):
        raise InvalidInput("Choose what the token may do.", field="scopes")
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput("A token can be good for 1 to %(most)s days.", most=MOST_DAYS, field="days")
    if sum(one.is_alive(now) for one in services.store.access_tokens(user_id)) >= MOST_TOKENS:
        raise Conflict("There are %(most)s tokens in use already; revoke one of them first.", most=MOST_TOKENS)
    secret = PREFIX + secrets.token_hex(32)
    token = AccessToken(
        id=new_id(),
        user_id=user_id,
        name=clean_name(name),
        secret_hash=_hash(secret),
        scopes=frozenset(scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    made = f"{' '.join(sorted(token.scopes))}, {token.expires_at:%Y-%m-%d}"
    commit(services, AddAccessToken(token), AuditEntry(now, user_id, "token.made", named(user), made))
    return NewToken(token, secret)


def revoke_token(services: Services, user_id: str, token_id: str, *, by: str | None) -> None:
    """It is worth nothing from now on. Raises NotFound."""
    user, now = services.store.user(user_id), services.now()
    commit(services, RevokeAccessToken(user_id, token_id, now), AuditEntry(now, by, "token.revoked", named(user)))


def user_of_token(services: Services, secret: str) -> tuple[User, AccessToken] | None:
    """Who acts, as they are now, and with what; None where the token is wrong, revoked or expired."""
    if not secret.startswith(PREFIX):
        return None
    secret_hash, now = _hash(secret), services.now()
    token = services.store.find_access_token(secret_hash)
    if token is None or not token.is_alive(now) or not secrets.compare_digest(token.secret_hash, secret_hash):
        return None
    try:
        user = services.store.user(token.user_id)
    except NotFound:
        return None
    if token.used_at is None or now - token.used_at >= SEEN_EVERY:
        services.store.see_access_token(token.user_id, token.id, now)
    return user, token


def begin_request(services: Services, user_id: str, key: str, content: bytes) -> tuple[RepeatableRequest, bool]:
    """The request, and whether it is to be done now; else it was done before. Raises InvalidInput, Conflict."""
    request = RepeatableRequest(_hash(f"{user_id} {key}"), user_id, hashlib.sha256(content).hexdigest(), services.now())
    before = services.store.claim_request(request)
    if before is not None and _is_over(before, request):
        services.store.forget_request(before)
        before = services.store.claim_request(request)
    if before is None:
        return request, True
    if before.content_hash != request.content_hash:
        raise KeyUsedBefore("This Idempotency-Key was used for another request; take a new one.")
    if before.status is None:
        raise Conflict("The same request is being done at this moment; ask again in a little while.")
    return before, False


def end_request(services: Services, request: RepeatableRequest, status: int, location: str) -> None:
    """Remember what was answered; what was refused may be tried again with the same key."""
    if status < 400:
        services.store.finish_request(replace(request, status=status, location=location))
    else:
        services.store.forget_request(request)


def forget_old_requests(services: Services) -> None:
    """Those that nobody may send again any more. Raises ServiceUnavailable."""
    services.store.remove_old_requests(services.now() - KEEP_ANSWERS)


class KeyUsedBefore(InvalidInput):
    """A key for repeating a request came with another request."""

    status = 422


def _is_over(before: RepeatableRequest, now: RepeatableRequest) -> bool:
    return now.at - before.at >= (KEEP_ANSWERS if before.status is not None else _BROKEN_OFF)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest()
