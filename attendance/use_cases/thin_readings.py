"""Keep readings at their full rate for some days, then one a minute, then none but those that an alarm names."""

from __future__ import annotations

from datetime import timedelta

from attendance.services import Services

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
