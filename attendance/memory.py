"""Makes a process give memory back to the system when a picture is done with it."""

from __future__ import annotations

import ctypes

# Of malloc.h in glibc.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE_BYTES = 1 << 20


def give_memory_back() -> None:
    """Let what is large go back to the system as soon as it is free, whichever thread had it.

    glibc raises its own limit for that with the first large picture, and then keeps what each thread's largest picture
    took: sixteen threads 1.8 GB. Elsewhere than with glibc nothing is done.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_ARENA_MAX, 2)
