"""Delete the files whose rows are gone or never came, so that nobody's picture outlives a removal or a crash."""

from datetime import timedelta

from attendance.services import Services

ORPHAN_AFTER = timedelta(days=1)

_BATCH = 1000


def erase_pending(services: Services) -> int:
    """Delete what removals wrote down; how many files. Raises ServiceUnavailable; the rest is for the next time."""
    count = 0
    while keys := services.store.pending_erasures(_BATCH):
        services.media.delete(keys)
        services.store.erased(keys)
        count += len(keys)
    return count


def erase_orphans(services: Services) -> int:
    """Delete files that a killed process stored and no row ever named; how many. Young ones may still get their row."""
    old = list(services.media.keys(stored_before=services.now() - ORPHAN_AFTER))
    orphans = services.store.unclaimed(old)
    services.media.delete(orphans)
    return len(orphans)
