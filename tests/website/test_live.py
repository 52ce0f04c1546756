"""Live lectures: the list, the link and its code, and what people write; who may see and do what of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import RemoveFromRoster
from attendance.events import LinkChanged
from attendance.model import MAIL, Course, Lecture, NoticeKind, NoticeState, Post, Role, Student, User
from attendance.services import Services
from attendance.use_cases.lectures.planning import add_lecture
from attendance.use_cases.live.posting import remove_old_posts
from attendance.use_cases.students.removing import remove_student
from attendance.use_cases.upkeep import sweep
from tests.website.browsing import csrf, post_form
from tests.website.conftest import NOW, an_account, signed_in
from tests.website.lecturing import add_student
from website.live.news import SEAT_S

ZOOM = "https://zoom.us/j/12345678901"
JSON = {"Accept": "application/json"}


@pytest.fixture
def clock(app: Flask) -> Iterator[list[Any]]:
    """The site's moment, which a test may move."""
    moment = [NOW]
    app.extensions["rollcall"] = replace(app.extensions["rollcall"], now=lambda: moment[0])
    yield moment


@pytest.fixture
def lecture(services: Services, course: Course, clock: list[Any], student_user: User) -> Lecture:
    """One that is on now."""
    services = replace(services, now=lambda: NOW)
    starts = NOW - timedelta(minutes=10)
    return add_lecture(
        services, course_id=course.id, starts_at=starts, ends_at=NOW + timedelta(hours=1), title="", by=None
    )


@pytest.fixture
def stranger(app: Flask, services: Services, course: Course) -> FlaskClient:
    """A student of another course."""
    add_student(services, course.id, "30")
    services.store.commit(RemoveFromRoster(course.id, "30"))
    return signed_in(app, an_account(services, "other@example.org", "Other", Role.STUDENT, student_id="30"))


def set_link(client: FlaskClient, where: str, **fields: str) -> None:
    given = {"place": "both", "room": "A 101", "link": ZOOM, "number": "123 4567 8901", "passcode": "first"} | fields
    assert post_form(client, f"/live/{where}/link", **given).status_code == 302


def say(client: FlaskClient, where: str, words: str, **more: str) -> int:
    token = csrf(client, f"/live/{where}")
    fields = {"words": words, "csrf_token": token} | more
    return client.post(f"/live/{where}/messages", data=fields, headers=JSON).status_code


def news(client: FlaskClient, where: str, after: int = 0) -> dict[str, Any]:
    got = client.get(f"/live/{where}/news?after={after}")
    assert got.status_code == 200, got.text
    said: dict[str, Any] = got.json
    return said


def texts(said: dict[str, Any]) -> list[str]:
    return ["".join(text for text, _ in post["parts"]) for post in said["posts"]]


def only_post(services: Services, course: Course, lecture_id: str | None) -> Post:
    (post,) = services.store.posts(course.id, lecture_id)
    return post


def test_a_lecture_that_is_on_is_listed_for_its_people_alone(
    student_client: FlaskClient, teacher_client: FlaskClient, stranger: FlaskClient, course: Course, lecture: Lecture
) -> None:
    set_link(teacher_client, f"courses/{course.id}")
    for client in (student_client, teacher_client):
        page = client.get("/live/").text
        assert f"/live/lectures/{lecture.id}" in page
        assert "On now" in page
        assert "Room A 101" in page
        assert ZOOM in page
        assert "first" not in page, "a code on a page that is not renewed would grow old"
    page = stranger.get("/live/").text
    assert "No lecture today" in page
    assert ZOOM not in page


def test_nobody_else_finds_any_of_it(
    app: Flask, services: Services, teacher_client: FlaskClient, stranger: FlaskClient, course: Course, lecture: Lecture
) -> None:
    set_link(teacher_client, f"courses/{course.id}")
    assert say(teacher_client, f"lectures/{lecture.id}", "Hello") == 204
    post = only_post(services, course, lecture.id)
    other = signed_in(app, an_account(services, "stranger@example.org", "Stranger", Role.TEACHER))
    for client in (stranger, other):
        token = csrf(client, "/live/")
        for where in (f"lectures/{lecture.id}", f"courses/{course.id}"):
            for path in ("", "/news"):
                assert client.get(f"/live/{where}{path}").status_code == 404
            answer = client.post(f"/live/{where}/messages", data={"words": "x", "csrf_token": token})
            assert answer.status_code == 404
    token = csrf(other, "/live/")
    for path in ("code", "chat", f"messages/{post.id}", "link"):
        answer = other.post(f"/live/lectures/{lecture.id}/{path}", data={"step": "hide", "csrf_token": token})
        assert answer.status_code == 404
    assert other.get(f"/live/lectures/{lecture.id}/messages.csv").status_code == 404
    assert app.test_client().get(f"/live/lectures/{lecture.id}/news").status_code in (302, 401)


def test_a_student_changes_nothing_that_is_the_teachers(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    set_link(teacher_client, f"courses/{course.id}")
    assert say(student_client, f"lectures/{lecture.id}", "Hello") == 204
    post = only_post(services, course, lecture.id)
    token = csrf(student_client, f"/live/lectures/{lecture.id}")
    for path in ("code", "chat", f"messages/{post.id}", "link"):
        fields = {"step": "pin", "closed": "yes", "passcode": "x", "csrf_token": token}
        assert student_client.post(f"/live/lectures/{lecture.id}/{path}", data=fields).status_code == 403
    assert student_client.get(f"/live/lectures/{lecture.id}/messages.csv").status_code == 403
    assert say(student_client, f"lectures/{lecture.id}", "To all", is_announcement="y") == 403
    assert services.store.meeting(course.id).passcode == "first"


def test_one_button_changes_the_code_and_the_old_one_is_struck_out(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    where = f"lectures/{lecture.id}"
    set_link(teacher_client, f"courses/{course.id}")
    assert news(student_client, where)["link"]["passcode"] == "first"
    post_form(teacher_client, f"/live/{where}/code", f"/live/{where}", passcode="")
    link = news(student_client, where)["link"]
    assert len(link["passcode"]) == 8
    assert [one["code"] for one in link["old"]] == ["first"]
    assert "<s>first</s>" in student_client.get(f"/live/{where}").text
    post_form(teacher_client, f"/live/{where}/code", f"/live/{where}", passcode="typed")
    assert news(student_client, where)["link"]["passcode"] == "typed"
    refused = post_form(teacher_client, f"/live/{where}/code", f"/live/{where}", passcode="far too long for Zoom")
    assert refused.status_code == 400
    assert "A Zoom code has 10 signs" in refused.text
    assert services.store.meeting(course.id).passcode == "typed"
    actions = [entry.action for entry in services.store.audit().items]
    assert actions.count("live.code_changed") == 2


def test_a_lecture_may_have_a_link_of_its_own(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    set_link(teacher_client, f"courses/{course.id}")
    own = "https://meet.jit.si/Computing"
    set_link(teacher_client, f"lectures/{lecture.id}", place="", room="", link=own, number="", passcode="own")
    link = news(student_client, f"lectures/{lecture.id}")["link"]
    assert (link["url"], link["passcode"], link["service"]) == (own, "own", "Jitsi")
    assert news(student_client, f"courses/{course.id}")["link"]["url"] == ZOOM
    post_form(
        teacher_client, f"/live/lectures/{lecture.id}/code", f"/live/lectures/{lecture.id}", passcode="other code"[:5]
    )
    assert services.store.meeting(course.id).passcode == "first"
    assert services.store.meeting(course.id, lecture.id).passcode == "other"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"link": "http://zoom.us/j/1"}, "must begin with https://"),
        ({"link": "javascript:alert(1)"}, "Type the whole link"),
        ({"link": "", "number": "", "passcode": "x"}, "A code belongs to a link"),
        ({"number": "<b>"}, "The meeting id can have"),
        ({"place": "moon"}, "Not a valid choice"),
    ],
)
def test_a_wrong_link_is_refused_and_nothing_is_stored(
    teacher_client: FlaskClient, services: Services, course: Course, fields: dict[str, str], sentence: str
) -> None:
    given = {"place": "both", "room": "", "link": ZOOM, "number": "", "passcode": ""} | fields
    answer = post_form(teacher_client, f"/live/courses/{course.id}/link", **given)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert services.store.meeting(course.id) is None


def test_the_roster_is_told_by_mail_and_the_teacher_sees_what_became_of_it(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    set_link(teacher_client, f"courses/{course.id}")
    assert "0 of 1 notices were sent" in teacher_client.get(f"/live/courses/{course.id}").text
    sweep(services)
    sweep(services)
    (notice,) = [one for one in services.store.notices(NoticeState.SENT).items if one.channel == MAIL]
    assert notice.kind is NoticeKind.LINK_CHANGED
    mail = (services.settings.data / "outbox").rglob("*.eml")
    content = next(mail).read_text()
    assert "first" in content
    assert "12345678901" in content
    page = teacher_client.get(f"/live/courses/{course.id}").text
    assert "1 of 1 notices were sent" in page
    assert "notices were sent" not in student_client.get(f"/live/courses/{course.id}").text


def test_who_left_the_roster_before_a_notice_went_does_not_get_the_code(
    teacher_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    set_link(teacher_client, f"courses/{course.id}")
    (item,) = [one for one in services.store.outbox("notices") if "link.changed" in one.body]
    from attendance.events import read
    from attendance.use_cases.notices.telling import tell

    event = read(item.body)
    assert isinstance(event, LinkChanged)
    tell(services, event)
    services.store.commit(RemoveFromRoster(course.id, "21"))
    sweep(services)
    sweep(services)
    assert list((services.settings.data / "outbox").rglob("*.eml")) == []


def test_student_and_teacher_write_to_each_other_and_plain_text_stays_plain(
    student_client: FlaskClient, teacher_client: FlaskClient, lecture: Lecture
) -> None:
    where = f"lectures/{lecture.id}"
    assert say(student_client, where, "<b>Is</b> javascript:alert(1) https://example.org/a?b=1&c=2 right?") == 204
    said = news(teacher_client, where)
    (post,) = said["posts"]
    assert (post["name"], post["staff"]) == ("Student 21", False)
    assert [text for text, is_link in post["parts"] if is_link] == ["https://example.org/a?b=1&c=2"]
    page = teacher_client.get(f"/live/{where}").text
    assert "&lt;b&gt;Is&lt;/b&gt; javascript:alert(1)" in page
    assert '<a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer nofollow ugc" target="_blank">' in page
    assert 'href="javascript' not in page
    assert say(teacher_client, where, "Yes, @Student 21.", answers=post["id"]) == 204
    (answer,) = news(student_client, where, after=said["version"])["posts"]
    assert (answer["answers"], answer["staff"]) == (post["id"], True)
    assert answer["mentions"] == [post["author"]]
    assert "You are mentioned" in student_client.get(f"/live/{where}").text
    assert "student@example.org" not in page


def test_a_form_without_scripts_works_too(
    student_client: FlaskClient, teacher_client: FlaskClient, course: Course
) -> None:
    where = f"/live/courses/{course.id}"
    answer = post_form(teacher_client, f"{where}/messages", where, words="Exam on Monday.", is_announcement="y")
    assert answer.location.startswith(where)
    page = student_client.get(where).text
    assert "Exam on Monday." in page
    assert "Announcement" in page
    refused = post_form(teacher_client, f"{where}/messages", where, words=" ")
    assert refused.status_code == 400
    assert "Write something first." in refused.text


def test_a_teacher_pins_hides_and_closes_and_the_audit_says_so(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, course: Course, lecture: Lecture
) -> None:
    where = f"lectures/{lecture.id}"
    say(student_client, where, "First")
    say(student_client, where, "Second")
    version = news(student_client, where)["version"]
    first = next(one for one in services.store.posts(course.id, lecture.id) if one.words == "First")
    token = csrf(teacher_client, f"/live/{where}")

    def step(name: str) -> int:
        fields = {"step": name, "csrf_token": token}
        return teacher_client.post(f"/live/{where}/messages/{first.id}", data=fields, headers=JSON).status_code

    assert step("pin") == 204
    assert news(student_client, where, after=version)["posts"][0]["pinned"]
    assert step("hide") == 204
    hidden = news(student_client, where, after=version)["posts"]
    assert hidden == [{"id": first.id, "gone": True}]
    assert "First" not in student_client.get(f"/live/{where}").text
    assert "Hidden from students" in teacher_client.get(f"/live/{where}").text
    assert texts(news(teacher_client, where, after=version)) == ["First"]
    assert say(student_client, where, "Answer", answers=first.id) == 404
    assert step("show") == 204
    assert step("burn") == 400
    fields = {"closed": "yes", "csrf_token": token}
    assert teacher_client.post(f"/live/{where}/chat", data=fields, headers=JSON).status_code == 204
    assert news(student_client, where)["closed"]
    assert say(student_client, where, "Too late") == 409
    assert say(teacher_client, where, "But I may") == 204
    actions = [entry.action for entry in services.store.audit().items]
    for name in ("message_pinned", "message_hidden", "message_shown", "chat_closed"):
        assert f"live.{name}" in actions


def test_messages_are_exported_with_formulas_made_harmless(
    student_client: FlaskClient, teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    where = f"lectures/{lecture.id}"
    say(student_client, where, "=1+1")
    content = teacher_client.get(f"/live/{where}/messages.csv").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert [(row["by"], row["text"]) for row in rows] == [("Student 21", "'=1+1")]
    assert "export.messages" in {entry.action for entry in services.store.audit().items}


def test_who_writes_too_much_waits(student_client: FlaskClient, lecture: Lecture) -> None:
    where = f"lectures/{lecture.id}"
    assert {say(student_client, where, f"Message {number}") for number in range(10)} == {204}
    assert say(student_client, where, "One too many") == 429
    assert say(student_client, where, "x" * 1001) == 429


def test_a_message_that_is_too_long_is_refused(student_client: FlaskClient, lecture: Lecture) -> None:
    assert say(student_client, f"lectures/{lecture.id}", "x" * 1001) == 400
    assert say(student_client, f"lectures/{lecture.id}", "x" * 1000) == 204


def test_what_a_removed_student_wrote_is_gone_also_from_open_pages(
    app: Flask, student_client: FlaskClient, teacher_client: FlaskClient, services: Services, lecture: Lecture
) -> None:
    where = f"lectures/{lecture.id}"
    say(student_client, where, "Mine")
    say(teacher_client, where, "Theirs")
    version = news(teacher_client, where)["version"]
    remove_student(services, "21", by=None)
    app.extensions["live_news"].changed(lecture.course_id)
    said = news(teacher_client, where, after=version)
    assert said["whole"]
    assert texts(said) == ["Theirs"]


def test_old_messages_are_erased(teacher_client: FlaskClient, services: Services, course: Course) -> None:
    say(teacher_client, f"courses/{course.id}", "Old")
    days = timedelta(days=services.settings.messages_days)
    post = only_post(services, course, None)
    remove_old_posts(replace(services, now=lambda: post.at + days))
    assert len(services.store.posts(course.id)) == 1
    remove_old_posts(replace(services, now=lambda: post.at + days + timedelta(seconds=1)))
    assert list(services.store.posts(course.id)) == []


class Counting:
    """A store that counts how often it is asked."""

    def __init__(self, store: Any) -> None:
        self.store, self.asked = store, 0

    def __getattr__(self, name: str) -> Any:
        self.asked += 1
        return getattr(self.store, name)


@pytest.fixture
def moment(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of the cache."""
    now = [1000.0]
    monkeypatch.setattr(app.extensions["live_news"], "_clock", lambda: now[0])
    monkeypatch.setattr("website.live.news.random.uniform", lambda low, high: high)
    return now


def test_a_page_with_nothing_new_is_answered_without_asking_the_store(
    app: Flask, services: Services, student_client: FlaskClient, lecture: Lecture, moment: list[float]
) -> None:
    url = f"/live/lectures/{lecture.id}/news"
    first = student_client.get(url)
    tag = {"If-None-Match": first.headers["ETag"]}
    counting = Counting(services.store)
    app.extensions["rollcall"] = replace(app.extensions["rollcall"], store=counting)
    again = student_client.get(url, headers=tag)
    assert (again.status_code, again.data, counting.asked) == (304, b"", 0)
    assert again.headers["ETag"] == first.headers["ETag"]
    same = student_client.get(url)
    assert (same.status_code, same.json, counting.asked) == (200, first.json, 0)
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "Cache-Control"):
        assert again.headers[name] == same.headers[name] == first.headers[name]
    moment[0] += 1.5  # within the seat, but the version may be another
    assert student_client.get(url, headers=tag).status_code == 304
    assert counting.asked > 0


def test_the_cookie_of_one_page_lets_nobody_else_in(
    app: Flask,
    student_client: FlaskClient,
    stranger: FlaskClient,
    teacher_client: FlaskClient,
    lecture: Lecture,
    moment: list[float],
) -> None:
    url = f"/live/lectures/{lecture.id}/news"
    tag = student_client.get(url).headers["ETag"]
    assert app.test_client().get(url, headers={"If-None-Match": tag}).status_code in (302, 401)
    assert stranger.get(url, headers={"If-None-Match": tag}).status_code == 404
    forged = app.test_client()
    forged.set_cookie("rollcall", "x")
    assert forged.get(url, headers={"If-None-Match": tag}).status_code in (302, 401)
    as_teacher = teacher_client.get(url, headers={"If-None-Match": tag})
    assert as_teacher.status_code == 200, "who teaches sees hidden messages: another tag"


def test_who_was_taken_off_the_roster_or_signed_out_reads_no_longer_than_a_few_seconds(
    services: Services, student_client: FlaskClient, course: Course, lecture: Lecture, moment: list[float]
) -> None:
    url = f"/live/lectures/{lecture.id}/news"
    tag = {"If-None-Match": student_client.get(url).headers["ETag"]}
    services.store.commit(RemoveFromRoster(course.id, "21"))
    moment[0] += SEAT_S
    assert student_client.get(url, headers=tag).status_code == 404
    assert student_client.get(url).status_code == 404


def test_a_change_of_another_process_is_seen_within_a_second(
    services: Services, student_client: FlaskClient, teacher: User, lecture: Lecture, moment: list[float]
) -> None:
    from attendance.use_cases.live.posting import write_post

    url = f"/live/lectures/{lecture.id}/news"
    tag = {"If-None-Match": student_client.get(url).headers["ETag"]}
    write_post(services, teacher, lecture.course_id, lecture.id, "From elsewhere")
    assert student_client.get(url, headers=tag).status_code == 304
    moment[0] += 1.01
    assert texts(student_client.get(url, headers=tag).json) == ["From elsewhere"]


def test_a_page_that_asks_by_itself_does_not_renew_the_login(student_client: FlaskClient, lecture: Lecture) -> None:
    assert "Set-Cookie" not in student_client.get(f"/live/lectures/{lecture.id}/news").headers
    assert "Set-Cookie" in student_client.get("/live/").headers


def test_a_removed_course_and_lecture_have_no_page(
    teacher_client: FlaskClient, student: Student, lecture: Lecture
) -> None:
    assert teacher_client.get("/live/lectures/0").status_code == 404
    assert teacher_client.get("/live/courses/0/news").status_code == 404
