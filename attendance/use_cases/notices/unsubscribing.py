"""The link in a mail that ends this kind of mail, without login: signed, so that nobody else can do it."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import replace

from attendance.changes import SaveUser
from attendance.committing import commit
from attendance.disk.secret_files import site_secret
from attendance.errors import NotFound
from attendance.model import MAIL, NoticeKind, User
from attendance.rules.notices import choices_of, written_choices
from attendance.services import Services

_SIGNATURE_BYTES = 20
PATH = "/unsubscribe/"


def unsubscribe_url(services: Services, user: User, kind: NoticeKind) -> str | None:
    """None where the site does not know its own address. Raises SettingsError."""
    if services.settings.address is None:
        return None
    return f"{services.settings.address}{PATH}{_token(services, f'{user.id} {kind}')}"


def read_token(services: Services, token: str) -> tuple[User, NoticeKind]:
    """Whose mails of what it ends. Raises NotFound where it was not made by this site, or its user is gone."""
    try:
        said = base64.urlsafe_b64decode(token.encode() + b"=" * (-len(token) % 4))
        words = said[_SIGNATURE_BYTES:].decode()
    except (binascii.Error, ValueError):
        raise _no_link() from None
    if not hmac.compare_digest(said[:_SIGNATURE_BYTES], _signature(services, words)):
        raise _no_link()
    user_id, _, kind = words.partition(" ")
    return services.store.user(user_id), NoticeKind(kind)


def unsubscribe(services: Services, token: str) -> NoticeKind:
    """No mail of this kind any more; once or again. Raises NotFound."""
    user, kind = read_token(services, token)
    chosen = choices_of(user)
    if kind is NoticeKind.DIGEST:  # all that would be in it
        channels = {one: found - {MAIL} for one, found in chosen.channels.items()}
    else:
        channels = {**chosen.channels, kind: chosen.channels.get(kind, frozenset()) - {MAIL}}
    changed = replace(chosen, channels=channels, since=chosen.since or services.now())
    commit(services, SaveUser(replace(user, notices=written_choices(changed))))
    return kind


def _no_link() -> NotFound:
    return NotFound("This link is not one of ours, or it is not whole.")


def _token(services: Services, words: str) -> str:
    return base64.urlsafe_b64encode(_signature(services, words) + words.encode()).decode().rstrip("=")


def _signature(services: Services, words: str) -> bytes:
    key = hmac.digest(site_secret(services.settings.data).encode(), b"unsubscribing", hashlib.sha256)
    return hmac.digest(key, words.encode(), hashlib.sha256)[:_SIGNATURE_BYTES]
