"""A course in a data folder, made once and copied for each test, and what a search leaves that nothing disturbs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.bootstrap import bootstrap
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.settings import load_settings
from tests.system import school
from tests.system.processes import settings_of
from tests.website.browsing import sign_in
from website import create_app


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six seconds of a lecture."""
    path = tmp_path_factory.mktemp("videos") / "lecture.mp4"
    school.film(path)
    return path


@pytest.fixture(scope="session")
def long_video(video: Path) -> Path:
    """Half an hour of it, whose search takes longer than any test waits."""
    path = video.with_name("long.mp4")
    school.repeated(video, path, 300)
    return path


@pytest.fixture(scope="session")
def a_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a course without lectures; only to be copied."""
    data = tmp_path_factory.mktemp("school") / "data"
    services = bootstrap(load_settings(settings_of(data)))
    school.make_school(services)
    services.store.close()
    return data


@pytest.fixture(scope="session")
def undisturbed(a_school: Path, video: Path, tmp_path_factory: pytest.TempPathFactory) -> school.Outcome:
    """What the search of the video leaves where nobody kills anything."""
    data = tmp_path_factory.mktemp("undisturbed") / "data"
    shutil.copytree(a_school, data)
    services = bootstrap(load_settings(settings_of(data)))
    recording = school.receive(services, video)
    assert search_recording(services, recording.id)
    outcome = school.outcome(services, recording.id)
    services.store.close()
    assert [mark[1] for mark in outcome.marks] == ["present", "absent", "present"]  # sorted by id
    assert len(outcome.sightings) == 3
    return outcome


@pytest.fixture
def data(a_school: Path, tmp_path: Path) -> Path:
    """The test's own data folder."""
    return Path(shutil.copytree(a_school, tmp_path / "data"))


@pytest.fixture
def services(data: Path) -> Iterator[Services]:
    """The same store and media that the processes of the test use."""
    services = bootstrap(load_settings(settings_of(data)))
    yield services
    services.store.close()


@pytest.fixture
def inline(data: Path) -> Iterator[Services]:
    """Real services that search at once, in this process."""
    services = bootstrap(load_settings(settings_of(data) | {"ROLLCALL_JOBS": "inline"}))
    yield services
    services.store.close()


@pytest.fixture
def real_app(inline: Services) -> Flask:
    """The site over them."""
    app = create_app(services=inline)
    app.testing = True
    return app


@pytest.fixture
def teacher(real_app: Flask) -> FlaskClient:
    """The course's teacher, signed in."""
    client = real_app.test_client()
    assert sign_in(client, school.TEACHER).status_code == 302
    return client
