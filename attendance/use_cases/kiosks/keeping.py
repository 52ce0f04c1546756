"""What of kiosks goes by itself: check-ins that nobody ended end with their day, and pictures and temperatures go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from attendance.changes import CheckInStep, RemoveAttempts, SaveCheckIns
from attendance.committing import commit
from attendance.errors import MovedOn, NotFound
from attendance.model import DoorCheckIn
from attendance.rules.door_check_ins import LONGEST, left_open
from attendance.services import Services
from attendance.use_cases.devices.readings import EARLIEST, outbox_lasts
from attendance.use_cases.kiosks.registering import forget_old_registrations

_AT_ONCE = 200


def tidy_kiosks(services: Services) -> None:
    """Close, forget and remove what is due. Raises ServiceUnavailable."""
    close_left_open(services)
    forget_old_pictures(services)
    forget_old_registrations(services)
    # A kiosk that was long without a network may ask again what it asked then.
    services.store.commit(RemoveAttempts(services.now() - outbox_lasts(services) - timedelta(days=1)))


def close_left_open(services: Services) -> int:
    """Those whose day is over; how many."""
    steps = left_open(services.store.open_check_ins(), services.now())
    for step in steps:
        _save(services, step)
    return len(steps)


def forget_old_pictures(services: Services) -> int:
    """Pictures and temperatures older than the setting says; of how many check-ins. The check-ins stay."""
    before = services.now() - timedelta(days=services.settings.check_in_days)
    count = 0
    for one in _older(services, before):
        bare = replace(one, picture_key=None, out_picture_key=None, in_temperature_c=None, out_temperature_c=None)
        if bare != one:
            _save(services, CheckInStep(one, bare))
            count += 1
    return count


def _older(services: Services, before: datetime) -> Iterator[DoorCheckIn]:
    """Newest first; those that have been forgotten already are not read."""
    place = None
    while True:
        part: Sequence[DoorCheckIn] = services.store.door_check_ins(
            from_at=EARLIEST - LONGEST, before_at=before, with_traces=True, before=place, limit=_AT_ONCE
        )
        yield from part
        if len(part) < _AT_ONCE:
            return
        place = part[-1].place


def _save(services: Services, step: CheckInStep) -> None:
    """Where somebody changed it at this moment, or it is gone, the next round looks again."""
    with suppress(MovedOn, NotFound):
        commit(services, SaveCheckIns([step]))
