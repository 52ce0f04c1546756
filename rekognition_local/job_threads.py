"""Does the jobs, a few at a time, in threads that end when they are asked to."""

from __future__ import annotations

import logging
import queue
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from face_engine.errors import FaceEngineError
from rekognition_local.collection import DEFAULT_THRESHOLD
from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import ServiceError, Stopped
from rekognition_local.job import FACE_DETECTION, Job, Status
from rekognition_local.job_result import SearchedVideo
from rekognition_local.jobs_folder import JobsFolder
from rekognition_local.notices import NotTold, publish
from rekognition_local.s3_objects import S3Objects
from rekognition_local.videos import Videos

MOST_ATTEMPTS = 3
"""A video that ends the whole process so often is not tried again."""

FILE_NAME = "The video"
"""The subject of the engine's sentences on what is wrong with it."""

log = logging.getLogger(__name__)


class JobThreads:
    """Takes jobs from a queue; what is not done when the server ends is begun again at the next start."""

    def __init__(
        self,
        jobs: JobsFolder,
        collections: CollectionsFolder,
        videos: Videos,
        objects: S3Objects,
        folder: Path,
        threads: int,
    ) -> None:
        self._jobs = jobs
        self._collections = collections
        self._videos = videos
        self._objects = objects
        self._folder = folder
        self._queue: queue.Queue[Job | None] = queue.Queue()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, name=f"jobs-{n}") for n in range(threads)]

    def start(self) -> None:
        """Begin with what the last server left."""
        for job in self._jobs.unfinished():
            self._queue.put(job)
        for thread in self._threads:
            thread.start()

    def add(self, job: Job) -> None:
        """Do this job as soon as there is a thread."""
        self._queue.put(job)

    def stop(self) -> None:
        """End after the picture that is searched now."""
        self._stop.set()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (job := self._queue.get()) is not None and not self._stop.is_set():
            try:
                self._do(job)
            except Stopped:
                return
            except Exception:
                # The thread goes on; the job stays in progress, and the next start begins it again.
                log.exception("Job %s was broken off.", job.job_id)

    def _do(self, job: Job) -> None:
        if job.status is Status.IN_PROGRESS:
            job = self._searched(job)
            log.info("Job %s: %s %s", job.job_id, job.status, job.message)
        if job.topic_arn is None:
            return
        try:
            publish(job, job.topic_arn)
            self._jobs.tell(job)
        except NotTold as error:
            log.error("%s. The next start tries again.", error)

    def _searched(self, job: Job) -> Job:
        if job.attempts >= MOST_ATTEMPTS:
            return self._jobs.fail(job, "Internal server error: the search ended the server several times.")
        job = self._jobs.begin(job)
        try:
            return self._jobs.succeed(job, self._search(job))
        except ServiceError as error:
            return self._jobs.fail(job, error.message)
        except FaceEngineError as error:
            return self._jobs.fail(job, str(error))
        except Stopped:
            self._jobs.put_back(job)
            raise
        except Exception as error:  # whatever it is, nobody is left to wait for this job
            log.exception("Job %s failed.", job.job_id)
            return self._jobs.fail(job, f"Internal server error: {type(error).__name__}.")

    def _search(self, job: Job) -> SearchedVideo:
        look = self._detection(job) if job.operation == FACE_DETECTION else self._face_search(job)
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            path = Path(folder) / FILE_NAME
            self._objects.download(job.request["Video"]["S3Object"], path, self._stop.is_set)
            return look(path)

    def _face_search(self, job: Job) -> Callable[[Path], SearchedVideo]:
        collection = self._collections.get_usable(job.request["CollectionId"])
        threshold = job.request.get("FaceMatchThreshold", DEFAULT_THRESHOLD)
        return lambda path: self._videos.search(path, collection, threshold, self._stop.is_set)

    def _detection(self, job: Job) -> Callable[[Path], SearchedVideo]:
        attributes = [job.request.get("FaceAttributes", "DEFAULT")]
        return lambda path: self._videos.detect(path, attributes, self._stop.is_set)
