"""Where the faces are of another engine than the one in use, the pages, the log and the lecture say so."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.model import Course
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.use_cases.students.reindexing import reindex_faces
from tests.fakes import FakeFaces
from tests.website.lecturing import enrol, upload_recording
from website import create_app

TOLD = "were enrolled by another face engine"
PAGES = ("/students/", "/students/register", "/lectures/", "/lectures/upload")


@pytest.fixture
def outdated(services: Services, course: Course) -> Services:
    """Student 21 was enrolled by another engine."""
    enrol(replace(services, faces=FakeFaces("fake-0")), "21", 21)
    return services


@pytest.mark.parametrize("page", PAGES)
def test_an_admin_sees_what_to_do(admin_client: FlaskClient, outdated: Services, page: str) -> None:
    told = admin_client.get(page).text
    assert TOLD in told
    assert "flask --app website faces reindex" in told


@pytest.mark.parametrize("page", PAGES[2:])
def test_a_teacher_sees_that_searches_wait(teacher_client: FlaskClient, outdated: Services, page: str) -> None:
    told = teacher_client.get(page).text
    assert "Recordings are not searched at the moment" in told
    assert "faces reindex" not in told


def test_students_and_other_pages_are_left_alone(
    admin_client: FlaskClient, student_client: FlaskClient, outdated: Services
) -> None:
    nobody = create_app(services=outdated).test_client()
    for client, page in (
        (admin_client, "/users/"),
        (student_client, "/log/mine"),
        (student_client, "/students/"),
        (nobody, "/"),
    ):
        answer = client.get(page, follow_redirects=True)
        assert answer.status_code in (200, 403)
        assert TOLD not in answer.text and "not searched at the moment" not in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_there_is_no_notice_once_all_is_enrolled_anew(admin_client: FlaskClient, outdated: Services, page: str) -> None:
    assert reindex_faces(outdated).complete
    assert TOLD not in admin_client.get(page).text


def test_a_waiting_recording_says_why(teacher_client: FlaskClient, outdated: Services, course: Course) -> None:
    lecture_id, recording_id = upload_recording(teacher_client, course.id, b"video 3000|21 0 2990")
    assert not search_recording(outdated, recording_id)
    page = teacher_client.get(f"/lectures/{lecture_id}").text
    assert "Waits to be searched" in page
    assert "The search waits until an admin has had them enrolled anew." in page
    answer = teacher_client.get(f"/api/v1/recordings/{recording_id}").json
    assert (answer["status"], TOLD in answer["error"]) == ("queued", True)


def test_a_site_that_starts_says_so_in_its_log(outdated: Services, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        create_app(services=outdated)
    assert TOLD in caplog.text


def test_a_site_whose_faces_are_all_its_own_says_nothing(
    app: Flask, services: Services, course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    enrol(services, "21", 21)
    with caplog.at_level(logging.WARNING):
        create_app(services=services)
    assert TOLD not in caplog.text
