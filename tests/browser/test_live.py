"""Two browsers at once on a real site: a teacher changes a code and a student sees it; both write to each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from attendance.bootstrap import bootstrap
from attendance.changes import AddStudent
from attendance.model import Role, Student, new_id
from attendance.settings import load_settings
from attendance.use_cases.courses.courses import add_course, set_teachers
from attendance.use_cases.lectures.planning import add_lecture
from attendance.use_cases.people.accounts import add_user
from tests.browser.conftest import SignedIn
from tests.browser.every_look import broken_now
from tests.browser.running_site import RunningSite
from tests.browser.school import PASSWORD, STUDENT, TEACHER
from tests.browser.watching import Watch

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SOON_MS = 5000
ZOOM = "https://zoom.us/j/12345678901"


class Live(NamedTuple):
    """A site with a lecture that is on."""

    site: RunningSite
    lecture: str
    course: str


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """The site as it is served, with a teacher, a student and a lecture that began ten minutes ago."""
    data = tmp_path_factory.mktemp("live") / "data"
    services = bootstrap(load_settings({"ROLLCALL_DATA": str(data), "ROLLCALL_TIMEZONE": "Asia/Seoul"}))
    course = add_course(services, code="CS101", section="1", name="Computing", by=None)
    teacher = add_user(services, email=TEACHER, name="Teacher Example", role=Role.TEACHER, password=PASSWORD, by=None)
    set_teachers(services, course.id, [teacher.user.id], by=None)
    services.store.commit(AddStudent(Student("21", new_id(), "Student 21", services.now()), (), [course.id]))
    add_user(services, email=STUDENT, name="Student 21", role=Role.STUDENT, password=PASSWORD, student_id="21", by=None)
    starts = services.now().replace(second=0, microsecond=0) - timedelta(minutes=10)
    ends = starts + timedelta(hours=3)
    lecture = add_lecture(services, course_id=course.id, starts_at=starts, ends_at=ends, title="Sorting", by=None)
    services.store.close()
    site = RunningSite(data)
    site.start()
    yield Live(site, f"/live/lectures/{lecture.id}", f"/live/courses/{course.id}")
    site.stop()


@pytest.fixture
def origin(live: Live) -> str:
    """That site."""
    return live.site.url


@pytest.fixture
def teacher_page(signed_in: SignedIn) -> Page:
    """The teacher's browser."""
    return signed_in(TEACHER)


@pytest.fixture
def student_page(browser: Browser, origin: str) -> Iterator[Page]:
    """The student's: another browser, not only another window."""
    second = browser.browser_type.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
    context = second.new_context(base_url=origin, viewport={"width": 390, "height": 844}, locale="en-GB")
    watch = Watch(context, (origin,))
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("Email").fill(STUDENT)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda url: "/login" not in url)
    yield page
    second.close()
    assert watch.problems == []


def set_link(page: Page, live: Live, code: str) -> None:
    page.goto(f"{live.course}/link")
    page.get_by_label("In the room and remote").check()
    page.get_by_label("Room", exact=True).fill("A 101")
    page.get_by_label("Link", exact=True).fill(ZOOM)
    page.get_by_label("Meeting id").fill("123 4567 8901")
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def test_a_student_sees_a_new_code_within_five_seconds(teacher_page: Page, student_page: Page, live: Live) -> None:
    set_link(teacher_page, live, "first")
    student_page.goto(live.lecture)
    code = student_page.locator("#live-code")
    expect(code).to_have_text("first")
    expect(student_page.get_by_role("link", name="Join the lecture Zoom")).to_have_attribute("href", ZOOM)
    teacher_page.goto(live.lecture)
    teacher_page.get_by_label("New code").fill("second")
    teacher_page.get_by_role("button", name="Change the code").click()
    expect(code).to_have_text("second", timeout=SOON_MS)
    expect(student_page.locator("s", has_text="first")).to_be_visible()
    expect(student_page.locator("#live-words")).to_have_text("The link or code changed")
    teacher_page.get_by_role("button", name="Change the code").click()
    expect(student_page.locator("s", has_text="second")).to_be_visible(timeout=SOON_MS)
    assert code.text_content() == teacher_page.locator("#live-code").text_content()
    teacher_page.reload()
    told = teacher_page.get_by_text("1 of 1 notices were sent")
    for _ in range(20):  # the worker sends it by and by
        if told.count():
            break
        teacher_page.reload()
        teacher_page.wait_for_load_state("networkidle")
    expect(told).to_be_visible()
    student_page.goto("/live/")
    expect(student_page.get_by_role("link", name="Join by Zoom")).to_have_attribute("href", ZOOM)


def test_they_write_to_each_other_without_leaving_the_page(
    teacher_page: Page, student_page: Page, live: Live, watch: Watch
) -> None:
    teacher_page.goto(live.lecture)
    student_page.goto(live.lecture)
    student_page.get_by_label("Message", exact=True).fill(
        "Is <b>this</b> right? javascript:alert(1) https://example.org/a?b=1"
    )
    student_page.get_by_role("button", name="Send").click()
    question = teacher_page.locator(".post", has_text="Is <b>this</b> right?")
    expect(question).to_be_visible(timeout=SOON_MS)
    expect(question.get_by_role("link", name="https://example.org/a?b=1")).to_have_attribute(
        "rel", "noopener noreferrer nofollow ugc"
    )
    assert question.locator(".post-words a").count() == 1
    question.get_by_role("link", name="Answer", exact=True).click()
    expect(teacher_page.get_by_text("You answer a message.")).to_be_visible()
    teacher_page.get_by_label("Message", exact=True).fill("Yes, @Student 21.")
    teacher_page.get_by_role("button", name="Send").click()
    answer = student_page.locator(".post", has_text="Yes, @Student 21.")
    expect(answer).to_be_visible(timeout=SOON_MS)
    expect(answer.get_by_text("You are mentioned")).to_be_visible()
    expect(answer.get_by_text("Answer to a message")).to_be_visible()
    question.get_by_role("button", name="Pin", exact=True).click()
    expect(student_page.locator(".post").first.get_by_text("Pinned")).to_be_visible(timeout=SOON_MS)
    question.get_by_role("button", name="Hide").click()
    expect(student_page.locator(".post", has_text="right?")).to_have_count(0, timeout=SOON_MS)
    expect(question.get_by_text("Hidden from students")).to_be_visible()
    teacher_page.get_by_role("button", name="Close the chat").click()
    expect(student_page.get_by_text("The chat is closed")).to_be_visible(timeout=SOON_MS)
    expect(student_page.get_by_label("Message", exact=True)).to_be_hidden()
    watch.expected_statuses = {400}
    teacher_page.get_by_role("button", name="Send").click()
    expect(teacher_page.get_by_role("alert").get_by_text("Write something first.")).to_be_visible()
    teacher_page.get_by_role("button", name="Let students write").click()
    expect(student_page.get_by_label("Message", exact=True)).to_be_visible(timeout=SOON_MS)


def test_a_page_that_nobody_sees_asks_for_nothing(student_page: Page, live: Live) -> None:
    student_page.clock.install()
    student_page.goto(live.lecture)
    asked: list[str] = []
    student_page.on("request", lambda request: asked.append(request.url) if "/news" in request.url else None)
    with student_page.expect_response(lambda answer: "/news" in answer.url) as first:
        student_page.clock.run_for(4000)
    assert first.value.status in (200, 304)
    hide = "(hidden) => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); }"
    told = "document.dispatchEvent(new Event('visibilitychange'))"
    student_page.evaluate(hide, True)
    student_page.evaluate(told)
    asked.clear()
    student_page.clock.run_for(600_000)
    assert asked == []
    with student_page.expect_response(lambda answer: "/news" in answer.url):
        student_page.evaluate(hide, False)
        student_page.evaluate(told)


def test_a_page_of_a_lecture_that_is_not_on_asks_less_and_less(teacher_page: Page, live: Live) -> None:
    teacher_page.clock.install()
    teacher_page.route("**/live/lectures/*", lambda route: route.fulfill(
        body=route.fetch().text().replace('data-on="yes"', 'data-on="no"'), content_type="text/html"
    ))  # fmt: skip
    teacher_page.goto(live.lecture)
    asked: list[str] = []
    teacher_page.on("request", lambda request: asked.append(request.url) if "/news" in request.url else None)
    for _ in range(12):  # each pause grows until it is 15 to 20 s
        with teacher_page.expect_response(lambda answer: "/news" in answer.url):
            teacher_page.clock.run_for(20_000)
    asked.clear()
    for _ in range(3):
        with teacher_page.expect_response(lambda answer: "/news" in answer.url):
            teacher_page.clock.run_for(20_000)
        teacher_page.wait_for_load_state("networkidle")
    assert 3 <= len(asked) <= 4


def test_the_pages_keep_the_rules(teacher_page: Page, student_page: Page, live: Live) -> None:
    set_link(teacher_page, live, "tidy")
    for page, who in ((teacher_page, "teacher"), (student_page, "student")):
        page.goto(live.lecture)
        words = f"A message of the {who} with https://example.org/" + "long/" * 30
        page.get_by_label("Message", exact=True).fill(words)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".post", has_text=f"A message of the {who}").first).to_be_visible()
    for page, who in ((teacher_page, "teacher"), (student_page, "student")):
        for name, path in (("live", live.lecture), ("live-course", live.course), ("live-list", "/live/")):
            page.goto(path)
            assert broken_now(page, f"{name}-{who}") == []
    teacher_page.goto(f"{live.course}/link")
    assert broken_now(teacher_page, "live-link") == []
