"""Every page, in both themes, on a desk and on a phone: it keeps the rules of pages, and its picture can be kept."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import SignedIn
from tests.browser.every_look import Pages, broken, broken_now
from tests.browser.running_site import RunningSite
from tests.browser.school import ADMIN, STRANGER, STUDENT, TEACHER, School
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(1200)]


def _pages_of_admin(school: School) -> Pages:
    course, student, photo = f"/courses/{school.course.id}", f"/students/{school.present.key}", "/photos/"
    return [
        ("courses", "/courses/"),
        ("course", course),
        ("course-empty", f"/courses/{school.empty_course.id}"),
        ("course-add", "/courses/add"),
        ("course-change", f"{course}/change"),
        ("course-teachers", f"{course}/teachers"),
        ("course-students", f"{course}/students/add"),
        ("course-photos", f"{course}/photos"),
        ("course-remove", f"{course}/remove"),
        ("students", "/students/"),
        ("students-none-found", "/students/?text=nobody+at+all"),
        ("student", student),
        ("student-strange", f"/students/{school.strange.key}"),
        ("student-register", "/students/register"),
        ("student-change", f"{student}/change"),
        ("student-consent-record", f"{student}/consents/record"),
        ("student-consent-withdraw", f"{student}/consents/face/withdraw"),
        ("student-photos", f"{student}{photo}add"),
        ("student-remove", f"{student}/remove"),
        ("student-strange-remove", f"/students/{school.strange.key}/remove"),
        ("import", "/students/import"),
        ("users", "/users"),
        ("user-add", "/users/add"),
        ("account", "/account"),
        ("account-password", "/account/password"),
        ("audit", "/audit"),
        ("outbox", "/outbox"),
    ]


def _pages_of_the_site(school: School) -> Pages:
    course = f"/courses/{school.course.id}"
    return [
        ("site", "/site/"),
        ("invitations", "/users/invitations"),
        ("invitations-of-course", f"{course}/invitations"),
        ("import-school", "/imports/"),
        ("webhooks", "/notices/webhooks"),
        ("platforms", "/platforms"),
        ("platform-of-course", f"{course}/platform"),
        ("mails", "/notices/mails"),
        ("doors-people", "/people/"),
        ("devices", "/devices/"),
    ]


def _pages_by_hand(school: School) -> Pages:
    lecture = f"/lectures/{school.lecture_id}"
    return [
        ("roll", f"{lecture}/roll"),
        ("several", f"{lecture}/several"),
        ("changes", f"{lecture}/changes"),
        ("lecture-change", f"{lecture}/change"),
        ("check-in-of-lecture", f"{lecture}/check-in"),
        ("lecture-add", "/lectures/add"),
        ("term", "/lectures/term"),
        ("statuses", f"/courses/{school.course.id}/statuses"),
        ("hourly", "/hourly/"),
    ]


def _pages_of_teacher(school: School) -> Pages:
    lecture = f"/lectures/{school.lecture_id}"
    recording = f"{lecture}/recordings/{school.recording_id}"
    return [
        ("overview", "/"),
        ("at-risk", "/at-risk"),
        ("at-risk-of-course", f"/courses/{school.course.id}/at-risk"),
        ("print-book", f"/courses/{school.course.id}/print"),
        ("print-log", "/log/print"),
        ("marks-from-list", f"/courses/{school.course.id}/marks/import"),
        ("calendar", "/account/calendar"),
        ("lectures", "/lectures/"),
        ("lecture", lecture),
        ("review", "/review/"),
        ("unknown-people", f"/courses/{school.course.id}/unknown"),
        ("notices-own", "/account/notices"),
        ("mark-unsure", f"{lecture}/marks/{school.unsure.key}"),
        ("mark-absent", f"{lecture}/marks/{school.absent.key}"),
        ("mark-strange", f"{lecture}/marks/{school.strange.key}"),
        ("lecture-remove", f"{lecture}/remove"),
        ("recording-search", f"{recording}/search"),
        ("recording-remove", f"{recording}/remove"),
        ("upload", "/lectures/upload"),
        ("log", "/log/"),
        ("log-nothing", "/log/?student=nobody+at+all"),
        ("course-of-teacher", f"/courses/{school.course.id}"),
        ("student-of-teacher", f"/students/{school.present.key}"),
    ]


def _pages_of_stranger(school: School) -> Pages:
    pages = ("lectures", "review", "log", "students", "courses")
    return [*((f"{page}-without-any", f"/{page}/") for page in pages), ("upload-without-any", "/lectures/upload")]


def test_every_page_of_an_admin_keeps_the_rules(signed_in: SignedIn, school: School) -> None:
    assert broken(signed_in(ADMIN), _pages_of_admin(school)) == []


def test_the_pages_of_the_whole_site_keep_the_rules(signed_in: SignedIn, school: School) -> None:
    assert broken(signed_in(ADMIN), _pages_of_the_site(school)) == []


def test_the_pages_by_hand_keep_the_rules(signed_in: SignedIn, school: School) -> None:
    assert broken(signed_in(TEACHER), _pages_by_hand(school)) == []


def test_every_page_in_korean_keeps_the_rules(signed_in: SignedIn, school: School, origin: str) -> None:
    admin = signed_in(ADMIN)
    admin.context.add_cookies([{"name": "rollcall_language", "value": "ko", "url": origin}])
    pages = [*_pages_of_admin(school), *_pages_of_teacher(school)]
    assert broken(admin, [(f"{name}-korean", path) for name, path in pages]) == []
    assert admin.locator("html").get_attribute("lang") == "ko"


def test_every_page_of_a_teacher_keeps_the_rules(signed_in: SignedIn, school: School) -> None:
    assert broken(signed_in(TEACHER), _pages_of_teacher(school)) == []


def test_every_page_keeps_the_rules_where_there_is_nothing_yet(signed_in: SignedIn, school: School) -> None:
    assert broken(signed_in(STRANGER), _pages_of_stranger(school)) == []


def test_the_pages_of_a_student_keep_the_rules(signed_in: SignedIn, school: School) -> None:
    objection = f"/appeals/objection/{school.lecture_id}"
    pages = [
        ("own-overview", "/"),
        ("own-attendance", "/log/mine"),
        ("objection", objection),
        ("excuse", "/appeals/excuse"),
    ]
    assert broken(signed_in(STUDENT), pages) == []


def test_pages_that_say_no_keep_the_rules(page: Page, watch: Watch, signed_in: SignedIn) -> None:
    watch.expected_statuses = {404, 403}
    assert broken(page, [("login", "/login"), ("not-found", "/nothing/here")]) == []
    signed_in(TEACHER)
    assert broken(page, [("not-found-inside", "/nothing/here"), ("not-allowed", "/users")]) == []


class TestOnTheFirstStart:
    @pytest.fixture
    def origin(self, new_site: RunningSite) -> str:
        """These pages are only there while nobody is."""
        return new_site.url

    def test_the_first_pages_keep_the_rules(self, page: Page, watch: Watch, new_site: RunningSite) -> None:
        setup = new_site.setup_link().removeprefix(new_site.url)
        assert broken(page, [("login-before-setup", "/login"), ("setup", setup)]) == []
        page.get_by_role("button", name="Make the admin account").click()
        assert broken_now(page, "setup-refused") == []
        watch.expected_statuses = {429}
        page.goto("/login")
        while page.get_by_role("heading", name="Too many attempts").count() == 0:
            page.get_by_label("Email").fill("nobody@example.org")
            page.get_by_label("Password", exact=True).fill("not the password")
            page.get_by_role("button", name="Sign in").click()
        assert broken_now(page, "too-many-attempts") == []
