"""The main road on AWS's adapters alone: registered, uploaded, searched, marked, shown, and removed without a rest."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from attendance.use_cases.removals import pseudonym
from tests.aws.cloud import Cloud, as_text
from tests.aws.functions import Functions
from tests.aws.here import AwsHere
from tests.aws.school import ABSENT, PRESENT, School, open_school, with_parts

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
STUDENT = "student@example.org"


def init_store() -> str:
    """What the command says."""
    command = [sys.executable, "-m", "flask", "--app", "website", "init-store"]
    done = subprocess.run(command, cwd=ROOT, env=os.environ, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


def test_the_main_road(aws: AwsHere, settle: Callable[..., None], video: bytes) -> None:
    cloud = Cloud.made(aws)
    functions = Functions(cloud)
    settle(cloud)
    assert init_store() == f"The store is ready: dynamodb://{cloud.name}.\n"
    school = open_school()
    school.admin.add_user(STUDENT, "student", PRESENT.id)
    assert sorted(cloud.faces().values()) == [PRESENT.id, ABSENT.id]

    sent = with_parts(video, 2)
    upload = school.teacher.upload(school.course_id, sent)
    functions.all_that_waits()
    assert functions.end(functions.next_word(upload)) == "SearchEnded"
    assert functions.work() == []  # the hint that a recording waits, which it does not any more
    state = school.teacher.state(upload)
    assert state["status"] == "done"
    assert cloud.keys("uploads/") == set()

    assert school.teacher.log() == {PRESENT.id: "present", ABSENT.id: "absent"}
    assert_evidence_opens(school, state["recording"]["id"], sent)
    assert_removal_leaves_nothing(school, cloud, functions)


def assert_evidence_opens(school: School, recording_id: str, sent: bytes) -> None:
    """Pictures, and the film in ranges, by links that need no login and change nothing when they end."""
    (picture,) = school.teacher.pictures()
    shown = school.teacher.fetch(picture)
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.content.startswith(b"\xff\xd8")
    ranged = school.teacher.fetch(f"/media/recordings/{recording_id}", Range="bytes=1000-1999")
    assert (ranged.status_code, ranged.content) == (206, sent[1000:2000])
    assert ranged.headers["Content-Range"] == f"bytes 1000-1999/{len(sent)}"
    unsigned = ranged.url.partition("?")[0]
    assert unsigned.startswith(school.services.media.origins[0])
    assert "X-Amz-Signature" in ranged.url
    assert requests.get(f"{school.services.media.origins[0]}/nothing", timeout=10).status_code == 404


def assert_removal_leaves_nothing(school: School, cloud: Cloud, functions: Functions) -> None:
    """Neither in the table, but for a hash in the audit, nor in the bucket, nor in the collection."""
    key = school.keys[PRESENT]
    face_ids = [face_id for face_id, student_id in cloud.faces().items() if student_id == PRESENT.id]
    before = cloud.keys()
    own = {one for one in before if key in one} | evidence_of(school, PRESENT.id)
    assert {one.partition("/")[0] for one in own} == {"photos", "evidence"}
    assert all(word in as_text(cloud.items()) for word in (PRESENT.id, PRESENT.name, key, *face_ids, *own))

    school.admin.remove_student(key, PRESENT.name)
    functions.all_that_waits()  # what was to follow from other things names the student by key until it is done

    left = cloud.items()
    assert not [word for word in (PRESENT.name, key, *face_ids, *own) if word in as_text(left)]
    assert [item for item in left if STUDENT in as_text([item])] == []
    told = [item for item in left if item["pk"]["S"] == "audit"]
    assert PRESENT.id not in {item[name]["S"] for item in told for name in ("subject", "detail")}
    (removal,) = [item for item in told if item["action"]["S"] == "student.removed"]
    assert removal["subject"]["S"] == pseudonym(school.services, PRESENT.id)
    assert before - cloud.keys() == own
    assert list(cloud.faces().values()) == [ABSENT.id]
    assert school.teacher.log() == {ABSENT.id: "absent"}
    assert PRESENT.name not in school.teacher.page("/log/") + school.teacher.page("/students/")


def evidence_of(school: School, student_id: str) -> set[str]:
    """Keys of the pictures that show a student."""
    (lecture,) = school.services.store.lectures(course_ids=[school.course_id]).items
    seen = school.services.store.sightings(lecture.id)
    return {one.picture_key for one in seen if one.student_id == student_id and one.picture_key is not None}
