"""A site on AWS and nothing else, a class, and a lecture that was filmed; all by settings."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from lambda_face_search import container, once
from lambda_face_search.observed import metrics
from tests.aws.cloud import Cloud
from tests.aws.functions import Functions
from tests.aws.here import AwsHere, aws_here
from tests.aws.school import KeptSchool, School, open_school
from tests.aws.wire import Wire
from tests.rekognition_local.running import Running
from tests.system.school import film

Settle = Callable[..., None]
_make_services = container.services.__wrapped__


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AwsHere]:
    """With the Rekognition endpoint as a process of its own."""
    with aws_here() as aws:
        data = tmp_path_factory.mktemp("rekognition") / "data"
        with Running(data, "--every", "1") as endpoint, pytest.MonkeyPatch.context() as environment:
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
def settle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settle]:
    """Puts a cloud's settings into the environment, from which site and functions take them; more can be given."""

    def settle(cloud: Cloud, **more: str) -> None:
        monkeypatch.setattr(container, "services", cache(_make_services))
        once._layer.cache_clear()
        for name, value in cloud.settings(ROLLCALL_DATA=str(tmp_path / "data"), **more).items():
            monkeypatch.setenv(name, value)

    yield settle
    once._layer.cache_clear()


@pytest.fixture(scope="package")
def kept_school(aws: AwsHere, tmp_path_factory: pytest.TempPathFactory) -> KeptSchool:
    """Opened once, because that takes seconds."""
    cloud = Cloud.made(aws)
    with pytest.MonkeyPatch.context() as environment:
        data = str(tmp_path_factory.mktemp("school") / "data")
        for name, value in cloud.settings(ROLLCALL_DATA=data).items():
            environment.setenv(name, value)
        return KeptSchool(cloud, open_school(), _make_services())


@pytest.fixture
def school(kept_school: KeptSchool, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> Iterator[School]:
    """Whose videos Rekognition searches and sends word of; as if nobody had used it before."""
    settle(kept_school.cloud)
    monkeypatch.setattr(container, "services", lambda: kept_school.of_functions)
    yield kept_school.school
    kept_school.restore()


@pytest.fixture
def cloud(kept_school: KeptSchool) -> Cloud:
    """That of the school."""
    return kept_school.cloud


@pytest.fixture
def functions(cloud: Cloud) -> Functions:
    """Of the school's queue and topic."""
    return Functions(cloud)


@pytest.fixture
def wire(school: School, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """For what AWS answers from now on."""
    wire = Wire(monkeypatch)
    for services in (school.services, container.services()):
        monkeypatch.setattr(services.store.table, "pause", lambda seconds: None)  # type: ignore[attr-defined]
    return wire
