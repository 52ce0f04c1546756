"""Readings of devices: received, checked, stored, and thinned when they are old."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attendance.changes import MOST_ALARMS, AddAlarms
from attendance.committing import commit
from attendance.device_errors import BadReading, TooOld
from attendance.errors import MovedOn, Phrase, TooLarge
from attendance.events import AlarmRaised
from attendance.model import PIXELS, Alarm, Device, Reading, is_id, new_id
from attendance.rules.alarms import QUIET, candidates, raised
from attendance.rules.devices import could_record
from attendance.services import Services
from attendance.use_cases.devices.reading import skin_estimate

MOST_READINGS = 1000
"""Of one batch."""

LOWEST_C, HIGHEST_C = -20.0, 100.0
"""The sensor itself measures from -20 to 80 degrees or from 0 to 100, by its model."""

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SentReading:
    """A reading as a device sends it. `id` is the device's own, 32 hexadecimal digits."""

    id: str
    at: datetime
    pixels_c: Sequence[float]
    thermistor_c: float


@dataclass(frozen=True, slots=True)
class Received:
    """How many of a batch are stored now, and how many were known before."""

    stored: int
    known: int


def receive_readings(services: Services, device: Device, sent: Sequence[SentReading]) -> Received:
    """What is known already is passed over. Raises BadReading, TooOld, TooLarge; nothing is stored then.

    Alarms come before their readings: thinning never sees a reading whose alarm is still to come. What breaks off
    between the two is completed by the same batch, which a device sends until it is told that it arrived.
    """
    if not sent:
        raise BadReading("This batch holds no reading.")
    if len(sent) > MOST_READINGS:
        raise TooLarge("At most %(most)s readings can be sent at once.", most=MOST_READINGS)
    latest = services.now() + FURTHEST_AHEAD
    for number, one in enumerate(sent, 1):
        _check(number, one, latest)
    check_times(services, device, {one.id: one.at for one in sent})
    readings = [_reading(device, one) for one in sent]
    raise_alarms(services, device.id, candidates(device, readings, new_id))
    stored = services.store.add_readings(device.id, readings)
    return Received(stored, len(sent) - stored)


def reading_of(services: Services, device: Device, sent: SentReading) -> Reading:
    """One reading, checked. Raises BadReading."""
    _check(1, sent, services.now() + FURTHEST_AHEAD)
    return _reading(device, sent)


def _check(number: int, one: SentReading, latest: datetime) -> None:
    if not is_id(one.id):
        raise BadReading("Reading %(number)s has no id of 32 hexadecimal digits.", number=number)
    if len(one.pixels_c) != PIXELS:
        raise BadReading(
            "Reading %(number)s has %(count)s temperatures; eight rows of eight are needed.",
            number=number,
            count=len(one.pixels_c),
        )
    if not EARLIEST <= one.at <= latest:
        raise BadReading(
            "Reading %(number)s says it was made at %(at)s; check the device's clock.",
            number=number,
            at=one.at.isoformat(),
        )
    for temperature_c in (*one.pixels_c, one.thermistor_c):
        if not LOWEST_C <= temperature_c <= HIGHEST_C:  # which no NaN does
            raise BadReading(
                "Reading %(number)s holds %(temperature)s; a sensor measures from %(low)s to %(high)s degrees.",
                number=number,
                temperature=f"{temperature_c:g} °C" if math.isfinite(temperature_c) else Phrase("no number"),
                low=f"{LOWEST_C:g}",
                high=f"{HIGHEST_C:g}",
            )


def _reading(device: Device, one: SentReading) -> Reading:
    pixels_c = tuple(map(float, one.pixels_c))
    return Reading(one.id, device.id, one.at, pixels_c, float(one.thermistor_c), skin_estimate(pixels_c))


def raise_alarms(services: Services, device_id: str, wanted: Sequence[Alarm], quiet: timedelta = QUIET) -> None:
    """Of these candidates those that the rule chooses, with an event each. Raises NotFound (device)."""
    while (new := alarms_to_raise(services, device_id, wanted, quiet)) is not None:
        with suppress(MovedOn):  # others were raised meanwhile, and are read now
            commit(services, new, *alarm_events(services, new.alarms))


def alarms_to_raise(
    services: Services, device_id: str, wanted: Sequence[Alarm], quiet: timedelta = QUIET
) -> AddAlarms | None:
    """What adds those of these candidates that the rule chooses now, so many as one commit takes; None for none."""
    if not wanted:
        return None
    new = raised(wanted, services.store.near_alarms(device_id, wanted, quiet), quiet)[:MOST_ALARMS]
    return AddAlarms(device_id, new, quiet) if new else None


def alarm_events(services: Services, alarms: Iterable[Alarm]) -> list[AlarmRaised]:
    """What tells of them."""
    return [AlarmRaised(at=services.now(), alarm_id=one.id, device_id=one.device_id) for one in alarms]


def check_time(services: Services, device: Device, at: datetime) -> None:
    """Of one thing. Raises TooOld."""
    if not could_record(device, at, services.now(), outbox_lasts(services)):
        raise _too_old(services, at)


def check_times(services: Services, device: Device, moments: Mapping[str, datetime]) -> None:
    """Of a batch, by its ids. Raises TooOld, which has the ids of those that cannot be."""
    now, lasts = services.now(), outbox_lasts(services)
    wrong = [name for name, at in moments.items() if not could_record(device, at, now, lasts)]
    if wrong:
        refused = _too_old(services, moments[wrong[0]])
        refused.ids = wrong
        raise refused


def outbox_lasts(services: Services) -> timedelta:
    """How long a device may be without a network and send everything afterwards."""
    return timedelta(days=services.settings.device_outbox_days)


def _too_old(services: Services, at: datetime) -> TooOld:
    days = services.settings.device_outbox_days
    if at < services.now() - outbox_lasts(services):
        return TooOld(
            "This was recorded at %(at)s; what is older than %(days)s days is not taken.", at=at.isoformat(), days=days
        )
    return TooOld("This was recorded at %(at)s, when this device was not paired.", at=at.isoformat())


KEEP_REFUSALS = timedelta(days=7)


def thin_readings(services: Services) -> int:
    """How many were removed. Each step is short, so that devices can send meanwhile. Raises ServiceUnavailable."""
    now, store, settings = services.now(), services.store, services.settings
    store.remove_refusals_before(now - KEEP_REFUSALS)
    gone_before = now - timedelta(days=settings.readings_thinned_days)
    thinned_before = now - timedelta(days=settings.readings_full_days)
    removed = 0
    for device in store.devices():
        while count := store.remove_readings(device.id, gone_before):
            removed += count
        while count := store.thin_readings(device.id, thinned_before):
            removed += count
    return removed
