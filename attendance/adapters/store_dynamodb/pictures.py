"""What a device took with a reading: an item beside its recording's, and one among the device's own by time."""

from __future__ import annotations

from attendance.adapters import store_dynamodb_device_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, Action, delete, put
from attendance.adapters.store_dynamodb.table import Table
from attendance.adapters.store_dynamodb.values import attributes, read
from attendance.adapters.store_dynamodb_keys import Key
from attendance.device_model import DevicePicture


def kept_picture(table: Table, recording_id: str) -> DevicePicture | None:
    """Of a recording that a device took with a reading."""
    item = table.get(keys.picture(recording_id))
    return read(DevicePicture, item) if item else None


def placing(picture: DevicePicture, before: DevicePicture | None) -> list[Action]:
    """Keep a picture in the place of the one before, if that is still as it was read."""
    own = keys.picture(picture.recording_id)
    actions = [put(_by_time(picture), attributes(picture))]
    if before is None:
        return [put(own, attributes(picture), NEW), *actions]
    if _by_time(before) != _by_time(picture):
        actions.append(delete(_by_time(before)))
    as_read = "#device_id = :device AND #at = :at"
    return [put(own, attributes(picture), as_read, device=before.device_id, at=before.at), *actions]


def removing_picture(table: Table, recording_id: str) -> list[Action]:
    """What removes the picture of a recording to which nothing is added any more."""
    picture = kept_picture(table, recording_id)
    return [delete(keys.picture(recording_id)), delete(_by_time(picture))] if picture else []


def _by_time(picture: DevicePicture) -> Key:
    return keys.picture_at(picture.device_id, picture.at, picture.recording_id)
