"""The pages of a course's unknown people: who sees them, and what a person says there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from attendance.changes import AddCourse
from attendance.model import Course, Owner, Purpose, Role, Status, Student, User
from attendance.services import Services
from attendance.use_cases.students.consents import withdraw_consent
from attendance.use_cases.unknowns.groups import groups
from attendance.use_cases.unknowns.vectors import set_switch
from tests.website.browsing import csrf
from tests.website.conftest import an_account, signed_in
from tests.website.lecturing import add_student, enrol, searched_lecture
from tests.website.test_lectures import mark_of

VIDEO = b"video 3000|21 5 2900|900 100 200|950 300 400"


@pytest.fixture
def lecture_id(services: Services, teacher_client: FlaskClient, course: Course) -> str:
    enrol(services, "21", 21)
    return searched_lecture(services, teacher_client, course.id, VIDEO)[0]


@pytest.fixture
def absent(services: Services, course: Course) -> Student:
    return add_student(services, course.id, "31")


def first_group(services: Services, course: Course) -> str:
    """The one who was seen at second 100."""
    return next(one.id for one in groups(services, course) if one.seen[0].sighting.first_s == 100)


def post(client: FlaskClient, course: Course, path: str, **fields: str) -> str:
    """The page after it."""
    url = f"/courses/{course.id}/unknown"
    fields["csrf_token"] = csrf(client, "/account")
    return client.post(f"{url}/{path}", data=fields, follow_redirects=True).text


def test_the_page_of_the_course_shows_each_with_pictures_when_and_where(
    services: Services, teacher_client: FlaskClient, course: Course, lecture_id: str
) -> None:
    page = teacher_client.get(f"/courses/{course.id}/unknown").text
    assert page.count("Say who this is") == 2
    assert page.count("/media/evidence/") >= 2
    assert f"/lectures/{lecture_id}#strangers-heading" in page
    assert "Nov 3, 2025" in page
    assert "told apart within a recording" in page
    assert f"/courses/{course.id}/unknown" in teacher_client.get(f"/courses/{course.id}").text


def test_the_page_of_a_lecture_leads_to_each_stranger(
    services: Services, teacher_client: FlaskClient, course: Course, lecture_id: str
) -> None:
    page = teacher_client.get(f"/lectures/{lecture_id}").text
    links = re.findall(rf"/courses/{course.id}/unknown/[0-9a-f]{{32}}", page)
    assert len(set(links)) == 2
    assert "Who is this?" in teacher_client.get(links[0]).text


def test_a_name_marks_the_student_and_the_history_says_who_gave_it(
    services: Services, teacher_client: FlaskClient, course: Course, absent: Student, lecture_id: str
) -> None:
    group = first_group(services, course)
    page = teacher_client.get(f"/courses/{course.id}/unknown/{group}?text=31").text
    assert absent.name in page
    page = post(teacher_client, course, f"{group}/name", student=absent.key)
    assert "the lectures were marked anew" in page
    assert page.count("Say who this is") == 1
    assert mark_of(services, lecture_id, "31").status is Status.PRESENT
    page = teacher_client.get(f"/lectures/{lecture_id}/marks/{absent.key}").text
    assert "named by a person" in page
    assert "Teacher Example: The face was named." in page
    assert "named by a person" in teacher_client.get(f"/lectures/{lecture_id}").text


def test_a_name_is_undone(
    services: Services, teacher_client: FlaskClient, course: Course, absent: Student, lecture_id: str
) -> None:
    post(teacher_client, course, f"{first_group(services, course)}/name", student=absent.key)
    (decision,) = services.store.unknown_decisions(Owner.course(course.id))
    assert f"undo/{decision.id}" in teacher_client.get(f"/courses/{course.id}/unknown").text
    assert "It was undone" in post(teacher_client, course, f"undo/{decision.id}")
    assert mark_of(services, lecture_id, "31").status is Status.UNSURE


def test_somebody_of_another_roster_who_consented_is_found_and_gets_no_mark(
    services: Services, teacher_client: FlaskClient, course: Course, lecture_id: str, enrolled: Student
) -> None:
    group = first_group(services, course)
    url = f"/courses/{course.id}/unknown/{group}"
    assert enrolled.name not in teacher_client.get(url).text
    assert "not on the roster: no mark" in teacher_client.get(f"{url}?text={enrolled.name}").text
    assert "gets no mark" in post(teacher_client, course, f"{group}/name", student=enrolled.key)
    page = teacher_client.get(f"/lectures/{lecture_id}").text
    assert "1 person who was named and gets no mark" in page
    assert enrolled.name in page


def test_a_picture_that_cannot_be_kept_as_a_photo_is_told(
    services: Services, teacher_client: FlaskClient, course: Course, absent: Student, lecture_id: str
) -> None:
    page = post(teacher_client, course, f"{first_group(services, course)}/name", student=absent.key, keep_photo="yes")
    assert "No photo was kept" in page


def test_a_photo_without_consent_is_refused_on_the_page_of_the_person(
    services: Services, teacher_client: FlaskClient, course: Course, lecture_id: str, absent: Student
) -> None:
    withdraw_consent(services, "31", [Purpose.FACE], by=None)
    page = post(teacher_client, course, f"{first_group(services, course)}/name", student=absent.key, keep_photo="yes")
    assert "Photos need the date" in page
    assert "Give this name" in page
    assert not services.store.unknown_decisions(Owner.course(course.id))


def test_one_is_ignored(services: Services, teacher_client: FlaskClient, course: Course, lecture_id: str) -> None:
    page = post(teacher_client, course, f"{first_group(services, course)}/ignore")
    assert "This person is ignored from now on." in page
    assert page.count("Say who this is") == 1
    assert "Nobody of ours" in page
    assert "1 person who is not on the roster" in teacher_client.get(f"/lectures/{lecture_id}").text


def test_two_are_merged_and_taken_apart(
    services: Services, teacher_client: FlaskClient, course: Course, lecture_id: str
) -> None:
    one, other = groups(services, course)
    assert "These are one person now." in post(teacher_client, course, f"{one.id}/merge", other=other.id)
    (group,) = groups(services, course)
    chosen = group.seen[0].sighting.id
    assert "a person of their own now" in post(teacher_client, course, f"{group.id}/split", seen=chosen)
    assert len(groups(services, course)) == 2
    assert "Choose the other person." in post(teacher_client, course, f"{chosen}/merge")
    assert "Choose some of the pictures" in post(teacher_client, course, f"{chosen}/split")


def test_a_face_is_said_not_to_be_the_student_from_the_page_of_the_mark(
    services: Services, teacher_client: FlaskClient, course: Course, student: Student, lecture_id: str
) -> None:
    url = f"/lectures/{lecture_id}/marks/{student.key}"
    seen = mark_of(services, lecture_id, "21").evidence
    assert seen is not None
    data = {"sighting": seen.sighting_id, "csrf_token": csrf(teacher_client, "/account")}
    assert teacher_client.post(f"{url}/not-this-student", data=data).status_code == 302
    assert mark_of(services, lecture_id, "21").status is Status.ABSENT
    assert "The face is not this student" in teacher_client.get(url).text
    teacher_client.post(f"{url}/not-this-student", data={**data, "sighting": "of another lecture"})
    assert "searched again meanwhile" in teacher_client.get(url).text


def test_an_admin_alone_switches_vectors_on_and_off(
    services: Services, admin_client: FlaskClient, teacher_client: FlaskClient, course: Course
) -> None:
    token = csrf(teacher_client, "/account")
    answer = teacher_client.post(f"/courses/{course.id}/unknown/vectors", data={"on": "yes", "csrf_token": token})
    assert answer.status_code == 403
    assert "no face vector of them is stored" in admin_client.get(f"/courses/{course.id}/change").text
    page = post(admin_client, course, "vectors", on="yes")
    assert "are stored for 14 days" in page
    assert "forgotten after 14 days" in teacher_client.get(f"/courses/{course.id}/unknown").text
    assert "All vectors were forgotten." in post(admin_client, course, "vectors", on="no")


def test_the_rest_is_proposed_to_be_the_one_who_was_named(
    services: Services, admin: User, teacher_client: FlaskClient, course: Course, absent: Student
) -> None:
    set_switch(services, admin, course, on=True)
    searched_lecture(services, teacher_client, course.id, b"video 3000|900 100 200|900.3 300 400")
    page = post(teacher_client, course, f"{first_group(services, course)}/name", student=absent.key)
    assert f"May be {absent.name}" in re.sub(r"</?bdi>|[\u2068\u2069]", "", page)
    (other,) = [one for one in groups(services, course) if one.is_open]
    page = post(teacher_client, course, f"{other.id}/not", student=absent.key)
    assert "May be" not in page


def test_others_do_not_see_them(
    services: Services, student_client: FlaskClient, course: Course, lecture_id: str, app: object
) -> None:
    other = signed_in(app, an_account(services, "other@example.org", "Other Example", Role.TEACHER))  # type: ignore[arg-type]
    group = first_group(services, course)
    for path in ("", f"/{group}"):
        assert other.get(f"/courses/{course.id}/unknown{path}").status_code == 404
        assert student_client.get(f"/courses/{course.id}/unknown{path}").status_code == 403
    token = csrf(other, "/account")
    for path in ("name", "not", "ignore", "split", "merge"):
        url = f"/courses/{course.id}/unknown/{group}/{path}"
        assert other.post(url, data={"csrf_token": token}).status_code == 404
        assert other.post(url).status_code == 400
    assert not services.store.unknown_decisions(Owner.course(course.id))


def test_a_group_is_of_its_own_course_alone(
    services: Services, admin_client: FlaskClient, course: Course, lecture_id: str
) -> None:
    services.store.commit(AddCourse(replace(course, id="other", code="CS102")))
    group = first_group(services, course)
    assert admin_client.get(f"/courses/other/unknown/{group}").status_code == 404
    token = csrf(admin_client, "/account")
    answer = admin_client.post(f"/courses/other/unknown/{group}/ignore", data={"csrf_token": token})
    assert answer.status_code == 404
    assert not services.store.unknown_decisions(Owner.course(course.id))


def test_students_of_the_course_read_that_vectors_are_kept(
    services: Services, admin: User, student_client: FlaskClient, course: Course
) -> None:
    words = "are stored in this course for 14 days"
    assert words not in student_client.get("/log/mine").text
    set_switch(services, admin, course, on=True)
    assert words in student_client.get("/log/mine").text
