"""How often a device may ask, and an address may try pairing codes."""

from __future__ import annotations

import time

from flask import current_app
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.errors import StorageError
from limits.strategies import RateLimiter
from werkzeug.exceptions import TooManyRequests

from attendance.errors import ServiceUnavailable
from attendance.model import Device
from website.current import current_settings
from website.limits import asking_network

PAIRING_TRIES = RateLimitItemPerMinute(10)


def count_request(device: Device) -> None:
    """In this process alone: it is asked at every request, and keeps a device that runs wild from stopping the rest.

    Raises TooManyRequests with the seconds to wait.
    """
    _count("request_counter", RateLimitItemPerMinute(current_settings().requests_per_device), "device", device.id)


def count_pairing() -> None:
    """For the address that asks, where attempts to sign in are counted. Raises TooManyRequests, ServiceUnavailable."""
    try:
        _count("counter", PAIRING_TRIES, "pairing", asking_network())
    except StorageError as lost:
        raise ServiceUnavailable("Tries cannot be counted at the moment. Try again in a little while.") from lost


def _count(where: str, item: RateLimitItem, *key: str) -> None:
    counter: RateLimiter = current_app.extensions[where]
    if not counter.hit(item, *key):
        wait_s = int(counter.get_window_stats(item, *key).reset_time - time.time()) + 1
        raise TooManyRequests(retry_after=max(1, wait_s))
