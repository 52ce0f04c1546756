"""Devices, their keys and what was refused of them, in DynamoDB."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from attendance.adapters.dynamodb import keys
from attendance.adapters.dynamodb.actions import NEW, THERE, Action, as_stored, check, delete, put, setting, update
from attendance.adapters.dynamodb.alarm_items import remove_alarms
from attendance.adapters.dynamodb.check_in_items import remove_of_kiosk
from attendance.adapters.dynamodb.keys import Key
from attendance.adapters.dynamodb.preparing import LATER
from attendance.adapters.dynamodb.reading_packs import remove_readings
from attendance.adapters.dynamodb.table import MOST_IN_TRANSACTION, Table, TablePart, key_in, together
from attendance.adapters.dynamodb.unknowns import remove_decisions
from attendance.adapters.dynamodb.values import attribute, attributes, read, text
from attendance.adapters.dynamodb.visit_items import remove_visits_of_door
from attendance.changes import SET_BY_PEOPLE
from attendance.model import Device, DeviceStatus, ItemRefusal, Owner, OwnerKind
from attendance.rules.texts import folded
from attendance.rules.versions import check_as_read
from attendance.sentences import device_taken, moved_on, no_device

_LAST_MOMENT = datetime(9999, 12, 31, tzinfo=UTC)
_READINGS_AT_ONCE = 5000
_KEEP_CODES = timedelta(days=1)  # after they are worth nothing: DynamoDB deletes the item that led to the device


class DynamoDevices(TablePart):
    """The DeviceStore."""

    def _add_device(self, device: Device) -> None:
        """Raises AlreadyExists."""
        taken = device_taken()
        self.table.transact([put(keys.device(device.id), attributes(device), NEW, taken), *_leading(device)])

    def _save_device(self, device: Device, was: Device | None) -> None:
        """Raises NotFound, MovedOn."""

        def save() -> None:
            old = self.device(device.id)
            check_as_read(old, was, SET_BY_PEOPLE)
            expression, values = setting({name: getattr(device, name) for name in SET_BY_PEOPLE})
            unchanged, old_values = as_stored(old, SET_BY_PEOPLE)
            condition = f"{THERE} AND {unchanged}"
            self.table.transact([update(keys.device(device.id), expression, condition, **values, **old_values)])

        self.table.again(save)

    def _offer_pairing(self, device_id: str, pairing_hash: str, until: datetime) -> None:
        """Raises NotFound."""
        self._change(device_id, pairing_hash=pairing_hash, pairing_until=until)

    def _take_pairing(self, pairing_hash: str, key_hash: str, at: datetime) -> None:
        """Raises MovedOn where no device offers the code at that moment."""
        self.table.again(partial(self._take, pairing_hash, key_hash, at))

    def _revoke_device(self, device_id: str, at: datetime) -> None:
        """Raises NotFound."""
        self._change(device_id, revoked_at=at, pairing_hash=None, pairing_until=None)

    def _note_silence(self, device_id: str, since: datetime) -> None:
        """Raises MovedOn."""
        as_read = "#last_seen_at = :since AND attribute_not_exists(#silent_since) AND attribute_not_exists(#revoked_at)"
        noting = update(keys.device(device_id), "SET #silent_since = :since", as_read, moved_on(), since=since)
        self.table.transact([noting])

    def _remove_device(self, device_id: str) -> None:
        """Raises NotFound. What hangs on it goes first, so that the same call again completes what broke off."""
        device = self.device(device_id)
        self.table.again(partial(remove_alarms, self.table.steps, device_id))  # before the readings that they name
        while self.table.again(partial(remove_readings, self.table.steps, device_id, _LAST_MOMENT, _READINGS_AT_ONCE)):
            pass
        remove_visits_of_door(self.table.steps, device_id)
        remove_decisions(self.table.steps, Owner.door(device_id))
        remove_of_kiosk(self.table.steps, device_id)
        pictures = list(self.table.query(keys.pictures_of(device_id)))
        taken = [keys.picture(text(item, "recording_id")) for item in pictures]
        self.table.delete_many([*taken, *map(key_in, pictures)])
        self.table.delete_many([key_in(item) for item in self.table.query(keys.of_device(device_id))])
        gone = [keys.device(device_id), keys.unknowns_switch(Owner(OwnerKind.DEVICE, device_id)), *_leads(device)]
        self.table.transact([delete(key) for key in gone])

    def see_device(self, device_id: str, at: datetime, status: DeviceStatus | None = None) -> None:
        """Nothing happens where it is gone."""
        said = {"status": status} if status is not None else {}
        expression, values = setting({"last_seen_at": at, "silent_since": None} | said)
        self.table.update(keys.device(device_id), expression, THERE, **values)

    def device(self, device_id: str) -> Device:
        """Raises NotFound."""
        return device_of(self.table, device_id)

    def find_device_by_pairing(self, pairing_hash: str) -> Device | None:
        """Also where the code is too old."""
        device = self._led_to(keys.device_pairing(pairing_hash))
        return device if device is not None and device.pairing_hash == pairing_hash else None

    def find_device_by_key(self, key_hash: str) -> Device | None:
        """Also one that was revoked."""
        device = self._led_to(keys.device_key(key_hash))
        return device if device is not None and device.key_hash == key_hash else None

    def devices(self) -> Sequence[Device]:
        """Sorted by room, name and id."""
        found = [read(Device, item) for item in self.table.query(keys.DEVICES)]
        return sorted(found, key=lambda device: (folded(device.room), folded(device.name), device.id))

    def refuse_item(self, refusal: ItemRefusal) -> None:
        """Raises NotFound (device)."""
        there = check(keys.device(refusal.device_id), THERE, no_device())
        key = keys.refused(refusal.device_id, refusal.item_id)
        self.table.transact([there, put(key, attributes(refusal))])

    def accept_item(self, device_id: str, item_id: str) -> None:
        """Nothing happens where it was not refused."""
        self.table.delete_many([keys.refused(device_id, item_id)])

    def refusals(self, device_id: str, item_ids: Sequence[str]) -> Mapping[str, ItemRefusal]:
        """By item."""
        items = self.table.get_many(keys.refused(device_id, item_id) for item_id in item_ids)
        found = [read(ItemRefusal, item) for item in items.values()]
        return {refusal.item_id: refusal for refusal in found}

    def remove_refusals_before(self, moment: datetime) -> int:
        """How many were removed."""
        devices = [text(item, "id") for item in self.table.query(keys.DEVICES, only=("id",))]
        return sum(together(lambda one: self.table.again(partial(self._remove_refusals, moment, one)), devices))

    def _remove_refusals(self, moment: datetime, device_id: str) -> int:
        items = self.table.query(keys.of_device(device_id), keys.REFUSED)
        old = [key_in(item) for item in items if read(ItemRefusal, item).at < moment]
        still_old = "attribute_not_exists(#pk) OR #at < :moment"  # it may have been refused anew
        for start in range(0, len(old), MOST_IN_TRANSACTION):
            part = old[start : start + MOST_IN_TRANSACTION]
            self.table.transact([delete(key, still_old, moment=moment) for key in part])
        return len(old)

    def _take(self, pairing_hash: str, key_hash: str, at: datetime) -> None:
        device = self.find_device_by_pairing(pairing_hash)
        if device is None or device.pairing_until is None or device.pairing_until <= at:
            raise moved_on()
        pairings = device.pairings_with_key(at)
        paired = {"key_hash": key_hash, "paired_at": at, "revoked_at": None, "pairings": pairings}
        self._change_once(device, **paired, pairing_hash=None, pairing_until=None)

    def _led_to(self, lead: Key) -> Device | None:
        found = self.table.get(lead)
        item = self.table.get(keys.device(text(found, "device_id"))) if found else None
        return read(Device, item) if item else None

    def _change(self, device_id: str, **changes: Any) -> None:
        self.table.again(lambda: self._change_once(self.device(device_id), **changes))

    def _change_once(self, old: Device, **changes: Any) -> None:
        """Change a device and what leads to it, where key and code are still as they were read. Raises Changed."""
        expression, values = setting(changes)
        as_read, old_values = _as_read(old)
        new = replace(old, **changes)
        changing = update(keys.device(old.id), expression, as_read, **values, **old_values)
        self.table.transact([changing, *_leading(new, old)])


def device_of(table: Table, device_id: str) -> Device:
    """Raises NotFound."""
    item = table.get(keys.device(device_id))
    if item is None:
        raise no_device()
    return read(Device, item)


def _as_read(old: Device) -> tuple[str, dict[str, Any]]:
    """The condition that nobody gave the device another key or code, and its values."""
    secrets = {"key_hash": old.key_hash, "pairing_hash": old.pairing_hash}
    known = {f"old_{name}": value for name, value in secrets.items() if value is not None}
    same = [
        f"attribute_not_exists(#{name})" if value is None else f"#{name} = :old_{name}"
        for name, value in secrets.items()
    ]
    return " AND ".join([THERE, *same]), known


def _leading(new: Device, old: Device | None = None) -> list[Action]:
    """What leads to a device by its key and its code, and no more by those it had before."""
    before = _leads(old) if old else {}
    after = _leads(new)
    return [
        *(delete(key) for key in before if key not in after),
        *(put(key, item, NEW) for key, item in after.items() if key not in before),
        *(put(key, item) for key, item in after.items() if key in before and item != before[key]),
    ]


def _leads(device: Device) -> dict[Key, dict[str, Any]]:
    lead = {"device_id": attribute(device.id)}
    found = {}
    if device.key_hash is not None:
        found[keys.device_key(device.key_hash)] = lead
    if device.pairing_hash is not None and device.pairing_until is not None:
        expires = {LATER: attribute(int((device.pairing_until + _KEEP_CODES).timestamp()))}
        found[keys.device_pairing(device.pairing_hash)] = lead | expires
    return found
