"""A running endpoint, S3 and SNS beside it, and clients whose every answer is held against the service model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

from rekognition_local.endpoint import Endpoint, EndpointOptions
from tests.contract.faces_kits import LocalKit
from tests.face_data import FACE_DATA
from tests.moto_server import moto_server
from tests.rekognition_local.model_rules import answer_faults

NETWORKS = Path(FACE_DATA["ROLLCALL_DATA"]) / "models"
BUCKET = "media"


@pytest.fixture(scope="package")
def aws() -> Iterator[str]:
    """The address of S3, SNS and SQS, which AWS's own variables name as well."""
    with moto_server() as url, pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL_SNS", "AWS_ENDPOINT_URL_SQS"):
            environment.setenv(name, url)
        environment.setenv("AWS_ACCESS_KEY_ID", "test")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "test")
        environment.setenv("AWS_DEFAULT_REGION", "us-east-1")
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        environment.delenv("AWS_PROFILE", raising=False)
        boto3.client("s3").create_bucket(Bucket=BUCKET)
        yield url


@pytest.fixture(scope="package")
def endpoint(aws: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    """An endpoint in this process."""
    options = EndpointOptions(tmp_path_factory.mktemp("data") / "here", port=0, networks=NETWORKS)
    with Endpoint(options) as endpoint:
        yield endpoint


@pytest.fixture(scope="package")
def client(endpoint: Endpoint) -> Any:
    return checked_client(endpoint.url)


@pytest.fixture
def collection(client: Any) -> Iterator[str]:
    """An empty collection."""
    name = f"class-{uuid4().hex}"
    client.create_collection(CollectionId=name)
    yield name
    client.delete_collection(CollectionId=name)


@pytest.fixture(scope="package")
def kit() -> LocalKit:
    """Photos and lectures of drawn people, who are numbers from 0."""
    return LocalKit()


@pytest.fixture(scope="package")
def lecture(aws: str, kit: LocalKit, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Person 0 from 0 to 6 s, person 2 from 2 to 5 s, as the Video of a request."""
    path = tmp_path_factory.mktemp("lecture") / "lecture.mp4"
    kit.lecture(path, 6, [(0, 0, 6), (2, 2, 5)])
    return stored_video(path, "recordings/lecture.mp4")


def stored_video(path: Path, name: str) -> dict[str, Any]:
    """Put a file into the bucket; the Video of a request."""
    boto3.client("s3").upload_file(str(path), BUCKET, name)
    return {"S3Object": {"Bucket": BUCKET, "Name": name}}


def checked_client(url: str, operations: set[str] | None = None) -> Any:
    """A client that fails the test at an answer that breaks the model; it notes which operations it has seen."""
    client = boto3.client(
        "rekognition",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        # What a test breaks on purpose is sent as it is.
        config=Config(parameter_validation=False, retries={"total_max_attempts": 1}),
    )

    def check(response_dict: dict[str, Any] | None, event_name: str, **_: object) -> None:
        if response_dict is None:  # no answer came
            return
        operation = event_name.rpartition(".")[2]
        assert not answer_faults(operation, response_dict["status_code"], response_dict["body"])
        assert response_dict["headers"]["x-amzn-RequestId"]
        assert response_dict["headers"]["Content-Type"] == "application/x-amz-json-1.1"
        if operations is not None:
            operations.add(operation)

    client.meta.events.register("response-received.rekognition", check)
    return client


def code_of(error: pytest.ExceptionInfo[Any]) -> str:
    """The service's name for an error."""
    return str(error.value.response["Error"]["Code"])


def message_of(error: pytest.ExceptionInfo[Any]) -> str:
    """The service's sentence."""
    return str(error.value.response["Error"]["Message"])
