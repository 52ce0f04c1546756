"""Learning platforms by LTI 1.3, before a platform that is made with a library of somebody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jwcrypto.jwk import JWK
from werkzeug.test import TestResponse

from attendance.adapters.lti import LtiPlatforms
from attendance.changes import AddLecture, AddStudent, AddToRoster, MarkStep, SaveMarks
from attendance.model import Course, Lecture, Mark, Status, Student, User
from attendance.services import Services
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.outbox import drain
from attendance.use_cases.platforms.registering import Registered, add_platform
from tests.website.browsing import PASSWORD, csrf, post_form
from tests.website.conftest import NOW
from tests.website.lti_platform import CLIENT, DEPLOYMENT, MEMBERSHIP, Platform

SITE = "http://localhost"
TOOL = {"launch": f"{SITE}/lti/launch", "login": f"{SITE}/lti/login"}
CLAIM = "https://purl.imsglobal.org/spec/lti/claim/"


@pytest.fixture
def environment() -> dict[str, str]:
    return {"ROLLCALL_PRIVATE_ADDRESSES": "yes"}


_OURS = LtiPlatforms(private=True).new_key()


@pytest.fixture(autouse=True)
def _key_that_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """Making one takes longer than most tests."""
    monkeypatch.setattr(LtiPlatforms, "new_key", lambda self: _OURS)


@pytest.fixture
def there() -> Iterator[Platform]:
    platform = Platform(TOOL)
    yield platform
    platform.close()


def typed(there: Platform, **more: Any) -> Registered:
    given = {
        "name": "Moodle",
        "issuer": there.url,
        "client_id": CLIENT,
        "deployment_ids": [DEPLOYMENT],
        "auth_url": f"{there.url}/auth",
        "token_url": f"{there.url}/token",
        "keys_url": f"{there.url}/keys",
        "vouches_for_mail": True,
        "adds_accounts": False,
    } | more
    return Registered(**given)


@pytest.fixture
def registered(services: Services, client: FlaskClient, there: Platform) -> str:
    """The platform knows our key, and we know the platform; its id."""
    platform = add_platform(services, typed(there), by="u1")
    there.registration.set_tool_key_set(client.get("/lti/keys").json)
    return platform.id


def begin(client: FlaskClient, there: Platform, user: str = "them") -> TestResponse:
    parts = urlsplit(there.login_url(user))
    return client.get(f"{parts.path}?{parts.query}")


def launch(client: FlaskClient, there: Platform, user: str, role: str, **more: Any) -> TestResponse:
    """As a browser goes: to us, to the platform, and back with its form."""
    asked = begin(client, there, user)
    assert asked.status_code == 302, asked.text
    return client.post("/lti/launch", data=there.answer(asked.location, user, [role], **more))


@pytest.fixture
def linked(client: FlaskClient, there: Platform, registered: str, teacher: User, course: Course) -> str:
    """The teacher came in and chose the course; the link's id."""
    launch(client, there, "t1", "Instructor", email=teacher.email)
    post_form(client, "/lti/course", course=course.id)
    return registered


def test_a_teacher_comes_in_chooses_the_course_and_later_comes_to_it(
    client: FlaskClient, there: Platform, registered: str, teacher: User, course: Course, services: Services
) -> None:
    come = launch(client, there, "t1", "Instructor", email=teacher.email)
    assert come.location == "/lti/course"
    assert course.label in client.get("/lti/course").text
    assert post_form(client, "/lti/course", course=course.id).location == f"/courses/{course.id}/platform"
    (link,) = services.store.platform_courses(course.id)
    assert (link.title, link.roster_url) == ("Mathematics", f"{there.url}/members")
    client.get("/logout")
    again = launch(client, there, "t1", "Instructor")  # by the link, without an address
    assert again.location == f"/courses/{course.id}"
    assert course.label in client.get(again.location).text


def test_a_student_comes_to_their_own_attendance(
    client: FlaskClient, there: Platform, registered: str, student_user: User
) -> None:
    assert launch(client, there, "s1", "Learner", email=student_user.email).location == "/log/mine"
    assert client.get("/log/mine").status_code == 200


def test_a_login_works_once(client: FlaskClient, there: Platform, registered: str, teacher: User) -> None:
    asked = begin(client, there)
    form = there.answer(asked.location, "t1", ["Instructor"], email=teacher.email)
    assert client.post("/lti/launch", data=form).status_code == 302
    second = client.post("/lti/launch", data=form)
    assert second.status_code == 403 and "Open the course again" in second.text


def test_a_nonce_of_another_login_is_refused(
    client: FlaskClient, there: Platform, registered: str, teacher: User
) -> None:
    first, second = begin(client, there), begin(client, there)
    form = there.answer(first.location, "t1", ["Instructor"], email=teacher.email)
    other = there.answer(second.location, "t1", ["Instructor"], email=teacher.email)
    assert client.post("/lti/launch", data={**other, "id_token": form["id_token"]}).status_code == 403


def test_another_browser_cannot_finish_a_login(
    app: Flask, client: FlaskClient, there: Platform, registered: str, teacher: User
) -> None:
    form = there.answer(begin(client, there).location, "t1", ["Instructor"], email=teacher.email)
    assert app.test_client().post("/lti/launch", data=form).status_code == 403


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"expiration": -120}, "too old"),
    ({"claims": {"iss": "https://other.example"}}, "not the one that was asked"),
    ({"claims": {"aud": "client-2"}}, "another tool"),
    ({"claims": {"aud": [CLIENT, "client-2"], "azp": "client-2"}}, "another tool"),
    ({"claims": {f"{CLAIM}deployment_id": "deployment-2"}}, "not registered here"),
    ({"claims": {f"{CLAIM}message_type": "LtiDeepLinkingRequest"}}, "does not do"),
    ({"claims": {f"{CLAIM}version": "1.1"}}, "does not do"),
    ({"claims": {"sub": ""}}, "does not say who comes"),
]


def test_what_a_platform_may_not_say_is_refused(
    client: FlaskClient, there: Platform, registered: str, teacher: User
) -> None:
    for more, words in REFUSED:
        answer = launch(client, there, "t1", "Instructor", email=teacher.email, **more)
        assert answer.status_code == 403 and words in answer.text, more
        assert client.get("/courses/").status_code == 302


def test_a_wrong_signature_is_refused(client: FlaskClient, there: Platform, registered: str, teacher: User) -> None:
    ours = JWK.from_json(_OURS)
    other = ours.export_to_pem(private_key=True, password=None).decode()
    there.registration.set_platform_private_key(other)
    answer = launch(client, there, "t1", "Instructor", email=teacher.email)
    assert answer.status_code == 403 and "signature" in answer.text


def test_a_platform_that_is_not_registered_is_refused(client: FlaskClient, there: Platform) -> None:
    answer = begin(client, there)
    assert answer.status_code == 403 and "not registered here" in answer.text


def test_nobody_becomes_an_admin_by_a_platform(
    client: FlaskClient, there: Platform, registered: str, admin: User
) -> None:
    answer = launch(client, there, "a1", "Administrator", email=admin.email)
    assert answer.status_code == 403 and "Admins sign in with their password" in answer.text


def test_an_address_that_is_not_verified_finds_nobody(
    client: FlaskClient, services: Services, there: Platform, teacher: User
) -> None:
    add_platform(services, typed(there, vouches_for_mail=False), by="u1")
    answer = launch(client, there, "t1", "Instructor", email=teacher.email)
    assert answer.location.startswith("/login")
    verified = launch(client, there, "t1", "Instructor", email=teacher.email, claims={"email_verified": True})
    assert verified.location == "/lti/course"


def test_who_has_no_account_there_signs_in_once_and_connects_the_two(
    client: FlaskClient, services: Services, there: Platform, registered: str, teacher: User
) -> None:
    login = launch(client, there, "t9", "Instructor", name="Teacher of There").location
    token = csrf(client, login)
    sent = client.post(login, data={"csrf_token": token, "email": teacher.email, "password": PASSWORD})
    assert sent.location == "/lti/account"
    assert "Teacher of There" in client.get("/lti/account").text
    post_form(client, "/lti/account")
    account = services.store.platform_account(registered, "t9")
    assert account is not None and account.user_id == teacher.id
    assert "Moodle" in client.get("/account/platforms").text
    post_form(client, "/account/platforms", platform=registered, subject="t9")
    assert services.store.platform_account(registered, "t9") is None


def test_a_platform_that_adds_accounts_adds_teachers_and_registered_students_alone(
    client: FlaskClient, services: Services, there: Platform, student: Student
) -> None:
    add_platform(services, typed(there, adds_accounts=True), by="u1")
    school = {"claims": {f"{CLAIM}lis": {"person_sourcedid": student.id}}}
    assert launch(client, there, "s1", "Learner", email="s1@example.org", name="S", **school).location == "/log/mine"
    assert launch(client, there, "t1", "Instructor", email="t1@example.org", name="T").location == "/lti/course"
    assert launch(client, there, "x1", "Learner", email="x1@example.org", name="X").location.startswith("/login")
    roles = {user.email: user.role.value for user in services.store.users().items}
    assert roles == {"s1@example.org": "student", "t1@example.org": "teacher"}


def test_in_a_frame_a_link_opens_a_window_and_only_the_platform_may_frame_it(
    client: FlaskClient, there: Platform, registered: str
) -> None:
    parts = urlsplit(there.login_url("t1"))
    answer = client.get(f"{parts.path}?{parts.query}", headers={"Sec-Fetch-Dest": "iframe"})
    assert answer.status_code == 200 and 'target="_blank"' in answer.text
    assert f"frame-ancestors {there.url}" in answer.headers["Content-Security-Policy"]
    assert "lti-login" not in str(answer.headers)
    assert "frame-ancestors 'none'" in client.get("/login").headers["Content-Security-Policy"]


def test_the_cookie_of_a_login_is_for_other_sites_only_by_https(
    client: FlaskClient, there: Platform, registered: str
) -> None:
    assert "SameSite=Lax" in begin(client, there).headers["Set-Cookie"]


def members(there: Platform, *listed: tuple[str, str, str]) -> None:
    there.members = [
        {"user_id": user, "roles": [f"{MEMBERSHIP}{role}"], "lis_person_sourcedid": school_id, "name": user}
        for user, role, school_id in listed
    ]


def test_a_roster_is_compared_and_taken_over_by_an_admin(
    client: FlaskClient,
    admin_client: FlaskClient,
    services: Services,
    there: Platform,
    linked: str,
    course: Course,
    student: Student,
) -> None:
    extra = replace(student, id="22", key="key22", name="Student 22")

    services.store.commit(AddStudent(extra))
    services.store.commit(AddToRoster(course.id, [student.id]))
    members(there, ("t1", "Instructor", ""), ("s2", "Learner", "22"), ("s9", "Learner", "99"))
    (link,) = services.store.platform_courses(course.id)
    page = f"/courses/{course.id}/platform/{linked}/{link.id}/roster"
    shown = client.get(page).text
    assert "Student 22" in shown and student.name in shown and "s9" in shown
    assert [one.id for one in services.store.roster(course.id)] == [student.id]
    assert post_form(client, page, page).status_code == 403
    post_form(admin_client, page, page, removes="yes")
    assert [one.id for one in services.store.roster(course.id)] == ["22"]


def marked(services: Services, course: Course, student: Student, *statuses: Status) -> list[str]:
    ids = []
    for number, status in enumerate(statuses):
        starts = NOW.replace(day=NOW.day + number)
        lecture = Lecture(f"l{number}", course.id, starts, starts.replace(hour=10), NOW)
        services.store.commit(AddLecture(lecture))
        mark = Mark(lecture.id, student.id, status, status, NOW)
        services.store.commit(SaveMarks(lecture.id, [MarkStep(student.id, None, mark)]))
        ids.append(lecture.id)
    return ids


def test_grades_go_by_button_and_after_marks_once_that_is_switched_on(
    client: FlaskClient,
    services: Services,
    there: Platform,
    linked: str,
    course: Course,
    student: Student,
    teacher: User,
) -> None:
    services.store.commit(AddToRoster(course.id, [student.id]))
    lectures = marked(services, course, student, Status.PRESENT, Status.LATE, Status.ABSENT)
    members(there, ("t1", "Instructor", ""), ("s1", "Learner", student.id))
    (link,) = services.store.platform_courses(course.id)
    page, where = f"/courses/{course.id}/platform", f"/courses/{course.id}/platform/{linked}/{link.id}"
    post_form(client, f"{where}/grades", page)
    drain(services)
    assert [one["label"] for one in there.line_items.values()] == ["Attendance (%)"]
    assert there.scores["1"]["s1"]["scoreGiven"] == 66.7
    assert "Sent" in client.get(page).text
    set_mark(services, lectures[2], student.id, Status.PRESENT, "Was there.", by=teacher.id)
    drain(services)
    assert there.scores["1"]["s1"]["scoreGiven"] == 66.7
    post_form(client, f"{where}/switch", page, on="yes")
    set_mark(services, lectures[1], student.id, Status.ABSENT, "Was not.", by=teacher.id)
    drain(services)
    assert there.scores["1"]["s1"]["scoreGiven"] == 66.7 and len(there.line_items) == 1
    set_mark(services, lectures[1], student.id, Status.PRESENT, "Was there.", by=teacher.id)
    drain(services)
    assert there.scores["1"]["s1"]["scoreGiven"] == 100
    there.line_items.clear()
    post_form(client, f"{where}/grades", page)
    drain(services)
    assert len(there.line_items) == 1 and there.scores["1"]["s1"]["scoreGiven"] == 100


def test_a_platform_that_is_down_gets_the_grades_later(
    client: FlaskClient, services: Services, there: Platform, linked: str, course: Course
) -> None:
    there.close()
    (link,) = services.store.platform_courses(course.id)
    page = f"/courses/{course.id}/platform"
    post_form(client, f"{page}/{linked}/{link.id}/grades", page)
    drain(services)
    (waiting,) = services.store.outbox("grades")
    assert waiting.error is not None and "does not answer" in waiting.error


def test_an_admin_registers_a_platform_and_sees_what_to_type_there(
    admin_client: FlaskClient, services: Services, there: Platform
) -> None:
    page = admin_client.get("/platforms").text
    assert "/lti/login" in page and "/lti/canvas.json" in page
    fields = vars_of(typed(there))
    post_form(admin_client, "/platforms", **fields)
    (found,) = services.store.platforms()
    post_form(admin_client, f"/platforms/{found.id}", **fields | {"deployment_ids": "1 2", "name": "Other"})
    changed = services.store.platform(found.id)
    assert (changed.name, changed.deployment_ids) == ("Other", frozenset({"1", "2"}))
    wrong = post_form(admin_client, "/platforms", **fields | {"client_id": "c2", "keys_url": "http://10.0.0.1/"})
    assert "must begin with https://" in wrong.text
    post_form(admin_client, f"/platforms/{found.id}/remove", f"/platforms/{found.id}")
    assert services.store.platforms() == []


def vars_of(given: Registered) -> dict[str, Any]:
    fields = {name: getattr(given, name) for name in Registered.__dataclass_fields__}
    flags = {"adds_accounts", "vouches_for_mail"}
    plain = {name: value for name, value in fields.items() if name not in flags}
    return plain | {"deployment_ids": DEPLOYMENT, "vouches_for_mail": "y"}


def test_our_key_is_made_once_and_only_its_public_half_is_told(client: FlaskClient, services: Services) -> None:
    first = client.get("/lti/keys").json
    assert client.get("/lti/keys").json == first
    assert set(first["keys"][0]) == {"kty", "n", "e", "kid", "use", "alg"}
    stored = services.store.tool_key()
    assert stored is not None and first["keys"][0]["n"] not in stored.sealed


def test_canvas_reads_where_everything_is(client: FlaskClient) -> None:
    told = client.get("/lti/canvas.json").json
    assert told["target_link_uri"] == TOOL["launch"] and told["oidc_initiation_url"] == TOOL["login"]
    assert told["public_jwk_url"] == f"{SITE}/lti/keys"


class TestByHttps:
    """As schools run it."""

    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_PRIVATE_ADDRESSES": "yes", "ROLLCALL_HTTPS": "yes"}

    def test_the_cookie_comes_back_from_another_site(
        self, client: FlaskClient, there: Platform, registered: str
    ) -> None:
        cookie = begin(client, there).headers["Set-Cookie"]
        assert "SameSite=None" in cookie and "Secure" in cookie and "HttpOnly" in cookie and "Path=/lti" in cookie
