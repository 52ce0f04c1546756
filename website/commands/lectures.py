"""flask lectures: take attendance from a recording."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from attendance.errors import InvalidInput
from attendance.use_cases.recordings.uploads import moment_in
from website.commands.analysing import analyse as analyse_recording
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.lecture_report import report_as_json, report_in_words
from website.commands.plain_errors import Commands
from website.current import current_services

lectures = Commands("lectures", help="Lectures and their recordings.")


@lectures.command("analyse")
@click.argument("video", type=click.Path(path_type=Path))
@click.option("--course", "name", metavar="CODE", required=True, help=COURSE_HELP)
@click.option("--section", help="The section of the course, where CODE does not say it.")
@click.option(
    "--starts-at",
    metavar="ISO",
    required=True,
    help="When the recording begins, such as 2026-03-02T10:00, in the course's time zone where no offset is given.",
)
@click.option("--ends-at", metavar="ISO", default="", help="When the lecture ends; without it, with the recording.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
def analyse(video: Path, name: str, section: str | None, starts_at: str, ends_at: str, as_json: bool) -> None:
    """Search a recording at once and print the attendance.

    The recording is copied in; the file stays. Within the time of a lecture that exists it is added to that lecture,
    and the same file of the same start is searched again instead of added. Seconds count from the recording's start.
    A recording that cannot be searched leaves nothing behind.
    """
    services = current_services()
    course = course_named(services, name, section)
    recording = analyse_recording(
        services,
        path=video,
        course_id=course.id,
        starts_at=_moment(starts_at, course.timezone, "--starts-at"),
        ends_at=_moment(ends_at, course.timezone, "--ends-at") if ends_at.strip() else None,
    )
    if as_json:
        click.echo(json.dumps(report_as_json(services, recording), ensure_ascii=False, indent=2))
    else:
        click.echo(report_in_words(services, recording))


def _moment(text: str, timezone: str, option: str) -> datetime:
    """A date alone would be midnight, which nobody means."""
    try:
        given = datetime.fromisoformat(text.strip())
    except ValueError:
        given = None
    if given is None or len(text.strip()) <= len("2026-03-02"):
        raise InvalidInput("%(option)s needs a date and a time, such as 2026-03-02T10:00.", option=option)
    if given.tzinfo is None:
        return moment_in(timezone, text, field=option)
    try:
        return given.astimezone(UTC)
    except OverflowError:
        raise InvalidInput("%(option)s is no time that a lecture can have.", option=option) from None
