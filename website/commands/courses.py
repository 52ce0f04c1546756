"""flask courses: what is taught."""

from __future__ import annotations

from collections.abc import Sequence

import click

from attendance.errors import InvalidInput
from attendance.model import Role, User
from attendance.services import Services
from attendance.use_cases.courses.courses import add_course, remove_course, set_teachers, what_a_course_takes_along
from attendance.use_cases.people.accounts import clean_email
from website.commands.courses_by_name import course_named
from website.commands.plain_errors import Commands
from website.commands.removing import confirm_removal, json_option, leave_nothing, print_rows, yes_option
from website.current import current_services

courses = Commands("courses", help="Courses and who teaches them.")


@courses.command("add")
@click.argument("code")
@click.option("--name", required=True, help="What is taught.")
@click.option("--section", default="", help="To which class, where there are several.")
@click.option("--teacher", "emails", metavar="EMAIL", multiple=True, help="Who teaches it; may be given several times.")
@click.option("--timezone", metavar="ZONE", help="Such as Asia/Seoul; without it ROLLCALL_TIMEZONE.")
@click.option("--late-after", type=int, metavar="MINUTES", help="Who comes later, is; without it as the site has it.")
@click.option(
    "--left-early", type=int, default=10, show_default=True, metavar="MINUTES", help="Who goes sooner, left early."
)
def add(
    code: str,
    name: str,
    section: str,
    emails: Sequence[str],
    timezone: str | None,
    late_after: int | None,
    left_early: int,
) -> None:
    """Add a course. CODE and section together are unique."""
    services = current_services()
    teachers = [_teacher(services, email) for email in emails]
    course = add_course(
        services,
        code=code,
        name=name,
        section=section,
        timezone=timezone,
        late_after_minutes=late_after,
        left_early_minutes=left_early,
        by=None,
    )
    if teachers:
        set_teachers(services, course.id, [teacher.id for teacher in teachers], by=None)
    taught = f", taught by {', '.join(teacher.email for teacher in teachers)}" if teachers else ""
    click.echo(f"The course {course.label} is added{taught}.")


@courses.command("list")
@json_option
def show_all(as_json: bool) -> None:
    """Print all courses with their teachers and how many students they have."""
    store = current_services().store
    rows = [
        {
            "code": course.code,
            "section": course.section,
            "name": course.name,
            "teachers": [teacher.email for teacher in store.teachers(course.id)],
            "students": len(store.roster(course.id)),
        }
        for course in store.courses()
    ]
    print_rows(rows, ("code", "section", "name", "teachers", "students"), as_json)


@courses.command("remove")
@click.argument("name", metavar="CODE")
@click.option("--section", help="The section of the course, where CODE does not say it.")
@yes_option
def remove(name: str, section: str | None, yes: bool) -> None:
    """Remove a course with its lectures, recordings and marks. Students stay registered."""
    services = current_services()
    course = course_named(services, name, section)
    goes = what_a_course_takes_along(services, course.id)
    parts = f"{goes.lectures} lectures, {goes.recordings} recordings and {goes.marks} marks"
    confirm_removal(f"the course {course.label} with {parts}", yes)
    remove_course(services, course.id, by=None)
    leave_nothing()
    click.echo(f"The course {course.label} is removed with {parts}.")


def _teacher(services: Services, email: str) -> User:
    """Looked for before the course is made, so that a wrong address leaves nothing behind."""
    user = services.store.find_user(clean_email(email))
    if user is None:
        raise InvalidInput("There is no user %(email)s.", email=email)
    if user.role is Role.STUDENT:
        raise InvalidInput("%(email)s is a student and cannot teach a course.", email=user.email)
    return user
