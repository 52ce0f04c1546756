"""The queue that functions in Lambda work off: what is sent, and what is said where it cannot be sent."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from attendance.adapters.sqs import jobs as jobs_lambda
from attendance.adapters.sqs.jobs import SqsJobs, open_jobs
from attendance.errors import ServiceUnavailable, SettingsError
from attendance.ports import WorkedQueue
from attendance.settings import Settings, load_settings
from tests.lambda_face_search.sqs import sqs_in_memory

URL = "https://sqs.ap-northeast-2.amazonaws.com/123456789012/rollcall-work"


@pytest.fixture
def settings() -> Settings:
    return load_settings({"ROLLCALL_DATA": "/nowhere"})


class RefusingClient:
    """Answers every message with an error."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def send_message(self, **given: Any) -> None:
        raise self.error


def refused(code: str, status: int = 400, message: str = "No.") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "SendMessage")  # type: ignore[arg-type]


def test_a_message_names_the_recording_and_nothing_else() -> None:
    with sqs_in_memory() as client:
        url = client.create_queue(QueueName="rollcall-work")["QueueUrl"]
        SqsJobs(url, client).enqueue_search("r1")
        (message,) = client.receive_message(QueueUrl=url)["Messages"]
    assert json.loads(message["Body"]) == {"recording_id": "r1"}


def test_nothing_is_asked_of_aws_before_the_first_job(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    monkeypatch.setattr(jobs_lambda, "make_client", lambda name, **config: made.append(name))
    jobs = open_jobs(f"lambda:{URL}", settings)
    jobs.bind(lambda recording_id: None, lambda: None)
    assert jobs.queue_url == URL
    assert made == []


def test_one_client_serves_all_jobs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    made: list[str] = []

    class Client:
        def send_message(self, **given: str) -> None:
            sent.append(given["MessageBody"])

    def make_client(name: str, **config: object) -> Client:
        made.append(name)
        return Client()

    monkeypatch.setattr(jobs_lambda, "make_client", make_client)
    jobs = open_jobs(f"lambda:{URL}", settings)
    for recording_id in ("r1", "r2"):
        jobs.enqueue_search(recording_id)
    assert made == ["sqs"]
    assert len(sent) == 2


def test_it_needs_no_worker_of_ours(settings: Settings) -> None:
    assert not isinstance(open_jobs(f"lambda:{URL}", settings), WorkedQueue)


@pytest.mark.parametrize(
    "value", ["lambda", "lambda:", "lambda:rollcall-work", "lambda:https://sqs.eu-west-1.amazonaws.com", "lambda:arn:x"]
)
def test_a_setting_that_is_no_address_of_a_queue_is_refused_at_the_start(settings: Settings, value: str) -> None:
    with pytest.raises(SettingsError, match=r"must be lambda: and the https address of an SQS queue\.$"):
        open_jobs(value, settings)


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refused("RequestThrottled"), "The queue of searches has too much to do at this moment; try again later."),
        (refused("ExpiredToken", 403), "AWS refused: the credentials have expired."),
        (refused("InternalError", 500), "The queue of searches does not answer; try again later."),
        (EndpointConnectionError(endpoint_url=URL), "The queue of searches does not answer; try again later."),
        (
            refused("AccessDenied", 403, "User is not authorized to perform: sqs:sendmessage on resource: x"),
            "AWS refused: these credentials may not do sqs:sendmessage; give their role this right.",
        ),
        (
            refused("AWS.SimpleQueueService.NonExistentQueue"),
            "There is no queue rollcall-work: make it, or correct ROLLCALL_JOBS.",
        ),
    ],
)
def test_a_job_that_cannot_be_sent_says_why_in_one_sentence(error: Exception, sentence: str) -> None:
    with pytest.raises(ServiceUnavailable) as raised:
        SqsJobs(URL, RefusingClient(error)).enqueue_search("r1")
    assert raised.value.sentence == sentence
