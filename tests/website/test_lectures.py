"""The pages of lectures: who sees them, what they say, and what a person decides there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from attendance.changes import AddCourse, AddStudent, SetTeachers
from attendance.errors import NotFound
from attendance.model import Course, Mark, Sender, Status, Student, User, new_id
from attendance.ports import Seen
from attendance.services import Services
from tests.website.browsing import post_form
from tests.website.conftest import an_account, signed_in
from tests.website.lecturing import add_student, create, enrol, patch, searched_lecture, upload_recording

# Student 21 is there, 30 is unsure, 31 absent; 900 is a stranger.
VIDEO = b"video 3000|21 5 2900|30.35 12 40|900 100 200"


@dataclass
class Searched:
    """A lecture that was searched, and the students in it."""

    lecture_id: str
    recording_id: str
    unsure: Student
    absent: Student

    @property
    def url(self) -> str:
        return f"/lectures/{self.lecture_id}"


@pytest.fixture
def lecture(services: Services, teacher_client: FlaskClient, course: Course) -> Searched:
    enrol(services, "21", 21)
    unsure = add_student(services, course.id, "30", 30)
    absent = add_student(services, course.id, "31", 31)
    return Searched(*searched_lecture(services, teacher_client, course.id, VIDEO), unsure, absent)


@pytest.fixture
def other_teacher_client(app: object, services: Services) -> FlaskClient:
    from attendance.model import Role

    return signed_in(app, an_account(services, "other@example.org", "Other Example", Role.TEACHER))  # type: ignore[arg-type]


def mark_of(services: Services, lecture_id: str, student_id: str) -> Mark:
    return next(mark for mark in services.store.marks(lecture_id) if mark.student_id == student_id)


def test_the_list_shows_counts_and_the_state_of_the_search(teacher_client: FlaskClient, lecture: Searched) -> None:
    page = teacher_client.get("/lectures/")
    words = " ".join(page.text.split())
    assert "Nov 3, 2025" in words
    assert "09:00–09:50" in words
    for part in (">1</span> unsure", ">1</span> present", ">1</span> absent", "1 stranger", "Searched"):
        assert part in words


def test_the_list_is_empty_with_a_way_on(teacher_client: FlaskClient, course: Course) -> None:
    assert "Upload the recording of a lecture" in teacher_client.get("/lectures/").text


def test_the_list_can_be_limited_to_a_course(
    teacher_client: FlaskClient, services: Services, teacher: User, lecture: Searched
) -> None:
    other = Course(new_id(), "X1", "Other", "", "UTC", services.now())
    services.store.commit(AddCourse(other))
    services.store.commit(SetTeachers(other.id, [teacher.id]))
    assert lecture.url not in teacher_client.get(f"/lectures/?course={other.id}").text
    assert lecture.url in teacher_client.get("/lectures/?course=nonsense").text


@pytest.mark.parametrize("page", ["-1", "abc", "0", "1000000000", "²", "99999999999999999999"])
def test_a_page_that_does_not_exist_breaks_nothing(teacher_client: FlaskClient, lecture: Searched, page: str) -> None:
    answer = teacher_client.get(f"/lectures/?page={page}", follow_redirects=True)
    assert answer.status_code == 200
    assert lecture.url in answer.text


def test_the_lecture_shows_marks_with_seconds_similarity_and_frames(
    teacher_client: FlaskClient, services: Services, course: Course, lecture: Searched
) -> None:
    add_student(services, course.id, "32")
    page = teacher_client.get(lecture.url).text
    for part in ("00:05", "48:20", ">100<", "2896", 'data-seek="5.0"', "Stranger 1", "no photo: cannot be recognised"):
        assert part in page, part
    assert "Asia/Seoul" in page
    assert "1 person who is not on the roster" in page


def test_students_are_not_searched_yet_before_the_search(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    lecture_id, recording_id = upload_recording(teacher_client, course.id, VIDEO)
    page = teacher_client.get(f"/lectures/{lecture_id}").text
    assert "Not searched yet" in page
    assert f'data-follow="/api/v1/recordings/{recording_id}"' in page


def test_a_lecture_of_somebody_else_does_not_exist(
    other_teacher_client: FlaskClient, student_client: FlaskClient, lecture: Searched
) -> None:
    student_page = f"{lecture.url}/marks/{lecture.unsure.key}"
    recording = f"{lecture.url}/recordings/{lecture.recording_id}"
    for url in (lecture.url, f"{lecture.url}/remove", f"{recording}/remove", f"{recording}/search", student_page):
        assert other_teacher_client.get(url).status_code == 404, url
        assert student_client.get(url).status_code in (403, 404), url


def test_a_recording_is_only_found_in_its_own_lecture(
    teacher_client: FlaskClient, course: Course, lecture: Searched
) -> None:
    other, _recording = upload_recording(teacher_client, course.id, VIDEO, starts_at="2025-11-04T09:00")
    assert teacher_client.get(f"/lectures/{other}/recordings/{lecture.recording_id}/remove").status_code == 404


def test_an_unsure_face_is_shown_beside_the_enrolled_photo(teacher_client: FlaskClient, lecture: Searched) -> None:
    page = teacher_client.get(lecture.url).text
    assert "1 face to decide" in page
    assert "Enrolled photo of Student 30" in page
    assert "What was seen at 00:12" in page


def test_a_student_without_a_photo_is_never_absent_by_the_search_and_waits_for_a_person(
    teacher_client: FlaskClient, services: Services, course: Course
) -> None:
    student = add_student(services, course.id, "31", None)
    lecture_id, _ = searched_lecture(services, teacher_client, course.id, VIDEO)
    assert mark_of(services, lecture_id, "31").needs_another_way
    url = f"/lectures/{lecture_id}"
    page = " ".join(teacher_client.get(url).text.split())
    assert "2 students need another way" in page  # the course's first student has no photo either
    assert "needs another way: no photo to compare" in page
    assert "to decide" not in page
    assert "needs another way: no photo to compare" in teacher_client.get("/log/").text
    assert "needs another way: no photo to compare" in teacher_client.get(f"{url}/marks/{student.key}").text


@pytest.mark.parametrize(("answer", "status"), [("confirm", Status.PRESENT), ("refuse", Status.ABSENT)])
def test_a_person_says_whether_somebody_without_a_photo_was_there(
    teacher_client: FlaskClient, services: Services, course: Course, answer: str, status: Status
) -> None:
    student = add_student(services, course.id, "31", None)
    lecture_id, _ = searched_lecture(services, teacher_client, course.id, VIDEO)
    post_form(teacher_client, f"/lectures/{lecture_id}/marks/{student.key}/{answer}", f"/lectures/{lecture_id}")
    mark = mark_of(services, lecture_id, "31")
    assert (mark.status, mark.reason) == (status, "Found out in another way than by the face.")
    assert not mark.needs_another_way


def test_confirming_an_unsure_face_makes_the_student_present(
    teacher_client: FlaskClient, services: Services, lecture: Searched, teacher: User
) -> None:
    answer = post_form(teacher_client, f"{lecture.url}/marks/{lecture.unsure.key}/confirm", lecture.url)
    assert answer.status_code == 302
    mark = mark_of(services, lecture.lecture_id, "30")
    assert (mark.status, mark.machine_status, mark.set_by) == (Status.PRESENT, Status.UNSURE, teacher.id)


def test_refusing_an_unsure_face_makes_the_student_absent(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    post_form(teacher_client, f"{lecture.url}/marks/{lecture.unsure.key}/refuse", lecture.url)
    assert mark_of(services, lecture.lecture_id, "30").status is Status.ABSENT


def test_deciding_twice_says_that_it_is_decided(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    url = f"{lecture.url}/marks/{lecture.unsure.key}"
    post_form(teacher_client, f"{url}/confirm", lecture.url)
    post_form(teacher_client, f"{url}/refuse", lecture.url)
    assert mark_of(services, lecture.lecture_id, "30").status is Status.PRESENT
    assert "does not wait for a decision any more" in teacher_client.get(lecture.url).text


def test_a_mark_is_corrected_with_a_reason_and_the_history_says_who(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    url = f"{lecture.url}/marks/{lecture.absent.key}"
    assert post_form(teacher_client, url, status="excused", reason="Medical certificate").status_code == 302
    assert mark_of(services, lecture.lecture_id, "31").status is Status.EXCUSED
    page = teacher_client.get(url).text
    for part in ("Teacher Example: Medical certificate", "status-absent", "status-excused"):
        assert part in page, part
    assert "set by Teacher Example" in teacher_client.get(lecture.url).text


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "excused", "reason": ""},
        {"status": "excused", "reason": "   "},
        {"status": "", "reason": "because"},
        {"status": "unsure", "reason": "because"},
        {"status": "nonsense", "reason": "because"},
        {"status": "late", "reason": "x" * 501},
    ],
)
def test_a_correction_without_status_or_reason_is_refused(
    teacher_client: FlaskClient, services: Services, lecture: Searched, fields: dict[str, str]
) -> None:
    answer = post_form(teacher_client, f"{lecture.url}/marks/{lecture.absent.key}", **fields)
    assert answer.status_code == 200
    assert 'class="field-error"' in answer.text
    assert mark_of(services, lecture.lecture_id, "31").set_by is None


def test_a_persons_decision_can_be_taken_back(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    url = f"{lecture.url}/marks/{lecture.absent.key}"
    post_form(teacher_client, url, status="present", reason="Sat behind a pillar")
    post_form(teacher_client, f"{url}/undo", url)
    mark = mark_of(services, lecture.lecture_id, "31")
    assert (mark.status, mark.set_by) == (Status.ABSENT, None)


def test_an_unsure_mark_says_where_the_face_is_perhaps_a_picture(
    teacher_client: FlaskClient, services: Services, lecture: Searched, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = "Perhaps a picture"
    assert words not in teacher_client.get(lecture.url).text
    search = type(services.faces).search

    def on_a_poster(*arguments: Any, **named: Any) -> list[Seen]:
        return [replace(one, flat=one.student_id is not None) for one in search(*arguments, **named)]

    monkeypatch.setattr(type(services.faces), "search", on_a_poster)
    post_form(teacher_client, f"{lecture.url}/recordings/{lecture.recording_id}/search")
    services.jobs.run_all()  # type: ignore[attr-defined]
    flat = [one.student_id for one in services.store.sightings(lecture.lecture_id) if one.flat]
    assert len(flat) == 2
    assert {mark_of(services, lecture.lecture_id, one or "").status for one in flat} == {Status.UNSURE}
    assert teacher_client.get(lecture.url).text.count(words) == 2
    assert words in teacher_client.get(f"{lecture.url}/marks/{lecture.unsure.key}").text
    post_form(teacher_client, f"{lecture.url}/marks/{lecture.unsure.key}/confirm", lecture.url)
    assert teacher_client.get(lecture.url).text.count(words) == 1


def test_deciding_needs_the_forms_token(teacher_client: FlaskClient, services: Services, lecture: Searched) -> None:
    assert teacher_client.post(f"{lecture.url}/marks/{lecture.unsure.key}/confirm").status_code == 400
    assert mark_of(services, lecture.lecture_id, "30").status is Status.UNSURE


def test_a_student_who_is_not_in_the_lecture_is_not_found(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    stranger = Student("99", new_id(), "Student 99", services.now())
    services.store.commit(AddStudent(stranger))
    assert teacher_client.get(f"{lecture.url}/marks/{stranger.key}").status_code == 404


def test_searching_again_asks_first_and_keeps_a_persons_mark(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    post_form(teacher_client, f"{lecture.url}/marks/{lecture.unsure.key}/confirm", lecture.url)
    url = f"{lecture.url}/recordings/{lecture.recording_id}/search"
    assert "is replaced by what the new search finds" in teacher_client.get(url).text
    assert post_form(teacher_client, url).status_code == 302
    services.jobs.run_all()  # type: ignore[attr-defined]
    assert len(services.store.sightings(lecture.lecture_id)) == 3
    assert mark_of(services, lecture.lecture_id, "30").status is Status.PRESENT


def test_removing_a_recording_removes_its_file_and_pictures(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    url = f"{lecture.url}/recordings/{lecture.recording_id}/remove"
    assert teacher_client.get(url).status_code == 200
    assert list(services.media.keys("recordings/"))
    post_form(teacher_client, url)
    assert not list(services.media.keys("recordings/"))
    assert not list(services.media.keys("evidence/"))
    assert "no recording of this lecture" in teacher_client.get(lecture.url).text


def test_removing_a_lecture_says_what_goes_and_removes_it(
    teacher_client: FlaskClient, services: Services, lecture: Searched
) -> None:
    page = teacher_client.get(f"{lecture.url}/remove").text
    assert "1 recording with its file" in page
    post_form(teacher_client, f"{lecture.url}/remove")
    with pytest.raises(NotFound):
        services.store.lecture(lecture.lecture_id)
    assert not list(services.media.keys("recordings/"))


def test_unfinished_uploads_are_listed_and_can_be_removed(
    teacher_client: FlaskClient, admin_client: FlaskClient, services: Services, course: Course, teacher: User
) -> None:
    url = create(teacher_client, course.id, 1000, filename="월요일 <b>.mp4").headers["Location"]
    patch(teacher_client, url, 0, b"video")
    page = teacher_client.get("/lectures/upload").text
    assert "월요일 &lt;b&gt;.mp4" in page
    assert 'data-starts="2025-11-03T09:00"' in page
    remove = f"/lectures/upload/{url.rpartition('/')[2]}/remove"
    assert post_form(admin_client, remove, "/lectures/upload").status_code == 404
    assert post_form(teacher_client, remove, "/lectures/upload").status_code == 302
    assert not services.uploads.of_sender(Sender(user_id=teacher.id))


def test_a_failed_search_shows_its_reason(teacher_client: FlaskClient, services: Services, course: Course) -> None:
    lecture_id, recording_id = upload_recording(teacher_client, course.id, VIDEO)
    now = services.now()
    services.store.claim_search(recording_id, "worker", now, now)
    services.store.fail_search(recording_id, "worker", "The picture track ends early.")
    page = teacher_client.get(f"/lectures/{lecture_id}").text
    assert "The picture track ends early." in page
    assert "Search again" in page
