"""Hourly attendance: the grid, what each role sees of it, the download, and the pictures that prove it."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient

from attendance.changes import SaveStudent
from attendance.disk.files import DiskFile
from attendance.model import COMMAND_LINE, Course, Role, Sender, Sighting, Status, User, new_id
from attendance.ports import Seen
from attendance.searching.searches import search_recording
from attendance.services import Services
from attendance.use_cases.lectures.marks import set_mark
from attendance.use_cases.people.accounts import add_user
from attendance.use_cases.recordings.receiving import receive_recording
from tests.website.browsing import PASSWORD, sign_in
from tests.website.lecturing import add_student, enrol
from tests.website.measuring import measure, paired_device
from tests.website.picture_files import jpeg, png

STARTS = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # 09:00 in Seoul
DAY = "2026-03-02"


@pytest.fixture
def second(services: Services, course: Course) -> None:
    """The student of the fixtures with a face, and another."""
    enrol(services, "21", 21)
    add_student(services, course.id, "30", 30)


def snapshot(
    services: Services, course: Course, tmp_path: Path, text: bytes, minutes: float = 5, sender: Sender = COMMAND_LINE
) -> list[Sighting]:
    """A searched snapshot so many minutes after nine; its sightings."""
    path = tmp_path / new_id()
    path.write_bytes(text)
    recording = receive_recording(
        services,
        file=DiskFile(path),
        original_name="snapshot.png",
        course_id=course.id,
        starts_at=STARTS,
        ends_at=STARTS + timedelta(hours=3),
        recorded_at=STARTS + timedelta(minutes=minutes),
        sender=sender,
        enqueue=False,
    )
    assert search_recording(services, recording.id)
    return [one for one in services.store.sightings(recording.lecture_id) if one.recording_id == recording.id]


def rows_of(text: str) -> list[list[str]]:
    """The signs of the grid's rows."""
    body = text.partition("<tbody>")[2].partition("</tbody>")[0]
    signs = r'class="hour-sign hour-(\w+)"'
    return [re.findall(signs, row) for row in body.split("<tr>")[1:]]


@pytest.mark.usefixtures("second")
class TestGrid:
    def test_students_and_hours_have_their_signs(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        snapshot(services, course, tmp_path, b"snapshot|21|900")
        snapshot(services, course, tmp_path, b"snapshot|30.3", minutes=125)
        text = teacher_client.get(f"/hourly?course={course.id}&day={DAY}").text
        assert rows_of(text) == [["present", "not_watched", "absent"], ["absent", "not_watched", "unsure"]]
        for words in ("09:00–10:00", "10:00–11:00", "11:00–12:00", "50%", "25%", "Not watched"):
            assert words in text

    def test_every_sign_has_a_word_and_a_seen_one_is_a_link_for_the_keyboard(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        (seen,) = snapshot(services, course, tmp_path, b"snapshot|21")
        text = teacher_client.get(f"/hourly?course={course.id}&day={DAY}").text
        assert f'href="/hourly/seen/{seen.id}" aria-label="Student 21, 09:00: Present; open the picture"' in text
        assert 'role="img" aria-label="Absent"' in text

    def test_without_a_day_it_begins_with_the_last_one_that_has_a_lecture(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        snapshot(services, course, tmp_path, b"snapshot|21")
        assert f'value="{DAY}"' in teacher_client.get("/hourly").text

    def test_a_day_that_nobody_watched_says_so(
        self, services: Services, course: Course, teacher_client: FlaskClient
    ) -> None:
        assert "Nobody watched on" in teacher_client.get(f"/hourly?course={course.id}&day={DAY}").text

    @pytest.mark.parametrize("args", ["course=nothing", "day=nonsense", "day=0001-01-01", "day=9999-12-31"])
    def test_nonsense_in_the_address_breaks_nothing(self, teacher_client: FlaskClient, args: str) -> None:
        assert teacher_client.get(f"/hourly?{args}").status_code == 200

    def test_a_recording_that_waits_for_its_search_is_marked(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        path = tmp_path / "waiting.png"
        path.write_bytes(b"snapshot|21")
        receive_recording(services, file=DiskFile(path), original_name="w.png", course_id=course.id, starts_at=STARTS)
        text = teacher_client.get(f"/hourly?course={course.id}&day={DAY}").text
        assert "not searched yet" in text
        assert rows_of(text) == [["not_watched"], ["not_watched"]]

    def test_a_name_cannot_bring_markup_into_the_grid(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        services.store.commit(SaveStudent(replace(services.store.student("30"), name="<b>bold</b>")))
        snapshot(services, course, tmp_path, b"snapshot|30")
        assert "<b>bold" not in teacher_client.get(f"/hourly?course={course.id}&day={DAY}").text


@pytest.mark.usefixtures("second")
class TestWhoSeesWhat:
    def test_a_student_sees_the_own_row_and_no_count_of_others(
        self, services: Services, course: Course, student_client: FlaskClient, tmp_path: Path
    ) -> None:
        snapshot(services, course, tmp_path, b"snapshot|21|30")
        text = student_client.get(f"/hourly?course={course.id}&day={DAY}").text
        assert rows_of(text) == [["present"]]
        assert "Student 30" not in text
        assert "<tfoot>" not in text

    def test_a_student_opens_the_own_sure_picture_and_nobody_elses(
        self, services: Services, course: Course, student_client: FlaskClient, tmp_path: Path
    ) -> None:
        sightings = snapshot(services, course, tmp_path, b"snapshot|21|30|900")
        own = next(one for one in sightings if one.student_id == "21")
        page = student_client.get(f"/hourly/seen/{own.id}")
        assert page.status_code == 200
        assert "Student 30" not in page.text
        assert "/media/recordings/" not in page.text
        assert student_client.get(f"/hourly/seen/{own.id}/face", buffered=True).data.startswith(b"\xff\xd8")
        for one in sightings:
            if one.id != own.id:
                assert student_client.get(f"/hourly/seen/{one.id}").status_code == 404
                assert student_client.get(f"/hourly/seen/{one.id}/face").status_code == 404

    def test_a_student_does_not_open_a_picture_that_may_be_of_somebody_else(
        self, services: Services, course: Course, student_client: FlaskClient, tmp_path: Path
    ) -> None:
        (unsure,) = snapshot(services, course, tmp_path, b"snapshot|21.3")
        text = student_client.get(f"/hourly?course={course.id}&day={DAY}").text
        assert rows_of(text) == [["unsure"]]
        assert unsure.id not in text
        assert student_client.get(f"/hourly/seen/{unsure.id}/face").status_code == 404

    def test_an_unsure_picture_stays_closed_to_the_student_whatever_was_decided(
        self, services: Services, course: Course, teacher: User, student_client: FlaskClient, tmp_path: Path
    ) -> None:
        (unsure,) = snapshot(services, course, tmp_path, b"snapshot|21.3")
        lecture_id = services.store.recording(unsure.recording_id).lecture_id
        set_mark(services, lecture_id, "21", Status.PRESENT, "I saw the student.", by=teacher.id)
        assert student_client.get(f"/hourly/seen/{unsure.id}/face").status_code == 404

    def test_a_face_that_a_teacher_refused_is_not_the_students(
        self, services: Services, course: Course, teacher: User, student_client: FlaskClient, tmp_path: Path
    ) -> None:
        (own,) = snapshot(services, course, tmp_path, b"snapshot|21")
        lecture_id = services.store.recording(own.recording_id).lecture_id
        assert student_client.get(f"/hourly/seen/{own.id}").status_code == 200
        set_mark(services, lecture_id, "21", Status.ABSENT, "It is somebody else.", by=teacher.id)
        assert student_client.get(f"/hourly/seen/{own.id}/face").status_code == 404
        assert own.id not in student_client.get(f"/hourly?course={course.id}&day={DAY}").text

    def test_a_teacher_of_another_course_sees_nothing(
        self, app: Flask, services: Services, course: Course, tmp_path: Path
    ) -> None:
        (seen,) = snapshot(services, course, tmp_path, b"snapshot|21")
        add_user(services, email="o@example.org", name="O", role=Role.TEACHER, password=PASSWORD, by=None)
        client = app.test_client()
        sign_in(client, "o@example.org")
        assert "No course yet" in client.get(f"/hourly?course={course.id}&day={DAY}").text
        for address in (f"seen/{seen.id}", f"seen/{seen.id}/face", f"download.csv?course={course.id}&day={DAY}"):
            assert client.get(f"/hourly/{address}").status_code == 404


@pytest.mark.usefixtures("second")
class TestDownload:
    def rows(self, client: FlaskClient, course: Course) -> list[list[str]]:
        answer = client.get(f"/hourly/download.csv?course={course.id}&day={DAY}")
        assert answer.content_type == "text/csv; charset=utf-8"
        return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))

    def test_the_file_holds_the_grid_with_percentages(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        snapshot(services, course, tmp_path, b"snapshot|21|900")
        snapshot(services, course, tmp_path, b"snapshot|30.3", minutes=125)
        heads = [f"{DAY} {hour}:00 (Asia/Seoul)" for hour in ("09", "10", "11")]
        assert self.rows(teacher_client, course) == [
            ["Student id", "Name", *heads, "Percent"],
            ["21", "Student 21", "present", "", "absent", "50"],
            ["30", "Student 30", "absent", "", "unsure", "0"],
            ["", "Percent", "50", "", "0", "25"],
        ]

    def test_who_has_no_photo_is_absent_in_no_hour(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        add_student(services, course.id, "40")
        snapshot(services, course, tmp_path, b"snapshot|21|900")
        line = next(row for row in self.rows(teacher_client, course) if row[0] == "40")
        assert line == ["40", "Student 40", "unsure: needs another way", ""]
        assert "Needs another way" in teacher_client.get(f"/hourly/?course={course.id}&day={DAY}").text

    def test_a_student_gets_the_own_line_alone(
        self, services: Services, course: Course, student_client: FlaskClient, tmp_path: Path
    ) -> None:
        snapshot(services, course, tmp_path, b"snapshot|21|30")
        assert [row[0] for row in self.rows(student_client, course)] == ["Student id", "21"]

    def test_a_name_that_is_a_formula_is_no_formula_in_the_file(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        services.store.commit(SaveStudent(replace(services.store.student("30"), name="=1+1")))
        snapshot(services, course, tmp_path, b"snapshot|30")
        names = [row[1] for row in self.rows(teacher_client, course)]
        assert "'=1+1" in names
        assert "=1+1" not in names

    def test_a_file_of_no_day_is_not_found(self, course: Course, teacher_client: FlaskClient) -> None:
        assert teacher_client.get(f"/hourly/download.csv?course={course.id}").status_code == 404


@pytest.mark.usefixtures("second")
class TestPicture:
    def test_staff_see_everybody_in_the_snapshot(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        sightings = snapshot(services, course, tmp_path, b"snapshot|21|30.3|900")
        text = teacher_client.get(f"/hourly/seen/{sightings[0].id}").text
        for words in ("Student 21", "Student 30", "Stranger 1", "sure", "unsure", "on no roster"):
            assert words in text
        assert "/media/recordings/" in text

    def test_a_picture_that_cannot_be_decoded_has_no_boxes_and_says_so(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        (seen,) = snapshot(services, course, tmp_path, b"snapshot|21")
        text = teacher_client.get(f"/hourly/seen/{seen.id}").text
        assert "could not be found again" in text
        assert "<rect" not in text

    def test_faces_that_are_found_again_have_boxes_with_names(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        sightings = snapshot(services, course, tmp_path, b"snapshot|21|900")
        photo = np.random.default_rng(5).integers(0, 255, (24, 32), np.uint8)
        photo = cv2.resize(photo, (320, 240), interpolation=cv2.INTER_CUBIC)
        recording = services.store.recording(sightings[0].recording_id)
        services.media.put(recording.media_key, png(photo))
        for sighting, left in zip(sightings, (20, 180), strict=True):
            assert sighting.picture_key
            services.media.put(sighting.picture_key, jpeg(photo[50:170, left : left + 110]))
        text = teacher_client.get(f"/hourly/seen/{sightings[0].id}").text
        boxes = re.findall(r'<rect class="box box-(\w+)[^"]*" x="([\d.]+)"', text)
        assert len(boxes) == 2
        for (kind, x), sighting, left in zip(boxes, sightings, (20, 180), strict=True):
            assert kind == ("sure" if sighting.student_id else "stranger")
            assert float(x) == pytest.approx(left + 30, abs=4)
        for screen in ("", "-phone"):
            assert re.search(rf'<text class="box-name{screen}"[^>]*>Student 21</text>', text)

    def test_a_clip_shows_the_face_and_the_second_to_play_from(
        self, services: Services, course: Course, teacher_client: FlaskClient, tmp_path: Path
    ) -> None:
        (seen,) = snapshot(services, course, tmp_path, b"video 60|21 10 50")
        text = teacher_client.get(f"/hourly/seen/{seen.id}").text
        assert f"/hourly/seen/{seen.id}/face" in text
        assert "#t=10.0" in text
        assert "<rect" not in text

    def test_a_clip_says_where_a_face_is_perhaps_a_picture(
        self,
        services: Services,
        course: Course,
        teacher_client: FlaskClient,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (alive,) = snapshot(services, course, tmp_path, b"video 60|21 10 50")
        assert "perhaps a picture" not in teacher_client.get(f"/hourly/seen/{alive.id}").text
        search = type(services.faces).search

        def on_a_poster(*arguments: Any, **named: Any) -> list[Seen]:
            return [replace(one, flat=True) for one in search(*arguments, **named)]

        monkeypatch.setattr(type(services.faces), "search", on_a_poster)
        (flat,) = snapshot(services, course, tmp_path, b"video 60|21 10 50", minutes=10)
        text = teacher_client.get(f"/hourly/seen/{flat.id}").text
        assert "unsure" in text and "perhaps a picture" in text

    def test_the_highest_skin_estimate_of_the_device_stands_beside_it_for_staff_alone(
        self,
        services: Services,
        course: Course,
        teacher_client: FlaskClient,
        student_client: FlaskClient,
        tmp_path: Path,
    ) -> None:
        device = paired_device(services)
        (seen,) = snapshot(services, course, tmp_path, b"snapshot|21", sender=Sender(device_id=device.id))
        at = services.store.recording(seen.recording_id).started_at
        for seconds, skin_c in ((-30, 39.0), (-3, 36.25), (4, 35.5)):
            measure(services, device, at + timedelta(seconds=seconds), skin_c)
        text = teacher_client.get(f"/hourly/seen/{seen.id}").text
        assert "36.2 °C" in text
        assert "39.0 °C" not in text
        assert "does not diagnose" in text
        assert "36.2 °C" not in student_client.get(f"/hourly/seen/{seen.id}").text
