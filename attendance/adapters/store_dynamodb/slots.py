"""The three places of a line of the timetable, which never changes: among all, those of its room and of its course."""

from __future__ import annotations

from attendance.adapters import store_dynamodb_device_keys as keys
from attendance.adapters.store_dynamodb.actions import NEW, Action, delete, put
from attendance.adapters.store_dynamodb.values import attributes
from attendance.adapters.store_sentences import slot_taken
from attendance.device_model import Slot


def adding_slot(slot: Slot) -> list[Action]:
    """Refused where there is one of that id."""
    copies = [put(key, attributes(slot)) for key in keys.slot_copies(slot.id, slot.room, slot.course_id)]
    return [put(keys.slot(slot.id), attributes(slot), NEW, slot_taken()), *copies]


def deleting_slot(slot: Slot) -> list[Action]:
    """In one transaction, because its course finds it by the last of them."""
    places = (keys.slot(slot.id), *keys.slot_copies(slot.id, slot.room, slot.course_id))
    return [delete(key) for key in places]
