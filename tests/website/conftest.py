"""The site that tests look at: an admin, a teacher and a student with accounts, and one course of theirs.

Searches wait in `services.jobs` until a test calls `services.jobs.run_all()`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache

from attendance import bootstrap as composition
from attendance import passwords
from attendance.adapters.sql import open_store
from attendance.changes import AddCourse, AddStudent, AddToRoster, SetTeachers
from attendance.model import Course, Role, Student, User, new_id
from attendance.rules.consent import consents_of_before
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.students.registering import register_student
from tests.fakes import FakeFaces, FakeJobs
from tests.website.browsing import PASSWORD, csrf, post_form, sign_in
from website import config, create_app, current, limits

__all__ = ["PASSWORD", "csrf", "post_form", "sign_in"]

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def open_fake_faces(value: str, settings: Settings) -> FakeFaces:
    """For the registry of face engines."""
    return FakeFaces()


def open_fake_jobs(value: str, settings: Settings) -> FakeJobs:
    """For the registry of queues."""
    return FakeJobs()


@pytest.fixture(autouse=True)
def _cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes at the cost of production would take half of the suite's time."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", cheap)
    monkeypatch.setattr(passwords, "_nobodys", lambda: cheap.hash("nobody's"))


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, to be copied: making them takes longer than most tests."""
    path = tmp_path_factory.mktemp("empty") / "rollcall.db"
    settings = load_settings({"ROLLCALL_DATA": str(path.parent)})
    store = open_store(settings.store.reveal(), settings)
    store.prepare()
    store.close()  # so that all of it is in the file
    return path


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> FileSystemBytecodeCache:
    """Templates are compiled once, although every test has a site of its own."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def environment() -> dict[str, str]:
    """Settings of a test module or class go here, by overriding this fixture."""
    return {}


@pytest.fixture
def settings(tmp_path: Path, environment: dict[str, str]) -> Settings:
    """Everything in the test's own folder, with the stand-ins for faces and jobs."""
    return load_settings(
        {
            "ROLLCALL_DATA": str(tmp_path / "data"),
            "ROLLCALL_FACES": "fake",
            "ROLLCALL_JOBS": "fake",
            "ROLLCALL_TIMEZONE": "Asia/Seoul",
            **environment,
        }
    )


@pytest.fixture
def services(settings: Settings, empty_database: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """What the composition root makes, with two entries more in its registries."""
    settings.data.mkdir(mode=0o700)
    shutil.copy(empty_database, settings.data / "rollcall.db")
    monkeypatch.setitem(composition.FACES, "fake", f"{__name__}:open_fake_faces")
    monkeypatch.setitem(composition.JOBS, "fake", f"{__name__}:open_fake_jobs")
    services = composition.bootstrap(settings)
    yield services
    services.store.close()


@pytest.fixture(scope="session")
def made_apps() -> dict[object, Flask]:
    """One for all tests of the same settings: making it takes longer than most tests."""
    return {}


@pytest.fixture
def app(
    services: Services,
    environment: dict[str, str],
    compiled_templates: FileSystemBytecodeCache,
    made_apps: dict[object, Flask],
) -> Flask:
    """The site over the test's own services; CSRF is on. A test that adds to the site itself makes its own."""
    kind = (frozenset(environment.items()), tuple(services.media.origins))
    app = made_apps.get(kind)
    if app is None:
        app = made_apps[kind] = create_app(services=services)
        app.jinja_env.bytecode_cache = compiled_templates
    config.init_app(app, services.settings)
    current.init_app(app, services)
    limits.init_app(app)
    app.testing = True
    return app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who is not signed in."""
    return app.test_client()


@pytest.fixture
def admin(services: Services) -> User:
    """The admin's account."""
    return an_account(services, "admin@example.org", "Ada Example", Role.ADMIN)


@pytest.fixture
def teacher(services: Services) -> User:
    """The account of the course's teacher."""
    return an_account(services, "teacher@example.org", "Teacher Example", Role.TEACHER)


@pytest.fixture
def student(services: Services) -> Student:
    """A registered student without a face."""
    student = Student(
        id="21", key=new_id(), name="Student 21", created_at=NOW, consents=consents_of_before(date(2026, 3, 1))
    )
    services.store.commit(AddStudent(student))
    return student


@pytest.fixture
def student_user(services: Services, student: Student) -> User:
    """The account of that student."""
    return an_account(services, "student@example.org", student.name, Role.STUDENT, student.id)


@pytest.fixture
def course(services: Services, teacher: User, student: Student) -> Course:
    """A course of the teacher with the student on its roster."""
    course = Course(id=new_id(), code="CS101", name="Computing", section="1", timezone="Asia/Seoul", created_at=NOW)
    services.store.commit(AddCourse(course))
    services.store.commit(SetTeachers(course.id, [teacher.id]))
    services.store.commit(AddToRoster(course.id, [student.id]))
    return course


@pytest.fixture
def admin_client(app: Flask, admin: User) -> FlaskClient:
    """The admin, signed in."""
    return signed_in(app, admin)


@pytest.fixture
def teacher_client(app: Flask, teacher: User) -> FlaskClient:
    """The teacher, signed in."""
    return signed_in(app, teacher)


@pytest.fixture
def student_client(app: Flask, student_user: User) -> FlaskClient:
    """The student, signed in."""
    return signed_in(app, student_user)


def an_account(services: Services, email: str, name: str, role: Role, student_id: str | None = None) -> User:
    return add_user(services, email=email, name=name, role=role, password=PASSWORD, student_id=student_id, by=None).user


def signed_in(app: Flask, user: User) -> FlaskClient:
    client = app.test_client()
    assert sign_in(client, user.email).status_code == 302
    return client


@pytest.fixture
def enrolled(services: Services) -> Student:
    """A student with one photo, on no roster."""
    return register_student(
        services, student_id="60", name="Student 60", consent_on=date(2026, 3, 1), photos=[b"face:60"], by=None
    ).student
