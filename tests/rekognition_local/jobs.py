"""Starts face searches and detections, and waits for their end."""

from __future__ import annotations

import time
from typing import Any

LONGEST_S = 60.0


def finished(client: Any, job_id: str, operation: str = "get_face_search", **asked: Any) -> dict[str, Any]:
    """The first page of a job that has ended."""
    end = time.monotonic() + LONGEST_S
    while time.monotonic() < end:
        answer: dict[str, Any] = getattr(client, operation)(JobId=job_id, **asked)
        if answer["JobStatus"] != "IN_PROGRESS":
            return answer
        time.sleep(0.05)
    raise AssertionError(f"the job has not ended after {LONGEST_S} seconds")


def searched(client: Any, collection: str, video: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """Start a search, and its first page once it has ended."""
    job_id = client.start_face_search(CollectionId=collection, Video=video, **asked)["JobId"]
    return finished(client, job_id)


def detected(client: Any, video: dict[str, Any], **asked: Any) -> dict[str, Any]:
    """Start a detection of faces, and its first page once it has ended."""
    return finished(client, client.start_face_detection(Video=video, **asked)["JobId"], "get_face_detection")
