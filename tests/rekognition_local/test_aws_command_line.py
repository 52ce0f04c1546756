"""The aws command line talks to the endpoint unchanged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AWS = Path(sys.executable).with_name("aws")

pytestmark = pytest.mark.skipif(not AWS.exists(), reason="the aws command line is needed: pip install awscli")


def aws_command(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(AWS), "--endpoint-url", url, "--output", "json", "rekognition", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "AWS_PAGER": "", "AWS_MAX_ATTEMPTS": "1"},
    )


def answer(url: str, *arguments: str) -> dict[str, Any]:
    result = aws_command(url, *arguments)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_it_indexes_searches_lists_and_removes(endpoint, kit, tmp_path):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(kit.photo(0))
    image = ("--image-bytes", f"fileb://{photo}")
    named = ("--collection-id", "by-command")
    assert answer(endpoint.url, "create-collection", *named)["StatusCode"] == 200
    indexed = answer(endpoint.url, "index-faces", *named, *image, "--external-image-id", "student-21")
    face_id = indexed["FaceRecords"][0]["Face"]["FaceId"]
    found = answer(endpoint.url, "search-faces-by-image", *named, *image)
    assert found["FaceMatches"][0]["Face"]["FaceId"] == face_id
    assert len(answer(endpoint.url, "list-faces", *named, "--page-size", "1")["Faces"]) == 1
    assert answer(endpoint.url, "delete-faces", *named, "--face-ids", face_id)["DeletedFaces"] == [face_id]
    assert answer(endpoint.url, "delete-collection", *named)["StatusCode"] == 200


def test_it_shows_an_error_as_that_of_the_service(endpoint):
    result = aws_command(endpoint.url, "describe-collection", "--collection-id", "nowhere")
    assert result.returncode != 0
    assert (
        "An error occurred (ResourceNotFoundException) when calling the DescribeCollection operation: "
        "The collection id: nowhere does not exist"
    ) in result.stderr
