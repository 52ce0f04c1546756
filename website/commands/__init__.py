"""The commands of `flask --app website`: the use cases of the pages, for terminals and scripts."""

from flask import Flask

from website.commands import books, student_records  # noqa: F401 - they add commands to those of others
from website.commands.attendance import attendance
from website.commands.audit import audit
from website.commands.courses import courses
from website.commands.devices import devices
from website.commands.faces import faces
from website.commands.help_words import in_language, terminal_language
from website.commands.imports import import_school
from website.commands.lectures import lectures
from website.commands.outbox import outbox
from website.commands.plain_errors import is_command, plain_start
from website.commands.recordings import recordings
from website.commands.slack import slack
from website.commands.store import init_store
from website.commands.students import students
from website.commands.users import users

__all__ = ["ALL", "is_command", "plain_start", "register"]

ALL = (
    users,
    courses,
    students,
    faces,
    lectures,
    recordings,
    attendance,
    devices,
    audit,
    outbox,
    slack,
    import_school,
    init_store,
)


def register(app: Flask) -> None:
    """Add all commands to the app's command line, with the help of those that teachers use in their language."""
    language = terminal_language(app.extensions["rollcall"].settings.language)
    for command in ALL:
        app.cli.add_command(in_language(command, language))
