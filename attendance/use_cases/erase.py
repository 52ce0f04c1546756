"""Delete the files whose rows are gone. The rows' removal wrote the keys down, so that a crash between forgets none."""

from attendance.services import Services

_BATCH = 1000


def erase_pending(services: Services) -> int:
    """How many files were deleted. Raises ServiceUnavailable; then the keys stay for the next time."""
    count = 0
    while keys := services.store.pending_erasures(_BATCH):
        services.media.delete(keys)
        services.store.erased(keys)
        count += len(keys)
    return count
