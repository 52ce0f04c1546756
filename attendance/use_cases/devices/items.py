"""What became of the things that a device sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from attendance.device_errors import WrongSha256
from attendance.errors import Sentence
from attendance.model import Device, Sender
from attendance.rules.stored_sentences import from_text
from attendance.services import Services
from attendance.use_cases.recordings.finishing import recording_of


@dataclass(frozen=True, slots=True)
class Items:
    """Ids that are stored, and sentences of those that were refused for good."""

    whole: Sequence[str]
    refused: Mapping[str, Sentence]


def items_of_device(services: Services, device: Device, item_ids: Sequence[str]) -> Items:
    """Recordings and readings by the ids that the device gave them. What arrived damaged is not refused for good."""
    sender = Sender(device_id=device.id)
    known = services.store.known_readings(device.id, item_ids)
    whole = [item_id for item_id in item_ids if item_id in known or recording_of(services, item_id, sender)]
    refusals = services.store.refusals(device.id, item_ids).values()
    return Items(whole, {one.item_id: from_text(one.sentence) for one in refusals if one.code != WrongSha256.code})
