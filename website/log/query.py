"""What the log's address asks for, read so that nonsense in it is ignored and never breaks a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from pytz.tzinfo import BaseTzInfo
from werkzeug.datastructures import MultiDict

from attendance.model import Course, LogFilter, Status
from attendance.rules.log import SORTS
from website.request_args import date_or_none, page_number

_DEFAULT_SORT = "-time"
_LONGEST_TEXT = 100
_EARLIEST, _LATEST = date(1970, 1, 1), date(9000, 1, 1)  # beyond these, time zones run out of calendar


@dataclass(frozen=True, slots=True)
class LogQuery:
    """The filters as the form shows them. `course_id` is empty for all."""

    course_id: str = ""
    text: str = ""
    statuses: tuple[Status, ...] = ()
    from_day: date | None = None
    to_day: date | None = None
    sort: str = _DEFAULT_SORT
    page: int = 1

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out of the log."""
        return bool(self.course_id or self.text or self.statuses or self.from_day or self.to_day)

    def args(self, **changes: object) -> dict[str, object]:
        """The query as arguments of an address, without those that say nothing."""
        args = {
            "course": self.course_id,
            "student": self.text,
            "status": [status.value for status in self.statuses],
            "from": self.from_day.isoformat() if self.from_day else "",
            "to": self.to_day.isoformat() if self.to_day else "",
            "sort": self.sort if self.sort != _DEFAULT_SORT else "",
        } | changes
        return {name: value for name, value in args.items() if value}

    def sorted_by(self, name: str) -> dict[str, object]:
        """The arguments that sort by this; again turns it round. Times and similarities begin with the greatest."""
        first = f"-{name}" if name in ("time", "similarity") else name
        turned = name if first.startswith("-") else f"-{name}"
        return self.args(sort=turned if self.sort == first else first)

    def direction(self, name: str) -> str:
        """How the column is sorted, in the words of aria-sort."""
        if self.sort.lstrip("-") != name:
            return "none"
        return "descending" if self.sort.startswith("-") else "ascending"

    def filter(self, courses: Sequence[Course], zone: BaseTzInfo, *, everywhere: bool = False) -> LogFilter:
        """What the store is asked; days are days of the reader.

        `everywhere` says that these are all courses: then none has to be looked for by its id.
        """
        whole = everywhere and not self.course_id
        return LogFilter(
            course_ids=None if whole else [course.id for course in courses if self.course_id in ("", course.id)],
            text=self.text,
            statuses=self.statuses,
            from_at=_midnight(self.from_day, zone) if self.from_day else None,
            before_at=_midnight(self.to_day + timedelta(days=1), zone) if self.to_day else None,
            sort=self.sort,
        )


def read_query(args: MultiDict[str, str], courses: Sequence[Course]) -> LogQuery:
    """The query of an address; days in the wrong order are swapped."""
    course_id = args.get("course", "")
    sort = args.get("sort", _DEFAULT_SORT)
    query = LogQuery(
        course_id=course_id if course_id in {course.id for course in courses} else "",
        text=args.get("student", "").replace("\0", "").strip()[:_LONGEST_TEXT],
        statuses=tuple(status for status in Status if status.value in args.getlist("status")),
        from_day=_day(args.get("from", "")),
        to_day=_day(args.get("to", "")),
        sort=sort if sort.removeprefix("-") in SORTS else _DEFAULT_SORT,
        page=page_number(args),
    )
    if query.from_day and query.to_day and query.from_day > query.to_day:
        return replace(query, from_day=query.to_day, to_day=query.from_day)
    return query


def _day(text: str) -> date | None:
    day = date_or_none(text)
    return day if day and _EARLIEST <= day <= _LATEST else None


def _midnight(day: date, zone: BaseTzInfo) -> datetime:
    return zone.localize(datetime.combine(day, time())).astimezone(UTC)
