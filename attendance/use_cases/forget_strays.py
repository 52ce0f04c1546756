"""Find and forget faces that an engine keeps and no row names: of processes that were killed while they enrolled."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from attendance.errors import Conflict
from attendance.model import Face, new_id
from attendance.services import Services

PATIENCE_S = 120.0
"""A face is enrolled some seconds before its row is written; one that is a stray twice belongs to nobody."""

_log = logging.getLogger(__name__)


@runtime_checkable
class KeepsFaces(Protocol):
    """A FaceSearch that keeps faces itself, and can say which."""

    def enrolled_ids(self) -> set[str]:
        """The `external_id` of each."""


def strays(services: Services) -> set[str]:
    """What the engine keeps and no face of ours names. Raises Conflict where that cannot be told now.

    The engine's collection must be of this site alone.
    """
    if not isinstance(services.faces, KeepsFaces):
        return set()
    kept = services.faces.enrolled_ids()  # before the rows are read: what is enrolled meanwhile is no stray
    if any(count.renewed for count in services.store.engine_counts()):
        raise Conflict("Photos are being enrolled anew; look for faces without a student when that is done.")
    return kept - {face.external_id for face in services.store.faces() if face.external_id is not None}


def forget_strays(
    services: Services, *, patience_s: float = PATIENCE_S, sleep: Callable[[float], None] = time.sleep
) -> int:
    """How many were forgotten. It waits between two looks. Raises Conflict, ServiceUnavailable."""
    found = strays(services)
    if found:
        sleep(patience_s)
        found &= strays(services)
    services.faces.remove([_nobodys(services, external_id) for external_id in sorted(found)])
    if found:
        _log.info("%s faces that no row names were forgotten.", len(found))
    return len(found)


def _nobodys(services: Services, external_id: str) -> Face:
    return Face(new_id(), "", services.faces.name, "", "", 0.0, services.now(), external_id=external_id)
