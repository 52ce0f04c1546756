"""One face search, or face detection, of a video: what was asked for, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

FACE_SEARCH, FACE_DETECTION = "StartFaceSearch", "StartFaceDetection"


class Status(StrEnum):
    """The service's VideoJobStatus."""

    IN_PROGRESS = "IN_PROGRESS"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Job:
    """A job as it is kept on disk.

    Parameters
    ----------
    request
        The members of the operation that started it.
    message
        Why it failed.
    attempts
        How often a server began it and was not ended in order; more than once where one was killed.
    is_told
        Whether the topic of the request knows that it has ended.
    """

    job_id: str
    request: dict[str, Any]
    started_s: float
    operation: str = FACE_SEARCH
    status: Status = Status.IN_PROGRESS
    message: str = ""
    attempts: int = 0
    ended_s: float = 0.0
    is_told: bool = False

    @property
    def topic_arn(self) -> str | None:
        """Where its end is told."""
        channel = self.request.get("NotificationChannel")
        return channel["SNSTopicArn"] if channel else None

    def written(self) -> dict[str, Any]:
        """As it is kept on disk."""
        return asdict(self)

    @classmethod
    def read(cls, written: Mapping[str, Any]) -> Job:
        """From what `written` gave."""
        return cls(**{**written, "status": Status(written["status"])})
