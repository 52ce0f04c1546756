"""What one site has of AWS: its bucket, table, queue, topic and collection, and the settings that name them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from tests.aws.here import AwsHere

PREFIX = "school"
ROLE = "arn:aws:iam::123456789012:role/rollcall-rekognition"
DONE_TABLE_KEY = "id"


@dataclass(frozen=True)
class Cloud:
    """All that a stack makes, named by `name`; the collection and the store's table the site makes itself."""

    aws: AwsHere
    name: str
    work_url: str
    words_url: str
    topic: str

    @classmethod
    def made(cls, aws: AwsHere) -> Cloud:
        """As deploy/aws/template.yaml has it, with a queue behind the topic from which tests take the words."""
        name = f"rollcall-{uuid4().hex[:12]}"
        work, words = (aws.sqs.create_queue(QueueName=f"{name}-{kind}")["QueueUrl"] for kind in ("work", "words"))
        topic = aws.sns.create_topic(Name=f"AmazonRekognition-{name}")["TopicArn"]
        cloud = cls(aws, name, work, words, topic)
        aws.sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=cloud._arn(words))
        aws.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})
        cloud._tell_of_uploads()
        aws.dynamodb.create_table(
            TableName=cloud.done_table,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": DONE_TABLE_KEY, "AttributeType": "S"}],
            KeySchema=[{"AttributeName": DONE_TABLE_KEY, "KeyType": "HASH"}],
        )
        return cloud

    @property
    def done_table(self) -> str:
        """Where functions note which messages they did."""
        return f"{self.name}-done"

    def settings(self, **more: str) -> dict[str, str]:
        """Those that choose AWS, and those that are written for it."""
        return {
            "ROLLCALL_STORE": f"dynamodb://{self.name}",
            "ROLLCALL_MEDIA": f"s3://{self.name}/{PREFIX}",
            "ROLLCALL_FACES": f"rekognition://{self.name}",
            "ROLLCALL_JOBS": f"lambda:{self.work_url}",
            "ROLLCALL_REKOGNITION_TOPIC": self.topic,
            "ROLLCALL_REKOGNITION_ROLE": ROLE,
            "ROLLCALL_TIMEZONE": "Asia/Seoul",
            "ROLLCALL_LOGIN_ATTEMPTS": "1000",
            "POWERTOOLS_IDEMPOTENCY_TABLE": self.done_table,
            **more,
        }

    def items(self) -> list[dict[str, Any]]:
        """Everything in the store's table, in a fixed order."""
        pages = self.aws.dynamodb.get_paginator("scan").paginate(TableName=self.name, ConsistentRead=True)
        found = [item for page in pages for item in page["Items"]]
        return sorted(found, key=_key)

    def keys(self, folder: str = "") -> set[str]:
        """All objects of the bucket below the prefix, without it."""
        pages = self.aws.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=f"{PREFIX}/{folder}")
        return {one["Key"].removeprefix(f"{PREFIX}/") for page in pages for one in page.get("Contents", [])}

    def delete(self, keys: set[str]) -> None:
        """Objects, by keys below the prefix."""
        for key in keys:
            self.aws.s3.delete_object(Bucket=self.name, Key=f"{PREFIX}/{key}")

    def put_back(self, items: list[dict[str, Any]]) -> None:
        """Let the store's table have these items and no others."""
        now, wanted = ({_key(one): one for one in some} for some in (self.items(), items))
        for key in now.keys() - wanted.keys():
            self.aws.dynamodb.delete_item(TableName=self.name, Key={"pk": {"S": key[0]}, "sk": {"S": key[1]}})
        for key, item in wanted.items():
            if now.get(key) != item:
                self.aws.dynamodb.put_item(TableName=self.name, Item=item)

    def faces(self) -> dict[str, str]:
        """The collection's students by FaceId."""
        pages = self.aws.rekognition.get_paginator("list_faces").paginate(CollectionId=self.name)
        return {face["FaceId"]: face["ExternalImageId"] for page in pages for face in page["Faces"]}

    def forget_done(self) -> None:
        """As if the day were over for which it is remembered what was done."""
        for item in self.aws.dynamodb.scan(TableName=self.done_table)["Items"]:
            self.aws.dynamodb.delete_item(TableName=self.done_table, Key={DONE_TABLE_KEY: item[DONE_TABLE_KEY]})

    def empty_queues(self) -> None:
        for url in (self.work_url, self.words_url):
            for message in self.messages(url):
                self.aws.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])

    def messages(self, url: str) -> Iterator[dict[str, Any]]:
        """Those that wait in a queue; each is hidden from then on until it is deleted or shown again."""
        while found := self.aws.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            yield from found

    def _arn(self, url: str) -> str:
        answer = self.aws.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
        return str(answer["Attributes"]["QueueArn"])

    def _tell_of_uploads(self) -> None:
        rules = [{"Name": "prefix", "Value": f"{PREFIX}/uploads/"}, {"Name": "suffix", "Value": "/data"}]
        wanted = {
            "QueueArn": self._arn(self.work_url),
            "Events": ["s3:ObjectCreated:CompleteMultipartUpload"],  # of all that are created moto tells twice
            "Filter": {"Key": {"FilterRules": rules}},
        }
        self.aws.s3.put_bucket_notification_configuration(
            Bucket=self.name, NotificationConfiguration={"QueueConfigurations": [wanted]}
        )


def _key(item: dict[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def as_text(items: list[dict[str, Any]]) -> str:
    """All that stands in items, to look for a word in."""
    return json.dumps(items, default=lambda held: held.decode("latin-1"), ensure_ascii=False)
