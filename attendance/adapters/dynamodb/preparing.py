"""Making the table where there is none, safely from several processes at once, and saying whether it answers."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from attendance.adapters.aws import error_code, plain_aws_errors
from attendance.adapters.dynamodb.keys import INDEX
from attendance.adapters.dynamodb.table import SERVICE, TablePart
from attendance.errors import ServiceUnavailable

LATER = "expires_at"  # seconds since 1970 after which DynamoDB deletes an item that has them
_READY = ("ACTIVE", "UPDATING")
_MOST_WAITS = 120  # of a second
_DENIED = {"AccessDeniedException", "AccessDenied"}
_NOT_OFFERED = {"UnknownOperationException", "ContinuousBackupsUnavailableException", "TableNotFoundException"}
_MAKING: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "SSESpecification": {"Enabled": True},
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk", "ix")],
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": INDEX,
            "KeySchema": [{"AttributeName": "ix", "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}


class DynamoPreparation(TablePart):
    """`prepare`, `check` and `purge` of the Store."""

    def prepare(self) -> None:
        """Make the table where there is none; one that is there is only looked at. Raises ServiceUnavailable."""
        found = self._described()
        if found is None:
            found = self._made()
        if found["TableStatus"] not in _READY:
            found = self._awaited()
        self._refuse_other(found)

    def check(self) -> None:
        """Raises ServiceUnavailable where it does not answer or is of another version."""
        self._refuse_other(self.table.call("describe_table")["Table"])

    def purge(self) -> bool:
        """The table has no files of ours."""
        return True

    def _described(self) -> Any:
        """None where there is no such table."""
        with plain_aws_errors(SERVICE, table=self.table.name):
            try:
                return self.table.tried("describe_table")["Table"]
            except ClientError as error:
                if error_code(error) != "ResourceNotFoundException":
                    raise
        return None

    def _made(self) -> Any:
        with plain_aws_errors(SERVICE, table=self.table.name):
            try:
                self.table.tried("create_table", **_MAKING)
            except ClientError as error:
                if error_code(error) in _DENIED:
                    raise self._missing() from error
                if error_code(error) != "ResourceInUseException":  # another process makes it at this moment
                    raise
                return self._awaited()
        found = self._awaited()
        self._set_up()
        return found

    def _awaited(self) -> Any:
        for _ in range(_MOST_WAITS):
            found = self._described()
            if found is not None and found["TableStatus"] in _READY:
                return found
            self.table.pause(1.0)
        raise ServiceUnavailable(
            "The DynamoDB table %(table)s is not ready yet; try again in a minute.", table=self.table.name
        )

    def _set_up(self) -> None:
        """What a table has only after it is made: items that expire, and backups of every second, where offered."""
        name = self.table.name
        with plain_aws_errors(SERVICE, table=name):
            self.table.tried("update_time_to_live", TimeToLiveSpecification={"Enabled": True, "AttributeName": LATER})
            try:
                self.table.tried(
                    "update_continuous_backups", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
                )
            except ClientError as error:
                if error_code(error) not in _NOT_OFFERED:
                    raise

    def _missing(self) -> ServiceUnavailable:
        return ServiceUnavailable(
            "The DynamoDB table %(table)s does not exist; make it with: flask --app website init-store.",
            table=self.table.name,
        )

    def _refuse_other(self, found: Any) -> None:
        keys = {one["AttributeName"]: one["KeyType"] for one in found["KeySchema"]}
        indexes = {index["IndexName"] for index in found.get("GlobalSecondaryIndexes", ())}
        if keys != {"pk": "HASH", "sk": "RANGE"} or INDEX not in indexes:
            raise ServiceUnavailable(
                "The DynamoDB table %(table)s was not made by Rollcall: choose another name in ROLLCALL_STORE.",
                table=self.table.name,
            )
