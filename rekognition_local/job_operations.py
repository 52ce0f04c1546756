"""StartFaceSearch, GetFaceSearch, StartFaceDetection and GetFaceDetection."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import bad_object
from rekognition_local.job import FACE_DETECTION, FACE_SEARCH, Job, Status
from rekognition_local.jobs_folder import JobsFolder
from rekognition_local.s3_objects import S3Objects
from rekognition_local.tokens import Tokens
from rekognition_local.validation import Members

MOST_RESULTS = 1000


class JobOperations:
    """Each takes the request's members and gives the answer's. Raises ServiceError.

    Parameters
    ----------
    begin
        Has a new job done.
    """

    def __init__(
        self,
        jobs: JobsFolder,
        collections: CollectionsFolder,
        objects: S3Objects,
        tokens: Tokens,
        begin: Callable[[Job], None],
    ) -> None:
        self._jobs = jobs
        self._collections = collections
        self._objects = objects
        self._tokens = tokens
        self._begin = begin

    def start_face_search(self, asked: Members) -> Members:
        """Start a job, or find the one that was started with the same token."""
        if self._jobs.of_token(FACE_SEARCH, asked) is None:
            self._collections.get_usable(asked["CollectionId"])
        return self._start(FACE_SEARCH, asked)

    def start_face_detection(self, asked: Members) -> Members:
        """The same for faces of whomever."""
        return self._start(FACE_DETECTION, asked)

    def get_face_search(self, asked: Members) -> Members:
        """How far a job is, and a page of what it has found."""
        job, answer = self._looked_up(FACE_SEARCH, asked)
        if job.status is not Status.SUCCEEDED:
            return answer
        result = self._jobs.result(job)
        by_index = asked.get("SortBy") == "INDEX"
        start, end, more = self._page(("GetFaceSearch", job.job_id, by_index), len(result.lines), asked)
        persons = result.persons(start, end, by_index=by_index)
        return {**answer, "VideoMetadata": result.metadata, "Persons": persons, **more}

    def get_face_detection(self, asked: Members) -> Members:
        """How far a job is, and a page of the faces that it has found, by time."""
        job, answer = self._looked_up(FACE_DETECTION, asked)
        if job.status is not Status.SUCCEEDED:
            return answer
        result = self._jobs.result(job)
        start, end, more = self._page(("GetFaceDetection", job.job_id), len(result.lines), asked)
        return {**answer, "VideoMetadata": result.metadata, "Faces": result.faces(start, end), **more}

    def _start(self, operation: str, asked: Members) -> Members:
        job = self._jobs.of_token(operation, asked)
        if job is None:
            if "S3Object" not in asked["Video"]:
                raise bad_object()
            self._objects.check_video(asked["Video"]["S3Object"])
            job, is_new = self._jobs.start(operation, asked)
            if is_new:
                self._begin(job)
        return {"JobId": job.job_id}

    def _looked_up(self, operation: str, asked: Members) -> tuple[Job, Members]:
        """A job, and what is said of each, done or not."""
        job = self._jobs.get(operation, asked["JobId"])
        answer: Members = {"JobStatus": str(job.status), "JobId": job.job_id, "Video": job.request["Video"]}
        if "JobTag" in job.request:
            answer["JobTag"] = job.request["JobTag"]
        if job.status is Status.FAILED:
            answer["StatusMessage"] = job.message
        return job, answer

    def _page(self, of: Sequence[Any], count: int, asked: Members) -> tuple[int, int, Members]:
        """From which to before which place the page is, and its NextToken where there are more."""
        start = self._tokens.start(of, asked)
        end = start + min(asked.get("MaxResults", MOST_RESULTS), MOST_RESULTS)
        return start, end, {"NextToken": self._tokens.make(of, end)} if end < count else {}
