"""StartFaceSearch and GetFaceSearch."""

from __future__ import annotations

from collections.abc import Callable

from rekognition_local.collections_folder import CollectionsFolder
from rekognition_local.errors import bad_object
from rekognition_local.job import Job, Status
from rekognition_local.jobs_folder import JobsFolder
from rekognition_local.s3_objects import S3Objects
from rekognition_local.tokens import Tokens
from rekognition_local.validation import Members

MOST_PERSONS = 1000


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
        job = self._jobs.of_token(asked)
        if job is None:
            self._collections.get_usable(asked["CollectionId"])
            if "S3Object" not in asked["Video"]:
                raise bad_object()
            self._objects.check_video(asked["Video"]["S3Object"])
            job, is_new = self._jobs.start(asked)
            if is_new:
                self._begin(job)
        return {"JobId": job.job_id}

    def get_face_search(self, asked: Members) -> Members:
        """How far a job is, and a page of what it has found."""
        job = self._jobs.get(asked["JobId"])
        answer: Members = {"JobStatus": str(job.status), "JobId": job.job_id, "Video": job.request["Video"]}
        if "JobTag" in job.request:
            answer["JobTag"] = job.request["JobTag"]
        if job.status is Status.FAILED:
            answer["StatusMessage"] = job.message
        if job.status is not Status.SUCCEEDED:
            return answer
        return {**answer, **self._found(job, asked)}

    def _found(self, job: Job, asked: Members) -> Members:
        result = self._jobs.result(job)
        by_index = asked.get("SortBy") == "INDEX"
        of = ("GetFaceSearch", job.job_id, by_index)
        start = self._tokens.start(of, asked)
        end = start + min(asked.get("MaxResults", MOST_PERSONS), MOST_PERSONS)
        found: Members = {
            "VideoMetadata": result.metadata,
            "Persons": result.persons(start, end, by_index=by_index),
        }
        return {**found, "NextToken": self._tokens.make(of, end)} if end < len(result.lines) else found
