"""Makes clients for AWS, and turns what AWS refuses into errors with a sentence for a person."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    IncompleteReadError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.exceptions import HTTPClientError as BrokenConnection

from attendance import patience
from attendance.errors import Phrase, RollcallError, ServiceUnavailable, SettingsError

_SINCE = "rollcall_since"
_BUSY = {
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_UNKNOWN_CREDENTIALS = {
    "AuthFailure",
    "IncompleteSignature",
    "InvalidAccessKeyId",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "InvalidToken",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
}
_DENIED = {"403", "AccessDenied", "AccessDeniedException", "AuthorizationError", "UnauthorizedOperation"}
_CLOCK = {"RequestTimeTooSkewed", "RequestInTheFuture"}
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    TokenRetrievalError,
    SSOError,
)
_ACTION = re.compile(r"not authorized to perform:? ([\w-]+:\w+)")


def make_client(name: str, **config: Any) -> Any:
    """A client of boto3 that tries again with growing, random waits, and does not hang where nobody answers.

    It is the only layer that does so, but for adapters that set `total_max_attempts` to 1 and try again themselves.
    Region, credentials and endpoints come from AWS's own environment variables. Raises SettingsError (no region).
    """
    settings = {
        "retries": {"mode": "standard", "total_max_attempts": 5},
        "connect_timeout": 2,
        "read_timeout": 60,
        **config,
    }
    with plain_aws_errors(Phrase("AWS")):
        # A session of its own: the shared one may not be used by several threads, and keeps old credentials.
        session = boto3.session.Session()
        if session.region_name is None:  # S3 would guess one, and sign links with it
            raise NoRegionError()
        client = session.client(name, config=Config(**settings))
    client.meta.events.register("before-call", _note_start)
    client.meta.events.register("needs-retry", _give_up_in_time)
    return client


def _note_start(context: dict[str, Any], **_: object) -> None:
    context[_SINCE] = patience.now()


def _give_up_in_time(
    request_dict: dict[str, Any],
    operation: Any,
    attempts: int,
    response: tuple[Any, dict[str, Any]] | None = None,
    caught_exception: Exception | None = None,
    **_: object,
) -> None:
    """Where whoever waits has no patience left, a failure is raised as it is, instead of tried again."""
    if caught_exception is None and (response is None or "Error" not in response[1]):
        return
    since = request_dict["context"].get(_SINCE, patience.now())
    longest_pause_s = 2.0 ** (attempts - 1)
    if patience.lasts(longest_pause_s + (patience.now() - since) / attempts, since):
        return
    if caught_exception is not None:
        raise caught_exception
    assert response is not None
    raise ClientError(response[1], operation.name)


def error_code(error: ClientError) -> str:
    """AWS's name for what went wrong; of an answer without a body it is the status, such as "404"."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def plain_aws_errors(
    service: Phrase, *, bucket: str = "", table: str = "", collection: str = "", queue: str = ""
) -> Iterator[None]:
    """Raises ServiceUnavailable, or SettingsError where no region is set, for any error of botocore within.

    `service` begins a sentence ("The media store"). A name says what is meant where AWS finds it missing. What an
    error means to the adapter itself, such as a missing key, it must catch inside.
    """
    try:
        yield
    except ClientError as error:
        missing = _missing(error, bucket, table, collection, queue)
        raise (missing or _unauthorized(error) or _refused(service, error)) from error
    except BotoCoreError as error:
        raise _failed(service, error) from error


def _missing(error: ClientError, bucket: str, table: str, collection: str, queue: str) -> RollcallError | None:
    code = error_code(error)
    if bucket and (code == "NoSuchBucket" or (code == "404" and error.operation_name == "HeadBucket")):
        return ServiceUnavailable("There is no bucket %(name)s: make it, or correct ROLLCALL_MEDIA.", name=bucket)
    if table and code == "ResourceNotFoundException":
        return ServiceUnavailable(
            "There is no table %(name)s: make it by the command init-store, or correct ROLLCALL_STORE.", name=table
        )
    if collection and code == "ResourceNotFoundException":
        return ServiceUnavailable(
            "There is no collection %(name)s: enrol the photos anew, or correct ROLLCALL_FACES.", name=collection
        )
    if queue and code in ("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"):
        return ServiceUnavailable("There is no queue %(name)s: make it, or correct ROLLCALL_JOBS.", name=queue)
    return None


def _unauthorized(error: ClientError) -> RollcallError | None:
    code = error_code(error)
    if code in _EXPIRED:
        return ServiceUnavailable("AWS refused: the credentials have expired.")
    if code in _UNKNOWN_CREDENTIALS:
        return ServiceUnavailable("AWS refused: it does not know these credentials.")
    if code in _CLOCK:
        return ServiceUnavailable("AWS refused: the clock of this machine is wrong.")
    if code in _DENIED:
        return ServiceUnavailable(
            "AWS refused: these credentials may not do %(action)s; give their role this right.", action=_action(error)
        )
    if code == "400":  # a HEAD has no body, so that this is all that S3 says of an expired token
        return ServiceUnavailable(
            "AWS refused %(action)s without a reason; perhaps the credentials have expired.",
            action=error.operation_name,
        )
    return None


def _refused(service: Phrase, error: ClientError) -> RollcallError:
    if error_code(error) in _BUSY:
        return ServiceUnavailable("%(service)s has too much to do at this moment; try again later.", service=service)
    if _status(error) >= 500:
        return ServiceUnavailable("%(service)s does not answer; try again later.", service=service)
    return ServiceUnavailable("%(service)s refused a request: %(reason)s.", service=service, reason=_reason(error))


def _failed(service: Phrase, error: BotoCoreError) -> RollcallError:
    if isinstance(error, NoRegionError):
        return SettingsError("No region of AWS is set: set AWS_DEFAULT_REGION, such as ap-northeast-2.")
    if isinstance(error, _NO_CREDENTIALS):
        return ServiceUnavailable("There are no credentials for AWS here: give the machine a role, or set its keys.")
    if isinstance(error, (NoConnection, BrokenConnection, IncompleteReadError)):
        return ServiceUnavailable("%(service)s does not answer; try again later.", service=service)
    return ServiceUnavailable(
        "%(service)s cannot be used: %(reason)s.", service=service, reason=str(error).rstrip(". \n")
    )


def _action(error: ClientError) -> str:
    """The right that is missing, where AWS names it; else what was asked for."""
    found = _ACTION.search(str(error.response.get("Error", {}).get("Message", "")))
    return found[1] if found else error.operation_name


def _status(error: ClientError) -> int:
    metadata = error.response.get("ResponseMetadata", {})
    return int(metadata.get("HTTPStatusCode", 0))


def _reason(error: ClientError) -> str:
    message = str(error.response.get("Error", {}).get("Message", "")).rstrip(". \n")
    return f"{error_code(error)}, {message}" if message else error_code(error)
