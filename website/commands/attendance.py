"""flask attendance: the log as a file."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import click
import pytz

from attendance.errors import InvalidInput
from attendance.model import LogFilter, Status
from attendance.use_cases.lectures.log import FORMATS, export_log, zone_of
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.plain_errors import Commands
from website.commands.text_table import printable
from website.current import current_services

attendance = Commands("attendance", help="The attendance log.")

_DAY = click.DateTime(["%Y-%m-%d"])
_FIRST_DAY, _LAST_DAY = date(1970, 1, 1), date(9000, 1, 1)  # beyond these, time zones run out of calendar


@attendance.command("export")
@click.option("--course", "names", metavar="CODE", multiple=True, help=f"{COURSE_HELP} Without it, all courses.")
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option("--format", "kind", type=click.Choice(FORMATS), default="csv", show_default=True, help="Kind of file.")
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Where to; without it, stdout.")
@click.option("--from", "first", type=_DAY, metavar="DATE", help="The first day that is wanted.")
@click.option("--to", "last", type=_DAY, metavar="DATE", help="The last day that is wanted.")
@click.option(
    "--status", "statuses", type=click.Choice([one.value for one in Status]), multiple=True, help="Only these marks."
)
@click.option("--timezone", metavar="ZONE", help="Of all times; without it the one that the courses share, else UTC.")
def export(
    names: Sequence[str],
    section: str | None,
    kind: str,
    output: Path | None,
    first: datetime | None,
    last: datetime | None,
    statuses: Sequence[str],
    timezone: str | None,
) -> None:
    """Write the log as CSV, Excel, PDF or JSON, the oldest lecture first."""
    services = current_services()
    if kind in ("xlsx", "pdf") and output is None and sys.stdout.isatty():
        raise click.UsageError("This file is nothing to read on a terminal; name a file with --output.")
    courses = [course_named(services, name, section) for name in names]
    zone = timezone or zone_of(courses or services.store.courses()) or "UTC"
    wanted = LogFilter(
        course_ids=[course.id for course in courses] if courses else None,
        statuses=tuple(Status(status) for status in statuses),
        from_at=_midnight(first.date(), zone) if first else None,
        before_at=_midnight(last.date() + timedelta(days=1), zone) if last else None,
        sort="time",
    )
    content = export_log(services, wanted, format=kind, timezone=zone)
    if output is None:
        sys.stdout.buffer.write(content)
    else:
        write_file(output, content)


def _midnight(day: date, zone: str) -> datetime:
    if not _FIRST_DAY <= day <= _LAST_DAY:
        raise InvalidInput("There are no lectures on %(day)s; check the date.", day=day.isoformat())
    if zone not in pytz.all_timezones_set:
        raise InvalidInput("There is no time zone %(zone)s; choose one such as Asia/Seoul.", zone=zone)
    return pytz.timezone(zone).localize(datetime.combine(day, time())).astimezone(UTC)


def write_file(path: Path, content: bytes) -> None:
    """Whole or not at all: a log that was there stays until the new one is."""
    try:
        if path.exists() and not path.is_file():  # a pipe or /dev/stdout is written to as it is
            path.write_bytes(content)
            return
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".attendance-", delete=False) as draft:
            try:
                draft.write(content)
                draft.close()
                os.replace(draft.name, path)  # noqa: PTH105 - the name is a str
            except BaseException:
                Path(draft.name).unlink(missing_ok=True)
                raise
    except OSError as wrong:
        raise InvalidInput(
            "%(path)s cannot be written: %(reason)s.", path=printable(str(path)), reason=wrong.strerror
        ) from wrong
