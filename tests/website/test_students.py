"""The pages of students: registration with photos, who sees whom, and removal."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from attendance.changes import AddCourse, AddLecture, AddRecording, AddToRoster
from attendance.model import Course, Lecture, Recording, RecordingKind, Student, User, new_id
from attendance.services import Services
from attendance.use_cases.imports.stored import begin_import
from tests.website.browsing import csrf, photo, post_form

JSON = {"Accept": "application/json"}
REGISTER = "/students/register"


def register(
    client: FlaskClient, *photos: tuple[io.BytesIO, str], headers: dict[str, str] | None = None, **more: object
):
    fields = {"student_id": "52", "name": "Student 52", "consented": "y", "consent_on": "2026-03-01"}
    fields |= {"given_by": "guardian", "manner": "paper", "text_version": "1"} | more
    data = {"csrf_token": csrf(client, REGISTER), "photos": list(photos), **fields}
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(REGISTER, data=data, headers=headers, content_type="multipart/form-data")


def test_an_admin_registers_a_student_with_photos(admin_client: FlaskClient, services: Services, course: Course):
    answer = register(admin_client, photo(), photo(b"face:52.1"), courses=course.id)
    student = services.store.student("52")
    assert answer.location == f"/students/{student.key}"
    assert student.consent_on == date(2026, 3, 1)
    assert len(services.store.faces(["52"])) == 2
    assert services.store.courses(student_id="52") == [course]
    assert "Look at what was found" in admin_client.get(answer.location).text


def test_the_only_course_is_chosen_already_and_a_roster_is_explained(admin_client: FlaskClient, course: Course):
    page = admin_client.get("/students/register").text
    assert re.search(rf'<input checked[^>]* value="{course.id}">', page)
    assert "Only who is on a roster can be marked." in page


def test_of_several_courses_none_is_chosen_but_the_one_that_is_asked_for(
    admin_client: FlaskClient, services: Services, course: Course
):
    other = replace(course, id=new_id(), code="CS102")
    services.store.commit(AddCourse(other))
    assert not re.search(r'<input checked[^>]* name="courses"', admin_client.get("/students/register").text)
    page = admin_client.get(f"/students/register?course={other.id}").text
    assert re.findall(r'<input checked[^>]* name="courses"[^>]* value="([^"]+)"', page) == [other.id]


def test_who_is_registered_into_no_course_is_said_to_be_on_no_roster(admin_client: FlaskClient, course: Course):
    fields = {"student_id": "40", "name": "Ann Onymous"}
    alone = post_form(admin_client, "/students/register", **fields)
    page = re.sub("[\u2068\u2069]", "", admin_client.get(alone.location).text)
    assert "Ann Onymous is on no roster yet" in page
    fields = {"student_id": "41", "name": "Bo Derived", "courses": course.id}
    placed = post_form(admin_client, "/students/register", **fields)
    assert "on no roster yet" not in admin_client.get(placed.location).text


def test_without_a_course_the_form_leads_to_one(admin_client: FlaskClient):
    assert 'href="/courses/add"' in admin_client.get("/students/register").text


def test_without_a_tick_no_consent_is_recorded(admin_client: FlaskClient, services: Services):
    assert register(admin_client, consented=None).status_code == 302
    assert services.store.student("52").consent_on is None


def test_a_photo_without_consent_is_refused_at_the_date(admin_client: FlaskClient, services: Services):
    answer = register(admin_client, photo(), consented=None, headers=JSON)
    assert answer.status_code == 422
    assert "agreed" in answer.json["fields"]["consent_on"][0]
    assert services.store.students().items == []


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("student_id", {"student_id": ""}),
        ("student_id", {"student_id": "a\u202eb"}),
        ("name", {"name": " "}),
        ("consent_on", {"consent_on": "2999-01-01"}),
        ("consent_on", {"consent_on": "yesterday"}),
        ("consent_on", {"consent_on": ""}),
        ("courses", {"courses": "nonsense"}),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_stored(
    admin_client: FlaskClient, services: Services, field: str, wrong: dict[str, str]
):
    answer = register(admin_client, photo(), headers=JSON, **wrong)
    assert answer.status_code == 422
    assert list(answer.json["fields"]) == [field]
    assert answer.json["error"]["status"] == 422
    assert services.store.students().items == []
    assert list(services.media.keys()) == []


def test_an_id_that_is_taken_is_said_at_the_id(admin_client: FlaskClient, student: Student):
    answer = register(admin_client, student_id=student.id, headers=JSON)
    assert "already registered" in answer.json["fields"]["student_id"][0]


def test_a_bad_photo_refuses_all_and_the_page_says_which(admin_client: FlaskClient, services: Services):
    answer = register(admin_client, photo(), photo(b"junk"))
    assert answer.status_code == 200
    assert "Photo 2:" in answer.text
    assert services.store.students().items == []
    assert list(services.media.keys()) == []


def test_the_script_is_told_where_to_go(admin_client: FlaskClient, services: Services):
    answer = register(admin_client, photo(), headers=JSON)
    assert answer.status_code == 201
    assert answer.json["location"] == f"/students/{services.store.student('52').key}"


def test_more_photos_than_a_form_takes_are_refused(admin_client: FlaskClient):
    answer = register(admin_client, *(photo(f"face:52.0{n}".encode()) for n in range(11)), headers=JSON)
    assert "at most 10" in answer.json["fields"]["photos"][0]


@pytest.mark.parametrize("student_id", ["a/b", "../x", "학번 😀", "%2e%2e", "?a=b#c"])
def test_students_with_any_id_have_a_page(admin_client: FlaskClient, services: Services, student_id: str):
    answer = register(admin_client, student_id=student_id)
    assert admin_client.get(answer.location).status_code == 200
    assert services.store.student(student_id)


def test_a_teacher_sees_the_own_rosters_only_and_changes_nothing(
    teacher_client: FlaskClient, course: Course, student: Student, enrolled: Student
):
    page = teacher_client.get("/students/").text
    assert student.name in page
    assert enrolled.name not in page
    own = teacher_client.get(f"/students/{student.key}")
    assert own.status_code == 200
    assert "/remove" not in own.text
    assert teacher_client.get(f"/students/{enrolled.key}").status_code == 404
    for part in ("change", "remove", "photos/add"):
        assert teacher_client.get(f"/students/{student.key}/{part}").status_code == 403


def test_a_teacher_is_not_told_of_courses_of_others(
    teacher_client: FlaskClient, admin_client: FlaskClient, services: Services, course: Course, student: Student
):
    post_form(
        admin_client, "/courses/add", code="SECRET7", name="X", section="", timezone="Asia/Seoul",
        late_after_minutes="1", left_early_minutes="1",
    )  # fmt: skip
    services.store.commit(AddToRoster(services.store.find_course("SECRET7").id, [student.id]))
    for url in ("/students/", f"/students/{student.key}"):
        assert "SECRET7" not in teacher_client.get(url).text
        assert "SECRET7" in admin_client.get(url).text


def test_a_student_sees_no_student_pages(student_client: FlaskClient, student: Student):
    for url in ("/students/", f"/students/{student.key}", REGISTER, "/students/import"):
        assert student_client.get(url).status_code == 403


def test_strangers_are_sent_to_the_login(client: FlaskClient, student: Student):
    for url in ("/students/", f"/students/{student.key}", "/students/import", "/courses/"):
        assert "/login" in client.get(url).location


@pytest.mark.parametrize(
    "query",
    ["text=21", "text=STUDENT", "page=-1", "page=abc", "page=999999999", "course=nonsense", "text=" + "x" * 500],
)
def test_the_list_takes_any_query(admin_client: FlaskClient, course: Course, query: str):
    page = admin_client.get(f"/students/?{query}")
    assert page.status_code == 200
    assert ("Nobody found" in page.text) == ("xxx" in query)


def test_the_list_is_filtered_by_course(admin_client: FlaskClient, course: Course, student: Student, enrolled: Student):
    page = admin_client.get(f"/students/?course={course.id}").text
    assert student.name in page
    assert enrolled.name not in page


def test_a_name_is_changed(admin_client: FlaskClient, services: Services, enrolled: Student):
    url = f"/students/{enrolled.key}/change"
    post_form(admin_client, url, name="Student 60b")
    assert services.store.student("60").name == "Student 60b"
    assert len(services.store.faces()) == 1


@pytest.mark.parametrize("typed", ["", "student 60", "Student 6", "60"])
def test_a_student_is_not_removed_by_a_name_that_is_not_exact(
    admin_client: FlaskClient, services: Services, enrolled: Student, typed: str
):
    answer = post_form(admin_client, f"/students/{enrolled.key}/remove", typed_name=typed)
    assert "Nothing was removed" in answer.text
    assert services.store.student("60")


def test_a_student_is_removed_by_typing_the_name(admin_client: FlaskClient, services: Services, enrolled: Student):
    url = f"/students/{enrolled.key}/remove"
    assert "1 photo" in admin_client.get(url).text
    answer = post_form(admin_client, url, typed_name="Student 60")
    assert answer.location == "/students/"
    assert admin_client.get(f"/students/{enrolled.key}").status_code == 404
    assert services.store.faces() == []
    assert list(services.media.keys()) == []


def test_names_are_shown_as_text_and_never_as_markup(admin_client: FlaskClient):
    name = """<b onload=x>"'&"""
    answer = register(admin_client, student_id="<i>", name=name)
    for url in (answer.location, "/students/", f"{answer.location}/remove", f"{answer.location}/change"):
        page = admin_client.get(url).text
        assert "<b onload" not in page
        assert "<i>" not in page


def test_pages_hold_no_inline_script_or_style(admin_client: FlaskClient, course: Course, enrolled: Student):
    for url in (
        REGISTER, "/students/", "/students/import", f"/students/{enrolled.key}", f"/students/{enrolled.key}/photos/add",
        f"/courses/{course.id}", f"/courses/{course.id}/students/add", "/courses/add",
    ):  # fmt: skip
        page = admin_client.get(url).text
        assert " style=" not in page
        assert " onclick=" not in page
        assert all(" src=" in tag for tag in re.findall("<script[^>]*>", page))


def test_the_removal_says_what_stays_and_where(
    admin_client: FlaskClient, services: Services, course: Course, enrolled: Student
):
    url = f"/students/{enrolled.key}/remove"
    assert "may still show" not in admin_client.get(url).text
    now = services.now()
    lecture = Lecture(new_id(), course.id, now, now + timedelta(hours=1), now)
    services.store.commit(AddLecture(lecture))
    key = f"recordings/{lecture.id}/{new_id()}.mp4"
    services.store.commit(
        AddRecording(Recording(new_id(), lecture.id, RecordingKind.VIDEO, key, "a.mp4", now, 60.0, 1, now))
    )
    services.store.commit(AddToRoster(course.id, [enrolled.id]))
    page = admin_client.get(url).text
    assert "Recordings are not erased" in page
    assert "as that of an unknown" in page
    assert f"/lectures/{lecture.id}" in page
    answer = post_form(admin_client, url, typed_name="Student 60")
    told = admin_client.get(answer.location).text
    assert "everything that shows them" not in told
    assert "may still show the student until they are removed" in told
    assert 'href="/lectures/"' in told


def test_the_removal_names_the_imports_that_it_reaches(
    admin_client: FlaskClient, services: Services, admin: User, enrolled: Student
):
    csv = b"id,name\n60,Student 60\n61,Student 61\n"
    begin_import(services, csv=csv, csv_name="a.csv", photos=None, course_ids=[], by=admin.id)
    assert "in 1 import, which goes on without them" in admin_client.get(f"/students/{enrolled.key}/remove").text
