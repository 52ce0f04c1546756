"""A command line on the tests' site, and a class whose lecture can be analysed."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask as App

from attendance.model import Course
from attendance.services import Services
from tests.website.commands.commanding import LECTURE, Flask
from tests.website.lecturing import add_student, enrol


@pytest.fixture
def flask(app: App) -> Flask:
    """Types a command and gives its result."""
    runner = app.test_cli_runner()
    return lambda *arguments, **options: runner.invoke(args=[str(word) for word in arguments], **options)


@pytest.fixture
def enrolled_class(services: Services, course: Course) -> None:
    """In LECTURE student 21 comes at once, 52 late, 53 not at all; somebody unknown looks in."""
    enrol(services, "21", 21)
    add_student(services, course.id, "52", 52)
    add_student(services, course.id, "53", 53)


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "강의 1.mp4"
    path.write_bytes(LECTURE)
    return path


@pytest.fixture
def analyse(flask: Flask, enrolled_class: None, video: Path) -> Flask:
    """Takes attendance of the class from the video."""

    def run(*options: str, path: Path = video, starts_at: str = "2026-03-02T10:00") -> Result:
        return flask("lectures", "analyse", path, "--course", "CS101", "--starts-at", starts_at, *options)

    return run
