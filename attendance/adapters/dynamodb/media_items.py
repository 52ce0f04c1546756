"""Items that name media: recordings, pictures of devices, and what is still to be erased."""

from __future__ import annotations

from collections.abc import Iterable

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, Action, delete, put
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.table import Table, key_in
from attendance.adapters.dynamodb.values import Item, attribute, attributes, read, text
from attendance.media_keys import COPY
from attendance.model import DevicePicture, Recording, SearchStatus

_PLACES = ("photo_key", "thumbnail_key", "media_key", "picture_key", "out_picture_key", "file_key")


def media_of(item: Item) -> set[str]:
    """What a face, recording, sighting or mark names: media keys, and the copies that a face service holds."""
    found = {item[name]["S"] for name in _PLACES if name in item}
    makers = [item, *(made["M"] for made in item.get("renewed", {}).get("M", {}).values())]
    found |= {COPY + made["external_id"]["S"] for made in makers if "external_id" in made}
    evidence = item.get("evidence", {}).get("M", {})
    return found | ({evidence["picture_key"]["S"]} if "picture_key" in evidence else set())


def erasing(media_keys: Iterable[str]) -> list[Action]:
    """Writes down what is still to be erased, in a transaction."""
    return [put(keys.erasure(key), {}) for key in sorted(set(media_keys))]


def erase(table: Table, media_keys: Iterable[str]) -> None:
    """The same for any number."""
    table.put_many((keys.erasure(key), {}) for key in sorted(set(media_keys)))


def delete_with_media(table: Table, items: Iterable[Item], *others: Key) -> None:
    """Delete items and others that led to them; what they name is written down first."""
    items = list(items)
    erase(table, {key for item in items for key in media_of(item)})
    table.delete_many([*(key_in(item) for item in items), *others])


def stored_picture(table: Table, recording_id: str) -> DevicePicture | None:
    """Of a recording that a device took with a reading."""
    item = table.get(keys.picture(recording_id))
    return read(DevicePicture, item) if item else None


def placing(picture: DevicePicture, before: DevicePicture | None) -> list[Action]:
    """Store a picture in the place of the one before, if that is still as it was read."""
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
    picture = stored_picture(table, recording_id)
    return [delete(keys.picture(recording_id)), delete(_by_time(picture))] if picture else []


def _by_time(picture: DevicePicture) -> Key:
    return keys.picture_at(picture.device_id, picture.at, picture.recording_id)


_WAITS = (SearchStatus.QUEUED, SearchStatus.SEARCHING)


def lecture_id_of(table: Table, recording_id: str) -> str | None:
    """The id of the lecture that the recording is of; None where there is no such recording."""
    place = table.get(keys.recording_place(recording_id))
    return text(place, "lecture_id") if place else None


def recording_key(table: Table, recording_id: str) -> Key | None:
    """The key of the recording's item; None where there is none."""
    lecture_id = lecture_id_of(table, recording_id)
    return None if lecture_id is None else keys.recording(lecture_id, recording_id)


def recording_item(table: Table, recording_id: str) -> Item | None:
    """The recording's item."""
    key = recording_key(table, recording_id)
    return table.get(key) if key else None


def recording_of(sighting: Item) -> Key:
    """The key of the recording in which somebody was seen."""
    return keys.recording(text(sighting, "lecture_id"), text(sighting, "recording_id"))


def searching(recording: Recording) -> Item:
    """What shows in the index that a recording waits or is searched."""
    if recording.status not in _WAITS:
        return {}
    return {"ix": attribute(keys.WAITING)}
