"""Mails by SMTP: encrypted by STARTTLS (`smtp:`) or from the start (`smtps:`), plainly where the setting says so.

A mail server does not know a mail again. Whoever is killed after the server took it and before that was noted sends it
once more, with the same Message-ID.
"""

from __future__ import annotations

import smtplib
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from attendance.adapters.mail import Sender, mail_of, message_id
from attendance.errors import NoticeRefused, ServiceBusy, ServiceUnavailable, SettingsError
from attendance.model import MAIL, Message
from attendance.ports import Notifier
from attendance.settings import Settings
from attendance.settings.service_url import shown

_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
_TIMEOUT_S = 15.0
_TOO_BUSY = 421  # closes the connection because it has too much to do: RFC 5321, 4.2.2
_FOR_GOOD = 500
_OK = 250
_BUSY_FOR = timedelta(minutes=1)
_STAYS_OPEN_S = 5.0
"""So long a connection waits for the next mail: to greet and to encrypt costs more than a mail does."""

_MAILS_A_CONNECTION = 100
"""Many servers close it after so many, as Postfix does."""


class _Connection:
    """One that is open, how many mails it took, and since when it waits."""

    def __init__(self, server: smtplib.SMTP) -> None:
        self.server, self.mails, self.since = server, 0, 0.0

    def is_alive(self) -> bool:
        try:
            return self.server.noop()[0] == _OK
        except (smtplib.SMTPException, OSError):
            return False

    def close(self) -> None:
        with suppress(smtplib.SMTPException, OSError):
            self.server.quit()
        self.server.close()


class SmtpMails:
    """The Notifier of mails that a server sends on. A mail's reference is its Message-ID."""

    channel = MAIL
    receivers: tuple[str, ...] = ()

    def __init__(self, url: str, sender: Sender, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        """Raises SettingsError."""
        try:
            parts = urlsplit(url)
            self._host, port = parts.hostname or "", parts.port
        except ValueError:
            self._host = ""
        if not self._host or parts.scheme not in _PORTS:
            raise SettingsError(
                "ROLLCALL_NOTICES must name the mail server as smtp://USER:PASSWORD@HOST, smtps:// or smtp+plain://."
            )
        self._scheme, self._port = parts.scheme, port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._url, self._sender, self._now = url, sender, now
        self._open: _Connection | None = None
        self._closing: threading.Timer | None = None
        self._lock = threading.Lock()

    def send(self, message: Message, to: str, key: str) -> str:
        """Mails that follow each other share a connection; one that had a refusal is not used again."""
        mail = mail_of(message, self._sender, to, key, self._now())
        with self._errors(to):
            connection = self._taken() or _Connection(self._connected())
            try:
                connection.server.send_message(mail, to_addrs=[to])
            except BaseException:
                connection.close()
                raise
            self._leave_open(connection)
        return message_id(self._sender, key)

    def update(self, reference: str, message: Message) -> bool:
        """What is in a mailbox stays as it is."""
        return False

    def withdraw(self, reference: str) -> bool:
        """What is in a mailbox stays there."""
        return False

    def _taken(self) -> _Connection | None:
        """The one that waits, where the server still answers on it: no mail is lost with a connection that has gone."""
        with self._lock:
            connection, self._open = self._open, None
        if connection is None:
            return None
        if connection.is_alive():
            return connection
        connection.close()
        return None

    def _leave_open(self, connection: _Connection) -> None:
        connection.mails += 1
        if connection.mails >= _MAILS_A_CONNECTION:
            connection.close()
            return
        connection.since = time.monotonic()
        with self._lock:
            before, self._open = self._open, connection
            self._watch_it()
        if before is not None:
            before.close()

    def _watch_it(self) -> None:
        """Under the lock. One thread looks after the connection that waits, and ends with it."""
        if self._closing is None:
            self._closing = threading.Timer(_STAYS_OPEN_S, self._close_unused)
            self._closing.daemon = True
            self._closing.start()

    def _close_unused(self) -> None:
        with self._lock:
            self._closing = None
            unused = self._open
            if unused is not None and time.monotonic() - unused.since < _STAYS_OPEN_S:
                self._watch_it()
                return
            self._open = None
        if unused is not None:
            unused.close()

    def _connected(self) -> smtplib.SMTP:
        trusted = ssl.create_default_context()
        if self._scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT_S, context=trusted)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT_S)
        try:
            if self._scheme == "smtp":
                server.starttls(context=trusted)
            if self._user:
                server.login(self._user, self._password)
        except BaseException:
            server.close()
            raise
        return server

    @contextmanager
    def _errors(self, to: str) -> Iterator[None]:
        try:
            yield
        except smtplib.SMTPRecipientsRefused as refused:
            code = refused.recipients.get(to, next(iter(refused.recipients.values())))[0]
            if code >= _FOR_GOOD:
                raise NoticeRefused("The mail server knows no mailbox of this address.") from refused
            raise ServiceUnavailable("The mail server does not take mail for this address now.") from refused
        except smtplib.SMTPAuthenticationError as refused:
            raise ServiceUnavailable(
                "The mail server refuses the user or the password: correct ROLLCALL_NOTICES."
            ) from refused
        except smtplib.SMTPSenderRefused as refused:
            raise _by_code(refused.smtp_code, for_good=False) from refused
        except smtplib.SMTPDataError as refused:
            raise _by_code(refused.smtp_code, for_good=True) from refused
        except smtplib.SMTPNotSupportedError as missing:
            raise ServiceUnavailable(
                "The mail server offers no encryption: take smtps://, or smtp+plain:// where nobody listens."
            ) from missing
        except smtplib.SMTPResponseException as refused:
            raise _by_code(refused.smtp_code, for_good=False) from refused
        except (smtplib.SMTPException, OSError) as unanswered:
            raise ServiceUnavailable(
                "The mail server %(server)s does not answer; try again later.", server=shown(self._url)
            ) from unanswered


def _by_code(code: int, *, for_good: bool) -> ServiceUnavailable | NoticeRefused:
    if code == _TOO_BUSY:
        return ServiceBusy("The mail server has too much to do at this moment.", retry_after=_BUSY_FOR)
    if code >= _FOR_GOOD and for_good:
        return NoticeRefused("The mail server refuses this mail (code %(code)s).", code=code)
    if code >= _FOR_GOOD:
        return ServiceUnavailable("The mail server refuses our mails (code %(code)s): see ROLLCALL_NOTICES.", code=code)
    return ServiceUnavailable("The mail server does not take mails now (code %(code)s).", code=code)


_keeps_the_port: type[Notifier] = SmtpMails


def open_notifier(urls: Sequence[str], settings: Settings) -> SmtpMails:
    """Connects to nothing yet. Raises SettingsError."""
    return SmtpMails(urls[0], Sender(settings.notices_from, settings.notices_faces))
