"""The start page and the navigation lead each role to what they come for."""

from __future__ import annotations

import re

from flask.testing import FlaskClient

from attendance.model import Course


def test_everybody_starts_with_an_overview(
    admin_client: FlaskClient, teacher_client: FlaskClient, student_client: FlaskClient, course: Course
) -> None:
    for client in (admin_client, teacher_client, student_client):
        page = client.get("/")
        assert page.status_code == 200
        assert "<h1>Overview</h1>" in page.text
    assert "By teacher" in admin_client.get("/").text
    assert "By teacher" not in teacher_client.get("/").text


def test_the_navigation_shows_only_what_the_role_may_open(
    admin_client: FlaskClient, teacher_client: FlaskClient, student_client: FlaskClient
) -> None:
    for_admins, for_staff = ('href="/users/"', 'href="/audit/"'), ("Attendance log", "Courses")
    pages = {client: client.get("/account/").text for client in (admin_client, teacher_client, student_client)}
    for link in for_admins:
        assert link in pages[admin_client]
        assert link not in pages[teacher_client] + pages[student_client]
    assert "Attendance log" in pages[teacher_client]
    assert not any(word in pages[student_client] for word in for_staff)


def test_a_recording_can_be_uploaded_from_every_page_by_who_may(
    admin_client: FlaskClient, teacher_client: FlaskClient, student_client: FlaskClient, course: Course
) -> None:
    for client in (admin_client, teacher_client):
        page = client.get("/", follow_redirects=True).text
        assert page.count("Upload a recording") >= 2  # in the navigation, and on the page itself
        assert 'href="/lectures/upload"' in client.get("/account/").text
    assert "/lectures/upload" not in student_client.get("/", follow_redirects=True).text


def test_only_one_link_is_that_of_the_page(teacher_client: FlaskClient, course: Course) -> None:
    for path, link in (("/lectures/", "/lectures/"), ("/lectures/upload", "/lectures/upload")):
        current = re.findall(r'<a href="([^"]+)" aria-current="page">', teacher_client.get(path).text)
        assert current == [link]


def test_a_site_without_a_course_leads_an_admin_to_the_first_and_a_teacher_to_an_admin(
    admin_client: FlaskClient, teacher_client: FlaskClient
) -> None:
    assert 'href="/courses/add"' in admin_client.get("/lectures/").text
    page = teacher_client.get("/lectures/").text
    assert 'href="/courses/add"' not in page
    assert "Once an admin has named you as the teacher" in page


def test_the_navigation_says_where_one_is(admin_client: FlaskClient) -> None:
    assert '<a href="/users/" aria-current="page">' in admin_client.get("/users/").text


def test_a_list_opens_with_and_without_a_slash_at_its_end(admin_client: FlaskClient) -> None:
    for path in ("/lectures", "/log", "/students", "/courses", "/users", "/audit", "/account"):
        assert [admin_client.get(path).status_code, admin_client.get(f"{path}/").status_code] == [200, 200]
