"""In which language the site answers: as the account, the switch or the browser asks, else the site's own."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from unittest.mock import patch

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import SaveUser
from attendance.errors import ServiceUnavailable
from attendance.model import Course, Status, User
from attendance.services import Services
from attendance.use_cases.lectures.marks import set_mark
from tests.website.browsing import post_form
from tests.website.conftest import NOW
from tests.website.lecturing import upload_recording
from website.formatting import moment

KOREAN = {"Accept-Language": "ko-KR,ko;q=0.9,en;q=0.8"}
SIGN_IN = {"en": "Forgot your password?", "ko": "비밀번호를 잊으셨나요?"}


def is_in(page: str, language: str) -> bool:
    return f'<html lang="{language}"' in page and SIGN_IN[language] in page


@pytest.mark.parametrize(
    ("asked", "language"),
    [("ko-KR,ko;q=0.9", "ko"), ("ko", "ko"), ("en-US,ko;q=0.5", "en"), ("fr,ko;q=0.5,en;q=0.3", "ko"), ("fr", "en")],
)
def test_the_browser_says_in_which_language_it_reads(client: FlaskClient, asked: str, language: str) -> None:
    assert is_in(client.get("/login", headers={"Accept-Language": asked}).text, language)


class TestSiteInKorean:
    @pytest.fixture
    def environment(self) -> dict[str, str]:
        return {"ROLLCALL_LANGUAGE": "ko"}

    def test_where_nobody_asks_the_site_answers_in_its_own(self, client: FlaskClient) -> None:
        assert is_in(client.get("/login").text, "ko")
        assert is_in(client.get("/login", headers={"Accept-Language": "en"}).text, "en")


def test_the_switch_goes_before_the_browser_and_leads_back(client: FlaskClient) -> None:
    page = "/login?next=/log/"
    answer = post_form(client, "/account/language", token_from=page, language="ko", next=page)
    assert (answer.status_code, answer.location) == (302, page)
    assert is_in(client.get("/login", headers={"Accept-Language": "en"}).text, "ko")
    assert client.get_cookie("rollcall_language").http_only
    post_form(client, "/account/language", token_from="/login", language="en")
    assert is_in(client.get("/login", headers=KOREAN).text, "en")


def test_the_switch_leads_to_no_other_site(client: FlaskClient) -> None:
    answer = post_form(client, "/account/language", token_from="/login", language="ko", next="//elsewhere.example/")
    assert answer.location == "/"


def test_a_language_that_there_is_not_is_refused(client: FlaskClient, teacher_client: FlaskClient) -> None:
    for one, page in ((client, "/login"), (teacher_client, "/account")):
        answer = post_form(one, "/account/language", token_from=page, language="tlh")
        assert answer.status_code == 400
        assert "This site cannot be read in that language." in answer.text
        assert one.get_cookie("rollcall_language") is None


def test_a_spoilt_cookie_is_passed_over(client: FlaskClient) -> None:
    client.set_cookie("rollcall_language", "../../etc")
    assert is_in(client.get("/login", headers=KOREAN).text, "ko")


def test_the_account_goes_before_the_switch_and_the_browser(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    services.store.commit(SaveUser(replace(teacher, language="ko"), teacher))
    teacher_client.set_cookie("rollcall_language", "en")
    page = teacher_client.get("/log/", headers={"Accept-Language": "en"}).text
    assert '<html lang="ko"' in page
    assert "출결 기록" in page
    assert "Attendance log" not in page


def test_people_choose_the_language_of_their_account(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    post_form(teacher_client, "/account", name=teacher.name, timezone="", language="ko")
    assert services.store.user(teacher.id).language == "ko"
    assert "계정을 저장했습니다." in teacher_client.get("/account").text
    post_form(teacher_client, "/account", name=teacher.name, timezone="", language="")
    assert services.store.user(teacher.id).language is None


def test_the_switch_changes_the_account_of_who_is_signed_in(
    teacher_client: FlaskClient, services: Services, teacher: User
) -> None:
    post_form(teacher_client, "/account/language", token_from="/account", language="ko")
    assert services.store.user(teacher.id) == replace(teacher, language="ko")


def test_an_error_is_said_in_the_readers_language_in_pages_and_in_json(client: FlaskClient) -> None:
    assert "이 주소에는 아무것도 없거나" in client.get("/nothing", headers=KOREAN).text
    answer = client.get("/nothing", headers=KOREAN | {"Accept": "application/json"})
    assert answer.json["error"]["message"].startswith("이 주소에는 아무것도 없거나")


def test_a_page_that_says_that_the_store_does_not_answer_has_a_language_too(
    teacher_client: FlaskClient, services: Services
) -> None:
    silent = ServiceUnavailable("The database does not answer; please try again in a moment.")
    with patch.object(type(services.store), "user", side_effect=silent):
        answer = teacher_client.get("/log/", headers=KOREAN)
    assert answer.status_code == 503
    assert "데이터베이스가 응답하지 않습니다." in answer.text


def test_dates_are_written_as_the_reader_does(app: Flask) -> None:
    with app.test_request_context(headers=KOREAN):
        assert moment(NOW, "UTC") == "2026. 3. 2. 09:00"
    with app.test_request_context():
        assert moment(NOW, "UTC") == "Mar 2, 2026, 09:00"


def test_the_log_as_a_file_is_in_the_readers_language(
    teacher_client: FlaskClient, services: Services, course: Course, teacher: User
) -> None:
    lecture_id, _ = upload_recording(teacher_client, course.id, b"video 60")
    services.jobs.run_all()
    set_mark(services, lecture_id, "21", Status.EXCUSED, "진단서", by=teacher.id)
    text = teacher_client.get("/log/download.csv", headers=KOREAN).get_data().decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert (line["학번"], line["상태"], line["이유"], line["조퇴"]) == ("21", "공결", "진단서", "아니요")
    english = teacher_client.get("/log/download.csv").get_data().decode("utf-8-sig")
    assert next(csv.DictReader(io.StringIO(english)))["Status"] == "excused"


PAGES = (
    *("/lectures/", "/lectures/upload", "/log/", "/hourly/", "/students/", "/students/register", "/students/import"),
    *("/courses/", "/courses/add", "/devices/", "/users/", "/users/add", "/audit/", "/outbox/", "/account"),
)


@pytest.mark.parametrize("page", PAGES)
def test_no_page_of_an_admin_says_its_title_in_english(admin_client: FlaskClient, course: Course, page: str) -> None:
    text = admin_client.get(page, headers=KOREAN, follow_redirects=True).text
    title = text.partition("<title>")[2].partition("</title>")[0]
    assert any("가" <= sign <= "힣" for sign in title), title
