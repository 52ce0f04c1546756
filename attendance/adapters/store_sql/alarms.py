"""Alarms, and the pictures that were taken with readings, in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from attendance.adapters.store_sentences import no_alarm, no_device, no_recording
from attendance.adapters.store_sql.connection import Database
from attendance.adapters.store_sql.device_tables import alarms, device_pictures, devices
from attendance.adapters.store_sql.rows import lock, one, page_of, read, read_all, tally, values
from attendance.adapters.store_sql.tables import recordings
from attendance.device_model import Alarm, DevicePicture
from attendance.list_model import Page


class SqlAlarms(Database):
    """The AlarmStore."""

    def alarm(self, alarm_id: str) -> Alarm:
        """Raises NotFound."""
        with self._looking() as connection:
            return one(connection, Alarm, alarms, alarms.c.id == alarm_id, no_alarm())

    def alarms(
        self, *, device_id: str | None = None, unseen_only: bool = False, page: int = 1, size: int = 50
    ) -> Page[Alarm]:
        """Newest first."""
        query = select(alarms).order_by(alarms.c.at.desc(), alarms.c.id)
        if device_id is not None:
            query = query.where(alarms.c.device_id == device_id)
        if unseen_only:
            query = query.where(alarms.c.seen_at.is_(None))
        with self._reading() as connection:
            return page_of(connection, query, page, size, lambda row: read(Alarm, alarms, row))

    def unseen_alarms(self) -> Counter[str]:
        """By device id."""
        query = select(alarms.c.device_id, func.count()).where(alarms.c.seen_at.is_(None)).group_by(alarms.c.device_id)
        with self._looking() as connection:
            return tally(connection, query)

    def see_alarm(self, alarm_id: str, by: str, at: datetime) -> None:
        """Raises NotFound."""
        unseen = (alarms.c.id == alarm_id) & alarms.c.seen_at.is_(None)
        with self._writing() as connection:
            lock(connection, alarms, alarm_id, no_alarm())
            connection.execute(update(alarms).where(unseen).values(seen_by=by, seen_at=at))

    def keep_picture(self, picture: DevicePicture) -> None:
        """Raises NotFound."""
        with self._writing() as connection:
            lock(connection, devices, picture.device_id, no_device())
            lock(connection, recordings, picture.recording_id, no_recording())
            connection.execute(delete(device_pictures).where(device_pictures.c.recording_id == picture.recording_id))
            connection.execute(insert(device_pictures).values(values(picture, device_pictures)))

    def pictures(self, device_id: str, from_at: datetime, before_at: datetime) -> Sequence[DevicePicture]:
        """Sorted by time."""
        within = (device_pictures.c.at >= from_at) & (device_pictures.c.at < before_at)
        query = select(device_pictures).where(device_pictures.c.device_id == device_id, within)
        with self._looking() as connection:
            return read_all(
                connection,
                DevicePicture,
                device_pictures,
                query.order_by(device_pictures.c.at, device_pictures.c.recording_id),
            )
