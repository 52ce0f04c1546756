"""Events as signed JSON to programs of the school's own; docs/webhooks.md says what they get.

Addresses of the settings are written by whoever administers the machine: so they may be private ones. Those that admins
add on a page reach nothing that only this machine may reach. What a receiver answers is not stored, and no redirect is
followed, so that nobody else chooses where events go.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import requests

from attendance.adapters.guarded import TIMEOUT_S, NotReached, guarded_session
from attendance.disk.secret_files import webhook_secret
from attendance.errors import NoticeRefused, ServiceBusy, ServiceUnavailable, SettingsError
from attendance.model import WEBHOOK, Message
from attendance.ports import Notifier
from attendance.settings import Settings

SIGNATURE, TIMESTAMP, EVENT_ID = "X-Rollcall-Signature", "X-Rollcall-Timestamp", "X-Rollcall-Event"
_BUSY = (429, 503)
_GONE = 410
_LONGEST_PAUSE = timedelta(hours=12)
_PAUSE = timedelta(minutes=1)


class Webhooks:
    """The Notifier of programs. Each has a name that does not hold what may be secret in its address."""

    channel = WEBHOOK

    def __init__(
        self,
        urls: Sequence[str],
        secret: str,
        clock: Callable[[], float] = time.time,
        *,
        secret_of: Callable[[str], str] = str,
        private: bool = False,
    ) -> None:
        """`secret_of` says with what events to a webhook of the page are signed. Raises SettingsError."""
        self._urls = {name_of(url): url for url in map(_checked, urls)}
        self.receivers = tuple(self._urls)
        self._secret, self._clock, self._secret_of = secret, clock, secret_of
        self._guarded = guarded_session(private=private)

    def send(self, message: Message, to: str, key: str) -> str:
        """The event's id is in the body and in a header, by which a receiver knows it again."""
        webhook_id, _, url = to.partition(" ")
        if url:
            name, secret, post = to_show(to), self._secret_of(webhook_id), self._guarded.post
        elif to in self._urls:
            name, url, secret, post = to, self._urls[to], self._secret, requests.post
        else:
            raise NoticeRefused("This webhook is not in ROLLCALL_NOTICES any more.")
        body = json.dumps(dict(message.data), ensure_ascii=False).encode()
        stamp, event_id = str(int(self._clock())), str(message.data["id"])
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Rollcall",
            EVENT_ID: event_id,
            TIMESTAMP: stamp,
            SIGNATURE: signature(secret, stamp, body),
        }
        try:
            answer = post(url, data=body, headers=headers, timeout=TIMEOUT_S, allow_redirects=False, stream=True)
        except NotReached as private:
            raise NoticeRefused("The address of %(name)s is not public.", name=name) from private
        except requests.RequestException as unanswered:
            raise ServiceUnavailable(
                "The webhook %(name)s does not answer; try again later.", name=name
            ) from unanswered
        with answer:
            _check(answer, name)
        return event_id

    def update(self, reference: str, message: Message) -> bool:
        """An event has happened, and stays as it is."""
        return False

    def withdraw(self, reference: str) -> bool:
        """What was told is told; the event of a removal tells receivers to forget."""
        return False


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 over `timestamp.body`, in hexadecimal digits."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def name_of(url: str) -> str:
    """The machine, and eight digits that tell apart several of its addresses."""
    parts = urlsplit(url)
    return f"{parts.hostname}#{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def to_show(to: str) -> str:
    """Of a webhook of the page, the machine alone."""
    return urlsplit(to.partition(" ")[2]).hostname or ""


def _checked(url: str) -> str:
    address = url.removeprefix("webhook+")
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        is_one = False
    if not is_one:
        raise SettingsError("ROLLCALL_NOTICES must name a webhook as webhook+https://ADDRESS.")
    return address


def _check(answer: requests.Response, name: str) -> None:
    """Raises ServiceBusy, ServiceUnavailable; NoticeRefused where the receiver says that it is gone."""
    if 200 <= answer.status_code < 300:
        return
    if answer.status_code == _GONE:
        raise NoticeRefused("The webhook %(name)s says that it is gone.", name=name)
    if answer.status_code in _BUSY:
        after = _retry_after(answer.headers.get("Retry-After", ""))
        raise ServiceBusy("The webhook %(name)s has too much to do.", retry_after=after, name=name)
    raise ServiceUnavailable("The webhook %(name)s answers %(code)s.", name=name, code=answer.status_code)


def _retry_after(said: str) -> timedelta:
    """Seconds, or a date; a minute where neither is said."""
    try:
        pause = timedelta(seconds=int(said)) if said.isdigit() else parsedate_to_datetime(said) - datetime.now(UTC)
    except (ValueError, TypeError, OverflowError):
        return _PAUSE
    return min(max(pause, timedelta(seconds=1)), _LONGEST_PAUSE)


_keeps_the_port: type[Notifier] = Webhooks


def open_notifier(urls: Sequence[str], settings: Settings) -> Webhooks:
    """Of `webhook+https://ADDRESS`, one or several. Raises SettingsError."""
    return Webhooks(
        urls,
        settings.webhook_secret.reveal(),
        secret_of=lambda webhook_id: webhook_secret(settings.data, webhook_id),
        private=settings.private_addresses,
    )
