"""flask recordings, and flask lectures list and remove: what was filmed, and how it goes."""

from __future__ import annotations

from collections.abc import Iterator

import click

from attendance.model import Course, Lecture
from attendance.rules.paging import all_items
from attendance.services import Services
from attendance.use_cases.lectures.lectures import remove_lecture, remove_recording, search_again
from website.commands.courses_by_name import COURSE_HELP, course_named
from website.commands.lectures import lectures
from website.commands.plain_errors import Commands
from website.commands.removing import confirm_removal, json_option, leave_nothing, print_rows, yes_option
from website.current import current_services

_PAGE = 200

recordings = Commands("recordings", help="Recordings of lectures.")

_course_option = click.option("--course", "name", metavar="CODE", help=f"{COURSE_HELP} Without it, all courses.")
_section_option = click.option("--section", help="The section of the course, where CODE does not say it.")


@recordings.command("list")
@_course_option
@_section_option
@json_option
def show_recordings(name: str | None, section: str | None, as_json: bool) -> None:
    """Print all recordings, of the newest lecture first."""
    services = current_services()
    rows = [
        {
            "id": one.id,
            "course": course.label,
            "lecture": lecture.id,
            "starts": one.started_at.isoformat(timespec="minutes"),
            "kind": one.kind.value,
            "status": one.status.value,
            "file": one.original_name,
        }
        for lecture, course in _lectures(services, name, section)
        for one in services.store.recordings(lecture.id)
    ]
    print_rows(rows, ("id", "course", "starts", "kind", "status", "file"), as_json)


@recordings.command("remove")
@click.argument("recording_id", metavar="ID")
@yes_option
def remove(recording_id: str, yes: bool) -> None:
    """Remove a recording with its pictures; the lecture is marked anew from what is left."""
    services = current_services()
    recording = services.store.recording(recording_id)
    confirm_removal(f"the recording {recording.original_name}", yes)
    remove_recording(services, recording_id, by=None)
    leave_nothing()
    click.echo("The recording is removed.")


@recordings.command("search-again")
@click.argument("recording_id", metavar="ID")
def again(recording_id: str) -> None:
    """Have a worker search a recording again."""
    search_again(current_services(), recording_id, by=None)
    click.echo("The recording waits to be searched.")


@lectures.command("list")
@_course_option
@_section_option
@json_option
def show_lectures(name: str | None, section: str | None, as_json: bool) -> None:
    """Print all lectures, the newest first; times are UTC."""
    services = current_services()
    rows = [
        {
            "id": lecture.id,
            "course": course.label,
            "starts": lecture.starts_at.isoformat(timespec="minutes"),
            "ends": lecture.ends_at.isoformat(timespec="minutes"),
            "recordings": len(services.store.recordings(lecture.id)),
        }
        for lecture, course in _lectures(services, name, section)
    ]
    print_rows(rows, ("id", "course", "starts", "ends", "recordings"), as_json)


@lectures.command("remove")
@click.argument("lecture_id", metavar="ID")
@yes_option
def remove_one(lecture_id: str, yes: bool) -> None:
    """Remove a lecture with its recordings, pictures and marks."""
    services = current_services()
    count = len(services.store.recordings(services.store.lecture(lecture_id).id))
    confirm_removal(f"the lecture, its marks and its recordings ({count})", yes)
    remove_lecture(services, lecture_id, by=None)
    leave_nothing()
    click.echo("The lecture is removed.")


def _lectures(services: Services, name: str | None, section: str | None) -> Iterator[tuple[Lecture, Course]]:
    chosen = [course_named(services, name, section)] if name is not None else services.store.courses()
    courses = {course.id: course for course in chosen}
    lectures = all_items(lambda page: services.store.lectures(course_ids=list(courses), page=page, size=_PAGE))
    return ((lecture, courses[lecture.course_id]) for lecture in lectures)
