"""Readings of devices and alarms in SQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from attendance.adapters.sql.connection import Database
from attendance.adapters.sql.rows import in_parts, lock, one, page_of, read, read_all, tally, values
from attendance.adapters.sql.tables import alarms, device_pictures, devices, readings, recordings
from attendance.errors import AlreadyExists
from attendance.model import Alarm, DevicePicture, NearAlarms, Page, Reading, ReadingSpan
from attendance.rules.alarms import near_time, raised
from attendance.rules.thinning import minute_of, surplus
from attendance.sentences import moved_on, no_alarm, no_device, no_reading, no_recording

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NEW = insert(readings)


class _Measured(NamedTuple):
    """A reading without its pixels."""

    id: str
    at: datetime
    hottest_c: float


class SqlReadings(Database):
    """The ReadingStore."""

    def add_readings(self, device_id: str, batch: Sequence[Reading]) -> int:
        """All or nothing; how many were new. Raises NotFound."""
        rows = {reading.id: _values(reading) for reading in batch}
        if rows:
            with suppress(AlreadyExists):  # some are here, or the device is gone
                with self._writing() as connection:  # what most batches are: new; so others wait for one statement
                    connection.execute(_NEW, list(rows.values()))
                return len(rows)
        with self._writing() as connection:
            lock(connection, devices, device_id, no_device())  # one batch of a device at a time, so no id comes twice
            for known in _known(connection, device_id, list(rows)):
                del rows[known]
            if rows:
                connection.execute(_NEW, list(rows.values()))
        return len(rows)

    def known_readings(self, device_id: str, reading_ids: Sequence[str]) -> set[str]:
        """Those that are here."""
        with self._reading() as connection:
            return _known(connection, device_id, reading_ids)

    def reading(self, device_id: str, reading_id: str) -> Reading:
        """Raises NotFound."""
        its = (readings.c.device_id == device_id) & (readings.c.id == reading_id)
        with self._looking() as connection:
            return one(connection, Reading, readings, its, no_reading())

    def latest_reading(self, device_id: str) -> Reading | None:
        """By its time."""
        return self._first(readings.c.device_id == device_id, readings.c.at.desc(), readings.c.id.desc())

    def hottest_reading(self, device_id: str, from_at: datetime, before_at: datetime) -> Reading | None:
        """None where none has an estimate."""
        estimated = _between(device_id, from_at, before_at) & readings.c.skin_c.is_not(None)
        return self._first(estimated, readings.c.skin_c.desc(), readings.c.at, readings.c.id)

    def readings(self, device_id: str, from_at: datetime, before_at: datetime, limit: int = 1000) -> Sequence[Reading]:
        """Sorted by time."""
        query = select(readings).where(_between(device_id, from_at, before_at))
        with self._looking() as connection:
            return read_all(connection, Reading, readings, query.order_by(readings.c.at, readings.c.id).limit(limit))

    def reading_spans(
        self, device_id: str, from_at: datetime, before_at: datetime, minutes: int
    ) -> Sequence[ReadingSpan]:
        """Sorted by time."""
        span = (readings.c.minute - readings.c.minute % minutes).label("span")
        query = (
            select(
                span,
                func.count(),
                func.min(readings.c.coolest_c),
                func.avg(readings.c.mean_c),
                func.max(readings.c.hottest_c),
                func.max(readings.c.skin_c),
            )
            .where(_between(device_id, from_at, before_at))
            .group_by(span)
            .order_by(span)
        )
        with self._looking() as connection:
            return [
                ReadingSpan(_EPOCH + timedelta(minutes=int(first)), *rest)
                for first, *rest in connection.execute(query).all()
            ]

    def thin_readings(self, device_id: str, before_at: datetime, most_minutes: int = 60) -> int:
        """The hottest of each minute stays."""
        old = _free(device_id) & (readings.c.minute < minute_of(before_at))
        crowded = select(readings.c.minute).where(old).group_by(readings.c.minute).having(func.count() > 1)
        with self._looking() as connection:  # looking takes longer than removing, and nobody need wait for it
            minutes = connection.scalars(crowded.order_by(readings.c.minute).limit(most_minutes)).all()
        if not minutes:
            return 0
        with self._writing() as connection:
            measured = select(readings.c.id, readings.c.at, readings.c.hottest_c)
            left = connection.execute(measured.where(old & readings.c.minute.in_(minutes))).all()
            go = surplus((_Measured(*row) for row in left), (), before_at)
            return _remove(connection, device_id, [one.id for its in go for one in its])

    def remove_readings(self, device_id: str, before_at: datetime, most: int = 5000) -> int:
        """The oldest first."""
        old = select(readings.c.id).where(_free(device_id) & (readings.c.at < before_at))
        with self._writing() as connection:
            return _remove(connection, device_id, connection.scalars(old.order_by(readings.c.at).limit(most)).all())

    def _first(self, where: ColumnElement[bool], *order: ColumnElement[Any]) -> Reading | None:
        with self._looking() as connection:
            row = connection.execute(select(readings).where(where).order_by(*order).limit(1)).one_or_none()
            return read(Reading, readings, row) if row else None


def _values(reading: Reading) -> dict[str, Any]:
    summary = {"coolest_c": reading.coolest_c, "mean_c": reading.mean_c, "hottest_c": reading.hottest_c}
    return values(reading, readings) | summary | {"minute": minute_of(reading.at)}


def _between(device_id: str, from_at: datetime, before_at: datetime) -> ColumnElement[bool]:
    return (readings.c.device_id == device_id) & (readings.c.at >= from_at) & (readings.c.at < before_at)


def _free(device_id: str) -> ColumnElement[bool]:
    """Of this device and named by no alarm."""
    named = select(alarms.c.reading_id).where(alarms.c.device_id == device_id)
    return (readings.c.device_id == device_id) & readings.c.id.not_in(named)


def _known(connection: Connection, device_id: str, reading_ids: Sequence[str]) -> set[str]:
    of_device = select(readings.c.id).where(readings.c.device_id == device_id)
    found: set[str] = set()
    for some in in_parts(sorted(set(reading_ids))):
        found.update(connection.scalars(of_device.where(readings.c.id.in_(some))).all())
    return found


def _remove(connection: Connection, device_id: str, reading_ids: Sequence[str]) -> int:
    for some in in_parts(reading_ids):
        connection.execute(delete(readings).where(readings.c.device_id == device_id, readings.c.id.in_(some)))
    return len(reading_ids)


def _near(connection: Connection, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> NearAlarms:
    of_device = alarms.c.device_id == device_id
    moments = connection.scalars(
        select(alarms.c.at).where(of_device, alarms.c.at.between(*near_time(new, quiet)))
    ).all()
    alarmed: set[str] = set()
    for some in in_parts([alarm.reading_id for alarm in new]):
        its = alarms.c.reading_id.in_(some)
        alarmed.update(connection.scalars(select(alarms.c.reading_id).where(of_device, its)).all())
    return NearAlarms(moments, alarmed)


def add_alarms(connection: Connection, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> None:
    """As the rule chooses them of what is there. Raises NotFound, MovedOn."""
    lock(connection, devices, device_id, no_device())
    if len(raised(new, _near(connection, device_id, new, quiet), quiet)) < len(new):
        raise moved_on()
    connection.execute(insert(alarms), [values(alarm, alarms) for alarm in new])


class SqlAlarms(Database):
    """The AlarmStore."""

    def _add_alarms(self, device_id: str, new: Sequence[Alarm], quiet: timedelta) -> None:
        """Raises NotFound, MovedOn."""
        with self._writing() as connection:
            add_alarms(connection, device_id, new, quiet)

    def near_alarms(self, device_id: str, alarms: Sequence[Alarm], quiet: timedelta) -> NearAlarms:
        """By their times and their readings."""
        with self._reading() as connection:
            return _near(connection, device_id, alarms, quiet)

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

    def store_picture(self, picture: DevicePicture) -> None:
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
