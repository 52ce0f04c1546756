"""Tells the end of a job to its SNS topic, in the words of the service."""

from __future__ import annotations

import json
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from rekognition_local.job import Job

_CONFIG = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "max_attempts": 3})


class NotTold(Exception):
    """The topic does not know; `str` of it says why."""


def completion_message(job: Job) -> dict[str, Any]:
    """What the service publishes when a job has ended."""
    place = job.request["Video"]["S3Object"]
    message = {"JobId": job.job_id, "Status": str(job.status), "API": job.operation}
    if "JobTag" in job.request:
        message["JobTag"] = job.request["JobTag"]
    video = {"S3ObjectName": place["Name"], "S3Bucket": place["Bucket"]}
    return {**message, "Timestamp": round(job.ended_s * 1000), "Video": video}


def publish(job: Job, topic_arn: str) -> None:
    """Publish it, trying again with pauses. Raises NotTold."""
    try:
        # The region is the topic's, wherever this server is.
        region = topic_arn.split(":")[3] or None
        # A session of its own: threads may not make clients of one.
        client = boto3.session.Session().client("sns", region_name=region, config=_CONFIG)
        client.publish(TopicArn=topic_arn, Message=json.dumps(completion_message(job)))
    except (BotoCoreError, ClientError) as error:
        raise NotTold(f"{topic_arn} was not told that job {job.job_id} has ended: {error}") from error
