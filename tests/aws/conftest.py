"""A site on AWS and nothing else, a class, and a lecture that was filmed; all by settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from lambda_face_search import container, once
from lambda_face_search.observed import metrics
from tests.aws.cloud import Cloud
from tests.aws.functions import Functions
from tests.aws.here import AwsHere, aws_here
from tests.aws.school import ABSENT, PRESENT, School, photo_of
from tests.aws.visitors import TEACHER, Admin, Teacher
from tests.aws.wire import Wire
from tests.rekognition_local.running import Running
from tests.system.school import film
from website import create_app

MakeApp = Callable[..., Flask]


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsHere]:
    """With the Rekognition endpoint as a process of its own."""
    with aws_here() as aws:
        data = tmp_path_factory.mktemp("rekognition") / "data"
        with Running(data, "--every", "0.5") as endpoint, pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ENDPOINT_URL_REKOGNITION", endpoint.url)
            yield aws
            assert endpoint.end() == 0


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Six seconds of a lecture: the first student from the beginning, a stranger, and never the third."""
    path = tmp_path_factory.mktemp("films") / "lecture.mp4"
    film(path)
    return path.read_bytes()


@pytest.fixture(autouse=True)
def _no_metrics_left() -> Iterator[None]:
    """What was counted in one test would be another's."""
    yield
    metrics.clear_metrics()


@pytest.fixture
def cloud(aws: AwsHere) -> Cloud:
    """Empty."""
    return Cloud.made(aws)


@pytest.fixture
def functions(cloud: Cloud) -> Functions:
    """Of this cloud's queue and topic."""
    return Functions(cloud)


@pytest.fixture
def settle(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Puts the settings into the environment, from which site and functions take them; more of them are given."""

    def settle(**more: str) -> None:
        _forget_containers()
        for name, value in cloud.settings(ROLLCALL_DATA=str(tmp_path / "data"), **more).items():
            monkeypatch.setenv(name, value)

    yield settle
    _forget_containers()


@pytest.fixture
def open_school(settle: Callable[..., None], cloud: Cloud) -> Callable[..., School]:
    """Opens a site with a course, two students and a teacher, made by its own pages."""

    def open_school(**more: str) -> School:
        settle(**more)
        app = create_app()
        admin = Admin(app)
        course_id = admin.add_course()
        admin.add_user(TEACHER, "teacher")
        admin.let_teach(course_id)
        keys = {one: admin.register(course_id, one.id, one.name, photo_of(one.seed)) for one in (PRESENT, ABSENT)}
        return School(app, admin, Teacher(app), course_id, keys)

    return open_school


@pytest.fixture
def school(open_school: Callable[..., School]) -> School:
    """Whose videos Rekognition searches and sends word of."""
    return open_school()


@pytest.fixture
def wire(school: School, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """For what AWS answers from now on."""
    wire = Wire(monkeypatch)
    for services in (school.services, container.services()):
        services.store.table.pause = lambda seconds: None
    return wire


def _forget_containers() -> None:
    """New functions read the settings anew."""
    container.services.cache_clear()
    once._layer.cache_clear()
