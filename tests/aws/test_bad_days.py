"""What AWS does on bad days, at the level of the whole: all is done once in the end, or a page says what is wrong."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

import boto3
import pytest
from botocore.config import Config

from attendance.errors import ServiceUnavailable
from tests.aws.cloud import PREFIX, Cloud
from tests.aws.functions import Functions, id_of
from tests.aws.here import AwsHere
from tests.aws.school import ABSENT, PRESENT, School, photo_of
from tests.aws.wire import Wire
from tests.system.processes import wait_for

pytestmark = pytest.mark.slow

MARKS = {PRESENT.id: "present", ABSENT.id: "absent"}
OTHER_STARTS = "2026-03-03T09:00"


@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        ("TransactWriteItems", "ThrottlingException", 400),
        ("CopyObject", "ExpiredToken", 400),
        ("StartFaceSearch", "ProvisionedThroughputExceededException", 400),
    ],
)
def test_what_is_refused_in_the_middle_comes_again_alone_and_is_searched_once(
    school: School, functions: Functions, wire: Wire, video: bytes, operation: str, code: str, status: int
) -> None:
    meets_it = school.teacher.upload(school.course_id, video)
    spared = school.teacher.upload(school.course_id, b"no video", OTHER_STARTS)
    with wire.answering(operation, code, status=status, about=id_of(meets_it)):
        (failed,) = functions.work()
    assert id_of(meets_it) in failed
    assert school.teacher.state(spared)["status"] == "refused"

    functions.all_that_waits()
    functions.sweep(minutes_later=1)  # that is how long a search is left alone that perhaps was begun
    functions.all_that_waits()
    assert functions.end(functions.next_word(meets_it)) == "SearchEnded"
    assert school.teacher.log() == MARKS
    assert school.teacher.recording(meets_it)["status"] == "done"
    functions.sweep(minutes_later=16)
    functions.all_that_waits()
    assert list(functions.told(meets_it)) == []  # of no second search
    assert school.services.store.recording(id_of(meets_it)).attempts <= 2


@pytest.mark.parametrize(
    ("operation", "answer", "status"),
    [
        ("GetFaceSearch", "ExpiredTokenException", 400),
        ("GetFaceSearch", "InvalidPaginationTokenException", 400),
        ("TransactWriteItems", "ThrottlingException", 400),
        ("PutObject", "SlowDown", 503),
    ],
)
def test_an_answer_that_cannot_be_taken_down_is_taken_down_when_its_word_comes_again(
    school: School,
    functions: Functions,
    cloud: Cloud,
    wire: Wire,
    video: bytes,
    operation: str,
    answer: str,
    status: int,
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    functions.all_that_waits()
    word = functions.next_word(upload)
    with wire.answering(operation, answer, status=status), pytest.raises(ServiceUnavailable):
        functions.end(word)
    functions.sweep(minutes_later=1)
    assert functions.end(word) in ("SearchEnded", "Ignored")  # the sweep may have been quicker
    assert school.teacher.recording(upload)["status"] == "done"
    assert school.teacher.log() == MARKS
    seen = school.services.store.sightings(school.services.store.recording(id_of(upload)).lecture_id)
    assert cloud.keys("evidence/") == {one.picture_key for one in seen if one.picture_key}


def test_pages_that_expire_once_are_read_anew(school: School, functions: Functions, wire: Wire, video: bytes) -> None:
    upload = school.teacher.upload(school.course_id, video)
    functions.all_that_waits()
    word = functions.next_word(upload)
    with wire.answering("GetFaceSearch", "InvalidPaginationTokenException", times=1):
        assert functions.end(word) == "SearchEnded"
    assert school.teacher.log() == MARKS


@pytest.mark.usefixtures("wire")
def test_as_many_searches_as_rekognition_takes_let_the_next_one_wait_and_the_sweep_asks_again(
    school: School, functions: Functions, cloud: Cloud, aws: AwsHere, video: bytes
) -> None:
    others = f"{PREFIX}/recordings/of-others.mp4"
    aws.s3.put_object(Bucket=cloud.name, Key=others, Body=b"no video")
    with aws.downloads_held():
        of_others = list(_as_many_as_it_takes(cloud, others))
        upload = school.teacher.upload(school.course_id, video)
        functions.all_that_waits()
        recording = school.teacher.recording(upload)
        assert recording["status"] == "queued"
        assert recording["error"].endswith("this one waits its turn.")
        assert recording["error"] in school.teacher.lecture_page(upload)

    def have_ended() -> bool:
        found = (aws.rekognition.get_face_search(JobId=job_id)["JobStatus"] for job_id in of_others)
        return "IN_PROGRESS" not in found

    wait_for(have_ended, "the others' searches")
    functions.sweep()
    functions.all_that_waits()
    assert functions.end(functions.next_word(upload)) == "SearchEnded"
    assert school.teacher.log() == MARKS
    assert school.teacher.recording(upload)["error"] is None


def test_a_search_that_rekognition_gives_up_says_why_on_the_page(
    school: School, functions: Functions, cloud: Cloud, wire: Wire, video: bytes
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    with wire.answering("StartFaceSearch", "LimitExceededException"):
        functions.all_that_waits()
    (key,) = cloud.keys("recordings/")
    cloud.aws.s3.put_object(Bucket=cloud.name, Key=f"{PREFIX}/{key}", Body=b"no video")
    functions.sweep()
    functions.all_that_waits()
    word = functions.next_word(upload)
    assert word["Status"] == "FAILED"
    functions.end(word)
    recording = school.teacher.recording(upload)
    assert recording["status"] == "failed"
    assert recording["error"].startswith("The recording could not be searched by Rekognition: ")
    assert recording["error"] in school.teacher.lecture_page(upload)


def test_a_collection_that_is_gone_is_named_on_the_page(
    school: School, functions: Functions, cloud: Cloud, wire: Wire, video: bytes
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    with wire.answering("StartFaceSearch", "ResourceNotFoundException"):
        functions.all_that_waits()
    recording = school.teacher.recording(upload)
    assert recording["status"] == "failed"
    assert recording["error"].startswith(f"There is no collection {cloud.name} in Rekognition")
    assert recording["error"] in school.teacher.lecture_page(upload)


@pytest.mark.parametrize("is_remembered", [True, False], ids=["the same day", "later"])
def test_words_that_come_again_in_any_order_change_nothing(
    school: School, functions: Functions, cloud: Cloud, video: bytes, is_remembered: bool
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    functions.send_work(json.dumps({"recording_id": id_of(upload)}))  # before there is a recording
    functions.all_that_waits()
    functions.send_work(*functions.bodies)
    functions.all_that_waits()
    word = functions.next_word(upload)
    assert functions.end(word) == functions.end(word) == "SearchEnded"
    functions.all_that_waits()
    before = cloud.items(), cloud.keys(), cloud.faces()

    if not is_remembered:
        cloud.forget_done()
    functions.send_work(*reversed(functions.bodies))
    functions.all_that_waits()
    functions.end(word)
    functions.end({**word, "Status": "FAILED"})
    functions.end({**word, "JobTag": f"{id_of(upload)}.another"})
    functions.end({**word, "JobTag": ""})
    functions.sweep(minutes_later=30, is_hourly=True)
    functions.all_that_waits()
    assert (cloud.items(), cloud.keys(), cloud.faces()) == before
    assert school.teacher.log() == MARKS


@pytest.mark.parametrize(("operation", "code"), [("HeadObject", "404"), ("GetObject", "NoSuchKey")])
def test_a_file_that_s3_does_not_know_yet_is_asked_for_again(
    school: School, functions: Functions, wire: Wire, video: bytes, operation: str, code: str
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    with wire.answering(operation, code, status=404, about="/data", times=2):
        functions.all_that_waits()
    assert school.teacher.recording(upload)["status"] == "searching"


def test_a_file_that_s3_does_not_know_for_long_is_found_by_the_sweep(
    school: School, functions: Functions, wire: Wire, video: bytes
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    with wire.answering("HeadObject", "404", status=404, about="/data"):
        functions.work()
    functions.sweep()
    functions.all_that_waits()
    assert school.teacher.recording(upload)["status"] == "searching"


def test_a_search_whose_word_was_lost_is_looked_after_by_the_sweep(
    school: School, functions: Functions, wire: Wire, video: bytes
) -> None:
    upload = school.teacher.upload(school.course_id, video)
    functions.all_that_waits()
    lost = functions.next_word(upload)
    functions.sweep(minutes_later=10)
    functions.all_that_waits()
    assert school.teacher.recording(upload)["status"] == "searching"
    functions.sweep(minutes_later=16)
    assert school.teacher.recording(upload)["status"] == "done"
    assert school.teacher.log() == MARKS
    assert functions.end(lost) == "Ignored"


class TestARefusal:
    """Of AWS is a plain sentence for whoever waits."""

    def test_on_a_page_stores_nothing_of_what_was_sent(self, school: School, cloud: Cloud, wire: Wire) -> None:
        before = cloud.items(), cloud.keys(), cloud.faces()
        with wire.answering("PutObject", "AccessDenied", status=403):
            answer = school.admin.try_to_register(school.course_id, "20260099", "Student 99", photo_of(106))
        assert answer.status_code == 503
        assert "AWS refused: these credentials may not do" in answer.text
        assert (cloud.items(), cloud.keys(), cloud.faces()) == before

    def test_of_a_missing_bucket_names_it(self, school: School, cloud: Cloud, wire: Wire) -> None:
        with wire.answering("CreateMultipartUpload", "NoSuchBucket", status=404):
            answer = school.teacher.begin(school.course_id, 1000)
        assert answer.status_code == 503
        assert answer.json["error"]["message"] == (
            f"There is no bucket {cloud.name}: make it, or correct ROLLCALL_MEDIA."
        )

    @pytest.mark.parametrize(
        ("code", "sentence"),
        [
            ("ResourceNotFoundException", "There is no table {name}"),
            ("AccessDeniedException", "AWS refused: these credentials may not do"),
            ("ExpiredTokenException", "AWS refused: the credentials have expired."),
            ("ThrottlingException", "The database has too much to do at this moment"),
        ],
    )
    def test_of_the_table_is_said_on_every_page(
        self, school: School, cloud: Cloud, wire: Wire, code: str, sentence: str
    ) -> None:
        with wire.answering("", code):
            answer = school.teacher.client.get("/log/")
        assert answer.status_code == 503
        assert sentence.format(name=cloud.name) in answer.text
        assert school.teacher.page("/log/")

    def test_in_a_function_is_a_line_of_its_log(
        self, school: School, functions: Functions, wire: Wire, video: bytes, caplog: pytest.LogCaptureFixture
    ) -> None:
        upload = school.teacher.upload(school.course_id, video)
        with wire.answering("CopyObject", "AccessDenied", status=403):
            assert len(functions.work()) == 1
        reasons = [getattr(record, "reason", "") for record in caplog.records]
        assert [one for one in reasons if one.startswith("AWS refused: these credentials may not do")]
        functions.all_that_waits()
        assert school.teacher.recording(upload)["status"] == "searching"


def test_a_video_that_is_none_is_refused_with_a_sentence_that_its_sender_reads(
    school: School, functions: Functions, cloud: Cloud
) -> None:
    upload = school.teacher.upload(school.course_id, b"my notes of the lecture")
    functions.all_that_waits()
    state = school.teacher.state(upload)
    assert (state["status"], state["error"]) == (
        "refused",
        "The recording is not a video that can be read, or it is cut short.",
    )
    assert {one.rpartition("/")[2] for one in cloud.keys("uploads/")} == {"details.json"}
    assert not cloud.keys("recordings/")


def _as_many_as_it_takes(cloud: Cloud, key: str) -> Iterator[str]:
    """The ids of the searches of an object that fit; those of earlier tests may still be under way."""
    rekognition = boto3.client("rekognition", config=Config(retries={"total_max_attempts": 1}))
    video = {"S3Object": {"Bucket": cloud.name, "Name": key}}
    with suppress(rekognition.exceptions.LimitExceededException):
        while True:
            yield rekognition.start_face_search(Video=video, CollectionId=cloud.name)["JobId"]
