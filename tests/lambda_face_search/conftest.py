"""A site behind the functions: its services take the place of those that a container makes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from attendance.model import Course
from lambda_face_search import container
from lambda_face_search.observed import metrics
from lambda_face_search.once import TABLE_VARIABLE
from tests.fakes import FakeFaces
from tests.lambda_face_search.remote_engine import RemoteEngine
from tests.lambda_face_search.school import Clock, a_site
from tests.unit.in_memory import MemoryServices


@pytest.fixture(autouse=True)
def _no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """What changes nothing when it comes twice must do so without the layer that remembers it."""
    monkeypatch.delenv(TABLE_VARIABLE, raising=False)


@pytest.fixture(autouse=True)
def _no_metrics_left() -> Iterator[None]:
    """Those that a test counted past a handler would be another's."""
    yield
    metrics.clear_metrics()


@pytest.fixture
def clock() -> Clock:
    """Of the services."""
    return Clock()


@pytest.fixture
def put_in_container(
    monkeypatch: pytest.MonkeyPatch, clock: Clock
) -> Callable[[FakeFaces], tuple[MemoryServices, Course]]:
    """Makes a site with a face engine, and the functions meet it."""

    def put(faces: FakeFaces) -> tuple[MemoryServices, Course]:
        services, course = a_site(faces, clock)
        monkeypatch.setattr(container, "services", lambda: services)
        return services, course

    return put


@pytest.fixture
def engine() -> RemoteEngine:
    """One that sends word."""
    return RemoteEngine()


@pytest.fixture
def site(
    engine: RemoteEngine, put_in_container: Callable[[FakeFaces], tuple[MemoryServices, Course]]
) -> tuple[MemoryServices, Course]:
    """With that engine."""
    return put_in_container(engine)
