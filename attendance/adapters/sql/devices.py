"""Devices and the timetable in SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.outbox import erase_found
from attendance.adapters.sql.rows import in_parts, lock, lock_as_read, one, read, read_all, values
from attendance.adapters.sql.tables import courses, devices, door_registrations, item_refusals, slots, visits
from attendance.adapters.sql.unknowns import drop_switch
from attendance.changes import SET_BY_PEOPLE
from attendance.model import Device, DeviceStatus, ItemRefusal, Owner, OwnerKind, Slot
from attendance.rules.texts import folded
from attendance.sentences import device_taken, moved_on, no_course, no_device, no_slot, slot_taken

_SET_BY_PEOPLE = {*SET_BY_PEOPLE, "name_folded", "room_folded"}

_BY_KEY = select(devices).where(devices.c.key_hash == bindparam("key_hash"))  # each request of a device asks it


class SqlDevices(Database):
    """The DeviceStore."""

    def _add_device(self, device: Device) -> None:
        """Raises AlreadyExists."""
        with self._writing(device_taken()) as connection:
            connection.execute(insert(devices).values(values(device, devices)))

    def _save_device(self, device: Device, was: Device | None) -> None:
        """Raises NotFound, MovedOn."""
        new = {name: value for name, value in values(device, devices).items() if name in _SET_BY_PEOPLE}
        with self._writing() as connection:
            lock_as_read(connection, devices, device.id, was, no_device(), SET_BY_PEOPLE)
            connection.execute(update(devices).where(devices.c.id == device.id).values(new))

    def _offer_pairing(self, device_id: str, pairing_hash: str, until: datetime) -> None:
        """Raises NotFound."""
        self._change(device_id, pairing_hash=pairing_hash, pairing_until=until)

    def _take_pairing(self, pairing_hash: str, key_hash: str, at: datetime) -> None:
        """Raises MovedOn where no device offers the code at that moment."""
        offered = (devices.c.pairing_hash == pairing_hash) & (devices.c.pairing_until > at)
        with self._writing() as connection:
            row = connection.execute(select(devices).where(offered).with_for_update()).one_or_none()
            if row is None:
                raise moved_on()
            pairings = read(Device, devices, row).pairings_with_key(at)
            paired = {"key_hash": key_hash, "paired_at": at, "revoked_at": None, "pairings": pairings}
            taking = update(devices).where(offered).values(pairing_hash=None, pairing_until=None, **paired)
            if not connection.execute(taking).rowcount:
                raise moved_on()

    def _revoke_device(self, device_id: str, at: datetime) -> None:
        """Raises NotFound."""
        self._change(device_id, revoked_at=at, pairing_hash=None, pairing_until=None)

    def _note_silence(self, device_id: str, since: datetime) -> None:
        """Raises MovedOn."""
        as_read = (devices.c.id == device_id) & (devices.c.last_seen_at == since)
        unknown = devices.c.silent_since.is_(None) & devices.c.revoked_at.is_(None)
        with self._writing() as connection:
            noting = update(devices).where(as_read, unknown).values(silent_since=since)
            if not connection.execute(noting).rowcount:
                raise moved_on()

    def _remove_device(self, device_id: str) -> None:
        """Raises NotFound."""
        with self._removing() as connection:
            erase_found(
                connection,
                select(visits.c.picture_key).where(visits.c.device_id == device_id),
                select(door_registrations.c.picture_key).where(door_registrations.c.device_id == device_id),
            )
            if not connection.execute(delete(devices).where(devices.c.id == device_id)).rowcount:
                raise no_device()
            drop_switch(connection, Owner(OwnerKind.DEVICE, device_id))

    def see_device(self, device_id: str, at: datetime, status: DeviceStatus | None = None) -> None:
        """Nothing happens where it is gone."""
        said = {"status": status} if status is not None else {}
        with self._writing() as connection:
            seen = {"last_seen_at": at, "silent_since": None} | said
            connection.execute(update(devices).where(devices.c.id == device_id).values(seen))

    def device(self, device_id: str) -> Device:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Device, devices, devices.c.id == device_id, no_device())

    def find_device_by_pairing(self, pairing_hash: str) -> Device | None:
        """Also where the code is too old."""
        query = select(devices).where(devices.c.pairing_hash == pairing_hash)
        with self._looking() as connection:
            row = connection.execute(query).one_or_none()
            return read(Device, devices, row) if row is not None else None

    def find_device_by_key(self, key_hash: str) -> Device | None:
        """Also one that was revoked."""
        with self._looking() as connection:
            row = connection.execute(_BY_KEY, {"key_hash": key_hash}).one_or_none()
            return read(Device, devices, row) if row else None

    def devices(self) -> Sequence[Device]:
        """Sorted by room, name and id."""
        query = select(devices).order_by(devices.c.room_folded, devices.c.name_folded, devices.c.id)
        with self._looking() as connection:
            return read_all(connection, Device, devices, query)

    def refuse_item(self, refusal: ItemRefusal) -> None:
        """Raises NotFound (device)."""
        its = (item_refusals.c.device_id == refusal.device_id) & (item_refusals.c.item_id == refusal.item_id)
        with self._writing() as connection:
            lock(connection, devices, refusal.device_id, no_device())
            connection.execute(delete(item_refusals).where(its))
            connection.execute(insert(item_refusals).values(values(refusal, item_refusals)))

    def accept_item(self, device_id: str, item_id: str) -> None:
        """Nothing happens where it was not refused."""
        its = (item_refusals.c.device_id == device_id) & (item_refusals.c.item_id == item_id)
        with self._writing() as connection:
            connection.execute(delete(item_refusals).where(its))

    def refusals(self, device_id: str, item_ids: Sequence[str]) -> Mapping[str, ItemRefusal]:
        """By item."""
        own = select(item_refusals).where(item_refusals.c.device_id == device_id)
        with self._reading() as connection:
            rows = [
                row
                for some in in_parts(sorted(set(item_ids)))
                for row in connection.execute(own.where(item_refusals.c.item_id.in_(some))).all()
            ]
        found = [read(ItemRefusal, item_refusals, row) for row in rows]
        return {refusal.item_id: refusal for refusal in found}

    def remove_refusals_before(self, moment: datetime) -> int:
        """How many were removed."""
        with self._writing() as connection:
            return connection.execute(delete(item_refusals).where(item_refusals.c.at < moment)).rowcount

    def _change(self, device_id: str, **changes: Any) -> None:
        with self._writing() as connection:
            lock(connection, devices, device_id, no_device())  # MariaDB counts a row that is the same as none
            connection.execute(update(devices).where(devices.c.id == device_id).values(**changes))


class SqlTimetable(Database):
    """The TimetableStore."""

    def _add_slot(self, slot: Slot) -> None:
        """Raises NotFound (course), AlreadyExists."""
        with self._writing(slot_taken()) as connection:
            lock(connection, courses, slot.course_id, no_course())
            connection.execute(insert(slots).values(values(slot, slots)))

    def _remove_slot(self, slot_id: str) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            if not connection.execute(delete(slots).where(slots.c.id == slot_id)).rowcount:
                raise no_slot()

    def slot(self, slot_id: str) -> Slot:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Slot, slots, slots.c.id == slot_id, no_slot())

    def slots(self, *, room: str | None = None, course_id: str | None = None) -> Sequence[Slot]:
        """Sorted by weekday, start, room and id."""
        query = select(slots).order_by(slots.c.weekday, slots.c.starts, slots.c.room_folded, slots.c.id)
        if room is not None:
            query = query.where(slots.c.room_folded == folded(room))
        if course_id is not None:
            query = query.where(slots.c.course_id == course_id)
        with self._looking() as connection:
            return read_all(connection, Slot, slots, query)
