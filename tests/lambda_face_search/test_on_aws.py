"""The functions with the stack's own settings and rights, on moto: from an upload to marks in the table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import boto3
import botocore.client
import pytest
import requests

from attendance import bootstrap as composition
from attendance.adapters.dynamodb import open_store
from attendance.model import LectureRecording, SearchStatus, Status, new_id
from attendance.ports import Upload
from attendance.services import Services
from attendance.settings import Settings, load_settings
from attendance.use_cases.courses.courses import add_course
from attendance.use_cases.students.registering import register_student
from attendance.use_cases.students.removing import remove_student
from lambda_face_search import api, container, finish, once, start, sweep
from tests.lambda_face_search.cloud_template import filled, resources, rights_of
from tests.lambda_face_search.lambda_context import FakeContext
from tests.lambda_face_search.remote_engine import RemoteEngine
from tests.lambda_face_search.school import STARTS_AT, VIDEO
from tests.lambda_face_search.sent import http_v2_event, rekognition_message, s3_event, schedule_event, sns_event
from tests.lambda_face_search.sqs import REGION, aws_in_memory, sqs_event
from tests.sending import TEACHER
from tests.unit.receiving import a_teacher

pytestmark = pytest.mark.slow

BUCKET = f"rollcall-media-123456789012-{REGION}"

NEEDS = {
    # What IAM calls the rights to operations of other names: docs.aws.amazon.com/service-authorization.
    "s3:HeadObject": {"s3:GetObject"},
    "s3:HeadBucket": {"s3:ListBucket"},
    "s3:ListObjectsV2": {"s3:ListBucket"},
    "s3:CopyObject": {"s3:GetObject", "s3:PutObject"},
    "s3:CreateMultipartUpload": {"s3:PutObject"},
    "s3:UploadPart": {"s3:PutObject"},
    "s3:UploadPartCopy": {"s3:GetObject", "s3:PutObject"},
    "s3:CompleteMultipartUpload": {"s3:PutObject"},
    "s3:ListParts": {"s3:ListMultipartUploadParts"},
    "s3:DeleteObjects": {"s3:DeleteObject"},
}
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


class Rights:
    """Refuses calls to AWS that the role in force may not make; `denied` are those, whoever swallowed the error."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.used: dict[str, set[str]] = {}
        self.denied: list[str] = []
        self._names: list[str] = []
        call = botocore.client.BaseClient._make_api_call
        rights = self

        def checked(client: Any, operation: str, given: Any) -> Any:
            rights.check(client.meta.service_model.service_name, operation, given)
            return call(client, operation, given)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", checked)

    @contextmanager
    def of(self, function: str) -> Iterator[None]:
        """Within, all is done in the role of this function."""
        self._names.append(function)
        try:
            yield
        finally:
            self._names.pop()

    def check(self, service: str, operation: str, given: dict[str, Any]) -> None:
        if not self._names:
            return
        needed = needs(service, operation, given)
        self.used.setdefault(self._names[-1], set()).update(needed)
        if not needed <= rights_of(self._names[-1]):
            self.denied.append(f"{self._names[-1]} may not do {needed}")
            raise PermissionError(self.denied[-1])


def needs(service: str, operation: str, given: dict[str, Any]) -> set[str]:
    if operation in ("TransactWriteItems", "TransactGetItems"):
        return {f"dynamodb:{TRANSACTED[kind]}" for item in given["TransactItems"] for kind in item}
    return NEEDS.get(f"{service}:{operation}", {f"{service}:{operation}"})


@pytest.fixture
def engine() -> RemoteEngine:
    return RemoteEngine()


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch, engine: RemoteEngine, tmp_path: Any) -> Iterator[Services]:
    """What a container makes of the variables that the stack gives to its functions."""

    def open_engine(value: str, settings: Settings) -> RemoteEngine:
        return engine

    monkeypatch.setattr(composition, "resolve_name", with_engine(composition.resolve_name, open_engine))
    with aws_in_memory():
        made_by_stack()
        variables = {**resources("AWS::Lambda::Function")["Api"]["Properties"]["Environment"]["Variables"]}
        for name, value in variables.items():
            monkeypatch.setenv(name, filled(value))
        monkeypatch.setenv("ROLLCALL_DATA", str(tmp_path / "data"))  # not the machine's own /tmp/rollcall
        for cached in (container.services, once._layer, api.site):
            cached.cache_clear()
        yield container.services()
        for cached in (container.services, once._layer, api.site):
            cached.cache_clear()


def with_engine(resolve_name: Callable[[str], Any], open_engine: Callable[..., RemoteEngine]) -> Callable[[str], Any]:
    return lambda name: open_engine if name.startswith("attendance.adapters.rekognition.faces:") else resolve_name(name)


def made_by_stack() -> None:
    """The tables, the bucket, the queue and the secret, as the template describes them."""
    tables = resources("AWS::DynamoDB::Table")
    dynamodb = boto3.client("dynamodb", region_name=REGION)
    for name, table in (("rollcall", tables["Table"]), ("rollcall-done", tables["DoneTable"])):
        described = table["Properties"]
        wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        dynamodb.create_table(TableName=name, **{key: described[key] for key in wanted if key in described})
    boto3.client("s3", region_name=REGION).create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    boto3.client("sqs", region_name=REGION).create_queue(QueueName="rollcall-work")
    boto3.client("secretsmanager", region_name=REGION).create_secret(Name="rollcall-session", SecretString="s" * 64)


def an_upload(services: Services, course_id: str, data: bytes = VIDEO) -> str:
    """Sent by presigned links, as a browser does."""
    assert services.uploads.direct is not None
    a_teacher(services)
    purpose = LectureRecording(filename="lecture.mp4", course_id=course_id, starts_at=STARTS_AT)
    upload = Upload(new_id(), TEACHER, len(data), services.now(), purpose)
    services.uploads.begin(upload)
    (link,) = services.uploads.part_links(upload.id, [1]).values()
    assert requests.put(link, data=data, timeout=10).ok
    services.uploads.complete(upload.id)
    return upload.id


def waiting_messages() -> list[str]:
    """But for hints that something is to be swept."""
    client = boto3.client("sqs", region_name=REGION)
    url = client.get_queue_url(QueueName="rollcall-work")["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in found if "sweep" not in json.loads(message["Body"])]


def test_the_main_road_by_the_stacks_own_settings_tables_and_rights(
    services: Services, engine: RemoteEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rights = Rights(monkeypatch)
    with rights.of("Api"):
        container.services.cache_clear()
        services = container.services()
        course = add_course(services, code="CS101", name="Computing", section="1", by=None)
        register_student(
            services,
            student_id="21",
            name="Student 21",
            consent_on=date(2026, 3, 1),
            photos=[b"face:21"],
            by=None,
            course_ids=[course.id],
        )
        upload_id = an_upload(services, course.id)
        assert api.handler(http_v2_event("GET", "/healthz"), FakeContext())["statusCode"] == 200

    arrived = json.dumps(s3_event(f"uploads/{upload_id}/data", bucket=BUCKET))
    with rights.of("Start"):
        assert start.handler(sqs_event(arrived), FakeContext()) == {"batchItemFailures": []}
        for again in (arrived, json.dumps({"recording_id": upload_id})):
            assert start.handler(sqs_event(again), FakeContext()) == {"batchItemFailures": []}
    assert services.store.recording(upload_id).status is SearchStatus.SEARCHING
    assert waiting_messages() == [json.dumps({"recording_id": upload_id})]
    assert list(engine.tags) == ["job-1"]

    engine.end("job-1")
    word = sns_event(rekognition_message(engine.tags["job-1"]))
    with rights.of("Finish"):
        assert finish.handler(word, FakeContext()) == {"outcomes": ["SearchEnded"]}
        assert finish.handler(word, FakeContext()) == {"outcomes": ["SearchEnded"]}  # from memory
    recording = services.store.recording(upload_id)
    assert recording.status is SearchStatus.DONE
    (mark,) = services.store.marks(recording.lecture_id)
    assert (mark.student_id, mark.status) == ("21", Status.PRESENT)

    with rights.of("Sweep"):
        sweep.handler(schedule_event("2026-03-02T09:07:00Z"), FakeContext())

    with rights.of("Api"):
        remove_student(services, "21", by=None)
    assert not services.store.marks(recording.lecture_id)
    left = {key.partition("/")[0] for key in stored_keys()}
    assert left == {"recordings"}
    assert rights.denied == []
    assert rights.used["Start"] >= {"dynamodb:ConditionCheckItem", "s3:PutObject", "sqs:SendMessage"}


def stored_keys() -> list[str]:
    answer = boto3.client("s3", region_name=REGION).list_objects_v2(Bucket=BUCKET)
    return [stored["Key"] for stored in answer.get("Contents", [])]


def test_a_role_may_not_do_what_its_function_does_not_need(services: Services, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the test above can fail."""
    rights = Rights(monkeypatch)
    with rights.of("Finish"), pytest.raises(PermissionError, match="may not do"):
        boto3.client("sqs", region_name=REGION).receive_message(QueueUrl="https://sqs/1/q")


def test_a_refused_upload_keeps_its_reason_where_its_sender_asks_and_is_refused_once(services: Services) -> None:
    course = add_course(services, code="CS101", name="Computing", section="1", by=None)
    upload_id = an_upload(services, course.id, b"a poem")
    event = sqs_event(json.dumps(s3_event(f"uploads/{upload_id}/data", bucket=BUCKET)))
    assert start.handler(event, FakeContext()) == {"batchItemFailures": []}
    reason = services.uploads.upload(upload_id).refusal
    assert reason == "The recording is not a video that can be read, or it is cut short."
    once._layer.cache_clear()
    event["Records"][0]["body"] = event["Records"][0]["body"].replace("0055AED6DCD90281E5", "0055AED6DCD90281E6")
    assert start.handler(event, FakeContext()) == {"batchItemFailures": []}
    assert services.uploads.upload(upload_id).refusal == reason


def test_the_stack_makes_the_table_that_the_store_takes(services: Services) -> None:
    open_store("dynamodb://rollcall", load_settings({})).check()
