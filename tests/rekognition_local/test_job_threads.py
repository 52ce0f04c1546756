"""Jobs in their threads, without a server and an engine: what an end in order leaves of them."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import Stopped
from rekognition_local.job import Status
from rekognition_local.job_threads import MOST_ATTEMPTS, JobThreads
from rekognition_local.jobs_folder import JobsFolder

REQUEST = {"CollectionId": "class", "Video": {"S3Object": {"Bucket": "media", "Name": "a.mp4"}}}


class SlowObjects:
    """An S3 whose video is still on its way when the server ends."""

    def __init__(self) -> None:
        self.is_asked = threading.Event()

    def download(self, place: Any, path: Path, is_stopped: Any) -> None:
        self.is_asked.set()
        while not is_stopped():
            threading.Event().wait(0.001)
        raise Stopped


def test_servers_that_are_ended_in_order_do_not_count_against_a_video(tmp_path):
    collections = CollectionsFolder(tmp_path / "collections", "engine-1")
    collections.create("class", {})
    JobsFolder(tmp_path / "jobs", 20).start("StartFaceSearch", REQUEST)
    for _ in range(MOST_ATTEMPTS + 1):
        objects: Any = SlowObjects()
        videos: Any = None
        threads = JobThreads(JobsFolder(tmp_path / "jobs", 20), collections, videos, objects, tmp_path, 1)
        threads.start()
        objects.is_asked.wait(5)
        threads.stop()
    (job,) = JobsFolder(tmp_path / "jobs", 20).unfinished()
    assert job.status is Status.IN_PROGRESS
