"""Which entries of the audit trail an address asks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from pytz.tzinfo import BaseTzInfo

from attendance.errors import NotFound
from attendance.model import AuditFilter
from attendance.services import Services
from attendance.use_cases.people.accounts import find_by_email
from website.audit.words import TOPICS
from website.request_args import date_or_none

_MOST = 254
_EARLIEST, _LATEST = date(2000, 1, 1), date(9000, 1, 1)
NOBODY = "-"
"""Asked for as who did it: what nobody signed in did."""


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """As people type it: `who` is an email address, or an id from a link of the page."""

    who: str = ""
    topic: str = ""
    subject: str = ""
    from_day: date | None = None
    to_day: date | None = None

    def args(self) -> dict[str, str]:
        """As arguments of an address, without those that say nothing."""
        args = {
            "who": self.who,
            "topic": self.topic,
            "subject": self.subject,
            "from": self.from_day.isoformat() if self.from_day else "",
            "to": self.to_day.isoformat() if self.to_day else "",
        }
        return {name: value for name, value in args.items() if value}

    def filter(self, services: Services, zone: BaseTzInfo) -> AuditFilter:
        """Days are days of the reader. Who is nobody's address did nothing."""
        return AuditFilter(
            by=_user_id(services, self.who) if self.who else None,
            topic=self.topic,
            subject=self.subject,
            from_at=_midnight(self.from_day, zone) if self.from_day else None,
            before_at=_midnight(self.to_day + timedelta(days=1), zone) if self.to_day else None,
        )

    def shown_who(self, services: Services) -> str:
        """The address where `who` is an id."""
        try:
            return services.store.user(self.who).email if self.who else ""
        except NotFound:
            return self.who


def read_query(args: Mapping[str, str]) -> AuditQuery:
    """What cannot be meant is left out."""
    topic = args.get("topic", "")
    return AuditQuery(
        who=_words(args.get("who", "")),
        topic=topic if topic in TOPICS else "",
        subject=_words(args.get("subject", "")),
        from_day=_day(args.get("from", "")),
        to_day=_day(args.get("to", "")),
    )


def _user_id(services: Services, who: str) -> str:
    if who == NOBODY:
        return ""
    user = find_by_email(services, who)
    return user.id if user else who


def _words(text: str) -> str:
    return text.replace("\0", "").strip()[:_MOST]


def _day(text: str) -> date | None:
    day = date_or_none(text)
    return day if day and _EARLIEST <= day <= _LATEST else None


def _midnight(day: date, zone: BaseTzInfo) -> datetime:
    return zone.localize(datetime.combine(day, time())).astimezone(UTC)
