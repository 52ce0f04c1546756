"""What AWS refuses becomes a plain sentence of ours, whatever it was."""

from __future__ import annotations

import botocore.exceptions
import pytest
from botocore.exceptions import BotoCoreError, ClientError

from attendance.adapters.aws import make_client, plain_aws_errors
from attendance.errors import Phrase, ServiceUnavailable, SettingsError

SERVICE = Phrase("The media store")
ARN = "arn:aws:sts::123456789012:assumed-role/site/i-1"


def refusal(code: str, message: str = "", *, status: int = 400, operation: str = "GetObject") -> ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, operation)


def said(error: Exception, **names: str) -> str:
    with pytest.raises(ServiceUnavailable) as caught, plain_aws_errors(SERVICE, **names):
        raise error
    assert caught.value.__cause__ is error
    return caught.value.sentence


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (refusal("SlowDown", status=503), "The media store has too much to do at this moment; try again later."),
        (refusal("ThrottlingException"), "The media store has too much to do at this moment; try again later."),
        (
            refusal("ProvisionedThroughputExceededException"),
            "The media store has too much to do at this moment; try again later.",
        ),
        (refusal("InternalError", status=500), "The media store does not answer; try again later."),
        (refusal("503", status=503), "The media store does not answer; try again later."),
        (refusal("ExpiredToken"), "AWS refused: the credentials have expired."),
        (refusal("ExpiredTokenException"), "AWS refused: the credentials have expired."),
        (refusal("InvalidAccessKeyId", status=403), "AWS refused: it does not know these credentials."),
        (refusal("UnrecognizedClientException"), "AWS refused: it does not know these credentials."),
        (refusal("InvalidToken"), "AWS refused: it does not know these credentials."),
        (refusal("RequestTimeTooSkewed", status=403), "AWS refused: the clock of this machine is wrong."),
        (
            refusal("AccessDeniedException", f"User: {ARN} is not authorized to perform: dynamodb:Query on resource"),
            "AWS refused: these credentials may not do dynamodb:Query; give their role this right.",
        ),
        (
            refusal("AccessDenied", "Access Denied", status=403, operation="PutObject"),
            "AWS refused: these credentials may not do PutObject; give their role this right.",
        ),
        (
            refusal("403", "Forbidden", status=403, operation="HeadObject"),
            "AWS refused: these credentials may not do HeadObject; give their role this right.",
        ),
        (
            refusal("400", "Bad Request", operation="HeadObject"),
            "AWS refused HeadObject without a reason; perhaps the credentials have expired.",
        ),
        (
            refusal("InvalidStorageClass", "The storage class is not valid."),
            "The media store refused a request: InvalidStorageClass, The storage class is not valid.",
        ),
        (refusal("Strange"), "The media store refused a request: Strange."),
        (ClientError({}, "GetObject"), "The media store refused a request: ."),
    ],
    ids=lambda value: value.response.get("Error", {}).get("Code", "none") if isinstance(value, ClientError) else "",
)
def test_each_refusal_is_said_plainly(error: ClientError, sentence: str) -> None:
    assert said(error) == sentence


@pytest.mark.parametrize(
    ("error", "names", "sentence"),
    [
        (
            refusal("NoSuchBucket", status=404),
            {"bucket": "class-media"},
            "There is no bucket class-media: make it, or correct ROLLCALL_MEDIA.",
        ),
        (
            refusal("404", status=404, operation="HeadBucket"),
            {"bucket": "class-media"},
            "There is no bucket class-media: make it, or correct ROLLCALL_MEDIA.",
        ),
        (
            refusal("ResourceNotFoundException"),
            {"table": "rollcall"},
            "There is no table rollcall: make it by the command init-store, or correct ROLLCALL_STORE.",
        ),
        (
            refusal("ResourceNotFoundException"),
            {"collection": "school"},
            "There is no collection school: enrol the photos anew, or correct ROLLCALL_FACES.",
        ),
        (
            refusal("AWS.SimpleQueueService.NonExistentQueue"),
            {"queue": "https://queue.example/jobs"},
            "There is no queue https://queue.example/jobs: make it, or correct ROLLCALL_JOBS.",
        ),
    ],
    ids=["bucket", "bucket of a HEAD", "table", "collection", "queue"],
)
def test_what_is_missing_is_named_with_the_cure(error: ClientError, names: dict[str, str], sentence: str) -> None:
    assert said(error, **names) == sentence
    assert sentence not in said(error)


NO_ANSWER = "The media store does not answer; try again later."
NO_CREDENTIALS = "There are no credentials for AWS here: give the machine a role, or set its keys."


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (botocore.exceptions.EndpointConnectionError(endpoint_url="https://x"), NO_ANSWER),
        (botocore.exceptions.ConnectTimeoutError(endpoint_url="https://x"), NO_ANSWER),
        (botocore.exceptions.ReadTimeoutError(endpoint_url="https://x"), NO_ANSWER),
        (botocore.exceptions.ConnectionClosedError(endpoint_url="https://x"), NO_ANSWER),
        (botocore.exceptions.SSLError(endpoint_url="https://x", error="bad"), NO_ANSWER),
        (botocore.exceptions.ResponseStreamingError(error="cut"), NO_ANSWER),
        (botocore.exceptions.IncompleteReadError(actual_bytes=1, expected_bytes=2), NO_ANSWER),
        (botocore.exceptions.NoCredentialsError(), NO_CREDENTIALS),
        (botocore.exceptions.PartialCredentialsError(provider="env", cred_var="x"), NO_CREDENTIALS),
        (botocore.exceptions.CredentialRetrievalError(provider="x", error_msg="y"), NO_CREDENTIALS),
        (botocore.exceptions.UnauthorizedSSOTokenError(), NO_CREDENTIALS),
        (
            botocore.exceptions.ParamValidationError(report="no Key."),
            "The media store cannot be used: Parameter validation failed:\nno Key.",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_what_goes_wrong_before_aws_answers_is_said_plainly(error: BotoCoreError, sentence: str) -> None:
    assert said(error) == sentence


@pytest.mark.parametrize("name", ["dynamodb", "s3"])
def test_a_client_without_a_region_is_a_wrong_setting(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for variable in ("AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    with pytest.raises(SettingsError, match=r"^No region of AWS is set: set AWS_DEFAULT_REGION"):
        make_client(name)


def test_a_client_tries_again_and_gives_up_a_silent_line_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-northeast-2")
    config = make_client("s3", max_pool_connections=20).meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 5}
    assert config.connect_timeout <= 10
    assert config.max_pool_connections == 20


def test_other_errors_go_through_untouched() -> None:
    with pytest.raises(ZeroDivisionError), plain_aws_errors(SERVICE):
        raise ZeroDivisionError
