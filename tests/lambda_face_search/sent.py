"""Events as AWS sends them, written out from its documentation."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote_plus

REGION = "ap-northeast-2"
BUCKET = "rollcall-media"


def s3_record(key: str, *, bucket: str = BUCKET, name: str = "ObjectCreated:CompleteMultipartUpload") -> dict[str, Any]:
    """One record of an S3 notification, version 2.3, of a bucket that keeps versions."""
    return {
        "eventVersion": "2.3",
        "eventSource": "aws:s3",
        "awsRegion": REGION,
        "eventTime": "2026-03-02T09:00:00.000Z",
        "eventName": name,
        "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
        "requestParameters": {"sourceIPAddress": "203.0.113.7"},
        "responseElements": {
            "x-amz-request-id": "C3D13FE58DE4C810",
            "x-amz-id-2": "FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S/JRWeUWerMUE5JgHvANOjpD",
        },
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "uploads",
            "bucket": {
                "name": bucket,
                "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                "arn": f"arn:aws:s3:::{bucket}",
            },
            "object": {
                "key": quote_plus(key),
                "size": 1024,
                "eTag": "d41d8cd98f00b204e9800998ecf8427e-3",
                "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                "sequencer": "0055AED6DCD90281E5",
            },
        },
    }


def s3_event(*keys: str, **more: str) -> dict[str, Any]:
    """A notification about these objects."""
    return {"Records": [s3_record(key, **more) for key in keys]}


S3_TEST_EVENT = {
    "Service": "Amazon S3",
    "Event": "s3:TestEvent",
    "Time": "2026-03-02T08:00:00.000Z",
    "Bucket": BUCKET,
    "RequestId": "5582815E1AEA5ADF",
    "HostId": "8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE",
}


def event_bridge_event(key: str, bucket: str = BUCKET, kind: str = "Object Created") -> dict[str, Any]:
    """The same by EventBridge, which encodes no key."""
    return {
        "version": "0",
        "id": "17793124-05d4-b198-2fde-7ededc63b103",
        "detail-type": kind,
        "source": "aws.s3",
        "account": "123456789012",
        "time": "2026-03-02T09:00:00Z",
        "region": REGION,
        "resources": [f"arn:aws:s3:::{bucket}"],
        "detail": {
            "version": "0",
            "bucket": {"name": bucket},
            "object": {
                "key": key,
                "size": 5,
                "etag": "b1946ac92492d2347c6235b4d2611184",
                "sequencer": "00617F08299329D189",
            },
            "request-id": "N4N7GDK58NMKJ12R",
            "requester": "123456789012",
            "source-ip-address": "203.0.113.7",
            "reason": "CompleteMultipartUpload",
        },
    }


def rekognition_message(tag: str, search_id: str = "job-1", status: str = "SUCCEEDED", **more: Any) -> dict[str, Any]:
    """What Rekognition publishes when a search has ended."""
    return {
        "JobId": search_id,
        "Status": status,
        "API": "StartFaceSearch",
        "JobTag": tag,
        "Timestamp": 1772442000000,
        "Video": {"S3ObjectName": "recordings/a/b.mp4", "S3Bucket": BUCKET},
        **more,
    }


def sns_event(message: dict[str, Any]) -> dict[str, Any]:
    """What Lambda is called with by SNS."""
    return {
        "Records": [
            {
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"arn:aws:sns:{REGION}:123456789012:AmazonRekognition-rollcall:21be56ed",
                "EventSource": "aws:sns",
                "Sns": {
                    "SignatureVersion": "1",
                    "Timestamp": "2026-03-02T09:10:00.000Z",
                    "Signature": "tcc6faL2yUC6dgZdmrwh1Y4cGa/ebXEkAi6RibDsvpi+tE/1+82j...65r==",
                    "SigningCertUrl": f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService-ac565b8b.pem",
                    "MessageId": "95df01b4-ee98-5cb9-9903-4c221d41eb5e",
                    "Message": json.dumps(message),
                    "MessageAttributes": {},
                    "Type": "Notification",
                    "UnsubscribeUrl": f"https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe",
                    "TopicArn": f"arn:aws:sns:{REGION}:123456789012:AmazonRekognition-rollcall",
                    "Subject": None,
                },
            }
        ]
    }


def sns_envelope(message: dict[str, Any]) -> dict[str, Any]:
    """What SNS puts into a queue where raw delivery is off."""
    return {
        "Type": "Notification",
        "MessageId": "dc1e94d9-56c5-5e96-808d-cc7f68faa162",
        "TopicArn": f"arn:aws:sns:{REGION}:123456789012:AmazonRekognition-rollcall",
        "Message": json.dumps(message),
        "Timestamp": "2026-03-02T09:10:00.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": f"https://sns.{REGION}.amazonaws.com/SimpleNotificationService-EXAMPLE.pem",
        "UnsubscribeURL": f"https://sns.{REGION}.amazonaws.com/?Action=Unsubscribe",
    }


def schedule_event(time: str = "2026-03-02T09:00:00Z") -> dict[str, Any]:
    """What a rule of EventBridge with a schedule calls with."""
    return {
        "version": "0",
        "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": time,
        "region": REGION,
        "resources": [f"arn:aws:events:{REGION}:123456789012:rule/rollcall-sweep"],
        "detail": {},
    }


def http_v2_event(
    method: str,
    path: str,
    *,
    query: str = "",
    headers: dict[str, str] | None = None,
    cookies: tuple[str, ...] = (),
    body: str | None = None,
    is_base64: bool = False,
) -> dict[str, Any]:
    """A request of an HTTP API, payload 2.0."""
    host = f"a1b2c3.execute-api.{REGION}.amazonaws.com"
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": {
            "host": host,
            "user-agent": "curl/8.0",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            **(headers or {}),
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "a1b2c3",
            "domainName": host,
            "domainPrefix": "a1b2c3",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8.0",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Mar/2026:09:00:00 +0000",
            "timeEpoch": 1772442000000,
        },
        "isBase64Encoded": is_base64,
    }
    if cookies:
        event["cookies"] = list(cookies)
    if body is not None:
        event["body"] = body
    return event


def http_v1_event(
    method: str, path: str, *, headers: dict[str, str] | None = None, body: str = "", is_base64: bool = False
) -> dict[str, Any]:
    """A request of a REST API, payload 1.0."""
    host = f"a1b2c3.execute-api.{REGION}.amazonaws.com"
    sent = {"Host": host, "X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"} | (headers or {})
    return {
        "version": "1.0",
        "resource": "/{proxy+}",
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"accountId": "123456789012", "apiId": "a1b2c3", "httpMethod": method, "path": path},
        "pathParameters": {"proxy": path.lstrip("/")},
        "stageVariables": None,
        "body": body or None,
        "isBase64Encoded": is_base64,
    }
