"""How often a device may ask, and an address may try pairing codes."""

from __future__ import annotations

import time

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.strategies import RateLimiter
from werkzeug.exceptions import TooManyRequests

from attendance.device_model import Device
from attendance.errors import ServiceUnavailable
from website.current import current_settings
from website.limits import asking_network

PAIRING_TRIES = RateLimitItemPerMinute(10)


def count_request(device: Device) -> None:
    """Raises TooManyRequests with the seconds to wait; ServiceUnavailable."""
    _count(RateLimitItemPerMinute(current_settings().requests_per_device), "device", device.id)


def count_pairing() -> None:
    """For the address that asks. Raises TooManyRequests, ServiceUnavailable."""
    _count(PAIRING_TRIES, "pairing", asking_network())


def _count(item: RateLimitItem, *key: str) -> None:
    counter: RateLimiter = current_app.extensions["counter"]  # where tries to sign in are counted
    try:
        if counter.hit(item, *key):
            return
        wait_s = int(counter.get_window_stats(item, *key).reset_time - time.time()) + 1
    except StorageError as lost:
        raise ServiceUnavailable("Requests cannot be counted at the moment. Try again in a little while.") from lost
    raise TooManyRequests(retry_after=max(1, wait_s))
