"""Mails by Amazon SES. It does not know a mail again: see attendance/adapters/smtp."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code, make_client, plain_aws_errors
from attendance.adapters.mail import Sender, mail_of
from attendance.errors import NoticeRefused, Phrase, ServiceBusy
from attendance.model import MAIL, Message
from attendance.ports import Notifier
from attendance.settings import Settings

_BUSY = {"TooManyRequestsException", "LimitExceededException", "Throttling", "ThrottlingException"}
_REFUSED = {"MessageRejected", "BadRequestException"}
_BUSY_FOR = timedelta(minutes=1)


class SesMails:
    """The Notifier of mails that Amazon sends on. A mail's reference is Amazon's id of it."""

    channel = MAIL
    receivers: tuple[str, ...] = ()

    def __init__(
        self, sender: Sender, client: Any = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._sender, self._client, self._now = sender, client, now

    def send(self, message: Message, to: str, key: str) -> str:
        """Once: who tries again is the outbox."""
        mail = bytes(mail_of(message, self._sender, to, key, self._now()))
        with plain_aws_errors(Phrase("The mail service")):
            try:
                answer = self._service().send_email(
                    FromEmailAddress=self._sender.address,
                    Destination={"ToAddresses": [to]},
                    Content={"Raw": {"Data": mail}},
                )
            except ClientError as refused:
                if error_code(refused) in _BUSY:
                    raise ServiceBusy("The mail service has too much to do.", retry_after=_BUSY_FOR) from refused
                if error_code(refused) in _REFUSED:
                    reason = str(refused.response.get("Error", {}).get("Message", "")).rstrip(". \n")
                    raise NoticeRefused("The mail service refuses this mail: %(reason)s.", reason=reason) from refused
                raise
        return str(answer["MessageId"])

    def update(self, reference: str, message: Message) -> bool:
        """What is in a mailbox stays as it is."""
        return False

    def withdraw(self, reference: str) -> bool:
        """What is in a mailbox stays there."""
        return False

    def _service(self) -> Any:
        if self._client is None:  # a region may be missing, which must not keep the site from starting
            self._client = make_client("sesv2", retries={"mode": "standard", "total_max_attempts": 1}, read_timeout=15)
        return self._client


_keeps_the_port: type[Notifier] = SesMails


def open_notifier(urls: Sequence[str], settings: Settings) -> SesMails:
    """Region and credentials come from AWS's own environment variables."""
    return SesMails(Sender(settings.notices_from, settings.notices_faces))
