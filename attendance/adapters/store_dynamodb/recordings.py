"""Where a recording lies, and whether the index shows that it waits for its search."""

from __future__ import annotations

from attendance.adapters import store_dynamodb_keys as keys
from attendance.adapters.store_dynamodb.table import Table
from attendance.adapters.store_dynamodb.values import Item, attribute, text
from attendance.adapters.store_dynamodb_keys import Key
from attendance.model import Recording, SearchStatus

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
