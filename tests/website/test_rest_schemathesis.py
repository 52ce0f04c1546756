"""Schemathesis asks every operation of the REST API what its description allows, and what it does not."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from attendance.model import Course, User
from attendance.services import Services
from tests.website.rest_world import OPENAPI, World, make_world
from tests.website.test_rest_access import TABLE

pytestmark = pytest.mark.slow

_CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_EXAMPLES = 12


@pytest.fixture
def environment() -> dict[str, str]:
    """Without end."""
    return {"ROLLCALL_REQUESTS_PER_TOKEN": "100000"}


@pytest.fixture
def world(services: Services, admin: User, teacher: User, student_user: User, course: Course) -> World:
    """One of everything."""
    return make_world(services, admin, teacher, student_user, course)


@pytest.fixture
def described(app: Flask, world: World) -> Any:
    """The description as schemathesis reads it; a fault is told, not raised, as on a real site."""
    app.testing = False
    return schemathesis.openapi.from_wsgi(OPENAPI, app)


@pytest.mark.parametrize(("method", "path"), TABLE, ids=str)
def test_every_answer_is_as_described_and_none_is_a_fault(described: Any, world: World, method: str, path: str) -> None:
    headers = {"Authorization": f"Bearer {world.secrets['admin']}"}

    @settings(
        max_examples=_EXAMPLES, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(case=described[path][method].as_strategy())
    def ask_all(case: Any) -> None:
        case.call_and_validate(headers=headers, checks=_CHECKS)
        if case.path_parameters:  # what was made up is seldom there
            case.path_parameters = {name: world.ids[name] for name in case.path_parameters}
            case.call_and_validate(headers=headers, checks=_CHECKS)

    ask_all()
