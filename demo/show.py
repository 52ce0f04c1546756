"""Runs the demonstration: makes the class and the video, takes attendance, prints it, and serves the site with it."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from attendance.bootstrap import bootstrap
from attendance.errors import RollcallError, SearchStopped, SettingsError
from attendance.model import Course
from attendance.services import Services
from attendance.settings import load_settings
from attendance.use_cases.lectures.lectures import lecture_board
from demo.folder import fresh_folder
from demo.lecture_video import DEMO_SECONDS, render_demo_lecture
from demo.school import CLASS, Login, make_course, make_logins, take_attendance
from demo.verdict import differences, remarks
from run import free_address, serve
from website.commands.lecture_report import report_in_words

_NOT_AS_EXPECTED, _WRONG_SETTING, _STOPPED = 1, 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0, 1 where it fails or the attendance is not as the video's script says, 2 for a wrong setting."""
    options = _parser(own_folder(os.environ)).parse_args(arguments)
    try:
        return _show(options.data.expanduser().absolute(), once=options.once)
    except RollcallError as wrong:
        print(f"rollcall: {wrong.sentence}", file=sys.stderr)
        if isinstance(wrong, SearchStopped):
            return _STOPPED
        return _WRONG_SETTING if isinstance(wrong, SettingsError) else _NOT_AS_EXPECTED
    except KeyboardInterrupt:
        print("rollcall: stopped.", file=sys.stderr)
        return _STOPPED


def own_folder(environment: Mapping[str, str]) -> Path:
    """Where the demonstration keeps its things: below the folder of the site that is named, never among that site's."""
    return Path(environment.get("ROLLCALL_DATA") or "instance") / "demo"


def _parser(folder: Path) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="end after the attendance table; serve nothing")
    parser.add_argument(
        "--data",
        type=Path,
        default=folder,
        metavar="DIR",
        help="the demo's own folder, made anew; without it, demo in the folder that ROLLCALL_DATA names (%(default)s)",
    )
    return parser


def _show(data: Path, *, once: bool) -> int:
    environment = _own_environment(os.environ, data)
    if not once:
        free_address(environment)  # said before a minute is spent
    with fresh_folder(data):
        _say(f"All of this demo is kept in {data}; no other setting of a site is used.")
        begun = time.monotonic()
        services = bootstrap(load_settings(environment))
        course, as_expected = _take_attendance(services)
        print(f"This took {time.monotonic() - begun:.0f} seconds.\n", flush=True)
        if once or not as_expected:
            return 0 if as_expected else _NOT_AS_EXPECTED
        _print_logins(make_logins(services, course))
        return serve(environment)


def _take_attendance(services: Services) -> tuple[Course, bool]:
    """The course, and whether all is as the script says."""
    _say(f"Drawing and registering {len(CLASS)} students ...")
    course = make_course(services)
    with tempfile.TemporaryDirectory(dir=services.settings.data) as folder:
        video = Path(folder) / "lecture.mp4"
        _say(f"Filming a lecture of {DEMO_SECONDS / 60:.0f} minutes ...")
        script = render_demo_lecture(video)
        _say("Searching the recording for their faces ...")
        recording = take_attendance(services, course, video)
    board = lecture_board(services, recording.lecture_id)
    wrong = differences(board, script)
    _say("\n".join(["", report_in_words(services, recording), "", *remarks(board), ""]))
    for sentence in wrong:
        print(f"rollcall: {sentence}", file=sys.stderr, flush=True)
    if not wrong:
        _say("All is as the script of the video says.")
    return course, not wrong


def _own_environment(environment: Mapping[str, str], data: Path) -> dict[str, str]:
    """Without the settings of a real site, whose database the demonstration must never touch."""
    own = {name: value for name, value in environment.items() if not name.startswith("ROLLCALL_")}
    return {**own, "ROLLCALL_DATA": str(data)}


def _print_logins(logins: Sequence[Login]) -> None:
    _say("Log in as one of these; the passwords are new each time:")
    width = max(len(login.user.email) for login in logins)
    for login in logins:
        _say(f"  {login.user.role.value:8} {login.user.email:{width}}  {login.password}")
    _say("")


def _say(text: str) -> None:
    print(text, flush=True)
