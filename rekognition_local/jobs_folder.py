"""All jobs of a server, a folder each: started once for each token, kept for a week after their end."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from rekognition_local.disk import read_json, remove_folder, sweep, sync_folder, unfinished, write_json
from rekognition_local.errors import ServiceError, mismatch
from rekognition_local.job import Job, Status
from rekognition_local.job_result import JobResult, SearchedVideo, read_result, write_result

KEPT_S = 7 * 24 * 3600.0
_ABOUT = "job.json"


class JobsFolder:
    """The jobs below a folder, loaded; threads may share it.

    Parameters
    ----------
    most_open
        How many may be in progress at once; the service's own limit is 20.
    """

    def __init__(self, root: Path, most_open: int) -> None:
        root.mkdir(exist_ok=True, mode=0o700)
        sweep(root)
        self._root = root
        self._most_open = most_open
        self._lock = threading.RLock()
        jobs = (Job.read(read_json(folder / _ABOUT)) for folder in root.iterdir())
        self._jobs = {job.job_id: job for job in sorted(jobs, key=lambda job: job.started_s)}
        self._forget_old()

    def start(self, operation: str, request: Mapping[str, Any]) -> tuple[Job, bool]:
        """The job of this request, and whether it is new: the same token is the same job.

        Raises
        ------
        ServiceError
            IdempotentParameterMismatchException or LimitExceededException.
        """
        with self._lock:
            known = self.of_token(operation, request)
            if known is not None:
                return known, False
            if sum(job.status is Status.IN_PROGRESS for job in self._jobs.values()) >= self._most_open:
                raise ServiceError(
                    "LimitExceededException", f"Subscriber limit exceeded: {self._most_open} jobs are in progress"
                )
            self._forget_old()
            job = Job(secrets.token_hex(32), dict(request), time.time(), operation)
            self._make(job)
            self._jobs[job.job_id] = job
            return job, True

    def of_token(self, operation: str, request: Mapping[str, Any]) -> Job | None:
        """The job that was started with the request's token. Raises ServiceError for another request's token."""
        token = request.get("ClientRequestToken")
        with self._lock:
            for job in self._jobs.values():
                if token is not None and (job.operation, job.request.get("ClientRequestToken")) == (operation, token):
                    if job.request != request:
                        raise mismatch()
                    return job
        return None

    def get(self, operation: str, job_id: str) -> Job:
        """One job that this operation has started. Raises ServiceError where there is none."""
        with self._lock:
            if job_id not in self._jobs or self._jobs[job_id].operation != operation:
                raise ServiceError("ResourceNotFoundException", "Could not find JobId")
            return self._jobs[job_id]

    def unfinished(self) -> list[Job]:
        """Jobs in progress, and those whose end was not told, as they were started."""
        with self._lock:
            return [
                job
                for job in self._jobs.values()
                if job.status is Status.IN_PROGRESS or (job.topic_arn and not job.is_told)
            ]

    def begin(self, job: Job) -> Job:
        """Count one more attempt."""
        return self._save(replace(job, attempts=job.attempts + 1))

    def put_back(self, job: Job) -> Job:
        """Take the attempt back that an end in order broke off."""
        return self._save(replace(job, attempts=job.attempts - 1))

    def succeed(self, job: Job, found: SearchedVideo) -> Job:
        """Keep what was found, then say so."""
        write_result(self._root / job.job_id, found)
        return self._save(replace(job, status=Status.SUCCEEDED, ended_s=time.time()))

    def fail(self, job: Job, message: str) -> Job:
        """Keep why it failed."""
        return self._save(replace(job, status=Status.FAILED, message=message, ended_s=time.time()))

    def tell(self, job: Job) -> Job:
        """Keep that its end was told."""
        return self._save(replace(job, is_told=True))

    def result(self, job: Job) -> JobResult:
        """What a job that succeeded has found."""
        return read_result(self._root / job.job_id)

    def _make(self, job: Job) -> None:
        new = unfinished(self._root)
        new.mkdir()
        write_json(new / _ABOUT, job.written())
        new.rename(self._root / job.job_id)
        sync_folder(self._root)

    def _save(self, job: Job) -> Job:
        with self._lock:
            write_json(self._root / job.job_id / _ABOUT, job.written())
            self._jobs[job.job_id] = job
            return job

    def _forget_old(self) -> None:
        for job in list(self._jobs.values()):
            if job.status is not Status.IN_PROGRESS and time.time() - job.ended_s > KEPT_S:
                del self._jobs[job.job_id]
                remove_folder(self._root / job.job_id)
