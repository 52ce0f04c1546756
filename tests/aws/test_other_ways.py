"""The other ways on AWS that settings choose: without a topic, and with the engine of ours in the functions' image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lambda_face_search import searching
from tests.aws.cloud import Cloud, as_text
from tests.aws.functions import Functions
from tests.aws.here import AwsHere
from tests.aws.school import ABSENT, PRESENT, School, open_school
from tests.aws.visitors import Teacher
from tests.face_data import FACE_DATA
from website import create_app

pytestmark = pytest.mark.slow

NO_TOPIC = {"ROLLCALL_REKOGNITION_TOPIC": "", "ROLLCALL_REKOGNITION_ROLE": ""}
MARKS = {PRESENT.id: "present", ABSENT.id: "absent"}


def test_without_a_topic_one_call_begins_the_search_and_takes_down_its_answer(
    school: School,
    cloud: Cloud,
    functions: Functions,
    settle: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    video: bytes,
) -> None:
    monkeypatch.setattr(searching, "FIRST_LOOK_S", 0.2)
    settle(cloud, **NO_TOPIC)
    teacher = Teacher(create_app())
    upload = teacher.upload(school.course_id, video)
    functions.all_that_waits()
    assert teacher.recording(upload)["status"] == "done"
    assert teacher.log() == MARKS
    assert list(functions.told(upload)) == []


def test_the_engine_of_ours_searches_in_the_function_with_no_rekognition_at_all(
    aws: AwsHere, settle: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, video: bytes
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_REKOGNITION", "http://127.0.0.1:9")  # where nobody answers
    cloud = Cloud.made(aws)
    functions = Functions(cloud)
    data = tmp_path / "data"
    data.mkdir()
    (data / "models").symlink_to(Path(FACE_DATA["ROLLCALL_DATA"]) / "models")
    quick = {"ROLLCALL_SEARCH_EVERY_S": "1", "ROLLCALL_SEARCH_PROCESSES": "1"}
    settle(cloud, ROLLCALL_FACES="local", **quick, **NO_TOPIC)

    school = open_school()
    upload = school.teacher.upload(school.course_id, video)
    functions.all_that_waits()
    assert school.teacher.recording(upload)["status"] == "done"
    assert school.teacher.log() == MARKS
    (picture,) = school.teacher.pictures()
    assert school.teacher.fetch(picture).content.startswith(b"\xff\xd8")

    vectors = [item for item in cloud.items() if "vector" in item]
    assert len(vectors) == 2
    school.admin.remove_student(school.keys[PRESENT], PRESENT.name)
    functions.all_that_waits()  # what follows from it is done too
    left = cloud.items()
    assert len([item for item in left if "vector" in item]) == 1
    assert school.keys[PRESENT] not in as_text(left)
    assert not cloud.keys(f"photos/{school.keys[PRESENT]}")
