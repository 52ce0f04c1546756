"""What became of the things that a device sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attendance.device_model import Device
from attendance.errors import NotFound
from attendance.model import Recording
from attendance.services import Services
from attendance.use_cases.device_uploads import WRONG_SHA256, sender


@dataclass(frozen=True, slots=True)
class Items:
    """Ids that are kept, and sentences of those that were refused for good."""

    whole: Sequence[str]
    refused: Mapping[str, str]


def items_of_device(services: Services, device: Device, item_ids: Sequence[str]) -> Items:
    """Recordings and readings by the ids that the device gave them. What arrived damaged is not refused for good."""
    known = services.store.known_readings(device.id, item_ids)
    whole = [item_id for item_id in item_ids if item_id in known or recording_of_device(services, device, item_id)]
    refusals = services.store.refusals(device.id, item_ids).values()
    return Items(whole, {one.item_id: one.sentence for one in refusals if one.code != WRONG_SHA256})


def recording_of_device(services: Services, device: Device, item_id: str) -> Recording | None:
    """The recording that an item of this device became."""
    try:
        recording = services.store.recording(item_id)
    except NotFound:
        return None
    return recording if recording.created_by == sender(device) else None
